"""The public face: what `import parcours` promises."""

import subprocess
import sys
from datetime import date

import pytest

import parcours
from parcours.engine.batch.chunk import Run
from parcours.engine.batch.run import Job, receipt_of
from parcours.engine.say.receipt import receipt
from parcours.law.days import LawDataError

VISIT = {
    "care_date": "2025-06-02",
    "age": 40,
    "specialty": "generaliste",
    "convention": "secteur_1",
    "fee": 30,
    "medecin_traitant": True,
    "role": "autre",
    "referral": "none",
}


def test_every_name_of_the_face_exists_and_says_what_it_is() -> None:
    assert all(getattr(parcours, name).__doc__ for name in parcours.__all__)
    fresh = "import parcours, sys; sys.exit(not {*parcours.__all__} <= {*dir(parcours)})"
    assert subprocess.run([sys.executable, "-c", fresh], check=False).returncode == 0


def test_one_act_is_settled_explained_advised_and_asked_for() -> None:
    answer = parcours.settle(VISIT)
    assert answer.settlement == parcours.settle_one(VISIT).settlement
    assert answer.settlement.amo == 8_40
    assert parcours.settle(VISIT, readings={"plafond_majoration": "fiche"}).settlement.amo == 7_00
    assert parcours.explain(answer, "en").steps
    assert parcours.advise(answer, "en").singles
    assert parcours.ask({"specialty": "generaliste"}, "en").question is not None
    with pytest.raises(parcours.FactError):
        parcours.settle({**VISIT, "fee": -1})


def test_the_law_on_a_day() -> None:
    assert parcours.law_on("2025-06-02").majoration_taux == 40_00
    assert parcours.law_on(date(2025, 6, 2)) == parcours.law_on("2025-06-02")
    with pytest.raises(LawDataError):
        parcours.law_on("1990-01-01")


def test_nothing_is_imported_before_it_is_needed() -> None:
    code = (
        "import parcours, sys; sys.exit(any(m.startswith('parcours.') or m in ('yaml', 'numpy') for m in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_receipt_and_a_batch_name_the_rules_alike(tmp_path) -> None:
    job = Job("acts.csv", tmp_path / "settled.csv")
    assert receipt_of(job, Run.of(), ())["rules"] == receipt(parcours.settle(VISIT))["engine"]["rules"]
