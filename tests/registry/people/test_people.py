"""People, rights, family."""

from datetime import date

import pytest

from parcours.registry.errors import Conflict, Invalid, NotFound, Refused
from parcours.registry.people import family
from parcours.registry.people import service as people
from tests.registry.world import ADULT_BORN, instant


@pytest.mark.parametrize(
    ("born", "on", "age"),
    [
        (date(2009, 3, 2), date(2025, 3, 1), 15),
        (date(2009, 3, 2), date(2025, 3, 2), 16),
        (date(2008, 2, 29), date(2024, 2, 28), 15),
        (date(2008, 2, 29), date(2025, 2, 28), 16),
        (date(2008, 2, 29), date(2025, 3, 1), 17),
    ],
)
def test_age(born, on, age):
    assert people.age_on(born, on) == age


def test_people_are_found_by_name_whatever_the_accents(world):
    person = world.person(family_name="Éxemple d'Été")
    assert [one.id for one in people.find_by_name(world.session, "EXEMPLE D ETE", ADULT_BORN)] == [person.id]
    assert people.find_by_name(world.session, "EXEMPLE D ETE", date(1980, 5, 18)) == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"commune": "00000"}, "commune"),
        ({"fund_code": "nowhere"}, "fund"),
        ({"scheme": "moon"}, "scheme"),
        ({"born": date(2999, 1, 1)}, "birth_date"),
        ({"nir": "1"}, "nir"),
    ],
)
def test_what_is_wrong_is_named(world, change, field):
    with pytest.raises(Invalid) as refused:
        world.person(**change)
    assert refused.value.field == field
    assert refused.value.allowed
    assert refused.value.message["fr"] != refused.value.message["en"]


def test_affiliations_follow_one_another(world):
    person = world.person()
    people.affiliate(
        world.session, person.id, fund_code="01C991", scheme="alsace_moselle", starts_on=date(2025, 1, 1),
        at=instant(2025, 2, 1),
    )  # fmt: skip
    on = people.affiliation_on
    assert on(world.session, person.id, date(2024, 12, 31)).scheme == "general"
    assert on(world.session, person.id, date(2025, 1, 1)).scheme == "alsace_moselle"
    assert on(world.session, person.id, date(2025, 1, 15), instant(2025, 1, 20)).scheme == "general"


def test_rights_of_a_kind_do_not_overlap_save_alds(world):
    person = world.person()
    people.open_right(world.session, person.id, "c2s", starts_on=date(2025, 1, 1), ends_on=date(2026, 1, 1))
    with pytest.raises(Conflict, match="same kind"):
        people.open_right(world.session, person.id, "c2s", starts_on=date(2025, 12, 31))
    people.open_right(world.session, person.id, "c2s", starts_on=date(2026, 1, 1))
    for number in ("8", "12"):
        people.open_right(world.session, person.id, "ald", starts_on=date(2025, 1, 1), detail=number)
    assert len(people.rights_on(world.session, person.id, date(2025, 6, 1))) == 3


def test_closing_a_right_does_not_rewrite_what_was_known(world):
    person = world.person()
    right = people.open_right(world.session, person.id, "c2s", starts_on=date(2025, 1, 1), at=instant(2025, 1, 1))
    people.close_right(world.session, right.id, ends_on=date(2025, 3, 1), at=instant(2025, 6, 1))
    assert people.rights_on(world.session, person.id, date(2025, 4, 1)) == []
    assert people.rights_on(world.session, person.id, date(2025, 4, 1), instant(2025, 5, 1)) != []


def test_children_are_those_below_18(world):
    parent = world.person()
    young, adult = world.person(born=date(2010, 6, 1)), world.person(born=date(2005, 6, 1))
    for child in (young, adult):
        family.add_holder(world.session, child_id=child.id, holder_id=parent.id, at=instant(2020, 1, 1))
    assert [one.id for one in family.children_of(world.session, parent.id, date(2025, 6, 1))] == [young.id]
    assert [one.id for one in family.holders_of(world.session, young.id, date(2025, 6, 1))] == [parent.id]


def test_nobody_is_their_own_parent(world):
    person = world.person()
    with pytest.raises(Refused):
        family.add_holder(world.session, child_id=person.id, holder_id=person.id)


def test_ids_from_outside_are_checked(world):
    for wrong in ("", "x", "1 OR 1=1", None):
        with pytest.raises(NotFound):
            people.get_insured(world.session, wrong)
