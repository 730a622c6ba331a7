"""`/situations`: one short page a question. Sentences are data, amounts are settled when the page is made.

Two kinds: the questions of `situations.yaml`, and one page for each specialty ("may I go directly?") made from the law
data alone.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from parcours.engine.case import Answer, settle
from parcours.engine.say.wording import Words, fill, label, lower_first
from parcours.law.cases import AFTER_DEPARTURE
from parcours.law.codes import Pathway
from parcours.law.data import AccesDirect, Specialty
from parcours.law.days import number_of
from parcours.law.loader import load
from parcours.text import euros, listed, plain_euros
from parcours.web import i18n
from parcours.web.i18n import N_
from parcours.web.letters import CONCILIATOR, LONGEST, OF_CONCILIATOR, conciliator_letters, fields
from parcours.web.links import links_of
from parcours.web.pages import Page, public, text, today
from parcours.web.public.values import value_text
from parcours.web.public.worked_bills import worked_bills

FILES = tuple(Path(__file__).with_name(name) for name in ("situations.yaml", "worked_bills.yaml", "steps.yaml"))
GROUPS = {
    "exceptions": N_("Exceptions"),
    "people": N_("Who I am"),
    "money": N_("What I pay"),
    "bills": N_("Whole bills, settled"),
    "steps": N_("What to do"),
}
TAGS = {
    Pathway.INSIDE: (N_("Inside"), "inside"),
    Pathway.OUTSIDE: (N_("Outside"), "outside"),
    Pathway.NOT_CONCERNED: (N_("Not concerned"), "neutral"),
}
ORDINARY = "ordinary"
"""A fee that is the tariff of one's own doctor, whatever the situation allows to add."""
HIGH_FEE = "1000"
"""A fee above every tariff: its base is the tariff."""
COMPLETE = {
    "purpose": "none",
    "urgent": "false",
    "away": "false",
    "special_setting": "none",
    "medecin_traitant_left_on": "",
    "installed_on": "",
    "exemption": "none",
    "c2s": "false",
    "contract": "none",
    "scheme": "general",
    "tiers_payant": "none",
}
"""What an example does not say, said: the quote it opens asks nothing more."""
CHILDREN = "pediatre"
GENETICS = "genetique_medicale"
"""A specialty whose exempt consultation (D162-1-6 8°) is for nobody else."""
COMMON = (
    "generaliste",
    "dermatologie",
    "gynecologie_obstetrique",
    "ophtalmologie",
    "psychiatrie",
    "pediatrie",
    "cardiologie",
    "orl",
    "stomatologie",
    "rhumatologie",
    "gastroenterologie",
    "endocrinologie",
    "neurologie",
    "pneumologie",
    "radiologie",
    "urologie",
)


@dataclass(frozen=True)
class Example:
    """A visit, settled, and the address that opens it in the quote."""

    label: str
    tag: str
    tone: str
    fee: int
    amo: int
    amc: int
    c2s: bool
    patient: int
    advance: int
    """Paid at the desk."""
    otherwise: int | None
    """What another reading of a disputed point would leave, where one would leave another sum."""
    url: str


@cache
def situations() -> Mapping[str, Mapping[str, Any]]:
    """The questions, by their address."""
    content: dict[str, dict[str, Any]] = {}
    for file in FILES:
        content |= yaml.safe_load(file.read_text("utf-8"))
    return content


@cache
def specialties() -> Mapping[str, Specialty]:
    """The specialties that have a page: every one a patient may see."""
    found = {entry.slug: entry for entry in load().specialties.values() if not entry.laboratory}
    return {slug: found[slug] for slug in (*COMMON, *(name for name in found if name not in COMMON))}


def title_of(entry: Mapping[str, Any], lang: str) -> str:
    """The question, with the numbers of the law that it names."""
    return filled(entry["title"], lang)


def filled(words: Mapping[str, str], lang: str) -> str:
    """A sentence of a page, with the numbers of the law of today that it names."""
    return i18n.typography(fill(words[lang], Words(number_of(today()), {}), lang), lang)


def complete(facts: Mapping[str, Any], day: date) -> dict[str, str]:
    """The facts of an example as the vocabulary writes them, with what it leaves to the ordinary case."""
    given = {name: written(value, day) for name, value in facts.items() if value != "none" or name != "convention"}
    base = {"care_date": day.isoformat(), "age": "40"}
    if "specialty" in given:
        base["convention"] = "secteur_1"
    return base | given


def written(value: Any, day: date) -> str:
    """A fact of the YAML as text."""
    if value == "three_months_ago":
        return (day - timedelta(days=91)).isoformat()
    return str(value).lower() if isinstance(value, bool) else str(value)


def settled(facts: Mapping[str, str]) -> Answer:
    """An example settled, at the tariff unless it says its fee."""
    known = {
        name: value for name, value in facts.items() if value not in ("", "none") or name not in ("contract", *COMPLETE)
    }
    if known.get("fee", ORDINARY) == ORDINARY:
        own = {"role": "medecin_traitant", "referral": "none"} if "fee" in known else {}
        tariff = settle({**known, **own, "fee": HIGH_FEE}).settlement.base
        known["fee"] = plain_euros(tariff)
    return settle(known)


