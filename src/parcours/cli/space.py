"""`parcours space check`: every combination of the facts of the pathway, over every era; `parcours space publish`:
its table.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from parcours.cli.common import Json, Lang, lang_of, screen
from parcours.text import Text, count

if TYPE_CHECKING:
    from rich.progress import Progress

    from parcours.engine.proof.space import SpaceReport
    from parcours.engine.proof.space_euros import EuroLaw
    from parcours.engine.proof.space_laws import MetamorphicLaw

app = typer.Typer(add_completion=False, no_args_is_help=True)
EXIT_UNSOUND = 1
TEXT = {
    "combinations": Text("combinaisons", "combinations"),
    "variants": Text("états du droit", "states of the law"),
    "professionals": Text("sortes de professionnels", "kinds of professionals"),
    "holes": Text("trous (aucun statut)", "holes (no status)"),
    "conflicts": Text(
        "conflits (deux exceptions de même rang en désaccord)", "conflicts (two exceptions of one rank disagree)"
    ),
    "overlaps": Text("recouvrements tranchés par l'ordre du texte", "overlaps settled by the order of the text"),
    "unreached": Text("cas jamais atteints", "cases never reached"),
    "seconds": Text("secondes", "seconds"),
    "law": Text("Loi", "Law"),
    "checked": Text("vérifiée", "checked"),
    "broken": Text("violée", "broken"),
    "sound": Text(
        "L'espace est complet, sans conflit, et toutes les lois tiennent.",
        "The space is complete, without conflict, and every law holds.",
    ),
    "unsound": Text("L'espace a un défaut.", "The space has a defect."),
}


@app.callback()
def space() -> None:
    """The decision space of the pathway."""


@app.command()
def check(
    workers: Annotated[int, typer.Option("--workers", help="Threads.", min=1)] = 2, json: Json = False, lang: Lang = ""
) -> None:
    """Enumerate the whole space: holes, conflicts, cases never reached, laws that do not hold. Exit code 1 on a
    defect.
    """
    lang = lang_of(lang)
    report, euros = run(workers, lang)
    if json:
        from dataclasses import asdict

        from parcours.engine.facts.jsonio import dumps

        content = {name: value for name, value in asdict(report).items() if name != "table"}
        typer.echo(dumps({**content, "euro_laws": [asdict(law) for law in euros]}, indent=1))
    else:
        print_report(report, euros, lang)
    if not report.sound or any(law.broken for law in euros):
        raise typer.Exit(EXIT_UNSOUND)


@app.command()
def publish(
    folder: Annotated[Path, typer.Argument(help="Folder of the pages.")] = Path("docs/law"),
    workers: Annotated[int, typer.Option("--workers", help="Threads.", min=1)] = 2,
    quick: Annotated[bool, typer.Option("--quick", help="Only the pages that need no enumeration: a moment.")] = False,
    lang: Lang = "",
) -> None:
    """Write the decision table (CSV) and its page, and the pages of articles, cases, levers, claims and parameters."""
    from parcours.engine.proof.pages import static_pages, write_pages, written

    pages = written(folder, static_pages()) if quick else write_pages(folder, *run(workers, lang_of(lang)))
    for path in pages:
        typer.echo(path)


def run(workers: int, lang: str) -> "tuple[SpaceReport, tuple[EuroLaw, ...]]":
    """The check, with a bar."""
    from parcours.engine.proof.space import check_space
    from parcours.engine.proof.space_euros import check_euros

    with progress_bar() as bar:
        task = bar.add_task(TEXT["combinations"][lang], total=None)
        report = check_space(workers, lambda done, size: bar.update(task, completed=done, total=size))
    return report, check_euros()


def progress_bar() -> "Progress":
    """A bar on the error stream, gone when it is done."""
    from rich.console import Console
    from rich.progress import Progress

    return Progress(console=Console(stderr=True), transient=True)


def print_report(report: "SpaceReport", euros: "tuple[EuroLaw, ...]", lang: str) -> None:
    """The report as a person reads it."""
    from rich.table import Table

    console = screen()
    summary = Table(show_header=False, show_edge=False, pad_edge=False)
    summary.add_column()
    summary.add_column(justify="right")
    for name in ("combinations", "variants", "professionals", "holes", "conflicts", "overlaps"):
        value = getattr(report, name)
        bad = name in ("holes", "conflicts") and value
        summary.add_row(TEXT[name][lang], f"[{'bold red' if bad else 'bold'}]{count(value, lang)}[/]")
    summary.add_row(TEXT["unreached"][lang], ", ".join(report.unreached) or "0")
    summary.add_row(TEXT["seconds"][lang], f"{report.seconds:.1f}")
    console.print(summary)
    laws = Table(show_edge=False, pad_edge=False, header_style="dim")
    laws.add_column(TEXT["law"][lang])
    laws.add_column(TEXT["checked"][lang], justify="right")
    laws.add_column(TEXT["broken"][lang], justify="right")
    checks: list[MetamorphicLaw | EuroLaw] = [*report.laws, *euros]
    for law in checks:
        laws.add_row(
            getattr(law, lang), count(law.checked, lang), f"[{'red' if law.broken else 'green'}]{law.broken}[/]"
        )
    console.print(laws)
    good = report.sound and not any(law.broken for law in euros)
    console.print(f"[bold {'green' if good else 'red'}]{TEXT['sound' if good else 'unsound'][lang]}[/]")
