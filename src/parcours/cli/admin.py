"""`parcours admin …`: accounts, roles, tokens, and why somebody may (or may not) do something.

What runs here runs on the server itself, under the rights of who holds its database and keys; it is written to the
audit trail as `system`.
"""

from __future__ import annotations

import json as json_format
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from parcours.cli import problems
from parcours.cli.common import Json, Lang, fail, lang_of
from parcours.cli.explain_access import explain_access
from parcours.cli.registry_common import DatabaseUrl, account_of, as_system, reading, table, writing
from parcours.text import Text

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from parcours.registry.accounts.models import Account

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Accounts, roles, API clients, explained access.")

Login = Annotated[str, typer.Option("--login", help="E-mail address of the account.")]
RoleName = Annotated[
    str, typer.Option("--role", help="insured, doctor, delegate, officer, insurer_officer or administrator.")
]
Patient = Annotated[str | None, typer.Option("--patient", help="Public id of the person, for the role insured.")]
Professional = Annotated[
    str | None, typer.Option("--professional", help="Public id or RPPS number, for the roles doctor and delegate.")
]
Insurer = Annotated[str | None, typer.Option("--insurer", help="Name of an insurer, for the role insurer_officer.")]
Fund = Annotated[str | None, typer.Option("--fund", help="Code of the fund, for the role officer and for API clients.")]


# --- accounts --------------------------------------------------------------------------------------------------------


@app.command("create-user")
def create_user(
    login: Login,
    role: RoleName = "",
    patient: Patient = None,
    professional: Professional = None,
    fund: Fund = None,
    insurer: Insurer = None,
    name: Annotated[str, typer.Option("--name", help="Name shown to administrators.")] = "",
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from the first line of the input.")
    ] = False,
    no_password: Annotated[
        bool, typer.Option("--no-password", help="Print a single-use token to set the password instead.")
    ] = False,
    database: DatabaseUrl = None,
    lang: Lang = "",
) -> None:
    """Make an account, with a role when one is given. The password is asked for without being shown."""
    from parcours.registry.accounts import service

    password = None if no_password else _password(lang, password_stdin)
    with writing(database, lang) as session:
        account = service.create_account(
            session, as_system("create-user"), login=login, display_name=name, password=password,
            hashing=_settings().password_hashing(), language=lang_of(lang),
        )  # fmt: skip
        if role:
            _grant(session, account, role, patient, professional, fund, insurer)
        token = _reset_token(session, account) if no_password else None
        typer.echo(account.id)
        if token is not None:
            typer.echo(token)


@app.command("list-users")
def list_users(database: DatabaseUrl = None, lang: Lang = "", json: Json = False) -> None:
    """Every account: id, login, roles, state."""
    from parcours.registry.accounts import find

    with reading(database, lang) as session:
        rows, after = [], None
        while page := find.list_accounts(session, after=after, limit=500):
            rows += [_user_row(account) for account in page]
            after = page[-1].id
    _print(rows, ("id", "login", "roles", "state"), json=json)


def _user_row(account: Account) -> dict[str, str]:
    from parcours.registry.store.clock import now_utc

    locked = account.locked_until is not None and account.locked_until > now_utc()
    state = "disabled" if account.disabled_at else "locked" if locked else "open"
    roles = [f"{grant.role.value}:{_subject(grant)}" for grant in account.active_grants]
    return {"id": account.id, "login": account.login, "roles": " ".join(roles), "state": state}


def _subject(grant: Any) -> str:
    return str(grant.insured_id or grant.professional_id or grant.fund_code or grant.insurer or "-")


@app.command()
def grant(
    login: Login,
    role: RoleName,
    patient: Patient = None,
    professional: Professional = None,
    fund: Fund = None,
    insurer: Insurer = None,
    database: DatabaseUrl = None,
    lang: Lang = "",
) -> None:
    """Give a role to an account; its sessions end."""
    with writing(database, lang) as session:
        typer.echo(_grant(session, account_of(session, login), role, patient, professional, fund, insurer))


