"""Is the registry one to serve? Its file or server, its revision, its keys: asked each time, in a bounded time."""

import asyncio
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from parcours.edge.services import Services
from parcours.registry.errors import RegistryError
from parcours.registry.store import installation, problems, schema
from parcours.registry.store.db import database_url

SECONDS = 2.0
"""A database that needs longer than that to say who it is, is not ready."""


def check_registry(services: Services) -> None:
    """Raises RegistryError or SQLAlchemyError: no file, no tables, another revision, no keys or others, no answer."""
    url = make_url(services.settings.database_url or database_url())
    if url.get_backend_name() == "sqlite" and not Path(str(url.database)).is_file():
        raise problems.database_missing()
    engine = services.database.engine
    schema.require_current(engine)
    installation.require_keys(engine)


class Readiness:
    """Asks the registry, one question at a time: a frozen database holds one thread, whoever asks."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._asker = ThreadPoolExecutor(1, "readiness")
        self._asked: Future[str | None] | None = None

    async def why_not(self) -> str | None:
        """The code of what is wrong with the registry; None when nothing is."""
        if self._asked is None or self._asked.done():
            self._asked = self._asker.submit(self._ask)
        try:
            return await asyncio.wait_for(asyncio.shield(asyncio.wrap_future(self._asked)), SECONDS)
        except TimeoutError:
            return "database_slow"

    def _ask(self) -> str | None:
        try:
            check_registry(self._services)
        except RegistryError as error:
            return error.code
        except SQLAlchemyError:
            return "database_unavailable"
        return None
