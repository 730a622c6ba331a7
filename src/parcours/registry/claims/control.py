"""What the fund checks before it settles: rights, card, time, duplicates. Each refusal has a code that stays."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from parcours.law import thresholds
from parcours.law.codes import Profession
from parcours.law.workdays import working_days_after
from parcours.registry.claims import lifecycle
from parcours.registry.claims.acts import of_a_spa
from parcours.registry.claims.agreements import is_agreed
from parcours.registry.claims.looks import ClaimLooks
from parcours.registry.claims.models import Claim, ClaimEvent, ClaimState, Nature, Objection, ObjectionState, SheetKind
from parcours.registry.claims.sheets import COPY_DAYS, said
from parcours.registry.directory.models import OrganisationKind, PracticeMode, Professional
from parcours.registry.directory.service import active_on
from parcours.registry.messages.models import MessageKind
from parcours.registry.messages.service import send
from parcours.registry.people.models import RightKind

AGAIN = {SheetKind.PAPER_DUPLICATE, SheetKind.COPY}
"""A sheet sent another time on paper."""
HOSPITAL = Profession.ETABLISSEMENT.name.lower()


@dataclass(frozen=True)
class Refusal:
    """Why a claim does not go on: its code, the state it gets, what is told."""

    code: str
    state: ClaimState = ClaimState.REJECTED
    tells: str = ""
    """Subject of a message to the insured."""
    names: dict[str, str] = field(default_factory=dict)


def rights_closed(looks: ClaimLooks, claim: Claim, at: datetime) -> Refusal | None:
    """No rights on the care day, as known now."""
    open_then = looks.affiliation(claim.insured_id, claim.care_date, at) is not None
    return None if open_then else Refusal("SIM-RIGHTS-CLOSED")


def time_limit(looks: ClaimLooks, claim: Claim) -> date:
    """Last day to ask what a claim gives: that of the insured person, or of who asks the fund to be paid.

    For a work accident any professional or hospital has two years from the act (L431-2), for other care a hospital has
    a year from the act or the end of the stay (L162-25, since 2012: before, the time of the insured).
    """
    content, care = said(claim), claim.care_date
    if content["tiers_payant"] == "none":
        return thresholds.last_day_to_ask(care)
    if is_work_accident(content):
        return thresholds.years_after(care, thresholds.whole("remboursement.prescription_accident_annees", care))
    own = thresholds.value_on("remboursement.prescription_hopital_annees", care)
    if own is not None and of_a_hospital(looks, claim):
        return thresholds.years_after(care, int(own.value))
    return thresholds.last_day_to_ask(care)


def of_a_hospital(looks: ClaimLooks, claim: Claim) -> bool:
    """Is it a hospital that asks to be paid: by its own sheet, unless of a spa, or for a doctor whom it employs?"""
    if looks.professional(claim.professional_id).profession == HOSPITAL:
        return not of_a_spa(said(claim))
    main = next(iter(looks.workplaces(claim.professional_id, claim.care_date, None)), None)
    return main is not None and main[0].mode is PracticeMode.SALARIE and main[1].kind is OrganisationKind.HOPITAL


def is_work_accident(content: Mapping[str, Any]) -> bool:
    """Does a sheet say that its care follows a work accident?"""
    exempt = str(content["facts"].get("exemption", "")).split("+")
    return content.get("nature") == Nature.WORK_ACCIDENT or RightKind.AT_MP.value in exempt


def time_barred(looks: ClaimLooks, claim: Claim, _at: datetime) -> Refusal | None:
    """Received after the last day: the day of reception counts."""
    late = claim.received_on is not None and claim.received_on > time_limit(looks, claim)
    return Refusal("SIM-TIME-BARRED", ClaimState.TIME_BARRED) if late else None


def copy_out_of_days(_looks: ClaimLooks, claim: Claim, _at: datetime) -> Refusal | None:
    """The copy of an electronic sheet asks a refund between two days after the care (R161-47 III)."""
    if claim.kind is not SheetKind.COPY or claim.received_on is None:
        return None
    first, last = (claim.care_date + timedelta(days=thresholds.whole(f"delais.copie_{one}_jour", claim.care_date))
                   for one in ("premier", "dernier"))  # fmt: skip
    if first <= claim.received_on <= last:
        return None
    return Refusal(COPY_DAYS, tells="rejected", names={"from": first.isoformat(), "until": last.isoformat()})


def not_agreed(looks: ClaimLooks, claim: Claim, _at: datetime) -> Refusal | None:
    """The act is refunded after a prior agreement only, and there was none before it (L315-2)."""
    agreed = is_agreed(looks.session, claim, said(claim))
    return None if agreed else Refusal("SIM-AGREEMENT-MISSING", tells="rejected")


def card_opposed(looks: ClaimLooks, claim: Claim, _at: datetime) -> Refusal | None:
    """Tiers payant with a card on the opposition list."""
    content = said(claim)
    if content["tiers_payant"] == "none":
        return None
    if content["card"] == "opposed" or looks.opposed(claim.insured_id, claim.care_date):
        return Refusal("SIM-CARD-OPPOSED")
    return None


def right_unknown(looks: ClaimLooks, claim: Claim, at: datetime) -> Refusal | None:
    """The card shows a right that was not open that day."""
    shown = said(claim)["claims_right"]
    if not shown or shown not in {one.value for one in RightKind}:
        return None
    held = {one.kind.value for one in looks.rights(claim.insured_id, claim.care_date, at)}
    return None if shown in held else Refusal("0450 072", tells="update_your_card")


OWN_RIGHT = {Nature.MATERNITY: RightKind.MATERNITE, Nature.WORK_ACCIDENT: RightKind.AT_MP}
"""Insurances that are not everybody's: the right that each needs, and the exemption that goes with it alone."""


