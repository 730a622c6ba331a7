"""`/practice/patients`, `/practice/declarations`, `/practice/letters`: who chose this doctor, who asks, who writes."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from starlette.responses import Response

from parcours.registry.access.model import Record
from parcours.registry.declarations import checks, timeline
from parcours.registry.declarations import service as declarations
from parcours.registry.declarations.context import DECLARATION, Action, Tag, of_declaration, of_practice
from parcours.registry.declarations.models import Declaration, Party, State, Tenure
from parcours.registry.declarations.words import PARTIES, STATES
from parcours.registry.directory.trades import name_of
from parcours.registry.people import service as people
from parcours.registry.people.context import PATIENT, of_patient
from parcours.registry.people.models import Insured, RightKind
from parcours.registry.people.service import age_on, get_insured
from parcours.registry.referrals import service as referrals
from parcours.registry.referrals.context import REFERRAL, of_referral
from parcours.registry.referrals.context import Action as ReferralAction
from parcours.registry.referrals.context import Tag as ReferralTag
from parcours.registry.referrals.letters import Letter, NewReferral
from parcours.registry.referrals.models import Flow, Referral, ReferralUse
from parcours.registry.referrals.words import FLOWS
from parcours.registry.store.periods import known
from parcours.text import Text
from parcours.web.desk.names import doctor_name, professionals
from parcours.web.desk.room import Desk, wrong
from parcours.web.me.family import SECTIONS
from parcours.web.practice.desk import doctor_of, named, show
from parcours.web.practice.forfait import kinds_of

SPECIALTIES = (3, 5, 8, 11, 12, 13, 14, 15, 32, 33, 35, 4, 10, 41, 6, 7, 2)
"""National codes of the specialties that a letter is most often for."""
BANDS = ((7, "0-6"), (16, "7-15"), (75, "16-74"), (80, "75-79"), (200, "80+"))
"""Ages as the yearly flat fee tells them apart."""
MOST_LEFT = 60


@dataclass(frozen=True)
class Chosen:
    """A patient who declared this doctor."""

    row: Insured
    since: date
    band: str
    ald: bool


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
    kinds = kinds_of(desk, rows, desk.today)
    chosen = [
        Chosen(
            rows[one.insured_id],
            one.starts_on,
            band_of(rows[one.insured_id], desk.today),
            RightKind.ALD in kinds.get(one.insured_id, ()),
        )
        for one in tenures
    ]
    gone = select(Tenure).where(Tenure.professional_id == doctor_id, known(Tenure), Tenure.ends_on.is_not(None))
    left = list(desk.session.scalars(gone.order_by(Tenure.ends_on.desc()).limit(MOST_LEFT)))
    return show(
        desk,
        "practice/patients.html",
        chosen=sorted(chosen, key=lambda one: one.row.family_name),
        left=[(one, named(desk, one.insured_id)) for one in left],
        bands=[(name, sum(one.band == name for one in chosen)) for _, name in BANDS],
    )


def band_of(row: Insured, today: date) -> str:
    """The age band of a patient."""
    age = age_on(row.birth_date, today)
    return next(name for until, name in BANDS if age < until)


# --- declarations ----------------------------------------------------------------------------------------------------


def proposals(desk: Desk) -> Response:
    """Declarations that wait, and a new one for the patient whose card is here."""
    desk.unit.allow(Action.LIST_PATIENTS, of_practice(desk.unit.actor.professional_id), Tag.DECLARATION_READ)
    query = select(Declaration).where(
        Declaration.professional_id == desk.unit.actor.professional_id,
        or_(Declaration.state == State.PROPOSED, Declaration.state == State.SIGNED),
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
        may_propose=desk.unit.may(Action.PROPOSE_AS_DOCTOR, of_practice(desk.unit.actor.professional_id)),
    )


def missing_of(desk: Desk, row: Declaration) -> tuple[Party, ...]:
    """Who has not signed yet."""
    return checks.parties_missing(row, get_insured(desk.session, row.insured_id), desk.today)


def sign(desk: Desk) -> Response:
    """Accept to be somebody's médecin traitant."""
    record = desk.unit.find(DECLARATION, desk.field("declaration_id", 64), Action.SIGN_AS_DOCTOR, Tag.DECLARATION_SIGN)
    row = declarations.agree(desk.session, record.id or "", party=Party.DOCTOR.value)
    return desk.go(done="in_force" if row.state is State.IN_FORCE else "signed")


