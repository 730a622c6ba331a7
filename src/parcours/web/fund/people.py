"""`/fund/people`, `/fund/cases`: a person's pathway as of and as known on a day; who finds no doctor."""

from dataclasses import dataclass
from datetime import UTC, datetime, time

from sqlalchemy import select
from starlette.responses import Response

from parcours.edge.mail import later, post
from parcours.registry.access.model import SYSTEM, Record
from parcours.registry.accounts import doubts
from parcours.registry.accounts.messages import code_letter
from parcours.registry.claims.context import Action as ClaimAction
from parcours.registry.claims.then import claims_then, objections_then
from parcours.registry.claims.words import OBJECTIONS, STATES
from parcours.registry.conciliation import service as cases
from parcours.registry.conciliation.context import CASE, Action, Tag, of_case
from parcours.registry.conciliation.models import Case, CaseState, Contact, ContactOutcome, Outcome
from parcours.registry.declarations import checks, timeline
from parcours.registry.declarations import service as declarations
from parcours.registry.declarations.context import Action as DeclarationAction
from parcours.registry.declarations.context import Tag as DeclarationTag
from parcours.registry.declarations.context import of_declaration
from parcours.registry.declarations.models import State, Tenure
from parcours.registry.declarations.words import ENDS
from parcours.registry.directory.cards import cards_of
from parcours.registry.directory.service import get_professional
from parcours.registry.errors import NotFound
from parcours.registry.payments.desk import owed_then
from parcours.registry.people import service as people
from parcours.registry.people.context import PATIENT, of_fund, of_patient
from parcours.registry.people.context import Action as PeopleAction
from parcours.registry.people.context import Tag as PeopleTag
from parcours.registry.people.models import Insured
from parcours.registry.people.service import affiliation_on, age_on, get_insured, rights_on
from parcours.registry.people.words import RIGHTS, scheme
from parcours.registry.store.clock import PARIS, paris_date
from parcours.registry.store.ids import get, new_id
from parcours.registry.store.periods import holding, known
from parcours.text import Text
from parcours.web.desk.money import TONES
from parcours.web.desk.names import professionals
from parcours.web.desk.paging import cut
from parcours.web.desk.room import Desk, day_of, wrong
from parcours.web.directory.find import ACCEPTS, SECTOR_NAMES
from parcours.web.fund.desk import PAGE, named_people, show
from parcours.web.fund.words import ANSWERS, CASES, OUTCOMES

NEEDED = Text("un numéro, ou un nom et une date de naissance", "a number, or a name and a birth date")
NEEDS_BIRTH_DATE = Text(
    "la date de naissance : un nom seul ne suffit pas, plusieurs personnes le portent",
    "the birth date: a name alone is not enough, several people bear it",
)
RPPS = Text("le numéro RPPS d'un médecin de l'annuaire", "the RPPS number of a doctor of the directory")

# --- look up ---------------------------------------------------------------------------------------------------------


def search(desk: Desk) -> Response:
    """The form of a look-up; what is searched is never in an address."""
    desk.unit.allow(PeopleAction.SEARCH_PATIENT, SYSTEM, PeopleTag.PERSON_SEARCH)
    return show(desk, "fund/search.html", found=None, typed=typed(desk))


def find(desk: Desk) -> Response:
    """By number, or by family name and birth date together; only people of the fund are shown."""
    desk.unit.allow(PeopleAction.SEARCH_PATIENT, SYSTEM, PeopleTag.PERSON_SEARCH)
    number, name = desk.field("number", 24), desk.field("family_name", 100)
    if not number and not name:
        raise wrong("family_name", NEEDED)
    if not number and not desk.field("birth_date", 10):
        raise wrong("birth_date", NEEDS_BIRTH_DATE)
    one = people.find_by_nir(desk.session, number) if number else None
    rows = ([one] if one else []) if number else people.find_by_name(desk.session, name, desk.day("birth_date"))
    shown = [row for row in rows if desk.unit.may(PeopleAction.READ_PATIENT, of_patient(row))]
    if not rows:  # as much trace as for somebody who may not be shown
        desk.unit.note_refusal(PeopleAction.READ_PATIENT, Record(PATIENT, insured_id=new_id()), "not_found")
    for row in rows:
        if row in shown:
            desk.unit.allow(PeopleAction.READ_PATIENT, of_patient(row), PeopleTag.PERSON_READ)
        else:
            desk.unit.note_refusal(PeopleAction.READ_PATIENT, of_patient(row), "not_found")
    return show(desk, "fund/search.html", found=shown, typed=typed(desk))


