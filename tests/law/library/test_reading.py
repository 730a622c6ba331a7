"""What the official files say is what the library says, at every date: history, quirks, encodings."""

import zipfile
from pathlib import Path

import pytest

from parcours.law.library.content import on
from parcours.law.library.installed import entry, installed
from tests.support import official


def record(name: str, code: str) -> dict:
    found = entry(name, code)
    assert found, code
    return dict(found.record)


def test_a_price_of_the_ccam_is_that_of_its_day_and_grid(importing, tmp_path: Path) -> None:
    importing("ccam", official.write_tables(tmp_path / "f", official.ccam_tables()))
    prices = record("ccam", "DEQP003")["prices"]["10"]
    assert [on(prices["3"], day) for day in (20170430, 20241231, 20250101)] == [None, 1426, 1452]
    assert on(prices["4"], 20261125) == 1352


def test_a_label_cut_in_the_middle_of_a_word_is_whole_again(importing, tmp_path: Path) -> None:
    assert official.LONG[253] != " " != official.LONG[254]
    importing("ccam", official.write_tables(tmp_path / "f", official.ccam_tables()))
    found = entry("ccam", "DEQP003")
    assert found
    assert found.label == " ".join(official.LONG.split())


def test_a_closed_act_has_its_last_day_and_its_successor(importing, tmp_path: Path) -> None:
    importing("ccam", official.write_tables(tmp_path / "f", official.ccam_tables()))
    found = entry("ccam", "ZZZZ001")
    assert found
    assert (found.last, found.record["next"], found.record["never"]) == (20150630, "QZHA001", ["QZHA001"])


def test_the_rows_below_are_those_of_the_row_in_force(importing, tmp_path: Path) -> None:
    """An activity that the newest row of an act does not repeat is gone; a modifier too."""
    tables = official.ccam_tables()
    tables["R_ACTE"][1].append(official.act("QZHA001", 20240101, "Biopsie"))
    tables["R_ACTE_IVITE"][1].append(("QZHA0011", 20240101, "QZHA001", 20240101, "1", "ADC", "99"))
    tables["R_ACTE_IVITE_PHASE"][1].append(("QZHA00110", 20240101, "QZHA0011", 20240101, 0, 0, 41.0, 0, 0))
    tables["R_ACTIVITE_MODIFICATEUR"][1].append(("QZHA0011", 20240101, "J"))
    importing("ccam", official.write_tables(tmp_path / "f", tables))
    kept = record("ccam", "QZHA001")
    assert [on(kept["acts"]["4"], day) for day in (20231231, 20240101)] == [["ADA", ""], None]
    assert [on(kept["phases"]["40"], day) is None for day in (20231231, 20240101)] == [False, True]
    assert [on(kept["acts"]["1"], day) for day in (20231231, 20240101)] == [["ADC", ""], ["ADC", "J"]]


def test_a_deleted_row_is_not_read_and_columns_may_come_in_any_order(importing, tmp_path: Path) -> None:
    tables = official.ccam_tables()
    columns, rows = tables["R_PU_BASE"]
    order = (3, 1, 0, 2)
    extra = ("UNKNOWN", "C", 5, 0)
    tables["R_PU_BASE"] = (
        (*(columns[place] for place in order), extra),
        [(*(row[place] for place in order), "new") for row in (*rows, ("QZHA00110", 3, 99.0, 20111220))],
    )
    folder = official.write_tables(tmp_path / "f", tables)
    path = folder / "R_PU_BASE.dbf"
    content = bytearray(path.read_bytes())
    content[-1 - 1 - 8 - 3 - 16 - 8 - 5] = ord("*")
    path.write_bytes(content)
    importing("ccam", folder)
    assert record("ccam", "QZHA001")["prices"]["10"]["3"] == [[20111220, 4000]]


