"""The other open files, invented: the fund's (new and former), FINESS, communes, zones; people and places of the first.

The same seed gives the professionals of `directory_files.write_rpps`.
"""

import csv
import lzma
from collections.abc import Callable, Iterator
from itertools import islice
from math import asinh, atanh, cos, exp, radians, sin
from pathlib import Path
from random import Random

from parcours.registry.demo.directory_files import HEADER, Maker, Town, centre_name, write_rpps
from parcours.registry.demo.fictitious import fictitious_finess
from parcours.registry.directory.communes import DATA
from parcours.registry.directory.importing.finess import ECCENTRICITY

AT = {name: at for at, name in enumerate(HEADER)}
CONVENTIONS = ((70, "c1", "N"), (12, "c3", "O"), (15, "c3", "N"), (2, "nc", "N"), (1, "", ""))
"""In a hundred: sector 1, OPTAM, sector 2, no agreement, not said (refused)."""
AMELI = ("rpps", "nom", "prenom", "adresse", "code_postal", "commune", "convention", "optam", "carte_vitale",
         "carte_vitale_app", "latitude", "longitude")  # fmt: skip
FINESS_FIRST = "finess;etalab;98;2026-11-03"
COMMUNES = (
    "code_insee", "nom", "codes_postaux", "departement", "region", "population", "latitude", "longitude",
    "source_coordonnees", "commune_mere",
)  # fmt: skip
STREET, CODES, FEES = "12 RUE DE L EXEMPLE", ("45", "1", "1"), ("30.0", "30.0", "30.0")
METROPOLE = 96
"""Départements below it are in Lambert 93."""


def liberal(seed: int, first: int = 0) -> Iterator[dict[str, str]]:
    """Lines of the national file of who works on their own account, its people numbered from `first`."""
    for row in Maker(seed).rows(10**9, first):
        one = {name: row[at].replace("\r", " ") for name, at in AT.items()}
        if one["Code mode exercice"] == "L" and one["Code catégorie professionnelle"] == "C":
            yield one


def agreements(seed: int) -> Callable[[], tuple[str, str]]:
    """Convention and OPTAM, drawn."""
    rng, weights = Random(seed + 1), [one[0] for one in CONVENTIONS]  # noqa: S311 - invented
    return lambda: rng.choices(CONVENTIONS, weights)[0][1:]


def ameli(count: int, seed: int, first: int = 0) -> Iterator[str]:
    """The new file: a header, one line a place of a professional; a number, coordinates; now and then no convention."""
    drawn, rng = agreements(seed), Random(seed + 2)  # noqa: S311 - invented
    yield ";".join(AMELI)
    for one in islice(liberal(seed, first), count):
        vitale = ("O" if rng.random() < 0.9 else "N", "O" if rng.random() < 0.2 else "N")
        place = (STREET, one["Code postal (coord. structure)"], one["Libellé commune (coord. structure)"])
        who = (one["Identifiant PP"], one["Nom d'exercice"], one["Prénom d'exercice"])
        yield ";".join((*who, *place, *drawn(), *vitale, "", ""))


def former(count: int, seed: int) -> Iterator[str]:
    """The former file: no header and no number, one line an act, so a professional comes several times."""
    drawn = agreements(seed)

    def every() -> Iterator[str]:
        for rank, one in enumerate(liberal(seed)):
            convention, optam = drawn()
            who = ("F" if rank % 2 else "H", one["Nom d'exercice"], one["Prénom d'exercice"], "", "", "")
            place = (STREET, one["Code postal (coord. structure)"])
            town, phone = one["Libellé commune (coord. structure)"], one["Téléphone (coord. structure)"]
            for act in ("G__", "TCG", "VG__")[: 1 + rank % 3]:
                row = (*who, *place, town, phone, *CODES, convention, optam, "O", act, "1", *FEES)
                yield ";".join(row)

    yield from islice(every(), count)


