"""`parcours compare`: the table for people, the JSON for programs, what is refused; acts from a pipe."""

import json
from decimal import Decimal
from typing import Any

import pytest
from typer.testing import CliRunner

from parcours.cli.main import app

YEAR = ("compare", "--contract", "responsable_100=30", "--contract", "OPTAM 200%=70", "--on", "2026", "--lang", "en")
ACTS = (
    "id,care_date,age,specialty,convention,fee,medecin_traitant,role,referral\n"
    "a,2026-03-02,40,generaliste,secteur_1,30,true,autre,none\n"
    "b,2026-03-02,40,generaliste,secteur_1,abc,true,autre,none\n"
)


def run(*arguments: str, **extra: Any) -> Any:
    answer = CliRunner().invoke(app, [*arguments], **extra)
    assert "Traceback" not in answer.output
    return answer


def test_the_year_of_each_contract_and_the_cheapest() -> None:
    shown = run(*YEAR).stdout
    assert "No mutuelle" in shown
    assert "Cheapest for this year of care" in shown
    found = json.loads(run(*YEAR, "--json").stdout)["contracts"]
    cheapest = min(found, key=lambda year: Decimal(year["total"]))
    assert f"Cheapest for this year of care: {cheapest['contract']}, €{cheapest['total']}" in shown
    sentences = shown.partition("\n\n")[2].splitlines()
    assert sentences[0].startswith("“OPTAM 200%” costs")
    assert "than “responsable_100” over this year" in sentences[0]


def test_the_price_of_some_care_is_said() -> None:
    before, after = (run(*YEAR, *more, "--json") for more in ((), ("--price", "eye=90")))
    fees = [Decimal(json.loads(one.stdout)["contracts"][0]["fee"]) for one in (before, after)]
    assert fees[1] - fees[0] == 90 - 60


def test_a_reform_is_tried_on_a_year_too() -> None:
    before, after = (run(*YEAR, *more, "--json") for more in ((), ("--set", "taux.medecin=50%")))
    assert "Reform tried: taux.medecin=50%" in after.stderr
    amo = [Decimal(json.loads(one.stdout)["contracts"][0]["amo"]) for one in (before, after)]
    assert amo[1] < amo[0]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--year", "lion"), "--year"),
        (("--times", "lion=3"), "--times"),
        (("--price", "lion=3"), "--price"),
        (("--price", "eye=lion"), "eye"),
        (("--contract", "lion=3"), "contract"),
        (("--set", "lion=3"), "set"),
    ],
)
def test_what_is_refused_is_named(more: tuple[str, ...], said: str) -> None:
    refused = run(*YEAR, *more)
    assert refused.exit_code == 2
    assert said in refused.stderr
    assert "lion" in refused.stderr


def test_acts_come_from_a_pipe_and_go_into_one_the_refused_ones_told_apart() -> None:
    done = run("settle", "-", "-o", "-", "--lang", "en", input=ACTS)
    assert done.exit_code == 3
    header, *rows = done.stdout.splitlines()
    assert header.startswith('"id","care_date"')
    assert [row.split(",")[0] for row in rows] == ['"a"']
    assumed, summary, refused = done.stderr.splitlines()
    assert "contract" in assumed
    assert summary == "2 rows read = 1 settled + 1 refused → -"
    assert json.loads(refused)["error"]["field"] == "fee"


@pytest.mark.parametrize("said", ["100=60, employer 50%", "100 = 60 employeur : 50 %", "100=60;employeur 50"])
def test_an_employer_s_part_of_a_premium_is_written_after_it(said: str) -> None:
    year = ("compare", "--year", "student", "--on", "2026", "--lang", "en", "--contract", said)
    one = next(row for row in json.loads(run(*year, "--json").stdout)["contracts"] if row["contract"] == "100")
    assert (one["premiums"], one["employer"]) == ("360.00", "360.00")
    assert "Employer" in run(*year).stdout
    assert "Employer" not in run(*YEAR).stdout
    assert "employer" in run(*year[:-1], "100=60, employer 150%").stderr


def test_what_was_understood_of_a_line_is_shown_back_and_what_was_not() -> None:
    line = "Consultations frais réels, prothèses dentaires 300 %, implants 400 €/an, chambre 60 €"
    shown = run("compare", "--contract", f"{line}=50", "--lang", "en").stdout
    assert "(understood: visits and acts the whole price with OPTAM, 200% without, teeth 300%, a night in a" in shown
    assert "Not counted: implants 400 €/an)" in shown
    listed = run("compare", "--contract", "responsable_220=65", "--lang", "en").stdout
    assert "(understood: visits and acts 220% with OPTAM, 200% without, teeth 200%" in listed


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("OPTAM 100 % des frais réels, sans OPTAM 130 %", "visits and acts the whole price with OPTAM, 130% without"),
        (
            "optique 100 % Santé ; consultations 200 % ; couronne 300 %",
            "visits and acts 200% with OPTAM, 180% without, teeth 300%",
        ),
        (
            "consultations 150 %, ostéopathie 300 %, verre optique 120 €",
            "visits and acts 150% with OPTAM, 130% without, one lens €120.00",
        ),
    ],
)
def test_what_is_no_percentage_of_a_visit_is_not_taken_for_one(line: str, said: str) -> None:
    assert f"understood: {said}, contrat" in run("compare", "--contract", f"{line}=50", "--lang", "en").stdout
