"""What a bill should not hold, or holds only within limits: ages, pairs, quotas, and a base that is not the tariff."""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from parcours.engine.bill.lines import BillLine
from parcours.engine.bill.note import Note, note, same_scope, same_sheet
from parcours.engine.bill.prices import HUNDRED, OVERSEAS, URGENT, place_of, unit_price
from parcours.engine.say.opinions import noticed_words
from parcours.law import cases
from parcours.law.bill.book import BillLaw
from parcours.law.bill.codes import Association, Combination, Cover, Nature, OpticalCategory
from parcours.law.codes import UNKNOWN, Role
from parcours.law.library.content import Entry
from parcours.law.library.content import on as value_on
from parcours.law.library.installed import entry as known_entry
from parcours.rules.bill.types import SettledLine
from parcours.rules.notes import months_later
from parcours.text import Text


def notes_of(
    lines: Sequence[BillLine],
    settled: Sequence[SettledLine],
    territory: str,
    bill: BillLaw,
    used: Mapping[str, int] = MappingProxyType({}),
) -> Iterator[Note]:
    """Every note of a bill: what the rules noticed of each act, then what its lines show together.

    `used`: how many of a code were billed before.
    """
    yield from noticed(lines, settled, bill)
    for kind, find in KINDS.items():
        for entry in bill.notes[kind].values():
            if not entry.get("impossible"):
                yield from find(lines, entry)
    for entry in bill.notes["renewals"].values():
        yield from renewals(lines, entry, bill)
    for entry in bill.notes["before"].values():
        yield from exhausted(lines, entry, used)
    yield from once(lines, bill.notes["once"])
    yield from floors(lines, settled, bill)
    yield from unknown_prices(lines, settled, bill.notes["unknown"])
    yield from places(lines, territory, bill.notes["places"])
    yield from given_bases(lines, territory, bill)
    yield from listed(lines)


def noticed(lines: Sequence[BillLine], settled: Sequence[SettledLine], bill: BillLaw) -> Iterator[Note]:
    """The notes of the acts, one for all the lines that share it."""
    for code in cases.Note:
        shared = [line for line, one in zip(lines, settled, strict=True) if one.settlement.notes & 1 << code]
        if shared:
            entry, act = bill.notes["noticed"][code.name.lower()], shared[0].line.act
            words = Text(noticed_words(entry["fr"], act, "fr"), noticed_words(entry["en"], act, "en"))
            yield Note(tuple(line.number for line in shared), words, tuple(entry["references"]))


def ages(lines: Sequence[BillLine], entry: Mapping[str, Any]) -> Iterator[Note]:
    """Lines of a code that is not for the patient's age."""
    for line in lines:
        if line.code.key not in entry["codes"] or "age" in line.encoded.missing:
            continue
        age = line.line.act.age
        if age < entry.get("from", 0) or age >= entry.get("before", age + 1):
            yield note([line], entry)


def teeth(lines: Sequence[BillLine], entry: Mapping[str, Any]) -> Iterator[Note]:
    """Lines of a prosthesis that is not for the tooth they name."""
    for line in lines:
        tooth = line.said.get("tooth")
        if line.code.key in entry["codes"] and tooth and not entry["from"] <= place_of(tooth) <= entry["to"]:
            yield note([line], entry)


def pairs(lines: Sequence[BillLine], entry: Mapping[str, Any]) -> Iterator[Note]:
    """Lines of two codes that do not go together."""
    for one in lines:
        if one.code.key in entry["first"]:
            for other in lines:
                if other.code.key in entry["second"] and same_scope(entry["scope"], one, other):
                    yield note([one, other], entry)


def quotas(lines: Sequence[BillLine], entry: Mapping[str, Any]) -> Iterator[Note]:
    """More of some codes than are paid."""
    concerned = [line for line in lines if line.code.key in entry["codes"]]
    seen: set[int] = set()
    for one in concerned:
        together = [other for other in concerned if same_scope(entry["scope"], one, other)]
        count = sum(other.said.get("quantity", 1) if entry.get("counted") else 1 for other in together)
        if count > entry["most"] and together[0].number not in seen:
            seen.add(together[0].number)
            yield note(together, entry)


def repeated(lines: Sequence[BillLine], entry: Mapping[str, Any]) -> Iterator[Note]:
    """Consultations or visits of one doctor in one session, beyond those that are paid."""
    visits = [line for line in lines if line.line.combination == Combination.CONSULTATION and line.line.act.specialty]
    left = [line for line in visits if line.code.key not in entry["besides"]]
    while left:
        mine = [line for line in left if same_sheet(line, left[0]) and same_doctor(line, left[0])]
        if sum(line.said.get("quantity", 1) for line in mine) > entry["most"]:
            yield note(mine, entry)
        left = [line for line in left if line not in mine]


