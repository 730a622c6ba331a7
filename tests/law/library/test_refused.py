"""What is wrong with a file is said: file, line, column, what was found, what is allowed; nothing is half-written."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from parcours.law.library import parts
from parcours.law.library.importing import import_library
from parcours.law.library.installed import installed
from parcours.law.library.problems import LibraryError
from tests.support import official


def refused(name: str, *paths: Path) -> str:
    with pytest.raises(LibraryError) as caught:
        import_library(name, paths, 20261120 if name == "bdpm" else 0)
    assert caught.value.message["fr"] != caught.value.message["en"]
    return caught.value.message["en"]


def changed(rows: list, place: int, column: int, value: object) -> None:
    rows[place] = (*rows[place][:column], value, *rows[place][column + 1 :])


CCAM_FAULTS: list[tuple[str, Callable[[official.Tables], None], str]] = [
    ("code", lambda t: changed(t["R_ACTE"][1], 2, 0, "QZH001"), "R_ACTE.dbf:3: COD_ACTE"),
    ("day", lambda t: changed(t["R_PU_BASE"][1], 1, 3, "20251301"), "R_PU_BASE.dbf:2: APDT_MODIF: this value does not"),
    ("no day", lambda t: changed(t["R_ACTE"][1], 1, 1, None), "R_ACTE.dbf:2: DT_MODIF"),
    ("parent", lambda t: changed(t["R_PU_BASE"][1], 1, 3, "20250102"), "(given: DEQP00310 20250102)"),
    ("activity", lambda t: changed(t["R_ACTE_IVITE"][1], 0, 3, 20050721), "R_ACTE_IVITE.dbf:1: the row"),
    ("phase", lambda t: changed(t["R_ACTE_IVITE_PHASE"][1], 0, 3, 20050721), "R_ACTE_IVITE_PHASE.dbf:1: the row"),
    ("modifier", lambda t: changed(t["R_ACTIVITE_MODIFICATEUR"][1], 0, 1, 20050721), "R_ACTIVITE_MODIFICATEUR.dbf:1"),
    ("pair", lambda t: changed(t["R_INCOMPATIBILITES"][1], 0, 2, "ZZZZ009"), "R_INCOMPATIBILITES.dbf:1"),
    ("rule", lambda t: changed(t["R_ASSOCIATIONS"][1], 0, 4, "9"), "R_ASSOCIATIONS.dbf:1: REGLE_COD"),
    ("key", lambda t: changed(t["R_ACTE_IVITE"][1], 0, 4, "2"), "its parts (given: DEQP0031; allowed: DEQP0032)"),
    ("phase key", lambda t: changed(t["R_ACTE_IVITE_PHASE"][1], 0, 4, 3), "COD_AAP"),
    ("price twice", lambda t: t["R_PU_BASE"][1].append(t["R_PU_BASE"][1][0]), "R_PU_BASE.dbf:13: given twice"),
    ("act twice", lambda t: t["R_ACTE"][1].append(t["R_ACTE"][1][0]), "R_ACTE.dbf:8: given twice"),
    ("activity twice", lambda t: t["R_ACTE_IVITE"][1].append(t["R_ACTE_IVITE"][1][0]), "R_ACTE_IVITE.dbf:9: given"),
    ("modifier ends", lambda t: changed(t["R_TB11"][1], 3, 5, 20160101), "R_TB11.dbf:4: DT_FIN: a period"),
    ("modifier cuts", lambda t: changed(t["R_TB11"][1], 3, 3, 0.5), "R_TB11.dbf:4: COEF: this value does not belong"),
    ("no act", lambda t: t["R_ACTE"][1].clear(), "R_ACTE.dbf: no code in it"),
    ("no grid", lambda t: changed(t["R_PU_BASE"][1], 0, 1, None), "R_PU_BASE.dbf:1: GRILLE_COD"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("fault", "said"), [fault[1:] for fault in CCAM_FAULTS], ids=[fault[0] for fault in CCAM_FAULTS]
)
def test_a_row_of_the_ccam_that_does_not_hold(library_folder, tmp_path: Path, fault, said: str) -> None:
    tables = official.ccam_tables()
    fault(tables)
    assert said in refused("ccam", official.write_tables(tmp_path / "f", tables))
    assert not library_folder.exists()


@pytest.mark.parametrize("name", ["R_ACTE", "R_ACTE_IVITE", "R_ACTE_IVITE_PHASE", "R_PU_BASE", "R_TB11"])
def test_a_table_or_a_column_of_the_ccam_that_misses(library_folder, tmp_path: Path, name: str) -> None:
    tables = official.ccam_tables()
    columns, rows = tables.pop(name)
    assert f"{name}.dbf" in refused("ccam", official.write_tables(tmp_path / "1", tables))
    tables[name] = (columns[1:], [row[1:] for row in rows])
    said = refused("ccam", official.write_tables(tmp_path / "2", tables))
    assert f"{name}.dbf: {columns[0][0]}: a needed column is missing" in said


OTHER_FAULTS: list[tuple[str, Callable[[official.Tables], None], str]] = [
    ("lpp", lambda t: changed(t["lpp_histo_tot901"][1], 2, 2, 20200105), "lpp_histo_tot901.dbf:4: DEBUTVALID"),
    ("lpp", lambda t: changed(t["lpp_histo_tot901"][1], 2, 2, 20180101), "lpp_histo_tot901.dbf:3: FINHISTO"),
    ("lpp", lambda t: changed(t["lpp_histo_tot901"][1], 0, 0, 2900009), "lpp_histo_tot901.dbf:1: the row"),
    ("lpp", lambda t: changed(t["lpp_fiche_tot901"][1], 1, 0, 2900001), "lpp_fiche_tot901.dbf:2: CODE_TIPS: given"),
    ("lpp", lambda t: t.pop("lpp_histo_tot901"), "lpp_histo_tot*.dbf"),
    ("nabm", lambda t: changed(t["NABM_HISTO_TOT105"][1], 1, 1, 20150101), "TOT105.dbf:2: DATE_EFFET: given"),
    ("nabm", lambda t: changed(t["NABM_HISTO_TOT105"][1], 1, 5, "B3"), "NABM_HISTO_TOT105.dbf:2: LC1…COEF5"),
    ("nabm", lambda t: changed(t["NABM_FICHE_TOT105"][1], 0, 4, 19950101), "NABM_FICHE_TOT105.dbf:1: DATE_FIN"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "fault", "said"), OTHER_FAULTS)
def test_a_row_of_devices_or_analyses_that_does_not_hold(library_folder, tmp_path: Path, name, fault, said) -> None:
    tables = {"lpp": official.lpp_tables, "nabm": official.nabm_tables}[name]()
    fault(tables)
    assert said in refused(name, official.write_tables(tmp_path / "f", tables))


BDPM_FAULTS = [
    ("CIS_CIP_bdpm.txt", "2,18", "2,19", "CIS_CIP_bdpm.txt:1: 11: the price with its fee is not the sum of both"),
    ("CIS_CIP_bdpm.txt", "1,16\t", "1.16\t", "CIS_CIP_bdpm.txt:1: 10: this value does not belong"),
    ("CIS_CIP_bdpm.txt", "65 %", "66 %", "2: 9: this value does not belong in this column (given: 66 %; allowed: 15%"),
    ("CIS_CIP_bdpm.txt", "16/03/2011", "2011-03-16", "CIS_CIP_bdpm.txt:1: 6"),
    ("CIS_CIP_bdpm.txt", "3400930000002", "340093000002", "CIS_CIP_bdpm.txt:2: 7"),
    ("CIS_CIP_bdpm.txt", "\t3000002\t", "\t300002\t", "CIS_CIP_bdpm.txt:2: 2"),
    ("CIS_CIP_bdpm.txt", "3400930000002", "3400930000001", "CIS_CIP_bdpm.txt:2: 7: given twice"),
    ("CIS_CIP_bdpm.txt", "oui\t65%", "oui", "CIS_CIP_bdpm.txt:1: this row has a wrong count of fields (given: 12"),
    ("CIS_CIP_bdpm.txt", "60000001\t3000001", "CIS\t3000001", "CIS_CIP_bdpm.txt:1: the file does not start by a key"),
    ("CIS_bdpm.txt", "Non", "Peut-être", "CIS_bdpm.txt:1: 12"),
    ("CIS_bdpm.txt", "60000002", "60000001", "CIS_bdpm.txt:2: 1: given twice"),
    ("CIS_GENER_bdpm.txt", "\t0\t1", "\t3\t1", "CIS_GENER_bdpm.txt:1: 4"),
    ("CIS_CPD_bdpm.txt", "\tliste I", "", "CIS_CPD_bdpm.txt:1: "),
]  # fmt: skip


@pytest.mark.parametrize(("file", "before", "after", "said"), BDPM_FAULTS)
def test_a_line_of_medicines_that_does_not_hold(library_folder, tmp_path: Path, file, before, after, said) -> None:
    assert before in official.BDPM[file]
    texts = {**official.BDPM, file: official.BDPM[file].replace(before, after, 1)}
    if file == "CIS_CIP_bdpm.txt" and before == "60000001\t3000001":
        texts[file] = texts[file].split("\n", 1)[0] + "\n"
    assert said in refused("bdpm", official.write_texts(tmp_path / "f", texts))


NGAP_FAULTS = [
    (";conf;", ";confidence;", "ngap.csv:1: conf: a needed column is missing"),
    ("infirmier", "infirmiere", "ngap.csv:2: profession"),
    (";letter;", ";lettre;", "ngap.csv:2: kind"),
    ("2009-04-15", "15/04/2009", "ngap.csv:2: from"),
    ("2024-01-27", "2001-01-27", "ngap.csv:2: to"),
    ("2024-01-27", "2024-01-28", "ngap.csv:3: from: given twice"),
    ("3.00", "3,00", "ngap.csv:2: amount"),
    ("true", "vrai", "ngap.csv:2: coefficient"),
    (";60;C", ";160;C", "ngap.csv:2: rate"),
    (";60;C", ";60;D", "ngap.csv:2: conf"),
    ("ZAI;", "Z AI;", "ngap.csv:2: key"),
    ("ZAI;infirmier;", "ZAI;", "ngap.csv:2: this row has a wrong count of fields (given: 12; allowed: 13)"),
]


@pytest.mark.parametrize(("before", "after", "said"), NGAP_FAULTS)
def test_a_line_of_the_ngap_that_does_not_hold(library_folder, tmp_path: Path, before, after, said) -> None:
    assert before in official.NGAP
    text = official.NGAP.replace(before, after, 1)
    assert said in refused("ngap", official.write_texts(tmp_path / "f", {"ngap.csv": text}, "utf-8"))


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda raw: raw[: len(raw) // 2], "R_ACTE.dbf:4: the file ends too early (allowed: 7 rows"),
        (lambda raw: raw[:200], "R_ACTE.dbf: is not a dBase III table: header cut"),
        (lambda raw: b"", "R_ACTE.dbf: is not a dBase III table: first byte"),
        (lambda raw: b"\x30" + raw[1:], "R_ACTE.dbf: is not a dBase III table: first byte (given: 30)"),
        (lambda raw: raw[:-1] + raw[-500:], "R_ACTE.dbf:8: bytes follow the last row"),
        (lambda raw: raw[:10] + b"\x11" + raw[11:], "R_ACTE.dbf: is not a dBase III table: width of the rows"),
        (lambda raw: raw.replace("É".encode("cp850"), b"\0"), r"makes this text readable (given: \x00"),
        (lambda raw: raw.replace(b" QZHA001", b"?QZHA001", 1), "R_ACTE.dbf:3: this row is neither live nor deleted"),
    ],
)  # fmt: skip
def test_a_damaged_table(library_folder, tmp_path: Path, damage, said: str) -> None:
    folder = official.write_tables(tmp_path / "f", official.ccam_tables())
    path = folder / "R_ACTE.dbf"
    path.write_bytes(damage(path.read_bytes()))
    assert said in refused("ccam", folder)


def test_a_table_whose_end_mark_misses_is_read(library_folder, tmp_path: Path) -> None:
    folder = official.write_tables(tmp_path / "f", official.ccam_tables())
    for path in folder.iterdir():
        path.write_bytes(path.read_bytes().removesuffix(b"\x1a"))
    assert import_library("ccam", [folder]).about.codes == 6


def test_two_encodings_in_one_file_and_utf_16(library_folder, tmp_path: Path) -> None:
    folder = official.write_texts(tmp_path / "f", official.BDPM)
    path = folder / "CIS_bdpm.txt"
    mixed = path.read_bytes().replace("GÉNÉRIQUE".encode("cp1252"), "GÉNÉRIQUE éééààà".encode("cp850"))
    path.write_bytes(mixed)
    assert "CIS_bdpm.txt: no encoding makes this text readable" in refused("bdpm", folder)
    path.write_bytes(official.BDPM["CIS_bdpm.txt"].encode("utf-16"))
    assert r"CIS_bdpm.txt: no encoding makes this text readable (given: \x00" in refused("bdpm", folder)


def test_archives_that_are_none_or_too_much(library_folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = official.write_tables(tmp_path / "f", official.lpp_tables())
    path = tmp_path / "LPP901.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in folder.iterdir():
            archive.write(file, file.name)
    assert import_library("lpp", [path]).about.codes == 5
    cut = tmp_path / "cut.zip"
    cut.write_bytes(path.read_bytes()[:-50])
    assert "damaged ZIP archive" in refused("lpp", cut)
    raw = bytearray(path.read_bytes())
    raw[60:90] = bytes(30)
    cut.write_bytes(raw)
    assert "damaged ZIP archive" in refused("lpp", cut)
    assert "the system" not in refused("lpp", tmp_path / "none.zip")
    monkeypatch.setattr(parts, "MOST_BYTES", 1000)
    assert "too large for an official distribution" in refused("lpp", path)
    monkeypatch.setattr(parts, "MOST_FILES", 2)
    monkeypatch.undo()


def test_a_bomb_is_not_unpacked(library_folder, tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("CIS_bdpm.txt", "w") as file:
        for _ in range(300):
            file.write(bytes(1024 * 1024))
    assert path.stat().st_size < 1024 * 1024
    assert "CIS_bdpm.txt: too large for an official distribution (allowed: 256 MB at most)" in refused(
        "bdpm",
        path,
        *(
            official.write_texts(
                tmp_path / "f", {name: text for name, text in official.BDPM.items() if name != "CIS_bdpm.txt"}
            ),
        ),
    )


def test_one_table_in_two_archives(library_folder, tmp_path: Path) -> None:
    folder = official.write_tables(tmp_path / "f", official.lpp_tables())
    other = official.write_tables(tmp_path / "g", official.lpp_tables())
    assert "two files hold the same table" in refused("lpp", folder, other)
    (other / "lpp_fiche_tot901.dbf").rename(folder / "lpp_fiche_tot902.dbf")
    assert "two files hold the same table" in refused("lpp", folder)


def test_a_refused_file_leaves_the_library_of_before(library_folder, tmp_path: Path) -> None:
    about = import_library("nabm", [official.write_tables(tmp_path / "1", official.nabm_tables())]).about
    tables = official.nabm_tables()
    tables["NABM_HISTO_TOT105"][1].append(tables["NABM_HISTO_TOT105"][1][0])
    refused("nabm", official.write_tables(tmp_path / "2", tables))
    library = installed("nabm")
    assert library
    assert library.about.digest == about.digest
    assert [path.name for path in library_folder.iterdir()] == ["nabm.sqlite"]


def test_a_folder_that_cannot_be_written_and_a_file_that_is_no_library(
    library_folder, tmp_path: Path, monkeypatch
) -> None:
    folder = official.write_tables(tmp_path / "f", official.nabm_tables())
    monkeypatch.setenv("PARCOURS_LIBRARY_DIR", str(folder / "NABM_FICHE_TOT105.dbf"))
    assert "cannot be written" in refused("nabm", folder)
    monkeypatch.setenv("PARCOURS_LIBRARY_DIR", str(library_folder))
    library_folder.mkdir()
    (library_folder / "nabm.sqlite").write_bytes(b"something else")
    with pytest.raises(LibraryError) as caught:
        installed("nabm")
    assert "import again: `parcours law import nabm …`" in caught.value.message["en"]


def test_a_nomenclature_or_a_grid_that_is_none(library_folder, tmp_path: Path) -> None:
    assert "allowed: ccam, lpp, nabm, bdpm, ngap" in refused("cim10", tmp_path)
    folder = official.write_tables(tmp_path / "f", official.ccam_tables())
    with pytest.raises(LibraryError) as caught:
        import_library("ccam", [folder], 0, {"secteur_1": 7})
    assert "--grid: this grid is not in R_PU_BASE (given: 7; allowed: 3, 4)" in caught.value.message["en"]
