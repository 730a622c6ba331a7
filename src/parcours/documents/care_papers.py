"""The clinical papers of the registry: the synthesis, a letter of referral, a report."""

from datetime import date

from sqlalchemy.orm import Session

from parcours.documents.clinical import Group, Line, Paper, Section, Somebody
from parcours.registry.directory.models import Professional
from parcours.registry.directory.service import get_professional, workplaces_on
from parcours.registry.directory.trades import name_of
from parcours.registry.people.service import get_insured
from parcours.registry.record import service as record
from parcours.registry.record.models import Section as Part
from parcours.registry.referrals.covering import sequence_of
from parcours.registry.referrals.models import Referral, Report
from parcours.registry.referrals.service import details_of, letter_of
from parcours.text import Text, same, text_of

SYNTHESIS, LETTER, REPORT = "60591-5", "96349-6", "34133-9"
PARTS: dict[Part, tuple[str, str, Text]] = {
    Part.PROBLEMS: ("11450-4", "1.2.250.1.213.1.1.2.132", Text("Pathologies en cours", "Problems")),
    Part.HISTORY: ("11348-0", "1.2.250.1.213.1.1.2.134", Text("Antécédents médicaux", "Medical history")),
    Part.SURGERY: ("47519-4", "1.2.250.1.213.1.1.2.136", Text("Antécédents chirurgicaux", "Surgical history")),
    Part.ALLERGIES: ("48765-2", "1.2.250.1.213.1.1.2.137", Text("Allergies et intolérances", "Allergies")),
    Part.LIFESTYLE: ("29762-2", "1.2.250.1.213.1.1.2.141", Text("Mode de vie", "Lifestyle")),
    Part.PROFESSIONAL_RISKS: ("10161-8", "1.2.250.1.213.1.1.2.74", Text("Risques professionnels", "Risks at work")),
    Part.FAMILY_RISKS: ("10157-6", "1.2.250.1.213.1.1.2.139", Text("Antécédents familiaux", "Family history")),
    Part.VIGILANCE: ("30954-2", "1.2.250.1.213.1.1.2.150", Text("Points de vigilance", "Points of vigilance")),
    Part.TREATMENT: ("10160-0", "1.2.250.1.213.1.1.2.143", Text("Traitement au long cours", "Long-term treatment")),
    Part.RESULTS: ("30954-2", "1.3.6.1.4.1.19376.1.5.3.1.3.27", Text("Résultats à garder", "Results worth keeping")),
    Part.DEVICES: ("46264-8", "1.2.250.1.213.1.1.2.1", Text("Dispositifs médicaux", "Medical devices")),
    Part.DIRECTIVES: ("42348-3", "", Text("Directives anticipées : où elles sont", "Directives: where they are")),
}


WHOLE = Group(
    "46612-8", Text("Pathologies, antécédents, allergies et facteurs de risque", "Problems, history, allergies, risks"),
    "1.2.250.1.213.1.1.2.29",
)  # fmt: skip
CLINICAL = Group(
    "34117-2", Text("Pathologies, antécédents et allergies", "Problems, history, allergies"), "1.2.250.1.213.1.1.2.30"
)  # fmt: skip
RISKS = Group("57207-3", Text("Facteurs de risque", "Risks"), "1.2.250.1.213.1.1.2.31")
LONG_TERM = Group("18776-5", Text("Traitement au long cours", "Long-term treatment"), "1.2.250.1.213.1.1.2.32")
INSIDE = {
    **dict.fromkeys((Part.PROBLEMS, Part.HISTORY, Part.SURGERY, Part.ALLERGIES), (WHOLE, CLINICAL)),
    **dict.fromkeys((Part.FAMILY_RISKS, Part.PROFESSIONAL_RISKS, Part.LIFESTYLE), (WHOLE, RISKS)),
    Part.TREATMENT: (LONG_TERM,),
}
"""The groups of the volet that hold a section."""


def patient(session: Session, insured_id: str) -> Somebody:
    """A patient on a paper."""
    row = get_insured(session, insured_id)
    return Somebody(row.id, row.family_name, row.first_name, row.birth_date)


def professional(session: Session, professional_id: str, on: date) -> Somebody:
    """A professional on a paper, with the place of the day."""
    row = get_professional(session, professional_id)
    places = workplaces_on(session, row.id, on)
    return Somebody(row.rpps, row.family_name, row.first_name, place=places[0][1].name if places else "")


