"""The pathway: CareTeam (médecin traitant, dated), Consent (the declaration), ServiceRequest (referral), CarePlan."""

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import select

from parcours.fhir.kinds import Access, Ask, Kind, Resource
from parcours.fhir.person import fund_id, related_to
from parcours.fhir.personal import period, personal, reference
from parcours.fhir.professionals import NOS, slug_of_specialty
from parcours.fhir.query import Param
from parcours.fhir.site import HL7, concept, meta
from parcours.registry.care_plans.context import Action as PlanAction
from parcours.registry.care_plans.context import Tag as PlanTag
from parcours.registry.care_plans.models import CarePlan
from parcours.registry.care_plans.service import actors_of, plans_of
from parcours.registry.declarations.context import Action as DeclarationAction
from parcours.registry.declarations.context import Tag as DeclarationTag
from parcours.registry.declarations.models import Declaration, Party, Route, State
from parcours.registry.declarations.timeline import declarations_of, history, joint_doctors
from parcours.registry.people.service import affiliation_on
from parcours.registry.referrals.context import Action as ReferralAction
from parcours.registry.referrals.context import Tag as ReferralTag
from parcours.registry.referrals.context import of_referral
from parcours.registry.referrals.models import Flow, Referral, ReferralUse, SequenceProvider
from parcours.registry.referrals.service import referrals_of
from parcours.registry.store.clock import paris_today
from parcours.registry.store.ids import parse_id
from parcours.text import Text

FUNCTION = f"{NOS}/TRE_R259-HL7ParticipationFunction/FHIR/TRE-R259-HL7ParticipationFunction"
CARE_TEAM = "https://interop.esante.gouv.fr/ig/fhir/cds/StructureDefinition/cds-ihe-careteam"
MT = {"coding": [{"system": FUNCTION, "code": "PCP", "display": "Médecin traitant"}]}
DECLARED = Access(DeclarationAction.READ_DECLARATION, DeclarationTag.DECLARATION_READ)
REFERRED = Access(ReferralAction.READ_REFERRAL, ReferralTag.REFERRAL_READ)
PLANNED = Access(PlanAction.READ_PLAN, PlanTag.CARE_PLAN_READ)
SOURCES = {
    Route.ELECTRONIC: Text("Déclaration électronique (simulée)", "Electronic declaration (simulated)"),
    Route.PAPER: Text("Formulaire signé (simulé)", "Signed form (simulated)"),
}
CONSENTS = {
    State.PREPARED: "draft", State.PROPOSED: "proposed", State.SIGNED: "proposed", State.IN_FORCE: "active",
    State.ENDED: "inactive",
    State.REFUSED: "rejected", State.WITHDRAWN: "rejected", State.ANNULLED: "entered-in-error",
}  # fmt: skip


def care_teams(ask: Ask, person: str) -> Iterator[Resource]:
    """Each contract of a médecin traitant, with the doctors designated together with them."""
    for tenure in history(ask.by.session, person):
        dates = period(tenure.starts_on, tenure.ends_on and tenure.ends_on - timedelta(days=1))
        doctors = [tenure.professional_id, *joint_doctors(ask.by.session, tenure.declaration_id)]
        yield {
            "resourceType": "CareTeam", "id": tenure.declaration_id,
            "meta": meta(CARE_TEAM, updated=tenure.recorded_at.isoformat()),
            "identifier": [{"system": f"{ask.site.base}/sid/care-team", "value": tenure.declaration_id}],
            "status": "active" if tenure.holds(paris_today()) else "inactive", "name": "Médecin traitant",
            "subject": reference("Patient", person), "period": dates,
            "participant": [
                {"role": [MT], "member": reference("Practitioner", one), "period": dates} for one in doctors
            ],
        }  # fmt: skip


def consents(ask: Ask, person: str) -> Iterator[Resource]:
    """Each declaration, from its proposal on: who agreed, where it stands."""
    for row in declarations_of(ask.by.session, person):
        agreed = {Party.INSURED: row.insured_agreed_at, Party.DOCTOR: row.doctor_agreed_at}
        parties = {Party.INSURED: reference("Patient", person),
                   Party.DOCTOR: reference("Practitioner", row.professional_id)}  # fmt: skip
        said: Resource = {
            "resourceType": "Consent", "id": row.id, "meta": meta(updated=row.recorded_at.isoformat()),
            "status": CONSENTS[row.state], "scope": concept(f"{HL7}consentscope", "treatment"),
            "category": [ask.site.concept("consent-category", "declaration-medecin-traitant")],
            "patient": reference("Patient", person), "dateTime": row.proposed_at.isoformat(),
            "policyRule": {"text": "CSS, art. L162-5-3"},
            "provision": {
                "type": "permit",
                "actor": [{"role": MT, "reference": reference("Practitioner", row.professional_id)}],
            },
        }  # fmt: skip
        performers = [parties[one] for one, at in agreed.items() if at is not None]
        if row.parent_agreed_at is not None and row.parent_id is not None:
            related = related_to(ask, person, row.parent_id)
            performers += [related] if related else []
        if performers:
            said["performer"] = performers
        if row.signed_on:
            said["sourceAttachment"] = {"title": SOURCES[row.route].fr, "creation": str(row.signed_on)}
            said["provision"]["period"] = period(row.signed_on)
        affiliation = affiliation_on(ask.by.session, person, row.signed_on or paris_today())
        if affiliation is not None:
            said["organization"] = [reference("Organization", fund_id(ask, affiliation.fund_code))]
        yield said


def owner_of_declaration(ask: Ask, id_: str) -> str | None:
    """Whose declaration."""
    key = parse_id(id_)
    row = ask.by.session.get(Declaration, key) if key else None
    return row.insured_id if row else None