def typed(desk: Desk) -> dict[str, str]:
    """What was filled in, for the form that is shown again; never in an address."""
    return {name: desk.field(name, 100) for name in ("number", "family_name", "birth_date")}


# --- a person --------------------------------------------------------------------------------------------------------


def person(desk: Desk) -> Response:
    """Identity, rights without their detail, médecin traitant as of a day as known on another, claims."""
    desk.unit.find(PATIENT, desk.request.path_params["id"], PeopleAction.READ_PATIENT, PeopleTag.PERSON_READ)
    insured = get_insured(desk.session, desk.request.path_params["id"])
    on = day_of(desk.asked("on", 10), "on", desk.today)
    known = day_of(desk.asked("known", 10), "known", desk.today)
    at = None if known >= desk.today else datetime.combine(known, time(23, 59), PARIS).astimezone(UTC)
    tenure = timeline.as_known_on(desk.session, insured.id, on, at)
    history = timeline.history(desk.session, insured.id, known_at=at)
    affiliation = affiliation_on(desk.session, insured.id, on, at)
    claims = claims_then(desk.session, insured.id, on, at, limit=20)
    ids = [one.professional_id for one in history] + [one.claim.professional_id for one in claims]
    waiting = [one for one in timeline.declarations_of(desk.session, insured.id) if one.state is State.SIGNED]
    return show(
        desk,
        "fund/person.html",
        insured=insured,
        age=age_on(insured.birth_date, max(on, insured.birth_date)),
        on=on,
        known=known,
        past=min(on, known) < desk.today,
        tenure=tenure,
        history=history,
        grace=None if tenure else timeline.grace_on(desk.session, insured.id, on, at),
        affiliation=affiliation,
        scheme=scheme,
        rights=rights_on(desk.session, insured.id, on, at),
        right_names=RIGHTS,
        ends=ENDS,
        names=professionals(desk.session, ids),
        claims=claims,
        objections=objections_then(desk.session, insured.id, on, at),
        objection_names=OBJECTIONS,
        states=STATES,
        tones=TONES,
        waiting=waiting,
        sees_claims=desk.unit.may(ClaimAction.READ_CLAIMS, of_patient(insured)),
        owed=owed_then(desk.session, desk.unit.actor.fund_code or "", insured.id, on, at),
        cases=[one for one in cases.cases_of(desk.session, insured.id) if one.opened_on <= min(on, known)],
        case_states=CASES,
        may_open=may_open(desk, insured),
        doubted=len(doubts.waiting_for(desk.session, insured.id)),
    )


def record_form(desk: Desk) -> Response:
    """Record a paper declaration that came by post: it counts from its signature."""
    record = desk.unit.find(PATIENT, desk.request.path_params["id"], DeclarationAction.REGISTER_DECLARATION)
    doctor = professional_of(desk)
    form = checks.PaperForm(
        record.insured_id or "",
        doctor,
        signed_on=desk.day("signed_on"),
        received_on=desk.day("received_on", desk.today),
        signed_by_insured=True,
        signed_by_doctor=True,
    )
    row = declarations.record_paper(desk.session, form)
    desk.unit.note(DeclarationTag.DECLARATION_REGISTER, of_declaration(row), "form")
    return desk.go(done="saved")


def give_code(desk: Desk) -> Response:
    """A code for who logged in at a provider and may be this person: by hand at the desk, or by post."""
    record = desk.unit.find(
        PATIENT, desk.request.path_params["id"], PeopleAction.PROVE_IDENTITY, PeopleTag.PERSON_CHANGE
    )
    insured = get_insured(desk.session, record.insured_id or "")
    by_post = desk.field("way", 10) == doubts.Way.POST.value
    code = doubts.new_code(
        desk.session, desk.unit.who, insured.id, doubts.Way.POST if by_post else doubts.Way.DESK
    )  # fmt: skip
    if by_post:
        name = f"{insured.first_name} {insured.family_name}"
        place = f"{insured.address or ''} {insured.commune_code}".strip()
        later(post, desk.unit.services, code_letter("fr", name, place, code, doubts.CODE_DAYS))
        return desk.go(done="saved")
    return show(desk, "fund/code.html", code=code, insured=insured, days=doubts.CODE_DAYS)


def professional_of(desk: Desk) -> str:
    """A doctor by RPPS number or id. Raises Invalid: the form stays, with what was typed."""
    try:
        return get_professional(desk.session, desk.field("professional", 64)).id
    except NotFound:
        raise wrong("professional", RPPS) from None


def may_open(desk: Desk, insured: Insured) -> bool:
    """Nobody takes this person, and no file is open: one may be opened at the counter."""
    if not desk.unit.may(Action.OPEN_CASE, of_patient(insured)):
        return False
    is_open = any(one.state is CaseState.OPEN for one in cases.cases_of(desk.session, insured.id))
    return not is_open and timeline.as_of(desk.session, insured.id, desk.today) is None


