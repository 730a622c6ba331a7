"""`parcours questions`: what to ask next, and between what and what the share still lies; or the whole interview."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from parcours.cli.bills import Bill, Place, wanted_bill
from parcours.cli.common import Json, Lang, Reading, clear_errors, lang_of, readings_of, screen
from parcours.cli.flags import with_fact_flags
from parcours.text import Text

if TYPE_CHECKING:
    from parcours.engine.bill.questions import BillInterview
    from parcours.engine.say.questions import Question
    from parcours.engine.say.sitting import Interview

app = typer.Typer(add_completion=False)
DONE = Text("Plus rien ne peut changer le résultat.", "Nothing more can change the result.")
NO_IDEA = Text("vide = non, ou je ne sais pas", "empty = no, or I do not know")
LONG_LIST = 20


@app.command()
@with_fact_flags
def questions(
    bill: Bill = None,
    row: Place = 1,
    interactive: Annotated[bool, typer.Option("--ask", help="Ask them all at the terminal, then settle.")] = False,
    json: Json = False,
    lang: Lang = "",
    reading: Reading = None,
    **facts: Any,
) -> None:
    """With partial facts: the next question that matters, and the range of what is left to the patient."""
    from parcours.engine.say.sitting import ask

    lang = lang_of(lang)
    said = {name: value for name, value in facts.items() if value is not None}
    readings = readings_of(reading, lang)
    if bill is not None:
        ask_about_bill(wanted_bill(bill, row, said, lang), readings, lang, as_json=json)
        return
    if interactive:
        run_interview(said, readings, lang)
        return
    with clear_errors(lang):
        found = ask(said, lang, readings)
    if json:
        from parcours.engine.facts.jsonio import dumps

        typer.echo(dumps(found.to_dict(), indent=1))
    else:
        print_interview(found, lang)


def ask_about_bill(bill: Any, readings: dict[str, str], lang: str, *, as_json: bool) -> None:
    """The next question about a whole bill."""
    from parcours.engine.bill.questions import ask_bill

    with clear_errors(lang):
        found = ask_bill(bill, lang, readings)
    if as_json:
        from parcours.engine.facts.jsonio import dumps

        typer.echo(dumps(found.to_dict(), indent=1))
    else:
        print_interview(found, lang)


def print_interview(found: "Interview | BillInterview", lang: str) -> None:
    """The range and the next question."""
    from parcours.engine.say.sitting import Interview

    console = screen()
    console.print(f"\n[dim]{found.text}[/]")
    if found.question is None:
        if isinstance(found, Interview):
            console.print(f"[bold green]{DONE[lang]}[/]")
        return
    flag = f"--{found.question.fact.replace('_', '-')}" if isinstance(found, Interview) else found.question.fact
    console.print(f"[bold]{found.question.text}[/]  [cyan]{flag}[/]")
    if found.question.help:
        console.print(f"[dim]{found.question.help}[/]")
    for choice in found.question.choices[:LONG_LIST]:
        console.print(
            f"  [cyan]{choice.value}[/]  {choice.label}" + (f" · [dim]{choice.help}[/]" if choice.help else "")
        )
    if len(found.question.choices) > LONG_LIST:
        console.print(f"  [dim]… {len(found.question.choices) - LONG_LIST}[/]")


def run_interview(facts: dict[str, Any], readings: dict[str, str], lang: str) -> None:
    """Ask until nothing more matters, then print the answer."""
    from parcours.cli.answer import print_answer
    from parcours.engine.case import settle
    from parcours.engine.errors import FactError
    from parcours.engine.say.sitting import ask

    with clear_errors(lang):
        found = ask(facts, lang, readings)
    while found.question is not None:
        print_interview(found, lang)
        more = {**facts, found.question.fact: answered(found.question, lang)}
        try:
            found, facts = ask(more, lang, readings), more
        except FactError as error:
            typer.echo(error.message[lang], err=True)
    with clear_errors(lang):
        print_answer(settle({name: value for name, value in facts.items() if value is not None}, readings), lang)


def answered(question: "Question", lang: str) -> str | None:
    """What the person types; nothing is an answer where the question is optional."""
    hint = f" ({NO_IDEA[lang]})" if question.optional else ""
    text: str = typer.prompt(f"?{hint}", default="" if question.optional else None, show_default=False)
    return text or None
