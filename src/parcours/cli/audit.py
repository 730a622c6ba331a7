"""`parcours audit …`: is the trail whole, and a signed copy of its end to keep elsewhere."""

from __future__ import annotations

import json as json_format
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from parcours.cli import problems
from parcours.cli.common import Json, Lang, fail, lang_of
from parcours.cli.registry_common import DatabaseUrl, open_registry

if TYPE_CHECKING:
    from parcours.registry.audit.proof import Anchor

app = typer.Typer(add_completion=False, no_args_is_help=True, help="The audit trail: verify it, anchor it.")

EXIT_BROKEN = 1


@app.command()
def verify(
    anchor: Annotated[
        Path | None, typer.Option("--anchor", help="A file of `parcours audit anchor`, kept outside the database.")
    ] = None,
    database: DatabaseUrl = None,
    lang: Lang = "",
    json: Json = False,
) -> None:
    """Find every removed, altered, added or cut row. Exit code 0 when the trail is whole, 1 when it is not."""
    from parcours.registry.audit import proof

    chosen = lang_of(lang)
    against = _read_anchor(anchor, chosen) if anchor else None
    with open_registry(database, lang) as opened, opened.reading() as session:
        result = proof.verify(session, against)
    if json:
        findings = [
            {"code": one.code, "chain": one.chain, "row": one.sequence, "message": one.message[chosen]}
            for one in result.findings
        ]
        typer.echo(json_format.dumps({"rows": result.rows, "sound": result.sound, "findings": findings}))
    elif result.sound:
        typer.echo({"fr": f"{result.rows} lignes, aucune anomalie", "en": f"{result.rows} rows, all sound"}[chosen])
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
def resign(database: DatabaseUrl = None, lang: Lang = "") -> None:
    """Sign the heads again under the newest key, before an older key is dropped."""
    from parcours.registry.audit import proof

    with open_registry(database, lang) as opened, opened.writing() as session:
        done = proof.resign(session)
    typer.echo({"fr": f"{done} têtes signées", "en": f"{done} heads signed"}[lang_of(lang)])