def synthesis(session: Session, insured_id: str, author_id: str, on: date) -> Paper:
    """The synthesis of a day: every section, whether filled, nothing known or not asked."""
    sections = []
    for found in record.synthesis(session, insured_id):
        code, template, title = PARTS[found.section]
        lines = tuple(Line(row.text, row.stated_on, record.is_stale(row, on)) for row in found.lines)
        inside = INSIDE.get(found.section, ())
        sections.append(Section(code, title, found.state, lines, found.since, template, inside))
    return Paper(
        f"{insured_id}/synthesis-{on:%Y%m%d}", SYNTHESIS, Text("Synthèse médicale", "Medical synthesis"), on,
        patient(session, insured_id), professional(session, author_id, on), tuple(sections),
    )  # fmt: skip


def letter(session: Session, referral: Referral) -> Paper:
    """A letter of referral, as its author wrote it, with the lines of the synthesis chosen that day."""
    said = letter_of(referral)
    sections = [
        part("42349-1", Text("Motif", "Reason"), said.reason),
        part("", Text("Question", "Question"), said.question),
        part("", Text("Degré d'urgence", "Urgency"), " ".join(filter(None, (said.urgency, said.target_date)))),
        part("11348-0", Text("Antécédents", "History"), said.history),
        part("10160-0", Text("Traitement en cours", "Current treatment"), said.current_treatment),
        part("30954-2", Text("Examens faits", "Examinations done"), said.examinations_done),
        part("48765-2", Text("Allergies", "Allergies"), said.allergies),
        part("61146-7", Text("Attentes", "Expectations"), said.expectations),
        part("", Text("Besoins de communication", "Communication needs"), said.needs),
    ]  # fmt: skip
    chosen = tuple(Line(text) for _, text in said.extract)
    if chosen:
        sections.append(
            Section(SYNTHESIS, Text("Extrait de la synthèse", "Extract of the synthesis"), "filled", chosen)
        )
    to = professional(session, referral.addressee_id, referral.issued_on) if referral.addressee_id else None
    return Paper(
        f"{referral.id}/letter", LETTER, Text("Lettre d'adressage", "Letter of referral"), referral.issued_on,
        patient(session, referral.insured_id), professional(session, referral.author_id, referral.issued_on),
        tuple(sections), to, None if to else to_any(session, referral),
    )  # fmt: skip


def to_any(session: Session, referral: Referral) -> Text:
    """Whom a letter that names no one doctor is for: a specialty, or those of a sequence in their order."""
    steps = [(one.professional_id, one.specialty) for one in sequence_of(session, referral.id)]
    names = [
        same(called(get_professional(session, doctor))) if doctor else name_of(specialty or 0)
        for doctor, specialty in steps or [(None, referral.specialty)]
    ]
    return text_of(names)


def called(row: Professional) -> str:
    """A professional, by name."""
    return f"{row.first_name} {row.family_name}"


def report(session: Session, referral: Referral, row: Report) -> Paper:
    """A report to the author of a referral."""
    said = details_of(row)
    sections = (
        part("42349-1", Text("Motif rappelé", "Reason"), said.reason or letter_of(referral).reason),
        part("55110-1", Text("Conclusion", "Conclusion"), row.text),
        part("51848-0", Text("Réponse à la question", "Answer"), said.answer),
        Section(
            "18776-5", Text("Changements de traitement proposés", "Proposed changes of treatment"),
            "filled" if said.treatment_changes else "not_asked", tuple(Line(one) for one in said.treatment_changes),
        ),
        part("30954-2", Text("Examens demandés", "Examinations asked"), said.examinations),
        part("61145-9", Text("Qui fait quoi", "Who does what"), said.who_does_what),
        part("", Text("Prochaine consultation", "Next visit"), said.next_visit),
        part("61146-7", Text("À surveiller", "What to watch"), said.watch),
    )  # fmt: skip
    return Paper(
        f"{referral.id}/report-{row.id}", REPORT, Text("Compte rendu au médecin traitant", "Report"), row.written_on,
        patient(session, referral.insured_id), professional(session, row.author_id, row.written_on), sections,
        professional(session, referral.author_id, row.written_on),
    )  # fmt: skip


def part(code: str, title: Text, text: str) -> Section:
    """A section of one text; an empty one was not asked."""
    return Section(code, title, "filled" if text else "not_asked", (Line(text),) if text else ())
