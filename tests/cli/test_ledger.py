"""`parcours ledger`, as an auditor types it."""

import json
from datetime import date

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from parcours.cli.ledger import app
from parcours.registry.ledger import service as ledger
from parcours.registry.ledger.models import Account, Cause
from parcours.registry.ledger.service import Entry, Line
from parcours.registry.store.ids import new_id
from tests.registry.world import instant

PARTY = new_id()


@pytest.fixture
def run(database_url, database, monkeypatch):
    monkeypatch.setenv("PARCOURS_DATABASE_URL", database_url)
    with database.writing() as session:
        ledger.post(session, Entry(
            book="amo:01C991", kind="forfait", key="k", cause=Cause.OFFICER, cause_id=PARTY, at=date(2026, 3, 4),
            known_at=instant(2026, 5, 1),
            lines=(Line(Account.FORFAIT, PARTY, 1250), Line(Account.A_PAYER_PROFESSIONAL, PARTY, -1250)),
        ))  # fmt: skip
    return lambda *arguments: CliRunner().invoke(app, [*arguments, "--lang", "en"])


def test_balances_by_day_of_value_and_as_known_on_a_day(run):
    said = json.loads(run("balance", "--as-of", "2026-03-04", "--json").output)
    assert said["simulated"] is True
    assert {one["account"]: one["euros"] for one in said["balances"]} == {
        "forfait": "12.50",
        "a_payer:professional": "-12.50",
    }
    assert PARTY in run("balance", "--party", PARTY).output
    assert PARTY not in run("balance", "--as-of", "2026-03-03").output
    assert PARTY not in run("balance", "--as-of", "2026-03-04", "--known-on", "2026-04-30").output
    assert PARTY in run("balance", "--known-on", "2026-05-01").output


def test_verify_names_the_promise_that_somebody_broke(run, database):
    assert run("verify").exit_code == 0
    drop = {
        "sqlite": ["DROP TRIGGER ledger_postings_no_update"],
        "postgresql": ["ALTER TABLE ledger_postings DISABLE TRIGGER ALL"],
    }
    with database.writing() as session:
        for statement in drop[database.engine.dialect.name]:
            session.execute(text(statement))
        session.execute(text("UPDATE ledger_postings SET cents = cents + 1 WHERE cents > 0"))
    done = run("verify")
    assert done.exit_code == 1
    assert "I1               broken by 1: " in done.output
    broken = [one["name"] for one in json.loads(run("verify", "--json").output)["invariants"] if one["broken"]]
    assert broken == ["I1", "sealed"]