@app.command()
def revoke(
    login: Login,
    role: RoleName,
    database: DatabaseUrl = None,
    lang: Lang = "",
) -> None:
    """Take a role away from an account; its sessions end."""
    from parcours.registry.accounts import service

    with writing(database, lang) as session:
        grants = [one for one in account_of(session, login).active_grants if one.role.value == role]
        if not grants:
            fail(problems.no_such_role(role=role), lang)
        for one in grants:
            service.end_grant(session, as_system("revoke"), one)


@app.command()
def reset(login: Login, database: DatabaseUrl = None, lang: Lang = "") -> None:
    """Print a single-use token with which the holder of an account sets a new password."""
    with writing(database, lang) as session:
        typer.echo(_reset_token(session, account_of(session, login)))


@app.command()
def disable(login: Login, database: DatabaseUrl = None, lang: Lang = "") -> None:
    """Close an account: nobody logs in with it, its sessions end."""
    from parcours.registry.accounts import service

    with writing(database, lang) as session:
        service.disable_account(session, as_system("disable"), account_of(session, login))


@app.command()
def enable(login: Login, database: DatabaseUrl = None, lang: Lang = "") -> None:
    """Open an account again, and lift a lock."""
    from parcours.registry.accounts import service

    with writing(database, lang) as session:
        service.enable_account(session, as_system("enable"), account_of(session, login))


@app.command("remove-totp")
def remove_totp(login: Login, database: DatabaseUrl = None, lang: Lang = "") -> None:
    """Remove the second factor of somebody who lost it."""
    from parcours.registry.accounts import second_factor

    with writing(database, lang) as session:
        second_factor.remove_totp(session, as_system("remove-totp"), account_of(session, login))


@app.command("export-person")
def export_person(
    patient: Annotated[str, typer.Option("--patient", help="Public id of the person.")],
    database: DatabaseUrl = None,
    lang: Lang = "",
) -> None:
    """Print everything held about a person as JSON, for that person (GDPR, art. 15 and 20); traced like any reading."""
    from parcours.registry.audit.service import record as note
    from parcours.registry.contexts import export_person as export
    from parcours.registry.people.context import Tag

    with writing(database, lang) as session:
        content = export(session, patient)
        person = content["person"]
        note(session, Tag.PERSON_EXPORT, as_system("export-person"), insured_id=person, record=("patient", person))
    typer.echo(json_format.dumps(content, ensure_ascii=False, indent=1, default=_iso))


def _iso(value: Any) -> str:
    return str(value.isoformat())


# --- API clients -----------------------------------------------------------------------------------------------------


@app.command("create-client")
def create_client(
    name: Annotated[str, typer.Option("--name", help="What the program is.")],
    scope: Annotated[list[str], typer.Option("--scope", help="Like facts:read; repeatable; :write needs :read.")],
    fund: Fund = None,
    days: Annotated[int, typer.Option("--days", min=1, max=730, help="How long the token is valid.")] = 365,
    database: DatabaseUrl = None,
    lang: Lang = "",
) -> None:
    """Make an API client and print its token, this once."""
    from parcours.registry.accounts import clients
    from parcours.registry.contexts import Scope
    from parcours.registry.directory.places import require_fund
    from parcours.registry.vocabulary import check_choice

    with writing(database, lang) as session:
        code = require_fund(session, fund).code if fund else None
        scopes = [check_choice("scope", one, Scope) for one in scope]
        client, token = clients.create_client(
            session, as_system("create-client"), name=name, scopes=scopes, fund_code=code, days=days
        )
        typer.echo(client.id)
        typer.echo(token)


@app.command("list-clients")
def list_clients(database: DatabaseUrl = None, lang: Lang = "", json: Json = False) -> None:
    """Every API client: id, name, fund, scopes, state."""
    from parcours.registry.accounts import clients

    with reading(database, lang) as session:
        rows = [
            {"id": one.id, "name": one.name, "fund": one.fund_code or "-", "scopes": one.scopes,
             "state": "revoked" if one.revoked_at else "open"}
            for one in clients.list_clients(session, limit=10_000)
        ]  # fmt: skip
    _print(rows, ("id", "name", "fund", "scopes", "state"), json=json)


