"""The yearly flat fee of a médecin traitant as the registry knows it, and its parts as a fund pays them (simulated).

A fund pays for its own insured; the patients are those of 31 December before, and the year does not move after it.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from parcours.law import thresholds
from parcours.registry.claims.models import Claim
from parcours.registry.declarations.models import Tenure
from parcours.registry.directory.models import Professional
from parcours.registry.directory.places import deficit_zone_on
from parcours.registry.directory.service import convention_on, workplaces_on
from parcours.registry.ledger import service as ledger
from parcours.registry.ledger.models import Account, Cause
from parcours.registry.ledger.service import Entry, Line
from parcours.registry.payments.practices import FlatFee, OfTheDoctor, yearly_flat_fee
from parcours.registry.people.models import Affiliation, Insured, Right, RightKind
from parcours.registry.people.service import age_on
from parcours.registry.store.periods import holding
from parcours.rules.practice import SECOND_YEAR

AGES = (
    ("forfait_mt.age_moyen", "moins_de_7"),
    ("forfait_mt.age_avance", "de_7_a_74"),
    ("forfait_mt.grand_age", "de_75_a_79"),
)
"""The first age that a rate is no longer for."""


@dataclass(frozen=True)
class Counted:
    """The patients of a doctor on a day, by kind, and how many have the C2S."""

    bands: Mapping[str, int]
    c2s: int


def is_known(year: int) -> bool:
    """Does the law of a year know the flat fee?"""
    return thresholds.value_on("forfait_mt.des_80", date(year, 1, 1)) is not None


def flat_fee_of(session: Session, professional_id: str, year: int, fund_code: str | None = None) -> FlatFee:
    """The flat fee of a doctor for a year, all funds together or for the insured of one."""
    counted = patients_of(session, professional_id, year, fund_code)
    return yearly_flat_fee(counted.bands, counted.c2s, year, doctor_of(session, professional_id, year))


def patients_of(session: Session, professional_id: str, year: int, fund_code: str | None = None) -> Counted:
    """The patients of 31 December before a year."""
    on, first = date(year - 1, 12, 31), date(year, 1, 1)
    tenures = select(Tenure.insured_id).where(Tenure.professional_id == professional_id, holding(Tenure, on))
    query = select(Insured).where(Insured.id.in_(tenures))
    if fund_code is not None:
        of_the_fund = select(Affiliation.insured_id).where(Affiliation.fund_code == fund_code, holding(Affiliation, on))
        query = query.where(Insured.id.in_(of_the_fund))
    people = list(session.scalars(query))
    rights = kinds_of(session, [one.id for one in people], on)
    seen = seen_lately(session, professional_id, on)
    bands = Counter(
        "non_vu" if seen is not None and one.id not in seen
        else band_of(age_on(one.birth_date, on), first, ald=RightKind.ALD in rights.get(one.id, ()))
        for one in people
    )  # fmt: skip
    return Counted(bands, sum(RightKind.C2S in rights.get(one.id, ()) for one in people))


def kinds_of(session: Session, ids: Iterable[str], on: date) -> Mapping[str, frozenset[RightKind]]:
    """The rights of many people on a day, asked for at once; which condition it is, is not shown."""
    found: dict[str, set[RightKind]] = {}
    wanted = list(ids)
    rows = session.scalars(select(Right).where(Right.insured_id.in_(wanted), holding(Right, on))) if wanted else ()
    for one in rows:
        found.setdefault(one.insured_id, set()).add(one.kind)
    return {person: frozenset(kinds) for person, kinds in found.items()}


def band_of(age: int, on: date, *, ald: bool) -> str:
    """The kind of patient that the flat fee counts, by the law of a day."""
    band = next((name for limit, name in AGES if age < thresholds.whole(limit, on)), "des_80")
    if ald:
        return "ald_des_80" if band == "des_80" else "ald_moins_de_80"
    return band


def seen_lately(session: Session, professional_id: str, on: date) -> frozenset[str] | None:
    """Whom a doctor billed in the years that count; None when the registry has no older sheets: it cannot tell."""
    value = thresholds.value_on("forfait_mt.non_vu_annees", date(on.year + 1, 1, 1))
    if value is None:
        return None
    since = thresholds.years_after(on, -int(value.value))
    oldest = session.scalar(select(func.min(Claim.care_date)).where(Claim.professional_id == professional_id))
    if oldest is None or oldest > since:
        return None
    query = select(Claim.insured_id).where(
        Claim.professional_id == professional_id, Claim.care_date > since, Claim.care_date <= on
    )
    return frozenset(session.scalars(query.distinct()))


def doctor_of(session: Session, professional_id: str, year: int) -> OfTheDoctor:
    """What the registry knows of a doctor: convention, zone, first practice there. It knows no age of doctors."""
    on = date(year - 1, 12, 31)
    convention = convention_on(session, professional_id, on)
    doctor = session.get_one(Professional, professional_id)
    places = [place for _, place in workplaces_on(session, doctor.id, on)]
    zone = any(deficit_zone_on(session, one.commune_code, on) is not None for one in places)
    installed = doctor.installed_on
    years = age_on(installed, on) + 1 if zone and installed is not None and installed <= on else 0
    return OfTheDoctor(
        "secteur_1" if convention is None else convention.convention, None, zone,
        years if years <= SECOND_YEAR else 0,
    )  # fmt: skip


def post_part(session: Session, fund_code: str, professional_id: str, year: int, month: int, *, at: datetime) -> int:
    """Make one part of the flat fee of a doctor due, once; its cents. The next payment run of the fund pays it."""
    fee = flat_fee_of(session, professional_id, year, fund_code)
    cents = dict(fee.parts).get(month, 0)
    if cents:
        ledger.post(session, Entry(
            book=f"amo:{fund_code}", kind="forfait", key=f"forfait:{fund_code}:{professional_id}:{year}:{month}",
            cause=Cause.OFFICER, cause_id=professional_id, at=date(year, month, 1), known_at=at,
            lines=(Line(Account.FORFAIT, professional_id, cents), Line(Account.A_PAYER_PROFESSIONAL, professional_id,
                                                                      -cents)),
        ))  # fmt: skip
    return cents


def doctors_of(session: Session, fund_code: str, year: int) -> list[str]:
    """Médecins traitants of the insured of a fund on 31 December before a year."""
    on = date(year - 1, 12, 31)
    query = (
        select(Tenure.professional_id)
        .join(Affiliation, Affiliation.insured_id == Tenure.insured_id)
        .where(Affiliation.fund_code == fund_code, holding(Affiliation, on), holding(Tenure, on))
    )
    return sorted(set(session.scalars(query.distinct())))
