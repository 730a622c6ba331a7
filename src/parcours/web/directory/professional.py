"""The page of one professional: not indexed; how to reach them, an appointment for a calendar, what is wrong."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import parse_qsl

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from parcours.edge.directory import visible_professional
from parcours.edge.limits import RateLimiter
from parcours.edge.requests import services_of
from parcours.ical import escaped, folded
from parcours.law.loader import load
from parcours.registry.access.model import Who
from parcours.registry.audit import service as audit
from parcours.registry.declarations.timeline import declared_to
from parcours.registry.directory.cards import Card, card_of
from parcours.registry.directory.claims import FLAGS, TEXTS, report_wrong
from parcours.registry.directory.context import LINE, Tag
from parcours.registry.directory.importing.latest import STALE_DAYS, snapshot_day
from parcours.registry.directory.oppositions import opposed
from parcours.registry.directory.prices import CHIPS
from parcours.registry.directory.service import get_professional
from parcours.registry.directory.trades import OTHERS, name_of, profession_of
from parcours.registry.errors import NotFound, RegistryError
from parcours.registry.store.clock import now_utc, paris_today
from parcours.text import Text
from parcours.web.directory.find import ACCEPTS, ATTRIBUTES, SECTOR_NAMES, SOURCES, WAYS, limited
from parcours.web.directory.visitor import Deal, age_of, looking
from parcours.web.pages import PERSONAL, PRIVATE, Page, answer

REPORTS = RateLimiter(5)
"""Reports a minute of one address."""
MAX_BODY = 4096
FREE_OR_NOT = ("secteur_1", "secteur_2_optam", "secteur_2", "non_conventionne")
"""Sectors that the quote asks for."""
HALF_HOUR = timedelta(minutes=30)
SHARE = Text("L'accepter dans mon équipe de soins", "Accept in my care team")
ZONE = (
    "BEGIN:VTIMEZONE", "TZID:Europe/Paris",
    "BEGIN:DAYLIGHT", "TZOFFSETFROM:+0100", "TZOFFSETTO:+0200", "TZNAME:CEST", "DTSTART:19700329T020000",
    "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU", "END:DAYLIGHT",
    "BEGIN:STANDARD", "TZOFFSETFROM:+0200", "TZOFFSETTO:+0100", "TZNAME:CET", "DTSTART:19701025T030000",
    "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU", "END:STANDARD", "END:VTIMEZONE",
)  # fmt: skip


def professional_page(request: Request) -> Response:
    """What is known of them."""
    return shown(request)


def shown(request: Request, *, reported: bool = False, wrong: str | None = None, status: int = 200) -> Response:
    """The page, after a report or not."""
    page, today = Page.of(request), paris_today()
    given = dict(page.query)
    seen = found(request, today)
    return answer(
        page, "directory/professional.html", status, PERSONAL if seen.logged_in else PRIVATE,
        {"X-Robots-Tag": "noindex"}, card=seen.card, deal=seen.deal, seen=seen, reported=reported, wrong=wrong,
        sector_names=SECTOR_NAMES, accepts_names=ACCEPTS, ways=WAYS, attributes=ATTRIBUTES, sources=SOURCES,
        trade_name=lambda trade: name_of(trade)[page.lang], age=age_of(given), stale_days=STALE_DAYS, fee_of=fee_of,
        doctors=OTHERS, chips=CHIPS, given=given, visit_url=visit_url(page, seen.card, given),
        share=SHARE[page.lang],
    )  # fmt: skip


def visit_url(page: Page, card: Card, given: Mapping[str, str]) -> str:
    """The quote of a visit here: who is seen and the sector are known, and what the visitor said of themselves."""
    trade = card.trades[0]
    facts = {"profession": profession_of(trade)}
    if trade in load().specialties:
        facts = {"specialty": load().specialties[trade].slug}
        facts |= {"convention": card.sector} if card.sector in FREE_OR_NOT else {}
    if "age" in given:
        facts["age"] = str(age_of(given))
    return page.address("/", tuple(facts.items()))


@dataclass(frozen=True)
class Seen:
    """What somebody sees of a professional."""

    card: Card
    deal: Deal
    logged_in: bool
    insured: bool
    mine: bool
    """It is their médecin traitant."""
    own: bool
    """They are the professional, or who works for them."""
    shown: bool
    """Anybody sees it."""
    as_of: date | None


def found(request: Request, today: date) -> Seen:
    """The card of an address, or the page that does not exist; opposed or unknown, it is the same."""
    if limited(request):
        raise HTTPException(429)
    try:
        with looking(request, dict(request.query_params)) as visitor:
            session, actor = visitor.session, visitor.actor
            row = visible_professional(session, actor, request.path_params["id"], today)
            card = card_of(session, row, today, opposed=True)
            if card is None:
                raise HTTPException(404)
            mine = visitor.insured_id is not None and declared_to(session, visitor.insured_id, row.id, today)
            own = actor is not None and actor.professional_id == row.id
            insured = visitor.insured_id is not None
            shown = not opposed(session, [row.rpps])
            deal, as_of = visitor.deal(card, today), snapshot_day(session)
            return Seen(card, deal, actor is not None, insured, mine, own, shown, as_of)
    except RegistryError as error:
        raise HTTPException(404 if isinstance(error, NotFound) else 503) from None


def fee_of(value: str) -> tuple[str, int]:
    """An act and its fee in cents, as the professional typed them."""
    act, _, cents = value.rpartition(" ")
    return act, int(cents)


async def report_page(request: Request) -> Response:
    """Somebody says that something is wrong."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            raise HTTPException(413)
    said = dict(parse_qsl(body.decode("utf-8", errors="replace"), max_num_fields=10))
    return await run_in_threadpool(keep_report, request, said)


