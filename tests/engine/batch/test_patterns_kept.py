"""Patterns that one table met serve the next of the process, and answers do not depend on what was met before."""

from typing import ClassVar

import pyarrow as pa

import parcours
from parcours.engine.batch.patterns import BOOKS, CODED, MOST_KEPT, PASSING, STAND_INS, book_of
from parcours.engine.batch.reading import read_numbers
from parcours.engine.errors import FactError
from parcours.engine.facts.encoding import encode_values, read, said
from parcours.engine.facts.vocabulary import BY_NAME
from parcours.law.cache import flat_law
from tests.equivalence.acts import random_acts

ACTS = {
    "care_date": ["2025-06-01", "2025-06-02"], "fee": ["30.00", "60.00"], "age": [40, 40],
    "specialty": ["generaliste", "dermatologie"], "convention": ["secteur_1", "secteur_2"],
    "medecin_traitant": [True, True], "role": ["autre", "autre"], "referral": ["none", "none"],
}  # fmt: skip
OTHER_ORDER = dict(reversed(ACTS.items()))
OTHER_FACTS = {name: values for name, values in ACTS.items() if name != "convention"} | {
    "convention": ["secteur_2", "secteur_1"], "urgent": [True, False],
}  # fmt: skip


def amounts(facts):
    found = parcours.settle(pa.table(facts))
    return [found[name].to_pylist() for name in ("amo", "amc", "patient", "error")]


def test_what_was_met_before_changes_no_answer():
    tables = (ACTS, OTHER_ORDER, OTHER_FACTS)
    alone = []
    for facts in tables:
        BOOKS.clear()
        alone.append(amounts(facts))
    BOOKS.clear()
    assert [amounts(facts) for facts in tables] == alone
    assert [amounts(facts) for facts in reversed(tables)] == alone[::-1]


def test_the_same_law_has_the_same_book_until_it_is_large():
    book = book_of(flat_law())
    assert book_of(flat_law()) is book
    book.rows.extend([[]] * (MOST_KEPT + 1))
    try:
        assert book_of(flat_law()) is not book
    finally:
        BOOKS.clear()


def test_a_reform_has_its_own():
    ordinary = amounts(ACTS)
    reform = parcours.law(reform={"majoration.taux": "10 %"})
    tried = parcours.settle(pa.table(ACTS), law=reform)
    assert tried["amo"].to_pylist() != ordinary[0]
    assert amounts(ACTS) == ordinary


class Noted(dict):
    """Facts that note which of them are asked for."""

    asked: ClassVar[set[str]] = set()

    def get(self, name, default=None):
        self.asked.add(name)
        return super().get(name, default)

    def __getitem__(self, name):
        self.asked.add(name)
        return super().__getitem__(name)

    def __contains__(self, name):
        self.asked.add(name)
        return super().__contains__(name)


def test_encoding_asks_for_no_fact_that_it_only_passes_on():
    law = flat_law()
    for row in random_acts(2000, 1).to_pylist():
        told = {name: row[name] for name in CODED if name in row and said(name, row[name])}
        try:
            encode_values(Noted(STAND_INS | {name: read(BY_NAME[name], one, law) for name, one in told.items()}), law)
        except FactError:
            continue
    assert {"profession", "c2s", "role"} <= Noted.asked
    assert not Noted.asked & {*PASSING} - {"contract"}, "of a contract only whether one is said"


def test_days_are_read_at_once_as_one_by_one():
    days = pa.array([None, 1, 0, 1000, 1001, -3, 12], pa.int32())
    at_once, each = read_numbers("sejour_jours", days), read_numbers("sejour_jours", days.cast(pa.string()))
    assert at_once.wrong.tolist() == each.wrong.tolist() == [False, False, True, False, True, True, False]
    assert (at_once.values * ~at_once.wrong).tolist() == each.values.tolist()
    assert at_once.given.tolist() == each.given.tolist()
