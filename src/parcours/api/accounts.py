"""Accounts, roles and API clients: for administrators."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from fastapi import BackgroundTasks, Depends, Response
from pydantic import Field

from parcours.api.common import (
    CHANGING,
    CREATING,
    LISTING,
    READING,
    Cursor,
    Id,
    In,
    Limit,
    Out,
    Page,
    api_router,
    page,
    text,
)
from parcours.api.session import RoleOut
from parcours.edge.depends import IfMatch, OnceDep, ReadUnit, ServicesDep, WriteUnit
from parcours.edge.mail import send
from parcours.edge.problems import problems
from parcours.edge.versions import check_version, cursor_id
from parcours.registry.access.model import SYSTEM, Role
from parcours.registry.accounts import clients, find, passwords, second_factor
from parcours.registry.accounts import service as accounts
from parcours.registry.accounts.context import ACCOUNT, CLIENT, GRANT, Action, Tag
from parcours.registry.accounts.messages import role_message
from parcours.registry.accounts.models import Account, ApiClient, Grant
from parcours.registry.contexts import Scope
from parcours.registry.directory.places import require_fund
from parcours.registry.directory.service import get_professional
from parcours.registry.people.service import get_insured
from parcours.registry.store.ids import get, parse_id

router = api_router(tag="accounts")


class AccountIn(In):
    """A new local account; without a password, its holder asks for a reset link."""

    login: str = text(254, "camille.martin@example.org")
    display_name: str = Field("", max_length=100, pattern=r"^[^\x00]*$")
    language: str = Field("fr", pattern="^(fr|en)$")
    password: str | None = Field(None, min_length=passwords.PASSWORD_MIN, max_length=passwords.PASSWORD_MAX)


class AccountOut(Out):
    """An account, without any secret."""

    id: str
    login: str
    display_name: str
    language: str
    totp: bool
    disabled: bool
    locked_until: datetime | None
    roles: list[RoleOut]
    waiting_roles: list[RoleOut] = Field(description="They wait for a second administrator: nobody acts in them.")

    @classmethod
    def of(cls, account: Account) -> AccountOut:
        return cls(
            id=account.id, login=account.login, display_name=account.display_name, language=account.language,
            totp=account.has_totp, disabled=account.disabled_at is not None, locked_until=account.locked_until,
            roles=[RoleOut.of(grant) for grant in account.active_grants],
            waiting_roles=[RoleOut.of(grant) for grant in account.waiting_grants],
        )  # fmt: skip


def _admitted(services: ServicesDep) -> Iterator[None]:
    """A place to hash a password, taken before the transaction of the unit begins."""
    with services.settings.password_hashing().admitted():
        yield


@router.post(
    "/accounts",
    status_code=201,
    response_model=AccountOut,
    responses=problems(*CREATING),
    dependencies=[Depends(_admitted, scope="function")],
)
def create_account(body: AccountIn, once: OnceDep) -> Response:
    """Create an account."""
    unit = once.unit
    unit.allow(Action.MANAGE_ACCOUNTS, SYSTEM)

    def make() -> tuple[AccountOut, dict[str, str]]:
        account = accounts.create_account(
            unit.session, unit.who, login=body.login, display_name=body.display_name, language=body.language,
            password=body.password, hashing=unit.services.settings.password_hashing(),
        )  # fmt: skip
        return AccountOut.of(account), {"ETag": account.etag, "Location": f"/api/v1/accounts/{account.id}"}

    return once.reply(make)


@router.get("/accounts", responses=problems(*LISTING))
def list_accounts(unit: ReadUnit, cursor: Cursor = None, limit: Limit = 50) -> Page[AccountOut]:
    """Every account."""
    unit.allow(Action.MANAGE_ACCOUNTS, SYSTEM, Tag.ACCOUNT_READ)
    rows = find.list_accounts(unit.session, after=cursor_id(cursor), limit=limit + 1)
    return Page[AccountOut](**page([AccountOut.of(row) for row in rows], limit, lambda one: one.id))


@router.get("/accounts/{account_id}", responses=problems(*READING))
def read_account(account_id: Id, unit: ReadUnit, response: Response) -> AccountOut:
    """One account: one's own, or any for an administrator."""
    unit.find(ACCOUNT, account_id, Action.READ_ACCOUNT, Tag.ACCOUNT_READ)
    account = find.get_account(unit.session, account_id)
    response.headers["ETag"] = account.etag
    return AccountOut.of(account)


class AccountChange(In):
    """Open or close an account."""

    disabled: bool


@router.patch("/accounts/{account_id}", responses=problems(*CHANGING))
def change_account(
    account_id: Id, body: AccountChange, unit: WriteUnit, response: Response, if_match: IfMatch = None
) -> AccountOut:
    """Disable an account (its sessions end now), or enable it again (which lifts a lock too)."""
    unit.find(ACCOUNT, account_id, Action.MANAGE_ACCOUNTS)
    account = find.get_account(unit.session, account_id)
    check_version(if_match, account)
    change = accounts.disable_account if body.disabled else accounts.enable_account
    change(unit.session, unit.who, account)
    unit.session.flush()
    response.headers["ETag"] = account.etag
    return AccountOut.of(account)


class GrantIn(In):
    """A role for one person (insured), professional (doctor, delegate), fund (officer) or insurer (insurer_officer)."""

    role: Role = Field(description="Any role but `api_client`.")
    patient_id: str | None = Field(None, max_length=64)
    professional_id: str | None = Field(None, max_length=64)
    fund: str | None = Field(None, max_length=20)
    insurer: str | None = Field(None, min_length=1, max_length=40, pattern=r"^[a-z0-9_]+$")

    def subject(self, session: Any) -> dict[str, str | None]:
        """Ids of records that exist. Raises NotFound, Invalid."""
        return {
            "insured_id": get_insured(session, self.patient_id).id if self.patient_id else None,
            "professional_id": get_professional(session, self.professional_id).id if self.professional_id else None,
            "fund_code": require_fund(session, self.fund).code if self.fund else None,
            "insurer": self.insurer,
        }


