"""Random acts that reach every case of the law: any profession, specialty, date, contract, and patients with many
acts.
"""

from __future__ import annotations

import json

import numpy as np
import pyarrow as pa

from parcours.engine.facts.encoding import WITHOUT_SECTOR
from parcours.engine.facts.vocabulary import slugs
from parcours.law import codes
from parcours.law.cache import flat_law

CONTRACTS = [
    None,
    None,
    json.dumps({"responsable": True, "consultation_pct_br": 100}),
    json.dumps({"responsable": True, "consultation_pct_br": 300, "pharmacie_faible_pct_br": 100}),
    json.dumps({"responsable": True, "consultation_pct_br_optam": 150, "consultation_pct_br_non_optam": 150}),
    json.dumps({"responsable": False, "consultation_pct_br": 200, "majoration": True, "plafond_par_acte": 15}),
    json.dumps({"responsable": False, "dentaire_pct_br": 400, "plafond_par_acte": 40}),
]
ACTS_OF_A_PATIENT = 40
KINDS = 20_000
SEVERAL = ["ald+invalidite", "aspa+ald_sans_rapport", "maternite+rente_at+amp"]
"""Grounds that hold at once."""


def random_acts(count: int, seed: int = 0) -> pa.Table:
    """Acts of about `count / 40` patients, in no order: coded facts of at most `KINDS` kinds, other facts at random."""
    rng = np.random.default_rng(seed)
    draw = Draw(rng, count)
    kinds = coded_facts(Draw(rng, min(count, KINDS)))
    born = np.datetime64("1935-01-01") + rng.integers(0, 85 * 365, count)
    care = np.datetime64("2017-06-01") + rng.integers(0, 9 * 365, count) // 9 * 9
    facts = {
        "row": pa.array(np.arange(count)),
        "patient_id": patients(draw),
        "professional_id": pa.array([f"d{n}" if n else None for n in rng.integers(0, 4, count)]),
        "birth_date": days(np.minimum(born, care)),
        "care_date": days(care),
        "reimbursement_date": days(care + rng.choice([0, 0, 5, 200, 400], count)),
        "quantity": pa.array(rng.choice([1, 1, 1, 2, 3, 9, 60], count)),
        "fee": pa.array(rng.choice([0.5, 8.0, 23.0, 30.0, 35.0, 55.5, 71.25, 120.0, 400.0, 2000.0, 20_000.0], count)),
        "base": pa.array(rng.choice([4.2, 30.0, 500.0, 20_000.0], count), mask=rng.random(count) < 0.75),
        "referrer_installed_on": days(care - rng.integers(0, 2500, count), rng.random(count) < 0.8),
        "referrer_zone_deficitaire": pa.array(rng.random(count) < 0.3),
        "centre_agree_on": days(care - rng.integers(0, 2500, count), rng.random(count) < 0.5),
        "medecin_traitant_left_on": days(care - rng.integers(0, 800, count), rng.random(count) < 0.8),
        "installed_on": days(care - rng.integers(0, 2500, count), rng.random(count) < 0.8),
        "exigence_particuliere": pa.array(rng.choice([0, 0, 0, 15], count)),
        "sejour_jours": pa.array(rng.choice([1, 31, 31], count), mask=rng.random(count) < 0.1),
    }
    coded = kinds.take(pa.array(rng.integers(0, len(kinds), count)))
    return pa.table({**facts, **{name: coded[name] for name in coded.column_names}})


def days(values: np.ndarray, absent: np.ndarray | None = None) -> pa.Array:
    return pa.array(values.astype("datetime64[D]"), mask=absent)


