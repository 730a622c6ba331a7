"""`parcours bill`: whole bills, settled line by line; `parcours bill check`: worked bills against their amounts."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from parcours.cli import problems
from parcours.cli.common import (
    EXIT_REFUSED_ROWS,
    Json,
    Lang,
    Reading,
    Set,
    clear_errors,
    fail,
    lang_of,
    readings_of,
    trying,
)
from parcours.errors import os_reason
from parcours.text import Text, agreed

app = typer.Typer(add_completion=False)
EXIT_DIFFERENT = 1
MOST_BYTES = 64 * 1024 * 1024
CHECK = "check"


@app.command()
def bill(
    source: Annotated[
        list[str], typer.Argument(metavar="[check] FILE", help="Bills (.yaml, .json, .ndjson); `check`: worked bills.")
    ],
    json: Json = False,
    lang: Lang = "",
    reading: Reading = None,
    set: Set = None,  # noqa: A002
) -> None:
    """Settle whole bills: who pays what for each line, and why. `check FILE` compares worked bills (exit 1)."""
    lang = lang_of(lang)
    readings = readings_of(reading, lang)
    checking, paths = source[0] == CHECK and len(source) > 1, source
    if checking:
        paths = source[1:]
    if len(paths) != 1:
        fail(problems.not_accepted(" ".join(source), field="FILE", expected="FILE, check FILE"), lang)
    bills = list(read_bills(Path(paths[0]), lang))
    with trying(set, lang):
        (check if checking else settle)(bills, readings, lang, as_json=json)


def read_bills(path: Path, lang: str) -> Iterator[Any]:
    """The bills of a file: one, a list of them, or a mapping that holds them under `bills`."""
    content = read_content(path, lang)
    if isinstance(content, Mapping) and "bills" in content:
        content = content["bills"]
    if not isinstance(content, list):
        content = [content]
    if not content:
        fail(problems.no_bill(field=str(path)), lang)
    yield from content


def read_content(path: Path, lang: str) -> Any:
    """A file of YAML, JSON or NDJSON, its decimals exact."""
    from parcours.engine.facts.jsonio import loads

    try:
        if path.stat().st_size > MOST_BYTES:
            fail(problems.too_large(field=str(path), most=MOST_BYTES // 1024 // 1024), lang)
        text = path.read_text("utf-8")
    except OSError as error:
        fail(problems.unreadable(field=str(path), why=os_reason(error)), lang)
    except UnicodeDecodeError:
        fail(problems.not_text(field=str(path)), lang)
    try:
        if path.suffix in {".ndjson", ".jsonl"}:
            return [loads(line) for line in text.splitlines() if line.strip()]
        if path.suffix == ".json":
            return loads(text)
        return read_yaml(text)
    except ValueError:
        fail(problems.not_format(field=str(path), format=path.suffix.lstrip(".") or "YAML"), lang)


def read_yaml(text: str) -> Any:
    """YAML whose decimals stay exact. Raises `ValueError`."""
    import yaml

    from parcours.law.exact import ExactLoader

    try:
        return yaml.load(text, Loader=ExactLoader)  # noqa: S506 - a safe loader
    except yaml.YAMLError as error:
        raise ValueError(" ".join(str(error).split())) from error


def settle(bills: list[Any], readings: dict[str, str], lang: str, *, as_json: bool) -> None:
    """Settle every bill; a refused one is said in its place, and the exit code tells."""
    from parcours.engine.bill.say import bill_dict
    from parcours.engine.bill.settle import settle_bill
    from parcours.engine.errors import FactError
    from parcours.engine.facts.jsonio import dumps

    refused = 0
    for number, given in enumerate(bills, start=1):
        with clear_errors(lang):
            try:
                answer = settle_bill(given, readings)
            except FactError as error:
                if len(bills) == 1:
                    raise
                refused += 1
                name = given.get("id", number) if isinstance(given, Mapping) else number
                shown = (
                    dumps({"id": name, "error": error.to_dict(lang)}) if as_json else f"{name}: {error.sentence(lang)}"
                )
                typer.echo(shown, err=not as_json)
                continue
        if as_json:
            typer.echo(dumps(bill_dict(answer)))
        else:
            from parcours.cli.bill_table import print_bill

            print_bill(answer, lang)
    if refused:
        raise typer.Exit(EXIT_REFUSED_ROWS)


def check(bills: list[Any], readings: dict[str, str], lang: str, *, as_json: bool) -> None:
    """Check worked bills; exit 1 with the differences."""
    from parcours.engine.bill.check import Checked, check_bill
    from parcours.engine.facts.jsonio import dumps

    done: list[Checked] = []
    with clear_errors(lang):
        for raw in bills:
            if not isinstance(raw, Mapping):
                fail(problems.not_accepted(raw, field="bills", expected="{id, facts, lines}"), lang)
            checked = check_bill(raw, readings)
            done.append(checked)
            if as_json:
                typer.echo(dumps(verdict(checked, lang)))
            else:
                say_differences(checked, lang)
    equal = sum(checked.equal for checked in done)
    counted = sum(checked.compared for checked in done)
    bases = sum(len(checked.given_bases) for checked in done)
    typer.echo(agreed(SUMMARY, lang, bills=len(done), equal=equal, compared=counted, bases=bases), err=True)
    if equal != len(done):
        raise typer.Exit(EXIT_DIFFERENT)


SUMMARY = Text(
    "{bills} {bills:facture|factures} : {equal} {equal:égale|égales} ; {compared} "
    "{compared:montant comparé|montants comparés}, {bases} {bases:base donnée|bases données} par les factures",
    "{bills} {bills:bill|bills}: {equal} equal; {compared} {compared:amount|amounts} compared, "
    "{bases} {bases:base|bases} given by the bills",
)


IGNORED = Text("faits sans effet sur une facture : {names}", "facts that no bill reads: {names}")


def verdict(checked: Any, lang: str) -> dict[str, Any]:
    """One checked bill as a JSON object."""
    from parcours.engine.results import euros

    return {
        "id": checked.worked.id,
        "equal": checked.equal,
        "doubtful": checked.worked.doubtful,
        "compared": checked.compared,
        "given_bases": checked.given_bases,
        "assumed": checked.worked.assumed,
        "ignored": checked.worked.ignored,
        "error": checked.refused.to_dict(lang) if checked.refused else None,
        "differences": [
            {"where": item.where, "name": item.name, "expected": euros(item.expected), "found": euros(item.found)}
            for item in checked.differences
        ],
    }


def say_differences(checked: Any, lang: str) -> None:
    """What differs in one bill, for a person."""
    from parcours.engine.results import euros

    doubtful = " (C)" if checked.worked.doubtful else ""
    if checked.refused:
        typer.echo(f"{checked.worked.id}{doubtful}: {checked.refused.sentence(lang)}")
        return
    if checked.worked.ignored:
        typer.echo(f"{checked.worked.id}{doubtful}: {IGNORED.format(names=', '.join(checked.worked.ignored))[lang]}")
    for item in checked.differences:
        typer.echo(
            f"{checked.worked.id}{doubtful}: {item.where}: {item.name}: {euros(item.expected)} ≠ {euros(item.found)}"
        )
