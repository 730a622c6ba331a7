"""Patterns that one table met serve the next of the process, and answers do not depend on what was met before."""

import pyarrow as pa

import parcours
from parcours.engine.batch.patterns import BOOKS, MOST_KEPT, book_of
from parcours.law.cache import flat_law

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
