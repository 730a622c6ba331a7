"""The people of the lab: age, household, place, standard of living, rights. They resemble nobody."""

import json
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from parcours.lab.draw import Draws, Numbers, chosen, gamma, normal
from parcours.lab.places import Places, places
from parcours.lab.values import care_values, grown, knots, of_year, people_values, steps

TRACT = 60
"""People whose households are laid out together."""
OLDEST = 104
BINS = 12
"""Ages of parents, and of their children, are drawn in the same of so many slices: old parents have old children."""
AGES = np.arange(OLDEST + 1)
COVERS = ("collective", "individual", "none", "c2s", "ame")
COLLECTIVE, INDIVIDUAL, NONE, C2S, AME = range(5)
TENURES = ("declared", "none", "gone")
DECLARED, NEVER, GONE = range(3)
MAN, WOMAN = 1, 2
SEXES = ("man", "woman")
SCHEMES = ("general", "alsace_moselle", "mayotte")
CONDITIONS = tuple(people_values()["ald"]["mix"])
SCREENINGS = tuple(people_values()["screening"])
UNCLAIMED = tuple(people_values()["unclaimed"])
COUNTED = 2017
"""The year of the amounts of what is not claimed."""
TRACTS = 7 << 29
HOUSEHOLDS = 1 << 31
"""Numbers of households are drawn apart from those of people."""
AGE, SEX, PLACE, LIVING, RIGHTS, ILL, CONDITION, COVER, TENURE, DOCTOR, NEED, BIRTH, TESTS, BOUGHT = range(1, 15)
STEPS = {LIVING: 11, RIGHTS: 5, AGE: 17}
"""How far the slices of two neighbours are: prime to the number of households of a tract."""


class People(NamedTuple):
    """Columns of numbers, one value a person. Money in cents; days count from 1970."""

    patient: Numbers
    household: Numbers
    size: Numbers
    role: Numbers
    age: Numbers
    """On 1 January."""
    born: Numbers
    sex: Numbers
    commune: Numbers
    """Its place in `places().code`."""
    department: Numbers
    zone: Numbers
    living: Numbers
    decile: Numbers
    ald: Numbers
    ald_on_list: Numbers
    ald_main: Numbers
    ald_second: Numbers
    """-1 for no second condition."""
    ald_new: Numbers
    cover: Numbers
    c2s_free: Numbers
    c2s_eligible: Numbers
    contract: Numbers
    premium: Numbers
    scheme: Numbers
    mt: Numbers
    need: Numbers
    screened: Numbers
    """Bits of `SCREENINGS`."""
    unclaimed: dict[str, Numbers]
    """What was spent without a claim, by item of the health accounts."""


class Layout(NamedTuple):
    """Of each place of a tract: its household, how many live there, what it is there."""

    household: Numbers
    size: Numbers
    role: Numbers
    second: Numbers
    type: Numbers
    """Of its household, a place among `TYPES`; those of old people come after."""
    households: int


ROLES = "SCPKL"
TYPES = ("single", "couple", "children", "lone", "single_old", "couple_old")
FIRST_OLD = 4


@cache
def layout() -> Layout:
    """The households of a tract."""
    texts = people_values()["households"]["roles"]
    household = [number for number, text in enumerate(texts) for _ in text]
    size = [len(text) for text in texts for _ in text]
    role = [ROLES.index(letter) for text in texts for letter in text]
    second = [place == 1 for text in texts for place, _ in enumerate(text)]
    kind = ["SCPL".index(text[0]) for text in texts for _ in text]
    return Layout(np.array(household), np.array(size), np.array(role), np.array(second), np.array(kind), len(texts))


@cache
def pyramid() -> Numbers:
    """Share of each year of age."""
    values = people_values()["pyramid"]
    share = np.repeat(np.array(values["groups"], float), 5)[: OLDEST + 1]
    starts = [*values["totals"], OLDEST + 1]
    for first, last, total in zip(starts, starts[1:], values["totals"].values(), strict=False):
        share[first:last] *= total / share[first:last].sum()
    shares: Numbers = share / share.sum()
    return shares


@cache
def ages_of_roles() -> Numbers:
    """For each role, the cumulated shares of ages: together they are the pyramid."""
    whole, values = pyramid(), people_values()["households"]
    roles = np.bincount(layout().role, minlength=len(ROLES)) / TRACT
    child = np.where(AGES < 20, whole, 0)
    older = np.where((AGES >= 20) & (values["children_until"] > AGES), whole, 0)
    child = child + older * (roles[ROLES.index("K")] - child.sum()) / older.sum()
    parent = whole * steps(values["parents_by_age"], AGES)
    parents = roles[ROLES.index("P")] + roles[ROLES.index("L")]
    parent *= parents / parent.sum()
    rest = whole - child - parent
    by_role = np.array([rest, rest, parent, child, parent])
    limits: Numbers = np.cumsum(by_role, axis=1) / by_role.sum(axis=1, keepdims=True)
    return limits


