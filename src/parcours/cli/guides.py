"""`parcours check-claims`: what public guides say, and whether it is so."""

from typing import TYPE_CHECKING

import typer

from parcours.cli.common import Json, Lang, language

if TYPE_CHECKING:
    from parcours.engine.guides import Claim

app = typer.Typer(add_completion=False)
COLOURS = {"true": "green", "true_until": "yellow", "true_only_if": "yellow", "wrong": "red", "not_computed": "dim"}
COLUMNS = {
    "verdict": {"fr": "Verdict", "en": "Verdict"},
    "claim": {"fr": "Ce qui est dit", "en": "What is said"},
    "figure": {"fr": "Ce qui est calculé", "en": "What is computed"},
}


@app.command()
def check_claims(json: Json = False, lang: Lang = "") -> None:
    """Check what public guides say: true, true until a day, true only if, or wrong, with the computed figure."""
    from parcours.engine.guides import check_claims as check

    lang = language(lang)
    claims = check(lang)
    if json:
        from dataclasses import asdict

        from parcours.engine.jsonio import dumps

        typer.echo(dumps([asdict(claim) for claim in claims], indent=1))
    else:
        print_claims(claims, lang)


def print_claims(claims: "tuple[Claim, ...]", lang: str) -> None:
    """The verdicts as a table."""
    from rich.console import Console
    from rich.table import Table

    table = Table(show_lines=True, show_edge=False, pad_edge=False, header_style="dim")
    table.add_column(COLUMNS["verdict"][lang], ratio=2)
    table.add_column(COLUMNS["claim"][lang], ratio=4)
    table.add_column(COLUMNS["figure"][lang], ratio=4)
    for claim in claims:
        colour = COLOURS[claim.verdict]
        figures = [f"{'✓' if figure.agrees else '✗'} {figure.text}" for figure in claim.figures]
        computed = "\n".join([*figures, f"[dim]{claim.condition}[/]" if claim.condition else ""]).strip()
        table.add_row(f"[bold {colour}]{claim.verdict_text}[/]", f"{claim.text}\n[dim]{claim.guide}[/]", computed)
    Console(highlight=False).print(table)
