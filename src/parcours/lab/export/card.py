"""What the reader of a data set needs: what it is, how it was made, what it may not be used for, every column."""

from collections.abc import Iterator, Mapping

import parcours
from parcours.engine.digest import rules_digest
from parcours.lab.export.dcir import book, columns
from parcours.lab.values import care_values, values_in


def card(command: str, people: int, year: int, rows: Mapping[str, int], filled: Mapping[str, object]) -> str:
    """The dataset card."""
    tables = "\n".join(f"| {name} | {count} |" for name, count in sorted(rows.items()))
    empty = "\n".join(
        f"- {table}: {', '.join(names)}" for table, names in sorted(empty_columns().items()) if table in filled
    )
    return f"""# Synthetic care of {people} invented people, {year}

**Données synthétiques : elles ne décrivent personne.** Synthetic data: they describe nobody. Numbers of people and of
professionals are in no real range.

Made by parcours {parcours.__version__}, rules {rules_digest()[:16]}, lab values {care_values()["version"]}:

```text
{command}
```

The same command on any machine makes the same rows. Amounts are made by the rules of the law of the day of each
act. How far the totals are from the public ones: `parcours lab validate`. Licence Ouverte 2.0.

Not for: research on a disease, a person, a doctor or a place. The joint distribution of care and income is not known
from public data: it is assumed here.

| table | rows |
|---|---|
{tables}

Left empty, though the national tables have them:
{empty or "- nothing"}
"""


def empty_columns() -> dict[str, list[str]]:
    """Columns of the national tables that the lab does not fill."""
    filled = values_in("dictionary")
    return {
        table: [name for name in columns(table) if name not in filled["columns"]]
        for table in book()["tables"]
        if table != "DAMIR"
    }


def dictionary(tables: Mapping[str, list[tuple[str, str]]]) -> Iterator[tuple[str, str, str, str, str, str]]:
    """One row a column: what it holds in French and English, and its codes."""
    words, codes = values_in("dictionary")["columns"], book()["codes"]
    for table, named in tables.items():
        for name, kind in named:
            fr, en = words.get(name, ("non rempli", "not filled") if table.isupper() else ("", ""))
            listed = codes.get(name, "")
            listed = (
                "; ".join(f"{code} {label}" for code, label in listed.items()) if isinstance(listed, dict) else listed
            )
            yield table, name, kind, fr, en, listed
