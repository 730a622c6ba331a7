"""Sealing the trail when the keys change, and going on after an inquiry: nothing wrong is ever signed over."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from parcours.registry.audit import problems
from parcours.registry.audit.chain import ARCHIVE, SEAL, SIGNATURE, head_text, is_signed, sign
from parcours.registry.audit.models import GENESIS, AuditEvent, AuditHead
from parcours.registry.audit.proof import Verification, Walk, all_rows, archived_end
from parcours.registry.audit.witness import End, forget, kept_for, witness_of
from parcours.registry.errors import Misconfigured
from parcours.registry.store.columns import blind_index
from parcours.registry.store.db import Database
from parcours.registry.store.installation import name_of

SHORTEST_REASON = 10


def resign(session: Session) -> int:
    """Sign the heads under the newest key (before an old key is dropped); the number of those that were not.

    A chain is verified first and sealed at its end, so that the signatures of its rows are needed no more. One that is
    not whole is left as it is: signing it would hide what was done.
    """
    done = 0
    for head in session.scalars(select(AuditHead).with_for_update()):
        signature = sign(head.chain, head.sequence, head.hash)
        if head.signature != signature and _is_whole(session, head):
            head.signature = signature
            _seal(head)
            if archived := archived_end(head):
                mark_archived(head, archived)
            done += 1
    try:
        if (kept := witness_of(session).kept) is not None:
            kept.resign()
    except Misconfigured:
        pass  # what is forged stays as it is, to be found
    return done


def seal(session: Session) -> int:
    """Seal what was written before rows were signed; the number of chains that had such rows and are whole."""
    done = 0
    for head in session.scalars(select(AuditHead).where(AuditHead.seal.is_(None)).with_for_update()):
        unsigned = select(AuditEvent.id).where(AuditEvent.chain == head.chain, AuditEvent.signature.is_(None))
        if session.scalar(unsigned.limit(1)) is not None and _is_whole(session, head):
            _seal(head)
            done += 1
    return done


def accept(session: Session, found: Verification, reason: str) -> int:
    """Go on writing after an inquiry: the ends kept elsewhere are set aside, each head is put on the row it should be.

    What is wrong with the rows is found by every later verification; the chains are never sealed over it.
    Returns how many heads were moved. Raises `Invalid`: no reason given.
    """
    if len(reason.strip()) < SHORTEST_REASON:
        raise problems.reason_missing()
    engine = session.get_bind().engine
    kept = kept_for(engine.url, witness_of(session).installation)
    moved = 0
    wrong = {one.chain for one in found.findings}
    for head in session.scalars(select(AuditHead).where(AuditHead.chain.in_(wrong)).with_for_update()):
        tip = session.execute(
            select(AuditEvent.sequence, AuditEvent.hash)
            .where(AuditEvent.chain == head.chain)
            .order_by(AuditEvent.sequence.desc())
            .limit(1)
        ).first()
        head.sequence, head.hash = (tip.sequence, tip.hash) if tip else archived_end(head) or (0, GENESIS)
        head.signature = sign(head.chain, head.sequence, head.hash)
        moved += 1
    session.flush()
    if kept is not None:
        kept.set_aside()
    forget(engine)
    return moved


def begin_anew(url: str) -> None:
    """After a backup was restored: the ends seen before are set aside, for this history legitimately stops earlier."""
    database = Database.open(url)
    try:
        with database.reading() as session:
            kept = kept_for(database.engine.url, name_of(session))
        if kept is not None:
            kept.set_aside()
    finally:
        database.close()


def _is_whole(session: Session, head: AuditHead) -> bool:
    """Is a chain what its signed head says, each of its rows vouched for?"""
    if not is_signed(head_text(head.chain, head.sequence, head.hash), head.signature, SIGNATURE):
        return False
    walk = Walk({head.chain: head}, older_unsigned=head.seal is None)
    if any(walk.step(row) for row in all_rows(session, chain=head.chain)):
        return False
    return walk.tips.get(head.chain, (0, GENESIS)) == (head.sequence, head.hash)


def mark_archived(head: AuditHead, last: End) -> None:
    """Seal in the head up to where its chain was archived."""
    head.archived_sequence, head.archived_hash = last
    head.archived_seal = blind_index(head_text(head.chain, *last), ARCHIVE)


def _seal(head: AuditHead) -> None:
    head.sealed_sequence, head.sealed_hash = head.sequence, head.hash
    head.seal = blind_index(head_text(head.chain, head.sequence, head.hash), SEAL)
