"""`/fund`: what waits in each queue, the figures of the day, and what an officer does about each thing that waits."""

import json
from collections.abc import Callable, Mapping
from datetime import date
from operator import attrgetter
from typing import Any

from sqlalchemy import func, select
from starlette.responses import Response

from parcours.law import thresholds
from parcours.registry.accounts.models import Account
from parcours.registry.claims import later, regularising, summons
from parcours.registry.claims.changes import effect_of
from parcours.registry.claims.context import REGULARISATION, Action, Tag
from parcours.registry.claims.models import Claim, ClaimEvent, ClaimState, Regularisation, Undue
from parcours.registry.claims.money import amo_book
from parcours.registry.claims.notices import tell_waiting
from parcours.registry.claims.words import reason
from parcours.registry.complementary import service as complementary
from parcours.registry.complementary.models import Link, LinkState
from parcours.registry.conciliation import service as cases
from parcours.registry.directory.models import Professional
from parcours.registry.errors import not_found
from parcours.registry.payments.models import Order
from parcours.registry.payments.queues import QUEUES, queue, queue_size, queue_sizes
from parcours.registry.payments.strands import Waiting
from parcours.registry.people.context import PATIENT, of_fund
from parcours.registry.people.models import Insured
from parcours.registry.store.clock import paris_date
from parcours.registry.store.ids import get
from parcours.text import Text, percent
from parcours.web.desk.acts import name_of_act
from parcours.web.desk.names import called, fund_name, professionals
from parcours.web.desk.paging import cut
from parcours.web.desk.room import Desk
from parcours.web.fund.words import AMOUNTS, BILLED, CAUSES, CONTRACTS, GROUPS, OWNERS, SINCE
from parcours.web.fund.words import QUEUES as NAMES

PAGE = 60
LOOKED_FOR = 30
"""Decisions to correct on one page: each is settled again."""
FIGURES = {
    ClaimState.RECEIVED: Text("feuilles reçues", "sheets received"),
    ClaimState.ADJUDICATED: Text("décidées", "decided"),
    ClaimState.HELD: Text("retenues", "held"),
    ClaimState.REJECTED: Text("rejetées", "rejected"),
    ClaimState.PAID: Text("payées", "paid"),
}


def gate(desk: Desk) -> None:
    """The desk is for the officers of a fund."""
    desk.unit.allow(Action.READ_QUEUES, of_fund(desk.unit.actor.fund_code))


def allowed(desk: Desk) -> str:
    """The fund of the officer, if they may see what waits in it."""
    record = desk.unit.allow(Action.READ_QUEUES, of_fund(desk.unit.actor.fund_code), Tag.QUEUES_READ)
    return record.fund_code or ""


def show(desk: Desk, template: str, **values: Any) -> Response:
    """A page of the fund."""
    code = desk.unit.actor.fund_code
    return desk.show(template, fund=fund_name(desk.session, code), called=called, **values)


def today(desk: Desk) -> Response:
    """The queues and the figures."""
    fund = allowed(desk)
    sizes = queue_sizes(desk.session, fund, desk.today)
    sizes["regularisations"] = regularising.count_proposed(desk.session, fund)
    counted = (
        select(ClaimEvent.state, func.count())
        .join(Claim, Claim.id == ClaimEvent.claim_id)
        .where(Claim.fund_code == fund, ClaimEvent.day == desk.today)
        .group_by(ClaimEvent.state)
    )
    done = {row[0]: row[1] for row in desk.session.execute(counted)}
    paid = select(func.sum(Order.cents)).where(Order.day == desk.today, Order.book.in_((f"amo:{fund}", f"c2s:{fund}")))
    waiting, late = cases.count_open(desk.session, fund, desk.today)
    return show(
        desk,
        "fund/today.html",
        sizes=sizes,
        names=NAMES,
        groups=GROUPS,
        figures=[(text, done.get(state, 0)) for state, text in FIGURES.items()],
        paid=desk.session.scalar(paid) or 0,
        cases=waiting,
        late=late,
    )


# --- a queue ---------------------------------------------------------------------------------------------------------


def one_queue(desk: Desk) -> Response:
    """What waits in a queue: since when, whose turn, until when."""
    fund, name = allowed(desk), desk.request.path_params["name"]
    if name not in QUEUES:
        raise not_found("queue")
    waiting = queue(desk.session, fund, name, desk.today, desk.asked("after"), PAGE + 1)
    rows, more = cut(waiting, PAGE, attrgetter("place"))
    people = named_people(desk, [one.insured_id for one in rows])
    doctors = professionals(desk.session, [one.professional_id for one in rows])
    return show(
        desk,
        "fund/queue.html",
        name=name,
        names=NAMES,
        rows=rows,
        count=queue_size(desk.session, fund, name, desk.today),
        more=more,
        people=people,
        doctors=doctors,
        owners=OWNERS,
        amount=AMOUNTS.get(name, BILLED),
        why=why_of(desk, doctors),
        link=link_of,
    )


