"""The verbs of what comes after: an officer, the bank, a day of the fund, answers, rights and contracts that end."""

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from parcours.registry.cards import apps
from parcours.registry.cards import service as cards
from parcours.registry.cards.models import AppState
from parcours.registry.claims import agreements, later, objections, summons
from parcours.registry.claims.adjudicate import adjudicate
from parcours.registry.claims.control import Refusal, stop
from parcours.registry.claims.models import Agreement, Objection, ObjectionState, Undue
from parcours.registry.complementary import service as complementary
from parcours.registry.payments import fund, practice
from parcours.registry.payments import service as payments
from parcours.registry.payments.models import Order, OrderState
from parcours.registry.people.service import close_right, open_right, rights_on
from parcours.registry.scenario import around, problems
from parcours.registry.scenario.stage import FUND, Stage
from parcours.registry.scenario.verbs import BOOKS, Event, note_silences, pursue, stated
from parcours.registry.store.periods import replace


def adjudicate_one(stage: Stage, event: Event) -> None:
    """A sheet that waits is controlled and adjudicated."""
    with stage.writing() as session:
        row = stage.claim(session, event["id"])
        said = stated(stage.sheets.get(str(event["id"]), {}))
        adjudicate(session, row, day=stage.today, at=stage.at, stated=said, readings=stage.scenario.readings)


def officer_rejects(stage: Stage, event: Event) -> None:
    """An officer rejects a held sheet."""
    with stage.writing() as session:
        row = stage.claim(session, event["id"])
        stop(session, row, Refusal(event.get("reason", row.reason or "")), day=stage.today, at=stage.at)


def reconciled(stage: Stage, event: Event) -> None:
    """A practice finds what it was paid in its returns: some claims, or all of its own."""
    with stage.writing() as session:
        names = event.get("ids", list(stage.claims))
        ids = [stage.claim(session, name).id for name in names]
        practice.reconcile(session, stage.professional(session, event["who"]), ids, day=stage.today, at=stage.at)


def fund_run(stage: Stage, event: Event) -> None:
    """The whole day of the fund: adjudicated, paid, silences, notices, what is too old."""
    done = fund.run_day(stage.database, FUND, stage.today, readings=stage.scenario.readings)
    with stage.writing() as session:
        note_silences(stage, session)
        pursue(stage, session)
    stage.found["fund_day"] = done.counts


def bank_returns(stage: Stage, event: Event) -> None:
    """The bank gives the last transfer to somebody back."""
    who, book = event["who"], event.get("book", "amo")
    with stage.writing() as session:
        party = stage.professional(session, who) if stage.is_professional(who) else stage.person(session, who)
        query = select(Order).where(
            Order.party == party, Order.state == OrderState.SETTLED,
            Order.book == BOOKS[book] if book in BOOKS else Order.book.like(f"{book}%"),
        )  # fmt: skip
        order = session.scalars(query.order_by(Order.day.desc(), Order.id.desc())).first()
        if order is None:
            raise problems.nothing_there(who, field="who")
        payments.give_back(session, order, day=stage.today, at=stage.at)


# --- answers ---------------------------------------------------------------------------------------------------------


def last_undue(stage: Stage, session: Session, who: str) -> Undue:
    """The last sum that was asked back from somebody."""
    party = stage.professional(session, who) if stage.is_professional(who) else stage.person(session, who)
    own = {"professional_id": party} if stage.is_professional(who) else {"insured_id": party}
    found = later.undue_of(session, **own)
    if not found:
        raise problems.nothing_there(who, field="who")
    return found[-1]


def correction_asked(stage: Stage, event: Event) -> None:
    """The insured asks to correct what a sum is asked back for: a silence of a month means no."""
    with stage.writing() as session:
        undue = later.ask_correction(last_undue(stage, session, event["who"]), day=stage.today)
        stage.found.setdefault("deadline", {}).update(answer=undue.answer_by, first_set_off=undue.set_off_from)


def correction_refused(stage: Stage, event: Event) -> None:
    """The fund says no to a correction: it may set off a week later."""
    with stage.writing() as session:
        undue = later.refuse_correction(last_undue(stage, session, event["who"]), day=stage.today)
        stage.found.setdefault("deadline", {})["first_set_off"] = undue.set_off_from


def instalments_accepted(stage: Stage, event: Event) -> None:
    """The insured accepts to pay by instalments: a month to agree on them."""
    with stage.writing() as session:
        undue = later.accept_instalments(last_undue(stage, session, event["who"]), day=stage.today)
        stage.found.setdefault("deadline", {})["first_set_off"] = undue.set_off_from


def instalments_agreed(stage: Stage, event: Event) -> None:
    """The fund and the insured agree on so many months."""
    with stage.writing() as session:
        undue = later.agree_instalments(last_undue(stage, session, event["who"]), event["months"], day=stage.today)
        stage.found.setdefault("deadline", {})["first_set_off"] = undue.set_off_from


def summons_sent(stage: Stage, event: Event) -> None:
    """The fund summons who did not give back: a month to pay."""
    with stage.writing() as session:
        undue = last_undue(stage, session, event["who"])
        summons.summon(session, BOOKS["amo"], undue, day=stage.today, at=stage.at)
        stage.found.setdefault("deadline", {})["pay_by"] = undue.pay_by


