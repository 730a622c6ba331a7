"""What programs read before people do: robots, the map of the site, the manifest, whom to tell of a weakness."""

from datetime import datetime, timedelta
from xml.sax.saxutils import escape

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from parcours.edge.requests import services_of
from parcours.law.loader import load
from parcours.registry.store.clock import now_utc
from parcours.text import LANGS
from parcours.web.assets import asset_url
from parcours.web.pages import Page, public
from parcours.web.public.situations import situations, specialties

DAY = {"Cache-Control": "public, max-age=86400"}
PATHS = (
    "/",
    "/bill",
    "/compare",
    "/directory",
    "/start",
    "/emergency",
    "/prevention",
    "/situations",
    "/glossary",
    "/offline",
    "/tables",
    "/fhir",
    "/api/docs",
    "/law",
    "/law/rules",
    "/law/guides",
    "/law/articles",
    "/law/readings",
    "/law/limits",
    "/law/decision-table",
    "/security",
)
SECURITY_DAYS = 180
"""How long what `security.txt` says may be believed; less than the year of RFC 9116."""


async def robots(request: Request) -> Response:
    """Pages may be indexed; quotes hold someone's facts."""
    site = services_of(request).settings.public_url
    rules = ("User-agent: *", "Disallow: /*?", "Allow: /*?lang=", "Disallow: /api/", "Allow: /api/docs")
    return PlainTextResponse("\n".join((*rules, f"Sitemap: {site}/sitemap.xml")) + "\n")


def addresses() -> list[str]:
    """Every page that is the same for everybody."""
    book = load()
    return [
        *PATHS,
        *(f"/situations/{slug}" for slug in (*situations(), *specialties())),
        *(f"/law/articles/{id_}" for id_ in book.articles),
        *(f"/law/parameters/{id_}" for id_ in book.parameters),
    ]


async def sitemap(request: Request) -> Response:
    """Each page in each language."""
    site = services_of(request).settings.public_url
    pages = [f"{site}{path}?lang={lang}" for path in addresses() for lang in LANGS]
    urls = "".join(f"<url><loc>{escape(page)}</loc></url>" for page in pages)
    body = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'
    )
    return Response(body, headers=DAY, media_type="application/xml")


async def manifest(_: Request) -> Response:
    """The name, colours and icons of the site on a device that keeps its address."""
    icon = {"src": asset_url("touch-icon.png"), "sizes": "180x180", "type": "image/png"}
    mark = {"src": asset_url("mark.svg"), "sizes": "any", "type": "image/svg+xml"}
    content = {
        "name": "parcours",
        "short_name": "parcours",
        "start_url": "/",
        "display": "browser",
        "background_color": "#faf9f5",
        "theme_color": "#0c6355",
        "icons": [mark, icon],
    }
    return JSONResponse(content, headers=DAY, media_type="application/manifest+json")


async def security(request: Request) -> Response:
    """Whom to tell of a weakness (RFC 9116): who runs the service says it, else the page that says what to do."""
    settings = services_of(request).settings
    contact, policy = settings.security_contact, f"{settings.public_url}/security"
    expires = datetime.combine(now_utc().date() + timedelta(days=SECURITY_DAYS), datetime.min.time())
    lines = (
        f"Contact: {contact or policy}",
        f"Expires: {expires.isoformat()}Z",
        "Preferred-Languages: fr, en",
        f"Canonical: {settings.public_url}/.well-known/security.txt",
        f"Policy: {policy}",
    )
    return PlainTextResponse("\n".join(lines) + "\n")


async def security_page(request: Request) -> Response:
    """`/security`: the same for people."""
    contact = services_of(request).settings.security_contact
    return public(Page.of(request), "security.html", contact=contact)
