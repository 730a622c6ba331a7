"""What the bill of a hospital does not hold: the sum that compulsory insurance pays the hospital itself.

The invoice of a patient has the patient's part only, so that its lines show nothing from compulsory insurance.
"""

from collections.abc import Iterator

from parcours.engine.bill.lines import BillLine
from parcours.engine.bill.note import Note
from parcours.engine.bill.notes import notes_of
from parcours.engine.bill.prices import EMERGENCIES
from parcours.engine.bill.settle import BillAnswer
from parcours.engine.bill.stays import DAILY, days_of, has_establishment
from parcours.engine.bill.vocabulary import read_stay, read_used
from parcours.law.bill.codes import Nature
from parcours.text import Text, agreed, euros

OF_A_STAY = ("TM_SEJOUR", *DAILY, "FORFAIT_ACTE_LOURD")
ARTICLES = {"visit": ("CSS L160-13",), "stay": ("CSS R160-5", "CSS L174-4")}


def notes_of_bill(answer: BillAnswer) -> list[Note]:
    """Every note of a settled bill."""
    used = read_used(answer.given, answer.bill)
    found = [*paid_beside(answer), *counted_twice(answer)]
    return [*found, *notes_of(answer.lines, answer.settled, answer.territory, answer.bill, used)]


def paid_beside(answer: BillAnswer) -> Iterator[Note]:
    """Who pays the rest of an emergency visit, and of a stay, which the patient's invoice does not show."""
    charges = [line for line in answer.lines if line.line.nature == Nature.CHARGE]
    visit = [line for line in charges if line.code.key in EMERGENCIES]
    stay = [line for line in charges if line.code.key in OF_A_STAY]
    if visit:
        yield Note(numbers(visit), sentence(answer, "beside_visit"), ARTICLES["visit"])
    if stay and not has_establishment(answer.lines):
        yield Note(numbers(stay), of_stay(answer, stay), ARTICLES["stay"])


def counted_twice(answer: BillAnswer) -> Iterator[Note]:
    """A share and daily charges for more days than the stay has: each day owes the greater of the two (L174-4)."""
    shares = [line for line in answer.lines if line.code.key == "TM_SEJOUR"]
    charges = [line for line in answer.lines if line.code.key in DAILY]
    if not answer.given.get("stay") or not shares or not charges:
        return
    both = sorted([*shares, *charges], key=lambda line: line.number)
    if sum(line.line.act.quantity for line in both) > len(days_of(read_stay(answer.given["stay"]))):
        yield Note(numbers(both), sentence(answer, "share_and_charge"), ("CSS L174-4",))


def numbers(lines: list[BillLine]) -> tuple[int, ...]:
    """Their places on the bill."""
    return tuple(line.number for line in lines)


def of_stay(answer: BillAnswer, charges: list[BillLine]) -> Text:
    """What compulsory insurance pays the hospital: known where the patient owes the share of every night."""
    nights, tariff = stay_price(answer)
    share = next((line for line in charges if line.code.key == "TM_SEJOUR"), None)
    if not tariff:
        return sentence(answer, "beside_stay_tariff")
    if share is None or share.line.act.quantity != nights:
        return sentence(answer, "beside_stay_part")
    price = nights * tariff
    return sentence(answer, "beside_stay", nights=nights, price=price, tariff=tariff, paid=price - share.line.act.fee)


def stay_price(answer: BillAnswer) -> tuple[int, int]:
    """Nights of the stay, and what each costs in cents; 0 where the bill does not say it."""
    if not answer.given.get("stay"):
        return 0, 0
    stay = read_stay(answer.given["stay"])
    return max(1, len(days_of(stay)) - 1), int(stay.get("daily_tariff", 0))


def sentence(answer: BillAnswer, name: str, nights: int = 0, **cents: int) -> Text:
    """A sentence of the data with its amounts."""
    said = answer.bill.sentences[name]
    french, english = (
        agreed(said, lang, nights=nights, **{key: euros(value, lang) for key, value in cents.items()})
        for lang in ("fr", "en")
    )
    return Text(french, english)
