"""The refused rows of a run, counted by reason: of which column, what is wrong, and with which values."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from parcours.engine.facts.jsonio import loads
from parcours.engine.facts.vocabulary import BY_NAME
from parcours.text import COLON, SEMICOLON, Text, agreed, count

SHOWN = 3
"""Values of a reason that are named."""
MOST_VALUES = 1000
"""Different values of a reason that are counted apart."""
TITLE = Text("Lignes refusées, par raison :", "Refused rows, by reason:")
MISSING = Text("n'est pas donné", "is not given")
GIVEN = Text("« {value} » ({rows})", "“{value}” ({rows})")
OTHERS = Text("{n} {n:autre valeur|autres valeurs}", "{n} other {n:value|values}")
EXPECTED = Text("attendu", "expected")
HINT = Text(
    "Un mot de votre fichier peut en valoir un des nôtres : --values {column}:{value}=…",
    "A word of your file may stand for one of ours: --values {column}:{value}=…",
)
CODED = ("code", "codes", "boolean", "specialty", "act", "contract", "ips", "status")


def counted(lines: Iterable[str]) -> list[dict[str, Any]]:
    """The reasons of the lines of a list of refused rows, the most frequent first."""
    found: dict[tuple[str, str, bool, str], dict[str, Any]] = {}
    values: dict[tuple[str, str, bool, str], Counter[str]] = {}
    for line in lines:
        error: dict[str, Any] = {name: clean(text) for name, text in loads(line)["error"].items()}
        name = re.sub(r"\[\d+\]", "[]", error["field"])
        key = (error.get("column", ""), name, error["value"] is None, error["allowed"].partition(":")[0])
        reason = found.setdefault(key, reason_of(name, error))
        reason["rows"] += 1
        met = values.setdefault(key, Counter())
        if error["value"] is not None and (error["value"] in met or len(met) < MOST_VALUES):
            met[error["value"]] += 1
    for key, reason in found.items():
        if values[key]:
            most = values[key].most_common(SHOWN)
            reason["values"] = dict(most)
            reason["other_values"] = len(values[key]) - len(most)
    return sorted(found.values(), key=lambda reason: -int(reason["rows"]))


def clean(text: str | None) -> str | None:
    """A text that a file can hold: half a character is written as its code."""
    return text and text.encode("utf-8", "backslashreplace").decode()


def reason_of(name: str, error: Mapping[str, Any]) -> dict[str, Any]:
    """A reason that no row has yet."""
    column = {"column": error["column"]} if "column" in error else {}
    return {**column, "field": name, "allowed": error["allowed"], "rows": 0}


def told(reasons: Sequence[Mapping[str, Any]], lang: str) -> list[str]:
    """The table for people, a line for each reason, and how to give a word its meaning."""
    if not reasons:
        return []
    width = max(len(count(one["rows"], lang)) for one in reasons)
    lines = [f"{count(one['rows'], lang):>{width}}  {in_words(one, lang)}" for one in reasons]
    return [TITLE[lang], *lines, *hint(reasons, lang)]


def in_words(reason: Mapping[str, Any], lang: str) -> str:
    """A reason in words."""
    name = f"{reason['column']} ({reason['field']})" if "column" in reason else reason["field"]
    said = [GIVEN[lang].format(value=value, rows=count(n, lang)) for value, n in reason.get("values", {}).items()]
    if reason.get("other_values"):
        said.append(agreed(OTHERS, lang, n=reason["other_values"]))
    what = ", ".join(said) or MISSING[lang]
    return f"{name}{COLON[lang]}{what}{SEMICOLON[lang]}{EXPECTED[lang]}{COLON[lang]}{reason['allowed']}"


def hint(reasons: Sequence[Mapping[str, Any]], lang: str) -> list[str]:
    """How to say what a word stands for, where one was not understood."""
    for one in reasons:
        fact = BY_NAME.get(one["field"])
        if fact and fact.kind in CODED and one.get("values"):
            return [HINT[lang].format(column=one.get("column", one["field"]), value=next(iter(one["values"])))]
    return []
