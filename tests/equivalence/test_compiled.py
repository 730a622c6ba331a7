"""Interpreted = compiled, on every amount and every code of random acts that reach every case.

`PARCOURS_EQUIVALENCE_ROWS` sets how many acts (1 000 000 for a release).
"""

import os
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np
import pytest

from parcours.engine.batch.chunk import Run, settle_rows
from parcours.engine.batch.layout import AMOUNT_RESULTS, CODE_RESULTS
from parcours.engine.results import CASE_CODES
from parcours.law import cases, codes
from parcours.rules.types import Settlement
from tests.equivalence.acts import random_acts
from tests.equivalence.one_by_one import comparable, interpreted

ROWS = int(os.environ.get("PARCOURS_EQUIVALENCE_ROWS", "200000"))
SHARE = 50_000
"""Acts drawn from one seed."""
NOT_REACHED = {
    "case_status": {"direct_access_decree"},  # of other readings, below
    "case_base": {"unknown"},  # refused: no known tariff
    "case_rate": {"unknown"},  # refused: no known rate
    "case_majoration": {"flat"},  # of other readings, below
    "case_complementary": {"c2s_outside"},
    "case_excess": {"unknown"},  # a coordinated tariff is missing before 2009 only
    "case_franchise": {"not_yet_created"},  # franchises exist since 2008, before the first day of known law
}


def compiled(table, readings=None):
    settled = settle_rows(table.drop_columns(["row"]), Run.of(readings), threads=2)
    return settled, [
        settled.amounts[AMOUNT_RESULTS.index(name), : len(table)]
        if name in AMOUNT_RESULTS
        else settled.codes[CODE_RESULTS.index(name), : len(table)]
        for name in Settlement._fields
    ]


def compare(count, seed, readings=None):
    """Settle one share both ways; the codes that were met."""
    table = comparable(random_acts(count, seed))
    settled, columns = compiled(table, readings)
    expected = interpreted(table, readings)
    rows = np.array(sorted(expected))
    assert set(settled.left.tolist()) == set(range(len(table))) - set(expected), "refused by one run only"
    given = np.array([expected[row] for row in rows.tolist()])
    for position, name in enumerate(Settlement._fields):
        different = rows[given[:, position] != columns[position][rows]]
        assert not len(different), f"{name}: rows {different[:5]} of seed {seed}"
    met = {name: set(np.unique(columns[Settlement._fields.index(name)][rows]).tolist()) for name in CASE_CODES}
    notes = columns[Settlement._fields.index("notes")][rows]
    met["notes"] = {note for note in cases.Note if (notes >> note & 1).any()}
    return len(rows), met, set(np.unique(columns[0][rows]).tolist())


def check(count, shares):
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        results = list(pool.map(compare, [count // shares] * shares, range(shares)))
    assert sum(rows for rows, _, _ in results) > count // 2, "too few of the random acts can be settled"
    for name, enum in CASE_CODES.items():
        met = set().union(*(cases[name] for _, cases, _ in results))
        never = {member.name.lower() for member in enum if member not in met} - NOT_REACHED.get(name, set())
        assert not never, f"{name}: no random act reaches {never}"
    assert set().union(*(cases["notes"] for _, cases, _ in results)) == set(cases.Note)
    return set().union(*(statuses for _, _, statuses in results))


@pytest.mark.slow
def test_interpreted_equals_compiled_on_every_case() -> None:
    statuses = check(ROWS, max(4, ROWS // SHARE))
    assert {codes.Status(code).name for code in statuses} >= set("TNODUHRABVJYKLGIPSWFZCX")


READINGS = [
    {"plafond_majoration": "fiche", "arrondi_da": "superieur"},
    {"c2s_hors_parcours": "texte", "depassements_hors_parcours": "texte", "franchise_plafond_jour": "pratique"},
    {"medecin_traitant_acces_direct": "non_requis", "da_de_cumul": "non_cumul", "da_annee_du_depart": "convention"},
    {"acces_direct_perimetre": "texte", "medecin_traitant_exceptions": "texte", "centre_zone_deficitaire": "texte"},
    {"base_c2s_secteur_2": "secteur_2", "psychiatrie_25_ans": "exclus", "acte_lourd_32": "2026-04-22"},
]


@pytest.mark.parametrize("readings", READINGS, ids="+".join)
def test_interpreted_equals_compiled_under_other_readings(readings) -> None:
    rows, met, _ = compare(8_000, 7, readings)
    assert rows > 3_000
    if "plafond_majoration" in readings:
        assert cases.CaseMajoration.FLAT in met["case_majoration"]
    if "acces_direct_perimetre" in readings:
        assert cases.CaseStatus.DIRECT_ACCESS_DECREE in met["case_status"]
    if "c2s_hors_parcours" in readings:
        assert cases.CaseComplementary.C2S_OUTSIDE in met["case_complementary"]
