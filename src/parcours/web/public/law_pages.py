"""`/law` and what is under it: parameters over time, rules, articles, readings, limits; and the glossary.

Everything shown is the law data itself: nothing here holds a number or a sentence of law.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from parcours.law.book import LawBook
from parcours.law.data import Parameter, Value
from parcours.law.days import number_of
from parcours.law.loader import load
from parcours.web.i18n import N_
from parcours.web.pages import Page, public, today
from parcours.web.public.values import value_text
from parcours.web.quote.charts import SMALL, steps
from parcours.words import fold

INSTITUTIONS = {
    "parcours": N_("Inside or outside the pathway"),
    "medecin_traitant": N_("The declared doctor"),
    "majoration": N_("The surcharge outside the pathway"),
    "taux": N_("Rates of the compulsory insurance"),
    "participation_forfaitaire": N_("The flat contribution on each act"),
    "franchises": N_("Deductibles on medicines, care and transport"),
    "acte_lourd": N_("The flat fee on costly acts"),
    "depassements": N_("Fees above the tariff"),
    "contrat_responsable": N_("What a mutuelle may cover"),
    "tiers_payant": N_("Not advancing the cost"),
    "c2s": N_("The C2S"),
    "exonerations": N_("Full cover"),
    "alsace_moselle": N_("Alsace-Moselle"),
    "tarif_autorite": N_("Doctors outside the convention"),
    "teleconsultation": N_("Teleconsultation"),
    "permanence_des_soins": N_("Out-of-hours care"),
    "urgences": N_("Emergency departments"),
    "forfait_journalier": N_("Hospital daily charge"),
    "mon_soutien_psy": N_("Psychologists"),
    "prevention": N_("Prevention"),
    "remboursement": N_("Refunds and claims"),
    "ages_tarifaires": N_("Ages in the tariffs"),
}
SEEN = {
    "full": N_("Current wording read"),
    "former": N_("An earlier wording read"),
    "secondary": N_("Known through a text that quotes it"),
    "not_seen": N_("Number known, text not read"),
}
STAGES = {
    "case_status": N_("1. Is the act inside the pathway?"),
    "case_base": N_("2. Which base of reimbursement?"),
    "case_rate": N_("3. Which rate?"),
    "case_acte_lourd": N_("4. Does a flat fee replace the patient’s share?"),
    "case_majoration": N_("5. Is a surcharge taken off?"),
    "case_participation": N_("6. The flat contribution"),
    "case_franchise": N_("7. The deductible"),
    "case_complementary": N_("8. What the mutuelle pays"),
    "case_excess": N_("9. What may be charged above the tariff"),
    "case_payment": N_("10. What is paid at the desk, what comes later"),
}
CONFIDENCE = {
    "A": N_("read in the text, an official table or an official site"),
    "B": N_("read in a reliable secondary source"),
    "C": N_("one weak source: to be checked"),
    "D": N_("worked out from other values, never printed as such"),
}


@dataclass(frozen=True)
class Institution:
    """The parameters of one file of the law."""

    slug: str
    name: str
    parameters: tuple[Parameter, ...]


@cache
def institutions() -> tuple[Institution, ...]:
    """The parameters, grouped as the files are, in the order a reader needs them."""
    groups: dict[str, list[Parameter]] = defaultdict(list)
    for parameter in load().parameters.values():
        groups[parameter.file.removeprefix("parameters/").removesuffix(".yaml")].append(parameter)
    order = [*INSTITUTIONS, *sorted(set(groups) - set(INSTITUTIONS))]
    return tuple(
        Institution(slug, INSTITUTIONS.get(slug, slug), tuple(groups[slug])) for slug in order if slug in groups
    )


def current(parameter: Parameter) -> Value | None:
    """The value in force today."""
    return parameter.default.value_on(number_of(today()))


def with_units(page: Page, unit: str, values: Iterable[Value]) -> list[tuple[Value, str]]:
    """Values with their text, the newest first."""
    return [(value, value_text(value.value, unit, page.lang)) for value in reversed(list(values))]


async def law_index(request: Request) -> Response:
    """`/law`: what there is, and every parameter with its value today."""
    page = Page.of(request)
    rows = [
        (group, [(item, current_text(item, page), steps(item.default, today(), SMALL)) for item in group.parameters])
        for group in institutions()
    ]
    return public(page, "law/index.html", rows=rows, book=load())


def current_text(parameter: Parameter, page: Page) -> str:
    """The value in force today, in words."""
    value = current(parameter)
    return value_text(value.value if value else None, parameter.unit, page.lang)


async def law_parameter(request: Request) -> Response:
    """`/law/parameters/{id}`: one number of the law over time."""
    page = Page.of(request)
    book = load()
    parameter = book.parameters.get(request.path_params["id"])
    if parameter is None:
        raise HTTPException(404)
    alternatives = [
        (name, option, with_units(page, parameter.unit, series.values))
        for (name, option), series in parameter.alternatives.items()
    ]
    chart = steps(parameter.default, today())
    return public(
        page,
        "law/parameter.html",
        parameter=parameter,
        now=current_text(parameter, page),
        values=with_units(page, parameter.unit, parameter.values),
        chart=chart,
        chart_labels=[value_text(point.value, parameter.unit, page.lang) for point in chart.points] if chart else [],
        alternatives=alternatives,
        confidence=CONFIDENCE,
        book=book,
    )


@cache
def citations() -> Mapping[str, dict[str, list[Any]]]:
    """Reference id -> the parameters, the cases and the readings that rest on it."""
    book = load()
    found: dict[str, dict[str, list[Any]]] = defaultdict(lambda: {"parameters": [], "cases": [], "readings": []})
    for parameter in book.parameters.values():
        for reference in parameter.references:
            found[reference]["parameters"].append(parameter)
    for stage, entries in book.cases.items():
        for slug, entry in entries.items():
            for reference in entry.get("references", ()):
                found[reference]["cases"].append((stage, slug))
    for name, reading in book.readings.items():
        for reference in reading.references:
            found[reference]["readings"].append((name, reading))
    return found


async def law_articles(request: Request) -> Response:
    """`/law/articles`: every text the rules rest on, and what rests on it."""
    return public(Page.of(request), "law/articles.html", book=load(), cited=citations(), seen=SEEN)


async def law_readings(request: Request) -> Response:
    """`/law/readings`: where texts and practice differ, and what the answers take."""
    return public(Page.of(request), "law/readings.html", book=load(), seen=SEEN)


async def law_limits(request: Request) -> Response:
    """`/law/limits`: what is not modelled."""
    return public(Page.of(request), "law/limits.html", book=load())


async def glossary(request: Request) -> Response:
    """`/glossary`: the words, in the order of the alphabet of the page's language."""
    page = Page.of(request)
    terms = sorted(load().glossary.items(), key=lambda item: fold(item[1][page.lang]["term"]))
    return public(page, "glossary.html", terms=terms, book=load())


def reference_title(book: LawBook, reference: str, lang: str) -> str:
    """The title of a reference in a language."""
    title: Mapping[str, str] = book.references[reference]["title"]
    return title[lang]
