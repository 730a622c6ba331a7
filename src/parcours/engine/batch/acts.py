"""Acts that were read one by one, settled together by the compiled rules, each with the counters it finds.

    settled = settle_acts([encoded.act, …], [encoded.contract, …], [counters, …], {})

The same settlements as `parcours.engine.case.settle_encoded`, of which the checks are left to who asks.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from parcours.engine.batch.kernel import _era, _from_source, tuple_of
from parcours.engine.batch.law_table import law_table
from parcours.engine.batch.loops import Loop
from parcours.engine.facts.readings import encode_readings
from parcours.law.cache import flat_law
from parcours.rules.settlement import settle
from parcours.rules.types import Act, Contract, Counters, Settlement

_act = tuple_of("act", Act, 0)
_contract = tuple_of("contract", Contract, len(Act._fields))
_before = tuple_of("before", Counters, len(Act._fields) + len(Contract._fields))
_keep = _from_source(
    "def keep(answers, i, one): "
    + "; ".join(f"answers[i, {place}] = one.{name}" for place, name in enumerate(Settlement._fields))
)


def _settle_each(asked: Any, laws: Any, days: Any, readings: Any, answers: Any) -> None:
    """Settle each row of `asked` (act, contract, counters side by side) into the same row of `answers`."""
    era = 0
    for i in range(len(asked)):
        act = _act(asked, i)
        era = _era(days, act.care_date, era)
        _keep(answers, i, settle(act, _contract(asked, i), _before(asked, i), laws[era], readings))


loop = Loop(_settle_each, (_act, _contract, _before, _era, _keep))


@lru_cache(maxsize=8)
def laws_under(readings: tuple[tuple[str, str], ...], digest: str) -> tuple[npt.NDArray[Any], npt.NDArray[np.int64]]:
    """The law under some readings, and the first day of each of its eras. `digest` is that of the law in use."""
    return law_table(flat_law().under(dict(readings)))


def settle_acts(
    acts: Sequence[Act], contracts: Sequence[Contract], counters: Sequence[Counters], readings: Mapping[str, str]
) -> list[Settlement]:
    """Settle acts whose days have a law, each after what was borne before it."""
    if not acts:
        return []
    rows = [(*act, *contract, *before) for act, contract, before in zip(acts, contracts, counters, strict=True)]
    asked = np.array(rows, np.int64)
    answers = np.empty((len(acts), len(Settlement._fields)), np.int64)
    laws, days = laws_under(tuple(sorted(readings.items())), flat_law().digest)
    loop(asked, laws, days, encode_readings(readings), answers)
    return [Settlement(*row) for row in answers.tolist()]
