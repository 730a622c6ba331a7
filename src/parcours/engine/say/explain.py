"""Why: an ordered list of steps for any settled row, in French or English; and why not, for the exceptions that did
not apply.

    explanation = explain(settle(facts), "fr")
    explanation.headline, explanation.steps, explanation.why_not

Nothing is recomputed: the case codes, the amounts and the facts of a row say it all, so that row 38 214 907 of a
batch is explained like an answer in memory. Only the other readings of an answer settle again.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cache, lru_cache
from typing import Any

from parcours.engine.case import Answer
from parcours.engine.say.row import STAGES, Row
from parcours.engine.say.wording import (
    Words,
    day,
    fill,
    label,
    law_file,
    lower_first,
    matches,
    parameter_text,
    pieces,
    sentence,
)
from parcours.law.book import FIELDS
from parcours.law.codes import CaseRate, DrugClass, Exemption, Profession, Purpose, SpecialSetting, TiersPayant
from parcours.law.data import Series, Value
from parcours.law.days import iso, number_of
from parcours.law.loader import load
from parcours.law.record import LawRecord
from parcours.rules.participations import franchise_unit
from parcours.rules.rate import alsace_moselle_rate, ordinary_rate
from parcours.rules.tariff import by_age
from parcours.rules.types import Act

READING_STAGES = {
    "plafond_majoration": "majoration",
    "exoneres_majoration": "majoration",
    "c2s_hors_parcours": "complementary",
    "medecin_traitant_acces_direct": "status",
    "psychiatrie_25_ans": "status",
    "depart_avant_2023": "status",
    "arrondi_da": "excess",
    "da_de_cumul": "excess",
    "base_c2s_secteur_2": "base",
    "acte_lourd_32": "acte_lourd",
}
"""The stage that each reading decides."""
SITUATIONS = {"coordinated": "coordonne", "not_coordinated": "sans_coordination", "sector_2": "secteur_2"}
TARIFF_CASES = ("coordinated", "not_coordinated", "sector_2", "opposable_c2s", "letter_key")
"""The cases whose base is a tariff of the tables."""
SETTING_EXCEPTIONS = {
    SpecialSetting.PERMANENCE_DES_SOINS: "",
    SpecialSetting.ADDICTOLOGIE: "",
    SpecialSetting.MILITAIRE: "",
    SpecialSetting.GENETIQUE: "exception_genetique",
    SpecialSetting.MEDECINE_PREVENTIVE_ETUDIANTE: "exception_etudiants",
    SpecialSetting.EXAMEN_ENFANT: "exception_examen_enfant",
    SpecialSetting.DETENU: "",
    SpecialSetting.DEPISTAGE_ORGANISE: "",
    SpecialSetting.SOINS_PALLIATIFS: "",
    SpecialSetting.HOSPITALISATION: "",
    SpecialSetting.STRUCTURE_HUMANITAIRE: "",
    SpecialSetting.CENTRE_PLANIFICATION: "",
}
"""Settings that take an act out of the surcharge, and the field of the law that must be in force."""
WHOLE_COVER = (Exemption.ALD, Exemption.MATERNITE, Exemption.AT_MP, Exemption.INVALIDITE)
"""The exemptions worth naming to someone who has none."""
CONFIDENCES = "ABCD"


@dataclass(frozen=True)
class Reference:
    """An article."""

    id: str
    title: str
    url: str


@dataclass(frozen=True)
class LawValue:
    """A value of the law that a step used."""

    id: str
    label: str
    text: str
    first_day: str
    confidence: str
    note: str


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

    def to_dict(self) -> dict[str, Any]:
        """The explanation as plain data."""
        return asdict(self)


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
    row = Row.of_answer(source) if isinstance(source, Answer) else Row.of_mapping(source, readings)
    others = other_readings(source, row, lang)
    words = row.words()
    steps = (step(stage, row, words, others, lang) for stage in STAGES)
    excess = row.amounts.get("unlawful_excess")
    return Explanation(
        lang=lang,
        headline=sentence(f"headline_{row.pathway}", words, lang),
        warning=sentence("unlawful_excess", words, lang) if excess else None,
        steps=tuple(item for item in steps if quiet or not item.quiet),
        why_not=why_not(row, lang),
    )


def step(stage: str, row: Row, words: Words, others: Mapping[str, tuple[OtherReadingText, ...]], lang: str) -> Step:
    """One stage, from its case code."""
    case = row.cases[stage]
    entry = load().cases[f"case_{stage}"][case]
    values = tuple(law_values(stage, case, row, lang))
    return Step(
        stage=stage,
        title=sentence(f"stage_{stage}", words, lang),
        case=case,
        text=fill(entry[lang], words, lang) + (limited_base(case, row, lang) if stage == "base" else ""),
        references=references(tuple(entry["references"]), lang),
        values=values,
        first_day=max((value.first_day for value in values), default=None),
        confidence=max((value.confidence for value in values), key=CONFIDENCES.index, default=None),
        other_readings=others.get(stage, ()),
        quiet=bool(entry.get("quiet")),
    )


def limited_base(case: str, row: Row, lang: str) -> str:
    """That the base stops at the fee, where the tariff is above it."""
    if case not in TARIFF_CASES:
        return ""
    tariff, base = tariff_series(case, row)[2].on(row.day), row.amounts["base"]
    if base is None or tariff <= base:
        return ""
    words = row.words()
    words.amounts = {"tariff": tariff}
    return " " + sentence("base_limited", words, lang)


@lru_cache(maxsize=512)
def references(ids: tuple[str, ...], lang: str) -> tuple[Reference, ...]:
    """Articles by their ids."""
    known = load().references
    return tuple(Reference(id_, known[id_]["title"][lang], known[id_].get("url", "")) for id_ in ids)


def law_values(stage: str, case: str, row: Row, lang: str) -> Iterator[LawValue]:
    """The values of the law that a step rests on: those it prints, those its case needs, and those its rule read."""
    for id_ in parameters_of_case(f"case_{stage}", case):
        yield from parameter_value(id_, row, lang)
    if stage == "rate":
        for id_ in rate_parameters(case, row):
            yield from parameter_value(id_, row, lang)
    if stage == "franchise" and case in ("taken", "daily_cap"):
        for id_ in franchise_parameters(row.profession, case):
            yield from parameter_value(id_, row, lang)
    if stage == "base":
        yield from tariff_value(case, row, lang)


@cache
def parameters_of_case(stage: str, case: str) -> tuple[str, ...]:
    """The parameters a sentence prints, then those its case needs."""
    entry = load().cases[stage][case]
    printed = [
        id_
        for _, kind, argument in pieces(entry["fr"])
        if kind in ("parameter", "share")
        for id_ in argument.split("*")
    ]
    return tuple(dict.fromkeys([*printed, *entry.get("needs", ())]))


def parameter_value(id_: str, row: Row, lang: str) -> Iterator[LawValue]:
    """The value of a parameter on the day of the row, where there is one."""
    entry = load().parameters[id_]
    value = entry.series(row.readings).value_on(row.day)
    if value is not None:
        yield law_value(id_, entry.label[lang], value, entry.unit, lang)


def law_value(id_: str, label_: str, value: Value, unit: str, lang: str) -> LawValue:
    """A dated value, said."""
    return LawValue(
        id=id_,
        label=label_,
        text=parameter_text(value, unit, lang),
        first_day=iso(number_of(value.first_day)),
        confidence=max(value.confidence, value.date_confidence, key=CONFIDENCES.index),
        note=value.note.get(lang, ""),
    )


def rate_parameters(case: str, row: Row) -> tuple[str, ...]:
    """The parameter of the rate that applied."""
    drug = int(DrugClass[str(row.facts.get("drug_class", "none")).upper()])
    return rate_parameters_of(int(CaseRate[case.upper()]), row.profession, drug)


@cache
def rate_parameters_of(case: int, profession: int, drug_class: int) -> tuple[str, ...]:
    """Asks the rule itself which field of the law it reads: a record whose every field holds its own position."""
    act = Act(*(0,) * len(Act._fields))._replace(profession=profession, drug_class=drug_class)
    probe = LawRecord(*range(len(LawRecord._fields)))
    position = {
        CaseRate.ORDINARY: ordinary_rate(act, probe),
        CaseRate.ALSACE_MOSELLE: alsace_moselle_rate(act, probe),
        CaseRate.URGENT_TRANSPORT: probe.taux_transport_urgent,
    }.get(CaseRate(case), 0)
    return (FIELDS[LawRecord._fields[position]],) if position else ()


@cache
def franchise_parameters(profession: int, case: str) -> tuple[str, ...]:
    """The unit of the franchise of a profession, and its daily cap where that decided."""
    act = Act(*(0,) * len(Act._fields))._replace(profession=profession)
    probe = LawRecord(*range(len(LawRecord._fields)))
    unit, cap = franchise_unit(act, probe)
    positions = (unit, cap) if case == "daily_cap" and cap > 0 else (unit,)
    return tuple(FIELDS[LawRecord._fields[position]] for position in positions)


def tariff_value(case: str, row: Row, lang: str) -> Iterator[LawValue]:
    """The tariff behind the base: the consultation of the specialty, an act of the table, or the authority tariff."""
    if case == "autorite":
        kind = "generaliste" if row.law.generaliste[row.specialty_code] else "specialiste"
        yield from parameter_value(f"tarif_autorite.{kind}", row, lang)
    elif case in TARIFF_CASES:
        id_, label_, series = tariff_series(case, row)
        value = series.value_on(row.day)
        if value is not None:
            yield law_value(id_, label_[lang], value, "euro", lang)


def tariff_series(case: str, row: Row) -> tuple[str, Mapping[str, str], Series]:
    """Where the tariff of a row is in the law data: its id, its label, its values."""
    book, key = load(), str(row.facts.get("act", "consultation"))
    entry = book.acts.get(key)
    if entry is not None and entry.alias_of != "consultation":
        second = case == "sector_2"
        return f"tariffs/acts.{key}", entry.label, entry.secteur_2 if second else entry.values
    profile = profile_slug(row)
    consultation = book.consultations[profile]
    situation = SITUATIONS.get(case)
    if situation is None:
        situation = "coordonne" if row.amounts["base"] == consultation.coordonne.on(row.day) else "sans_coordination"
    return f"tariffs/consultations.{profile}.{situation}", consultation.label, getattr(consultation, situation)


def profile_slug(row: Row) -> str:
    """Row of the consultation tariffs for this specialty and age."""
    from parcours.law.codes import Profile

    if row.profession == Profession.MEDECIN:
        return Profile(by_age(row.law.profil[row.specialty_code], int(row.facts.get("age", 40)), row.law)).name.lower()
    return Profession(row.profession).name.lower()


def other_readings(source: Answer | Mapping[str, Any], row: Row, lang: str) -> dict[str, tuple[OtherReadingText, ...]]:
    """What the other readings would give, by the stage each one decides."""
    found: dict[str, list[OtherReadingText]] = {}
    for name, option, amounts in reading_amounts(source, row):
        entry = load().readings[name]
        words = row.words(texts={"reading": entry.question[lang], "option": entry.options[option]["label"][lang]})
        words.amounts = {**row.amounts, **amounts}
        only_fee = amounts["patient"] == row.amounts["patient"] and amounts.get("max_fee") is not None
        text = sentence("other_reading_max_fee" if only_fee else "other_reading", words, lang)
        found.setdefault(READING_STAGES.get(name, "payment"), []).append(OtherReadingText(name, option, text))
    return {stage: tuple(texts) for stage, texts in found.items()}


def reading_amounts(source: Answer | Mapping[str, Any], row: Row) -> Iterator[tuple[str, str, dict[str, int | None]]]:
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


def why_not(row: Row, lang: str) -> tuple[WhyNot, ...]:
    """The exceptions that did not apply to this row, in the order of the law, each with the fact that was missing."""
    context = context_of(row)
    words = row.words(lists=lists_of(row, context, lang))
    words.facts = {**words.facts, **{name: context[name] for name in SHOWN_DEFAULTS if name not in words.facts}}
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


SHOWN_DEFAULTS = {
    "purpose": "none",
    "special_setting": "none",
    "role": "autre",
    "referral": "none",
    "exemption": "none",
    "urgent": False,
    "away": False,
    "ame": False,
    "c2s": False,
    "medecin_traitant": False,
}
"""What an exception reads where a row does not say: the documented default of the fact."""


def context_of(row: Row) -> dict[str, Any]:
    """What the conditions of levers and of exceptions read: facts with their defaults, cases, and a few that follow."""
    law, code = row.law, row.specialty_code
    direct = "none"
    if law.acces_direct[code] and row.profession == Profession.MEDECIN:
        direct = "age" if law.acces_direct_age[code] else "purposes"
    return {
        **SHOWN_DEFAULTS,
        "tiers_payant": TiersPayant.NONE.name.lower(),
        **row.facts,
        **{f"case_{stage}": case for stage, case in row.cases.items()},
        "majoree": row.majoree,
        "pathway": row.pathway,
        "generaliste": bool(law.generaliste[code]),
        "direct_access": direct,
        "exception_ipa": bool(law.exception_ipa),
        "grace": bool(law.grace_depart_annees),
        "left": bool(row.facts.get("medecin_traitant_left_on")),
        "excess": bool(row.amounts.get("depassement")),
        "unlawful": bool(row.amounts.get("unlawful_excess")),
    }


def lists_of(row: Row, context: Mapping[str, Any], lang: str) -> dict[str, list[str]]:
    """The lists a sentence may say: only what the law gives on that day, for that specialty."""
    settings = [s for s, field in SETTING_EXCEPTIONS.items() if not field or getattr(row.law, field)]
    mask = row.law.acces_direct[row.specialty_code]
    purposes = [p for p in Purpose if p > Purpose.ANY and mask >> p & 1]
    return {
        "settings": short_labels("special_setting", tuple(s.name.lower() for s in settings), lang),
        "purposes": short_labels("purpose", tuple(p.name.lower() for p in purposes), lang),
        "exemptions": short_labels("exemption", tuple(e.name.lower() for e in WHOLE_COVER), lang),
        "direct_access": [lower_first(family.label[lang]) for family in load().acces_direct.values()],
    }


@lru_cache(maxsize=256)
def short_labels(fact: str, values: tuple[str, ...], lang: str) -> list[str]:
    """Labels as they read inside a sentence."""
    return [lower_first(label(fact, value, lang)) for value in values]


def value_note(value: LawValue, lang: str) -> str:
    """A value of the law in one line: label, amount, first day, confidence."""
    since = day(int(value.first_day.replace("-", "")), lang)
    word = {"fr": "depuis le", "en": "since"}[lang]
    return (
        f"{value.label} : {value.text} ({word} {since}, {value.confidence})"
        if lang == "fr"
        else f"{value.label}: {value.text} ({word} {since}, {value.confidence})"
    )


__all__ = ["Explanation", "LawValue", "OtherReadingText", "Reference", "Step", "WhyNot", "explain", "why_not"]
