"""The page of one professional: not indexed; how to reach them, an appointment for a calendar, what is wrong."""

from datetime import datetime, timedelta
from urllib.parse import parse_qsl

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from parcours.edge.limits import RateLimiter
from parcours.edge.requests import services_of
from parcours.registry.access.model import Who
from parcours.registry.audit import service as audit
from parcours.registry.directory.cards import Card, card_of
from parcours.registry.directory.claims import FLAGS, TEXTS, report_wrong
from parcours.registry.directory.context import LINE, Tag
from parcours.registry.directory.prices import prices
from parcours.registry.directory.service import get_professional
from parcours.registry.directory.trades import name_of
from parcours.registry.errors import NotFound, RegistryError
from parcours.registry.store.clock import now_utc, paris_today
from parcours.web.directory.find import ACCEPTS, ATTRIBUTES, SECTOR_NAMES, SOURCES, WAYS, age_of, directory, limited
from parcours.web.pages import PRIVATE, Page, answer

REPORTS = RateLimiter(5)
"""Reports a minute of one address."""
MAX_BODY = 4096
HALF_HOUR = timedelta(minutes=30)
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
    page = Page.of(request)
    given = dict(page.query)
    card = found(request)
    return answer(
        page, "directory/professional.html", status, PRIVATE, {"X-Robots-Tag": "noindex"}, card=card,
        prices=prices(card.trades[0], card.sector, paris_today(), age_of(given)), reported=reported, wrong=wrong,
        sector_names=SECTOR_NAMES, accepts_names=ACCEPTS, ways=WAYS, attributes=ATTRIBUTES, sources=SOURCES,
        trade_name=lambda trade: name_of(trade)[page.lang], age=age_of(given),
    )  # fmt: skip


def found(request: Request) -> Card:
    """The card of an address, or the page that does not exist; opposed or unknown, it is the same."""
    if limited(request):
        raise HTTPException(429)
    try:
        with directory(request) as session:
            card = card_of(session, get_professional(session, request.path_params["id"]), paris_today())
    except RegistryError as error:
        raise HTTPException(404 if isinstance(error, NotFound) else 503) from None
    if card is None:
        raise HTTPException(404)
    return card


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
    card = found(request)
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
    card = found(request)
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


def escaped(text: str) -> str:
    """Text of a calendar (RFC 5545 §3.3.11)."""
    for sign in ("\\", ";", ","):
        text = text.replace(sign, "\\" + sign)
    return " ".join(text.split())


def folded(line: str) -> str:
    """A line of at most 75 bytes, continued by a space (RFC 5545 §3.1)."""
    pieces, piece = [], ""
    for letter in line:
        if len((piece + letter).encode()) > 74:
            pieces.append(piece)
            piece = ""
        piece += letter
    return "\r\n ".join([*pieces, piece])
