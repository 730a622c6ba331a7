"""The tariff that the dated tables, or the facts of a line, give to a code: boxes, trips, kilometres, devices.

All in cents; `UNKNOWN` where neither the tables nor the line say it: then the base must be given.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from parcours.engine.case import law_on
from parcours.engine.errors import FactError, MissingFact, UnknownTariff
from parcours.engine.facts.encoding import missing_fact
from parcours.law.bill.book import BillLaw, Code, Dated, on
from parcours.law.bill.codes import CaseCharge, Nature
from parcours.law.codes import UNKNOWN, Profession
from parcours.law.days import iso
from parcours.law.flat import FlatLaw
from parcours.rules.money import share
from parcours.rules.rate import WHOLE
from parcours.rules.types import Act
from parcours.text import Text, same

CHARGES = {
    "TM_SEJOUR": CaseCharge.SHARE_OF_STAY,
    "FJ": CaseCharge.CHARGE_ABOVE_SHARE,
    "FJ_PSYCHIATRIE": CaseCharge.CHARGE_ABOVE_SHARE,
    "FORFAIT_ACTE_LOURD": CaseCharge.FLAT_FEE,
    "MAJORATION_SEJOUR": CaseCharge.SURCHARGE_ONCE,
    "FPU": CaseCharge.EMERGENCY,
    "FPU_MINORE": CaseCharge.EMERGENCY_REDUCED,
}
"""What a charge is, where nothing more is known of the stay."""
EMERGENCIES = ("FPU", "FPU_MINORE")
HUNDRED = 100
FREE_KM = {"plain": "ik_abattement_plaine", "mountain": "ik_abattement_montagne"}
PLACES = {"montagne": "MONTAGNE", "mountain": "MONTAGNE", "pied": "PIED", "foot": "PIED", "ski": "PIED"}
"""Zone of a journey -> ending of its allowance; elsewhere, the plain."""
"""Kilometres of a journey there and back that the allowance leaves out (NGAP 13)."""


def lawful_charge(code: Code, values: Mapping[str, Any], facts: Mapping[str, Any], bill: BillLaw) -> int:
    """What a charge of the patient's invoice amounts to: the law sets it, it need not be said."""
    day = values.get("care_date")
    if day is None or not code.parameter:
        raise MissingFact("fee", Text(f"le montant de {code.key}", f"the amount of {code.key}"))
    unit = on(bill.parameters[code.parameter], day)
    if unit == UNKNOWN:
        raise UnknownTariff(
            "code", code.key, Text(f"rien n'est connu le {iso(day)}", f"nothing is known on {iso(day)}")
        )
    return unit * int(facts.get("quantity", 1))


def check_emergency(code: Code, day: int | None, bill: BillLaw) -> None:
    """Refuse the charge of an emergency visit before there was one, whatever amount is said."""
    if day is not None and on(bill.parameters[code.parameter], day) == UNKNOWN:
        first = next(iter(bill.parameters[code.parameter][0]))
        raise UnknownTariff(
            "code",
            code.key,
            Text(f"un passage aux urgences depuis le {iso(first)}", f"an emergency visit since {iso(first)}"),
        )


def unit_price(code: Code, day: int, said: Mapping[str, Any], age: int | None, territory: str, bill: BillLaw) -> int:
    """Price of one unit of a code."""
    if code.fee_per_box:
        return box(day, said, bill)
    if code.trip:
        return trip(code.trip, day, said, bill)
    if code.kilometres:
        return kilometres(code, day, said, territory, bill)
    return on(series_of(code, age, territory, day, bill)[0], day)


