"""Verifying the audit trail: every removed, altered, added or cut row is found; anchors kept elsewhere."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import select, text, tuple_
from sqlalchemy.orm import Session

from parcours.registry.audit import timestamps
from parcours.registry.audit.chain import (
    ARCHIVE,
    HASHED,
    SEAL,
    SIGNATURE,
    canonical,
    head_text,
    is_row_signed,
    is_signed,
    row_hash,
)
from parcours.registry.audit.models import CHAINS, GENESIS, AuditEvent, AuditHead
from parcours.registry.audit.witness import End, kept_for
from parcours.registry.errors import Misconfigured
from parcours.registry.store.clock import now_utc
from parcours.registry.store.columns import blind_index
from parcours.registry.store.db import Database
from parcours.registry.store.installation import is_sealed, name_of
from parcours.text import Text

_ANCHOR = "audit.anchor"

FindingCode = Literal[
    "removed",
    "altered",
    "broken_link",
    "truncated",
    "head_missing",
    "head_forged",
    "anchor_forged",
    "timestamp_forged",
    "unsigned",
    "seal_forged",
    "archive_forged",
    "forked",
    "triggers_missing",
    "installation_forged",
    "witness_damaged",
]


@dataclass(frozen=True)
class Finding:
    """Something wrong with the trail: which chain, at which row, and what."""

    code: FindingCode
    chain: int
    sequence: int

    @property
    def message(self) -> Text:
        if self.code in _OF_THE_WHOLE:
            return _FINDINGS[self.code]
        place = Text("chaîne {chain}, ligne {row} : ", "chain {chain}, row {row}: ")
        return place.format(chain=self.chain, row=self.sequence) + _FINDINGS[self.code]


_FINDINGS: dict[FindingCode, Text] = {
    "removed": Text(
        "une ou plusieurs lignes manquent avant celle-ci",
        "one or more rows are missing before this one",
    ),
    "altered": Text("le contenu a été modifié", "the content was altered"),
    "broken_link": Text(
        "ne suit pas la ligne précédente",
        "does not follow from the row before it",
    ),
    "truncated": Text(
        "la fin de la chaîne a été retirée ou ajoutée",
        "the end of the chain was removed or added",
    ),
    "head_missing": Text("la tête signée a disparu", "the signed head is gone"),
    "head_forged": Text(
        "la signature de la tête est fausse",
        "the signature of the head is wrong",
    ),
    "anchor_forged": Text(
        "la signature de l'ancre est fausse",
        "the signature of the anchor is wrong",
    ),
    "timestamp_forged": Text(
        "l'horodatage de l'ancre n'est pas celui d'une autorité reconnue, ou d'un autre moment",
        "the time-stamp of the anchor is not one of a trusted authority, or of another moment",
    ),
    "unsigned": Text("n'a pas été écrite avec les clés", "was not written with the keys"),
    "archive_forged": Text("le sceau de ce qui a été archivé est faux", "the seal of what was archived is wrong"),
    "seal_forged": Text("le sceau de la chaîne est faux", "the seal of the chain is wrong"),
    "forked": Text(
        "n'est plus celle qui avait été vue : retirée, ou une autre à sa place",
        "is no longer the one that was seen: removed, or another in its place",
    ),
    "triggers_missing": Text(
        "la base ne refuse plus de modifier ou de retirer des lignes de la piste",
        "the database no longer refuses to change or remove rows of the trail",
    ),
    "installation_forged": Text(
        "le nom de l'installation n'a pas été écrit avec les clés",
        "the name of the installation was not written with the keys",
    ),
    "witness_damaged": Text(
        "les extrémités gardées hors de la base sont illisibles ou fausses",
        "the ends kept outside the database cannot be read or are forged",
    ),
}
_OF_THE_WHOLE = frozenset(
    {"anchor_forged", "timestamp_forged", "triggers_missing", "installation_forged", "witness_damaged"}
)


@dataclass(frozen=True)
class Anchor:
    """The heads of all chains at an instant, signed, to be kept outside the database.

    It finds what the signed heads alone cannot: rows removed together with an older head put back.
    """

    taken_at: str
    heads: tuple[tuple[int, int, str], ...]
    signature: str
    timestamp: str = ""
    """What a time-stamping authority says of it (RFC 3161, base 64); empty: none was asked."""

    @staticmethod
    def text(taken_at: str, heads: tuple[tuple[int, int, str], ...]) -> str:
        return canonical({"taken_at": taken_at, "heads": [list(head) for head in heads]})

    def to_json(self) -> str:
        return json.dumps(
            {
                "taken_at": self.taken_at,
                "heads": self.heads,
                "signature": self.signature,
                **({"timestamp": self.timestamp} if self.timestamp else {}),
            }
        )

    @classmethod
    def from_json(cls, text: str) -> Anchor:
        """Raises ValueError when the text is not an anchor."""
        try:
            content = json.loads(text)
            heads = tuple((int(chain), int(sequence), str(last)) for chain, sequence, last in content["heads"])
            return cls(str(content["taken_at"]), heads, str(content["signature"]), str(content.get("timestamp", "")))
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError("not an anchor of the audit trail (expected: taken_at, heads, signature)") from error


def anchor(session: Session) -> Anchor:
    """The present heads, signed, and time-stamped where an authority is named. Raises `Misconfigured`."""
    rows = session.execute(select(AuditHead.chain, AuditHead.sequence, AuditHead.hash).order_by(AuditHead.chain))
    heads = tuple((row.chain, row.sequence, row.hash) for row in rows)
    taken_at = now_utc().isoformat(timespec="seconds")
    said = Anchor.text(taken_at, heads)
    signature = blind_index(said, _ANCHOR)
    return Anchor(taken_at, heads, signature, timestamps.stamp(f"{said}{signature}"))


def is_stamped(one: Anchor) -> bool:
    """Was an anchor stamped when it says that it was taken, by an authority that is trusted?"""
    at = timestamps.stamped_at(f"{Anchor.text(one.taken_at, one.heads)}{one.signature}", one.timestamp)
    return at is not None and abs(at - datetime.fromisoformat(one.taken_at)) <= timestamps.APART


@dataclass(frozen=True)
class Verification:
    """What a verification read and found."""

    rows: int
    findings: tuple[Finding, ...]
    seen: int = 0
    """How many ends kept outside the database it was compared with."""

    @property
    def sound(self) -> bool:
        return not self.findings


def verify(session: Session, against: Anchor | None = None, ends: Collection[tuple[int, End]] = ()) -> Verification:
    """Read the whole trail in bounded memory and find every removed, altered, added or cut row.

    `ends`: rows that were seen, from where they are kept outside the database.
    The session must be fresh: the rows and the heads are read as of one instant, while others go on writing.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    findings: list[Finding] = []
    wanted: dict[tuple[int, int], set[str]] = {}
    if against and not is_signed(Anchor.text(against.taken_at, against.heads), against.signature, _ANCHOR):
        findings.append(Finding("anchor_forged", 0, 0))
    for chain, sequence, last in against.heads if against else ():
        wanted.setdefault((chain, sequence), set()).add(last)
    seen = {(chain, end.sequence): end.hash for chain, end in ends}
    heads = {head.chain: head for head in session.scalars(select(AuditHead))}
    walk = Walk(heads)
    gone = {chain: end.sequence for chain, end in walk.tips.items()}  # archived
    wanted = {place: ends for place, ends in wanted.items() if place[1] >= gone.get(place[0], 1)}
    seen = {place: last for place, last in seen.items() if place[1] >= gone.get(place[0], 1)}
    for chain, end in walk.tips.items():
        if wanted.pop((chain, end.sequence), {end.hash}) != {end.hash}:
            findings.append(Finding("altered", chain, end.sequence))
        if seen.pop((chain, end.sequence), end.hash) != end.hash:
            findings.append(Finding("forked", chain, end.sequence))
    for row in all_rows(session):
        findings += walk.step(row)
        place = (row["chain"], row["sequence"])
        if wanted and wanted.pop(place, {row["hash"]}) != {row["hash"]}:
            findings.append(Finding("altered", *place))
        if seen and seen.pop(place, row["hash"]) != row["hash"]:
            findings.append(Finding("forked", *place))
    findings += [Finding("truncated", *place) for place in wanted if place[1] > 0]
    findings += walk.end()
    findings += [Finding("forked", *place) for place in sorted(seen)]
    return Verification(walk.rows, tuple(findings))


