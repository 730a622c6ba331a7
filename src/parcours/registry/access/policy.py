"""Who may do what on which record: one table of rules, each with its reason.

A decision takes an actor, an action and a record.  Each rule gives some actions to a role *when a relation holds*
between the actor and the record (is the patient, is a parent, is the médecin traitant today, was referred to …).  No
rule, no access.  A record one may not read does not exist for that person (404); an action refused on a record one may
read is refused openly (403).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from parcours.law import thresholds
from parcours.registry.accounts.models import READ_WITH, Account, ApiClient, Grant, Role, Scope
from parcours.registry.audit.service import ActorKind, Who
from parcours.registry.care_plans.models import CarePlan, PlanActor
from parcours.registry.conciliation.models import Case
from parcours.registry.declarations.models import Contract, Declaration, JointDoctor, State
from parcours.registry.directory.models import Professional
from parcours.registry.errors import RegistryError, not_found
from parcours.registry.people.models import Affiliation, Insured, Kinship, KinshipKind
from parcours.registry.people.service import age_on
from parcours.registry.referrals.models import Referral, ReferralUse, SequenceProvider
from parcours.registry.store.clock import paris_today
from parcours.registry.store.ids import parse_id
from parcours.registry.store.periods import holding

__all__ = [
    "RULES",
    "Action",
    "Actor",
    "Decision",
    "Forbidden",
    "Kind",
    "Record",
    "Relation",
    "Rule",
    "decide",
    "enforce",
    "load",
]


class Forbidden(RegistryError):
    """The actor sees the record, but no rule lets them do this."""

    http_status = 403


@dataclass(frozen=True)
class Actor:
    """Who asks, in the one role they act in now."""

    role: Role
    account_id: str | None = None
    client_id: str | None = None
    insured_id: str | None = None
    professional_id: str | None = None
    fund_code: str | None = None
    scopes: frozenset[Scope] = frozenset()

    @property
    def id(self) -> str:
        return self.account_id or self.client_id or ""

    def who(self, request_id: str | None = None) -> Who:
        """The actor as the audit trail writes it."""
        kind: ActorKind = "client" if self.role is Role.API_CLIENT else "account"
        return Who(kind, self.id or None, self.role.value, self.professional_id or self.fund_code, request_id)

    @classmethod
    def of_grant(cls, grant: Grant) -> Actor:
        return cls(
            grant.role, account_id=grant.account_id, insured_id=grant.insured_id,
            professional_id=grant.professional_id, fund_code=grant.fund_code,
        )  # fmt: skip

    @classmethod
    def of_client(cls, client: ApiClient) -> Actor:
        return cls(Role.API_CLIENT, client_id=client.id, fund_code=client.fund_code, scopes=client.scope_set)


class Kind(StrEnum):
    """What a record is."""

    PATIENT = "patient"
    """A person and all that hangs on the person: rights, facts of a visit, who looked."""
    DECLARATION = "declaration"
    REFERRAL = "referral"
    CARE_PLAN = "care_plan"
    CASE = "case"
    ACCOUNT = "account"
    CLIENT = "client"
    DIRECTORY = "directory"
    """The directory of professionals and places, which is public."""
    SYSTEM = "system"
    """What has no record: lists of accounts or of a fund's cases, searches, new people."""