def open_case(desk: Desk) -> Response:
    """Somebody asks for help at the counter, or by telephone."""
    record = desk.unit.find(PATIENT, desk.request.path_params["id"], Action.OPEN_CASE)
    row = cases.open_case(desk.session, record.insured_id or "", reason=desk.field("reason", 2000) or None)
    desk.unit.note(Tag.CASE_OPEN, of_case(row))
    return desk.go(f"/fund/cases/{row.id}", done="saved")


# --- conciliation ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Pressing:
    """A file on the list."""

    row: Case
    who: str
    asked: int
    declared: bool
    """A médecin traitant is in force: the file can be closed."""


def all_cases(desk: Desk) -> Response:
    """Open files, the most pressing first."""
    fund = desk.unit.allow(Action.LIST_CASES, of_fund(desk.unit.actor.fund_code), Tag.CASE_READ).fund_code or ""
    found = cases.cases_of_fund(desk.session, fund, after=desk.after, limit=PAGE + 1)
    page, more = cut(found, PAGE)
    rows = [one for one in page if desk.unit.may(Action.READ_CASE, of_case(one))]
    names = named_people(desk, [one.insured_id for one in rows])
    tenures = select(Tenure.insured_id).where(
        Tenure.insured_id.in_([one.insured_id for one in rows]), known(Tenure), holding(Tenure, desk.today)
    )
    declared = set(desk.session.scalars(tenures)) if rows else set()
    shown = [
        Pressing(
            one,
            names.get(one.insured_id, "—"),
            len(cases.contacts_of(desk.session, one.id)),
            one.insured_id in declared,
        )
        for one in rows
    ]
    return show(desk, "fund/cases.html", rows=shown, more=more)


def one_case(desk: Desk) -> Response:
    """A file: candidates near, calls, refusals, and how it may be closed."""
    desk.unit.find(CASE, desk.request.path_params["id"], Action.READ_CASE, Tag.CASE_READ)
    row = cases.get_case(desk.session, desk.request.path_params["id"])
    insured = desk.session.get(Insured, row.insured_id)
    contacts = cases.contacts_of(desk.session, row.id)
    open_ = row.state is CaseState.OPEN
    candidates = cases.candidates(desk.session, row.id, limit=10) if open_ else []
    declared = timeline.declarations_of(desk.session, row.insured_id)
    in_force = [one for one in declared if one.state is State.IN_FORCE]
    refused = [one for one in declared if one.state is State.REFUSED and one.refused_at is not None]
    ids = [one.professional_id for one in contacts] + [one.professional_id for one in (*in_force, *refused)]
    return show(
        desk,
        "fund/case.html",
        row=row,
        open=open_,
        insured=insured,
        contacts=contacts,
        answers=ANSWERS,
        names=professionals(desk.session, ids),
        outcomes=OUTCOMES,
        in_force=in_force,
        refused=refused,
        day_known=paris_date,
        candidates=candidates,
        cards=cards_of(desk.session, [one.professional for one in candidates], desk.today),
        sector_names=SECTOR_NAMES,
        accepts_names=ACCEPTS,
    )


def contact(desk: Desk) -> Response:
    """A doctor is asked."""
    record = desk.unit.find(CASE, desk.request.path_params["id"], Action.WORK_CASE, Tag.CASE_CHANGE)
    cases.contact(desk.session, record.id or "", desk.field("professional_id", 64))
    return desk.go(done="saved")


def answered(desk: Desk) -> Response:
    """What the doctor said."""
    record = desk.unit.find(CASE, desk.request.path_params["id"], Action.WORK_CASE, Tag.CASE_CHANGE)
    row = get(desk.session, Contact, desk.field("contact_id", 64), "contact_id", case_id=record.id)
    given = desk.field("outcome", 20)
    if given not in tuple(ContactOutcome):
        raise wrong("outcome", Text("une réponse", "an answer"))
    cases.answer(desk.session, row.id, given, reason=desk.field("reason", 300) or None)
    return desk.go(done="saved")


def close(desk: Desk) -> Response:
    """With the declaration that was found, or without."""
    record = desk.unit.find(CASE, desk.request.path_params["id"], Action.WORK_CASE, Tag.CASE_CLOSE)
    given = desk.field("outcome", 20)
    if given not in tuple(Outcome):
        raise wrong("outcome", Text("une issue", "an outcome"))
    cases.close(desk.session, record.id or "", given, declaration_id=desk.field("declaration_id", 64) or None)
    return desk.go(done="saved")
