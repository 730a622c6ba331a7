"""How long the clinical text about somebody is kept, and its end: it is destroyed, the trail of who looked stays.

The longest time applies: after the last contact, until a birthday, after death. An open dispute stops the clock. Each
context says what it knows of all three: contexts after this one too, which is why they are handed in.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from parcours.law import thresholds
from parcours.registry.access.manifest import Context
from parcours.registry.access.model import Who
from parcours.registry.audit.service import record as note
from parcours.registry.people.models import Insured
from parcours.registry.record.context import Tag

YEARS, AGE, AFTER_DEATH = "dossier.conservation_annees", "dossier.conservation_age", "dossier.conservation_deces_annees"


@dataclass(frozen=True)
class Kept:
    """Until when the clinical text about a person is kept, and why not less."""

    insured_id: str
    until: date
    frozen: bool
    """A dispute is open: it is not destroyed."""


def kept_until(session: Session, insured_id: str, on: date, contexts: Sequence[Context]) -> Kept | None:
    """Until when the text about somebody is kept, by the law of a day; None: nobody ever saw or wrote of them."""
    contacts = [day for one in contexts if one.contact is not None and (day := one.contact(session, insured_id))]
    if not contacts:
        return None
    row = session.get_one(Insured, insured_id)
    ends = [
        thresholds.years_after(max(contacts), thresholds.whole(YEARS, on)),
        thresholds.years_after(row.birth_date, thresholds.whole(AGE, on)),
    ]
    if row.died_on is not None:
        ends.append(thresholds.years_after(row.died_on, thresholds.whole(AFTER_DEATH, on)))
    frozen = any(one.disputed(session, insured_id, on) for one in contexts if one.disputed is not None)
    return Kept(insured_id, max(ends), frozen)


def due_for_purge(session: Session, on: date, contexts: Sequence[Context]) -> list[Kept]:
    """Whose text is past its time on a day; those that a dispute freezes are left out."""
    people = {one for context in contexts if context.text is not None for one in context.text.people(session)}
    found = [kept_until(session, one, on, contexts) for one in sorted(people)]
    return [one for one in found if one is not None and not one.frozen and one.until <= on]


def purge(session: Session, who: Who, on: date, contexts: Sequence[Context]) -> list[Kept]:
    """Destroy all clinical text past its time; each person's end is written in the trail, with how much it was."""
    found = due_for_purge(session, on, contexts)
    for one in found:
        counts: dict[str, int] = {}
        for context in contexts:
            if context.text is not None:
                counts |= context.text.destroy(session, one.insured_id, on)
        note(
            session, Tag.RECORD_PURGE, who, insured_id=one.insured_id, record=("patient", one.insured_id),
            details={name: count for name, count in counts.items() if count},
        )  # fmt: skip
    session.flush()
    return found
