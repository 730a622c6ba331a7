"""Whole bills that a situation tells, settled when its page is made; each opens as a bill."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from parcours.engine.bill.say import label_of_line
from parcours.engine.bill.vocabulary import STAY_KEYS
from parcours.law.bill.codes import Nature
from parcours.text import euros
from parcours.web import i18n
from parcours.web.bill.address import HOURS, State
from parcours.web.bill.catalogue import printed
from parcours.web.bill.paper import Paper
from parcours.web.bill.result import beside_of
from parcours.web.pages import Page

SAID = {"exemption": "none", "c2s": "false", "scheme": "general", "contract": "none", "tiers_payant": "none"}
"""What a bill does not say, said: the page that it opens asks nothing more."""
WEEK = 7


@dataclass(frozen=True)
class BillLine:
    """A line of a bill that is told."""

    code: str
    label: str
    fee: str
    patient: str


@dataclass(frozen=True)
class WorkedBill:
    """A bill, settled, and the address that opens it."""

    label: str
    fee: int
    amo: int
    amc: int
    patient: int
    beside: str
    """What compulsory insurance pays the hospital directly."""
    url: str
    lines: tuple[BillLine, ...]


def state_of(entry: Mapping[str, Any], page: Page, today: date) -> State:
    """A bill of the file, as an address says it."""
    facts = {name: written(value) for name, value in entry["facts"].items() if name not in STAY_KEYS}
    stay = {name: written(value) for name, value in entry["facts"].items() if name in STAY_KEYS}
    if "nights" in entry:
        entry_day = today - timedelta(days=entry["nights"])
        stay = {"entry": entry_day.isoformat(), "exit": today.isoformat(), **stay}
    else:
        day = today - timedelta(days=(today.weekday() + 1) % WEEK) if entry.get("day") == "sunday" else today
        facts = {"care_date": day.isoformat(), **facts}
    if "specialty" in facts:
        facts = {"convention": "secteur_1", "urgent": "false", "away": "false", "special_setting": "none", **facts}
    lines = [{name: written(value) for name, value in line.items()} for line in entry["lines"]]
    return State(page, {"age": "40", **SAID, **facts}, stay, lines, {}, "", HOURS[0], "")


def written(value: Any) -> str:
    """A value of the file as an address writes it."""
    if isinstance(value, float):
        return f"{value:.2f}"
    return str(value).lower() if isinstance(value, bool) else str(value)


def worked_bills(entries: Any, page: Page, today: date) -> Iterator[WorkedBill]:
    """The bills of a situation. Raises `ValueError` for one that the engine does not settle (a test refuses it)."""
    for entry in entries:
        paper = Paper(state_of(entry, page, today))
        if paper.settled is None:
            raise ValueError(f"{entry['label']['en']}: {paper.outcome}")
        totals = paper.settled.totals
        yield WorkedBill(
            i18n.label(entry["label"], page.lang),
            totals["fee"],
            totals["amo"],
            totals["amc"],
            totals["patient"],
            beside_of(paper.settled, page.lang),
            paper.state.url(),
            tuple(
                BillLine(
                    printed(line.code.key) if line.line.nature == Nature.ACT else "",
                    i18n.set_once(label_of_line(paper.settled, line, page.lang), page.lang),
                    euros(line.line.act.fee, page.lang),
                    euros(one.settlement.patient, page.lang),
                )
                for line, one in zip(paper.settled.lines, paper.settled.settled, strict=True)
            ),
        )
