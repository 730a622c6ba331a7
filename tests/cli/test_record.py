"""`parcours record` and `parcours remind`: out, in, past its time; the reminders of a day."""

import json

import pytest
from typer.testing import CliRunner

from parcours.cli.main import app as command
from parcours.registry.record import service
from parcours.registry.store.db import Database
from tests.api.fixtures import *  # noqa: F403 - databases, a country, accounts
from tests.api.fixtures import _keys  # noqa: F401


@pytest.fixture
def run(database_url, tmp_path):
    def call(*arguments):
        done = CliRunner().invoke(
            command, [*arguments, "--database", database_url], env={"PARCOURS_OUTBOX": str(tmp_path / "outbox")}
        )
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done.exit_code, done.stdout, done.stderr

    return call


@pytest.fixture
def said(country, database_url):
    database = Database.open(database_url)
    with database.writing() as session:
        service.state(session, country.alice, country.amar, service.NewStatement("problems", text="asthme"))
    database.close()


def test_a_record_goes_out_and_comes_in_once(run, said, country, tmp_path):
    code, output, _ = run("record", "export", "--patient", country.alice)
    assert code == 0
    file = tmp_path / "record.json"
    file.write_text(output.replace("asthme", "bronchite"), "utf-8")
    arguments = ("record", "import", str(file), "--patient", country.alice, "--professional", country.amar)
    assert run(*arguments, "--lang", "en")[1].startswith("1 line, 0 documents, 2 there already")
    assert run(*arguments, "--lang", "fr")[1].startswith("0 ligne, 0 document, 3 déjà là")
    file.write_text("{}", "utf-8")
    code, _, errors = run(*arguments)
    assert code
    assert "Traceback" not in errors
    assert run("record", "import", str(tmp_path / "none"), *arguments[3:])[0]


def test_what_is_past_its_time_is_destroyed_once(run, said, country):
    purge = ("record", "purge", "--lang", "en", "--on")
    assert run(*purge, "2040-01-01")[1] == "0 records destroyed\n"
    assert run(*purge, "2099-01-01", "--dry-run")[1] == "2 records would be destroyed\n"
    code, output, _ = run("record", "purge", "--on", "2099-01-01", "--json")
    assert code == 0
    assert {one["patient"] for one in json.loads(output)} == {country.alice, country.zoe}, "zoe has a letter only"
    assert run("record", "purge", "--on", "2099-01-01", "--json")[1] == "[]\n"


def test_reminders_are_sent_once(run, said):
    arguments = ("remind", "--at", "2026-11-26T09:00", "--json")
    first, again = (json.loads(run(*arguments)[1]) for _ in range(2))
    assert first["messages"] > 0
    assert again == {"people": 0, "messages": 0, "emails": 0, "failed": 0}


def test_a_cda_document_is_checked(run, tmp_path):
    file = tmp_path / "x.xml"
    file.write_text("<a/>", "utf-8")
    done = CliRunner().invoke(command, ["record", "check", str(file), "--lang", "fr"])
    assert (done.exit_code, done.stdout) == (1, "XML : il manque ClinicalDocument\n")
    file.write_text("x", "utf-8")
    done = CliRunner().invoke(command, ["record", "check", str(file)])
    assert done.exit_code == 2
    assert "Traceback" not in done.stderr
