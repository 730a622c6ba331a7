"""The patient's own invoice of a stay: the share of each day, the daily charge set against it, the flat fee.

CSS L174-4: on an ordinary day the patient owes the greater of the share and the charge, never both; with a costly act
(R160-16 I) or from the 31st day (R160-16 V 3) the share is limited or suppressed and the charge is owed whole. The day
of exit bears the charge alone (reading `fj_jour_sortie`).
"""

from collections.abc import Sequence
from typing import NamedTuple

from parcours.law.bill.codes import FjJourSortie
from parcours.law.record import LawRecord
from parcours.rules.bill.types import BillReadings
from parcours.rules.charges import owes_daily_charge
from parcours.rules.exemptions import free_of_majoration
from parcours.rules.money import share
from parcours.rules.rate import WHOLE, flat_fee, rate_of_act
from parcours.rules.types import Act


class Stay(NamedTuple):
    """A stay in an establishment, day by day: its nights, then the day of exit."""

    tariff: int
    """Daily tariff in cents."""
    rate: int
    """Rate of the compulsory insurance, in basis points: 100 % leaves no share."""
    costly: int
    """1 when a costly act was done."""
    flat_fee: int
    """Flat fee of a costly act in cents; 0 when nobody owes it."""
    charge_due: int
    """0 when the person owes no daily charge."""
    whole_from: int
    """Number of the first day without share."""


def terms_of_stay(act: Act, tariff: int, costly: int, whole_from: int, law: LawRecord) -> Stay:
    """The stay of a person, who is the `act` of an establishment: rate, flat fee and daily charge."""
    rate, _ = rate_of_act(act, law)
    fee, _ = flat_fee(act, rate, law)
    return Stay(tariff, rate, costly, fee, int(owes_daily_charge(act)), whole_from)


def stay_surcharge(act: Act, law: LawRecord) -> int:
    """The surcharge of a stay outside the pathway: once, the capped amount, over fees and stay together (R160-6); none
    for who owes no share at all.
    """
    return 0 if free_of_majoration(act) else share(law.majoration_plafond_assiette, law.majoration_taux)


class StayInvoice(NamedTuple):
    """What the patient owes for a stay, in cents, and for how many days."""

    share_days: int
    share: int
    charge_days: int
    charges: int
    exit_only: int
    """1 when the only charges are that of the day of exit."""
    flat_fee: int


def stay_invoice(stay: Stay, charges: Sequence[int], readings: BillReadings) -> StayInvoice:
    """The invoice of a stay. `charges`: the daily charge of each calendar day in order, the day of exit last; empty
    for a stay inside one day.
    """
    nights = max(1, len(charges) - 1)
    day_share = 0 if stay.costly else share(stay.tariff, WHOLE - stay.rate)
    share_days = 0
    charge_days = 0
    charged = 0
    exit_only = 0
    for day in range(nights):
        charge = charges[day] if stay.charge_due and len(charges) > 0 else 0
        owed_share = day_share if day + 1 < stay.whole_from else 0
        if owed_share and owed_share >= charge:
            share_days += 1
        elif charge:
            charge_days += 1
            charged += charge
    if len(charges) > 0 and stay.charge_due:
        last = charges[len(charges) - 1]
        inside = readings.fj_jour_sortie == FjJourSortie.GLOBAL and share_days * day_share >= charged + last
        if not inside:
            exit_only = 0 if charge_days else 1
            charge_days += 1
            charged += last
    return StayInvoice(
        share_days=share_days,
        share=share_days * day_share,
        charge_days=charge_days,
        charges=charged,
        exit_only=exit_only,
        flat_fee=stay.flat_fee if stay.costly else 0,
    )
