"""Who can log in, as what, with which proof."""

from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from parcours.registry.access import model
from parcours.registry.access.manifest import Context, RecordOf, Shared
from parcours.registry.access.model import Actor, Kind, Record, Role
from parcours.registry.access.rules import ANY, OWN_ACCOUNT, Relation, rule, second_person
from parcours.registry.accounts import problems
from parcours.registry.accounts.models import (
    LOGIN_CONTEXT,
    Account,
    ApiClient,
    App,
    AppAccess,
    AppSecret,
    AttemptBucket,
    Device,
    ExternalIdentity,
    Grant,
    OidcAttempt,
    Passkey,
    PasskeyChallenge,
    RecoveryCode,
    SingleUseToken,
    UnknownLogin,
    WebSession,
)
from parcours.registry.audit.context import Action as AuditAction
from parcours.registry.directory.context import Action as DirectoryAction
from parcours.registry.store.rotation import KeyedIndex

ACCOUNT = Kind("account")
CLIENT = Kind("client")
GRANT = Kind("grant")


class Action(model.Action):
    """What one does with accounts and API clients."""

    READ_ACCOUNT = "read_account"
    MANAGE_ACCOUNTS = "manage_accounts"
    GIVE_ROLE = "give_role"
    CONFIRM_ROLE = "confirm_role"
    REMOVE_SECOND_FACTOR = "remove_second_factor"


class Tag(model.Tag):
    """What happens to accounts, sessions and API clients."""

    ACCOUNT_CREATE = "accounts:account:create"
    ACCOUNT_READ = "accounts:account:read"
    ACCOUNT_DISABLE = "accounts:account:disable"
    ACCOUNT_ENABLE = "accounts:account:enable"
    ACCOUNT_CLOSE = "accounts:account:close"
    ACCOUNT_UNLOCK = "accounts:account:unlock"
    GRANT_CREATE = "accounts:grant:create"
    GRANT_CONFIRM = "accounts:grant:confirm"
    GRANT_END = "accounts:grant:end"
    LOGIN_SUCCEED = "accounts:login:succeed"
    LOGIN_FAIL = "accounts:login:fail"
    LOGIN_LOCK = "accounts:login:lock"
    SESSION_CLOSE = "accounts:session:close"
    SESSION_SWITCH = "accounts:session:switch"
    PASSWORD_CHANGE = "accounts:password:change"
    PASSWORD_ASK_RESET = "accounts:password:ask_reset"
    PASSWORD_RESET = "accounts:password:reset"
    TOTP_START = "accounts:totp:start"
    TOTP_CONFIRM = "accounts:totp:confirm"
    TOTP_REMOVE = "accounts:totp:remove"
    RECOVERY_MAKE = "accounts:recovery:make"
    RECOVERY_USE = "accounts:recovery:use"
    PASSKEY_ADD = "accounts:passkey:add"
    PASSKEY_REMOVE = "accounts:passkey:remove"
    OIDC_DOUBT = "accounts:oidc:doubt"
    IDENTITY_CODE = "accounts:identity:code"
    IDENTITY_FAIL = "accounts:identity:fail"
    OIDC_LINK = "accounts:oidc:link"
    CLIENT_READ = "accounts:client:read"
    CLIENT_CREATE = "accounts:client:create"
    CLIENT_REVOKE = "accounts:client:revoke"
    APP_CREATE = "accounts:app:create"
    APP_REVOKE = "accounts:app:revoke"
    APP_ALLOW = "accounts:app:allow"
    APP_ISSUE = "accounts:app:issue"
    APP_REFRESH = "accounts:app:refresh"
    APP_END = "accounts:app:end"
    APP_REUSE = "accounts:app:reuse"


def of_account(account: Account) -> Record:
    """An account, for the policy."""
    return Record(ACCOUNT, account.id, account_id=account.id)


def of_grant(grant: Grant) -> Record:
    """A role of an account, for the policy."""
    return Record(GRANT, grant.id, account_id=grant.account_id, proposed_by=grant.granted_by)


def actor_of_grant(grant: Grant | Row[Any]) -> Actor:
    """Who acts in a role of an account."""
    return Actor(
        grant.role, account_id=grant.account_id, insured_id=grant.insured_id,
        professional_id=grant.professional_id, fund_code=grant.fund_code, insurer=grant.insurer,
    )  # fmt: skip


def actor_of_client(client: ApiClient) -> Actor:
    """Who acts with a token."""
    return Actor(Role.API_CLIENT, client_id=client.id, fund_code=client.fund_code, scopes=client.scope_set)


