"""Referrals: a doctor sends a patient to another, and the letter between them is clinical text."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from parcours.registry.access import model
from parcours.registry.access.manifest import ClinicalText, Context, Personal, RecordOf
from parcours.registry.access.model import PRACTICE, Kind, Record, Who
from parcours.registry.access.rules import DOCTOR_PARTY, OWN_PRACTICE, rule
from parcours.registry.audit.service import record
from parcours.registry.care_plans.context import Action as PlanAction
from parcours.registry.declarations.context import Action as DeclarationAction
from parcours.registry.declarations.relations import DOCTOR_DECLARED, DOCTOR_LIST
from parcours.registry.people.context import Action as PeopleAction
from parcours.registry.people.relations import OFFICER_FUND, PATIENT_CHILD, PATIENT_SELF, client_of
from parcours.registry.referrals.drafts import draft_ids
from parcours.registry.referrals.keeping import destroy, last_contact, people
from parcours.registry.referrals.models import Draft, Referral, ReferralStep, ReferralUse, Report, SequenceProvider
from parcours.registry.referrals.relations import (
    AUTHOR_OR_PATIENT,
    DOCTOR_REFERRED,
    DOCTOR_SPECIALTY,
    OTHER_SIDE,
    REPORT_AUTHOR,
)
from parcours.registry.referrals.service import shorten_overlong, withheld_ids
from parcours.registry.referrals.validity import last_day
from parcours.registry.store.clock import paris_today

REFERRAL = Kind("referral")
DRAFT = Kind("referral_draft")


class Action(model.Action):
    """What one does with a referral."""

    READ_REFERRAL = "read_referral"
    READ_LETTER = "read_letter"
    READ_OWN_REPORT = "read_own_report"
    """What one answered oneself, once the referral is closed."""
    WRITE_REFERRAL = "write_referral"
    CANCEL_REFERRAL = "cancel_referral"
    USE_REFERRAL = "use_referral"
    WRITE_REPORT = "write_report"
    WITHHOLD_REFERRAL = "withhold_referral"
    MOVE_REFERRAL = "move_referral"
    ACKNOWLEDGE_REPORT = "acknowledge_report"
    PREPARE_LETTER = "prepare_letter"
    PREPARE_REPORT = "prepare_report"
    """What a delegate prepares, the doctor signs."""
    READ_DRAFT = "read_draft"
    LIST_REFERRALS = "list_referrals"


class Scope(model.Scope):
    """What a program may ask of referrals."""

    REFERRALS_READ = "referrals:read"


class Tag(model.Tag):
    """What happens to a referral."""

    REFERRAL_CREATE = "referrals:referral:create"
    REFERRAL_READ = "referrals:referral:read"
    REFERRAL_READ_LETTER = "referrals:letter:read"
    REFERRAL_USE = "referrals:referral:use"
    REFERRAL_CANCEL_USE = "referrals:referral:cancel_use"
    REFERRAL_REPORT = "referrals:report:write"
    REFERRAL_CANCEL = "referrals:referral:cancel"
    REFERRAL_WITHHOLD = "referrals:referral:withhold"
    REFERRAL_MOVE = "referrals:referral:move"
    REFERRAL_LIST = "referrals:list:read"
    REFERRAL_MAILBOX = "referrals:mailbox:read"
    REFERRAL_SHORTEN = "referrals:referral:shorten"
    DRAFT_PREPARE = "referrals:draft:prepare"
    DRAFT_READ = "referrals:draft:read"
    DRAFT_END = "referrals:draft:end"


def of_referral(session: Session, referral: Referral) -> Record:
    """A referral, for the policy."""
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
        REFERRAL, referral.id, insured_id=referral.insured_id, professional_id=referral.author_id,
        parties=frozenset(one for one in named if one),
        live=referral.cancelled_at is None
        and referral.issued_on <= paris_today() <= min(referral.valid_until, last_day(referral.issued_on)),
        open_to_specialty=referral.specialty, withheld=referral.withheld,
    )  # fmt: skip


def of_draft(_session: Session, row: Draft) -> Record:
    """A draft, for the policy: of the practice that prepares it."""
    return Record(DRAFT, row.id, insured_id=row.insured_id, professional_id=row.author_id)


def _expire(session: Session, who: Who) -> int:
    shortened = shorten_overlong(session)
    for row in shortened:
        record(session, Tag.REFERRAL_SHORTEN, who, insured_id=row.insured_id, record=(REFERRAL, row.id))
    return len(shortened)


REFERRAL_AUTHOR = rule(
    "referral_author", PRACTICE, OWN_PRACTICE,
    "L'auteur d'un adressage relit sa lettre et dit qu'il a lu la réponse, même quand la relation a pris fin.",
    "The author of a referral reads the letter again and says that the answer was read, even once the relation ended.",
)  # fmt: skip

DRAFT_PRACTICE = rule(
    "draft_practice", PRACTICE, OWN_PRACTICE,
    "Un cabinet relit ce qu'il prépare.", "A practice reads what it prepares.",
)  # fmt: skip

_READ = (Action.READ_REFERRAL, Action.READ_LETTER)

CONTEXT = Context(
    name="referrals",
    withholds=withheld_ids,
    tables={
        Referral: Personal(),
        SequenceProvider: Personal(through="referral_id"),
        ReferralUse: Personal(through="referral_id"),
        Report: Personal(through="referral_id"),
        ReferralStep: Personal(through="referral_id"),
        Draft: Personal(hides=("prepared_by",)),
    },
    kinds=(
        RecordOf(REFERRAL, Action.READ_REFERRAL, Referral, of_referral),
        RecordOf(DRAFT, Action.READ_DRAFT, Draft, of_draft),
    ),
    actions=Action,
    clinical=frozenset({Action.READ_LETTER, Action.READ_OWN_REPORT, Action.READ_DRAFT}),
    in_person=frozenset({Action.READ_LETTER, Action.READ_OWN_REPORT, Action.ACKNOWLEDGE_REPORT}),
    postpones=draft_ids,
    signatures=frozenset({Action.WRITE_REFERRAL, Action.CANCEL_REFERRAL, Action.WRITE_REPORT}),
    rules=(
        PATIENT_SELF.gives(*_READ, Action.CANCEL_REFERRAL, Action.WITHHOLD_REFERRAL),
        PATIENT_CHILD.gives(*_READ, Action.CANCEL_REFERRAL),
        DOCTOR_DECLARED.gives(
            *_READ, Action.USE_REFERRAL, Action.WRITE_REFERRAL, Action.CANCEL_REFERRAL, Action.PREPARE_LETTER
        ),
        DOCTOR_REFERRED.gives(
            Action.READ_REFERRAL, Action.USE_REFERRAL, Action.WRITE_REFERRAL, Action.PREPARE_LETTER,
            PeopleAction.READ_PATIENT, DeclarationAction.READ_DECLARATION, PlanAction.READ_PLAN,
        ),
        DOCTOR_PARTY.gives(
            *_READ, Action.USE_REFERRAL, Action.CANCEL_REFERRAL, Action.WRITE_REPORT, Action.MOVE_REFERRAL,
            Action.PREPARE_REPORT,
        ),
        DRAFT_PRACTICE.gives(Action.READ_DRAFT),
        REFERRAL_AUTHOR.gives(*_READ, Action.ACKNOWLEDGE_REPORT),
        REPORT_AUTHOR.gives(Action.READ_REFERRAL, Action.READ_OWN_REPORT),
        DOCTOR_LIST.gives(Action.LIST_REFERRALS),
        DOCTOR_SPECIALTY.gives(Action.USE_REFERRAL),
        OFFICER_FUND.gives(Action.READ_REFERRAL),
        client_of(Scope.REFERRALS_READ).gives(Action.READ_REFERRAL),
    ),
    asks={Action.CANCEL_REFERRAL: AUTHOR_OR_PATIENT, Action.MOVE_REFERRAL: OTHER_SIDE},
    scopes=Scope,
    tags=Tag,
    expire=_expire,
    contact=last_contact,
    text=ClinicalText(people=people, destroy=destroy),
)  # fmt: skip
