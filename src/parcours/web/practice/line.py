"""`/practice/line`: what the directory shows of a professional, kept by them or by who works for them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.responses import Response

from parcours.registry.access.model import Record, Role
from parcours.registry.directory.cards import card_of
from parcours.registry.directory.claims import FACETS, FEES, FLAGS, SHOWN_FLAGS, SOURCES, claims_of, last_day, state
from parcours.registry.directory.context import DIRECTORY, LINE, Action, Tag
from parcours.registry.directory.models import Claim, ClaimSource, OppositionScope, Organisation, Professional
from parcours.registry.directory.oppositions import oppose, scope_of, withdraw
from parcours.registry.directory.service import get_professional, workplaces_on
from parcours.web.desk.room import Desk
from parcours.web.directory.find import ATTRIBUTES
from parcours.web.directory.find import SOURCES as SAID_BY
from parcours.web.directory.professional import fee_of
from parcours.web.practice.desk import show

YES_NO = (*FLAGS, *SHOWN_FLAGS, *(f"accessible_{one}" for one in FACETS))
TEXTS = ("phone", "email", "website", "absence", "locum")
NOTHING = ""
REPORTS_SHOWN = 10


@dataclass(frozen=True)
class Line:
    """What a professional, or their practice, has said; what others say; what was reported wrong."""

    professional: Professional
    organisation_id: str | None
    """Of one place; None: everywhere."""
    places: list[Organisation]
    said: Mapping[str, list[Claim]]
    """Standing claims of themselves and of their practice, by attribute."""
    others: list[Claim]
    """What a file or the fund says and is not shown, because they said otherwise."""
    reports: list[Claim]

    def value(self, name: str) -> str:
        """What stands in a field."""
        return " ".join(one.value for one in self.said.get(name, ()))

    def fee(self, name: str) -> tuple[str, str]:
        """An act and its fee in euros."""
        if not self.said.get(name):
            return "", ""
        act, cents = fee_of(self.said[name][0].value)
        return act, f"{cents // 100},{cents % 100:02d}"

    @property
    def until(self) -> date | None:
        """The last day on which it counts that they take new patients."""
        found = self.said.get("accepts_adults") or self.said.get("accepts_children")
        return last_day(found[0]) if found else None


def line_of(desk: Desk, professional_id: str, organisation_id: str | None) -> Line:
    """The line as it stands."""
    session, today = desk.session, desk.today
    every = claims_of(session, [professional_id], today)[professional_id]
    here = [one for one in every if one.organisation_id in (organisation_id, None)]
    said: dict[str, list[Claim]] = {}
    for one in here:
        if one.source in (ClaimSource.PROFESSIONAL, ClaimSource.DELEGATE):
            kept = said.setdefault(one.attribute, [])
            if not kept or kept[0].source is one.source:
                kept.append(one)
    others = [
        one for one in here
        if one.source in (ClaimSource.FUND, ClaimSource.IMPORT) and one.attribute in said
        and one.value not in {mine.value for mine in said[one.attribute]}
    ]  # fmt: skip
    places = [place for _, place in workplaces_on(session, professional_id, today)]
    row = get_professional(session, professional_id)
    return Line(row, organisation_id, places, said, others, reports_of(session, professional_id, today))


def reports_of(session: Session, professional_id: str, on: date) -> list[Claim]:
    """What people said is wrong, the newest first."""
    rows = session.scalars(
        select(Claim)
        .where(Claim.professional_id == professional_id, Claim.source == ClaimSource.REPORT, Claim.expires_on > on)
        .order_by(Claim.observed_on.desc(), Claim.id.desc())
        .limit(REPORTS_SHOWN)
    )
    return list(rows)


def own_id(desk: Desk) -> str:
    """The professional whose line it is. Raises Forbidden for anybody else."""
    mine = desk.unit.actor.professional_id
    if mine is None:
        desk.unit.allow(Action.KEEP_LINE, Record(LINE))
    return mine or ""


def my_line(desk: Desk) -> Response:
    """The page."""
    mine = own_id(desk)
    desk.unit.allow(Action.READ_DIRECTORY, DIRECTORY)
    place = place_of(desk, desk.asked("place", 64), mine)
    line = line_of(desk, mine, place)
    card = card_of(desk.session, line.professional, desk.today, opposed=True)
    return show(
        desk, "practice/line.html", line=line, card=card, attributes=ATTRIBUTES, said_by=SAID_BY, yes_no=YES_NO,
        texts=TEXTS, fees=FEES, sent=desk.form if desk.error is not None else None, sources=SOURCES,
        may_oppose=desk.unit.may(Action.OPPOSE, Record(LINE, mine, professional_id=mine)),
        scope=scope_of(desk.session, line.professional.rpps),
    )  # fmt: skip


def place_of(desk: Desk, given: str, mine: str) -> str | None:
    """One of their places; anything else is everywhere."""
    ids = {place.id for _, place in workplaces_on(desk.session, mine, desk.today)}
    return given if given in ids else None


def source_of(desk: Desk) -> ClaimSource:
    """As whom they speak."""
    return ClaimSource.DELEGATE if desk.unit.actor.role is Role.DELEGATE else ClaimSource.PROFESSIONAL


def keep(desk: Desk) -> Response:
    """Say what changed; what was left as it is keeps its day."""
    mine = own_id(desk)
    desk.unit.find(LINE, mine, Action.KEEP_LINE, Tag.PROFESSIONAL_CHANGE)
    place = place_of(desk, desk.field("place", 64), mine)
    line = line_of(desk, mine, place)
    until = desk.day("until") if desk.field("until", 10) else None
    given = values_of(desk)
    renewed = desk.field("renew", 5) == "yes"
    changed = {
        name: values for name, values in given.items()
        if (renewed and values) or values != [one.value for one in line.said.get(name, ())]
    }  # fmt: skip
    accepts = {name: values for name, values in changed.items() if name.startswith("accepts_")}
    if until is not None and until != line.until:
        accepts |= {name: given[name] for name in ("accepts_adults", "accepts_children") if given[name]}
    others = {name: values for name, values in changed.items() if name not in accepts}
    for values, end in ((accepts, until), (others, None)):
        if values:
            state(desk.session, mine, values, source_of(desk), organisation_id=place, on=desk.today, until=end)
    return desk.go(done="saved", place=place or "")


def values_of(desk: Desk) -> dict[str, list[str]]:
    """What the form says, by attribute; nothing where a field is empty."""
    said = {name: [desk.field(name)] for name in (*YES_NO, *TEXTS)}
    said["language"] = desk.field("language").lower().replace(",", " ").split()
    for name in FEES:
        act = desk.field(f"{name}_act", 100)
        amount = desk.euros(f"{name}_euros") if act or desk.field(f"{name}_euros", 20) else None
        said[name] = [f"{act or 'Consultation'} {int(amount * 100)}"] if amount else []
    return {name: [one for one in values if one != NOTHING] for name, values in said.items()}


def oppose_it(desk: Desk) -> Response:
    """Oppose being shown, or one's contacts being shown; or no longer."""
    mine = own_id(desk)
    desk.unit.find(LINE, mine, Action.OPPOSE, Tag.PROFESSIONAL_OPPOSE)
    row, wanted = get_professional(desk.session, mine), desk.field("scope", 20)
    if wanted in {one.value for one in OppositionScope}:
        oppose(desk.session, row, OppositionScope(wanted))
    else:
        withdraw(desk.session, row)
    return desk.go(done="saved")
