"""How each act of a doctor stands in the pathway: with whom, sent by whom, away, urgent. The share of missing letters
is the one thing that is calibrated, in four cells.
"""

from functools import cache
from typing import NamedTuple

import numpy as np

from parcours.lab.care import DIRECT, PATH, WHO, Care, kinds, stream_of
from parcours.lab.draw import Draws, Numbers
from parcours.lab.people import DECLARED, DOCTOR, People
from parcours.lab.supply import doctor_of, supply
from parcours.lab.values import care_values

ROLES = ("autre", "medecin_traitant", "nouveau_medecin_traitant", "remplacant", "meme_cabinet")
REFERRALS = ("none", "avis_ponctuel", "soins_iteratifs", "sequence", "protocole_ald")
PURPOSES = ("none", "refraction", "examen_gynecologique", "any")
SETTINGS = ("none", "permanence_des_soins")
LOST, AWAY, URGENT, DIRECTLY = "lost", "away", "urgent", "direct"
WAYS = (LOST, *ROLES[1:], *REFERRALS[1:], *SETTINGS[1:], AWAY, URGENT, DIRECTLY)
"""How a patient came; `LOST`: nobody sent him, and nothing excuses it."""
OWN = WAYS.index("medecin_traitant")


class Pathway(NamedTuple):
    """Of each act: a place among `WAYS`, the purpose, the number of the doctor (-1: no doctor)."""

    way: Numbers
    purpose: Numbers
    doctor: Numbers
    coordinated: Numbers
    """Is the tariff of coordinated care charged?"""

    def among(self, names: tuple[str, ...]) -> Numbers:
        """The place among these names of the way of each act; the first where it is none of them."""
        table = np.array([names.index(way) if way in names[1:] else 0 for way in WAYS])
        found: Numbers = table[self.way]
        return found


def pathway_of(care: Care, people: People, minor: Numbers, seed: int) -> Pathway:
    """The pathway of every act. A patient below the age of the pathway needs no letter."""
    draws, book = Draws(seed, people.patient[care.who], care.rank), supply(seed)
    place, _ = draws.pair(stream_of(care, WHO))
    lost, u = draws.pair(stream_of(care, PATH))
    doctor_seen, gp = care.specialty >= 0, care.specialty == 0
    declared = people.mt[care.who] == DECLARED
    values = care_values()["pathway"]["outside"]
    with_one, without = ((values["specialist_" + cell], values["gp_" + cell]) for cell in ("with", "without"))
    chance = np.where(declared, np.choose(gp * 1, with_one), np.choose(gp * 1, without))
    way = np.where(lost < chance, WAYS.index(LOST), _ways(gp, declared, u))
    way = np.where(minor & (way != OWN), WAYS.index(LOST), way)
    purpose, share = _direct()
    direct = declared & (way != WAYS.index(LOST)) & (draws.one(stream_of(care, DIRECT)) < share[care.kind])
    way = np.where(direct, WAYS.index(DIRECTLY), way)
    specialty = np.maximum(care.specialty, 0)
    own = doctor_of(book, 0, people.department, Draws(seed, people.patient).one(DOCTOR))[care.who]
    drawn = doctor_of(book, specialty, people.department[care.who], place)
    sent = way >= WAYS.index(REFERRALS[1])
    sent &= ~np.isin(way, [WAYS.index(URGENT), WAYS.index(SETTINGS[1])])
    return Pathway(
        way=np.where(doctor_seen, way, 0),
        purpose=np.where(direct, purpose[care.kind], 0),
        doctor=np.where(doctor_seen, np.where((way == OWN) & gp, own, drawn), -1),
        coordinated=np.where(minor, ~gp, sent),
    )


def _ways(gp: Numbers, declared: Numbers, u: Numbers) -> Numbers:
    """How the patient came, where the letter is not missing."""
    values = care_values()["pathway"]
    own = values["own"]
    mine = {"medecin_traitant": own, **{name: share * (1 - own) for name, share in values["gp_others"].items()}}
    found = np.zeros(len(gp), np.int64)
    for where, shares in (
        (gp & declared, mine),
        (gp & ~declared, values["gp_without"]),
        (~gp & declared, values["specialist"]),
        (~gp & ~declared, values["specialist_without"]),
    ):
        limits = np.cumsum(list(shares.values()))
        names = np.array([WAYS.index(name) for name in shares])
        found[where] = names[np.minimum(np.searchsorted(limits / limits[-1], u[where]), len(names) - 1)]
    return found


@cache
def _direct() -> tuple[Numbers, Numbers]:
    """Of each kind: the purpose that opens a direct access, and the share of its visits that have it."""
    pairs = [kind.values.get("direct", ["none", 0.0]) for kind in kinds()]
    return np.array([PURPOSES.index(name) for name, _ in pairs]), np.array([share for _, share in pairs])
