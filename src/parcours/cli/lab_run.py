"""`parcours lab run`: a reform tried on a synthetic France."""

import shlex
import sys
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from parcours.cli import problems
from parcours.cli.common import Json, Lang, Set, batch_errors, fail, lang_of, pairs
from parcours.cli.lab_note import note, total_rows
from parcours.text import Text

if TYPE_CHECKING:
    from parcours.lab.study import Study

MOST = 100_000_000
NUMBER = Text("un nombre de personnes, 1000 ou 1e6", "a number of people, 1000 or 1e6")
WROTE = Text("{count} fichiers → {folder}", "{count} files → {folder}")
COMPOSED = Text("Réformes, dans cet ordre : {ids}", "Reforms, in this order: {ids}")
EXIT_FAR = 1
BESIDE = Text("En vigueur, à côté de chiffres publics", "In force, beside public figures")
PUBLIC, OURS, DISTANCE = Text("public", "public"), Text("ici", "here"), Text("distance", "distance")
FAR = Text(
    "un chiffre public vaut plus de deux fois le nôtre, ou le nôtre plus de deux fois le sien : ne vous servez pas de "
    "cet essai ({names})",
    "a public figure is more than twice ours, or ours more than twice it: do not use this run ({names})",
)
LISTED = Text("Les réformes du laboratoire, aucune n'est le droit :", "The reforms of the lab, none of them is law:")


def run(
    people: Annotated[str, typer.Option("--people", help="How many people: 1000, 1e6.")] = "20000",
    year: Annotated[int, typer.Option("--year", help="Civil year of the acts, and of the law.")] = 2025,
    reform: Annotated[
        list[str] | None,
        typer.Option("--reform", help="A file, or an id of `parcours lab reforms`; several compose in their order."),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="The same seed gives the same people.")] = 1,
    by: Annotated[str, typer.Option("--by", help="Breakdowns: decile, age, zone, ald, cover, department, sex, mt.")] = (
        "decile,age,zone,ald,cover"
    ),
    where: Annotated[
        list[str] | None, typer.Option("--where", help="Keep a part of the people: NAME=VALUE (department=75).")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Folder of the tables, plots, note and receipt.")
    ] = None,
    set: Set = None,  # noqa: A002
    json: Json = False,
    lang: Lang = "",
) -> None:
    """Settle the same acts under the law in force and under a reform: who pays, who loses. Invented people,
    unchanged behaviour.
    """
    lang = lang_of(lang)
    number = counted(people, lang)
    restricted = pairs(where, "--where", "VALUE", lang)
    with batch_errors(lang):
        from parcours.documents.pdf import FONTS
        from parcours.lab import problems as refused
        from parcours.lab.anchors import anchors
        from parcours.lab.outputs import Paper, receipt, write
        from parcours.lab.reform import find_reforms, reforms_of
        from parcours.lab.study import check_breakdowns, plans_of, study
        from parcours.lab.tables import tables
        from parcours.lab.world import passing
        from parcours.law.cache import flat_law

        first = flat_law().default.first_days[0] // 10_000
        if not first < year < 2100:
            fail(problems.not_accepted(year, field="--year", expected=f"{first + 1} … 2099"), lang)
        breakdowns = [name.strip() for name in by.split(",") if name.strip()]
        check_breakdowns(breakdowns, refused.unknown_by)
        check_breakdowns(restricted, refused.unknown_where)
        reforms = [*find_reforms(reform or []), *reforms_of(set or [])]
        plans = plans_of(reforms, year)
        if len(reforms) > 1:
            typer.echo(COMPOSED[lang].format(ids=" → ".join(one.id for one in reforms)), err=True)
        found = study(passing(number, year, seed, plans), reforms, restricted)
        beside = anchors(found.world)
        wanted = {**tables(found, list(dict.fromkeys(["decile", *breakdowns]))), "anchors": beside}
        said = receipt(found, breakdowns, restricted, shlex.join(["parcours", *sys.argv[1:]]))
        if output is not None:
            paper = Paper(FONTS, lambda pictures: note(found, wanted, said, lang, pictures))
            written = write(found, wanted, said, output, lang, paper)
            typer.echo(WROTE[lang].format(count=len(written), folder=output), err=True)
        show(found, wanted, said, lang, json=json)
        if far := [row["figure"] for row in beside if not row["near"]]:
            typer.echo(FAR[lang].format(names=", ".join(far)), err=True)
            raise typer.Exit(EXIT_FAR)


def counted(text: str, lang: str) -> int:
    """A number of people, also as 1e6."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal(0)
    if not number.is_finite() or number != int(number) or not 1 <= number <= MOST:
        fail(problems.not_accepted(text, field="--people", expected=NUMBER), lang)
    return int(number)


def show(found: "Study", tables: Mapping[str, Any], said: Mapping[str, Any], lang: str, *, json: bool) -> None:
    """The sentences and the totals, or everything as one JSON object."""
    from parcours.lab.report import number
    from parcours.lab.say import NOTES, sentences

    if json:
        from parcours.engine.facts.jsonio import dumps

        typer.echo(dumps({"sentences": sentences(found, lang), "tables": tables, "receipt": said}, indent=1))
        return
    for sentence in sentences(found, lang):
        typer.echo(sentence)
    typer.echo("")
    for row in total_rows(tables, lang):
        typer.echo(f"{row[0]:<40}{row[1]:>18}{row[2]:>18}{row[3]:>18}")
    typer.echo("")
    if tables["anchors"]:
        typer.echo(f"{BESIDE[lang]:<40}{PUBLIC[lang]:>18}{OURS[lang]:>18}{DISTANCE[lang]:>18}")
        for row in tables["anchors"]:
            name = f"{row['figure']} ({row['year']})"
            ours, public = (number(row[key]) for key in ("ours", "public"))
            typer.echo(f"{name:<40}{public:>18}{ours:>18}{row['distance'] * 100:>+16.0f} %")
        typer.echo("")
    for text in NOTES:
        typer.echo(text[lang])


def reforms(lang: Lang = "") -> None:
    """The reforms that the lab knows by their id."""
    lang = lang_of(lang)
    with batch_errors(lang):
        from parcours.lab.reform import known_reforms

        typer.echo(LISTED[lang])
        for one in known_reforms().values():
            typer.echo(f"{one.id:<40}{one.label[lang]}")
