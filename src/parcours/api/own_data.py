"""What somebody decides about their own data: to close their access."""

from fastapi import Request, Response
from pydantic import Field

from parcours.api.common import Accepted, In, api_router
from parcours.api.session import SecondFactor
from parcours.edge.depends import OwnDep
from parcours.edge.problems import language_of, problems
from parcours.edge.requests import clear_session_cookie
from parcours.registry.access.export import KEPT
from parcours.registry.accounts import find, passwords
from parcours.registry.accounts import service as accounts

router = api_router(tag="session")


class ClosingIn(In):
    """The present password, and a code when a second factor is in use; nothing after a login at a provider."""

    password: str = Field("", max_length=passwords.PASSWORD_MAX)
    totp: str | None = SecondFactor


@router.post("/account/closing", responses=problems(401, 403))
def close_account(body: ClosingIn, request: Request, own: OwnDep, response: Response) -> Accepted:
    """Close one's own access and erase it; says what is kept of the record, and why."""
    with own.services.database.reading() as session:
        account = own.row(session).account
        account_id, local = account.id, account.password_hash is not None
    if local:
        own.check_password(body.password, second_factor=True, code=body.totp)
    with own.services.database.writing() as session:
        accounts.close_account(session, own.who, find.get_account(session, account_id))
    clear_session_cookie(response, own.services.settings)
    return Accepted(message=KEPT[language_of(request)])
