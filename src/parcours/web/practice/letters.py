"""`/practice/letters`: what was received and written, what waits for a signature, a new letter, a report.

A delegate prepares a letter or a report and sees neither the text of those that were signed nor of those received;
the doctor reads what was prepared, and signs.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from starlette.responses import Response

from parcours.documents.care_papers import PARTS
from parcours.edge import drafts as signing
from parcours.registry.access.model import Record, Role
from parcours.registry.declarations.context import Action, Tag, of_practice
from parcours.registry.directory.trades import name_of
from parcours.registry.errors import not_found
from parcours.registry.people.service import get_insured
from parcours.registry.record.context import Action as RecordAction
from parcours.registry.record.context import Tag as RecordTag
from parcours.registry.record.service import synthesis
from parcours.registry.referrals import drafts
from parcours.registry.referrals import service as referrals
from parcours.registry.referrals.context import REFERRAL, of_draft, of_referral
from parcours.registry.referrals.context import Action as ReferralAction
from parcours.registry.referrals.context import Tag as ReferralTag
from parcours.registry.referrals.covering import use_of, uses_of, why_not
from parcours.registry.referrals.models import Draft, DraftKind, Referral, ReferralUse
from parcours.registry.referrals.words import FLOWS
from parcours.text import Text
from parcours.web.desk.names import called, doctor_name, professionals
from parcours.web.desk.room import Desk, wrong
from parcours.web.me.family import SECTIONS, addressee
from parcours.web.practice.desk import doctor_of, named, show

SPECIALTIES = (3, 5, 8, 11, 12, 13, 14, 15, 32, 33, 35, 4, 10, 41, 6, 7, 2)
"""National codes of the specialties that a letter is most often for."""
A_FEW_WORDS = Text("quelques mots", "a few words")
WORDS = {
    "to_sign": Text("À signer", "To sign"),
    "letter": Text("Lettre", "Letter"),
    "report": Text("Compte rendu", "Report"),
    "plan": Text("Plan de soins", "Care plan"),
    "protocol": Text("Protocole d'ALD", "ALD protocol"),
    "must": Text(
        "{name} doit relire et signer : rien ne part avant.", "{name} must read and sign: nothing leaves before."
    ),
    "yours": Text("Rien ne part avant votre signature.", "Nothing leaves before you sign."),
    "prepare": Text("Laisser à signer", "Leave to be signed"),
    "later": Text("Garder pour plus tard", "Keep for later"),
    "drop": Text("Jeter le brouillon", "Throw the draft away"),
    "for_whom": Text("Pour", "For"),
    "extract": Text("Lignes de la synthèse à joindre", "Lines of the synthesis to join"),
    "urgent": Text("Urgent", "Urgent"),
    "target_date": Text("À voir avant le (si besoin)", "To be seen by (if needed)"),
    "waits": Text("préparé le {day}", "prepared on {day}"),
    "gone": Text(
        "Le temps de conservation est passé : le texte est détruit depuis le {day}.",
        "The time it is kept is over: its text is destroyed since {day}.",
    ),
}


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
        words=words(desk),
        waiting=[one for one in drafts.to_sign(desk.session, doctor.id) if reads_draft(desk, one)],
        received=[one for one in received if sees(desk, one)],
        written=[(one, addressee(desk, one)) for one in written if sees(desk, one)],
        due=due,
        names=names,
        flows=FLOWS,
        patient=lambda one: named(desk, one.insured_id),
    )


def sees(desk: Desk, row: Referral) -> bool:
    """May the one who looks see that this letter is there?"""
    return desk.unit.may(ReferralAction.READ_REFERRAL, of_referral(desk.session, row))


def reads_draft(desk: Desk, row: Draft) -> bool:
    """May the one who looks read this draft?"""
    return desk.unit.may(ReferralAction.READ_DRAFT, of_draft(desk.session, row))


def letter(desk: Desk) -> Response:
    """One letter and its reports; for a delegate, never its text."""
    record = desk.unit.find(
        REFERRAL, desk.request.path_params["id"], ReferralAction.READ_REFERRAL, ReferralTag.REFERRAL_READ
    )
    row = referrals.get_referral(desk.session, record.id or "")
    reads = desk.unit.may(ReferralAction.READ_LETTER, record)
    some = reads or desk.unit.may(ReferralAction.READ_OWN_REPORT, record)
    if some:
        desk.unit.note(ReferralTag.REFERRAL_READ_LETTER, record)
    kept = some and row.destroyed_on is None
    content = referrals.letter_of(row) if reads and kept else None
    filled = [(text[desk.lang], getattr(content, name)) for name, text in SECTIONS.items()] if content else []
    found = referrals.reports_of(desk.session, row.id) if kept else []
    reports = [one for one in found if reads or one.author_id == desk.unit.actor.professional_id]
    addressed = row.addressee_id == desk.unit.actor.professional_id
    doctor = doctor_of(desk)
    serves = addressed and why_not(desk.session, row, doctor, desk.today) is None
    serves = serves and use_of(desk.session, row, doctor, desk.today) is None
    draft = drafts.report_on(desk.session, row.id, desk.unit.actor.professional_id or "") if addressed else None
    if draft is not None:
        desk.unit.allow(ReferralAction.READ_DRAFT, of_draft(desk.session, draft), ReferralTag.DRAFT_READ)
    return show(
        desk,
        "practice/letter.html",
        row=row,
        words=words(desk),
        prepared=drafts.said_in(draft)["text"] if draft is not None else "",
        may_prepare=desk.unit.may(ReferralAction.PREPARE_REPORT, record) and addressed,
        name=named(desk, row.insured_id),
        flows=FLOWS,
        author=doctor_name(desk.session, row.author_id),
        to=addressee(desk, row),
        sections=[one for one in filled if one[1]],
        reports=[(doctor_name(desk.session, one.author_id), one) for one in reports],
        may_report=desk.unit.may(ReferralAction.WRITE_REPORT, record) and addressed,
        may_use=desk.unit.may(ReferralAction.USE_REFERRAL, record) and serves,
        visits=[one.care_date for one in uses_of(desk.session, row.id) if one.professional_id == doctor.id],
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
    doctor_id, text = desk.unit.actor.professional_id or "", report_typed(desk)
    referrals.report_back(desk.session, record.id or "", doctor_id, written_on=desk.today, text=text)
    prepared = drafts.report_on(desk.session, record.id or "", doctor_id)
    if prepared is not None:
        signing.end(desk.unit, prepared)
    return desk.go(done="saved")


def prepare_report(desk: Desk) -> Response:
    """Leave a report to be signed."""
    record = desk.unit.find(
        REFERRAL, desk.request.path_params["id"], ReferralAction.PREPARE_REPORT, ReferralTag.DRAFT_PREPARE
    )
    drafts.prepare(
        desk.session, record.insured_id or "", desk.unit.actor.professional_id or "", {"text": report_typed(desk)},
        prepared_by=desk.unit.actor.account_id, referral_id=record.id,
    )  # fmt: skip
    return desk.go(done=left(desk))


def left(desk: Desk) -> str:
    """What became of a draft: its doctor keeps it for later, who works for them leaves it to be signed."""
    return "kept" if desk.unit.actor.role is Role.DOCTOR else "to_sign"


def report_typed(desk: Desk) -> str:
    """The text of a report. Raises Invalid."""
    text = desk.field("text", 8000)
    if not text:
        raise wrong("text", A_FEW_WORDS)
    return text


# --- a new letter ----------------------------------------------------------------------------------------------------


def new_letter(desk: Desk) -> Response:
    """A letter for the patient whose card is here; one that was prepared is read again and signed here."""
    record = desk.person(ReferralAction.PREPARE_LETTER)
    desk.unit.note(ReferralTag.REFERRAL_READ, record)
    if desk.unit.may(RecordAction.READ_RECORD, record):
        desk.unit.note(RecordTag.RECORD_SYNTHESIS_READ, record)
    draft = draft_asked(desk, record)
    said = kept_in(draft)
    own = [int(said["specialty"])] if said.get("specialty") else []
    return show(
        desk,
        "practice/new_letter.html",
        insured=get_insured(desk.session, record.insured_id or ""),
        specialties=[(one, name_of(one)[desk.lang]) for one in dict.fromkeys([*own, *SPECIALTIES])],
        kept={name: desk.field(name, 4000) or str(said.get(name) or "") for name in (*SECTIONS, "specialty")},
        addressee=doctor_name(desk.session, said["addressee_id"]) if said.get("addressee_id") else "",
        sections=SECTIONS,
        lines=lines_of(desk, record, said),
        urgent=desk.field("urgency", 10) == "urgent" or said.get("urgency") == "urgent",
        target_date=desk.field("target_date", 10) or said.get("target_date", ""),
        words=words(desk),
        draft=draft,
    )


def write_letter(desk: Desk) -> Response:
    """Sign it: it is the patient's from now on."""
    record = desk.person(ReferralAction.WRITE_REFERRAL)
    draft = draft_asked(desk, record)
    said = letter_typed(desk, record, kept_in(draft))
    new = signing.letter_of(record.insured_id or "", desk.unit.actor.professional_id or "", said)
    row = referrals.write_referral(desk.session, new)
    desk.unit.note(ReferralTag.REFERRAL_CREATE, of_referral(desk.session, row), flow=row.flow.value)
    if draft is not None:
        signing.end(desk.unit, draft)
    return desk.go(f"/practice/letters/{row.id}", done="saved")


