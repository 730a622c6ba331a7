"""Files made to harm, and those that chance makes: refused in words, in time, in memory, and nothing is written."""

import os
import random
import time
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parcours.law.library import parts
from parcours.law.library.importing import import_library
from parcours.law.library.installed import entry, installed
from parcours.law.library.problems import LibraryError
from tests.support import official


def refused(name: str, *paths: Path) -> str:
    with pytest.raises(LibraryError) as caught:
        import_library(name, paths, 20261120)
    return caught.value.message["en"]


def test_a_million_lines_that_fold_into_one_are_refused_at_once(library_folder, tmp_path: Path) -> None:
    folder = official.write_texts(tmp_path / "f", official.BDPM)
    (folder / "CIS_CIP_bdpm.txt").write_text("60000001\t3000001\n" + "x\n" * 1_000_000, "cp1252")
    start = time.process_time()
    assert "CIS_CIP_bdpm.txt:1: this row has a wrong count of fields" in refused("bdpm", folder)
    assert time.process_time() - start < 10


def test_many_boxes_are_read(library_folder, tmp_path: Path) -> None:
    """Three times as many as there are."""
    line = official.BDPM["CIS_CIP_bdpm.txt"].splitlines()[0]
    text = "".join(line.replace("3400930000001", str(3400930000000 + place)) + "\n" for place in range(50_000))
    folder = official.write_texts(tmp_path / "f", {**official.BDPM, "CIS_CIP_bdpm.txt": text})
    assert import_library("bdpm", [folder], 20261120).about.codes == 50_000


@pytest.mark.parametrize(
    ("file", "before", "after"),
    [
        ("CIS_CIP_bdpm.txt", "1,16\t", "9" * 5000 + ",16\t"),
        ("CIS_CIP_bdpm.txt", "1,16\t", "1" + ",000" * 3000 + ",16\t"),
        ("CIS_CIP_bdpm.txt", "65%", "9" * 5000 + "%"),
        ("CIS_bdpm.txt", "DOLOR", "\x1b[2JDOLOR"),
        ("CIS_bdpm.txt", "DOLOR", "\0DOLOR"),
    ],
)
def test_a_value_made_to_harm_is_refused(library_folder, tmp_path: Path, file: str, before: str, after: str) -> None:
    texts = {**official.BDPM, file: official.BDPM[file].replace(before, after, 1)}
    message = refused("bdpm", official.write_texts(tmp_path / "f", texts))
    assert message.startswith(file)
    assert len(message) < 500


def test_a_label_of_many_numbers_is_a_label(library_folder, tmp_path: Path) -> None:
    text = official.BDPM["CIS_CIP_bdpm.txt"].replace("plaquette(s) de 16", "9 " * 5000, 1)
    import_library(
        "bdpm", [official.write_texts(tmp_path / "f", {**official.BDPM, "CIS_CIP_bdpm.txt": text})], 20261120
    )
    assert entry("bdpm", "3400930000001")


def test_what_a_terminal_obeys_is_not_kept(library_folder, tmp_path: Path) -> None:
    text = official.BDPM["CIS_bdpm.txt"].replace("DOLOR", "DO\u202eLOR\u009b31m\u2028")
    import_library(
        "bdpm", [official.write_texts(tmp_path / "f", {**official.BDPM, "CIS_bdpm.txt": text}, "utf-8")], 20261120
    )
    found = entry("bdpm", "3400930000001")
    assert found
    assert found.label.isprintable()


def test_a_number_too_long_of_the_ngap_and_of_a_table(library_folder, tmp_path: Path) -> None:
    text = official.NGAP.replace("3.00", "9" * 5000)
    assert "ngap.csv:2: amount" in refused("ngap", official.write_texts(tmp_path / "f", {"ngap.csv": text}, "utf-8"))
    tables = official.lpp_tables()
    columns, rows = tables["lpp_histo_tot901"]
    wide = tuple((name, kind, 255 if name == "TARIF" else size, places) for name, kind, size, places in columns)
    tables["lpp_histo_tot901"] = (wide, [(*row[:6], 10.0**200, *row[7:]) for row in rows])
    assert "lpp_histo_tot901.dbf:1: TARIF" in refused("lpp", official.write_tables(tmp_path / "g", tables))


