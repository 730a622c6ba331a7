"""A calendar of prevention as a file of appointments (RFC 5545): neutral titles unless the person wants the names."""

from collections.abc import Iterable
from datetime import date, timedelta

from parcours.engine.prevention.say import Said, name_of
from parcours.ical import escaped, folded
from parcours.law.prevention.codes import DueState
from parcours.text import Text

NEUTRAL = Text("Rendez-vous de prévention", "Prevention appointment")
SHOWN = (DueState.DUE, DueState.OVERDUE, DueState.UPCOMING, DueState.DONE)


def ics(calendar: Iterable[Said], on: date, lang: str, *, named: bool = False) -> str:
    """What waits, one whole day each: today where it is due already."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//parcours//prevention//FR", "CALSCALE:GREGORIAN"]
    for said in calendar:
        item = said.item
        day = item.opens if item.state in (DueState.UPCOMING, DueState.DONE) else on
        if item.state not in SHOWN or day is None or item.programme.optional:
            continue
        title = name_of(item, lang) if named else NEUTRAL[lang]
        lines += [
            "BEGIN:VEVENT", f"UID:{uid(item.programme.id, day, named=named)}@parcours.invalid",
            f"DTSTAMP:{on:%Y%m%d}T000000Z", f"DTSTART;VALUE=DATE:{day:%Y%m%d}",
            f"DTEND;VALUE=DATE:{day + timedelta(days=1):%Y%m%d}", f"SUMMARY:{escaped(title)}", "TRANSP:TRANSPARENT",
            "CLASS:PRIVATE", "END:VEVENT",
        ]  # fmt: skip
    return "\r\n".join(folded(line) for line in [*lines, "END:VCALENDAR"]) + "\r\n"


def uid(programme: str, day: date, *, named: bool) -> str:
    """The same appointment keeps its name; without names, it tells nothing of the programme."""
    return f"{programme}-{day}" if named else f"{abs(hash_of(programme)):x}-{day}"


def hash_of(text: str) -> int:
    """A number that is the same in every process."""
    from zlib import crc32

    return crc32(text.encode())
