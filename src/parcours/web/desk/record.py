"""A record as a page shows it: sections with their state, the project with its calendar, in words."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from parcours.documents.care_papers import PARTS
from parcours.documents.clinical import NOTHING, TO_CONFIRM
from parcours.engine.prevention.say import STATES
from parcours.engine.say.wording import day as day_text
from parcours.law.days import number_of
from parcours.law.prevention.codes import DueState
from parcours.registry.record import projects, service
from parcours.registry.record.models import RecordProject, Section
from parcours.registry.store.clock import paris_today
from parcours.text import Text
from parcours.web.desk.names import called, professionals

EACH = {
    "day": Text("chaque jour", "every day"), "week": Text("chaque semaine", "every week"),
    "month": Text("chaque mois", "every month"), "year": Text("chaque année", "every year"),
}  # fmt: skip
BY = Text("{who}, le {day}", "{who}, on {day}")
SINCE = Text("depuis le {day}", "since {day}")
FROM = Text("à partir du {day}", "from {day}")
NEXT = Text("prochaine fois à partir du {day}", "next time from {day}")
ONCE = Text("une fois", "once")
EVERY = {
    "day": Text("tous les {n} jours", "every {n} days"), "week": Text("toutes les {n} semaines", "every {n} weeks"),
    "month": Text("tous les {n} mois", "every {n} months"), "year": Text("tous les {n} ans", "every {n} years"),
}  # fmt: skip
WORDS = {
    "title": Text("Dossier de coordination", "Coordination record"),
    "synthesis": Text("Synthèse", "Synthesis"), "project": Text("Projet de soins", "Care project"),
    "team": Text("Équipe de soins", "Care team"), "no_project": Text("Aucun projet écrit.", "No project written."),
    "aims": Text("Ce qui compte pour le patient", "What matters to the patient"),
    "nobody": Text("Personne d'autre que le médecin traitant.", "Nobody but the médecin traitant."),
    "review": Text("À revoir le {day}", "To be looked at again on {day}"),
    "paper": Text("La synthèse du jour (PDF)", "The synthesis of the day (PDF)"),
    "copy": Text("Tout le dossier (JSON)", "The whole record (JSON)"),
    "done": Text("C'est fait", "It is done"), "refuse": Text("Non merci", "No thanks"),
}  # fmt: skip


@dataclass(frozen=True)
class Shown:
    """A section of the synthesis, in words."""

    title: str
    state: str
    lines: tuple[tuple[str, str], ...]
    """Each with who says it and when."""
    empty: str


def date_text(day: date, lang: str) -> str:
    """A day in words."""
    return day_text(number_of(day), lang)


def sections(session: Session, insured_id: str, lang: str, only: tuple[Section, ...] = tuple(Section)) -> list[Shown]:
    """Every section, with what it says or why it says nothing."""
    found = service.synthesis(session, insured_id, only)
    names = professionals(session, {row.author_id for one in found for row in one.lines})
    shown = []
    for one in found:
        lines = tuple(
            (
                row.text + (TO_CONFIRM[lang] if service.is_stale(row) else ""),
                BY[lang].format(who=called(names.get(row.author_id)), day=date_text(row.stated_on, lang)),
            )
            for row in one.lines
        )
        nothing = NOTHING[lang].format(day=date_text(one.since, lang)) if one.since else ""
        empty = nothing if one.state == "nothing_known" else ""
        shown.append(Shown(PARTS[one.section][2][lang], one.state, lines, empty))
    return shown


def actions(session: Session, insured_id: str, lang: str) -> list[dict[str, str]]:
    """The calendar of the project, in words."""
    return [line(one, lang) for one in projects.calendar(session, insured_id, paris_today())]


def line(one: projects.Standing, lang: str) -> dict[str, str]:
    """An action in words."""
    many = EVERY if one.action.every > 1 else EACH
    every = many[one.action.rhythm.value] if one.action.every else ONCE
    said = [every[lang].format(n=one.action.every), one.action.who]
    if one.since is not None:
        begun = SINCE if one.since <= paris_today() else FROM
        said.append(begun[lang].format(day=date_text(one.since, lang)))
    if one.following is not None and one.state is DueState.DONE:
        said.append(NEXT[lang].format(day=date_text(one.following, lang)))
    waits = one.state in (DueState.DUE, DueState.OVERDUE)
    return {
        "id": one.action.id, "what": one.action.what, "state": STATES[one.state][lang],
        "when": " · ".join(filter(None, said)), "waits": "yes" if waits else "",
    }  # fmt: skip


def project_words(row: RecordProject | None, lang: str) -> dict[str, str]:
    """The project, in words; empty where there is none."""
    if row is None:
        return {}
    return {"aims": row.aims, "review": WORDS["review"][lang].format(day=date_text(row.review_on, lang))}


def words(lang: str) -> dict[str, str]:
    """The headings of the page."""
    return {name: text[lang] for name, text in WORDS.items()}
