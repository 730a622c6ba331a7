"""`parcours law import`, `law find` and `law library`: the official files, and the codes that they hold."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from parcours.cli import problems
from parcours.cli.common import Json, Lang, clear_errors, fail, lang_of, pairs
from parcours.cli.law_texts import print_json, print_rows
from parcours.text import Text, euros

Nomenclature = Annotated[str, typer.Argument(help="ccam, lpp, nabm, bdpm or ngap.")]
Paths = Annotated[list[Path], typer.Argument(help="The files, archives or folder of the distribution.")]
OnDay = Annotated[
    str, typer.Option("--on", help="Day of a snapshot of medicines (that of its newest file unless said).")
]
Grid = Annotated[
    list[str] | None,
    typer.Option("--grid", help="Whose grid of prices of the CCAM: secteur_1=3, chirurgien_dentiste=5 (repeat)."),
]
Most = Annotated[int, typer.Option("--most", help="How many codes at most.", min=1, max=1000)]
MOST_SHOWN = 5

DONE = Text(
    "{name} : {codes} codes, distribution du {day}{version}, empreinte {digest}",
    "{name}: {codes} codes, distribution of {day}{version}, digest {digest}",
)
SAME_CONTENT = Text(
    "{name} : rien n'a changé, la même distribution était déjà là ({digest})",
    "{name}: nothing changed, the same distribution was already there ({digest})",
)
PAST = Text(
    "{count} codes ont une autre valeur qu'avant à une date passée : {codes}",
    "{count} codes have another value than before on a past day: {codes}",
)
VERSION = Text(", version {version}", ", version {version}")
NOTHING = Text(
    "rien n'est importé ici : {folder} ; `parcours law import ccam FICHIERS`",
    "nothing has been imported here: {folder}; `parcours law import ccam FILES`",
)
HEADERS = Text("Code | Libellé | Prix | Précision | Source", "Code | Label | Price | Detail | Source")
LIBRARY_HEADERS = Text(
    "Nomenclature | Codes | Jour | Version | Empreinte | Fichiers",
    "Nomenclature | Codes | Day | Version | Digest | Files",
)


def import_files(
    nomenclature: Nomenclature,
    paths: Paths,
    on: OnDay = "",
    grid: Grid = None,
    lang: Lang = "",
) -> None:
    """Read an official distribution into the local library: its codes are then known by code and by date."""
    lang = lang_of(lang)
    with clear_errors(lang):
        from parcours.law.days import iso
        from parcours.law.library.importing import import_library

        done = import_library(nomenclature, paths, day_of(on) if on else 0, grids_of(grid, lang))
        about = done.about
    for text in done.said:
        typer.echo(text[lang], err=True)
    if done.past:
        shown = ", ".join(f"{code} ({iso(day)})" for code, day in done.past[:MOST_SHOWN])
        typer.echo(PAST[lang].format(count=len(done.past), codes=shown), err=True)
    version = VERSION[lang].format(version=about.version) if about.version else ""
    text = DONE if done.changed else SAME_CONTENT
    typer.echo(
        text[lang].format(
            name=about.name, codes=about.codes, day=iso(about.day), version=version, digest=about.digest[:12]
        )
    )


def grids_of(texts: list[str] | None, lang: str) -> dict[str, int]:
    """`WHO=NUMBER` texts: a convention, a profession, or profession.convention."""
    from parcours.law.codes import Convention, Profession

    conventions, professions = ({one.name.lower() for one in enum} for enum in (Convention, Profession))
    known = {*conventions, *professions, *(f"{one}.{other}" for one in professions for other in conventions)}
    found = {}
    for who, number in pairs(texts, "--grid", "N", lang).items():
        if who not in known:
            fail(
                problems.not_accepted(who, field="--grid", expected=", ".join(sorted({*conventions, *professions}))),
                lang,
            )
        if not (number.isascii() and number.isdigit()):
            fail(problems.not_accepted(number, field="--grid", expected="0, 1, 2 …"), lang)
        found[who] = int(number)
    return found


def find(
    words: Annotated[list[str], typer.Argument(help="Words of the label, without accents if you like; or a code.")],
    on: Annotated[str, typer.Option("--on", help="Prices of this day, YYYY-MM-DD (today unless said).")] = "",
    most: Most = 20,
    lang: Lang = "",
    json: Json = False,
) -> None:
    """Codes by words, by their start or whole: label, price on the day, source; exit code 1 when there is none."""
    lang = lang_of(lang)
    with clear_errors(lang):
        from parcours.engine.bill.find import find as find_codes

        text = " ".join(words)
        found = find_codes(text, day_of(on), most)
    if json:
        print_json([as_json(one) for one in found])
    elif found:
        print_rows(HEADERS[lang], [row(one, lang) for one in found])
    else:
        fail(problems.no_code(field=text), lang, code=1)
    if not found:
        raise typer.Exit(1)


def library(lang: Lang = "", json: Json = False) -> None:
    """Which distributions are installed: codes, day, version, digest, files."""
    lang = lang_of(lang)
    with clear_errors(lang):
        from parcours.law.days import iso
        from parcours.law.library.installed import all_installed, folder

        abouts = [one.about for one in all_installed().values()]
    if json:
        print_json(
            [
                {**vars(one), "day": iso(one.day), "tables": sorted(one.tables), "folder": str(folder())}
                for one in abouts
            ]
        )
    elif not abouts:
        typer.echo(NOTHING[lang].format(folder=folder()))
    else:
        print_rows(
            LIBRARY_HEADERS[lang],
            [
                (one.name, str(one.codes), iso(one.day), one.version, one.digest[:12], str(len(one.files)))
                for one in abouts
            ],
        )


def row(one: Any, lang: str) -> tuple[str, ...]:
    """A code as a line of the table."""
    return (
        one.code,
        one.label[lang],
        euros(one.price, lang) if one.price >= 0 else "—",
        one.detail[lang],
        one.source[lang],
    )


def as_json(one: Any) -> dict[str, Any]:
    """A code as plain data."""
    from parcours.engine.results import euros as decimal

    return {
        "code": one.code,
        "label": dict(one.label),
        "nomenclature": one.nomenclature or None,
        "price": decimal(one.price) if one.price >= 0 else None,
        "detail": dict(one.detail),
        "source": dict(one.source),
    }


def day_of(on: str) -> int:
    """A day as YYYYMMDD; today when none is said."""
    from parcours.engine.facts.vocabulary import read_date
    from parcours.law.days import number_of

    return read_date("--on", on) if on else number_of(today())


def today() -> date:
    """Today, here."""
    return datetime.now(UTC).astimezone().date()
