"""`parcours tables`, `law`, `contract` and `schema`."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from parcours.engine.facts.jsonio import loads
from tests.cli.test_settle import VISIT, run

# --- tables ---------------------------------------------------------------------------------------------------------


def tables(day: str, *arguments: str) -> dict[str, list[dict[str, Any]]]:
    result = run("tables", "--on", day, "--json", *arguments)
    assert result.exit_code == 0
    blocks: dict[str, list[dict[str, Any]]] = loads(result.stdout)
    return blocks


def line(
    block: list[dict[str, Any]], specialty: str, convention: str, act: str = "consultation"
) -> tuple[Decimal, ...]:
    row = next(r for r in block if (r["specialty"], r["convention"], r["act"]) == (specialty, convention, act))
    return row["base"], row["amo"]


def test_the_official_table_of_one_own_doctor() -> None:
    own = tables("2024-12-22")["medecin_traitant"]
    assert line(own, "generaliste", "secteur_1") == (Decimal("30.00"), Decimal("19.00"))
    assert line(own, "generaliste", "secteur_2") == (Decimal("23.00"), Decimal("14.10"))
    assert line(own, "autre_specialite", "secteur_1") == (Decimal("26.50"), Decimal("16.55"))


def test_the_official_tables_of_a_correspondent() -> None:
    blocks = tables("2024-12-22")
    assert line(blocks["correspondant_regulier"], "autre_specialite", "secteur_2_optam") == (
        Decimal("31.50"),
        Decimal("20.05"),
    )
    assert line(blocks["avis_ponctuel"], "autre_specialite", "secteur_1", "APC") == (Decimal("60.00"), Decimal("40.00"))
    assert line(blocks["avis_ponctuel"], "psychiatrie", "secteur_2", "APY") == (Decimal("67.50"), Decimal("45.25"))


def test_outside_the_pathway_the_table_follows_the_reading() -> None:
    outside = next(name for name in tables("2024-12-22") if name.startswith("hors"))
    assert line(tables("2024-12-22")[outside], "generaliste", "secteur_1")[1] == Decimal("8.40")
    flat = tables("2024-12-22", "--reading", "plafond_majoration=fiche")
    assert line(flat[outside], "generaliste", "secteur_1")[1] == Decimal("7.00")


def test_an_older_day_has_its_own_tables() -> None:
    assert line(tables("2020-07-23")["medecin_traitant"], "generaliste", "secteur_1")[0] == Decimal("25.00")


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_tables_a_person_reads(lang: str) -> None:
    result = run("tables", "--on", "2024-12-22", "--lang", lang)
    assert result.exit_code == 0
    assert ("19,00" if lang == "fr" else "19.00") in result.stdout


@pytest.mark.parametrize("day", ["2024-02-30", "2005-01-01", "soon"])
def test_a_day_without_tables_is_exit_code_2(day: str) -> None:
    result = run("tables", "--on", day)
    assert (result.exit_code, result.stdout) == (2, "")
    assert day in result.stderr


# --- law ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_list_of_the_law(lang: str) -> None:
    result = run("law", "list", "--lang", lang)
    assert result.exit_code == 0
    assert "majoration.taux" in result.stdout


def test_the_list_on_a_day() -> None:
    rows = {
        row["id"]: row for row in json.loads(run("law", "list", "--on", "2008-06-01", "--json", "--lang", "en").stdout)
    }
    assert (rows["majoration.taux"]["value"], rows["majoration.taux"]["from"]) == ("20%", "2007-09-01")
    assert rows["taux.mon_soutien_psy"]["value"] == "—"


def test_a_parameter_with_its_article_source_and_confidence() -> None:
    entry = json.loads(run("law", "show", "majoration.taux", "--json", "--lang", "en").stdout)
    assert any("R160-6" in title for title in entry["references"])
    values = entry["series"][0]["values"]
    assert [(value["from"], value["value"]) for value in values] == [
        ("2006-01-01", "10%"),
        ("2007-09-01", "20%"),
        ("2009-01-31", "40%"),
    ]
    assert all(value["sources"] and value["confidence"] in "ABCD" for value in values)


@pytest.mark.parametrize("name", ["APC", "specialiste", "acte_lourd.forfait", "MCS"])
def test_tariffs_and_alternatives_are_shown_too(name: str) -> None:
    assert run("law", "show", name, "--lang", "fr").exit_code == 0
    entry = json.loads(run("law", "show", name, "--json", "--on", "2026-06-01").stdout)
    assert entry["series"]
    assert all(len(series["values"]) == 1 for series in entry["series"])


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["majoration"], "majoration.taux"),
        (["zzz"], "zzz"),
        (["majoration.taux", "--on", "1999-01-01"], "1999-01-01"),
        (["majoration.taux", "--on", "2024-02-30"], "2024-02-30"),
    ],
)
def test_what_cannot_be_shown_is_exit_code_2(arguments: list[str], word: str) -> None:
    result = run("law", "show", *arguments)
    assert (result.exit_code, word in result.stderr) == (2, True)


@pytest.mark.parametrize(("command", "word"), [("readings", "plafond_majoration"), ("gaps", "2027")])
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_readings_and_gaps_are_listed(command: str, word: str, lang: str) -> None:
    result = run("law", command, "--lang", lang)
    assert (result.exit_code, word in result.stdout) == (0, True)


def test_the_law_is_checked() -> None:
    result = run("law", "check", "--lang", "en")
    assert (result.exit_code, "all dated" in result.stdout) == (0, True)


# --- contract -------------------------------------------------------------------------------------------------------


def audit(folder: Path, contract: Any, *arguments: str) -> tuple[int, Any]:
    path = folder / "contract.json"
    path.write_text(contract if isinstance(contract, str) else json.dumps(contract), "utf-8")
    result = run("contract", "audit", str(path), "--json", "--lang", "en", *arguments)
    return result.exit_code, json.loads(result.stdout) if result.stdout else result.stderr


GOOD = {"responsable": True, "consultation_pct_br_optam": 220, "consultation_pct_br_non_optam": 200}


@pytest.mark.parametrize("name", ["responsable_100", "responsable_150", "responsable_220"])
def test_the_contrats_responsables_of_the_library_are_responsables(name: str) -> None:
    assert run("contract", "audit", name, "--on", "2025-06-01").exit_code == 0


def test_a_contract_that_gives_back_the_surcharge_is_not_responsable() -> None:
    result = run("contract", "audit", "non_responsable_300", "--on", "2025-06-01", "--lang", "en")
    assert (result.exit_code, "majoration" in result.stdout) == (1, True)


@pytest.mark.parametrize(
    ("changes", "day", "fields"),
    [
        ({}, "2025-06-01", []),
        ({"majoration": True}, "2025-06-01", ["majoration"]),
        ({"participations": True}, "2025-06-01", ["participations"]),
        ({"consultation_pct_br_non_optam": 201}, "2025-06-01", ["consultation_pct_br_non_optam"] * 2),
        (
            {"consultation_pct_br_non_optam": 201, "consultation_pct_br_optam": 221},
            "2025-06-01",
            ["consultation_pct_br_non_optam"],
        ),
        ({"consultation_pct_br_non_optam": 225, "consultation_pct_br_optam": 245}, "2016-12-31", []),
        (
            {"consultation_pct_br_non_optam": 225, "consultation_pct_br_optam": 245},
            "2017-01-01",
            ["consultation_pct_br_non_optam"],
        ),
        ({"consultation_pct_br_non_optam": 400, "consultation_pct_br_optam": 400}, "2015-03-31", []),
        ({"consultation_pct_br_optam": 219}, "2025-06-01", ["consultation_pct_br_non_optam"]),
        ({"acte_technique_pct_br": 150}, "2025-06-01", ["acte_technique_pct_br_non_optam"]),
        ({"dentaire_pct_br": 90}, "2025-06-01", ["dentaire_pct_br"]),
        ({"pharmacie_faible_pct_br": 0}, "2025-06-01", []),
        ({"forfait_journalier": False}, "2025-06-01", ["forfait_journalier"]),
    ],
)
def test_the_clauses_that_break_r871_are_named(
    tmp_path: Path, changes: dict[str, Any], day: str, fields: list[str]
) -> None:
    code, findings = audit(tmp_path, {**GOOD, **changes}, "--on", day)
    assert [finding["field"] for finding in findings] == fields
    assert code == (1 if fields else 0)
    assert all(finding["article"].startswith("CSS-") and finding["message"] for finding in findings)


@pytest.mark.parametrize(
    "content", ["{not json", "[1]", "", '{"responsable": true, "dental": 1}', '{"responsable": "x"}']
)
def test_what_is_no_contract_is_exit_code_2(tmp_path: Path, content: str) -> None:
    code, message = audit(tmp_path, content)
    assert code == 2
    assert message


def test_a_contract_that_is_not_there_is_exit_code_2(tmp_path: Path) -> None:
    assert run("contract", "audit", str(tmp_path / "none.json")).exit_code == 2
    assert run("contract", "audit", "responsable_100", "--on", "2025-02-30").exit_code == 2
    assert run("contract", "audit", "responsable_100", "--on", "1999-01-01").exit_code == 2


def test_the_contracts_of_the_library_are_listed() -> None:
    assert "responsable_150" in run("contract", "list").stdout


# --- schema ---------------------------------------------------------------------------------------------------------


def test_the_schemas_describe_the_facts_and_the_results() -> None:
    schemas = json.loads(run("schema").stdout)
    for schema in schemas.values():
        jsonschema.Draft202012Validator.check_schema(schema)
    facts = jsonschema.Draft202012Validator(schemas["facts"])
    facts.validate({**VISIT, "id": 1, "contract": {"responsable": True}})
    assert not facts.is_valid({**VISIT, "specialty": "dermato"})
    assert not facts.is_valid({**VISIT, "surprise": 1})
    assert not facts.is_valid({**VISIT, "fee": -1})
    arguments = [f"--{name.replace('_', '-')}={value}" for name, value in VISIT.items()]
    answer = json.loads(run("settle", *arguments, "--json").stdout)
    jsonschema.Draft202012Validator(schemas["result"]).validate(answer)
    assert set(answer) <= set(schemas["result"]["properties"])
