"""The charges that a stay adds to the patient's invoice, from its days and its daily tariff."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from parcours.engine.bill.lines import BillLine, Shared, read_line
from parcours.engine.case import law_on
from parcours.engine.errors import FactError, MissingFact
from parcours.law.bill.book import on
from parcours.law.bill.codes import CaseCharge
from parcours.law.codes import UNKNOWN, Convention, Profession, Scheme, SpecialSetting
from parcours.law.days import number_of
from parcours.law.record import LawRecord
from parcours.rules.bill.stay import StayInvoice, stay_invoice, stay_surcharge, terms_of_stay
from parcours.rules.bill.types import BillReadings
from parcours.rules.money import share
from parcours.rules.pathway import pathway_status
from parcours.rules.rate import WHOLE, rate_of_act
from parcours.rules.types import Act, Readings
from parcours.text import Text, plain_euros

DAILY = ("FJ", "FJ_PSYCHIATRIE")
"""The daily charge, in general and in psychiatry: a stay owes one of them."""
LONGEST = 1000
"""Days of a stay: more is a typing error."""


def day_of(number: int) -> date:
    """The number YYYYMMDD as a date."""
    return date(number // 10_000, number // 100 % 100, number % 100)


def days_of(stay: Mapping[str, Any]) -> list[int]:
    """Every calendar day of the stay, entry and exit included; none for a stay inside one day."""
    first, last = day_of(stay["entry"]), day_of(stay["exit"])
    if first == last:
        return []
    if (last - first).days > LONGEST:
        allowed = Text(f"au plus {LONGEST} jours après l'entrée", f"at most {LONGEST} days after the entry")
        raise FactError("stay.exit", last.isoformat(), allowed)
    return [number_of(first + timedelta(days=day)) for day in range((last - first).days + 1)]


def charges_of_stay(
    stay: Mapping[str, Any],
    lines: Sequence[BillLine],
    costly: bool,
    shared: Shared,
    readings: tuple[Mapping[str, str], Readings, BillReadings],
) -> list[BillLine]:
    """The lines that the stay adds: its share, its daily charges, the flat fee, the surcharge."""
    chosen, rule_readings, bill_readings = readings
    law = law_on(stay["entry"], shared.law, chosen)
    number = len(lines) + 1
    person = read_line(number, {"code": "CONFORT", "fee": 0, "care_date": iso_of(stay["entry"])}, shared, 0)
    whole_from = shared.bill.value("sejour_jour_100", stay["entry"])
    tariff = daily_tariff(stay, lines, costly)
    terms = terms_of_stay(person.line.act, tariff, int(costly), whole_from, law)
    kind = daily_charge(stay)
    series = shared.bill.parameters[shared.bill.codes[kind].parameter]
    charges = [on(series, day) for day in days_of(stay)]
    if UNKNOWN in charges:
        raise FactError(
            "stay.entry",
            iso_of(stay["entry"]),
            Text("un jour au forfait journalier connu", "a day of known daily charge"),
        )
    invoice = stay_invoice(terms, charges, bill_readings)
    if has_establishment(lines):
        invoice = beside_establishment(invoice, lines, costly, law)
    if stay.get("linked_stay"):
        invoice = invoice._replace(flat_fee=0)  # owed once, on the stay before (R160-16 I)
    apart = outside(stay, person.line.act, shared, chosen, rule_readings)
    surcharge = stay_surcharge(person.line.act, law) if apart else 0
    found = wanted(invoice, surcharge, kind, costly, terms.whole_from <= len(charges))
    told = {line.code.key for line in lines}  # a charge that the paper has on a line of its own is that one
    told.update(DAILY if told.intersection(DAILY) else ())
    found = [row for row in found if row[0] not in told]
    if not found and not lines:
        found = [nothing_owed(person.line.act, kind, len(charges))]
    return [
        charge_line(number + place, code, quantity, fee, case, stay, shared)
        for place, (code, quantity, fee, case) in enumerate(found)
    ]


def daily_charge(stay: Mapping[str, Any]) -> str:
    """The code of the daily charge of a stay."""
    return "FJ_PSYCHIATRIE" if stay.get("discipline") == "psychiatrie" else "FJ"


def with_its_charge(line: BillLine, raw: Mapping[str, Any], stay: Mapping[str, Any], shared: Shared) -> BillLine:
    """A line whose paper says "forfait journalier" alone: in psychiatry it is the charge of psychiatry."""
    if line.code.key != "FJ" or daily_charge(stay) == "FJ":
        return line
    quantity = line.said.get("quantity", 1)
    own = read_line(line.number, {**raw, "quantity": quantity, "code": daily_charge(stay)}, shared, 0)
    return own._replace(text=line.text)


def iso_of(day: int) -> str:
    """The number YYYYMMDD as people write it."""
    return day_of(day).isoformat()


def daily_tariff(stay: Mapping[str, Any], lines: Sequence[BillLine], costly: bool) -> int:
    """The daily tariff, asked for where the share depends on it."""
    if "daily_tariff" in stay:
        return int(stay["daily_tariff"])
    if costly or has_establishment(lines):
        return 0
    raise MissingFact(
        "stay.daily_tariff",
        Text("le tarif journalier de l'établissement, en euros", "the establishment's daily tariff, in euros"),
    )


def has_establishment(lines: Sequence[BillLine]) -> bool:
    """Does the bill hold the package of a clinic, which is refunded on its own line?"""
    return any(line.line.act.profession == Profession.ETABLISSEMENT and line.code.key == "GHS" for line in lines)


def beside_establishment(invoice: StayInvoice, lines: Sequence[BillLine], costly: bool, law: LawRecord) -> StayInvoice:
    """In a clinic the share is on the package's line: only what the charges exceed it by is owed beside (L174-4)."""
    if costly:
        return invoice._replace(flat_fee=0)
    packages = [line.line for line in lines if line.code.key == "GHS"]
    own = sum(share(max(0, package.tariff), WHOLE - rate_of_act(package.act, law)[0]) for package in packages)
    return invoice._replace(charges=max(0, invoice.charges - own))


