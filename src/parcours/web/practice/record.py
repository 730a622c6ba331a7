"""`/practice/record`: the record of a patient, as the médecin traitant reads and writes it."""

from datetime import timedelta

from starlette.responses import Response

from parcours.documents.care_papers import PARTS
from parcours.registry.people.service import get_insured
from parcours.registry.record import projects, service, sharing
from parcours.registry.record.context import Action, Tag
from parcours.registry.record.models import How, Section
from parcours.text import Text
from parcours.web.desk.names import called, professionals
from parcours.web.desk.record import actions, project_words, sections, words
from parcours.web.desk.room import Desk, wrong
from parcours.web.desk.shared import accesses, shared
from parcours.web.me import record as mine
from parcours.web.practice.desk import show

LABELS = {
    "add": Text("Ajouter une ligne", "Add a line"), "section": Text("Section", "Section"),
    "text": Text("Texte", "Text"),
    "nothing": Text("Rien de connu", "Nothing known"), "save": Text("Enregistrer", "Save"),
    "new_project": Text("Écrire un projet", "Write a project"), "review_on": Text("À revoir le", "To be reviewed on"),
    "what": Text("Action", "Action"), "first_on": Text("Première fois", "First time"),
    "every": Text("Combien", "How many"), "rhythm": Text("Rythme", "Rhythm"),
}  # fmt: skip
UNITS = {
    "day": Text("jours", "days"), "week": Text("semaines", "weeks"), "month": Text("mois", "months"),
    "year": Text("ans", "years"),
}  # fmt: skip
INFORM = {
    "title": Text("Information du patient", "What the patient was told"),
    "lead": Text(
        "Qui partage le dossier, et le droit de s'y opposer (CSP L1110-4).",
        "Who shares the record, and the right to oppose it (CSP L1110-4).",
    ),
    "note": Text("J'ai informé le patient aujourd'hui", "I told the patient today"),
    "reviews": Text("Accès d'urgence", "Emergency accesses"),
    "yes": Text("C'était justifié", "It was justified"), "no": Text("Ce ne l'était pas", "It was not"),
}  # fmt: skip
A_YEAR = timedelta(days=365)
action_done, action_refused, review = mine.action_done, mine.action_refused, mine.review


def record(desk: Desk) -> Response:
    """The page; who may not write reads only."""
    asked = desk.person(Action.READ_RECORD, Tag.RECORD_SYNTHESIS_READ)
    session, lang, person = desk.session, desk.lang, asked.insured_id or ""
    names = professionals(session, [one.professional_id for one in sharing.team_of(session, person)])
    plans = desk.unit.may(Action.READ_PROJECT, asked)
    return show(
        desk, "practice/record.html", insured=get_insured(session, person), words=words(lang),
        sections=sections(session, person, lang),
        project=project_words(projects.current(session, person), lang) if plans else {},
        actions=actions(session, person, lang) if plans else [], team=[called(one) for one in names.values()],
        writes=desk.unit.may(Action.WRITE_RECORD, asked), notes=desk.unit.may(Action.NOTE_FOLLOW_UP, asked),
        section_names=[(one.value, PARTS[one][2][lang]) for one in Section],
        labels={name: text[lang] for name, text in LABELS.items()},
        shared=shared(session, person, lang), informs=desk.unit.may(Action.NOTE_INFORMATION, asked),
        inform={name: text[lang] for name, text in INFORM.items()},
        accesses=accesses(desk, person) if desk.unit.may(Action.LIST_EMERGENCIES, asked) else [],
        units=[(name, text[lang]) for name, text in UNITS.items()], next_year=(desk.today + A_YEAR).isoformat(),
    )  # fmt: skip


def state(desk: Desk) -> Response:
    """Add a line, or say that nothing is known."""
    asked = desk.person(Action.WRITE_RECORD)
    text, nothing = desk.field("text", 2000), bool(desk.field("nothing", 1))
    if nothing == bool(text):
        raise wrong("text", Text("un texte, ou rien de connu", "a text, or nothing known"))
    status = "nothing_known" if nothing else "active"
    new = service.NewStatement(desk.field("section", 30), status, text)
    service.state(desk.session, asked.insured_id or "", desk.unit.actor.professional_id or "", new)
    desk.unit.note(Tag.RECORD_STATEMENT_CREATE, asked)
    return desk.go(done="saved")


def plan(desk: Desk) -> Response:
    """Write a project with its first action; the one before ends."""
    asked = desk.person(Action.WRITE_RECORD)
    aims, what = desk.field("aims", 2000), desk.field("what", 500)
    if not aims:
        raise wrong("aims", Text("quelques mots", "a few words"))
    every = desk.field("every", 10) or "0"
    if not (every.isascii() and every.isdigit()):
        raise wrong("every", Text("un nombre, 0 pour une fois", "a number, 0 for once"))
    new = projects.NewAction(
        what, desk.day("first_on", desk.today), every=int(every), rhythm=desk.field("rhythm", 10) or "month"
    )
    project = projects.NewProject(aims, desk.day("review_on"), (new,) if what else ())
    projects.plan(desk.session, asked.insured_id or "", desk.unit.actor.professional_id or "", project)
    desk.unit.note(Tag.RECORD_PROJECT_CREATE, asked)
    return desk.go(done="saved")


def inform(desk: Desk) -> Response:
    """Note that the patient was told today who shares the record."""
    asked = desk.person(Action.NOTE_INFORMATION, Tag.RECORD_INFORMATION_NOTE)
    sharing.inform(desk.session, asked.insured_id or "", How.ORAL_NOTED.value, by=desk.unit.actor.professional_id)
    return desk.go(done="saved")