def keep_report(request: Request, said: dict[str, str]) -> Response:
    """Write the report down, in the trail too, and thank."""
    if REPORTS.wait(request.client.host if request.client else "unknown") > 0:
        raise HTTPException(429)
    card = found(request, paris_today()).card
    attribute, note = said.get("attribute", ""), said.get("note", "").replace("\x00", "").strip()
    if attribute not in (*FLAGS, *TEXTS, "place", "other"):
        raise HTTPException(400)
    with services_of(request).database.writing() as session:
        report_wrong(session, get_professional(session, card.professional.id), attribute, note or "…")
        audit.record(session, Tag.PROFESSIONAL_REPORT, Who("anonymous"), record=(LINE, card.professional.id))
    return shown(request, reported=True)


def appointment(request: Request) -> Response:
    """`appointment.ics?at=`: an appointment to put in one's calendar; it says neither the specialty nor a reason."""
    page = Page.of(request)
    card = found(request, paris_today()).card
    try:
        at = datetime.fromisoformat(dict(page.query).get("at", ""))
    except ValueError:
        raise HTTPException(400) from None
    place = card.places[0]
    where = ", ".join(filter(None, (place.organisation.name, place.organisation.address, place.commune.name)))
    title = "Rendez-vous médical" if page.lang == "fr" else "Medical appointment"
    start = f"{at.replace(tzinfo=None):%Y%m%dT%H%M%S}"
    lines = (
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//parcours//directory//FR", *ZONE, "BEGIN:VEVENT",
        f"UID:{card.professional.id}-{start}@parcours", f"DTSTAMP:{now_utc():%Y%m%dT%H%M%SZ}",
        f"DTSTART;TZID=Europe/Paris:{start}", f"DURATION:PT{int(HALF_HOUR.total_seconds() // 60)}M",
        f"SUMMARY:{title}", f"LOCATION:{escaped(where)}", "CLASS:PRIVATE", "END:VEVENT", "END:VCALENDAR",
    )  # fmt: skip
    headers = {"Content-Disposition": 'attachment; filename="appointment.ics"', "Cache-Control": PRIVATE}
    body = "".join(f"{folded(line)}\r\n" for line in lines)
    return Response(body, headers=headers, media_type="text/calendar; charset=utf-8")
