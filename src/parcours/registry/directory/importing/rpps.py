"""The RPPS in libre accès: one line an activity; what of it makes an offer, and what does not."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from parcours.registry.directory.importing.files import columns, split
from parcours.registry.directory.importing.gazetteer import Gazetteer
from parcours.registry.directory.trades import OTHERS, RPPS_PROFESSIONS, of_savoir_faire, trade_of
from parcours.registry.errors import Invalid
from parcours.registry.identity.keys import luhn_sum, parse_finess

PART = "Personne_activite"
SEPARATOR = "|"
NOT_DIALLED = re.compile(r"[^\d+]")
ADDRESS = {
    "number": ("Numéro Voie (coord. structure)", ""),
    "index": ("Indice répétition voie (coord. structure)", ""),
    "street_kind": ("Libellé type de voie (coord. structure)", ""),
    "street": ("Libellé Voie (coord. structure)", ""),
}
COLUMNS = {
    "rpps": ("Identifiant PP",),
    "family_name": ("Nom d'exercice",),
    "first_name": ("Prénom d'exercice",),
    "profession": ("Code profession",),
    "category": ("Code catégorie professionnelle",),
    "savoir_faire": ("Code savoir-faire", ""),
    "mode": ("Code mode exercice",),
    "finess": ("Numéro FINESS site", ""),
    "structure": ("Identifiant technique de la structure",),
    "name": ("Raison sociale site",),
    "sign": ("Enseigne commerciale site", ""),
    "postcode": ("Code postal (coord. structure)",),
    "commune": ("Code commune (coord. structure)",),
    "commune_name": ("Libellé commune (coord. structure)",),
    "phone": ("Téléphone (coord. structure)", ""),
    "phone_2": ("Téléphone 2 (coord. structure)", ""),
    "email": ("Adresse e-mail (coord. structure)", ""),
    "sector": ("Code secteur d'activité", ""),
    "function": ("Libellé fonction", "Libellé rôle", ""),
    "genre": ("Code genre activité", ""),
    **ADDRESS,
}
CARE = "GENR01"
"""Kind of activity: ordinary care."""
STUDENT = "E"
KINDS = {"SA07": "cabinet", "SA08": "cabinet_de_groupe", "SA05": "centre_de_sante", "SA01": "hopital"}
MODES = {"L": "titulaire", "S": "salarie", "B": "salarie"}
OTHER_SPECIALTY = 90
UNIT = "\x1f"


class Line(NamedTuple):
    """What a line says, all of it text; several values of one field are apart by spaces or `;`."""

    rpps: str
    structure: str
    savoir_faire: str
    trade: str
    family_name: str
    first_name: str
    profession: str
    mode: str
    function: str
    place: str
    kind: str
    finess: str
    address: str
    postcode: str
    commune: str
    source_commune: str
    phones: str
    email: str

    @property
    def key(self) -> str:
        return f"{self.rpps}|{self.structure}|{self.savoir_faire}"


def lines(
    stream: Iterable[str], given: Mapping[str, str], gazetteer: Gazetteer, count: Callable[[str], None], *, strict: bool
) -> Iterator[Line]:
    """The lines that make offers; every other one is counted by why it does not."""
    rows = split(stream, SEPARATOR)
    at = columns(next(rows, []), COLUMNS, given)
    last = max(at.values())
    for row in rows:
        count("rows")
        if len(row) <= last:
            count("refused:short_line")
            continue
        one = {name: row[place].strip() for name, place in at.items()}
        made = line_of(one, gazetteer, strict=strict)
        if isinstance(made, str):
            count(made)
            continue
        if made.source_commune != made.commune:
            count("mapped_commune")
        yield made


def line_of(one: Mapping[str, str], gazetteer: Gazetteer, *, strict: bool) -> Line | str:
    """The line, or why it is refused (a fault) or ignored (it offers nothing to the public)."""
    rpps, profession = one["rpps"], RPPS_PROFESSIONS.get(one["profession"])
    if not (len(rpps) == 11 and rpps.isascii() and rpps.isdigit()) or (strict and luhn_sum(rpps) % 10):
        return "refused:rpps"
    if one["category"] == STUDENT:
        return "ignored:student"
    if profession is None:
        return "ignored:profession"
    if one.get("genre", "") not in ("", CARE):
        return "ignored:not_care"
    if not one["structure"]:
        return "ignored:no_place"
    code = gazetteer.commune(one["commune"], one["postcode"], one["commune_name"])
    if code is None:
        return "refused:commune"
    savoir_faire = one.get("savoir_faire", "")
    specialty = of_savoir_faire().get(savoir_faire, OTHER_SPECIALTY)
    trade = trade_of(profession, specialty)
    phones = dict.fromkeys(digits(one.get(name, "")) for name in ("phone", "phone_2"))
    return Line(
        rpps, one["structure"], savoir_faire if trade < OTHERS else "", str(trade), one["family_name"],
        one["first_name"], profession, MODES.get(one["mode"], "salarie"),
        one.get("function", "").replace(" ", "_").lower(), one.get("sign", "") or one["name"] or one["structure"],
        KINDS.get(one.get("sector", ""), "etablissement" if one.get("finess") else "cabinet"),
        finess_of(one.get("finess", "")),
        " ".join(filter(None, (one.get(name, "") for name in ADDRESS))), one["postcode"], code,
        one["commune"] or code, " ".join(filter(None, phones)), one.get("email", ""),
    )  # fmt: skip


def finess_of(text: str) -> str:
    """A FINESS number, or nothing where it is none."""
    try:
        return parse_finess(text) if text else ""
    except Invalid:
        return ""


def digits(phone: str) -> str:
    """A telephone number without its spaces and dots."""
    return NOT_DIALLED.sub("", phone)


def merged(several: Iterable[Line]) -> dict[str, Line]:
    """One line for each offer: functions united, telephones side by side."""
    found: dict[str, Line] = {}
    for line in several:
        key = line.key
        before = found.get(key)
        if before is not None:
            line = line._replace(  # noqa: PLW2901 - what two lines say together
                function=united(before.function, line.function), phones=united(before.phones, line.phones),
                email=before.email or line.email,
            )  # fmt: skip
        found[key] = line
    return found


def united(one: str, other: str) -> str:
    """The words of both, each once, in the order they came."""
    return " ".join(dict.fromkeys((*one.split(), *other.split())))
