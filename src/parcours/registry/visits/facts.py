"""The facts of a visit, derived from the registry: what the engine needs to know, and from which record each comes.

    facts = visit_facts(session, patient_id, professional_id, on)
    facts.values()      # {"role": "medecin_traitant", "age": 41, …}: the vocabulary of the engine
    facts.sources()     # {"role": Source("declaration", "0190…"), …}
    facts.questions     # what the registry cannot know: is the care related to the ALD?

`known_at` answers as the registry knew at an instant.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from parcours.law import thresholds
from parcours.registry.declarations.models import Declaration, Tenure
from parcours.registry.declarations.timeline import Grace
from parcours.registry.directory.models import Organisation, OrganisationKind, Practice, PracticeMode, Professional
from parcours.registry.directory.service import active_on
from parcours.registry.people.models import Insured, Right, RightKind
from parcours.registry.people.service import age_on
from parcours.registry.referrals.covering import Covering
from parcours.registry.referrals.models import Flow, Referral
from parcours.registry.store.db import Base
from parcours.registry.visits.looks import Looks
from parcours.registry.visits.words import REASONS
from parcours.text import Text

# Rights that exempt every act of the person, the most protective first; then those that exempt some acts only.
EXEMPT_ALL = (
    RightKind.MATERNITE,
    RightKind.VICTIME_TERRORISME,
    RightKind.PENSION_MILITAIRE,
    RightKind.INVALIDITE,
    RightKind.ASPA,
)
_EXEMPT_RELATED = (RightKind.ALD, RightKind.SUIVI_POST_ALD, RightKind.AT_MP)


class Source(NamedTuple):
    """The record that a fact comes from."""

    kind: str
    id: str

    @classmethod
    def of(cls, record: Base | None) -> Source | None:
        return None if record is None else cls(_KINDS[type(record).__name__], record.id)


_KINDS = {
    "Insured": "patient",
    "Professional": "professional",
    "Practice": "practice",
    "Organisation": "organisation",
    "Convention": "convention",
    "Affiliation": "affiliation",
    "Right": "right",
    "Tenure": "declaration",
    "Declaration": "declaration",
    "Referral": "referral",
    "DeficitZone": "deficit_zone",
}


class DerivedFact(NamedTuple):
    """One fact: its name and value in the vocabulary, why, and from which record."""

    name: str
    value: Any
    because: str
    source: Source | None = None

    @property
    def reason(self) -> Text:
        """Why."""
        return REASONS[self.because]


@dataclass
class VisitFacts:
    """Facts of one visit, in the order of the vocabulary, with what the registry cannot know."""

    patient_id: str = field(repr=False)
    professional_id: str
    organisation_id: str | None
    care_date: date
    known_at: datetime | None
    facts: dict[str, DerivedFact] = field(default_factory=dict, repr=False)
    questions: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Fact → the values among which only who asks can choose."""
    notes: list[str] = field(default_factory=list)
    """Stable codes of what was passed over: a referral used up, out of validity, a rhythm exceeded."""

    def put(self, name: str, value: Any, because: str, record: Base | None = None) -> None:
        self.facts[name] = DerivedFact(name, value, because, Source.of(record))

    def values(self) -> dict[str, Any]:
        """Name → value, for the engine."""
        return {name: fact.value for name, fact in self.facts.items()}

    def sources(self) -> dict[str, Source | None]:
        """Name → record."""
        return {name: fact.source for name, fact in self.facts.items()}

    def as_json(self) -> str:
        """The values as canonical JSON."""
        return json.dumps(self.values(), default=iso, sort_keys=True, ensure_ascii=False)


def visit_facts(
    session: Session,
    patient: str,
    professional: str,
    on: date,
    *,
    organisation_id: str | None = None,
    known_at: datetime | None = None,
    related_to: str | None = None,
    looks: Looks | None = None,
) -> VisitFacts:
    """Facts of a visit of a person (public id) to a professional (public id or RPPS) on a day.

    `organisation_id`: where; the professional's principal place that day when not given.
    `known_at`: as the registry knew at that instant; now when not given.
    `related_to`: `ald`, `suivi_post_ald`, `at_mp` or `none`: is the care related to such a right?
    `looks`: what the facts are read from, when it was prepared for many visits.
    Raises `NotFound`: unknown person, professional or place.
    """
    looks = looks or Looks(session)
    insured = looks.insured(patient)
    doctor = looks.professional(professional)
    workplaces = looks.workplaces(doctor.id, on, known_at)
    practices = [practice for practice, _ in workplaces]
    place = _place(looks, workplaces, organisation_id)
    facts = VisitFacts(insured.id, doctor.id, place.id if place else None, on, known_at)
    _identity(facts, insured, doctor)
    _scheme_and_convention(looks, facts)
    last = looks.last_contract(insured.id, on, known_at)
    in_force = last if last is not None and last[0].holds(on) else None
    covered = looks.covering(insured.id, doctor, on, known_at)
    _medecin_traitant(looks, facts, doctor, practices, place, in_force, covered.referral)
    _referral(facts, covered)
    _grace(facts, last)
    _installation(looks, facts, doctor, practices, place)
    rights = looks.rights(insured.id, on, known_at)
    _rights(facts, rights, related_to)
    _setting(facts, rights, doctor, place)
    return facts


