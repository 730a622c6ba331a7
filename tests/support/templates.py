"""Databases that tests copy: how each is made, and made once."""

import base64
import fcntl
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

from parcours.registry.store import schema
from parcours.registry.store.db import Database
from parcours.registry.store.keyring import KEYS_VARIABLE

KEY = base64.urlsafe_b64encode(b"the workers share their country.").decode()
"""The keys of the databases that tests copy: the same in every worker."""


def made_once(run: Path, name: str, make: Callable[[Path], object]) -> Path:
    """A folder in that of the run: the first worker that asks makes it, the others wait and read."""
    folder, unfinished = run / name, run / f"{name}.new"
    with (run / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.mkdir()
            make(unfinished)
            unfinished.rename(folder)
    return folder


@contextmanager
def opened(url: str) -> Iterator[Database]:
    """A database under the keys of the tests, whatever fixture asks."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(KEYS_VARIABLE, KEY)
        database = Database.open(url)
        yield database
        database.close()


def migrate(url: str) -> None:
    """Make the tables; there are no keys yet."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv(KEYS_VARIABLE, raising=False)
        database = Database.open(url)
        schema.upgrade(database.engine)
        database.close()


def seal(url: str) -> None:
    """Make the database that of the keys of the tests."""
    with opened(url) as database:
        schema.upgrade(database.engine)


def settle(url: str) -> SimpleNamespace:
    """People, doctors and accounts; their ids."""
    from tests.api.fixtures import settle_country

    with opened(url) as database:
        return settle_country(database)


def read_ids(path: Path) -> SimpleNamespace:
    return SimpleNamespace(**json.loads(path.read_text("utf-8")))