def own_rate(code: Code, day: int, facts: Mapping[str, Any]) -> int:
    """The code's own rate on that day, -1 where it has none."""
    coefficient = facts.get("coefficient", 0)
    if coefficient % 100 == 0 and coefficient // 100 in code.rate_by_coefficient:
        return code.rate_by_coefficient[coefficient // 100]
    return on(code.rate, day)


def adds_to_visits(code: Code, act: Act, law: FlatLaw) -> bool:
    """Does the technical act add to a visit that day, for a doctor of this specialty (CCAM III-3 A)?"""
    named = code.with_consultation_by if act.profession == Profession.MEDECIN else ()
    allowed = not named or any(law.specialties[name] == act.specialty for name in named)
    return allowed and act.care_date >= code.with_consultation_from


def series_of(code: Code, age: int | None, territory: str, day: int, bill: BillLaw) -> tuple[Dated, Dated]:
    """Base and highest price that hold for this patient and place."""
    limit, young, young_ceiling = code.young
    if limit and age is None:
        raise missing_fact("age")
    if limit and age is not None and age < bill.value(limit, day):
        return young, young_ceiling
    return of_place(code, territory) or (code.values, code.ceiling)


OVERSEAS = ("971", "972", "973", "974")
"""Départements where the letters of allied health have a price of their own."""


def of_place(code: Code, territory: str) -> tuple[Dated, Dated] | None:
    """Base and highest price of a code in one territory, where it has its own."""
    own = code.territories.get(territory)
    return own or (code.territories.get("outre_mer") if territory in OVERSEAS else None)


def held_elsewhere(code: Code, day: int, said: Mapping[str, Any], territory: str) -> bool:
    """Is the line overseas, with a tariff that only metropolitan France is known to have?"""
    if not territory or code.nature != Nature.ACT or "base" in said or "tariff" in said:
        return False
    own = of_place(code, territory)
    return own is None or on(own[0], day) == UNKNOWN


def box(day: int, said: Mapping[str, Any], bill: BillLaw) -> int:
    """A box: its price, limited to the dearest generic of the group where the generic is refused, and one fee."""
    if "price" not in said:
        return UNKNOWN
    fee = on(bill.codes["HG" if said.get("pack") == "three_months" else "HD"].values, day)
    if fee == UNKNOWN:
        return UNKNOWN
    return limited_by_generic(said) + fee


def limited_by_generic(said: Mapping[str, Any]) -> int:
    """The price that counts: L162-16 II (TFR), III and IV (generic refused, or not substitutable)."""
    price: int = said["price"]
    if said.get("generic") not in ("refused", "tfr"):
        return price
    if "generic_price" not in said:
        allowed = Text(
            "le prix du générique le plus cher du groupe, ou le TFR, sans honoraire",
            "the price of the dearest generic of the group, or the TFR, without fee",
        )
        raise MissingFact("generic_price", allowed)
    return min(price, int(said["generic_price"]))


def refused_at_counter(day: int | None, said: Mapping[str, Any], bill: BillLaw) -> dict[str, bool]:
    """`paid_at_counter` of a box whose generic was refused (L162-16-7); nothing where that one is no cheaper."""
    if day is None or said.get("generic") != "refused" or "price" not in said or "generic_price" not in said:
        return {}
    refused = bill.value("generique_tiers_payant", day) == 1 and said["generic_price"] < said["price"]
    return {"paid_at_counter": True} if refused else {}


def kilometres(code: Code, day: int, said: Mapping[str, Any], territory: str, bill: BillLaw) -> int:
    """Kilometre allowance of one journey there and back."""
    rate = on(series_of(code, None, territory, day, bill)[0], day)
    if rate == UNKNOWN or ("distance_km" not in said and "quantity" not in said):
        return UNKNOWN
    if "distance_km" not in said:
        return rate  # the quantity is the kilometres that are charged
    counted = max(0, int(said["distance_km"]) - bill.value(FREE_KM[code.kilometres], day) * HUNDRED)
    return (counted * rate + HUNDRED // 2) // HUNDRED


def trip(means: str, day: int, said: Mapping[str, Any], bill: BillLaw) -> int:
    """A trip of a patient: package, kilometres beyond those that it holds, short trip supplement, sharing."""
    if "distance_km" not in said:
        return UNKNOWN
    table = bill.trips[means]
    package = package_of(means, table, day, said)
    rate = kilometre_of(means, table, day, said)
    if UNKNOWN in (package, rate):
        return UNKNOWN
    included = 0 if said.get("zone") in table["whole"] else table["included"]
    beyond = max(0, said["distance_km"] - included * HUNDRED)
    by_distance = (beyond * rate + HUNDRED // 2) // HUNDRED
    amount = package + by_distance + short_trip(table, said["distance_km"])
    if said.get("empty_return"):
        if not table["empty"]:
            return UNKNOWN
        reached = max(limit for limit in table["empty"] if said["distance_km"] >= limit * HUNDRED)
        amount += share(by_distance, table["empty"][reached])
    if said.get("big_city"):
        supplement = on(table["big_city"], day)
        if supplement == UNKNOWN:
            return UNKNOWN
        amount += supplement
    if said.get("night") or said.get("hour_band", "day") != "day":
        if not table["night"]:
            return UNKNOWN
        amount += share(amount, table["night"])
    return shared(table, amount, said)


def package_of(means: str, table: Mapping[str, Any], day: int, said: Mapping[str, Any]) -> int:
    """The package of the zone."""
    packages = table["packages"]
    zone = str(said.get("zone", "any" if "any" in packages else ""))
    if not zone:
        raise MissingFact("zone", same(f"{means}: {', '.join(packages)}"))
    if zone not in packages:
        raise FactError("zone", said.get("zone"), same(f"{means}: {', '.join(packages)}"))
    amount: int = on(packages[zone], day)
    return amount


def kilometre_of(means: str, table: Mapping[str, Any], day: int, said: Mapping[str, Any]) -> int:
    """Price of a kilometre, of the département where it has its own."""
    if not table["kilometres"]:
        return on(table["kilometre"], day)
    place = said.get("departement")
    if place is None:
        raise MissingFact("departement", same(f"{means}: {', '.join(table['kilometres'])}"))
    return on(table["kilometres"].get(place, ((), ())), day)


def short_trip(table: Mapping[str, Any], distance: int) -> int:
    """Supplement of a short trip: the one of the first limit that the distance does not pass."""
    limits = [limit for limit in sorted(table["short"]) if distance <= limit * HUNDRED]
    amount: int = table["short"][limits[0]] if limits else 0
    return amount


def shared(table: Mapping[str, Any], amount: int, said: Mapping[str, Any]) -> int:
    """The cut of each patient's invoice when several share the trip."""
    count = said.get("shared_with", 1)
    if count == 1:
        return amount
    if not table["shared"]:
        return UNKNOWN
    cut = table["shared"][min(count, max(table["shared"]))]
    return amount - share(amount, cut)


def highest_price(code: Code, day: int, said: Mapping[str, Any], age: int | None, territory: str, bill: BillLaw) -> int:
    """Highest price of 100 % Santé for this line; from its base where the law ties them (class A lens)."""
    if "max_price" in said:
        return int(said["max_price"])
    if code.ceiling_from_base and "base" in said:
        part = bill.value(code.ceiling_from_base, day)
        return UNKNOWN if part == UNKNOWN else (said["base"] * WHOLE + part // 2) // part
    unit = on(series_of(code, age, territory, day, bill)[1], day)
    return UNKNOWN if unit == UNKNOWN else unit * int(said.get("quantity", 1))


def base_from_ceiling(code: Code, day: int, said: Mapping[str, Any], bill: BillLaw) -> int:
    """Base of a device whose base is a part of its highest price."""
    part = bill.value(code.ceiling_from_base, day) if code.ceiling_from_base else UNKNOWN
    if part == UNKNOWN or "max_price" not in said:
        return UNKNOWN
    return share(said["max_price"], part)


def due_at(code: Code, day: int, age: int | None, bill: BillLaw, law: FlatLaw) -> bool:
    """Is the code due at this age?  Below the first age or from the second; a supplement that the ordinary consultation
    holds, at the ages of the table of acts; an unknown age is taken to be right.
    """
    if age is None:
        return True
    if code.component:
        row, number = law_on(day, law, {}), law.acts[code.act]
        before = row.acte_ages_max[number]
        return row.acte_ages_min[number] <= age and (not before or age < before)
    below, start = (bill.value(name, day) for name in code.due_ages) if code.due_ages else (0, 0)
    return age < below or age >= start


FIRST_MILK_QUADRANT, FIRST_MILK_MOLAR = 5, 4
"""Of the two-digit names of teeth (ISO 3950)."""


def place_of(tooth: int) -> int:
    """The place of a tooth in its quadrant, as grown-ups count: the milk molars, 4 and 5, stand for 6 and 7."""
    quadrant, place = divmod(tooth, 10)
    return place + 2 if quadrant >= FIRST_MILK_QUADRANT and place >= FIRST_MILK_MOLAR else place


def basket_on(code: Code, day: int, facts: Mapping[str, Any]) -> int:
    """The basket of a prosthesis that day, which for some also depends on the tooth."""
    first, baskets = code.back
    behind = on(baskets, day)
    if behind == UNKNOWN:
        return on(code.basket, day)
    if "tooth" not in facts:
        raise MissingFact("tooth", Text(f"la dent de {code.key}", f"the tooth of {code.key}"))
    return behind if place_of(facts["tooth"]) >= first else on(code.basket, day)


MOST_MODIFIERS = 4
EXCLUSIVE = frozenset("UFPS")
"""Modifiers of urgency: one of them only (CCAM III-2)."""
URGENT = EXCLUSIVE | {"M"}
"""Modifiers that count once for each operator."""


def check_together(letters: Sequence[str]) -> None:
    """Four modifiers at most, one of urgency."""
    if len(letters) > MOST_MODIFIERS:
        raise FactError("modifiers", ", ".join(letters), Text(f"{MOST_MODIFIERS} au plus", f"{MOST_MODIFIERS} at most"))
    if len(EXCLUSIVE.intersection(letters)) > 1:
        raise FactError("modifiers", ", ".join(letters), Text("un seul de U, F, P, S", "one of U, F, P, S only"))


def modifiers_of(letters: Sequence[str], day: int, known: Mapping[str, tuple[Dated, Dated]]) -> tuple[int, int]:
    """Percentage (basis points) and amount (cents) of the modifiers of a CCAM act."""
    check_together(letters)
    percent = flat = 0
    for letter in letters:
        if letter not in known:
            raise FactError("modifiers", letter, same(", ".join(sorted(known))))
        amount, part = (on(series, day) for series in known[letter])
        if amount == UNKNOWN and part == UNKNOWN:
            allowed = Text("une valeur connue ce jour : donnez base", "a value known that day: give base")
            raise FactError("modifiers", letter, allowed)
        flat += max(0, amount)
        percent += max(0, part)
    return percent, flat
