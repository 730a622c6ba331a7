"""`/me/record`: the medical record that one's doctors share (simulated): what it holds, who shares it."""

import json
from typing import Any

from starlette.responses import Response

from parcours.documents import render
from parcours.documents.care_papers import PARTS, synthesis
from parcours.documents.clinical import as_record
from parcours.edge.directory import visible_professional
from parcours.edge.record_reader import shown_to
from parcours.registry.errors import not_found
from parcours.registry.people.context import of_patient
from parcours.registry.record import documents, handover, projects, service, sharing
from parcours.registry.record.context import EMERGENCY, FOLLOW_UP, Action, Tag, of_document
from parcours.registry.record.models import ConsentScope, How, Outcome, Verdict
from parcours.text import Text
from parcours.web.desk.names import called, professionals, trade
from parcours.web.desk.record import actions, project_words, words
from parcours.web.desk.room import Desk, Handler
from parcours.web.desk.shared import SCOPES, accesses, opens_until, shared
from parcours.web.me.doctor import doctor_asked
from parcours.web.me.person import Mine

NOTHING = Text("", "")
STATES = {
    "nothing_known": Text("rien de connu", "nothing known"),
}
TEAM = {
    "accept": Text("Accepter dans mon équipe", "Accept in my team"),
    "lead": Text(
        "Qui vous soigne déjà peut lire la synthèse et le projet, si vous l'acceptez. Vous pouvez y mettre fin ici.",
        "Who already treats you may read the synthesis and the project, if you accept. You can end it here.",
    ),
    "notice": Text(
        "Qui partage votre dossier le lit pour vous soigner, jamais votre caisse ; chaque regard est noté, et vous "
        "pouvez vous y opposer à tout moment, sans raison (CSP L1110-4).",
        "Who shares your record reads it to treat you, never your fund; every look is noted, and you may oppose it at "
        "any time, without a reason (CSP L1110-4).",
    ),
    "consent": Text("Ou seulement pour le moment", "Or for the moment only"),
    "scope": Text("Ce que cette personne lit", "What this person reads"),
    "hours": Text("Pendant", "During"),
    "opened": Text("Ouvert en urgence", "Opened in an emergency"),
    "yes": Text("C'était justifié", "It was justified"),
    "no": Text("Ce ne l'était pas", "It was not"),
    "find": Text("Chercher quelqu'un d'autre dans l'annuaire", "Look for somebody else in the directory"),
    "chosen": Text("Accepter cette personne ?", "Accept this person?"),
}


def my_record(desk: Desk) -> Response:
    """The page."""
    mine = Mine.of(desk, Action.READ_RECORD, Tag.RECORD_SYNTHESIS_READ)
    session, unit = desk.session, desk.unit
    found = service.synthesis(session, mine.id)
    papers = [row for row in documents.documents_of(session, mine.id)
              if unit.may(Action.READ_DOCUMENT, of_document(session, row))]  # fmt: skip
    team, consents = sharing.team_of(session, mine.id), sharing.consents_of(session, mine.id)
    against = sharing.oppositions_of(session, mine.id)
    rows: list[Any] = [*papers, *(line for one in found for line in one.lines)]
    others: list[Any] = [*team, *consents, *against]
    manages = unit.may(Action.MANAGE_SHARING, of_patient(mine.row))
    proposed = sharing.who_treats(session, mine.id) if manages else []
    chosen = doctor_asked(desk, desk.asked("with", 64)) if manages else None
    ids = [*(one.author_id for one in rows), *(one.professional_id for one in others), *proposed]
    return mine.show(
        "me/record.html", sections=[(PARTS[one.section][2], one, STATES.get(one.state, NOTHING)) for one in found],
        papers=papers,
        not_asked=[PARTS[one.section][2][desk.lang] for one in found if one.state == "not_asked"],
        stale=lambda row: service.is_stale(row, desk.today), team=team, against=against,
        consents=[(one, opens_until(one, desk.lang)) for one in consents],
        scopes=[(one.value, SCOPES[one][desk.lang]) for one in (ConsentScope.ALL, ConsentScope.SYNTHESIS)],
        shared=shared(session, mine.id, desk.lang),
        accesses=accesses(desk, mine.id) if unit.may(Action.LIST_EMERGENCIES, of_patient(mine.row)) else [],
        names=professionals(session, ids), called=called, **project_of(mine),
        paper=mine.url("/me/record.pdf") if service.last_author(session, mine.id) else "",
        copy=mine.url("/me/record.json"), manages=manages, proposed=proposed, chosen=chosen,
        in_team=[one.professional_id for one in team], trade=lambda row: trade(row, desk.lang),
        accepting={name: text[desk.lang] for name, text in TEAM.items()},
    )  # fmt: skip


