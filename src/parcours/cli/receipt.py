"""`parcours receipt`, `parcours replay`, `parcours diff`: what was answered, and whether it still is."""

from pathlib import Path
from typing import Annotated, Any

import typer

from parcours.cli import problems
from parcours.cli.bills import Bill, Place, settled_bill
from parcours.cli.common import Json, Lang, Reading, clear_errors, fail, lang_of, readings_of
from parcours.cli.flags import with_fact_flags
from parcours.errors import os_reason

receipt_app = typer.Typer(add_completion=False)
replay_app = typer.Typer(add_completion=False)
diff_app = typer.Typer(add_completion=False)
EXIT_CHANGED = 1
RECEIPT = ".json"
Receipt = Annotated[Path, typer.Argument(help="A receipt, or a folder of them.", exists=True)]


@receipt_app.command()
@with_fact_flags
def receipt(
    bill: Bill = None,
    row: Place = 1,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="File to write; the screen unless said.")
    ] = None,
    lang: Lang = "",
    reading: Reading = None,
    **facts: Any,
) -> None:
    """Settle one act, or a bill, and write its receipt: facts, law, rules, result, all hashed."""
    from parcours.engine.case import settle
    from parcours.engine.say.receipt import canonical
    from parcours.engine.say.receipt import receipt as receipt_of

    lang = lang_of(lang)
    said = {name: value for name, value in facts.items() if value is not None}
    with clear_errors(lang):
        whole = settled_bill(bill, row, said, readings_of(reading, lang), lang)
        if whole is not None:
            from parcours.engine.bill.receipt import bill_receipt

            text = canonical(bill_receipt(whole))
        else:
            text = canonical(receipt_of(settle(said, readings_of(reading, lang))))
    if output is None:
        typer.echo(text, nl=False)
        return
    try:
        output.write_text(text, "utf-8")
    except OSError as error:
        fail(problems.unwritable(field=str(output), why=os_reason(error)), lang)


@replay_app.command()
def replay(source: Receipt, json: Json = False, lang: Lang = "") -> None:
    """Settle receipts again: the same cents, or the parameter, rule or reading that changed. Exit code 1 when one
    changed.
    """
    from parcours.engine.bill.receipt import replay_any as replay_receipt

    lang = lang_of(lang)
    files = sorted(source.glob("*.json")) if source.is_dir() else [source]
    if not files:
        fail(problems.no_receipt(field=str(source)), lang)
    results = {str(path): replay_receipt(content_of(path, lang), lang) for path in files}
    if json:
        from parcours.engine.facts.jsonio import dumps

        typer.echo(
            dumps({path: {"same": item.same, "sentences": item.sentences} for path, item in results.items()}, indent=1)
        )
    else:
        for path, item in results.items():
            typer.echo(("✓ " if item.same else "✗ ") + path + "\n  " + "\n  ".join(item.sentences))
    if not all(item.same for item in results.values()):
        raise typer.Exit(EXIT_CHANGED)


@diff_app.command()
def diff(
    before: Annotated[Path, typer.Argument(help="A receipt, or a settled file.", exists=True)],
    after: Annotated[Path, typer.Argument(help="Another one, of the same acts.", exists=True)],
    json: Json = False,
    by: Annotated[
        list[str] | None,
        typer.Option("--by", help="Of files: also by a column, or year, or month; may be repeated."),
    ] = None,
    lang: Lang = "",
) -> None:
    """Say in words what differs between two receipts, or between two settled files: who pays more, who pays less."""
    from parcours.engine.bill.receipt import diff_any

    lang = lang_of(lang)
    if {before.suffix, after.suffix} != {RECEIPT}:
        from parcours.cli.differences import print_differences

        print_differences(before, after, tuple(by or ()), lang, as_json=json)
        return
    with clear_errors(lang):
        sentences = diff_any(content_of(before, lang), content_of(after, lang), lang)
    if json:
        from parcours.engine.facts.jsonio import dumps

        typer.echo(dumps(sentences, indent=1))
    else:
        typer.echo("\n".join(sentences))


def content_of(path: Path, lang: str) -> dict[str, Any]:
    """A receipt from a file, or exit with what is wrong."""
    from parcours.engine.bill.receipt import read_any
    from parcours.engine.say.receipt import ReceiptError

    try:
        return read_any(path.read_bytes())
    except ReceiptError as error:
        fail(problems.unreadable(field=str(path), why=error.message), lang)
    except OSError as error:
        fail(problems.unreadable(field=str(path), why=os_reason(error)), lang)
