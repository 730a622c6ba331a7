"""The code as it was read, executed: facts and amounts of each article, equal to the cent or argued.

`examples.ndjson` has the facts and the amounts; `verdicts.yaml` the few that another text decides, each with its
article. Acts of one line are settled in order, for one patient.
"""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from parcours.engine.case import settle
from parcours.engine.memory import read_counters, settle_many
from parcours.law.loader import load

FOLDER = Path(__file__).parent
EXAMPLES = {
    example["id"]: example for example in map(json.loads, (FOLDER / "examples.ndjson").read_text("utf-8").splitlines())
}
VERDICTS: dict[str, dict[str, Any]] = yaml.safe_load((FOLDER / "verdicts.yaml").read_text("utf-8"))


def settled(example: dict[str, Any]) -> list[dict[str, Any]]:
    """The answers to the acts of an example."""
    readings = example.get("readings")
    if "counters" in example:
        return [settle(example["acts"][0], readings, read_counters(example["counters"])).to_dict()]
    return [answer.to_dict() for answer in settle_many(example["acts"], readings)]


def found(name: str, answers: list[dict[str, Any]]) -> Any:
    """An amount of the answers: of the first one, of the last one, the sum of all, or the difference of two."""
    how, _, amount = name.rpartition(":")
    values = [answer[amount] for answer in answers]
    return {"": lambda: values[0], "last": lambda: values[-1], "sum": lambda: sum(values)}.get(
        how, lambda: values[1] - values[0]
    )()


def same(value: Any, expected: Any) -> bool:
    """Equal to the cent."""
    return value == expected if value is None or expected is None else Decimal(str(value)) == Decimal(str(expected))


@pytest.mark.parametrize("id_", [id_ for id_, example in EXAMPLES.items() if "acts" in example])
def test_an_example_of_the_code_is_right_to_the_cent(id_: str) -> None:
    example = EXAMPLES[id_]
    answers = settled(example)
    expected = VERDICTS[id_]["gives"] if id_ in VERDICTS else example["gives"]
    if isinstance(expected, list):
        both = zip(answers, expected, strict=True)
        pairs = [(answer[name], value) for answer, one in both for name, value in one.items()]
    else:
        pairs = [(found(name, answers), value) for name, value in expected.items()]
    assert all(same(value, wanted) for value, wanted in pairs), pairs


@pytest.mark.parametrize("id_", [id_ for id_, example in EXAMPLES.items() if "parameter" in example])
def test_a_number_of_the_code_is_in_the_law(id_: str) -> None:
    example = EXAMPLES[id_]
    day = int(example["on"].replace("-", ""))
    assert load().parameters[example["parameter"]].default.on(day) == example["gives"]["value"]


@pytest.mark.parametrize("id_", VERDICTS)
def test_a_verdict_argues_with_an_article(id_: str) -> None:
    assert id_ in EXAMPLES
    assert VERDICTS[id_]["why"].strip()
    assert all(article in load().references for article in VERDICTS[id_]["references"])
