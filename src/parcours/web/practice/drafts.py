"""`/practice/drafts/ID`: a care plan or a protocol that was prepared; the doctor reads it, and signs."""

from datetime import date
from typing import Any

from starlette.responses import Response

from parcours.edge import drafts as signing
from parcours.law.ald.book import ald_law
from parcours.registry.ald.models import ProtocolKind
from parcours.registry.ald.service import proposed_years
from parcours.registry.directory.trades import name_of
from parcours.registry.referrals import drafts
from parcours.registry.referrals.models import Draft, DraftKind
from parcours.registry.referrals.words import PLANS
from parcours.text import Text
from parcours.web.desk.names import doctor_name
from parcours.web.desk.room import Desk
from parcours.web.i18n import long_date, upper_first
from parcours.web.practice.desk import named, show
from parcours.web.practice.letters import words
from parcours.web.practice.plans import rhythm

NAMES = {
    "kind": Text("Sorte", "Kind"),
    "condition": Text("Affection", "Condition"),
    "content": Text("Ce qui est prévu", "What is planned"),
    "starts_on": Text("À partir du", "From"),
    "ends_on": Text("Jusqu'au", "Until"),
    "until": Text("Jusqu'au", "Until"),
    "years": Text("Durée proposée", "Duration proposed"),
    "acts": Text("Qui fait quoi", "Who does what"),
}
DAYS = ("starts_on", "ends_on", "until")
YEARS = Text("{years} ans", "{years} years")
FROM_MEMORY = Text(
    " (de mémoire : à vérifier dans l'annexe de D160-4, la décision de la caisse fait foi)",
    " (from memory: to be checked in the annex of D160-4; the decision of the fund counts)",
)
SIGN = Text("Signer", "Sign")


def draft(desk: Desk) -> Response:
    """The page."""
    row = found(desk)
    said = drafts.said_in(row)
    said |= {"years": duration(said, desk), "kind": said.get("kind") if row.kind is DraftKind.PLAN else ""}
    return show(
        desk, "practice/draft.html", row=row, name=named(desk, row.insured_id), words=words(desk),
        lines=[(text[desk.lang], told(name, said[name], desk.lang)) for name, text in NAMES.items() if said.get(name)],
        acts=[(one["acts"], whom(desk, one), rhythm(one, desk.lang)) for one in said.get("actors", ())],
        acts_title=NAMES["acts"][desk.lang],
        sign_label=SIGN[desk.lang],
    )  # fmt: skip


def found(desk: Desk) -> Draft:
    """The draft of the address."""
    return signing.found(desk.unit, desk.request.path_params["id"])


def told(name: str, value: str, lang: str) -> str:
    """What a draft says, in words."""
    if name in DAYS:
        return long_date(date.fromisoformat(value), lang)
    if name == "kind":
        return upper_first(PLANS[value][lang])
    condition = ald_law().get(value) if name == "condition" else None
    return condition.label[lang] if condition else value


def duration(said: dict[str, Any], desk: Desk) -> str:
    """How long full cover is proposed by the law of the day, and how sure that is; nothing where an end was said."""
    condition = None if said.get("until") else ald_law().get(said.get("condition", ""))
    if condition is None:
        return ""
    kind = ProtocolKind(said.get("kind", ProtocolKind.ALD))
    years = proposed_years(condition, kind, desk.today, renewal=bool(said.get("renews")))
    if years is None:
        return ""
    by = condition.duration_on(desk.today) if kind is ProtocolKind.ALD else None
    return YEARS[desk.lang].format(years=years) + (FROM_MEMORY[desk.lang] if by and by.confidence == "C" else "")


def whom(desk: Desk, actor: dict[str, Any]) -> str:
    """Who does it."""
    if actor.get("professional_id"):
        return doctor_name(desk.session, actor["professional_id"])
    return name_of(actor["specialty"])[desk.lang] if actor.get("specialty") else ""


def sign(desk: Desk) -> Response:
    """Sign it."""
    signing.sign(desk.unit, found(desk))
    return desk.go("/practice/letters", done="saved")


def drop(desk: Desk) -> Response:
    """Throw it away."""
    signing.end(desk.unit, found(desk))
    return desk.go("/practice/letters", done="saved")
