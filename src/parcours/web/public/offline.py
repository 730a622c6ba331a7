"""`/offline`: the pages that help most where there is no network, kept on the device of who asks, and forgotten."""

import json

from starlette.requests import Request
from starlette.responses import Response

from parcours.web.assets import asset_url, assets
from parcours.web.pages import Page, public
from parcours.web.public.situations import situations, specialties

PAGES = ("/offline", "/emergency", "/situations", "/start", "/glossary", "/tables")
PARTS = ("site.css", "site.js", "offline.js", "mark.svg", "vendor/figtree-latin-variable.woff2")


def kept(lang: str) -> list[str]:
    """The addresses that are kept, in one language: pages, and what they are drawn with."""
    paths = (*PAGES, *(f"/situations/{slug}" for slug in (*situations(), *specialties())))
    return [*(f"{path}?lang={lang}" for path in paths), *map(asset_url, PARTS)]


async def offline(request: Request) -> Response:
    """What can be kept, and the two buttons; a script does it, for it is the device that keeps."""
    page = Page.of(request)
    addresses = kept(page.lang)
    return public(page, "offline.html", addresses=json.dumps(addresses), count=len(addresses) - len(PARTS))


async def worker(_: Request) -> Response:
    """The script that answers where the network does not: at the root, because it answers for the whole site."""
    script = assets()["worker.js"]
    return Response(script.body, headers={"Cache-Control": "no-cache"}, media_type=script.media_type)
