"""What the reader of a data set needs: what it is, how it was made, what it may not be used for, every column."""

from collections.abc import Iterator, Mapping

import parcours
from parcours.engine.digest import rules_digest
from parcours.lab.export.dcir import book
from parcours.lab.values import care_values, values_in
from parcours.law.loader import load

ENGINE = ("acts", "settled")
"""Tables in the vocabulary of the engine."""


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
    filled = values_in("dictionary")["columns"]
    found = {table: [name for name in national(table) if name not in filled] for table in book()["tables"]}
    return {table: names for table, names in found.items() if names}


def national(table: str) -> list[str]:
    """The columns of a national table; the open data has names alone."""
    return [one.split(":")[0] for one in book()["tables"][table].split()]


def dictionary(
    tables: Mapping[str, list[tuple[str, str]]], lists: Mapping[tuple[str, str], list[str]]
) -> Iterator[tuple[str, str, str, str, str, str]]:
    """One row a column: what it holds in French and English, and its codes; `lists`: the words of ours."""
    codes = book()["codes"]
    for table, named in tables.items():
        for name, kind in named:
            fr, en = words_of(table, name)
            listed = codes.get(name, "") if table.isupper() else "; ".join(lists.get((table, name), ()))
            if isinstance(listed, dict):
                listed = "; ".join(f"{code} {label}" for code, label in listed.items())
            yield table, name, kind, fr, en, listed


def words_of(table: str, name: str) -> tuple[str, str]:
    """What a column holds, in French and English."""
    words, terms = values_in("dictionary"), load().glossary
    own = words["tables"].get(table, {}).get(name)
    if own is None and table in ENGINE and name in terms:
        own = terms[name]["fr"]["term"], terms[name]["en"]["term"]
    fr, en = own or words["columns"].get(name, ("non rempli", "not filled"))
    return fr, en
