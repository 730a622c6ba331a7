"""Worked bills: a bill with its facts, its lines and the amounts expected of each, in the short words that people use.

A worked bill names who performs (`professional: dermatologue`), a setting, and the lines as they are printed ("AMI
1/2", "CODE asso 2"). What it leaves out is assumed as its authors do: sector 1, inside the pathway. Each assumption is
listed.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from parcours.engine.bill.codetext import GENERIC, read_code
from parcours.engine.bill.vocabulary import BILL_ALLOWED, LINE_ALLOWED
from parcours.engine.errors import FactError, MissingFact, UnknownName
from parcours.engine.facts.vocabulary import given
from parcours.law.bill.book import Code, bill_law
from parcours.law.bill.codes import Nature
from parcours.law.cache import flat_law
from parcours.law.codes import Profession
from parcours.text import Text

RESULTS = ("base", "rate", "gross", "majoration", "pf", "franchise", "forfait_acte_lourd", "amo", "amc", "patient")
"""What is expected of a line, in the names of worked bills."""
SPECIALTIES = {
    "medecin": "generaliste", "generaliste": "generaliste", "dermatologue": "dermatologie",
    "cardiologue": "cardiologie",
    "radiologue": "radiologie", "pneumologue": "pneumologie", "rhumatologue": "rhumatologie", "pediatre": "pediatrie",
    "psychiatre": "psychiatrie", "ophtalmologue": "ophtalmologie", "gynecologue": "gynecologie_medicale",
    "chirurgien": "chirurgie_generale", "anesthesiste": "anesthesie_reanimation", "neurologue": "neurologie",
    "geriatre": "geriatrie", "endocrinologue": "endocrinologie", "orl": "orl", "stomatologue": "stomatologie",
    "gastroenterologue": "gastroenterologie", "urologue": "urologie", "medecin_generaliste": "generaliste",
}  # fmt: skip
PROFESSIONS = {
    "opticien": "pharmacie", "audioprothesiste": "pharmacie", "pharmacien": "pharmacie",
    "dentiste": "chirurgien_dentiste", "orthodontiste": "chirurgien_dentiste", "biologiste": "laboratoire",
    "infirmiere": "infirmier", "sage-femme": "sage_femme", "kine": "masseur_kinesitherapeute",
    "kinesitherapeute": "masseur_kinesitherapeute", "podologue": "pedicure_podologue", "hopital": "etablissement",
    "thermal": "etablissement", "clinique": "etablissement", "taxi": "transporteur", "ambulance": "transporteur",
    "vsl": "transporteur", "transporteur": "transporteur", "ambulancier": "transporteur", "sage femme": "sage_femme",
}  # fmt: skip
"""Who a worked bill names, where the vocabulary has another word."""
PRINTED_CONTRACTS = {"mgefi_sante_1": (30, 35)}
"""Printed contracts in euros -> what they give for a frame and for a lens."""
PERCENT = {
    "responsable": (),
    "consultation": ("consultation_pct_br",),
    "dentaire": ("dentaire_pct_br",),
    "audition": ("appareillage_pct_br",),
    "hospitalisation": ("acte_technique_pct_br", "hospitalisation_pct_br"),
}
"""First word of a contract's name -> the guarantees that its number sets, in percent of the base."""
BORNE = {
    "pf_annee": "pf_year",
    "pf_jour": "pf_day_professional",
    "franchise_annee": "franchise_year",
    "franchise_jour_auxiliaires": "franchise_day_auxiliaires",
    "franchise_jour_transport": "franchise_day_transport",
}
STAY = {
    "entry": "entry", "exit": "exit", "tarif_jour": "daily_tariff", "daily_tariff": "daily_tariff",
    "heavy_act": "heavy_act", "acte_lourd": "heavy_act", "linked_stay": "linked_stay",
}  # fmt: skip
COMPUTED = "computed"
"""A costly act that the lines tell."""
SAID_ELSEWHERE = (
    "professional", "setting", "note", "at", "prescribed", "accord_prealable", "patients", "categorie", "two_invoices",
    "two_professionals", "generique_refuse", "non_substituable", "coefficients", "tariffs", "ebd", "discipline",
    "exemption", "tooth", "c2s", "hour_band", "regulated", "place", "basket", "optical_class", "category", "cip", "ghs",
    "nights", "days",
)  # fmt: skip
"""Facts of a worked bill that are read below, or that no amount of it depends on."""
ORDINARY_SETTINGS = ("", "urgences", "cabinet", "domicile", "ville", "centre", "etablissement")
"""Places that change no rule by themselves: the code of the line says it."""
TRIP_FACTS = (
    "distance_km", "zone", "departement", "night", "hour_band", "big_city", "empty_return", "shared_with",
)  # fmt: skip
KEYS = (
    "id", "title", "kind", "publisher", "conf", "covers", "facts", "lines", "contract", "total", "printed", "note",
    "depends", "also",
)  # fmt: skip
"""What a worked bill holds."""
LIKE = 0.8
"""How much an unknown name is like a known one, to be taken for it and refused; others are told, and change nothing."""
TOTALS = ("fee", *RESULTS)
FACTS = dict.fromkeys((*BORNE, *STAY, *BILL_ALLOWED, *SAID_ELSEWHERE, *TRIP_FACTS))
"""What the facts and the total of a worked bill may be."""
EXAMINATION, FLAT_FEE = "EBD", "FORFAIT_ACTE_LOURD"
CLASS_B = ("MONTURE_B", "VERRE_B")


