"""A contract in words: what was understood of a line that somebody pasted."""

from collections.abc import Mapping
from typing import Any

from parcours.contracts.paste import WHOLE_PRICE, not_counted
from parcours.law.cache import flat_law
from parcours.law.codes import UNKNOWN
from parcours.law.record import LawRecord
from parcours.rules.complementary import most_without_optam
from parcours.rules.types import BasisPoints
from parcours.text import COLON, Text, euros, listed, percent

UNDERSTOOD = Text("Compris", "Understood")
NOT_COUNTED = Text("Non compté", "Not counted")
WHOLE = Text("le prix entier", "the whole price")
VISITS = Text(
    "visites et actes {optam} avec OPTAM, {other} sans", "visits and acts {optam} with OPTAM, {other} without"
)
SAME = Text("visites et actes {optam}", "visits and acts {optam}")
NAMES = {
    "dentaire_pct_br": Text("dents", "teeth"),
    "hospitalisation_pct_br": Text("hôpital", "hospital"),
    "appareillage_pct_br": Text("appareillage", "devices"),
    "pharmacie_pct_br": Text("médicaments", "medicines"),
    "monture_euros": Text("monture", "frame"),
    "verre_euros": Text("un verre", "one lens"),
    "aide_auditive_euros": Text("une aide auditive", "one hearing aid"),
    "chambre_euros": Text("une nuit en chambre particulière", "a night in a private room"),
}
FRAME = {True: Text("contrat responsable", "contrat responsable"), False: Text("non responsable", "not responsable")}


def understood(contract: Mapping[str, Any], written: str, lang: str) -> str:
    """What a pasted contract guarantees, and the parts of the line that count for nothing."""
    optam, other = (contract[f"consultation_pct_br_{name}"] for name in ("optam", "non_optam"))
    if contract["responsable"] and WHOLE_PRICE not in (optam, other):
        other = without_optam(optam * 100, other * 100, flat_law().default.rows[-1]) // 100
    first = SAME if optam == other else VISITS
    said = [first[lang].format(optam=share(optam, lang), other=share(other, lang))]
    said += [
        f"{name[lang]} {given(field, contract[field], lang)}" for field, name in NAMES.items() if field in contract
    ]
    said.append(FRAME[contract["responsable"]][lang])
    words = f"{UNDERSTOOD[lang]}{COLON[lang]}{', '.join(said)}."
    left = not_counted(written)
    return f"{words} {NOT_COUNTED[lang]}{COLON[lang]}{listed(left, lang)}." if left else words


def without_optam(said: BasisPoints, other: BasisPoints, law: LawRecord) -> BasisPoints:
    """What a contrat responsable that says so much with OPTAM, and so much without, counts without (R871-2)."""
    if law.contrat_plafond_non_optam == UNKNOWN:
        return other
    return min(other, most_without_optam(said, law))


def given(field: str, value: int, lang: str) -> str:
    """The value of a guarantee with its unit."""
    if value == WHOLE_PRICE:
        return WHOLE[lang]
    return euros(value * 100, lang) if field.endswith("_euros") else percent(value * 100, lang)


def share(value: int, lang: str) -> str:
    """A percentage of the base."""
    return given("", value, lang)
