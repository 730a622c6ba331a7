"""The verbs of money: claim, pay, reverse, regularise, write off; and what happens to a sheet on its way."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from parcours.registry.claims import later, lifecycle, objections, sheets
from parcours.registry.claims.adjudicate import adjudicate
from parcours.registry.claims.control import Refusal, confirm, control, last_day, stop
from parcours.registry.claims.models import Claim, ClaimState, SheetKind, Undue
from parcours.registry.claims.sheets import Sheet
from parcours.registry.complementary.service import links_of
from parcours.registry.ledger.models import LedgerPosting, LedgerTransaction
from parcours.registry.payments import service as payments
from parcours.registry.people.service import close_right, rights_on
from parcours.registry.scenario.language import cents
from parcours.registry.scenario.stage import FUND, Stage

Event = Mapping[str, Any]
BOOKS = {"amo": f"amo:{FUND}", "c2s": f"c2s:{FUND}"}
MOST = 10**9
NOT_A_DECLARED_DOCTOR = {"medecin_traitant": False, "role": "autre"}


def said(stage: Stage, event: Event, name: str) -> Any:
    """What an event says, else what the first event about the same sheet said, else the default of the cast."""
    before = stage.sheets.get(str(event.get("id", "")), {})
    return event.get(name, before.get(name, stage.scenario.defaults.get(name)))


def sheet_of(stage: Stage, session: Session, event: Event, kind: SheetKind, care: date, number: int) -> Sheet:
    """The sheet that an event tells of."""
    facts = {name: value for name, value in (said(stage, event, "facts") or {}).items() if name not in {"mt", "c2s"}}
    referral = said(stage, event, "referral")
    if referral not in (None, "none"):
        facts = {"referral": referral} | facts
    of, by = said(stage, event, "of") or "ana", said(stage, event, "by") or "mt"
    lines = tuple(cents(one) for one in event["lines"]) if "lines" in event else (cents(said(stage, event, "fee")),)
    payee = event.get("shown_card") or stage.scenario.people[of].payee
    tiers_payant = "full" if event.get("amc") == "c2s" else said(stage, event, "tp") or "none"
    return Sheet(
        insured_id=stage.person(session, of), professional_id=stage.professional(session, by), fund_code=FUND,
        care_date=care, number=number, lines=lines, kind=kind, tiers_payant=tiers_payant,
        total=cents(event["total"]) if "total" in event else None,
        card="unread" if event.get("degraded") else event.get("card", "read"),
        claims_right=event.get("claims_right", ""), ips=event.get("transmitted_ips") or event.get("ips", ""),
        payee_id=stage.person(session, payee) if payee else "", facts=facts,
    )  # fmt: skip


def stated(event: Event) -> dict[str, Any]:
    """What the fund's file says in place of the registry, by the facts of an event."""
    facts = event.get("facts") or {}
    known = {} if "mt" not in facts else {"medecin_traitant": True} if facts["mt"] else NOT_A_DECLARED_DOCTOR
    return {**known, **({"c2s": facts["c2s"]} if "c2s" in facts else {})}


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
    keep(stage, name, claim, event)
    return claim


def keep(stage: Stage, name: str, claim: Claim, event: Event) -> None:
    """Remember which claim a name stands for."""
    stage.claims[name], stage.sheets[name] = claim.id, event
    stage.found.setdefault("deadline", {})[name] = last_day(claim.care_date)


def mutuelle(stage: Stage, session: Session, event: Event) -> None:
    """The contract that an event names is what the insurer of the person guarantees."""
    contract = said(stage, event, "mutuelle")
    if contract in (None, "none"):
        return
    person = stage.person(session, said(stage, event, "of") or "ana")
    for link in links_of(session, person):
        link.contract = contract


# --- verbs -----------------------------------------------------------------------------------------------------------


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
            adjudicate(session, row, day=stage.today, at=stage.at, stated=stated(one))


def pay(stage: Stage, event: Event) -> None:
    """A payment run for one person or professional, in one book."""
    who, book = event["who"], event.get("book", "amo")
    with stage.writing() as session:
        professional = stage.is_professional(who)
        party = stage.professional(session, who) if professional else stage.person(session, who)
        for one in [party] if professional else [party, *children(stage, session, who)]:
            for where in [BOOKS[book]] if book in BOOKS else insurers(session, one):
                done = payments.run(session, where, one, professional=professional, day=stage.today, at=stage.at)
                if done.order is not None:
                    stage.found.setdefault("paid_as", {})[done.order.id] = (id(event), who)


def children(stage: Stage, session: Session, who: str) -> list[str]:
    """Those of the story whose refunds go to somebody."""
    return [stage.ids[name] for name, one in stage.scenario.people.items() if one.payee == who and name in stage.ids]


def insured_pays(stage: Stage, event: Event) -> None:
    """Somebody pays what they owe by themselves: all of it, or an amount."""
    with stage.writing() as session:
        amount = cents(event["amount"]) if "amount" in event else MOST
        payments.insured_pays(session, BOOKS["amo"], stage.person(session, event["who"]), amount, day=stage.today,
                              at=stage.at)  # fmt: skip


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
            session, stage.claim(session, event["id"]), event["change"], day=stage.today, at=stage.at
        )
    stage.found.setdefault("changes", {})[event["id"]] = event["change"]
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
        party = stage.person(session, event["who"])
        undue = later.notice_received(session, later.undue_of(session, insured_id=party)[-1], day=stage.today)
        stage.found["deadline"] |= {
            "correction": undue.answer_by,
            "first_set_off": undue.set_off_from,
            "cra": objections.file_by(stage.today),
        }


