"""`/admin`: accounts and their roles, confirmed by a second administrator; programs and their tokens."""

from starlette.responses import Response
from starlette.routing import Route

from parcours.edge.mail import later, send
from parcours.registry.access.model import SYSTEM
from parcours.registry.accounts import clients, find
from parcours.registry.accounts import service as accounts
from parcours.registry.accounts.context import ACCOUNT, CLIENT, GRANT, Action, Tag
from parcours.registry.accounts.messages import role_message
from parcours.registry.accounts.models import Account, Grant
from parcours.registry.store.ids import get
from parcours.web.account.pages import ROLES
from parcours.web.desk.names import doctor_name, fund_name
from parcours.web.desk.paging import cut
from parcours.web.desk.room import Desk, room

PAGE = 40


def subject(desk: Desk, grant: Grant) -> str:
    """For whom a role is; of a person only that it is one: an administrator sees no record."""
    if grant.professional_id:
        return doctor_name(desk.session, grant.professional_id)
    return fund_name(desk.session, grant.fund_code) if grant.fund_code else grant.insurer or ""


def all_accounts(desk: Desk) -> Response:
    """Every account, some at a time."""
    desk.unit.allow(Action.MANAGE_ACCOUNTS, SYSTEM, Tag.ACCOUNT_READ)
    found = find.list_accounts(desk.session, after=desk.after, limit=PAGE + 1)
    rows, more = cut(found, PAGE)
    return desk.show("admin/accounts.html", rows=rows, roles=ROLES, more=more)


def own_account(desk: Desk, tag: Tag | None = None) -> Account:
    """The account of an address. Raises NotFound, Forbidden."""
    record = desk.unit.find(ACCOUNT, desk.request.path_params["id"], Action.MANAGE_ACCOUNTS, tag)
    return find.get_account(desk.session, record.id or "")


def one_account(desk: Desk) -> Response:
    """One account: how it logs in, what it may, what waits for a second administrator."""
    account = own_account(desk, tag=Tag.ACCOUNT_READ)
    return desk.show(
        "admin/account.html", account=account, roles=ROLES, subject=lambda grant: subject(desk, grant),
        own=account.id == desk.unit.actor.account_id, mine=desk.unit.actor.account_id,
    )  # fmt: skip


def disable(desk: Desk) -> Response:
    """Nobody logs in with it any more."""
    accounts.disable_account(desk.session, desk.unit.who, own_account(desk))
    return desk.go(done="saved")


def enable(desk: Desk) -> Response:
    """It works again, a lock lifted too."""
    accounts.enable_account(desk.session, desk.unit.who, own_account(desk))
    return desk.go(done="saved")


def confirm(desk: Desk) -> Response:
    """The second administrator agrees; who already acts for the same professional or person is told."""
    account = own_account(desk)
    record = desk.unit.find(GRANT, desk.field("grant_id", 64), Action.CONFIRM_ROLE)
    grant = accounts.confirm_role(
        desk.session, desk.unit.who, accounts.get_waiting(desk.session, record.id or "", of=account.id)
    )
    for one in accounts.told_of(desk.session, grant):
        later(send, desk.unit.services, one.login, role_message(one.language))
    return desk.go(done="saved")


def end(desk: Desk) -> Response:
    """A role is taken away; the sessions of the account end now."""
    account = own_account(desk)
    grant = get(desk.session, Grant, desk.field("grant_id", 64), "grant_id", account_id=account.id, ended_at=None)
    accounts.end_grant(desk.session, desk.unit.who, grant)
    return desk.go(done="saved")


def programs(desk: Desk) -> Response:
    """Programs that hold a token, and what they may."""
    desk.unit.allow(Action.MANAGE_ACCOUNTS, SYSTEM, Tag.CLIENT_READ)
    found = clients.list_clients(desk.session, after=desk.after, limit=PAGE + 1)
    rows, more = cut(found, PAGE)
    return desk.show("admin/programs.html", rows=rows, live=clients.live, more=more)


def revoke(desk: Desk) -> Response:
    """The token of a program works no more."""
    desk.unit.allow(Action.MANAGE_ACCOUNTS, SYSTEM)
    record = desk.unit.find(CLIENT, desk.field("client_id", 64), Action.MANAGE_ACCOUNTS)
    clients.revoke_client(desk.session, desk.unit.who, clients.get_client(desk.session, record.id or ""))
    return desk.go(done="saved")


def routes() -> list[Route]:
    """Every page of the administrator."""
    account = room(one_account, disable=disable, enable=enable, confirm=confirm, end=end)
    return [
        Route("/admin", room(all_accounts)),
        Route("/admin/accounts/{id}", account, methods=["GET", "POST"]),
        Route("/admin/programs", room(programs, revoke=revoke), methods=["GET", "POST"]),
    ]
