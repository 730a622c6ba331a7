"""The second factor: an authenticator application, and the codes that stand in for it."""

from fastapi import Response
from pydantic import Field

from parcours.api.common import In, Out, api_router
from parcours.api.session import SecondFactor, SessionOut, renewed
from parcours.edge.depends import OwnDep
from parcours.edge.login import tell_of_factors
from parcours.edge.own import OwnSession
from parcours.edge.problems import problems
from parcours.registry.accounts import find, passwords, second_factor

router = api_router(tag="session")


class ConfirmIn(In):
    """The present password."""

    password: str = Field(min_length=1, max_length=passwords.PASSWORD_MAX)


class TotpOut(Out):
    """What an authenticator application needs, shown once."""

    secret: str
    uri: str


@router.post("/account/totp", status_code=201, responses=problems(401, 403, 409))
def start_totp(body: ConfirmIn, own: OwnDep) -> TotpOut:
    """Begin with a second factor: a secret for the authenticator application."""
    account_id = own.check_password(body.password)
    with own.services.database.writing() as session:
        account = find.get_account(session, account_id)
        secret = second_factor.start_totp(session, own.who, account)
        return TotpOut(secret=secret, uri=second_factor.totp_uri(account))


class CodeIn(In):
    """A code of the authenticator application."""

    totp: str = Field(pattern=r"^\d{6}$", examples=["492039"])


class RecoveryOut(Out):
    """Codes that stand in for the authenticator application when it is lost, each once. Shown this once."""

    recovery_codes: list[str] = Field(examples=[["0-7F3KQ-9TMZX", "1-QK7WD-2HRPA"]])


def _new_codes(own: OwnSession) -> second_factor.RecoveryCodes:
    hashing = own.services.settings.password_hashing()
    with hashing.admitted():
        return second_factor.new_recovery_codes(hashing)


class TotpConfirmedOut(SessionOut, RecoveryOut):
    """The session, and the recovery codes to write down."""


@router.put("/account/totp", responses=problems(401, 403))
def confirm_totp(body: CodeIn, own: OwnDep, response: Response) -> TotpConfirmedOut:
    """Show that the application works; from now on each login asks for a code. Answers ten recovery codes, once."""
    made = _new_codes(own)
    with own.services.database.writing() as session:
        web_session = own.row(session)
        account = web_session.account
        second_factor.confirm_totp(session, own.who, account, body.totp)
        second_factor.keep_recovery_codes(session, own.who, account, made)
        web_session.method = "password+totp"
        shown = renewed(session, own, response, account)
    tell_of_factors(own, account)
    return TotpConfirmedOut(**shown.model_dump(), recovery_codes=list(made.codes))


class FactorsIn(ConfirmIn):
    """The present password, and a code when a second factor is in use."""

    totp: str | None = SecondFactor


@router.post("/account/totp/removal", responses=problems(401, 403))
def remove_totp(body: FactorsIn, own: OwnDep, response: Response) -> SessionOut:
    """Stop the second factor, with the password and a code (or a recovery code)."""
    account_id = own.check_password(body.password, second_factor=True, code=body.totp)
    with own.services.database.writing() as session:
        account = find.get_account(session, account_id)
        second_factor.remove_totp(session, own.who, account)
        shown = renewed(session, own, response, account)
    tell_of_factors(own, account)
    return shown


@router.post("/account/recovery-codes", status_code=201, responses=problems(401, 403, 409))
def renew_recovery_codes(body: FactorsIn, own: OwnDep) -> RecoveryOut:
    """Ten new recovery codes, shown this once; the ones before are worth nothing from now on."""
    account_id = own.check_password(body.password, second_factor=True, code=body.totp)
    made = _new_codes(own)
    with own.services.database.writing() as session:
        account = find.get_account(session, account_id)
        second_factor.keep_recovery_codes(session, own.who, account, made)
    tell_of_factors(own, account)
    return RecoveryOut(recovery_codes=list(made.codes))