def named_people(desk: Desk, ids: list[str | None]) -> dict[str, str]:
    """Names of the insured of a list."""
    wanted = {one for one in ids if one}
    rows = desk.session.scalars(select(Insured).where(Insured.id.in_(wanted))) if wanted else ()
    return {one.id: f"{one.first_name} {one.family_name}" for one in rows}


def why_of(desk: Desk, doctors: Mapping[str, Professional]) -> Callable[[Waiting], str]:
    """Why something waits, in words; of an agreement, the act that is asked for."""

    def why(one: Waiting) -> str:
        if one.queue == "agreements":
            return f"{name_of_act(one.reason, doctors[one.professional_id or ''], desk.lang)} ({one.reason})"
        return (CAUSES.get(one.reason) or since_received(one.reason) or reason(one.reason))[desk.lang]

    return why


def since_received(code: str) -> Text | None:
    """Working days since a sheet was received or its transfer came back, as the queue of late payments counts them."""
    since, _, number = code.partition(" ")
    return SINCE[since].format(number=number) if since in SINCE and number.isdigit() else None


def link_of(one: Waiting) -> str:
    """Where something that waits is worked on."""
    if one.queue in ("objections", "undue", "overlaps", "agreements", "returned_payments"):
        return f"/fund/{one.queue}/{one.id}"
    return f"/fund/claims/{one.claim_id}" if one.claim_id else f"/fund/people/{one.insured_id}"


# --- regularisations -------------------------------------------------------------------------------------------------


def regularisations(desk: Desk) -> Response:
    """What waits for a second officer; when asked for, what later knowledge would change: each is settled again."""
    fund = allowed(desk)
    looks = desk.asked("look") == "yes"
    proposed = regularising.proposed(desk.session, fund, after=None if looks else desk.after, limit=LOOKED_FOR + 1)
    waiting, more = cut(proposed, LOOKED_FOR, lambda one: one[0].id)
    found: list[regularising.Found] = []
    on = ""
    if looks:
        found, on = regularising.looked(
            desk.session, fund, at=desk.unit.incoming.at, limit=LOOKED_FOR, after=desk.after
        )
    people = named_people(desk, [*(one.insured_id for _, one in waiting), *(one.claim.insured_id for one in found)])
    doctors = professionals(
        desk.session, [*(one.professional_id for _, one in waiting), *(one.claim.professional_id for one in found)]
    )
    return show(
        desk,
        "fund/regularisations.html",
        waiting=waiting,
        more=more,
        found=found,
        moves={claim.id: later.deltas(desk.session, claim, json.loads(row.change)) for row, claim in waiting}
        | {one.claim.id: later.deltas(desk.session, one.claim, one.change) for one in found},
        effects={claim.id: effect_of(desk.session, claim, json.loads(row.change)) for row, claim in waiting}
        | {one.claim.id: effect_of(desk.session, one.claim, one.change) for one in found},
        proposers=proposers(desk, [row.proposed_by for row, _ in waiting]),
        day_known=paris_date,
        on=on,
        looks=looks,
        people=people,
        doctors=doctors,
        own=desk.unit.actor.id,
    )


def proposers(desk: Desk, ids: list[str]) -> dict[str, str]:
    """Names of the officers who proposed something; what the service proposed has none."""
    rows = desk.session.scalars(select(Account).where(Account.id.in_(set(ids)))) if ids else ()
    return {one.id: one.display_name or one.login for one in rows}


def confirm(desk: Desk) -> Response:
    """The second officer agrees."""
    record = desk.unit.find(
        REGULARISATION, desk.field("regularisation_id", 64), Action.CONFIRM_REGULARISATION, Tag.REGULARISATION_DECIDE
    )
    row = get(desk.session, Regularisation, record.id or "", "regularisation_id")
    regularising.confirm(desk.session, row, by=desk.unit.actor.id, day=desk.today, at=desk.unit.incoming.at)
    return desk.go(done="saved")


def drop(desk: Desk) -> Response:
    """It is not to be corrected."""
    record = desk.unit.find(
        REGULARISATION, desk.field("regularisation_id", 64), Action.PROPOSE_REGULARISATION, Tag.REGULARISATION_DECIDE
    )
    row = get(desk.session, Regularisation, record.id or "", "regularisation_id")
    regularising.drop(desk.session, row, by=desk.unit.actor.id, at=desk.unit.incoming.at)
    return desk.go(done="saved")


