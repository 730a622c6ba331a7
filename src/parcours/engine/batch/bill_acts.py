"""Patterns of the acts of lines of bills: the facts of a row, and the kind of its line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from parcours.contracts.euros import encode_euros
from parcours.engine.batch.bill_lines import Kind, LineBook
from parcours.engine.batch.layout import PATTERN_COLUMNS, VARIANT_FACTS
from parcours.engine.batch.patterns import STAND_INS, PatternBook, _facts, age_facts
from parcours.engine.bill.lines import Shared, add_class, add_said, encoded_line, values_of_line
from parcours.engine.bill.settle import contract_in_words
from parcours.engine.case import UNCERTAIN
from parcours.engine.errors import FactError
from parcours.engine.facts.encoding import EncodedAct, encode_values
from parcours.law.bill.codes import Nature
from parcours.law.codes import Profession, SpecialSetting
from parcours.rules.bill.types import NO_EUROS, EurosContract
from parcours.rules.types import NO_CONTRACT, Contract
from parcours.text import Text


@dataclass(frozen=True)
class Guarantees:
    """A contract: percentages, and what it gives in euros."""

    contract: Contract
    euros: EurosContract


@dataclass
class BillActs(PatternBook):
    """Patterns of the acts of lines: the facts of the row and the kind of its line."""

    lines: LineBook = None  # type: ignore[assignment]
    guarantees: dict[Guarantees, int] = field(default_factory=lambda: {Guarantees(NO_CONTRACT, NO_EUROS): 0})
    masks: list[int] = field(default_factory=list)
    """Of each pattern, the facts that are missing: a bit each, in the order of `VARIANT_FACTS`."""

    def _read(self, name: str, value: Any) -> Any:
        found = super()._read(name, value)
        if name == "contract" and isinstance(found, Contract):
            return Guarantees(found, encode_euros(contract_in_words(value)))
        return found

    def _forget(self) -> None:
        super()._forget()
        self.masks = []

    def _append(self, row: list[int], *, valid: bool, missing: Sequence[str] = ()) -> int:
        self.masks.append(sum(1 << VARIANT_FACTS.index(name) for name in missing))
        return super()._append(row, valid=valid)

    def contracts_table(self) -> npt.NDArray[np.int64]:
        """A line of integers for each contract that was met."""
        with self.lock:
            return np.array([(*one.contract, *one.euros) for one in self.guarantees], np.int64)

    def _add(self, values: Mapping[str, Any], ages: int) -> int:
        given_values = {name: value for name, value in values.items() if value is not None}
        refused = [0] * len(PATTERN_COLUMNS)
        if self.wrong and any(isinstance(value, FactError) for value in given_values.values()):
            return self._append(refused, valid=False)
        kind, known = divmod(ages, len(age_facts()))
        guarantees = given_values.pop("contract", Guarantees(NO_CONTRACT, NO_EUROS))
        try:
            encoded = self._encoded({**STAND_INS, **age_facts()[known], **given_values}, self.lines.kinds[kind])
        except FactError:
            return self._append(refused, valid=False)
        if any(name not in UNCERTAIN for name in encoded.missing) and not self._is_charge(kind):
            return self._append(refused, valid=False)
        number = self.guarantees.setdefault(guarantees, len(self.guarantees))
        missing = [name for name in encoded.missing if name in UNCERTAIN]
        return self._append([*_facts(encoded), number, *encoded.declared, 0], valid=True, missing=missing)

    def _is_charge(self, kind: int) -> bool:
        found = self.lines.kinds[kind]
        return found is not None and found.code.nature != Nature.ACT

    def _encoded(self, values: dict[str, Any], kind: Kind | None) -> EncodedAct:
        """The act of a row alone, or of the line of a bill. Raises `FactError`."""
        if kind is None:
            return encode_values(values, self.flat)
        if "ips" in values or "status" in values:
            raise FactError("ips", values.get("ips"), Text("rien sur une facture", "nothing on a bill"))
        values.pop("act", None)
        if "specialty" in values:
            values.setdefault("profession", int(Profession.MEDECIN))
        if kind.stay:
            values.setdefault("special_setting", int(SpecialSetting.HOSPITALISATION))
        shared = Shared({}, "", self.flat, self.lines.law, self.lines.options)
        add_said(values, kind.text, shared)
        own = values_of_line(values, kind.code, shared)
        facts = dict(kind.facts)
        add_class(own, values, kind.code, facts)
        return encoded_line(kind.code, own, facts, kind.price, shared)
