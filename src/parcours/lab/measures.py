"""Figures about care and money; with those about people, all that the targets name."""

import numpy as np
import polars as pl

from parcours.lab.access import accessible
from parcours.lab.care import item_of, kinds
from parcours.lab.measure import Year
from parcours.lab.measures_people import doctors
from parcours.lab.measuring import DOCTOR, GP, GROUPS, MEASURES, VISIT, mean_of, measure, ratio, share_of, total
from parcours.lab.places import places
from parcours.lab.values import care_values, grown, people_values

__all__ = ["MEASURES", "flat_amounts_rise"]
LEAST_VISITS = 30


@measure
def access(year: Year, tenth: int) -> float:
    """Visits of general practitioners within reach, a head, in the tenth of people who have so many of them."""
    reach, people = accessible(), places().population
    order = np.argsort(reach)
    before = (np.cumsum(people[order]) - people[order] / 2) / people.sum()
    inside = order[(before >= tenth / 10) & (before < (tenth + 1) / 10)]
    return float(np.average(reach[inside], weights=people[inside]) * visits(year, "gp"))


# --- volumes and spending ---


@measure
def visits(year: Year, group: str) -> float:
    """Consultations a head."""
    return total(year, "count", VISIT & GROUPS[group]) / len(year.people)


@measure
def acts_of_a_gp(year: Year) -> float:
    """Visits of a liberal general practitioner in a year."""
    seen = total(year, "count", VISIT & GP) / len(year.people) * year.scale * year.size
    return seen / doctors(year, "gp", "liberal")


@measure
def spending(year: Year, item: str) -> float:
    """Millions of euros charged for an item of the health accounts. Care in health centres is that of doctors and
    dentists: its share of theirs is the accounts'.
    """
    if item == "health_centres":
        return centres(year.year) * (_charged(year, "doctors") + _charged(year, "dentists"))
    return _charged(year, item) * (1 - centres(year.year) if item in {"doctors", "dentists"} else 1)


def _charged(year: Year, item: str) -> float:
    of = [kind.name for kind in kinds() if item_of(kind.name) == item]
    return _national(year, total(year, "fee", pl.col("kind").is_in(of)) + unclaimed(year, "fee", item)) / 1e6


def centres(year: int) -> float:
    """The share of health centres in what doctors and dentists charge outside hospital."""
    spent = {name: grown(care_values()["accounts"][name], year) for name in ("doctors", "dentists", "health_centres")}
    return spent["health_centres"] / sum(spent.values())


def _national(year: Year, amount: float) -> float:
    return amount / len(year.people) * year.scale * year.size


# --- fees ---


def _visits_of(specialty: str) -> pl.Expr:
    here = VISIT & (pl.col("specialty") == specialty)
    return here & pl.col("infant") if specialty == "pediatrie" else here


@measure
def mean_fee(year: Year, specialty: str) -> float:
    """Mean fee of a visit."""
    where = _visits_of(specialty)
    return ratio(total(year, "fee", where), total(year, "count", where))


@measure
def mean_overrun(year: Year, specialty: str) -> float:
    """Mean fee less the mean of what sector 1 charges."""
    where = _visits_of(specialty)
    return ratio(total(year, "fee", where) - total(year, "tariff", where), total(year, "count", where))


@measure
def dearest_fee(year: Year, specialty: str) -> float:
    """Mean fee where it is dearest."""
    rows = year.places.filter((pl.col("specialty") == specialty) & (pl.col("count") >= LEAST_VISITS))
    return float(rows.select((pl.col("fee") / pl.col("count")).max()).item() or 0)


@measure
def overruns(year: Year, group: str) -> float:
    """Thousands of millions of euros above the tariff."""
    return _national(year, total(year, "above", DOCTOR & GROUPS[group])) / 1e9


@measure
def overrun_share(year: Year) -> float:
    """Share of the fees of specialists that is above the tariff."""
    return ratio(total(year, "above", GROUPS["specialists"]), total(year, "fee", GROUPS["specialists"]))


@measure
def overrun_rate(year: Year) -> float:
    """What sector 2 charges above the tariff, by the tariff."""
    free = DOCTOR & pl.col("convention").is_in(["secteur_2", "secteur_2_optam"])
    return ratio(total(year, "above", free), total(year, "tariff", free))


@measure
def amc_share_of_overruns(year: Year) -> float:
    """What contracts pay of the overruns of doctors."""
    return ratio(total(year, "amc_above", DOCTOR), total(year, "depassement", DOCTOR))


# --- pathway and flat amounts ---


@measure
def majorations(year: Year, group: str) -> float:
    """Millions of euros of majorations."""
    return _national(year, total(year, "majoration", GROUPS[group])) / 1e6


@measure
def majorations_direct(year: Year) -> float:
    """Share of them taken at once."""
    return ratio(total(year, "majoration", pl.col("direct")), total(year, "majoration"))


@measure
def majorations_with_mt(year: Year) -> float:
    """Share of them borne by people with a médecin traitant."""
    return ratio(total(year, "majoration", pl.col("medecin_traitant")), total(year, "majoration"))


