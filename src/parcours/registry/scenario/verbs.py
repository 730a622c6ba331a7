"""The verbs of money: claim, pay, reverse, regularise, write off; and what happens to a sheet on its way."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from parcours.registry.cards.service import ask_to_update, end_with_rights
from parcours.registry.claims import later, lifecycle, objections, sheets, summons
from parcours.registry.claims.adjudicate import adjudicate
from parcours.registry.claims.control import Refusal, confirm, return_unproven, stop, time_limit
from parcours.registry.claims.intake import CHOICES, OF_THE_FUND, read_facts, read_line
from parcours.registry.claims.looks import ClaimLooks
from parcours.registry.claims.models import Claim, ClaimState, Objection, SheetKind, Undue
from parcours.registry.claims.settling import recovery_years
from parcours.registry.claims.sheets import Sheet
from parcours.registry.complementary.models import LinkState
from parcours.registry.complementary.service import links_of, move, register
from parcours.registry.ledger.models import LedgerPosting, LedgerTransaction
from parcours.registry.payments import service as payments
from parcours.registry.scenario import problems
from parcours.registry.scenario.language import FACT_NAMES, cents
from parcours.registry.scenario.stage import DECLARED, FUND, Stage

Event = Mapping[str, Any]
BOOKS = {"amo": f"amo:{FUND}", "c2s": f"c2s:{FUND}"}
MOST = 10**9
OF_THE_FILE = {"mt"}
"""A short word for facts of the fund's file, which an event states in the place of the registry."""
NOT_A_DECLARED_DOCTOR = {"medecin_traitant": False, "role": "autre"}


def said(stage: Stage, event: Event, name: str) -> Any:
    """What an event says, else what the first event about the same sheet said, else the default of the cast."""
    before = stage.sheets.get(str(event.get("id", "")), {})
    return event.get(name, before.get(name, stage.scenario.defaults.get(name)))


def sheet_of(stage: Stage, session: Session, event: Event, kind: SheetKind, care: date, number: int) -> Sheet:
    """The sheet that an event tells of."""
    of, by = said(stage, event, "of") or "ana", said(stage, event, "by") or "mt"
    lines = [read_line(one, place) for place, one in enumerate(event.get("lines") or [said(stage, event, "fee")], 1)]
    acts = tuple(act for _, act in lines)
    payee = event.get("shown_card") or stage.scenario.people[of].payee
    tiers_payant = "full" if event.get("amc") == "c2s" else said(stage, event, "tp") or "none"
    if tiers_payant not in CHOICES["tiers_payant"]:
        raise problems.wrong_word(tiers_payant, field="tp", allowed=", ".join(CHOICES["tiers_payant"]))
    return Sheet(
        insured_id=stage.person(session, of), professional_id=stage.professional(session, by), fund_code=FUND,
        care_date=care, number=number, lines=tuple(fee for fee, _ in lines), acts=acts if any(acts) else (),
        kind=kind, tiers_payant=tiers_payant, total=cents(event["total"]) if "total" in event else None,
        card="unread" if event.get("degraded") else event.get("card", "read"),
        claims_right=event.get("claims_right", ""), ips=event.get("transmitted_ips") or event.get("ips", ""),
        payee_id=stage.person(session, payee) if payee else "", prescriber=prescriber(stage, session, event),
        prescribed_on=said(stage, event, "prescribed_on"), nature=nature_of(said(stage, event, "nature")),
        nature_on=said(stage, event, "nature_on"), agreement_on=said(stage, event, "agreement_on"),
        facts=sheet_facts(stage, event, one=len(lines) == 1 and not any(acts)),
    )  # fmt: skip


def prescriber(stage: Stage, session: Session, event: Event) -> str:
    """Who prescribed: somebody of the cast, or a number that no directory may know."""
    name = str(said(stage, event, "prescriber") or "")
    return stage.professional(session, name) if stage.is_professional(name) else name


def nature_of(name: str | None) -> str:
    """The insurance that the care falls under."""
    if (name or "") not in CHOICES["nature"]:
        raise problems.wrong_word(name, field="nature", allowed=", ".join(filter(None, CHOICES["nature"])))
    return name or ""


