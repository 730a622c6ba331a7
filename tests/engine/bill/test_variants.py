"""Bills of the grammar of `bill check` that nobody printed: each was derived by hand, and settles to the cent."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from parcours.engine.bill.check import check_bill
from parcours.engine.errors import MEANT, UnknownName
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


VISIT: dict[str, Any] = {"id": "b", "facts": {"care_date": "2026-03-10", "age": 4}, "lines": [{"code": "G", "fee": 30}]}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"facts": "visit"}, "facts"),
        ({"facts": None}, "facts"),
        ({"facts": {"stay": 3}}, "facts.stay"),
        ({"total": [30]}, "total"),
        ({"contract": {"responsable": True, "monture_euros": "x"}}, "contract.monture_euros"),
        (
            {"facts": {"care_date": "2026-03-10", "age": 4, "professional": ""}, "lines": [{"code": "consultation"}]},
            "lines[1].profession",
        ),
        ({"lines": 3}, "lines"),
        ({"lines": ["G"]}, "lines[1]"),
        ({"lines": [{"fee": 30}]}, "lines[1].code"),
        ({"lines": [{"code": "G", "fee": 30, "amo": "much"}]}, "amo"),
        ({"facts": {"care_date": "2026-03-10", "age": 4, "setting": "the moon"}}, "special_setting"),
        ({"facts": {"care_date": "2026-03-10", "age": 4, "territory": "the moon"}}, "territory"),
        ({"facts": {"care_date": "2026-03-10", "age": 4, "used": {"G": 1}}}, "used.G"),
    ],
)
def test_a_bill_of_another_shape_is_refused_by_its_field(wrong: dict[str, Any], field: str) -> None:
    refused = check_bill({**VISIT, **wrong}).refused
    assert refused is not None
    assert refused.field == field


@pytest.mark.parametrize(
    ("slip", "field", "meant"),
    [
        ({"total": {"pateint": 9}}, "total.pateint", "patient"),
        ({"totals": {"patient": 9}}, "totals", "total"),
        ({"facts": {"care_date": "2026-03-10", "age": 4, "exmption": "ald"}}, "facts.exmption", "exemption"),
        ({"lines": [{"code": "G", "fee": 30, "aamo": 21}]}, "lines[1].aamo", "amo"),
    ],
)
def test_a_slip_is_refused_with_what_was_meant(slip: dict[str, Any], field: str, meant: str) -> None:
    refused = check_bill({**VISIT, **slip}).refused
    assert isinstance(refused, UnknownName)
    assert (refused.field, refused.reason, refused.allowed.en) == (field, MEANT, meant)


def test_a_fact_that_no_bill_reads_is_listed() -> None:
    checked = check_bill({**VISIT, "facts": {**VISIT["facts"], "unheard_of": 1}})
    assert checked.refused is None
    assert checked.worked.ignored == ["unheard_of"]
