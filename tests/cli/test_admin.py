"""`parcours admin` and `parcours audit`, as an administrator types them."""

import json

import pytest
from typer.testing import CliRunner

from parcours.cli.admin import app as admin
from parcours.cli.audit import app as audit
from parcours.registry.accounts.context import Tag
from tests.api.fixtures import PASSWORD, trail


@pytest.fixture
def run(database_url, country, monkeypatch):
    monkeypatch.setenv("PARCOURS_DATABASE_URL", database_url)
    monkeypatch.setenv("PARCOURS_ARGON2_MEMORY_KIB", "64")
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    from parcours.edge.settings import settings

    settings.cache_clear()
    yield lambda app, *arguments, **more: CliRunner().invoke(app, list(arguments), **more)
    settings.cache_clear()


def test_a_user_is_made_with_a_role_and_logs_in(run, country, database):
    made = run(
        admin, "create-user", "--login", "New@Example.org", "--role", "insured", "--patient", country.zoe,
        "--password-stdin", input=f"{PASSWORD}\n",
    )  # fmt: skip
    assert made.exit_code == 0, made.output
    listed = json.loads(run(admin, "list-users", "--json").output)
    (row,) = [one for one in listed if one["id"] == made.output.strip()]
    assert row["login"] == "new@example.org"
    assert row["roles"] == f"insured:{country.zoe}"
    assert PASSWORD not in made.output
    assert {event.actor_kind for event in trail(database, tag=Tag.ACCOUNT_CREATE)} == {"system"}


def test_a_weak_password_is_refused_in_a_sentence(run):
    refused = run(admin, "create-user", "--login", "a@b.fr", "--password-stdin", input="passwordpassword\n")
    assert refused.exit_code == 2
    assert "no common word" in refused.output
    assert "Traceback" not in refused.output


def test_a_reset_token_sets_a_new_password(run, database, country):
    from parcours.registry.accounts import passwords
    from tests.api.fixtures import CHEAP, TEST

    token = run(admin, "reset", "--login", "alice@example.org").output.strip()
    assert token.startswith("pcr_")
    with database.writing() as session:
        account = passwords.reset_password(session, TEST, token, "autre-phrase-longue", CHEAP)
    assert account.id == country.accounts["alice"]


def test_roles_are_given_and_taken(run, country):
    given = run(admin, "grant", "--login", "zoe@example.org", "--role", "officer", "--fund", "01C991")
    assert given.exit_code == 0, given.output
    unfit = run(admin, "grant", "--login", "zoe@example.org", "--role", "officer", "--patient", country.zoe)
    assert unfit.exit_code == 2
    assert "patient" in unfit.output or "insured_id" in unfit.output
    assert run(admin, "revoke", "--login", "zoe@example.org", "--role", "officer").exit_code == 0
    assert run(admin, "revoke", "--login", "zoe@example.org", "--role", "officer").exit_code == 2


def test_access_is_explained(run, country):
    ask = ["explain-access", "--actor", "amar@example.org", "--action", "read_letter"]
    yes = run(admin, *ask, "--record", f"referral:{country.referral}", "--json")
    assert (yes.exit_code, json.loads(yes.output)["rule"]) == (0, "doctor_declared")
    no = run(admin, *ask, "--record", f"referral:{country.referral_zoe}")
    assert no.exit_code == 1
    assert "404" in no.output
    assert "✗ doctor_declared (medecin_traitant)" in no.output
    officer = run(
        admin, "explain-access", "--actor", "officer@example.org", "--action", "read_letter",
        "--record", f"referral:{country.referral}", "--lang", "fr",
    )  # fmt: skip
    assert officer.exit_code == 1
    assert "403" in officer.output
    unknown = run(admin, *ask, "--record", "letter:1")
    assert unknown.exit_code == 2
    assert "patient" in unknown.output, "the kinds are listed"


def test_clients_are_made_listed_and_revoked(run, database):
    from parcours.registry.accounts.clients import find_client

    client, token = run(
        admin, "create-client", "--name", "essai", "--scope", "people:read", "--fund", "01C991"
    ).output.split()
    with database.reading() as session:
        assert find_client(session, token).id == client
    assert run(admin, "revoke-client", client).exit_code == 0
    with database.reading() as session:
        assert find_client(session, token) is None
    refused = run(admin, "create-client", "--name", "essai", "--scope", "everything")
    assert (refused.exit_code, "declarations:read" in refused.output) == (2, True)