def same_doctor(one: BillLine, other: BillLine) -> bool:
    """Are two lines of one specialty?  Doctors of a bill that names none are told apart by it."""
    return one.line.act.specialty == other.line.act.specialty


def too_few(lines: Sequence[BillLine], entry: Mapping[str, Any]) -> Iterator[Note]:
    """A fee of a long prescription on a bill that holds fewer medicines."""
    concerned = [line for line in lines if line.code.key in entry["codes"]]
    if concerned and sum(line.code.fee_per_box for line in lines) < entry["least"]:
        yield note(concerned, entry)


def exhausted(lines: Sequence[BillLine], entry: Mapping[str, Any], used: Mapping[str, int]) -> Iterator[Note]:
    """More of some codes than are paid in a year or a course of care, with those that were billed before."""
    concerned = [
        line
        for line in lines
        if line.code.key in entry["codes"]
        and line.line.coefficient in entry.get("coefficients", [line.line.coefficient])
        and entry.get("since", 0) <= line.line.act.care_date <= entry.get("until", line.line.act.care_date)
    ]
    most = entry["most"]
    if concerned and isinstance(most, Mapping):
        most = most.get(concerned[0].said.get("grade"), max(most.values()))
    count = sum(line.said.get("quantity", 1) for line in concerned)
    if concerned and count + sum(used.get(code, 0) for code in entry["codes"]) > most:
        yield note(concerned, entry)


def unaccompanied(lines: Sequence[BillLine], entry: Mapping[str, Any]) -> Iterator[Note]:
    """Lines of a code without the one that it goes with."""
    for line in lines:
        beside = (other.code.key for other in lines if same_scope("session", line, other))
        if line.code.key in entry["codes"] and not any(key in entry["beside"] for key in beside):
            yield note([line], entry)


LETTERS = (Combination.NGAP, Combination.NGAP_FULL, Combination.NGAP_SAMPLE)


def not_single(lines: Sequence[BillLine], entry: Mapping[str, Any]) -> Iterator[Note]:
    """Lines of a supplement for one small act alone, beside several or beside a greater one."""
    for line in lines:
        if line.code.key in entry["codes"]:
            acts = [one for one in lines if one.line.combination in LETTERS and same_scope("session", line, one)]
            if len(acts) > 1 or any(one.line.coefficient > entry["coefficient"] for one in acts):
                yield note([line, *acts], entry)


STRANGERS = (Role.AUTRE, Role.CORRESPONDANT)
"""Doctors who are neither the declared one nor stand in for them."""


def of_another_doctor(lines: Sequence[BillLine], entry: Mapping[str, Any]) -> Iterator[Note]:
    """Lines of a code that this doctor, declared or not, does not bill."""
    for line in lines:
        told = line.code.key in entry["codes"] and "role" not in line.encoded.missing
        if told and (line.line.act.role in STRANGERS) == entry["declared"]:
            yield note([line], entry)


def not_apart(lines: Sequence[BillLine], entry: Mapping[str, Any]) -> Iterator[Note]:
    """Lines of a code that stands alone on its sheet, with others of the same professional and time."""
    for line in lines:
        if line.code.key in entry["codes"]:
            others = [one for one in lines if same_sheet(one, line) and one.code.key not in entry["codes"]]
            if others:
                yield note([line, *others], entry)


def at_another_hour(lines: Sequence[BillLine], entry: Mapping[str, Any]) -> Iterator[Note]:
    """Lines of a supplement of other hours than the one that is said of them, or of another line of their sheet."""
    for line in lines:
        hour = told("hour_band", line, lines) if line.code.key in entry["codes"] else None
        if hour is not None and hour not in entry["bands"]:
            yield note([line], entry)


def otherwise_regulated(lines: Sequence[BillLine], entry: Mapping[str, Any]) -> Iterator[Note]:
    """Lines of a supplement of a regulated call, or of one that is not, where the contrary is said."""
    for line in lines:
        regulated = told("regulated", line, lines) if line.code.key in entry["codes"] else None
        if regulated is not None and bool(regulated) != entry["regulated"]:
            yield note([line], entry)


def told(name: str, line: BillLine, lines: Sequence[BillLine]) -> Any:
    """A fact of a line, or the one that another line of its sheet says; None where none does."""
    beside = (one.said[name] for one in lines if name in one.said and same_sheet(one, line))
    return line.said[name] if name in line.said else next(beside, None)


