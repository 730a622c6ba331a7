"""Who a citizen's identity is: sex and place of birth must agree with a definitive number; nothing else proves it."""

from datetime import date

import pytest

from parcours.registry.accounts.claims import IdentityTraits
from parcours.registry.accounts.linking import Agreement, _agreement
from parcours.registry.demo.fictitious import fictitious_nia, fictitious_nir
from parcours.registry.identity.keys import nir_key, parse_nir

BODY = "2360663220836"


def traits(sex, place):
    return IdentityTraits("Alice", "Fictive", date(1936, 6, 1), sex, place)


@pytest.mark.parametrize(
    ("sex", "place", "agreement"),
    [
        ("female", "63220", Agreement.YES),
        ("female", None, Agreement.UNPROVED),
        (None, "63220", Agreement.UNPROVED),
        (None, None, Agreement.UNPROVED),
        ("male", "63220", Agreement.NO),
        ("male", None, Agreement.NO),
        ("female", "75056", Agreement.NO),
        (None, "75056", Agreement.NO),
    ],
)
def test_sex_and_place_of_birth_must_be_those_of_the_number(sex, place, agreement):
    assert _agreement(parse_nir(BODY + nir_key(BODY)), traits(sex, place)) is agreement


@pytest.mark.parametrize("number", [None, parse_nir(fictitious_nia(3))])
def test_without_a_definitive_number_nothing_is_proved(number):
    assert _agreement(number, traits("male", "75056")) is Agreement.UNPROVED


def test_a_number_of_the_demonstration_is_nobodys():
    assert _agreement(parse_nir(fictitious_nir(3)), traits(None, None)) is Agreement.YES
