"""What every test may use, and two promises: in CI nothing is left out, and no test leaves this machine.

Fixtures: `postgresql_url` (an empty database of a real server, one per test module), `page` (a new page in Chromium),
`spark` (a local Spark session). A test that uses one carries the marker of that name: `postgresql`, `browser`, `spark`.
"""

import ipaddress
import json
import os
import shutil
import socket
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from tests.support.needs import CI, NEEDS, chromium_path

settings.register_profile("parcours", deadline=None, print_blob=True, derandomize=CI)
settings.load_profile("parcours")
os.environ["PARCOURS_LIBRARY_DIR"] = str(Path(tempfile.gettempdir()) / "parcours-tests-import-nothing")
"""No test reads the nomenclatures that whoever runs them has imported."""

LEFT_OUT = "left out"


# --- nothing is left out silently ---


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Leave out a test whose need is missing: on a laptop only (see the report hooks)."""
    for marker, need in NEEDS.items():
        if item.get_closest_marker(marker) and not need.found():
            pytest.skip(f"{LEFT_OUT}: {marker} — {need.how}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Iterator[None]:
    """In CI a skipped test has failed."""
    report = yield
    return _refuse_skip(report)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Iterator[None]:
    """In CI a skipped module has failed."""
    report = yield
    return _refuse_skip(report)


def _refuse_skip(report: Any) -> Any:
    if CI and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"In CI nothing may be left out. {reason}"
    return report


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say in one line what was left out, and how to get it."""
    reports = terminalreporter.stats.get("skipped", [])
    skipped = [str(report.longrepr[2]) for report in reports if isinstance(report.longrepr, tuple)]
    parts = []
    for marker, need in NEEDS.items():
        count = sum(f"{LEFT_OUT}: {marker} " in reason for reason in skipped)
        if count:
            parts.append(f"{count} {marker} tests ({need.how})")
    if parts:
        terminalreporter.write_line("Left out: " + "; ".join(parts), yellow=True)


# --- no test leaves this machine ---


@pytest.fixture(autouse=True, scope="session")
def _this_machine_only() -> Iterator[None]:
    """Refuse every connection to another machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if isinstance(address, tuple) and not _is_local(str(address[0])):
            message = f"A test tried to reach {address[0]}: tests talk to this machine only."
            raise PermissionError(message)
        connect(self, address)

    patch = pytest.MonkeyPatch()
    patch.setattr(socket.socket, "connect", guarded)
    yield
    patch.undo()


def _is_local(host: str) -> bool:
    if host in {"localhost", ""}:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


# --- nothing is written in the home of who runs the tests ---


@pytest.fixture(autouse=True, scope="session")
def _data_of_the_tests(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The data folder of everything that names none."""
    patch = pytest.MonkeyPatch()
    patch.setenv("PARCOURS_DATA_DIR", str(tmp_path_factory.mktemp("data")))
    yield
    patch.undo()


# --- PostgreSQL ---


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[Any]:
    """A PostgreSQL server of this test process, started when first asked for."""
    from tests.support.postgresql import running_server

    with running_server(in_memory=True) as server:
        yield server


@pytest.fixture(scope="module")
def postgresql_url(postgresql_server: Any) -> Iterator[str]:
    """The SQLAlchemy address (`postgresql+psycopg://…`) of a database that is empty when the module starts."""
    from tests.support.postgresql import new_database

    with new_database(postgresql_server, f"test_{uuid.uuid4().hex}") as url:
        yield url


# --- databases with the tables of the registry, to copy: made once, for the migrations take seconds ---


@pytest.fixture(scope="session")
def run_folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that the workers of a run share."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if hasattr(request.config, "workerinput") else own


@pytest.fixture(scope="session")
def empty_sqlite(run_folder: Path) -> Path:
    """A migrated database that no keys have sealed yet."""
    from tests.support.templates import made_once, migrate

    return made_once(run_folder, "empty", lambda folder: migrate(sqlite(folder))) / "registry.db"


@pytest.fixture(scope="session")
def sqlite_template(run_folder: Path, empty_sqlite: Path) -> Path:
    """A migrated database, sealed by the keys of the tests."""
    from tests.support.templates import made_once, seal

    def make(folder: Path) -> None:
        shutil.copy(empty_sqlite, folder / "registry.db")
        seal(sqlite(folder))

    return made_once(run_folder, "sealed", make) / "registry.db"


@pytest.fixture(scope="session")
def sqlite_country(run_folder: Path, sqlite_template: Path) -> tuple[Path, Any]:
    """A database with the country; and the ids in it."""
    from tests.support.templates import made_once, read_ids, settle

    def make(folder: Path) -> None:
        shutil.copy(sqlite_template, folder / "registry.db")
        (folder / "ids.json").write_text(json.dumps(vars(settle(sqlite(folder)))), "utf-8")

    folder = made_once(run_folder, "country", make)
    return folder / "registry.db", read_ids(folder / "ids.json")


def sqlite(folder: Path) -> str:
    return f"sqlite:///{folder / 'registry.db'}"


@pytest.fixture(scope="session")
def empty_postgresql(postgresql_server: Any) -> Iterator[str]:
    """Name of a migrated database that no keys have sealed yet."""
    from tests.support.postgresql import new_database
    from tests.support.templates import migrate

    name = f"empty_{uuid.uuid4().hex}"
    with new_database(postgresql_server, name) as url:
        migrate(url)
        yield name


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: Any, empty_postgresql: str) -> Iterator[str]:
    """Name of a migrated database, sealed by the keys of the tests."""
    from tests.support.postgresql import copied_database
    from tests.support.templates import seal

    with copied_database(postgresql_server, empty_postgresql) as (name, url):
        seal(url)
        yield name


@pytest.fixture(scope="session")
def postgresql_country(postgresql_server: Any, postgresql_template: str) -> Iterator[tuple[str, Any]]:
    """Name of a database with the country; and the ids in it."""
    from tests.support.postgresql import copied_database
    from tests.support.templates import settle

    with copied_database(postgresql_server, postgresql_template) as (name, url):
        yield name, settle(url)


# --- a browser ---

BROWSER_PATIENCE_MS = 120_000
CHROMIUM_ARGUMENTS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    *(["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []),
]


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium, driven by Playwright, without a window. It is patient: other tests use the cores too."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=chromium_path(), args=CHROMIUM_ARGUMENTS)
        new_context = chromium.new_context

        def patient(**options: Any) -> Any:
            context = new_context(**options)
            context.set_default_timeout(BROWSER_PATIENCE_MS)
            return context

        chromium.new_context = patient  # type: ignore[method-assign]
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    """A new page in a new, empty browser context."""
    context = browser.new_context()
    yield context.new_page()
    context.close()


# --- Spark ---


@pytest.fixture(scope="session")
def spark() -> Iterator[Any]:
    """A local Spark session with two cores, on the JVM that `parcours.engine.batch.jvm` finds."""
    from parcours.engine.batch.jvm import use_java

    use_java()
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[2]").appName("parcours-tests")
    options = {
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",  # it lives for seconds
        "spark.sql.shuffle.partitions": "2",
        "spark.ui.enabled": "false",
    }
    session = builder.config(map=options).getOrCreate()
    yield session
    session.stop()
