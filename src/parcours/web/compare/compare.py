"""`/compare`: contracts, premiums included, over a year of care that people edit. All of it is in the address;
nothing is kept.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from parcours.contracts.library import library
from parcours.engine.compare.plans import left_out_of, named_in_words, plan_of, price, understood_of
from parcours.engine.compare.year import (
    Comparison,
    Item,
    Plan,
    PlanYear,
    compare,
    prices_of,
    with_prices,
    with_times,
    years,
)
from parcours.engine.errors import FactError
from parcours.law import thresholds
from parcours.text import COLON, DECIMAL, euros, percent, plain_euros
from parcours.web import i18n
from parcours.web.i18n import N_
from parcours.web.pages import PRIVATE, Page, answer, text, today
from parcours.web.quote.charts import Segment, shares

FIRST = (("responsable_100", "30"), ("responsable_150", "45"), ("responsable_220", "65"))
"""The contracts of a page that nobody has filled: prices of ours."""
MOST_PLANS = 6
WIDTH, HEIGHT, MOST_SCALE = 640, 360, 300


@dataclass(frozen=True)
class Row:
    """A contract in the form."""

    guarantees: str
    premium: str
    employer: str
    wrong: str
    understood: str = ""
    left_out: str = ""


@dataclass(frozen=True)
class Care:
    """Some care in the form: how many times (nothing for a part of it), at which price."""

    id: str
    name: str
    times: int | None
    price: str
    wrong: str


@dataclass(frozen=True)
class Bar:
    """A contract's year, as a bar."""

    name: str
    total: str
    left: str
    premiums: str
    employer: str
    amc: str
    segments: list[Segment]
    best: bool
    left_out: str = ""
    """What of the contract as it is written counts for nothing."""


@dataclass(frozen=True)
class Line:
    """A contract's total as the care grows."""

    name: str
    points: str
    x: int
    y: int


@dataclass(frozen=True)
class View:
    """All that the page shows."""

    presets: list[tuple[str, str, bool]]
    library: list[tuple[str, str]]
    age: str
    rows: list[Row]
    care: list[Care]
    bars: list[Bar]
    items_by_plan: list[tuple[str, list[str]]]
    names: list[str]
    best: str
    against: list[str]
    """Contract against contract, the second against the first before all others."""
    caps: str
    lines: list[Line]
    top: str
    refused: list[str]
    employee: tuple[str, str]
    """The same contracts, an employer paying the least that the law asks: its words, its address."""


def compare_page(request: Request) -> Response:
    """The page."""
    page = Page.of(request)
    view = view_of(page)
    wrong = any(row.wrong for row in view.rows) or any(one.wrong for one in view.care)
    return answer(page, "compare.html", 400 if wrong else 200, PRIVATE, view=view)


def view_of(page: Page) -> View:
    """The view of an address."""
    query = dict(page.query)
    year = years().get(query.get("year", ""), years()["family"])
    rows, plans = read_plans(page)
    times = {name[2:]: int(value) for name, value in page.query if name.startswith("n-") and value.isdecimal()}
    fresh = query.get("shown", year.id) != year.id
    prices, said = ({}, {}) if fresh else read_prices(page, year.items)
    items = with_prices(with_times(year.items, {} if fresh else times), prices)
    age = query.get("age", "")
    age = age if age.isdecimal() and int(age) <= 110 and not fresh else str(year.person["age"])
    plans = [Plan(text("No mutuelle", page.lang), None, 0), *plans]
    person = {**year.person, "age": int(age)}
    found = compare(plans, items, person, civil_year())
    read = [row for row in rows if row.guarantees and not row.wrong]
    left_out = {plan.name: row.left_out for plan, row in zip(plans[1:], read, strict=True)}
    return View(
        presets=[(one.id, i18n.typography(one.label[page.lang], page.lang), one is year) for one in years().values()],
        library=[(name, i18n.label(entry["label"], page.lang)) for name, entry in library().items()],
        age=age,
        rows=rows,
        care=[line for one in items for line in care_of(one, person, said, page.lang)],
        bars=[bar(one, found, left_out.get(one.plan.name, ""), page.lang) for one in found.years],
        items_by_plan=list(by_item(found, items, page.lang)),
        names=[one.plan.name for one in found.years],
        best=best_words(found, page.lang),
        against=[i18n.set_once(one.said(page.lang), page.lang) for one in found.pairs],
        caps=euros(found.best.contributions, page.lang),
        lines=drawn(found),
        top=euros(highest(found), page.lang),
        refused=[f"{name}{COLON[page.lang]}{error.said(page.lang)}" for name, error in found.refused],
        employee=employee(page, rows),
    )


def employee(page: Page, rows: Sequence[Row]) -> tuple[str, str]:
    """The contracts of the page as those of a firm; nothing where somebody has said what an employer pays."""
    share = thresholds.whole("complementaire.part_employeur", today())
    if any(row.employer or row.wrong for row in rows):
        return "", ""
    kept = [pair for pair in page.query if pair[0] not in ("contract", "premium", "employer")]
    said = [
        pair
        for row in rows
        if row.guarantees
        for pair in (("contract", row.guarantees), ("premium", row.premium), ("employer", str(share)))
    ]
    words = text(
        "Through my work: the employer pays {share} of it, the least the law asks",
        page.lang,
        share=percent(100 * share, page.lang),
    )
    return words, page.address("/compare", (*kept, *said))


