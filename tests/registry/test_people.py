"""People, rights, family, professionals, places."""

from datetime import date

import pytest

from parcours.registry.directory import service as directory
from parcours.registry.directory.models import Commune
from parcours.registry.directory.near import doctors_near
from parcours.registry.errors import Conflict, Invalid, NotFound, Refused
from parcours.registry.identity import names
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
        people.add_holder(world.session, child_id=child.id, holder_id=parent.id, at=instant(2020, 1, 1))
    assert [one.id for one in people.children_of(world.session, parent.id, date(2025, 6, 1))] == [young.id]
    assert [one.id for one in people.holders_of(world.session, young.id, date(2025, 6, 1))] == [parent.id]


def test_nobody_is_their_own_parent(world):
    person = world.person()
    with pytest.raises(Refused):
        people.add_holder(world.session, child_id=person.id, holder_id=person.id)


def test_a_doctor_has_a_specialty_and_nobody_else(world):
    with pytest.raises(Invalid, match="specialty"):
        world.doctor(specialty=0)
    assert world.doctor(profession="sage_femme").specialty == 0


def test_convention_history(world):
    doctor = world.doctor()
    directory.set_convention(world.session, doctor.id, "secteur_2", starts_on=date(2025, 1, 1), at=instant(2025, 1, 1))
    on = directory.convention_on
    assert on(world.session, doctor.id, date(2024, 12, 31)).convention == "secteur_1"
    assert on(world.session, doctor.id, date(2025, 1, 1)).convention == "secteur_2"


def test_one_principal_place_and_locums_name_whom_they_replace(world):
    doctor = world.doctor()
    with pytest.raises(Conflict, match="principal"):
        directory.start_practice(world.session, doctor.id, world.place().id, starts_on=date(2025, 1, 1))
    with pytest.raises(Invalid, match="locum"):
        world.doctor(mode="remplacant")


def test_search_by_name_specialty_and_departement(world):
    gp = world.doctor()
    cardiologist = world.doctor(specialty=3, place=world.place(commune="98001"))
    search = directory.search_professionals
    assert {one.id for one in search(world.session, family_name="modele")} == {gp.id, cardiologist.id}
    assert search(world.session, family_name="modf") == []
    assert [one.id for one in search(world.session, specialties=(3,))] == [cardiologist.id]
    assert [one.id for one in search(world.session, department="99", on=date(2025, 1, 1))] == [gp.id]
    first, second = search(world.session)
    assert search(world.session, after=first.id) == [second]


@pytest.mark.parametrize(("prefix", "after"), [("MOD", "MOE"), ("MOZ", "MP"), ("ZZ", None), ("A", "B")])
def test_next_prefix(prefix, after):
    assert names.next_prefix(prefix) == after


def test_doctors_near_are_sorted_by_distance_and_take_patients(world):
    near, same = world.doctor(world.place(commune="99002")), world.doctor()
    world.doctor(accepts_new_patients=False)
    world.doctor(world.place(commune="98001"))
    world.doctor(specialty=3)
    found = doctors_near(world.session, "99001", on=date(2025, 1, 1))
    assert [(one.professional.id, one.distance_km) for one in found] == [(same.id, 0.0), (near.id, 6.7)]
    assert len(doctors_near(world.session, "99001", on=date(2025, 1, 1), limit=1)) == 1


def test_doctors_near_whatever_the_number_of_communes_between(world):
    def commune(code, latitude_e5):
        world.session.add(Commune(code=code, name=code, department="97", latitude_e5=latitude_e5, longitude_e5=0))
        world.session.flush()
        return code

    codes = [commune(f"970{rank:02d}", 4_500_000 + rank * 1_000) for rank in range(30)]
    opposite = commune("97099", 4_500_000 - 20 * 1_000)
    by_distance = [world.doctor(world.place(commune=codes[rank])) for rank in (29, 21, 20, 1)][::-1]
    as_far = world.doctor(world.place(commune=opposite))
    nearest, farthest = by_distance[0], by_distance[2:]
    twins = sorted((by_distance[1].id, as_far.id))
    found = doctors_near(world.session, codes[0], on=date(2025, 1, 1), radius_km=40)
    ids = [one.professional.id for one in found]
    assert ids == [nearest.id, *twins, *(one.id for one in farthest)]
    assert [one.distance_km for one in found] == [1.1, 22.2, 22.2, 23.4, 32.2]
    assert [one.commune.code for one in found][-1] == codes[29]
    for limit in range(1, 6):
        some = doctors_near(world.session, codes[0], on=date(2025, 1, 1), radius_km=40, limit=limit)
        assert [one.professional.id for one in some] == ids[:limit]
    assert len(doctors_near(world.session, codes[0], on=date(2025, 1, 1), radius_km=30)) == 4


def test_ids_from_outside_are_checked(world):
    for wrong in ("", "x", "1 OR 1=1", None):
        with pytest.raises(NotFound):
            people.get_insured(world.session, wrong)


def test_a_stale_version_is_refused(database):
    from sqlalchemy.orm.exc import StaleDataError

    from tests.registry.world import World

    with database.writing() as session:
        person = World(session).person()
        assert person.etag == '"1"'
    with database.writing() as session:
        moved = people.move_insured(session, person.id, commune_code="99002", address=None)
        assert moved.version == 2
    with pytest.raises(StaleDataError), database.writing() as session:
        session.merge(person).commune_code = "98001"