def test_lower_case_columns_and_archives_in_three_parts(importing, tmp_path: Path) -> None:
    tables = official.ccam_tables()
    columns, rows = tables["R_TB11"]
    tables["R_TB11"] = (tuple((name.lower(), *rest) for name, *rest in columns), rows)
    folder = official.write_tables(tmp_path / "f", tables)
    parts = tmp_path / "zips"
    parts.mkdir()
    for place, path in enumerate(sorted(folder.iterdir())):
        with zipfile.ZipFile(parts / f"CCAM08400_DBF_PART{place % 3 + 1}.zip", "a", zipfile.ZIP_DEFLATED) as archive:
            archive.write(path, f"CCAM/{path.name.lower()}")
    done = importing("ccam", *sorted(parts.iterdir()))
    assert (done.about.version, done.about.codes) == ("84", 6)
    assert sorted(done.about.files) == [f"CCAM08400_DBF_PART{part}.zip" for part in (1, 2, 3)]
    folder_digest = importing("ccam", parts).about.digest
    assert folder_digest == done.about.digest


@pytest.mark.parametrize("encoding", ["cp850", "cp1252", "utf-8"])
def test_the_text_decides_of_its_encoding(importing, tmp_path: Path, encoding: str) -> None:
    importing("lpp", official.write_tables(tmp_path / "f", official.lpp_tables(), encoding))
    found = entry("lpp", "2900004")
    assert found
    assert found.label == "LOCATION LIT, SEMAINE (INVENTÉ, FERMÉ)"


@pytest.mark.parametrize("encoding", ["cp850", "cp1252", "utf-8", "utf-8-sig"])
def test_medicines_in_every_encoding(importing, tmp_path: Path, encoding: str) -> None:
    importing("bdpm", official.write_texts(tmp_path / "f", official.BDPM, encoding))
    found = entry("bdpm", "3400930000003")
    assert found
    assert found.label.startswith("CALMIX GÉNÉRIQUE 10 mg, comprimé pelliculé, plaquette(s) de 28")


def test_a_box_has_its_price_with_two_commas_its_fee_and_its_conditions(importing, tmp_path: Path) -> None:
    importing("bdpm", official.write_texts(tmp_path / "f", official.BDPM))
    state = on(record("bdpm", "3400930000004")["states"], 20261120)
    assert (state["price"], state["fee"], state["rates"], state["group"], state["type"]) == (
        113224,
        276,
        [65],
        "1001",
        "1",
    )
    assert record("bdpm", "3400930000002")["conditions"] == [
        "liste I",
        "prescription initiale annuelle réservée à certains spécialistes",
    ]
    assert record("bdpm", "3000006")["states"][0][1]["rates"] == [30, 65]
    assert on(record("bdpm", "3400930000005")["states"], 20261120)["price"] == -1


def test_of_two_administrative_states_the_active_one_counts(importing, tmp_path: Path) -> None:
    line = official.BDPM["CIS_CIP_bdpm.txt"].splitlines(keepends=True)[0]
    other = line.replace("Présentation active", "Présentation abrogée").replace("1,16\t2,18", "9,00\t10,02")
    for place, text in enumerate((line + other, other + line)):
        folder = official.write_texts(tmp_path / str(place), {**official.BDPM, "CIS_CIP_bdpm.txt": text})
        importing("bdpm", folder)
        assert on(record("bdpm", "3400930000001")["states"], 20261120)["price"] == 116


def test_each_snapshot_of_medicines_is_kept_at_its_day(importing, tmp_path: Path) -> None:
    first = official.write_texts(tmp_path / "1", official.BDPM)
    cheaper = official.BDPM["CIS_CIP_bdpm.txt"].replace("27,28\t28,30", "20,00\t21,02")
    lines = cheaper.splitlines(keepends=True)
    second = official.write_texts(tmp_path / "2", {**official.BDPM, "CIS_CIP_bdpm.txt": "".join(lines[1:])})
    importing("bdpm", second, day=20260601)
    importing("bdpm", first, day=20260101)
    third = importing("bdpm", first, day=20261101)
    prices = record("bdpm", "3400930000002")["states"]
    days = (20251231, 20260101, 20260531, 20260601, 20261031, 20261101)
    assert [state and state["price"] for state in (on(prices, day) for day in days)] == [
        None,
        2728,
        2728,
        2000,
        2000,
        2728,
    ]
    gone = record("bdpm", "3400930000001")["states"]
    assert [on(gone, day) is None for day in days] == [True, False, False, True, True, False]
    assert third.about.tables["snapshots"] == [20260101, 20260601, 20261101]
    assert not importing("bdpm", second, day=20260601).changed


