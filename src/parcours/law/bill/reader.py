"""Reads the YAML of this folder and checks all of it: an error names the file, the key and what is wrong."""

from collections.abc import Container, Iterator, Mapping
from datetime import date
from typing import Any

from parcours.law import problems
from parcours.law.bill.book import BASKETS, FOLDER, NEVER, STAGES, Dated
from parcours.law.bill.checks import check_names, check_notes
from parcours.law.bill.codes import Combination, Cover, Nature, WithConsultation
from parcours.law.codes import UNKNOWN, DrugClass, Profession, SpecialSetting
from parcours.law.days import LawDataError, iso, number_of

EURO, PERCENT, COUNT, HUNDREDTHS = 100, 100, 1, 100
UNITS = {"euro": EURO, "percent": PERCENT, "count": COUNT, "boolean": COUNT}
CONFIDENCES = ("A", "B", "C")
MAIN_PARAMETERS = (
    "acte_lourd.forfait",
    "forfait_journalier.general",
    "forfait_journalier.psychiatrie",
    "urgences.forfait",
    "urgences.forfait_minore",
)
"""Parameters of the law of one act that a bill reads by its own: they are written once, there."""
KEYS = {
    "act", "label", "profession", "specialty", "setting", "combination", "with_consultation", "with_consultation_from",
    "with_consultation_by",
    "coefficient", "references", "verified_on", "values", "rate", "bears", "words", "letters", "activity", "drug_class",
    "nature", "cover", "basket", "back", "ceiling", "ceiling_from_base", "tooth", "own_price", "kilometres",
    "fee_per_box", "parameter", "trip", "young", "territories", "rate_by_coefficient", "own_exemption",
    "outside_pathway_rules",
    "component", "c2s", "by_act", "fixed", "full_with", "half_with", "ranked_with", "due_ages", "alternatives",
}  # fmt: skip


def read_folder() -> tuple[Any, ...]:
    """Parse and check every file. Raises `LawDataError`."""
    from parcours.law import loader

    book = loader.load()
    sources = parsed("sources.yaml")
    values = {name: general_value(name, entry, sources) for name, entry in parsed("values.yaml").items()}
    codes: dict[str, tuple[Any, ...]] = {}
    words: dict[str, str] = {}
    letters: dict[str, str] = {}
    for file, key, entry in entries():
        if key in codes:
            raise LawDataError(file, key, problems.twice)
        codes[key] = code_entry(file, key, entry, sources, book.acts)
        for phrase in entry.get("words", []):
            if words.setdefault(phrase, key) != key:
                raise LawDataError(file, key, problems.words_taken.format(words=repr(phrase), other=words[phrase]))
        for letter in entry.get("letters", []):
            if letters.setdefault(letter, key) != key:
                raise LawDataError(file, key, problems.letter_taken.format(letter=repr(letter), other=letters[letter]))
        if entry.get("act") and entry["act"] not in (VISIT, *book.acts):
            raise LawDataError(file, key, problems.no_act.format(act=repr(entry["act"])))
    for key, entry in in_baskets():
        codes[key] = code_entry("baskets.yaml", key, entry, sources, book.acts)
    check_names(entries(), codes, {one.slug for one in book.specialties.values()})
    parameters = {}
    for name in MAIN_PARAMETERS:
        series = book.parameters[name].series({})
        parameters[name] = (tuple(series.first_days), tuple(series.integers))
    readings = read_readings()
    return (
        codes,
        words,
        letters,
        values,
        parameters,
        read_trips(sources),
        read_modifiers(sources),
        read_cases(),
        read_alternatives(sources, readings, book.acts),
        readings,
        {**read_notes({*codes, *book.acts}), "noticed": noticed_by_rules(book)},
        {
            key: (dict(entry.label), tuple(id_.replace("-", " ", 1) for id_ in entry.references))
            for key, entry in book.acts.items()
        },
        {**parsed("sentences.yaml"), **questions_of_readings()},
    )


def parsed(name: str) -> dict[str, Any]:
    """One file, its decimals exact."""
    import yaml

    from parcours.law.exact import ExactLoader

    try:
        content = yaml.load((FOLDER / name).read_text("utf-8"), Loader=ExactLoader)  # noqa: S506 - a safe loader
    except yaml.YAMLError as error:
        raise LawDataError(name, "file", problems.no_yaml.format(error=error)) from error
    if not isinstance(content, dict):
        raise LawDataError(name, "file", problems.no_mapping)
    return content