class Action(StrEnum):
    """What one wants to do."""

    READ_PATIENT = "read_patient"
    SEARCH_PATIENT = "search_patient"
    LIST_PATIENTS = "list_patients"
    CREATE_PATIENT = "create_patient"
    CHANGE_PATIENT = "change_patient"
    READ_FACTS = "read_facts"
    READ_TRAIL = "read_trail"
    EXPORT_PATIENT = "export_patient"

    READ_DECLARATION = "read_declaration"
    PROPOSE_DECLARATION = "propose_declaration"
    PROPOSE_AS_DOCTOR = "propose_as_doctor"
    SIGN_AS_PATIENT = "sign_as_patient"
    SIGN_AS_PARENT = "sign_as_parent"
    SIGN_AS_DOCTOR = "sign_as_doctor"
    REFUSE_DECLARATION = "refuse_declaration"
    WITHDRAW_DECLARATION = "withdraw_declaration"
    END_AS_PATIENT = "end_as_patient"
    END_AS_DOCTOR = "end_as_doctor"
    REGISTER_DECLARATION = "register_declaration"

    READ_REFERRAL = "read_referral"
    READ_LETTER = "read_letter"
    WRITE_REFERRAL = "write_referral"
    CANCEL_REFERRAL = "cancel_referral"
    USE_REFERRAL = "use_referral"
    WRITE_REPORT = "write_report"

    READ_PLAN = "read_plan"
    READ_PLAN_CONTENT = "read_plan_content"
    WRITE_PLAN = "write_plan"
    AGREE_PLAN_AS_PATIENT = "agree_plan_as_patient"
    AGREE_PLAN_AS_DOCTOR = "agree_plan_as_doctor"
    STOP_PLAN = "stop_plan"
    APPROVE_PLAN = "approve_plan"

    READ_CASE = "read_case"
    LIST_CASES = "list_cases"
    OPEN_CASE = "open_case"
    WORK_CASE = "work_case"
    WITHDRAW_CASE = "withdraw_case"

    READ_DIRECTORY = "read_directory"
    WRITE_DIRECTORY = "write_directory"

    READ_ACCOUNT = "read_account"
    MANAGE_ACCOUNTS = "manage_accounts"
    READ_ACCOUNT_TRAIL = "read_account_trail"


READ_OF: Final[dict[Kind, Action]] = {
    Kind.PATIENT: Action.READ_PATIENT,
    Kind.DECLARATION: Action.READ_DECLARATION,
    Kind.REFERRAL: Action.READ_REFERRAL,
    Kind.CARE_PLAN: Action.READ_PLAN,
    Kind.CASE: Action.READ_CASE,
    Kind.ACCOUNT: Action.READ_ACCOUNT,
    Kind.CLIENT: Action.MANAGE_ACCOUNTS,
    Kind.DIRECTORY: Action.READ_DIRECTORY,
}
"""The action that makes a record of a kind visible at all."""

CLINICAL: Final = frozenset({Action.READ_LETTER, Action.READ_PLAN_CONTENT, Action.EXPORT_PATIENT})
"""Actions that show clinical text."""

SIGNATURES: Final = frozenset(
    {
        Action.PROPOSE_AS_DOCTOR,
        Action.SIGN_AS_DOCTOR,
        Action.END_AS_DOCTOR,
        Action.WRITE_REFERRAL,
        Action.CANCEL_REFERRAL,
        Action.WRITE_REPORT,
        Action.WRITE_PLAN,
        Action.STOP_PLAN,
        Action.AGREE_PLAN_AS_DOCTOR,
    }
)
"""Actions that engage the doctor in person: never a delegate's."""


@dataclass(frozen=True)
class Record:
    """What a decision needs to know of a record."""

    kind: Kind
    id: str | None = None
    insured_id: str | None = None
    account_id: str | None = None
    professional_id: str | None = None
    """The doctor of a declaration, the author of a referral or a plan, the doctor whose patients are listed."""
    fund_code: str | None = None
    """The fund whose cases are listed."""
    parties: frozenset[str] = field(default_factory=frozenset)
    """Professionals to whom the record gives access while it is live: addressees, actors of a plan."""
    live: bool = True
    """Not cancelled, not past its validity, not ended: only then do its parties see it."""
    pending: bool = False
    """A declaration still to be signed by the doctor."""
    open_to_specialty: int | None = None
    """Of a referral that names no doctor: any doctor of this specialty may use it."""


SYSTEM: Final = Record(Kind.SYSTEM)
DIRECTORY: Final = Record(Kind.DIRECTORY)


# --- relations -------------------------------------------------------------------------------------------------------


class Relation(StrEnum):
    """What must hold between an actor and a record."""

    ANY = "any"
    SELF = "self"
    CHILD = "child"
    CHILD_UNDER_16 = "child_under_16"
    MEDECIN_TRAITANT = "medecin_traitant"
    REFERRED = "referred"
    PARTY = "party"
    NAMED_DOCTOR = "named_doctor"
    SPECIALTY = "specialty"
    SAME_FUND = "same_fund"
    OWN_PRACTICE = "own_practice"
    OWN_FUND = "own_fund"
    OWN_ACCOUNT = "own_account"


def _any(_session: Session, _actor: Actor, _record: Record) -> bool:
    return True


def _self(_session: Session, actor: Actor, record: Record) -> bool:
    return actor.insured_id is not None and actor.insured_id == record.insured_id


