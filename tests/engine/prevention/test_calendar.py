"""What a person is due: cases of `cases.yaml`, then what must hold for every programme and every age."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml

from parcours.engine.errors import FactError
from parcours.engine.prevention.calendar import calendar
from parcours.engine.prevention.check import Case, cases, differences
from parcours.engine.prevention.facts import read_person
from parcours.engine.prevention.say import arranged, tell
from parcours.law.days import iso, number_of
from parcours.law.prevention.book import Version, change_days, prevention_law
from parcours.law.prevention.codes import DueState, Need
from parcours.rules import due

CASES = list(cases(yaml.safe_load(Path(__file__).with_name("cases.yaml").read_text("utf-8"))))
TODAY = date(2026, 11, 26)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.id}-{case.programme}-{case.on}")
def test_a_case_is_as_expected(case: Case) -> None:
    assert not [(one.name, case.expected[one.name], one.found) for one in differences(case)]


def test_a_wrong_expectation_is_seen() -> None:
    content = {"checks": [{"programme": "sein", "birth_date": "1976-11-26", "at": "2026-11-26", "in_range": False}]}
    assert [one.found for one in differences(next(cases(content)))] == [True]


def test_twenty_examinations_of_the_child_in_each_version() -> None:
    for on in (date(2024, 12, 31), date(2025, 1, 1)):
        listed = calendar(read_person({"birth_date": "2024-12-20"}, on), on)
        named = [one for one in listed if one.programme.group.id == "child" and one.state is not DueState.NOT_YET_LAW]
        assert len(named) == 20


def shapes() -> Iterator[tuple[str, str, Version]]:
    """Every version of every programme in force, with the fact for which it holds."""
    for name, entry in prevention_law().programmes.items():
        if not entry.not_in_force:
            yield from ((name, "", version) for version in entry.versions)
            yield from ((name, fact, version) for fact, versions in entry.variants.items() for version in versions)


SHAPES = sorted(shapes(), key=lambda one: (one[0], one[1], one[2].first_day))


@pytest.mark.parametrize(("name", "fact", "version"), SHAPES, ids=lambda one: getattr(one, "first_day", one))
def test_every_age_edge_on_both_sides_of_its_day(name: str, fact: str, version: Version) -> None:
    """The day before an opening is outside, the day itself inside; likewise for a closing, in every version, for who
    was born (or became pregnant, or gave birth) on 29 February, on the 31st, on an ordinary day.
    """
    entry, tested = prevention_law().programmes[name], 0
    for place, slot in enumerate(version.slots):
        for edge in (due.opening, due.closing):
            if slot[due.CLOSES_MONTHS] == due.NO_CLOSING and edge is due.closing:
                continue
            if entry.closes_after_birth and edge is due.closing:
                continue  # counted from a birth: its own test
            for anchor in anchors(version, slot, edge):
                if entry.born_from and anchor < entry.born_from:
                    continue
                day = date.fromisoformat(iso(edge(slot, number_of(anchor))))
                for on in (day - timedelta(days=1), day):
                    if anchor <= on and version.first_day <= on and (version.until is None or on <= version.until):
                        found = inside(name, anchor, on, fact)
                        expected = any(old_enough(one, anchor, on) for one in version.slots)
                        assert found is (on == day if entry.closes_after_birth else expected), (place, anchor, on)
                        tested += 1
    assert tested, "no edge of this version falls into its time"


def anchors(version: Version, slot: tuple[int, ...], edge: Callable[..., int]) -> list[date]:
    """Days from which the ages may count so that an edge falls into the time of a version: leap days first."""
    years = round(number_of(date(2000, 1, 1)) // 10_000 - edge(slot, 20_000_101) // 10_000)
    last = version.until.year if version.until else max(2027, version.first_day.year + 1)
    found = []
    for year in range(max(1900, version.first_day.year + years - 1), last + years + 5):
        found += [date(year, 1, 31), date(year, 12, 1)] + (
            [date(year, 2, 29)] if year % 4 == 0 and year != 1900 else []
        )
    return found


def old_enough(slot: tuple[int, ...], birth: date, on: date) -> bool:
    """The same, counted otherwise: whole months lived so many days before."""

    def reached(months: int, days: int) -> bool:
        then = on - timedelta(days=days)
        return (
            then >= birth
            and 12 * (then.year - birth.year) + then.month - birth.month - (then.day < birth.day) >= months
        )

    opens, closes = slot[:2], slot[2:4]
    return reached(*opens) and (closes[0] == due.NO_CLOSING or not reached(*closes))


def inside(name: str, anchor: date, on: date, fact: str) -> bool:
    """Is somebody whose body the programme concerns in its range?"""
    entry = prevention_law().programmes[name]
    said: dict[str, object] = {"birth_date": anchor, "has_breast_tissue": True, "has_cervix": True}
    if entry.anchor != "birth":
        started = anchor if entry.anchor == "pregnancy" else anchor - timedelta(days=270)
        given = {} if entry.anchor == "pregnancy" else {"birth_on": anchor}
        said |= {"birth_date": date(anchor.year - 30, 1, 1), "pregnancy": {"started_on": started, **given}}
    if fact == "pregnant":
        said["pregnancy"] = {"started_on": max(anchor, on - timedelta(days=30))}
    elif fact:
        said[fact] = True
    return next(one.in_range for one in calendar(read_person(said, on), on) if one.programme.id == name)


def test_the_other_reading_of_between_two_ages_closes_later() -> None:
    said, on = {"birth_date": "2017-06-01"}, date(2026, 11, 26)
    state = {one.programme.id: one for one in calendar(read_person(said, on), on)}["child.a8"]
    wide = {one.programme.id: one for one in calendar(read_person(said, on), on, {"between_ages": "wide"})}["child.a8"]
    assert (state.state, wide.state, wide.by) == (DueState.CLOSED, DueState.DUE, date(2027, 5, 31))


def test_no_state_of_any_day_of_a_life_is_impossible() -> None:
    """Each day on which a programme changes, at many ages: a due item has a day, an unknown one no due day."""
    for number in change_days(prevention_law()):
        on = date.fromisoformat(iso(number))
        for age in range(0, 100, 7):
            birth = date(on.year - age, 2, 28) if age else on
            for one in calendar(read_person({"birth_date": min(birth, on)}, on), on):
                assert (one.since is not None) or one.state not in (DueState.DUE, DueState.OVERDUE, DueState.UPCOMING)
                assert one.state is not DueState.UNKNOWN or one.programme.need is not Need.NOTHING
                assert one.state is not DueState.DUE or (one.since or on) <= on <= (one.by or on)


def test_prices_are_those_of_the_engine() -> None:
    on = TODAY
    said = {
        one.item.programme.id: one for one in tell(read_person({"birth_date": "1971-03-02", "sex": "female"}, on), on)
    }
    for name in ("sein", "colorectal", "col_uterus"):
        assert said[name].price.free
        assert said[name].price.rate == 10_000
    assert said["mon_bilan_prevention"].price.fee == 30_00
    assert said["mon_bilan_prevention"].price.patient == 2_00, "the flat contribution stays"
    assert said["dtp_adulte"].price.rate == 65_00
    child = {one.item.programme.id: one for one in tell(read_person({"birth_date": "2026-07-02"}, on), on)}
    assert (child["child.m5"].price.fee, child["child.m5"].price.advance) == (35_00, 0)
    assert child["child.m9"].price.fee == 60_00
    assert child["mt_dents"].price.free


def test_full_cover_of_a_pregnancy_starts_with_its_sixth_month() -> None:
    facts = {"birth_date": "1996-01-01", "pregnancy": {"started_on": "2026-06-30"}}
    for on, rate in ((date(2026, 11, 29), 70_00), (date(2026, 11, 30), 100_00)):
        items = {one.item.programme.id: one for one in tell(read_person(facts, on), on)}
        assert items["grossesse.echographies"].price.rate == rate


def test_what_a_page_shows_first_is_what_is_late_or_compulsory() -> None:
    shown = arranged(tell(read_person({"birth_date": "2026-07-02"}, TODAY), TODAY), TODAY)
    assert shown.now[0].item.state is DueState.OVERDUE
    assert not shown.to_answer, "a baby is asked nothing of a screening of the age of 25"
    assert any(one.item.programme.id == "examen_prevention_sante" for one in
               arranged(tell(read_person({"birth_date": "1980-01-01"}, TODAY), TODAY), TODAY).if_you_wish)  # fmt: skip


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({}, "birth_date"),
        ({"birth_date": "2026-11-27"}, "birth_date"),
        ({"birth_date": "yesterday"}, "birth_date"),
        ({"birth_date": "1970-01-01", "sex": "x"}, "sex"),
        ({"birth_date": "1970-01-01", "nom": "x"}, "nom"),
        ({"birth_date": "1970-01-01", "has_cervix": "maybe"}, "has_cervix"),
        ({"birth_date": "1970-01-01", "done": "sein"}, "done"),
        ({"birth_date": "1970-01-01", "done": [{"programme": "sain", "on": "2020-01-01"}]}, "done.programme sain"),
        ({"birth_date": "1970-01-01", "done": [{"programme": "sein", "on": "2199-01-01"}]}, "done.on"),
        ({"birth_date": "1970-01-01", "done": [{"programme": "sein", "on": "2020-01-01", "a": "x"}]}, "done.a"),
        ({"birth_date": "1970-01-01", "excluded": [{"programme": "sein", "reason": "x"}]}, "excluded.reason"),
        ({"birth_date": "1970-01-01", "refused": [{"programme": "sain"}]}, "refused.programme sain"),
        ({"birth_date": "1970-01-01", "pregnancy": 3}, "pregnancy"),
        ({"birth_date": "1970-01-01", "pregnancy": {"started_on": "2026-01-01", "birth_on": "2025-01-01"}},
         "pregnancy.birth_on"),
    ],
)  # fmt: skip
def test_a_wrong_fact_names_its_field(said: dict[str, object], field: str) -> None:
    with pytest.raises(FactError) as refused:
        read_person(said, TODAY)
    assert refused.value.field == field
    assert refused.value.sentence("fr")
    assert refused.value.sentence("en")


@pytest.mark.parametrize("content", [[], {"checks": [3]}, {"scenarios": [{"given": 3}]}, {"checks": [{}]},
                                     {"scenarios": [{"given": {}, "on": {"2026-01-01": 3}}]}])  # fmt: skip
def test_a_file_of_another_shape_is_refused(content: object) -> None:
    with pytest.raises(FactError):
        list(cases(content))


@pytest.mark.parametrize(("birth", "obliged"), [("1985-03-02", False), ("2017-12-31", False), ("2018-01-01", True)])
def test_measles_vaccination_is_an_obligation_of_who_was_born_since_2018(birth: str, obliged: bool) -> None:
    said = {one.item.programme.id: one for one in tell(read_person({"birth_date": birth}, TODAY), TODAY)}
    assert said["ror"].compulsory is obliged  # CSP L3111-2, from the births of 2018
