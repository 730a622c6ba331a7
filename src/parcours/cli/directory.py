"""`parcours directory …`: communes and places, the import of professionals, and the search."""

from __future__ import annotations

import json as json_format
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from parcours.cli import problems
from parcours.cli.common import Json, Lang, fail, lang_of, pairs
from parcours.cli.registry_common import DatabaseUrl, open_registry, say, table
from parcours.text import Text, same

if TYPE_CHECKING:
    from parcours.registry.directory.cards import Card
    from parcours.registry.directory.models import Commune

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Communes, places and professionals.")
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


SOURCES = ("rpps", "ameli", "finess", "communes", "zones")
IMPORTED = Text(
    "{new} nouvelles offres, {changed} modifiées, {same} inchangées, {gone} disparues ; {refused} lignes refusées",
    "{new} new offers, {changed} changed, {same} unchanged, {gone} gone; {refused} lines refused",
)


@app.command(name="import")
def import_file(
    file: Annotated[Path, typer.Argument(help="The file as it is published: text, .gz or .zip.")],
    source: Annotated[str, typer.Option("--source", help="rpps, ameli, finess, communes or zones.")] = "rpps",
    snapshot: Annotated[str, typer.Option("--snapshot", help="Day of the file, YYYY-MM-DD; today unless said.")] = "",
    column: Annotated[
        list[str] | None, typer.Option("--map", help="A column that bears another name: NAME=COLUMN.")
    ] = None,
    accept: Annotated[bool, typer.Option("--accept", help="Go on although much is gone or changed.")] = False,
    lenient: Annotated[bool, typer.Option("--lenient", help="Take numbers whose check digit is wrong.")] = False,
    database: DatabaseUrl = None,
    lang: Lang = "",
    json: Json = False,
) -> None:
    """Import an open file. Nothing changes when too much of it is refused, gone or changed."""
    from parcours.registry.directory.importing.others import run_other
    from parcours.registry.directory.importing.run import Asked, run
    from parcours.registry.store.clock import paris_today

    if source not in SOURCES:
        fail(problems.not_accepted(source, field="--source", expected=", ".join(SOURCES)), lang)
    try:
        day = date.fromisoformat(snapshot) if snapshot else paris_today()
    except ValueError:
        fail(problems.not_accepted(snapshot, field="--snapshot", expected="YYYY-MM-DD"), lang)
    asked = Asked(file, day, pairs(column, "--map", "COLUMN", lang), accept=accept, strict=not lenient)
    with open_registry(database, lang) as opened:
        counts = run(opened, asked) if source == "rpps" else run_other(opened, source, asked)
    if json:
        typer.echo(json_format.dumps(dict(sorted(counts.items())), indent=1))
        return
    refused = sum(count for what, count in counts.items() if what.startswith("refused:"))
    say(lang, IMPORTED, **{name: counts[name] for name in ("new", "changed", "same", "gone")}, refused=refused)
    for what, count in sorted(counts.items()):
        if ":" in what or what == "mapped_commune":
            typer.echo(f"  {what} {count}")


GONE = (Text("n° RPPS", "RPPS"), Text("nom", "name"), Text("absent depuis", "gone since"))
PROPOSED = Text(
    "{done} départs enregistrés, {proposed} proposés aux caisses de leurs patients",
    "{done} departures recorded, {proposed} proposed to the funds of their patients",
)


@app.command()
def gone(
    propose: Annotated[
        bool, typer.Option("--propose", help="Record those that nobody declared; propose the others to the funds.")
    ] = False,
    database: DatabaseUrl = None,
    lang: Lang = "",
    json: Json = False,
) -> None:
    """List professionals whom the last two files no longer name."""
    from parcours.registry.declarations.gone import gone_twice, propose_gone

    with open_registry(database, lang) as opened:
        with opened.reading() as session:
            rows = [(one.rpps, f"{one.family_name} {one.first_name}", str(on)) for one, on in gone_twice(session)]
        if propose:
            with opened.writing() as session:
                done, proposed = propose_gone(session)
    if json:
        shown = [dict(zip(("rpps", "name", "gone_since"), row, strict=True)) for row in rows]
        typer.echo(json_format.dumps(shown, ensure_ascii=False, indent=1))
    else:
        columns = tuple(column[lang_of(lang)] for column in GONE)
        table(columns, [dict(zip(columns, row, strict=True)) for row in rows])
    if propose:
        say(lang, PROPOSED, done=done, proposed=proposed)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def search(ctx: typer.Context, database: DatabaseUrl = None, lang: Lang = "", json: Json = False) -> None:
    """Find professionals: NAME=VALUE filters, as in the API (place=Tours specialty=generaliste accepts=adults)."""
    from parcours.registry.directory.ask import answer, read
    from parcours.registry.directory.cards import cards

    given = pairs([one.removeprefix("--") for one in ctx.args], "search", "VALUE", lang)
    with open_registry(database, lang) as opened, opened.reading() as session:
        asked = read(session, given)
        results = answer(session, asked)
        found = cards(session, results.items, asked.query.where, asked.query.day)
        rows = [_found(one, lang_of(lang)) for one in found]
    if json:
        following = asked.cursor(results.items[-1]) if results.more else None
        page = {"items": rows, "unknown": results.unknown, "next": following}
        typer.echo(json_format.dumps(page, ensure_ascii=False, indent=1))
    else:
        columns = FOUND[lang_of(lang)]
        table(columns, [dict(zip(columns, map(_shown, row.values()), strict=True)) for row in rows])
        if results.unknown:
            say(lang, UNKNOWN, unknown=results.unknown)


FOUND = {
    "fr": ("nom", "spécialité", "secteur", "accepte", "commune", "km"),
    "en": ("name", "specialty", "sector", "accepts", "commune", "km"),
}
UNKNOWN = Text(
    "{unknown} autres n'ont pas dit s'ils acceptent (`unknown=true` les montre)",
    "{unknown} others did not say whether they accept (`unknown=true` shows them)",
)


def _found(card: Card, lang: str) -> dict[str, str | int | list[str] | None]:
    from parcours.registry.directory.trades import name_of

    place = card.places[0]
    about = "~" if place.about else ""
    return {
        "name": f"{card.professional.family_name} {card.professional.first_name}",
        "specialty": name_of(card.trades[0])[lang],
        "sector": card.sector,
        "accepts": card.accepts,
        "commune": place.commune.name,
        "km": None if place.km is None else f"{about}{place.km:g}",
    }


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
