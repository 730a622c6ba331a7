"""Claims: each is about one person; a professional's undue sum names the claim it comes from."""

from dataclasses import replace

from sqlalchemy.orm import Session

from parcours.registry.access import model
from parcours.registry.access.manifest import Context, Personal, RecordOf, Shared
from parcours.registry.access.model import PRACTICE, SYSTEM, Actor, Kind, Record, Role
from parcours.registry.access.rules import OWN_FUND, OWN_INSURER, OWN_PRACTICE, Relation, rule, second_person
from parcours.registry.cards.relations import PRACTICE_CARD
from parcours.registry.claims import problems
from parcours.registry.claims.invariants import INVARIANTS
from parcours.registry.claims.keeping import disputed, last_care
from parcours.registry.claims.models import (
    Agreement,
    Claim,
    ClaimEvent,
    Decision,
    DecisionLine,
    Lot,
    Objection,
    Regularisation,
    Undue,
)
from parcours.registry.declarations.relations import DOCTOR_DECLARED
from parcours.registry.people.context import SECOND_PERSON
from parcours.registry.people.relations import OFFICER_FUND, PATIENT_CHILD, PATIENT_SELF, client_of
from parcours.registry.referrals.relations import DOCTOR_REFERRED
from parcours.registry.store.rotation import KeyedIndex


class Action(model.Action):
    """What one does with claims."""

    PREPARE_CLAIM = "prepare_claim"
    SUBMIT_CLAIM = "submit_claim"
    READ_CLAIMS = "read_claims"
    DECIDE_CLAIM = "decide_claim"
    READ_QUEUES = "read_queues"
    PROPOSE_REGULARISATION = "propose_regularisation"
    CONFIRM_REGULARISATION = "confirm_regularisation"
    OBJECT_TO_CLAIM = "object_to_claim"
    """Before the commission of the fund, as the insured."""
    SEND_PAPER = "send_paper"
    """As the insured who paid without a card."""
    READ_SHEETS = "read_sheets"
    SEND_SHEETS = "send_sheets"
    SIGN_SHEETS = "sign_sheets"
    """What a delegate prepares, the professional signs."""
    CONTEST_REJECTION = "contest_rejection"
    """As the practice whose sheet it is."""
    READ_PRACTICE_MESSAGES = "read_practice_messages"
    RECONCILE_CLAIMS = "reconcile_claims"
    ANSWER_AGREEMENT = "answer_agreement"
    """As the medical control of the fund: never who asked."""
    READ_INSURER_LINES = "read_insurer_lines"


class Scope(model.Scope):
    """What a program may ask of claims."""

    CLAIMS_READ = "claims:read"
    CLAIMS_WRITE = "claims:write"


class Tag(model.Tag):
    """What happens to claims."""

    CLAIM_SUBMIT = "claims:claim:submit"
    CLAIM_READ = "claims:claim:read"
    CLAIM_DECIDE = "claims:claim:decide"
    QUEUES_READ = "claims:queues:read"
    REGULARISATION_PROPOSE = "claims:regularisation:propose"
    REGULARISATION_DECIDE = "claims:regularisation:decide"
    OBJECTION_DECIDE = "claims:objection:decide"
    CLAIM_OBJECT = "claims:claim:object"
    CLAIM_CONTEST = "claims:claim:contest"
    STATEMENT_READ = "claims:statement:read"
    SHEETS_READ = "claims:sheets:read"
    SHEETS_SEND = "claims:sheets:send"
    SHEETS_SIGN = "claims:sheets:sign"
    AGREEMENT_ASK = "claims:agreement:ask"
    AGREEMENT_ANSWER = "claims:agreement:answer"
    CLAIM_PAY = "claims:claim:pay"
    CLAIM_REVERSE = "claims:claim:reverse"
    CLAIM_RECONCILE = "claims:claim:reconcile"
    MESSAGES_READ = "claims:messages:read"
    INSURER_READ = "claims:insurer:read"


def _own_sheet(_session: Session, actor: Actor, record: Record) -> bool:
    """A practice submits its own sheets; others answer for those that they hand in."""
    return actor.professional_id is None or actor.professional_id == record.professional_id


