"""`/practice/emergency`: a doctor without relation opens one record for four hours, and reads what is needed."""

from starlette.responses import Response

from parcours.edge.emergency import open_record
from parcours.registry.claims.context import Action as ClaimAction
from parcours.registry.declarations.context import of_practice
from parcours.registry.people.context import of_patient
from parcours.registry.people.service import get_insured
from parcours.registry.record import service, sharing
from parcours.registry.record.context import Action, Tag
from parcours.registry.referrals import service as referrals
from parcours.registry.referrals.letters import Letter
from parcours.text import Text
from parcours.web.desk.names import called, professionals
from parcours.web.desk.record import sections, words
from parcours.web.desk.room import Desk, Proved, wrong
from parcours.web.desk.shared import REASONS
from parcours.web.me.family import SECTIONS
from parcours.web.practice.desk import HOW_TO_READ, NOBODY, show, typed_number

WORDS = {
    "title": Text("Ouvrir un dossier en urgence", "Open a record in an emergency"),
    "lead": Text(
        "Pour une personne que vous ne suivez pas et dont les soins ne peuvent pas attendre.",
        "For a person whom you do not follow, and whose care cannot wait.",
    ),
    "rules": Text(
        "Une seule personne, quatre heures, en lecture seule : pathologies, allergies, vigilance, traitement, "
        "dispositifs, directives, lettres de douze mois. La personne et son médecin traitant sont prévenus aussitôt, "
        "et quelqu'un d'autre dit sous 72 heures si c'était justifié. Une opposition faite d'avance l'emporte.",
        "One person, four hours, reading only: problems, allergies, vigilance, treatment, devices, directives, "
        "letters of twelve months. The person and their médecin traitant are told at once, and somebody else says "
        "within 72 hours whether it was justified. An opposition made in advance prevails.",
    ),
    "number": Text("Numéro de sécurité sociale", "Social security number"),
    "birth_date": Text("Date de naissance", "Birth date"),
    "reason": Text("Raison", "Reason"),
    "explanation": Text(
        "Ce qui se passe (la personne, ou qui agit pour elle, le lira ; à dire pour une autre raison)",
        "What happens (the person, or who acts for them, will read it; to be said for another reason)",
    ),
    "password": Text("Votre mot de passe, de nouveau", "Your password, again"),
    "open": Text("Ouvrir pour quatre heures", "Open for four hours"),
    "in_person": Text("Le médecin seul l'ouvre, en personne.", "The doctor alone opens it, in person."),
    "reading": Text("Dossier ouvert en urgence", "Record opened in an emergency"),
    "letters": Text("Lettres des douze derniers mois", "Letters of the last twelve months"),
    "no_letter": Text("Aucune lettre.", "No letter."),
    "answer": Text("Réponse", "Answer"),
}  # fmt: skip


def emergency(desk: Desk) -> Response:
    """The form; who is open already is in the banner."""
    desk.unit.allow(ClaimAction.READ_SHEETS, of_practice(desk.unit.actor.professional_id), Tag.RECORD_EMERGENCY_LIST)
    typed = {name: desk.field(name, 500) for name in ("number", "birth_date", "reason", "explanation")}
    return show(
        desk, "practice/emergency.html", words=said(desk), typed=typed,
        reasons=[(one.value, text[desk.lang]) for one, text in REASONS.items()],
    )  # fmt: skip


def said(desk: Desk) -> dict[str, str]:
    """The words of the page."""
    return {name: text[desk.lang] for name, text in WORDS.items()}


def open_it(desk: Desk) -> Response:
    """Open the record of a number and a birth date."""
    found = typed_number(desk, Action.OPEN_EMERGENCY)
    if found is None:
        raise wrong("number", HOW_TO_READ, NOBODY)
    record = desk.unit.allow(Action.OPEN_EMERGENCY, of_patient(found), Tag.RECORD_EMERGENCY_OPEN)
    account = desk.unit.actor.account_id or ""
    open_record(desk.unit, record, account, desk.field("reason", 40), desk.field("explanation", 500))
    return desk.go("/practice/emergency/record", of=found.id)


opens = Proved(open_it)


def read(desk: Desk) -> Response:
    """What an emergency needs of one record, while it is open."""
    asked = desk.person(Action.READ_EMERGENCY, Tag.RECORD_EMERGENCY_READ)
    person = asked.insured_id or ""
    letters = sharing.recent_letters(desk.session, person, desk.today)
    names = professionals(desk.session, [one.author_id for one in letters])
    return show(
        desk, "practice/emergency_record.html", insured=get_insured(desk.session, person), words=said(desk),
        headings=words(desk.lang), sections=sections(desk.session, person, desk.lang, service.IN_EMERGENCY),
        letters=[
            (one.issued_on, called(names.get(one.author_id)), parts(referrals.letter_of(one), desk.lang),
             [report.text for report in referrals.reports_of(desk.session, one.id)])
            for one in letters
        ],
    )  # fmt: skip


def parts(letter: Letter, lang: str) -> list[tuple[str, str]]:
    """What a letter says, part by part."""
    return [(text[lang], value) for name, text in SECTIONS.items() if (value := getattr(letter, name))]
