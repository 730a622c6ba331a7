"""`parcours registry …`: the database; `parcours facts …`: what the registry tells the engine about a visit."""

from __future__ import annotations

import json as json_format
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from parcours.cli.common import Json, Lang, clear_errors, fail, language
from parcours.cli.registry_common import DatabaseUrl, open_registry, registry_errors, say, table

if TYPE_CHECKING:
    from parcours.registry.store.db import Database
    from parcours.registry.visits.facts import VisitFacts

app = typer.Typer(add_completion=False, no_args_is_help=True, help="The database of people, declarations, referrals.")
facts_app = typer.Typer(add_completion=False)


# --- the database ----------------------------------------------------------------------------------------------------


@app.command()
def init(database: DatabaseUrl = None, lang: Lang = "") -> None:
    """Make the secret key (embedded database only) and the tables; safe to run again."""
    from parcours.registry.store import keyring, schema
    from parcours.registry.store.db import database_url

    with open_registry(database, lang, current=False) as opened:
        if (database or database_url()).startswith("sqlite") and not _keys_given():
            path = keyring.data_directory() / "secret.keys"
            if keyring.create_keys_file(path):
                say(lang, f"clé secrète créée : {path} (à garder à part)", f"secret key made: {path} (keep it apart)")
        keyring.keyring()
        schema.upgrade(opened.engine)
        say(lang, f"base prête, révision {schema.head_revision()}", f"database ready, {schema.head_revision()}")


@app.command()
def upgrade(database: DatabaseUrl = None, lang: Lang = "") -> None:
    """Bring the tables up to date."""
    from parcours.registry.store import schema

    with open_registry(database, lang, current=False) as opened:
        before = schema.current_revision(opened.engine)
        schema.upgrade(opened.engine)
        after = schema.current_revision(opened.engine)
        say(lang, f"révision {before or 'vide'} → {after}", f"revision {before or 'empty'} → {after}")


@app.command()
def seed(
    population: Annotated[int, typer.Option("--population", min=0, help="People besides those of the stories.")] = 300,
    database: DatabaseUrl = None,
    lang: Lang = "",
) -> None:
    """Fill an empty registry with fictitious people, each story showing one flow."""
    from parcours.registry.demo.seed import seed as fill

    with open_registry(database, lang) as opened, opened.writing() as session:
        stories = fill(session, population=population)
    say(lang, f"{len(stories)} récits (`parcours registry stories`)", f"{len(stories)} stories (`… registry stories`)")


@app.command("demo-accounts")
def demo_accounts(database: DatabaseUrl = None, lang: Lang = "") -> None:
    """Make an account for each role of the demonstration, or give them a new password; print how to log in."""
    with open_registry(database, lang) as opened:
        for line in demo_access(opened, language(lang)):
            typer.echo(line)


def demo_access(opened: Database, lang: str) -> list[str]:
    """How to log in to the demonstration, as lines: logins, their one password, the token of a program."""
    from parcours.edge.settings import Settings
    from parcours.registry.demo.accounts import open_demo_accounts

    chosen = Settings()
    with opened.writing() as session:
        access = open_demo_accounts(session, public_url=chosen.public_url, hashing=chosen.password_hashing())
    first, password, token = {
        "fr": ("Comptes de démonstration (rien n'y est vrai) :", "mot de passe de tous :", "jeton de programme :"),
        "en": ("Demonstration accounts (nothing in them is real):", "password of all:", "token of a program:"),
    }[lang]
    logins = [f"  {login:28} {role.value}" for login, role in access.logins.items()]
    return [first, *logins, f"  {password} {access.password}", f"  {token} {access.token}"]


@app.command()
def stories(database: DatabaseUrl = None, lang: Lang = "", json: Json = False) -> None:
    """The stories of the demonstration: what to look at, with the ids to use."""
    from parcours.registry.demo.seed import STORIES, find_story

    with open_registry(database, lang) as opened, opened.reading() as session:
        rows = [_story_row(*find_story(session, one.key), language(lang)) for one in STORIES]
    if json:
        typer.echo(json_format.dumps(rows, ensure_ascii=False, indent=1))
        return
    table(("story", "title", "on", "patient", "professional"), rows)


