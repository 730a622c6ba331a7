"""What ties the lines of a bill: professionals, sessions, supplements and the acts that they join."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from parcours.engine.bill.lines import BillLine
from parcours.engine.errors import FactError
from parcours.law.bill.codes import Activity, Association, Combination
from parcours.law.codes import Profession
from parcours.law.library.installed import installed
from parcours.rules.rate import WHOLE
from parcours.text import Text

CCAM = "ccam"
FULL, RANKED, HALF = range(3)
"""How a line counts beside a main act; the last wins."""


def linked(lines: Sequence[BillLine], raws: Sequence[Mapping[str, Any]]) -> list[BillLine]:
    """The lines with the numbers of their professional and their session, and the line that each says it joins."""
    professionals: dict[Any, int] = {}
    sessions: dict[Any, int] = {}
    tied = []
    for line, raw in zip(lines, raws, strict=True):
        person = professional_of(line)
        number = professionals.setdefault(person, len(professionals) + 1)
        session = sessions.setdefault(session_of(line, person), len(sessions) + 1)
        joins = named(line, raw["supplement_of"], lines) if "supplement_of" in raw else line.line.joins
        tied.append(line.as_line(line.line._replace(professional=number, session=session, joins=joins)))
    return foreseen(tied)


def foreseen(lines: list[BillLine]) -> list[BillLine]:
    """The lines, those that count otherwise beside a main act of their session, by the CCAM or by the NGAP."""
    mains = [mains_of(line) for line in lines]
    if not any(mains):
        return lines
    here = {(line.line.session, line.line.professional, name_of(line)) for line in lines}
    found = []
    for line, own in zip(lines, mains, strict=True):
        ways = {own[main] for main in own if (line.line.session, line.line.professional, main) in here}
        found.append(beside_its_main(line, max(ways)) if ways else line)
    return found


def mains_of(line: BillLine) -> Mapping[str, int]:
    """The names of the acts beside which a line counts otherwise, and how."""
    if line.library == CCAM:
        return dict.fromkeys(foreseen_in_full().get(name_of(line), ()), FULL)
    code = line.code
    if not (code.full_with or code.ranked_with or code.half_with):
        return {}
    ways = ((FULL, code.full_with), (RANKED, code.ranked_with), (HALF, code.half_with))
    return {main: way for way, names in ways for main in names}


def name_of(line: BillLine) -> str:
    """How a main act is named: by its code; in the pairs of the CCAM, with its activity."""
    return f"{line.code.key}{line.line.activity or 1}" if line.library == CCAM else line.code.key


def beside_its_main(line: BillLine, way: int) -> BillLine:
    """A line beside its main act: at half, unless it was noted; among those of its kind, the first in full and the
    second at half; or in full, outside the count of others.
    """
    if way == HALF:
        return line.as_line(line.line._replace(association=line.line.association or int(Association.SECOND)))
    if way == RANKED:
        return line.as_line(line.line._replace(combination=int(Combination.NGAP)))
    full = Combination.CCAM_FULL if line.library == CCAM else Combination.NGAP_FULL
    return line.as_line(line.line._replace(combination=int(full)))


def foreseen_in_full() -> Mapping[str, frozenset[str]]:
    """Act and activity -> those beside which the imported CCAM foresees it in full; nothing where none is imported."""
    library = installed("ccam")
    return {} if library is None else in_full(library)


@lru_cache(maxsize=8)
def in_full(library: Any) -> Mapping[str, frozenset[str]]:
    """The same, of one library."""
    found: dict[str, set[str]] = {}
    for main, others in library.about.tables["associations"].items():
        for other, rate in others:
            if rate == WHOLE:
                found.setdefault(other, set()).add(main)
    return {other: frozenset(mains) for other, mains in found.items()}


def professional_of(line: BillLine) -> tuple[Any, ...]:
    """Who did the line: as it says, else the one of that profession, specialty and activity."""
    act = line.line.act
    if line.encoded.professional_id is not None:
        return (act.profession, line.encoded.professional_id)
    specialty = act.specialty if line.line.activity == Activity.ANAESTHESIA else 0
    return (act.profession, None, specialty)


def session_of(line: BillLine, person: tuple[Any, ...]) -> tuple[Any, ...]:
    """The session of a line: as it says; an operation holds its anaesthesia; else the professional's day."""
    act = line.line.act
    if "session" in line.said:
        return ("said", line.said["session"])
    if line.line.activity or line.line.stay:
        return ("operation", act.profession, act.care_date)
    return (
        "operation" if act.profession == Profession.MEDECIN and len(person) > 2 else person,
        act.profession,
        act.care_date,
    )


def named(line: BillLine, target: Any, lines: Sequence[BillLine]) -> int:
    """The line that `supplement_of` names, by its number or its code."""
    for other in lines:
        if other.number != line.number and str(target) in (str(other.number), other.text, other.code.key):
            return other.number - 1
    codes = ", ".join(f"{other.number} ({other.text})" for other in lines if other.number != line.number)
    raise FactError(
        f"lines[{line.number}].supplement_of",
        target,
        Text(f"le numéro ou le code d'une autre ligne : {codes}", f"the number or code of another line: {codes}"),
    )
