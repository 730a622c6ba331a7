"""`parcours check-claims`: what public guides say, and whether it is so."""

from collections import Counter
from typing import TYPE_CHECKING

import typer

from parcours.cli.common import Json, Lang, lang_of, screen
from parcours.text import Text, agreed

if TYPE_CHECKING:
    from parcours.engine.proof.guides import Claim

app = typer.Typer(add_completion=False)
VERDICTS = {
    "true": Text("{count} {count:vraie|vraies}", "{count} true"),
    "true_until": Text("{count} {count:vraie|vraies} jusqu'à un jour", "{count} true until a day"),
    "true_only_if": Text("{count} {count:vraie|vraies} sous condition", "{count} true only if"),
    "wrong": Text("{count} {count:fausse|fausses}", "{count} wrong"),
    "not_computed": Text("{count} non {count:calculée|calculées}", "{count} not computed"),
}
COLOURS = {"true": "green", "true_until": "yellow", "true_only_if": "yellow", "wrong": "red", "not_computed": "dim"}


@app.command()
def check_claims(json: Json = False, lang: Lang = "") -> None:
    """Check what public guides say: true, true until a day, true only if, or wrong, with the computed figure."""
    from parcours.engine.proof.guides import check_claims as check

    lang = lang_of(lang)
    claims = check(lang)
    if json:
        from dataclasses import asdict

        from parcours.engine.facts.jsonio import dumps

        typer.echo(dumps([asdict(claim) for claim in claims], indent=1))
    else:
        print_claims(claims, lang)


def print_claims(claims: "tuple[Claim, ...]", lang: str) -> None:
    """Each statement with its verdict, what was computed, and the condition."""
    from rich.padding import Padding

    console = screen()
    for claim in claims:
        colour = COLOURS[claim.verdict]
        console.print(f"\n[bold {colour}]{claim.verdict_text}[/]  {claim.text} [dim]({claim.guide})[/]")
        for figure in claim.figures:
            mark = "[green]✓[/]" if figure.agrees else "[red]✗[/]"
            console.print(Padding(f"{mark} {figure.text}", (0, 0, 0, 3)))
        if claim.condition:
            console.print(Padding(f"[yellow]{claim.condition}[/]", (0, 0, 0, 3)))
    counts = Counter(claim.verdict for claim in claims)
    said = (f"[{COLOURS[name]}]{agreed(VERDICTS[name], lang, count=number)}[/]" for name, number in counts.items())
    console.print("\n" + " · ".join(said))