# --- referrals -------------------------------------------------------------------------------------------------------


def service_requests(ask: Ask, person: str) -> Iterator[Resource]:
    """Each referral, without its letter; one that a minor keeps for themself only to who may read it."""
    for row in referrals_of(ask.by.session, person):
        if row.withheld and not ask.by.may(ReferralAction.READ_REFERRAL, of_referral(ask.by.session, row)):
            continue
        said: Resource = {
            "resourceType": "ServiceRequest", "id": row.id, "meta": meta(updated=row.recorded_at.isoformat()),
            "status": status_of(ask, row), "intent": "order",
            "category": [ask.site.concept("referral-flow", row.flow.value)],
            "subject": reference("Patient", person),
            "occurrencePeriod": period(row.issued_on, row.valid_until), "authoredOn": str(row.issued_on),
            "requester": reference("Practitioner", row.author_id),
        }  # fmt: skip
        if row.addressee_id:
            said["performer"] = [reference("Practitioner", row.addressee_id)]
        elif row.flow is Flow.SEQUENCE and (doctors := doctors_of(ask, row)):
            said["performer"] = [reference("Practitioner", one) for one in doctors]
        elif row.specialty:
            said["performerType"] = ask.site.concept("specialty", slug_of_specialty(row.specialty))
        if row.plan_id:
            said["basedOn"] = [reference("CarePlan", row.plan_id)]
        yield said


def doctors_of(ask: Ask, row: Referral) -> list[str]:
    """The doctors of a sequence of care, in its order."""
    query = select(SequenceProvider.professional_id).where(SequenceProvider.referral_id == row.id)
    return [one for one in ask.by.session.scalars(query.order_by(SequenceProvider.rank)) if one]


def status_of(ask: Ask, row: Referral) -> str:
    """Where a referral stands: cancelled, used when it may be once, past, open."""
    if row.cancelled_at is not None:
        return "revoked"
    used = select(ReferralUse.id).where(
        ReferralUse.referral_id == row.id, ReferralUse.single.is_(True), ReferralUse.cancelled_at.is_(None)
    )
    done = ask.by.session.scalar(used.limit(1)) is not None or row.valid_until < paris_today()
    return "completed" if done else "active"


def owner_of_referral(ask: Ask, id_: str) -> str | None:
    """Whose referral."""
    key = parse_id(id_)
    row = ask.by.session.get(Referral, key) if key else None
    return row.insured_id if row else None


# --- plans -----------------------------------------------------------------------------------------------------------


def plans(ask: Ask, person: str) -> Iterator[Resource]:
    """Each plan, without its content."""
    for row in plans_of(ask.by.session, person):
        ended = row.stopped_at is not None or (row.ends_on is not None and row.ends_on <= paris_today())
        draft = row.insured_agreed_on is None
        activities = [
            {"detail": {"status": "scheduled", "description": rhythm(one.visits, one.unit and one.unit.value),
                        **({"performer": [reference("Practitioner", one.professional_id)]}
                           if one.professional_id else {})}}
            for one in actors_of(ask.by.session, row.id)
        ]  # fmt: skip
        said: Resource = {
            "resourceType": "CarePlan", "id": row.id, "meta": meta(updated=row.recorded_at.isoformat()),
            "status": "revoked" if row.stopped_at else "completed" if ended else "draft" if draft else "active",
            "intent": "plan", "category": [ask.site.concept("plan-kind", row.kind.value)],
            "subject": reference("Patient", person), "period": period(row.starts_on, row.ends_on),
            "author": reference("Practitioner", row.author_id),
        }  # fmt: skip
        yield said | ({"activity": activities} if activities else {})


def rhythm(visits: int | None, unit: str | None) -> str:
    """How often."""
    return f"{visits} / {unit}" if visits and unit else "selon le protocole"


def owner_of_plan(ask: Ask, id_: str) -> str | None:
    """Whose plan."""
    key = parse_id(id_)
    row = ask.by.session.get(CarePlan, key) if key else None
    return row.insured_id if row else None


KINDS: tuple[Kind, ...] = (
    personal(
        "CareTeam", DECLARED, care_teams, owner_of_declaration,
        {
            "patient": Param("reference", ("subject",)), "subject": Param("reference", ("subject",)),
            "participant": Param("reference", ("participant.member",)), "status": Param("token", ("status",)),
            "date": Param("date", ("period",)), "identifier": Param("token", ("identifier",)),
        },
        profile=CARE_TEAM,
    ),
    personal(
        "Consent", DECLARED, consents, owner_of_declaration,
        {
            "patient": Param("reference", ("patient",)), "status": Param("token", ("status",)),
            "date": Param("date", ("dateTime",)), "actor": Param("reference", ("provision.actor.reference",)),
        },
    ),
    personal(
        "ServiceRequest", REFERRED, service_requests, owner_of_referral,
        {
            "patient": Param("reference", ("subject",)), "subject": Param("reference", ("subject",)),
            "requester": Param("reference", ("requester",)), "performer": Param("reference", ("performer",)),
            "status": Param("token", ("status",)), "authored": Param("date", ("authoredOn",)),
            "occurrence": Param("date", ("occurrencePeriod",)), "category": Param("token", ("category",)),
        },
    ),
    personal(
        "CarePlan", PLANNED, plans, owner_of_plan,
        {
            "patient": Param("reference", ("subject",)), "subject": Param("reference", ("subject",)),
            "status": Param("token", ("status",)), "date": Param("date", ("period",)),
            "category": Param("token", ("category",)),
        },
    ),
)  # fmt: skip
