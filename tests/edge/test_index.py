"""An index finds the route that the router itself would have found, for every address of the application."""

import asyncio
import itertools
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from starlette.responses import Response
from starlette.routing import Match, Mount, Route, Router

from parcours.api.app import create_app as api
from parcours.edge.index import Indexed
from parcours.edge.services import Services
from parcours.fhir.app import create_app as fhir
from parcours.web.app import routes
from tests.api.fixtures import settings_for_tests

FILLED = ("0199f0a4-7c3e-7a51-8f0d-5b1e2a9c4d10", "12", "export", "$everything", "")
METHODS = ("GET", "POST", "PATCH", "DELETE", "HEAD")


def faces():
    services = Services(settings_for_tests())
    return {"api": api(services).router, "fhir": fhir(services).router, "pages": Router(routes=routes())}


def by_turns(router, scope):
    """What the router finds: the first that fits in full."""
    for route in router.routes:
        match, found = route.matches(dict(scope))
        if match is Match.FULL:
            return route, found
    return None, None


def by_index(indexed, scope):
    """What the index finds; nothing when it leaves the address to the router."""
    near = sorted(indexed.root.near(scope["path"].split("/")), key=lambda placed: placed[0])
    for _, route in near:
        match, found = route.matches(dict(scope))
        if match is Match.FULL:
            return route, found
    return None, None


@pytest.mark.parametrize("face", ["api", "fhir", "pages"])
def test_every_address_leads_where_it_led(face):
    router = faces()[face]
    indexed, found = Indexed(router), 0
    patterns = {route.path for route in router.routes if hasattr(route, "path")}
    addresses = {re.sub(r"\{[^}]*\}", filled, one) for one in patterns for filled in FILLED}
    for path, method in itertools.product(sorted(addresses | {one + "/" for one in addresses}), METHODS):
        scope = {"type": "http", "path": path, "method": method}
        expected = by_turns(router, scope)
        assert by_index(indexed, scope) == expected, (method, path)
        found += expected[0] is not None
    assert found > len(patterns)


def answered(path, method="GET"):
    async def says(request):
        return Response(f"{request.scope['route'].path} {sorted(request.path_params.items())}")

    async def mounted(scope, receive, send):
        await Response(f"mounted {scope['path']}")(scope, receive, send)

    made = [
        Route("/a/{x}", says), Route("/a/b", says), Route("/a/{x}.txt", says), Route("/c/{rest:path}", says),
        Route("/c/d", says), Mount("/e", app=mounted), Route("/e/f", says), Route("/g/{n:int}/h", says),
    ]  # fmt: skip
    router, sent = Router(routes=made), []

    async def send(message):
        sent.append(message)

    async def both():
        for app in (router.app, Indexed(router)):
            scope = {
                "type": "http",
                "path": path,
                "method": method,
                "root_path": "",
                "headers": [],
                "query_string": b"",
            }
            await app(scope, None, send)

    with ThreadPoolExecutor(1) as apart:  # a browser driven in this process keeps a loop running in the main thread
        apart.submit(asyncio.run, both()).result()
    return sent[: len(sent) // 2], sent[len(sent) // 2 :]


ODD = ["/a/b", "/a/b.txt", "/a/", "/c/d", "/c/", "/c/d/e", "/e/f", "/e", "/g/1/h", "/g/x/h", "/a/b/", "/nowhere"]


@pytest.mark.parametrize("path", [*ODD, "/a/b\n", ""])
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_the_order_of_the_routes_and_what_fits_none_stay_as_they_were(path, method):
    before, now = answered(path, method)
    assert now == before
