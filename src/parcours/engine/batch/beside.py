"""What stands beside a settled file of text: its receipt, and the rows that were refused."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import parcours
from parcours.engine.batch.refusals import counted
from parcours.engine.digest import rules_digest
from parcours.engine.errors import FactError
from parcours.engine.facts.jsonio import dumps
from parcours.engine.facts.vocabulary import SOURCE_ROW
from parcours.law.flat import FlatLaw
from parcours.law.in_use import as_data

RECEIPT, REJECTED = ".receipt.json", ".rejected.ndjson"
FORMAT = "parcours-batch-1"
PLAIN = (str, int, float, bool, dict, list)
"""Values that JSON writes as they are; days and decimals become text."""


def made_with(flat: FlatLaw, readings: Mapping[str, str], arguments: Mapping[str, Any]) -> dict[str, Any]:
    """With which law, rules, readings and arguments: the same receipt on the same source gives the same output."""
    return {
        "format": FORMAT,
        "engine": parcours.__version__,
        "rules": rules_digest(),
        "law": flat.digest,
        **({"reform": as_data(flat.reform)} if flat.reform else {}),
        "readings": dict(readings),
        "arguments": dict(arguments),
    }


def rejection(row: int, error: FactError, facts: Mapping[str, Any], lang: str, column: str = "") -> str:
    """The line of a refused row: its number in the source, why, and what it said; `column`: what the file calls the
    fact.
    """
    said = {
        name: value if isinstance(value, PLAIN) else str(value) for name, value in facts.items() if value is not None
    }
    told = error.to_dict(lang)
    if column:
        told = {"column": column, **told, "message": f"{column} → {told['message']}"}
    return dumps({SOURCE_ROW: row, "error": told, "facts": said}) + "\n"


def write_beside(
    output: Path, source: Path, receipt: Mapping[str, Any], rows: Sequence[Any], results: Sequence[Any], lang: str
) -> list[dict[str, Any]]:
    """Write the receipt and the refused rows of a small file, none of an earlier run is left: why rows were refused."""
    refused = [
        rejection(place, result, row if isinstance(row, dict) else {}, lang)
        for place, (row, result) in enumerate(zip(rows, results, strict=True), 1)
        if isinstance(result, FactError)
    ]
    with source.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    inputs = [{"name": source.name, "bytes": source.stat().st_size, "sha256": digest}]
    counts = {"rows": len(results), "settled": len(results) - len(refused), "refused": len(refused)}
    why = counted(refused)
    whole = {**receipt, "inputs": inputs, **counts, **({"refused_because": why} if why else {})}
    output.with_name(output.name + RECEIPT).write_text(dumps(whole) + "\n", "utf-8")
    rejected = output.with_name(output.name + REJECTED)
    rejected.unlink(missing_ok=True)
    if refused:
        rejected.write_text("".join(refused), "utf-8", errors="backslashreplace")
    return why
