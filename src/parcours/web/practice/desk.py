"""`/practice` and `/practice/patient`: whose card it is, what is known, what to charge, and the sheet sent."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from sqlalchemy import func, select
from starlette.responses import Response

from parcours.registry.access import model
from parcours.registry.access.model import Record, Role
from parcours.registry.ald import service as ald
from parcours.registry.ald.context import Action as ProtocolAction
from parcours.registry.ald.context import of_protocol
from parcours.registry.ald.words import STATES as PROTOCOLS
from parcours.registry.cards import service as cards
from parcours.registry.cards.context import Action as CardAction
from parcours.registry.cards.context import Tag as CardTag
from parcours.registry.cards.models import Shown
from parcours.registry.cards.relations import SHOWN_FOR
from parcours.registry.care_plans import service as plans
from parcours.registry.care_plans.context import Action as PlanAction
from parcours.registry.care_plans.context import of_plan
from parcours.registry.claims import lifecycle
from parcours.registry.claims.context import Action, Tag
from parcours.registry.claims.intake import read_sheet
from parcours.registry.claims.models import Claim, ClaimState
from parcours.registry.claims.sheets import acknowledge_lot, lot_of, send_in_lot, write
from parcours.registry.claims.words import STATES
from parcours.registry.complementary.service import link_on, overlap_on
from parcours.registry.declarations import timeline
from parcours.registry.declarations.context import Action as DeclarationAction
from parcours.registry.declarations.context import of_practice
from parcours.registry.declarations.models import Declaration, State
from parcours.registry.directory.models import Professional
from parcours.registry.directory.service import get_professional
from parcours.registry.errors import NotFound, not_found
from parcours.registry.payments.queues import UNREAD
from parcours.registry.people import service as people
from parcours.registry.people.context import PATIENT, of_patient
from parcours.registry.people.models import Insured, RightKind
from parcours.registry.people.service import affiliation_on, age_on, get_insured, rights_on
from parcours.registry.people.words import RIGHTS
from parcours.registry.record import sharing
from parcours.registry.record.context import Action as RecordAction
from parcours.registry.record.context import of_emergency
from parcours.registry.record.models import EmergencyAccess
from parcours.registry.referrals import drafts
from parcours.registry.referrals.words import PLANS
from parcours.registry.visits.context import Action as VisitAction
from parcours.registry.visits.context import Tag as VisitTag
from parcours.registry.visits.words import NOTES
from parcours.text import Text
from parcours.web.desk.money import TONES
from parcours.web.desk.names import called, doctor_name, fund_name
from parcours.web.desk.room import Desk, wrong
from parcours.web.practice.reader import presented, strangers
from parcours.web.practice.sheet import HOW, Bill, bill_of
from parcours.web.practice.standing import care_day, no_contribution, pathway_on, unpaid
from parcours.web.practice.ways import NOT_CHOSEN, NOTHING_IN_ADVANCE, RELATED, WAYS, offered

TYPED = ("acts", "tiers_payant", "related", "urgent", "care_date", "card", "demand")
"""What the form of a sheet holds."""
HOW_TO_READ = Text("un numéro et la date de naissance de la même personne", "a number and the birth date of one person")
NOBODY = Text("ce numéro et cette date ne sont pas ceux d'une même personne",
              "this number and this date are not those of one person")  # fmt: skip
NO_CARD = Text("aucune carte n'a ce numéro", "no card has this number")
NUMBER_ON_CARD = Text("le numéro de la carte, que son titulaire lit dans son compte",
                      "the number of the card, which its owner reads in their account")  # fmt: skip
CHANGED = 409
SHOWN = 30
"""Sheets of today on the first page; all of them are one click away."""
LETTERS_TO_SIGN = Text("Lettres et comptes rendus à signer : {count}", "Letters and reports to sign: {count}")
OPENED = Text("Ouvert en urgence, en lecture seule, chaque regard tracé",
              "Opened in an emergency, reading only, every look traced")  # fmt: skip
UNTIL = Text("jusqu'au", "until")
IN_EMERGENCY = Text("Ouvrir un dossier en urgence", "Open a record in an emergency")
REVIEW = Text("Accès d'urgence à revoir : {name}", "Emergency access to review: {name}")
OPEN_RECORD = Text("Lire le dossier", "Read the record")
PREPARE_LETTER = Text("Préparer une lettre", "Prepare a letter")
SECRET = (RightKind.ALD, RightKind.SUIVI_POST_ALD, RightKind.AT_MP)
"""Rights of which a sheet asks whether the care is related."""


def doctor_of(desk: Desk) -> Professional:
    """The professional whose practice it is."""
    if desk.unit.actor.professional_id is None:
        desk.unit.allow(Action.READ_SHEETS, of_practice(None))
    return get_professional(desk.session, desk.unit.actor.professional_id or "")


def gate(desk: Desk) -> None:
    """The desk is for a professional and who works for them."""
    desk.unit.allow(Action.READ_SHEETS, of_practice(desk.unit.actor.professional_id))


def show(desk: Desk, template: str, status: int = 200, **values: Any) -> Response:
    """A page of the practice."""
    doctor = doctor_of(desk)
    signs = desk.unit.actor.role is Role.DOCTOR
    return desk.show(
        template,
        status,
        doctor=doctor,
        called=called,
        signs=signs,
        opened=opened(desk),
        opened_words=OPENED[desk.lang],
        until=UNTIL[desk.lang],
        **values,
    )


def opened(desk: Desk) -> list[tuple[EmergencyAccess, str]]:
    """The records that the doctor has open in an emergency, each once: every page of the desk says it."""
    rows = {
        one.insured_id: one for one in sharing.accesses_open(desk.session, desk.unit.actor.account_id)
        if desk.unit.may(RecordAction.READ_EMERGENCY, of_patient(get_insured(desk.session, one.insured_id)))
    }  # fmt: skip
    names = patients_named(desk, rows) if rows else {}
    return [(one, names.get(person, "")) for person, one in rows.items()]


def to_review(desk: Desk, people: Iterable[str]) -> list[EmergencyAccess]:
    """Accesses in an emergency to records of one's patients, that one is to judge."""
    rows = sharing.accesses_to_review(desk.session, list(people))
    return [one for one in rows if desk.unit.may(RecordAction.REVIEW_EMERGENCY, of_emergency(desk.session, one))]