@dataclass
class WorkedBill:
    """A worked bill in the vocabulary of bills, and what is expected of it."""

    id: str
    bill: dict[str, Any]
    expected: list[Mapping[str, Any]]
    total: Mapping[str, Any]
    doubtful: bool
    """Its weakest link is a memory or a derivation: shown, not for acceptance."""
    assumed: dict[str, Any] = field(default_factory=dict)
    ignored: list[str] = field(default_factory=list)
    """Facts that no bill knows."""
    unread: list[int] = field(default_factory=list)
    """Lines whose words are no known code: an act of who bills, with the base that they give."""
    from_stay: bool = False
    """Its lines are charges that the stay gives, not lines to be settled."""


def worked_bill(raw: Mapping[str, Any]) -> WorkedBill:
    """A worked bill of a file. Raises `FactError`."""
    check_worked(raw)
    facts: dict[str, Any] = dict(raw["facts"])
    worked = WorkedBill(
        id=str(raw["id"]),
        bill={},
        expected=list(raw["lines"]),
        total=raw.get("total") or {},
        doubtful=str(raw.get("conf", "")).upper() == "C",
    )
    worked.ignored += strange("", raw, KEYS) + strange("facts.", facts, FACTS) + strange("total.", worked.total, TOTALS)
    worked.from_stay = "tarif_jour" in facts or "daily_tariff" in facts
    worked.bill.update(facts_of_bill(facts, raw, worked))
    if worked.from_stay:
        worked.bill["lines"] = []
    else:
        worked.bill["lines"] = [line_of(line, place, facts, worked) for place, line in enumerate(raw["lines"])]
    return worked


def check_worked(raw: Mapping[str, Any]) -> None:
    """The shape of a worked bill. Raises `FactError`."""
    an_object = Text("un objet", "an object")
    for name in ("id", "facts", "lines"):
        if name not in raw:
            raise FactError(name, None, Text("une clé d'une facture de référence", "a key of a worked bill"))
    for name in ("facts", "total"):
        if not isinstance(raw.get(name) or {}, Mapping):
            raise FactError(name, raw[name], an_object)
    if not isinstance(raw["facts"], Mapping):
        raise FactError("facts", raw["facts"], an_object)
    if not isinstance(raw["facts"].get("stay") or {}, Mapping):
        raise FactError("facts.stay", raw["facts"]["stay"], an_object)
    check_lines(raw["lines"])


def strange(where: str, said: Mapping[str, Any], known: Collection[str]) -> list[str]:
    """The names that no worked bill has. Raises `UnknownName` for one that is like one that they have: a slip."""
    unknown = [name for name in said if name not in known]
    for name in unknown:
        if get_close_matches(str(name), known, n=1, cutoff=LIKE):
            raise UnknownName(str(name), said[name], tuple(known), where)
    return [f"{where}{name}".removeprefix("facts.") for name in unknown]


