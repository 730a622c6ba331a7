"""The loader refuses wrong law data with the file, the key and the date; the law on a day; the cache."""

import ast
import marshal
import os
import pickle
import shutil
from collections.abc import Callable
from datetime import date
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from parcours.law.bill import reader
from parcours.law.book import FIELDS, MAY_BE_UNKNOWN, NEXT_NUMBER, LawBook
from parcours.law.cache import SHAPING, flat_law, kept_law, own_folder, read_cache, write_cache
from parcours.law.days import FOLDER, LawDataError, digest_of, iso, number_of
from parcours.law.flat import FlatLaw
from parcours.law.loader import load, parsed
from parcours.law.record import LawRecord
from parcours.law.shelf import SHAPING_BOOK, kept_book

Change = Callable[[str], str]
BOOK = load()


def broken(folder: Path, file: str, change: Change) -> LawDataError:
    """The error of a copy of the data in which one file is changed."""
    copy = folder / "law"
    shutil.copytree(FOLDER, copy, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    path = copy / file
    text = path.read_text("utf-8")
    changed = change(text)
    assert changed != text, "the change changes nothing"
    path.write_text(changed, "utf-8")
    with pytest.raises(LawDataError) as caught:
        load(copy).records()
    return caught.value


def swap(before: str, after: str) -> Change:
    return lambda text: text.replace(before, after, 1)


MAJORATION = "parameters/majoration.yaml"
RATE = "from: 2007-09-01, value: 20"
CONSULTATIONS = "tariffs/consultations/generaliste.yaml"
PSYCHIATRISTS = "tariffs/consultations/psychiatres.yaml"
ACTS = "tariffs/acts/medecin/avis_de_consultant.yaml"
ARTICLES = "articles/parcours.yaml"


@pytest.mark.parametrize(
    ("file", "change", "key", "words"),
    [
        (
            MAJORATION,
            swap(RATE, "from: 2005-09-01, value: 20"),
            "majoration.taux",
            ["2005-09-01", "2006-01-01", "ascend"],
        ),
        (MAJORATION, swap(RATE, "from: 2006-01-01, value: 20"), "majoration.taux", ["2006-01-01", "ascend"]),
        (MAJORATION, swap("unit: percent", "unit: points"), "majoration.taux", ["unit", "points", "percent"]),
        (MAJORATION, swap("CSS-L160-13", "CSS-L999"), "majoration.taux", ["CSS-L999", "reference"]),
        (
            MAJORATION,
            swap("references: [CSS-L160-13, CSS-R160-6, UNCAM-2005, UNCAM-2007, UNCAM-2009]", "references: []"),
            "majoration.taux",
            ["references"],
        ),
        (MAJORATION, swap("sources: [UNCAM-2007], ", ""), "majoration.taux", ["2007-09-01", "source"]),
        (
            MAJORATION,
            swap("sources: [UNCAM-2007]", "sources: [HEARSAY]"),
            "majoration.taux: 2007-09-01",
            ["HEARSAY", "source"],
        ),
        (MAJORATION, swap(RATE, "from: 2007-09-01, value: 20.005"), "majoration.taux", ["20.005"]),
        (MAJORATION, swap(RATE, "from: 2007-09-01, value: -20"), "majoration.taux", ["negative"]),
        (MAJORATION, swap(RATE, "from: soon, value: 20"), "majoration.taux", ["soon", "date"]),
        (MAJORATION, swap(RATE, "from: 2007-09-01"), "majoration.taux", ["2007-09-01", "no value"]),
        (MAJORATION, swap("confidence: A", "confidence: Z"), "majoration.taux", ["2006-01-01", "Z"]),
        (MAJORATION, swap("verified_on: 2026-11-22", "verified_on: once"), "majoration.taux", ["verified_on"]),
        (MAJORATION, swap('fr: "Majoration du', 'de: "Majoration du'), "majoration.taux", ["label", "fr"]),
        (MAJORATION, swap("majoration.taux:", "taux.medecin:"), "taux.medecin", ["majoration.yaml"]),
        (MAJORATION, swap("values:", "values: ["), "file", ["YAML"]),
        (MAJORATION, lambda _: "- a list\n", "file", ["mapping"]),
        (MAJORATION, lambda _: "\n", "file", ["empty"]),
        (CONSULTATIONS, swap("generaliste_moins_6:", "gp_moins_6:"), "gp_moins_6", ["profile"]),
        (
            CONSULTATIONS,
            swap(
                "{from: 2017-05-01, value: 28.00, sources: [EGORA]",
                "{from: 2017-05-01, value: 28.00, sources: [NOBODY]",
            ),
            "generaliste: 2017-05-01",
            ["NOBODY"],
        ),
        (CONSULTATIONS, swap("  secteur_2:", "  sector_2:"), "generaliste.secteur_2", ["values"]),
        (ACTS, swap("kind: consultation", "kind: chat"), "APC", ["chat", "consultation"]),
        (ACTS, swap("  verified_on: 2026-11-22\n", ""), "APC", ["verified_on"]),
        (ACTS, swap("references: [NGAP-18, ", "references: [NGAP-99, "), "APC", ["NGAP-99", "reference"]),
        (PSYCHIATRISTS, swap("like: psychiatre}", "like: psychologist}"), "psychiatre_moins_25", ["psychologist"]),
        (
            PSYCHIATRISTS,
            swap("secteur_2: {like: psychiatre}", "secteur_2: {like: sans_coordination}"),
            "psychiatre_moins_25",
            ["like"],
        ),
        ("specialties.yaml", swap("profile: generaliste", "profile: healer"), "1", ["healer"]),
        ("acces_direct.yaml", swap("specialties: [15]", "specialties: [98]"), "ophtalmologie", ["98", "specialty"]),
        ("acces_direct.yaml", swap("glaucome", "cataracte"), "ophtalmologie", ["CATARACTE", "purpose"]),
        ("readings.yaml", swap("default: texte", "default: juste"), "plafond_majoration", ["juste", "option"]),
        (
            "readings.yaml",
            swap("psychiatrie_25_ans:", "psychiatrie_26_ans:"),
            "parcours.psychiatrie_age_max",
            ["psychiatrie_25_ans", "readings.yaml"],
        ),
        (
            MAJORATION,
            swap("[D-2005-1368, ASH-2431]", "[R160-6]"),
            "majoration.taux",
            ["did you mean CSS-R160-6"],
        ),
        (ARTICLES, swap("LEGIARTI000031796275", "LEGIARTI31796275"), "CSS-R160-6", ["LEGIARTI31796275"]),
        (ARTICLES, swap("sha256: 849b", "sha256: zzzz"), "CSS-R160-6", ["sha256", "zzzz"]),
        ("articles/autres_codes.yaml", swap("seen: not_seen", "seen: maybe"), "CSP-L1111-3", ["seen", "maybe"]),
        (ARTICLES, swap("from: 2016-01-01", "from: soon"), "CSS-R160-6", ["from", "soon"]),
        (ARTICLES, swap("CSS-R160-6:", "XYZ-R160-6:"), "XYZ-R160-6", ["codes.yaml", "CSS"]),
        (ARTICLES, swap("status.away]", "status.afar]"), "CSS-L162-5-3", ["afar", "case"]),
        ("codes.yaml", swap('status:\n  "T":', 'status:\n  "Q":'), "status", ["T"]),
    ],
)
def test_wrong_data_is_refused_with_its_file_its_key_and_its_date(
    tmp_path: Path, file: str, change: Change, key: str, words: list[str]
) -> None:
    error = broken(tmp_path, file, change)
    assert error.key.startswith(key)
    if not (key == "parcours.psychiatrie_age_max" or "taux.medecin" in key):
        assert error.file == file
    for word in words:
        assert word in str(error)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    copy = tmp_path / "law"
    shutil.copytree(FOLDER, copy, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    (copy / "readings.yaml").unlink()
    with pytest.raises(LawDataError, match=r"readings\.yaml"):
        load(copy)


def test_data_that_is_not_utf_8_is_named(tmp_path: Path) -> None:
    copy = tmp_path / "law"
    shutil.copytree(FOLDER, copy, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    (copy / "gaps.yaml").write_bytes(b"caf\xe9: 1\n")
    with pytest.raises(LawDataError, match=r"gaps\.yaml"):
        load(copy)


# --- the law on a day -----------------------------------------------------------------------------------------------


def test_the_law_changes_on_its_day_and_not_before() -> None:
    assert BOOK.on(date(2024, 5, 14)).participation_montant == 1_00
    assert BOOK.on(20240515).participation_montant == 2_00


def test_a_day_before_the_law_is_an_error_that_says_the_first_day() -> None:
    with pytest.raises(LawDataError, match=r"2005-12-31.*2006-01-01"):
        BOOK.on(date(2005, 12, 31))
    assert BOOK.on(20060101).majoration_taux == 10_00


def test_an_unknown_reading_is_an_error() -> None:
    with pytest.raises(LawDataError, match="plafond_majoration"):
        BOOK.on(20250601, {"nope": "x"})
    with pytest.raises(LawDataError, match="texte"):
        BOOK.on(20250601, {"plafond_majoration": "x"})


def test_a_reading_may_change_the_law_itself() -> None:
    assert BOOK.on(20260410).acte_lourd_forfait == 32_00
    assert BOOK.on(20260410, {"acte_lourd_32": "2026-04-22"}).acte_lourd_forfait == 24_00
    assert BOOK.on(20260410, {"acte_lourd_32": "2026-04-01"}).acte_lourd_forfait == 32_00


@pytest.mark.parametrize("name", sorted(FIELDS))
def test_each_field_of_the_record_is_its_parameter_on_every_day_of_change(name: str) -> None:
    series = BOOK.parameters[BOOK.fields[name]].default
    for day in BOOK.eras():
        assert getattr(BOOK.on(day), name) == series.on(day)
        if name not in MAY_BE_UNKNOWN:
            assert getattr(BOOK.on(day), name) >= 0


def test_the_record_has_no_field_without_a_source() -> None:
    scalars = {name for name, kind in LawRecord.__annotations__.items() if kind is int} - {"first_day"}
    assert scalars == {*FIELDS, *NEXT_NUMBER}


@pytest.mark.parametrize(
    ("day", "following"), [(20240514, (25, 20250101)), (20241231, (25, 20250101)), (20250101, (-1, 0))]
)
def test_the_next_yearly_number_is_known_before_its_day(day: int, following: tuple[int, int]) -> None:
    assert tuple(getattr(BOOK.on(day), name) for name in NEXT_NUMBER) == following


def test_eras_start_where_something_changes() -> None:
    rows = BOOK.records().rows
    assert [row.first_day for row in rows] == BOOK.eras()
    for before, after in pairwise(rows):
        assert before._replace(first_day=0) != after._replace(first_day=0)


def test_everything_was_verified_on_a_day() -> None:
    assert BOOK.verified_on >= date(2026, 11, 1)


# --- the flat law and its cache -------------------------------------------------------------------------------------


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    kept_law.cache_clear()
    yield tmp_path / "parcours"
    kept_law.cache_clear()


def same(one: FlatLaw, book: LawBook) -> bool:
    return one.default == book.records() and one.digest == book.digest


def test_the_flat_law_is_kept_and_read_again(cache: Path) -> None:
    assert same(flat_law(), BOOK)
    (kept,) = cache.iterdir()
    content = kept.read_bytes()
    kept_law.cache_clear()
    assert same(flat_law(), BOOK)
    assert kept.read_bytes() == content


@pytest.mark.parametrize("garbage", [b"", b"garbage", b"\xf3\x01"])
def test_a_broken_cache_is_made_again(cache: Path, garbage: bytes) -> None:
    flat_law()
    (kept,) = cache.iterdir()
    kept.write_bytes(garbage)
    kept_law.cache_clear()
    assert same(flat_law(), BOOK)
    assert len(kept.read_bytes()) > 1000


def test_one_number_changed_in_the_cache_is_seen(cache: Path) -> None:
    """It would change the euros under a receipt that names the right digest."""
    flat_law()
    (kept,) = cache.iterdir()
    content = list(marshal.loads(kept.read_bytes()))
    content[0][0] = (content[0][0][0], content[0][0][1] + 1, *content[0][0][2:])
    kept.write_bytes(marshal.dumps(tuple(content)) + kept.read_bytes()[-32:])
    kept_law.cache_clear()
    assert same(flat_law(), BOOK)


def test_the_cache_is_closed_to_others_and_what_is_another_users_is_not_believed(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.mkdir(mode=0o755)
    flat_law()
    assert cache.stat().st_mode & 0o777 == 0o700
    (kept,) = cache.iterdir()
    monkeypatch.setattr("os.getuid", lambda: kept.stat().st_uid + 1)
    with pytest.raises(PermissionError):
        read_cache(kept)
    with pytest.raises(PermissionError):
        own_folder(cache / "kernel")


def test_a_cache_that_cannot_be_written_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    monkeypatch.setenv("XDG_CACHE_HOME", str(blocked))
    kept_law.cache_clear()
    assert same(flat_law(), BOOK)
    kept_law.cache_clear()


def test_the_cache_is_keyed_by_all_the_code_that_shapes_it() -> None:
    """What the loader imports of the law; the checks and the articles shape no record, but a book."""
    seen, left = set(), ["loader"]
    while left:
        name = left.pop()
        seen.add(name)
        tree = ast.parse((FOLDER / f"{name}.py").read_text("utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module == "parcours.law":
                left += [alias.name for alias in node.names if alias.name not in seen]
            elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("parcours.law."):
                left += [name for name in [str(node.module).rsplit(".", 1)[1]] if name not in seen]
    shaping = {name.removesuffix(".py") for name in SHAPING}
    assert seen - {"cache", "problems", "reform"} == shaping | {"checks", "texts", "shelf"}
    assert {name.removesuffix(".py") for name in SHAPING_BOOK} == shaping | {"checks", "texts", "shelf", "../text"}


def test_a_kept_book_is_the_book_and_nothing_else_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    digest = digest_of(FOLDER)
    build = partial(parsed, FOLDER, digest)
    assert kept_book(digest, build) == BOOK  # built and kept
    assert kept_book(digest, never) == BOOK  # read
    [path] = (tmp_path / "parcours").glob("book-*.kept")
    foreign = pickle.dumps(os.getcwd)
    write_cache(path, foreign)
    assert kept_book(digest, build) == BOOK  # another class is not read: built again
    assert read_cache(path) != foreign
    path.write_bytes(path.read_bytes()[:-1])
    assert kept_book(digest, build) == BOOK  # cut: built again


def never() -> LawBook:
    """Nothing is parsed where a book was kept."""
    raise AssertionError("parsed again")


def test_a_day_is_a_number() -> None:
    assert number_of(date(2025, 6, 1)) == 20250601
    assert iso(20250601) == "2025-06-01"


@pytest.mark.parametrize(
    ("file", "change", "says"),
    [
        ("tariffs/infirmier_actes.yaml", swap("&bsi [BSA,", "&bsi [BSQ,"), "BSQ"),
        ("tariffs/medecin.yaml", swap("_by: [pneumologie]", "_by: [poumon]"), "poumon"),
        ("notes.yaml", swap("teeth:\n", "teeth:\n  odd: {impossible: true, references: [x], fr: x, en: x}\n"), "ages"),
    ],
)  # fmt: skip
def test_a_name_that_nobody_knows_is_refused_in_the_law_of_bills(tmp_path, monkeypatch, file, change, says):
    copy = tmp_path / "bill"
    shutil.copytree(reader.FOLDER, copy, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    text = (copy / file).read_text("utf-8")
    assert change(text) != text, "the change changes nothing"
    (copy / file).write_text(change(text), "utf-8")
    monkeypatch.setattr(reader, "FOLDER", copy)
    with pytest.raises(LawDataError, match=says):
        reader.read_folder()
