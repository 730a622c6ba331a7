"""What rests on a text of the law: the parameters, tariffs, cases and readings that cite it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from parcours.law.book import LawBook


@dataclass
class Dependents:
    """What cites one text."""

    parameters: list[str] = field(default_factory=list)
    tariffs: list[str] = field(default_factory=list)
    """Letter keys, codes and profiles of consultation."""
    cases: list[tuple[str, str]] = field(default_factory=list)
    """(stage, case)."""
    readings: list[str] = field(default_factory=list)

    @property
    def none(self) -> bool:
        """Nothing cites it."""
        return not (self.parameters or self.tariffs or self.cases or self.readings)


def dependents(book: LawBook) -> Mapping[str, Dependents]:
    """For each text of the book, what cites it."""
    found = {id_: Dependents() for id_ in book.references}

    def note(references: Iterable[str], kind: str, name: str | tuple[str, str]) -> None:
        for reference in references:
            getattr(found[reference], kind).append(name)

    for id_, parameter in book.parameters.items():
        note(parameter.references, "parameters", id_)
    for key, profile in book.consultations.items():
        note(profile.references, "tariffs", key)
    for key, act in book.acts.items():
        note(act.references, "tariffs", key)
    for stage, entries in book.cases.items():
        for case, entry in entries.items():
            note(entry["references"], "cases", (stage, case))
    for name, reading in book.readings.items():
        note(reading.references, "readings", name)
    return found
