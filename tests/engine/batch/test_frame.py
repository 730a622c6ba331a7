"""parcours.settle(frame): the same rows, the same order, the same library, whatever the library."""

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import parcours
from parcours.engine.batch import chunk
from parcours.engine.batch.errors import WrongColumns
from parcours.engine.case import settle as settle_one
from parcours.engine.errors import FactError

ACT = {
    "care_date": "2025-06-01",
    "fee": 30.0,
    "age": 40,
    "specialty": "generaliste",
    "convention": "secteur_1",
    "medecin_traitant": True,
    "role": "autre",
    "referral": "none",
}
ROWS = [ACT, {**ACT, "fee": 55.5}, {**ACT, "specialty": "magie"}, {**ACT, "role": "medecin_traitant"}]
MAKE = {
    "polars": pl.DataFrame,
    "lazy": pl.LazyFrame,
    "pandas": pd.DataFrame,
    "arrow": pa.Table.from_pylist,
    "batch": pa.RecordBatch.from_pylist,
}


def rows_of(frame) -> list[dict]:
    if isinstance(frame, pl.LazyFrame):
        frame = frame.collect()
    if isinstance(frame, pl.DataFrame):
        return frame.to_dicts()
    return frame.to_dict("records") if isinstance(frame, pd.DataFrame) else frame.to_pylist()


@pytest.mark.parametrize("library", MAKE)
def test_every_library_gets_its_own_kind_of_table(library) -> None:
    frame = MAKE[library](ROWS)
    settled = parcours.settle(frame)
    assert type(settled) is (pa.Table if library == "batch" else type(frame))
    rows = rows_of(settled)
    assert len(rows) == len(ROWS)
    assert [round(float(row["amo"]) * 100) for row in (rows[0], rows[1], rows[3])] == [
        settle_one(ROWS[n]).settlement.amo for n in (0, 1, 3)
    ]
    assert rows[2]["error"].startswith("specialty: 'magie' is not accepted")
    assert pd.isna(rows[2]["amo"])
    assert pd.isna(rows[0]["error"])


def test_pandas_keeps_its_index() -> None:
    frame = pd.DataFrame(ROWS, index=["a", "b", "c", "d"])
    assert list(parcours.settle(frame).index) == ["a", "b", "c", "d"]


def test_a_lazy_frame_settles_nothing_before_it_is_collected() -> None:
    calls = []
    query = pl.LazyFrame(ROWS).map_batches(
        lambda frame: calls.append(1) or frame, schema=pl.LazyFrame(ROWS).collect_schema()
    )
    settled = parcours.settle(query).filter(pl.col("status") == "P").select("fee")
    assert not calls
    assert len(settled.collect()) == 2
    assert calls


def test_readings_change_the_answer() -> None:
    capped = parcours.settle(pl.DataFrame([{**ACT, "fee": 30.0}]))["majoration"][0]
    flat = parcours.settle(pl.DataFrame([ACT]), readings={"plafond_majoration": "fiche"})["majoration"][0]
    assert (str(capped), str(flat)) == ("10.60", "12.00")
    with pytest.raises(FactError, match=r"readings\.plafond_majoration: 'autre' is not accepted"):
        parcours.settle(pl.DataFrame([ACT]), readings={"plafond_majoration": "autre"})


def test_other_names_and_missing_columns() -> None:
    frame = pl.DataFrame([ACT]).rename({"fee": "prix"})
    assert parcours.settle(frame, columns={"prix": "fee"})["fee"][0] == 30.0
    with pytest.raises(WrongColumns, match="column 'prix' is not a fact; did you mean fee"):
        parcours.settle(frame)
    with pytest.raises(WrongColumns, match="column fee is missing"):
        parcours.settle(frame.drop("prix"))


@pytest.mark.parametrize("patients", ["aabbbc", "abcabc", "aa  bc"])
def test_several_threads_answer_as_one_does_under_a_reform_too(patients: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunk, "SMALLEST_SHARE", 2)
    reform = parcours.law(reform={"participation_forfaitaire.age_exemption": "25"})
    rows = [{**ACT, "age": 18 + 7 * (place % 2), "patient_id": who.strip()} for place, who in enumerate(patients)]
    one, several = (parcours.settle(pa.Table.from_pylist(rows), law=reform, threads=count) for count in (1, 3))
    assert several.to_pylist() == one.to_pylist()
    assert [row["error"] is None for row in one.to_pylist()] == [True, False] * 3


def test_errors_speak_the_language_that_is_asked() -> None:
    assert "n'est pas accepté" in parcours.settle(pl.DataFrame(ROWS), lang="fr")["error"][2]


def test_a_table_without_rows() -> None:
    settled = parcours.settle(pl.DataFrame(ROWS).clear())
    assert len(settled) == 0
    assert "case_payment" in settled.columns


def test_something_that_is_no_table() -> None:
    with pytest.raises(TypeError):
        parcours.settle(42)
