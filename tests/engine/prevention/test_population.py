"""A population: the compiled loop gives what the calendar of one person gives, for everybody, and a million at once."""

import random
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from parcours.engine.errors import FactError
from parcours.engine.prevention.calendar import calendar
from parcours.engine.prevention.facts import read_person
from parcours.engine.prevention.population import due_list, names_of
from parcours.law.prevention.codes import DueState
from tests.support.pace import within

ON = date(2026, 11, 26)
SINGLE = ("sein", "colorectal", "mon_bilan_prevention")
SEVERAL = ("hexavalent", "hpv", "hpv_rattrapage", "col_uterus", "grippe")
BAR_SECONDS = 10


def drawn(number: int, seed: int, on: date = ON) -> dict[str, list[object]]:
    """Invented people, their edges over-represented: birthdays around the day asked, 29 February."""
    draw = random.Random(seed)
    columns: dict[str, list[object]] = {"id": [], "birth_date": [], "sex": [], "has_cervix": [], "immunosuppressed": []}
    columns |= {f"done.{name}": [] for name in (*SINGLE, *SEVERAL)}
    for index in range(number):
        birth = on - timedelta(days=draw.randrange(0, 36_000))
        edge = draw.random()
        if edge < 0.3:
            birth = date(on.year - draw.randrange(1, 95), on.month, min(on.day, 28)) + timedelta(
                days=draw.randrange(-1, 2)
            )
        elif edge < 0.4:
            birth = date(draw.randrange(1932, on.year, 4), 2, 29)
        columns["id"].append(f"p{index}")
        columns["birth_date"].append(birth)
        columns["sex"].append(draw.choice(("female", "male", "unknown", None)))
        columns["has_cervix"].append(draw.choice((None, None, True, False)))
        columns["immunosuppressed"].append(draw.random() < 0.2)
        for name in SINGLE:
            columns[f"done.{name}"].append(
                None if draw.random() < 0.6 else on - timedelta(days=draw.randrange(0, 1500))
            )
        for name in SEVERAL:
            count = draw.choice((0, 0, 1, 2, 3))
            acts = [birth + timedelta(days=draw.randrange(0, 12_000)) for _ in range(count)]
            columns[f"done.{name}"].append([one for one in acts if one <= on])
    return columns


def file_of(columns: dict[str, list[object]], path: Path) -> Path:
    """The same as a file."""
    types = {"birth_date": pa.date32(), **{f"done.{name}": pa.date32() for name in SINGLE},
             **{f"done.{name}": pa.list_(pa.date32()) for name in SEVERAL}}  # fmt: skip
    arrays = {name: pa.array(values, types.get(name)) for name, values in columns.items()}
    pq.write_table(pa.table(arrays), path)
    return path


@pytest.mark.parametrize("on", [ON, date(2025, 3, 31), date(2024, 2, 29)])
def test_the_loop_gives_what_the_calendar_of_one_person_gives(tmp_path: Path, on: date) -> None:
    columns = drawn(400, seed=on.toordinal(), on=on)
    source, output = file_of(columns, tmp_path / "people.parquet"), tmp_path / "due.parquet"
    every = tuple(DueState)
    assert due_list(source, output, on, every).people == 400
    found: dict[tuple[str, str], tuple[object, ...]] = {}
    for row in pq.read_table(output).to_pylist():
        found[row["id"], row["programme"]] = (row["state"], row["due_on"], row["question"])
    seen = 0
    for index in range(400):
        said = {name: columns[name][index] for name in ("birth_date", "sex", "has_cervix", "immunosuppressed")}
        done = [{"programme": name, "on": columns[f"done.{name}"][index]} for name in SINGLE]
        done += [{"programme": name, "on": one} for name in SEVERAL for one in columns[f"done.{name}"][index]]  # type: ignore[attr-defined]
        given = {name: value for name, value in said.items() if value is not None}
        person = read_person({**given, "done": [one for one in done if one["on"]]}, on)
        for item in calendar(person, on):
            if item.state is DueState.NOT_YET_LAW:
                continue
            waits = item.state in (DueState.DUE, DueState.OVERDUE, DueState.UPCOMING)
            day = item.since if waits else item.following if item.state is DueState.DONE else None
            expected = (item.state.name.lower(), day, item.question or None)
            assert found[f"p{index}", item.programme.id] == expected, (said, item.programme.id)
            seen += 1
    assert seen == len(found)


def test_a_million_people_in_less_than_ten_seconds(tmp_path: Path) -> None:
    start = date(1926, 1, 1)
    births = pa.array([start + timedelta(days=index * 37 % 36_800) for index in range(1_000_000)], pa.date32())
    sexes = pa.array(["female", "male"] * 500_000)
    last = pa.array(
        [ON - timedelta(days=index % 1500) if index % 3 else None for index in range(1_000_000)], pa.date32()
    )
    source = tmp_path / "million.parquet"
    pq.write_table(pa.table({"birth_date": births, "sex": sexes, "done.sein": last}), source)
    first = tmp_path / "first.parquet"
    pq.write_table(pa.table({"birth_date": births[:10]}), first)
    due_list(first, tmp_path / "small.parquet", ON)  # compiles
    found = []
    assert within(BAR_SECONDS, lambda: found.append(due_list(source, tmp_path / "due.parquet", ON)), rounds=1)
    assert found[0].people == 1_000_000
    assert found[0].rows > 1_000_000


@pytest.mark.parametrize(
    ("columns", "field"),
    [
        ({"sex": pa.array(["female"])}, "birth_date"),
        ({"birth_date": pa.array(["1970-01-01"])}, "birth_date"),
        ({"birth_date": pa.array([None], pa.date32())}, "birth_date"),
        ({"birth_date": pa.array([date(2027, 1, 1)])}, "birth_date"),
        ({"birth_date": pa.array([date(1970, 1, 1)]), "sex": pa.array(["x"])}, "sex"),
        ({"birth_date": pa.array([date(1970, 1, 1)]), "has_cervix": pa.array(["yes"])}, "has_cervix"),
        ({"birth_date": pa.array([date(1970, 1, 1)]), "nom": pa.array(["x"])}, "nom"),
        ({"birth_date": pa.array([date(1970, 1, 1)]), "done.sain": pa.array([date(2020, 1, 1)])}, "done.sain"),
        ({"birth_date": pa.array([date(1970, 1, 1)]), "done.sein": pa.array(["x"])}, "done.sein"),
    ],
)
def test_a_wrong_column_is_named_and_nothing_is_half_written(
    tmp_path: Path, columns: dict[str, pa.Array], field: str
) -> None:
    source = tmp_path / "people.parquet"
    pq.write_table(pa.table(columns), source)
    with pytest.raises(FactError) as refused:
        due_list(source, tmp_path / "due.parquet", ON)
    assert refused.value.field == field
    assert sorted(path.name for path in tmp_path.iterdir()) == ["people.parquet"]


def test_what_is_no_parquet_is_said(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("x")
    with pytest.raises(FactError):
        due_list(tmp_path / "x", tmp_path / "due.parquet", ON)
    with pytest.raises(FactError):
        names_of(["late"])
