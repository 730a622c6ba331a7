"""The facts of a visit, derived from the registry: what the engine needs to know, and from which record each comes.

    facts = visit_facts(session, patient_id, professional_id, on)
    facts.values()      # {"role": "medecin_traitant", "age": 41, …}: the vocabulary of the engine
    facts.sources()     # {"role": Source("declaration", "0190…"), …}
    facts.questions     # what the registry cannot know: is the care related to the ALD?

`known_at` answers as the registry knew at an instant.  An answered visit is kept (:func:`answer_visit`) and never
rewritten; :func:`visits_that_would_change` tells which ones later knowledge contradicts.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, exists, select
from sqlalchemy.orm import Session

from parcours.registry.declarations.models import AnsweredVisit, Contract, Declaration, Route, State
from parcours.registry.declarations.service import Grace, joint_doctors, last_contract
from parcours.registry.directory.models import Organisation, OrganisationKind, Practice, PracticeMode, Professional
from parcours.registry.directory.places import deficit_zone_on
from parcours.registry.directory.service import (
    active_on,
    convention_on,
    get_organisation,
    get_professional,
    shared_places,
    workplaces_on,
)
from parcours.registry.people.models import Insured, Right, RightKind
from parcours.registry.people.service import affiliation_on, age_on, get_insured, rights_on
from parcours.registry.referrals.models import Flow, Referral
from parcours.registry.referrals.service import GENERALISTES, Covering, covering
from parcours.registry.store.db import Base, now_utc
from parcours.registry.store.periods import KNOWN_AT, ON, asked

# Rights that exempt every act of the person, the most protective first; then those that exempt some acts only.
_EXEMPT_ALL = (
    RightKind.MATERNITE,
    RightKind.VICTIME_TERRORISME,
    RightKind.PENSION_MILITAIRE,
    RightKind.INVALIDITE,
    RightKind.ASPA,
)
_EXEMPT_RELATED = (RightKind.ALD, RightKind.AT_MP)

REASONS: dict[str, tuple[str, str]] = {
    "registered": ("inscrit au registre", "registered"),
    "in_force": ("déclaration en vigueur ce jour-là", "declaration in force on that day"),
    "no_declaration": ("aucune déclaration en vigueur ce jour-là", "no declaration in force on that day"),
    "secondary_practice": (
        "cabinet secondaire du médecin traitant",
        "secondary practice of the médecin traitant",
    ),
    "designated_jointly": (
        "désigné conjointement avec le médecin traitant",
        "designated together with the médecin traitant",
    ),
    "signed_not_recorded": (
        "formulaire signé, pas encore enregistré par la caisse",
        "form signed, not yet recorded by the fund",
    ),
    "locum": ("remplace le médecin traitant ce jour-là", "stands in for the médecin traitant on that day"),
    "same_premises": (
        "même cabinet de groupe ou centre de santé, le médecin traitant n'étant pas disponible",
        "same group practice or health centre, the médecin traitant not being available",
    ),
    "referred": ("adressage valable pour cette consultation", "a referral that covers this visit"),
    "no_referral": ("aucun adressage ne couvre cette consultation", "no referral covers this visit"),
    "own_doctor": ("son propre médecin traitant : pas d'adressage", "their own médecin traitant: no referral needed"),
    "no_link": ("aucun lien enregistré", "no recorded link"),
    "departed": ("départ du médecin traitant", "departure of the médecin traitant"),
    "right_open": ("droit ouvert ce jour-là", "right open on that day"),
    "no_right": ("aucun droit ouvert ce jour-là", "no right open on that day"),
    "zone": ("lieu d'exercice en zone déficitaire à l'installation", "place in a deficit zone when installing"),
    "no_zone": ("lieu d'exercice hors zone déficitaire", "place outside a deficit zone"),
    "place": ("nature du lieu d'exercice", "nature of the place"),
    "ordinary_place": ("lieu ordinaire", "ordinary place"),
    "asked": ("donné par qui demande", "given by who asks"),
}

NOTES: dict[str, tuple[str, str]] = {
    "professional_ceased": (
        "ce professionnel a cessé son activité à cette date",
        "this professional has ceased all activity by that day",
    ),
    "referral_cancelled": ("un adressage a été annulé", "a referral was cancelled"),
    "referral_out_of_validity": ("un adressage n'est pas valable ce jour-là", "a referral is not valid on that day"),
    "referral_already_used": ("un adressage a déjà servi", "a referral was already used"),
    "referral_plan_not_yet_recorded": ("le plan n'était pas encore enregistré", "the plan was not recorded yet"),
    "referral_plan_not_in_force": ("le plan ne vaut pas ce jour-là", "the plan is not in force on that day"),
    "referral_plan_not_agreed_by_patient": (
        "le patient n'a pas accepté le plan",
        "the patient has not agreed to the plan",
    ),
    "referral_plan_not_agreed_by_correspondent": (
        "le correspondant n'a pas accepté le plan",
        "the correspondent has not agreed to the plan",
    ),
    "referral_protocol_not_approved": ("le protocole n'est pas approuvé", "the protocol is not approved"),
    "referral_doctor_not_in_plan": ("ce médecin n'est pas dans le plan", "this doctor is not in the plan"),
    "referral_rhythm_used_up": ("le rythme du plan est dépassé", "the rhythm of the plan is used up"),
}
"""What was passed over, by the codes of `VisitFacts.notes`."""


@dataclass(frozen=True)
class Source:
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
    "Contract": "declaration",
    "Declaration": "declaration",
    "Referral": "referral",
    "DeficitZone": "deficit_zone",
}


@dataclass(frozen=True)
class Fact:
    """One fact: its name and value in the vocabulary, why, and from which record."""

    name: str
    value: Any
    because: str
    source: Source | None = None

    def reason(self, language: str = "en") -> str:
        """Why, in ``fr`` or ``en``."""
        return REASONS[self.because][("fr", "en").index(language)]


@dataclass
class VisitFacts:
    """Facts of one visit, in the order of the vocabulary, with what the registry cannot know."""

    patient_id: str = field(repr=False)
    professional_id: str
    organisation_id: str | None
    care_date: date
    known_at: datetime | None
    facts: dict[str, Fact] = field(default_factory=dict, repr=False)
    questions: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Fact → the values among which only who asks can choose."""
    notes: list[str] = field(default_factory=list)
    """Stable codes of what was passed over: a referral used up, out of validity, a rhythm exceeded."""

    def put(self, name: str, value: Any, because: str, record: Base | None = None) -> None:
        self.facts[name] = Fact(name, value, because, Source.of(record))

    def values(self) -> dict[str, Any]:
        """Name → value, for the engine."""
        return {name: fact.value for name, fact in self.facts.items()}

    def sources(self) -> dict[str, Source | None]:
        """Name → record."""
        return {name: fact.source for name, fact in self.facts.items()}

    def as_json(self) -> str:
        """The values as canonical JSON."""
        return json.dumps(self.values(), default=_iso, sort_keys=True, ensure_ascii=False)


