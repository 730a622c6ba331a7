"""Professionals, their conventions and practices, places, doctors near."""

from datetime import date

import pytest

from parcours.registry.directory import service as directory
from parcours.registry.directory.models import Commune, OppositionScope
from parcours.registry.directory.near import doctors_near
from parcours.registry.directory.oppositions import oppose
from parcours.registry.errors import Conflict, Invalid
from tests.registry.world import instant


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


def test_doctors_near_are_sorted_by_distance_and_take_patients(world):
    near, same = world.doctor(world.place(commune="99002")), world.doctor()
    world.doctor(accepts_new_patients=False)
    world.doctor(world.place(commune="98001"))
    world.doctor(specialty=3)
    found = doctors_near(world.session, "99001", on=date(2025, 1, 1))
    assert [(one.professional.id, one.distance_km) for one in found] == [(same.id, 0.0), (near.id, 6.7)]
    assert len(doctors_near(world.session, "99001", on=date(2025, 1, 1), limit=1)) == 1


def test_who_opposes_is_in_no_list(world):
    shown = [world.doctor() for _ in range(2)]
    hidden = [world.doctor() for _ in range(3)]
    contact = world.doctor()
    for one in hidden:
        oppose(world.session, one, OppositionScope.ALL)
    oppose(world.session, contact, OppositionScope.CONTACT)
    wanted = {one.id for one in (*shown, contact)}
    near = doctors_near(world.session, "99001", on=date(2025, 1, 1))
    assert {one.professional.id for one in near} == wanted
    assert {one.id for one in directory.search_professionals(world.session, family_name="modele")} == wanted
    for limit in (1, 2, 3):
        some = directory.search_professionals(world.session, limit=limit)
        assert [one.id for one in some] == sorted(wanted)[:limit]


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