def today(desk: Desk) -> Response:
    """Whose card is it; what was done today; what waits."""
    record = desk.unit.allow(Action.READ_SHEETS, of_practice(desk.unit.actor.professional_id), Tag.SHEETS_READ)
    doctor_id = record.professional_id or ""
    query = select(Claim).where(Claim.professional_id == doctor_id, Claim.care_date == desk.today)
    sheets = list(desk.session.scalars(query.options(UNREAD).order_by(Claim.sheet_number.desc()).limit(SHOWN)))
    names = patients_named(desk, [one.insured_id for one in sheets])
    by_state = select(Claim.state, func.count()).where(Claim.professional_id == doctor_id).group_by(Claim.state)
    states = {row[0]: row[1] for row in desk.session.execute(by_state)}
    waiting = (
        select(func.count())
        .select_from(Declaration)
        .where(
            Declaration.professional_id == doctor_id,
            Declaration.state.in_([State.PREPARED, State.PROPOSED]),
            Declaration.doctor_agreed_at.is_(None),
        )
    )
    prepared = len(drafts.to_sign(desk.session, doctor_id))
    patients = declared(desk, doctor_id)
    reviews = to_review(desk, [one.id for one in patients])
    return show(
        desk,
        "practice/today.html",
        sheets=[(one, names.get(one.insured_id, "—")) for one in sheets],
        states=STATES,
        tones=TONES,
        to_sign=states.get(ClaimState.DRAFT, 0),
        letters_to_sign=LETTERS_TO_SIGN[desk.lang].format(count=prepared) if prepared else "",
        to_correct=states.get(ClaimState.REJECTED, 0),
        to_resend=states.get(ClaimState.REFUSED, 0),
        proposals=desk.session.scalar(waiting) or 0,
        declared=patients,
        strangers=strangers(desk, patients),
        in_emergency=IN_EMERGENCY[desk.lang],
        reviews=[(one, REVIEW[desk.lang].format(name=named(desk, one.insured_id))) for one in reviews],
    )


def named(desk: Desk, insured_id: str) -> str:
    """The name of a patient on a list of one's own sheets."""
    row = desk.session.get(Insured, insured_id)
    return f"{row.first_name} {row.family_name}" if row else "—"


def patients_named(desk: Desk, ids: Iterable[str]) -> dict[str, str]:
    """The names of many patients, asked for at once."""
    wanted = set(ids)
    rows = desk.session.scalars(select(Insured).where(Insured.id.in_(wanted))) if wanted else ()
    return {one.id: f"{one.first_name} {one.family_name}" for one in rows}


def declared(desk: Desk, doctor_id: str) -> list[Insured]:
    """Whose card the simulated reader may hold: patients who declared this doctor; the cards it refuses come last."""
    ids = [one.insured_id for one in timeline.patients_of(desk.session, doctor_id)]
    rows = desk.session.scalars(select(Insured).where(Insured.id.in_(ids))) if ids else ()
    blocked = cards.opposed_among(desk.session, ids, desk.today)
    return sorted(rows, key=lambda one: (one.id in blocked, one.family_name, one.first_name))


