"""What the control and the settlement of a block of claims need, read together: a few statements for all of them.

Whatever is rare (a letter addressed to this doctor, a doctor designated jointly) is asked one question at a time, of
the same functions. What is read beforehand is filtered by the day as those functions filter it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session, load_only

from parcours.registry.cards.models import Card
from parcours.registry.claims.counters import CARRIER, PHARMACY
from parcours.registry.claims.looks import GONE, ClaimLooks
from parcours.registry.claims.models import Claim, ClaimEvent, ClaimState, Decision
from parcours.registry.complementary.models import Link
from parcours.registry.complementary.service import nearest
from parcours.registry.declarations.models import Declaration, Tenure
from parcours.registry.declarations.timeline import forms_not_recorded
from parcours.registry.directory.models import (
    SHARED,
    Convention,
    DeficitZone,
    Organisation,
    Practice,
    PracticeMode,
    Professional,
    ZoneKind,
)
from parcours.registry.people.models import Affiliation, Insured, Right
from parcours.registry.referrals.covering import Covering
from parcours.registry.referrals.models import Flow, Referral
from parcours.registry.store.bulk import among
from parcours.registry.store.periods import known
from parcours.registry.visits.looks import When
from parcours.rules.types import Counters

NEEDED: dict[Any, Any] = {
    Insured: load_only(Insured.birth_text),
    Affiliation: load_only(Affiliation.insured_id, Affiliation.scheme, Affiliation.starts_on, Affiliation.ends_on),
    Right: load_only(Right.insured_id, Right.kind_text, Right.detail, Right.starts_on, Right.ends_on),
    Referral: load_only(
        Referral.insured_id, Referral.addressee_id, Referral.specialty_text, Referral.flow_text, Referral.issued_on
    ),
    Link: load_only(Link.insured_id, Link.insurer, Link.contract, Link.starts_on, Link.ends_on, Link.state),
    Tenure: load_only(
        Tenure.insured_id, Tenure.professional_id, Tenure.end_reason, Tenure.starts_on, Tenure.ends_on
    ),
    Declaration: load_only(Declaration.id, raiseload=True),
    Professional: load_only(
        Professional.profession, Professional.specialty, Professional.installed_on, Professional.ceased_on
    ),
    Convention: load_only(
        Convention.professional_id, Convention.convention, Convention.starts_on, Convention.ends_on
    ),
    Practice: load_only(
        Practice.professional_id, Practice.organisation_id, Practice.mode, Practice.main, Practice.replaced_id,
        Practice.starts_on, Practice.ends_on,
    ),
    Organisation: load_only(Organisation.kind, Organisation.commune_code, Organisation.special_setting),
}  # fmt: skip
"""What is read of each table; anything else of a row is read when it is asked for."""

T = TypeVar("T")
Borne = tuple[str, date, int, int, int, int, int, str]
"""Of a decision that stands: professional, day of care, year, contribution, their number, deductible, sessions,
profession."""


class Prepared(ClaimLooks):
    """Answers prepared for a block of claims, as known at one instant."""

    def __init__(self, session: Session, claims: Sequence[Claim], *, year: int, at: datetime) -> None:
        super().__init__(session)
        self.at, self.year = at, year
        self.claims = claims
        self.people = sorted({one.insured_id for one in claims})
        of_person: Callable[..., dict[str, list[Any]]] = self.of_person
        self.insured_by_id = {
            one.id: one
            for one in session.scalars(
                select(Insured).options(NEEDED[Insured]).where(among(session, Insured.id, self.people))
            )
        }
        self.affiliations = of_person(Affiliation, Affiliation.starts_on.desc(), known_only=True)
        self.rights_by_person = of_person(Right, Right.starts_on, Right.id, known_only=True)
        self.referrals = of_person(Referral, Referral.issued_on.desc(), Referral.id.desc())
        self.links = of_person(Link, Link.id)
        self.with_card = set(
            session.scalars(select(Card.insured_id).where(among(session, Card.insured_id, self.people)))
        )
        self.tenures = self.read_tenures()
        doctors = {one.professional_id for one in claims}
        doctors |= {tenure.professional_id for rows in self.tenures.values() for tenure, _ in rows}
        self.read_professionals(sorted(doctors))
        forms = forms_not_recorded(among(session, Declaration.insured_id, self.people), at)
        self.forms = grouped(session.scalars(forms), lambda one: one.insured_id)
        self.borne = self.read_borne()
        self.events = numbers_of(session, claims)
        self.prescribers: dict[str, Professional | Organisation | None] = {}

    def of_person(self, model: Any, *order: Any, known_only: bool = False) -> dict[str, list[Any]]:
        """The rows of each person, in an order."""
        query = select(model).options(NEEDED[model]).where(among(self.session, model.insured_id, self.people))
        if known_only:
            query = query.where(known(model, self.at))
        return grouped(self.session.scalars(query.order_by(*order)), lambda one: str(one.insured_id))

    def read_tenures(self) -> dict[str, list[tuple[Tenure, Declaration]]]:
        """The tenures of each person, the one to end last first."""
        query = (
            select(Tenure, Declaration)
            .options(NEEDED[Tenure], NEEDED[Declaration])
            .join(Declaration, Declaration.id == Tenure.declaration_id)
            .where(among(self.session, Tenure.insured_id, self.people), known(Tenure, self.at))
            .order_by(Tenure.ends_on.desc().nulls_first(), Tenure.starts_on.desc())
        )
        return grouped(((row[0], row[1]) for row in self.session.execute(query)), lambda pair: pair[0].insured_id)

    def read_professionals(self, doctors: Sequence[str]) -> None:
        """The professionals of the block and the médecins traitants of its people: where they work, and how."""
        chosen = select(Professional).options(NEEDED[Professional])
        chosen = chosen.where(among(self.session, Professional.id, doctors))
        self.professionals = {one.id: one for one in self.session.scalars(chosen)}
        conventions = (
            select(Convention)
            .options(NEEDED[Convention])
            .where(among(self.session, Convention.professional_id, doctors), known(Convention, self.at))
        )
        self.conventions = grouped(
            self.session.scalars(conventions.order_by(Convention.starts_on.desc())), lambda one: one.professional_id
        )
        practices = (
            select(Practice, Organisation)
            .options(NEEDED[Practice], NEEDED[Organisation])
            .join(Organisation, Organisation.id == Practice.organisation_id)
            .where(among(self.session, Practice.professional_id, doctors), known(Practice, self.at))
            .order_by(Practice.main.desc(), Practice.starts_on, Practice.id)
        )
        pairs = [(row[0], row[1]) for row in self.session.execute(practices)]
        self.practices = grouped(pairs, lambda pair: pair[0].professional_id)
        communes = sorted({place.commune_code for _, place in pairs})
        zones = select(DeficitZone).where(DeficitZone.commune_code.in_(communes), DeficitZone.kind == ZoneKind.ZIP)
        self.zones = grouped(
            self.session.scalars(zones.where(known(DeficitZone, self.at))), lambda one: one.commune_code
        )

    def read_borne(self) -> dict[str, list[Borne]]:
        """What each person has borne, by the decisions that stand: of the year, or of days as late as the care."""
        first = date(min(one.care_date for one in self.claims).year, 1, 1)
        query = (
            select(
                Decision.insured_id, Decision.professional_id, Decision.care_date, Decision.year, Decision.pf,
                Decision.pf_number, Decision.fr, Decision.sessions, Professional.profession,
            )
            .join(Professional, Professional.id == Decision.professional_id)
            .where(among(self.session, Decision.insured_id, self.people), Decision.current.is_(True))
            .where((Decision.year == self.year) | (Decision.care_date >= first))
        )  # fmt: skip
        found: dict[str, list[Borne]] = defaultdict(list)
        for row in self.session.execute(query):
            found[row[0]].append((row[1], row[2], row[3], row[4], row[5], row[6], row[7], row[8]))
        return found

    def unusual(self) -> set[str]:
        """Whose claims are to be looked at one by one: two sheets alike, or a sheet that was decided before."""
        days = {one.care_date for one in self.claims}
        alike = (
            select(Claim.insured_id)
            .where(
                among(self.session, Claim.insured_id, self.people),
                Claim.care_date >= min(days),
                Claim.care_date <= max(days),
            )
            .where(Claim.state.not_in([*GONE, ClaimState.DRAFT]), Claim.received_on.is_not(None))
            .group_by(Claim.insured_id, Claim.professional_id, Claim.care_date, Claim.fee)
            .having(func.count() > 1)
        )
        decided = select(Decision.insured_id).where(
            among(self.session, Decision.claim_id, [one.id for one in self.claims])
        )
        return {*self.session.scalars(alike), *self.session.scalars(decided)}

    def add(self, decision: Decision) -> None:
        """A decision that the next claims of the person find."""
        profession = self.professional(decision.professional_id).profession
        self.borne.setdefault(decision.insured_id, []).append((
            decision.professional_id, decision.care_date, decision.year, decision.pf, decision.pf_number, decision.fr,
            decision.sessions, profession,
        ))  # fmt: skip

    # --- the people of the block ---

    def insured(self, reference: str) -> Insured:
        return self.insured_by_id[reference]

    def affiliation(self, insured_id: str, on: date, known_at: When) -> Affiliation | None:
        return next((one for one in self.affiliations.get(insured_id, ()) if one.holds(on)), None)

    def rights(self, insured_id: str, on: date, known_at: When) -> list[Right]:
        return [one for one in self.rights_by_person.get(insured_id, ()) if one.holds(on)]

    def last_contract(self, insured_id: str, on: date, known_at: When) -> tuple[Tenure, Declaration] | None:
        return next((one for one in self.tenures.get(insured_id, ()) if one[0].starts_on <= on), None)

    def signed_form(self, insured_id: str, doctor_id: str, on: date, known_at: When) -> Declaration | None:
        forms = self.forms.get(insured_id, ())
        signed = (one for one in forms if one.professional_id == doctor_id)
        return next((one for one in signed if one.signed_on is not None and one.signed_on <= on), None)

    def covering(self, insured_id: str, professional: Professional, on: date, known_at: When) -> Covering:
        for one in self.referrals.get(insured_id, ()):
            may = one.addressee_id == professional.id or (
                one.addressee_id is None and (one.specialty == professional.specialty or one.flow is Flow.SEQUENCE)
            )
            if may and one.issued_on <= on:
                return super().covering(insured_id, professional, on, known_at)
        return Covering(None)

    def link(self, insured_id: str, on: date) -> Link | None:
        return nearest(self.links.get(insured_id, ()), on)

    def opposed(self, insured_id: str, on: date) -> bool:
        return insured_id in self.with_card and super().opposed(insured_id, on)

    def alike(self, claim: Claim) -> Sequence[Claim]:
        return ()  # who has two is looked at one by one

    def counters(self, insured_id: str, professional_id: str, care: date, year: int) -> Counters:
        carrier = self.professional(professional_id).profession == CARRIER
        pf = number = number_day = fr = fr_day = sessions = 0
        for professional, day, of, cents, count, deductible, held, profession in self.borne.get(insured_id, ()):
            if of == year:
                pf, number, fr = pf + cents, number + count, fr + deductible
            if day == care:
                number_day += count if professional == professional_id else 0
                capped = profession == CARRIER if carrier else profession not in (CARRIER, PHARMACY)
                fr_day += deductible if capped else 0
            sessions += held if day.year == care.year else 0
        return Counters(pf, number, number_day, fr, fr_day, sessions)

    # --- professionals and places ---

    def professional(self, reference: str) -> Professional:
        return self.professionals[reference]

    def prescriber(self, reference: str) -> Professional | Organisation | None:
        if reference not in self.prescribers:
            self.prescribers[reference] = super().prescriber(reference)
        return self.prescribers[reference]

    def workplaces(self, professional_id: str, on: date, known_at: When) -> list[tuple[Practice, Organisation]]:
        return [one for one in self.practices.get(professional_id, ()) if one[0].holds(on)]

    def shared_places(self, one_id: str, other_id: str, on: date, known_at: When) -> list[Organisation]:
        places = self.own_places(one_id, on)
        both = places.keys() & self.own_places(other_id, on).keys()
        return [places[one] for one in sorted(both) if places[one].kind in SHARED]

    def own_places(self, professional_id: str, on: date) -> dict[str, Organisation]:
        """Where a professional works that day on their own account."""
        here = self.workplaces(professional_id, on, self.at)
        return {place.id: place for practice, place in here if practice.mode is not PracticeMode.REMPLACANT}

    def convention(self, professional_id: str, on: date, known_at: When) -> Convention | None:
        return next((one for one in self.conventions.get(professional_id, ()) if one.holds(on)), None)

    def deficit_zone(self, commune_code: str, on: date, known_at: When) -> DeficitZone | None:
        return next((one for one in self.zones.get(commune_code, ()) if one.holds(on)), None)


def numbers_of(session: Session, claims: Sequence[Claim]) -> dict[str, int]:
    """How many events each claim has."""
    query = select(ClaimEvent.claim_id, func.count()).where(
        among(session, ClaimEvent.claim_id, [one.id for one in claims])
    )
    return {row[0]: row[1] for row in session.execute(query.group_by(ClaimEvent.claim_id))}


def grouped(rows: Iterable[T], key: Callable[[T], str]) -> dict[str, list[T]]:
    """Rows by what they belong to, in their order."""
    found: dict[str, list[T]] = defaultdict(list)
    for one in rows:
        found[key(one)].append(one)
    return dict(found)