def test_analyses_devices_and_keys_over_time(importing, tmp_path: Path) -> None:
    for name, folder in official.write_all(tmp_path).items():
        importing(name, folder)
    values = record("nabm", "1104")["values"]
    assert [on(values, day)[3] for day in (20240114, 20240115)] == [[["B", 2900]], [["B", 2300]]]
    assert entry("nabm", "0552")
    aid = record("lpp", "2900003")["periods"]
    assert [(one[0], one[1], one[5], one[7]) for one in aid] == [
        (20190101, 20191231, 30000, 130000), (20200101, 20201231, 35000, 110000), (20210101, 0, 40000, 95000),
    ]  # fmt: skip
    assert record("lpp", "2900001")["never"] == ["2900004"]
    assert [one[2]["amount"] for one in record("ngap", "ZAI")["periods"]] == [300, 315]


def test_the_same_files_again_change_nothing(importing, tmp_path: Path) -> None:
    for name, folder in official.write_all(tmp_path).items():
        first, again = importing(name, folder), importing(name, folder)
        assert (first.changed, again.changed) == (True, False)
        assert first.about.digest == again.about.digest


def test_a_value_that_changes_in_the_past_is_told(importing, tmp_path: Path) -> None:
    importing("ccam", official.write_tables(tmp_path / "1", official.ccam_tables()))
    tables = official.ccam_tables()
    rows = tables["R_PU_BASE"][1]
    rows[0] = ("DEQP00310", 3, 14.27, 20170501)
    assert importing("ccam", official.write_tables(tmp_path / "2", tables)).past == [("DEQP003", 20170501)]
    del rows[3:5]
    tables["R_ACTE"][1][5] = official.act("ZZZZ002", 20100101, "Acte", refunded=2, last=20261231)
    assert importing("ccam", official.write_tables(tmp_path / "3", tables)).past == [("QZHA001", 20111220)]


def test_a_new_value_after_the_library_is_no_change_of_the_past(importing, tmp_path: Path) -> None:
    importing("lpp", official.write_tables(tmp_path / "1", official.lpp_tables()))
    tables = official.lpp_tables()
    rows = tables["lpp_histo_tot901"][1]
    rows[4] = (2900003, 20210101, 20270131, "PAU", "N", "N", 400.0, 1.2, 1, 950.0)
    rows.append((2900003, 20270201, None, "PAU", "N", "N", 410.0, 1.2, 1, 950.0))
    done = importing("lpp", official.write_tables(tmp_path / "2", tables))
    assert done.changed
    assert not done.past


def test_the_library_is_the_user_s_alone(importing, library_folder: Path, tmp_path: Path) -> None:
    importing("nabm", official.write_tables(tmp_path / "f", official.nabm_tables()))
    assert library_folder.stat().st_mode & 0o777 == 0o700
    assert [path.name for path in library_folder.iterdir()] == ["nabm.sqlite"]
    assert (library_folder / "nabm.sqlite").stat().st_mode & 0o777 == 0o600
    assert installed("ccam") is None


def test_what_the_file_says_otherwise_is_told(importing, tmp_path: Path) -> None:
    tables = official.ccam_tables()
    tables["R_TB02"] = (
        official.R_TB02,
        [("1", 20050325, 1.0, None), ("2", 20050325, 0.6, None), ("4", 20050325, 0.9, 20100101)],
    )
    tables["R_TB22"] = (official.R_TB22, [("01", "02", 3), ("03", "02", 4)])
    said = [text["en"] for text in importing("ccam", official.write_tables(tmp_path / "f", tables)).said]
    assert said[0] == "R_TB02, association code 2: 60% in the file, 50% in the product"
    assert said[1].startswith("prices in 2 grids (3 Secteur 1 ou OPTAM (inventé), 4 Secteur 2 (inventé)): say whose")
    assert said[2:] == ["R_TB22, professional/patient → grid: 01/02 → 3, 03/02 → 4"]
    tables = official.lpp_tables()
    assert not importing("lpp", official.write_tables(tmp_path / "1", tables)).said
    rows = tables["lpp_histo_tot901"][1]
    rows[0] = (*rows[0][:6], 9.05, *rows[0][7:])
    said = [text["en"] for text in importing("lpp", official.write_tables(tmp_path / "2", tables)).said]
    assert said == [
        "2900001, OPTIQUE, CLASSE A, MONTURE (INVENTÉ): 9.05 / 30.00 where 9.00 / 30.00 are known (base, highest price)"
    ]
