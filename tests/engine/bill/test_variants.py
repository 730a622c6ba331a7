"""Bills of the grammar of `bill check` that nobody printed: each was derived by hand, and settles to the cent."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from parcours.engine.bill.check import check_bill
from parcours.law.exact import ExactLoader

VARIANTS: list[dict[str, Any]] = yaml.load(
    Path(__file__).with_name("variants.yaml").read_text("utf-8"), Loader=ExactLoader
)["bills"]


@pytest.mark.parametrize("raw", VARIANTS, ids=[one["id"] for one in VARIANTS])
def test_every_amount_that_was_derived(raw: dict[str, Any]) -> None:
    checked = check_bill(raw)
    assert checked.refused is None
    assert checked.differences == []
    assert checked.compared or not raw["lines"], "a stay that asks nothing"
