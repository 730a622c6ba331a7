"""`parcours facts …`: what the registry tells the engine about a visit, and the answer when it is asked."""

from __future__ import annotations

import json as json_format
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from parcours.cli import problems
from parcours.cli.common import Json, Lang, clear_errors, fail, lang_of, pairs
from parcours.cli.registry_common import DatabaseUrl, open_registry, table

if TYPE_CHECKING:
    from parcours.registry.store.db import Database
    from parcours.registry.visits.facts import VisitFacts

app = typer.Typer(add_completion=False)


@app.command()
def facts(
    patient: Annotated[str, typer.Option("--patient", help="Public id of the person.")] = "",
    professional: Annotated[str, typer.Option("--professional", help="Public id or RPPS number.")] = "",
    on: Annotated[datetime | None, typer.Option("--on", formats=["%Y-%m-%d"], help="Day of the visit.")] = None,
    story: Annotated[str, typer.Option("--story", help="A story of the demonstration instead of these three.")] = "",
    place: Annotated[str | None, typer.Option("--place", help="Id of the place, when not the principal one.")] = None,
    known_at: Annotated[
        datetime | None, typer.Option("--known-at", help="As the registry knew at this instant (Paris time).")
    ] = None,
    related_to: Annotated[
        str | None, typer.Option("--related-to", help="Is the care related to it: ald, suivi_post_ald, at_mp, none.")
    ] = None,
    given: Annotated[
        list[str] | None, typer.Option("--given", help="A fact the registry does not hold: NAME=VALUE (fee=30).")
    ] = None,
    settle: Annotated[bool, typer.Option("--settle", help="Settle the act with these facts.")] = False,
    keep: Annotated[bool, typer.Option("--keep", help="Keep the answer: later knowledge is compared with it.")] = False,
    database: DatabaseUrl = None,
    json: Json = False,
    lang: Lang = "",
) -> None:
    """Facts of a visit derived from the registry, each with the record it comes from; then, on demand, settled."""
    from parcours.registry.visits.service import answer_visit, settle_visit

    said = pairs(given, "--given", "VALUE", lang)
    with open_registry(database, lang) as opened:
        with opened.reading() as session:
            visit = _visit(session, (patient, professional, on, story), place, known_at, related_to, lang)
        _trace_reading(opened, visit)
        answer = _settled(visit, said, lang) if settle else None
        if keep:
            with opened.writing() as session:
                if settle:
                    settle_visit(session, visit, said)
                else:
                    answer_visit(session, visit, given=said)
    if json:
        typer.echo(json_format.dumps(_facts_json(visit, answer, lang_of(lang)), default=str, ensure_ascii=False))
        return
    _print_facts(visit, lang_of(lang))
    if answer is not None:
        from parcours.cli.answer import print_answer

        print_answer(answer, lang_of(lang))


def _visit(
    session: Any,
    who: tuple[str, str, datetime | None, str],
    place: str | None,
    known_at: datetime | None,
    related_to: str | None,
    lang: str,
) -> VisitFacts:
    from parcours.registry.demo.seed import find_story
    from parcours.registry.store.clock import PARIS
    from parcours.registry.visits.facts import visit_facts

    patient, professional, on, story = who
    day: date | None = on.date() if on else None
    if story:
        found, patient, professional = find_story(session, story)
        day = day or found.on
    missing = [
        name for name, one in (("--patient", patient), ("--professional", professional), ("--on", day)) if not one
    ]
    if missing or day is None:
        fail(problems.story_or_three(field=", ".join(missing)), lang)
    if related_to not in {None, "ald", "suivi_post_ald", "at_mp", "none"}:
        fail(problems.not_accepted(related_to, field="--related-to", expected="ald, suivi_post_ald, at_mp, none"), lang)
    instant = known_at.replace(tzinfo=known_at.tzinfo or PARIS) if known_at else None
    return visit_facts(
        session, patient, professional, day, organisation_id=place, known_at=instant, related_to=related_to
    )


def _trace_reading(opened: Database, visit: VisitFacts) -> None:
    """A read of personal data is traced before anything is shown."""
    from parcours.registry.audit.service import record, system
    from parcours.registry.visits.context import Tag

    with opened.writing() as session:
        who = system("facts")
        record(session, Tag.FACTS_READ, who, insured_id=visit.patient_id, record=("patient", visit.patient_id))


def _settled(visit: VisitFacts, said: dict[str, Any], lang: str) -> Any:
    from parcours.engine.case import settle

    unanswered = [name for name in visit.questions if name not in said]
    if unanswered:
        choices = ", ".join(visit.questions[unanswered[0]])
        fail(problems.registry_cannot_tell(field=unanswered[0], choices=choices), lang)
    with clear_errors(lang_of(lang)):
        return settle(visit.values() | said, {})


def _facts_json(visit: VisitFacts, answer: Any, lang: str) -> dict[str, Any]:
    return {
        "facts": visit.values(),
        "sources": {
            name: {
                "because": fact.reason[lang],
                "record": None if fact.source is None else {"kind": fact.source.kind, "id": fact.source.id},
            }
            for name, fact in visit.facts.items()
        },
        "questions": visit.questions,
        "notes": visit.notes,
        **({"answer": answer.to_dict()} if answer is not None else {}),
    }


def _print_facts(visit: VisitFacts, lang: str) -> None:
    from parcours.registry.visits.words import NOTES

    rows = [
        {
            "fact": fact.name,
            "value": str(fact.value),
            "because": fact.reason[lang],
            "record": f"{fact.source.kind} {fact.source.id}" if fact.source else "—",
        }
        for fact in visit.facts.values()
    ]
    table(("fact", "value", "because", "record"), rows)
    for name, choices in visit.questions.items():
        typer.echo(f"{name} ? {', '.join(choices)}")
    for note in visit.notes:
        typer.echo(f"· {NOTES[note][lang]}")
