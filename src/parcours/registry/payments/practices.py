"""What is due to a practice beside its acts (simulated): the penalty of a late payment, the yearly flat fee."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from parcours.law import thresholds
from parcours.law.workdays import working_days_between
from parcours.registry.claims import lifecycle
from parcours.registry.claims.models import Claim, ClaimState, SheetKind
from parcours.registry.claims.sheets import said
from parcours.registry.ledger import service as ledger
from parcours.registry.ledger.models import Account, Cause
from parcours.registry.ledger.service import Entry, Line
from parcours.rules.money import portion
from parcours.rules.practice import flat_fee, flat_fee_increase, late_penalty

HALF_YEAR = 6
BANDS = ("moins_de_7", "de_7_a_74", "de_75_a_79", "des_80", "ald_moins_de_80", "ald_des_80", "non_vu")
"""Kinds of patients that the flat fee tells apart."""
MONTHS = (4, 6, 9, 11)
"""Months in which the flat fee is paid, a part each."""


def in_cents(parameter: str, on: date) -> int:
    """An amount of the law in cents, or a rate in basis points."""
    value = thresholds.value_on(parameter, on)
    return 0 if value is None else int(value.value * 100)


# --- guarantee -------------------------------------------------------------------------------------------------------


def working_day(claim: Claim, paid_on: date) -> int:
    """On which working day after its reception a claim is paid."""
    return working_days_between(claim.received_on or paid_on, paid_on)


def penalty_of(claim: Claim, part: int, paid_on: date) -> int:
    """The penalty of one invoice, by the law of the day it was received; none without a card that was read."""
    if claim.kind is not SheetKind.ELECTRONIC or said(claim)["card"] != "read" or claim.received_on is None:
        return 0
    on = claim.received_on
    return late_penalty(
        part, working_day(claim, paid_on), thresholds.whole("delais.garantie_jours", on),
        thresholds.whole("garantie.penalite_jour", on), in_cents("garantie.penalite_forfait", on),
        in_cents("garantie.penalite_taux", on),
    )  # fmt: skip


def note_penalty(session: Session, book: str, claim: Claim, part: int, *, day: date, at: datetime) -> None:
    """Post the penalty of a late payment: due to the practice, paid in the next half-year, never by the insured.

    At the first payment of an invoice: what is paid again, after a transfer that came back, or more, bears none.
    """
    cents = penalty_of(claim, part, day)
    if cents and lifecycle.first_day(session, claim.id, ClaimState.PAID) is None:
        ledger.post(session, Entry(
            book=book, kind="penalty", key=f"penalty:{claim.id}", cause=Cause.ORDER, cause_id=claim.id, at=day,
            known_at=at, claim_id=claim.id,
            lines=(Line(Account.PENALITE, claim.professional_id, cents, claim.id),
                   Line(Account.PENALITE_DUE, claim.professional_id, -cents, claim.id)),
        ))  # fmt: skip


def next_half_year(day: date) -> date:
    """First day of the half-year that follows."""
    return date(day.year, HALF_YEAR + 1, 1) if day.month <= HALF_YEAR else date(day.year + 1, 1, 1)


# --- flat fee --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class FlatFee:
    """The flat fee of one doctor for a year, in cents, and when each part is paid."""

    socle: int
    c2s: int
    parts: tuple[tuple[int, int], ...]
    """(Month, cents). What prevention adds is not in them: it is known once the year is over."""
    increase: int = 0
    """For the age of the doctor, or the zone."""
    prevention: int = 0

    @property
    def year(self) -> int:
        """The whole year."""
        return self.socle + self.c2s + self.increase + self.prevention


@dataclass(frozen=True)
class OfTheDoctor:
    """What of a doctor changes the flat fee; what nobody says changes nothing."""

    convention: str = "secteur_1"
    age: int | None = None
    """On 1 January."""
    priority_zone: bool = False
    practice_year: int = 0
    """1 or 2: the year of a first practice in a priority zone; 0 for any other."""
    indicators: int = 0
    """Prevention indicators met, each counted once a patient."""


WITHOUT_FLAT_FEE = ("secteur_2", "non_conventionne")
"""Conventions whose doctors have no flat fee: sector 2 without OPTAM, and none."""
ORDINARY = OfTheDoctor()


def yearly_flat_fee(patients: Mapping[str, int], c2s: int, year: int, doctor: OfTheDoctor = ORDINARY) -> FlatFee:
    """The flat fee for the patients of 31 December before, by kind; those with the C2S count once more."""
    on = date(year, 1, 1)
    months = MONTHS[: thresholds.whole("forfait_mt.versements", on)]
    if doctor.convention in WITHOUT_FLAT_FEE:
        return FlatFee(0, 0, tuple((month, 0) for month in months))
    socle = sum(flat_fee(patients.get(band, 0), in_cents(f"forfait_mt.{band}", on)) for band in BANDS)
    supplement = flat_fee(c2s, in_cents("forfait_mt.c2s", on))
    aged = doctor.age is not None and doctor.age >= thresholds.whole("forfait_mt.medecin_age", on)
    increase = flat_fee_increase(
        socle, aged or doctor.priority_zone, doctor.practice_year,
        *(in_cents(f"forfait_mt.{name}_taux{part}", on)
          for name, part in (("majoration", ""), ("installation", "_1"), ("installation", "_2"))),
    )  # fmt: skip
    total, count = socle + supplement + increase, len(months)
    ends = [portion(total, number, count) for number in range(count + 1)]
    parts = tuple((month, ends[number + 1] - ends[number]) for number, month in enumerate(months))
    prevention = flat_fee(doctor.indicators, in_cents("forfait_mt.prevention_indicateur", on))
    return FlatFee(socle, supplement, parts, increase, prevention)
