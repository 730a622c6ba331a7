"""The totals under another reading, by the way that does not read the lines again, are those of settling again."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from parcours.engine.bill.disputed import totals_under
from parcours.engine.bill.settle import settle_bill
from parcours.engine.errors import FactError
from parcours.law.exact import ExactLoader

FILE = Path(__file__).parents[1] / "engine" / "bill" / "worked.yaml"
WORKED = yaml.load(FILE.read_text("utf-8"), Loader=ExactLoader)


@pytest.mark.parametrize("chosen", [{}, {"bizone_honoraires": "ald"}, {"majoration_seance": "par_ligne"}])
def test_another_reading_gives_the_totals_of_the_bill_settled_under_it(chosen: dict[str, str]) -> None:
    different = 0
    for worked in WORKED[::3]:
        answer = settle_bill(worked["bill"], chosen)
        options = [(name, option) for name, known in answer.bill.readings.items() for option in known]
        options += [(name, option) for name, known in answer.law.readings.items() for option in list(known)[:2]]
        for name, option in options:
            again = totals(lambda n=name, o=option, w=worked: settle_bill(w["bill"], {**chosen, n: o}).totals)
            assert totals(lambda n=name, o=option, a=answer: totals_under(a, n, o)) == again, (worked["name"], name)
            different += again != answer.totals
    assert different > 0, "no bill depends on a reading"


def totals(work: Any) -> Any:
    """The totals, or the sentence of what is refused."""
    try:
        return work()
    except FactError as error:
        return error.sentence("en")