def _story_row(story: Any, patient: str, professional: str, lang: str) -> dict[str, str]:
    return {
        "story": story.key,
        "title": getattr(story, lang),
        "on": story.on.isoformat(),
        "patient": patient,
        "professional": professional,
    }


@app.command()
def patient(database: DatabaseUrl = None, lang: Lang = "") -> None:
    """Ask for a NIR without showing it, print the person's public id."""
    from parcours.registry.people.service import find_by_nir

    with open_registry(database, lang) as opened, opened.reading() as session:
        found = find_by_nir(session, typer.prompt("NIR", hide_input=True))
        if found is None:
            fail({"fr": "personne de ce numéro", "en": "nobody has this number"}[language(lang)])
        typer.echo(found.id)


@app.command()
def changes(
    patient: Annotated[str, typer.Option("--patient", help="Public id of the person.")] = "",
    story: Annotated[str, typer.Option("--story", help="A story of the demonstration instead.")] = "",
    database: DatabaseUrl = None,
    json: Json = False,
    lang: Lang = "",
) -> None:
    """Answered visits of a person that would be answered otherwise with what is known now; nothing is rewritten."""
    from parcours.registry.demo.seed import find_story
    from parcours.registry.people.service import get_insured
    from parcours.registry.visits.service import visits_that_would_change

    with open_registry(database, lang) as opened, opened.reading() as session, clear_errors(language(lang)):
        person = find_story(session, story)[1] if story else get_insured(session, patient).id
        found = visits_that_would_change(session, person)
    rows = [
        {"on": one.visit.care_date.isoformat(), "visit": one.visit.id, "name": name, "then": str(then), "now": str(now)}
        for one in found
        for name, (then, now) in (one.facts | one.settlement).items()
    ]
    if json:
        typer.echo(json_format.dumps(rows, ensure_ascii=False, indent=1))
    elif rows:
        table(("on", "visit", "name", "then", "now"), rows)
    else:
        say(lang, "rien ne changerait", "nothing would change")


@app.command()
def backup(file: Annotated[Path, typer.Argument()], database: DatabaseUrl = None, lang: Lang = "") -> None:
    """Write a backup of the database in use, and its manifest beside it. The secret keys are not in it."""
    from parcours.registry.store.backup import backup as write

    with open_registry(database, lang) as opened:
        manifest = write(opened, file)
    rows = sum(one.rows for one in manifest.tables.values())
    say(lang, f"{file} : {rows} lignes ; gardez les clés à part", f"{file}: {rows} rows; keep the keys apart")


@app.command()
def restore(file: Annotated[Path, typer.Argument()], database: DatabaseUrl = None, lang: Lang = "") -> None:
    """Restore a backup into an empty database and verify the copy."""
    from parcours.registry.store.backup import restore as read
    from parcours.registry.store.db import database_url

    with registry_errors(lang):
        manifest = read(file, database or database_url())
    rows = sum(one.rows for one in manifest.tables.values())
    say(lang, f"{rows} lignes restaurées et vérifiées", f"{rows} rows restored and verified")


@app.command()
def verify(
    file: Annotated[Path | None, typer.Argument(help="A backup to compare the database with.")] = None,
    database: DatabaseUrl = None,
    lang: Lang = "",
) -> None:
    """Check that each person has one médecin traitant at most; or that the database equals a backup."""
    from parcours.registry.declarations.timeline import people_with_two_contracts
    from parcours.registry.store.backup import check_file
    from parcours.registry.store.backup import verify as compare

    with open_registry(database, lang) as opened:
        if file is not None:
            compare(opened.engine, check_file(file))
            say(lang, "base égale à la sauvegarde", "the database equals the backup")
            return
        with opened.reading() as session:
            found = people_with_two_contracts(session)
    if found:
        fail(f"{len(found)}: " + {"fr": "deux médecins traitants", "en": "two médecins traitants"}[language(lang)])
    say(lang, "un médecin traitant au plus par personne", "one médecin traitant at most a person")


@app.command("new-key")
def new_key() -> None:
    """Print a fresh secret key, to put first in PARCOURS_SECRET_KEYS."""
    from parcours.registry.store.keyring import new_key as make

    typer.echo(make())