def conditioned(lines: Sequence[BillLine], entry: Mapping[str, Any]) -> Iterator[Note]:
    """Lines of a code that is covered under a condition that no bill tells."""
    concerned = [line for line in lines if line.code.key in entry["codes"]]
    if concerned:
        yield note(concerned, entry)


def too_far(lines: Sequence[BillLine], entry: Mapping[str, Any]) -> Iterator[Note]:
    """Journeys of more than some kilometres."""
    for line in lines:
        if line.code.key in entry["codes"] and line.said.get("distance_km", 0) > entry["over"] * HUNDRED:
            yield note([line], entry)


def once(lines: Sequence[BillLine], entries: Mapping[str, Any]) -> Iterator[Note]:
    """A modifier of urgency on several acts of one operator; a box that is paid whole at the counter."""
    urgent = [line for line in lines if URGENT.intersection(line.said.get("modifiers", ()))]
    for place, line in enumerate(urgent):
        others = [one for one in urgent[place + 1 :] if same_sheet(one, line)]
        if others and not any(same_sheet(one, line) for one in urgent[:place]):
            yield note([line, *others], entries["urgence"])
    counter = [line for line in lines if line.said.get("paid_at_counter")]
    if counter:
        yield note(counter, entries["generique"])


KINDS = {
    "ages": ages,
    "teeth": teeth,
    "pairs": pairs,
    "most": quotas,
    "visits": repeated,
    "least": too_few,
    "needs": unaccompanied,
    "single": not_single,
    "doctors": of_another_doctor,
    "apart": not_apart,
    "hours": at_another_hour,
    "regulated": otherwise_regulated,
    "conditions": conditioned,
    "distances": too_far,
}
"""Kinds of notes that the codes of the lines tell, and what finds each."""


def renewals(lines: Sequence[BillLine], entry: Mapping[str, Any], bill: BillLaw) -> Iterator[Note]:
    """Lines of a device that replaces another before its delay, where the sight has not changed."""
    for line in lines:
        if line.code.key not in entry["codes"] or "previous_on" not in line.said or line.said.get("sight_changed"):
            continue
        day, age = line.line.act.care_date, line.line.act.age
        young = next((name for limit, name in entry.get("young", {}).items() if age < bill.value(limit, day)), None)
        months = bill.value(young or entry["months"], day)
        if months != UNKNOWN and day < months_later(line.said["previous_on"], months):
            yield note([line], entry)


def floors(lines: Sequence[BillLine], settled: Sequence[SettledLine], bill: BillLaw) -> Iterator[Note]:
    """An optical equipment of class B for which a contract pays less than a responsible one must (R871-2 3°)."""
    entry = bill.notes["floors"]["optique"]
    for category in OpticalCategory:
        mine = [
            (line, one.settlement) for line, one in zip(lines, settled, strict=True) if line.line.category == category
        ]
        if not mine or not any(one.amc for _, one in mine):
            continue
        least = bill.value(f"contrat_optique_plancher_{category.name.lower()}", mine[0][0].line.act.care_date)
        paid = sum(one.amo + one.amc for _, one in mine)
        if least != UNKNOWN and paid < min(least, sum(line.line.act.fee for line, _ in mine)):
            yield note([line for line, _ in mine], entry)


def unknown_prices(
    lines: Sequence[BillLine], settled: Sequence[SettledLine], entries: Mapping[str, Any]
) -> Iterator[Note]:
    """Prostheses, glasses and hearing aids of who has the C2S, where what it pays of them that day was not found."""
    found = [line for line, one in zip(lines, settled, strict=True) if priced_by_c2s(line, one)]
    if found:
        yield note(found, entries["c2s"])


def priced_by_c2s(line: BillLine, one: SettledLine) -> bool:
    """Does the C2S pay this line up to a price that was not found?"""
    act, price = line.line.act, line.line.c2s_ceiling
    own = line.code.own_price == 1 or line.line.cover == Cover.BASKET_FREE
    return bool(act.c2s and own and price == UNKNOWN and one.settlement.patient)


def places(lines: Sequence[BillLine], territory: str, entries: Mapping[str, Any]) -> Iterator[Note]:
    """A bill overseas: which lines have a tariff of metropolitan France, and where even the rules may be others."""
    own = territory and territory not in OVERSEAS
    found = lines if own else [line for line in lines if line.line.elsewhere]
    if found and territory:
        yield note(found, entries["own_rules" if own else "overseas"])


