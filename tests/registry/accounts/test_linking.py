"""Who a citizen's identity is: the definitive number tells homonyms of the same day apart."""

from datetime import date

import pytest

from parcours.registry.accounts.claims import IdentityTraits
from parcours.registry.accounts.linking import _number_agrees
from parcours.registry.identity.keys import nir_key, parse_nir

BODY = "2360663220836"


def traits(sex, place):
    return IdentityTraits("Alice", "Fictive", date(1936, 6, 1), sex, place)


@pytest.mark.parametrize(
    ("sex", "place", "agrees"),
    [
        ("female", "63220", True),
        ("female", None, True),
        (None, None, True),
        ("male", "63220", False),
        ("female", "75056", False),
    ],
)
def test_sex_and_place_of_birth_must_be_those_of_the_number(sex, place, agrees):
    assert _number_agrees(parse_nir(BODY + nir_key(BODY)), traits(sex, place)) is agrees


def test_without_a_definitive_number_nothing_more_is_known():
    assert _number_agrees(None, traits("male", "75056"))
