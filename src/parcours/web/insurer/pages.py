"""`/insurer`: the contracts of an insurer, the lines it received and pays, who asks for a link, overlaps."""

from sqlalchemy import func, select
from sqlalchemy.orm import defer
from starlette.responses import Response
from starlette.routing import Route

from parcours.registry.claims.context import Action, Tag, of_insurer
from parcours.registry.claims.models import Decision
from parcours.registry.claims.notices import tell_waiting
from parcours.registry.complementary import requests
from parcours.registry.complementary import service as complementary
from parcours.registry.complementary.context import LINK, LINK_REQUEST
from parcours.registry.complementary.context import Action as LinkAction
from parcours.registry.complementary.context import Tag as LinkTag
from parcours.registry.complementary.models import Link, LinkRequest, LinkState
from parcours.registry.messages.models import Message, MessageKind
from parcours.registry.payments.desk import insurer_lines, last_paid, unpaid_of_insurer
from parcours.registry.store.ids import get
from parcours.text import Text, agreed
from parcours.web.desk.paging import cut
from parcours.web.desk.room import Desk, room
from parcours.web.fund.words import CONTRACTS as ONE

PAGE = 40
LINES = 15
"""Eight figures each: more would be a very long page on a phone."""
CONTRACTS = {
    LinkState.ACTIVE: Text("en vigueur", "in force"),
    LinkState.SUSPENDED: Text("{count:suspendu|suspendus} : deux à la fois", "suspended: two at once"),
    LinkState.CHOSEN: Text("{count:choisi|choisis}, en cours de reprise", "chosen, being taken up again"),
    LinkState.ENDED: Text("{count:terminé|terminés}", "ended"),
}
ACTIONS = {
    "new": Text("{count:ligne reçue|lignes reçues}", "{count:line|lines} received"),
    "replace": Text("{count:ligne corrigée|lignes corrigées}", "{count:line|lines} corrected"),
    "cancel": Text("{count:ligne annulée|lignes annulées}", "{count:line|lines} cancelled"),
}


def insurer_of(desk: Desk) -> str:
    """The insurer of who looks, if the policy lets them."""
    record = desk.unit.allow(Action.READ_INSURER_LINES, of_insurer(desk.unit.actor.insurer), Tag.INSURER_READ)
    return record.insurer or ""


def lines(desk: Desk) -> Response:
    """Contracts by state, messages by kind, then line by line what the insurer pays."""
    insurer = insurer_of(desk)
    found = insurer_lines(desk.session, insurer, after=desk.after, limit=LINES + 1)
    rows, more = cut(found, LINES)
    states = select(Link.state, func.count()).where(Link.insurer == insurer).group_by(Link.state)
    told = (
        select(Message.subject, func.count())
        .where(Message.recipient == insurer, Message.kind == MessageKind.NOEMIE_OC)
        .group_by(Message.subject)
    )
    counted = {row[0]: row[1] for row in desk.session.execute(told)}
    return desk.show(
        "insurer/lines.html",
        insurer=insurer,
        rows=[(one, contract_of(links, one)) for one, links in with_links(desk, insurer, rows)],
        more=more,
        unpaid=unpaid_of_insurer(desk.session, insurer, [one.claim_id for one in rows]),
        paid=last_paid(desk.session, insurer, desk.today),
        contracts=[
            (agreed(CONTRACTS[row[0]], desk.lang, count=row[1]), row[1]) for row in desk.session.execute(states)
        ],
        messages=[
            (agreed(text, desk.lang, count=counted.get(name, 0)), counted.get(name, 0))
            for name, text in ACTIONS.items()
        ],
    )


def with_links(desk: Desk, insurer: str, rows: list[Decision]) -> list[tuple[Decision, list[Link]]]:
    """Lines with the contracts that this insurer has had for the person, asked for at once."""
    query = select(Link).where(Link.insurer == insurer, Link.insured_id.in_({one.insured_id for one in rows}))
    found: dict[str, list[Link]] = {}
    for link in desk.session.scalars(query.options(defer(Link.contract))) if rows else ():
        found.setdefault(link.insured_id, []).append(link)
    return [(one, found.get(one.insured_id, [])) for one in rows]


def contract_of(links: list[Link], decision: Decision) -> str:
    """The number of the contract of the day of the care."""
    day = decision.care_date
    on = (one.id for one in links if one.starts_on <= day and (one.ends_on is None or day < one.ends_on))
    return next((id_[-8:] for id_ in on), "—")


def contracts(desk: Desk) -> Response:
    """One's own contracts, the newest first."""
    insurer, after = insurer_of(desk), desk.after
    query = select(Link).where(Link.insurer == insurer).order_by(Link.id.desc()).limit(PAGE + 1)
    rows, more = cut(list(desk.session.scalars(query.where(Link.id < after) if after else query)), PAGE)
    return desk.show("insurer/contracts.html", insurer=insurer, rows=rows, states=ONE, more=more)


def overlaps(desk: Desk) -> Response:
    """Contracts of which another insurer registered one too: the insured chooses, or this insurer gives way."""
    insurer, after = insurer_of(desk), desk.after
    query = select(Link).where(Link.insurer == insurer, Link.state.in_((LinkState.SUSPENDED, LinkState.CHOSEN)))
    query = query.order_by(Link.id).limit(PAGE + 1)
    rows, more = cut(list(desk.session.scalars(query.where(Link.id > after) if after else query)), PAGE)
    return desk.show("insurer/overlaps.html", insurer=insurer, rows=rows, more=more, states=ONE)


def give_way(desk: Desk) -> Response:
    """This insurer's contract was registered by mistake: it ends, and the other one works again."""
    record = desk.unit.find(LINK, desk.field("link_id", 64), LinkAction.RELEASE_LINK, LinkTag.LINK_RELEASE)
    link = get(desk.session, Link, record.id or "", "link_id")
    other = complementary.release(desk.session, link, day=desk.today)
    if other is not None:
        tell_waiting(desk.session, other, day=desk.today, at=desk.unit.incoming.at)
    return desk.go(done="saved")


def asked(desk: Desk) -> Response:
    """Who says that this insurer covers them, by the number of their contract."""
    insurer, after = insurer_of(desk), desk.after
    rows, more = cut(requests.waiting(desk.session, insurer, after=after, limit=PAGE + 1), PAGE)
    return desk.show("insurer/requests.html", insurer=insurer, rows=rows, more=more)


def confirm(desk: Desk) -> Response:
    """The contract is known: it is linked."""
    return answer(desk, confirmed=True)


def refuse(desk: Desk) -> Response:
    """No such contract."""
    return answer(desk, confirmed=False)


def answer(desk: Desk, *, confirmed: bool) -> Response:
    """Answer who asked; the person is told."""
    given = desk.field("request_id", 64)
    record = desk.unit.find(LINK_REQUEST, given, LinkAction.ANSWER_LINK_REQUEST, LinkTag.LINK_ANSWER)
    row = get(desk.session, LinkRequest, record.id or "", "request_id")
    requests.answer(desk.session, row, confirmed=confirmed, day=desk.today, at=desk.unit.incoming.at)
    return desk.go(done="answered")


def routes() -> list[Route]:
    """Every page of the insurer."""
    return [
        Route("/insurer", room(lines)),
        Route("/insurer/contracts", room(contracts)),
        Route("/insurer/requests", room(asked, confirm=confirm, refuse=refuse), methods=["GET", "POST"]),
        Route("/insurer/overlaps", room(overlaps, give_way=give_way), methods=["GET", "POST"]),
    ]
