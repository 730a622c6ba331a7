"""`parcours advise`: what would have been cheaper."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from parcours.cli.bills import Bill, Place, settled_bill
from parcours.cli.common import Json, Lang, Reading, clear_errors, lang_of, readings_of, screen
from parcours.cli.flags import with_fact_flags
from parcours.text import Text

if TYPE_CHECKING:
    from rich.console import Console

    from parcours.engine.bill.advise import BillAdvice, BillOption
    from parcours.engine.say.advise import Advice, Option

app = typer.Typer(add_completion=False)
MOST_SHOWN = 5
TEXT = {
    "now": Text("Reste à votre charge", "Left to you"),
    "singles": Text("Ce que vous pouvez faire", "What you can do"),
    "pairs": Text("Mieux encore, à deux", "Better still, together"),
    "conditional": Text("Seulement si c'est vrai pour vous", "Only if it is true of you"),
    "after": Text("possible après la visite", "possible after the visit"),
    "before": Text("avant la visite", "before the visit"),
    "monthly": Text("peut coûter {} par mois", "may cost {} a month"),
    "left": Text("reste", "left"),
}


@app.command()
@with_fact_flags
def advise(
    bill: Bill = None,
    row: Place = 1,
    acts_per_year: Annotated[int, typer.Option("--acts-per-year", help="Such acts in a year.", min=1)] = 4,
    json: Json = False,
    lang: Lang = "",
    reading: Reading = None,
    **facts: Any,
) -> None:
    """Rank what would make an act, or a bill, cheaper: levers alone, then two together, never a lie."""
    from parcours.engine.case import settle
    from parcours.engine.say.advise import advise as advise_answer

    lang = lang_of(lang)
    said = {name: value for name, value in facts.items() if value is not None}
    advice: Advice | BillAdvice
    with clear_errors(lang):
        whole = settled_bill(bill, row, said, readings_of(reading, lang), lang)
        if whole is not None:
            from parcours.engine.bill.advise import advise_bill

            advice = advise_bill(whole, lang)
        else:
            advice = advise_answer(settle(said, readings_of(reading, lang)), lang, acts_per_year)
    if json:
        from parcours.engine.facts.jsonio import dumps

        typer.echo(dumps(advice.to_dict(), indent=1))
    else:
        print_advice(advice)


def print_advice(advice: "Advice | BillAdvice") -> None:
    """The advice as a person reads it."""
    console, lang = screen(), advice.lang
    console.print(f"\n{labelled(TEXT['now'][lang], advice.patient, lang)}")
    for kind in ("singles", "pairs", "conditional"):
        options = getattr(advice, kind)[:MOST_SHOWN]
        if options:
            console.print(f"\n[bold]{TEXT[kind][lang]}[/]")
        for item in options:
            print_option(console, item, lang)
    console.print(f"\n[dim]{advice.note}[/]")


def print_option(console: "Console", item: "Option | BillOption", lang: str) -> None:
    """One option: what it saves, how, under which condition, until when, by which article."""
    from rich.padding import Padding

    from parcours.text import euros

    gain = f"[bold green]− {euros(item.saved, lang)}[/]" if item.saved else "[bold]=[/]"
    left = labelled(TEXT["left"][lang], item.patient, lang)
    console.print(f" {gain}  [bold]{' + '.join(item.labels)}[/]  [dim]→ {left}[/]")
    console.print(Padding(f"{' '.join(item.texts)} {item.summary}", (0, 0, 0, 3)))
    if item.only_if:
        console.print(Padding(f"[yellow]{' '.join(item.only_if)}[/]", (0, 0, 0, 3)))
    notes = [TEXT["after" if item.after else "before"][lang]]
    if item.monthly:
        notes.append(TEXT["monthly"][lang].format(euros(item.monthly, lang)))
    notes.append(", ".join(ref.id.replace("-", " ", 1) for ref in item.references))
    console.print(Padding(f"[dim]{' · '.join(notes)}[/]", (0, 0, 0, 3)))


def labelled(label: str, cents: int, lang: str) -> str:
    """A label and an amount, with the colon of the language."""
    from parcours.text import COLON, euros

    return f"{label}{COLON[lang]}{euros(cents, lang)}"