def finess(count: int, seed: int) -> Iterator[str]:
    """Establishments, then where they are: two kinds of lines; no coordinates for some, none overseas."""
    rng = Random(seed)  # noqa: S311 - invented
    towns = Maker(seed).towns[: max(1, count // 2)]
    yield FINESS_FIRST
    for town in towns:
        category = rng.choice(("124", "603", "101", "620"))
        number = fictitious_finess(town.rank)
        routing = f"{town.postcode} {town.name.upper()}{' CEDEX' if town.rank % 83 == 1 else ''}"
        row = ["structureet", number, "", centre_name(town), "", "", "", "1", "R", "EXEMPLE", "", "", town.code[-3:],
               town.department, "", routing, "", "", category, "Centre"]  # fmt: skip
        yield ";".join(row)
    for town in towns:
        if town.rank % 50 and town.department[:2].isdigit() and int(town.department[:2]) < METROPOLE:
            x, y = to_lambert_93(town)
            source = "1,ATLASANTE,100,IGN,BD_ADRESSE,V2.1,LAMBERT_93"
            yield ";".join(("geolocalisation", fictitious_finess(town.rank), f"{x:.1f}", f"{y:.1f}", source, ""))


def to_lambert_93(town: Town) -> tuple[float, float]:
    """Metres of the centre of a commune."""
    power, scale, origin_y = 0.7256077650, 11_754_255.426, 12_655_612.050
    latitude, longitude = radians(town.latitude_e5 / 1e5), radians(town.longitude_e5 / 1e5 - 3)
    isometric = asinh(sin(latitude) / cos(latitude)) - ECCENTRICITY * atanh(ECCENTRICITY * sin(latitude))
    radius = scale * exp(-power * isometric)
    return 700_000 + radius * sin(power * longitude), origin_y - radius * cos(power * longitude)


def communes(count: int, _seed: int) -> Iterator[str]:
    """The shipped communes, in the layout they are published in."""
    yield ",".join(COMMUNES)
    with lzma.open(DATA / "communes.csv.xz", "rt", encoding="utf-8", newline="") as stream:
        for row in islice(csv.DictReader(stream), count):
            where = [f"{int(row[name]) / 1e5:.5f}" if row[name] else "" for name in ("latitude_e5", "longitude_e5")]
            postcodes = "|".join(row["postcodes"].split())
            yield ",".join((row["code"], row["name"], postcodes, row["department"], "", row["population"], *where, "",
                            row["mother_code"]))  # fmt: skip


def zones(count: int, seed: int) -> Iterator[str]:
    """A zoning of communes, one in ten by its code of before a merger, most of them no zone."""
    rng = Random(seed)  # noqa: S311 - invented
    with lzma.open(DATA / "old_communes.csv.xz", "rt", encoding="utf-8", newline="") as stream:
        before = {row["commune_code"]: row["code"] for row in csv.DictReader(stream)}
    yield "code_commune;zonage;decision"
    for town in Maker(seed).towns[:count]:
        code = before.get(town.code, town.code) if rng.random() < 0.1 else town.code
        yield f"{code};{rng.choices(('ZIP', 'ZAC', 'HZ'), (3, 4, 3))[0]};ARS EXEMPLE 2026-{town.department}"


LAYOUTS: dict[str, Callable[[int, int], Iterator[str]]] = {
    "ameli": ameli, "ameli_former": former, "finess": finess, "communes": communes, "zones": zones,
}  # fmt: skip
SOURCES = ("rpps", *LAYOUTS)


def write_directory(source: str, path: Path, count: int, seed: int = 0) -> int:
    """Write so many lines (or as many as there are) in a layout; how many."""
    if source == "rpps":
        return write_rpps(path, count, seed)
    written = 0
    with path.open("w", encoding="utf-8", newline="\n") as stream:
        for line in LAYOUTS[source](count, seed):
            stream.write(line + "\n")
            written += 1
    return written
