"""What a sheet may not hold: codes that are not for this patient or not this doctor's, prices above the law."""

from collections.abc import Iterator

from sqlalchemy.orm import Session

from parcours.engine.bill.note import Note, note
from parcours.engine.bill.notes import STRANGERS, of_another_doctor, repeated
from parcours.engine.bill.settle import BillAnswer
from parcours.law import cases
from parcours.law.bill.book import bill_law
from parcours.law.cases import CaseBase, CaseExcess
from parcours.registry.claims.settling import Settled
from parcours.registry.directory.models import Organisation
from parcours.registry.visits.facts import VisitFacts
from parcours.text import LANGS, Text, euros

NAMED = Text("{codes} : {why}", "{codes}: {why}")
OF_ANOTHER = Text(
    "Cette majoration de coordination n'est pas celle du médecin traitant : elle va à un autre médecin, dans le"
    " parcours.",
    "This coordination supplement is not the declared doctor's: it goes to another doctor, inside the pathway.",
)
INSIDE_ONLY = Text(
    "Cette majoration de coordination n'est due que dans le parcours ; celle du généraliste, pas avant l'âge du"
    " parcours.",
    "This coordination supplement is due inside the pathway only; the general practitioner's, from the age of the"
    " pathway on.",
)
TAKEN_OFF = Text("Aucun montant tant que la feuille le porte.", "No amount while the sheet holds it.")
TOO_MUCH = Text(
    "{code} : {excess} de plus que le plus haut prix permis ici, {most}.",
    "{code}: {excess} more than the highest price that may be asked here, {most}.",
)
ABOVE_THE_TARIFF = Text(
    "Au-dessus, seule une exigence particulière du patient (DE) se facture : une heure ou un lieu inhabituels qu'il"
    " demande sans raison médicale, dite avant les soins, notée DE sur la feuille, jamais remboursée.",
    "Above it only a particular demand of the patient (DE) may be billed: an unusual hour or place that they ask for"
    " without a medical reason, told before the care, noted DE on the sheet, never refunded.",
)
WITH_A_DEMAND = (CaseExcess.OPPOSABLE, CaseExcess.AUTHORISED_OUTSIDE, CaseExcess.C2S, CaseExcess.C2S_NOT_A_DOCTOR)
"""Where a particular demand of the patient may be billed above the highest price (L162-5-13; convention 2016, 39.1)."""
OVERSEAS = ("97", "98")


def named(answer: BillAnswer, one: Note) -> Text:
    """A reason, after the codes that it is about."""
    return NAMED.format(codes=" ".join(answer.lines[number - 1].text for number in one.lines), why=one.text)


def refusals(answer: BillAnswer, *, form_signed: bool) -> Iterator[Note]:
    """Codes that this doctor cannot bill for this patient: not for this age, not of this doctor, twice in one session.

    `form_signed`: the patient chose this doctor on a paper form, which the fund may not have recorded yet.
    """
    lines, notes = answer.lines, bill_law().notes
    too_old = [
        line for line, one in zip(lines, answer.settled, strict=True)
        if one.settlement.notes & 1 << cases.Note.NOT_FOR_THIS_AGE
    ]  # fmt: skip
    if too_old:
        yield note(too_old, notes["noticed"]["not_for_this_age"])
    for entry in notes["doctors"].values():
        if not (entry["declared"] and form_signed):
            yield from of_another_doctor(lines, entry)
    for entry in notes["visits"].values():
        yield from repeated(lines, entry)
    own = [number for number in uncoordinated(answer) if lines[number - 1].line.act.role not in STRANGERS]
    if own:
        yield Note(tuple(own), OF_ANOTHER, ("CONV 2024",))


def uncoordinated(answer: BillAnswer) -> list[int]:
    """The lines of a coordination supplement that nobody owes here."""
    return [
        line.number for line, one in zip(answer.lines, answer.settled, strict=True)
        if one.settlement.case_base == CaseBase.COORDINATION_NOT_PAYABLE
    ]  # fmt: skip


def inside_only(answer: BillAnswer) -> Iterator[Text]:
    """A supplement that a letter on paper, which the registry does not see, may make due."""
    for number in uncoordinated(answer):
        line = answer.lines[number - 1]
        if line.line.act.role in STRANGERS:
            yield NAMED.format(codes=line.text, why=INSIDE_ONLY)


def excess_of(settled: Settled) -> tuple[int, ...]:
    """What each line asks above the law, in cents; a supplement that a letter on paper may make due asks nothing."""
    return tuple(
        0 if one.settlement.case_base == CaseBase.COORDINATION_NOT_PAYABLE else one.settlement.unlawful_excess
        for one in settled.acts
    )


def demanded(settled: Settled) -> tuple[int, ...]:
    """What of each line a particular demand of the patient may explain, in cents."""
    return tuple(
        one.settlement.depassement
        if excess and one.settlement.max_fee > 0 and one.settlement.case_excess in WITH_A_DEMAND else 0
        for one, excess in zip(settled.acts, excess_of(settled), strict=True)
    )  # fmt: skip


def too_much(settled: Settled) -> Iterator[Text]:
    """A sentence for each line whose price is more than this professional may ask of this patient."""
    for one in settled.acts:
        excess = one.settlement.unlawful_excess
        if excess:
            yield Text(*(
                TOO_MUCH[lang].format(code=one.code, excess=euros(excess, lang), most=euros(one.fee - excess, lang))
                for lang in LANGS
            ))  # fmt: skip
    if any(demanded(settled)):
        yield ABOVE_THE_TARIFF


def is_overseas(session: Session, facts: VisitFacts) -> bool:
    """Is the practice where tariffs differ and the desk holds those of mainland France only?"""
    place = session.get(Organisation, facts.organisation_id) if facts.organisation_id else None
    return place is not None and place.commune_code.startswith(OVERSEAS)
