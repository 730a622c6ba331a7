"""Verifying the audit trail: every removed, altered, added or cut row is found; anchors kept elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from parcours.registry.audit.chain import HASHED, SIGNATURE, canonical, head_text, is_signed, row_hash, sign
from parcours.registry.audit.models import CHAINS, GENESIS, AuditEvent, AuditHead
from parcours.registry.store.clock import now_utc
from parcours.registry.store.columns import blind_index
from parcours.text import Text

_ANCHOR: Final = "audit.anchor"

FindingCode = Literal[
    "removed",
    "altered",
    "broken_link",
    "truncated",
    "head_missing",
    "head_forged",
    "anchor_forged",
]


@dataclass(frozen=True)
class Finding:
    """Something wrong with the trail: which chain, at which row, and what."""

    code: FindingCode
    chain: int
    sequence: int

    @property
    def message(self) -> Text:
        place = Text("chaîne {chain}, ligne {row} : ", "chain {chain}, row {row}: ")
        return place.format(chain=self.chain, row=self.sequence) + _FINDINGS[self.code]


_FINDINGS: Final[dict[FindingCode, Text]] = {
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
}


@dataclass(frozen=True)
class Anchor:
    """The heads of all chains at an instant, signed, to be kept outside the database.

    It finds what the signed heads alone cannot: rows removed together with an older head put back.
    """

    taken_at: str
    heads: tuple[tuple[int, int, str], ...]
    signature: str

    @staticmethod
    def text(taken_at: str, heads: tuple[tuple[int, int, str], ...]) -> str:
        return canonical({"taken_at": taken_at, "heads": [list(head) for head in heads]})

    def to_json(self) -> str:
        return json.dumps(
            {
                "taken_at": self.taken_at,
                "heads": self.heads,
                "signature": self.signature,
            }
        )

    @classmethod
    def from_json(cls, text: str) -> Anchor:
        """Raises ValueError when the text is not an anchor."""
        try:
            content = json.loads(text)
            heads = tuple((int(chain), int(sequence), str(last)) for chain, sequence, last in content["heads"])
            return cls(str(content["taken_at"]), heads, str(content["signature"]))
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError("not an anchor of the audit trail (expected: taken_at, heads, signature)") from error


def anchor(session: Session) -> Anchor:
    """The present heads, signed."""
    rows = session.execute(select(AuditHead.chain, AuditHead.sequence, AuditHead.hash).order_by(AuditHead.chain))
    heads = tuple((row.chain, row.sequence, row.hash) for row in rows)
    taken_at = now_utc().isoformat(timespec="seconds")
    return Anchor(taken_at, heads, blind_index(Anchor.text(taken_at, heads), _ANCHOR))


def resign(session: Session) -> int:
    """Sign the heads again under the newest key (before an old key is dropped); the number of those that were not.

    A head whose signature is wrong is left as it is: signing it would hide what was done.
    """
    done = 0
    for head in session.scalars(select(AuditHead).with_for_update()):
        signature = sign(head.chain, head.sequence, head.hash)
        sound = is_signed(head_text(head.chain, head.sequence, head.hash), head.signature, SIGNATURE)
        if sound and head.signature != signature:
            head.signature = signature
            done += 1
    return done


@dataclass(frozen=True)
class Verification:
    """What a verification read and found."""

    rows: int
    findings: tuple[Finding, ...]

    @property
    def sound(self) -> bool:
        return not self.findings


def verify(session: Session, against: Anchor | None = None) -> Verification:
    """Read the whole trail in bounded memory and find every removed, altered, added or cut row.

    The session must be fresh: the rows and the heads are read as of one instant, while others go on writing.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    findings: list[Finding] = []
    tips: dict[int, tuple[int, str]] = {}
    wanted = {(chain, sequence): last for chain, sequence, last in against.heads} if against else {}
    if against and not is_signed(Anchor.text(against.taken_at, against.heads), against.signature, _ANCHOR):
        findings.append(Finding("anchor_forged", 0, 0))
    rows = 0
    for row in _all_rows(session):
        rows += 1
        sequence, previous = tips.get(row["chain"], (0, GENESIS))
        findings += _check_row(row, sequence, previous)
        tips[row["chain"]] = (row["sequence"], row["hash"])
        place = (row["chain"], row["sequence"])
        if place in wanted and wanted.pop(place) != row["hash"]:
            findings.append(Finding("altered", *place))
    findings += [Finding("truncated", *place) for place in wanted if place[1] > 0]
    findings += _check_heads(session, tips)
    return Verification(rows, tuple(findings))


def _all_rows(session: Session, size: int = 2000) -> Iterator[Mapping[str, Any]]:
    columns = [getattr(AuditEvent, name) for name in (*HASHED, "hash")]
    place: tuple[int, int] | None = None
    while True:
        query = select(*columns).order_by(AuditEvent.chain, AuditEvent.sequence).limit(size)
        if place is not None:
            query = query.where(tuple_(AuditEvent.chain, AuditEvent.sequence) > place)
        page = session.execute(query).mappings().all()
        yield from (dict(row) for row in page)
        if len(page) < size:
            return
        place = (page[-1]["chain"], page[-1]["sequence"])


def _check_row(row: Mapping[str, Any], sequence: int, previous: str) -> list[Finding]:
    place = (row["chain"], row["sequence"])
    if row["hash"] != row_hash(row):
        return [Finding("altered", *place)]
    if row["sequence"] != sequence + 1:
        return [Finding("removed", *place)]
    return [] if row["previous_hash"] == previous else [Finding("broken_link", *place)]


def _check_heads(session: Session, tips: Mapping[int, tuple[int, str]]) -> list[Finding]:
    heads = {head.chain: head for head in session.scalars(select(AuditHead))}
    if not heads and not tips:
        return []
    findings = []
    for chain in sorted({*range(CHAINS), *heads, *tips}):  # a chain that should not be has no signed head
        head = heads.get(chain)
        sequence, last = tips.get(chain, (0, GENESIS))
        if head is None:
            findings.append(Finding("head_missing", chain, sequence))
        elif not is_signed(head_text(chain, head.sequence, head.hash), head.signature, SIGNATURE):
            findings.append(Finding("head_forged", chain, head.sequence))
        elif (head.sequence, head.hash) != (sequence, last):
            findings.append(Finding("truncated", chain, sequence))
    return findings