@measure
def majorations_gp_share(year: Year, declared: bool) -> float:
    """Share of them due at general practitioners, with or without a médecin traitant."""
    of = pl.col("medecin_traitant") == declared
    return ratio(total(year, "majoration", of & GP), total(year, "majoration", of))


@measure
def majorated_acts(year: Year) -> float:
    """Acts with a majoration."""
    return _national(year, total(year, "majorated"))


@measure
def flat_amounts(year: Year) -> float:
    """Thousands of millions of euros of participations and franchises."""
    return _national(year, total(year, "franchise") + total(year, "participation_forfaitaire")) / 1e9


@measure
def franchises(year: Year) -> float:
    """Millions of euros of franchises alone."""
    return _national(year, total(year, "franchise")) / 1e6


def flat_amounts_rise(after: Year, before: Year) -> float:
    """From one year to another."""
    return flat_amounts(after) - flat_amounts(before)


@measure
def flat_amounts_a_patient(year: Year) -> float:
    """Of those who paid some, the mean."""
    paid = year.people.select(pl.col("franchise") + pl.col("participation_forfaitaire")).to_series()
    return mean_of(paid.filter(paid > 0))


@measure
def cap_reached(year: Year) -> float:
    """Share of people who met one of the annual caps."""
    return share_of(year, pl.col("capped"))


@measure
def after_amc(year: Year) -> float:
    """What is left to people, a head; what is bought without a claim is counted."""
    return share_of(year, pl.col("patient")) + unclaimed(year, "patient") / len(year.people)


@measure
def financing(year: Year, payer: str) -> float:
    """Share of a payer in all that is spent."""
    whole = total(year, "fee") + unclaimed(year, "fee")
    return ratio(total(year, payer) + unclaimed(year, payer), whole)


def unclaimed(year: Year, payer: str, item: str = "") -> float:
    """What the people simulated spent without a claim, in euros; or what they, or their contracts, paid of it."""
    spent = 0.0
    covered = pl.col("cover").is_in(["collective", "individual"])
    for name, values in people_values()["unclaimed"].items():
        if item in {"", name}:
            paid = pl.when(covered).then(values["contracts"]).otherwise(0.0)
            part = {"fee": pl.lit(1.0), "amc": paid, "patient": 1 - paid}.get(payer, pl.lit(0.0))
            spent += float(year.people.select((pl.col(f"unclaimed_{name}") * part).sum()).item()) / 100
    return spent


# --- out of pocket ---


@measure
def out_of_pocket(year: Year, what: str, at: float = 0.0) -> float:
    """After the compulsory scheme, of people with some care: mean, quantile, or mean of the top hundredth."""
    paid = year.people.filter(pl.col("acts") > 0)["out_of_pocket"]
    if what == "mean":
        return mean_of(paid)
    if what == "quantile":
        return float(paid.quantile(at) or 0)
    return mean_of(paid.filter(paid >= paid.quantile(0.99)))


@measure
def out_of_pocket_at(year: Year, first: int, last: int) -> float:
    """Its mean at some ages."""
    return mean_of(_users(year, first, last)["out_of_pocket"])


@measure
def amo_rate(year: Year, first: int, last: int) -> float:
    """Share that the compulsory scheme pays at some ages."""
    users = _users(year, first, last)
    return ratio(mean_of(users["amo"]), mean_of(users["fee"]))


def _users(year: Year, first: int, last: int) -> pl.DataFrame:
    return year.people.filter((pl.col("acts") > 0) & pl.col("age").is_between(first, last))


@measure
def ald_mean(year: Year, column: str) -> float:
    """Mean of an amount over people with a long illness."""
    return mean_of(year.people.filter(pl.col("ald"))[column])


@measure
def ald_share_of_refunds(year: Year) -> float:
    """Share of refunds that goes to them."""
    ill = year.people.select(pl.when(pl.col("ald")).then(pl.col("amo")).otherwise(0)).to_series()
    return ratio(mean_of(ill), mean_of(year.people["amo"]))


def _households(year: Year) -> pl.DataFrame:
    """Households whole: disposable income is the standard of living times the consumption units."""
    child = pl.col("age") < CHILD
    weights = pl.when(child).then(0.3).otherwise(0.5)
    return year.people.group_by("household").agg(
        pl.col("patient").sum(),
        pl.col("amo").sum(),
        (pl.col("premium").sum() / 100).alias("premium"),
        ((0.5 + weights.sum()) * pl.col("standard_of_living").first() / 100).alias("income"),
        pl.col("decile").first(),
    )


CHILD = 14
"""Below it a member of the household is 0.3 of a consumption unit."""


@measure
def household(year: Year, column: str) -> float:
    """Mean of an amount by household."""
    return mean_of(_households(year)[column])


@measure
def household_d1(year: Year, column: str) -> float:
    """The same in the first tenth of standards of living."""
    return mean_of(_households(year).filter(pl.col("decile") == 1)[column])


@measure
def effort(year: Year, tenth: int) -> float:
    """Mean of the rates of households: premiums and out-of-pocket over disposable income; of a tenth, or of all (0)."""
    rows = _households(year)
    rows = rows.filter(pl.col("decile") == tenth) if tenth else rows
    return mean_of(rows.select((pl.col("patient") + pl.col("premium")) / pl.col("income")).to_series())