@app.command("rotate-keys")
def rotate_keys(database: DatabaseUrl = None, lang: Lang = "") -> None:
    """Rewrite what older keys protect under the newest one, the signatures of the audit trail last."""
    from parcours.registry.store.rotation import rotate_keys as rotate

    with open_registry(database, lang) as opened:
        counts = rotate(opened)
    say(lang, f"{sum(counts.values())} lignes réécrites", f"{sum(counts.values())} rows rewritten")


# --- facts of a visit ------------------------------------------------------------------------------------------------


@facts_app.command()
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
        str | None, typer.Option("--related-to", help="Is the care related to it: ald, at_mp or none.")
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
    from parcours.registry.visits.service import answer_visit, settled

    said = _given(given)
    with open_registry(database, lang) as opened:
        with opened.reading() as session:
            visit = _visit(session, (patient, professional, on, story), place, known_at, related_to)
        _trace_reading(opened, visit)
        answer = _settled(visit, said, lang) if settle else None
        if keep:
            with opened.writing() as session:
                answer_visit(session, visit, given=said, settlement=settled(visit.values() | said) if settle else None)
    if json:
        typer.echo(json_format.dumps(_facts_json(visit, answer, language(lang)), default=str, ensure_ascii=False))
        return
    _print_facts(visit, language(lang))
    if answer is not None:
        from parcours.cli.answer import print_answer

        print_answer(answer, language(lang))


def _visit(
    session: Any,
    who: tuple[str, str, datetime | None, str],
    place: str | None,
    known_at: datetime | None,
    related_to: str | None,
) -> VisitFacts:
    from parcours.registry.demo.seed import find_story
    from parcours.registry.store.db import PARIS
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
        fail(f"{', '.join(missing)}: missing (or --story)")
    if related_to not in {None, "ald", "at_mp", "none"}:
        fail(f"--related-to: {related_to!r} is not accepted; expected: ald, at_mp, none")
    instant = known_at.replace(tzinfo=known_at.tzinfo or PARIS) if known_at else None
    return visit_facts(
        session, patient, professional, day, organisation_id=place, known_at=instant, related_to=related_to
    )


def _trace_reading(opened: Database, visit: VisitFacts) -> None:
    """A read of personal data is traced before anything is shown."""
    from parcours.registry.audit.service import record, system
    from parcours.registry.audit.tags import Tag

    with opened.writing() as session:
        who = system("facts")
        record(session, Tag.FACTS_READ, who, insured_id=visit.patient_id, record=("patient", visit.patient_id))


def _given(options: list[str] | None) -> dict[str, Any]:
    said = {}
    for option in options or []:
        name, separator, value = option.partition("=")
        if not separator or not name:
            fail(f"--given: {option!r} is not accepted; expected: NAME=VALUE")
        said[name] = value
    return said


def _settled(visit: VisitFacts, said: dict[str, Any], lang: str) -> Any:
    from parcours.engine.case import settle

    unanswered = [name for name in visit.questions if name not in said]
    if unanswered:
        choices = ", ".join(visit.questions[unanswered[0]])
        fail(f"{unanswered[0]}: the registry cannot tell; say --related-to ({choices})")
    with clear_errors(language(lang)):
        return settle(visit.values() | said, {})


def _facts_json(visit: VisitFacts, answer: Any, lang: str) -> dict[str, Any]:
    return {
        "facts": visit.values(),
        "sources": {
            name: {
                "because": fact.reason(lang),
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
            "because": fact.reason(lang),
            "record": f"{fact.source.kind} {fact.source.id}" if fact.source else "—",
        }
        for fact in visit.facts.values()
    ]
    table(("fact", "value", "because", "record"), rows)
    for name, choices in visit.questions.items():
        typer.echo(f"{name} ? {', '.join(choices)}")
    for note in visit.notes:
        typer.echo(f"— {NOTES[note][('fr', 'en').index(lang)]}")


def _keys_given() -> bool:
    import os

    from parcours.registry.store.keyring import KEYS_FILE_VARIABLE, KEYS_VARIABLE

    return bool(os.environ.get(KEYS_VARIABLE) or os.environ.get(KEYS_FILE_VARIABLE))