def other_sums(result: Answer) -> set[int]:
    """What the other readings of what is still open would leave to the patient, in cents, where it is another sum."""
    others = (other for other in result.other_readings if not load().readings[other.name].closed)
    return {other.settlement.patient for other in others} - {result.settlement.patient}


def example(words: str, facts: Mapping[str, Any], page: Page) -> Example:
    """A line of a page."""
    given = complete(facts, today())
    result = settled(given)
    fee = plain_euros(result.act.fee)
    place = Pathway(result.settlement.pathway)
    tag, tone = TAGS[place]
    if result.settlement.case_status in AFTER_DEPARTURE:
        tag, tone = N_("Not penalised"), "neutral"
    elif place == Pathway.OUTSIDE and not result.law.majoree[result.settlement.status]:
        tag, tone = N_("Outside, not penalised"), "neutral"
    doctor = "specialty" in given
    rest = {
        name: value
        for name, value in COMPLETE.items()
        if doctor or name not in ("purpose", "special_setting", "medecin_traitant_left_on", "installed_on")
    }
    return Example(
        label=words,
        tag=tag,
        tone=tone,
        fee=result.act.fee,
        amo=result.settlement.amo,
        amc=result.settlement.amc,
        c2s=bool(result.act.c2s),
        patient=result.settlement.patient,
        advance=result.settlement.advance,
        otherwise=max(other_sums(result), default=None),
        url=page.address("/", tuple(({**rest, **given} | {"fee": fee}).items())),
    )


async def situation_index(request: Request) -> Response:
    """`/situations`: every question."""
    page = Page.of(request)
    groups = [
        (name, [(slug, title_of(entry, page.lang)) for slug, entry in situations().items() if entry["group"] == group])
        for group, name in GROUPS.items()
    ]
    doctors = [(slug, entry, family_of(entry)) for slug, entry in specialties().items()]
    age = load().parameters["parcours.age_exclusion"].values[-1].value
    return public(page, "situations/index.html", groups=groups, doctors=doctors, age=age)


async def situation_page(request: Request) -> Response:
    """`/situations/{slug}`: one question."""
    page = Page.of(request)
    slug = request.path_params["slug"]
    if slug in specialties():
        return specialty_page(page, slug)
    entry = situations().get(slug)
    if entry is None:
        raise HTTPException(404)
    words = Words(number_of(today()), {})
    book = load()
    parameters = [book.parameters[id_] for id_ in entry.get("parameters", ())]
    return public(
        page,
        "situations/page.html",
        title=title_of(entry, page.lang),
        answer=fill(entry["answer"][page.lang], words, page.lang),
        paragraphs=[fill(item[page.lang], words, page.lang) for item in entry["text"]],
        examples=[
            example(i18n.label(item["label"], page.lang), item["facts"], page) for item in entry.get("examples", ())
        ],
        bills=list(worked_bills(entry.get("bills", ()), page, today())),
        links=links_of(tuple(entry.get("links", ())), page),
        letters=conciliator_letters(page) if entry.get("letter") == CONCILIATOR else [],
        letter_fields=fields(OF_CONCILIATOR, page.lang),
        longest=LONGEST,
        references=entry["references"],
        parameters=[(item, value_text(item.values[-1].value, item.unit, page.lang)) for item in parameters],
        book=book,
    )


# --- one page a specialty ------------------------------------------------------------------------------------------


def code_of(entry: Specialty) -> int:
    """National code of a specialty."""
    return next(code for code, other in load().specialties.items() if other.slug == entry.slug)


def family_of(entry: Specialty) -> AccesDirect | None:
    """The family of direct access a specialty belongs to."""
    code = code_of(entry)
    return next((family for family in load().acces_direct.values() if code in family.specialties), None)


def specialty_page(page: Page, slug: str) -> Response:
    """May I go directly to this specialist?  Answered by the law data and the engine."""
    entry = specialties()[slug]
    family = family_of(entry)
    examples = [example(words, facts, page) for words, facts in specialty_examples(slug, entry, family, page)]
    book = load()
    ages = [book.parameters[id_] for id_ in ("parcours.psychiatrie_age_min", "parcours.psychiatrie_age_max")]
    return public(
        page,
        "situations/page.html",
        title=text("{specialty}: may I go directly?", page.lang, specialty=i18n.label(entry.label, page.lang)),
        answer=direct_answer(slug, entry, family, page),
        paragraphs=[
            text(
                "Whatever the doctor, an emergency, care away from home and patients under {age} never bear the "
                "surcharge; without your doctor's referral the base may still be smaller, as some supplements go with "
                "it. The lines below compare the same visit at the official tariff of sector 1.",
                page.lang,
                age=book.parameters["parcours.age_exclusion"].values[-1].value,
            )
        ],
        examples=examples,
        bills=[],
        links=links_of(("directory", "official_directory"), page),
        letters=[],
        references=references_of(slug, family),
        parameters=[
            (item, value_text(item.values[-1].value, item.unit, page.lang)) for item in ages if family and family.age
        ],
        book=book,
    )


