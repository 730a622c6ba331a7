"""What public guides say, checked: each statement has executable checks, and the verdict is computed from them.

for claim in check_claims("en"):
    claim.verdict, claim.figures
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from parcours.engine.case import Answer, settle
from parcours.engine.errors import FactError
from parcours.engine.results import result_dict
from parcours.engine.say.explain import Reference, references
from parcours.engine.say.wording import (
    day,
    has_labels,
    label,
    law_file,
    lower_first,
    parameter_text,
    specialty_labels,
)
from parcours.law.cache import flat_law
from parcours.law.days import iso, number_of
from parcours.law.loader import load
from parcours.rules.money import share
from parcours.text import COLON, Text, euros, yes_no

VERDICTS = {
    "true": Text("vrai", "true"),
    "true_until": Text("vrai jusqu'au {}", "true until {}"),
    "true_only_if": Text("vrai seulement si", "true only if"),
    "wrong": Text("faux", "wrong"),
    "not_computed": Text("non vérifiable par le calcul", "not checkable by computation"),
}
ON = "2025-06-02"
"""Day on which a parameter is read."""


@dataclass(frozen=True)
class Figure:
    """What one check computed, and whether the statement agrees."""

    text: str
    agrees: bool


@dataclass(frozen=True)
class Claim:
    """A statement of a guide, with its verdict."""

    id: str
    guide: str
    text: str
    verdict: str
    """true | true_until | true_only_if | wrong | not_computed"""
    verdict_text: str
    until: str | None
    """Last day on which the statement was true (ISO)."""
    condition: str
    figures: tuple[Figure, ...]
    references: tuple[Reference, ...]


def check_claims(lang: str = "fr") -> tuple[Claim, ...]:
    """Check every statement. Raises `FactError` when a check is badly written."""
    content = law_file("guides.yaml")
    return tuple(claim_of(id_, entry, content["guides"], lang) for id_, entry in content["claims"].items())


def claim_of(id_: str, entry: Mapping[str, Any], guides: Mapping[str, Any], lang: str) -> Claim:
    """One statement, checked."""
    checks = entry.get("checks", [])
    results = [
        (first, holds_, f"{prefix}{text}")
        for check, prefix in zip(checks, prefixes(checks, lang), strict=True)
        for first, holds_, text in outcomes(check, lang)
    ]
    verdict, until = verdict_of([holds for _, holds, _ in results], checks, [first for first, _, _ in results])
    shown = results[-1:] if until else results
    return Claim(
        id=id_,
        guide=guides[entry["guide"]][lang],
        text=entry[lang],
        verdict=verdict,
        verdict_text=VERDICTS[verdict][lang].format(day(int(until.replace("-", "")), lang) if until else ""),
        until=until,
        condition=entry.get("condition", {}).get(lang, ""),
        figures=tuple(Figure(text, holds) for _, holds, text in shown),
        references=references(tuple(entry["references"]), lang),
    )


def prefixes(checks: list[Mapping[str, Any]], lang: str) -> list[str]:
    """What tells the checks of one statement apart: the facts and the readings in which they differ."""
    said = [{**check.get("facts", {}), **check.get("readings", {})} for check in checks]
    names = [name for name in dict.fromkeys(name for facts in said for name in facts) if name not in UNSAID]
    differing = [name for name in names if len({str(facts.get(name)) for facts in said if facts}) > 1]
    separator = " → " if differing else ""
    return [
        ", ".join(fact_word(name, facts[name], lang) for name in differing if facts.get(name) is not None) + separator
        if any(facts.get(name) is not None for name in differing)
        else ""
        for facts in said
    ]


UNSAID = ("fee", "base", "contract", "profession")
"""Facts that need no word to tell two checks apart."""


def fact_word(name: str, value: Any, lang: str) -> str:
    """A fact of a check in a few words."""
    if name in load().readings:
        return str(load().readings[name].options[str(value)]["label"][lang])
    if name == "specialty":
        return lower_first(specialty_labels()[value][lang])
    if has_labels(name):
        return lower_first(label(name, value, lang))
    word = load().glossary[name][lang]["term"]
    if isinstance(value, bool):
        return f"{word} ({yes_no(value)[lang]})"
    return f"{word} {value}"


def verdict_of(held: list[bool], checks: list[Mapping[str, Any]], first_days: list[int]) -> tuple[str, str | None]:
    """The verdict of checks, and the last day of what was true for a time."""
    if not held:
        return "not_computed", None
    if all(held):
        return "true", None
    if not any(held):
        return "wrong", None
    if any(check.get("over_time") for check in checks) and held == sorted(held, reverse=True):
        stopped = first_days[held.index(False)]
        return "true_until", iso(number_of(day_before(stopped)))
    return "true_only_if", None


def day_before(number: int) -> date:
    """The day before a day written YYYYMMDD."""
    return date(number // 10_000, number // 100 % 100, number % 100) - timedelta(days=1)


def outcomes(check: Mapping[str, Any], lang: str) -> Iterator[tuple[int, bool, str]]:
    """(first day, does it hold, what was computed) of a check: once, or in every era whose tariff is known."""
    if "parameter" in check:
        yield parameter_outcome(check, lang)
    elif not check.get("over_time"):
        yield outcome(check, check["facts"], lang)
    else:
        since = int(str(check.get("since", "0")).replace("-", ""))
        for first in flat_law().default.first_days:
            if first < since:
                continue
            try:
                yield outcome(check, {**check["facts"], "care_date": iso(first)}, lang)
            except FactError:
                continue


def parameter_outcome(check: Mapping[str, Any], lang: str) -> tuple[int, bool, str]:
    """Does a parameter have the stated value?"""
    entry = load().parameters[check["parameter"]]
    value = entry.default.value_on(int(ON.replace("-", "")))
    if value is None:
        return 0, False, "—"
    text = f"{entry.label[lang]}{COLON[lang]}{parameter_text(value, entry.unit, lang)}"
    return number_of(value.first_day), value.value == check["equals"], text


def outcome(check: Mapping[str, Any], facts: Mapping[str, Any], lang: str) -> tuple[int, bool, str]:
    """Settle the facts of a check and compare."""
    answer = settle(facts, check.get("readings"))
    value = value_of(answer, check)
    return answer.law.first_day, holds(check, value, answer), shown(value, check, lang)


def value_of(answer: Answer, check: Mapping[str, Any]) -> Any:
    """The sum of the fields a check looks at, for as many acts as it says."""
    result = result_dict(answer.settlement)
    values = [result[name] for name in check["fields"]]
    return values[0] if isinstance(values[0], str) else sum(values) * check.get("times", 1)


def holds(check: Mapping[str, Any], value: Any, answer: Answer) -> bool:
    """Does a check hold for a computed value?"""
    if "equals" in check:
        return bool(value == check["equals"])
    if "percent_of_base" in check:
        return bool(value == Decimal(share(answer.settlement.base, check["percent_of_base"] * 100)).scaleb(-2))
    other = value_of(settle(check.get("more_than") or check["same_as"], check.get("readings")), check)
    return bool(value > other if "more_than" in check else value == other)


def shown(value: Any, check: Mapping[str, Any], lang: str) -> str:
    """A computed value as a person reads it."""
    if isinstance(value, str):
        return label(check["fields"][0], value, lang)
    names = " + ".join(load().glossary[name][lang]["term"] for name in check["fields"])
    return f"{names}{COLON[lang]}{euros(int(value * 100), lang)}"
