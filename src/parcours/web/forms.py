"""Forms without a script: what was filled in, and whether it comes from our own pages."""

from collections.abc import Callable
from urllib.parse import parse_qsl, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from parcours.edge.caller import CSRF_FIELD, Incoming, check_csrf, check_same_site
from parcours.edge.own import OwnSession
from parcours.edge.problems import ProblemError, Refusal
from parcours.edge.refusals import other_site
from parcours.edge.services import Services
from parcours.text import Text

Handler = Callable[[Request, FormData], Response]
stale_form = Refusal(
    403,
    "stale_form",
    Text(
        "cette page date d'avant votre dernière connexion : rien n'a été fait, vérifiez et envoyez de nouveau",
        "this page is from before your last login: nothing was done, check it and send it again",
    ),
)


def form_page(shown: Handler, sent: Handler) -> Callable[..., object]:
    """A page whose form comes back to it: `shown` when it is asked for, `sent` with what was filled in."""

    async def page(request: Request) -> Response:
        form = await request.form(max_files=0, max_fields=20)
        return await run_in_threadpool(sent if request.method == "POST" else shown, request, form)

    return page


async def sent(request: Request, most: int) -> list[tuple[str, str]]:
    """The fields of a small public form, of so many bytes."""
    body = await request.body()
    return parse_qsl(body[:most].decode("utf-8", "replace"))


def field(form: FormData, name: str, most: int = 300) -> str:
    """What was filled in; a file, or more than fits, is nothing."""
    given = form.get(name, "")
    return given if isinstance(given, str) and len(given) <= most else ""


def own_form(own: OwnSession, form: FormData) -> None:
    """A form must come from our own pages and from this very session. Raises ProblemError."""
    own_site(own.services, own.incoming)
    try:
        check_csrf(own.incoming, own.caller.csrf_token or "", field(form, CSRF_FIELD))
    except ProblemError:
        raise stale_form() from None


def own_site(services: Services, incoming: Incoming) -> None:
    """A form must come from our own pages, also from a browser that says no `Sec-Fetch-Site`. Raises ProblemError."""
    check_same_site(incoming)
    origin = incoming.headers.get("origin")
    if "sec-fetch-site" in incoming.headers:
        return  # a browser that says it: without a referrer, its `Origin` is null even here
    if origin is not None and urlsplit(origin).netloc not in {
        urlsplit(services.settings.public_url).netloc, incoming.headers.get("host"),
    }:  # fmt: skip
        raise other_site()
