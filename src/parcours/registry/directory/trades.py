"""What a professional does, as one number: the specialty of a doctor, else 100 + the profession; and its names."""

import csv
from functools import cache, lru_cache
from pathlib import Path

from parcours.law import thresholds
from parcours.law.codes import Profession
from parcours.law.loader import load
from parcours.registry.identity.names import fold
from parcours.text import Text

OTHERS = 100
"""What the trade of somebody who is no doctor starts from."""
DATA = Path(__file__).parent / "data"


def trade_of(profession: str, specialty: int) -> int:
    """The trade of a profession (slug) and a specialty (national code, of doctors)."""
    return specialty if profession == "medecin" else OTHERS + Profession[profession.upper()]


def profession_of(trade: int) -> str:
    """The slug of the profession of a trade."""
    return "medecin" if trade < OTHERS else Profession(trade - OTHERS).name.lower()


def name_of(trade: int) -> Text:
    """What it is called."""
    if trade < OTHERS:
        known = load().specialties.get(trade)
        label = known.label if known else {"fr": "Médecin", "en": "Doctor"}
    else:
        label = load().codes["profession"][profession_of(trade)]["label"]
    return Text(label["fr"], label["en"])


@cache
def by_slug() -> dict[str, tuple[int, ...]]:
    """Every trade by the name of the vocabulary; `generaliste` is all of general practice."""
    found = {entry.slug: (code,) for code, entry in load().specialties.items()}
    found |= {one.name.lower(): (OTHERS + one,) for one in Profession if one is not Profession.MEDECIN}
    return found | {"generaliste": tuple(sorted(thresholds.general_practice()))}


@lru_cache(maxsize=4096)
def trades_of(text: str) -> tuple[int, ...]:
    """The trades a slug, a national code or words mean ("dermato", "infirmière"); none where nothing fits."""
    if text in by_slug():
        return by_slug()[text]
    if text.isdigit():
        return (int(text),) if int(text) in load().specialties else ()
    stems = [_stem(word) for word in fold(text).split()]
    if not stems or min(map(len, stems)) < 3:
        return ()
    found = [
        trades
        for slug, trades in by_slug().items()
        if all(any(word.startswith(stem) for word in _words(slug, trades)) for stem in stems)
    ]
    return tuple(sorted({trade for trades in found for trade in trades}))


def _words(slug: str, trades: tuple[int, ...]) -> list[str]:
    names = [name_of(trade)[lang] for trade in trades for lang in ("fr", "en")]
    return fold(" ".join((slug.replace("_", " "), *names))).split()


def _stem(word: str) -> str:
    """What the name of who practises shares with the name of what is practised: cardiologue, cardiologie."""
    for ending in ("LOGUE", "LOGIST", "IERE", "IER", "ATRE", "ISTE"):
        if word.endswith(ending) and len(word) > len(ending) + 2:
            return word[: -len(ending)] + ("LOG" if ending.startswith("LOG") else "I" if ending.startswith("I") else "")
    return word


@cache
def of_savoir_faire() -> dict[str, int]:
    """The national specialty code of an ordinal savoir-faire of the RPPS (`data/savoir_faire.csv`)."""
    with (DATA / "savoir_faire.csv").open(encoding="utf-8", newline="") as stream:
        return {row["code"]: int(row["specialty"]) for row in csv.DictReader(stream)}


RPPS_PROFESSIONS = {
    "10": "medecin",
    "21": "pharmacie",
    "40": "chirurgien_dentiste",
    "50": "sage_femme",
    "60": "infirmier",
    "69": "infirmier",
    "70": "masseur_kinesitherapeute",
    "80": "pedicure_podologue",
    "91": "orthophoniste",
    "92": "orthoptiste",
    "93": "psychologue",
}
"""Codes of professions in the RPPS that the vocabulary has; the others are left out, and counted."""