def _own_account(_session: Session, actor: Actor, record: Record) -> bool:
    return actor.account_id is not None and actor.account_id == record.account_id


def _own_practice(_session: Session, actor: Actor, record: Record) -> bool:
    return actor.professional_id is not None and actor.professional_id == record.professional_id


def _own_fund(_session: Session, actor: Actor, record: Record) -> bool:
    return actor.fund_code is not None and actor.fund_code == record.fund_code


def _child(session: Session, actor: Actor, record: Record) -> bool:
    """A holder of parental authority until the child's 18th birthday; a guardian while the guardianship lasts."""
    return _holds_authority(session, actor, record, thresholds.majority)


def _child_under_16(session: Session, actor: Actor, record: Record) -> bool:
    """The same until the 16th birthday: from then on the young person chooses."""
    return _holds_authority(session, actor, record, thresholds.age_of_choice)


def _holds_authority(session: Session, actor: Actor, record: Record, until: Callable[[date], int]) -> bool:
    if actor.insured_id is None or record.insured_id is None:
        return False
    today = paris_today()
    rows = session.execute(
        select(Kinship.kind, Insured.birth_date)
        .join(Insured, Insured.id == Kinship.child_id)
        .where(Kinship.holder_id == actor.insured_id, Kinship.child_id == record.insured_id, holding(Kinship, today))
    )
    age = until(today)
    return any(kind is KinshipKind.GUARDIAN or age_on(birth_date, today) < age for kind, birth_date in rows)


def _medecin_traitant(session: Session, actor: Actor, record: Record) -> bool:
    """The doctor of the contract in force today, or one designated together with that doctor."""
    if actor.professional_id is None or record.insured_id is None:
        return False
    joint = select(JointDoctor.declaration_id).where(JointDoctor.professional_id == actor.professional_id)
    query = select(Contract.id).where(
        Contract.insured_id == record.insured_id,
        holding(Contract, paris_today()),
        or_(Contract.professional_id == actor.professional_id, Contract.declaration_id.in_(joint)),
    )
    return session.scalar(query.limit(1)) is not None


def _referred(session: Session, actor: Actor, record: Record) -> bool:
    """A doctor to whom the patient was sent, while the referral is valid; or who takes part in a plan in force."""
    if actor.professional_id is None or record.insured_id is None:
        return False
    doctor, today = actor.professional_id, paris_today()
    in_sequence = select(SequenceProvider.referral_id).where(SequenceProvider.professional_id == doctor)
    used = select(ReferralUse.referral_id).where(
        ReferralUse.professional_id == doctor, ReferralUse.cancelled_at.is_(None)
    )
    referral = select(Referral.id).where(
        Referral.insured_id == record.insured_id,
        Referral.cancelled_at.is_(None),
        Referral.issued_on <= today,
        Referral.valid_until >= today,
        or_(Referral.addressee_id == doctor, Referral.id.in_(in_sequence), Referral.id.in_(used)),
    )
    if session.scalar(referral.limit(1)) is not None:
        return True
    actors = select(PlanActor.plan_id).where(PlanActor.professional_id == doctor)
    plan = select(CarePlan.id).where(
        CarePlan.insured_id == record.insured_id,
        CarePlan.stopped_at.is_(None),
        CarePlan.starts_on <= today,
        or_(CarePlan.ends_on.is_(None), CarePlan.ends_on > today),
        CarePlan.id.in_(actors),
    )
    return session.scalar(plan.limit(1)) is not None


def _party(_session: Session, actor: Actor, record: Record) -> bool:
    """The author or an addressee of this very record, while it is live."""
    doctor = actor.professional_id
    return doctor is not None and record.live and (doctor == record.professional_id or doctor in record.parties)


def _named_doctor(_session: Session, actor: Actor, record: Record) -> bool:
    """The doctor a declaration names, while it waits for the doctor's answer."""
    return actor.professional_id is not None and record.pending and actor.professional_id == record.professional_id


def _specialty(session: Session, actor: Actor, record: Record) -> bool:
    """A doctor of the specialty that a referral is addressed to, while it is valid."""
    if actor.professional_id is None or record.open_to_specialty is None or not record.live:
        return False
    doctor = session.get(Professional, actor.professional_id)
    return doctor is not None and doctor.specialty == record.open_to_specialty


