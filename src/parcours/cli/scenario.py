"""`parcours scenario …`: play stories of simulated money, and see every cent, state and message, day by day."""

from __future__ import annotations

import json as json_format
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from parcours.cli.common import Json, Lang, clear_errors, lang_of
from parcours.text import Text, agreed

if TYPE_CHECKING:
    from parcours.registry.scenario.run import Outcome
    from parcours.registry.store.db import Database

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Stories of simulated money: play them, check them.")

EXIT_FAILED = 1
EXPECTED = Text("  attendu {what} : {expected}", "  expected {what}: {expected}")
HAPPENED = Text("  obtenu {what} : {happened}", "  happened {what}: {happened}")
SUMMARY = Text(
    "{count} {count:récit|récits}, {held} {held:tenu|tenus} (simulés)",
    "{count} {count:story|stories}, {held} held (simulated)",
)


@app.callback()
def root() -> None:
    """Nothing here is real: people, numbers and money are simulated."""


@app.command()
def run(
    files: Annotated[list[Path], typer.Argument(help="Files of stories, in YAML.")],
    only: Annotated[list[str] | None, typer.Option("--only", help="Play these stories only, by their id.")] = None,
    database: Annotated[
        str | None,
        typer.Option("--database", help="sqlite:///… or postgresql://…, kept; one thrown away unless said."),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Say only what is not as expected.")] = False,
    json: Json = False,
    lang: Lang = "",
) -> None:
    """Play stories. Exit code 1 when something is not as expected: what was, and what happened."""
    chosen = lang_of(lang)
    from parcours.registry.scenario.language import read
    from parcours.registry.scenario.run import play

    outcomes: list[Outcome] = []
    with clear_errors(chosen), opened(database, chosen) as ready:
        for file in files:
            for story in read(content_of(file, chosen)):
                if only and story.id not in only:
                    continue
                outcomes.append(play(ready, story))
                if not json:
                    show(outcomes[-1], chosen, quiet=quiet)
    if json:
        said = {"simulated": True, "scenarios": [as_json(one) for one in outcomes]}
        typer.echo(json_format.dumps(said, ensure_ascii=False, indent=1))
    else:
        typer.echo(agreed(SUMMARY, chosen, count=len(outcomes), held=sum(one.held for one in outcomes)), err=True)
    if not all(one.held for one in outcomes):
        raise typer.Exit(EXIT_FAILED)


def content_of(file: Path, lang: str) -> Any:
    """What a file of stories says."""
    from parcours.cli.bill import read_content

    return read_content(file, lang)


@contextmanager
def opened(url: str | None, lang: str) -> Iterator[Database]:
    """The database that was asked for, made ready when it is empty; else one that is thrown away at the end."""
    from parcours.cli.registry_common import open_registry
    from parcours.registry.store import schema

    with (
        tempfile.TemporaryDirectory(prefix="parcours-scenario-") as folder,
        keys(),
        open_registry(url or f"sqlite:///{folder}/stories.db", lang, current=False) as database,
    ):
        if schema.current_revision(database.engine) is None:
            schema.upgrade(database.engine)
        schema.require_current(database.engine)
        yield database


@contextmanager
def keys() -> Iterator[None]:
    """The keys of this installation; where there is none, a key for the time of the stories."""
    from parcours.registry.store.keyring import KEYS_FILE_VARIABLE, KEYS_VARIABLE, default_keys_file, new_key

    if os.environ.get(KEYS_VARIABLE) or os.environ.get(KEYS_FILE_VARIABLE) or default_keys_file():
        yield
        return
    os.environ[KEYS_VARIABLE] = new_key()
    try:
        yield
    finally:
        del os.environ[KEYS_VARIABLE]


def show(outcome: Outcome, lang: str, *, quiet: bool) -> None:
    """A story day by day, then what is not as expected."""
    if not quiet or not outcome.held:
        typer.echo(f"{outcome.scenario.id} {outcome.scenario.title}: {'ok' if outcome.held else '✗'}")
    if not quiet:
        for day, what in outcome.days:
            typer.echo(f"  {day}  {what}")
    for failed in outcome.failures:
        typer.echo(EXPECTED[lang].format(what=failed.what, expected=failed.expected))
        typer.echo(HAPPENED[lang].format(what=failed.what, happened=failed.happened))


def as_json(outcome: Outcome) -> dict[str, Any]:
    """How a story went, for programs."""
    return {
        "id": outcome.scenario.id,
        "title": outcome.scenario.title,
        "held": outcome.held,
        "failures": [vars(one) for one in outcome.failures],
        "days": [{"day": day, "what": what} for day, what in outcome.days],
    }