def entries() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(file, code, entry) of every tariff file."""
    for path in sorted((FOLDER / "tariffs").glob("*.yaml")):
        name = f"tariffs/{path.name}"
        for key, entry in parsed(name).items():
            yield name, str(key), entry


def in_baskets() -> Iterator[tuple[str, dict[str, Any]]]:
    """(code, entry) of the prostheses of which only the basket is known."""
    for basket, entry in parsed("baskets.yaml").items():
        for key in entry["codes"]:
            yield (
                key,
                {
                    "label": {"fr": entry["fr"], "en": entry["en"]},
                    "profession": "chirurgien_dentiste",
                    "combination": "alone",
                    "tooth": True,
                    "basket": basket,
                    "references": entry["references"],
                    "verified_on": entry["verified_on"],
                },
            )


def general_value(name: str, entry: Mapping[str, Any], sources: Mapping[str, Any]) -> Dated:
    """One series of `values.yaml`."""
    check_described("values.yaml", name, entry)
    if entry["unit"] not in UNITS:
        raise LawDataError(
            "values.yaml", name, problems.not_one_of.format(field="unit", given=repr(entry["unit"]), choices=UNITS)
        )
    return dated("values.yaml", name, entry["values"], UNITS[entry["unit"]], sources)


def check_described(file: str, key: str, entry: Mapping[str, Any]) -> None:
    """A label in both languages, an article, the day it was verified."""
    label = entry.get("label", {})
    if not (label.get("fr") and label.get("en")):
        raise LawDataError(file, key, problems.one_language.format(given=repr(label)))
    if not entry.get("references"):
        raise LawDataError(file, key, problems.no_reference)
    if not isinstance(entry.get("verified_on"), date):
        raise LawDataError(
            file, key, problems.no_date.format(field="verified_on", given=repr(entry.get("verified_on")))
        )


def dated(file: str, key: str, items: Any, unit: int, sources: Mapping[str, Any]) -> Dated:
    """Dated values in order, each with its source and its confidence."""
    days: list[int] = []
    numbers: list[int] = []
    for item in items:
        first = item.get("from")
        if not isinstance(first, date):
            raise LawDataError(file, key, problems.no_date.format(field="from", given=repr(first)))
        if days and number_of(first) <= days[-1]:
            raise LawDataError(file, key, problems.out_of_order.format(day=first, before=iso(days[-1])))
        if not item.get("sources") or any(source not in sources for source in item["sources"]):
            raise LawDataError(file, key, problems.unknown_sources.format(day=first, given=repr(item.get("sources"))))
        if item.get("confidence") not in CONFIDENCES:
            raise LawDataError(
                file,
                key,
                problems.not_one_of.format(
                    field=f"{first}: confidence", given=repr(item.get("confidence")), choices=CONFIDENCES
                ),
            )
        days.append(number_of(first))
        if item["value"] is None:  # known to be unknown from that day
            numbers.append(UNKNOWN)
            continue
        scaled = item["value"] * unit
        if scaled != int(scaled) or scaled < 0:
            raise LawDataError(file, key, problems.not_counted.format(error=f"{first}: {item['value']}"))
        numbers.append(int(scaled))
    return tuple(days), tuple(numbers)


def code_entry(
    file: str, key: str, entry: Mapping[str, Any], sources: Mapping[str, Any], acts: Mapping[str, Any]
) -> tuple[Any, ...]:
    """The fields of `Code`, in order."""
    check_described(file, key, entry)
    unknown = set(entry) - KEYS
    if unknown:
        raise LawDataError(file, key, problems.unknown_keys.format(keys=sorted(unknown)))
    young = entry.get("young")
    basket = basket_of(file, key, entry)
    return (
        key,
        dict(entry["label"]),
        entry.get("act", ""),
        member(file, key, Profession, entry.get("profession"), 0),
        entry.get("specialty", ""),
        member(file, key, SpecialSetting, entry.get("setting"), 0),
        member(file, key, Nature, entry.get("nature"), int(Nature.ACT)),
        member(file, key, Combination, entry.get("combination"), 0),
        member(file, key, WithConsultation, entry.get("with_consultation"), 0),
        number_of(entry["with_consultation_from"]) if "with_consultation_from" in entry else 0,
        tuple(entry.get("with_consultation_by", ())),
        bool(entry.get("coefficient", False)),
        values_of(file, key, entry, sources, acts),
        rate_of(file, key, entry, sources),
        bool(entry.get("bears", True)),
        int(entry.get("activity", 0)),
        member(file, key, DrugClass, entry.get("drug_class"), 0),
        cover_of(file, key, entry, basket),
        basket,
        back_of(file, key, entry),
        dated(file, key, entry.get("ceiling", []), EURO, sources),
        entry.get("ceiling_from_base", ""),
        bool(entry.get("tooth", False)),
        int(entry["own_price"]) if "own_price" in entry else 1 if entry.get("tooth") else UNKNOWN,
        entry.get("kilometres", ""),
        bool(entry.get("fee_per_box", False)),
        entry.get("parameter", ""),
        entry.get("trip", ""),
        (young["below"], *pair(file, key, young, sources)) if young else ("", NEVER, NEVER),
        {name: pair(file, key, item, sources) for name, item in entry.get("territories", {}).items()},
        {int(coefficient): int(rate) * PERCENT for coefficient, rate in entry.get("rate_by_coefficient", {}).items()},
        bool(entry.get("own_exemption", False)),
        bool(entry.get("outside_pathway_rules", False)),
        bool(entry.get("component", False)),
        dated(file, key, entry.get("c2s", []), EURO, sources),
        bool(entry.get("by_act", False)),
        int(entry.get("fixed", 0) * HUNDREDTHS),
        tuple(entry.get("full_with", ())),
        tuple(entry.get("half_with", ())),
        tuple(entry.get("ranked_with", ())),
        tuple(entry.get("due_ages", ())),
        tuple(entry["references"]),
    )


VISIT = "consultation"
"""The act that every profession has, whose tariff is that of the profession."""
OF_THE_ACT = "act"
"""Values of a code that are those of its act in the law of one act: they are written once, there."""


def values_of(
    file: str, key: str, entry: Mapping[str, Any], sources: Mapping[str, Any], acts: Mapping[str, Any]
) -> Dated:
    """The dated price of a code: its own, or that of its act."""
    if entry.get("values") != OF_THE_ACT:
        return dated(file, key, entry.get("values", []), EURO, sources)
    series = acts[entry["act"]].values
    return tuple(series.first_days), tuple(series.integers)


def pair(file: str, key: str, entry: Mapping[str, Any], sources: Mapping[str, Any]) -> tuple[Dated, Dated]:
    """A base and a highest price that replace the ordinary ones."""
    return (
        dated(file, key, entry.get("values", []), EURO, sources),
        dated(file, key, entry.get("ceiling", []), EURO, sources),
    )


def member(file: str, key: str, enum: Any, slug: Any, default: int) -> int:
    """A slug as a member of an enum."""
    if slug is None:
        return default
    if str(slug).upper() not in enum.__members__:
        raise LawDataError(
            file, key, problems.none_of.format(given=repr(slug), choices=[item.name.lower() for item in enum])
        )
    return int(enum[str(slug).upper()])


def rate_of(file: str, key: str, entry: Mapping[str, Any], sources: Mapping[str, Any]) -> Dated:
    """The code's own rate: one for ever, or dated."""
    rate = entry.get("rate")
    if rate is None:
        return NEVER
    return ((0,), (int(rate) * PERCENT,)) if isinstance(rate, int) else dated(file, key, rate, PERCENT, sources)


