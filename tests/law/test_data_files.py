"""The files of `law/` hold together: they parse, every id exists, both languages are there, dates ascend.

These checks read the YAML themselves, without the loader: the code that reads the data cannot hide its faults.
"""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from parcours.law import codes
from parcours.rules.types import Act, Settlement

LAW = Path(codes.__file__).parent
FILES = sorted(LAW.rglob("*.yaml"))
BILL = LAW / "bill"
PARAMETER_FILES = sorted((LAW / "parameters").glob("*.yaml"))
ARTICLE_FILES = [path for path in sorted((LAW / "articles").glob("*.yaml")) if path.name != "codes.yaml"]
TARIFF_FILES = sorted((LAW / "tariffs").rglob("*.yaml"))
UNITS = {
    "euro", "percent", "years", "months", "days", "hours", "hour", "count", "coefficient", "boolean", "text",
    "euro_per_month", "euro_per_year",
}  # fmt: skip
SITUATIONS = ("coordonne", "sans_coordination", "secteur_2")
OF_SOME = "teleconsultation"
"""A situation in which only some profiles have a tariff of their own."""
VALUE_KEYS = {"from", "value", "sources", "confidence", "date_confidence", "date_precision", "note", "until"}


MERGE = "tag:yaml.org,2002:merge"


class StrictLoader(yaml.SafeLoader):
    """A safe YAML loader with exact decimals, which refuses a key given twice."""


def strict_mapping(loader: yaml.SafeLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    """A mapping, or an error naming the key that comes back."""
    keys = [loader.construct_object(key) for key, _ in node.value if key.tag != MERGE]
    twice = {key for key in keys if keys.count(key) > 1}
    assert not twice, f"given twice: {twice} near line {node.start_mark.line + 1}"
    loader.flatten_mapping(node)
    return loader.construct_mapping(node, deep=True)


def exact_decimal(_loader: yaml.SafeLoader, node: yaml.ScalarNode) -> Decimal:
    """A decimal number as it is written."""
    return Decimal(node.value)


StrictLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, strict_mapping)
StrictLoader.add_constructor("tag:yaml.org,2002:float", exact_decimal)


@cache
def read(name: str) -> dict[Any, Any]:
    """One file of the law, parsed."""
    content = yaml.load((LAW / name).read_text("utf-8"), Loader=StrictLoader)
    assert isinstance(content, dict), name
    return content


def parameters() -> dict[str, Any]:
    """Every parameter of every institution."""
    found: dict[str, Any] = {}
    for path in PARAMETER_FILES:
        found |= read(f"parameters/{path.name}")
    return found


def tariffs(folder: str) -> dict[str, Any]:
    """Every entry of a folder of tariffs, as it is written."""
    found: dict[str, Any] = {}
    for path in TARIFF_FILES:
        name = path.relative_to(LAW).as_posix()
        if name.startswith(f"tariffs/{folder}/"):
            assert not set(read(name)) & set(found), name
            found |= read(name)
    return found


def consultations() -> dict[str, Any]:
    """Every profile, with the values that `like` names in its place."""
    written = tariffs("consultations")

    def series(key: str, situation: str) -> list[dict[str, Any]]:
        values = written[key][situation]
        if isinstance(values, dict):
            like = values["like"]
            return series(key, like) if like in SITUATIONS else series(like, situation)
        ends = [entry["from"] for entry in values[1:]] + [date.max]
        return [
            value
            for entry, end in zip(values, ends, strict=True)
            for value in (series(entry["like"], situation) if "like" in entry else [entry])
            if entry["from"] <= value["from"] < end
        ]

    return {
        key: entry | {name: series(key, name) for name in (*SITUATIONS, *{OF_SOME} & set(entry))}
        for key, entry in written.items()
    }


def acts() -> dict[str, Any]:
    """Every act, with the values that `like` names in its place."""
    written = tariffs("acts")
    return {
        key: entry
        | {
            column: written[entry[column]["like"]][column]
            for column in ("values", "secteur_2")
            if isinstance(entry.get(column), dict)
        }
        for key, entry in written.items()
    }


def articles() -> dict[str, Any]:
    """Every article of the followed codes."""
    found: dict[str, Any] = {}
    for path in ARTICLE_FILES:
        found |= read(f"articles/{path.name}")
    return found


def texts() -> dict[str, Any]:
    """Every text that may be cited: articles, and texts that belong to no followed code."""
    return articles() | read("references.yaml")