def project_of(mine: Mine) -> dict[str, Any]:
    """The project and its calendar, for whom the policy lets read them."""
    desk = mine.desk
    reads = desk.unit.may(Action.READ_PROJECT, of_patient(mine.row))
    return {
        "words": words(desk.lang),
        "project": project_words(projects.current(desk.session, mine.id), desk.lang) if reads else {},
        "actions": actions(desk.session, mine.id, desk.lang) if reads else [],
    }


def change(desk: Desk) -> Response:
    """Oppose, take an opposition back, accept a professional in the team or take one out of it."""
    record = desk.person(Action.MANAGE_SHARING, Tag.RECORD_SHARING_CHANGE)
    person, what = record.insured_id or "", desk.field("what", 20)
    if what == "everybody":
        sharing.oppose(desk.session, person)
    elif what == "emergency":
        sharing.oppose(desk.session, person, emergency=True)
    elif what == "accept":
        given = desk.field("professional_id", 64)
        found = visible_professional(desk.session, desk.unit.actor, given, desk.today).id
        sharing.accept(desk.session, person, found)
        sharing.inform(desk.session, person, How.ELECTRONIC.value)
    elif what == "consent":
        given, hours = desk.field("professional_id", 64), desk.field("hours", 2)
        found = visible_professional(desk.session, desk.unit.actor, given, desk.today).id
        opens = sharing.Opens(desk.field("scope", 20), hours=int(hours) if hours.isascii() and hours.isdigit() else 0)
        sharing.consent(desk.session, person, found, How.ELECTRONIC.value, opens)
        sharing.inform(desk.session, person, How.ELECTRONIC.value)
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


def paper(desk: Desk) -> Response:
    """The synthesis of the day, as a PDF."""
    mine = Mine.of(desk, Action.READ_RECORD, Tag.RECORD_SYNTHESIS_READ)
    author = service.last_author(desk.session, mine.id)
    if author is None:
        raise not_found("patient_id")
    made = render("record", as_record(synthesis(desk.session, mine.id, author, desk.today), desk.lang), desk.lang)
    headers = {"Content-Disposition": 'inline; filename="synthesis.pdf"', "Cache-Control": "no-store"}
    return Response(made, headers=headers, media_type="application/pdf")


def whole(desk: Desk) -> Response:
    """The whole record as one package."""
    mine = Mine.of(desk, Action.EXPORT_RECORD, Tag.RECORD_EXPORT)
    found = handover.package_of(desk.session, mine.id, desk.today, shown_to(desk.unit))
    content = json.dumps(found, ensure_ascii=False, default=lambda value: value.isoformat())
    headers = {"Content-Disposition": 'attachment; filename="record.json"', "Cache-Control": "private, no-store"}
    return Response(content, headers=headers, media_type="application/json")


def noted(outcome: Outcome) -> Handler:
    """A form that says what became of an action."""

    def note(desk: Desk) -> Response:
        asked = desk.field("action_id", 64)
        record = desk.unit.find(FOLLOW_UP, asked, Action.NOTE_FOLLOW_UP, Tag.RECORD_FOLLOW_UP_NOTE)
        author = desk.unit.actor.professional_id
        projects.note(desk.session, record.id or "", outcome.value, desk.today, author)
        return desk.go(done="saved")

    return note


action_done, action_refused = noted(Outcome.DONE), noted(Outcome.REFUSED)