def _same_fund(session: Session, actor: Actor, record: Record) -> bool:
    """The fund the person is affiliated to today."""
    if actor.fund_code is None or record.insured_id is None:
        return False
    query = select(Affiliation.id).where(
        Affiliation.insured_id == record.insured_id,
        Affiliation.fund_code == actor.fund_code,
        holding(Affiliation, paris_today()),
    )
    return session.scalar(query.limit(1)) is not None


_HOLDS: Final[dict[Relation, Callable[[Session, Actor, Record], bool]]] = {
    Relation.ANY: _any,
    Relation.SELF: _self,
    Relation.CHILD: _child,
    Relation.CHILD_UNDER_16: _child_under_16,
    Relation.MEDECIN_TRAITANT: _medecin_traitant,
    Relation.REFERRED: _referred,
    Relation.PARTY: _party,
    Relation.NAMED_DOCTOR: _named_doctor,
    Relation.SPECIALTY: _specialty,
    Relation.SAME_FUND: _same_fund,
    Relation.OWN_PRACTICE: _own_practice,
    Relation.OWN_FUND: _own_fund,
    Relation.OWN_ACCOUNT: _own_account,
}


# --- the table -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Rule:
    """These actions are given to these roles when the relation holds."""

    name: str
    roles: frozenset[Role]
    relation: Relation
    actions: frozenset[Action]
    fr: str
    en: str
    scope: Scope | None = None


def _rule(
    name: str, roles: Role | tuple[Role, ...], relation: Relation, actions: set[Action], fr: str, en: str,
    scope: Scope | None = None,
) -> Rule:  # fmt: skip
    role_set = frozenset(roles if isinstance(roles, tuple) else (roles,))
    return Rule(name, role_set, relation, frozenset(actions), fr, en, scope)


_OWN = {
    Action.READ_PATIENT, Action.READ_FACTS, Action.READ_TRAIL, Action.EXPORT_PATIENT,
    Action.READ_DECLARATION, Action.REFUSE_DECLARATION,
    Action.READ_REFERRAL, Action.READ_LETTER, Action.READ_PLAN, Action.READ_PLAN_CONTENT,
    Action.AGREE_PLAN_AS_PATIENT, Action.READ_CASE, Action.OPEN_CASE, Action.WITHDRAW_CASE,
}  # fmt: skip
_CHOICE = {Action.PROPOSE_DECLARATION, Action.WITHDRAW_DECLARATION, Action.END_AS_PATIENT}
_CARE = {
    Action.READ_PATIENT, Action.READ_FACTS, Action.READ_DECLARATION, Action.READ_REFERRAL, Action.READ_LETTER,
    Action.READ_PLAN, Action.READ_PLAN_CONTENT, Action.USE_REFERRAL,
}  # fmt: skip
_OWN_RECORD = {
    Action.READ_REFERRAL, Action.READ_LETTER, Action.READ_PLAN, Action.READ_PLAN_CONTENT, Action.USE_REFERRAL,
}  # fmt: skip
_FUND = {
    Action.READ_PATIENT, Action.CHANGE_PATIENT, Action.READ_FACTS, Action.READ_DECLARATION,
    Action.REGISTER_DECLARATION, Action.READ_REFERRAL, Action.READ_PLAN, Action.APPROVE_PLAN, Action.READ_CASE,
    Action.OPEN_CASE, Action.WORK_CASE,
}  # fmt: skip
_PRACTICE = (Role.DOCTOR, Role.DELEGATE)
_EVERYBODY = tuple(Role)