def visit_facts(
    session: Session,
    patient: str,
    professional: str,
    on: date,
    *,
    organisation_id: str | None = None,
    known_at: datetime | None = None,
    related_to: str | None = None,
) -> VisitFacts:
    """Facts of a visit of a person (public id) to a professional (public id or RPPS) on a day.

    :param organisation_id: where; the professional's principal place that day when not given.
    :param known_at: as the registry knew at that instant; now when not given.
    :param related_to: ``ald``, ``at_mp`` or ``none``: is the care related to a right that exempts some acts only?
    :raises NotFound: unknown person, professional or place.
    """
    insured = get_insured(session, patient)
    doctor = get_professional(session, professional)
    workplaces = workplaces_on(session, doctor.id, on, known_at)
    practices = [practice for practice, _ in workplaces]
    place = _place(session, workplaces, organisation_id)
    facts = VisitFacts(insured.id, doctor.id, place.id if place else None, on, known_at)
    _identity(facts, insured, doctor)
    _scheme_and_convention(session, facts)
    last = last_contract(session, insured.id, on, known_at)
    in_force = last if last is not None and last[0].holds(on) else None
    covered = covering(session, insured.id, doctor, on, known_at)
    _medecin_traitant(session, facts, doctor, practices, place, in_force, covered.referral)
    _referral(facts, covered)
    _grace(facts, last)
    _installation(session, facts, doctor, practices, place)
    rights = rights_on(session, insured.id, on, known_at)
    _rights(facts, rights, related_to)
    _setting(facts, rights, doctor, place)
    return facts


# --- each group of facts ---------------------------------------------------------------------------------------------


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


def _scheme_and_convention(session: Session, facts: VisitFacts) -> None:
    convention = convention_on(session, facts.professional_id, facts.care_date, facts.known_at)
    if convention is not None:
        facts.put("convention", convention.convention, "registered", convention)
    affiliation = affiliation_on(session, facts.patient_id, facts.care_date, facts.known_at)
    if affiliation is not None:
        facts.put("scheme", affiliation.scheme, "registered", affiliation)


