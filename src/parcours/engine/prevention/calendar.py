"""The calendar of a person: each programme that exists on a day, with a state, its days and the question it needs.

A pure function of facts: nothing of it is kept, and the law is that of the day asked.
"""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from parcours.engine.prevention.facts import PersonFacts
from parcours.law.days import iso, number_of
from parcours.law.prevention.book import Programme as Entry
from parcours.law.prevention.book import Slots, Version, prevention_law
from parcours.law.prevention.codes import DueKind, DueState, Need, ScreeningTest
from parcours.rules import due
from parcours.text import Text

PREGNANCY_MONTHS = 9
RECENT_EXAM_MONTHS = 60
"""How long a recent examination replaces a screening, where nobody said until when (confidence C)."""
REASONS = {
    "age": Text("l'âge du programme est passé", "the age of the programme is over"),
    "organ": Text("ce programme ne vous concerne pas", "this programme does not concern you"),
    "born_before": Text("vous êtes né avant ce programme", "you were born before this programme"),
    "other_programme": Text("déjà fait par un autre programme", "already done by another programme"),
    "personal_history": Text("suivi par votre médecin", "followed by your doctor"),
    "high_risk": Text("suivi par votre médecin", "followed by your doctor"),
    "organ_absent": Text("ce programme ne vous concerne pas", "this programme does not concern you"),
    "contraindication": Text("contre-indiqué, d'après un médecin", "not advised, a doctor says"),
    "recent_exam": Text("un examen récent le remplace", "a recent examination replaces it"),
    "not_in_force": Text("prévu, pas encore en vigueur", "planned, not yet in force"),
}
MMDD = 10_000
WAITING = (DueState.DUE, DueState.OVERDUE, DueState.UPCOMING, DueState.UNKNOWN)


@dataclass(frozen=True)
class Item:
    """One programme of a calendar."""

    programme: Entry
    version: Version | None
    state: DueState
    reason: str = ""
    question: str = ""
    """The fact to ask; empty where nothing is asked."""
    since: date | None = None
    by: date | None = None
    done: date | None = None
    following: date | None = None
    until: date | None = None
    """End of an exclusion or of a refusal."""
    slot: int = 0
    slots: int = 1
    doses: int = 0
    test: ScreeningTest = ScreeningTest.ANY
    in_range: bool = False
    proposed: bool = False
    """Rests on the civil sex alone: to be confirmed."""

    @property
    def opens(self) -> date | None:
        """The day an upcoming item opens, or the next one after an act."""
        return self.since if self.state is DueState.UPCOMING else self.following


def compulsory(entry: Entry, person: PersonFacts) -> bool:
    """Is it an obligation for this person, and not advice?"""
    return entry.compulsory and person.birth_date >= (entry.compulsory_born_from or person.birth_date)


def calendar(
    person: PersonFacts, on: date, readings: Mapping[str, str] | None = None, only: Container[str] | None = None
) -> list[Item]:
    """Every programme that exists for a person on a day, in the order of the data; or some of them only."""
    law = prevention_law()
    entries = [one for one in law.programmes.values() if only is None or one.id in only]
    return list(items(entries, person, on, readings or {}))


def items(entries: Sequence[Entry], person: PersonFacts, on: date, readings: Mapping[str, str]) -> Iterator[Item]:
    """One by one."""
    facts = holding(person, on)
    for entry in entries:
        version = entry.version_on(on, facts)
        if entry.not_in_force or on < entry.first_day:
            yield Item(entry, None, DueState.NOT_YET_LAW, "not_in_force")
        elif version is not None and (anchor := anchor_of(entry, person)) is not None:
            slots = version.wide if readings.get("between_ages") == "wide" else version.slots
            yield item_of(entry, version, shaped(entry, slots, person, anchor), person, anchor, on)


def last_season(entry: Entry, on: date) -> tuple[date, date] | None:
    """First and last day of the season that is open on a day, else of the last one that ended; None: it has none."""
    if entry.kind is not DueKind.SEASON:
        return None
    found, today = integers(entry), number_of(on)
    year = today // MMDD
    if year * MMDD + found.season_opens > today:
        year -= 1
    end = due.season_end(found, year, found.season_closes < found.season_opens)
    opens, ends = day(year * MMDD + found.season_opens), day(due.last_day(end))
    return (opens, ends) if opens and ends else None


def holding(person: PersonFacts, on: date) -> frozenset[str]:
    """The facts that hold on a day: those said, and a pregnancy that runs."""
    now = person.pregnancy
    if now is None or now.lost or not now.started_on <= on <= end_of(person):
        return person.holds
    return person.holds | {"pregnant"}


def end_of(person: PersonFacts) -> date:
    """The day a pregnancy ends: the birth, else the expected day, else nine months after its first."""
    now = person.pregnancy
    if now is None:
        raise AssertionError("asked of a pregnancy only")
    expected = date.fromisoformat(iso(due.age_reached(number_of(now.started_on), PREGNANCY_MONTHS, 0)))
    return now.birth_on or now.expected_on or expected


def anchor_of(entry: Entry, person: PersonFacts) -> date | None:
    """The day from which the ages of a programme count; None where it has none, and nothing is said then."""
    now = person.pregnancy
    if entry.anchor == "birth":
        return person.birth_date
    if now is None or now.lost:
        return None
    if entry.anchor == "birth_given":
        return now.birth_on
    return None if now.birth_on and not entry.closes_after_birth else now.started_on