RULES: Final[tuple[Rule, ...]] = (
    _rule(
        "patient_self", Role.INSURED, Relation.SELF, _OWN | _CHOICE | {Action.SIGN_AS_PATIENT},
        "Chacun accède à ses propres données et choisit son médecin traitant.",
        "Everyone has access to their own data and chooses their médecin traitant.",
    ),
    _rule(
        "patient_child", Role.INSURED, Relation.CHILD, _OWN | {Action.SIGN_AS_PARENT},
        "Un titulaire de l'autorité parentale agit pour son enfant mineur, un tuteur pour la personne protégée.",
        "A holder of parental authority acts for a minor child, a guardian for the protected person.",
    ),
    _rule(
        "patient_child_choice", Role.INSURED, Relation.CHILD_UNDER_16, _CHOICE,
        "Avant 16 ans, un titulaire de l'autorité parentale choisit le médecin traitant.",
        "Below 16 a holder of parental authority chooses the médecin traitant.",
    ),
    _rule(
        "doctor_declared", _PRACTICE, Relation.MEDECIN_TRAITANT,
        _CARE | {Action.END_AS_DOCTOR, Action.WRITE_REFERRAL, Action.CANCEL_REFERRAL, Action.WRITE_PLAN,
                 Action.STOP_PLAN, Action.AGREE_PLAN_AS_DOCTOR},
        "Le médecin traitant suit ses patients tant que la déclaration est en vigueur.",
        "The médecin traitant follows patients for as long as the declaration is in force.",
    ),
    _rule(
        "doctor_referred", _PRACTICE, Relation.REFERRED, _CARE | {Action.WRITE_REFERRAL},
        "Le médecin à qui le patient est adressé accède au dossier tant que l'adressage ou le plan est valable.",
        "A doctor to whom the patient is sent has access while the referral or the plan is valid.",
    ),
    _rule(
        "doctor_party", _PRACTICE, Relation.PARTY,
        _OWN_RECORD | {Action.CANCEL_REFERRAL, Action.WRITE_REPORT, Action.AGREE_PLAN_AS_DOCTOR, Action.STOP_PLAN},
        "L'auteur et les destinataires d'un adressage ou d'un plan y accèdent tant qu'il est valable.",
        "The author and the addressees of a referral or a plan have access to it while it is valid.",
    ),
    _rule(
        "doctor_named", _PRACTICE, Relation.NAMED_DOCTOR,
        {Action.READ_DECLARATION, Action.SIGN_AS_DOCTOR, Action.REFUSE_DECLARATION, Action.WITHDRAW_DECLARATION},
        "Le médecin désigné lit la déclaration proposée et y répond.",
        "The doctor named in a proposed declaration reads and answers it.",
    ),
    _rule(
        "doctor_specialty", _PRACTICE, Relation.SPECIALTY, {Action.USE_REFERRAL},
        "Un adressage à une spécialité peut être utilisé par tout médecin de cette spécialité.",
        "A referral to a specialty may be used by any doctor of that specialty.",
    ),
    _rule(
        "doctor_proposes", Role.DOCTOR, Relation.ANY, {Action.PROPOSE_AS_DOCTOR},
        "Un médecin propose une déclaration au patient qui lui présente sa carte.",
        "A doctor proposes a declaration to the patient who presents the card.",
    ),
    _rule(
        "doctor_list", _PRACTICE, Relation.OWN_PRACTICE, {Action.LIST_PATIENTS},
        "Un médecin voit la liste des patients qui l'ont déclaré.", "A doctor sees the list of declared patients.",
    ),
    _rule(
        "officer_fund", Role.OFFICER, Relation.SAME_FUND, _FUND,
        "Un agent traite les données administratives des assurés de sa caisse, jamais le texte médical.",
        "An officer handles administrative data of the insured of their fund, never clinical text.",
    ),
    _rule(
        "officer_cases", Role.OFFICER, Relation.OWN_FUND, {Action.LIST_CASES},
        "Un agent voit les dossiers de conciliation de sa caisse.", "An officer sees the cases of their fund.",
    ),
    _rule(
        "officer_office", Role.OFFICER, Relation.ANY,
        {Action.SEARCH_PATIENT, Action.CREATE_PATIENT},
        "Un agent cherche et enregistre des assurés ; seul un assuré de sa caisse lui est montré.",
        "An officer looks up and registers insured persons; only those of their fund are shown.",
    ),
    _rule(
        "administrator_accounts", Role.ADMINISTRATOR, Relation.ANY,
        {Action.READ_ACCOUNT, Action.MANAGE_ACCOUNTS, Action.READ_ACCOUNT_TRAIL, Action.WRITE_DIRECTORY},
        "L'administrateur gère les comptes et l'annuaire ; il n'accède à aucune donnée de santé.",
        "The administrator manages accounts and the directory, and has no access to health data.",
    ),
    _rule(
        "own_account", _EVERYBODY, Relation.OWN_ACCOUNT, {Action.READ_ACCOUNT},
        "Chacun voit son propre compte.", "Everyone sees their own account.",
    ),
    _rule(
        "directory_public", _EVERYBODY, Relation.ANY, {Action.READ_DIRECTORY},
        "L'annuaire des professionnels est public.", "The directory of professionals is public.",
    ),
    *(
        _rule(
            f"client_{scope.value.replace(':', '_')}", Role.API_CLIENT, Relation.SAME_FUND, actions,
            f"Le jeton porte le droit {scope.value}, pour les assurés de sa caisse.",
            f"The token has the scope {scope.value}, for the insured of its fund.", scope,
        )
        for scope, actions in (
            (Scope.PEOPLE_READ, {Action.READ_PATIENT}),
            (Scope.PEOPLE_WRITE, {Action.CHANGE_PATIENT}),
            (Scope.DECLARATIONS_READ, {Action.READ_DECLARATION}),
            (Scope.DECLARATIONS_WRITE, {Action.REGISTER_DECLARATION}),
            (Scope.REFERRALS_READ, {Action.READ_REFERRAL}),
            (Scope.CARE_PLANS_READ, {Action.READ_PLAN}),
            (Scope.CASES_READ, {Action.READ_CASE}),
            (Scope.CASES_WRITE, {Action.OPEN_CASE, Action.WORK_CASE}),
            (Scope.FACTS_READ, {Action.READ_FACTS}),
            (Scope.AUDIT_READ, {Action.READ_TRAIL}),
        )
    ),
    _rule(
        "client_cases_read_list", Role.API_CLIENT, Relation.OWN_FUND, {Action.LIST_CASES},
        "Le jeton porte le droit cases:read, pour les dossiers de sa caisse.",
        "The token has the scope cases:read, for the cases of its fund.", Scope.CASES_READ,
    ),
    *(
        _rule(
            f"client_{scope.value.replace(':', '_')}_office", Role.API_CLIENT, Relation.ANY, actions,
            f"Le jeton porte le droit {scope.value}.", f"The token has the scope {scope.value}.", scope,
        )
        for scope, actions in (
            (Scope.PEOPLE_READ, {Action.SEARCH_PATIENT}),
            (Scope.PEOPLE_WRITE, {Action.CREATE_PATIENT}),
            (Scope.DIRECTORY_WRITE, {Action.WRITE_DIRECTORY}),
        )
    ),
)  # fmt: skip