def nature_does_not_fit(looks: ClaimLooks, claim: Claim, at: datetime) -> Refusal | None:
    """The insurance that the sheet names is not open that day, or its exemption is that of another."""
    content = said(claim)
    nature = content.get("nature", "")
    if not nature:
        return None
    needed = OWN_RIGHT.get(Nature(nature))
    held = {one.kind for one in looks.rights(claim.insured_id, claim.care_date, at)} if needed else set()
    others = {one.value for one in OWN_RIGHT.values() if one is not needed}
    exempt = set(str(content["facts"].get("exemption", "")).split("+"))
    fits = (needed is None or needed in held) and not others & exempt
    return None if fits else Refusal("0317 051")


def prescription_refused(looks: ClaimLooks, claim: Claim, _at: datetime) -> Refusal | None:
    """The sheet names a prescriber that no directory knows; or who did not practise then, or prescribed after it."""
    content = said(claim)
    written = content.get("prescribed_on")
    day = date.fromisoformat(written) if written else claim.care_date
    if reference := content.get("prescriber"):
        prescriber = looks.prescriber(reference)
        if prescriber is None:
            return Refusal("0460 053")
        if isinstance(prescriber, Professional) and not active_on(prescriber, day):
            return Refusal("0470 049")
    return Refusal("0470 049") if day > claim.care_date else None


def professional_ceased(looks: ClaimLooks, claim: Claim, _at: datetime) -> Refusal | None:
    """The professional did not practise any more."""
    if active_on(looks.professional(claim.professional_id), claim.care_date):
        return None
    return Refusal("SIM-PROFESSIONAL-CEASED")


