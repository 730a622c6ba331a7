"""Find a doctor: names, places, filters, the order and what is left out; the same on SQLite and PostgreSQL."""

from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from parcours.registry.directory import names_index
from parcours.registry.directory import search as search_module
from parcours.registry.directory import service as directory
from parcours.registry.directory.ask import FILTERS, answer, read
from parcours.registry.directory.cards import cards
from parcours.registry.directory.claims import expire, report_wrong, state
from parcours.registry.directory.geometry import distance_km
from parcours.registry.directory.models import ClaimSource, Offer, Opposition, OppositionScope, Precision
from parcours.registry.directory.oppositions import oppose, withdraw
from parcours.registry.directory.search import BANDS, MOST, Query, search
from parcours.registry.directory.trades import trades_of
from parcours.registry.directory.where import Where, code_said
from parcours.registry.errors import RegistryError
from parcours.registry.store.clock import paris_today

TODAY = paris_today()
LONG_AGO = TODAY - timedelta(days=214)


def ids(session, **filters):
    asked = read(session, filters)
    return [one.professional_id for one in answer(session, asked).items]


@pytest.fixture
def named(world):
    def make(family_name, first_name="Dominique"):
        doctor = world.doctor()
        doctor.family_name, doctor.first_name = family_name, first_name
        directory.index_name(world.session, doctor)
        world.session.flush()
        return doctor.id

    return make


# --- DIR-03 ----------------------------------------------------------------------------------------------------------


def test_names_fold_the_same_way_on_both_sides(world, named):
    leboeuf, le_boeuf = named("Lebœuf"), named("Le Boeuf")
    noble, nguyen = named("d'Hautefeuille", "Éléonore"), named("Nguyễn-Müller")
    for text in ("leboeuf", "LEBŒUF", "Lebœuf"):
        assert leboeuf in ids(world.session, q=text)
    assert ids(world.session, q="le boeuf") == [le_boeuf]
    assert ids(world.session, q="hautefeuille") == ids(world.session, q="eleonore") == [noble]
    assert ids(world.session, q="nguyen muller") == ids(world.session, q="MÜLLER nguyễn") == [nguyen]
    assert ids(world.session, q="hautef") == [noble]


def test_one_letter_off_is_tried_once_and_said(world, named):
    noble = named("Hautefeuille")
    found = answer(world.session, read(world.session, {"q": "hautefeuile"}))
    assert [one.professional_id for one in found.items] == [noble]
    assert found.corrected == "HAUTEFEUILLE"
    assert ids(world.session, q="hautefueilel") == []


def test_a_name_near_a_place_is_found_however_many_bear_it_elsewhere(world, named, monkeypatch):
    monkeypatch.setattr(names_index, "MOST_NAMED", 2)
    people = [named("Hautefeuille") for _ in range(5)]
    offers = {one.professional_id: one for one in world.session.scalars(select(Offer)) if one.professional_id in people}
    for far in people[:4]:
        offers[far].latitude_e5 += 500_000
    world.session.flush()
    assert ids(world.session, q="hautefeuille dominique", place="99001") == people[4:]
    offers[people[4]].latitude_e5 += 500_000
    named("Hautefeuilles", "Alix")
    found = answer(world.session, read(world.session, {"q": "hautefeuille dominique", "place": "99001"}))
    assert (found.items, found.corrected) == ([], ""), "borne elsewhere: nothing to correct"


def test_a_commune_is_searched_as_the_choices_write_it():
    assert code_said("Saint-Denis (93066)") == "93066"
    assert code_said("Ajaccio (2A004) ") == "2A004"
    assert code_said("Saint-Denis") == "Saint-Denis"


# --- DIR-02 ----------------------------------------------------------------------------------------------------------


