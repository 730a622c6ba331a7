"""Prove to be the person that an identity provider names, when name and day of birth are not enough."""

from fastapi import BackgroundTasks, Response
from pydantic import Field

from parcours.api.common import CREATING, Id, In, Out, api_router
from parcours.api.session import SessionOut, opened
from parcours.edge import login
from parcours.edge.caller import session_without_role
from parcours.edge.depends import IncomingDep, ServicesDep, WriteUnit
from parcours.edge.mail import post
from parcours.edge.problems import problems
from parcours.registry.accounts import doubts
from parcours.registry.accounts import problems as refused
from parcours.registry.accounts.doubts import CODE_DAYS, Way
from parcours.registry.accounts.messages import code_letter
from parcours.registry.people.context import PATIENT, Action
from parcours.registry.people.context import Tag as PeopleTag
from parcours.registry.people.service import get_insured

router = api_router(tag="people")


class CodeWay(In):
    """How the code goes: by post to the known address, or by hand at the desk against an identity document."""

    way: Way


class CodeOut(Out):
    """The code, when it is given by hand; by post it is in the letter only."""

    code: str | None = Field(examples=["7F3K-QK7W-D9TM"])
    days: int


@router.post("/people/{patient_id}/identity-codes", status_code=201, responses=problems(*CREATING))
def send_identity_code(patient_id: Id, body: CodeWay, unit: WriteUnit, later: BackgroundTasks) -> CodeOut:
    """As an officer of the fund: a code for somebody who logged in at a provider and may be this person."""
    record = unit.find(PATIENT, patient_id, Action.PROVE_IDENTITY, PeopleTag.PERSON_CHANGE)
    insured = get_insured(unit.session, record.insured_id or "")
    code = doubts.new_code(unit.session, unit.who, insured.id, body.way)
    if body.way is Way.DESK:
        return CodeOut(code=code, days=CODE_DAYS)
    name = f"{insured.first_name} {insured.family_name}"
    letter = code_letter("fr", name, f"{insured.address or ''} {insured.commune_code}".strip(), code, CODE_DAYS)
    later.add_task(post, unit.services, letter)
    return CodeOut(code=None, days=CODE_DAYS)


class CodeIn(In):
    """The code that the fund gave."""

    code: str = Field(min_length=12, max_length=20, examples=["7F3K-QK7W-D9TM"])


@router.post("/session/identity", responses=problems(401, 403))
def prove_identity(body: CodeIn, services: ServicesDep, incoming: IncomingDep, response: Response) -> SessionOut:
    """Give the code back, after a login at a provider that opened nothing yet: the session goes on with its role."""
    waiting = session_without_role(services, incoming)
    with services.database.writing() as session:
        begun = login.prove_identity(session, incoming, waiting, body.code)
        if begun is not None:
            return opened(session, services, response, begun.session.account, begun)
    raise refused.bad_identity_code()
