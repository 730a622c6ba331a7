"""`/me/family`, `/me/privacy`, `/me/care`: whom one acts for, who looked, what was written about one's care."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from starlette.responses import Response

from parcours.edge import trail
from parcours.law import thresholds
from parcours.registry import contexts
from parcours.registry.access.export import without
from parcours.registry.ald import service as ald
from parcours.registry.ald.context import Action as ProtocolAction
from parcours.registry.ald.context import of_protocol
from parcours.registry.ald.words import STATES as PROTOCOLS
from parcours.registry.audit.context import Action as AuditAction
from parcours.registry.audit.context import Tag as AuditTag
from parcours.registry.audit.models import AuditEvent
from parcours.registry.care_plans import service as plans
from parcours.registry.care_plans.context import CARE_PLAN, of_plan
from parcours.registry.care_plans.context import Action as PlanAction
from parcours.registry.care_plans.context import Tag as PlanTag
from parcours.registry.claims import agreements
from parcours.registry.claims.adjudicate import claims_of
from parcours.registry.claims.context import Action as ClaimAction
from parcours.registry.claims.context import Tag as ClaimTag
from parcours.registry.claims.models import AgreementState, ClaimState
from parcours.registry.claims.words import AGREEMENTS, NO_AGREEMENTS
from parcours.registry.directory.trades import name_of
from parcours.registry.people import family
from parcours.registry.people.context import Action, Tag, of_patient
from parcours.registry.people.models import Insured
from parcours.registry.people.service import age_on
from parcours.registry.record.problems import opposed, opposed_to_emergency
from parcours.registry.referrals import service as referrals
from parcours.registry.referrals.context import REFERRAL, of_referral
from parcours.registry.referrals.context import Action as ReferralAction
from parcours.registry.referrals.context import Tag as ReferralTag
from parcours.registry.referrals.covering import sequence_of
from parcours.registry.referrals.models import Flow, Referral
from parcours.registry.referrals.words import FLOWS, PLANS
from parcours.registry.store.ids import parse_id
from parcours.registry.visits import service as visits
from parcours.registry.visits.context import Action as VisitAction
from parcours.text import Text
from parcours.web.desk.acts import name_of_act
from parcours.web.desk.names import called, doctor_name, professionals
from parcours.web.desk.paging import cut
from parcours.web.desk.room import Desk
from parcours.web.me.deeds import said_of
from parcours.web.me.person import Mine

PAGE = 40
VISITS = 20
NOT_THERE = (
    ClaimState.DRAFT, ClaimState.SIGNED, ClaimState.BATCHED, ClaimState.SENT, ClaimState.REFUSED, ClaimState.REPLACED,
    ClaimState.REVERSED,
)  # fmt: skip
"""Sheets that did not reach the fund, or were taken back."""
SECTIONS = {
    "reason": Text("Motif", "Reason"),
    "question": Text("Question posée", "Question"),
    "history": Text("Antécédents", "History"),
    "current_treatment": Text("Traitement en cours", "Current treatment"),
    "examinations_done": Text("Examens faits", "Examinations done"),
    "allergies": Text("Allergies", "Allergies"),
    "expectations": Text("Ce qui est attendu", "What is expected"),
}
REFUSED = {one.code: one.reason for one in (opposed, opposed_to_emergency)}
"""Why somebody could not look, besides the rules."""


# --- family ----------------------------------------------------------------------------------------------------------


def my_family(desk: Desk) -> Response:
    """Children and protected people, who acts for oneself, the birthdays that change something."""
    mine = Mine.of(desk, Action.READ_HOLDERS, Tag.HOLDER_READ)
    children = family.children_of(desk.session, mine.id, desk.today)
    return mine.show(
        "me/family.html", children=[described_child(desk, one) for one in children],
        holders=family.holders_of(desk.session, mine.id, desk.today),
        minor=mine.age < thresholds.majority(desk.today),
    )  # fmt: skip


def described_child(desk: Desk, child: Insured) -> dict[str, Any]:
    """A child, who else acts for them, and what the next birthdays change."""
    today = desk.today
    others = [one for one in family.holders_of(desk.session, child.id, today) if one.id != desk.unit.actor.insured_id]
    choice, adult = thresholds.age_of_choice(today), thresholds.majority(today)
    return {
        "row": child, "others": [f"{one.first_name} {one.family_name}" for one in others],
        "age": age_on(child.birth_date, today),
        "chooses_on": thresholds.years_after(child.birth_date, choice), "choice": choice,
        "adult_on": thresholds.years_after(child.birth_date, adult), "adult": adult,
    }  # fmt: skip


# --- care ------------------------------------------------------------------------------------------------------------


def care(desk: Desk) -> Response:
    """Visits, letters, plans."""
    mine = Mine.of(desk, ReferralAction.READ_REFERRAL, ReferralTag.REFERRAL_READ)
    session, unit = desk.session, desk.unit
    letters = [
        row for row in referrals.referrals_of(session, mine.id)
        if unit.may(ReferralAction.READ_REFERRAL, of_referral(session, row))
    ]  # fmt: skip
    seen = seen_by(mine)
    planned = [row for row in plans.plans_of(session, mine.id) if unit.may(PlanAction.READ_PLAN, of_plan(session, row))]
    protocols = [
        row for row in ald.protocols_of(session, mine.id)
        if unit.may(ProtocolAction.READ_PROTOCOL, of_protocol(session, row))
    ]  # fmt: skip
    ids = [*(one.author_id for one in letters), *(one.author_id for one in protocols),
           *(one.addressee_id for one in letters),
           *(one.professional_id for one in seen), *(one.author_id for one in planned)]  # fmt: skip
    return mine.show(
        "me/care.html", protocols=protocols, protocol_states=PROTOCOLS, letters=letters,
        visits=seen, plans=planned, flows=FLOWS, kinds=PLANS, called=called,
        names=professionals(session, ids), specialty=specialty_name(desk.lang), agreements=described_agreements(mine),
    )  # fmt: skip


def described_agreements(mine: Mine) -> list[dict[str, Any]]:
    """What was asked of the fund before an act, the latest first: where it is today, why it was refused."""
    desk, found = mine.desk, []
    if not desk.unit.may(ClaimAction.READ_CLAIMS, of_patient(mine.row)):
        return []
    rows = agreements.agreements_of(desk.session, mine.id)[::-1]
    why = agreements.refusals_of(desk.session, rows)
    by = professionals(desk.session, [one.professional_id for one in rows])
    for row in rows:
        state, doctor = agreements.state_on(row, desk.today), by[row.professional_id]
        found.append({
            "row": row, "who": called(doctor), "act": name_of_act(row.code, doctor, desk.lang),
            "state": AGREEMENTS[state][desk.lang], "waits": state is AgreementState.ASKED,
            "refused": state is AgreementState.REFUSED,
            "why": NO_AGREEMENTS[why[row.id]][desk.lang] if row.id in why else "",
        })  # fmt: skip
    return found


@dataclass(frozen=True)
class Seen:
    """Somebody was seen, on a day; the act that reached the fund, where it did."""

    professional_id: str
    care_date: date
    claim_id: str = ""


def seen_by(mine: Mine) -> list[Seen]:
    """Whom the person saw, the latest first: acts that reached the fund, and visits worked out here."""
    session, may, record = mine.desk.session, mine.desk.unit.may, of_patient(mine.row)
    reads = may(ClaimAction.READ_CLAIMS, record)
    billed = claims_of(session, mine.id, limit=VISITS, but=NOT_THERE) if reads else []
    if billed:
        mine.desk.unit.note(ClaimTag.STATEMENT_READ, record)
    answered = visits.visits_of(session, mine.id) if may(VisitAction.READ_FACTS, record) else []
    found = {(one.care_date, one.professional_id): Seen(one.professional_id, one.care_date) for one in answered}
    found |= {(one.care_date, one.professional_id): Seen(one.professional_id, one.care_date, one.id) for one in billed}
    return [found[key] for key in sorted(found, reverse=True)[:VISITS]]


def specialty_name(lang: str) -> Any:
    """The name of a specialty by its national code."""
    return lambda code: name_of(code)[lang] if code is not None else ""


def letter(desk: Desk) -> Response:
    """A letter and what was written back."""
    record = desk.unit.find(REFERRAL, desk.request.path_params["id"], ReferralAction.READ_LETTER,
                            ReferralTag.REFERRAL_READ_LETTER)  # fmt: skip
    row = referrals.get_referral(desk.session, record.id or "")
    mine = Mine.named(desk, row.insured_id)
    content = referrals.letter_of(row)
    reports = referrals.reports_of(desk.session, row.id)
    filled = [(text[desk.lang], getattr(content, name)) for name, text in SECTIONS.items()]
    return mine.show(
        "me/letter.html", row=row, flows=FLOWS, sections=[one for one in filled if one[1]],
        reports=[(doctor_name(desk.session, one.author_id), one) for one in reports],
        author=doctor_name(desk.session, row.author_id), to=addressee(desk, row),
        may_withhold=desk.unit.may(ReferralAction.WITHHOLD_REFERRAL, record)
        and mine.age < thresholds.majority(desk.today),
        may_cancel=row.cancelled_at is None and desk.unit.may(ReferralAction.CANCEL_REFERRAL, record),
    )  # fmt: skip


def addressee(desk: Desk, row: Referral) -> str:
    """Whom a letter is for: a doctor, any doctor of a specialty, those of a sequence in their order."""
    specialty = specialty_name(desk.lang)
    steps = sequence_of(desk.session, row.id) if row.flow is Flow.SEQUENCE else []
    those = [(one.professional_id, one.specialty) for one in steps]
    return ", ".join(
        doctor_name(desk.session, doctor_id) if doctor_id else str(specialty(code))
        for doctor_id, code in those or [(row.addressee_id, row.specialty)]
    )


def withhold(desk: Desk) -> Response:
    """A minor keeps a letter from those who act for them, or shows it again."""
    record = desk.unit.find(REFERRAL, desk.request.path_params["id"], ReferralAction.WITHHOLD_REFERRAL,
                            ReferralTag.REFERRAL_WITHHOLD)  # fmt: skip
    row = referrals.get_referral(desk.session, record.id or "")
    referrals.withhold(desk.session, row, withheld=desk.field("withheld", 5) == "true")
    return desk.go(done="saved")


def cancel_letter(desk: Desk) -> Response:
    """The patient does not want it any more."""
    record = desk.unit.find(REFERRAL, desk.request.path_params["id"], ReferralAction.CANCEL_REFERRAL,
                            ReferralTag.REFERRAL_CANCEL)  # fmt: skip
    referrals.cancel(desk.session, record.id or "")
    return desk.go("/me/care", done="saved")


def agree_plan(desk: Desk) -> Response:
    """Agree to a plan that a doctor wrote."""
    record = desk.unit.find(CARE_PLAN, desk.field("plan_id", 64), PlanAction.AGREE_PLAN_AS_PATIENT,
                            PlanTag.CARE_PLAN_AGREE)  # fmt: skip
    plans.agree(desk.session, record.id or "", on=desk.today)
    return desk.go(done="saved")


# --- who looked ------------------------------------------------------------------------------------------------------


def privacy(desk: Desk) -> Response:
    """Who looked at what, when and why; one's copy; to close one's account."""
    mine = Mine.of(desk, AuditAction.READ_TRAIL, AuditTag.AUDIT_READ)
    before = event_of(desk, mine, desk.asked("before", 64))
    found = trail.accesses(desk.unit, mine.id, before=before, limit=PAGE + 1)
    rows, more = cut(found, PAGE, lambda one: one.row.id)
    return mine.show(
        "me/privacy.html", accesses=once(rows),
        more=more, yourself=trail.YOURSELF,
        reasons={rule.name: Text(rule.fr, rule.en) for rule in contexts.POLICY.rules} | REFUSED,
    )  # fmt: skip


def once(rows: list[trail.Access]) -> list[tuple[trail.Access, Text, Text, int]]:
    """What was done in a row, within one minute, by the same one to the same thing: told once, with how often."""
    told = []
    for _, same in groupby(rows, key=lambda one: (one.by, one.account, one.app, one.row.why, one.row.tag,
                                                  one.row.occurred_at.replace(second=0, microsecond=0))):  # fmt: skip
        first, *others = same
        told.append((first, *said_of(first.row.tag, own=first.by == trail.YOURSELF), 1 + len(others)))
    return told


def event_of(desk: Desk, mine: Mine, given: str) -> AuditEvent | None:
    """The event after which a page starts; one of another person is none."""
    row = desk.session.get(AuditEvent, parse_id(given)) if parse_id(given) else None
    return row if row is not None and row.insured_id == mine.id else None


def content_of(mine: Mine) -> dict[str, Any]:
    """What the copy holds; for a parent, without what a minor keeps."""
    content = contexts.export_person(mine.desk.session, mine.id)
    return content if mine.is_own else without(content, contexts.withheld(mine.desk.session, mine.id))


def copy(desk: Desk) -> Response:
    """Everything that is held about the person, as a file."""
    mine = Mine.of(desk, Action.EXPORT_PATIENT, Tag.PERSON_EXPORT)
    body = json.dumps(content_of(mine), default=plain, ensure_ascii=False, indent=1)
    headers = {"Content-Disposition": 'attachment; filename="parcours.json"', "Cache-Control": "no-store"}
    return Response(body, headers=headers, media_type="application/json")


def plain(value: object) -> str:
    """A value of the copy as JSON holds it."""
    return value.isoformat() if isinstance(value, date | datetime) else str(value)