def test_a_filter_that_does_not_exist_is_refused_by_name(world):
    with pytest.raises(RegistryError) as refused:
        read(world.session, {"proche_de": "44.8,-0.6", "specialty": "generaliste"})
    assert (refused.value.field, refused.value.http_status) == ("proche_de", 400)
    assert set(FILTERS) == set(refused.value.allowed["en"].split(", "))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("accepts", "everybody"), ("sector", "4"), ("radius", "201"), ("nearest", "101"), ("radius", "-1"),
        ("carte_vitale", "maybe"), ("language", "english"), ("accessible", "everything"), ("cursor", "abc"),
        ("cursor", "WyIyMDI2LTAxLTAxIiwxXQ"), ("at", "48.8"), ("at", "nan,nan"), ("at", "89,10"), ("limit", "1000"),
        ("specialty", "astrologie"),
    ],
)  # fmt: skip
def test_a_value_that_is_not_accepted_is_named(world, name, value):
    with pytest.raises(RegistryError) as refused:
        read(world.session, {"place": "99001", name: value})
    assert refused.value.field == name
    assert refused.value.allowed


def test_a_search_says_where_or_whom(world):
    with pytest.raises(RegistryError, match="say where, or whom"):
        read(world.session, {"specialty": "generaliste"})


# --- DIR-05 ----------------------------------------------------------------------------------------------------------


def test_unknown_is_not_yes(world):
    doctors = [world.doctor().id for _ in range(10)]
    own = ClaimSource.PROFESSIONAL
    state(world.session, doctors[0], {"accepts_adults": "yes"}, own)
    state(world.session, doctors[1], {"accepts_adults": "yes"}, own, on=LONG_AGO)
    for doctor in doctors[2:5]:
        state(world.session, doctor, {"accepts_adults": "no"}, own)
    asked = read(world.session, {"place": "99001", "specialty": "generaliste", "accepts": "adults"})
    found = answer(world.session, asked)
    assert [one.professional_id for one in found.items] == doctors[:1]
    assert found.unknown == 6
    with_unknown = set(ids(world.session, place="99001", accepts="adults", unknown="true"))
    assert with_unknown == {doctors[0], doctors[1], *doctors[5:]}
    assert set(ids(world.session, q="modele", place="99001")) == set(doctors)
    (card,) = cards(world.session, found.items, asked.query.where, TODAY)
    (said,) = card.places[0].said["accepts_adults"]
    assert (said.value, said.source, said.observed_on) == ("yes", own, TODAY)
    assert ids(world.session, place="99001", accepts="children") == []


def test_the_strongest_source_wins_and_expires(world):
    doctor = world.doctor().id
    state(world.session, doctor, {"accepts_adults": "yes"}, ClaimSource.IMPORT)
    state(world.session, doctor, {"accepts_adults": "no"}, ClaimSource.DELEGATE, until=TODAY + timedelta(days=3))
    assert ids(world.session, place="99001", accepts="adults") == []
    asked = read(world.session, {"place": "99001", "accepts": "adults"})
    for days, shown in ((3, 0), (4, 1)):  # the last day is one of them
        expire(world.session, TODAY + timedelta(days=days))
        on = Query(asked.query.where, accepts="adults", day=TODAY + timedelta(days=days))
        assert len(search(world.session, on, 10).items) == shown


def test_a_report_changes_nothing_shown(world):
    doctor = world.doctor()
    state(world.session, doctor.id, {"carte_vitale": "yes"}, ClaimSource.IMPORT)
    report_wrong(world.session, doctor, "carte_vitale", "not any more")
    assert ids(world.session, place="99001", carte_vitale="true") == [doctor.id]


def test_filters_ask_for_a_known_yes(world):
    doctor, other = world.doctor().id, world.doctor().id
    yes = {"teleconsultation": "yes", "home_visits": "yes", "accessible_step_free": "yes", "language": ["pt", "en"]}
    state(world.session, doctor, yes, ClaimSource.PROFESSIONAL)
    for filters in (
        {"teleconsultation": "true"}, {"home_visits": "1"}, {"accessible": "step_free"}, {"language": "en"},
        {"language": "en,pt", "home_visits": "true"},
    ):  # fmt: skip
        assert ids(world.session, place="99001", **filters) == [doctor]
    assert ids(world.session, place="99001", language="de") == []
    assert set(ids(world.session, place="99001")) == {doctor, other}