def test_a_table_that_says_more_rows_than_any(library_folder, tmp_path: Path) -> None:
    folder = official.write_tables(tmp_path / "f", official.lpp_tables())
    path = folder / "lpp_fiche_tot901.dbf"
    raw = path.read_bytes()
    path.write_bytes(raw[:4] + (2**32 - 1).to_bytes(4, "little") + raw[8:])
    assert "count of rows (given: 4294967295)" in refused("lpp", folder)


def test_an_archive_that_lies_about_its_size_or_hides_a_path(library_folder, tmp_path: Path) -> None:
    folder = official.write_tables(tmp_path / "f", official.lpp_tables())
    path = tmp_path / "LPP901.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.iterdir()):
            archive.write(file, f"../../{file.name}")
    assert import_library("lpp", [path]).about.codes == 5
    assert not list(tmp_path.parent.glob("*.dbf"))
    raw = path.read_bytes()
    size = (folder / "lpp_comp_tot901.dbf").stat().st_size.to_bytes(4, "little")
    path.write_bytes(raw.replace(size, (40).to_bytes(4, "little")))
    assert "comp_tot901.dbf: " in refused("lpp", path)


def test_too_many_files_and_files_that_are_none(library_folder, tmp_path: Path, monkeypatch) -> None:
    folder = official.write_tables(tmp_path / "f", official.lpp_tables())
    os.mkfifo(tmp_path / "pipe")
    assert "neither a file nor a folder" in refused("lpp", tmp_path / "pipe")
    os.mkfifo(folder / "pipe")
    assert import_library("lpp", [folder]).about.codes == 5
    monkeypatch.setattr(parts, "MOST_FILES", 3)
    assert "too many files for an official distribution (allowed: 3 at most)" in refused("lpp", folder)


def test_a_library_that_was_damaged_is_said(library_folder, tmp_path: Path) -> None:
    import_library("nabm", [official.write_tables(tmp_path / "f", official.nabm_tables())])
    path = library_folder / "nabm.sqlite"
    raw = bytearray(path.read_bytes())
    for at in range(8192, len(raw)):
        raw[at] = 0xFF
    path.write_bytes(raw)
    with pytest.raises(LibraryError) as caught:
        entry("nabm", "1104")
    assert "is not a library of this version" in caught.value.message["en"]


def test_the_modes_of_a_folder_that_was_there_are_not_changed(library_folder, tmp_path: Path) -> None:
    library_folder.mkdir(mode=0o755)
    import_library("nabm", [official.write_tables(tmp_path / "f", official.nabm_tables())])
    assert library_folder.stat().st_mode & 0o777 == 0o755
    assert (library_folder / "nabm.sqlite").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("name", ["ccam", "lpp", "nabm", "bdpm", "ngap"])
def test_a_file_with_any_bytes_changed_is_read_or_refused_in_words(library_folder, tmp_path: Path, name: str) -> None:
    """Never a traceback, and never half a library: bytes cut, changed and put in, by chance."""
    folder = official.write_all(tmp_path)[name]
    files = {path: path.read_bytes() for path in sorted(folder.iterdir())}
    draw = random.Random(name)
    for _ in range(120):
        path = draw.choice(list(files))
        raw = bytearray(files[path])
        for _ in range(draw.randrange(1, 4)):
            at = draw.randrange(len(raw))
            change = draw.randrange(3)
            if change == 0:
                raw[at] = draw.randrange(256)
            elif change == 1:
                del raw[at : at + draw.randrange(1, 40)]
            else:
                raw[at:at] = bytes(draw.randrange(256) for _ in range(draw.randrange(1, 5)))
        path.write_bytes(raw)
        before = installed(name)
        with suppress(LibraryError):
            import_library(name, [folder], 20261120)
            before = installed(name)
        assert installed(name) is before
        path.write_bytes(files[path])


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=400))
def test_any_bytes_are_refused_in_words(library_folder, tmp_path: Path, raw: bytes) -> None:
    for file in ("R_ACTE.dbf", "lpp_fiche_tot1.dbf", "CIS_bdpm.txt", "ngap.csv", "CCAM08400_DBF_PART1.zip"):
        path = tmp_path / file
        path.write_bytes(raw)
        for name in ("ccam", "lpp", "bdpm", "ngap"):
            assert refused(name, path)
