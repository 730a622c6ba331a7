"""The generated pages of `docs/law/`: the decision table, the cases, the levers, the checked guides, the parameters,
the readings.

Each page is bilingual, English first, and made from the data alone: `parcours space publish docs/law` writes them,
and a test refuses a page that is out of date.
"""

import csv
import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from parcours.engine.proof.articles import article_pages
from parcours.engine.proof.guides import check_claims
from parcours.engine.say.wording import day, law_file, parameter_text
from parcours.law.bill.reader import parsed
from parcours.law.data import Parameter, Value
from parcours.law.days import number_of
from parcours.law.loader import load
from parcours.text import NARROW, NBSP

if TYPE_CHECKING:
    from parcours.engine.proof.space import SpaceReport
    from parcours.engine.proof.space_euros import EuroLaw
    from parcours.engine.proof.space_laws import MetamorphicLaw

COLUMNS = (
    "professional",
    "medecin_traitant",
    "case",
    "status",
    "pathway",
    "majoration",
    "first_day",
    "combinations",
    "articles",
    "example",
)
MADE = "<!-- Made by `parcours space publish docs/law`: do not edit. -->\n"


def write_pages(folder: Path, report: "SpaceReport", euros: "tuple[EuroLaw, ...]") -> Iterator[Path]:
    """Write every page; gives the paths written."""
    pages = {
        **static_pages(),
        "decision-table.csv": decision_csv(report.table),
        "decision-table.md": decision_page(report, euros),
    }
    return written(folder, pages)


def written(folder: Path, pages: Mapping[str, str]) -> Iterator[Path]:
    """Write some pages; gives the paths written."""
    for name, text in pages.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        yield path


def static_pages() -> dict[str, str]:
    """The pages that need no enumeration: made in a moment, compared by a test."""
    return {
        "index.md": index_page(),
        "cases.md": cases_page(),
        "levers.md": levers_page(),
        "claims.md": claims_page(),
        "parameters.md": parameters_page(),
        "readings.md": readings_page(),
        "gaps.md": gaps_page(),
        **article_pages(),
    }


def page(title: str, *parts: str) -> str:
    """A page in Markdown."""
    text = "\n".join([f"# {title}", "", MADE, *parts]).rstrip() + "\n"
    return text.replace(NBSP, " ").replace(NARROW, " ")


