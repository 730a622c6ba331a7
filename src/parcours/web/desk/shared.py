"""Who shares a record, in words: what was told, what a consent opens, who opened it in an emergency."""

from sqlalchemy.orm import Session

from parcours.registry.record import sharing
from parcours.registry.record.context import Action, of_emergency
from parcours.registry.record.models import ConsentScope, How, Reason, RecordConsent, Verdict
from parcours.registry.record.sharing import Standing
from parcours.text import COLON, Text
from parcours.web.desk.names import called, professionals
from parcours.web.desk.record import date_text
from parcours.web.desk.room import Desk
from parcours.web.pages import instant

REASONS = {
    Reason.VITAL: Text("Sa vie est en danger", "Their life is in danger"),
    Reason.UNCONSCIOUS: Text("La personne ne peut pas s'exprimer", "The person cannot express themselves"),
    Reason.REGULATION_SAMU: Text("Régulation du Samu", "Regulation by the Samu"),
    Reason.OTHER: Text("Une autre raison", "Another reason"),
}
VERDICTS = {
    Verdict.JUSTIFIED: Text("justifié", "justified"),
    Verdict.NOT_JUSTIFIED: Text("non justifié", "not justified"),
}
SCOPES = {
    ConsentScope.ALL: Text("La synthèse et les documents", "The synthesis and the documents"),
    ConsentScope.SYNTHESIS: Text("La synthèse seule", "The synthesis alone"),
    ConsentScope.DOCUMENTS: Text("Les documents seuls", "The documents alone"),
    ConsentScope.TYPE: Text("Les documents d'un type", "The documents of one type"),
    ConsentScope.DOCUMENT: Text("Un document", "One document"),
}
HOWS = {
    How.ORAL_NOTED: Text("de vive voix", "by word of mouth"), How.ELECTRONIC: Text("en ligne", "online"),
    How.PAPER: Text("par écrit", "in writing"),
}  # fmt: skip
UNTIL = Text("{what} · {how}, jusqu'au", "{what} · {how}, until")
TITLE = Text("Ce qui a été dit du partage", "What was told of the sharing")
STANDINGS = {
    Standing.OPPOSED: Text("Une opposition est en vigueur.", "An opposition is in force."),
    Standing.NOT_OPPOSED: Text("Information donnée, aucune opposition.", "Information given, no opposition."),
    Standing.NOT_INFORMED: Text("Aucune information n'est notée : le silence ne vaut pas accord.",
                                "No information is noted: silence is no agreement."),
}  # fmt: skip
BY = Text("Information donnée par {who}", "Told by {who}")
IN_ACCOUNT = Text("Lu dans le compte", "Read in the account")
WHEN = Text("{how}, le {day}", "{how}, on {day}")
OPENED = Text("{since}, quatre heures en lecture seule ; à revoir avant le {due}",
              "{since}, four hours, reading only; to be reviewed before {due}")  # fmt: skip


def opens_until(row: RecordConsent, lang: str) -> str:
    """What a consent opens and how it was given; its end follows."""
    return UNTIL[lang].format(what=SCOPES[row.scope][lang], how=HOWS[row.how][lang])


def shared(session: Session, insured_id: str, lang: str) -> dict[str, object]:
    """What a person was told of the sharing, by whom, and what silence is worth."""
    rows = sharing.information_of(session, insured_id)
    names = professionals(session, [one.professional_id for one in rows if one.professional_id])
    lines = [
        (
            BY[lang].format(who=called(names.get(one.professional_id))) if one.professional_id else IN_ACCOUNT[lang],
            WHEN[lang].format(how=HOWS[one.how][lang], day=date_text(one.informed_on, lang)),
        )
        for one in rows
    ]
    return {"title": TITLE[lang], "standing": STANDINGS[sharing.standing(session, insured_id)][lang], "lines": lines}


def accesses(desk: Desk, insured_id: str) -> list[dict[str, object]]:
    """Every access in an emergency, why, until when, and what its review found."""
    rows = sharing.accesses_to(desk.session, insured_id)
    names = professionals(desk.session, [one.professional_id for one in rows])
    return [
        {
            "id": one.id, "who": called(names.get(one.professional_id)),
            "why": COLON[desk.lang].join(filter(None, (REASONS[one.reason][desk.lang], one.explanation))),
            "when": OPENED[desk.lang].format(
                since=instant(one.opened_at, desk.lang), due=instant(one.review_due_at, desk.lang)
            ),
            "verdict": VERDICTS[one.verdict][desk.lang] if one.verdict else "",
            "asked": desk.unit.may(Action.REVIEW_EMERGENCY, of_emergency(desk.session, one)),
        }
        for one in rows
    ]  # fmt: skip