def read_card(desk: Desk) -> Response:
    """The simulated reader, or the number and the birth date: both must fit, else it is as if there were nobody."""
    doctor = doctor_of(desk)
    desk.unit.allow(CardAction.SHOW_CARD, of_practice(doctor.id))
    inserted = desk.field("inserted", 64)
    if presented(desk, inserted):
        return desk.go("/practice/patient", of=card_of_a_stranger(desk, doctor.id, presented(desk, inserted)))
    found = inserted_card(desk, inserted) if inserted else typed_number(desk)
    if found is None:
        raise not_found("number")
    how = Shown.CARD if inserted else Shown.NUMBER
    cards.show(desk.session, found.id, doctor.id, how, at=desk.unit.incoming.at)
    desk.unit.note(CardTag.CARD_SHOW, of_patient(found), how.value)
    return desk.go("/practice/patient", of=found.id)


def card_of_a_stranger(desk: Desk, doctor_id: str, number: str) -> str:
    """Whose is the card that is presented, by the number on it: a card that no reader reads is traced."""
    card = cards.card_held(desk.session, number)
    if card is None:
        desk.unit.note_refusal(CardAction.SHOW_CARD, Record(PATIENT), "not_found")
        raise wrong("card", NUMBER_ON_CARD, NO_CARD)
    owner = of_patient(get_insured(desk.session, card.insured_id))
    if cards.unread(desk.session, card, desk.today):
        desk.unit.note_refusal(CardAction.SHOW_CARD, owner, "card_not_read")
    cards.read(desk.session, card, doctor_id, day=desk.today, at=desk.unit.incoming.at)
    desk.unit.note(CardTag.CARD_SHOW, owner, Shown.CARD.value)
    return card.insured_id


def inserted_card(desk: Desk, insured_id: str) -> Insured | None:
    """The card that the simulated reader holds: that of somebody who declared this doctor."""
    record = desk.unit.find(PATIENT, insured_id, DeclarationAction.READ_DECLARATION)
    if not timeline.declared_to(desk.session, record.insured_id or "", doctor_of(desk).id, desk.today):
        desk.unit.note_refusal(CardAction.SHOW_CARD, record, "not_found")
        return None
    return get_insured(desk.session, record.insured_id or "")


def typed_number(desk: Desk, action: model.Action = CardAction.SHOW_CARD) -> Insured | None:
    """Who has this number and this birth date."""
    number, born = desk.field("number", 24), desk.day("birth_date")
    insured = people.find_by_nir(desk.session, number) if number else None
    if insured is None or insured.birth_date != born:
        found = of_patient(insured) if insured else Record(PATIENT)
        desk.unit.note_refusal(action, found, "not_found")
        return None
    return insured


def unknown_card(desk: Desk) -> Response:
    """The same as `read_card`, but nobody fits: said on the page, and traced."""
    try:
        return read_card(desk)
    except NotFound:
        if desk.field("inserted", 64):
            raise
        raise wrong("number", HOW_TO_READ, NOBODY) from None


# --- the patient's line ----------------------------------------------------------------------------------------------


def patient(desk: Desk) -> Response:
    """What the desk needs to know of the patient, and the sheet."""
    return shown(desk, None)