def table(header: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> str:
    """A Markdown table."""
    lines = [f"| {' | '.join(header)} |", f"|{'---|' * len(header)}"]
    lines += [
        f"| {' | '.join(cell.replace('|', chr(92) + '|').replace(chr(10), ' ') for cell in row)} |" for row in rows
    ]
    return "\n".join(lines) + "\n"


def articles(ids: Any) -> str:
    """Articles as people write them."""
    return ", ".join(id_.replace("-", " ", 1) for id_ in ids)


def index_page() -> str:
    """The list of the pages."""
    rows = [
        ("[Cases](cases.md)", "every rule that may apply, its sentence and its article"),
        ("[Articles](articles/README.md)", "what each article decides, the cases it gives, with cents"),
        ("[Parameters](parameters.md)", "every dated value, its first day, source and confidence"),
        ("[Readings](readings.md)", "where texts and practice differ, and the default"),
        ("[Decision table](decision-table.md)", "the whole space of the pathway, enumerated and checked"),
        ("[Levers](levers.md)", "what a person can do to pay less"),
        ("[Guides, checked](claims.md)", "what public guides say, and whether it is so"),
        (
            "[Published examples that disagree](published-conflicts.md)",
            "where a printed figure is not the computed one, and why",
        ),
        ("[Gaps](gaps.md)", "what is not modelled"),
    ]
    return page(
        "The law, as data", "Pages made from the data and the rules.\n", table(("Page", "What it holds"), iter(rows))
    )


def cases_page() -> str:
    """Every case with its sentences and articles; placeholders shown as they are."""
    parts = []
    for stage, cases in load().cases.items():
        rows = (
            (
                f"`{name}`",
                code(entry["en"]),
                code(entry["fr"]),
                example(entry),
                gives(entry),
                articles(entry["references"]),
            )
            for name, entry in cases.items()
        )
        parts += [f"## `{stage}`\n", table(("Case", "English", "Français", "Example", "It gives", "Articles"), rows)]
    note = (
        "The case of each stage is stored with every settled row: it is the whole explanation. "
        "`{…}` stands for a figure of the row or a dated parameter. The amounts of each example, in euros, are settled "
        "again by a test.\n"
    )
    return page("Cases", note, *parts)


def example(entry: dict[str, Any]) -> str:
    """The facts of an example, what was borne before it and the reading it is settled under."""
    said = {**entry["example"], **entry.get("counters", {}), **entry.get("readings", {})}
    return " ".join(f"`{name}={plain(value)}`" for name, value in said.items())


def plain(value: Any) -> str:
    """A value of YAML as people write it."""
    if isinstance(value, dict):
        return ", ".join(f"{name}: {plain(part)}" for name, part in value.items())
    return str(value).lower() if isinstance(value, bool) else str(value)


def gives(entry: dict[str, Any]) -> str:
    """The amounts of an example, or that it is refused."""
    amounts = entry.get("gives")
    if amounts is None:
        return "refused: nothing is guessed"
    return "<br>".join(f"{name} {'free' if amount is None else amount}" for name, amount in amounts.items())


def code(template: str) -> str:
    """A template with its placeholders set apart."""
    return template.replace("{", "`{").replace("}", "}`")


def levers_page() -> str:
    """Every lever: for whom, what it changes, until when."""
    rows = (
        (
            f"**{entry['label']['en']}** / {entry['label']['fr']}",
            ", ".join(f"`{name}` = {value}" for name, value in entry["when"].items()),
            ", ".join(f"`{name}` → {value}" for name, value in entry["changes"].items()),
            entry.get("only_if", {}).get("en", ""),
            "yes" if entry["after"] else "no",
            articles(entry["references"]),
        )
        for entry in law_file("levers.yaml").values()
    )
    header = ("Lever", "For whom", "What it changes", "Only if", "After the visit?", "Articles")
    return page(
        "Levers",
        "`parcours advise` settles each of them alone, then two by two, and ranks what is saved.\n",
        table(header, rows),
    )


def claims_page() -> str:
    """What the guides say, with the verdict and the computed figures."""
    rows = (
        (
            english.guide,
            f"{english.text} / {french.text}",
            f"**{english.verdict_text}**",
            "; ".join(f"{'✓' if figure.agrees else '✗'} {figure.text}" for figure in english.figures),
            english.condition,
            articles(ref.id for ref in english.references),
        )
        for english, french in zip(check_claims("en"), check_claims("fr"), strict=True)
    )
    note = (
        "Each statement is in our own words. "
        "Its verdict is computed by `parcours check-claims` from executable checks.\n"
    )
    unsaid = (
        "No guide mentions the year of grace after a declared doctor leaves, the cap of the surcharge, the emergency "
        "visit charge, the flat charge on costly acts, or that the flat contribution depends on the age on 1 January.\n"
    )
    header = ("Guide", "Statement", "Verdict", "Computed", "Note", "Articles")
    return page("The guides, checked", note, table(header, rows), unsaid)


def parameters_page() -> str:
    """Every parameter with its values over time."""
    book = load()
    files: dict[str, list[Parameter]] = {}
    for entry in book.parameters.values():
        files.setdefault(entry.file, []).append(entry)
    parts = []
    for file, entries in sorted(files.items()):
        parts.append(f"## {file.removeprefix('parameters/').removesuffix('.yaml')}\n")
        parts.append(table(("Parameter", "Meaning", "Values", "Articles"), (parameter_row(entry) for entry in entries)))
    checked = book.verified_on.isoformat()
    note = f"Confidence: A text seen, B good secondary source, C uncertain, D derived. Checked on {checked}.\n"
    return page("Parameters", note, *parts)


def parameter_row(entry: Parameter) -> tuple[str, ...]:
    """One parameter."""
    values = "<br>".join(value_cell(value, entry.unit) for value in entry.values)
    return f"`{entry.id}`", f"{entry.label['en']} / {entry.label['fr']}", values, articles(entry.references)


def value_cell(value: Value, unit: str) -> str:
    """One dated value."""
    text = "unknown" if value.value is None else parameter_text(value, unit, "en")
    return f"{text} from {day(number_of(value.first_day), 'en')} ({value.confidence})"


def option_cell(option: str, label: str, default: str) -> str:
    """One option of a reading."""
    return f"**`{option}` (default)**: {label}" if option == default else f"`{option}`: {label}"


def readings_page() -> str:
    """Every reading with its options."""
    rows = (
        (
            f"`{name}`",
            f"{entry.question['en']} / {entry.question['fr']}",
            "<br>".join(
                option_cell(option, content["label"]["en"], entry.default) for option, content in entry.options.items()
            ),
            articles(entry.references),
        )
        for name, entry in load().readings.items()
    )
    return page(
        "Readings",
        "An answer whose amount depends on a reading says so and gives the other amount.\n",
        table(("Reading", "Question", "Options", "Articles"), rows),
        "\nOn a bill, by `--reading` of `parcours bill` or `readings` of the bill:\n",
        table(("Reading", "Question", "Options", "Articles"), readings_of_bills()),
    )


def readings_of_bills() -> Iterator[tuple[str, ...]]:
    """Those of `law/bill`: the first option of each is the default."""
    for name, entry in parsed("readings.yaml").items():
        default = next(iter(entry["options"]))
        yield (
            f"`{name}`",
            f"{entry['question']['en']} / {entry['question']['fr']}",
            "<br>".join(option_cell(option, label["en"], default) for option, label in entry["options"].items()),
            ", ".join(entry["references"]),
        )


def gaps_page() -> str:
    """What is not modelled."""
    rows = (
        (
            f"`{name}`",
            entry["label"]["en"],
            *(f"{entry['detail'][it]} → {entry['closed_by'][it]}" for it in ("en", "fr")),
        )
        for name, entry in load().gaps.items()
    )
    return page(
        "Gaps",
        "Nothing is guessed: what the rules do not model is listed, with what would close it (→).\n",
        table(("Gap", "", "English", "Français"), rows),
    )


def decision_csv(rows: list[dict[str, Any]]) -> str:
    """The decision table as CSV."""
    stream = io.StringIO()
    writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(
        {**row, **{name: str(row[name]).lower() for name in ("medecin_traitant", "majoration")}} for row in rows
    )
    return stream.getvalue()


def decision_page(report: "SpaceReport", euros: "tuple[EuroLaw, ...]") -> str:
    """The decision space in words and in a table by case."""
    summary = table(
        ("", ""),
        iter(
            [
                ("Combinations", f"{report.combinations:,}"),
                ("States of the law (eras, readings)", str(report.variants)),
                ("Kinds of professionals", str(report.professionals)),
                ("Holes", str(report.holes)),
                ("Conflicts", str(report.conflicts)),
                ("Overlaps that the order of the text settles", f"{report.overlaps:,}"),
                ("Cases never reached", ", ".join(report.unreached) or "none"),
            ]
        ),
    )
    checks: list[MetamorphicLaw | EuroLaw] = [*report.laws, *euros]
    laws = table(
        ("Law", "Checked", "Broken"),
        ((f"{law.en} / {law.fr}", f"{law.checked:,}", str(law.broken)) for law in checks),
    )
    return page(
        "Decision table",
        INTRODUCTION,
        summary,
        "## The laws that hold on all of it\n",
        laws,
        "## By case\n",
        by_case(report.table),
    )


INTRODUCTION = """The facts that drive the pathway are finite once values that no rule tells apart are put together.
The compiled rules run over all combinations, over every era. A *hole* is a combination without a status; a
*conflict*, two exceptions of the same rank that disagree on whether the majoration is due. The full table is
[decision-table.csv](decision-table.csv): one line for each kind of professional, declared doctor or not, case and
status, with the articles, the first day and an example.
"""


def by_case(rows: list[dict[str, Any]]) -> str:
    """The decision table, one line a case and a status."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for row in rows:
        key = (row["case"], row["status"])
        if row["case"] == "status_given":
            continue
        entry = found.setdefault(key, {**row, "combinations": 0})
        entry["combinations"] += row["combinations"]
        entry["first_day"] = min(entry["first_day"], row["first_day"])
    lines = (
        (
            f"`{case}`",
            status,
            entry["pathway"],
            "yes" if entry["majoration"] else "no",
            entry["first_day"],
            f"{entry['combinations']:,}",
            articles(entry["articles"].split()),
            f"`{entry['example']}`",
        )
        for (case, status), entry in found.items()
    )
    return table(("Case", "Status", "Pathway", "Majoration", "Since", "Combinations", "Articles", "Example"), lines)


__all__ = ["static_pages", "write_pages", "written"]
