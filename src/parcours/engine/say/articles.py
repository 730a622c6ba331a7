"""An article of the law, in our own words: what each paragraph decides, the cases it gives, each on its example.

The amounts of an example are settled by the engine when they are asked for: none is written down.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from parcours.engine.case import settle
from parcours.engine.errors import FactError
from parcours.engine.memory import read_counters
from parcours.engine.say.explain import explain
from parcours.engine.say.wording import parameter_text, pieces
from parcours.law.data import Parameter
from parcours.law.dependents import Dependents, dependents
from parcours.law.loader import load
from parcours.law.texts import Article
from parcours.text import Lang

SHOWN = (
    "fee", "base", "ticket_moderateur", "forfait_acte_lourd", "majoration", "participation_forfaitaire", "franchise",
    "depassement", "amo", "amc", "patient",
)  # fmt: skip
"""Amounts of an example, in the order of a bill; those that are zero are left out."""
ALWAYS = ("fee", "base", "amo", "patient")


@dataclass(frozen=True)
class CaseSaid:
    """A case of the rules, said on its example."""

    stage: str
    case: str
    text: str
    facts: Mapping[str, Any]
    amounts: Mapping[str, int]
    """In cents; empty where the example is not a whole visit."""


@dataclass(frozen=True)
class ParagraphSaid:
    """What one paragraph decides."""

    at: str
    text: str
    cases: tuple[CaseSaid, ...]


@dataclass(frozen=True)
class ArticleSaid:
    """An article, said in one language."""

    article: Article
    title: str
    decides: tuple[ParagraphSaid, ...]
    others: tuple[CaseSaid, ...]
    """Cases that cite it and that no paragraph names, those that say that nothing happens left out."""
    parameters: tuple[Parameter, ...]
    """Those that cite it and those that its paragraphs name."""
    dependents: Dependents


def article_said(id_: str, lang: Lang, day: int | None = None) -> ArticleSaid:
    """An article of the registry; the values its sentences hold are those of a day, else the newest."""
    book = load()
    article = book.articles[id_]
    rests = dependents(book)[id_]
    named = [name for paragraph in article.decides for name in paragraph.parameters]
    given = {case for paragraph in article.decides for case in paragraph.cases}
    return ArticleSaid(
        article=article,
        title=article.title[lang],
        decides=tuple(
            ParagraphSaid(
                paragraph.at[lang],
                with_values(paragraph.text[lang], lang, day),
                tuple(case_said(stage, case, lang, article.example) for stage, case in paragraph.cases),
            )
            for paragraph in article.decides
        ),
        others=tuple(
            case_said(stage, case, lang, article.example)
            for stage, case in rests.cases
            if (stage, case) not in given and not book.cases[stage][case].get("quiet")
        ),
        parameters=tuple(book.parameters[name] for name in dict.fromkeys([*rests.parameters, *named])),
        dependents=rests,
    )


def with_values(template: str, lang: Lang, day: int | None) -> str:
    """A sentence with the value of each parameter it names."""
    parts = []
    for text, kind, id_ in pieces(template):
        parts.append(text)
        if kind:
            entry = load().parameters[id_]
            value = (entry.default.value_on(day) if day else None) or entry.values[-1]
            parts.append(parameter_text(value, entry.unit, lang))
    return "".join(parts)


def case_said(stage: str, case: str, lang: Lang, preferred: Mapping[str, Any]) -> CaseSaid:
    """A case on the example of the article where that leads to it, else on its own: its sentence and its cents."""
    entry = load().cases[stage][case]
    if preferred and (said := on_example(stage, case, lang, preferred)) is not None:
        return said
    try:
        said = on_example(stage, case, lang, entry["example"], entry.get("counters", {}), entry.get("readings"))
    except FactError as error:
        return CaseSaid(stage, case, error.message[lang], entry["example"], {})
    return said or CaseSaid(stage, case, str(entry[lang]), entry["example"], {})


def on_example(
    stage: str,
    case: str,
    lang: Lang,
    facts: Mapping[str, Any],
    counters: Mapping[str, Any] = MappingProxyType({}),
    readings: Mapping[str, str] | None = None,
) -> CaseSaid | None:
    """A case on these facts; None where they do not lead to it."""
    answer = settle(facts, readings, read_counters(counters))
    step = next((one for one in explain(answer, lang, quiet=True).steps if f"case_{one.stage}" == stage), None)
    if step is None or step.case != case:
        return None
    cents = {"fee": answer.act.fee, **{name: getattr(answer.settlement, name) for name in SHOWN if name != "fee"}}
    amounts = {name: value for name, value in cents.items() if value > 0 or (value == 0 and name in ALWAYS)}
    return CaseSaid(stage, case, step.text, facts, amounts)


def find_article(given: str) -> Article | None:
    """An article as people write it: R160-6, R. 160-6, CSS R160-6, css-r160-6."""
    known = {bare(id_): article for id_, article in load().articles.items()}
    followed = dict.fromkeys(article.code.id for article in known.values())
    return next((known[name] for code in ("", *followed) if (name := bare(code + given)) in known), None)


def bare(id_: str) -> str:
    """An id without what people write differently."""
    return id_.upper().replace(".", "").replace(" ", "").replace("-", "")