def test_applications_are_registered_listed_and_revoked(run, database):
    from parcours.registry.accounts.apps import find_app

    scopes = ("--scope", "launch/patient", "--scope", "patient/*.rs")
    app, secret = run(
        admin, "create-app", "--name", "essai", "--redirect", "https://app.example/back", *scopes, "--secret"
    ).output.split()
    assert secret.startswith("pas_")
    assert "https://app.example/back" in run(admin, "list-apps", "--json").output
    assert run(admin, "revoke-app", app).exit_code == 0
    with database.reading() as session:
        assert find_app(session, app) is None
    for redirect, scope in (("http://app.example", "patient/*.rs"), ("https://app.example", "patient/Observation.rs")):
        assert run(admin, "create-app", "--name", "x", "--redirect", redirect, "--scope", scope).exit_code == 2


def test_a_user_is_disabled_and_enabled(run):
    assert run(admin, "disable", "--login", "zoe@example.org").exit_code == 0
    assert "disabled" in run(admin, "list-users").output
    assert run(admin, "enable", "--login", "zoe@example.org").exit_code == 0
    assert run(admin, "disable", "--login", "nobody@example.org").exit_code == 2


def test_cleaning_forgets_what_is_past(run, database):
    from datetime import timedelta

    from sqlalchemy import func, select, update

    from parcours.registry.accounts.find import find_account
    from parcours.registry.accounts.models import WebSession
    from parcours.registry.accounts.sessions import open_session
    from parcours.registry.store.clock import now_utc

    with database.writing() as session:
        account = find_account(session, "zoe@example.org")
        open_session(session, account, "password")
        old = open_session(session, account, "password").session
        session.execute(
            update(WebSession).where(WebSession.id == old.id).values(opened_at=now_utc() - timedelta(days=2))
        )
    assert run(admin, "clean").exit_code == 0
    with database.reading() as session:
        assert session.scalar(select(func.count(WebSession.id))) == 1


def test_the_trail_is_verified_anchored_and_a_cut_found(run, database, tmp_path):
    from sqlalchemy import text

    anchor = tmp_path / "anchor.json"
    anchor.write_text(run(audit, "anchor").output)
    whole = run(audit, "verify", "--anchor", str(anchor))
    assert whole.exit_code == 0, whole.output
    assert "all sound" in whole.output
    with database.writing() as session:
        if database.engine.dialect.name == "sqlite":
            session.execute(text("DROP TRIGGER audit_events_no_delete"))
        else:
            session.execute(text("ALTER TABLE audit_events DISABLE TRIGGER ALL"))
        last = session.execute(text("SELECT max(sequence) FROM audit_events WHERE chain = 0")).scalar()
        chain = 0 if last else session.execute(text("SELECT min(chain) FROM audit_events")).scalar()
        session.execute(
            text("DELETE FROM audit_events WHERE chain = :chain AND sequence = "
                 "(SELECT max(sequence) FROM audit_events WHERE chain = :chain)"), {"chain": chain},
        )  # fmt: skip
    broken = run(audit, "verify", "--json")
    assert (broken.exit_code, json.loads(broken.output)["findings"][0]["code"]) == (1, "truncated")
    assert run(audit, "verify", "--lang", "fr").exit_code == 1
    assert run(audit, "verify", "--anchor", str(tmp_path / "none")).exit_code == 2


def test_heads_are_signed_again_under_a_new_key_only(run, monkeypatch):
    from parcours.registry.store.keyring import new_key
    from tests.support.templates import KEY

    assert run(audit, "resign").output == "0 heads signed\n"
    monkeypatch.setenv("PARCOURS_SECRET_KEYS", f"{new_key()},{KEY}")
    assert run(audit, "resign").output == "16 heads signed\n"


def test_rotated_keys_leave_a_trail_that_is_sound_without_the_old_one(run, monkeypatch):
    from parcours.cli.registry import app as registry
    from parcours.registry.store.keyring import new_key
    from tests.support.templates import KEY

    newer = new_key()
    monkeypatch.setenv("PARCOURS_SECRET_KEYS", f"{newer},{KEY}")
    assert run(registry, "rotate-keys").exit_code == 0
    monkeypatch.setenv("PARCOURS_SECRET_KEYS", newer)
    verified = run(audit, "verify")
    assert (verified.exit_code, "all sound" in verified.output) == (0, True)
