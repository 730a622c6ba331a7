"""`/me/record`: the medical record that one's doctors share (simulated): what it holds, who shares it."""

from typing import Any

from starlette.responses import Response

from parcours.documents.care_papers import PARTS
from parcours.registry.people.context import of_patient
from parcours.registry.record import documents, service, sharing
from parcours.registry.record.context import EMERGENCY, Action, Tag, of_document
from parcours.registry.record.models import Verdict
from parcours.text import Text
from parcours.web.desk.names import called, professionals
from parcours.web.desk.room import Desk
from parcours.web.me.person import Mine

STATES = {
    "filled": Text("", ""),
    "nothing_known": Text("rien de connu", "nothing known"),
    "not_asked": Text("pas encore demandé", "not asked yet"),
}
VERDICTS = {
    Verdict.JUSTIFIED: Text("justifié", "justified"),
    Verdict.NOT_JUSTIFIED: Text("non justifié", "not justified"),
}


def my_record(desk: Desk) -> Response:
    """The page."""
    mine = Mine.of(desk, Action.READ_RECORD, Tag.RECORD_SYNTHESIS_READ)
    session, unit = desk.session, desk.unit
    found = service.synthesis(session, mine.id)
    papers = [row for row in documents.documents_of(session, mine.id)
              if unit.may(Action.READ_DOCUMENT, of_document(session, row))]  # fmt: skip
    team, opened = sharing.team_of(session, mine.id), sharing.accesses_to(session, mine.id)
    against = sharing.oppositions_of(session, mine.id)
    rows: list[Any] = [*papers, *(line for one in found for line in one.lines)]
    others: list[Any] = [*team, *opened, *against]
    ids = [*(one.author_id for one in rows), *(one.professional_id for one in others)]
    return mine.show(
        "me/record.html", sections=[(PARTS[one.section][2], one, STATES[one.state]) for one in found], papers=papers,
        stale=lambda row: service.is_stale(row, desk.today), team=team, opened=opened, against=against,
        verdicts=VERDICTS, names=professionals(session, ids), called=called,
        manages=unit.may(Action.MANAGE_SHARING, of_patient(mine.row)),
    )  # fmt: skip


def change(desk: Desk) -> Response:
    """Oppose, take an opposition back, or take a professional out of the team."""
    record = desk.person(Action.MANAGE_SHARING, Tag.RECORD_SHARING_CHANGE)
    person, what = record.insured_id or "", desk.field("what", 20)
    if what == "everybody":
        sharing.oppose(desk.session, person)
    elif what == "emergency":
        sharing.oppose(desk.session, person, emergency=True)
    elif what == "leave":
        sharing.leave(desk.session, person, desk.field("professional_id", 64))
    else:
        sharing.withdraw_oppositions(desk.session, person)
    return desk.go(done="saved")


def review(desk: Desk) -> Response:
    """Say whether an access in an emergency was justified."""
    record = desk.unit.find(
        EMERGENCY, desk.field("access_id", 64), Action.REVIEW_EMERGENCY, Tag.RECORD_EMERGENCY_REVIEW
    )
    given = Verdict.JUSTIFIED if desk.field("verdict", 20) == Verdict.JUSTIFIED.value else Verdict.NOT_JUSTIFIED
    sharing.review(desk.session, record.id or "", given.value, desk.unit.actor.account_id or "")
    return desk.go(done="saved")