def check_lines(lines: Any) -> None:
    """The shape of the lines of a worked bill. Raises `FactError`."""
    if not isinstance(lines, (list, tuple)):
        raise FactError("lines", lines, Text("une liste de lignes", "a list of lines"))
    for number, line in enumerate(lines, start=1):
        if not isinstance(line, Mapping):
            raise FactError(f"lines[{number}]", line, Text("un objet avec un code", "an object with a code"))
        if not given(line.get("code")):
            raise MissingFact(f"lines[{number}].code", Text("le code de la ligne", "the code of the line"))


def facts_of_bill(facts: Mapping[str, Any], raw: Mapping[str, Any], worked: WorkedBill) -> dict[str, Any]:
    """The facts of a worked bill by their names in the vocabulary."""
    bill: dict[str, Any] = {}
    for name, value in facts.items():
        place_fact(bill, name, value)
    if given(facts.get("exemption")) and facts["exemption"] != "per line":
        bill["exemption"] = facts["exemption"]
    contract = raw.get("contract")
    if facts.get("c2s") or contract == "c2s":
        bill["c2s"] = True
    elif contract:
        bill["contract"] = contract_of(contract, raw.get("printed"))
    bill.update(setting_of(facts))
    if worked.from_stay and "stay" in bill and any(code_key(line) == FLAT_FEE for line in raw["lines"]):
        bill["stay"]["heavy_act"] = True
    if worked.from_stay and "psy" in str(facts.get("discipline", "")).lower():
        bill["stay"]["discipline"] = "psychiatrie"
    bill.update(who(facts, worked))
    bill.update(pathway(facts, bill, worked))
    return bill


def code_key(line: Mapping[str, Any]) -> str:
    """The code of a line; empty where its words are none."""
    try:
        return read_code(str(line["code"]), 0, flat_law(), bill_law()).key
    except FactError:
        return ""


