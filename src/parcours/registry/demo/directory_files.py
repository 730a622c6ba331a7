"""Files of invented professionals in exactly the layouts of the open ones, with their quirks: to try and to measure."""

import csv
import lzma
from collections.abc import Iterator
from functools import cache
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import NamedTuple

from parcours.registry.demo.fictitious import fictitious_finess, fictitious_rpps
from parcours.registry.directory.communes import DATA

HEADER = (
    "Type d'identifiant PP",
    "Identifiant PP",
    "Identification nationale PP",
    "Code civilité d'exercice",
    "Libellé civilité d'exercice",
    "Code civilité",
    "Libellé civilité",
    "Nom d'exercice",
    "Prénom d'exercice",
    "Code profession",
    "Libellé profession",
    "Code catégorie professionnelle",
    "Libellé catégorie professionnelle",
    "Code type savoir-faire",
    "Libellé type savoir-faire",
    "Code savoir-faire",
    "Libellé savoir-faire",
    "Code mode exercice",
    "Libellé mode exercice",
    "Numéro SIRET site",
    "Numéro SIREN site",
    "Numéro FINESS site",
    "Numéro FINESS établissement juridique",
    "Identifiant technique de la structure",
    "Raison sociale site",
    "Enseigne commerciale site",
    "Complément destinataire (coord. structure)",
    "Complément point géographique (coord. structure)",
    "Numéro Voie (coord. structure)",
    "Indice répétition voie (coord. structure)",
    "Code type de voie (coord. structure)",
    "Libellé type de voie (coord. structure)",
    "Libellé Voie (coord. structure)",
    "Mention distribution (coord. structure)",
    "Bureau cedex (coord. structure)",
    "Code postal (coord. structure)",
    "Code commune (coord. structure)",
    "Libellé commune (coord. structure)",
    "Code pays (coord. structure)",
    "Libellé pays (coord. structure)",
    "Téléphone (coord. structure)",
    "Téléphone 2 (coord. structure)",
    "Télécopie (coord. structure)",
    "Adresse e-mail (coord. structure)",
    "Code Département (structure)",
    "Libellé Département (structure)",
    "Ancien identifiant de la structure",
    "Autorité d'enregistrement",
    "Code secteur d'activité",
    "Libellé secteur d'activité",
    "Code section tableau pharmaciens",
    "Libellé section tableau pharmaciens",
    "Code rôle",
    "Libellé rôle",
    "Code genre activité",
    "Libellé genre activité",
)
FAMILY = (
    "EXEMPLE", "ESSAI", "MODELE", "SPECIMEN", "MAQUETTE", "GABARIT", "TEMOIN", "FICTIF", "PATRON", "DEMO", "LEBŒUF",
    "LE BOEUF", "D'HAUTEFEUILLE", "NGUYỄN-MÜLLER", "DE LA FICTION", "SAINT-ESSAI",
)  # fmt: skip
START = ("EXEM", "ESSA", "MODE", "SPECI", "MAQUE", "GABA", "TEMO", "FICTI", "PATRO", "DEMO")
MIDDLE = ("BRI", "CHA", "DOU", "FLO", "GRE", "JOU", "LIN", "MAR", "NOE", "PLU", "ROU", "SAU", "TRE", "VIL", "ZEL")
END = ("BERT", "CARD", "DELLE", "FOND", "GNAC", "LARD", "MONT", "NEUF", "QUET", "RIEUX", "SART", "TIER", "VAUX")
"""A name is invented of three parts, or is one of the awkward ones."""
FIRST = ("CAMILLE", "DOMINIQUE", "CLAUDE", "SACHA", "ALIX", "MAXIME", "CHARLIE", "ANDREA", "NOA", "ÉLÉONORE")
PROFESSIONS = (
    (30, "60", "Infirmier"), (20, "10", "Médecin"), (15, "70", "Masseur-Kinésithérapeute"),
    (10, "40", "Chirurgien-Dentiste"), (8, "21", "Pharmacien"), (5, "91", "Orthophoniste"), (4, "50", "Sage-Femme"),
    (3, "80", "Pédicure-Podologue"), (2, "86", "Technicien de laboratoire médical"),
)  # fmt: skip
SPECIALTIES = (
    (46, "SM54", "Médecine Générale"), (6, "SM04", "Cardiologie et maladies vasculaires"), (5, "SM15", "Dermatologie"),
    (6, "SM38", "Ophtalmologie"), (8, "SM42", "Psychiatrie"), (6, "SM40", "Pédiatrie"), (6, "SM20", "Gynécologie"),
    (4, "SM48", "Rhumatologie"), (1, "SM17", "Génétique médicale"),
)  # fmt: skip


class Town(NamedTuple):
    """A commune where invented people work."""

    code: str
    name: str
    postcode: str
    department: str
    latitude_e5: int
    longitude_e5: int
    rank: int


@cache
def towns() -> tuple[tuple[Town, ...], tuple[int, ...]]:
    """The communes where somebody works, and how many people live in them and in those before."""
    with lzma.open(DATA / "communes.csv.xz", "rt", encoding="utf-8", newline="") as stream:
        rows = [one for one in csv.DictReader(stream) if one["postcodes"] and one["population"] and one["latitude_e5"]]
    found = tuple(
        Town(
            one["code"], one["name"], one["postcodes"].split()[0], one["department"], int(one["latitude_e5"]),
            int(one["longitude_e5"]), rank,
        )
        for rank, one in enumerate(rows)
    )  # fmt: skip
    return found, tuple(accumulate(int(one["population"]) for one in rows))