def refuse(desk: Desk) -> Response:
    """A doctor is free to refuse."""
    record = desk.unit.find(
        DECLARATION, desk.field("declaration_id", 64), Action.REFUSE_DECLARATION, Tag.DECLARATION_REFUSE
    )
    declarations.refuse(desk.session, record.id or "", reason=desk.field("reason", 300) or None)
    return desk.go(done="refused")


def propose(desk: Desk) -> Response:
    """Propose to the patient who gives the number and the birth date; the patient signs in the account."""
    doctor = doctor_of(desk)
    given = desk.asked("of", 64) or desk.field("of", 64)
    shown = shown_patient(desk, given) if given else None
    desk.unit.allow(Action.PROPOSE_AS_DOCTOR, of_practice(doctor.id))
    insured = shown or numbered_patient(desk)
    row = declarations.propose(desk.session, declarations.Proposal(insured.id, doctor.id, by=Party.DOCTOR.value))
    desk.unit.note(Tag.DECLARATION_PROPOSE, of_declaration(row), by=Party.DOCTOR.value)
    return desk.go("/practice/declarations", done="proposed")


def shown_patient(desk: Desk, insured_id: str) -> Insured:
    """The patient who showed the card."""
    record = desk.unit.find(PATIENT, insured_id, Action.READ_DECLARATION)
    return get_insured(desk.session, record.insured_id or "")


def numbered_patient(desk: Desk) -> Insured:
    """The patient of a number and a birth date, which must agree."""
    number = desk.field("number", 24)
    insured = people.find_by_nir(desk.session, number) if number else None
    if insured is None or insured.birth_date != desk.day("birth_date"):
        found = of_patient(insured) if insured else Record(PATIENT)
        desk.unit.note_refusal(Action.PROPOSE_AS_DOCTOR, found, "not_found")
        allowed = Text(
            "un numéro et la date de naissance de la même personne", "a number and the birth date of one person"
        )
        raise wrong("number", allowed)
    return insured


# --- letters ---------------------------------------------------------------------------------------------------------


def letters(desk: Desk) -> Response:
    """Letters received and written, reports due."""
    doctor = doctor_of(desk)
    desk.unit.allow(Action.LIST_PATIENTS, of_practice(doctor.id), Tag.DECLARATION_READ)
    received = list(
        desk.session.scalars(
            select(Referral).where(Referral.addressee_id == doctor.id).order_by(Referral.issued_on.desc()).limit(40)
        )
    )
    written = list(
        desk.session.scalars(
            select(Referral).where(Referral.author_id == doctor.id).order_by(Referral.issued_on.desc()).limit(40)
        )
    )
    used = set(
        desk.session.scalars(
            select(ReferralUse.referral_id).where(
                ReferralUse.professional_id == doctor.id, ReferralUse.cancelled_at.is_(None)
            )
        )
    )
    due = {one.id for one in received if one.id in used and not referrals.reports_of(desk.session, one.id)}
    names = professionals(desk.session, [*(one.author_id for one in received), *(one.addressee_id for one in written)])
    return show(
        desk,
        "practice/letters.html",
        received=[one for one in received if sees(desk, one)],
        written=[one for one in written if sees(desk, one)],
        due=due,
        names=names,
        flows=FLOWS,
        patient=lambda one: named(desk, one.insured_id),
    )


def sees(desk: Desk, row: Referral) -> bool:
    """May the one who looks see that this letter is there?"""
    return desk.unit.may(ReferralAction.READ_REFERRAL, of_referral(desk.session, row))


