"""What a run leaves in a folder: tables in three formats, plots with their rows, sentences, the reform, the receipt."""

import csv
import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

import parcours
from parcours.engine.digest import rules_digest
from parcours.errors import os_reason
from parcours.lab import problems
from parcours.lab.plots import draw, plots
from parcours.lab.say import BEHAVIOUR, NOT_LAW, SYNTHETIC, sentences
from parcours.lab.study import Row, Study
from parcours.lab.xlsx import workbook
from parcours.law.in_use import as_data

Tables = Mapping[str, Sequence[Row]]


def receipt(found: Study, by: Sequence[str], where: Mapping[str, str], command: str) -> dict[str, Any]:
    """With which law, rules, people and reforms: the same receipt is the same figures."""
    return {
        "format": "parcours-lab-1",
        "engine": parcours.__version__,
        "rules": rules_digest(),
        "law": found.world.run.flat.digest,
        "plan": found.plan.digest(),
        "reforms": [one.id for one in found.plan.reforms],
        "changes": as_data((*found.plan.changes, *found.plan.derived)),
        "readings": dict(found.plan.readings),
        "switches": {name: value for name, value in found.plan.hypotheses._asdict().items() if value != neutral(name)},
        "people": len(found.world.people),
        "people_kept": int(found.kept.sum()),
        "acts": found.world.acts,
        "year": found.world.year,
        "seed": found.world.seed,
        "by": list(by),
        "where": dict(where),
        "behaviour": "off",
        "synthetic": True,
        "command": command,
    }


def neutral(name: str) -> int:
    """What a switch is when it is off."""
    from parcours.rules.hypotheses import NEUTRAL

    return int(getattr(NEUTRAL, name))


def write(
    found: Study, tables: Tables, said: Mapping[str, Any], folder: Path, lang: str, note: Callable[[], bytes]
) -> list[str]:
    """Write everything aside, then give it its place: nothing half-written. Raises `LabError`."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        aside = Path(mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    except OSError as error:
        raise problems.no_output(str(folder), field="--output", why=os_reason(error)) from None
    try:
        drawn = plots(found, tables, lang)
        everything = {**tables, **{f"plot_{plot.name}": plot.rows for plot in drawn}}
        for name, rows in everything.items():
            write_table(aside, name, rows, said)
        (aside / "tables.xlsx").write_bytes(workbook({**everything, "sources": sources(said, lang)}))
        draw(drawn, aside, lang)
        (aside / "note.pdf").write_bytes(note())
        (aside / "sentences.txt").write_text(
            "\n".join([*sentences(found, lang), SYNTHETIC[lang], BEHAVIOUR[lang], NOT_LAW[lang]]) + "\n", "utf-8"
        )
        for one in found.plan.reforms:
            (aside / f"{one.id}.yaml").write_text(one.as_file(), "utf-8")
        (aside / "receipt.json").write_text(json.dumps(said, ensure_ascii=False, indent=1) + "\n", "utf-8")
        folder.mkdir(exist_ok=True)
        names = sorted(path.name for path in aside.iterdir())
        for name in names:
            (aside / name).replace(folder / name)
    except OSError as error:
        raise problems.no_output(str(folder), field="--output", why=os_reason(error)) from None
    finally:
        with suppress(OSError):
            shutil.rmtree(aside)
    return names


def write_table(folder: Path, name: str, rows: Sequence[Row], said: Mapping[str, Any]) -> None:
    """A table as Parquet and as CSV."""
    table = pa.Table.from_pylist([dict(row) for row in rows])
    metadata = {
        "synthetic": "invented people and acts: they describe nobody",
        "receipt": json.dumps(said, ensure_ascii=False),
    }
    pq.write_table(table.replace_schema_metadata(metadata), folder / f"{name}.parquet", compression="zstd")
    with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]) if rows else [])
        writer.writeheader()
        writer.writerows(rows)


def sources(said: Mapping[str, Any], lang: str) -> list[Row]:
    """The sheet of sources: what was run, and what it is."""
    rows: list[Row] = [{"name": name, "value": json.dumps(value, ensure_ascii=False)} for name, value in said.items()]
    return [*rows, *({"name": "note", "value": text[lang]} for text in (SYNTHETIC, BEHAVIOUR, NOT_LAW))]
