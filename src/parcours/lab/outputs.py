"""What a run leaves in a folder: tables in three formats, plots with their rows, sentences, the reform, the receipt."""

import csv
import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

import parcours
from parcours.engine.digest import rules_digest
from parcours.errors import os_reason
from parcours.lab import problems
from parcours.lab.charts import draw
from parcours.lab.plots import plots
from parcours.lab.say import NOTES, SCOPE, sentences
from parcours.lab.study import Row, Study
from parcours.lab.xlsx import workbook
from parcours.law.in_use import as_data

Tables = Mapping[str, Sequence[Row]]


class Paper(NamedTuple):
    """What the floors above lend: the fonts of the house, and the note made of the drawings."""

    fonts: Path
    note: Callable[[Mapping[str, str]], bytes]


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
        "scope": SCOPE["en"],
        "behaviour": "off",
        "synthetic": True,
        "command": command,
    }


def neutral(name: str) -> int:
    """What a switch is when it is off."""
    from parcours.rules.hypotheses import NEUTRAL

    return int(getattr(NEUTRAL, name))


def write(found: Study, tables: Tables, said: Mapping[str, Any], folder: Path, lang: str, paper: Paper) -> list[str]:
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
        pictures = draw(drawn, aside, lang, paper.fonts)
        (aside / "note.pdf").write_bytes(paper.note(pictures))
        (aside / "sentences.txt").write_text(
            "\n".join([*sentences(found, lang), *(text[lang] for text in NOTES)]) + "\n", "utf-8"
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
    synthetic = {"synthetic": "invented people and acts: they describe nobody"}
    fields = [field.with_metadata(synthetic) for field in table.schema]
    schema = pa.schema(fields, {**synthetic, "receipt": json.dumps(said, ensure_ascii=False)})
    pq.write_table(table.cast(schema), folder / f"{name}.parquet", compression="zstd")
    with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]) if rows else [])
        writer.writeheader()
        writer.writerows(rows)


def sources(said: Mapping[str, Any], lang: str) -> list[Row]:
    """The sheet of sources: what was run, and what it is."""
    rows: list[Row] = [{"name": name, "value": json.dumps(value, ensure_ascii=False)} for name, value in said.items()]
    return [*rows, *({"name": "note", "value": text[lang]} for text in NOTES)]
