"""`parcours law drift`, `law text` and `law stale`: is the law data still the law?"""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from parcours.cli import problems
from parcours.cli.common import Json, Lang, clear_errors, fail, lang_of, screen
from parcours.text import Text

if TYPE_CHECKING:
    from parcours.engine.say.articles import ArticleSaid, CaseSaid
    from parcours.law.dependents import Dependents
    from parcours.law.drift import CodeFile, Finding, Version
    from parcours.law.freshness import Stale

EXIT_DRIFTED = 1
"""An article is not the one that was read, or will not be."""
Code = Annotated[Path, typer.Option("--code", help="Open JSON of the code, as the open data package legi-data has it.")]
OnDay = Annotated[str, typer.Option("--on", help="Judge on this day, YYYY-MM-DD (today unless said).")]
Months = Annotated[int, typer.Option("--months", help="A check older than this many months is too old.", min=0)]
All = Annotated[bool, typer.Option("--all", help="Also the articles that have not changed.")]

STATUSES = {
    "same": Text("inchangé", "unchanged"),
    "reissued": Text("autre version, même texte", "another version, same text"),
    "changed": Text("texte changé", "text changed"),
    "replaced_later": Text("inchangé aujourd'hui", "unchanged today"),
    "ended": Text("plus en vigueur", "no longer in force"),
    "missing": Text("absent du fichier", "not in the file"),
}
HEADERS = Text(
    "Article | Constat | Lu | Dans le fichier | En dépend",
    "Article | Finding | Read | In the file | What rests on it",
)
DONE = Text(
    "{articles} articles suivis, {drifted} à relire (au {day})",
    "{articles} articles followed, {drifted} to read again (on {day})",
)
SIDES = Text(
    "Texte officiel ({file}) | Ce que les règles en font", "Official text ({file}) | What the rules make of it"
)
SAME_TEXT = Text("Le texte est celui qui a été lu.", "The text is the one that was read.")
OTHER_TEXT = Text(
    "Le texte n'est plus celui qui a été lu : la règle est à revoir.",
    "The text is no longer the one that was read: the rule must be looked at again.",
)
NOT_IN_FORCE = Text(
    "Aucune version en vigueur ce jour dans le fichier.", "No version in force on that day in the file."
)
NO_FILE = Text(
    "Avec --code FICHIER, le texte officiel s'affiche en regard.",
    "With --code FILE the official text stands beside it.",
)
EXAMPLE = Text("exemple : {amounts}", "example: {amounts}")
STALE_HEADERS = Text("Quoi | Nom | Vérifié | Constat | En dépend", "What | Name | Checked | Finding | What rests on it")
FRESH = Text("Rien à vérifier au {day}.", "Nothing to check on {day}.")
OLD = Text("vérifié il y a trop longtemps", "checked too long ago")
ANNOUNCED = Text("remplacement annoncé, sans date", "replacement announced, without a date")
KINDS = {
    "parameter": Text("paramètre", "parameter"),
    "tariff": Text("tarif", "tariff"),
    "article": Text("article", "article"),
}
LATER = Text("remplacé le {day}", "replaced on {day}")


def drift(code: Code, on: OnDay = "", everything: All = False, lang: Lang = "", json: Json = False) -> None:
    """Which cited articles of a code changed, ended or have a successor, and what rests on them.

    Exit code 0: every article is the one that was read; 1: one is not, or will be replaced; 2: the file cannot be read.
    """
    lang = lang_of(lang)
    with clear_errors(lang):
        from parcours.law.drift import Status
        from parcours.law.drift import drift as findings_of

        day = wanted_day(on)
        file = code_file(code)
        findings = findings_of(book(), file, day)
    drifted = [finding for finding in findings if finding.status not in (Status.SAME, Status.REISSUED)]
    if json:
        print_json({"code": file.code.id, "on": str(day), "articles": [as_json(one) for one in findings]})
    else:
        shown = findings if everything else [one for one in findings if one.status is not Status.SAME]
        if shown:
            print_rows(HEADERS[lang], [row(finding, lang) for finding in shown])
        typer.echo(DONE[lang].format(articles=len(findings), drifted=len(drifted), day=day))
    if drifted:
        raise typer.Exit(EXIT_DRIFTED)


def stale(on: OnDay = "", months: Months = 12, lang: Lang = "", json: Json = False) -> None:
    """What is no longer known to be right on a day: checked too long ago, or already replaced, and what rests on it.

    Exit code 0: nothing; 1: something is to be checked again.
    """
    lang = lang_of(lang)
    with clear_errors(lang):
        from parcours.law.freshness import stale as entries_of

        day = wanted_day(on)
        entries = list(entries_of(book(), day, months))
    if json:
        print_json([stale_json(entry) for entry in entries])
    elif entries:
        print_rows(STALE_HEADERS[lang], [stale_row(entry, lang) for entry in entries])
    else:
        typer.echo(FRESH[lang].format(day=day))
    if entries:
        raise typer.Exit(EXIT_DRIFTED)


def text(
    article: Annotated[str, typer.Argument(help="Number of an article: R160-6.")],
    code: Annotated[Path | None, typer.Option("--code", help="Open JSON of the code (package legi-data).")] = None,
    on: OnDay = "",
    lang: Lang = "",
) -> None:
    """One article: what each paragraph decides in our own words, beside the official text of your file."""
    lang = lang_of(lang)
    with clear_errors(lang):
        from parcours.engine.say.articles import article_said, find_article
        from parcours.law.days import number_of

        day = wanted_day(on)
        found = find_article(article)
        if found is None:
            fail(problems.unknown_entry(field=article, near=", ".join(near(article))), lang)
        said = article_said(found.id, "fr" if lang == "fr" else "en", number_of(day))
        version = code_file(code).on(found.number, day) if code else None
    version_read = [found.legiarti, str(found.first_day)] if found.first_day else []
    typer.echo(f"{said.title}\n{' · '.join([*version_read, found.address])}\n")
    if code is None:
        typer.echo("\n".join([*own_words(said, lang), "", NO_FILE[lang]]))
    elif version is None:
        typer.echo("\n".join([NOT_IN_FORCE[lang], "", *own_words(said, lang)]))
    else:
        beside(said, version, code, lang)


