"""The acts whose receipts are kept: one for each turn of the law.

`python -m tests.engine.say.receipts` writes those that are missing.
"""

from pathlib import Path
from typing import Any

from parcours.engine.case import settle
from parcours.engine.say.receipt import canonical, receipt
from parcours.rules.types import Counters

FOLDER = Path(__file__).parent / "golden"
GP: dict[str, Any] = {
    "care_date": "2025-06-02",
    "age": 40,
    "specialty": "generaliste",
    "convention": "secteur_1",
    "fee": "30.00",
    "medecin_traitant": True,
    "role": "autre",
    "referral": "none",
}
CONTRACT = {"responsable": True, "consultation_pct_br_optam": 200, "consultation_pct_br_non_optam": 180}
ACTS: dict[str, tuple[dict[str, Any], dict[str, str], Counters]] = {
    "gp_inside": ({**GP, "role": "medecin_traitant"}, {}, Counters()),
    "gp_outside_capped": (GP, {}, Counters()),
    "gp_outside_flat_reading": (GP, {"plafond_majoration": "fiche"}, Counters()),
    "gp_outside_2012": ({**GP, "care_date": "2012-03-01", "fee": "23.00"}, {}, Counters()),
    "specialist_authorised_excess": (
        {**GP, "specialty": "dermatologie", "fee": "37.00", "tiers_payant": "partial"},
        {},
        Counters(),
    ),
    "sector_2_with_contract": (
        {**GP, "specialty": "dermatologie", "convention": "secteur_2", "fee": "60.00", "contract": CONTRACT},
        {},
        Counters(),
    ),
    "c2s_outside": ({**GP, "c2s": True}, {}, Counters()),
    "child": ({**GP, "age": 10, "medecin_traitant": False}, {}, Counters()),
    "annual_cap": ({**GP, "role": "medecin_traitant"}, {}, Counters(participation_annee=4900)),
    "born_on_a_day": ({**{k: v for k, v in GP.items() if k != "age"}, "birth_date": "2007-03-01"}, {}, Counters()),
    "coded_claim": (
        {
            "care_date": "2025-06-02",
            "age": 40,
            "specialty": "generaliste",
            "convention": "secteur_1",
            "fee": "30.00",
            "status": "P",
        },
        {},
        Counters(),
    ),
    "cataract": (
        {
            **GP,
            "specialty": "ophtalmologie",
            "act": "BFGA002",
            "fee": "271.70",
            "role": "correspondant",
            "referral": "avis_ponctuel",
        },
        {},
        Counters(),
    ),
    "speech_therapy": (
        {
            "care_date": "2025-06-02",
            "age": 40,
            "profession": "orthophoniste",
            "act": "AMO",
            "quantity": 10,
            "fee": "26.00",
        },
        {},
        Counters(),
    ),
    "prescribed_medicine": (
        {
            "care_date": "2025-06-02",
            "age": 40,
            "profession": "pharmacie",
            "drug_class": "majeur",
            "base": "12.50",
            "fee": "12.50",
            "quantity": 2,
        },
        {},
        Counters(),
    ),
}
"""Name -> (facts, readings, counters)."""


def text_of(name: str) -> str:
    """The receipt of an act, today."""
    facts, readings, counters = ACTS[name]
    return canonical(receipt(settle(facts, readings, counters)))


def main() -> None:
    """Write the golden receipts that are missing; those that exist are never rewritten."""
    FOLDER.mkdir(exist_ok=True)
    for name in ACTS:
        path = FOLDER / f"{name}.json"
        if not path.exists():
            path.write_text(text_of(name), "utf-8")


if __name__ == "__main__":
    main()
