"""The sheet: written once, sent as often as needed, known again by its key.

A sheet says who gave what to whom, when, for how much. What the registry knows beside it is found at adjudication.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from parcours.law.workdays import working_days_after
from parcours.registry.claims import lifecycle, problems
from parcours.registry.claims.models import Claim, ClaimState, Lot, LotState, SheetKind
from parcours.registry.messages.models import MessageKind
from parcours.registry.messages.service import send
from parcours.registry.store.clock import now_utc
from parcours.registry.store.columns import blind_index, blind_indexes
from parcours.registry.store.ids import new_id
from parcours.text import plain_euros

MOST_LINES = 100
MOST_CENTS = 100_000_000
RESEND_DAYS = 2
"""Working days to send again after a bad acknowledgement: a setting (it stood in the text until 2007)."""
SOMETIMES = ("prescriber", "prescribed_on", "nature", "nature_on", "agreement_on")
"""What a sheet says only when there is something to say."""
PAPERS = (SheetKind.PAPER, SheetKind.PAPER_DUPLICATE, SheetKind.COPY)
FINGERPRINT = "claims_claims.fingerprint"
COPY_DAYS = "SIM-COPY-DAYS"
"""Why a copy is refused on a day on which it asks nothing: sent again on another, it is looked at again."""


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """What a sheet says."""

    insured_id: str
    professional_id: str
    fund_code: str
    care_date: date
    number: int
    """Order number of the professional's sheets made that day."""
    lines: tuple[int, ...]
    """Fee of each act, in cents."""
    acts: tuple[Mapping[str, Any], ...] = ()
    """What each line says of its act beside its fee, in the names of a line of a bill; nothing for all of them."""
    total: int | None = None
    kind: SheetKind = SheetKind.ELECTRONIC
    tiers_payant: str = "none"
    card: str = "read"
    """`read`, `unread`, or `opposed` when the list of the practice says so."""
    claims_right: str = ""
    """A right that the card shows: `c2s`."""
    ips: str = ""
    """Indicator of the pathway that the professional transmits."""
    payee_id: str = ""
    prescriber: str = ""
    """Who prescribed, by RPPS or FINESS number, as the sheet writes it."""
    prescribed_on: date | None = None
    nature: str = ""
    """The insurance that the care falls under, where the sheet names it."""
    nature_on: date | None = None
    """Day of the accident, of the birth, or when the pregnancy is presumed to have begun."""
    agreement_on: date | None = None
    """Day on which a prior agreement was asked for."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """Facts of the act in the names of the vocabulary: act, quantity, base, referral, exemption."""

    @property
    def key(self) -> str:
        """What makes it this sheet and no other."""
        said = f"{self.professional_id}|{self.care_date.isoformat()}|{self.number}|{self.kind in PAPERS}"
        return hashlib.sha256(said.encode()).hexdigest()

    @property
    def content(self) -> str:
        """Canonical JSON."""
        said = {
            "number": self.number, "lines": list(self.lines), "total": self.total, "tiers_payant": self.tiers_payant,
            "card": self.card, "claims_right": self.claims_right, "ips": self.ips, "insured_id": self.insured_id,
            "facts": {name: plain(value) for name, value in self.facts.items()},
        }  # fmt: skip
        said |= {name: plain(value) for name in SOMETIMES if (value := getattr(self, name))}
        if self.acts:
            said["acts"] = [{name: plain(value) for name, value in act.items()} for act in self.acts]
        return json.dumps(said, sort_keys=True, ensure_ascii=False)


def plain(value: object) -> object:
    """A fact as JSON holds it: dates and amounts as text."""
    return str(value) if isinstance(value, Decimal | date) else value


def said(claim: Claim) -> dict[str, Any]:
    """What the sheet of a claim says, to be read only."""
    return read(claim.content)


@lru_cache(maxsize=4096)
def read(content: str) -> dict[str, Any]:
    """The sheets of a block: their checks, their settlement and their decision all ask for them."""
    found: dict[str, Any] = json.loads(content)
    return found


def claim_of(sheet: Sheet) -> Claim:
    """A sheet as a claim, kept nowhere yet: what it would give can be asked before it is sent."""
    return Claim(
        insured_id=sheet.insured_id, payee_id=sheet.payee_id or sheet.insured_id,
        professional_id=sheet.professional_id, fund_code=sheet.fund_code, kind=sheet.kind, sheet_key=sheet.key,
        sheet_number=sheet.number, care_date=sheet.care_date, fee=sum(sheet.lines), content=sheet.content,
        state=ClaimState.DRAFT,
    )  # fmt: skip


def write(session: Session, sheet: Sheet, *, day: date, at: datetime, state: ClaimState = ClaimState.DRAFT) -> Claim:
    """Keep a sheet; the same one again is the same claim. Raises Invalid: its shape. Raises Conflict: altered."""
    check_shape(sheet, day)
    claim = claim_of(sheet)
    claim.id, claim.version, claim.recorded_at = new_id(), 1, now_utc()
    claim.fingerprint, claim.state = blind_index(sheet.content, FINGERPRINT), state
    claim.received_on = day if state is ClaimState.RECEIVED else None
    if lifecycle.begin(session, claim, day=day, at=at):
        return claim
    known = session.scalars(select(Claim).where(Claim.sheet_key == sheet.key)).one()
    if known.fingerprint not in blind_indexes(sheet.content, FINGERPRINT):
        raise problems.sheet_altered(sheet.number)
    if state is ClaimState.RECEIVED and known.reason == COPY_DAYS:
        receive_again(session, known, day=day, at=at)
    return known


def receive_again(session: Session, claim: Claim, *, day: date, at: datetime) -> None:
    """A rejected sheet comes another day: that day counts."""
    lifecycle.move(session, claim, ClaimState.RECEIVED, day=day, at=at)
    claim.reason, claim.received_on = None, day
    session.flush()


def check_shape(sheet: Sheet, day: date) -> None:
    """Raise Invalid for a sheet that cannot be one."""
    if not 1 <= len(sheet.lines) <= MOST_LINES:
        raise problems.no_lines(len(sheet.lines), most=MOST_LINES)
    for fee in sheet.lines:
        if not 0 < fee <= MOST_CENTS:
            raise problems.fee_out_of_range(plain_euros(fee) if fee > 0 else str(fee))
    if sheet.care_date > day:
        raise problems.care_in_future(sheet.care_date, day=day)


# --- from the desk to the fund ---------------------------------------------------------------------------------------


def issue(session: Session, sheet: Sheet, lot: str, *, day: date, at: datetime) -> Claim:
    """Write, sign, batch and send a sheet."""
    claim = write(session, sheet, day=day, at=at)
    if claim.state is ClaimState.DRAFT:
        lifecycle.move(session, claim, ClaimState.SIGNED, day=day, at=at)
        send_in_lot(session, claim, lot, day=day, at=at)
    return claim


def send_in_lot(session: Session, claim: Claim, lot: str, *, day: date, at: datetime) -> None:
    """Put a claim in a lot and send it; a second time after a bad acknowledgement, or none."""
    lifecycle.move(session, claim, ClaimState.BATCHED, day=day, at=at)
    row = lot_of(session, claim, lot, day)
    claim.lot_id = row.id
    row.sheets, row.total = row.sheets + 1, row.total + claim.fee
    lifecycle.move(session, claim, ClaimState.SENT, day=day, at=at)
    body = {"lot": lot, "sheets": row.sheets, "total": plain_euros(row.total), "sheet_key": claim.sheet_key}
    send(session, MessageKind.LOT, "sent", claim.fund_code, body, at=at, day=day, claim_id=claim.id)


def lot_of(session: Session, claim: Claim, number: str, day: date) -> Lot:
    """The lot of this number of a practice, begun when there is none. Raises Conflict: it was answered already."""
    row = session.scalar(select(Lot).where(
        Lot.professional_id == claim.professional_id, Lot.fund_code == claim.fund_code, Lot.number == number
    ))  # fmt: skip
    if row is None:
        row = Lot(professional_id=claim.professional_id, fund_code=claim.fund_code, number=number, sent_on=day,
                  sheets=0, total=0, state=LotState.SENT)  # fmt: skip
        session.add(row)
        session.flush()
    if row.state is not LotState.SENT:
        raise problems.lot_answered(number)
    return row


def acknowledge_lot(session: Session, lot: Lot, anomaly: str = "", *, day: date, at: datetime) -> date | None:
    """The fund answers a lot: each of its sheets is received, or all are to be sent again by the day given back."""
    again = None
    for claim in session.scalars(select(Claim).where(Claim.lot_id == lot.id).order_by(Claim.sheet_number, Claim.id)):
        if claim.state is ClaimState.SENT:
            again = acknowledge(session, claim, anomaly, day=day, at=at) or again
    return again


def acknowledge(session: Session, claim: Claim, anomaly: str = "", *, day: date, at: datetime) -> date | None:
    """The fund says that it received a sheet (not that it accepts it), or what is wrong. The day to send again by.

    A sheet whose total is not the sum of its lines is refused whatever else it says: nobody chooses one of the two.
    """
    content = said(claim)
    if content["total"] is not None and content["total"] != sum(content["lines"]):
        lines = plain_euros(sum(content["lines"]))
        anomaly = f"total {plain_euros(content['total'])}, lines {lines}"
    body = {"result": "negative" if anomaly else "positive", "anomaly": anomaly, "sheet_key": claim.sheet_key}
    send(session, MessageKind.ARL, body["result"], claim.professional_id, body, at=at, day=day, claim_id=claim.id)
    lot = session.get(Lot, claim.lot_id) if claim.lot_id else None
    if lot is not None:
        bad = anomaly or lot.state is LotState.REFUSED
        lot.state, lot.answered_on = LotState.REFUSED if bad else LotState.ACKNOWLEDGED, day
    if anomaly:
        lifecycle.move(session, claim, ClaimState.REFUSED, day=day, at=at, why=f"arl negative: {anomaly}")
        return working_days_after(day, RESEND_DAYS)
    if claim.state is ClaimState.SENT:
        claim.reason = None
        lifecycle.move(session, claim, ClaimState.ACKNOWLEDGED, day=day, at=at)
        if claim.kind is SheetKind.DEGRADED:
            lifecycle.move(session, claim, ClaimState.WAITING_FOR_PROOF, day=day, at=at)
    return None


def receive(session: Session, claim: Claim, *, day: date, at: datetime) -> None:
    """The fund takes a sheet in: the day of reception counts for the time limit."""
    if claim.state is ClaimState.RECEIVED:
        return
    lifecycle.move(session, claim, ClaimState.RECEIVED, day=day, at=at)
    claim.received_on = claim.received_on or day
    session.flush()
