"""Settles one bill: facts in, every line settled, totals.

answer = settle_bill({"care_date": "2026-03-10", "age": 40, "profession": "infirmier",
                      "lines": [{"code": "AMI 2", "fee": 6.30}]})
answer.totals["amo"]    # cents
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from parcours.contracts.euros import encode_euros
from parcours.contracts.schema import ContractError
from parcours.engine.bill.impossible import check_possible
from parcours.engine.bill.library import libraries_of
from parcours.engine.bill.lines import BillLine, Shared, read_line
from parcours.engine.bill.links import linked
from parcours.engine.bill.missing import check_known, check_missing
from parcours.engine.bill.stays import charges_of_stay, with_its_charge
from parcours.engine.bill.together import BillQuestion, is_costly, settle_all
from parcours.engine.bill.vocabulary import (
    NOT_ON_A_BILL,
    check_shape,
    read_borne,
    read_stay,
    read_territory,
    read_used,
)
from parcours.engine.errors import FactError
from parcours.engine.facts.encoding import read, said
from parcours.engine.facts.readings import encode_readings
from parcours.engine.facts.vocabulary import BY_NAME
from parcours.law.bill import codes as bill_codes
from parcours.law.bill.book import BillLaw, bill_law, on
from parcours.law.bill.codes import Nature, StayOf
from parcours.law.cache import flat_law
from parcours.law.codes import Profession, SpecialSetting
from parcours.law.flat import FlatLaw
from parcours.law.library.installed import looked_up_once
from parcours.rules.bill.types import BillReadings, Borne, EurosContract, SettledLine
from parcours.rules.charges import emergency_charge
from parcours.rules.types import Contract
from parcours.text import plain_euros, same

BILL_READINGS = {
    "majoration_seance": bill_codes.MajorationSeance,
    "fj_jour_sortie": bill_codes.FjJourSortie,
    "pf_plafond_ligne": bill_codes.PfPlafondLigne,
}
"""The readings that a rule of a bill takes."""
TOTALS = (
    "base", "ticket_moderateur", "majoration", "participation_forfaitaire", "franchise", "forfait_acte_lourd", "amo",
    "amc", "patient", "advance", "deferred", "depassement", "unlawful_excess",
)  # fmt: skip
"""Amounts of a line that add up to those of the bill."""


@dataclass(frozen=True, repr=False)
class BillAnswer:
    """A settled bill, and all that is needed to explain it."""

    given: Mapping[str, Any]
    lines: Sequence[BillLine]
    settled: Sequence[SettledLine]
    question: BillQuestion
    shared: Shared
    readings: Mapping[str, str]
    """The readings that were chosen."""

    def __repr__(self) -> str:
        amounts = " ".join(f"{name}={plain_euros(self.totals[name])}" for name in ("fee", "amo", "amc", "patient"))
        return f"<BillAnswer {len(self.lines)} lines: {amounts}>"

    @property
    def law(self) -> FlatLaw:
        """The law of one act."""
        return self.shared.law

    @property
    def bill(self) -> BillLaw:
        """The law of bills."""
        return self.shared.bill

    @property
    def territory(self) -> str:
        """Where the bill was made, where it matters."""
        return self.shared.territory

    @cached_property
    def totals(self) -> dict[str, int]:
        """Amounts of the whole bill, in cents."""
        totals = {name: sum(getattr(one.settlement, name) for one in self.settled) for name in TOTALS}
        return {"fee": sum(line.line.act.fee for line in self.lines), **totals}

    @cached_property
    def libraries(self) -> dict[str, dict[str, str]]:
        """The imported libraries that gave a code or a price: digest, day and version of each."""
        return libraries_of({line.library for line in self.lines})


@dataclass(frozen=True)
class Prepared:
    """A bill, read: what the rules need."""

    lines: list[BillLine]
    shared: Shared
    question: BillQuestion

    def settled(self, lines: Sequence[BillLine] | None = None) -> list[SettledLine]:
        """The rules, over its lines or over others in their place."""
        return settle_all(self.lines if lines is None else lines, self.shared, self.question)


def settle_bill(given: Any, readings: Mapping[str, str] | None = None) -> BillAnswer:
    """Settle one bill. Raises `FactError` for a fact that is wrong, missing or contradictory; it names its line."""
    with looked_up_once():
        ready = prepare(given, readings or {})
        settled = ready.settled()
        check_missing(ready.lines, settled, ready.shared, ready.question)
        check_known(ready.lines, settled)
    return BillAnswer(given, ready.lines, settled, ready.question, ready.shared, readings or {})


def prepare(given: Any, readings: Mapping[str, str]) -> Prepared:
    """Read one bill. Raises `FactError` for what is wrong, or missing to read it."""
    check_shape(given)
    law = bill_law()
    options = {name: option for name, option in readings.items() if name in law.readings}
    read_used(given, law)
    shared = shared_of(given, law, options)
    question = question_of(given, shared, readings)
    lines = read_lines(given, shared)
    check_possible(lines, law)
    if given.get("stay"):
        stay = read_stay(given["stay"])
        lines = of_stay(stay, lines)
        lines += charges_of_stay(
            stay,
            lines,
            is_costly(stay, lines, shared, question),
            shared,
            (question.chosen, question.readings, question.bill_readings),
        )
    return Prepared(lines, shared, question)


def of_stay(stay: Mapping[str, Any], lines: list[BillLine]) -> list[BillLine]:
    """The lines of a stay that the bill says to follow a costly one, or to hold a costly act."""
    if stay.get("linked_stay"):
        return [line.as_line(line.line._replace(stay=int(StayOf.AFTER_COSTLY))) for line in lines]
    if stay.get("heavy_act"):
        said = int(StayOf.COSTLY)
        return [line.as_line(line.line._replace(stay=said)) if line.line.stay else line for line in lines]
    return lines


def shared_of(given: Mapping[str, Any], bill: BillLaw, options: Mapping[str, str]) -> Shared:
    """The facts that all lines share, read."""
    law = flat_law()
    values = {
        name: read(BY_NAME[name], value, law)
        for name, value in given.items()
        if name in BY_NAME and name not in NOT_ON_A_BILL and name != "contract" and said(name, value)
    }
    if "specialty" in values:
        values.setdefault("profession", int(Profession.MEDECIN))
    stay = given.get("stay")
    if stay and "care_date" not in values:
        values["care_date"] = read_stay(stay)["entry"]
    if stay or given.get("kind") == "sejour":
        values.setdefault("special_setting", int(SpecialSetting.HOSPITALISATION))
    if given.get("contract"):
        values["contract"] = read(BY_NAME["contract"], given["contract"], law)
    return Shared(values, read_territory(given.get("territory")), law, bill, options)


def question_of(given: Mapping[str, Any], shared: Shared, readings: Mapping[str, str]) -> BillQuestion:
    """The contract, what was borne, and the readings."""
    for name, option in shared.options.items():
        known = shared.bill.readings[name]
        if option not in known:
            raise FactError(f"readings.{name}", option, same(", ".join(known)))
    others = {name: option for name, option in readings.items() if name not in shared.options}
    own = {name: option for name, option in shared.options.items() if name in BILL_READINGS}
    return BillQuestion(
        contract=shared.values.get("contract", no_contract()),
        euros=euros_of(given.get("contract")),
        borne=Borne(**read_borne(given)),
        chosen=others,
        readings=encode_readings(others),
        bill_readings=BillReadings(**{name: int(BILL_READINGS[name][option.upper()]) for name, option in own.items()}),
    )


def euros_of(contract: Any) -> EurosContract:
    """What a contract gives in euros, as people write it. Raises `FactError`."""
    if isinstance(contract, str):
        return written_euros(contract)
    try:
        return encode_euros(contract)
    except ContractError as error:
        raise FactError(error.field, error.given, error.allowed) from None


@lru_cache(maxsize=256)
def written_euros(contract: str) -> EurosContract:
    """The same of a contract as text, kept: its name is said on every bill."""
    return euros_of(contract_in_words(contract))


def no_contract() -> Contract:
    """Nobody's contract."""
    from parcours.rules.types import NO_CONTRACT

    return NO_CONTRACT