def examine(database: Database, against: Anchor | None = None) -> Verification:
    """Everything that can be known of the trail: its rows, what was seen of it elsewhere, and what protects it."""
    with database.reading() as session:
        protection = _check_protection(session)
        try:
            kept = kept_for(database.engine.url, name_of(session))
            ends = kept.all_ends() if kept else set()
        except Misconfigured:
            ends = set()
            protection.append(Finding("witness_damaged", 0, 0))
    if against and against.timestamp and not is_stamped(against):
        protection.append(Finding("timestamp_forged", 0, 0))
    with database.reading() as session:
        found = verify(session, against, ends)
    return Verification(found.rows, (*found.findings, *protection), seen=len(ends))


def _check_protection(session: Session) -> list[Finding]:
    findings = []
    if session.scalar(select(AuditEvent.id).limit(1)) and not is_sealed(session):
        findings.append(Finding("installation_forged", 0, 0))
    dialect = session.get_bind().dialect.name
    there = set(session.scalars(text(_TRIGGERS_THERE[dialect])))
    if not there >= TRIGGERS[dialect]:
        findings.append(Finding("triggers_missing", 0, 0))
    return findings


TRIGGERS = {
    "sqlite": {"audit_events_no_update", "audit_events_no_delete"},
    "postgresql": {"audit_events_no_change", "audit_events_no_truncate"},
}
_TRIGGERS_THERE = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit_events'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE tgrelid = 'audit_events'::regclass AND tgenabled <> 'D'",
}


