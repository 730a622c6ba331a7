"""The service does not wait for ever for its database."""

import os
import signal
import time

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from parcours.registry.audit.models import AuditHead
from parcours.registry.store.db import Database
from parcours.registry.store.patience import Patience

SHORT = Patience(connect_seconds=1, statement_seconds=1, lock_seconds=0.5, idle_seconds=1)


@pytest.fixture
def impatient(database_url):
    database = Database.open(database_url, SHORT)
    yield database
    database.close()


def given_up(work):
    """Seconds until the work was given up."""
    started = time.monotonic()
    with pytest.raises(DBAPIError):
        work()
    return time.monotonic() - started


@pytest.mark.postgresql
@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
class TestPostgresql:
    def test_a_long_statement(self, impatient):
        def work():
            with impatient.reading() as session:
                session.execute(text("SELECT pg_sleep(30)"))

        assert given_up(work) < 5

    def test_a_frozen_server(self, impatient):
        def work():
            with impatient.reading() as session:
                pid = session.scalar(text("SELECT pg_backend_pid()"))
                os.kill(pid, signal.SIGSTOP)
                try:
                    session.scalar(text("SELECT 1"))
                finally:
                    os.kill(pid, signal.SIGCONT)

        assert given_up(work) < 6
        with impatient.reading() as session:
            assert session.scalar(text("SELECT 1")) == 1, "the next request has a connection that works"

    def test_a_transaction_that_does_nothing(self, impatient):
        def work():
            with impatient.writing() as session:
                session.scalar(text("SELECT 1"))
                time.sleep(2)
                session.scalar(text("SELECT 1"))

        assert given_up(work) < 8

    def test_a_connection_that_was_cut_while_it_was_kept(self, impatient, database):
        with impatient.reading() as session:
            pid = session.scalar(text("SELECT pg_backend_pid()"))
        with database.writing() as session:
            session.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})
        with impatient.reading() as session:
            assert session.scalar(text("SELECT pg_backend_pid()")) != pid, "the next request has another one"


def test_a_lock_that_somebody_else_holds(database, impatient):
    def work():
        with impatient.writing() as session:
            session.scalars(select(AuditHead).with_for_update()).all()

    with database.writing() as session:
        session.add(AuditHead(chain=99, sequence=0, hash="", signature=""))
        session.flush()
        if session.get_bind().dialect.name == "postgresql":
            session.execute(text("LOCK TABLE audit_heads"))
        assert given_up(work) < 5
        session.rollback()
