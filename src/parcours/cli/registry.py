"""`parcours registry …`: the database, its keys and its demonstration."""

from __future__ import annotations

import json as json_format
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from parcours.cli import problems
from parcours.cli.common import Json, Lang, clear_errors, fail, lang_of
from parcours.cli.registry_common import DatabaseUrl, open_registry, registry_errors, say, table
from parcours.text import Text

if TYPE_CHECKING:
    from parcours.registry.store.db import Database


app = typer.Typer(add_completion=False, no_args_is_help=True, help="The database of people, declarations, referrals.")
BACKED_UP = Text(
    "{file} : {rows} {rows:ligne|lignes} ; gardez les clés à part",
    "{file}: {rows} {rows:row|rows}; keep the keys apart",
)
RESTORED = Text(
    "{rows} {rows:ligne restaurée et vérifiée|lignes restaurées et vérifiées}",
    "{rows} {rows:row|rows} restored and verified",
)
ACCOUNTS = Text("Comptes de démonstration (rien n'y est vrai) :", "Demonstration accounts (nothing in them is real):")
PASSWORD = Text("mot de passe de tous :", "password of all:")
TOKEN = Text("jeton de programme :", "token of a program:")
REWRITTEN = Text("{rows} {rows:ligne réécrite|lignes réécrites}", "{rows} {rows:row|rows} rewritten")


@app.command()
def init(database: DatabaseUrl = None, lang: Lang = "") -> None:
    """Make the secret key (embedded database only) and the tables; safe to run again."""
    from parcours.registry.store import keyring, schema
    from parcours.registry.store.db import database_url

    with open_registry(database, lang, current=False) as opened:
        if (database or database_url()).startswith("sqlite") and not _keys_given():
            path = keyring.data_directory() / "secret.keys"
            if keyring.create_keys_file(path):
                say(
                    lang,
                    Text(f"clé secrète créée : {path} (à garder à part)", f"secret key made: {path} (keep it apart)"),
                )
        keyring.keyring()
        bring_up_to_date(opened)
        say(lang, Text(f"base prête, révision {schema.head_revision()}", f"database ready, {schema.head_revision()}"))


@app.command()
def upgrade(database: DatabaseUrl = None, lang: Lang = "") -> None:
    """Bring the tables up to date."""
    from parcours.registry.store import schema

    with open_registry(database, lang, current=False) as opened:
        before = schema.current_revision(opened.engine)
        bring_up_to_date(opened)
        after = schema.current_revision(opened.engine)
        say(lang, Text(f"révision {before or 'vide'} → {after}", f"revision {before or 'empty'} → {after}"))


def bring_up_to_date(opened: Database) -> None:
    """The newest tables, the check value of the keys; what was in the trail and the books before they were, sealed."""
    from parcours.registry.audit import seals
    from parcours.registry.ledger import seals as books
    from parcours.registry.store import installation, schema

    installation.require_keys(opened.engine)
    schema.upgrade(opened.engine)
    with opened.writing() as session:
        seals.seal(session)
        books.seal(session)


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
    say(
        lang,
        Text(f"{len(stories)} récits (`parcours registry stories`)", f"{len(stories)} stories (`… registry stories`)"),
    )


@app.command("demo-accounts")
def demo_accounts(database: DatabaseUrl = None, lang: Lang = "") -> None:
    """Make an account for each role of the demonstration, or give them a new password; print how to log in."""
    with open_registry(database, lang) as opened:
        for line in demo_access(opened, lang_of(lang)):
            typer.echo(line)


def demo_access(opened: Database, lang: str) -> list[str]:
    """How to log in to the demonstration, as lines: logins, their one password, the token of a program."""
    from parcours.edge.settings import Settings
    from parcours.registry.demo.accounts import open_demo_accounts

    chosen = Settings()
    with opened.writing() as session:
        access = open_demo_accounts(session, public_url=chosen.public_url, hashing=chosen.password_hashing())
    logins = [f"  {login:28} {role.value}" for login, role in access.logins.items()]
    secrets = [f"  {PASSWORD[lang]} {access.password}", f"  {TOKEN[lang]} {access.token}"]
    return [ACCOUNTS[lang], *logins, *secrets]


@app.command()
def stories(database: DatabaseUrl = None, lang: Lang = "", json: Json = False) -> None:
    """The stories of the demonstration: what to look at, with the ids to use."""
    from parcours.registry.demo.seed import find_story
    from parcours.registry.demo.stories import STORIES

    with open_registry(database, lang) as opened, opened.reading() as session:
        rows = [_story_row(*find_story(session, one.key), lang_of(lang)) for one in STORIES]
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
            fail(problems.nobody(), lang)
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

    with open_registry(database, lang) as opened, opened.reading() as session, clear_errors(lang_of(lang)):
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
        say(lang, Text("rien ne changerait", "nothing would change"))


@app.command()
def backup(file: Annotated[Path, typer.Argument()], database: DatabaseUrl = None, lang: Lang = "") -> None:
    """Write a backup of the database in use, and its manifest beside it. The secret keys are not in it."""
    from parcours.registry.store.backup import backup as write

    with open_registry(database, lang) as opened:
        manifest = write(opened, file)
    rows = sum(one.rows for one in manifest.tables.values())
    say(lang, BACKED_UP, file=file, rows=rows)


@app.command()
def restore(file: Annotated[Path, typer.Argument()], database: DatabaseUrl = None, lang: Lang = "") -> None:
    """Restore a backup, signed with the present keys, into an empty database and verify the copy."""
    from parcours.registry.audit.seals import begin_anew
    from parcours.registry.store.backup import restore as read
    from parcours.registry.store.db import database_url

    with registry_errors(lang):
        manifest = read(file, database or database_url())
        begin_anew(database or database_url())
    rows = sum(one.rows for one in manifest.tables.values())
    say(lang, RESTORED, rows=rows)


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
            say(lang, Text("base égale à la sauvegarde", "the database equals the backup"))
            return
        with opened.reading() as session:
            found = people_with_two_contracts(session)
    if found:
        fail(problems.two_doctors(people=len(found)), lang)
    say(lang, Text("un médecin traitant au plus par personne", "one médecin traitant at most a person"))


@app.command("new-key")
def new_key() -> None:
    """Print a fresh secret key, to put first in PARCOURS_SECRET_KEYS."""
    from parcours.registry.store.keyring import new_key as make

    typer.echo(make())


@app.command("rotate-keys")
def rotate_keys(database: DatabaseUrl = None, lang: Lang = "") -> None:
    """Rewrite what older keys protect under the newest one, the signatures of the audit trail last."""
    from parcours.registry.contexts import rotate_keys as rotate

    with open_registry(database, lang) as opened:
        counts = rotate(opened)
    say(lang, REWRITTEN, rows=sum(counts.values()))


@app.command()
def expire(database: DatabaseUrl = None, lang: Lang = "") -> None:
    """Write down the ends that time has brought (for a daily timer); accesses end by themselves, without it."""
    from parcours.registry.contexts import expire as write_ends

    with open_registry(database, lang) as opened, opened.writing() as session:
        counts = write_ends(session)
    for name, count in counts.items():
        typer.echo(f"{name}: {count}")


def _keys_given() -> bool:
    import os

    from parcours.registry.store.keyring import KEYS_FILE_VARIABLE, KEYS_VARIABLE

    return bool(os.environ.get(KEYS_VARIABLE) or os.environ.get(KEYS_FILE_VARIABLE))
