"""A draft is signed: a letter, a report, a plan or a protocol is written from what was prepared, and the draft ends."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from parcours.edge.unit import Unit
from parcours.registry.ald.context import Action as AldAction
from parcours.registry.ald.context import Tag as AldTag
from parcours.registry.ald.context import of_protocol
from parcours.registry.ald.service import NewProtocol
from parcours.registry.ald.service import prepare as write_protocol
from parcours.registry.care_plans.context import Action as PlanAction
from parcours.registry.care_plans.context import Tag as PlanTag
from parcours.registry.care_plans.context import of_plan
from parcours.registry.care_plans.service import Actor, PlanContent, write_plan
from parcours.registry.people.context import PATIENT
from parcours.registry.referrals import drafts
from parcours.registry.referrals import service as referrals
from parcours.registry.referrals.context import DRAFT, REFERRAL, Action, Tag, of_draft, of_referral
from parcours.registry.referrals.letters import Letter, NewReferral
from parcours.registry.referrals.models import Draft, DraftKind, Flow
from parcours.registry.store.clock import paris_today

OF_A_LETTER = (
    "reason", "question", "history", "current_treatment", "examinations_done", "allergies", "expectations",
)  # fmt: skip
"""What a draft says of a letter; the rest says whom it is for."""


def sign(unit: Unit, row: Draft) -> str:
    """Write what was prepared, as its doctor; the id of what was written. The policy is asked for what it becomes."""
    made = SIGNED[row.kind](unit, row, drafts.said_in(row))
    end(unit, row)
    return made


def end(unit: Unit, row: Draft) -> None:
    """The draft has done its work, or is no more wanted."""
    unit.note(Tag.DRAFT_END, of_draft(unit.session, row))
    drafts.end(unit.session, row)


def found(unit: Unit, draft_id: str) -> Draft:
    """A draft, for the practice that prepares it."""
    record = unit.find(DRAFT, draft_id, Action.READ_DRAFT, Tag.DRAFT_READ)
    return drafts.get_draft(unit.session, record.id or "")


def letter_of(insured_id: str, author_id: str, said: Mapping[str, Any]) -> NewReferral:
    """A letter as a draft or a page says it."""
    specialty = said.get("specialty")
    texts: dict[str, Any] = {name: said.get(name) or "" for name in OF_A_LETTER}
    return NewReferral(
        insured_id=insured_id,
        author_id=author_id,
        flow=said.get("flow") or Flow.AVIS_PONCTUEL.value,
        letter=Letter(
            **texts,
            urgency=said.get("urgency") or "ordinary",
            target_date=said.get("target_date") or "",
            extract=tuple((section, line) for section, line in said.get("extract") or ()),
        ),
        addressee_id=said.get("addressee_id") or None,
        specialty=int(specialty) if specialty else None,
    )


def _letter(unit: Unit, row: Draft, said: Mapping[str, Any]) -> str:
    unit.find(PATIENT, row.insured_id, Action.WRITE_REFERRAL)
    made = referrals.write_referral(unit.session, letter_of(row.insured_id, row.author_id, said))
    unit.note(Tag.REFERRAL_CREATE, of_referral(unit.session, made))
    return made.id


def _report(unit: Unit, row: Draft, said: Mapping[str, Any]) -> str:
    unit.find(REFERRAL, row.referral_id or "", Action.WRITE_REPORT, Tag.REFERRAL_REPORT)
    on = paris_today()
    return referrals.report_back(
        unit.session, row.referral_id or "", row.author_id, written_on=on, text=said["text"]
    ).id


def _plan(unit: Unit, row: Draft, said: Mapping[str, Any]) -> str:
    unit.find(PATIENT, row.insured_id, PlanAction.WRITE_PLAN)
    new = PlanContent(
        said["kind"], said["content"], date.fromisoformat(said["starts_on"]), day(said.get("ends_on")),
        said.get("ald_number"), actors_of(said),
    )  # fmt: skip
    made = write_plan(unit.session, row.insured_id, row.author_id, new)
    unit.note(PlanTag.CARE_PLAN_CREATE, of_plan(unit.session, made))
    return made.id


def _protocol(unit: Unit, row: Draft, said: Mapping[str, Any]) -> str:
    unit.find(PATIENT, row.insured_id, AldAction.WRITE_PROTOCOL)
    new = NewProtocol(
        said["condition"], said["content"], actors_of(said), said["kind"], day(said.get("starts_on")),
        day(said.get("until")), said.get("renews"), bool(said.get("emergency")),
    )  # fmt: skip
    made = write_protocol(unit.session, row.insured_id, row.author_id, new)
    unit.note(AldTag.ALD_CREATE, of_protocol(unit.session, made))
    return made.id


SIGNED: Mapping[DraftKind, Callable[[Unit, Draft, Mapping[str, Any]], str]] = {
    DraftKind.LETTER: _letter, DraftKind.REPORT: _report, DraftKind.PLAN: _plan, DraftKind.PROTOCOL: _protocol,
}  # fmt: skip


def actors_of(said: Mapping[str, Any]) -> tuple[Actor, ...]:
    """Who takes part, as it was said."""
    return tuple(Actor(**one) for one in said["actors"])


def day(text: str | None) -> date | None:
    """A day that was kept as text."""
    return None if text is None else date.fromisoformat(text)
