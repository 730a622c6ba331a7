"""A settled bill as a person reads it: lines, who pays, why under each, totals, at the desk and later."""

import shutil
import textwrap

import typer

from parcours.engine.bill.beside import notes_of_bill
from parcours.engine.bill.disputed import other_readings, reading_label
from parcours.engine.bill.lines import BillLine
from parcours.engine.bill.say import effective_rate, every_reason
from parcours.engine.bill.settle import BillAnswer
from parcours.engine.bill.vocabulary import BORNE
from parcours.rules.bill.types import SettledLine
from parcours.text import COLON, Text, euros, percent

TEXT = {
    "note": Text("À noter", "Note"),
    "reading": Text("Autre lecture", "Other reading"),
    "line": Text("Ligne", "Line"),
    "fee": Text("Prix", "Fee"),
    "base": Text("Base", "Base"),
    "rate": Text("Taux", "Rate"),
    "amo": Text("Sécu", "AMO"),
    "amc": Text("Mutuelle", "AMC"),
    "patient": Text("Vous", "You"),
    "shares": Text(
        "Sécu : l'assurance maladie. Mutuelle : la complémentaire.",
        "AMO: the compulsory insurance. AMC: the complementary insurance.",
    ),
    "colon": Text(" :", ":"),
    "total": Text("Total", "Total"),
    "majoration": Text("majoration hors parcours", "surcharge outside the pathway"),
    "participation_forfaitaire": Text("participation forfaitaire", "flat contribution"),
    "franchise": Text("franchise", "deductible"),
    "forfait_acte_lourd": Text("forfait sur acte coûteux", "flat fee on a costly act"),
    "depassement": Text("au-dessus de la base", "above the base"),
    "advance": Text("À payer sur place", "Paid at the desk"),
    "deferred": Text("Retenu plus tard", "Taken back later"),
    "assumed": Text(
        "Rien n'était dit de ce qui a déjà été payé cette année et ce jour : compté à zéro",
        "Nothing was said of what was already borne this year and that day: counted as zero",
    ),
    "libraries": Text("Listes officielles importées", "Official lists imported"),
}
SHOWN = ("amo", "amc", "patient", "majoration", "participation_forfaitaire")
COLUMNS = ("fee", "base", "rate", "amo", "amc", "patient")
TAKEN = ("majoration", "participation_forfaitaire", "franchise", "forfait_acte_lourd", "depassement")
NARROWEST, WIDEST = 60, 110
INDENT = "     "
SHORTEST_NAME = 10


def print_bill(answer: BillAnswer, lang: str) -> None:
    """Print one settled bill: no table library, one bill must answer at once."""
    width = max(NARROWEST, min(WIDEST, shutil.get_terminal_size((WIDEST, 24)).columns))
    title = answer.given.get("title") or answer.given.get("id")
    if title:
        typer.secho(str(title), bold=True)
    total = [TEXT["total"][lang], *("" if name == "rate" else euros(answer.totals[name], lang) for name in COLUMNS)]
    rows = [cells(line, one, lang) for line, one in zip(answer.lines, answer.settled, strict=True)]
    header = [TEXT["line"][lang], *(TEXT[name][lang] for name in COLUMNS)]
    sizes = [max(len(row[place]) for row in (header, *rows, total)) for place in range(1, len(header))]
    gap = 2 if SHORTEST_NAME + sum(sizes) + 2 * len(sizes) <= width else 1
    name_width = max(SHORTEST_NAME, width - sum(sizes) - gap * len(sizes))
    typer.secho(printed(header, name_width, sizes, gap), bold=True)
    for row, line, one in zip(rows, answer.lines, answer.settled, strict=True):
        typer.echo(printed(row, name_width, sizes, gap))
        for reason in why(answer, line, one, lang):
            typer.secho(textwrap.fill(reason, width, initial_indent=INDENT, subsequent_indent=INDENT), dim=True)
    typer.secho(printed(total, name_width, sizes, gap), bold=True)
    print_end(answer, lang, width)


def print_end(answer: BillAnswer, lang: str, width: int) -> None:
    """At the desk, later, and what was assumed."""
    for name in ("advance", "deferred"):
        if answer.totals[name]:
            typer.echo(f"{TEXT[name][lang]}{TEXT['colon'][lang]} {euros(answer.totals[name], lang)}")
    if answer.libraries:
        shown = ", ".join(f"{name.upper()} {one['day']}" for name, one in answer.libraries.items())
        typer.echo(f"{TEXT['libraries'][lang]}{TEXT['colon'][lang]} {shown}")
    for note in notes_of_bill(answer):
        where = ", ".join(str(number) for number in note.lines)
        text = f"{TEXT['note'][lang]} ({where}){TEXT['colon'][lang]} {note.text[lang]} ({', '.join(note.references)})"
        typer.secho(textwrap.fill(text, width), fg="yellow")
    for other in other_readings(answer):
        changes = ", ".join(
            f"{TEXT[name][lang]} {euros(cents, lang)}" for name, cents in other.totals.items() if name in SHOWN
        )
        option = reading_label(answer, other.name, other.option, lang)
        chosen = f"--reading {other.name}={other.option}"
        text = f"{TEXT['reading'][lang]}{COLON[lang]}{option} ({chosen}){COLON[lang]}{changes}"
        typer.secho(textwrap.fill(text, width), dim=True)
    ends = [TEXT["shares"][lang]] + ([] if any(name in answer.given for name in BORNE) else [TEXT["assumed"][lang]])
    for end in ends:
        typer.secho(textwrap.fill(end, width), dim=True)


def printed(row: list[str], name_width: int, sizes: list[int], gap: int) -> str:
    """One row: its name cut or filled, its amounts to the right."""
    name = row[0] if len(row[0]) <= name_width else row[0][: name_width - 1] + "…"
    amounts = (text.rjust(size) for text, size in zip(row[1:], sizes, strict=True))
    return (" " * gap).join([name.ljust(name_width), *amounts])


def cells(line: BillLine, one: SettledLine, lang: str) -> list[str]:
    """The name and the amounts of one line."""
    result = one.settlement
    label = line.code.label[lang]
    return [
        f"{line.number}. {line.text}" if label == line.text else f"{line.number}. {line.text} · {label}",
        euros(line.line.act.fee, lang),
        euros(result.base, lang),
        percent(effective_rate(one), lang),
        euros(result.amo, lang),
        euros(result.amc, lang),
        euros(result.patient, lang),
    ]


def why(answer: BillAnswer, line: BillLine, one: SettledLine, lang: str) -> list[str]:
    """What was taken, and what each level did, with its article."""
    taken = [
        f"{TEXT[name][lang]} {euros(getattr(one.settlement, name), lang)}"
        for name in TAKEN
        if getattr(one.settlement, name)
    ]
    parts = [", ".join(taken)] if taken else []
    return [
        *(f"{reason.sentence} ({', '.join(reason.references)})" for reason in every_reason(answer, line, one, lang)),
        *parts,
    ]