def test_by_sector_and_specialty(world):
    first, second = world.doctor(), world.doctor()
    cardiologist = world.doctor(specialty=3)
    directory.set_convention(world.session, first.id, "secteur_2", starts_on=date(2025, 1, 1))
    assert ids(world.session, place="99001", sector="secteur_2") == [first.id]
    assert ids(world.session, place="99001", specialty="generaliste") == [second.id, first.id]
    assert ids(world.session, place="99001", specialty="cardiologue") == [cardiologist.id]


@pytest.mark.parametrize(
    ("text", "trades"),
    [
        ("generaliste", (1, 22, 23)), ("3", (3,)), ("cardiologue", (3,)), ("dermato", (5,)), ("infirmière", (104, 105)),
        ("psychiatre", (33, 75)), ("dentiste", (102,)), ("zz", ()), ("99", ()),
    ],
)  # fmt: skip
def test_what_a_specialty_is_called(text, trades):
    assert set(trades) <= set(trades_of(text))
    assert bool(trades) == bool(trades_of(text))


# --- DIR-08 ----------------------------------------------------------------------------------------------------------


def test_an_opposition_hides_at_once_and_holds_no_clear_number(world):
    doctor = world.doctor()
    state(world.session, doctor.id, {"phone": "0199000001"}, ClaimSource.IMPORT)
    oppose(world.session, doctor, OppositionScope.CONTACT)
    asked = read(world.session, {"place": "99001"})
    (card,) = cards(world.session, answer(world.session, asked).items, asked.query.where, TODAY)
    assert card.professional.id == doctor.id
    assert not card.contact
    assert "phone" not in card.places[0].said
    oppose(world.session, doctor, OppositionScope.ALL)
    assert ids(world.session, place="99001") == ids(world.session, q=doctor.family_name) == []
    directory.set_convention(world.session, doctor.id, "secteur_2", starts_on=TODAY)
    assert ids(world.session, place="99001") == []
    kept = world.session.execute(select(Opposition.rpps_index)).scalars().all()
    assert all(doctor.rpps not in one for one in kept)
    withdraw(world.session, doctor)
    assert ids(world.session, place="99001") == [doctor.id]


# --- DIR-09, and the order -------------------------------------------------------------------------------------------


def test_a_distance_from_a_centre_says_so(world):
    three = [world.doctor() for _ in range(3)]
    directory.set_convention(world.session, three[0].id, "secteur_2", starts_on=TODAY)
    house = world.place()
    house.latitude_e5, house.longitude_e5, house.precision = 4_880_000 + 720, 230_000, Precision.HOUSE
    at_house = world.doctor(place=house)
    asked = read(world.session, {"at": "48.80,2.30"})
    found = cards(world.session, answer(world.session, asked).items, asked.query.where, TODAY)
    shown = {card.professional.id: (card.places[0].km, card.places[0].about) for card in found}
    assert shown.pop(at_house.id) == (0.8, False)
    assert set(shown.values()) == {(1.0, True)}
    assert found[-1].professional.id == three[0].id
    in_commune = read(world.session, {"place": "99001"})
    (card, *_) = cards(world.session, answer(world.session, in_commune).items, in_commune.query.where, TODAY)
    assert card.places[0].about


def test_the_draw_of_the_day_changes_and_stays_within_its_day(world):
    for _ in range(12):
        world.doctor()
    asked = read(world.session, {"place": "99001"})
    orders = set()
    for days in range(4):
        query = Query(asked.query.where, day=TODAY + timedelta(days=days))
        orders.add(tuple(one.professional_id for one in search(world.session, query, 20).items))
        assert search(world.session, query, 20).items == search(world.session, query, 20).items
    assert len(orders) == 4


