"""Every case a rule may apply has its sentence in both languages, its article, and facts that lead to it."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from parcours.engine.case import law_on
from parcours.engine.case import settle as settle_facts
from parcours.engine.errors import UnknownTariff
from parcours.engine.facts.encoding import encode
from parcours.engine.facts.readings import encode_readings
from parcours.engine.facts.vocabulary import slug
from parcours.engine.memory import read_counters
from parcours.engine.results import CASE_CODES, result_dict
from parcours.engine.say.law_values import needed
from parcours.engine.say.wording import PLACEHOLDER, PLACEHOLDERS, law_file, pieces
from parcours.law.book import FIELDS
from parcours.law.cache import flat_law
from parcours.law.cases import CaseStatus
from parcours.law.codes import DrugClass, Profession
from parcours.law.loader import load
from parcours.law.record import LawRecord
from parcours.rules.participations import franchise_exemption, franchise_unit
from parcours.rules.rate import alsace_moselle_rate, ordinary_rate
from parcours.rules.settlement import settle
from parcours.rules.types import Act, Counters
from parcours.text import LANGS

BOOK = load()
CASES = [(stage, member.name.lower()) for stage, enum in CASE_CODES.items() for member in enum]
SENTENCE_FILES = ("why_not.yaml", "sentences.yaml", "levers.yaml", "questions.yaml")


def templates() -> Iterator[tuple[str, dict[str, str]]]:
    """Every sentence of the product about a row, by its place."""
    for stage, cases in BOOK.cases.items():
        yield from ((f"{stage}.{name}", entry) for name, entry in cases.items())
    for file in SENTENCE_FILES:
        for name, entry in law_file(file).items():
            yield f"{file}.{name}", entry
            yield from ((f"{file}.{name}.{part}", entry[part]) for part in ("label", "only_if") if part in entry)


TEMPLATES = dict(templates())


def test_every_case_is_written_and_no_other() -> None:
    written = [(stage, name) for stage, cases in BOOK.cases.items() for name in cases]
    assert sorted(written) == sorted(CASES)


@pytest.mark.parametrize(("stage", "name"), CASES)
def test_a_case_has_articles_and_an_example_that_leads_to_it(stage: str, name: str) -> None:
    entry = BOOK.cases[stage][name]
    assert entry["references"]
    assert all(id_ in BOOK.references for id_ in entry["references"])
    assert settled_case(stage, entry) == name


def counters_of(entry: dict[str, Any]) -> Counters:
    """What was borne before the example of an entry."""
    return read_counters(entry.get("counters", {}))


def settled_case(stage: str, entry: dict[str, Any]) -> str:
    """The case that the example of an entry gives."""
    flat = flat_law()
    case = encode(entry["example"], flat)
    readings = entry.get("readings", {})
    counters = counters_of(entry)
    law = law_on(case.act.care_date, flat, readings)
    result = settle(case.act, case.contract, counters, law, encode_readings(readings))
    return CASE_CODES[stage](getattr(result, stage)).name.lower()


@pytest.mark.parametrize("place", TEMPLATES)
def test_a_sentence_is_complete_in_both_languages_and_prints_no_figure_of_its_own(place: str) -> None:
    entry = TEMPLATES[place]
    for lang in LANGS:
        assert entry[lang].strip()
        assert not re.search(r"\d", PLACEHOLDER.sub("", entry[lang])), f"{place}: a literal figure in {entry[lang]!r}"


@pytest.mark.parametrize("place", TEMPLATES)
def test_both_languages_say_the_same_figures(place: str) -> None:
    french, english = (placeholders(TEMPLATES[place][lang]) for lang in LANGS)
    assert french == english


def placeholders(template: str) -> set[tuple[str, str]]:
    """The placeholders of a template."""
    return {(kind, argument) for _, kind, argument in pieces(template) if kind}


@pytest.mark.parametrize("place", TEMPLATES)
def test_placeholders_name_what_exists(place: str) -> None:
    for kind, argument in placeholders(TEMPLATES[place]["fr"]):
        assert kind in PLACEHOLDERS
        if kind in ("parameter", "share"):
            assert all(id_ in BOOK.parameters for id_ in argument.split("*"))


@pytest.mark.parametrize("file", ["why_not.yaml", "levers.yaml", "guides.yaml"])
def test_articles_of_exceptions_levers_and_claims_exist(file: str) -> None:
    entries = law_file(file)["claims"] if file == "guides.yaml" else law_file(file)
    for name, entry in entries.items():
        assert entry["references"], name
        assert all(id_ in BOOK.references for id_ in entry["references"]), name


@pytest.mark.parametrize(("stage", "name"), CASES)
def test_an_example_gives_the_cents_it_says(stage: str, name: str) -> None:
    entry = BOOK.cases[stage][name]
    counters = counters_of(entry)
    if "gives" not in entry:
        with pytest.raises(UnknownTariff):
            settle_facts(entry["example"], entry.get("readings"), counters)
        return
    settled = result_dict(settle_facts(entry["example"], entry.get("readings"), counters).settlement)
    assert {amount: settled[amount] for amount in entry["gives"]} == entry["gives"]
    assert len(entry["gives"]) >= 2


def test_parameters_that_a_case_needs_exist() -> None:
    needs = [id_ for cases in BOOK.cases.values() for entry in cases.values() for id_ in entry.get("needs", ())]
    assert needs
    assert all(id_ in BOOK.parameters for id_ in needs)


def field_positions() -> LawRecord:
    """A law whose every field holds its own position: what a rule answers is the field it read."""
    return LawRecord(*range(len(LawRecord._fields)))


def parameters_at(*positions: int) -> list[str]:
    """The parameters behind the fields that a rule read; 0 and less is no field."""
    return [FIELDS[LawRecord._fields[position]] for position in positions if position > 0]


@pytest.mark.parametrize("profession", Profession)
def test_the_rate_of_each_profession_is_the_parameter_its_rule_reads(profession: Profession) -> None:
    law, nothing = field_positions(), Act(*(0,) * len(Act._fields))
    for drug in DrugClass if profession == Profession.PHARMACIE else (DrugClass.NONE,):
        act = nothing._replace(profession=profession, drug_class=drug)
        context = {"profession": slug(Profession, profession), "drug_class": slug(DrugClass, drug)}
        read = {"ordinary": ordinary_rate(act, law), "alsace_moselle": alsace_moselle_rate(act, law)}
        for case, position in read.items():
            assert needed(BOOK.cases["case_rate"][case], context) == parameters_at(position)


@pytest.mark.parametrize("profession", Profession)
def test_the_franchise_of_each_profession_is_the_parameter_its_rule_reads(profession: Profession) -> None:
    act = Act(*(0,) * len(Act._fields))._replace(profession=profession)
    unit, cap = franchise_unit(act, field_positions())
    context = {"profession": slug(Profession, profession)}
    if franchise_exemption(act._replace(age_1er_janvier=40), flat_law().default.rows[-1]):
        return  # bears none
    assert needed(BOOK.cases["case_franchise"]["taken"], context) == parameters_at(unit)
    if cap > 0:
        assert needed(BOOK.cases["case_franchise"]["daily_cap"], context) == parameters_at(unit, cap)


SETTINGS = [
    (name, setting) for name, entry in BOOK.cases["case_status"].items() for setting in entry.get("settings", ())
]


@pytest.mark.parametrize(("name", "setting"), SETTINGS)
def test_a_setting_that_a_case_names_leads_to_it_without_majoration(name: str, setting: str) -> None:
    outside = BOOK.cases["case_status"]["outside"]["example"]
    settlement = settle_facts({**outside, "special_setting": setting}).settlement
    assert slug(CaseStatus, settlement.case_status) == name
    assert settlement.majoration == 0


@pytest.mark.parametrize("name", BOOK.readings)
def test_a_reading_names_the_stage_it_decides(name: str) -> None:
    assert f"case_{BOOK.readings[name].stage}" in CASE_CODES