def sheet_facts(stage: Stage, event: Event, *, one: bool) -> dict[str, Any]:
    """What the sheet says of its act: the event's `facts`, then the facts that it names by themselves."""
    facts = {name: value for name, value in (said(stage, event, "facts") or {}).items() if name not in OF_THE_FILE}
    for name in FACT_NAMES - OF_THE_FUND - {"facts"}:
        value = said(stage, event, name)
        if name not in facts and value not in (None, "none", False):
            facts[name] = value
    return read_facts({name: value for name, value in facts.items() if name not in OF_THE_FUND}, one=one)


def stated(event: Event) -> dict[str, Any]:
    """What the fund's file says in place of the registry, by the facts of an event."""
    facts = event.get("facts") or {}
    return file_facts({name: value for name, value in facts.items() if name in OF_THE_FUND | OF_THE_FILE})


def file_facts(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Facts in the names of the vocabulary: `mt` says whether there is a médecin traitant."""
    rest = {name: value for name, value in facts.items() if name != "mt"}
    known = {} if "mt" not in facts else {"medecin_traitant": True} if facts["mt"] else NOT_A_DECLARED_DOCTOR
    return {**known, **rest}


def kind_of(event: Event) -> SheetKind:
    """How the sheet of an event reaches the fund."""
    if event.get("degraded"):
        return SheetKind.DEGRADED
    return SheetKind(event.get("kind", "electronic"))


def enter(stage: Stage, session: Session, event: Event, kind: SheetKind, care: date | None = None) -> Claim:
    """A sheet that arrives at the fund; the same name again is the same sheet."""
    name = str(event["id"])
    if name in stage.claims:
        claim = stage.claim(session, name)
        if claim.state in {ClaimState.ACKNOWLEDGED, ClaimState.WAITING_FOR_PROOF}:
            sheets.receive(session, claim, day=stage.today, at=stage.at)
        return claim
    stage.numbers += 1
    sheet = sheet_of(stage, session, event, kind, care or said(stage, event, "care") or stage.today, stage.numbers)
    mutuelle(stage, session, event)
    claim = sheets.write(session, sheet, day=stage.today, at=stage.at, state=ClaimState.RECEIVED)
    keep(stage, session, name, claim, event)
    return claim


def keep(stage: Stage, session: Session, name: str, claim: Claim, event: Event) -> None:
    """Remember which claim a name stands for."""
    stage.claims[name], stage.sheets[name] = claim.id, event
    stage.found.setdefault("deadline", {})[name] = time_limit(ClaimLooks(session), claim)


def mutuelle(stage: Stage, session: Session, event: Event) -> None:
    """The contract that an event names is what the insurer of the person guarantees; `link`: what the fund knows."""
    contract, link = said(stage, event, "mutuelle"), said(stage, event, "link") or "active"
    person = stage.person(session, said(stage, event, "of") or "ana")
    if contract not in (None, "none"):
        if not links_of(session, person):
            register(session, person, INSURER, contract=None, starts_on=DECLARED, at=stage.at, day=stage.today)
        for one in links_of(session, person):
            one.contract = contract
    if link not in LINKS:
        raise problems.wrong_word(link, field="link", allowed=", ".join(LINKS))
    if "link" in event and link != "active":
        for one in links_of(session, person):
            move(session, one, LINKS[link], said(stage, event, "care") or stage.today)
        stage.found["link_of"] = (stage.name_of(person), INSURER)


INSURER = "amc_a"
LINKS = {"active": LinkState.ACTIVE, "none": LinkState.ENDED, "ended": LinkState.ENDED,
         "suspended": LinkState.SUSPENDED}  # fmt: skip
"""What an event says of the link, and its state."""


def claim(stage: Stage, event: Event) -> None:
    """A sheet received, controlled and adjudicated; `repeat` times, `every` so many days."""
    repeat, first = event.get("repeat", 1), stage.today
    for number in range(repeat):
        shift = timedelta(days=number * event.get("every", 0))
        stage.today = first + shift
        name = event["id"] if repeat == 1 else f"{event['id']}{number + 1}"
        one = {**event, "id": name} | ({"care": event["care"] + shift} if "care" in event else {})
        with stage.writing() as session:
            mutuelle(stage, session, one)
            row = enter(stage, session, one, kind_of(one))
            adjudicate(session, row, day=stage.today, at=stage.at, stated=stated(one),
                       readings=stage.scenario.readings)  # fmt: skip


def pay(stage: Stage, event: Event) -> None:
    """A payment run for one person or professional, in one book."""
    who, book = event["who"], event.get("book", "amo")
    with stage.writing() as session:
        professional = stage.is_professional(who)
        party = stage.professional(session, who) if professional else stage.person(session, who)
        for one in [party] if professional else [party, *children(stage, session, who)]:
            for where in books_named(session, book, one):
                done = payments.run(session, where, one, professional=professional, day=stage.today, at=stage.at)
                if done.order is not None:
                    stage.found.setdefault("paid_as", {})[done.order.id] = (id(event), who)


def children(stage: Stage, session: Session, who: str) -> list[str]:
    """Those of the story whose refunds go to somebody."""
    return [stage.ids[name] for name, one in stage.scenario.people.items() if one.payee == who and name in stage.ids]


def insured_pays(stage: Stage, event: Event) -> None:
    """Somebody, or a practice, pays what they owe by themselves: all of it, or an amount."""
    with stage.writing() as session:
        amount = cents(event["amount"]) if "amount" in event else MOST
        professional = stage.is_professional(event["who"])
        party = (stage.professional if professional else stage.person)(session, event["who"])
        payments.pays_back(session, BOOKS["amo"], party, amount, day=stage.today, at=stage.at,
                           professional=professional)  # fmt: skip


def books_named(session: Session, book: str, party: str) -> list[str]:
    """The books that a word names: those of the fund, of every insurer (`amc`), or of one by its name."""
    if book in BOOKS:
        return [BOOKS[book]]
    return insurers(session, party) if book == "amc" else [f"amc:{book}"]


def insurers(session: Session, party: str) -> list[str]:
    """Books of the insurers that owe somebody something."""
    query = select(LedgerTransaction.book).join(LedgerPosting, LedgerPosting.transaction_id == LedgerTransaction.id)
    query = query.where(LedgerPosting.party == party, LedgerTransaction.book.like("amc:%"))
    return sorted(set(session.scalars(query)))


def paid(stage: Stage, event: Event) -> None:
    """One claim is paid to its professional."""
    with stage.writing() as session:
        row = stage.claim(session, event["id"])
        payments.run(session, BOOKS["amo"], row.professional_id, professional=True, day=stage.today, at=stage.at,
                     only=[row.id])  # fmt: skip


def received(stage: Stage, event: Event) -> None:
    """Sheets under tiers payant that the fund receives and adjudicates at once."""
    with stage.writing() as session:
        for name in event["ids"]:
            row = enter(stage, session, {"tp": "partial", **event, "id": name}, SheetKind.ELECTRONIC)
            if adjudicate(session, row, day=stage.today, at=stage.at) is None and row.state is ClaimState.HELD:
                confirm(session, row, "two visits", day=stage.today, at=stage.at)
                adjudicate(session, row, day=stage.today, at=stage.at)


def regularise(stage: Stage, event: Event) -> None:
    """A claim settled again with facts known later."""
    with stage.writing() as session:
        done = later.regularise(
            session, stage.claim(session, event["id"]), file_facts(event["change"]), day=stage.today, at=stage.at
        )
    stage.found.setdefault("changes", {})[event["id"]] = file_facts(event["change"])
    if done is not None:
        stage.found.setdefault("regularised", {})[event["id"]] = done


def regularise_again(stage: Stage, event: Event) -> None:
    """Every regularisation of the story once more: how many change something."""
    with stage.writing() as session:
        done = [
            later.regularise(session, stage.claim(session, name), change, day=stage.today, at=stage.at)
            for name, change in stage.found.get("changes", {}).items()
        ]
    stage.found["changed_again"] = sum(one is not None for one in done)


def reverse(stage: Stage, event: Event) -> None:
    """A claim taken back whole."""
    with stage.writing() as session:
        row = stage.claim(session, event["id"])
        later.reverse(session, row, event.get("cause", "cancelled"), day=stage.today, at=stage.at)


def notice_received(stage: Stage, event: Event) -> None:
    """The notice of a sum undue is received: its delays, and that of an objection."""
    with stage.writing() as session:
        who = event["who"]
        party = (
            {"professional_id": stage.professional(session, who)} if stage.is_professional(who)
            else {"insured_id": stage.person(session, who)}
        )  # fmt: skip
        found = later.undue_of(session, **party)
        if not found:
            raise problems.nothing_there(event["who"], field="who")
        undue = later.notice_received(session, found[-1], day=stage.today)
        stage.found["undue"], stage.found["notified"] = undue.id, stage.today
        stage.found.setdefault("deadline", {}).update(
            {
                "pay_observe_or_contest" if undue.professional_id else "correction": undue.answer_by,
                "first_set_off": undue.set_off_from,
                "cra": objections.act_by(stage.today),
                "limit": undue.limit_on,
            }
        )


def write_off(stage: Stage, event: Event) -> None:
    """What is still to take back at its limit is cancelled; before it, nothing is."""
    years = recovery_years(stage.scenario.readings, stage.today)
    with stage.writing() as session:
        payments.write_off(session, stage.claim(session, event["id"]), years, day=stage.today, at=stage.at)


def reject(stage: Stage, event: Event) -> None:
    """A sheet is rejected for a reason that the fund gives."""
    with stage.writing() as session:
        row = enter(stage, session, {"tp": "partial", **event}, SheetKind.ELECTRONIC)
        stop(session, row, Refusal(event["reason"]), day=stage.today, at=stage.at)


def decision_received(stage: Stage, event: Event) -> None:
    """A decision is received: until when to object."""
    stage.found["notified"] = stage.today
    stage.found.setdefault("deadline", {})["file"] = objections.act_by(stage.today)


def objection(stage: Stage, event: Event) -> None:
    """Somebody objects to a decision, or to a sum asked back."""
    with stage.writing() as session:
        undue = session.get(Undue, stage.found["undue"]) if "undue" in stage.found else None
        claim = stage.claim(session, event["id"]) if event.get("id") in stage.claims else None
        notified = stage.found.get("notified")
        if notified is None:
            raise problems.nothing_there("decision_received", field="objection")
        row = objections.object_to(session, day=stage.today, notified_on=notified, undue=undue, claim=claim)
        stage.found["objection"] = row.id
        stage.found["objection_states"] = [row.state.value]
        stage.found.setdefault("deadline", {})["answer"] = row.answer_by


def day_passes(stage: Stage, event: Event) -> None:
    """A day of the fund: silences speak, sheets without proof go back, practices that owe are summoned."""
    with stage.writing() as session:
        objections.let_silence_speak(session, stage.today)
        pursue(stage, session)
        return_unproven(session, FUND, day=stage.today, at=stage.at)
        end_with_rights(session, day=stage.today, at=stage.at)
        ask_to_update(session, day=stage.today, at=stage.at)
        note_silences(stage, session)


def pursue(stage: Stage, session: Session) -> None:
    """Sums that the professionals of the story owe: a summons, then a surcharge, each in its time."""
    ids = [one for name, one in stage.ids.items() if stage.is_professional(name)]
    for one in session.scalars(select(Undue).where(Undue.professional_id.in_(ids)).order_by(Undue.id)).all():
        summons.pursue(session, BOOKS["amo"], one, day=stage.today, at=stage.at)
        if one.pay_by is not None:
            stage.found.setdefault("deadline", {})["pay_by"] = one.pay_by


def note_silences(stage: Stage, session: Session) -> None:
    """What became of the objection of the story."""
    row = session.get(Objection, stage.found["objection"]) if "objection" in stage.found else None
    if row is not None and stage.found["objection_states"][-1] != row.state.value:
        stage.found["objection_states"].append(row.state.value)
        stage.found["deadline"]["court"] = row.court_by


def history(session: Session, claim_id: str) -> list[str]:
    """States of a claim, in order."""
    return [one.state.value for one in lifecycle.history(session, claim_id)]