def all_rows(session: Session, size: int = 5000, chain: int | None = None) -> Iterator[Mapping[str, Any]]:
    """Every row in the order of its chain, or of one chain."""
    columns = [getattr(AuditEvent, name) for name in (*HASHED, "hash", "signature")]
    place: tuple[int, int] | None = None
    while True:
        query = select(*columns).order_by(AuditEvent.chain, AuditEvent.sequence).limit(size)
        if chain is not None:
            query = query.where(AuditEvent.chain == chain)
        if place is not None:
            query = query.where(tuple_(AuditEvent.chain, AuditEvent.sequence) > place)
        page = session.execute(query).all()
        names = (*HASHED, "hash", "signature")
        yield from (dict(zip(names, row, strict=True)) for row in page)
        if len(page) < size:
            return
        place = (page[-1].chain, page[-1].sequence)


class Walk:
    """From row to row along the chains: what the last one was, and whether the next follows."""

    def __init__(self, heads: Mapping[int, AuditHead], *, older_unsigned: bool = False) -> None:
        self.heads, self.rows = heads, 0
        archived = {chain: archived_end(head) for chain, head in heads.items()}
        self.tips: dict[int, End] = {chain: end for chain, end in archived.items() if end is not None}
        """The last row of each chain so far: at first, of those that are in an archive."""
        self.seals = {chain: _seal_of(head) for chain, head in heads.items()}
        self.older_unsigned = older_unsigned
        """Rows written before rows were signed are accepted, in a chain that has no seal yet."""

    def step(self, row: Mapping[str, Any]) -> list[Finding]:
        """What is wrong with the next row."""
        self.rows += 1
        chain, place = row["chain"], (row["chain"], row["sequence"])
        sequence, previous = self.tips.get(chain, (0, GENESIS))
        self.tips[chain] = End(row["sequence"], row["hash"])
        if row["hash"] != row_hash(row):
            return [Finding("altered", *place)]
        findings = []
        if row["sequence"] != sequence + 1:
            findings.append(Finding("removed", *place))
        elif row["previous_hash"] != previous:
            findings.append(Finding("broken_link", *place))
        if not self._is_vouched_for(row):
            findings.append(Finding("unsigned", *place))
        seal = self.seals.get(chain)
        if seal and seal.sequence == row["sequence"] and seal.hash != row["hash"]:
            findings.append(Finding("altered", *place))
        return findings

    def _is_vouched_for(self, row: Mapping[str, Any]) -> bool:
        """By its signature; before a seal, by the seal, which covers every row before it through their hashes."""
        seal = self.seals.get(row["chain"])
        if seal is not None:
            return row["sequence"] <= seal.sequence or is_row_signed(row)
        return (self.older_unsigned and row["signature"] is None) or is_row_signed(row)

    def end(self) -> list[Finding]:
        """What is wrong with the ends of the chains."""
        if not self.heads and not self.tips:
            return []
        findings = []
        for chain in sorted({*range(CHAINS), *self.heads, *self.tips}):  # one that should not be has no signed head
            head = self.heads.get(chain)
            sequence, last = self.tips.get(chain, (0, GENESIS))
            if head is None:
                findings.append(Finding("head_missing", chain, sequence))
            elif not is_signed(head_text(chain, head.sequence, head.hash), head.signature, SIGNATURE):
                findings.append(Finding("head_forged", chain, head.sequence))
            elif (head.sequence, head.hash) != (sequence, last):
                findings.append(Finding("truncated", chain, sequence))
            if head is not None and head.archived_sequence is not None and archived_end(head) is None:
                findings.append(Finding("archive_forged", chain, head.archived_sequence))
            if head is not None and head.seal is not None and self.seals[chain] is None:
                findings.append(Finding("seal_forged", chain, head.sealed_sequence or 0))
        return findings


def archived_end(head: AuditHead) -> End | None:
    """The last row of a chain that is in an archive and no longer here, when the seal was made with the keys."""
    if head.archived_seal is None or head.archived_sequence is None or head.archived_hash is None:
        return None
    said = head_text(head.chain, head.archived_sequence, head.archived_hash)
    return End(head.archived_sequence, head.archived_hash) if is_signed(said, head.archived_seal, ARCHIVE) else None


def _seal_of(head: AuditHead) -> End | None:
    """The seal of a chain, when it was made with the keys."""
    if head.seal is None or head.sealed_sequence is None or head.sealed_hash is None:
        return None
    text_of_seal = head_text(head.chain, head.sealed_sequence, head.sealed_hash)
    return End(head.sealed_sequence, head.sealed_hash) if is_signed(text_of_seal, head.seal, SEAL) else None