def shown(desk: Desk, bill: Bill | None, status: int = 200) -> Response:
    """The line of the patient, with a bill or not yet; 409: what was to be signed is not what was shown."""
    record = desk.person(VisitAction.READ_FACTS, VisitTag.FACTS_READ)
    insured = get_insured(desk.session, record.insured_id or "")
    doctor = doctor_of(desk)
    care = care_day(desk)
    rights = rights_on(desk.session, insured.id, care)
    tenure = timeline.as_of(desk.session, insured.id, desk.today)
    affiliation = affiliation_on(desk.session, insured.id, desk.today)
    link = link_on(desk.session, insured.id, care)
    c2s = any(one.kind is RightKind.C2S for one in rights)
    overlaps = not c2s and overlap_on(desk.session, insured.id, care)
    told = link is not None and link.contract is not None and not overlaps
    return show(
        desk,
        "practice/patient.html",
        status,
        changed=status == CHANGED,
        insured=insured,
        age=age_on(insured.birth_date, desk.today),
        rights=rights,
        right_names=RIGHTS,
        mine=tenure is not None and tenure.professional_id == doctor.id,
        declared_doctor=doctor_name(desk.session, tenure.professional_id) if tenure else "",
        form=form_of(desk, record, doctor.id),
        fund=fund_name(desk.session, affiliation.fund_code if affiliation else None),
        linked=link is not None,
        overlaps=overlaps,
        card=cards.card_of(desk.session, insured.id),
        blocked=cards.opposed_on(desk.session, insured.id, desk.today),
        care=care,
        now=pathway_on(desk, insured.id, doctor.id, care),
        plans=[
            (PLANS[row.kind.value], row)
            for row in plans.plans_of(desk.session, insured.id, on=desk.today)
            if desk.unit.may(PlanAction.READ_PLAN, of_plan(desk.session, row))
        ],
        protocols=[
            (PROTOCOLS[row.state], row)
            for row in ald.protocols_of(desk.session, insured.id)
            if desk.unit.may(ProtocolAction.READ_PROTOCOL, of_protocol(desk.session, row))
        ],
        asks_related=[one.kind.value for one in rights if one.kind in SECRET],
        bill=bill,
        ways={name: text for name, text in WAYS.items() if name in offered(c2s, overlaps)},
        by_law=NOTHING_IN_ADVANCE if c2s else NOT_CHOSEN if overlaps else None,
        how=HOW[desk.lang],
        typed={name: desk.field(name, 200) or desk.asked(name) for name in TYPED},
        warnings=bill.warnings if bill else [],
        unpaid=None if overlaps else unpaid(link, bill),
        no_contribution=no_contribution(bill, desk.lang),
        unsure=bill is not None and not (c2s or told) and bill.most_complementary("none") > 0,
        notes=[*bill.told, *(NOTES[one] for one in bill.facts.notes if one in NOTES)] if bill else [],
        lasts=SHOWN_FOR,
        c2s=c2s,
        may_prepare=desk.unit.may(DeclarationAction.PREPARE_DECLARATION, of_practice(doctor.id)),
        related=RELATED,
        prepare_letter=PREPARE_LETTER[desk.lang],
        open_record=OPEN_RECORD[desk.lang] if desk.unit.may(RecordAction.READ_RECORD, record) else "",
    )


def form_of(desk: Desk, record: Record, doctor_id: str) -> Declaration | None:
    """The paper form that the patient and this doctor signed: what became of it at the fund."""
    if not desk.unit.may(DeclarationAction.READ_DECLARATION, record):
        return None
    return timeline.paper_form(desk.session, record.insured_id or "", doctor_id)


def preview(desk: Desk) -> Response:
    """What to charge and what the patient pays, before anything is written."""
    record = desk.person(Action.PREPARE_CLAIM, VisitTag.FACTS_READ)
    return shown(desk, bill_of(desk, record.insured_id or "", doctor_of(desk)))


def send_sheet(desk: Desk) -> Response:
    """Write the sheet that was shown; the professional signs and sends it, a delegate leaves it to be signed.

    Codes, payment or facts that changed since are shown with what they give now, and nothing is written.
    """
    doctor = doctor_of(desk)
    record = desk.person(Action.PREPARE_CLAIM)
    desk.unit.allow(Action.SUBMIT_CLAIM, replace(record, professional_id=doctor.id))
    bill = bill_of(desk, record.insured_id or "", doctor)
    if bill.barred:
        return shown(desk, bill, 422)
    if desk.field("seen", 64) != bill.seen:
        return shown(desk, bill, CHANGED)
    day, at = desk.today, desk.unit.incoming.at
    claim = write(desk.session, read_sheet(desk.session, bill.said), day=day, at=at)
    desk.unit.note(Tag.CLAIM_SUBMIT, record, claim=claim.id)
    if desk.unit.actor.role is not Role.DOCTOR:
        return desk.go("/practice", done="prepared")
    desk.unit.allow(Action.SIGN_SHEETS, of_practice(doctor.id), Tag.SHEETS_SIGN)
    sign_and_send(desk, [claim])
    return desk.go("/practice", done="billed")


def sign_and_send(desk: Desk, claims: list[Claim]) -> None:
    """Freeze drafts, put them in the lot of this moment, send it; the simulated network answers at once."""
    day, at = desk.today, desk.unit.incoming.at
    number = f"{day:%y%m%d}-{at:%H%M%S%f}"
    for claim in claims:
        if claim.state is ClaimState.DRAFT:
            lifecycle.move(desk.session, claim, ClaimState.SIGNED, day=day, at=at)
        if claim.state in (ClaimState.SIGNED, ClaimState.REFUSED):
            send_in_lot(desk.session, claim, number, day=day, at=at)
    for fund in sorted({one.fund_code for one in claims}):
        first = next(one for one in claims if one.fund_code == fund)
        acknowledge_lot(desk.session, lot_of(desk.session, first, number, day), day=day, at=at)