# --- decisions -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Considered:
    """A rule that gives the action to the role, and whether its relation (and scope) held."""

    rule: Rule
    holds: bool


@dataclass(frozen=True)
class Decision:
    """Whether, by which rule, and every rule that was considered."""

    actor: Actor
    action: Action
    record: Record
    allowed: bool
    visible: bool
    considered: tuple[Considered, ...]

    @property
    def rule(self) -> Rule | None:
        """The rule that allows, if one does."""
        return next((one.rule for one in self.considered if one.holds), None) if self.allowed else None

    def reason(self, language: str = "en") -> str:
        """One sentence: why it is allowed or refused."""
        if self.rule is not None:
            return self.rule.fr if language == "fr" else self.rule.en
        if not self.considered:
            fr, en = "Aucune règle ne donne cette action à ce rôle.", "No rule gives this action to this role."
        else:
            fr = "Aucun des liens exigés n'existe entre cet acteur et cet enregistrement."
            en = "None of the required relations holds between this actor and this record."
        if self.action in SIGNATURES and self.actor.role is Role.DELEGATE:
            fr, en = "Un délégué ne signe pas à la place du médecin.", "A delegate does not sign for the doctor."
        return fr if language == "fr" else en


def decide(session: Session, actor: Actor, action: Action, record: Record) -> Decision:
    """May this actor do this to this record?"""
    considered = _consider(session, actor, action, record)
    allowed = any(one.holds for one in considered)
    read = READ_OF.get(record.kind)
    visible = allowed or (
        read is not None and read is not action and any(one.holds for one in _consider(session, actor, read, record))
    )
    return Decision(actor, action, record, allowed, visible, considered)


def _consider(session: Session, actor: Actor, action: Action, record: Record) -> tuple[Considered, ...]:
    """The rules in their order, up to the first that holds."""
    found: list[Considered] = []
    for rule in RULES:
        if action not in rule.actions or actor.role not in rule.roles:
            continue
        if actor.role is Role.DELEGATE and action in SIGNATURES:
            continue
        holds = _has_scope(actor, rule.scope) and _HOLDS[rule.relation](session, actor, record)
        found.append(Considered(rule, holds))
        if holds:
            break
    return tuple(found)