def _of_another(session: Session, actor: Actor, record: Record) -> bool:
    return not OWN_ACCOUNT.holds(session, actor, record)


ANOTHERS_ACCOUNT = Relation("anothers_account", _of_another, refusal=problems.own_second_factor)

NOT_ONESELF = Relation("not_oneself", _of_another, refusal=problems.own_role)
SECOND_ADMINISTRATOR = Relation("second_administrator", second_person, refusal=problems.second_administrator)

ADMINISTRATOR_ACCOUNTS = rule(
    "administrator_accounts", Role.ADMINISTRATOR, ANY,
    "L'administrateur gère les comptes et l'annuaire ; il n'accède à aucune donnée de santé.",
    "The administrator manages accounts and the directory, and has no access to health data.",
)  # fmt: skip
OWN = rule(
    "own_account", tuple(Role), OWN_ACCOUNT, "Chacun voit son propre compte.", "Everyone sees their own account."
)


def _export(session: Session, insured_id: str) -> dict[str, list[dict[str, Any]]]:
    """The logins that open the person's record, without their secrets."""
    grants = session.scalars(select(Grant).where(Grant.insured_id == insured_id).order_by(Grant.granted_at))
    allowed = session.scalars(
        select(AppAccess).join(Grant).where(Grant.insured_id == insured_id).order_by(AppAccess.allowed_at)
    )
    return {
        "accounts": [_login(session.get_one(Account, grant.account_id), grant) for grant in grants],
        "applications": [_allowed(access) for access in allowed],
    }


def _allowed(access: AppAccess) -> dict[str, Any]:
    return {
        "id": access.app_id, "name": access.app.name, "scopes": access.scopes, "allowed_at": access.allowed_at,
        "ended_at": access.ended_at,
    }  # fmt: skip


def _login(account: Account, grant: Grant) -> dict[str, Any]:
    return {
        "login": account.login, "display_name": account.display_name, "language": account.language,
        "granted_at": grant.granted_at, "ended_at": grant.ended_at, "disabled_at": account.disabled_at,
    }  # fmt: skip


_SECRET = Shared("a proof of who logs in: shown to nobody")

CONTEXT = Context(
    name="accounts",
    tables={
        Account: Shared("one login may open several records: the person sees the login, not what else it opens"),
        Grant: Shared("an account's roles: the person sees those that open their own record"),
        WebSession: _SECRET,
        SingleUseToken: _SECRET,
        RecoveryCode: _SECRET,
        Passkey: _SECRET,
        PasskeyChallenge: _SECRET,
        ExternalIdentity: _SECRET,
        OidcAttempt: _SECRET,
        UnknownLogin: Shared("attempts with a login that nobody has: nothing of what was typed is kept"),
        Device: _SECRET,
        AttemptBucket: Shared("how often an address tried: the address as a keyed index, for an hour"),
        ApiClient: Shared("programs, not persons"),
        App: Shared("programs, not persons"),
        AppAccess: Shared("what a login allowed to a program: its holder sees it, and ends it"),
        AppSecret: _SECRET,
    },
    kinds=(
        RecordOf(ACCOUNT, Action.READ_ACCOUNT, Account, lambda _session, row: of_account(row)),
        RecordOf(GRANT, Action.READ_ACCOUNT, Grant, lambda _session, row: of_grant(row)),
        RecordOf(CLIENT, Action.MANAGE_ACCOUNTS, ApiClient, lambda _session, row: Record(CLIENT, row.id)),
    ),
    actions=Action,
    rules=(
        ADMINISTRATOR_ACCOUNTS.gives(
            Action.READ_ACCOUNT, Action.MANAGE_ACCOUNTS, Action.REMOVE_SECOND_FACTOR, Action.GIVE_ROLE,
            Action.CONFIRM_ROLE, AuditAction.READ_ACCOUNT_TRAIL, DirectoryAction.WRITE_DIRECTORY,
        ),
        OWN.gives(Action.READ_ACCOUNT),
    ),
    asks={
        Action.REMOVE_SECOND_FACTOR: ANOTHERS_ACCOUNT,
        Action.GIVE_ROLE: NOT_ONESELF,
        Action.CONFIRM_ROLE: SECOND_ADMINISTRATOR,
    },
    tags=Tag,
    keyed=(
        KeyedIndex(Account.__tablename__, "login_index", lambda row: (row["login"], LOGIN_CONTEXT)),
        KeyedIndex(AttemptBucket.__tablename__, "source_index", None),
        KeyedIndex(ExternalIdentity.__tablename__, "subject_index", None),
    ),
    export=_export,
)  # fmt: skip