class Maker:
    """Rows of the national file: the same seed gives the same file."""

    def __init__(self, seed: int = 0) -> None:
        self.rng = Random(seed)  # noqa: S311 - invented people need no cryptography
        self.towns, self.weights = towns()

    def rows(self, count: int, first: int = 0) -> Iterator[list[str]]:
        """That many lines: most people have one, some work at two places, have two functions or two savoir-faire.

        People are numbered from `first`.
        """
        made, rank = 0, first
        while made < count:
            for row in self.person(rank):
                if made < count:
                    made += 1
                    yield row
            rank += 1

    def family_name(self) -> str:
        """One name in eight is awkward: two words, an apostrophe, a ligature, an accent."""
        rng = self.rng
        if rng.random() < 0.125:
            return rng.choice(FAMILY)
        return rng.choice(START) + rng.choice(MIDDLE) + rng.choice(END)

    def person(self, rank: int) -> Iterator[list[str]]:
        """The lines of one professional."""
        draw = self.rng.random()
        row = self.activity(rank, 0)
        yield row
        if draw < 0.06:
            yield self.again(row, "Libellé rôle", "Collaborateur")
        elif draw < 0.12:
            yield self.activity(rank, 1, row)
        elif draw < 0.14 and row[HEADER.index("Code profession")] == "10":
            twice = self.again(row, "Code savoir-faire", "SM18")
            yield self.again(twice, "Libellé savoir-faire", "Gériatrie")

    @staticmethod
    def again(row: list[str], name: str, value: str) -> list[str]:
        """A line again, with another value."""
        copy = list(row)
        copy[HEADER.index(name)] = value
        return copy

    def activity(self, rank: int, place: int, before: list[str] | None = None) -> list[str]:
        """A line; `before` is another one of the same person."""
        rng = self.rng
        town = rng.choices(self.towns, cum_weights=self.weights)[0]
        rpps = fictitious_rpps(rank)
        weights = [one[0] for one in PROFESSIONS]
        _, code, label = rng.choices(PROFESSIONS, weights)[0]
        _, skill, skill_label = rng.choices(SPECIALTIES, [one[0] for one in SPECIALTIES])[0]
        said = {
            "Type d'identifiant PP": "8", "Identifiant PP": rpps, "Identification nationale PP": f"8{rpps}",
            "Nom d'exercice": self.family_name(), "Prénom d'exercice": rng.choice(FIRST), "Code profession": code,
            "Libellé profession": label, "Code catégorie professionnelle": "E" if rank % 97 == 5 else "C",
        }  # fmt: skip
        if code == "10":
            said |= {"Code type savoir-faire": "S", "Code savoir-faire": skill, "Libellé savoir-faire": skill_label}
        if before is not None:
            said |= {name: before[HEADER.index(name)] for name in (*said, "Code savoir-faire", "Libellé savoir-faire")}
        if rank % 101 != 7:  # the others have no activity: their structure is empty
            said |= self.structure(rank, place, town)
        return [said.get(name, "") for name in HEADER] + [""]  # the file has one `|` more than names

    def structure(self, rank: int, place: int, town: Town) -> dict[str, str]:
        """Where: sometimes a cedex, a carriage return inside a name, quotes, no telephone."""
        rng = self.rng
        name = f"CABINET {rng.choice(FAMILY)}"
        if rank % 211 == 3:
            name = name.replace(" ", "\r", 1)
        if rank % 89 == 2:
            name = f'CABINET "{rng.choice(FAMILY)}'
        cedex = " CEDEX" if rank % 83 == 1 else ""
        centre = rank % 29 == 4
        return {
            "Code mode exercice": "S" if rng.random() < 0.2 else "L", "Identifiant technique de la structure":
            f"C{town.rank}" if centre else f"R{fictitious_rpps(rank)}{place}",
            "Raison sociale site": centre_name(town) if centre else name,
            "Numéro FINESS site": fictitious_finess(town.rank) if centre else "",
            "Numéro Voie (coord. structure)": str(rng.randint(1, 200)),
            "Libellé type de voie (coord. structure)": "Rue", "Libellé Voie (coord. structure)": "DE L EXEMPLE",
            "Code postal (coord. structure)": town.postcode, "Code commune (coord. structure)": town.code,
            "Libellé commune (coord. structure)": town.name.upper() + cedex, "Code pays (coord. structure)": "99000",
            "Téléphone (coord. structure)": f"01 99 00 {rank % 10_000:04d}" if rng.random() < 0.6 else "",
            "Code Département (structure)": town.department, "Code secteur d'activité": "SA05" if centre else "SA07",
            "Libellé rôle": "Titulaire", "Code genre activité": "GENR01",
        }  # fmt: skip


def centre_name(town: Town) -> str:
    """Of the health centre that a commune has, in every file."""
    return f"CENTRE DE SANTE EXEMPLE {town.rank}"


def write_rpps(path: Path, count: int, seed: int = 0, first: int = 0) -> int:
    """Write so many lines of the national file, its people numbered from `first`; how many."""
    with path.open("w", encoding="utf-8", newline="\n") as stream:
        stream.write("|".join(HEADER) + "|\n")
        for row in Maker(seed).rows(count, first):
            stream.write("|".join(row) + "\n")
    return count