def back_of(file: str, key: str, entry: Mapping[str, Any]) -> tuple[int, Dated]:
    """The first back tooth, and the basket of a prosthesis on these, where it has one of its own."""
    back = entry.get("back")
    return (int(back["from_tooth"]), basket_of(file, key, back)) if back else (0, NEVER)


def basket_of(file: str, key: str, entry: Mapping[str, Any]) -> Dated:
    """The basket of a prosthesis or a device, over time."""
    basket = entry.get("basket")
    if basket is None:
        return NEVER
    steps = [{"from": None, "value": basket}] if isinstance(basket, str) else basket
    for step in steps:
        if step["value"] not in BASKETS:
            raise LawDataError(file, key, problems.none_of.format(given=repr(step["value"]), choices=BASKETS))
    days = tuple(number_of(step["from"]) if isinstance(step["from"], date) else 0 for step in steps)
    return days, tuple(BASKETS.index(step["value"]) for step in steps)


def cover_of(file: str, key: str, entry: Mapping[str, Any], basket: Dated) -> int:
    """How a contract sees the code; the basket decides where no cover is named."""
    if "cover" in entry:
        return member(file, key, Cover, entry["cover"], 0)
    return int(Cover.BASKET_FREE) if basket[0] else int(Cover.CATEGORY)