def _medecin_traitant(
    session: Session,
    facts: VisitFacts,
    doctor: Professional,
    practices: list[Practice],
    place: Organisation | None,
    in_force: tuple[Contract, Declaration] | None,
    referral: Referral | None,
) -> None:
    """`medecin_traitant` and `role`: the nearest link first."""
    contract, declaration = in_force or (None, None)
    facts.put("medecin_traitant", contract is not None, "in_force" if contract else "no_declaration", declaration)
    if contract is not None and contract.professional_id == doctor.id:
        secondary = place is not None and any(one.organisation_id == place.id and not one.main for one in practices)
        role = ("cabinet_secondaire", "secondary_practice") if secondary else ("medecin_traitant", "in_force")
        facts.put("role", *role, declaration)
    elif (signed := _signed_form(session, facts)) is not None:
        facts.put("role", "nouveau_medecin_traitant", "signed_not_recorded", signed)
    elif in_force is not None and _stand_in(session, facts, doctor, practices, *in_force):
        return
    elif referral is not None and referral.flow is Flow.CORRESPONDANT_GENERALISTE:
        facts.put("role", "correspondant", "referred", referral)
    else:
        facts.put("role", "autre", "no_link")


def _stand_in(
    session: Session,
    facts: VisitFacts,
    doctor: Professional,
    practices: list[Practice],
    contract: Contract,
    declaration: Declaration,
) -> bool:
    """Designated jointly, a locum of the médecin traitant, or of the same premises: put the role, say whether."""
    on, known_at = facts.care_date, facts.known_at
    if doctor.profession != "medecin" or not active_on(doctor, on):
        return False
    shared = shared_places(session, contract.professional_id, doctor.id, on, known_at)
    if shared and doctor.id in joint_doctors(session, declaration.id):
        facts.put("role", "designe_conjointement", "designated_jointly", declaration)
        return True
    locum = next(
        (
            one
            for one in practices
            if one.mode is PracticeMode.REMPLACANT and one.replaced_id == contract.professional_id
        ),
        None,
    )
    if locum is not None:
        facts.put("role", "remplacant", "locum", locum)
        return True
    if shared:
        facts.put("role", "meme_cabinet", "same_premises", shared[0])
    return bool(shared)


_FORM_SIGNED_BY = (
    select(Declaration)
    .where(Declaration.insured_id == bindparam("insured_id"), Declaration.professional_id == bindparam("doctor_id"))
    .where(Declaration.route == Route.PAPER, Declaration.signed_on <= ON)
    .limit(1)
)
_NOT_RECORDED_NOW = _FORM_SIGNED_BY.where(Declaration.state == State.SIGNED)
_NOT_RECORDED_THEN = _FORM_SIGNED_BY.where(
    Declaration.state.not_in([State.WITHDRAWN, State.REFUSED]),
    Declaration.doctor_agreed_at <= KNOWN_AT,
    Declaration.proposed_at <= KNOWN_AT,
    ~exists().where(Contract.declaration_id == Declaration.id, Contract.recorded_at <= KNOWN_AT),
)


def _signed_form(session: Session, facts: VisitFacts) -> Declaration | None:
    """A paper form with this doctor, signed by the day, that the fund had not recorded when we knew."""
    query = _NOT_RECORDED_NOW if facts.known_at is None else _NOT_RECORDED_THEN
    who = {"insured_id": facts.patient_id, "doctor_id": facts.professional_id}
    return session.scalar(query, asked(facts.care_date, facts.known_at, **who))


def _referral(facts: VisitFacts, covered: Covering) -> None:
    facts.notes += [f"referral_{why}" for _, why in covered.passed_over]
    referral = covered.referral
    if facts.facts["role"].value in {"medecin_traitant", "cabinet_secondaire", "designe_conjointement"}:
        facts.put("referral", "none", "own_doctor")
    elif referral is None:
        facts.put("referral", "none", "no_referral")
    elif referral.flow is Flow.CORRESPONDANT_GENERALISTE:
        facts.put("referral", "soins_iteratifs" if referral.plan_id else "avis_ponctuel", "referred", referral)
    else:
        facts.put("referral", referral.flow.value, "referred", referral)


