"""Change one's password, or set a new one with the link of a message."""

from fastapi import BackgroundTasks, Request, Response
from pydantic import Field

from parcours.api.common import Accepted, In, api_router, text
from parcours.api.session import SessionOut, renewed
from parcours.edge.depends import IncomingDep, OwnDep, ServicesDep
from parcours.edge.login import ask_reset
from parcours.edge.mail import send
from parcours.edge.problems import language_of, problems
from parcours.registry.accounts import find, passwords

router = api_router(tag="session")


class PasswordIn(In):
    """A new password, and the present one."""

    current_password: str = Field(min_length=1, max_length=passwords.PASSWORD_MAX)
    password: str = Field(min_length=passwords.PASSWORD_MIN, max_length=passwords.PASSWORD_MAX)


@router.put("/account/password", responses=problems(401, 403))
def change_password(body: PasswordIn, own: OwnDep, response: Response) -> SessionOut:
    """Change one's password; every session ends, this one goes on under a new cookie."""
    account_id = own.check_password(body.current_password)
    hashing = own.services.settings.password_hashing()
    with hashing.admitted(), own.services.database.writing() as session:
        account = find.get_account(session, account_id)
        passwords.change_password(session, own.who, account, body.password, hashing)
        return renewed(session, own, response, account)


class ResetAskIn(In):
    """Who forgot the password."""

    login: str = text(254, "camille.martin@example.org")


@router.post("/password-resets", status_code=202)
def ask_password_reset(
    body: ResetAskIn, request: Request, services: ServicesDep, incoming: IncomingDep, later: BackgroundTasks
) -> Accepted:
    """Send a single-use link to the holder of an account; the answer is the same, as fast, when there is none."""
    made = ask_reset(services, incoming, body.login)
    if made is not None:
        later.add_task(send, services, *made)
    fr = "si ce compte existe, un message lui a été envoyé"
    en = "if this account exists, a message was sent to it"
    return Accepted(message=fr if language_of(request) == "fr" else en)


class ResetIn(In):
    """A reset token and the new password."""

    token: str = text(100, "pcr_…")
    password: str = Field(min_length=passwords.PASSWORD_MIN, max_length=passwords.PASSWORD_MAX)


@router.put("/password-resets", status_code=204, responses=problems(401))
def reset_password(body: ResetIn, services: ServicesDep, incoming: IncomingDep) -> None:
    """Set a new password with the token of a reset link."""
    hashing = services.settings.password_hashing()
    with hashing.admitted(), services.database.writing() as session:
        passwords.reset_password(session, incoming.anonymous, body.token, body.password, hashing)