@router.post("/accounts/{account_id}/roles", status_code=201, response_model=RoleOut, responses=problems(*CREATING))
def grant_role(account_id: Id, body: GrantIn, once: OnceDep) -> Response:
    """Give a role to another account; nobody acts in it before a second administrator has confirmed it."""
    unit = once.unit
    unit.find(ACCOUNT, account_id, Action.GIVE_ROLE, Tag.ACCOUNT_READ)

    def make() -> tuple[RoleOut, dict[str, str]]:
        account = find.get_account(unit.session, account_id)
        grant = accounts.propose_role(unit.session, unit.who, account, body.role, **body.subject(unit.session))
        return RoleOut.of(grant), {}

    return once.reply(make)


@router.post("/accounts/{account_id}/roles/{grant_id}/confirmation", responses=problems(401, 403, 404))
def confirm_role(account_id: Id, grant_id: Id, unit: WriteUnit, later: BackgroundTasks) -> RoleOut:
    """Confirm a role as another administrator; who already acts for the same professional or person is told."""
    unit.find(ACCOUNT, account_id, Action.READ_ACCOUNT)
    unit.find(GRANT, grant_id, Action.CONFIRM_ROLE)
    waiting = accounts.get_waiting(unit.session, grant_id, of=parse_id(account_id))
    grant = accounts.confirm_role(unit.session, unit.who, waiting)
    for one in accounts.told_of(unit.session, grant):
        later.add_task(send, unit.services, one.login, role_message(one.language))
    return RoleOut.of(grant)


@router.delete("/accounts/{account_id}/roles/{grant_id}", status_code=204, responses=problems(401, 403, 404))
def end_role(account_id: Id, grant_id: Id, unit: WriteUnit) -> None:
    """Take a role away; the account's sessions end now."""
    unit.find(ACCOUNT, account_id, Action.MANAGE_ACCOUNTS)
    grant = get(unit.session, Grant, grant_id, "grant_id", account_id=parse_id(account_id), ended_at=None)
    accounts.end_grant(unit.session, unit.who, grant)


@router.delete("/accounts/{account_id}/totp", status_code=204, responses=problems(401, 403, 404))
def remove_totp(account_id: Id, unit: WriteUnit) -> None:
    """Remove the second factor of somebody who lost it; one's own takes a code (`/account/totp/removal`)."""
    unit.find(ACCOUNT, account_id, Action.REMOVE_SECOND_FACTOR)
    second_factor.remove_totp(unit.session, unit.who, find.get_account(unit.session, account_id))


# --- API clients -----------------------------------------------------------------------------------------------------


class ClientIn(In):
    """A new API client."""

    name: str = text(100, "Logiciel du cabinet des Lilas")
    scopes: list[Scope] = Field(
        min_length=1, max_length=len(Scope), examples=[["declarations:read", "facts:read"]],
        description="A change answers the whole record: `people:write`, `declarations:write` and `cases:write` are"
        " given with the `:read` of the same name only.",
    )  # fmt: skip
    fund: str | None = Field(None, max_length=20, description="The fund whose insured persons it may reach.")
    days: int = Field(365, ge=1, le=730, description="How long the token is valid.")


class ClientOut(Out):
    """An API client, without its token."""

    id: str
    name: str
    scopes: list[Scope]
    fund: str | None
    expires_at: datetime | None
    revoked: bool

    @classmethod
    def of(cls, client: ApiClient, **more: Any) -> ClientOut:
        return cls(
            id=client.id, name=client.name, scopes=sorted(client.scope_set), fund=client.fund_code,
            expires_at=client.expires_at, revoked=client.revoked_at is not None, **more,
        )  # fmt: skip


class NewClientOut(ClientOut):
    """An API client and its token, shown this once."""

    token: str


@router.post("/clients", status_code=201, response_model=NewClientOut, responses=problems(401, 403))
def create_client(body: ClientIn, unit: WriteUnit) -> ClientOut:
    """Create an API client. The token is in this answer only (a repeated request makes another client)."""
    unit.allow(Action.MANAGE_ACCOUNTS, SYSTEM)
    fund = require_fund(unit.session, body.fund).code if body.fund else None
    client, token = clients.create_client(
        unit.session, unit.who, name=body.name, scopes=body.scopes, fund_code=fund, days=body.days
    )
    return NewClientOut.of(client, token=token)


@router.get("/clients", responses=problems(*LISTING))
def list_clients(unit: ReadUnit, cursor: Cursor = None, limit: Limit = 50) -> Page[ClientOut]:
    """Every API client."""
    unit.allow(Action.MANAGE_ACCOUNTS, SYSTEM, Tag.CLIENT_READ)
    rows = clients.list_clients(unit.session, after=cursor_id(cursor), limit=limit + 1)
    return Page[ClientOut](**page([ClientOut.of(row) for row in rows], limit, lambda one: one.id))


@router.delete("/clients/{client_id}", status_code=204, responses=problems(401, 403, 404))
def revoke_client(client_id: Id, unit: WriteUnit) -> None:
    """Revoke an API client: its token works no more."""
    unit.find(CLIENT, client_id, Action.MANAGE_ACCOUNTS)
    clients.revoke_client(unit.session, unit.who, clients.get_client(unit.session, client_id))