def letter(desk: Desk) -> Response:
    """One letter and its reports; for a delegate, never its text."""
    record = desk.unit.find(
        REFERRAL, desk.request.path_params["id"], ReferralAction.READ_REFERRAL, ReferralTag.REFERRAL_READ
    )
    row = referrals.get_referral(desk.session, record.id or "")
    reads = desk.unit.may(ReferralAction.READ_LETTER, record)
    if reads:
        desk.unit.note(ReferralTag.REFERRAL_READ_LETTER, record)
    content = referrals.letter_of(row) if reads else None
    filled = [(text[desk.lang], getattr(content, name)) for name, text in SECTIONS.items()] if content else []
    reports = referrals.reports_of(desk.session, row.id) if reads else []
    addressed = row.addressee_id == desk.unit.actor.professional_id
    return show(
        desk,
        "practice/letter.html",
        row=row,
        name=named(desk, row.insured_id),
        flows=FLOWS,
        author=doctor_name(desk.session, row.author_id),
        to=doctor_name(desk.session, row.addressee_id),
        sections=[one for one in filled if one[1]],
        reports=[(doctor_name(desk.session, one.author_id), one) for one in reports],
        may_report=desk.unit.may(ReferralAction.WRITE_REPORT, record) and addressed,
        may_use=desk.unit.may(ReferralAction.USE_REFERRAL, record) and addressed,
    )


def use(desk: Desk) -> Response:
    """The patient came with this letter today."""
    record = desk.unit.find(
        REFERRAL, desk.request.path_params["id"], ReferralAction.USE_REFERRAL, ReferralTag.REFERRAL_USE
    )
    doctor_id = desk.unit.actor.professional_id or ""
    referrals.use(desk.session, record.id or "", doctor_id, care_date=desk.today)
    return desk.go(done="saved")


def report(desk: Desk) -> Response:
    """Write back to the médecin traitant."""
    record = desk.unit.find(
        REFERRAL, desk.request.path_params["id"], ReferralAction.WRITE_REPORT, ReferralTag.REFERRAL_REPORT
    )
    text = desk.field("text", 8000)
    if not text:
        raise wrong("text", Text("quelques mots", "a few words"))
    doctor_id = desk.unit.actor.professional_id or ""
    referrals.report_back(desk.session, record.id or "", doctor_id, written_on=desk.today, text=text)
    return desk.go(done="saved")


def new_letter(desk: Desk) -> Response:
    """A letter for the patient whose card is here."""
    record = desk.person(ReferralAction.WRITE_REFERRAL)
    desk.unit.note(ReferralTag.REFERRAL_READ, record)
    return show(
        desk,
        "practice/new_letter.html",
        insured=get_insured(desk.session, record.insured_id or ""),
        specialties=[(one, name_of(one)[desk.lang]) for one in SPECIALTIES],
        kept={name: desk.field(name, 4000) for name in (*SECTIONS, "specialty")},
        sections=SECTIONS,
    )


def write_letter(desk: Desk) -> Response:
    """Sign it: it is the patient's from now on."""
    record = desk.person(ReferralAction.WRITE_REFERRAL)
    said = {name: desk.field(name, 4000) for name in SECTIONS}
    for name in ("reason", "question"):
        if not said[name]:
            raise wrong(name, Text("quelques mots", "a few words"))
    specialty = desk.field("specialty", 2)
    if not specialty.isdigit():
        raise wrong("specialty", Text("une spécialité", "a specialty"))
    new = NewReferral(
        insured_id=record.insured_id or "",
        author_id=desk.unit.actor.professional_id or "",
        flow=Flow.AVIS_PONCTUEL.value,
        letter=Letter(reason=said.pop("reason"), question=said.pop("question"), **said),  # type: ignore[arg-type]  # its texts
        specialty=int(specialty),
    )
    row = referrals.write_referral(desk.session, new)
    desk.unit.note(ReferralTag.REFERRAL_CREATE, of_referral(desk.session, row), flow=row.flow.value)
    return desk.go(f"/practice/letters/{row.id}", done="saved")
