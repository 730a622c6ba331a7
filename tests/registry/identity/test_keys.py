"""Form, check digits and storage of the national identifiers."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parcours.registry.demo.fictitious import (
    fictitious_am_number,
    fictitious_finess,
    fictitious_nia,
    fictitious_nir,
    fictitious_rpps,
)
from parcours.registry.errors import Conflict, Invalid
from parcours.registry.identity import service as identity
from parcours.registry.identity.keys import (
    NirKind,
    luhn_digit,
    luhn_sum,
    nir_key,
    parse_am_number,
    parse_finess,
    parse_nir,
    parse_rpps,
)
from parcours.registry.identity.models import Identifier
from parcours.registry.people import service as people
from tests.registry.world import instant

BODIES = st.from_regex(r"\A[1-8][0-9]{4}([0-9]{2}|2A|2B)[0-9]{6}\Z")
DIGITS = st.text("0123456789", min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        ("297022A02077878", NirKind.NIR),
        ("236066322083656", NirKind.NIR),
        ("255082A12345646", NirKind.NIR),
        ("255082B12345673", NirKind.NIR),
        ("755087512345630", NirKind.NIA),
        ("855087512345677", NirKind.NIA),
        ("2 55 55 55 131 333", NirKind.FICTITIOUS),
    ],
)
def test_known_numbers(number, kind):
    assert parse_nir(number).kind is kind


@pytest.mark.parametrize(
    "number", ["", "297022A02077877", "997022A02077878", "297022C02077878", "2970", "29702 2A02077"]
)
def test_wrong_numbers_are_refused_without_being_shown(number):
    with pytest.raises(Invalid) as refused:
        parse_nir(number)
    assert refused.value.field == "nir"
    assert number[:6] not in str(refused.value) or len(number) < 6


def test_digits_of_other_scripts_are_refused():
    """They would make a second number of the same one."""
    other = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
    for parse, number in ((parse_nir, "2550812312345"), (parse_rpps, fictitious_rpps(1)), (parse_finess, "750712184")):
        parse(number)
        with pytest.raises(Invalid):
            parse(number[0] + number[1:].translate(other))


def test_a_number_never_shows_itself():
    number = parse_nir("297022A02077878")
    for text in (repr(number), str(number), f"{number}", number.masked):
        assert "297022" not in text


@given(BODIES)
def test_the_key_completes_and_proves(body):
    completed = parse_nir(body)
    assert completed.value == body + nir_key(body)
    assert 1 <= int(completed.key) <= 97
    assert parse_nir(completed.value) == completed


@given(BODIES, st.integers(1, 96))
def test_any_other_key_is_refused(body, shift):
    wrong = (int(nir_key(body)) + shift - 1) % 97 + 1
    with pytest.raises(Invalid, match="key"):
        parse_nir(f"{body}{wrong:02d}")


@given(DIGITS)
def test_luhn_digit_makes_the_sum_right(digits):
    assert luhn_sum(digits + luhn_digit(digits)) % 10 == 0


@given(DIGITS, st.data())
def test_luhn_sees_one_wrong_digit(digits, data):
    number = digits + luhn_digit(digits)
    position = data.draw(st.integers(0, len(number) - 1))
    other = data.draw(st.sampled_from([one for one in "0123456789" if one != number[position]]))
    assert luhn_sum(number[:position] + other + number[position + 1 :]) % 10


def test_the_assigning_authority_tells_real_from_fictitious():
    assert parse_nir("297022A02077878").oid == "1.2.250.1.213.1.4.8"
    assert parse_nir("755087512345630").oid == "1.2.250.1.213.1.4.9"
    assert parse_nir(fictitious_nir(1)).oid == "1.2.250.1.213.1.4.11"


def test_rpps_strict_and_lenient():
    assert parse_rpps("99700218896") == "99700218896"
    with pytest.raises(Invalid, match="check digit"):
        parse_rpps("10003461033")
    assert parse_rpps("10003461033", strict=False) == "10003461033"
    with pytest.raises(Invalid, match="11 digits"):
        parse_rpps("9970021889")


@pytest.mark.parametrize("number", ["991091976", "991086265", "991023763", "991038431"])
def test_am_numbers(number):
    assert parse_am_number(number).category == "medecin"
    with pytest.raises(Invalid):
        parse_am_number(number[:-1] + str((int(number[-1]) + 1) % 10))


@pytest.mark.parametrize("number", ["060800174", "240000117", "2A0002689", "2A0002168"])
def test_finess(number):
    assert parse_finess(number) == number
    with pytest.raises(Invalid):
        parse_finess(number[:-1] + str((int(number[-1]) + 1) % 10))


@given(st.integers(0, 99_999))
def test_fictitious_numbers_are_well_formed(rank):
    assert parse_nir(fictitious_nir(rank)).kind is NirKind.FICTITIOUS
    assert parse_nir(fictitious_nia(rank)).kind is NirKind.NIA
    assert parse_rpps(fictitious_rpps(rank))
    assert parse_am_number(fictitious_am_number(rank)).department == "99"
    assert parse_finess(fictitious_finess(rank))


# --- storage ---


def test_a_person_is_found_by_number_which_is_stored_encrypted(world):
    person = world.person(nir="297022A02077878")
    found = people.find_by_nir(world.session, "2 97 02 2A 020 778 78")
    assert found.id == person.id
    stored = world.session.connection().exec_driver_sql("SELECT value, value_index FROM identity_identifiers").one()
    assert b"297022A" not in bytes(stored[0])
    assert "297022A" not in stored[1]
    assert people.find_by_nir(world.session, fictitious_nir(77)) is None


def test_a_definitive_number_follows_a_provisional_one(world):
    person = world.person(nir=fictitious_nia(1))
    identity.assign_identifier(
        world.session, person.id, "297022A02077878", starts_on=date(2025, 3, 1), at=instant(2025, 3, 2)
    )
    assert identity.current_identifier(world.session, person.id, date(2025, 2, 28)).kind is NirKind.NIA
    assert identity.current_identifier(world.session, person.id, date(2025, 3, 1)).kind is NirKind.NIR
    assert people.find_by_nir(world.session, fictitious_nia(1)).id == person.id
    with pytest.raises(Conflict, match="definitive"):
        identity.assign_identifier(world.session, person.id, fictitious_nir(9), starts_on=date(2025, 6, 1))


def test_two_people_never_share_a_number(world):
    world.person(nir=fictitious_nir(5))
    with pytest.raises(Conflict, match="already assigned"):
        world.person(nir=fictitious_nir(5))


def test_nothing_shows_a_person(world):
    person = world.person(family_name="Exemple-Secret", nir=fictitious_nir(3))
    number = world.session.query(Identifier).filter_by(insured_id=person.id).one()
    for text in (repr(person), str(person), repr(number), f"{person!r}"):
        assert "Secret" not in text
        assert fictitious_nir(3) not in text
