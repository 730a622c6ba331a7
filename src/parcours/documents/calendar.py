"""Days to put in one's calendar (RFC 5545): whole days, each with a reminder; they name no illness and no doctor."""

from collections.abc import Iterable
from datetime import date, timedelta
from hashlib import blake2b
from typing import NamedTuple

from parcours.ical import escaped, folded


class Event(NamedTuple):
    """A day, what it is, and what to do."""

    day: date
    title: str
    text: str = ""
    url: str = ""


def calendar(events: Iterable[Event], stamp: date) -> str:
    """A calendar of whole days; `stamp` is the day it is made."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//parcours//documents//FR"]
    for event in events:
        lines += lines_of(event, stamp)
    return "".join(f"{folded(line)}\r\n" for line in [*lines, "END:VCALENDAR"])


def lines_of(event: Event, stamp: date) -> list[str]:
    """One event, with a reminder on the morning of its day."""
    identity = blake2b(f"{event.day}{event.title}{event.url}".encode(), digest_size=8).hexdigest()
    more = [f"DESCRIPTION:{escaped(event.text)}"] if event.text else []
    more += [f"URL:{event.url}"] if event.url else []
    return [
        "BEGIN:VEVENT", f"UID:{identity}@parcours", f"DTSTAMP:{stamp:%Y%m%d}T000000Z",
        f"DTSTART;VALUE=DATE:{event.day:%Y%m%d}", f"DTEND;VALUE=DATE:{event.day + timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{escaped(event.title)}", *more, "TRANSP:TRANSPARENT", "CLASS:PRIVATE",
        "BEGIN:VALARM", "ACTION:DISPLAY", f"DESCRIPTION:{escaped(event.title)}", "TRIGGER:PT9H", "END:VALARM",
        "END:VEVENT",
    ]  # fmt: skip
