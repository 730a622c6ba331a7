"""What a practice knows of a patient on the day of care: pathway, complementary insurance, why no contribution."""

from datetime import date

from parcours.engine.case import settle
from parcours.engine.errors import FactError
from parcours.engine.say.articles import case_said
from parcours.law.cases import CaseParticipation
from parcours.law.codes import Pathway
from parcours.law.loader import load
from parcours.registry.complementary.models import Link
from parcours.registry.errors import Invalid
from parcours.registry.visits.facts import visit_facts
from parcours.text import Text
from parcours.web.desk.room import Desk, day_of
from parcours.web.pages import text
from parcours.web.practice.sheet import Bill
from parcours.web.quote.result import PATHWAYS

ANY_FEE = "30.00"
"""The pathway does not depend on it."""
NO_GUARANTEE = Text(
    "La mutuelle est connue, ses garanties ne le sont pas : un contrat responsable paie au moins la part qu'il complète"
    " (R871-2).",
    "The mutuelle is known, what it guarantees is not: a responsible contract pays at least the share that it completes"
    " (R871-2).",
)
NOTHING_FROM = Text(
    "Le contrat de la mutuelle ne paie rien pour ces actes.",
    "The contract of the mutuelle pays nothing for these acts.",
)
UNDECIDED = (CaseParticipation.NOT_CONCERNED, CaseParticipation.TAKEN)


def care_day(desk: Desk) -> date:
    """The day of care that the form or the address says, today without one; what is no day is said elsewhere."""
    try:
        return day_of(desk.field("care_date", 10) or desk.asked("care_date"), "care_date", desk.today)
    except Invalid:
        return desk.today


def unpaid(link: Link | None, bill: Bill | None) -> Text | None:
    """Why what a complementary insurance that is there pays is nothing, or is not known."""
    if link is None or bill is None or bill.chosen.total("amc"):
        return None
    if link.contract:
        return NOTHING_FROM
    return NO_GUARANTEE if bill.most_complementary("none") > 0 else None


def pathway_on(desk: Desk, insured_id: str, doctor_id: str, care: date) -> tuple[str, str] | None:
    """Is a visit of the day inside the pathway? In words and a tone; None where the facts do not say."""
    facts = visit_facts(desk.session, insured_id, doctor_id, care, related_to="none")
    try:
        answer = settle({**facts.values(), "fee": ANY_FEE})
    except FactError:
        return None
    words, tone = PATHWAYS[Pathway(answer.settlement.pathway)]
    return text(words, desk.lang), tone


def no_contribution(bill: Bill | None, lang: str) -> list[str]:
    """Why the flat contribution is nothing, with the articles; nothing to say where no act is concerned by it."""
    if bill is None or bill.chosen.total("participation_forfaitaire"):
        return []
    found = {CaseParticipation(one.settlement.case_participation) for one in bill.chosen.acts}
    return [
        f"{case_said('case_participation', one.name.lower(), 'fr' if lang == 'fr' else 'en', {}).text} ({cited(one)})"
        for one in sorted(found) if one not in UNDECIDED
    ]  # fmt: skip


def cited(case: CaseParticipation) -> str:
    """The articles of a case, as people name them."""
    ids = load().cases["case_participation"][case.name.lower()]["references"]
    return ", ".join(id_.removeprefix("CSS-") for id_ in ids)