OWN_SHEET = Relation("own_sheet", _own_sheet, refusal=problems.not_your_sheet)
OTHER_OFFICER = Relation("other_officer", second_person, refusal=problems.second_officer)
DOCTOR_MESSAGES = rule(
    "doctor_messages", PRACTICE, OWN_PRACTICE,
    "Un cabinet lit les retours qui lui sont adressés.", "A practice reads the returns addressed to it.",
)  # fmt: skip
INSURER_OWN = rule(
    "insurer_own", Role.INSURER_OFFICER, OWN_INSURER,
    "Un agent d'organisme complémentaire voit les lignes de ses contrats, pour leurs dates.",
    "An officer of an insurer sees the lines of its contracts, for their dates.",
)  # fmt: skip


def of_insurer(name: str | None) -> Record:
    """An insurer whose lines and messages are read."""
    return replace(SYSTEM, insurer=name)


OFFICER_QUEUES = rule(
    "officer_queues", Role.OFFICER, OWN_FUND,
    "Un agent voit ce qui attend dans sa caisse.", "An officer sees what waits in their fund.",
)  # fmt: skip
REGULARISATION = Kind("regularisation")


def of_regularisation(row: Regularisation) -> Record:
    """A correction that one officer proposed, for the policy."""
    return Record(REGULARISATION, row.id, insured_id=row.insured_id, proposed_by=row.proposed_by)


CONTEXT = Context(
    name="claims",
    tables={
        Lot: Shared("a lot is of a practice: it names nobody whose sheets it holds"),
        Claim: Personal(),
        ClaimEvent: Personal(through="claim_id"),
        Decision: Personal(),
        DecisionLine: Personal(through="decision_id"),
        Objection: Personal(),
        Regularisation: Personal(hides=("proposed_by", "decided_by")),
        Undue: Personal(),
        Agreement: Personal(hides=("asked_by",)),
    },
    kinds=(RecordOf(REGULARISATION, Action.READ_CLAIMS, Regularisation, lambda _session, row: of_regularisation(row)),),
    actions=Action,
    rules=(
        PATIENT_SELF.gives(Action.READ_CLAIMS, Action.OBJECT_TO_CLAIM, Action.SEND_PAPER),
        PATIENT_CHILD.gives(Action.READ_CLAIMS, Action.OBJECT_TO_CLAIM, Action.SEND_PAPER),
        DOCTOR_DECLARED.gives(Action.PREPARE_CLAIM, Action.SUBMIT_CLAIM),
        DOCTOR_REFERRED.gives(Action.PREPARE_CLAIM, Action.SUBMIT_CLAIM),
        OFFICER_FUND.gives(
            Action.PREPARE_CLAIM,
            Action.SUBMIT_CLAIM,
            Action.READ_CLAIMS,
            Action.DECIDE_CLAIM,
            Action.PROPOSE_REGULARISATION,
            Action.CONFIRM_REGULARISATION,
            Action.ANSWER_AGREEMENT,
        ),
        OFFICER_QUEUES.gives(Action.READ_QUEUES),
        client_of(Scope.CLAIMS_READ).gives(Action.READ_CLAIMS),
        client_of(Scope.CLAIMS_WRITE).gives(Action.PREPARE_CLAIM, Action.SUBMIT_CLAIM, Action.DECIDE_CLAIM),
        DOCTOR_MESSAGES.gives(
            Action.READ_PRACTICE_MESSAGES,
            Action.READ_SHEETS,
            Action.SEND_SHEETS,
            Action.SIGN_SHEETS,
            Action.CONTEST_REJECTION,
            Action.RECONCILE_CLAIMS,
        ),
        PRACTICE_CARD.gives(Action.PREPARE_CLAIM, Action.SUBMIT_CLAIM),
        INSURER_OWN.gives(Action.READ_INSURER_LINES),
    ),
    signatures=frozenset({Action.SIGN_SHEETS}),
    asks={
        Action.SUBMIT_CLAIM: OWN_SHEET,
        Action.CONFIRM_REGULARISATION: SECOND_PERSON,
        Action.ANSWER_AGREEMENT: OTHER_OFFICER,
    },
    scopes=Scope,
    tags=Tag,
    keyed=(KeyedIndex(Claim.__tablename__, "fingerprint", None),),
    contact=last_care,
    disputed=disputed,
    invariants=INVARIANTS,
)
