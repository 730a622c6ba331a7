"""What the commands on the database share: which one, its errors as sentences, tables of ids."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from parcours.cli import problems
from parcours.cli.common import fail, lang_of
from parcours.text import Text, agreed

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from parcours.registry.access.model import Who
    from parcours.registry.accounts.models import Account
    from parcours.registry.store.db import Database

DatabaseUrl = Annotated[
    str | None,
    typer.Option("--database", help="sqlite:///… or postgresql://…; PARCOURS_DATABASE_URL unless said."),
]


@contextmanager
def registry_errors(lang: str) -> Iterator[None]:
    """What the registry refuses, as one sentence; what the database refuses, without its parameters."""
    import logging

    from sqlalchemy.exc import ArgumentError, DBAPIError

    from parcours.registry.errors import RegistryError

    logging.getLogger("sqlalchemy").addHandler(logging.NullHandler())  # a lost connection is said once, below
    try:
        yield
    except RegistryError as error:
        fail(error, lang)
    except (DBAPIError, ArgumentError) as error:
        fail(problems.database_refuses(why=type(error).__name__), lang)


@contextmanager
def open_registry(url: str | None, lang: str, *, current: bool = True) -> Iterator[Database]:
    """The database for the time of a command; what it refuses becomes a sentence and an exit code."""
    from parcours.registry.store import installation, schema
    from parcours.registry.store.db import Database

    with registry_errors(lang):
        database = Database.open(url)
        try:
            if current:
                schema.require_current(database.engine)
                installation.require_keys(database.engine)
            yield database
        finally:
            database.close()


def say(lang: str, text: Text, **values: object) -> None:
    """A sentence in the language of the command, its words agreeing with its numbers."""
    chosen = lang_of(lang)
    typer.echo(agreed(text, chosen, **values) if values else text[chosen])


def table(columns: tuple[str, ...], rows: list[dict[str, str]]) -> None:
    """Aligned columns, never cut: an id is to be copied."""
    lines = [{name: name for name in columns}, *rows]
    widths = {name: max(len(line[name]) for line in lines) for name in columns}
    for line in lines:
        typer.echo("  ".join(line[name].ljust(widths[name]) for name in columns).rstrip())


def as_system(command: str) -> Who:
    """Who acts when a command runs on the server itself."""
    from parcours.registry.audit.service import system

    return system(command)


def account_of(session: Session, login: str) -> Account:
    """The account of a login. Raises NotFound."""
    from parcours.registry.accounts.find import find_account
    from parcours.registry.errors import not_found

    account = find_account(session, login)
    if account is None:
        raise not_found("login")
    return account


@contextmanager
def writing(url: str | None, lang: str) -> Iterator[Session]:
    """A session of the registry for one command, committed at its end."""
    with open_registry(url, lang) as database, database.writing() as session:
        yield session


@contextmanager
def reading(url: str | None, lang: str) -> Iterator[Session]:
    """A session of the registry that only reads."""
    with open_registry(url, lang) as database, database.reading() as session:
        yield session
