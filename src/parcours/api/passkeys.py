"""Passkeys: make one, log in with it, see and remove one's own."""

from datetime import datetime
from typing import Any

from fastapi import Response
from pydantic import Field

from parcours.api.common import LISTING, Id, In, Out, api_router, text
from parcours.api.second_factor import FactorsIn
from parcours.api.session import SessionOut, opened, renewed
from parcours.edge.caller import check_same_site
from parcours.edge.depends import IncomingDep, OwnDep, ServicesDep
from parcours.edge.login import tell_of_factors
from parcours.edge.own import close_presented
from parcours.edge.problems import problems
from parcours.edge.services import Services
from parcours.registry.accounts import find, passkeys, sessions
from parcours.registry.accounts.context import Tag
from parcours.registry.accounts.passkeys import Site
from parcours.registry.audit import service as audit
from parcours.registry.errors import Unauthenticated

router = api_router(tag="session")


class OptionsOut(Out):
    """What the browser is to be given, as it is (`PublicKeyCredential.parse…OptionsFromJSON`)."""

    options: dict[str, Any]


class CredentialIn(In):
    """What the browser answered (`PublicKeyCredential.toJSON()`)."""

    credential: dict[str, Any] = Field(examples=[{"id": "…", "rawId": "…", "type": "public-key", "response": {}}])


class NewPasskeyIn(CredentialIn):
    """A new passkey and the name its holder gives it."""

    name: str = text(60, "Clé du cabinet")


class PasskeyOut(Out):
    """A passkey of the account."""

    id: str
    name: str
    made_at: datetime
    used_at: datetime | None = None


class PasskeysOut(Out):
    """The passkeys of the account."""

    items: list[PasskeyOut]


class PasskeyMadeOut(SessionOut):
    """The session that goes on, and the passkey."""

    passkey: PasskeyOut


@router.post("/account/passkeys/options", responses=problems(401, 403))
def ask_for_passkey(body: FactorsIn, own: OwnDep) -> OptionsOut:
    """Begin to make a passkey, with the password (and a code where a second factor is in use)."""
    account_id = own.check_password(body.password, second_factor=True, code=body.totp)
    with own.services.database.writing() as session:
        return OptionsOut(
            options=passkeys.ask_for_new(session, _site(own.services), find.get_account(session, account_id))
        )


@router.post("/account/passkeys", status_code=201, responses=problems(401, 403, 409))
def add_passkey(body: NewPasskeyIn, own: OwnDep, response: Response) -> PasskeyMadeOut:
    """Keep the passkey that was made; it logs in from now on, without a password."""
    with own.services.database.writing() as session:
        web_session = own.row(session)
        account = web_session.account
        made = passkeys.add(session, own.who, _site(own.services), account, body.credential, body.name)
        web_session.method = passkeys.METHOD
        shown = renewed(session, own, response, account)
        answer = PasskeyMadeOut(**shown.model_dump(), passkey=_shown(made))
    tell_of_factors(own, account)
    return answer


@router.get("/account/passkeys", responses=problems(*LISTING))
def list_passkeys(own: OwnDep) -> PasskeysOut:
    """One's own passkeys."""
    with own.services.database.reading() as session:
        return PasskeysOut(items=[_shown(one) for one in passkeys.passkeys_of(own.row(session).account)])


@router.post("/account/passkeys/{passkey_id}/removal", responses=problems(401, 403, 404))
def remove_passkey(passkey_id: Id, body: FactorsIn, own: OwnDep, response: Response) -> SessionOut:
    """Forget a passkey, with the password (and a code where a second factor is in use)."""
    account_id = own.check_password(body.password, second_factor=True, code=body.totp)
    with own.services.database.writing() as session:
        account = find.get_account(session, account_id)
        passkeys.remove(session, own.who, account, passkey_id)
        shown = renewed(session, own, response, account)
    tell_of_factors(own, account)
    return shown


@router.post("/session/passkey/options", responses=problems(403))
def ask_to_log_in(services: ServicesDep, incoming: IncomingDep) -> OptionsOut:
    """Begin to log in with a passkey; nobody is named."""
    check_same_site(incoming)
    with services.database.writing() as session:
        return OptionsOut(options=passkeys.ask_to_log_in(session, _site(services)))


@router.post("/session/passkey", status_code=201, responses=problems(401, 403))
def log_in(body: CredentialIn, services: ServicesDep, incoming: IncomingDep, response: Response) -> SessionOut:
    """Log in with a passkey; sets the cookie of the session."""
    check_same_site(incoming)
    try:
        with services.database.writing() as session:
            account = passkeys.log_in(session, incoming.anonymous, _site(services), body.credential)
            close_presented(session, services, incoming)
            return opened(
                session, services, response, account, sessions.open_session(session, account, passkeys.METHOD)
            )
    except Unauthenticated as error:
        with services.database.writing() as session:
            details = {"factor": passkeys.METHOD}
            audit.record(session, Tag.LOGIN_FAIL, incoming.anonymous, why=error.code, details=details)
        raise


def _site(services: Services) -> Site:
    return Site(services.settings.public_url)


def _shown(one: Any) -> PasskeyOut:
    return PasskeyOut(id=one.id, name=one.name, made_at=one.made_at, used_at=one.used_at)
