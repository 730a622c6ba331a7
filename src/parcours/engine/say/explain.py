"""Why: an ordered list of steps for any settled row, in French or English; and why not, for the exceptions that did
not apply.

    explanation = explain(settle(facts), "fr")
    explanation.headline, explanation.steps, explanation.why_not

Nothing is recomputed: the case codes, the amounts and the facts of a row say it all, so that row 38 214 907 of a
batch is explained like an answer in memory. Only the other readings of an answer settle again.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from parcours.engine.case import Answer
from parcours.engine.facts.jsonio import plain
from parcours.engine.facts.vocabulary import LEFT_ON, UNSAID
from parcours.engine.say.freshness import Freshness, freshness
from parcours.engine.say.law_values import CONFIDENCES, LawValue, in_force, law_values, needed, precise, tariff_of
from parcours.engine.say.row import STAGES, SettledRow
from parcours.engine.say.wording import Words, fill, label, law_file, lower_first, matches, sentence
from parcours.law.codes import Profession, Purpose, SpecialSetting
from parcours.law.in_use import IN_USE, enacted, per_reform
from parcours.law.loader import load

MIDWIFE_AGES = range(12, 51)
"""Not of the law: far from them nobody is followed by a midwife for a pregnancy or a contraception."""


@dataclass(frozen=True)
class Reference:
    """An article."""

    id: str
    title: str
    url: str


@dataclass(frozen=True)
class OtherReadingText:
    """What another reading of a disputed point would give."""

    name: str
    option: str
    text: str


@dataclass(frozen=True)
class Step:
    """One stage of the settlement, said."""

    stage: str
    title: str
    case: str
    text: str
    references: tuple[Reference, ...]
    values: tuple[LawValue, ...]
    first_day: str | None
    """First day of the newest value the step rests on."""
    confidence: str | None
    """The least certain of those values (A law text seen … D derived)."""
    reform: bool
    """True where a value is that of a reform being tried: no article, day or confidence stands behind that one."""
    other_readings: tuple[OtherReadingText, ...]
    quiet: bool
    """True where the stage says that nothing happens."""


@dataclass(frozen=True)
class WhyNot:
    """An exception that did not apply, and the facts that would have opened it."""

    name: str
    stage: str
    text: str
    facts: tuple[str, ...]
    references: tuple[Reference, ...]


@dataclass(frozen=True)
class Explanation:
    """A settled row, explained in one language."""

    lang: str
    headline: str
    warning: str | None
    steps: tuple[Step, ...]
    why_not: tuple[WhyNot, ...]
    freshness: Freshness
    """Until when the answer is known to be right."""

    def to_dict(self) -> dict[str, Any]:
        """The explanation as plain data."""
        said: dict[str, Any] = plain(self)
        return said


def explain(
    source: Answer | Mapping[str, Any],
    lang: str = "fr",
    *,
    quiet: bool = False,
    readings: Mapping[str, str] | None = None,
) -> Explanation:
    """Explain an answer, or a row of an output file (columns of the vocabulary and of the results).

    `quiet=True` also gives the stages that say that nothing happens; `readings` are those that a row was settled
    under. Raises `FactError` for a row without its case codes.
    """
    if isinstance(source, Answer) and source.flat.reform != IN_USE.get():
        with enacted(source.flat.reform):
            return explain(source, lang, quiet=quiet)
    row = SettledRow.of_answer(source) if isinstance(source, Answer) else SettledRow.of_mapping(source, readings)
    return explain_row(row, lang, other_readings(source, row, lang), quiet=quiet)


def explain_row(
    row: SettledRow, lang: str, others: Mapping[str, tuple[OtherReadingText, ...]], *, quiet: bool = False
) -> Explanation:
    """Explain a settled row; `others`: what other readings would give, by stage."""
    words = row.words()
    context = context_of(row)
    steps = tuple(step(stage, row, words, others, context, lang) for stage in STAGES)
    return Explanation(
        lang=lang,
        headline=sentence(f"headline_{row.pathway}", words, lang),
        warning=warning_of(row, words, lang),
        steps=tuple(item for item in steps if quiet or not item.quiet),
        why_not=why_not(row, context, lang),
        freshness=freshness(
            (value.id for item in steps for value in item.values),
            (reference.id for item in steps for reference in item.references),
            row.day,
            lang,
        ),
    )


def warning_of(row: SettledRow, words: Words, lang: str) -> str | None:
    """What is asked above what may be asked, or above a tariff that may be owed; None where nothing is."""
    if row.amounts.get("unlawful_excess"):
        key = "opinion_excess" if row.opinion else "forbidden_excess" if row.forbidden else "unlawful_excess"
        return sentence(key, words, lang)
    return sentence("excess_to_check", words, lang) if row.to_check else None


def step(
    stage: str,
    row: SettledRow,
    words: Words,
    others: Mapping[str, tuple[OtherReadingText, ...]],
    context: Mapping[str, Any],
    lang: str,
) -> Step:
    """One stage, from its case code."""
    case = row.cases[stage]
    entry = load().cases[f"case_{stage}"][case]
    values = tuple(law_values(stage, row, context, lang))
    exact = precise(entry, context)
    if entry.get("by_ground") and row.grounds:
        words = replace(words, facts={**words.facts, "exemption": "+".join(row.grounds)})
    return Step(
        stage=stage,
        title=sentence(f"stage_{stage}", words, lang),
        case=case,
        text=fill(exact[lang], words, lang) + (limited_base(row, lang) if stage == "base" else ""),
        references=references(still_in_force(cited_by(stage, row), values), lang),
        values=values,
        first_day=max((value.first_day for value in values if value.first_day), default=None),
        confidence=max((value.confidence for value in values if value.confidence), key=CONFIDENCES.index, default=None),
        reform=any(value.tried for value in values),
        other_readings=others.get(stage, ()),
        quiet=bool(entry.get("quiet")),
    )


def cited_by(stage: str, row: SettledRow) -> tuple[str, ...]:
    """The articles of the case of a stage, those of the grounds that are held."""
    return articles_of(stage, row.cases[stage], row.grounds, row.profession)


@per_reform
def articles_of(stage: str, case: str, grounds: tuple[str, ...], profession: int) -> tuple[str, ...]:
    """The articles of a case of a stage: those of the profession, without those of grounds that are not held."""
    entry = load().cases[f"case_{stage}"][case]
    exact = precise(entry, {"profession": Profession(profession).name.lower()})
    named = tuple(exact.get("references", entry["references"]))
    return of_grounds(named, grounds) if entry.get("by_ground") and grounds else named


def cited(row: SettledRow, without: frozenset[str] = frozenset()) -> frozenset[str]:
    """Ids of the articles behind a row under the law as enacted: those of the stages at which something happens.

    `without`: stages that something else says.
    """
    return cited_for(tuple(row.cases[stage] for stage in STAGES), row.grounds, row.profession, without)


@per_reform
def cited_for(
    cases: tuple[str, ...], grounds: tuple[str, ...], profession: int, without: frozenset[str]
) -> frozenset[str]:
    """The same, for the cases of the stages, the grounds that are held and who gave the care."""
    entries = load().cases
    happened = [
        (stage, case) for stage, case in zip(STAGES, cases, strict=True)
        if stage not in without and not entries[f"case_{stage}"][case].get("quiet")
    ]  # fmt: skip
    return frozenset(id_ for stage, case in happened for id_ in articles_of(stage, case, grounds, profession))


def of_grounds(ids: tuple[str, ...], held: tuple[str, ...]) -> tuple[str, ...]:
    """The articles of a case without those of grounds that are not held."""
    articles = {ground: entry.get("references", ()) for ground, entry in load().codes["exemption"].items()}
    others = {id_ for ground in articles.keys() - set(held) for id_ in articles[ground]}
    return tuple(id_ for id_ in ids if id_ not in others or any(id_ in articles[ground] for ground in held))


def still_in_force(ids: tuple[str, ...], values: tuple[LawValue, ...]) -> tuple[str, ...]:
    """The articles of a step without those that hold only values a reform replaces."""
    replaced = {id_ for value in values if value.tried for id_ in value.references}
    kept = {id_ for value in values if not value.tried for id_ in value.references}
    return tuple(id_ for id_ in ids if id_ not in replaced - kept)


def limited_base(row: SettledRow, lang: str) -> str:
    """That the base stops at the fee, where the tariff is above it."""
    tariff = tariff_of(row)
    base = row.amounts["base"]
    if tariff is None or base is None or tariff.series.on(row.day) <= base:
        return ""
    words = row.words()
    words.amounts = {"tariff": tariff.series.on(row.day)}
    return " " + sentence("base_limited", words, lang)


@lru_cache(maxsize=512)
def references(ids: tuple[str, ...], lang: str) -> tuple[Reference, ...]:
    """Articles by their ids."""
    known = load().references
    return tuple(Reference(id_, known[id_]["title"][lang], known[id_].get("url", "")) for id_ in ids)


def other_readings(
    source: Answer | Mapping[str, Any], row: SettledRow, lang: str
) -> dict[str, tuple[OtherReadingText, ...]]:
    """What the other readings would give, by the stage each one decides; a closed point is told to who reopens it."""
    found: dict[str, list[OtherReadingText]] = {}
    charged = sum(row.amounts[part] or 0 for part in ("amo", "amc", "patient"))
    for name, option, amounts in reading_amounts(source, row):
        entry = load().readings[name]
        if entry.closed and name not in row.readings:
            continue
        words = row.words(texts={"reading": entry.question[lang], "option": entry.options[option]["label"][lang]})
        most, left = amounts.get("max_fee"), amounts["patient"] or 0
        excess = 0 if most is None else max(0, charged - most)
        words.amounts = {**row.amounts, **amounts, "excess": excess, "owed": left - excess}
        only_fee = left == row.amounts["patient"] and most is not None
        of_excess = "other_reading_excess" if excess else "other_reading"
        text = sentence("other_reading_max_fee" if only_fee else of_excess, words, lang)
        found.setdefault(entry.stage, []).append(OtherReadingText(name, option, text))
    return {stage: tuple(texts) for stage, texts in found.items()}


def reading_amounts(
    source: Answer | Mapping[str, Any], row: SettledRow
) -> Iterator[tuple[str, str, dict[str, int | None]]]:
    """(reading, option, amounts in cents) of each other reading that matters."""
    if isinstance(source, Answer):
        for other in source.other_readings:
            result = other.settlement
            amounts = {"amo": result.amo, "patient": result.patient, "max_fee": result.max_fee}
            yield other.name, other.option, {**amounts, "max_fee": None if result.max_fee < 0 else result.max_fee}
        return
    for entry in source.get("readings") or ():
        changed = {
            name: None if value is None else round(value * 100)
            for name, value in entry.items()
            if name not in ("name", "option")
        }
        yield entry["name"], entry["option"], {**row.amounts, **changed}


def why_not(row: SettledRow, context: Mapping[str, Any], lang: str) -> tuple[WhyNot, ...]:
    """The exceptions that did not apply to this row, in the order of the law, each with the fact that was missing."""
    words = row.words(lists=lists_of(row, context, lang))
    words.facts = {**words.facts, **{name: context[name] for name in UNSAID if name not in words.facts}}
    return tuple(
        WhyNot(
            name,
            entry["stage"],
            fill(entry[lang], words, lang),
            tuple(entry["facts"]),
            references(tuple(entry["references"]), lang),
        )
        for name, entry in law_file("why_not.yaml").items()
        if matches(entry["when"], context)
        and not (entry["stage"] == "status" and row.cases["status"] == "status_given")
    )


def context_of(row: SettledRow) -> dict[str, Any]:
    """What the conditions of levers and of exceptions read: facts with their defaults, cases, and a few that follow."""
    law, code = row.law, row.specialty_code
    direct, left = "none", bool(row.facts.get(LEFT_ON))
    if law.acces_direct[code] and row.profession == Profession.MEDECIN:
        direct = "age" if law.acces_direct_age[code] else "purposes"
    return {
        **UNSAID,
        "profession": Profession(row.profession).name.lower(),
        **row.facts,
        **{f"case_{stage}": case for stage, case in row.cases.items()},
        "majoree": row.majoree,
        "pathway": row.pathway,
        "generaliste": bool(law.generaliste[code]),
        "direct_access": direct,
        "exception_ipa": bool(law.exception_ipa),
        "exception_sage_femme": bool(law.exception_sage_femme),
        "midwife": midwife_follows(row),
        "exception_installation": law.exception_installation == 1,
        "grace": bool(law.grace_depart_annees),
        "left": left,
        "own_doctor": bool(row.facts.get("medecin_traitant")) and not left,
        "opinion": row.opinion is not None,
        "excess": bool(row.amounts.get("depassement")),
        "unlawful": bool(row.amounts.get("unlawful_excess")),
        "share": bool(row.amounts.get("ticket_moderateur")),
        "contributions": bool(row.amounts.get("participation_forfaitaire") or row.amounts.get("franchise")),
    }


def midwife_follows(row: SettledRow) -> bool:
    """May a midwife follow this patient for such a need: at an age of pregnancy or contraception, or at a
    gynaecologist's?
    """
    specialty, age = str(row.facts.get("specialty", "")), int(row.facts.get("age", 0))
    return age in MIDWIFE_AGES or (age >= MIDWIFE_AGES.start and specialty.startswith("gynecologie"))


def lists_of(row: SettledRow, context: Mapping[str, Any], lang: str) -> dict[str, list[str]]:
    """The lists a sentence may say: only what the law gives on that day, for that specialty."""
    exemptions = law_file("why_not.yaml")["exemption"]["names"]["exemption"]
    mask = row.law.acces_direct[row.specialty_code]
    purposes = [p for p in Purpose if p > Purpose.ANY and mask >> p & 1]
    return {
        "settings": short_labels("special_setting", settings_outside(row.day, tuple(row.readings.items())), lang),
        "purposes": short_labels("purpose", tuple(p.name.lower() for p in purposes), lang),
        "exemptions": short_labels("exemption", tuple(exemptions), lang),
        "direct_access": [lower_first(family.label[lang]) for family in load().acces_direct.values()],
    }


@per_reform
def settings_outside(day: int, readings: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    """The settings that the cases of the status name, where every exception their case needs is in force that day."""
    found = [
        setting
        for entry in load().cases["case_status"].values()
        for setting in entry.get("settings", ())
        if all(in_force(id_, day, dict(readings)) for id_ in needed(entry, {}))
    ]
    return tuple(sorted(found, key=lambda setting: SpecialSetting[setting.upper()]))


@lru_cache(maxsize=256)
def short_labels(fact: str, values: tuple[str, ...], lang: str) -> list[str]:
    """Labels as they read inside a sentence."""
    return [lower_first(label(fact, value, lang)) for value in values]


__all__ = ["Explanation", "LawValue", "OtherReadingText", "Reference", "Step", "WhyNot", "explain", "why_not"]