def beside(said: "ArticleSaid", version: "Version", code: Path, lang: str) -> None:
    """The official text of the file, and the rule."""
    from parcours.law.texts import text_hash, text_lines

    official = "\n\n".join(text_lines(version.html))
    print_rows(
        SIDES[lang].format(file=code.name),
        [(official, "\n".join(own_words(said, lang)))],
    )
    same = text_hash(version.html) == said.article.sha256
    typer.echo("\n" + (SAME_TEXT if same else OTHER_TEXT)[lang])


def own_words(said: "ArticleSaid", lang: str) -> list[str]:
    """What each paragraph decides, with its cases and the cents of their examples."""
    lines = []
    for paragraph in said.decides:
        lines.append(f"{paragraph.at} · {paragraph.text}" if paragraph.at else paragraph.text)
        for case in paragraph.cases:
            lines += case_lines(case, lang)
    for case in said.others:
        lines += case_lines(case, lang)
    lines += [f"  = {parameter.id}" for parameter in said.parameters]
    return lines


def case_lines(case: "CaseSaid", lang: str) -> list[str]:
    """A case and the cents of its example."""
    from parcours.engine.say.wording import lower_first
    from parcours.text import euros

    terms = book().glossary
    cents = ", ".join(
        f"{lower_first(terms[name][lang]['term'])} {euros(value, lang)}" for name, value in case.amounts.items()
    )
    said = f"  → {case.stage.removeprefix('case_')}.{case.case}: {case.text}"
    return [said, "    " + EXAMPLE[lang].format(amounts=cents)] if cents else [said]


def row(finding: "Finding", lang: str) -> tuple[str, ...]:
    """One line of the table."""
    article, rests = finding.article, finding.dependents
    status = STATUSES[finding.status][lang]
    if finding.next_change:
        status += f", {LATER[lang].format(day=finding.next_change)}"
    return (
        article.id,
        status,
        f"{article.first_day}",
        f"{finding.found.first_day}" if finding.found else "—",
        ", ".join(resting(rests)) or "—",
    )


def stale_row(entry: "Stale", lang: str) -> tuple[str, ...]:
    """One entry to check again."""
    why = OLD[lang]
    if entry.replaced_on:
        why = (ANNOUNCED if entry.replaced_on == date.max else LATER)[lang].format(day=entry.replaced_on)
    rests = entry.dependents
    return (
        KINDS[entry.kind][lang],
        entry.id,
        f"{entry.checked_on}",
        why,
        ", ".join(resting(rests)) if rests and not rests.none else "—",
    )


def stale_json(entry: "Stale") -> dict[str, Any]:
    """One entry to check again, as plain data."""
    replaced = entry.replaced_on
    return {
        "kind": entry.kind,
        "id": entry.id,
        "checked_on": str(entry.checked_on),
        "replaced": replaced is not None,
        "replaced_on": None if replaced in (None, date.max) else str(replaced),
        "rests_on_it": resting(entry.dependents) if entry.dependents else [],
    }


def resting(rests: "Dependents") -> list[str]:
    """What rests on a text, by its names."""
    cases = [f"{stage.removeprefix('case_')}.{case}" for stage, case in rests.cases]
    return [*rests.parameters, *rests.tariffs, *cases, *rests.readings]


def as_json(finding: "Finding") -> dict[str, Any]:
    """One finding as plain data."""
    article, found, rests = finding.article, finding.found, finding.dependents
    return {
        "id": article.id,
        "status": str(finding.status),
        "read": {"legiarti": article.legiarti, "from": str(article.first_day)},
        "found": {"legiarti": found.legiarti, "from": str(found.first_day)} if found else None,
        "next_change": str(finding.next_change) if finding.next_change else None,
        "parameters": rests.parameters,
        "tariffs": rests.tariffs,
        "cases": [f"{stage.removeprefix('case_')}.{case}" for stage, case in rests.cases],
        "readings": rests.readings,
    }


def near(given: str) -> list[str]:
    """Articles that look like what was given."""
    from difflib import get_close_matches

    known = [article.number for article in book().articles.values()]
    return get_close_matches(given.upper(), known, n=5, cutoff=0.4) or known[:5]


def wanted_day(on: str) -> date:
    """The day asked for, today otherwise."""
    from parcours.engine.facts.vocabulary import read_date
    from parcours.law.days import iso

    return date.fromisoformat(iso(read_date("on", on))) if on else datetime.now(UTC).astimezone().date()


def code_file(path: Path) -> "CodeFile":
    """The code in a file."""
    from parcours.law.drift import read_code

    return read_code(path, book())


def book() -> Any:
    """The law data, checked."""
    from parcours.law.loader import load

    return load()


def print_json(value: Any) -> None:
    """One JSON text."""
    from parcours.engine.facts.jsonio import dumps

    typer.echo(dumps(value, indent=1))


def print_rows(headers: str, rows: list[tuple[str, ...]]) -> None:
    """A plain table; `headers`: "First | second"."""
    from rich.table import Table

    table = Table(box=None, header_style="dim", padding=(0, 2))
    for header in headers.split(" | "):
        table.add_column(header, overflow="fold")
    for line in rows:
        table.add_row(*line)
    screen(markup=False).print(table)
