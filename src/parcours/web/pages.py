"""How a page is made: its language, its addresses, its template, its answer."""

from __future__ import annotations

import gzip
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import Response

from parcours.edge.requests import services_of
from parcours.text import COLON, LANGS, NBSP, Agreeing, euros, listed, percent
from parcours.web import i18n
from parcours.web.assets import asset_url
from parcours.web.words import Glosses

TEMPLATES = Path(__file__).parent / "templates"
PARIS = ZoneInfo("Europe/Paris")
PUBLIC = "public, max-age=300"
"""The same for everybody: any cache may keep it for a while."""
PRIVATE = "private, no-cache"
"""Somebody's facts are in the address: their browser may keep the page, and asks again."""
PERSONAL = "private, no-store"
"""Somebody's record: nothing keeps it."""
LEVEL = 4
"""Of compression: the time of a step counts more than a few hundred bytes."""


@cache
def environment(lang: str) -> Environment:
    """The templates with everything a language needs; compiled once."""
    env = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.do"],
        auto_reload=False,
    )
    env.globals |= {
        "_": partial(html_text, lang=lang),
        "N_": i18n.N_,
        "colon": i18n.typography(COLON[lang], lang),
        "lang": lang,
        "asset": asset_url,
        "iso_day": lambda day: i18n.numeric_date(date.fromisoformat(day), lang),
        "number": partial(i18n.number, lang=lang),
        "money_range": partial(i18n.money_range, lang=lang),
    }
    env.filters |= {
        "money": partial(euros, lang=lang),
        "percent": partial(percent, lang=lang),
        "day": partial(i18n.long_date, lang=lang),
        "short_day": partial(i18n.numeric_date, lang=lang),
        "instant": partial(instant, lang=lang),
        "month": partial(i18n.month, lang=lang),
        "label": partial(i18n.label, lang=lang),
        "unbroken": i18n.unbroken,
        "typo": partial(i18n.typography, lang=lang),
        "insurer": i18n.insurer_name,
        "listing": partial(listed, lang=lang),
        "capital": i18n.upper_first,
        "sentence": i18n.full_stop,
    }
    return env


def text(message: str, lang: str, **values: Any) -> str:
    """A message in the language, its values in place; a template escapes it."""
    translated = i18n.translate(message, lang)
    return i18n.filled(translated.format(**agreeing(values, lang)), lang) if values else translated


def agreeing(values: Mapping[str, Any], lang: str) -> dict[str, Any]:
    """The values of a message, its whole numbers as words agree with them: `{count} {count:sheet|sheets}`."""
    return {name: Agreeing(value, lang) if type(value) is int else value for name, value in values.items()}


def html_text(message: str, lang: str, **values: Any) -> Markup:
    """A message in a template: the values are escaped, or are HTML themselves."""
    translated = escaped(message, lang)
    if not values:
        return translated
    filled = i18n.filled(translated.format(**agreeing(values, lang)), lang)
    return Markup(filled)  # noqa: S704 - its values are escaped already


@lru_cache(maxsize=4096)
def escaped(message: str, lang: str) -> Markup:
    """A message as HTML."""
    return escape(i18n.translate(message, lang))


@lru_cache(maxsize=8192)
def encoded(name: str, value: str) -> str:
    """A pair of a query; the same few pairs are in every link of a step."""
    return urlencode(((name, value),))


@dataclass(frozen=True)
class Page:
    """What every page knows about the address it answers."""

    path: str
    query: tuple[tuple[str, str], ...]
    lang: str
    explicit: bool
    """The address itself names the language: its links keep naming it."""
    partial: bool
    """HTMX asks for the changing part alone."""
    gzip: bool = field(default=False)
    site: str = field(default="")
    """Where browsers reach the service: what other sites show of a page needs whole addresses."""

    @classmethod
    def of(cls, request: Request) -> Page:
        """The page that a request asks for."""
        headers = request.headers
        wanted = request.query_params.get("lang")
        return cls(
            path=request.url.path,
            query=tuple((name, value) for name, value in request.query_params.multi_items() if name != "lang"),
            lang=i18n.negotiate(wanted, headers.get("accept-language")),
            explicit=wanted in LANGS,
            partial=headers.get("hx-request") == "true" and headers.get("hx-history-restore-request") != "true",
            gzip="gzip" in headers.get("accept-encoding", ""),
            site=services_of(request).settings.public_url,
        )

    def url(self, path: str, /, fragment: str = "", **values: Any) -> str:
        """An address of the site, in the language that was asked for."""
        return self.address(path, tuple((name, str(value)) for name, value in values.items()), fragment)

    def address(self, path: str, query: tuple[tuple[str, str], ...], fragment: str = "") -> str:
        """The same, from pairs."""
        if self.explicit:
            query = (*query, ("lang", self.lang))
        joined = "&".join(encoded(name, value) for name, value in query)
        return path + (f"?{joined}" if query else "") + (f"#{fragment}" if fragment else "")

    @property
    def own(self) -> bool:
        """The page is in somebody's space, behind a login."""
        return self.path.startswith(("/me", "/practice", "/fund", "/insurer", "/admin", "/account"))

    @property
    def canonical(self) -> str:
        """The whole address of this page in its language, without anybody's facts."""
        return f"{self.site}{self.path}?lang={self.lang}"

    def in_lang(self, lang: str) -> str:
        """This very page in another language."""
        return f"{self.path}?{urlencode((*self.query, ('lang', lang)))}"


def instant(at: datetime, lang: str) -> str:
    """A day and an hour as it is in France."""
    there = at.astimezone(PARIS)
    return f"{i18n.numeric_date(there.date(), lang)} {there:%H:%M}".replace(" ", NBSP)


def today() -> date:
    """The day it is in France."""
    return datetime.now(PARIS).date()


def render(page: Page, template: str, **values: Any) -> str:
    """The HTML of a page."""
    context = {
        "page": page,
        "url": page.url,
        "gloss": Glosses(page.lang, page.url),
        "languages": i18n.NAMES,
        "today": today(),
        **values,
    }
    html = environment(page.lang).get_template(template).render(context)
    return marked(html, values["wrong_field"]) if values.get("wrong_field") else html


def marked(html: str, wrong_field: str) -> str:
    """A page whose form is shown again, the field that was wrong marked where it is."""
    shown = rf'<(?:input|select|textarea)\b(?![^>]*type="hidden")[^>]*\bname="{re.escape(wrong_field)}"'
    return re.sub(shown, r'\g<0> aria-invalid="true"', html)


def answer(
    page: Page,
    template: str,
    status: int = 200,
    cache_control: str = PERSONAL,
    headers: Mapping[str, str] | None = None,
    **values: Any,
) -> Response:
    """A page as a response, compressed when the browser can; kept by nobody unless it says otherwise."""
    body = render(page, template, **values).encode()
    every = {
        "Content-Language": page.lang,
        "Cache-Control": cache_control,
        "Vary": "Accept-Language, Accept-Encoding, HX-Request",
        **(headers or {}),
    }
    if page.gzip:
        body, every["Content-Encoding"] = gzip.compress(body, LEVEL, mtime=0), "gzip"
    return Response(body, status, every, media_type="text/html; charset=utf-8")


def public(page: Page, template: str, status: int = 200, **values: Any) -> Response:
    """A page that is the same for everybody."""
    return answer(page, template, status, PUBLIC, **values)
