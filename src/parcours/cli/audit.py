"""`parcours audit …`: is the trail whole, and a signed copy of its end to keep elsewhere."""

from __future__ import annotations

import json as json_format
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from parcours.cli import problems
from parcours.cli.common import Json, Lang, fail, lang_of
from parcours.cli.registry_common import DatabaseUrl, as_system, open_registry, say
from parcours.text import Text

if TYPE_CHECKING:
    from parcours.registry.audit.proof import Anchor

app = typer.Typer(add_completion=False, no_args_is_help=True, help="The audit trail: verify it, anchor it.")

EXIT_BROKEN = 1
SOUND = Text("{rows} {rows:ligne|lignes}, aucune anomalie", "{rows} {rows:row|rows}, all sound")
COMPARED = Text(
    "comparaison avec {ends} {ends:extrémité gardée|extrémités gardées} hors de la base",
    "compared with {ends} {ends:end|ends} kept outside the database",
)
SIGNED = Text("{done} {done:tête signée|têtes signées}", "{done} {done:head|heads} signed")
ARCHIVED = Text(
    "{rows} {rows:ligne|lignes} d'avant le {before} {rows:scellée|scellées} ; à détruire au plus tard le {until}",
    "{rows} {rows:row|rows} of before {before} sealed; to be destroyed on {until} at the latest",
)
PURGED = Text(
    "{rows} {rows:ligne retirée|lignes retirées} de la base ; l'archive est à détruire au plus tard le {until}",
    "{rows} {rows:row|rows} removed from the database; the archive is to be destroyed on {until} at the latest",
)
NOT_COMPARED = Text(
    "aucune extrémité gardée hors de la base : une fin retirée ne se verrait pas",
    "no end is kept outside the database: a removed end would not be seen",
)
ACCEPTED = Text(
    "la piste continue ; ce qui y manque ou y est faux reste dit par `parcours audit verify`",
    "the trail goes on; what is missing or wrong in it is still said by `parcours audit verify`",
)


@app.command()
def verify(
    anchor: Annotated[
        Path | None, typer.Option("--anchor", help="A file of `parcours audit anchor`, kept outside the database.")
    ] = None,
    database: DatabaseUrl = None,
    lang: Lang = "",
    json: Json = False,
) -> None:
    """Find every removed, altered, added or cut row, also against the ends kept outside the database.

    Exit code 0 when the trail is whole, 1 when it is not.
    """
    from parcours.registry.audit import proof

    chosen = lang_of(lang)
    against = _read_anchor(anchor, chosen) if anchor else None
    with open_registry(database, lang) as opened:
        result = proof.examine(opened, against)
    if json:
        findings = [
            {"code": one.code, "chain": one.chain, "row": one.sequence, "message": one.message[chosen]}
            for one in result.findings
        ]
        counts = {"rows": result.rows, "seen_elsewhere": result.seen}
        typer.echo(json_format.dumps(counts | {"sound": result.sound, "findings": findings}))
    elif result.sound:
        say(lang, SOUND, rows=result.rows)
        say(lang, COMPARED if result.seen or against else NOT_COMPARED, ends=result.seen)
    else:
        for finding in result.findings:
            typer.echo(finding.message[chosen])
    if not result.sound:
        raise typer.Exit(EXIT_BROKEN)


def _read_anchor(path: Path, lang: str) -> Anchor:
    from parcours.registry.audit.proof import Anchor

    try:
        return Anchor.from_json(path.read_text("utf-8"))
    except (OSError, ValueError):
        return fail(problems.not_an_anchor(path), lang)


@app.command()
def anchor(database: DatabaseUrl = None, lang: Lang = "") -> None:
    """Print the signed end of every chain: keep it outside the database (a file a day, another machine)."""
    from parcours.registry.audit import proof

    with open_registry(database, lang) as opened, opened.reading() as session:
        typer.echo(proof.anchor(session).to_json())


@app.command()
def archive(
    file: Annotated[Path, typer.Argument(help="A new file, to be kept apart from the database.")],
    before: Annotated[
        datetime | None,
        typer.Option("--before", formats=["%Y-%m-%d"], help="Rows of before this day; twelve months ago unless said."),
    ] = None,
    database: DatabaseUrl = None,
    lang: Lang = "",
) -> None:
    """Write what is past its time into a sealed file. Nothing is removed: `audit purge` does that."""
    from parcours.registry.audit import archives

    with open_registry(database, lang) as opened:
        found = archives.write(opened, file, before=before.date() if before else archives.usual_day())
    say(lang, ARCHIVED, rows=found.rows, before=found.before, until=found.destroy_after)


@app.command()
def purge(
    file: Annotated[Path, typer.Argument(help="An archive of `parcours audit archive`.")],
    reason: Annotated[str, typer.Option("--reason", help="Why the archive is kept, and where; kept in the trail.")],
    database: DatabaseUrl = None,
    lang: Lang = "",
) -> None:
    """Remove from the database the rows that an archive holds, after it was verified; the trail says so."""
    from parcours.registry.audit import archives
    from parcours.registry.audit.context import Tag

    with open_registry(database, lang) as opened:
        found = archives.purge(opened, file, as_system("purge"), Tag.AUDIT_ARCHIVE, reason)
    say(lang, PURGED, rows=found.rows, until=found.destroy_after)


@app.command()
def resign(database: DatabaseUrl = None, lang: Lang = "") -> None:
    """Sign the heads again under the newest key, before an older key is dropped."""
    from parcours.registry.audit import seals

    with open_registry(database, lang) as opened, opened.writing() as session:
        done = seals.resign(session)
    say(lang, SIGNED, done=done)


@app.command()
def accept(
    reason: Annotated[str, typer.Option("--reason", help="What the inquiry found; kept in the trail.")],
    database: DatabaseUrl = None,
    lang: Lang = "",
) -> None:
    """Let the service write again after an inquiry into a trail that is not whole; what is wrong stays visible."""
    from parcours.registry.audit import proof, seals
    from parcours.registry.audit.context import Tag
    from parcours.registry.audit.service import record

    with open_registry(database, lang) as opened:
        found = proof.examine(opened)
        with opened.writing() as session:
            seals.accept(session, found, reason)
        codes = sorted({f"{one.code}:{one.chain}:{one.sequence}" for one in found.findings})[:20]
        with opened.writing() as session:
            record(session, Tag.AUDIT_ACCEPT, as_system("accept"), why=reason.strip(), details={"findings": codes})
    say(lang, ACCEPTED)
