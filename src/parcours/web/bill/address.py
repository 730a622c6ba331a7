"""What the address of `/bill` says: facts for the whole bill, then lines, each from its `code` to the next one.

    /bill?care_date=2026-11-22&specialty=generaliste&age=4&code=VG&fee=30&code=MD&fee=10

A form sends its fields in the order of the page, so that the page works without JavaScript and its address can be
shared; nothing in it says who the patient is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from parcours.engine.bill.vocabulary import BORNE, LINE_KEYS, NOT_ON_A_BILL, STAY_KEYS
from parcours.engine.facts.vocabulary import BY_NAME
from parcours.law.bill.book import bill_law
from parcours.law.loader import load
from parcours.web.pages import Page, today
from parcours.web.quote.state import IDENTITY, TRACKERS

Pairs = tuple[tuple[str, str], ...]
Line = Mapping[str, str]

OF_THE_PAGE = ("q", "at", "ask")
"""What is searched, the hour, the question that is asked for itself: they are not of the bill."""
OF_OTHERS = ("told", "sure", "unsure", "to")
"""What an address of the quote or of a letter says too."""
FACTS = frozenset(BY_NAME) - IDENTITY - frozenset(NOT_ON_A_BILL)
OF_THE_BILL = FACTS | frozenset(BORNE) | {"kind", "territory"}
OF_A_LINE = (FACTS | frozenset(LINE_KEYS)) - {"note"}
OF_A_PAPER = OF_THE_BILL | OF_A_LINE
"""What a bill or one of its lines may say."""
READ = OF_A_PAPER | {"code", *OF_THE_PAGE, *OF_OTHERS, *STAY_KEYS}
"""What an address may say, but for readings."""
LONGEST = 60
"""Characters of a value; a code as a bill prints it is shorter."""
MOST = 40
"""Lines of one page."""
HOURS = ("day", "evening", "night")


@dataclass(frozen=True)
class State:
    """A bill as its address says it."""

    page: Page
    facts: Mapping[str, str]
    stay: Mapping[str, str]
    lines: Sequence[Line]
    readings: Mapping[str, str]
    query: str
    at: str
    by_hand: str
    touched: bool = field(default=True)
    """Was anything said?"""
    unknown: str = ""
    """The first name that is of no bill and of no line; empty where all are."""

    @property
    def day(self) -> str:
        """The day of the care as it was written."""
        return self.stay.get("entry") or self.facts.get("care_date", "")

    def bill(self, lines: Sequence[Line] | None = None) -> dict[str, Any]:
        """The bill as the engine reads it; what is empty was answered by nothing."""
        facts = {name: value for name, value in self.facts.items() if value and (name, value) != ("contract", "none")}
        said = [{name: value for name, value in line.items() if value} for line in lines or self.lines]
        stay = {name: value for name, value in self.stay.items() if value}
        return {**facts, "lines": said, **({"stay": stay} if "entry" in stay and "exit" in stay else {})}

    def pairs(self, **changes: Any) -> Pairs:
        """The address of the bill with some of it changed: `facts`, `stay`, `lines`."""
        facts = changes.get("facts", self.facts)
        stay = changes.get("stay", self.stay)
        lines = changes.get("lines", self.lines)
        return (
            *((name, value) for name, value in {**facts, **stay}.items()),
            *self.readings.items(),
            *((("at", self.at),) if self.at != HOURS[0] else ()),
            *((name, line[name]) for line in lines for name in ("code", *(key for key in line if key != "code"))),
        )

    def url(self, fragment: str = "", **changes: Any) -> str:
        """The same, as an address."""
        return self.page.address("/bill", self.pairs(**changes), fragment)


def state_of(page: Page) -> State:
    """Read an address, with the first name in it that is neither of a bill nor of a line."""
    facts: dict[str, str] = {}
    stay: dict[str, str] = {}
    lines: list[dict[str, str]] = []
    others: dict[str, str] = {}
    chosen: dict[str, str] = {}
    readings = known_readings()
    for name, value in page.query:
        text = value.strip()[:LONGEST]
        if name in OF_THE_PAGE:
            others[name] = text
        elif name == "code":
            if text and len(lines) < MOST:
                lines.append({"code": text})
        elif lines and name in OF_A_LINE:
            lines[-1][name] = text
        elif name in OF_THE_BILL:
            facts[name] = text
        elif name in STAY_KEYS:
            stay[name] = text
        elif text in readings.get(name, ()):
            chosen[name] = text
    touched = bool(facts or lines or stay)
    if not facts.get("care_date") and not stay:
        facts = {
            "care_date": today().isoformat(),
            **{name: value for name, value in facts.items() if name != "care_date"},
        }
    at = others.get("at", "")
    return State(
        page=page,
        facts=facts,
        stay=stay,
        lines=lines,
        readings=chosen,
        query=others.get("q", ""),
        at=at if at in HOURS else HOURS[0],
        by_hand=others.get("ask", ""),
        touched=touched,
        unknown=next((name[:LONGEST] for name, _ in page.query if not known(name, readings)), ""),
    )


def known(name: str, readings: Mapping[str, tuple[str, ...]]) -> bool:
    """May an address say this name?"""
    return name in READ or name in readings or name.startswith(TRACKERS)


def known_readings() -> dict[str, tuple[str, ...]]:
    """Every reading, of acts and of bills, with its options."""
    acts = {name: tuple(entry.options) for name, entry in load().readings.items()}
    return {**acts, **{name: tuple(options) for name, options in bill_law().readings.items()}}