def test_pages_hold_while_others_come_and_go(world):
    doctors = [world.doctor().id for _ in range(9)]
    asked = read(world.session, {"place": "99001", "limit": "4"})
    first = answer(world.session, asked)
    assert first.more
    world.doctor()
    cursor = asked.cursor(first.items[-1])
    seen = [one.professional_id for one in first.items]
    while cursor:
        asked = read(world.session, {"place": "99001", "limit": "4", "cursor": cursor})
        page = answer(world.session, asked)
        seen += [one.professional_id for one in page.items]
        cursor = asked.cursor(page.items[-1]) if page.more else ""
    assert len(seen) == len(set(seen))
    assert set(doctors) <= set(seen)


# --- no nearer offer is left out -------------------------------------------------------------------------------------

HERE = (4_700_000, 200_000)
AWAY = st.integers(-120_000, 120_000)


@pytest.fixture(scope="module")
def scattered(shared):
    """Two hundred offers of sixty doctors in every direction, some of which accept."""
    from tests.registry.world import World

    with shared.writing() as session:
        world, rng = World(session), Random(7)
        doctors = [world.doctor() for _ in range(60)]
        for row in session.scalars(select(Offer)).all():
            session.delete(row)
        place = world.place()
        for rank in range(200):
            doctor = rng.choice(doctors)
            spread = rng.choice((1_000, 10_000, 100_000, 250_000))
            session.add(
                Offer(
                    key=str(rank), bucket=0, professional_id=doctor.id, organisation_id=place.id, commune_code="99001",
                    trade=rng.choice((1, 3)), savoir_faire="", sector=rng.choice((1, 2, 3, None)),
                    latitude_e5=HERE[0] + rng.randint(-spread, spread),
                    longitude_e5=HERE[1] + rng.randint(-spread, spread), precision=Precision.HOUSE,
                    accepts_adults=rng.choice((True, False, None)), first_seen=date(2020, 1, 1),
                )
            )  # fmt: skip
        session.flush()
        yield session, session.scalars(select(Offer)).all()
        session.rollback()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.integers(-120_000, 120_000), st.integers(-120_000, 120_000), st.integers(1, 60), st.sampled_from(["", "adults"])
)
@pytest.mark.parametrize("sparse", [300, 3])
def test_no_nearer_offer_is_left_out(scattered, monkeypatch, sparse, north, east, count, accepts):
    monkeypatch.setattr(search_module, "SPARSE", sparse)
    session, offers = scattered
    here = (HERE[0] + north, HERE[1] + east)
    query = Query(Where(here), trades=(1,), nearest=count, accepts=accepts)
    allowed = {True} if accepts else {True, None}
    distances = {}
    for one in offers:
        if one.trade == 1 and one.accepts_adults in allowed:
            km = distance_km(here, (one.latitude_e5, one.longitude_e5))
            distances[one.professional_id] = min(km, distances.get(one.professional_id, 1e9))
    found = search(session, query, MOST).items
    nearest = sorted(km for km in distances.values() if km <= BANDS[-1])[:count]
    assert [one.km for one in found] == pytest.approx(nearest, abs=0.002)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(AWAY, AWAY, st.sampled_from([1, 3, 20, 50, 77, 200]))
@pytest.mark.parametrize("sparse", [300, 3])
def test_the_order_is_the_one_that_is_published(scattered, monkeypatch, sparse, north, east, radius):
    monkeypatch.setattr(search_module, "SPARSE", sparse)
    session, offers = scattered
    here = (HERE[0] + north, HERE[1] + east)
    found = search(session, Query(Where(here), trades=(1, 3), radius_km=radius), MOST).items
    inside = {
        one.professional_id
        for one in offers
        if one.accepts_adults is not False and distance_km(here, (one.latitude_e5, one.longitude_e5)) <= radius
    }
    assert {one.professional_id for one in found} == inside
    keys = [({"yes": 0, "unknown": 1}[one.accepts], one.band, one.key[3]) for one in found]
    assert keys == sorted(keys)
