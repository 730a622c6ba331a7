"""`parcours diff BASE REFORM` of two settled files: the totals before and after, who pays more, who pays less."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from parcours.cli.common import batch_errors, money, screen
from parcours.cli.summary import TEXT, by_column, cell_label
from parcours.text import COLON, Text, agreed, count, yes_no

if TYPE_CHECKING:
    from decimal import Decimal

    from parcours.engine.batch.differences import Differences

SAID = Text(
    "{rows} {n:acte commun|actes communs}, {changed} {m:changé|changés} : le patient paie plus pour {more}, "
    "moins pour {less}.",
    "{rows} {n:act|acts} in both, {changed} changed: the patient pays more for {more}, less for {less}.",
)
ALONE = Text("seulement dans {path} : {count}", "only in {path}: {count}")
CAUSES = {
    "reform": Text("réforme", "reform"),
    "readings": Text("lectures", "readings"),
    "law": Text("droit", "law"),
    "rules": Text("règles", "rules"),
    "inputs": Text("fichiers lus", "files read"),
}
OTHER_INPUTS = Text(
    "Les deux fichiers ne viennent pas des mêmes actes : leurs lignes n'ont en commun que leur numéro.",
    "The two files were not settled from the same acts: their rows share a number only.",
)
TITLES = (Text("", ""), Text("avant", "before"), Text("après", "after"), Text("écart", "change"))
GROUPED = (
    Text("", ""),
    Text("actes", "acts"),
    Text("changés", "changed"),
    Text("AMO", "AMO"),
    Text("AMC", "AMC"),
    Text("patient", "patient"),
)


def print_differences(before: Path, after: Path, by: tuple[str, ...], lang: str, *, as_json: bool) -> None:
    """Compare two settled files and print it."""
    with batch_errors(lang):
        from parcours.engine.batch.differences import differences

        found = differences(before, after, by)
    if as_json:
        from parcours.engine.facts.jsonio import dumps

        typer.echo(dumps(vars(found), indent=1))
        return
    typer.echo(sentence_of(found, lang))
    for path, rows in ((before, found.only_before), (after, found.only_after)):
        if rows:
            typer.echo(ALONE[lang].format(path=path, count=count(rows, lang)))
    for name, (was, is_) in found.causes.items():
        if name == "law" and "reform" in found.causes:
            continue  # a reform is another law: said once
        if name == "inputs":
            typer.echo(OTHER_INPUTS[lang])
        else:
            typer.echo(f"{CAUSES[name][lang]}{COLON[lang]}{cause(was, lang)} → {cause(is_, lang)}")
    print_tables(found, lang)


def sentence_of(found: "Differences", lang: str) -> str:
    """How many acts changed, and for whom."""
    return agreed(
        SAID, lang, n=found.rows, m=found.changed, rows=count(found.rows, lang), changed=count(found.changed, lang),
        more=count(found.pay_more, lang), less=count(found.pay_less, lang),
    )  # fmt: skip


def cause(value: Any, lang: str) -> str:
    """A part of a receipt in a few words."""
    if not value:
        return yes_no(value=False)[lang]
    if isinstance(value, list):
        from parcours.law.loader import load
        from parcours.law.reform import read_kept, told

        return ", ".join(told(load(), one, lang) for one in read_kept(load(), value))
    if isinstance(value, Mapping):
        return ", ".join(f"{name}={option}" for name, option in value.items())
    return str(value)[:8]


def print_tables(found: "Differences", lang: str) -> None:
    """The totals, then a table for each column asked for."""
    from rich import box
    from rich.table import Table

    console = screen()
    totals = Table(box=box.SIMPLE, padding=(0, 1, 0, 0))
    for place, title in enumerate(TITLES):
        totals.add_column(title[lang], justify="right" if place else "left", no_wrap=True)
    for name, (was, is_) in found.totals.items():
        totals.add_row(TEXT[name][lang], money(was, lang), money(is_, lang), moved(is_ - was, lang))
    console.print(totals)
    for name, rows in found.groups.items():
        table = Table(title=by_column(name, lang), title_justify="left", box=box.SIMPLE, padding=(0, 1, 0, 0))
        for place, title in enumerate(GROUPED):
            table.add_column(title[lang], justify="right" if place else "left", no_wrap=bool(place))
        for row in rows:
            changes = [moved(row[one][1] - row[one][0], lang) for one in ("amo", "amc", "patient")]
            counts = [count(row[one], lang) for one in ("rows", "changed")]
            table.add_row(cell_label(name, row[name], lang), *counts, *changes)
        console.print(table)


def moved(amount: "Decimal", lang: str) -> str:
    """A change of euros with its sign."""
    return f"+{money(amount, lang)}" if amount > 0 else money(amount, lang)
