"""`/lab`: the law moved with a finger, on an invented sample that the compiled rules settle again. All is in the
address; nothing is kept about who asks.
"""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from parcours.edge.requests import services_of
from parcours.errors import ParcoursError
from parcours.text import Text, count
from parcours.web import i18n
from parcours.web.lab.form import PRESETS, SLIDERS, SWITCHES, YEAR, Slider, asked, entry_of, in_force, query_of, read_as
from parcours.web.lab.sample import SEED, Sample
from parcours.web.lab.words import CAPS, GROUPS, ITEMS, WORDS
from parcours.web.pages import PRIVATE, Page, answer

if TYPE_CHECKING:
    from parcours.lab.study import Study

FIRST_WAIT = 0.3
"""Seconds a first visitor waits for the sample before a page that says it is being made."""
FIRST_SHOWN = 4
"""Sliders that are seen at once; the others unfold, so that what they change is near on a phone."""
SAMPLES: dict[int, Sample] = {}


@dataclass(frozen=True)
class Setting:
    """A slider where the address puts it."""

    slider: Slider
    label: str
    value: str
    said: str
    """The value, as people read it."""
    law: str
    """What the law says, as people read it."""
    moved: bool


def sample_of(request: Request) -> Sample:
    """The sample of the process."""
    people = services_of(request).settings.lab_people
    return SAMPLES.setdefault(people, Sample(people))


def lab_page(request: Request) -> Response:
    """The page, or its changing part alone."""
    page = Page.of(request)
    sample = sample_of(request)
    query = dict(page.query)
    words = {name: i18n.typography(text[page.lang], page.lang) for name, text in WORDS.items()}
    ready = sample.people > 0 and sample.wait(FIRST_WAIT)
    state = "off" if not sample.people else "missing" if sample.missing else "ready" if ready else "making"
    values: dict[str, Any] = {"words": words, "state": state, "sample": sample}
    status = 200
    if state == "ready":
        try:
            values |= result(page, sample, query)
        except ParcoursError as error:
            status, values["state"] = 400, "refused"
            values["refusal"] = error.message[page.lang]
    if page.partial:
        return answer(page, "_lab.html", status, PRIVATE, **values)
    return answer(page, "lab.html", status, PRIVATE, **values, **form(page, query))


def form(page: Page, query: dict[str, str]) -> dict[str, Any]:
    """The form as the address fills it, and the known reforms to start from."""
    law, said = in_force(), asked(query)
    settings = [
        Setting(
            one,
            one.label[page.lang],
            said[one.key],
            read_as(said[one.key], one, page.lang),
            read_as(law[one.key], one, page.lang),
            said[one.key] != law[one.key],
        )
        for one in SLIDERS
    ]
    switches = [(name, label[page.lang], query.get(name) == "1") for name, label in SWITCHES]
    return {
        "settings": settings,
        "first_shown": FIRST_SHOWN,
        "others_moved": any(one.moved for one in settings[FIRST_SHOWN:]),
        "switches": switches,
        "switched": any(on for _, _, on in switches),
        "presets": presets(page),
    }


def presets(page: Page) -> list[tuple[str, str]]:
    """Known reforms, each as an address; none where the lab is not installed."""
    try:
        from parcours.lab.reform import known_reforms
    except ModuleNotFoundError:
        return []
    known = known_reforms()
    return [
        (page.address("/lab", tuple(query_of(known[name].source).items())), known[name].label[page.lang])
        for name in PRESETS
    ]


def result(page: Page, sample: Sample, query: dict[str, str]) -> dict[str, Any]:
    """What the sample says of the reform of the address."""
    started = perf_counter()
    charts = sample.shown(entry_of(query), page.lang, drawn)
    took = round((perf_counter() - started) * 1000)
    moved = "parcours lab run --people {people} --year {year} --seed {seed} --reform lab.yaml"
    kept = urlencode([(name, value) for name, value in query.items() if value])
    return {
        "took": count(took, page.lang),
        "command": moved.format(people=sample.people, year=YEAR, seed=SEED),
        "download": "/lab.yaml" + (f"?{kept}" if kept else ""),
        **charts,
    }


def drawn(found: Study, lang: str) -> dict[str, Any]:
    """Sentences, charts and tables."""
    from parcours.lab.cases import cascades
    from parcours.lab.say import people_words, sentences, share
    from parcours.lab.study import caps, gone_through, per_person, winners
    from parcours.text import euros
    from parcours.web.lab import draw

    gone_through(found, ("decile", *GROUPS))
    months = caps(found)
    names = {name: {key: text[lang] for key, text in words.items()} for name, words in GROUPS.items()}
    return {
        "sentences": [i18n.typography(one, lang) for one in sentences(found, lang)],
        "said": found.plan.words(lang),
        "people": people_words(found, lang),
        "waterfall": draw.waterfall(per_person(found), lang),
        "tenths": draw.tenths(winners(found, "decile"), lang),
        **dict(zip(("spread", "spread_top"), draw.spread(found, lang), strict=True)),
        "shares": {name: share(part, lang) for name, part in (("none", 0.0), ("half", 0.5), ("all", 1.0))},
        "curves": draw.lorenz(found, lang),
        "calendar": draw.calendar(months, {key: text[lang] for key, text in CAPS.items()}, lang),
        "calendar_top": draw.highest(months, lang),
        "breakdowns": [
            (WORDS[f"by_{name}"][lang], draw.groups(winners(found, name), names[name], lang)) for name in GROUPS
        ],
        "cases": [
            (
                one.case.label[lang],
                euros(one.before["patient"], lang),
                euros(one.after["patient"], lang),
                draw.signed(one.after["patient"] - one.before["patient"], lang),
                [
                    (text[lang], euros(one.before[name], lang), euros(one.after[name], lang))
                    for name, text in ITEMS.items()
                ],
            )
            for one in cascades(found.plan)
        ],
    }


def lab_file(request: Request) -> Response:
    """The reform of an address as the file that the command line runs."""
    page = Page.of(request)
    try:
        from parcours.lab.reform import read_reform
    except ModuleNotFoundError:
        return PlainTextResponse(WORDS["missing"][page.lang], 503)
    try:
        content = read_reform(entry_of(dict(page.query))).as_file()
    except ParcoursError as error:
        return PlainTextResponse(error.message[page.lang], 400)
    headers = {"Content-Disposition": 'attachment; filename="lab.yaml"', "Cache-Control": PRIVATE}
    return Response(content, headers=headers, media_type="application/yaml; charset=utf-8")


__all__ = ["Text", "lab_file", "lab_page"]