def shaped(entry: Entry, slots: Slots, person: PersonFacts, anchor: date) -> Sequence[Sequence[int]]:
    """The slots, a closing that counts from the day of a birth put in days from the anchor."""
    if not entry.closes_after_birth:
        return slots
    found = []
    for slot in slots:
        birth = number_of(end_of(person))
        last = date.fromisoformat(iso(due.age_reached(birth, slot[due.CLOSES_MONTHS], slot[due.CLOSES_DAYS])))
        found.append((*slot[: due.CLOSES_MONTHS], 0, (last - anchor).days, *slot[due.CLOSES_DAYS + 1 :]))
    return tuple(found)


def item_of(
    entry: Entry, version: Version, slots: Sequence[Sequence[int]], person: PersonFacts, anchor: date, on: date
) -> Item:
    """One programme: what its days say, then what was said of the person."""
    start, today = number_of(anchor), number_of(on)
    acts = [one for one in person.done if one.programme == entry.id and one.on <= on]
    found = due.standing(
        integers(entry), slots, start, [number_of(one.on) for one in acts], [int(one.test) for one in acts], today
    )
    state = DueState(found.state)
    item = Item(
        programme=entry,
        version=version,
        state=state,
        reason="age" if state is DueState.NOT_CONCERNED else "",
        since=since_of(entry, version, day(found.since)),
        by=day(found.by),
        done=day(found.done),
        following=day(found.following),
        slot=found.slot,
        slots=len(slots),
        doses=found.doses,
        test=ScreeningTest(slots[found.slot][due.TEST]),
        in_range=in_range(slots, start, today),
        proposed=entry.need in person.proposed,
    )
    return after_the_person(item, person, on)


def in_range(slots: Sequence[Sequence[int]], start: int, today: int) -> bool:
    """Is a window of these ages open today?"""
    return any(due.opening(slot, start) <= today < due.closing(slot, start) for slot in slots)


def since_of(entry: Entry, version: Version, since: date | None) -> date | None:
    """Due since when: not before the version that gave the window or the dose."""
    if since is None or entry.kind not in (DueKind.WINDOWS, DueKind.DOSES):
        return since
    return max(since, version.first_day)


def integers(entry: Entry) -> due.Programme:
    """How a programme comes back, as the rules read it."""
    return due.Programme(int(entry.kind), entry.tolerance, entry.grace, int(entry.missed), *entry.season)


def day(number: int) -> date | None:
    """A day of the rules."""
    return date.fromisoformat(iso(number)) if number else None


def after_the_person(item: Item, person: PersonFacts, on: date) -> Item:
    """What days alone do not decide: birth cohort, body, another programme, exclusions, refusals."""
    entry = item.programme
    if entry.born_from and person.birth_date < entry.born_from:
        return leave(item, DueState.NOT_CONCERNED, "born_before")
    known = person.body.get(entry.need) if entry.need is not Need.NOTHING else True
    if known is False:
        return leave(item, DueState.NOT_CONCERNED, "organ")
    if item.state is DueState.NOT_CONCERNED:
        return item
    if known is None:
        question = "" if entry.need in person.unsaid else entry.need.name.lower()
        return leave(item, DueState.UNKNOWN, "", question=question)
    if entry.unless_done and item.state in WAITING and completed(entry.unless_done, person, on):
        return leave(item, DueState.NOT_CONCERNED, "other_programme")
    for one in person.excluded:
        until = one.until or ended(one.reason, item)
        if one.programme == entry.id and (until is None or on < until):
            return leave(item, DueState.EXCLUDED, one.reason, until=until)
    for refusal in person.refused:
        holds = refusal.programme in ("all", entry.id) and (refusal.until is None or on < refusal.until)
        if holds and item.state in WAITING:
            return leave(item, DueState.REFUSED, "", until=refusal.until)
    return item


def leave(item: Item, state: DueState, reason: str, question: str = "", until: date | None = None) -> Item:
    """The item in a state that has no due day."""
    return Item(
        item.programme, item.version, state, reason, question,
        since=item.since if state is DueState.UNKNOWN else None, done=item.done, until=until, slot=item.slot,
        slots=item.slots, doses=item.doses, test=item.test,
        in_range=item.in_range and state is not DueState.NOT_CONCERNED, proposed=item.proposed,
    )  # fmt: skip


def ended(reason: str, item: Item) -> date | None:
    """When an exclusion ends that nobody gave an end: a recent examination replaces a screening for some years."""
    if reason != "recent_exam" or item.done is None:
        return None
    return day(due.months_after(number_of(item.done), RECENT_EXAM_MONTHS))


def completed(programme: str, person: PersonFacts, on: date) -> bool:
    """Was a series of doses completed?"""
    entry = prevention_law().programmes[programme]
    slots = entry.versions[-1].slots
    acts = [number_of(one.on) for one in person.done if one.programme == programme and one.on <= on]
    found = due.standing(integers(entry), slots, number_of(person.birth_date), acts, [0] * len(acts), number_of(on))
    return found.state == DueState.DONE


def dose_days(item: Item, person: PersonFacts) -> list[date]:
    """Days on which the doses that remain will be due, each given on its day: what a calendar announces."""
    if item.programme.kind is not DueKind.DOSES or item.version is None or item.since is None:
        return []
    slots, birth = item.version.slots, number_of(person.birth_date)
    given = [number_of(one.on) for one in person.done if one.programme == item.programme.id]
    found: list[date] = []
    today = number_of(item.since)
    while True:
        place = due.standing(integers(item.programme), slots, birth, given, [0] * len(given), today)
        if place.state not in (DueState.DUE, DueState.OVERDUE, DueState.UPCOMING):
            return found
        today = max(place.since, today)
        found.append(date.fromisoformat(iso(today)))
        given.append(today)
