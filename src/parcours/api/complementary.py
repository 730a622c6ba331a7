"""Contracts with insurers as the fund knows them: two at once wait for a choice (simulated)."""

from __future__ import annotations

from datetime import date

from fastapi import Response
from pydantic import Field

from parcours.api.common import CREATING, READING, Id, In, Out, api_router, text
from parcours.edge.depends import OnceDep, ReadUnit
from parcours.edge.problems import problems
from parcours.registry.complementary import service as complementary
from parcours.registry.complementary.context import Action, Tag
from parcours.registry.complementary.models import Link
from parcours.registry.people.context import PATIENT
from parcours.registry.store.clock import paris_date

router = api_router(tag="complementary")


class LinkOut(Out):
    """A contract, and whether the fund tells its insurer what it refunds."""

    id: str
    simulated: bool = True
    insurer: str = Field(examples=["mutuelle_exemple"])
    state: str = Field(examples=["active"])
    starts_on: date
    ends_on: date | None

    @classmethod
    def of(cls, link: Link) -> LinkOut:
        return cls(id=link.id, insurer=link.insurer, state=link.state.value, starts_on=link.starts_on,
                   ends_on=link.ends_on)  # fmt: skip


@router.get("/people/{patient_id}/complementary", responses=problems(*READING))
def list_links(patient_id: Id, unit: ReadUnit) -> list[LinkOut]:
    """Every contract of a person, oldest first."""
    record = unit.find(PATIENT, patient_id, Action.READ_LINKS, Tag.LINK_READ)
    return [LinkOut.of(one) for one in complementary.links_of(unit.session, record.insured_id or "")]


class ChoiceIn(In):
    """Which of the contracts that overlap is kept."""

    insurer: str = text(40, "mutuelle_exemple")


@router.post(
    "/people/{patient_id}/complementary/choice", status_code=201, response_model=LinkOut, responses=problems(*CREATING)
)
def choose_link(patient_id: Id, body: ChoiceIn, once: OnceDep) -> Response:
    """Choose one of the contracts that overlap; the others end, and what waited goes out once."""
    unit = once.unit
    record = unit.find(PATIENT, patient_id, Action.CHOOSE_LINK, Tag.LINK_CHOOSE)

    def make() -> tuple[LinkOut, dict[str, str]]:
        link = complementary.choose(unit.session, record.insured_id or "", body.insurer,
                                    day=paris_date(unit.incoming.at))  # fmt: skip
        return LinkOut.of(link), {}

    return once.reply(make)