def summons_received(stage: Stage, event: Event) -> None:
    """The summons is received: the month runs from this day."""
    with stage.writing() as session:
        undue = summons.summons_received(last_undue(stage, session, event["who"]), day=stage.today)
        stage.found.setdefault("deadline", {})["pay_by"] = undue.pay_by


def documents_added(stage: Stage, event: Event) -> None:
    """Documents come after the objection: the silence is counted from them."""
    with stage.writing() as session:
        row = objections.add_documents(
            session, session.get_one(Objection, stage.found.get("objection", "")), day=stage.today
        )
        stage.found.setdefault("deadline", {})["answer"] = row.answer_by


def objection_answered(stage: Stage, event: Event) -> None:
    """The commission answers."""
    allowed = [one.value for one in objections.ANSWERS]
    if event["answer"] not in allowed:
        raise problems.wrong_word(event["answer"], field="answer", allowed=", ".join(allowed))
    with stage.writing() as session:
        row = session.get_one(Objection, stage.found.get("objection", ""))
        objections.answer(session, row, ObjectionState(event["answer"]), day=stage.today)
        stage.found["objection_states"].append(row.state.value)
        stage.found.setdefault("deadline", {})["court"] = row.court_by


def agreement_asked(stage: Stage, event: Event) -> None:
    """A prior agreement is asked for: a silence agrees."""
    with stage.writing() as session:
        row = agreements.ask(
            session, stage.person(session, event["who"]), stage.professional(session, event["by"]), str(event["act"]),
            fund_code=FUND, day=stage.today, longer=bool(event.get("longer")),
        )  # fmt: skip
        stage.found["agreement"] = row.id
        stage.found.setdefault("deadline", {})["agreement"] = row.answer_by


def agreement_answered(stage: Stage, event: Event) -> None:
    """The medical control answers a request."""
    allowed = {"agreed": True, "refused": False}
    if event["answer"] not in allowed:
        raise problems.wrong_word(event["answer"], field="answer", allowed=", ".join(allowed))
    with stage.writing() as session:
        row = session.get_one(Agreement, stage.found["agreement"])
        agreements.answer(session, row, agreed=allowed[event["answer"]], day=stage.today, at=stage.at)


# --- cards, rights, contracts ----------------------------------------------------------------------------------------


def card_stolen(stage: Stage, event: Event) -> None:
    """The card is stolen: on the opposition list at once."""
    with stage.writing() as session:
        card = around.card_of(stage, session, event["who"])
        cards.oppose(session, card, "stolen", day=stage.today, at=stage.at)


def card_updated(stage: Stage, event: Event) -> None:
    """The card is updated in a terminal."""
    with stage.writing() as session:
        cards.update(session, around.card_of(stage, session, event["who"]), day=stage.today)


def app_enrolled(stage: Stage, event: Event) -> None:
    """Somebody enrols the card in an application."""
    with stage.writing() as session:
        apps.enrol(session, stage.person(session, event["who"]), day=stage.today)
    stage.found["app_of"] = event["who"]


def app_changed(state: AppState) -> Callable[[Stage, Event], None]:
    """An application is suspended, taken up again, removed."""

    def happens(stage: Stage, event: Event) -> None:
        with stage.writing() as session:
            apps.change(session, apps.own_app(session, stage.person(session, event["who"])), state, day=stage.today)
        stage.found["app_of"] = event["who"]

    return happens


def app_lent(stage: Stage, event: Event) -> None:
    """An application is lent to another holder until a day; a year unless said."""
    until = event.get("until", apps.longest_loan(stage.today))
    with stage.writing() as session:
        own = apps.own_app(session, stage.person(session, event["who"]))
        apps.lend(session, own, stage.person(session, event["to"]), until, day=stage.today)
    stage.found["app_of"] = event["who"]
    stage.found.setdefault("deadline", {})["lent_until"] = until


def rights_closed(stage: Stage, event: Event) -> None:
    """Rights that ended, maybe long ago: known from today."""
    with stage.writing() as session:
        for row in around.affiliations(session, stage.person(session, event["who"])):
            replace(session, row, stage.at, ends_on=event.get("on", stage.today))


def right_opened(stage: Stage, event: Event) -> None:
    """A right that opens, maybe from a day that is past: ALD, C2S, maternity."""
    with stage.writing() as session:
        open_right(
            session, stage.person(session, event["who"]), event["right"], starts_on=event.get("from", stage.today),
            ends_on=event.get("to_day"), at=stage.at,
        )  # fmt: skip


def right_closed(stage: Stage, event: Event) -> None:
    """A right that ends."""
    with stage.writing() as session:
        ends = event.get("on", stage.today)
        for right in rights_on(session, stage.person(session, event["who"]), stage.today):
            if right.kind.value == event["right"]:
                close_right(session, right.id, ends_on=ends, at=stage.at)


def amc_ended(stage: Stage, event: Event) -> None:
    """A contract ends."""
    with stage.writing() as session:
        person = stage.person(session, event["who"])
        complementary.finish(session, person, event["amc"], day=event.get("on", stage.today))
    stage.found["link_of"] = (event["who"], event["amc"])
