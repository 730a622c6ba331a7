"""At every date on which something changes, the day before and the day after, a library says what its file says.

What the file says is read here row by row, without the importer.
"""

import csv
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parcours.engine.bill import on_day
from parcours.lab.nomenclatures import write_dbf, write_nomenclature
from parcours.law.bill.book import on as value_on
from parcours.law.library.content import on
from parcours.law.library.dbf import CENTS, DAY, RATE, RAW, WHOLE, WORD, scaled, table_of
from parcours.law.library.importing import import_library
from parcours.law.library.installed import installed
from parcours.law.library.parts import parts_of

SEEDS = [0, 1, 2]


def rows_of(path: Path) -> list[dict[str, str]]:
    """The rows of a DBF, as its header describes them: twelve lines that owe nothing to the importer."""
    raw = path.read_bytes()
    count, start, width = (int.from_bytes(raw[at : at + size], "little") for at, size in ((4, 4), (8, 2), (10, 2)))
    names = [(raw[at : at + 11].split(b"\0")[0].decode(), raw[at + 16]) for at in range(32, start - 1, 32)]
    rows = []
    for place in range(count):
        at, row = start + place * width + 1, {}
        for name, size in names:
            text = raw[at : at + size].decode("cp850")
            row[name] = text if name.startswith("NOM_LONG") else text.strip()
            at += size
        rows.append(row)
    return rows


def edges(days: Iterable[str]) -> list[int]:
    """Each day, the day before and the day after."""
    known = {date.fromisoformat(day) for day in days if day}
    near = {day + timedelta(days=shift) for day in known for shift in (-1, 0, 1)}
    return sorted(day.year * 10_000 + day.month * 100 + day.day for day in near)


def cents(text: str) -> int:
    return round(float(text) * 100) if text else -1


@pytest.fixture
def entries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("PARCOURS_LIBRARY_DIR", str(tmp_path / "library"))

    def imported(name: str, seed: int, codes: int) -> tuple[Path, dict[str, Any]]:
        folder = tmp_path / name
        write_nomenclature(name, folder, codes, seed)
        import_library(name, [folder], 20261120)
        library = installed(name)
        assert library
        return folder, {entry.code: entry for entry in library.entries()}

    return imported


def newest(rows: list[dict[str, str]], column: str, day: int) -> dict[str, str] | None:
    before = [row for row in rows if int(row[column]) <= day]
    return max(before, key=lambda row: row[column], default=None)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_act(entries, seed: int) -> None:
    folder, found = entries("ccam", seed, 60)
    acts, activities, phases, prices, allowed = (
        rows_of(folder / f"{name}.dbf")
        for name in ("R_ACTE", "R_ACTE_IVITE", "R_ACTE_IVITE_PHASE", "R_PU_BASE", "R_ACTIVITE_MODIFICATEUR")
    )
    assert {row["COD_ACTE"] for row in acts} == set(found)
    days = edges({*(row["DT_MODIF"] for row in acts + phases), *(row["DT_FIN"] for row in acts)})
    checked = 0
    for code, entry in found.items():
        own = [row for row in acts if row["COD_ACTE"] == code]
        assert entry.label == " ".join((own[-1]["NOM_LONG"] + own[-1]["NOM_LONG0"] + own[-1]["NOM_LONG1"]).split())
        below = [row for row in activities if row["ACTE_COD"] == code]
        steps = [row for row in phases if row["AA_COD"].startswith(code)]
        paid = [row for row in prices if row["AAP_COD"].startswith(code)]
        letters = [row for row in allowed if row["AA_CODE"].startswith(code)]
        assert entry.last == int(own[-1]["DT_FIN"] or 0)
        for day in days:
            act = newest(own, "DT_MODIF", day)
            under = [row for row in below if act and row["ACDT_MODIF"] == act["DT_MODIF"]]
            expected: dict[str, Any] = {}
            for activity in {row["ACTIV_COD"] for row in under}:
                held = newest([row for row in under if row["ACTIV_COD"] == activity], "DT_MODIF", day)
                if held:
                    may = "".join(
                        sorted(
                            row["MODIFI_COD"]
                            for row in letters
                            if (row["AA_CODE"], row["AADT_MODIF"]) == (held["COD_AA"], held["DT_MODIF"])
                        )
                    )
                    expected[activity] = (held["REGROU_COD"], may)
                    there = [
                        row for row in steps if (row["AA_COD"], row["AADT_MODIF"]) == (held["COD_AA"], held["DT_MODIF"])
                    ]
                    phase = newest(there, "DT_MODIF", day)
                    by_grid: dict[str, int] = {}
                    for row in sorted(paid, key=lambda row: row["APDT_MODIF"]):
                        if phase and row["AAP_COD"] == phase["COD_AAP"] and int(row["APDT_MODIF"]) <= day:
                            by_grid[row["GRILLE_COD"]] = cents(row["PU_BASE"])
                    if phase:
                        assert on_day.prices(entry, activity, "0", day) == by_grid, (code, activity, day)
                        checked += len(by_grid)
            assert on_day.activities(entry, day) == expected, (code, day)
    assert checked > 10_000