def people_of(patients: Numbers, year: int, seed: int) -> People:
    """These people, in any order and in any number."""
    rows, plan = Draws(seed, patients), layout()
    tract, place = np.divmod(patients, TRACT)
    household = tract * plan.households + plan.household[place]
    together = Draws(seed, household + HOUSEHOLDS)
    role = plan.role[place]
    slices = _spread(seed, tract, plan.household[place], together.one(AGE), AGE, plan.households)
    age = _ages(rows, slices, role)
    sex = _sexes(rows, together, role, plan.second[place], age)
    where = together.one(PLACE)
    u = _spread(seed, tract, plan.household[place], together.pair(PLACE)[1], LIVING, plan.households)
    quantile = ranked(u, types_of(plan.type[place], slices))
    commune = np.searchsorted(places().cumulated, where)
    living = _living(quantile, year)
    decile = np.minimum((quantile * 10).astype(np.int64), 9) + 1
    ald, ill = _ald(rows, age, decile, year)
    claims = _spread(seed, tract, plan.household[place], together.one(RIGHTS), RIGHTS, plan.households)
    cover = _cover(rows, together, claims, quantile, decile, age, year)
    _, new = rows.pair(ILL)
    born = np.datetime64(f"{year}-01-01").astype("datetime64[D]").astype(np.int64)
    return People(
        patient=patients,
        household=household,
        size=plan.size[place],
        role=role,
        age=age,
        born=born - np.ceil(age * 365.2425).astype(np.int64) - (rows.one(BIRTH) * 364).astype(np.int64),
        sex=sex,
        commune=commune,
        department=places().department[commune],
        zone=places().zone[commune],
        living=living,
        decile=decile,
        ald=ald,
        ald_on_list=ald & (ill["list"] < people_values()["ald"]["on_list"]),
        ald_main=np.where(ald, ill["main"], -1),
        ald_second=np.where(ald, ill["second"], -1),
        ald_new=ald & (new < people_values()["ald"]["new_a_year"]),
        **cover,
        scheme=places().scheme[places().department[commune]],
        mt=_tenure(rows, age, sex, ald, cover["cover"] == AME, places(), places().department[commune], year),
        need=gamma(rows.one(NEED), people_values()["frailty"]),
        screened=_screened(rows, age, sex),
        unclaimed={name: _unclaimed(rows, age, sex, year, name) for name in UNCLAIMED},
    )


def _spread(seed: int, tract: Numbers, household: Numbers, u: Numbers, stream: int, households: int) -> Numbers:
    """A number between 0 and 1 for each household, one in each slice of a tract: the country's shares vary less."""
    shift = (Draws(seed, tract + TRACTS).one(stream) * households).astype(np.int64)
    return ((household * STEPS[stream] + shift) % households + u) / households


def _ages(rows: Draws, slices: Numbers, role: Numbers) -> Numbers:
    """Ages by role; the members of a household are drawn in one slice."""
    u = (np.floor(slices * BINS) + rows.one(AGE)) / BINS
    age = np.zeros(len(role), np.int64)
    for number, limits in enumerate(ages_of_roles()):
        here = role == number
        age[here] = np.searchsorted(limits, u[here])
    return np.minimum(age, OLDEST)


def _sexes(rows: Draws, together: Draws, role: Numbers, second: Numbers, age: Numbers) -> Numbers:
    values = people_values()["households"]
    alone = steps(values["women_alone"], AGES)[age]
    chance = np.where(role == ROLES.index("S"), alone, values["girls"])
    chance = np.where(role == ROLES.index("L"), values["women_lone_parent"], chance)
    couple = (role == ROLES.index("C")) | (role == ROLES.index("P"))
    first_is_woman = together.one(SEX) < 0.5
    woman = np.where(couple, first_is_woman != second, rows.one(SEX) < chance)
    return np.where(woman, WOMAN, MAN)


def types_of(kind: Numbers, shared: Numbers) -> Numbers:
    """The type of each household: people who live alone or as a couple without children may be old."""
    return np.where((kind < 2) & (np.floor(shared * BINS) >= first_old_bin()), kind + FIRST_OLD, kind)


@cache
def first_old_bin() -> int:
    """The first slice of ages whose middle is old, among people without children."""
    limits = ages_of_roles()[0]
    return int(np.ceil(limits[people_values()["living"]["old"] - 1] * BINS - 0.5))