@app.command("revoke-client")
def revoke_client(
    client: Annotated[str, typer.Argument(help="Id of the client.")], database: DatabaseUrl = None, lang: Lang = ""
) -> None:
    """Revoke an API client: its token works no more."""
    from parcours.registry.accounts import clients

    with writing(database, lang) as session:
        clients.revoke_client(session, as_system("revoke-client"), clients.get_client(session, client))


# --- applications ----------------------------------------------------------------------------------------------------


@app.command("create-app")
def create_app(
    name: Annotated[str, typer.Option("--name", help="What the application is called where people let it in.")],
    redirect: Annotated[list[str], typer.Option("--redirect", help="Address that it is called back at; repeatable.")],
    scope: Annotated[
        list[str],
        typer.Option("--scope", help="Like patient/Claim.rs; repeatable: the most it may ask."),
    ],
    secret: Annotated[bool, typer.Option("--secret", help="It keeps a secret: print one, this once.")] = False,
    database: DatabaseUrl = None,
    lang: Lang = "",
) -> None:
    """Register an application that people may let into their records (SMART on FHIR); prints its id."""
    from parcours.registry.accounts import apps

    with writing(database, lang) as session:
        made, shown = apps.create_app(
            session, as_system("create-app"), name=name, redirects=redirect, scopes=scope, secret=secret
        )
        typer.echo(made.id)
        if shown:
            typer.echo(shown)


@app.command("list-apps")
def list_apps(database: DatabaseUrl = None, lang: Lang = "", json: Json = False) -> None:
    """Every application: id, name, scopes, where it is called back, state."""
    from parcours.registry.accounts import apps

    with reading(database, lang) as session:
        rows = [
            {"id": one.id, "name": one.name, "scopes": one.scopes, "redirects": one.redirects,
             "state": "revoked" if one.revoked_at else "open"}
            for one in apps.list_apps(session)
        ]  # fmt: skip
    _print(rows, ("id", "name", "scopes", "redirects", "state"), json=json)


@app.command("revoke-app")
def revoke_app(
    application: Annotated[str, typer.Argument(help="Id of the application.")],
    database: DatabaseUrl = None,
    lang: Lang = "",
) -> None:
    """Revoke an application: what people let it into ends now."""
    from parcours.registry.accounts import apps

    with writing(database, lang) as session:
        apps.revoke_app(session, as_system("revoke-app"), apps.get_app(session, application))


@app.command()
def clean(database: DatabaseUrl = None, lang: Lang = "") -> None:
    """Forget dead sessions, used tokens, unfinished logins and old idempotent answers (to run every night)."""
    from parcours.registry.accounts import sessions

    with writing(database, lang) as session:
        sessions.remove_expired(session, _settings().session_policy())


app.command("explain-access")(explain_access)


def _settings() -> Any:
    from parcours.edge.settings import settings

    return settings()


def _grant(
    session: Session, account: Account, role: str, patient: str | None, professional: str | None, fund: str | None,
    insurer: str | None,
) -> str:  # fmt: skip
    from parcours.registry.access.model import Role
    from parcours.registry.accounts import service
    from parcours.registry.directory.places import require_fund
    from parcours.registry.directory.service import get_professional
    from parcours.registry.people.service import get_insured
    from parcours.registry.vocabulary import check_choice

    made = service.grant_role(
        session, as_system("grant"), account, check_choice("role", role, Role),
        insured_id=get_insured(session, patient).id if patient else None,
        professional_id=get_professional(session, professional).id if professional else None,
        fund_code=require_fund(session, fund).code if fund else None, insurer=insurer,
    )  # fmt: skip
    return made.id


def _reset_token(session: Session, account: Account) -> str:
    from parcours.registry.accounts.passwords import ask_password_reset

    return ask_password_reset(session, as_system("reset"), account, _settings().login_policy())


def _password(lang: str, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\n")
    text = Text("Mot de passe", "Password")[lang_of(lang)]
    return str(typer.prompt(text, hide_input=True, confirmation_prompt=True))


def _print(rows: list[dict[str, str]], columns: tuple[str, ...], *, json: bool) -> None:
    if json:
        typer.echo(json_format.dumps(rows, ensure_ascii=False))
        return
    table(columns, rows)