@pytest.mark.parametrize("seed", SEEDS)
def test_every_device(entries, seed: int) -> None:
    folder, found = entries("lpp", seed, 80)
    history = rows_of(folder / "lpp_histo_tot901.dbf")
    days = edges({row[name] for row in history for name in ("DEBUTVALID", "FINHISTO")})
    for code, entry in found.items():
        series = on_day.device_series(entry)
        for day in days:
            rows = [
                row
                for row in history
                if row["CODE_TIPS"].zfill(7) == code and int(row["DEBUTVALID"]) <= day <= int(row["FINHISTO"] or day)
            ]
            expected = [(cents(row["TARIF"]) or -1, cents(row["PUREGLEMEN"]) or -1) for row in rows] or [(-1, -1)]
            assert [tuple(value_on(one, day) for one in series)] == expected, (code, day)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_analysis(entries, seed: int) -> None:
    folder, found = entries("nabm", seed, 80)
    history = rows_of(folder / "NABM_HISTO_TOT105.dbf")
    days = edges(row["DATE_EFFET"] for row in history)
    for code, entry in found.items():
        own = [row for row in history if row["CODE_NABM"].zfill(4) == code]
        for day in days:
            row, value = newest(own, "DATE_EFFET", day), on(entry.record["values"], day)
            expected = (
                [[row[f"LC{at}"], cents(row[f"COEF{at}"])] for at in range(1, 6) if row[f"LC{at}"]] if row else None
            )
            assert (value and value[3]) == expected, (code, day)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_box_and_key(entries, seed: int) -> None:
    folder, found = entries("bdpm", seed, 150)
    lines = (folder / "CIS_CIP_bdpm.txt").read_bytes().decode("cp1252").splitlines()
    assert len(lines) == len(found) == 150
    for line in lines:
        fields = line.split("\t")
        state = on(found[fields[6]].record["states"], 20261120)
        price, fee = (int(text.replace(",", "") or -1) for text in (fields[9], fields[11]))
        rates = sorted({int(rate.strip(" %")) for rate in fields[8].split(";") if rate})
        assert (state["price"], state["fee"], state["rates"]) == (price, fee, rates), line
        assert on(found[fields[6]].record["states"], 20261119) is None
    folder, found = entries("ngap", seed, 40)
    amounts = defaultdict(list)
    with (folder / "ngap.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file, delimiter=";"):
            amounts[row["key"]].append((int(row["from"].replace("-", "")), cents(row["amount"])))
    for key, series in amounts.items():
        for day in edges(str(first) for first, _ in series):
            expected = max((pair for pair in series if pair[0] <= day), default=(0, -1))[1]
            assert value_on(on_day.letter_series(found[key])[0], day) == expected


# --- a table of any columns and values is read as it was written ---

VALUES = {
    "C": (st.text("ABCZ019", max_size=8), WORD),
    "D": (st.dates(date(1950, 1, 1), date(2999, 12, 31)).map(lambda day: int(f"{day:%Y%m%d}")) | st.none(), DAY),
    "N": (st.integers(0, 9_999_999) | st.none(), WHOLE),
}


@settings(max_examples=60)
@given(st.data())
def test_a_table_is_read_as_it_was_written(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    kinds = data.draw(st.lists(st.sampled_from("CDN"), min_size=1, max_size=6))
    columns = [(f"C{place}", kind, 8, 0) for place, kind in enumerate(kinds)]
    rows = data.draw(st.lists(st.tuples(*(VALUES[kind][0] for kind in kinds)), max_size=12))
    folder = tmp_path_factory.mktemp("dbf")
    write_dbf(folder / "t.dbf", columns, rows)
    order = data.draw(st.permutations(range(len(kinds))))
    table = table_of(parts_of([folder])["T.DBF"])
    blank = {"C": "", "D": 0, "N": -1}
    expected = [
        (number, *(blank[kinds[place]] if row[place] is None else row[place] for place in order))
        for number, row in enumerate(rows, start=1)
    ]
    assert list(table.read(**{f"C{place}": VALUES[kinds[place]][1] for place in order})) == expected


@given(st.decimals(0, 99_999, places=4))
def test_a_number_keeps_its_decimals_or_is_refused(value) -> None:
    written = str(value).encode()
    assert scaled(written.rjust(12), 4) == int(value * 10_000)
    assert RATE.read(written) == int(value * 10_000)
    if value * 100 == int(value * 100):
        assert CENTS.read(written) == int(value * 100)
    else:
        with pytest.raises(ValueError, match=r"^$"):
            CENTS.read(written)


@given(st.binary(max_size=20))
def test_no_value_is_read_as_another(raw: bytes) -> None:
    """Whatever the bytes: a value of the column, blank, or refused; what is read is what is written."""
    for kind in (CENTS, RATE, WHOLE, DAY, WORD, RAW):
        try:
            value = kind.read(raw)
        except ValueError:
            continue
        if kind is WHOLE and value >= 0:
            assert int(raw.strip().split(b".")[0] or b"0") == value
        if kind is DAY and value:
            assert str(value).encode() == raw.strip()