def setting_of(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The frame of the care, where it is one that the law names; a trip that is urgent is one."""
    setting = str(facts.get("setting") or "")
    if not setting and facts.get("urgent") and PROFESSIONS.get(str(facts.get("professional"))) == "transporteur":
        setting = "transport_urgent"
    return {} if setting in ORDINARY_SETTINGS else {"special_setting": setting}


def contract_of(name: Any, printed: Any) -> Any:
    """A contract by the name that worked bills give it: "dentaire_250", "optique_100_150"; one in euros by what its
    publisher prints for a frame and a lens; else of the library.
    """
    if not isinstance(name, str):
        return name
    kind, *numbers_of_name = name.split("_")
    guarantees: dict[str, Any] = {"responsable": True, "cent_pour_cent_sante": True, "forfait_journalier": True}
    if kind in PERCENT and len(numbers_of_name) == 1 and numbers_of_name[0].isdecimal():
        return {**guarantees, **dict.fromkeys(PERCENT[kind], int(numbers_of_name[0]))}
    euros = numbers_of_name if kind == "optique" else PRINTED_CONTRACTS.get(name) or printed_euros(printed)
    if len(euros) == len(("frame", "lens")):
        return {**guarantees, "monture_euros": euros[0], "verre_euros": euros[1]}
    return name


def printed_euros(printed: Any) -> tuple[Any, ...]:
    """What a publisher prints of a contract in euros, for a frame and for a lens."""
    amounts = printed if isinstance(printed, Mapping) else {}
    lens = next((amount for name, amount in amounts.items() if str(name).startswith("verre")), None)
    return (amounts["monture"], lens) if "monture" in amounts and lens is not None else ()


def place_fact(bill: dict[str, Any], name: str, value: Any) -> None:
    """One fact of a worked bill in its place."""
    if name in BORNE:
        bill[BORNE[name]] = value
    elif name in STAY and value != COMPUTED:
        bill["stay"] = {**(bill.get("stay") or {}), STAY[name]: value}
    elif name in BILL_ALLOWED and name not in SAID_ELSEWHERE:
        bill[name] = value


def who(facts: Mapping[str, Any], worked: WorkedBill) -> dict[str, Any]:
    """Profession, specialty and sector."""
    name = str(facts.get("professional", "chirurgien" if facts.get("setting") == "hospitalisation" else "medecin"))
    found: dict[str, Any] = {}
    if name in SPECIALTIES or name in flat_law().specialties:
        found["specialty"] = SPECIALTIES.get(name, name)
    else:
        found["profession"] = PROFESSIONS.get(name, name)
        if not worked.from_stay:
            return found
        found = {}
    if "convention" not in facts:
        worked.assumed["convention"] = found["convention"] = "secteur_1"
    if "professional" not in facts:
        worked.assumed["specialty"] = found.get("specialty")
    return found


def pathway(facts: Mapping[str, Any], bill: Mapping[str, Any], worked: WorkedBill) -> dict[str, Any]:
    """The pathway of a doctor's visit, where it is not said: inside."""
    if "specialty" not in bill or worked.from_stay:
        return {}
    assumed: dict[str, Any] = {}
    if "medecin_traitant" not in facts:
        assumed["medecin_traitant"] = True
    if "role" not in facts:
        own = bill["specialty"] == "generaliste" and "referral" not in facts
        nobody = str(facts.get("medecin_traitant", True)).lower() == "false"
        assumed["role"] = "autre" if nobody else "medecin_traitant" if own else "correspondant"
    if "referral" not in facts:
        role = facts.get("role", assumed.get("role"))
        assumed["referral"] = "soins_iteratifs" if role == "correspondant" else "none"
    worked.assumed.update(assumed)
    return assumed


def line_of(line: Mapping[str, Any], place: int, facts: Mapping[str, Any], worked: WorkedBill) -> dict[str, Any]:
    """The inputs of one line: its code, its fee, what it says of itself; not the amounts expected of it."""
    found = inputs_of(line, place)
    try:
        text = read_code(str(line["code"]), profession_said(worked.bill, facts), flat_law(), bill_law())
    except FactError:
        if not given(line.get("base")):
            raise
        worked.unread.append(place + 1)
        found.update(code=GENERIC, fee=line.get("fee"), base=line["base"])
        return found
    code = bill_law().codes.get(text.key)
    if code is None or code.nature != Nature.CHARGE or not code.parameter:
        found["fee"] = line.get("fee")
    tariffs = numbers(facts.get("tariffs"))
    if text.key == "ACTE" and place < len(tariffs):
        found["tariff"] = tariffs[place]
    if code is not None:
        add_shared(found, code, facts)
    return found


def profession_said(bill: Mapping[str, Any], facts: Mapping[str, Any]) -> int:
    """Who bills, where the facts say it; 0 where they do not, or name nobody's profession."""
    name = str(bill.get("profession", "medecin" if "professional" in facts else "")).upper()
    return int(Profession[name]) if name in Profession.__members__ else 0


def add_shared(found: dict[str, Any], code: Code, facts: Mapping[str, Any]) -> None:
    """What the facts of the whole bill say of a line of this code: a journey, a tooth, a correction, an examination."""
    if code.trip or code.kilometres:
        found.update({name: facts[name] for name in TRIP_FACTS if name in facts and name not in found})
    if code.trip and "distance_km" in facts and "patients" in facts:
        found.setdefault("shared_with", facts["patients"])
    if code.tooth and given(facts.get("tooth")):
        found.setdefault("tooth", facts["tooth"])
    category = facts.get("category", facts.get("categorie"))
    if code.key in CLASS_B and given(category):
        found.setdefault("category", category)
    if facts.get("ebd") and code.key != EXAMINATION and not code.tooth and not code.coefficient:
        found.setdefault("exemption", "prevention")


def inputs_of(line: Mapping[str, Any], place: int) -> dict[str, Any]:
    """What a line says of itself, by the names of the vocabulary."""
    found = {}
    for name, value in line.items():
        if name == "q":
            found["quantity"] = value
        elif name in LINE_ALLOWED and name not in RESULTS and name != "fee":
            found[name] = value
        elif name not in RESULTS and name != "fee" and name not in SAID_ELSEWHERE:
            raise UnknownName(str(name), value, (*TOTALS, *LINE_ALLOWED), f"lines[{place + 1}].")
    return found


def numbers(text: Any) -> list[str]:
    """The tariffs that a worked bill lists: "83.60 and 62.70"."""
    parts = str(text or "").replace(",", " ").replace("and", " ").split()
    return [part for part in parts if part.replace(".", "").isdigit()]
