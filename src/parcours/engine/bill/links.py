"""What ties the lines of a bill: professionals, sessions, supplements and the acts that they join."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from parcours.engine.bill.lines import BillLine
from parcours.engine.errors import FactError
from parcours.law.bill.codes import Activity
from parcours.law.codes import Profession
from parcours.text import Text


def linked(lines: Sequence[BillLine], raws: Sequence[Mapping[str, Any]]) -> list[BillLine]:
    """The lines with the numbers of their professional and their session, and the line that each says it joins."""
    professionals: dict[Any, int] = {}
    sessions: dict[Any, int] = {}
    tied = []
    for line in lines:
        person = professional_of(line)
        number = professionals.setdefault(person, len(professionals) + 1)
        session = sessions.setdefault(session_of(line, person), len(sessions) + 1)
        tied.append(replace(line, line=line.line._replace(professional=number, session=session)))
    return [
        replace(line, line=line.line._replace(joins=named(line, raw["supplement_of"], tied)))
        if "supplement_of" in raw
        else line
        for line, raw in zip(tied, raws, strict=True)
    ]


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
