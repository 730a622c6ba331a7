"""What the faces share while the process runs."""

from concurrent.futures import ThreadPoolExecutor
from functools import cached_property

from parcours.edge.settings import Settings
from parcours.edge.settings import settings as process_settings
from parcours.edge.statements import watch
from parcours.registry.accounts.oidc import Relying
from parcours.registry.audit.group import TrailWriter
from parcours.registry.store.db import Database
from parcours.registry.store.installation import require_keys

AT_ONCE = 4
"""Units of a process that work at once: while some wait for the database another runs; more only take turns at one
interpreter, and each turn costs. No more than connections are kept."""


class Services:
    """Settings, database, identity providers. The two last are opened on first use."""

    def __init__(self, settings: Settings | None = None, database: Database | None = None) -> None:
        self.settings = settings or process_settings()
        self._database = database

    @cached_property
    def database(self) -> Database:
        """The database, opened with its own keys only. Raises `Misconfigured`: those of another installation."""
        opened = self._database or Database.open(self.settings.database_url, self.settings.patience())
        watch(opened.engine, self.settings.database_slow_ms)
        try:
            require_keys(opened.engine)
        except BaseException:
            opened.close()
            raise
        return opened

    @cached_property
    def trail(self) -> TrailWriter:
        """Writes what reads leave in the trail, for many requests at once."""
        return TrailWriter(self.database)

    @cached_property
    def units(self) -> ThreadPoolExecutor:
        """Threads for units of work: who finds none free waits in line."""
        return ThreadPoolExecutor(AT_ONCE, "unit")

    @cached_property
    def relying(self) -> Relying:
        return Relying(self.settings.oidc, self.settings.public_url)