def _has_scope(actor: Actor, scope: Scope | None) -> bool:
    """A scope to write counts with the scope to read only: the answer to a change is the whole record."""
    return scope is None or {scope, READ_WITH.get(scope, scope)} <= actor.scopes


def enforce(session: Session, actor: Actor, action: Action, record: Record) -> Decision:
    """The decision when it allows. Raises NotFound (the actor may not even see the record) or Forbidden."""
    decision = decide(session, actor, action, record)
    if decision.allowed:
        return decision
    if record.kind is not Kind.SYSTEM and not decision.visible:
        raise not_found(f"{record.kind}_id")
    raise Forbidden("forbidden", field="action", given=action, fr=decision.reason("fr"), en=decision.reason("en"))


# --- records ---------------------------------------------------------------------------------------------------------


def load(session: Session, kind: Kind, record_id: str) -> Record:
    """What the policy needs of a record. Raises NotFound for an id that does not exist or cannot be one."""
    identifier = parse_id(record_id)
    build = _RECORDS.get(kind)
    row = session.get(build[0], identifier) if identifier and build else None
    if row is None or build is None:
        raise not_found(f"{kind}_id")
    return build[1](session, row)


def of_patient(insured: Insured) -> Record:
    return Record(Kind.PATIENT, insured.id, insured_id=insured.id)


def of_declaration(declaration: Declaration) -> Record:
    waiting = declaration.state in (State.PROPOSED, State.SIGNED)
    return Record(
        Kind.DECLARATION, declaration.id, insured_id=declaration.insured_id,
        professional_id=declaration.professional_id, live=False, pending=waiting,
    )  # fmt: skip


def of_referral(session: Session, referral: Referral) -> Record:
    today = paris_today()
    sequence = session.scalars(
        select(SequenceProvider.professional_id).where(
            SequenceProvider.referral_id == referral.id, SequenceProvider.professional_id.is_not(None)
        )
    )
    used = session.scalars(
        select(ReferralUse.professional_id).where(
            ReferralUse.referral_id == referral.id, ReferralUse.cancelled_at.is_(None)
        )
    )
    named = {*sequence, *used, *([referral.addressee_id] if referral.addressee_id else [])}
    return Record(
        Kind.REFERRAL, referral.id, insured_id=referral.insured_id, professional_id=referral.author_id,
        parties=frozenset(one for one in named if one),
        live=referral.cancelled_at is None and referral.issued_on <= today <= referral.valid_until,
        open_to_specialty=referral.specialty,
    )  # fmt: skip


def of_plan(session: Session, plan: CarePlan) -> Record:
    today = paris_today()
    actors = session.scalars(
        select(PlanActor.professional_id).where(PlanActor.plan_id == plan.id, PlanActor.professional_id.is_not(None))
    )
    live = plan.stopped_at is None and (plan.ends_on is None or plan.ends_on > today)
    return Record(
        Kind.CARE_PLAN, plan.id, insured_id=plan.insured_id, professional_id=plan.author_id,
        parties=frozenset(one for one in actors if one), live=live,
    )  # fmt: skip


def of_case(case: Case) -> Record:
    return Record(Kind.CASE, case.id, insured_id=case.insured_id)


def of_practice(professional_id: str | None) -> Record:
    """What belongs to a doctor as a whole: the list of patients."""
    return Record(Kind.SYSTEM, professional_id=professional_id)


def of_fund(fund_code: str | None) -> Record:
    """What belongs to a fund as a whole: the list of its cases."""
    return Record(Kind.SYSTEM, fund_code=fund_code)


def of_account(account: Account) -> Record:
    return Record(Kind.ACCOUNT, account.id, account_id=account.id)


_RECORDS: Final[dict[Kind, tuple[Any, Callable[[Session, Any], Record]]]] = {
    Kind.PATIENT: (Insured, lambda _, row: of_patient(row)),
    Kind.DECLARATION: (Declaration, lambda _, row: of_declaration(row)),
    Kind.REFERRAL: (Referral, of_referral),
    Kind.CARE_PLAN: (CarePlan, of_plan),
    Kind.CASE: (Case, lambda _, row: of_case(row)),
    Kind.ACCOUNT: (Account, lambda _, row: of_account(row)),
    Kind.CLIENT: (ApiClient, lambda _, row: Record(Kind.CLIENT, row.id)),
}