def prepare_letter(desk: Desk) -> Response:
    """Leave it to be signed."""
    record = desk.person(ReferralAction.PREPARE_LETTER, ReferralTag.DRAFT_PREPARE)
    draft, account = draft_asked(desk, record), desk.unit.actor.account_id
    said = letter_typed(desk, record, kept_in(draft))
    if draft is None:
        author = desk.unit.actor.professional_id or ""
        drafts.prepare(desk.session, record.insured_id or "", author, said, prepared_by=account)
    else:
        drafts.write(draft, said, prepared_by=account)
    return desk.go("/practice/letters", done=left(desk))


def drop_letter(desk: Desk) -> Response:
    """Throw a draft away."""
    record = desk.person(ReferralAction.PREPARE_LETTER)
    draft = draft_asked(desk, record)
    if draft is None:
        raise not_found("draft")
    signing.end(desk.unit, draft)
    return desk.go("/practice/letters", done="saved")


def kept_in(draft: Draft | None) -> dict[str, Any]:
    """What a draft says; nothing where there is none."""
    return drafts.said_in(draft) if draft is not None else {}


def lines_of(desk: Desk, person: Record, said: Mapping[str, Any]) -> list[tuple[str, str, str, bool]]:
    """The lines of the synthesis that the author may join, each with its section and whether it was chosen."""
    if not desk.unit.may(RecordAction.READ_RECORD, person):
        return []
    chosen, kept = desk.form.getlist("extract"), [tuple(one) for one in said.get("extract") or ()]
    sent = desk.error is not None
    return [
        (row.id, PARTS[part.section][2][desk.lang], row.text,
         row.id in chosen if sent else (part.section.value, row.text) in kept)
        for part in synthesis(desk.session, person.insured_id or "") for row in part.lines
    ]  # fmt: skip


