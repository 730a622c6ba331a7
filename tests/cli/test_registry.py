"""The registry on the command line, as a person uses it: a new installation, the demonstration, a visit, a backup."""

import json

import pytest
from typer.testing import CliRunner

from parcours.cli.main import app
from parcours.registry.store import schema


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """`parcours …` in an installation of its own; returns exit code, output, errors."""
    folder = tmp_path_factory.mktemp("installation")
    keyless = {"PARCOURS_SECRET_KEYS": None, "PARCOURS_SECRET_KEYS_FILE": None, "PARCOURS_DATABASE_URL": None}
    environment = keyless | {"PARCOURS_DATA_DIR": str(folder), "LC_ALL": "C.UTF-8"}

    def call(*arguments, **more):
        done = CliRunner().invoke(app, arguments, env=environment | more)
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done.exit_code, done.stdout, done.stderr

    call.folder = folder
    return call


@pytest.fixture(scope="module")
def demo(run):
    """An installation with the demonstration in it."""
    assert run("registry", "init")[0] == 0
    assert run("registry", "seed", "--population", "5")[0] == 0
    return run


def test_a_new_installation_is_told_what_to_do(run, tmp_path):
    code, _, errors = run("registry", "seed", "--lang", "fr", PARCOURS_DATA_DIR=str(tmp_path / "new"))
    assert code == 2
    assert "parcours registry upgrade" in errors


def test_the_key_and_the_database_are_private(demo):
    for name in ("secret.keys", "parcours.db"):
        assert (demo.folder / name).stat().st_mode & 0o077 == 0
    assert demo("registry", "init")[0] == 0
    assert schema.head_revision() in demo("registry", "upgrade")[1]


def test_stories_give_the_ids_to_use(demo):
    code, output, _ = demo("registry", "stories", "--json", "--lang", "fr")
    rows = {row["story"]: row for row in json.loads(output)}
    assert code == 0
    assert rows["own_doctor"]["title"] == "Chez son médecin traitant"
    row = rows["iterative"]
    visit = ("--patient", row["patient"], "--professional", row["professional"], "--on", row["on"])
    code, output, _ = demo("facts", *visit, "--json", "--given", "fee=50", "--settle")
    answer = json.loads(output)
    assert code == 0
    assert answer["facts"]["referral"] == "soins_iteratifs"
    assert answer["sources"]["referral"]["record"]["kind"] == "referral"
    assert answer["answer"]["status"] == "O"


def test_facts_are_printed_with_their_record_and_reason(demo):
    code, output, _ = demo("facts", "--story", "opinion_used_up", "--lang", "fr")
    assert code == 0
    assert "aucun adressage ne couvre cette consultation" in output
    assert "un adressage a déjà servi" in output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("facts",), "--patient, --professional, --on: to be given"),
        (("facts", "--story", "nonsense"), "own_doctor"),
        (("facts", "--patient", "x", "--professional", "y", "--on", "2026-01-01"), "patient_id: no such record"),
        (("facts", "--story", "own_doctor", "--related-to", "moon"), "ald, at_mp, none"),
        (("facts", "--story", "own_doctor", "--given", "fee"), "NAME=VALUE"),
        (("facts", "--story", "own_doctor", "--settle"), "fee"),
        (("facts", "--story", "ald_elsewhere", "--settle", "--given", "fee=50"), "ald, none"),
        (("registry", "backup", "nowhere", "--database", "nonsense://x"), "PARCOURS_DATABASE_URL"),
        (("registry", "restore", "nowhere"), "manifest"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(demo, arguments, said):
    code, _, errors = demo(*arguments)
    assert code == 2
    assert said in errors


def test_a_kept_answer_and_the_past(demo):
    assert demo("facts", "--story", "own_doctor", "--keep")[0] == 0
    known = ("--known-at", "2026-05-01T12:00:00", "--json")
    before = json.loads(demo("facts", "--story", "late_paper", *known)[1])
    now = json.loads(demo("facts", "--story", "late_paper", "--json")[1])
    assert (before["facts"]["role"], now["facts"]["role"]) == ("autre", "medecin_traitant")


def test_visits_that_would_change(demo):
    code, output, _ = demo("registry", "changes", "--story", "late_paper", "--json")
    rows = {row["name"]: (row["then"], row["now"]) for row in json.loads(output)}
    assert code == 0
    assert (rows["status"], rows["amo"]) == (("S", "T"), ("8.40", "19.00"))
    assert "nothing would change" in demo("registry", "changes", "--story", "own_doctor")[1]


def test_backup_verify_restore(demo):
    data = str(demo.folder / "demo.backup")
    assert demo("registry", "backup", data)[0] == 0
    assert "one médecin traitant" in demo("registry", "verify")[1]
    copy = f"sqlite:///{demo.folder / 'copy.db'}"
    assert "restored and verified" in demo("registry", "restore", data, "--database", copy)[1]
    assert demo("registry", "verify", data, "--database", copy)[0] == 0


def test_keys_are_rotated(demo):
    old = (demo.folder / "secret.keys").read_text().strip()
    new = demo("registry", "new-key")[1].strip()
    code, output, _ = demo("registry", "rotate-keys", PARCOURS_SECRET_KEYS=f"{new},{old}")
    assert code == 0
    assert int(output.split()[0]) > 50
    assert demo("facts", "--story", "own_doctor", PARCOURS_SECRET_KEYS=new)[0] == 0
    assert demo("facts", "--story", "own_doctor")[0] == 2
    demo("registry", "rotate-keys", PARCOURS_SECRET_KEYS=f"{old},{new}")