def duplicate(looks: ClaimLooks, claim: Claim, _at: datetime) -> Refusal | None:
    """The copy of a sheet already dealt with; or what only looks like one, which an officer decides."""
    twin = next((one for one in looks.alike(claim) if act_of(one) == act_of(claim)), None)
    if twin is None:
        return None
    if upheld(looks.session, claim):
        return None
    if {twin.kind, claim.kind} & AGAIN or claim.original_id == twin.id:
        claim.original_id = twin.id
        paid = looks.session.scalar(
            select(ClaimEvent.day).where(ClaimEvent.claim_id == twin.id, ClaimEvent.state == ClaimState.PAID)
        )
        names = {"original": twin.id} | ({"paid_on": paid.isoformat()} if paid else {})
        return Refusal("2900 005", names=names)
    held = select(ClaimEvent.id).where(ClaimEvent.claim_id == claim.id, ClaimEvent.state == ClaimState.HELD)
    confirmed = looks.session.scalar(held) is not None
    return None if confirmed else Refusal("SIM-SUSPECT-DUPLICATE", ClaimState.HELD, names={"like": twin.id})


def upheld(session: Session, claim: Claim) -> bool:
    """The commission has said that the practice was right about this sheet."""
    query = select(Objection.id).where(
        Objection.claim_id == claim.id, Objection.professional_id == claim.professional_id,
        Objection.state == ObjectionState.ACCEPTED,
    )  # fmt: skip
    return session.scalar(query.limit(1)) is not None


def act_of(claim: Claim) -> Any:
    """The act that a sheet names, the same for a copy."""
    content = said(claim)
    facts = content["facts"]
    return facts.get("act"), facts.get("quantity", 1), content["lines"], content.get("acts")


CHECKS: tuple[Callable[[ClaimLooks, Claim, datetime], Refusal | None], ...] = (
    rights_closed, time_barred, professional_ceased, right_unknown, nature_does_not_fit, card_opposed, duplicate,
    prescription_refused, not_agreed, copy_out_of_days,
)  # fmt: skip
"""In the order in which a fund looks."""


def control(session: Session, claim: Claim, *, day: date, at: datetime) -> Refusal | None:
    """Check a received claim; it stays received when nothing is wrong."""
    found = first_refusal(ClaimLooks(session), claim, at)
    if found is not None:
        stop(session, claim, found, day=day, at=at)
    return found


def first_refusal(looks: ClaimLooks, claim: Claim, at: datetime) -> Refusal | None:
    """The first check that a claim does not pass."""
    return next((found for check in CHECKS if (found := check(looks, claim, at)) is not None), None)


def stop(session: Session, claim: Claim, refusal: Refusal, *, day: date, at: datetime) -> None:
    """Reject or hold a claim, and tell the practice; the insured too when there is something to do."""
    lifecycle.move(session, claim, refusal.state, day=day, at=at, why=refusal.code)
    if refusal.state is ClaimState.HELD:
        return
    body = {"status": "rejected", "reason": refusal.code, "paid": "0.00", "sheet_key": claim.sheet_key,
            **refusal.names}  # fmt: skip
    send(session, MessageKind.RSP, "rejected", claim.professional_id, body, at=at, day=day, claim_id=claim.id)
    if refusal.tells:
        send(session, MessageKind.AVIS, refusal.tells, claim.insured_id, {"reason": refusal.code}, at=at, day=day,
             insured_id=claim.insured_id, claim_id=claim.id)  # fmt: skip


def confirm(session: Session, claim: Claim, word: str, *, day: date, at: datetime) -> None:
    """An officer says that a held claim is no duplicate."""
    lifecycle.move(session, claim, ClaimState.RECEIVED, day=day, at=at, why=word)
    claim.reason = None
    session.flush()


def return_unproven(session: Session, fund_code: str, *, day: date, at: datetime) -> int:
    """Degraded sheets whose signed paper has not come in time go back to the practice; how many."""
    allowed = thresholds.whole("delais.feuille_tiers_payant_jours", day)
    query = select(Claim, Claim.waits_since)
    query = query.where(Claim.fund_code == fund_code, Claim.state == ClaimState.WAITING_FOR_PROOF)
    late = [claim for claim, since in session.execute(query) if since and working_days_after(since, allowed) < day]
    for claim in late:
        stop(session, claim, Refusal("SIM-PROOF-MISSING"), day=day, at=at)
    return len(late)
