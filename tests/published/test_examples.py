"""The engine against the worked examples that others printed."""

from decimal import ROUND_HALF_UP, Decimal

import pytest

from tests.published.examples import EXAMPLES, TRUNCATED, VERDICTS, Example, amount, cents


def of_class(kind: str) -> list[Example]:
    return [example for example in EXAMPLES if example.kind == kind]


def name(example: Example) -> str:
    return f"{example.id} {example.publisher}"


def test_every_example_is_carried() -> None:
    counts = {kind: len(of_class(kind)) for kind in ("assert", "known_error", "conflict")}
    assert counts == {"assert": 83, "known_error": 4, "conflict": 15}
    assert len({example.id for example in EXAMPLES}) == len(EXAMPLES) == 102
    assert {example.id for example in EXAMPLES if example.kind != "assert"} == set(VERDICTS)


@pytest.mark.parametrize("example", [e for e in of_class("assert") if e.id != TRUNCATED], ids=name)
def test_a_printed_amount_comes_out_to_the_cent(example: Example) -> None:
    answer = example.settle()
    assert {field: amount(answer, field) for field in example.printed} == {
        field: cents(text) for field, text in example.printed.items()
    }


def test_one_publisher_cuts_to_the_cent_where_the_law_rounds_half_up() -> None:
    example = next(e for e in EXAMPLES if e.id == TRUNCATED)
    exact = Decimal(str(example.facts["base"])) * 70  # in cents
    assert exact != int(exact)
    assert cents(example.printed["amo"]) == int(exact)
    assert amount(example.settle(), "amo") == int(exact.quantize(Decimal(1), ROUND_HALF_UP)) == int(exact) + 1


@pytest.mark.parametrize("example", of_class("known_error"), ids=name)
def test_a_known_error_is_not_reproduced(example: Example) -> None:
    answer = example.settle()
    assert any(amount(answer, field) != cents(text) for field, text in example.printed.items())


@pytest.mark.parametrize("example", [*of_class("known_error"), *of_class("conflict")], ids=name)
def test_what_the_engine_says_of_an_error_or_a_conflict(example: Example) -> None:
    answer = example.settle()
    expected, _ = VERDICTS[example.id]
    assert set(expected) == set(example.printed)
    assert {field: amount(answer, field) for field in expected} == {
        field: cents(text) for field, text in expected.items()
    }


@pytest.mark.parametrize("id_", ["C363", "C366", "C396"])
def test_the_flat_share_of_the_sheets_is_a_reading(id_: str) -> None:
    example = next(e for e in EXAMPLES if e.id == id_)
    answer = example.settle({"plafond_majoration": "fiche"})
    assert {field: amount(answer, field) for field in example.printed} == {
        field: cents(text) for field, text in example.printed.items()
    }
