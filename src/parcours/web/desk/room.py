"""A page behind a login: one unit of work, its right asked of the policy, its trace kept, its forms sent back to it.

No page has a rule of access of its own: it asks the policy as the API does, and what one may not see does not exist.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Any

from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from parcours.edge import unit as units
from parcours.edge.caller import CSRF_FIELD, Caller, Incoming, identify
from parcours.edge.own import OwnSession
from parcours.edge.problems import ProblemError
from parcours.edge.refusals import no_role, second_factor_needed
from parcours.edge.requests import incoming_of, services_of
from parcours.edge.services import Services
from parcours.edge.unit import Unit
from parcours.engine.errors import FactError
from parcours.errors import ParcoursError
from parcours.registry.access.model import SYSTEM, Action, Record, Tag
from parcours.registry.access.problems import no_relation, no_rule
from parcours.registry.errors import Forbidden, Invalid, NotFound, RegistryError, Unauthenticated
from parcours.registry.people.context import PATIENT
from parcours.registry.store.clock import paris_date
from parcours.registry.store.ids import parse_id
from parcours.text import Text
from parcours.web.desk.words import DONE
from parcours.web.forms import field as field_of
from parcours.web.forms import own_form, own_site
from parcours.web.i18n import typography
from parcours.web.pages import PERSONAL, Page, answer

NO_STORE = {"Cache-Control": "no-store"}
MOST_FIELDS = 2_100
"""A letter may join every line of a synthesis, and one package brings two thousand."""
NOT_YOURS = Text("Cette page n'est pas la vôtre", "This page is not yours")
NOT_HERE = {
    no_rule: Text("Elle est faite pour un autre rôle que le vôtre.", "It is made for another role than yours."),
    no_relation: Text("Rien ne vous lie à ce qu'elle montre.", "Nothing links you to what it shows."),
}
"""Why, in words for people, where the policy speaks of its rules."""
NOT_SO = Text("Cela ne peut pas être fait ainsi", "This cannot be done so")


@dataclass
class Desk:
    """What a page behind a login works with."""

    request: Request
    page: Page
    unit: Unit
    form: FormData
    error: ParcoursError | None = None
    """Why the form that was sent is shown again."""
    kept: dict[str, Any] = field(default_factory=dict)

    @property
    def session(self) -> Session:
        return self.unit.session

    @property
    def lang(self) -> str:
        return self.page.lang

    @property
    def today(self) -> date:
        return paris_date(self.unit.incoming.at)

    def asked(self, name: str, most: int = 100) -> str:
        """What the address asks for."""
        value = self.request.query_params.get(name, "").strip()
        return value if len(value) <= most else ""

    @property
    def after(self) -> str | None:
        """The id that a page of a list goes on after; what is no id begins the list."""
        return parse_id(self.asked("after", 64))

    def field(self, name: str, most: int = 300) -> str:
        """What was filled in."""
        return field_of(self.form, name, most).replace("\x00", "").strip()

    def day(self, name: str, default: date | None = None) -> date:
        """A day that was filled in. Raises Invalid."""
        return day_of(self.field(name, 10), name, default)

    def euros(self, name: str) -> Decimal:
        """An amount that was filled in, as people write it. Raises Invalid."""
        given = self.field(name, 20).replace("\u202f", "").replace("\xa0", "").replace(" ", "").replace(",", ".")
        try:
            amount = Decimal(given.removesuffix("€"))
        except InvalidOperation:
            raise wrong(name, Text("un montant en euros, comme 30,00", "an amount in euros, like 30.00")) from None
        if not 0 <= amount <= 1_000_000 or amount != amount.quantize(Decimal("0.01")):
            raise wrong(name, Text("un montant en euros, comme 30,00", "an amount in euros, like 30.00"))
        return amount

    def person(self, action: Action, tag: Tag | None = None) -> Record:
        """The person that the page is about: oneself, or the one the address names."""
        return self.unit.find(PATIENT, self.asked("of", 64) or self.unit.actor.insured_id or "", action, tag)

    def show(
        self, template: str, status: int = 200, headers: Mapping[str, str] | None = None, **values: Any
    ) -> Response:
        """The page; after a form that was refused, with the reason."""
        error = self.error
        if isinstance(error, ProblemError):
            status = error.status
        elif error is not None:
            status = error.http_status if isinstance(error, RegistryError) else 422
        settings = self.unit.services.settings
        done = DONE.get(self.asked("done"))
        return answer(
            self.page, template, status, PERSONAL, headers, desk=self, csrf_field=CSRF_FIELD,
            csrf_token=self.unit.caller.csrf_token, done=done[self.lang] if done else "",
            error="" if error is None else error.reason[self.lang],
            allowed="" if error is None or error.allowed is None else error.allowed[self.lang],
            wrong_field="" if error is None else error.field or "", idle_minutes=settings.session_idle_minutes,
            here=self.here, role=self.unit.actor.role.value, **{**self.kept, **values},
        )  # fmt: skip

    @property
    def here(self) -> str:
        """The address of this page, for its forms."""
        return self.page.address(self.page.path, tuple(pair for pair in self.page.query if pair[0] != "done"))

    def go(self, path: str = "", *, done: str = "", **query: str) -> Response:
        """On to a page (this one), once a change is made: a reload repeats nothing."""
        pairs = tuple((name, value) for name, value in self.page.query if name == "of" and not path)
        pairs += tuple((name, value) for name, value in query.items() if value) + ((("done", done),) if done else ())
        return RedirectResponse(self.page.address(path or self.page.path, pairs), 303, NO_STORE)


Handler = Callable[[Desk], Response]


@dataclass(frozen=True)
class Proved:
    """A form that asks the password again, before anything of it is done."""

    does: Handler

    def __call__(self, desk: Desk) -> Response:
        return self.does(desk)


Gate = Callable[[Desk], object]


NOT_FIT = Text("cette valeur ne convient pas", "this value does not fit")


def wrong(name: str, allowed: Text, why: Text = NOT_FIT) -> Invalid:
    """A field that was filled in wrongly."""
    return Invalid("field", why, field=name, allowed=allowed)


def day_of(given: str, name: str, default: date | None = None) -> date:
    """A day as a form sends it. Raises Invalid."""
    if not given and default is not None:
        return default
    try:
        return date.fromisoformat(given)
    except ValueError:
        raise wrong(name, Text("une date", "a date")) from None


def room(shown: Handler, gate: Gate | None = None, /, **sent: Handler) -> Callable[..., object]:
    """An address: `shown` when it is asked for; each other handler does what the field `do` of its form names.

    `gate` asks whether it is this role's desk at all, before anything else.
    """
    if gate is not None:
        shown, sent = through(gate, shown), {name: through(gate, one) for name, one in sent.items()}
    return partial(answered, shown, sent)


def through(gate: Gate, handler: Handler) -> Handler:
    """A handler behind a gate."""
    if isinstance(handler, Proved):
        return Proved(through(gate, handler.does))

    def entered(desk: Desk) -> Response:
        gate(desk)
        return handler(desk)

    return entered


async def answered(shown: Handler, sent: Mapping[str, Handler], request: Request) -> Response:
    """The answer of an address; a test reads from the routes which forms each of them takes."""
    form = await request.form(max_files=0, max_fields=MOST_FIELDS)
    return await run_in_threadpool(serve, request, form, shown, sent)


def serve(request: Request, form: FormData, shown: Handler, sent: Mapping[str, Handler]) -> Response:
    """Who is it, may they, and what follows."""
    services, incoming, page = services_of(request), incoming_of(request), Page.of(request)
    try:
        caller = identify(services, incoming)
        if caller is None or caller.csrf_token is None:
            return to_login(page)
        error: ParcoursError | None = None
        if request.method == "POST":
            own_site(services, incoming)
            done = changed(request, form, (services, incoming, caller), sent)
            if isinstance(done, Response):
                return done
            error = done
        with units.reading(services, incoming, caller) as unit, not_their_place(request, unit):
            return shown(Desk(request, page, unit, form, error))
    except NotFound:
        raise HTTPException(404) from None
    except Unauthenticated:
        return to_login(page)
    except RegistryError as refusal:
        return not_yours(page, refusal.http_status, refusal)
    except ProblemError as problem:
        if problem.code in (second_factor_needed.code, no_role.code):
            return RedirectResponse(page.url("/account", said=problem.code), 303, NO_STORE)
        return not_yours(page, problem.status, problem)


@contextmanager
def not_their_place(request: Request, unit: Unit) -> Iterator[None]:
    """Who is refused a whole desk learns nothing of an id in its address: nothing is there, for them."""
    try:
        yield
    except Forbidden:
        named = "id" in request.path_params or "of" in request.query_params
        if named and unit.refusals and unit.refusals[-1].record_kind == SYSTEM.kind:
            raise HTTPException(404) from None
        raise


def changed(
    request: Request, form: FormData, who: tuple[Services, Incoming, Caller], sent: Mapping[str, Handler]
) -> Response | ParcoursError:
    """What a form did: where to go on, or why nothing was done."""
    handler = sent.get(field_of(form, "do", 40))
    if handler is None:
        raise HTTPException(400)
    try:
        own = OwnSession(*who)
        own_form(own, form)
        if isinstance(handler, Proved):
            own.check_password(field_of(form, "password"))
    except (RegistryError, ProblemError) as error:
        return error
    try:
        with units.writing(*who) as unit, not_their_place(request, unit):
            return handler(Desk(request, Page.of(request), unit, form))
    except (NotFound, Forbidden, Unauthenticated):
        raise
    except (RegistryError, FactError) as error:
        return error


def to_login(page: Page) -> Response:
    """Log in, then come back here."""
    return RedirectResponse(page.url("/login", next=page.address(page.path, page.query)), 303, NO_STORE)


def not_yours(page: Page, status: int, error: ParcoursError) -> Response:
    """What one may not do here, or not so, and why."""
    title = NOT_YOURS if status == 403 else NOT_SO
    said = [typography(one[page.lang], page.lang) for one in (title, NOT_HERE.get(error.reason, error.reason))]
    return answer(page, "error.html", status, title=said[0], detail=said[1], code=status)