@cache
def exponents() -> Numbers:
    """Of each type of household: its share below a poor standard of living is that of the country to this power."""
    rates = people_values()["living"]["poverty"]
    return np.array([np.log(rates[name]) / np.log(rates["all"]) for name in TYPES])


@cache
def shares_of_types() -> Numbers:
    """Share of people who live in each type of household."""
    shares = np.bincount(layout().type, minlength=len(TYPES)) / TRACT
    old = 1 - first_old_bin() / BINS
    shares[FIRST_OLD:] = shares[:2] * old
    shares[:2] *= 1 - old
    return shares


def ranked(u: Numbers, types: Numbers) -> Numbers:
    """The rank among all people of who has this rank among households of the same type."""
    latent = u ** (1 / exponents()[types])
    return np.asarray(sum(share * latent**power for share, power in zip(shares_of_types(), exponents(), strict=True)))


def _living(quantile: Numbers, year: int) -> Numbers:
    """Standard of living: a log-normal law with the Gini coefficient of the country."""
    values = people_values()["living"]
    spread = 2**0.5 * float(normal(np.array([(1 + values["gini"]) / 2]))[0])
    living: Numbers = (values["median"] * of_year(values["growth"], year) * np.exp(spread * normal(quantile))).astype(
        np.int64
    )
    return living


@cache
def ald_shares(year: int) -> Numbers:
    """Share of people with a long illness, by age and decile."""
    values = people_values()["ald"]
    deciles = np.array(values["by_decile"]) / np.mean(values["by_decile"])
    shape = knots(values["by_age"], AGES)[:, None] * deciles[None, :]
    factor, wanted = 1.0, of_year(values["share"], year)
    for _ in range(40):
        factor *= wanted / float((np.minimum(shape * factor, 0.95).mean(axis=1) * pyramid()).sum())
    shares: Numbers = np.minimum(shape * factor, 0.95)
    return shares


def _ald(rows: Draws, age: Numbers, decile: Numbers, year: int) -> tuple[Numbers, dict[str, Numbers]]:
    """Who has a long illness, and which: two conditions of one person are half a turn apart, so never the same."""
    values = people_values()["ald"]
    ald = rows.one(ILL) < ald_shares(year)[age, decile - 1]
    turn, listed = rows.pair(CONDITION)
    several = Draws(rows.seed, rows.who, 1).one(CONDITION) < values["several"]
    limits = np.cumsum(list(values["mix"].values()))
    main = np.searchsorted(limits, turn * limits[-1])
    second = np.searchsorted(limits, (turn + 0.5) % 1 * limits[-1])
    return ald, {"main": main, "second": np.where(several, second, -1), "list": listed}


def _cover(
    rows: Draws, together: Draws, claims: Numbers, quantile: Numbers, decile: Numbers, age: Numbers, year: int
) -> dict[str, Numbers]:
    values, c2s, ame = people_values()["cover"], people_values()["c2s"], people_values()["ame"]
    _, group = together.pair(RIGHTS)
    own, chance = rows.pair(RIGHTS)
    free, limit = c2s["free"] / c2s["take_up"], (c2s["free"] + c2s["with_contribution"]) / c2s["take_up"]
    has_c2s = (quantile < limit) & (claims < c2s["take_up"])
    foreign = _ame_share(ame)
    has_ame = ~has_c2s & (decile <= ame["deciles"]) & (age >= ame["from_age"]) & (age < ame["to_age"]) & (own < foreign)
    weights = np.array(values["none_by_decile"])
    open_share = 1 - np.array([min(max(limit * 10 - d, 0), 1) * c2s["take_up"] for d in range(10)])
    without = values["none"] * 10 * weights / (weights * open_share).sum()
    none = chance < without[decile - 1]
    collective = group < steps(values["collective_by_age"], AGES)[age]
    cover = np.where(none, NONE, np.where(collective, COLLECTIVE, INDIVIDUAL))
    cover = np.where(has_c2s, C2S, np.where(has_ame, AME, cover))
    premium = np.where(cover == COLLECTIVE, values["premiums"]["collective"], values["premiums"]["individual"])
    rise = of_year(values["premiums"]["growth"], year)
    premium = (premium * rise * knots(values["premiums"]["by_age"], AGES)[age]).astype(np.int64)
    return {
        "cover": cover,
        "c2s_free": has_c2s & (quantile < free),
        "c2s_eligible": quantile < limit,
        "contract": np.where(  # whoever is owed the C2S and does not claim it has the cheapest contract
            (quantile < limit) & (cover <= INDIVIDUAL),
            contract_names().index("basic"),
            _contracts(together, cover, values["contracts"]),
        ),
        "premium": np.where(cover <= INDIVIDUAL, premium, 0),
    }


