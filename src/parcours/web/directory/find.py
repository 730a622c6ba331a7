"""`/directory`: find a doctor. What is searched is in the address, a place typed; nothing is kept."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from parcours.edge.limits import RateLimiter
from parcours.edge.requests import services_of
from parcours.registry.directory.ask import FILTERS, SECTORS, Asked, answer, read
from parcours.registry.directory.cards import Card, cards
from parcours.registry.directory.density import density, zones_of
from parcours.registry.directory.prices import ADULT, Price, prices
from parcours.registry.directory.search import RADIUS_KM, Results
from parcours.registry.directory.trades import by_slug, name_of
from parcours.registry.errors import Misconfigured, RegistryError
from parcours.registry.store.db import database_url
from parcours.text import Text
from parcours.web import i18n
from parcours.web.directory.chart import Map, map_of
from parcours.web.i18n import N_
from parcours.web.pages import PRIVATE, PUBLIC, Page
from parcours.web.pages import answer as page_answer

LIMITER = RateLimiter(240)
"""Pages a minute of one address: people look, programs copy."""
OWN = ("age", "lang")
"""What the page knows besides the filters."""
SPECIALTIES = (
    "generaliste", "cardiologie", "dermatologie", "gynecologie_medicale", "gynecologie_obstetrique", "ophtalmologie",
    "orl", "pediatrie", "pneumologie", "psychiatrie", "rhumatologie", "gastroenterologie", "neurologie",
    "chirurgien_dentiste", "sage_femme", "infirmier", "masseur_kinesitherapeute", "orthophoniste", "pedicure_podologue",
)  # fmt: skip
SECTOR_NAMES = {
    "secteur_1": N_("sector 1"),
    "secteur_2_optam": N_("sector 2 with OPTAM"),
    "secteur_2": N_("sector 2"),
    "non_conventionne": N_("no agreement"),
    "sans_objet": N_("no sectors in this profession"),
}
ACCEPTS = {
    "yes": N_("takes new patients"),
    "no": N_("takes no new patients"),
    "unknown": N_("not known whether they take new patients"),
}
WAYS = {
    "as_medecin_traitant": N_("As your médecin traitant"),
    "with_a_letter": N_("With a letter from them"),
    "directly": N_("Directly"),
}
ATTRIBUTES = {
    "accepts_adults": N_("takes new adult patients"),
    "accepts_children": N_("takes children"),
    "teleconsultation": N_("remote consultations"),
    "carte_vitale": N_("takes the carte Vitale"),
    "home_visits": N_("visits at home"),
    "language": N_("speaks"),
    "phone": N_("telephone"),
    "email": N_("e-mail"),
    "website": N_("own page"),
    "absence": N_("absence"),
    "locum": N_("locum"),
    "accessible_step_free": N_("entrance without steps"),
    "accessible_parking": N_("adapted parking"),
    "accessible_toilets": N_("adapted toilets"),
    "accessible_hearing_loop": N_("hearing loop"),
    "accessible_guide_dog": N_("guide dogs welcome"),
}
SOURCES = {
    "professional": N_("said by the professional"),
    "delegate": N_("said by their practice"),
    "fund": N_("said by the fund"),
    "import": N_("from an open file"),
}
FLAGS = ("teleconsultation", "carte_vitale", "home_visits")


@dataclass(frozen=True)
class Shown:
    """A result as the page shows it."""

    card: Card
    prices: tuple[Price, ...]


@dataclass(frozen=True)
class Found:
    """What a search gave."""

    asked: Asked
    results: Results
    shown: list[Shown]
    map: Map | None
    next: str | None
    per_ten_thousand: float | None
    zones: list[tuple[str, str | None]]


@contextmanager
def directory(request: Request) -> Iterator[Session]:
    """A session that reads. Raises `Misconfigured` where no database was made; none is made by looking."""
    services = services_of(request)
    url = make_url(services.settings.database_url or database_url())
    if url.get_backend_name() == "sqlite" and not (url.database and Path(url.database).is_file()):
        raise Misconfigured("no_directory", NO_DIRECTORY)
    try:
        with services.database.reading() as session:
            yield session
    except SQLAlchemyError:
        raise Misconfigured("no_directory", NO_DIRECTORY) from None


NO_DIRECTORY = Text("cette installation n'a pas d'annuaire", "this installation has no directory")


def limited(request: Request) -> bool:
    """Has this address asked for too many pages?"""
    return LIMITER.wait(request.client.host if request.client else "unknown") > 0


def directory_page(request: Request) -> Response:
    """The form, and what was found."""
    page = Page.of(request)
    given = {name: value for name, value in page.query if value}
    found, error, status = None, None, 200
    if limited(request):
        error, status = i18n.translate(N_("Too many pages in a minute: wait a little."), page.lang), 429
    elif any(name in FILTERS for name in given) or set(given) - set(OWN):
        try:
            with directory(request) as session:
                found = search(session, given, age_of(given))
        except RegistryError as refused:
            error, status = i18n.set_once(refused.message[page.lang], page.lang), refused.http_status
    return page_answer(
        page, "directory/find.html", status, PRIVATE if given else PUBLIC, given=given, found=found, error=error,
        age=age_of(given),
        specialties=[(slug, name_of(by_slug()[slug][0])[page.lang]) for slug in SPECIALTIES], radius=RADIUS_KM,
        sector_names=SECTOR_NAMES, accepts_names=ACCEPTS, ways=WAYS, attributes=ATTRIBUTES, sources=SOURCES,
        sectors=list(SECTORS), flags=FLAGS, trade_name=lambda trade: name_of(trade)[page.lang],
        link=lambda **more: page.url("/directory", **{**given, **more}),
    )  # fmt: skip


def age_of(given: Mapping[str, str]) -> int:
    """For whom the prices are: a child where one is said."""
    age = given.get("age", "")
    return int(age) if age.isascii() and age.isdigit() and int(age) < 120 else ADULT


def search(session: Session, given: Mapping[str, str], age: int) -> Found:
    """Search, and what the page says of it. Raises `RegistryError`."""
    asked = read(session, {name: value for name, value in given.items() if name not in OWN})
    results = answer(session, asked)
    where, day = asked.query.where, asked.query.day
    made = cards(session, results.items, where, day)
    shown: list[Any] = [Shown(one, prices(one.trades[0], one.sector, day, age)) for one in made]
    return Found(
        asked, results, shown, map_of(session, made, where.here if where else None),
        asked.cursor(results.items[-1]) if results.more and results.items else None,
        density(session, where, day) if where else None, zones_of(session, where, day) if where else [],
    )  # fmt: skip
