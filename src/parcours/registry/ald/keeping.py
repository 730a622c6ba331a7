"""For how long what doctors wrote for a protocol is kept: what counts as a contact, and its end."""

from datetime import date

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from parcours.registry.ald.models import Proposal, Protocol, ProtocolStep


def last_contact(session: Session, insured_id: str) -> date | None:
    """The last day on which a protocol of somebody moved."""
    query = select(func.max(ProtocolStep.day)).join(Protocol, Protocol.id == ProtocolStep.protocol_id)
    return session.scalar(query.where(Protocol.insured_id == insured_id))


def people(session: Session) -> set[str]:
    """Everybody of whom a proposal, an observation or grounds are kept."""
    written = select(Protocol.insured_id).where(or_(Protocol.observation.is_not(None), Protocol.refusal.is_not(None)))
    proposed = select(Protocol.insured_id).join(Proposal, Proposal.protocol_id == Protocol.id)
    return {*session.scalars(written.distinct()), *session.scalars(proposed.distinct())}


def destroy(session: Session, insured_id: str, _on: date) -> dict[str, int]:
    """Delete what was proposed, observed and given as grounds; periods and days stay: rights were settled by them."""
    protocols = list(session.scalars(select(Protocol).where(Protocol.insured_id == insured_id)))
    ids = [one.id for one in protocols]
    proposals = list(session.scalars(select(Proposal).where(Proposal.protocol_id.in_(ids))))
    for proposal in proposals:
        session.delete(proposal)
    for protocol in protocols:
        protocol.observation = protocol.refusal = None
    session.flush()
    return {Proposal.__tablename__: len(proposals)}
