"""`parcours directory …`: communes and postcodes, and what a place somebody types may mean."""

from __future__ import annotations

import json as json_format
from typing import TYPE_CHECKING, Annotated

import typer

from parcours.cli import problems
from parcours.cli.common import Json, Lang, fail, lang_of
from parcours.cli.registry_common import DatabaseUrl, open_registry, table
from parcours.text import Text, same

if TYPE_CHECKING:
    from parcours.registry.directory.models import Commune

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Communes, postcodes and places.")
LOADED = Text(
    "{new} communes ajoutées, {changed} modifiées, {same} inchangées",
    "{new} communes added, {changed} changed, {same} unchanged",
)
COLUMNS = (
    same("code"),
    same("commune"),
    Text("codes postaux", "postcodes"),
    Text("département", "department"),
    Text("habitants", "inhabitants"),
)


@app.command()
def communes(database: DatabaseUrl = None, lang: Lang = "") -> None:
    """Enter the communes of France, their postcodes and the codes of merged ones; safe to run again."""
    from parcours.registry.directory.communes import load_communes

    with open_registry(database, lang) as opened, opened.writing() as session:
        loaded = load_communes(session)
    typer.echo(LOADED[lang_of(lang)].format(**vars(loaded)))


@app.command()
def places(
    text: Annotated[list[str], typer.Argument(help="A name, a postcode (a name may follow), or an INSEE code.")],
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000)] = 100,
    database: DatabaseUrl = None,
    lang: Lang = "",
    json: Json = False,
) -> None:
    """List the communes that a postcode, a code or a name may mean, the most populous first."""
    from parcours.registry.directory.places import communes_of, postcodes_of

    with open_registry(database, lang) as opened, opened.reading() as session:
        found = communes_of(session, " ".join(text), limit)
        codes = postcodes_of(session, [one.code for one in found])
        rows = [_row(one, codes[one.code]) for one in found]
    if json:
        typer.echo(json_format.dumps(rows, ensure_ascii=False, indent=1))
    elif rows:
        columns = tuple(column[lang_of(lang)] for column in COLUMNS)
        table(columns, [dict(zip(columns, map(_shown, row.values()), strict=True)) for row in rows])
    else:
        fail(problems.no_commune(field=" ".join(text)), lang, code=1)


def _row(commune: Commune, postcodes: list[str]) -> dict[str, str | int | list[str] | None]:
    return {
        "code": commune.code,
        "name": commune.name,
        "postcodes": postcodes,
        "department": commune.department,
        "population": commune.population,
    }


def _shown(value: str | int | list[str] | None) -> str:
    return " ".join(value) if isinstance(value, list) else "" if value is None else str(value)
