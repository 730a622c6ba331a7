"""`parcours lab run`: a reform tried on a synthetic France."""

import shlex
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from parcours.cli import problems
from parcours.cli.common import Json, Lang, Set, batch_errors, fail, lang_of, pairs
from parcours.text import Text, euros

if TYPE_CHECKING:
    from parcours.lab.study import Study

MOST = 100_000_000
NUMBER = Text("un nombre de personnes, 1000 ou 1e6", "a number of people, 1000 or 1e6")
WROTE = Text("{count} fichiers → {folder}", "{count} files → {folder}")
COMPOSED = Text("Réformes, dans cet ordre : {ids}", "Reforms, in this order: {ids}")
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
        from parcours.lab import problems as refused
        from parcours.lab.outputs import receipt, write
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
        wanted = tables(found, list(dict.fromkeys(["decile", *breakdowns])))
        said = receipt(found, breakdowns, restricted, shlex.join(["parcours", *sys.argv[1:]]))
        if output is not None:
            written = write(found, wanted, said, output, lang, lambda: note(found, wanted, said, lang))
            typer.echo(WROTE[lang].format(count=len(written), folder=output), err=True)
        show(found, wanted, said, lang, json=json)


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
    from parcours.lab.say import BEHAVIOUR, NOT_LAW, SYNTHETIC, sentences

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
    for text in (SYNTHETIC, BEHAVIOUR, NOT_LAW):
        typer.echo(text[lang])


def total_rows(tables: Mapping[str, Any], lang: str) -> list[list[str]]:
    """The totals by payer, in words."""
    from parcours.lab.say import PAYER_WORDS

    head = (
        Text("Qui paie", "Who pays"),
        Text("en vigueur", "in force"),
        Text("réforme", "reform"),
        Text("écart", "change"),
    )
    amounts = ("baseline_eur", "reform_eur", "change_eur")
    return [
        [text[lang] for text in head],
        *(
            [PAYER_WORDS[row["payer"]][lang], *(euros(round(row[name] * 100), lang) for name in amounts)]
            for row in tables["payers"]
        ),
    ]


def note(found: "Study", tables: Mapping[str, Any], said: Mapping[str, Any], lang: str) -> bytes:
    """The note of two pages, as a PDF: what was tried, three sentences, who pays, who loses, how it was made."""
    from parcours.documents.pdf import render
    from parcours.lab.say import BEHAVIOUR, NOT_LAW, SYNTHETIC, people_words, sentences

    title = Text("Note du laboratoire", "Note of the lab")[lang]
    label = (
        " + ".join(one.label[lang] for one in found.plan.reforms)
        or Text("Le droit en vigueur", "The law in force")[lang]
    )
    totals = total_rows(tables, lang)
    sections = [
        {"title": Text("En trois phrases", "In three sentences")[lang], "paragraphs": sentences(found, lang)},
        {"title": Text("Ce qui change", "What changes")[lang], "paragraphs": found.plan.words(lang) or ["—"]},
        {
            "title": Text("Qui paie", "Who pays")[lang],
            "table": {"caption": people_words(found, lang), "head": totals[0], "rows": totals[1:], "right": [1, 2, 3]},
        },
        {
            "title": Text("Qui perd, qui gagne", "Who loses, who gains")[lang],
            "table": losers(tables["by_decile"], lang),
        },
        {
            "title": Text("Ce que c'est", "What this is")[lang],
            "paragraphs": [text[lang] for text in (SYNTHETIC, BEHAVIOUR, NOT_LAW)],
        },
        {
            "title": Text("Pour refaire", "To do it again")[lang],
            "paragraphs": [said["command"]],
            "entries": [
                {"name": name, "text": str(said[name])}
                for name in ("engine", "law", "rules", "plan", "people", "year", "seed")
            ],
        },
    ]
    day = datetime.now(UTC).date().isoformat()
    return render("record", {"title": title, "subtitle": label, "day": day, "sections": sections}, lang)


def losers(rows: Sequence[Mapping[str, Any]], lang: str) -> dict[str, Any]:
    """Winners and losers by tenth, as a table of a document."""
    from parcours.lab.say import share, signed

    head = (
        Text("Dixième", "Tenth"),
        Text("Gagnants", "Winners"),
        Text("Perdants", "Losers"),
        Text("Écart moyen", "Mean change"),
    )
    body = [
        [
            row["group"],
            *("—" if row[name] is None else share(row[name], lang) for name in ("winners_share", "losers_share")),
            "—" if row["mean_change_eur"] is None else signed(dict(row), lang),
        ]
        for row in rows
    ]
    caption = Text(
        "Par dixième de niveau de vie, du plus modeste au plus aisé", "By tenth of standard of living, poorest first"
    )
    return {"caption": caption[lang], "head": [text[lang] for text in head], "rows": body, "right": [1, 2, 3]}


def reforms(lang: Lang = "") -> None:
    """The reforms that the lab knows by their id."""
    lang = lang_of(lang)
    with batch_errors(lang):
        from parcours.lab.reform import known_reforms

        typer.echo(LISTED[lang])
        for one in known_reforms().values():
            typer.echo(f"{one.id:<40}{one.label[lang]}")