def outside(stay: Mapping[str, Any], act: Act, shared: Shared, chosen: Mapping[str, str], readings: Readings) -> bool:
    """Is the stay outside the pathway?  As it says; else as a doctor's visit of this patient would be."""
    if "outside_pathway" in stay:
        return bool(stay["outside_pathway"])
    if "medecin_traitant" not in shared.values:
        return False
    visit = act._replace(
        profession=Profession.MEDECIN,
        specialty=shared.values.get("specialty", 0) or max(shared.law.specialties.values()),
        convention=Convention.SECTEUR_1,
        special_setting=SpecialSetting.NONE,
        **{
            name: shared.values[name]
            for name in ("medecin_traitant", "role", "referral", "urgent", "away")
            if name in shared.values
        },
    )
    law = law_on(stay["entry"], shared.law, chosen)
    return bool(law.majoree[pathway_status(visit, law, readings)[0]])


def wanted(
    invoice: StayInvoice, surcharge: int, kind: str, costly: bool, long: bool
) -> list[tuple[str, int, int, CaseCharge]]:
    """Code, days, amount and case of each charge that is owed."""
    case = CaseCharge.CHARGE_ABOVE_SHARE
    if costly:
        case = CaseCharge.WITH_COSTLY_ACT
    elif invoice.exit_only:
        case = CaseCharge.EXIT_DAY
    elif long:
        case = CaseCharge.FROM_DAY_31
    rows = [
        ("TM_SEJOUR", invoice.share_days, invoice.share, CaseCharge.SHARE_OF_STAY),
        ("FORFAIT_ACTE_LOURD", 1, invoice.flat_fee, CaseCharge.FLAT_FEE),
        (kind, invoice.charge_days, invoice.charges, case),
        ("MAJORATION_SEJOUR", 1, surcharge, CaseCharge.SURCHARGE_ONCE),
    ]
    return [row for row in rows if row[2]]


def nothing_owed(act: Act, kind: str, days: int) -> tuple[str, int, int, CaseCharge]:
    """The daily charge that is not owed: what is left of the invoice of a stay that asks nothing. Nobody owes one for a
    stay inside one day, which has no `days` of it.
    """
    if not days:
        return kind, 1, 0, CaseCharge.INSIDE_ONE_DAY
    local = act.scheme == Scheme.ALSACE_MOSELLE
    return kind, days, 0, CaseCharge.BORNE_BY_SCHEME if local else CaseCharge.CHARGE_EXEMPT


PRINTED = {
    "TM_SEJOUR": "TM sejour {days} j",
    "FORFAIT_ACTE_LOURD": "forfait acte lourd",
    "FJ": "FJ x {days}",
    "FJ_PSYCHIATRIE": "FJ psychiatrie x {days}",
    "MAJORATION_SEJOUR": "majoration sejour",
}
"""The charges of a stay as an invoice prints them."""


def charge_line(
    number: int, code: str, quantity: int, fee: int, case: CaseCharge, stay: Mapping[str, Any], shared: Shared
) -> BillLine:
    """One charge as a line of the bill."""
    raw = {
        "code": code,
        "quantity": quantity,
        "fee": plain_euros(fee),
        "care_date": iso_of(stay["entry"]),
    }
    line = read_line(number, raw, shared, 0)
    printed = PRINTED[code].format(days=quantity)
    own = line.line._replace(case_charge=int(case), stay=1)
    return BillLine(number, printed, line.code, own, line.encoded, line.said)
