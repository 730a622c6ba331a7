"""What is past its time of the trail: sealed in a file, then removed from the database, which stays verifiable.

An archive holds the first rows of every chain up to a day, whole and verified, and is signed; the chain goes on from
the last of them, whose hash is sealed in its head. Six to twelve months of a trail are kept in the database; an archive
is kept apart, three years at most, for a reason that the operator writes down (CNIL, deliberation 2021-122 of
14 October 2021 on logs).
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from parcours.errors import os_reason
from parcours.registry.access.model import Tag, Who
from parcours.registry.audit import problems
from parcours.registry.audit.chain import ARCHIVE, canonical, is_row_signed, is_signed, row_hash
from parcours.registry.audit.models import APPEND_ONLY_TRIGGERS, GENESIS, AuditEvent, AuditHead
from parcours.registry.audit.proof import TRIGGERS, Walk, all_rows, archived_end
from parcours.registry.audit.seals import SHORTEST_REASON, mark_archived
from parcours.registry.audit.service import record
from parcours.registry.audit.witness import End
from parcours.registry.store.clock import PARIS, paris_today
from parcours.registry.store.columns import blind_index
from parcours.registry.store.db import Database
from parcours.registry.store.installation import name_of

FORMAT = "parcours-audit-archive-1"
LEAST_MONTHS, USUAL_MONTHS, MOST_MONTHS = 6, 12, 36


@dataclass(frozen=True)
class Part:
    """The rows of one chain in an archive: after which, and the last of them."""

    after: End
    last: End


@dataclass(frozen=True)
class Archive:
    """What an archive says of itself."""

    before: date
    rows: int
    sha256: str
    destroy_after: date
    parts: Mapping[int, Part]


def months_ago(day: date, months: int) -> date:
    """The same day of an earlier month (the 28th at the latest)."""
    place = day.year * 12 + day.month - 1 - months
    return date(place // 12, place % 12 + 1, min(day.day, 28))


def write(database: Database, path: Path, *, before: date) -> Archive:
    """Write the rows of before a day into a new file, signed and synced. Nothing is removed.

    Raises `Invalid`: the day is less than six months ago. Raises `Conflict`: the file is there, or the trail is not
    whole, or nothing is so old. Raises `Misconfigured`: it cannot be written.
    """
    latest = months_ago(paris_today(), LEAST_MONTHS)
    if before > latest:
        raise problems.archive_too_early(before, latest=latest)
    if path.exists():
        raise problems.archive_exists(path.name)
    unfinished = path.with_name(path.name + ".partial")
    try:
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file, database.reading() as session:
            found = _write_rows(session, file, before)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise problems.archive_unreadable(path.name, why=os_reason(error)) from error
    finally:
        with suppress(OSError):
            unfinished.unlink()
    return found


def _write_rows(session: Session, file: Any, before: date) -> Archive:
    heads = {head.chain: head for head in session.scalars(select(AuditHead))}
    walk, digest, rows, parts = Walk(heads), hashlib.sha256(), 0, {}

    def put(content: Mapping[str, Any]) -> None:
        line = canonical(content) + "\n"
        digest.update(line.encode())
        file.write(line)

    put({"format": FORMAT, "installation": name_of(session), "before": before.isoformat()})
    for chain in sorted(heads):
        after = last = walk.tips.get(chain, (0, GENESIS))
        for row in _older(session, chain, before):
            if walk.step(row):
                raise problems.trail_not_whole()
            put({**row, "occurred_at": row["occurred_at"].isoformat()})
            rows, last = rows + 1, (row["sequence"], row["hash"])
        if last != after:
            parts[chain] = Part(End(*after), End(*last))
    if not rows:
        raise problems.nothing_to_archive(before)
    destroy_after = months_ago(before, -MOST_MONTHS)
    end = {
        "chains": {str(chain): [*part.after, *part.last] for chain, part in parts.items()},
        "rows": rows, "sha256": digest.hexdigest(), "destroy_after": destroy_after.isoformat(),
    }  # fmt: skip
    file.write(canonical({**end, "signature": blind_index(canonical(end), ARCHIVE)}) + "\n")
    return Archive(before, rows, digest.hexdigest(), destroy_after, parts)


def _older(session: Session, chain: int, before: date) -> Iterator[Mapping[str, Any]]:
    """The first rows of a chain, up to the first that is not older than a day."""
    limit = datetime.combine(before, time(), PARIS).astimezone(UTC)
    newer = select(func.min(AuditEvent.sequence)).where(AuditEvent.chain == chain, AuditEvent.occurred_at >= limit)
    first_kept = session.scalar(newer)
    for row in all_rows(session, chain=chain):
        if first_kept is not None and row["sequence"] >= first_kept:
            return
        yield row


def read(path: Path) -> Archive:
    """What an archive holds, every row of it verified. Raises `Invalid`: altered, cut, or of other keys."""
    try:
        with path.open("rb") as file:
            return _read_lines(iter(file), path.name)
    except OSError as error:
        raise problems.archive_unreadable(path.name, why=os_reason(error)) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise problems.archive_altered(path.name) from error


def _read_lines(lines: Iterator[bytes], name: str) -> Archive:
    digest, rows = hashlib.sha256(), 0
    tips: dict[int, tuple[int, str]] = {}
    firsts: dict[int, End] = {}
    first = next(lines, b"")
    head, end = json.loads(first), None
    digest.update(first)
    for line in lines:
        content = json.loads(line)
        if "signature" in content and "sha256" in content:
            end = content
            break
        digest.update(line)
        content["occurred_at"] = datetime.fromisoformat(content["occurred_at"])
        place = (content["chain"], content["sequence"])
        before = tips.get(place[0], (place[1] - 1, content["previous_hash"]))
        if content["hash"] != row_hash(content) or (place[1] - 1, content["previous_hash"]) != before:
            raise problems.archive_altered(name)
        if content["signature"] is not None and not is_row_signed(content):
            raise problems.archive_altered(name)
        firsts.setdefault(place[0], End(*before))
        tips[place[0]] = (place[1], content["hash"])
        rows += 1
    if end is None or next(lines, None) is not None or head["format"] != FORMAT:
        raise problems.archive_altered(name)
    signature = end.pop("signature")
    parts = {chain: Part(firsts[chain], End(*last)) for chain, last in tips.items()}
    said = {str(chain): [*part.after, *part.last] for chain, part in parts.items()}
    if not is_signed(canonical(end), signature, ARCHIVE) or (end["sha256"], end["rows"], end["chains"]) != (
        digest.hexdigest(),
        rows,
        said,
    ):
        raise problems.archive_altered(name)
    destroy_after = date.fromisoformat(end["destroy_after"])
    return Archive(date.fromisoformat(head["before"]), rows, end["sha256"], destroy_after, parts)


def purge(database: Database, path: Path, who: Who, tag: Tag, reason: str) -> Archive:
    """Remove from the database the rows that an archive holds, and say so in the trail: one transaction.

    Raises `Invalid`: the archive cannot be believed, or no reason. Raises `Conflict`: the database does not hold
    exactly these rows at the beginning of its chains (another database, or removed already).
    """
    if len(reason.strip()) < SHORTEST_REASON:
        raise problems.reason_missing()
    archive = read(path)
    with database.writing() as session:
        heads = {
            one.chain: one for one in session.scalars(select(AuditHead).order_by(AuditHead.chain).with_for_update())
        }
        for chain, part in archive.parts.items():
            _check_there(session, heads.get(chain), part, path.name)
        kind, driver = session.get_bind().dialect.name, session.connection()
        for name in sorted(TRIGGERS[kind]):
            where = "" if kind == "sqlite" else " ON audit_events"
            driver.exec_driver_sql(f"DROP TRIGGER {name}{where}")
        for chain, part in archive.parts.items():
            old = (AuditEvent.chain == chain) & (AuditEvent.sequence <= part.last.sequence)
            session.execute(delete(AuditEvent).where(old).execution_options(synchronize_session=False))
            mark_archived(heads[chain], part.last)
        for statement in APPEND_ONLY_TRIGGERS[kind]:
            driver.exec_driver_sql(statement)
        said = {"rows": archive.rows, "before": archive.before.isoformat(), "sha256": archive.sha256}
        record(session, tag, who, why=reason.strip(), details=said)
    return archive


def _check_there(session: Session, head: AuditHead | None, part: Part, name: str) -> None:
    """Does this chain begin with these rows, after what was archived before?"""
    after = archived_end(head) if head else None
    place = (AuditEvent.chain == head.chain) & (AuditEvent.sequence == part.last.sequence) if head else None
    there = session.scalar(select(AuditEvent.hash).where(place)) if place is not None else None
    if (after or End(0, GENESIS)) != part.after or there != part.last.hash:
        raise problems.archive_of_another(name)


def usual_day() -> date:
    """The day before which rows are archived unless another is said."""
    return months_ago(paris_today(), USUAL_MONTHS)
