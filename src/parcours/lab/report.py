"""The table of the targets, as text, as a file of values, and as the published page."""

import csv
from collections.abc import Iterator
from io import StringIO

import parcours
from parcours.lab.validate import Outcome, Report
from parcours.text import Text

HEADS = ("target", "use", "year", "value", "ours", "interval", "distance", "tolerance", "pass", "source", "note")
PASS, FAIL = Text("oui", "yes"), Text("NON", "NO")
NOT_SIMULATED = Text("non simulé", "not simulated")


def cells(outcome: Outcome, lang: str = "en") -> list[str]:
    """One row."""
    target = outcome.target
    ours = interval = distance = NOT_SIMULATED[lang]
    if outcome.ours is not None and outcome.distance is not None:
        ours, interval = number(outcome.ours), f"± {number(outcome.half_width or 0)}"
        distance = f"{outcome.distance * 100:+.1f} %"
    return [
        target.name,
        target.use,
        str(target.year),
        number(target.value),
        ours,
        interval,
        distance,
        f"{target.tolerance * 100:g} %",
        (PASS if outcome.passed else FAIL)[lang],
        target.source,
        target.note,
    ]


def number(value: float) -> str:
    """Four significant digits, without exponent."""
    if abs(value) >= 1000:
        return f"{round(value, 4 - len(str(int(abs(value))))):,.0f}".replace(",", " ")
    return f"{value:.4g}" if abs(value) >= 1e-4 else "0"


def as_text(report: Report, lang: str) -> str:
    """Aligned columns, failures first."""
    rows = [list(HEADS[:9]), *(cells(outcome, lang)[:9] for outcome in report.outcomes)]
    widths = [max(len(row[place]) for row in rows) for place in range(9)]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(line.rstrip() for line in lines)


def as_csv(report: Report) -> str:
    """Every cell, one line a target."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADS)
    writer.writerows(cells(outcome) for outcome in report.outcomes)
    return text.getvalue()


def as_page(report: Report) -> str:
    """The page of the documentation."""
    return "\n".join(_page(report)) + "\n"


def _page(report: Report) -> Iterator[str]:
    (fit, fits), (good, validates) = report.passing("fit"), report.passing("validate")
    yield "# What the synthetic France reaches"
    yield ""
    yield "This page is made by a command; nothing in it is written by hand. People, acts, amounts: all **synthetic**."
    yield ""
    yield "```text"
    yield f"parcours lab validate --people {report.people} --seed {report.seed} -o docs/concepts/lab-validation.md"
    yield "```"
    yield ""
    yield f"parcours {parcours.__version__}, {number(report.people)} people a year, seed {report.seed}."
    yield f"Fitted figures inside their tolerance: **{fit} of {fits}**. Validated figures, to which nothing is fitted:"
    yield f"**{good} of {validates}**. Failures come first."
    yield "The interval is that of ten parts of the people, 95 in 100."
    yield ""
    yield "| " + " | ".join(HEADS) + " |"
    yield "|" + " --- |" * len(HEADS)
    for outcome in report.outcomes:
        yield "| " + " | ".join(cells(outcome)) + " |"