def coded_facts(draw: Draw) -> pa.Table:
    """Codes and yes/no, consistent with the profession."""
    profession = draw.one_of(["medecin"] * 16 + slugs(codes.Profession))
    without_sector = np.isin(profession, [member.name.lower() for member in WITHOUT_SECTOR])
    claimed = draw.share(0.1)
    columns = {
        "profession": pa.array(profession),
        "specialty": draw.known(
            ["generaliste"] * 30 + list(flat_law().specialties) * 2 + STARS, profession == "medecin"
        ),
        "convention": draw.known(slugs(codes.Convention), ~without_sector),
        "act": acts_for(draw, profession),
        "medecin_traitant": pa.array(draw.share(0.8), mask=claimed & draw.share(0.5)),
        "role": draw.known(["autre"] * 14 + slugs(codes.Role), ~claimed),
        "referral": draw.known(["none"] * 12 + slugs(codes.Referral), ~claimed),
        "urgent": pa.array(draw.share(0.06)),
        "away": pa.array(draw.share(0.05)),
        "prelevement_biologie": pa.array(draw.share(0.02)),
        "purpose": draw.known(["none"] * 6 + slugs(codes.Purpose)),
        "zone_deficitaire": pa.array(draw.share(0.3)),
        "medecin_traitant_indisponible": pa.array(draw.share(0.1)),
        "special_setting": settings_for(draw, profession),
        "exemption": draw.known(["none"] * 40 + slugs(codes.Exemption) + SEVERAL),
        "c2s": pa.array(draw.share(0.1)),
        "ame": pa.array(draw.share(0.03)),
        "scheme": draw.known(["general"] * 16 + slugs(codes.Scheme)),
        "contract": draw.known(CONTRACTS),
        "tiers_payant": draw.known([*slugs(codes.TiersPayant), None]),
        "drug_class": draw.known(slugs(codes.DrugClass)[1:], profession == "pharmacie"),
        "ips": draw.known(["D", "blank", "D", "T", "O", "M", None, None], claimed | draw.share(0.002)),
        "status": pa.array(draw.one_of(["T", "P", "S", "O", "D"]), mask=~claimed | draw.share(0.5)),
    }
    return pa.table(columns)


STARS = ["ophtalmologie", "gynecologie_medicale", "psychiatrie", "cardiologie", "stomatologie", "pediatrie"] * 4


class Draw:
    """Columns of random values."""

    def __init__(self, rng: np.random.Generator, count: int) -> None:
        self.rng, self.count = rng, count

    def share(self, part: float) -> np.ndarray:
        """Yes for that part of the rows."""
        return self.rng.random(self.count) < part

    def one_of(self, values: list[str]) -> np.ndarray:
        return np.array(values)[self.rng.integers(0, len(values), self.count)]

    def known(self, values: list[str | None], where: np.ndarray | None = None) -> pa.Array:
        """A text, none where it does not apply."""
        places = self.rng.integers(0, len(values), self.count)
        said = [
            value if where is None or where[row] else None for row, value in enumerate(map(values.__getitem__, places))
        ]
        return pa.array(said, pa.string())


def patients(draw: Draw) -> pa.Array:
    """Some patients have very many acts, one act in forty has no patient."""
    numbers = (draw.rng.random(draw.count) ** 4 * (draw.count // ACTS_OF_A_PATIENT + 2)).astype(int)
    return pa.array([f"p{n}" for n in numbers], mask=draw.rng.random(draw.count) < 0.025)


def settings_for(draw: Draw, profession: np.ndarray) -> pa.Array:
    """Every special setting, and urgent transport for half of the transports."""
    some = draw.known(["none"] * 40 + slugs(codes.SpecialSetting)).to_numpy(zero_copy_only=False)
    urgent = (profession == "transporteur") & (draw.rng.random(draw.count) < 0.5)
    return pa.array(np.where(urgent, "transport_urgent", some))


def acts_for(draw: Draw, profession: np.ndarray) -> pa.Array:
    """Mostly the ordinary consultation, else an act that the profession may bill."""
    flat = flat_law()
    by_profession = {
        name: [act for act, who in flat.act_professions.items() if not who or name in who] for name in set(profession)
    }
    places = draw.rng.integers(0, 1_000_000, draw.count)
    other = draw.rng.random(draw.count) < 0.35
    acts = [
        by_profession[name][place % len(by_profession[name])] if chosen and by_profession[name] else None
        for name, place, chosen in zip(profession, places, other, strict=True)
    ]
    return pa.array(acts, pa.string())