def contract_in_words(value: Any) -> Mapping[str, Any] | None:
    """The contract as people write it: of the library, or its own guarantees (already read without error)."""
    if not value:
        return None
    if isinstance(value, str):
        from parcours.engine.facts.vocabulary import named_contract

        named: Mapping[str, Any] = named_contract("contract", value)
        return named
    own: Mapping[str, Any] = value
    return own


def read_lines(given: Mapping[str, Any], shared: Shared) -> list[BillLine]:
    """The lines of the bill, read, completed, and tied to each other."""
    lines: list[BillLine] = []
    before = 0
    raws = [emergency(raw, shared, number) for number, raw in enumerate(given.get("lines", []), start=1)]
    if len(raws) == 1 and said("specialty", given.get("specialty")):
        raws = [{"specialty": given["specialty"], **raws[0]}]  # the only line is of whom the bill names
    stay = read_stay(given["stay"]) if given.get("stay") else {}
    package = (given.get("stay") or {}).get("ghs")
    if package is not None:
        raws.append({"code": "GHS", "fee": package, "base": package})
    for number, raw in enumerate(raws, start=1):
        line = with_its_charge(read_line(number, raw, shared, before), raw, stay, shared)
        before = line.line.act.profession if line.line.nature == Nature.ACT else before
        lines.append(line)
    return linked(lines, raws)


EMERGENCY = "FPU"
"""The charge of an emergency visit: the law sets it for each patient."""


def emergency(raw: Mapping[str, Any], shared: Shared, number: int) -> Mapping[str, Any]:
    """An emergency charge without its amount: the one that this patient owes."""
    if "fee" in raw or str(raw["code"]).strip().upper() != EMERGENCY:
        return raw
    line = read_line(number, {**raw, "fee": 0}, shared, 0)
    day = line.line.act.care_date
    amounts = [on(shared.bill.parameters[name], day) for name in ("urgences.forfait", "urgences.forfait_minore")]
    amount, case = emergency_charge(line.line.act, *amounts)
    code = "FPU_MINORE" if case == bill_codes.CaseCharge.EMERGENCY_REDUCED else "FPU"
    return {**raw, "code": code, "fee": plain_euros(amount)}
