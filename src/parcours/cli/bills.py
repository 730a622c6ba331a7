"""Bills where a command takes one act: a file whose object has `lines`, or a `stay`, is a bill."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from parcours.cli import problems
from parcours.cli.cited import source_line, sources
from parcours.cli.common import fail, screen
from parcours.text import Text

if TYPE_CHECKING:
    from rich.console import Console

    from parcours.engine.bill.explain import BillExplanation, LineExplanation
    from parcours.engine.bill.settle import BillAnswer

SUFFIXES = (".yaml", ".yml", ".json", ".ndjson", ".jsonl")
"""What may hold bills."""
TEXT = {
    "why": Text("Ligne par ligne", "Line by line"),
    "pathway": Text("Parcours", "Pathway"),
    "note": Text("À noter", "Note"),
    "reading": Text("Autre lecture", "Other reading"),
    "left": Text("il vous reste", "left to you"),
}
Bill = Annotated[
    Path | None,
    typer.Argument(metavar="[BILL]", help="A whole bill instead of flags: .yaml, .json, .ndjson (see `bill`)."),
]
Place = Annotated[int, typer.Option("--row", help="Which bill of the file, from 1.", min=1)]


def is_bill(content: Any) -> bool:
    """Is this object a bill?"""
    return isinstance(content, Mapping) and ("lines" in content or "stay" in content)


def bill_of(path: Path | None, row: int, lang: str) -> dict[str, Any] | None:
    """The bill of a file at its place; None where the file is not one of bills."""
    if path is None or path.suffix not in SUFFIXES:
        return None
    from parcours.cli.bill import read_bills

    bills = list(read_bills(path, lang))
    if not any(is_bill(bill) for bill in bills):
        return None
    if row > len(bills):
        fail(problems.no_row(field=str(path), row=row), lang)
    bill: dict[str, Any] = bills[row - 1]
    return bill


def settled_bill(
    path: Path | None, row: int, facts: Mapping[str, Any], readings: Mapping[str, str], lang: str
) -> "BillAnswer | None":
    """The settled bill of a file; None where flags describe one act. Raises `FactError`."""
    bill = wanted_bill(path, row, facts, lang)
    if bill is None:
        return None
    from parcours.engine.bill.settle import settle_bill

    return settle_bill(bill, readings)


def wanted_bill(path: Path | None, row: int, facts: Mapping[str, Any], lang: str) -> dict[str, Any] | None:
    """The bill that a command is about; None where flags describe one act."""
    if path is None:
        return None
    bill = bill_of(path, row, lang)
    if bill is None:
        fail(problems.not_a_bill(field=str(path)), lang)
    if facts:
        fail(problems.flags_of_one_act(field=next(iter(facts))), lang)
    return bill


def print_bill_explanation(explanation: "BillExplanation") -> None:
    """The explanation of a bill as a person reads it."""
    from rich.padding import Padding

    console, lang = screen(), explanation.lang
    console.print(f"\n[bold]{explanation.headline}[/]")
    for step in explanation.pathway:
        console.print(f"\n[bold]{TEXT['pathway'][lang]}[/]")
        console.print(Padding(step.text, (0, 0, 0, 3)))
    console.print(f"\n[bold]{TEXT['why'][lang]}[/]")
    for line in explanation.lines:
        print_line(console, line, lang)
    colon = Text(" :", ":")[lang]
    for note in explanation.notes:
        where = ", ".join(str(number) for number in note.lines)
        console.print(f"[yellow]{TEXT['note'][lang]} ({where}){colon} {note.text[lang]}[/]")
    for other in explanation.other_readings:
        from parcours.text import euros

        left = f"{TEXT['left'][lang]} {euros(other.patient, lang)}"
        console.print(f"[yellow]↔ {other.label} [dim]({other.name}={other.option})[/]{colon} {left}[/]")
    console.print(f"\n[dim]{explanation.freshness.text}[/]")


def plain_bill(explanation: "BillExplanation") -> Iterator[str]:
    """The explanation of a bill as plain sentences, one a line."""
    lang = explanation.lang
    yield explanation.headline
    for line in explanation.lines:
        yield from [line.warning] if line.warning else []
        for step in line.steps:
            cited = ", ".join(sources(step, lang))
            yield f"{line.number}. {line.code} · {step.title} · {step.text} [{cited}]"
    yield from (note.text[lang] for note in explanation.notes)
    yield explanation.freshness.text


def print_line(console: "Console", line: "LineExplanation", lang: str) -> None:
    """One line: its steps, with their articles, first days and confidence."""
    from rich.padding import Padding

    label = "" if line.label == line.code else f" · {line.label}"
    console.print(f" [bold cyan]{line.number}[/] [bold]{line.code}{label}[/]")
    if line.warning:
        console.print(Padding(f"[bold red]{line.warning}[/]", (0, 0, 0, 3)))
    for step in line.steps:
        console.print(Padding(f"{step.title} · {step.text}", (0, 0, 0, 3)))
        console.print(Padding(source_line(step, lang), (0, 0, 0, 5)))
