"""CSV as spreadsheets write it in France: the same amounts as the plain file, and the style is said."""

import csv
import json
import re
from pathlib import Path

import pytest

from parcours.engine.batch.errors import WrongColumns
from parcours.engine.batch.french import Style, style_of
from parcours.engine.batch.header import mapping_of, names_of
from parcours.engine.batch.run import Job, settle_path

PLAIN = [
    [
        "patient_id",
        "care_date",
        "age",
        "specialty",
        "convention",
        "fee",
        "medecin_traitant",
        "role",
        "referral",
        "note",
    ],
    ["a", "2025-06-02", "40", "generaliste", "secteur_1", "30.00", "true", "medecin_traitant", "none", "é"],
    ["b", "2025-06-03", "52", "dermatologie", "secteur_2", "1060.50", "false", "autre", "none", ""],
    ["c", "2025-12-13", "7", "generaliste", "secteur_1", "35", "false", "autre", "none", "x"],
]
FRENCH = [
    PLAIN[0],
    ["a", "02/06/2025", "40", "generaliste", "secteur_1", "30,00", "oui", "medecin_traitant", "none", "é"],
    ["b", "3/6/2025", "52", "dermatologie", "secteur_2", "1 060,50", "non", "autre", "none", ""],
    ["c", "13/12/2025", "7", "generaliste", "secteur_1", "35", "non", "autre", "none", "x"],
]


def written(path: Path, rows: list[list[str]], separator: str, encoding: str) -> Path:
    with path.open("w", encoding=encoding, newline="") as stream:
        csv.writer(stream, delimiter=separator).writerows(rows)
    return path


def settled(path: Path) -> list[dict[str, str]]:
    output = path.with_name(f"{path.stem}.out.csv")
    report = settle_path(Job(str(path), output, {}, {}, 1, resume=False, lang="en"), lambda *_: None)
    assert (report.settled, report.refused) == (3, 0)
    style = style_of(path)
    with output.open(encoding=style.encoding, newline="") as stream:
        return list(csv.DictReader(stream, delimiter=style.separator))


def as_in_france(row: dict[str, str]) -> dict[str, str]:
    """A settled row, its amounts, days and booleans as the French file has them."""
    year, month, day = row["care_date"].split("-")
    commas = {name: re.sub(r"^(\d+)\.(\d\d)$", r"\1,\2", value) for name, value in row.items()}
    yes = {"true": "oui", "false": "non"}[row["medecin_traitant"]]
    return {**commas, "care_date": f"{day}/{month}/{year}", "medecin_traitant": yes}


@pytest.mark.parametrize("encoding", ["latin-1", "utf-8", "utf-8-sig"])
def test_a_french_file_gives_the_amounts_of_the_plain_one(tmp_path: Path, encoding: str) -> None:
    plain = settled(written(tmp_path / "plain.csv", PLAIN, ",", "utf-8"))
    french = settled(written(tmp_path / "french.csv", FRENCH, ";", encoding))
    assert [as_in_france(row) for row in plain] == french, "the output is written as the file is"
    assert [row["note"] for row in french] == ["é", "", "x"], "every column that came in, as it was"
    assert plain[1]["patient"] not in ("", "0.00")


def test_the_style_is_found_and_said(tmp_path: Path) -> None:
    style = style_of(written(tmp_path / "f.csv", FRENCH, ";", "latin-1"))
    assert style == Style("latin-1", ";", ("care_date",), ("fee",), ("medecin_traitant",))
    assert "virgule décimale (fee)" in style.told["fr"]
    assert "days DD/MM/YYYY (care_date)" in style.told["en"]
    assert not style_of(written(tmp_path / "p.csv", PLAIN, ",", "utf-8")).french


@pytest.mark.parametrize(
    ("column", "fact"),
    [
        ("ADHERENT", "patient_id"),
        ("Date-Soins", "care_date"),
        ("DateSoins", "care_date"),
        ("PACIENT_ID", "patient_id"),
        ("Honoraires", "fee"),
        ("Spécialité", "specialty"),
    ],
)
def test_a_usual_name_of_a_fact_stops_with_the_fact(column: str, fact: str) -> None:
    others = [name for name in PLAIN[0] if name != fact]
    with pytest.raises(WrongColumns) as caught:
        names_of([*others, column], {})
    said = caught.value.message["en"]
    assert f"--map {column}={fact}" in said or f"column {fact}" in said
    assert names_of([*others, column], {column: fact})[-1] == fact


def test_everything_that_is_wrong_with_the_columns_is_told_at_once() -> None:
    with pytest.raises(WrongColumns) as caught:
        names_of(["ADHERENT", "Date de soins", "Montant", "SPE", "né"], {})
    *each, together = caught.value.message["fr"].splitlines()
    *each, missing, later, carried = each
    assert len(each) == 4, "columns that may be facts"
    assert "il manque la colonne age ou birth_date" in missing
    assert "pas de colonne convention, medecin_traitant, role, referral" in later
    assert carried.endswith(" : né")
    assert together == (
        "tout ensemble : --map ADHERENT=patient_id --map 'Date de soins=care_date' --map Montant=fee "
        "--map SPE=specialty --map COLONNE=age"
    )
    with pytest.raises(WrongColumns) as caught:
        names_of(["DATE", "AGE", "SPE", "MONTANT", "CONV"], {})
    together = caught.value.message["fr"].splitlines()[-1]
    written = [word for word in together.split() if "=" in word]
    assert names_of(["DATE", "AGE", "SPE", "MONTANT", "CONV"], mapping_of(written))[0] == "care_date", "as it is told"


def test_a_name_with_spaces_is_proposed_between_quotes() -> None:
    with pytest.raises(WrongColumns) as caught:
        names_of(["Date de soins", *PLAIN[0]], {"care_date": "reimbursement_date"})
    assert "--map 'Date de soins=care_date'" in caught.value.message["en"]


def test_a_day_that_no_calendar_has_is_refused_as_it_is_written(tmp_path: Path) -> None:
    rows = [
        FRENCH[0],
        *(
            [one[0], day, *one[2:]]
            for one, day in zip(FRENCH[1:], ("09/13/2025", "31/2/2025", "3/6/2025"), strict=True)
        ),
    ]
    output = tmp_path / "out.csv"
    report = settle_path(Job(str(written(tmp_path / "f.csv", rows, ";", "utf-8")), output, {}, {}, 1), lambda *_: None)
    assert report.rejected is not None
    refused = [json.loads(line)["error"]["value"] for line in report.rejected.read_text("utf-8").splitlines()]
    assert (report.settled, refused) == (1, ["09/13/2025", "31/2/2025"])