def _ame_share(ame: dict[str, Any]) -> float:
    concerned = pyramid()[ame["from_age"] : ame["to_age"]].sum() * ame["deciles"] / 10
    c2s = people_values()["c2s"]
    covered = (c2s["free"] + c2s["with_contribution"]) / (ame["deciles"] / 10)
    return float(ame["share"] / (concerned * (1 - covered)))


def _contracts(together: Draws, cover: Numbers, mixes: dict[str, dict[str, float]]) -> Numbers:
    """A place among `contract_names`; -1 without contract."""
    u = together.one(COVER)
    contract = np.full(len(cover), -1)
    for number in (COLLECTIVE, INDIVIDUAL):
        weights = mixes[COVERS[number]]
        places_of = np.array([contract_names().index(name) for name in weights])
        here = cover == number
        contract[here] = places_of[chosen(u[here], np.array(list(weights.values())))]
    return contract


@cache
def contract_names() -> list[str]:
    """The contracts of the lab."""
    return list(people_values()["cover"]["contracts"]["guarantees"])


@cache
def contracts() -> list[str]:
    """Their guarantees, as the engine reads them in a cell."""
    return [json.dumps(guarantees) for guarantees in people_values()["cover"]["contracts"]["guarantees"].values()]


def _tenure(
    rows: Draws, age: Numbers, sex: Numbers, ald: Numbers, ame: Numbers, where: Places, department: Numbers, year: int
) -> Numbers:
    """Declared, never declared, or gone: rarer doctors leave more people without one."""
    values = people_values()["medecin_traitant"]
    chance, why = rows.pair(TENURE)
    missing = missing_shares(year)[age, sex - 1, ald.astype(np.int64)] * where.scarcity[department]
    missing = np.where(age < values["from_age"], values["under_16"], missing)
    without = (chance < missing) | ame
    return np.where(without, np.where((why < values["gone"]) & ~ame, GONE, NEVER), DECLARED)


@cache
def missing_shares(year: int) -> Numbers:
    """Share of people without médecin traitant by age, sex and long illness: the groups of age keep their totals."""
    values = people_values()["medecin_traitant"]
    ald = (ald_shares(year) / 10).sum(axis=1)
    with_ald = of_year(values["ald"], year)
    ame = people_values()["ame"]
    foreign = ame["share"] / pyramid()[ame["from_age"] : ame["to_age"]].sum()
    shares = np.zeros((len(AGES), 2, 2))
    starts = [*values["groups"], OLDEST + 1]
    for first, last, total in zip(starts, starts[1:], values["groups"].values(), strict=False):
        weight = pyramid()[first:last]
        ill = float((ald[first:last] * weight).sum() / weight.sum())
        foreigners = foreign if first < ame["to_age"] and last <= ame["to_age"] else 0.0
        ill_share = with_ald - foreigners
        healthy = (total - foreigners - ill_share * ill) / (1 - ill)
        men = 2 * values["men_ratio"] / (1 + values["men_ratio"])
        for sex, ratio in enumerate((men, 2 - men)):
            shares[first:last, sex, 0] = healthy * ratio
            shares[first:last, sex, 1] = ill_share * ratio
    return shares


def _screened(rows: Draws, age: Numbers, sex: Numbers) -> Numbers:
    bits = np.zeros(len(age), np.int64)
    for number, (share, first, last, who) in enumerate(people_values()["screening"].values()):
        concerned = (age >= first) & (age <= last) & ((who == "any") | (sex == WOMAN))
        took = Draws(rows.seed, rows.who, number).one(TESTS) < share
        bits |= np.where(concerned & took, 1 << number, 0)
    return bits


def _unclaimed(rows: Draws, age: Numbers, sex: Numbers, year: int, item: str) -> Numbers:
    """What people spent of an item without a claim, in cents: little for most, much for a few."""
    values = people_values()["unclaimed"][item]
    curve, women = knots(values["age"], AGES), values["women"]
    mean = curve * 2 / (1 + women) / float((curve * pyramid()).sum()) * values["a_head"]
    mean = mean * spent_a_head(item, year) / spent_a_head(item, COUNTED)
    draws = Draws(rows.seed, rows.who, UNCLAIMED.index(item)).one(BOUGHT)
    spent: Numbers = mean[age] * np.where(sex == WOMAN, women, 1.0) * gamma(draws, values["spread"])
    return spent.astype(np.int64)


def spent_a_head(item: str, year: int) -> float:
    """Spending of an item of the health accounts, millions of euros by inhabitant."""
    return grown(care_values()["accounts"][item], year) / of_year(people_values()["pyramid"]["national"], year)
