"""A contract in words: what was understood of a line that somebody pasted."""

from collections.abc import Mapping
from typing import Any

from parcours.contracts.paste import WHOLE_PRICE, not_counted
from parcours.contracts.schema import encode_contract, number
from parcours.law.cache import flat_law
from parcours.law.codes import UNKNOWN
from parcours.law.record import LawRecord
from parcours.rules.complementary import most_without_optam
from parcours.rules.types import BasisPoints
from parcours.text import COLON, Text, euros, listed, percent

UNDERSTOOD = Text("Compris", "Understood")
NOT_COUNTED = Text("Non compté", "Not counted")
ALL_OF_IT = Text("le prix entier", "the whole price")
VISITS = Text("visites et actes", "visits and acts")
ALONE = (Text("visites", "visits"), Text("actes techniques", "technical acts"))
APART = Text("{optam} avec OPTAM, {other} sans", "{optam} with OPTAM, {other} without")
BY_LAW = Text(", ce que tout contrat responsable paie", ", which every contrat responsable pays")
NAMES = {
    "dentaire_pct_br": Text("dents", "teeth"),
    "hospitalisation_pct_br": Text("hôpital", "hospital"),
    "auxiliaire_pct_br": Text("kiné et infirmier", "physiotherapist and nurse"),
    "biologie_pct_br": Text("laboratoire", "laboratory"),
    "appareillage_pct_br": Text("appareillage", "devices"),
    "transport_pct_br": Text("transports", "transport"),
    "pharmacie_pct_br": Text("médicaments", "medicines"),
    "pharmacie_modere_pct_br": Text("médicaments de service modéré", "medicines of moderate benefit"),
    "pharmacie_faible_pct_br": Text("médicaments de faible service", "medicines of low benefit"),
    "monture_euros": Text("monture", "frame"),
    "verre_euros": Text("un verre", "one lens"),
    "aide_auditive_euros": Text("une aide auditive", "one hearing aid"),
    "chambre_euros": Text("une nuit en chambre particulière", "a night in a private room"),
}
SURCHARGE = Text("majoration hors parcours comprise", "surcharge outside the pathway included")
FRAME = {True: Text("contrat responsable", "contrat responsable"), False: Text("non responsable", "not responsable")}


def understood(contract: Mapping[str, Any], lang: str) -> str:
    """What a contract guarantees, as a sentence."""
    frame = FRAME[contract["responsable"]][lang]
    return f"{UNDERSTOOD[lang]}{COLON[lang]}{guarantees(contract, lang)}, {frame}."


def guarantees(contract: Mapping[str, Any], lang: str) -> str:
    """What a contract guarantees: visits and acts, then all else that it names."""
    said = [
        f"{name[lang]} {given(field, number(contract, field, UNDERSTOOD), lang)}"
        for field, name in NAMES.items()
        if contract.get(field) is not None
    ]
    surcharge = [SURCHARGE[lang]] if contract.get("majoration") else []
    return ", ".join([*visits(contract, lang), *said, *surcharge])


def left_out(written: str, lang: str) -> str:
    """The parts of a line that count for nothing; empty where all of it counts."""
    left = not_counted(written)
    return f"{NOT_COUNTED[lang]}{COLON[lang]}{listed(left, lang)}." if left else ""


def visits(contract: Mapping[str, Any], lang: str) -> list[str]:
    """What visits and technical acts are paid at, told apart where they differ or where one alone is written."""
    encoded = encode_contract(contract)
    law = flat_law().default.rows[-1]
    levels = [
        (encoded.consultation_optam, encoded.consultation_non_optam),
        (encoded.technique_optam, encoded.technique_non_optam),
    ]
    if encoded.responsable:
        levels = [(optam, without_optam(optam, other, law)) for optam, other in levels]
    silent = [not any(field.startswith(name) for field in contract) for name in ("consultation_", "acte_technique_")]
    found = [
        name[lang] + shares(optam, other, lang) + (BY_LAW[lang] if encoded.responsable and unsaid else "")
        for name, (optam, other), unsaid in zip(ALONE, levels, silent, strict=True)
    ]
    if silent[0] == silent[1] and levels[0] == levels[1]:
        return [found[0].replace(ALONE[0][lang], VISITS[lang], 1)]
    return found


def shares(optam: BasisPoints, other: BasisPoints, lang: str) -> str:
    """Two shares of the base, one where they are the same."""
    first, second = (given("", value, lang) for value in (optam, other))
    return f" {first}" if optam == other else f" {APART[lang].format(optam=first, other=second)}"


def without_optam(said: BasisPoints, other: BasisPoints, law: LawRecord) -> BasisPoints:
    """What a contrat responsable that says so much with OPTAM, and so much without, counts without (R871-2)."""
    if law.contrat_plafond_non_optam == UNKNOWN:
        return other
    return min(other, most_without_optam(said, law))


def given(field: str, hundredths: int, lang: str) -> str:
    """The value of a guarantee with its unit."""
    if hundredths == WHOLE_PRICE * 100:
        return ALL_OF_IT[lang]
    return euros(hundredths, lang) if field.endswith("_euros") else percent(hundredths, lang)