def civil_year() -> int:
    """The year whose law is applied."""
    return today().year


def read_plans(page: Page) -> tuple[list[Row], list[Plan]]:
    """The contracts of the address, those that cannot be read with the reason."""
    said = [value for name, value in page.query if name == "contract"]
    fields = [[value for name, value in page.query if name == field] for field in ("premium", "employer")]
    columns = [[*values, *[""] * len(said)] for values in fields]
    lines = list(zip(said, *columns, strict=False))[:MOST_PLANS] if said else [(*one, "") for one in FIRST]
    rows, plans = [], []
    for guarantees, premium, employer in lines:
        if not guarantees.strip():
            continue
        try:
            plans.append(plan_of(guarantees, premium, label(guarantees, page.lang), employer))
            understood = i18n.set_once(understood_of(guarantees, page.lang), page.lang)
            left = i18n.set_once(left_out_of(guarantees, page.lang), page.lang)
            rows.append(Row(label(guarantees, page.lang) or guarantees, premium, employer, "", understood, left))
        except FactError as error:
            words = error.allowed[page.lang] if error.field == "contract" else error.said(page.lang)
            rows.append(Row(guarantees, premium, employer, i18n.set_once(words, page.lang)))
    return [*rows, *[Row("", "", "", "")] * (len(rows) < MOST_PLANS)], plans


def read_prices(page: Page, items: Sequence[Item]) -> tuple[dict[str, int], dict[str, tuple[str, str]]]:
    """The prices of the address, an empty one left as it is; those that cannot be read, each with the reason."""
    known = {name for one in items for name in one.prices}
    prices, wrong = {}, {}
    for field, value in page.query:
        name = field.removeprefix("p-")
        if name == field or name not in known or not value.strip():
            continue
        try:
            prices[name] = price(name, value)
        except FactError as error:
            wrong[name] = (value, i18n.set_once(error.said(page.lang), page.lang))
    return prices, wrong


def care_of(item: Item, person: Mapping[str, Any], wrong: Mapping[str, tuple[str, str]], lang: str) -> Iterator[Care]:
    """An item in the form: its number with its price, or its number and then the price of each part."""
    try:
        prices = prices_of(item, person, civil_year())
    except FactError:
        prices = {}
    if item.parts:
        yield Care(item.id, i18n.typography(item.label[lang], lang), item.times, "", "")
    for name, words in item.prices.items():
        shown = plain_euros(prices[name]).replace(".", DECIMAL[lang]) if name in prices else ""
        value, why = wrong.get(name, (shown, ""))
        times = None if item.parts else item.times
        yield Care(name, i18n.typography(words[lang], lang), times, value, why)


def label(guarantees: str, lang: str) -> str:
    """The name of a contract of the library in words; another is named by its guarantees."""
    known = library().get(named_in_words(guarantees) or guarantees.strip())
    return i18n.label(known["label"], lang) if known else ""


def bar(one: PlanYear, found: Comparison, left_out: str, lang: str) -> Bar:
    """A contract's year as a bar: what is left of the care, and the premiums, of the highest total."""
    parts = [("you", one.care.patient), ("open", one.premiums)]
    return Bar(
        one.plan.name,
        euros(one.total, lang),
        euros(one.care.patient, lang),
        euros(one.premiums, lang),
        euros(one.employer, lang) if one.employer else "",
        euros(one.care.amc, lang),
        shares(parts, max(year.total for year in found.years)),
        one is found.best,
        left_out,
    )


def by_item(found: Comparison, items: Sequence[Item], lang: str) -> list[tuple[str, list[str]]]:
    """What is left of each kind of care under each contract."""
    kept = [one for one in items if one.id in found.best.by_item]
    return [
        (
            f"{one.times} × {i18n.typography(one.label[lang], lang)}",
            [euros(year.by_item[one.id].patient, lang) for year in found.years],
        )
        for one in kept
    ]


def best_words(found: Comparison, lang: str) -> str:
    """The cheapest choice and its condition."""
    best = found.best
    words = N_("{name}: {total} in all, the least for this year of care.")
    if best.plan.contract is None:
        condition = N_(
            "On condition that nothing is added to this year: a stay in hospital, one more pair of glasses or crown "
            "can cost far more, and an employee is as a rule insured through the work."
        )
    else:
        condition = N_("On condition that the year is this one and that the contract is as you wrote it.")
    return f"{text(words, lang, name=best.plan.name, total=euros(best.total, lang))} {text(condition, lang)}"


def highest(found: Comparison) -> int:
    """The highest total of the chart."""
    return max(one.premiums + one.care.patient * MOST_SCALE // 100 for one in found.years)


def drawn(found: Comparison) -> list[Line]:
    """Totals from no care to three times this care."""
    top = max(1, highest(found))

    def y(cents: int) -> int:
        return HEIGHT - HEIGHT * cents // top

    return [
        Line(
            one.plan.name,
            f"0,{y(one.premiums)} {WIDTH},{y(one.premiums + one.care.patient * MOST_SCALE // 100)}",
            WIDTH // 3,
            y(one.total),
        )
        for one in found.years
    ]