def _identity(facts: VisitFacts, insured: Insured, doctor: Professional) -> None:
    facts.put("care_date", facts.care_date, "asked")
    facts.put("patient_id", insured.id, "registered", insured)
    facts.put("professional_id", doctor.id, "registered", doctor)
    facts.put("birth_date", insured.birth_date, "registered", insured)
    facts.put("age", age_on(insured.birth_date, facts.care_date), "registered", insured)
    facts.put("profession", doctor.profession, "registered", doctor)
    if not active_on(doctor, facts.care_date):
        facts.notes.append("professional_ceased")
    if doctor.specialty:
        facts.put("specialty", doctor.specialty, "registered", doctor)


def _scheme_and_convention(looks: Looks, facts: VisitFacts) -> None:
    convention = looks.convention(facts.professional_id, facts.care_date, facts.known_at)
    if convention is not None:
        facts.put("convention", convention.convention, "registered", convention)
    affiliation = looks.affiliation(facts.patient_id, facts.care_date, facts.known_at)
    if affiliation is not None:
        facts.put("scheme", affiliation.scheme, "registered", affiliation)


def _medecin_traitant(
    looks: Looks,
    facts: VisitFacts,
    doctor: Professional,
    practices: list[Practice],
    place: Organisation | None,
    in_force: tuple[Tenure, Declaration] | None,
    referral: Referral | None,
) -> None:
    """`medecin_traitant` and `role`: the nearest link first."""
    tenure, declaration = in_force or (None, None)
    facts.put("medecin_traitant", tenure is not None, "in_force" if tenure else "no_declaration", declaration)
    if tenure is not None and tenure.professional_id == doctor.id:
        secondary = place is not None and any(one.organisation_id == place.id and not one.main for one in practices)
        role = ("cabinet_secondaire", "secondary_practice") if secondary else ("medecin_traitant", "in_force")
        facts.put("role", *role, declaration)
    elif (signed := looks.signed_form(facts.patient_id, doctor.id, facts.care_date, facts.known_at)) is not None:
        facts.put("role", "nouveau_medecin_traitant", "signed_not_recorded", signed)
    elif in_force is not None and _stand_in(looks, facts, doctor, practices, *in_force):
        return
    elif referral is not None and referral.flow is Flow.CORRESPONDANT_GENERALISTE:
        facts.put("role", "correspondant", "referred", referral)
    else:
        facts.put("role", "autre", "no_link")


def _stand_in(
    looks: Looks,
    facts: VisitFacts,
    doctor: Professional,
    practices: list[Practice],
    tenure: Tenure,
    declaration: Declaration,
) -> bool:
    """Designated jointly, a locum of the médecin traitant, or of the same premises: put the role, say whether."""
    on, known_at = facts.care_date, facts.known_at
    if doctor.profession != "medecin" or not active_on(doctor, on):
        return False
    shared = looks.shared_places(tenure.professional_id, doctor.id, on, known_at)
    if shared and doctor.id in looks.joint_doctors(declaration.id):
        facts.put("role", "designe_conjointement", "designated_jointly", declaration)
        return True
    locum = next(
        (one for one in practices if one.mode is PracticeMode.REMPLACANT and one.replaced_id == tenure.professional_id),
        None,
    )
    if locum is not None:
        facts.put("role", "remplacant", "locum", locum)
        return True
    if shared:
        facts.put("role", "meme_cabinet", "same_premises", shared[0])
    return bool(shared)


def _referral(facts: VisitFacts, covered: Covering) -> None:
    facts.notes += [f"referral_{why}" for _, why in covered.passed_over]
    referral = covered.referral
    if facts.facts["role"].value in {"medecin_traitant", "cabinet_secondaire", "designe_conjointement"}:
        facts.put("referral", "none", "own_doctor")
    elif referral is None:
        facts.put("referral", "none", "no_referral")
    else:
        facts.put("referral", flow_of(referral), "referred", referral)


