"""Interpreted = compiled under hypotheses too: each person's year, every sum, for each switch and all of them."""

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from parcours.engine.batch.chunk import Run, settle_rows
from parcours.engine.batch.layout import AMOUNT_RESULTS
from parcours.engine.batch.people import encoded_people
from parcours.engine.batch.supposed import MONEY, PLACE, SupposedLaw, settle_people
from parcours.engine.case import settle
from parcours.engine.errors import FactError
from parcours.engine.facts.readings import encode_readings
from parcours.engine.facts.vocabulary import BY_NAME
from parcours.lab.sides import UNREAD_BEARING, UNREAD_OTHERS, UNSUPPOSED_BEARING, UNSUPPOSED_OTHERS
from parcours.law.codes import UNKNOWN
from parcours.law.flat import Records
from parcours.rules.hypotheses import NEUTRAL, Hypotheses
from tests.equivalence.acts import random_acts
from tests.equivalence.one_by_one import comparable
from tests.equivalence.year_by_act import encoded_year, settle_year

ACTS = 2_500
ON = Hypotheses(1, 1, 95_00, 1, 450_00, 0, 50_00, 1, 1, 1, 1, 1, 0b1111_1111_0000, (1 << 40) - 1)

NOT_REACHED = {"none", "plafond_transport_distinct"}
"""These patients reach no yearly cap by journeys: `tests/rules` has that."""


@pytest.fixture(scope="module")
def acts() -> pa.Table:
    table = random_acts(ACTS, 7)
    table = table.drop_columns([name for name in ("ips", "status") if name in table.column_names])
    table = comparable(table).sort_by("patient_id")
    return table.filter(pa.array([settleable(row) for row in facts_of(table)]))


def facts_of(table: pa.Table) -> list[dict[str, Any]]:
    return [{k: v for k, v in row.items() if k in BY_NAME and v is not None} for row in table.to_pylist()]


def settleable(facts: dict[str, Any]) -> bool:
    try:
        settle(facts)
    except FactError:
        return False
    return True


@pytest.fixture(scope="module")
def people(acts: pa.Table) -> tuple[np.ndarray, list[str]]:
    ids, person = np.unique(acts["patient_id"].to_numpy(zero_copy_only=False).astype(str), return_inverse=True)
    return person.astype(np.int64), list(ids)


def switches() -> dict[str, Hypotheses]:
    alone = {name: NEUTRAL._replace(**{name: value}) for name, value in ON._asdict().items()}
    return {**alone, "ticket_moderateur_zero": NEUTRAL._replace(ticket_moderateur_zero=1), "all": ON, "none": NEUTRAL}


def test_every_switch_is_the_same_compiled_and_interpreted(
    acts: pa.Table, people: tuple[np.ndarray, list[str]]
) -> None:
    person, ids = people
    encoded = encoded_people(acts, person, len(ids), Run.of())
    years = [encoded_year(facts_of(acts.filter(pa.array(person == place)))) for place in range(len(ids))]
    records = Run.of().records
    neutral = settle_people(encoded, SupposedLaw(records))
    for name, hypotheses in switches().items():
        law = SupposedLaw(records, encode_readings({}), hypotheses)
        totals = settle_people(encoded, law)
        for place, year in enumerate(years):
            outcomes = [one.outcome for one in settle_year(year, law)]
            for column in MONEY:
                expected = sum(getattr(outcome, column) for outcome in outcomes)
                assert totals[PLACE[column], place] == expected, (name, ids[place], column)
        assert (totals == neutral).all() == (name in NOT_REACHED), name


def test_without_hypotheses_the_sums_are_those_of_a_file(acts: pa.Table, people: tuple[np.ndarray, list[str]]) -> None:
    person, ids = people
    run = Run.of()
    totals = settle_people(encoded_people(acts, person, len(ids), run), SupposedLaw(run.records))
    settled = settle_rows(acts, run)
    rows = settled.rows if settled.rows is not None else np.arange(len(acts))
    for name in (
        "amo",
        "amc",
        "patient",
        "majoration",
        "franchise",
        "participation_forfaitaire",
        "advance",
        "deferred",
    ):
        assert totals[PLACE[name]].sum() == settled.amounts[AMOUNT_RESULTS.index(name), rows].sum(dtype=np.int64), name


@pytest.mark.parametrize("hypotheses", [NEUTRAL, ON._replace(annual_ceiling_rac_amo=UNKNOWN, franchise_dispositif=0)])
def test_two_sides_are_the_whole_and_none_reads_what_it_is_said_not_to(
    acts: pa.Table, people: tuple[np.ndarray, list[str]], hypotheses: Hypotheses
) -> None:
    person, ids = people
    encoded, records = encoded_people(acts, person, len(ids), Run.of()), Run.of().records
    settled = []
    read_by = ((UNREAD_BEARING, UNSUPPOSED_BEARING), (UNREAD_OTHERS, UNSUPPOSED_OTHERS))
    for side, (unread, unsupposed) in zip(encoded.sides(), read_by, strict=True):
        moved = [row._replace(**{name: more(getattr(row, name)) for name in unread}) for row in records.rows]
        other = Records(records.first_days, moved)
        settled.append(settle_people(side, SupposedLaw(records, hypotheses=hypotheses)))
        fewer = hypotheses._replace(**{name: getattr(NEUTRAL, name) for name in unsupposed})
        assert (settle_people(side, SupposedLaw(other, hypotheses=fewer)) == settled[-1]).all()
        assert settled[-1].any()
    whole = settle_people(encoded, SupposedLaw(records, hypotheses=hypotheses))
    assert (settled[0] + settled[1] == whole).all()


def more(value: Any) -> Any:
    return tuple(number + 7_00 for number in value) if isinstance(value, tuple) else value + 7_00
