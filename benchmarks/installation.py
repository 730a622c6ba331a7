"""A small installation to measure: a database that keeps what it acknowledges, a country, a doctor logged in, a server."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from benchmarks.web import wait
from parcours.edge.caller import COOKIE, CSRF_HEADER
from parcours.edge.settings import Settings
from parcours.registry.accounts import sessions
from parcours.registry.accounts.models import Grant
from parcours.registry.declarations.timeline import patients_of
from parcours.registry.demo.accounts import open_demo_accounts
from parcours.registry.demo.seed import seed
from parcours.registry.store import schema
from parcours.registry.store.db import Database

DURABLE = ("fsync", "synchronous_commit", "full_page_writes")


@dataclass(frozen=True)
class Doctor:
    """A doctor who is logged in, and the doctor's patients."""

    id: str
    headers: dict[str, str]
    """Of the session."""
    people: list[str]


@contextmanager
def durable_database(kind: str, name: str) -> Iterator[tuple[str, Path]]:
    """Address of an empty database, and a folder for the data of its server, for the time of the block."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="parcours-bench-")))
        url = f"sqlite:///{folder / 'parcours.db'}"
        if kind == "postgresql":
            from tests.support.postgresql import execute, new_database, running_server

            server = stack.enter_context(running_server())
            for setting in DURABLE:
                execute(server, f"ALTER SYSTEM SET {setting} = on")
            execute(server, "SELECT pg_reload_conf()")
            url = stack.enter_context(new_database(server, name))
        yield url, folder


def doctor_of_a_country(url: str) -> Doctor:
    """Fill the database with the country of the demonstration and log its doctor in."""
    database = Database.open(url)
    schema.upgrade(database.engine)
    settings = Settings(public_url="http://127.0.0.1")
    with database.writing() as session:
        seed(session, population=150)
    with database.writing() as session:
        open_demo_accounts(session, public_url=settings.public_url, hashing=settings.password_hashing())
        grant = session.scalars(select(Grant).where(Grant.role == "doctor")).one()
        opened = sessions.open_session(session, grant.account, "password+totp", grant=grant)
        headers = {"Cookie": f"{COOKIE}={opened.token}", CSRF_HEADER: opened.session.csrf_token}
        doctor = grant.professional_id or ""
        found = Doctor(doctor, headers, [one.insured_id for one in patients_of(session, doctor)])
    database.close()
    return found


@contextmanager
def serving(url: str, folder: Path, port: int, workers: int) -> Iterator[subprocess.Popen[bytes]]:
    """A server that limits nobody, once it answers, for the time of the block."""
    environment = {
        **os.environ, "PARCOURS_DATABASE_URL": url, "PARCOURS_DATA_DIR": str(folder), "PARCOURS_COOKIE_SECURE": "false",
        "PARCOURS_RATE_LIMIT_PER_MINUTE": "0", "PARCOURS_CONNECTIONS_PER_CLIENT": "200",
    }  # fmt: skip
    command = [sys.executable, "-m", "parcours", "serve", "--port", str(port), "--log-level", "warning"]
    with subprocess.Popen([*command, "--workers", str(workers)], env=environment) as server:
        try:
            wait(f"http://127.0.0.1:{port}")
            yield server
        finally:
            server.terminate()
