"""`/practice/plans/new`: a care plan or an ALD protocol is prepared; it is read again and signed on its own page."""

from typing import Any

from starlette.responses import Response

from parcours.law.ald.book import ald_law
from parcours.registry.access.model import Role
from parcours.registry.ald.models import ProtocolKind
from parcours.registry.care_plans.models import PlanKind, RhythmUnit
from parcours.registry.directory.trades import name_of
from parcours.registry.people.service import get_insured
from parcours.registry.referrals import drafts
from parcours.registry.referrals.context import Action, Tag, of_draft
from parcours.registry.referrals.models import DraftKind
from parcours.registry.referrals.words import PLANS
from parcours.text import Agreeing, Text
from parcours.web.desk.room import Desk, wrong
from parcours.web.practice.desk import show
from parcours.web.practice.letters import A_FEW_WORDS, SPECIALTIES, words

ROWS = 3
"""Who takes part, on the page; a program may name more."""
EVERY = {
    RhythmUnit.WEEK: Text("par semaine", "a week"), RhythmUnit.MONTH: Text("par mois", "a month"),
    RhythmUnit.QUARTER: Text("par trimestre", "a quarter"), RhythmUnit.YEAR: Text("par an", "a year"),
    RhythmUnit.PLAN: Text("en tout", "in all"),
}  # fmt: skip
TIMES = Text("{count} fois {every}", "{count} {count:time|times} {every}")
LABELS = {
    "title": Text("Plan ou protocole", "Plan or protocol"),
    "what": Text("De quoi s'agit-il", "What it is"),
    "condition": Text("Affection (pour un protocole d'ALD)", "Condition (for an ALD protocol)"),
    "none": Text("aucune", "none"),
    "content": Text("Ce qui est prévu", "What is planned"),
    "starts_on": Text("À partir du", "From"),
    "ends_on": Text("Jusqu'au (s'il y a une fin)", "Until (if there is an end)"),
    "who": Text("Qui y prend part", "Who takes part"),
    "acts": Text("Pour quels actes", "For which acts"),
    "visits": Text("Combien de visites", "How many visits"),
    "unit": Text("À quel rythme", "How often"),
    "keep": Text("Garder, puis relire et signer", "Keep, then read again and sign"),
}  # fmt: skip


def new_plan(desk: Desk) -> Response:
    """The form, for a patient whose card is here."""
    record = desk.person(Action.PREPARE_LETTER, Tag.DRAFT_READ)
    said = {name: desk.field(name, 4000) for name in ("what", "condition", "content", "starts_on", "ends_on")}
    return show(
        desk,
        "practice/new_plan.html",
        insured=get_insured(desk.session, record.insured_id or ""),
        said=said,
        rows=rows(desk),
        kinds=PLANS,
        conditions=[one for one in ald_law().values() if one.open_on(desk.today)],
        specialties=[(str(one), name_of(one)[desk.lang]) for one in SPECIALTIES],
        units=EVERY,
        labels={name: text[desk.lang] for name, text in LABELS.items()},
        words=words(desk),
    )


def rows(desk: Desk) -> list[tuple[str, str, str, str]]:
    """(Acts, specialty, visits, unit) of each row; once a year where nothing was typed."""
    return [
        (desk.field(f"acts-{n}", 500), desk.field(f"specialty-{n}", 2), desk.field(f"visits-{n}", 3) or "1",
         desk.field(f"unit-{n}", 10) or RhythmUnit.YEAR.value)
        for n in range(1, ROWS + 1)
    ]  # fmt: skip


def prepare(desk: Desk) -> Response:
    """Keep it; its doctor goes on to sign it."""
    record = desk.person(Action.PREPARE_LETTER)
    kind, said = typed(desk)
    row = drafts.prepare(
        desk.session, record.insured_id or "", desk.unit.actor.professional_id or "", said, kind=kind,
        prepared_by=desk.unit.actor.account_id,
    )  # fmt: skip
    desk.unit.note(Tag.DRAFT_PREPARE, of_draft(desk.session, row))
    if desk.unit.actor.role is Role.DOCTOR:
        return desk.go(f"/practice/drafts/{row.id}")
    return desk.go("/practice/letters", done="to_sign")


def typed(desk: Desk) -> tuple[DraftKind, dict[str, Any]]:
    """What was typed, as a program would send it. Raises Invalid."""
    what, content, condition = desk.field("what", 20), desk.field("content", 4000), desk.field("condition", 8)
    if what not in PLANS:
        raise wrong("what", Text("une sorte de plan", "a kind of plan"))
    if not content:
        raise wrong("content", A_FEW_WORDS)
    actors = [actor(n, *row) for n, row in enumerate(rows(desk), 1) if row[0]]
    if not actors:
        raise wrong("acts-1", A_FEW_WORDS)
    until = desk.day("ends_on").isoformat() if desk.field("ends_on", 10) else None
    said = {"content": content, "starts_on": desk.day("starts_on", desk.today).isoformat(), "actors": actors}
    if what != PlanKind.PROTOCOLE_ALD:
        return DraftKind.PLAN, {**said, "kind": what, "ends_on": until}
    if condition not in ald_law():
        raise wrong("condition", Text("une affection de la liste", "a condition of the list"))
    return DraftKind.PROTOCOL, {**said, "kind": ProtocolKind.ALD.value, "condition": condition, "until": until}


def actor(n: int, acts: str, specialty: str, visits: str, unit: str) -> dict[str, Any]:
    """Who takes part, for what, how often, in a row. Raises Invalid."""
    if specialty not in {str(one) for one in SPECIALTIES}:
        raise wrong(f"specialty-{n}", Text("une spécialité", "a specialty"))
    if not (visits.isascii() and visits.isdigit() and 1 <= int(visits) <= 365):
        raise wrong(f"visits-{n}", Text("un nombre de visites", "a number of visits"))
    if unit not in EVERY:
        raise wrong(f"unit-{n}", Text("un rythme", "a rhythm"))
    return {"acts": acts, "specialty": int(specialty), "visits": int(visits), "unit": unit}


def rhythm(one: dict[str, Any], lang: str) -> str:
    """How often somebody takes part, in words; nothing where it was not said."""
    if not one.get("visits"):
        return ""
    return TIMES[lang].format(count=Agreeing(one["visits"], lang), every=EVERY[RhythmUnit(one["unit"])][lang])