def _grace(facts: VisitFacts, last: tuple[Contract, Declaration] | None) -> None:
    """`medecin_traitant_left_on`: the doctor left, nobody declared since."""
    if last is not None and (grace := Grace.after(last[0], facts.care_date)) is not None:
        facts.put("medecin_traitant_left_on", grace.left_on, "departed", last[1])


def _installation(
    session: Session,
    facts: VisitFacts,
    doctor: Professional,
    practices: list[Practice],
    place: Organisation | None,
) -> None:
    """`installed_on`, `zone_deficitaire`: a general practitioner who has just settled."""
    if doctor.specialty not in GENERALISTES:
        return
    practice = next((one for one in practices if place is not None and one.organisation_id == place.id), None)
    zone = None
    if place is not None and practice is not None:
        zone = deficit_zone_on(session, place.commune_code, practice.starts_on, facts.known_at)
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
    general = next((by_kind[kind] for kind in _EXEMPT_ALL if kind in by_kind), None)
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
    if centre and doctor.specialty in GENERALISTES and facts.facts["zone_deficitaire"].value:
        facts.put("special_setting", "centre_sante_zone_deficitaire", "place", place)
    else:
        facts.put("special_setting", "none", "ordinary_place", place)


def _place(
    session: Session, workplaces: list[tuple[Practice, Organisation]], organisation_id: str | None
) -> Organisation | None:
    if organisation_id is not None:
        return get_organisation(session, organisation_id)
    return workplaces[0][1] if workplaces else None


# --- answered visits -------------------------------------------------------------------------------------------------


def answer_visit(
    session: Session,
    facts: VisitFacts,
    *,
    given: Mapping[str, Any] | None = None,
    settlement: Mapping[str, Any] | None = None,
    at: datetime | None = None,
) -> AnsweredVisit:
    """Keep what was answered about a visit.

    :param given: the facts that the registry does not hold (fee, act, purpose), to settle again later.
    :param settlement: what was answered, in the names of the vocabulary, when the act was settled.
    """
    answer = None if settlement is None else {"given": dict(given or {}), "settlement": dict(settlement)}
    row = AnsweredVisit(
        insured_id=facts.patient_id,
        professional_id=facts.professional_id,
        organisation_id=facts.organisation_id,
        care_date=facts.care_date,
        answered_at=at or now_utc(),
        facts=facts.as_json(),
        answer=None if answer is None else json.dumps(answer, default=_iso, ensure_ascii=False),
    )
    session.add(row)
    session.flush()
    return row


def settled(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The settlement of an act, as it is kept: amounts, status, cases; without the remarks around it.

    :raises FactError: a fact is missing or wrong.
    """
    from parcours.engine.case import settle

    answer = settle(facts).to_dict()
    return {name: value for name, value in answer.items() if name not in {"defaults", "readings"}}


@dataclass(frozen=True)
class VisitChange:
    """An answered visit that would be answered otherwise today."""

    visit: AnsweredVisit
    facts: dict[str, tuple[Any, Any]]
    """Name → (as answered, as known now); None where there was no value."""
    settlement: dict[str, tuple[Any, Any]]
    """The same for the amounts and cases, when the act was settled."""


def visits_that_would_change(session: Session, insured_id: str) -> list[VisitChange]:
    """Answered visits of a person whose facts differ from what is known now, oldest first, settled again.

    Nothing is rewritten: what to do about a difference is for the fund to decide.
    """
    visits = session.scalars(
        select(AnsweredVisit)
        .where(AnsweredVisit.insured_id == insured_id)
        .order_by(AnsweredVisit.care_date, AnsweredVisit.answered_at)
    )
    return [change for visit in visits if (change := _change(session, visit)).facts]


def _change(session: Session, visit: AnsweredVisit) -> VisitChange:
    then = json.loads(visit.facts)
    exemption = then.get("exemption")
    now = visit_facts(
        session,
        visit.insured_id,
        visit.professional_id,
        visit.care_date,
        organisation_id=visit.organisation_id,
        related_to="none" if exemption == "ald_sans_rapport" else exemption,
    )
    facts = _difference(then, json.loads(now.as_json()))
    if not facts or visit.answer is None:
        return VisitChange(visit, facts, {})
    answer = json.loads(visit.answer)
    again = json.loads(json.dumps(settled(now.values() | answer["given"]), default=_iso))
    return VisitChange(visit, facts, _difference(answer["settlement"], again))


def _difference(then: dict[str, Any], now: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    names = sorted(then.keys() | now.keys())
    return {name: (then.get(name), now.get(name)) for name in names if then.get(name) != now.get(name)}


def _iso(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
