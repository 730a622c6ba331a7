"""From the facts of a bill to the lines that the rules read: what the code and the date say is completed here."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from parcours.engine.bill.codetext import CLASSES, GENERIC, CodeText, read_code
from parcours.engine.bill.library import code_of_known, facts_of_known, known, modifiers_said
from parcours.engine.bill.prices import (
    CHARGES,
    EMERGENCIES,
    adds_to_visits,
    base_from_ceiling,
    basket_on,
    check_emergency,
    due_at,
    held_elsewhere,
    highest_price,
    lawful_charge,
    of_place,
    own_rate,
    refused_at_counter,
    unit_price,
)
from parcours.engine.bill.prices import PLACES as ROADS
from parcours.engine.bill.vocabulary import NOT_ON_A_BILL, read_facts
from parcours.engine.case import law_on
from parcours.engine.errors import FactError, MissingFact, UnknownTariff
from parcours.engine.facts.encoding import WITHOUT_SECTOR, EncodedAct, encode_values, read, said
from parcours.engine.facts.vocabulary import BY_NAME, given
from parcours.law.bill.book import BASKETS, BillLaw, Code, on
from parcours.law.bill.codes import CaseCharge, Combination, Cover, Nature, OpticalCategory, StayOf
from parcours.law.codes import UNKNOWN, ActKind, DrugClass, Exemption, Profession, SpecialSetting, TiersPayant
from parcours.law.days import iso
from parcours.law.flat import FlatLaw
from parcours.law.library.installed import installed
from parcours.rules.bill.types import Line
from parcours.text import Text, same

OF_DOCTORS = (GENERIC, "IMAGERIE", "VG", "TCG")
"""Codes that words of every profession lead to: those of another than a doctor have its own rate."""
OPTICAL = ("MONTURE", "VERRE")
ANY_FEE = 100_000_000
NOTED = {"half": 2, "full": 1}
"""Association codes that stand for a letter noted at half, or in full."""
COMBINATIONS = {
    ActKind.CONSULTATION: Combination.CONSULTATION,
    ActKind.SUPPLEMENT: Combination.SUPPLEMENT,
    ActKind.COORDINATION: Combination.SUPPLEMENT,
    ActKind.TECHNICAL: Combination.CCAM,
    ActKind.IMAGING: Combination.CCAM,
}
"""How an act of the table combines, where the tables of bills say nothing more of it."""


class BillLine(NamedTuple):
    """One line of a bill: what the rules read, and what was said."""

    number: int
    """Its place on the bill, from 1."""
    text: str
    """The code as it was written."""
    code: Code
    line: Line
    encoded: EncodedAct
    said: Mapping[str, Any]
    """The facts of the line, read."""
    library: str = ""
    """The nomenclature whose imported library gave the code or its price."""

    def as_line(self, line: Line) -> "BillLine":
        """The same, that the rules read otherwise."""
        return BillLine(self.number, self.text, self.code, line, self.encoded, self.said, self.library)


@dataclass(frozen=True)
class Shared:
    """What all the lines of a bill have in common."""

    values: Mapping[str, Any]
    """Facts of one act, read."""
    territory: str
    law: FlatLaw
    bill: BillLaw
    options: Mapping[str, str]
    """The chosen readings of bills."""


def code_of(key: str, shared: Shared) -> Code:
    """The code, or what the table of acts says of one that bills add nothing to."""
    for choice in shared.options.items():
        if key in shared.bill.alternatives.get(choice, ()):
            return shared.bill.alternatives[choice][key]
    if key in shared.bill.codes:
        return shared.bill.codes[key]
    kept = shared.bill.of_acts
    if key not in kept:
        kept[key] = code_of_act(key, shared)
    return kept[key]


def code_of_act(key: str, shared: Shared) -> Code:
    """A code of the table of acts that the tables of bills do not name."""
    number = shared.law.acts[key]
    row = shared.law.default.rows[-1]
    combination = COMBINATIONS.get(ActKind(row.acte_kind[number]), Combination.ALONE)
    if row.acte_coefficient[number]:
        combination = Combination.NGAP
    other = shared.bill.codes["ACTE"]
    label, references = shared.bill.acts.get(key, (same(key), other.references))
    return replace(
        other,
        key=key,
        label=label,
        references=references,
        act=key,
        profession=0,
        combination=int(combination),
    )


def read_line(number: int, raw: Mapping[str, Any], shared: Shared, before: int) -> BillLine:
    """One line, read and completed. `before`: the profession of the line before it, where codes are written alike."""
    try:
        return completed(number, raw, shared, before)
    except FactError as error:
        if not error.field.startswith("lines["):
            error.field = f"lines[{number}].{error.field}"
        raise


def completed(number: int, raw: Mapping[str, Any], shared: Shared, before: int) -> BillLine:
    """One line, read and completed."""
    own = {
        name: read(BY_NAME[name], value, shared.law)
        for name, value in raw.items()
        if name in BY_NAME and name not in NOT_ON_A_BILL and said(name, value)
    }
    profession = own.get("profession", shared.values.get("profession", 0))
    text = read_code(code_said(raw), profession, shared.law, shared.bill, 0 if "profession" in own else before)
    line_facts = {**text.facts, **read_facts(raw)}
    add_said(own, text.said, shared)
    code = said_apart(code_of_text(text, own, profession or before, line_facts, shared), line_facts, shared.bill)
    values = values_of_line(own, code, shared)
    from_library = facts_of_text(text, code, values, {**own, **line_facts}, shared)
    line_facts = {**from_library, **line_facts}
    if code.fixed:
        line_facts.setdefault("coefficient", code.fixed)
    add_class(values, own, code, line_facts)
    priced = price_of_line(code, values, line_facts, shared)
    line_facts.update(refused_at_counter(values.get("care_date"), line_facts, shared.bill))
    encoded = encoded_line(code, values, line_facts, priced, shared)
    line = rules_line(code, values, line_facts, priced, encoded, shared)
    used = used_library(text, from_library, line_facts)
    return BillLine(number, str(raw["code"]), code, line, encoded, line_facts, used)


def code_said(raw: Mapping[str, Any]) -> str:
    """The code of a line; of a box, its CIP where a library holds it."""
    code = str(raw["code"])
    return f"CIP {raw['cip']}" if given(raw.get("cip")) and known(f"CIP {raw['cip']}") else code


def said_apart(code: Code, facts: Mapping[str, Any], bill: BillLaw) -> Code:
    """The code that a word of its own makes of a line: how a journey is made, the class of a lens, a basket."""
    if code.kilometres == "plain" and facts.get("zone") in ROADS:
        key = f"{code.key}_{ROADS[facts['zone']]}"
        if key not in bill.codes:
            known_roads = [zone for zone, ending in ROADS.items() if f"{code.key}_{ending}" in bill.codes]
            raise FactError("zone", facts["zone"], same(", ".join(known_roads)))
        return bill.codes[key]
    if "optical_class" in facts and code.key[:-2] in OPTICAL:
        return bill.codes[f"{code.key[:-1]}{facts['optical_class'].upper()}"]
    if "basket" in facts and code.tooth and not code.basket[0]:
        free = facts["basket"] == "rac0"
        cover = int(Cover.BASKET_FREE if free else Cover.CATEGORY)
        return replace(code, basket=((0,), (BASKETS.index(facts["basket"]),)), cover=cover)
    return code


def used_library(text: CodeText, from_library: Mapping[str, Any], facts: Mapping[str, Any]) -> str:
    """The library that gave the line its code, its price or the values of its modifiers."""
    if text.known and (from_library or not text.key):
        return text.known.nomenclature
    return "ccam" if facts.get("modifiers") and installed("ccam") else ""


def add_said(own: dict[str, Any], text: Mapping[str, Any], shared: Shared) -> None:
    """Add what the text of the code says of the act: the class of a drug, the zone of a prescription."""
    for name in ("drug_class", "exemption"):
        if name in text and name not in own:
            own[name] = read(BY_NAME[name], text[name], shared.law)


def add_class(values: dict[str, Any], own: Mapping[str, Any], code: Code, facts: dict[str, Any]) -> None:
    """Add the class of a drug where only its rate is said, and whether the line has an exemption of its own."""
    if "rate_class" in facts and "drug_class" not in own and not code.drug_class:
        values["drug_class"] = class_of_rate(facts["rate_class"])
    facts["own_exemption"] = "exemption" in own


def code_of_text(
    text: CodeText, own: Mapping[str, Any], profession: int, facts: Mapping[str, Any], shared: Shared
) -> Code:
    """The code of the tables of bills, or what an imported library makes of it."""
    if text.key in OF_DOCTORS and profession not in {0, Profession.MEDECIN}:
        return act_of_profession(profession, shared)
    if text.key or text.known is None:
        return code_of(text.key, shared)
    day = own.get("care_date", shared.values.get("care_date"))
    return code_of_known(text.known, day, profession, facts.get("activity", 0), shared.bill)


def act_of_profession(profession: int, shared: Shared) -> Code:
    """An act of the CCAM of which the bill gives the base, done by somebody else than a doctor."""
    own_price = 1 if profession == Profession.CHIRURGIEN_DENTISTE else UNKNOWN  # it may be a prosthesis
    alone = int(Combination.ALONE)
    return replace(shared.bill.codes[GENERIC], act="", profession=profession, combination=alone, own_price=own_price)


def facts_of_text(
    text: CodeText, code: Code, values: Mapping[str, Any], facts: Mapping[str, Any], shared: Shared
) -> dict[str, Any]:
    """What an imported library says of the line on its day."""
    return facts_of_known(text.known, code, values, facts, shared.bill) if text.known else {}


def class_of_rate(rate: int) -> int:
    """The class of a drug, from the rate that is printed on its ticket."""
    if str(rate) not in CLASSES:
        raise FactError("rate_class", rate, same(", ".join(CLASSES)))
    return int(DrugClass[CLASSES[str(rate)].upper()])


def values_of_line(own: Mapping[str, Any], code: Code, shared: Shared) -> dict[str, Any]:
    """The facts of one act for this line: those of the bill, its own, those of its code."""
    values = {**shared.values, **own}
    profession = profession_of(code, values, shared)
    if profession and values.get("profession") != profession:
        values["profession"] = profession
        if profession != Profession.MEDECIN or "specialty" not in own:
            values.pop("specialty", None)
    if profession != Profession.MEDECIN:
        values.pop("specialty", None)
    if profession in WITHOUT_SECTOR:
        values.pop("convention", None)
    if code.specialty and "specialty" not in own:
        values["specialty"] = read(BY_NAME["specialty"], code.specialty, shared.law)
    if code.setting:
        values.setdefault("special_setting", code.setting)
    if profession != Profession.PHARMACIE:
        values.pop("drug_class", None)
    elif code.drug_class:
        values["drug_class"] = code.drug_class
    return values


def profession_of(code: Code, values: Mapping[str, Any], shared: Shared) -> int:
    """Who performs the act: the code says, or the bill among those who may."""
    if code.nature != Nature.ACT:
        return Profession.ETABLISSEMENT
    if code.profession:
        return code.profession
    allowed = [Profession[name.upper()] for name in shared.law.act_professions.get(code.act, ())]
    profession = values.get("profession", 0)
    if not allowed or profession in allowed:
        return int(profession)
    return int(allowed[0])


class Price(NamedTuple):
    """The tariff of a line before the session, and where it comes from."""

    tariff: int
    """-1: that of the act."""
    given: bool
    letter: int = 0
    coefficient: int = 0
    percent: int = 0
    flat: int = 0


def price_of_line(code: Code, values: Mapping[str, Any], facts: dict[str, Any], shared: Shared) -> Price:
    """What the line is worth before the session. A base that the bill gives wins."""
    day = values.get("care_date")
    if day is None or code.nature != Nature.ACT:
        return Price(UNKNOWN, given=False)
    percent, flat = modifiers_said(facts.get("modifiers", ()), day, values, shared.bill)
    if "base" in facts:
        return Price(facts["base"], given=True)
    if not due_at(code, day, values.get("age"), shared.bill, shared.law):
        return Price(0, given=False)
    if "tariff" in facts:
        return Price(facts["tariff"], given=False, percent=percent, flat=flat)
    letter = letter_of(code, day, shared)
    if letter != UNKNOWN:
        coefficient = facts.get("coefficient")
        if coefficient is None:
            raise MissingFact("coefficient", Text(f"le coefficient de {code.key}", f"the coefficient of {code.key}"))
        times = 1 if values.get("profession") == Profession.LABORATOIRE else facts.get("quantity", 1)  # B 70: of all
        return Price((letter * coefficient + 50) // 100 * times, False, letter=letter, coefficient=coefficient)
    unit = unit_price(code, day, facts, values.get("age"), shared.territory, shared.bill)
    if unit == UNKNOWN:
        unit = base_from_ceiling(code, day, facts, shared.bill)
    if unit == UNKNOWN and (code.kilometres or not code.act):
        day_text = iso(day)
        allowed = Text(
            f"aucun tarif connu le {day_text} pour ces faits ; donnez base",
            f"no known tariff on {day_text} for these facts; give base",
        )
        raise UnknownTariff("code", code.key, allowed)
    if unit == UNKNOWN:
        return Price(UNKNOWN, given=False, percent=percent, flat=flat)
    return Price(unit * facts.get("quantity", 1), given=False, percent=percent, flat=flat)


def letter_of(code: Code, day: int, shared: Shared) -> int:
    """Price of one unit of a letter with a coefficient; -1 where the code has none."""
    number = shared.law.acts.get(code.act)
    by_act = number is not None and shared.law.default.rows[-1].acte_coefficient[number] and not code.values[0]
    if not code.coefficient and not by_act:
        return UNKNOWN
    own = of_place(code, shared.territory)
    if own and on(own[0], day) != UNKNOWN:
        return on(own[0], day)
    if code.coefficient:
        return on(code.values, day)
    return law_on(day, shared.law, {}).acte_base[shared.law.acts[code.act]]


def encoded_line(
    code: Code, values: dict[str, Any], facts: Mapping[str, Any], price: Price, shared: Shared
) -> EncodedAct:
    """The act of the line as the rules of one act read it."""
    if code.key in EMERGENCIES:
        check_emergency(code, values.get("care_date"), shared.bill)
    if "fee" in facts:
        values["fee"] = facts["fee"]
    elif code.nature == Nature.CHARGE:
        values["fee"] = lawful_charge(code, values, facts, shared.bill)
    if code.own_exemption and not facts["own_exemption"] and values.get("exemption", 0) >> Exemption.ALD & 1:
        values["exemption"] -= 1 << Exemption.ALD
    if price.given:
        values["base"] = price.tariff
    if facts.get("paid_at_counter"):
        values["tiers_payant"] = int(TiersPayant.NONE)
    if code.act:
        values["act"] = (shared.law.acts[code.act], code.act)
    quantity = facts.get("quantity", 1) * (facts.get("acts", 1) if code.by_act else 1)
    if price.letter and "quantity" in facts:
        values["act"] = (0, "consultation")  # its own letter counts as one act: several acts bear several contributions
    elif price.letter and code.act:
        quantity = price.coefficient / 100
    values["quantity"] = round(quantity * 100)
    return encode_values(values, shared.law)


def rules_line(
    code: Code, values: Mapping[str, Any], facts: Mapping[str, Any], price: Price, encoded: EncodedAct, shared: Shared
) -> Line:
    """The line as the rules read it; sessions and supplements are tied afterwards."""
    day = encoded.act.care_date
    with_consultation = code.with_consultation if adds_to_visits(code, encoded.act, shared.law) else 0
    basket = basket_on(code, day, facts)
    if "basket" in facts and basket not in (UNKNOWN, BASKETS.index(facts["basket"])):
        raise FactError("basket", facts["basket"], same(BASKETS[basket]))
    free = code.cover != Cover.BASKET_FREE or (basket != UNKNOWN and BASKETS[basket] == "rac0")
    ceiling = highest_price(code, day, facts, values.get("age"), shared.territory, shared.bill)
    if ceiling == UNKNOWN and code.tooth and basket == BASKETS.index("rac0") and not code.ceiling[0]:
        ceiling = ANY_FEE  # its highest fee was not found: the dentist may not ask more (R871-2)
    return Line(
        act=encoded.act,
        nature=code.nature,
        combination=code.combination,
        with_consultation=with_consultation,
        session=0,
        professional=0,
        joins=-1,
        component=int(code.component),
        tariff=price.tariff,
        given=int(price.given),
        letter=price.letter,
        coefficient=price.coefficient,
        association=facts["association"] if "association" in facts else NOTED.get(facts.get("noted", ""), 0),
        activity=facts.get("activity", code.activity),
        percent=price.percent,
        flat=price.flat,
        rate=own_rate(code, day, facts),
        bears=int(code.bears),
        in_pathway=int(not code.outside_pathway_rules),
        cover=code.cover if free else int(Cover.CATEGORY),
        ceiling=ceiling,
        c2s_ceiling=on(code.c2s, day),
        category=int(OpticalCategory[facts["category"].upper()]) if "category" in facts else 0,
        stay=int(StayOf.ITSELF if values.get("special_setting") == SpecialSetting.HOSPITALISATION else StayOf.NONE),
        case_charge=int(CHARGES.get(code.key, CaseCharge.COMFORT)) if code.nature != Nature.ACT else 0,
        elsewhere=int(held_elsewhere(code, day, facts, shared.territory)),
        own_price=code.own_price,
    )