def extract_typed(desk: Desk, person: Record, kept: Mapping[str, Any]) -> list[list[str]]:
    """The lines that were ticked, as they are today; who may not read them changes nothing of those kept."""
    if not desk.unit.may(RecordAction.READ_RECORD, person):
        return list(kept.get("extract") or ())
    chosen = desk.form.getlist("extract")
    desk.unit.note(RecordTag.RECORD_SYNTHESIS_READ, person)
    found = synthesis(desk.session, person.insured_id or "")
    return [[part.section.value, str(row.text)] for part in found for row in part.lines if row.id in chosen]


def letter_typed(desk: Desk, person: Record, kept: Mapping[str, Any]) -> dict[str, Any]:
    """What was typed of a letter, over what was kept of it: to whom it was addressed. Raises Invalid."""
    said: dict[str, Any] = {name: desk.field(name, 4000) for name in SECTIONS}
    when = {
        "extract": extract_typed(desk, person, kept),
        "urgency": "urgent" if desk.field("urgency", 10) == "urgent" else "",
        "target_date": desk.day("target_date").isoformat() if desk.field("target_date", 10) else "",
    }
    kept = {name: value for name, value in kept.items() if name not in when}
    said |= {name: value for name, value in when.items() if value}
    for name in ("reason", "question"):
        if not said[name]:
            raise wrong(name, A_FEW_WORDS)
    if kept.get("addressee_id"):
        return {**kept, **said}
    specialty = desk.field("specialty", 2)
    if not (specialty.isascii() and specialty.isdigit()):
        raise wrong("specialty", Text("une spécialité", "a specialty"))
    return {**kept, **said, "specialty": int(specialty)}


def draft_asked(desk: Desk, person: Record) -> Draft | None:
    """The draft that the address names, of this person. Raises NotFound."""
    given = desk.asked("draft", 64)
    if not given:
        return None
    row = signing.found(desk.unit, given)
    if row.insured_id != person.insured_id or row.kind is not DraftKind.LETTER:
        raise not_found("draft")
    return row


def words(desk: Desk) -> dict[str, str]:
    """What the pages of letters say."""
    found = {name: text[desk.lang] for name, text in WORDS.items()}
    return found | {"must": found["must"].format(name=called(doctor_of(desk)))}
