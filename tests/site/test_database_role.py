"""The role that the guide gives to the service: it works, and cannot touch the past."""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import ProgrammingError

from parcours.registry.access.model import Who
from parcours.registry.audit.context import Tag
from parcours.registry.audit.service import record
from parcours.registry.ledger import service as ledger
from parcours.registry.ledger.models import Account, Cause
from parcours.registry.ledger.service import Entry, Line
from parcours.registry.store.db import Database
from parcours.registry.store.ids import new_id
from tests.registry.world import World, instant

GUIDE = Path(__file__).parents[2] / "docs/guides/registry.md"
FORBIDDEN = [
    "UPDATE audit_events SET why = 'nothing'",
    "DELETE FROM audit_events",
    "TRUNCATE audit_events",
    "ALTER TABLE audit_events DISABLE TRIGGER ALL",
    "DROP TRIGGER audit_events_no_change ON audit_events",
    "DELETE FROM audit_heads",
    "UPDATE ledger_postings SET id = id",
    "DELETE FROM ledger_transactions",
    "DELETE FROM ledger_heads",
    "INSERT INTO payments_lines (id) VALUES (NULL)",
    "UPDATE payments_lines SET cents = 1",
    "DELETE FROM payments_lines",
    "INSERT INTO ledger_left (id) VALUES (NULL)",
    "UPDATE ledger_left SET cents = 1",
    "DELETE FROM ledger_left",
    "UPDATE alembic_version SET version_num = '0001'",
    "DROP TABLE audit_events",
    "CREATE ROLE another SUPERUSER",
]


@pytest.fixture
def service(database_url, database):
    """The database as the service's role sees it."""
    statements = re.search(r"```sql\n(CREATE ROLE parcours_service.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    owner = create_engine(make_url(database_url), isolation_level="AUTOCOMMIT")
    with owner.connect() as connection:
        for statement in statements[1].strip().split(";\n"):
            connection.execute(text(statement.rstrip(";")))
    name = make_url(database_url).set(username="parcours_service")
    limited = Database.open(name.render_as_string(hide_password=False))
    yield limited
    limited.close()
    with owner.connect() as connection:
        connection.execute(text("DROP OWNED BY parcours_service"))
        connection.execute(text("DROP ROLE parcours_service"))
    owner.dispose()


PAID = Entry(
    book="amo:01C991", kind="order", key="order:1", cause=Cause.ORDER, cause_id=new_id(), at=date(2026, 3, 4),
    known_at=instant(2026, 3, 4), lines=(),
)  # fmt: skip


@pytest.mark.postgresql
@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_the_database_writes_the_lines_of_statements_for_who_may_not(service, database):
    with database.writing() as session:
        person = World(session).person().id
    lines = (Line(Account.VIREMENTS, person, -100), Line(Account.BANQUE, person, 100))
    with service.writing() as session:
        session.execute(text("CREATE TEMP TABLE people_insured (id uuid)"))  # which hides no table of ours
        session.execute(text("SET LOCAL search_path TO pg_temp, public"))
        ledger.post(session, replace(PAID, lines=lines))
    with service.reading() as session:
        assert session.execute(text("SELECT insured_id::text, cents FROM payments_lines")).all() == [(person, -100)]


@pytest.mark.postgresql
@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_the_role_of_the_guide_may_add_and_nothing_else(service):
    with service.writing() as session:
        record(session, Tag.ACCESS_REFUSE, Who("anonymous"), why="tried")
    with service.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM audit_events WHERE why = 'tried'")) == 1
    for statement in FORBIDDEN:
        with pytest.raises(ProgrammingError, match="InsufficientPrivilege"), service.writing() as session:
            session.execute(text(statement))
