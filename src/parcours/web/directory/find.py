"""`/directory`: find a doctor. What is searched is in the address, a place typed; nothing is kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from starlette.requests import Request
from starlette.responses import Response

from parcours.edge import demonstration
from parcours.edge.limits import RateLimiter
from parcours.edge.requests import services_of
from parcours.registry.directory.ask import FILTERS, SECTORS, Asked, answer, read
from parcours.registry.directory.cards import Card, cards
from parcours.registry.directory.density import density, zones_of
from parcours.registry.directory.groups import Group, groups_near
from parcours.registry.directory.importing.latest import STALE_DAYS, snapshot_day
from parcours.registry.directory.prices import CHIPS
from parcours.registry.directory.search import BANDS, RADIUS_KM, Results
from parcours.registry.directory.trades import by_slug, name_of
from parcours.registry.errors import Misconfigured, RegistryError
from parcours.web import i18n
from parcours.web.directory.chart import Map, map_of
from parcours.web.directory.visitor import OWN, Deal, Visitor, age_of, is_loaded, looking
from parcours.web.i18n import N_
from parcours.web.links import OFFICIAL_DIRECTORY
from parcours.web.pages import PRIVATE, PUBLIC, Page
from parcours.web.pages import answer as page_answer

LIMITER = RateLimiter(240)
"""Pages a minute of one address: people look, programs copy."""
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
    "once_declared": N_("Once they are your médecin traitant"),
    "with_a_letter": N_("With a letter from them"),
    "directly": N_("Directly"),
}
ATTRIBUTES = {
    "accepts_adults": N_("takes new adult patients"),
    "accepts_children": N_("takes children"),
    "teleconsultation": N_("remote consultations"),
    "carte_vitale": N_("takes the carte Vitale"),
    "carte_vitale_app": N_("takes the carte Vitale on a phone"),
    "tiers_payant": N_("you advance nothing (third-party payment)"),
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
CHIP_NAMES = {
    "ald": N_("for an ALD"),
    "c2s": N_("has the C2S"),
    "alsace_moselle": N_("local scheme of Alsace-Moselle"),
    "nobody": N_("no médecin traitant declared"),
}
SOURCES = {
    "professional": N_("said by the professional"),
    "delegate": N_("said by their practice"),
    "fund": N_("said by the fund"),
    "import": N_("from an open file"),
}
FLAGS = ("teleconsultation", "carte_vitale", "home_visits")
SEARCHED = ("place", "at", "q")
"""What a search cannot do without: one of them."""


@dataclass(frozen=True)
class Shown:
    """A result as the page shows it."""

    card: Card
    deal: Deal


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
    groups: list[Group]
    as_of: date | None
    """Day of the national file."""
    known: bool
    """The prices are those of the person who is logged in."""


def limited(request: Request) -> bool:
    """Has this address asked for too many pages?"""
    return LIMITER.wait(request.client.host if request.client else "unknown") > 0


def directory_page(request: Request) -> Response:
    """The form, and what was found."""
    page = Page.of(request)
    given = {name: value for name, value in page.query if value}
    found, error, status, unloaded = None, None, 200, False
    nowhere = asks_where({name for name, _ in page.query}, given)
    if limited(request):
        error, status = i18n.translate(N_("Too many pages in a minute: wait a little."), page.lang), 429
    elif not nowhere and (any(name in FILTERS for name in given) or set(given) - set(OWN)):
        try:
            with looking(request, given) as visitor:
                found = search(visitor, given)
        except RegistryError as refused:
            unloaded = isinstance(refused, Misconfigured)
            error, status = i18n.set_once(refused.said(page.lang), page.lang), refused.http_status
    else:
        unloaded = not is_loaded(request)
    return page_answer(
        page, "directory/find.html", status, PRIVATE if given else PUBLIC, given=given, found=found, error=error,
        unloaded=unloaded, official=OFFICIAL_DIRECTORY,
        nowhere=nowhere, age=age_of(given), chips=list(CHIPS), chip_names=CHIP_NAMES, own=said_of_oneself(given),
        specialties=[(slug, name_of(by_slug()[slug][0])[page.lang]) for slug in SPECIALTIES], radius=RADIUS_KM,
        sector_names=SECTOR_NAMES, accepts_names=ACCEPTS, ways=WAYS, attributes=ATTRIBUTES, sources=SOURCES,
        sectors=list(SECTORS), flags=FLAGS, trade_name=lambda trade: name_of(trade)[page.lang],
        invented=bool(demonstration.logins(services_of(request))),
        link=lambda **more: page.url("/directory", **{**given, **more}), wider=wider(found), stale_days=STALE_DAYS,
    )  # fmt: skip


def asks_where(names: set[str], given: Mapping[str, str]) -> bool:
    """Was a search sent that says neither where nor whom?  A name that does not exist is refused first."""
    return bool(names & set(FILTERS)) and not set(SEARCHED) & set(given) and set(given) <= {*FILTERS, *OWN}


def said_of_oneself(given: Mapping[str, str]) -> dict[str, str]:
    """What goes on to the page of a professional: the age, what was touched."""
    return {name: given[name] for name in OWN if name in given and name != "lang"}


def wider(found: Found | None) -> int | None:
    """The next radius to try, in kilometres; None where there is none."""
    if found is None or found.asked.query.where is None:
        return None
    return next((one for one in BANDS if one > found.asked.query.radius_km), None)


def search(visitor: Visitor, given: Mapping[str, str]) -> Found:
    """Search, and what the page says of it. Raises `RegistryError`."""
    session = visitor.session
    asked = read(session, {name: value for name, value in given.items() if name not in OWN})
    results = answer(session, asked)
    where, day = asked.query.where, asked.query.day
    made = cards(session, results.items, where, day)
    shown = [Shown(one, visitor.deal(one, day)) for one in made]
    return Found(
        asked, results, shown, map_of(session, made, where.here if where else None),
        asked.cursor(results.items[-1]) if results.more and results.items else None,
        density(session, where, day) if where else None, zones_of(session, where, day) if where else [],
        groups_near(session, where, day) if where and (asked.query.accepts or not shown) else [],
        snapshot_day(session), visitor.insured_id is not None,
    )  # fmt: skip