# --- sums asked back, overlaps ---------------------------------------------------------------------------------------


def cause_of(row: Undue) -> Text:
    """Why a sum is asked back, in words."""
    return CAUSES.get(row.cause) or reason(row.cause)


def own_row(desk: Desk, model: Any, name: str, action: Action, tag: Tag) -> Any:
    """A row of an address whose person is of the officer's fund; else it does not exist."""
    row = get(desk.session, model, desk.request.path_params["id"], name)
    insured = row.insured_id or insured_of(desk, row)
    desk.unit.find(PATIENT, insured or "", action, tag)
    return row


def insured_of(desk: Desk, row: Any) -> str | None:
    """The person of the claim that a sum owed by a professional comes from."""
    claim = desk.session.get(Claim, row.claim_id) if getattr(row, "claim_id", None) else None
    return claim.insured_id if claim else None


def undue(desk: Desk) -> Response:
    """A sum asked back: from whom, why, the days that count."""
    row = own_row(desk, Undue, "undue_id", Action.READ_CLAIMS, Tag.CLAIM_READ)
    debtor = desk.session.get(Professional, row.professional_id) if row.professional_id else None
    who = called(debtor) if debtor else named_people(desk, [row.insured_id]).get(row.insured_id or "", "—")
    return show(
        desk,
        "fund/undue.html",
        row=row,
        who=who,
        cause=cause_of(row),
        left=summons.left_of(desk.session, later.book_of(desk.session, row), row),
        may_set_off=later.may_set_off(row, desk.today),
        delays=delays_of(row, desk.today, desk.lang),
        may_summon=bool(row.claim_id and row.answer_by) and row.summoned_on is None and row.answer_by < desk.today,
    )


def delays_of(row: Undue, day: date, lang: str) -> dict[str, str]:
    """The delays of a sum asked back and its surcharge, as the law of a day gives them, in words."""
    rate = thresholds.value_on(summons.RATE, day)
    answer = (
        months_text(thresholds.whole("delais.indu_professionnel_mois", day), lang) if row.professional_id
        else days_text(thresholds.whole("delais.indu_assure_jours", day), lang)
    )  # fmt: skip
    return {
        "answer": answer,
        "summons": months_text(thresholds.whole("delais.mise_en_demeure_mois", day), lang),
        "most": months_text(later.MOST_INSTALMENTS, lang),
        "rate": percent(int(rate.value * 100), lang) if rate is not None else "",
    }


def months_text(number: int, lang: str) -> str:
    """So many months."""
    return Text("{number} mois", "{number} month" if number == 1 else "{number} months").format(number=number)[lang]


def days_text(number: int, lang: str) -> str:
    """So many days."""
    return Text("{number} jours", "{number} days").format(number=number)[lang]


def summon(desk: Desk) -> Response:
    """The time to answer is over, or the answer does not convince: a month to pay."""
    row = own_row(desk, Undue, "undue_id", Action.DECIDE_CLAIM, Tag.CLAIM_DECIDE)
    claim = desk.session.get_one(Claim, row.claim_id)
    summons.summon(desk.session, amo_book(claim), row, day=desk.today, at=desk.unit.incoming.at)
    return desk.go(done="saved")


def received(desk: Desk) -> Response:
    """The notice was received: from that day the delays run."""
    row = own_row(desk, Undue, "undue_id", Action.DECIDE_CLAIM, Tag.CLAIM_DECIDE)
    later.notice_received(desk.session, row, day=desk.day("day", desk.today))
    return desk.go(done="saved")


def overlap(desk: Desk) -> Response:
    """Two contracts of one person."""
    row = own_row(desk, Link, "link_id", Action.READ_CLAIMS, Tag.CLAIM_READ)
    return show(
        desk,
        "fund/overlap.html",
        row=row,
        who=named_people(desk, [row.insured_id]).get(row.insured_id, "—"),
        links=complementary.links_of(desk.session, row.insured_id),
        states=CONTRACTS,
        chosen=row.state is LinkState.CHOSEN,
    )


def take_up(desk: Desk) -> Response:
    """The chosen contract works again, and learns of everything that waited, once."""
    row = own_row(desk, Link, "link_id", Action.DECIDE_CLAIM, Tag.CLAIM_DECIDE)
    link = complementary.activate(desk.session, row.insured_id, row.insurer, day=desk.today)
    tell_waiting(desk.session, link, day=desk.today, at=desk.unit.incoming.at)
    return desk.go(done="saved")