def flow_of(referral: Referral) -> str:
    """What a referral is, as a fact of a visit."""
    if referral.flow is Flow.CORRESPONDANT_GENERALISTE:
        return "soins_iteratifs" if referral.plan_id else "avis_ponctuel"
    return referral.flow.value


def _grace(facts: VisitFacts, last: tuple[Tenure, Declaration] | None) -> None:
    """`medecin_traitant_left_on`: the doctor left, nobody declared since."""
    if last is not None and (grace := Grace.after(last[0], facts.care_date)) is not None:
        facts.put("medecin_traitant_left_on", grace.left_on, "departed", last[1])


def _installation(
    looks: Looks,
    facts: VisitFacts,
    doctor: Professional,
    practices: list[Practice],
    place: Organisation | None,
) -> None:
    """`installed_on`, `zone_deficitaire`: a general practitioner who has just settled."""
    if doctor.specialty not in thresholds.general_practice():
        return
    practice = next((one for one in practices if place is not None and one.organisation_id == place.id), None)
    zone = None
    if place is not None and practice is not None:
        zone = looks.deficit_zone(place.commune_code, practice.starts_on, facts.known_at)
    facts.put("zone_deficitaire", zone is not None, "zone" if zone else "no_zone", zone)
    if zone is not None and practice is not None:
        facts.put("installed_on", practice.starts_on, "zone", practice)
    elif doctor.installed_on is not None:
        facts.put("installed_on", doctor.installed_on, "registered", doctor)


def _rights(facts: VisitFacts, rights: list[Right], related_to: str | None) -> None:
    by_kind = {one.kind: one for one in reversed(rights)}
    for name, kind in (("c2s", RightKind.C2S), ("ame", RightKind.AME)):
        right = by_kind.get(kind)
        facts.put(name, right is not None, "right_open" if right else "no_right", right)
    contract = by_kind.get(RightKind.CONTRACT)
    if contract is not None:
        facts.put("contract", contract.detail, "right_open", contract)
    _exemption(facts, by_kind, related_to)


def _exemption(facts: VisitFacts, by_kind: dict[RightKind, Right], related_to: str | None) -> None:
    """Exempt for every act; or for the acts related to an ALD or an accident, which only who asks can tell."""
    general = next((by_kind[kind] for kind in EXEMPT_ALL if kind in by_kind), None)
    if general is not None:
        facts.put("exemption", general.kind.value, "right_open", general)
        return
    partial = [by_kind[kind] for kind in _EXEMPT_RELATED if kind in by_kind]
    if not partial:
        facts.put("exemption", "none", "no_right")
        return
    if related_to is None and facts.facts["referral"].value == "protocole_ald":
        related_to = RightKind.ALD.value
    chosen = next((one for one in partial if one.kind.value == related_to), None)
    if chosen is not None:
        facts.put("exemption", chosen.kind.value, "right_open", chosen)
    elif related_to == "none":
        without = "ald_sans_rapport" if RightKind.ALD in by_kind else "none"
        facts.put("exemption", without, "asked", partial[0])
    else:
        facts.questions["exemption"] = (*(one.kind.value for one in partial), "none")


def _setting(facts: VisitFacts, rights: list[Right], doctor: Professional, place: Organisation | None) -> None:
    """`special_setting`: of the place first, then of where the person lives."""
    if place is not None and place.special_setting != "none":
        facts.put("special_setting", place.special_setting, "place", place)
        return
    for kind, setting in ((RightKind.DETENTION, "detenu"), (RightKind.EHPAD, "ehpad")):
        lives_in = next((one for one in rights if one.kind is kind), None)
        if lives_in is not None:
            facts.put("special_setting", setting, "right_open", lives_in)
            return
    centre = place is not None and place.kind is OrganisationKind.CENTRE_DE_SANTE
    if centre and doctor.specialty in thresholds.general_practice() and facts.facts["zone_deficitaire"].value:
        facts.put("special_setting", "centre_sante_zone_deficitaire", "place", place)
    else:
        facts.put("special_setting", "none", "ordinary_place", place)


def _place(
    looks: Looks, workplaces: list[tuple[Practice, Organisation]], organisation_id: str | None
) -> Organisation | None:
    if organisation_id is not None:
        return looks.organisation(organisation_id)
    return workplaces[0][1] if workplaces else None


def iso(value: object) -> str:
    """A date, and anything else, as text: the default of the JSON that is kept."""
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
