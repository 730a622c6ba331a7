"""Accounts to try every role of the demonstration, with a password made anew at each start.

They exist in the demonstration only: a registry that `parcours.registry.demo.seed.seed` filled (it fills an empty one
only), served to this machine.
"""

import secrets
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from parcours.registry.access.model import Role
from parcours.registry.accounts import clients, find, passwords, second_factor
from parcours.registry.accounts import service as accounts
from parcours.registry.accounts.hashing import PasswordHashing
from parcours.registry.accounts.models import Account, ApiClient
from parcours.registry.audit.service import system
from parcours.registry.contexts import Scope
from parcours.registry.demo import problems
from parcours.registry.demo.country import FUNDS
from parcours.registry.demo.fictitious import DEMO_DOMAIN, LOCAL_HOSTS, fictitious_nir, fictitious_rpps
from parcours.registry.demo.stories import GP
from parcours.registry.directory.service import get_professional
from parcours.registry.identity.service import find_insured_id

CLIENT = "demo"
INSURER = "mutuelle_exemple"
"""An invented insurer."""
LOGINS = {
    "patient": Role.INSURED,
    "newcomer": Role.INSURED,
    "doctor": Role.DOCTOR,
    "delegate": Role.DELEGATE,
    "officer": Role.OFFICER,
    "insurer": Role.INSURER_OFFICER,
    "colleague": Role.OFFICER,
    "administrator": Role.ADMINISTRATOR,
}
NEWCOMER = 72
"""Rank of the person without a médecin traitant, who declares one in the demonstration."""
_WHO = system("demo")


@dataclass(frozen=True)
class DemoAccess:
    """How to log in: one password for every login, and the token of an API client. Kept nowhere in clear."""

    logins: dict[str, Role]
    password: str = field(repr=False)
    token: str = field(repr=False)


def open_demo_accounts(session: Session, *, public_url: str, hashing: PasswordHashing) -> DemoAccess:
    """Make the accounts of the demonstration, or give them a new password.

    Raises `Refused`: the registry is not the demonstration, or is served to other machines.
    """
    _refuse_elsewhere(session, public_url)
    password, fund = secrets.token_urlsafe(12), FUNDS["99"]
    hashed = hashing.hash(password)  # one for all of them: it is slow on purpose
    newcomer = find_insured_id(session, fictitious_nir(NEWCOMER))
    subjects: dict[Role, dict[str, str | None]] = {
        Role.INSURED: {"insured_id": find_insured_id(session, fictitious_nir(0))},
        Role.DOCTOR: {"professional_id": get_professional(session, fictitious_rpps(GP)).id},
        Role.DELEGATE: {"professional_id": get_professional(session, fictitious_rpps(GP)).id},
        Role.OFFICER: {"fund_code": fund},
        Role.INSURER_OFFICER: {"insurer": INSURER},
        Role.ADMINISTRATOR: {},
    }
    for name, role in LOGINS.items():
        account = _account(session, name + DEMO_DOMAIN)
        subject = {"insured_id": newcomer} if name == "newcomer" else subjects[role]
        accounts.grant_role(session, _WHO, account, role, **subject)
        second_factor.remove_totp(session, _WHO, account)
        passwords.keep_hash(session, _WHO, account, hashed)
    for client in session.scalars(select(ApiClient).where(ApiClient.name == CLIENT, ApiClient.revoked_at.is_(None))):
        clients.revoke_client(session, _WHO, client)
    _, token = clients.create_client(session, _WHO, name=CLIENT, scopes=tuple(Scope), fund_code=fund, days=1)
    return DemoAccess({name + DEMO_DOMAIN: role for name, role in LOGINS.items()}, password, token)


def _account(session: Session, login: str) -> Account:
    account = find.find_account(session, login)
    if account is None:
        return accounts.create_account(session, _WHO, login=login)
    if account.disabled_at is not None:
        accounts.enable_account(session, _WHO, account)
    return account


def _refuse_elsewhere(session: Session, public_url: str) -> None:
    if urlsplit(public_url).hostname not in LOCAL_HOSTS:
        raise problems.not_the_demonstration()
    if find_insured_id(session, fictitious_nir(0)) is None:
        raise problems.not_invented_people()