def read_trips(sources: Mapping[str, Any]) -> dict[str, Any]:
    """What a trip is made of, by means."""
    trips: dict[str, Any] = {}
    for means, entry in parsed("trips.yaml").items():
        trips[means] = {
            "included": int(entry["included"]),
            "packages": {
                zone: dated("trips.yaml", means, items, EURO, sources) for zone, items in entry["packages"].items()
            },
            "kilometre": dated("trips.yaml", means, entry.get("kilometre", []), EURO, sources),
            "kilometres": {
                place: dated("trips.yaml", means, items, EURO, sources)
                for place, items in entry.get("kilometres", {}).items()
            },
            "short": {int(limit): int(amount * EURO) for limit, amount in entry.get("short", {}).items()},
            "shared": {int(count): int(cut) * PERCENT for count, cut in entry.get("shared", {}).items()},
            "night": int(entry.get("night", 0)) * PERCENT,
            "whole": tuple(entry.get("whole", [])),
            "big_city": dated("trips.yaml", means, entry.get("big_city", []), EURO, sources),
            "empty": {int(limit): int(part) * PERCENT for limit, part in entry.get("empty_return", {}).items()},
        }
    return trips


def read_modifiers(sources: Mapping[str, Any]) -> dict[str, tuple[Dated, Dated]]:
    """The modifiers of the CCAM whose value is known: an amount, or a percentage of the tariff."""
    modifiers = {}
    for letter, entry in parsed("modifiers.yaml").items():
        check_described("modifiers.yaml", str(letter), entry)
        modifiers[str(letter)] = (
            dated("modifiers.yaml", letter, entry.get("amount", []), EURO, sources),
            dated("modifiers.yaml", letter, entry.get("percent", []), PERCENT, sources),
        )
    return modifiers


def read_cases() -> dict[str, dict[str, tuple[str, str, tuple[str, ...], bool]]]:
    """The sentence and the article of every case; each member of an enum has one, and no other."""
    cases = {}
    for stage, entries_of_stage in parsed("cases.yaml").items():
        known = {item.name.lower() for item in STAGES[stage]}
        if set(entries_of_stage) != known:
            wrong = ", ".join(sorted(known ^ set(entries_of_stage)))
            raise LawDataError("cases.yaml", stage, problems.not_exactly.format(wrong=wrong))
        cases[stage] = {
            slug: (entry["fr"], entry["en"], tuple(entry["references"]), bool(entry.get("quiet", False)))
            for slug, entry in entries_of_stage.items()
        }
    return cases


def questions_of_readings() -> dict[str, dict[str, str]]:
    """What each reading of a bill asks of the texts, among the sentences."""
    return {f"reading_{name}": entry["question"] for name, entry in parsed("readings.yaml").items()}


def read_readings() -> dict[str, dict[str, tuple[str, str]]]:
    """The readings of bills, and the label of each option."""
    readings = {}
    for name, entry in parsed("readings.yaml").items():
        if not entry.get("references") or len(entry["options"]) < 2:
            raise LawDataError("readings.yaml", name, problems.no_choice)
        readings[name] = {option: (label["fr"], label["en"]) for option, label in entry["options"].items()}
    return readings


def read_alternatives(
    sources: Mapping[str, Any], readings: Mapping[str, Mapping[str, tuple[str, str]]], acts: Mapping[str, Any]
) -> dict[tuple[str, str], dict[str, tuple[Any, ...]]]:
    """The codes as another option of a reading makes them."""
    found: dict[tuple[str, str], dict[str, tuple[Any, ...]]] = {}
    for file, key, entry in entries():
        for name, options in entry.get("alternatives", {}).items():
            for option, changes in options.items():
                if option not in list(readings.get(name, {}))[1:]:
                    raise LawDataError(file, key, problems.no_reading.format(name=name, option=option))
                found.setdefault((name, option), {})[key] = code_entry(file, key, {**entry, **changes}, sources, acts)
    return found


def noticed_by_rules(book: Any) -> dict[str, Any]:
    """The notes that the rules of one act make, as a bill says them: kept here, printing a bill parses no YAML."""
    return {
        slug: {"fr": entry["fr"], "en": entry["en"], "references": list(entry["references"])}
        for slug, entry in book.notes.items()
    }


def read_notes(known: Container[str]) -> dict[str, Any]:
    """Ages, pairs and quotas: each names known codes and has its sentence and its article."""
    notes = parsed("notes.yaml")
    check_notes(notes, known)
    for entry in notes["before"].values():
        entry.update({name: number_of(entry[name]) for name in ("since", "until") if name in entry})
    return notes
