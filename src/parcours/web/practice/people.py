"""`/practice/patients`, `/practice/declarations`: who chose this doctor, who asks."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from starlette.responses import Response

from parcours.registry.access.model import Record
from parcours.registry.declarations import checks, timeline
from parcours.registry.declarations import service as declarations
from parcours.registry.declarations.context import DECLARATION, Action, Tag, of_declaration, of_practice
from parcours.registry.declarations.models import Declaration, Party, State, Tenure
from parcours.registry.declarations.proposing import proposing
from parcours.registry.declarations.words import END_CODES, PARTIES, STATES
from parcours.registry.payments.forfait import band_of, kinds_of
from parcours.registry.people import service as people
from parcours.registry.people.context import PATIENT, of_patient
from parcours.registry.people.models import Insured, RightKind
from parcours.registry.people.service import age_on, get_insured
from parcours.registry.store.periods import known
from parcours.web.desk.room import Desk, wrong
from parcours.web.practice.desk import HOW_TO_READ, NOBODY, doctor_of, named, show
from parcours.web.practice.forfait import NAMES

MOST_LEFT = 60


@dataclass(frozen=True)
class Chosen:
    """A patient who declared this doctor."""

    row: Insured
    since: date
    kind: str
    """As the yearly flat fee tells patients apart, by age and ALD."""


# --- patients --------------------------------------------------------------------------------------------------------


def patients(desk: Desk) -> Response:
    """Who declared this doctor, since when; who left, when and by which code, never to whom."""
    record = desk.unit.allow(Action.LIST_PATIENTS, of_practice(desk.unit.actor.professional_id), Tag.DECLARATION_READ)
    doctor_id = record.professional_id or ""
    tenures = timeline.patients_of(desk.session, doctor_id)
    rows = {
        one.id: one
        for one in desk.session.scalars(select(Insured).where(Insured.id.in_([one.insured_id for one in tenures])))
    }
    kinds = kinds_of(desk.session, rows, desk.today)
    chosen = [
        Chosen(
            rows[one.insured_id],
            one.starts_on,
            kind_of(rows[one.insured_id], desk.today, kinds.get(one.insured_id, frozenset())),
        )
        for one in tenures
    ]
    counts, asked = Counter(one.kind for one in chosen), desk.asked("kind", 20)
    shown = [one for one in chosen if one.kind == asked] if asked in counts else chosen
    gone = select(Tenure).where(Tenure.professional_id == doctor_id, known(Tenure), Tenure.ends_on.is_not(None))
    left = list(desk.session.scalars(gone.order_by(Tenure.ends_on.desc()).limit(MOST_LEFT)))
    return show(
        desk,
        "practice/patients.html",
        count=len(chosen),
        chosen=sorted(shown, key=lambda one: (one.row.family_name, one.row.first_name)),
        left=[(one, named(desk, one.insured_id)) for one in left],
        kinds=[(name, counts[name]) for name in NAMES if counts[name]],
        asked=asked if asked in counts else "",
        names=NAMES,
        ends=END_CODES,
    )


def kind_of(row: Insured, today: date, rights: frozenset[RightKind]) -> str:
    """The kind of patient that the yearly flat fee counts, by the law of today."""
    return band_of(age_on(row.birth_date, today), today, ald=RightKind.ALD in rights)


# --- declarations ----------------------------------------------------------------------------------------------------


def proposals(desk: Desk) -> Response:
    """Declarations that wait, and a new one for the patient whose card is here."""
    desk.unit.allow(Action.LIST_PATIENTS, of_practice(desk.unit.actor.professional_id), Tag.DECLARATION_READ)
    query = select(Declaration).where(
        Declaration.professional_id == desk.unit.actor.professional_id,
        Declaration.state.in_([State.PREPARED, State.PROPOSED, State.SIGNED]),
    )
    rows = [
        (
            one,
            named(desk, one.insured_id),
            checks.parties_missing(one, get_insured(desk.session, one.insured_id), desk.today),
        )
        for one in desk.session.scalars(query.order_by(Declaration.proposed_at))
    ]
    return show(
        desk,
        "practice/declarations.html",
        rows=rows,
        states=STATES,
        parties=PARTIES,
        doctor_party=Party.DOCTOR,
        prepared_state=State.PREPARED,
    )


def missing_of(desk: Desk, row: Declaration) -> tuple[Party, ...]:
    """Who has not signed yet."""
    return checks.parties_missing(row, get_insured(desk.session, row.insured_id), desk.today)


def sign(desk: Desk) -> Response:
    """Accept to be somebody's médecin traitant."""
    record = desk.unit.find(DECLARATION, desk.field("declaration_id", 64), Action.SIGN_AS_DOCTOR, Tag.DECLARATION_SIGN)
    row = declarations.agree(desk.session, record.id or "", party=Party.DOCTOR.value)
    return desk.go(done="in_force" if row.state is State.IN_FORCE else "signed")


def withdraw(desk: Desk) -> Response:
    """Throw away what was prepared, or take back what was proposed."""
    record = desk.unit.find(
        DECLARATION, desk.field("declaration_id", 64), Action.WITHDRAW_DECLARATION, Tag.DECLARATION_WITHDRAW
    )
    declarations.withdraw(desk.session, record.id or "")
    return desk.go(done="withdrawn")


def refuse(desk: Desk) -> Response:
    """A doctor is free to refuse."""
    record = desk.unit.find(
        DECLARATION, desk.field("declaration_id", 64), Action.REFUSE_DECLARATION, Tag.DECLARATION_REFUSE
    )
    declarations.refuse(desk.session, record.id or "", reason=desk.field("reason", 300) or None)
    return desk.go(done="refused")


def propose(desk: Desk) -> Response:
    """Propose to the patient who showed the card, or gives the number and the birth date; a delegate prepares it.

    The doctor signs what was prepared, then the patient signs in the account.
    """
    doctor = doctor_of(desk)
    way = proposing(desk.unit.actor.role)
    given = desk.asked("of", 64) or desk.field("of", 64)
    shown = shown_patient(desk, given) if given else None
    desk.unit.allow(way.for_patient, of_practice(doctor.id))
    insured = shown or numbered_patient(desk, way.for_patient)
    proposal = declarations.Proposal(insured.id, doctor.id, by=Party.DOCTOR.value)
    row = way.make(desk.session, proposal)
    desk.unit.note(way.tag, of_declaration(row), by=Party.DOCTOR.value)
    return desk.go("/practice/declarations", done="to_sign" if row.state is State.PREPARED else "offered")


def shown_patient(desk: Desk, insured_id: str) -> Insured:
    """The patient who showed the card."""
    record = desk.unit.find(PATIENT, insured_id, Action.READ_DECLARATION)
    return get_insured(desk.session, record.insured_id or "")


def numbered_patient(desk: Desk, action: Action) -> Insured:
    """The patient of a number and a birth date, which must agree."""
    number = desk.field("number", 24)
    insured = people.find_by_nir(desk.session, number) if number else None
    if insured is None or insured.birth_date != desk.day("birth_date"):
        found = of_patient(insured) if insured else Record(PATIENT)
        desk.unit.note_refusal(action, found, "not_found")
        raise wrong("number", HOW_TO_READ, NOBODY)
    return insured
