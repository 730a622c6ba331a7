"""Whole bills worked to the cent, from published codings and from the texts: every amount of every line."""

from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from parcours.engine.bill.codetext import plain
from parcours.engine.bill.say import bill_dict
from parcours.engine.bill.settle import settle_bill
from parcours.law.exact import ExactLoader


@cache
def worked() -> list[dict[str, Any]]:
    texts = [Path(__file__).with_name(name).read_text("utf-8") for name in ("worked.yaml", "by_hand.yaml")]
    return [entry for text in texts for entry in yaml.load(text, Loader=ExactLoader)]


NAMES = [plain(entry["name"]) for entry in worked()]
"""Without accents: pytest escapes them, and the escaped name is no name of a test."""


@pytest.mark.parametrize("place", range(len(worked())), ids=NAMES)
def test_every_amount_of_a_worked_bill(place: int) -> None:
    entry = worked()[place]
    answer = bill_dict(settle_bill(entry["bill"]))
    lines = answer["lines"]
    if "stay" in entry["bill"]:  # the stay gives the lines: in any order
        key = lambda line: line["fee"]  # noqa: E731
        lines, expected = sorted(lines, key=key), sorted(entry["gives"], key=key)
    else:
        expected = entry["gives"]
    assert len(lines) == len(expected)
    for line, wanted in zip(lines, expected, strict=True):
        found = {name: line[name] for name in wanted if name != "rate"}
        assert found == {name: amount for name, amount in wanted.items() if name != "rate"}, line["code"]
        if "rate" in wanted:
            assert line["rate"] == wanted["rate"] * 100, line["code"]
    assert {name: answer["total"][name] for name in entry["total"]} == entry["total"]


@pytest.mark.parametrize("place", range(len(worked())), ids=NAMES)
def test_amo_amc_and_patient_make_the_fee_on_each_line(place: int) -> None:
    answer = settle_bill(worked()[place]["bill"])
    for line, one in zip(answer.lines, answer.settled, strict=True):
        result = one.settlement
        assert result.amo + result.amc + result.patient == line.line.act.fee
    totals = answer.totals
    assert totals["amo"] + totals["amc"] + totals["patient"] == totals["fee"]
