"""`/law/rules`, `/law/guides`, `/law/decision-table`: the rules by their cases, and tables settled by the engine."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from parcours.engine.case import settle
from parcours.engine.errors import FactError
from parcours.engine.facts.vocabulary import hundredths
from parcours.engine.memory import read_counters
from parcours.engine.proof.guides import Claim, check_claims
from parcours.engine.say.explain import explain
from parcours.law.codes import Pathway
from parcours.law.loader import load
from parcours.rules.types import Counters
from parcours.text import euros
from parcours.web import i18n
from parcours.web.i18n import N_
from parcours.web.pages import Page, public, today
from parcours.web.public.law_pages import STAGES
from parcours.web.public.situations import TAGS, complete, specialties
from parcours.web.public.tables_page import wanted_day


@dataclass(frozen=True)
class CaseLine:
    """A case of a rule, said on its example."""

    slug: str
    text: str
    references: tuple[str, ...]
    query: tuple[tuple[str, str], ...]
    """The example, as the quote takes it; empty where the quote cannot show it."""
    gives: tuple[tuple[str, str], ...]
    """What the example gives: the word of the glossary and the amount."""


@lru_cache(maxsize=4)
def rules(lang: str) -> list[tuple[str, str, list[CaseLine]]]:
    """(stage, its question, its cases) with each sentence filled by its example."""
    return [
        (stage, question, [case_line(stage, slug, entry, lang) for slug, entry in load().cases[stage].items()])
        for stage, question in STAGES.items()
    ]


def case_line(stage: str, slug: str, entry: Mapping[str, Any], lang: str) -> CaseLine:
    """One case."""
    facts = entry["example"]
    counters = read_counters(entry.get("counters", {}))
    text = i18n.typography(sentence_of(stage, entry, facts, counters, lang), lang)
    simple = not entry.keys() & {"counters", "readings"} and all(
        isinstance(value, (str, int, float, bool)) or hasattr(value, "quantize") for value in facts.values()
    )
    query = (
        tuple((name, str(value).lower() if isinstance(value, bool) else str(value)) for name, value in facts.items())
        if simple
        else ()
    )
    return CaseLine(slug, text, tuple(entry["references"]), query, tuple(given_amounts(entry, lang)))


def given_amounts(entry: Mapping[str, Any], lang: str) -> Iterator[tuple[str, str]]:
    """The amounts that the example of a case gives, with their words."""
    for name, amount in entry.get("gives", {}).items():
        if amount is not None:
            yield load().glossary[name][lang]["term"], euros(hundredths(amount) or 0, lang)


def sentence_of(stage: str, entry: Mapping[str, Any], facts: Mapping[str, Any], counters: Counters, lang: str) -> str:
    """The sentence of a case on its example; the bare sentence where nothing is settled, or no visit reaches it."""
    try:
        steps = explain(settle(facts, entry.get("readings"), counters), lang, quiet=True).steps
    except FactError:
        return str(entry[lang])
    return next((step.text for step in steps if f"case_{step.stage}" == stage), str(entry[lang]))


async def law_rules(request: Request) -> Response:
    """`/law/rules`: every stage, every case."""
    page = Page.of(request)
    return public(page, "law/rules.html", stages=rules(page.lang), book=load())


# --- what guides say -----------------------------------------------------------------------------------------------

TONES = {
    "true": "inside",
    "true_until": "neutral",
    "true_only_if": "neutral",
    "wrong": "outside",
    "not_computed": "neutral",
}


@lru_cache(maxsize=2)
def claims(lang: str) -> tuple[Claim, ...]:
    """What guides say, checked once a process: the law does not change while it lives."""
    return check_claims(lang)


async def law_guides(request: Request) -> Response:
    """`/law/guides`: statements of public guides, with their computed verdict."""
    page = Page.of(request)
    return public(page, "law/guides.html", claims=claims(page.lang), tones=TONES)


# --- the decision table --------------------------------------------------------------------------------------------

SITUATIONS: tuple[tuple[str, dict[str, Any]], ...] = (
    (N_("Your médecin traitant"), {"role": "medecin_traitant"}),
    (N_("Declared during the visit"), {"role": "nouveau_medecin_traitant"}),
    (N_("The locum"), {"role": "remplacant"}),
    (N_("A doctor of the same practice"), {"role": "meme_cabinet"}),
    (N_("Referred, one-off opinion"), {"role": "correspondant", "referral": "avis_ponctuel"}),
    (N_("Referred, repeated care"), {"role": "correspondant", "referral": "soins_iteratifs"}),
    (N_("Referred, sequence of care"), {"role": "correspondant", "referral": "sequence"}),
    (N_("ALD protocol"), {"role": "correspondant", "referral": "protocole_ald"}),
    (N_("Referred by an advanced practice nurse"), {"role": "correspondant", "referral": "ipa"}),
    (N_("Referred by another doctor"), {"role": "correspondant", "referral": "autre_medecin"}),
    (N_("A reason that opens direct access"), {"purpose": "direct"}),
    (N_("Emergency"), {"urgent": True}),
    (N_("Away from home"), {"away": True}),
    (N_("Doctor on call"), {"special_setting": "permanence_des_soins"}),
    (N_("Hospital addiction service"), {"special_setting": "addictologie"}),
    (N_("Armed forces"), {"special_setting": "militaire"}),
    (N_("Genetic consultation"), {"special_setting": "genetique"}),
    (N_("Student health service"), {"special_setting": "medecine_preventive_etudiante"}),
    (N_("Compulsory examination of a child"), {"special_setting": "examen_enfant"}),
    (N_("Prison"), {"special_setting": "detenu"}),
    (N_("Organised screening"), {"special_setting": "depistage_organise"}),
    (N_("Palliative care"), {"special_setting": "soins_palliatifs"}),
    (N_("Sexual health centre"), {"special_setting": "centre_planification"}),
    (N_("Humanitarian structure"), {"special_setting": "structure_humanitaire"}),
    (N_("A GP who settled recently"), {"installed_on": "three_months_ago"}),
    (N_("A médecin traitant who has just left"), {"medecin_traitant_left_on": "three_months_ago"}),
    (N_("None of this"), {}),
)
AGES = (10, 16, 20, 26, 40)
ALONE = {"role": "autre", "referral": "none"}
OUTCOMES = {
    "": N_("All"),
    "inside": N_("Inside"),
    "outside": N_("Outside"),
    "not_concerned": N_("Not concerned"),
}


@dataclass(frozen=True)
class Cell:
    """One outcome: letter, place, what is refunded of the tariff, and the quote that shows it."""

    letter: str
    tag: str
    tone: str
    majoration: int
    url: str
    place: str


def cell(specialty: str, age: int, declared: bool, facts: Mapping[str, Any], page: Page, on: Any) -> Cell | None:
    """One combination, settled; None where it contradicts itself."""
    given = complete(
        {"specialty": specialty, "age": age, "medecin_traitant": declared, **ALONE, **facts, "fee": "100"}, on
    )
    try:
        result = settle(given)
    except FactError:
        return None
    place = Pathway(result.settlement.pathway)
    tag, tone = TAGS[place]
    known = {name: value for name, value in given.items() if name != "fee"}
    return Cell(
        result.to_dict()["status"],
        tag,
        tone,
        result.settlement.majoration,
        page.address("/", tuple(known.items())),
        place.name.lower(),
    )


def direct_purpose(specialty: str) -> str | None:
    """A reason that opens direct access to a specialty, where there is one."""
    code = next(code for code, entry in load().specialties.items() if entry.slug == specialty)
    family = next((item for item in load().acces_direct.values() if code in item.specialties), None)
    return family.purposes[0] if family else None


async def decision_table(request: Request) -> Response:
    """`/law/decision-table`: situations against a declared doctor or none, for a specialty, an age, a day."""
    page = Page.of(request)
    query = request.query_params
    specialty = query.get("specialty") if query.get("specialty") in specialties() else "dermatologie"
    age = int(query["age"]) if query.get("age", "") in {str(item) for item in AGES} else 40
    outcome = query.get("outcome", "") if query.get("outcome", "") in OUTCOMES else ""
    day, readable = wanted_day(query.get("on"))
    rows = []
    for words, facts in SITUATIONS:
        if facts.get("purpose") == "direct":
            purpose = direct_purpose(str(specialty))
            if purpose is None:
                continue
        given = {"purpose": purpose} if facts.get("purpose") == "direct" else facts
        cells = [cell(str(specialty), age, declared, given, page, day) for declared in (True, False)]
        if any(item and outcome in ("", item.place) for item in cells):
            rows.append((words, cells))
    return public(
        page,
        "law/decision_table.html",
        200 if readable else 400,
        rows=rows,
        specialty=specialty,
        specialties=specialties(),
        age=age,
        ages=AGES,
        outcome=outcome,
        outcomes=OUTCOMES,
        day=day,
        statuses=load().codes["status"],
        today_=today(),
    )