def all_series() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """(where, values) of every dated series of the law."""
    for key, parameter in parameters().items():
        yield key, parameter["values"]
        for reading, options in parameter.get("alternatives", {}).items():
            for option, values in options.items():
                yield f"{key} under {reading}={option}", values
    for key, profile in consultations().items():
        for situation in (*SITUATIONS, *{OF_SOME} & set(profile)):
            yield f"{key}.{situation}", profile[situation]
    for key, act in acts().items():
        for column in ("values", "secteur_2", "sage_femme"):
            if act.get(column):
                yield f"{key}.{column}", act[column]


def on(values: list[dict[str, Any]], day: date) -> Any:
    """Value of a series on a day; None before it starts."""
    in_force = [entry["value"] for entry in values if entry["from"] <= day]
    return in_force[-1] if in_force else None


def bilingual(node: Any, where: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every mapping that has French or English in it."""
    if isinstance(node, dict):
        if "fr" in node or "en" in node:
            yield where, node
        for key, value in node.items():
            yield from bilingual(value, f"{where}.{key}")
    if isinstance(node, list):
        for number, value in enumerate(node):
            yield from bilingual(value, f"{where}[{number}]")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(LAW).as_posix())
def test_a_file_parses_without_a_key_given_twice_and_says_what_it_holds(path: Path) -> None:
    assert read(path.relative_to(LAW).as_posix())
    assert path.read_text("utf-8").startswith("# ")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(LAW).as_posix())
def test_what_is_said_in_one_language_is_said_in_the_other(path: Path) -> None:
    name = path.relative_to(LAW).as_posix()
    for where, text in bilingual(read(name), name):
        french, english = text.get("fr"), text.get("en")
        assert french, where
        assert english, where
        assert isinstance(french, type(english)), where


def test_a_parameter_belongs_to_one_file_only() -> None:
    seen: dict[str, str] = {}
    for path in PARAMETER_FILES:
        for key in read(f"parameters/{path.name}"):
            assert key not in seen, f"{key}: in {seen[key]} and {path.name}"
            seen[key] = path.name


def test_a_parameter_has_a_unit_articles_and_the_day_it_was_verified() -> None:
    references = texts()
    for key, parameter in parameters().items():
        assert parameter["unit"] in UNITS, key
        assert parameter["references"], key
        assert set(parameter["references"]) <= set(references), key
        assert isinstance(parameter["verified_on"], date), key
        assert set(parameter) <= {"label", "unit", "references", "verified_on", "note", "values", "alternatives"}, key


@pytest.mark.parametrize(
    ("where", "values"), list(all_series()), ids=lambda item: item if isinstance(item, str) else ""
)
def test_a_series_is_dated_in_order_and_sourced(where: str, values: list[dict[str, Any]]) -> None:
    sources = texts() | read("sources.yaml")
    days = [entry["from"] for entry in values]
    assert days == sorted(set(days)), where
    for entry in values:
        assert set(entry) <= VALUE_KEYS, where
        assert entry["sources"], where
        assert set(entry["sources"]) <= set(sources), where
        assert entry["confidence"] in set("ABCD"), where
        assert entry.get("date_precision", "day") in {"day", "month", "year"}, where
    for entry in values[:-1]:
        assert "until" not in entry, f"{where}: only the last value of a superseded key has a last day"
    assert values[-1].get("until", date.max) > days[-1], where


def test_values_have_the_type_of_their_unit() -> None:
    for key, parameter in parameters().items():
        kinds = {"boolean": bool, "text": str}.get(parameter["unit"], (int, Decimal))
        for entry in parameter["values"]:
            assert isinstance(entry["value"], kinds), f"{key} from {entry['from']}"


def test_amounts_are_written_to_the_cent() -> None:
    for where, values in all_series():
        for entry in values:
            if isinstance(entry["value"], Decimal):
                assert entry["value"] == round(entry["value"], 2), f"{where} from {entry['from']}"


def test_every_source_is_used() -> None:
    used = {source for _, values in all_series() for entry in values for source in entry["sources"]}
    used |= {source for family in read("acces_direct.yaml").values() for source in family["sources"]}
    used |= {source for one in read("prevention/indicators.yaml").values() for source in one["sources"]}
    assert set(read("sources.yaml")) <= used <= set(read("sources.yaml")) | set(texts())


def test_a_text_has_one_id() -> None:
    assert not set(read("sources.yaml")) & set(texts())
    assert not set(read("references.yaml")) & set(articles())


def references_in(node: Any) -> Iterator[str]:
    """Every id given under `references`, at any depth."""
    if isinstance(node, dict):
        yield from node.get("references") or []
    for value in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from references_in(value)


def test_every_reference_is_used_and_every_used_one_exists() -> None:
    others = [
        path.relative_to(LAW).as_posix()
        for path in FILES
        if path.name not in {"references.yaml", "sources.yaml"} and BILL not in path.parents
    ]
    used = {reference for name in others for reference in references_in(read(name))}
    as_sources = {source for _, values in all_series() for entry in values for source in entry["sources"]}
    assert used <= set(texts())
    assert set(read("references.yaml")) <= used | as_sources


def test_an_article_that_a_bill_cites_has_a_page() -> None:
    """A bill cites as people write: CSS R160-16 II."""
    cited = {id_ for path in BILL.rglob("*.yaml") for id_ in references_in(read(path.relative_to(LAW).as_posix()))}
    named = {"-".join(id_.split()[:2]) for id_ in cited if id_.startswith("CSS ")}
    assert named - set(articles()) <= {"CSS-L162-16", "CSS-R162-27", "CSS-R165-1"}, (
        "not among the articles that were read"
    )


def test_references_say_how_far_they_were_read() -> None:
    for key, reference in read("references.yaml").items():
        assert reference["seen"] in {"full", "former", "secondary", "not_seen"}, key
        assert reference.get("url", "https://").startswith("https://"), key


NOT_READ = {"CSS-L162-5-14", "CSS-L160-7", "CSS-R160-1", "CSS-R160-2", "CSS-R160-4"}
"""Of a followed code, but not in the state that was read: none has a hash, each says how it was seen."""


def followed(key: str) -> bool:
    """Was the code of an article read whole?"""
    return "read_on" in read("articles/codes.yaml")[key.split("-", maxsplit=1)[0]]


def test_every_article_of_a_followed_code_has_its_version_its_hash_and_what_it_decides() -> None:
    """The id gives the address; one article, one version, one hash."""
    entries = {key: entry for key, entry in articles().items() if followed(key) and key not in NOT_READ}
    assert len({entry["legiarti"] for entry in entries.values()}) == len(entries) >= 100
    assert len({entry["sha256"] for entry in entries.values()}) == len(entries)
    known = {"title", "legiarti", "from", "sha256", "replaced_on", "example", "decides"}
    for key, entry in entries.items():
        assert set(entry) <= known, key
        assert date(1985, 1, 1) < entry["from"] <= read("articles/codes.yaml")["CSS"]["read_on"], key


def test_every_article_says_what_it_decides() -> None:
    for key, entry in articles().items():
        assert entry["decides"], key
        for paragraph in entry["decides"]:
            assert set(paragraph) <= {"at", "fr", "en", "cases", "parameters"}, key
    assert not [key for key in read("references.yaml") if re.match(r"(CSS|CSP|CASF)-", key)], (
        "articles/ has a page for it"
    )


def test_every_article_that_a_rule_names_has_a_page() -> None:
    """In the docstrings of rules/ and contracts/: an article that a reader may want to follow."""
    numbers = {key.split("-", 1)[1] for key in articles()}
    for path in [*(LAW.parent / "rules").glob("*.py"), *(LAW.parent / "contracts").glob("*.py")]:
        named = re.findall(r"\b[LRD]\d{2,4}(?:-\d+)+\b", path.read_text("utf-8"))
        assert set(named) <= numbers, path.name


NARROW_FILES = [LAW / "references.yaml", LAW / "sources.yaml", *ARTICLE_FILES, *TARIFF_FILES]


@pytest.mark.parametrize("path", NARROW_FILES, ids=lambda path: path.name)
def test_a_line_fits_a_screen(path: Path) -> None:
    long = [line for line in path.read_text("utf-8").splitlines() if len(line) > 120 and "https://" not in line]
    assert not long, path.name


@pytest.mark.parametrize("name", ["acces_direct.yaml", "readings.yaml", "gaps.yaml", "glossary.yaml"])
def test_references_named_elsewhere_exist(name: str) -> None:
    references = texts()
    for key, entry in read(name).items():
        assert set(entry["references"]) <= set(references), f"{name}: {key}"


def test_every_gap_says_what_would_close_it_in_both_languages() -> None:
    for name, gap in read("gaps.yaml").items():
        assert set(gap["closed_by"]) == {"fr", "en"}, name
        assert all(gap["closed_by"].values()), name


def test_alternatives_belong_to_a_reading_and_are_not_its_default() -> None:
    readings = read("readings.yaml")
    for key, parameter in parameters().items():
        for name, options in parameter.get("alternatives", {}).items():
            for option in options:
                assert option in readings[name]["options"], f"{key}: {name}={option}"
                assert option != readings[name]["default"], f"{key}: {name}={option}"


def test_a_reading_asks_a_question_and_has_a_default_among_its_options() -> None:
    for key, reading in read("readings.yaml").items():
        assert reading["question"]["fr"].endswith("?"), key
        assert reading["question"]["en"].endswith("?"), key
        assert len(reading["options"]) > 1, key
        assert reading["default"] in reading["options"], key


CODE_LISTS = {
    "profession": codes.Profession,
    "convention": codes.Convention,
    "role": codes.Role,
    "referral": codes.Referral,
    "purpose": codes.Purpose,
    "special_setting": codes.SpecialSetting,
    "exemption": codes.Exemption,
    "scheme": codes.Scheme,
    "tiers_payant": codes.TiersPayant,
    "drug_class": codes.DrugClass,
    "act_kinds": codes.ActKind,
    "pathway": codes.Pathway,
}


@pytest.mark.parametrize("section", CODE_LISTS)
def test_every_code_has_a_label(section: str) -> None:
    assert set(read("codes.yaml")[section]) == {member.name.lower() for member in CODE_LISTS[section]}


def test_statuses_carry_the_national_codes() -> None:
    statuses = read("codes.yaml")["status"]
    national = {member.name: member.value for member in codes.Status if member is not codes.Status.NOT_GIVEN}
    assert {letter: entry["snds"] for letter, entry in statuses.items()} == national
    assert {letter for letter, entry in statuses.items() if entry["majoration"]} == {"I", "P", "S", "F"}
    assert {letter for letter, entry in statuses.items() if entry["position"] == "outside"} == set("EIPSWFZC")
    assert {letter for letter, entry in statuses.items() if entry["position"] == "not_concerned"} == {"K", "X"}


def test_a_transmitted_indicator_is_a_known_one() -> None:
    content = read("codes.yaml")
    assert set(content["ips"]) == {member.name for member in codes.Ips}
    for letter, entry in content["status"].items():
        assert entry["ips"] == "" or entry["ips"] in content["ips"], letter


def test_specialties_have_their_own_slug_and_a_known_profile() -> None:
    specialties = read("specialties.yaml")
    assert len({entry["slug"] for entry in specialties.values()}) == len(specialties)
    profiles = {member.name.lower() for member in codes.Profile}
    for code, entry in specialties.items():
        assert entry["profile"] in profiles, code
        assert entry["generaliste"] == (entry["profile"] == "generaliste"), code
    assert 36 not in specialties, "a dental surgeon is a profession, not a specialty of doctors"


def test_direct_access_names_known_specialties_purposes_and_parameters() -> None:
    specialties, purposes, known = read("specialties.yaml"), read("codes.yaml")["purpose"], parameters()
    for key, family in read("acces_direct.yaml").items():
        assert set(family["specialties"]) <= set(specialties), key
        assert set(family["purposes"]) <= set(purposes), key
        assert {family.get("age_min"), family.get("age_max")} - {None} <= set(known), key


def test_every_profile_of_consultation_has_its_three_situations() -> None:
    computed = {"none", "pediatre", "neurologue"}  # chosen by age, or priced as another profile
    expected = {member.name.lower() for member in codes.Profile} - computed
    content = consultations()
    assert set(content) == expected
    for key, profile in content.items():
        assert set(profile) - {OF_SOME} == {"label", "references", "verified_on", *SITUATIONS}, key


def test_acts_are_priced_or_are_the_consultation() -> None:
    professions, kinds = read("codes.yaml")["profession"], read("codes.yaml")["act_kinds"]
    medecin = tariffs("acts/medecin")
    for key, act in acts().items():
        priced = bool(act.get("values")) or act.get("alias_of") == "consultation"
        assert key == (key.upper() if priced else key.lower()), (
            f"{key}: capitals for a letter or a code, else a plain name"
        )
        kind = act.get("kind", "other")
        assert kind in kinds, key
        assert set(act.get("professions", ())) <= set(professions), key
        assert not (act.get("values") and act.get("alias_of")), key
        if kind not in {"other", "supplement", "emergency", "stay"}:
            assert key in medecin or "medecin" in act["professions"], key


def test_a_tariff_has_its_texts_and_its_day_and_writes_no_default() -> None:
    defaults = {"kind": "other", "coefficient": False, "teleconsultation": False, "rate": 0}
    for path in TARIFF_FILES:
        for key, entry in read(path.relative_to(LAW).as_posix()).items():
            assert set(entry["references"]) <= set(texts()), key
            assert entry["references"], key
            assert isinstance(entry["verified_on"], date), key
            assert not [name for name, value in defaults.items() if entry.get(name) == value], key
            assert entry.get("professions") != [path.parent.name], key
        assert "&" not in re.sub(r'".*?"', "", path.read_text("utf-8")), f"{path.name}: an anchor"


SINCE_2017 = [date(2017, 7, 1), date(2023, 11, 1), date(2024, 12, 22), date(2026, 1, 1), date(2026, 11, 22)]


@pytest.mark.parametrize("day", SINCE_2017)
@pytest.mark.parametrize(
    ("profile", "supplement"),
    [
        ("generaliste", "MCG"),
        ("specialiste", "MCS"),
        ("psychiatre", "MCS"),
        ("gynecologue_medical", "MCS"),
        ("geriatre", "MCS"),
        ("mpr", "MCS"),
    ],
)
def test_coordination_is_what_separates_the_two_bases(profile: str, supplement: str, day: date) -> None:
    """CS + MCS, G + MCG: the convention pays the coordinated consultation as the ordinary one plus the supplement."""
    tariffs, priced = consultations()[profile], acts()
    alone, coordinated = on(tariffs["sans_coordination"], day), on(tariffs["coordonne"], day)
    assert coordinated - alone == on(priced[supplement]["values"], day)


@pytest.mark.parametrize("day", [date(2024, 12, 22), date(2026, 1, 1)])
@pytest.mark.parametrize("situation", ["coordonne", "sans_coordination"])
def test_the_young_patient_supplement_separates_the_two_psychiatrists(situation: str, day: date) -> None:
    tariffs, priced = consultations(), acts()
    young, adult = on(tariffs["psychiatre_moins_25"][situation], day), on(tariffs["psychiatre"][situation], day)
    assert young - adult == on(priced["MP"]["values"], day)


def test_the_cap_is_computed_on_the_specialist_consultation() -> None:
    """R160-6: the assiette of the cap is the specialist's consultation at opposable tariffs, without coordination."""
    assiette = parameters()["majoration.plafond_assiette"]["values"]
    tariffs = consultations()["specialiste"]["sans_coordination"]
    for day in (date(2006, 1, 1), date(2009, 1, 31), *SINCE_2017):
        assert on(assiette, day) == on(tariffs, day), day


@pytest.mark.parametrize(
    ("day", "cap"),
    [
        (date(2006, 1, 1), "2.50"),
        (date(2009, 1, 31), "10.00"),
        (date(2023, 11, 1), "10.60"),
        (date(2026, 11, 22), "10.60"),
    ],
)
def test_the_published_cap_of_the_majoration_is_found_again(day: date, cap: str) -> None:
    known = parameters()
    rate, base = on(known["majoration.taux"]["values"], day), on(known["majoration.plafond_assiette"]["values"], day)
    assert base * rate / 100 == Decimal(cap)


@pytest.mark.parametrize("day", [entry for entry in SINCE_2017 if entry >= date(2025, 1, 1)])
def test_daily_and_yearly_caps_agree_with_their_counts(day: date) -> None:
    known = parameters()
    amount = on(known["participation_forfaitaire.montant"]["values"], day)
    for period in ("jour", "annee"):
        count = on(known[f"participation_forfaitaire.nombre_{period}"]["values"], day)
        assert amount * count == on(known[f"participation_forfaitaire.plafond_{period}"]["values"], day)


def test_the_range_of_the_majoration_contains_its_rate() -> None:
    known = parameters()
    for day in (date(2006, 1, 1), date(2007, 9, 1), date(2009, 1, 31), date(2026, 11, 22)):
        lowest, highest = (on(known[f"majoration.fourchette_{bound}"]["values"], day) for bound in ("min", "max"))
        assert lowest <= on(known["majoration.taux"]["values"], day) <= highest


def test_every_fact_and_every_result_is_in_the_glossary() -> None:
    glossary = read("glossary.yaml")
    internal = {"age_1er_janvier"}  # derived from the birth date
    names = {name for tuple_ in (Act, Settlement) for name in tuple_._fields if not name.startswith("case_")}
    assert names - internal <= set(glossary)
    assert len(glossary) >= 70


def test_a_glossary_entry_is_one_or_a_few_plain_sentences() -> None:
    for key, entry in read("glossary.yaml").items():
        for language in ("fr", "en"):
            assert set(entry[language]) == {"term", "text"}, key
            assert entry[language]["text"].endswith("."), key
            assert "€" not in entry[language]["text"], f"{key}: an amount belongs to parameters/"