def given_bases(lines: Sequence[BillLine], territory: str, bill: BillLaw) -> Iterator[Note]:
    """A base that the bill gives, where the tables give another."""
    for line in lines:
        if not line.line.given or line.line.nature != Nature.ACT or line.code.fee_per_box or line.code.coefficient:
            continue
        act = line.line.act
        known = unit_price(line.code, act.care_date, line.said, act.age, territory, bill)
        if known not in {UNKNOWN, line.line.tariff}:
            text = Text(
                f"La base donnée l'emporte sur le tarif connu de {line.code.key}.",
                f"The given base wins over the known tariff of {line.code.key}.",
            )
            yield Note((line.number,), text, line.code.references)


def never_together(lines: Sequence[BillLine]) -> Iterator[Note]:
    """Pairs of one session that an imported list refuses."""
    listed_lines = [line for line in lines if line.library]
    for place, one in enumerate(listed_lines):
        for other in listed_lines[place + 1 :]:
            if not same_scope("session", one, other) or OTHER_TIME in {one.line.association, other.line.association}:
                continue
            if other.code.key in excluded_by(one) or one.code.key in excluded_by(other):
                text = NEVER.format(one=one.code.key, other=other.code.key)
                yield Note((one.number, other.number), text, (one.library.upper(),))


def excluded_by(line: BillLine) -> Sequence[str]:
    """The codes that the list of a line refuses beside it on its day."""
    found = known_entry(line.library, line.code.key)
    if found is None:
        return ()
    value = value_of_key(found, line)
    return (*found.record.get("never", ()), *(value["excludes"] if value else ()))


OTHER_TIME = int(Association.OTHER_TIME)
NEVER = Text("{one} et {other} ne se facturent pas ensemble.", "{one} and {other} are never billed together.")
AGES = Text("{code} est prévu {ages}.", "{code} is foreseen {ages}.")
NEEDS = Text("{code} accompagne : {others}.", "{code} goes with: {others}.")
MOST = Text("{code} : {most} au plus.", "{code}: {most} at most.")


def listed(lines: Sequence[BillLine]) -> Iterator[Note]:
    """What the imported lists say of the lines: ages, what a key needs beside it, the most of one code."""
    known = {line.number: known_entry(line.library, line.code.key) for line in lines if line.library}
    for line in lines:
        found = known.get(line.number)
        if found is None:
            continue
        source = (line.library.upper(),)
        ages_of_list = None if "age" in line.encoded.missing else limits_of_age(found, line)
        if ages_of_list:
            yield Note((line.number,), AGES.format(code=line.code.key, ages=ages_of_list), source)
        yield from conditions(found, line, lines)
        most = most_of(found, line.line.act.care_date)
        if most and line.said.get("quantity", 1) > most:
            yield Note((line.number,), MOST.format(code=line.code.key, most=most), source)


def conditions(found: Entry, line: BillLine, lines: Sequence[BillLine]) -> Iterator[Note]:
    """What a key of the NGAP needs beside it, as its file says."""
    value = value_of_key(found, line)
    beside = {other.code.key for other in lines if other is not line}
    if value and value["needs"] and not beside & set(value["needs"]):
        yield Note((line.number,), NEEDS.format(code=line.code.key, others=value["needs"]), ("NGAP",))


def value_of_key(found: Entry, line: BillLine) -> Mapping[str, Any] | None:
    """What the file of the NGAP says of a key on the day of a line."""
    day = line.line.act.care_date
    periods = found.record["periods"] if line.library == "ngap" else ()
    return next((value for first, last, value in periods if first <= day <= (last or day)), None)


def limits_of_age(found: Entry, line: BillLine) -> Text | None:
    """The ages that a list foresees, where the patient's is not one of them."""
    act = line.line.act
    youngest, oldest = 0, int(found.record.get("oldest", 0))
    phases = found.record.get("phases", {})
    key = f"{line.line.activity or 1}{line.said.get('phase', 0)}"
    state = value_on(phases[key], act.care_date) if key in phases else None
    if state:
        _, youngest, oldest = state
    if act.age >= youngest and (not oldest or act.age <= oldest):
        return None
    fr = [f"à partir de {youngest} ans"] * bool(youngest) + [f"jusqu'à {oldest} ans"] * bool(oldest)
    en = [f"from {youngest}"] * bool(youngest) + [f"up to {oldest} years"] * bool(oldest)
    return Text(" ".join(fr), " ".join(en))


def most_of(found: Entry, day: int) -> int:
    """The most of one code that a list lets bill; 0 for no limit."""
    if "values" in found.record:
        value = value_on(found.record["values"], day)
        return int(value[0]) if value else 0
    return next(
        (int(one[6]) for one in found.record.get("periods", ()) if one[0] <= day <= (one[1] or day) and len(one) > 6), 0
    )