def references_of(slug: str, family: AccesDirect | None) -> list[str]:
    """The texts behind the page of a specialty."""
    own = ["CSS-D162-1-6"] if slug == GENETICS else []
    return [*own, *(family.references if family else ("CSS-L162-5-3", "CSS-R160-6"))]


def paid(slug: str, role: str, referral: str) -> int:
    """What health insurance pays at the tariff, in cents, to who has declared a doctor."""
    facts = {"specialty": slug, "medecin_traitant": True, "role": role, "referral": referral, "fee": HIGH_FEE}
    return settled(complete(facts, today())).settlement.amo


def direct_answer(slug: str, entry: Specialty, family: AccesDirect | None, page: Page) -> str:
    """The short answer, its amount settled."""
    own, sent = ("medecin_traitant", "none"), ("correspondant", "soins_iteratifs")
    lost = euros(paid(slug, *(own if entry.generaliste else sent)) - paid(slug, "autre", "none"), page.lang)
    if entry.generaliste:
        return text(
            "Your own médecin traitant, yes. Another general practitioner only in the cases below: "
            "otherwise {amount} less is refunded.",
            page.lang,
            amount=lost,
        )
    if entry.profile == CHILDREN:
        age = load().parameters["parcours.age_exclusion"].values[-1].value
        return text(
            "Yes, for a child under {age}: any doctor may be seen directly. "
            "From {age} on, without a letter, {amount} less is refunded.",
            page.lang,
            age=age,
            amount=lost,
        )
    if slug == GENETICS:
        return text(
            "Yes for the genetic consultation that follows an anomaly found in the family, which never bears the "
            "surcharge. For another reason, without a letter, {amount} less is refunded.",
            page.lang,
            amount=lost,
        )
    if family is None:
        return text(
            "Not without a cost: without a letter from your médecin traitant, {amount} less is refunded.",
            page.lang,
            amount=lost,
        )
    if family.age:
        ids = ("parcours.psychiatrie_age_min", "parcours.psychiatrie_age_max", "ages_tarifaires.jeune_psychiatrie")
        low, high, young = (load().parameters[id_].values[-1].value for id_ in ids)
        return text(
            "Yes from {low} to {high} years of age, with a declared médecin traitant: the year of being {high} counts, "
            "as we read the agreement, but the young patient's tariff stops at {young}. At other ages, without a "
            "letter, {amount} less is refunded.",
            page.lang,
            low=low,
            high=high,
            young=young,
            amount=lost,
        )
    purposes = listed([lower_first(label("purpose", name, page.lang)) for name in family.purposes], page.lang)
    return text(
        "Yes, with a declared médecin traitant, for: {purposes}. "
        "For another reason, without a letter, {amount} less is refunded.",
        page.lang,
        purposes=purposes,
        amount=lost,
    )


def specialty_examples(
    slug: str, entry: Specialty, family: AccesDirect | None, page: Page
) -> Iterator[tuple[str, dict[str, Any]]]:
    """The visits to compare."""

    def say(message: str) -> str:
        return text(message, page.lang)

    alone = {"specialty": slug, "medecin_traitant": True, "role": "autre", "referral": "none"}
    if entry.profile == CHILDREN:
        yield say("On your own, at 1 year of age"), {**alone, "age": 1}
        yield say("On your own, at 4"), {**alone, "age": 4}
        yield say("On your own, at 10"), {**alone, "age": 10}
        yield say("On your own, at 17"), {**alone, "age": 17}
        yield (
            say("Sent by your médecin traitant, at 17"),
            {**alone, "age": 17, "role": "correspondant", "referral": "soins_iteratifs"},
        )
        return
    if entry.generaliste:
        yield say("Your médecin traitant"), {**alone, "role": "medecin_traitant"}
        yield say("The locum of your médecin traitant"), {**alone, "role": "remplacant"}
    else:
        yield say("Sent by your médecin traitant"), {**alone, "role": "correspondant", "referral": "soins_iteratifs"}
    if family and family.age:
        yield say("On your own, at 20"), {**alone, "age": 20}
        yield say("On your own, at 40"), alone
    elif family:
        for purpose in family.purposes:
            words = lower_first(label("purpose", purpose, page.lang))
            yield text("On your own, for: {purpose}", page.lang, purpose=words), {**alone, "purpose": purpose}
        yield say("On your own, for another reason"), alone
    else:
        yield say("On your own"), alone
    if slug == GENETICS:
        yield say("On your own, after an anomaly was found in the family"), {**alone, "special_setting": "genetique"}
    yield say("On your own, nobody declared"), {**alone, "medecin_traitant": False}
    yield say("In an emergency"), {**alone, "urgent": True}
    yield say("Away from home"), {**alone, "away": True, **({"fee": ORDINARY} if entry.generaliste else {})}
    yield say("At 10 years of age"), {**alone, "age": 10}
