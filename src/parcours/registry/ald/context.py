"""Protocols of long-term conditions: a fund decides of the period, and never reads which condition it is."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from parcours.registry.access import model
from parcours.registry.access.manifest import ClinicalText, Context, Personal, RecordOf
from parcours.registry.access.model import Actor, Kind, Record, Role, Who
from parcours.registry.access.rules import DOCTOR_PARTY, Relation, rule
from parcours.registry.ald.decisions import let_time_pass
from parcours.registry.ald.keeping import destroy, last_contact, people
from parcours.registry.ald.models import Proposal, Protocol, ProtocolStep
from parcours.registry.audit.service import record
from parcours.registry.cards.relations import CARD_SHOWN
from parcours.registry.care_plans.models import PlanActor
from parcours.registry.declarations.relations import DOCTOR_DECLARED, in_charge
from parcours.registry.people.relations import OFFICER_FUND, PATIENT_CHILD, PATIENT_SELF, client_of
from parcours.registry.referrals.relations import DOCTOR_REFERRED
from parcours.registry.store.clock import paris_today

PROTOCOL = Kind("ald_protocol")


class Action(model.Action):
    """What one does with a protocol."""

    READ_PROTOCOL = "read_ald_protocol"
    READ_PROTOCOL_CONTENT = "read_ald_protocol_content"
    WRITE_PROTOCOL = "write_ald_protocol"
    PROPOSE_FOR_PROTOCOL = "propose_for_ald_protocol"
    SIGN_PROTOCOL = "sign_ald_protocol"
    SEND_PROTOCOL = "send_ald_protocol"
    OBSERVE_PROTOCOL = "observe_ald_protocol"
    DECIDE_PROTOCOL = "decide_ald_protocol"


class Scope(model.Scope):
    """What a program may ask of protocols: that they are there, and their days."""

    ALD_READ = "ald:read"


class Tag(model.Tag):
    """What happens to a protocol."""

    ALD_CREATE = "ald:protocol:create"
    ALD_READ = "ald:protocol:read"
    ALD_READ_CONTENT = "ald:content:read"
    ALD_PROPOSE = "ald:proposal:create"
    ALD_SIGN = "ald:protocol:sign"
    ALD_MOVE = "ald:protocol:move"
    ALD_DECIDE = "ald:protocol:decide"


def _no_doctor(session: Session, actor: Actor, record: Record) -> bool:
    """A doctor to whom the card was shown by somebody who has no médecin traitant today."""
    if record.insured_id is None or not CARD_SHOWN.holds(session, actor, record):
        return False
    return session.scalar(in_charge(record.insured_id).limit(1)) is None


NO_DOCTOR = Relation("no_medecin_traitant", _no_doctor, to_person=True)
STANDS_IN = rule(
    "stands_in", Role.DOCTOR, NO_DOCTOR,
    "Sans médecin traitant, le médecin à qui le patient montre sa carte écrit le protocole.",
    "Without a médecin traitant the doctor to whom the patient shows the card writes the protocol.",
)  # fmt: skip


def of_protocol(session: Session, row: Protocol) -> Record:
    """A protocol, for the policy: its parties are the correspondents that its plan names."""
    actors = session.scalars(
        select(PlanActor.professional_id).where(
            PlanActor.plan_id == row.plan_id, PlanActor.professional_id.is_not(None)
        )
    )
    parties = frozenset(one for one in (*actors, row.author_id) if one)
    return Record(PROTOCOL, row.id, insured_id=row.insured_id, professional_id=row.author_id, parties=parties)


def _expire(session: Session, who: Who) -> int:
    found = let_time_pass(session, paris_today())
    for row, what in found:
        record(session, Tag.ALD_MOVE, who, insured_id=row.insured_id, record=(PROTOCOL, row.id), details={"what": what})
    return len(found)


_READ = (Action.READ_PROTOCOL, Action.READ_PROTOCOL_CONTENT)
_SIGNED = (Action.WRITE_PROTOCOL, Action.SEND_PROTOCOL)

CONTEXT = Context(
    name="ald",
    tables={
        Protocol: Personal(),
        ProtocolStep: Personal(through="protocol_id"),
        Proposal: Personal(through="protocol_id"),
    },
    kinds=(RecordOf(PROTOCOL, Action.READ_PROTOCOL, Protocol, of_protocol),),
    actions=Action,
    clinical=frozenset({Action.READ_PROTOCOL_CONTENT}),
    in_person=frozenset({Action.READ_PROTOCOL_CONTENT}),
    signatures=frozenset({*_SIGNED, Action.PROPOSE_FOR_PROTOCOL}),
    rules=(
        PATIENT_SELF.gives(*_READ, Action.SIGN_PROTOCOL),
        PATIENT_CHILD.gives(*_READ, Action.SIGN_PROTOCOL),
        DOCTOR_DECLARED.gives(*_READ, *_SIGNED, Action.PROPOSE_FOR_PROTOCOL),
        DOCTOR_REFERRED.gives(Action.WRITE_PROTOCOL, Action.PROPOSE_FOR_PROTOCOL),
        DOCTOR_PARTY.gives(*_READ, Action.SEND_PROTOCOL, Action.PROPOSE_FOR_PROTOCOL),
        STANDS_IN.gives(Action.WRITE_PROTOCOL),
        OFFICER_FUND.gives(Action.READ_PROTOCOL, Action.OBSERVE_PROTOCOL, Action.DECIDE_PROTOCOL),
        client_of(Scope.ALD_READ).gives(Action.READ_PROTOCOL),
    ),
    scopes=Scope,
    tags=Tag,
    expire=_expire,
    contact=last_contact,
    text=ClinicalText(people=people, destroy=destroy),
)