def write_off(stage: Stage, event: Event) -> None:
    """What is still to take back at its limit is cancelled."""
    with stage.writing() as session:
        payments.write_off(session, stage.claim(session, event["id"]), day=stage.today, at=stage.at)


def send(stage: Stage, event: Event) -> None:
    """A sheet that arrives and is controlled; it is not adjudicated yet."""
    with stage.writing() as session:
        if "c2s_ended" in event:
            party = stage.person(session, event["of"])
            for right in rights_on(session, party, event["c2s_ended"]):
                close_right(session, right.id, ends_on=event["c2s_ended"] + timedelta(days=1), at=stage.at)
        original = event.get("same_sheet_as")
        copied = {**stage.sheets[original], **event, "kind": "electronic"} if original else event
        row = enter(stage, session, copied, kind_of(copied), copied.get("care"))
        if original:
            row.original_id = stage.claims[original]
        control(session, row, day=stage.today, at=stage.at)


def paper_received(stage: Stage, event: Event) -> None:
    """A paper sheet arrives by post."""
    who = {"of": event["of"]} if "of" in event else {"of": next(iter(stage.ids), "ana")}
    with stage.writing() as session:
        row = enter(stage, session, {**who, **event}, SheetKind.PAPER)
        control(session, row, day=stage.today, at=stage.at)


def fse(stage: Stage, event: Event) -> None:
    """An electronic sheet is written, signed and sent in a lot."""
    name = str(event["id"])
    with stage.writing() as session:
        stage.numbers += 1
        care = event.get("care") or stage.today
        sheet = sheet_of(stage, session, event, kind_of(event), care, stage.numbers)
        row = sheets.issue(session, sheet, event.get("lot", "L1"), day=stage.today, at=stage.at)
        keep(stage, name, row, {**event, "care": care})
        if row.state is ClaimState.SENT and sheet.total is not None and sheet.total != sum(sheet.lines):
            sheets.acknowledge(session, row, day=stage.today, at=stage.at)


def arl(stage: Stage, event: Event) -> None:
    """The fund acknowledges a lot, or says what is wrong with it."""
    anomaly = "" if event["result"] == "positive" else event.get("anomaly", "altered")
    with stage.writing() as session:
        row = stage.claim(session, event["id"])
        by = sheets.acknowledge(session, row, anomaly, day=stage.today, at=stage.at)
    if by is not None:
        stage.found["deadline"]["resend"] = by


def resend(stage: Stage, event: Event) -> None:
    """The same sheet in another lot."""
    with stage.writing() as session:
        sheets.send_in_lot(session, stage.claim(session, event["id"]), event["lot"], day=stage.today, at=stage.at)


def both_lots_arrive(stage: Stage, event: Event) -> None:
    """Two lots with the same sheet: each is acknowledged, the sheet is one."""
    with stage.writing() as session:
        for _ in range(2):
            sheets.acknowledge(session, stage.claim(session, next(iter(stage.claims))), day=stage.today, at=stage.at)


def paper_proof(stage: Stage, event: Event) -> None:
    """The signed paper of a degraded sheet."""
    with stage.writing() as session:
        sheets.receive(session, stage.claim(session, event["id"]), day=stage.today, at=stage.at)


def officer_confirms(stage: Stage, event: Event) -> None:
    """An officer says that a held sheet is no duplicate."""
    with stage.writing() as session:
        confirm(session, stage.claim(session, event["id"]), "two visits", day=stage.today, at=stage.at)


def reject(stage: Stage, event: Event) -> None:
    """A sheet is rejected for a reason that the fund gives."""
    with stage.writing() as session:
        row = enter(stage, session, {"tp": "partial", **event}, SheetKind.ELECTRONIC)
        stop(session, row, Refusal(event["reason"]), day=stage.today, at=stage.at)


def decision_received(stage: Stage, event: Event) -> None:
    """A decision is received: until when to object."""
    stage.found["notified"] = stage.today
    stage.found.setdefault("deadline", {})["file"] = objections.file_by(stage.today)


def objection(stage: Stage, event: Event) -> None:
    """Somebody objects to a decision, or to a sum asked back."""
    with stage.writing() as session:
        undue = session.get(Undue, stage.found["undue"]) if "undue" in stage.found else None
        row = objections.object_to(session, day=stage.today, notified_on=stage.found["notified"], undue=undue)
        stage.found["objection"] = row.id
        stage.found["objection_states"] = [row.state.value]
        stage.found.setdefault("deadline", {})["answer"] = row.answer_by


def day_passes(stage: Stage, event: Event) -> None:
    """A day of the fund: silences speak."""
    with stage.writing() as session:
        for one in objections.let_silence_speak(session, stage.today):
            if one.id == stage.found.get("objection"):
                stage.found["objection_states"].append(one.state.value)
                stage.found["deadline"]["court"] = one.court_by


def history(session: Session, claim_id: str) -> list[str]:
    """States of a claim, in order."""
    return [one.state.value for one in lifecycle.history(session, claim_id)]
