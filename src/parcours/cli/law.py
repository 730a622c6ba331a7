"""`parcours law`: the numbers of the law over time, where each one comes from, and their check."""

from typing import Annotated, Any

import typer

from parcours.cli import problems
from parcours.cli.common import Json, Lang, clear_errors, fail, lang_of
from parcours.cli.law_library import find, import_files, library
from parcours.cli.law_texts import drift, print_json, print_rows, stale, text
from parcours.law.tariffs import SITUATIONS
from parcours.text import DECIMAL, Text, same, yes_no

LISTED = Text("Paramètre | Valeur | Depuis | Sens", "Parameter | Value | Since | Meaning")
SERIES = Text("Depuis | Valeur | Confiance | Source", "Since | Value | Confidence | Source")

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="The law as data: parameters over time, readings, gaps, check."
)
app.command()(drift)
app.command()(text)
app.command()(stale)
app.command("import")(import_files)
app.command()(find)
app.command()(library)
On = Annotated[str, typer.Option("--on", help="Only the value in force on this day, YYYY-MM-DD.")]


@app.command("list")
def list_parameters(lang: Lang = "", json: Json = False, on: On = "") -> None:
    """Every parameter with its value today, or on a day."""
    lang = lang_of(lang)
    with clear_errors(lang):
        rows = [summary(parameter, lang, on) for parameter in book().parameters.values()]
    if json:
        print_json(rows)
        return
    print_rows(LISTED[lang], [(row["id"], row["value"], row["from"], row["label"]) for row in rows])


@app.command()
def show(
    name: Annotated[str, typer.Argument(help="Parameter, or letter key of the tariffs.")],
    on: On = "",
    lang: Lang = "",
    json: Json = False,
) -> None:
    """One parameter: its values over time, article, source, confidence."""
    lang = lang_of(lang)
    with clear_errors(lang):
        entry = described(name, lang, on)
    if json:
        print_json(entry)
        return
    typer.echo(f"{name} · {entry['label']}")
    for title in entry["references"]:
        typer.echo(f"  {title}")
    for series in entry["series"]:
        if series["name"]:
            typer.echo(f"\n{series['name']}")
        print_rows(
            SERIES[lang], [(v["from"], v["value"], v["confidence"], "; ".join(v["sources"])) for v in series["values"]]
        )


@app.command()
def readings(lang: Lang = "", json: Json = False) -> None:
    """The disputed points, their options and the default."""
    lang = lang_of(lang)
    rows = [
        {
            "name": name,
            "question": reading.question[lang],
            "options": {option: content["label"][lang] for option, content in reading.options.items()},
            "default": reading.default,
        }
        for name, reading in book().readings.items()
    ]
    if json:
        print_json(rows)
        return
    for row in rows:
        typer.echo(f"{row['name']} · {row['question']}")
        for option, label in row["options"].items():
            typer.echo(f"  {'*' if option == row['default'] else ' '} {option}: {label}")


@app.command()
def gaps(lang: Lang = "") -> None:
    """What is not modelled."""
    lang = lang_of(lang)
    for name, gap in book().gaps.items():
        typer.echo(f"{name} · {gap['label'][lang]}\n    {gap['detail'][lang]}\n    → {gap['closed_by'][lang]}")


@app.command()
def check(lang: Lang = "") -> None:
    """Check every file of the law data; exit code 2 and the file, key and date of the first error."""
    lang = lang_of(lang)
    with clear_errors(lang):
        law = book()
        eras = law.eras()
    done = Text(
        "{parameters} paramètres, {acts} actes, {profiles} profils, {eras} périodes : tout est daté et sourcé",
        "{parameters} parameters, {acts} acts, {profiles} profiles, {eras} periods: all dated and sourced",
    )[lang]
    counts = {
        "parameters": len(law.parameters),
        "acts": len(law.acts),
        "profiles": len(law.consultations),
        "eras": len(eras),
    }
    typer.echo(done.format(**counts))


def book() -> Any:
    """The law data, checked."""
    from parcours.law.loader import load

    return load()


def day_of(on: str) -> int | None:
    """The day asked for, as YYYYMMDD."""
    from parcours.engine.facts.vocabulary import read_date

    return read_date("on", on) if on else None


def summary(parameter: Any, lang: str, on: str) -> dict[str, Any]:
    """One line of the list."""
    day = day_of(on)
    value = parameter.default.value_on(day) if day else parameter.values[-1]
    return {
        "id": parameter.id,
        "value": shown(value.value, parameter.unit, lang) if value else "—",
        "from": str(value.first_day) if value else "—",
        "label": parameter.label[lang],
    }


def described(name: str, lang: str, on: str) -> dict[str, Any]:
    """All that is known of a parameter or of a tariff."""
    law = book()
    if name in law.parameters:
        parameter = law.parameters[name]
        named = {"": parameter.default, **{"=".join(key): series for key, series in parameter.alternatives.items()}}
        return entry_of(parameter.label, titles(parameter.references, lang), named, lang, on)
    if name in law.acts:
        act = law.acts[name]
        columns = {"": act.values, "secteur_2": act.secteur_2, "sage_femme": act.sage_femme}
        return entry_of(act.label, titles(act.references, lang), columns, lang, on)
    if name in law.consultations:
        profile = law.consultations[name]
        situations = {key: getattr(profile, key) for key in SITUATIONS}
        return entry_of(profile.label, titles(profile.references, lang), situations, lang, on)
    from difflib import get_close_matches

    known = [*law.parameters, *law.acts, *law.consultations]
    near = get_close_matches(name, known, n=5, cutoff=0.4) or known[:5]
    return fail(problems.unknown_entry(field=name, near=", ".join(near)), lang)


def titles(references: tuple[str, ...], lang: str) -> list[str]:
    """The texts an entry rests on."""
    known = book().references
    return [known[reference]["title"][lang] for reference in references]


def entry_of(label: Any, references: list[str], named: dict[str, Any], lang: str, on: str) -> dict[str, Any]:
    """The series of an entry, whole or on one day."""
    day = day_of(on)
    series = []
    for name, values in named.items():
        kept = [values.value_on(day)] if day else values.values
        lines = [value_line(value, values.unit, lang) for value in kept if value]
        if lines:
            series.append({"name": name, "values": lines})
    if not series:
        fail(problems.no_value_on(day=on), lang)
    return {"label": label[lang], "references": references, "series": series}


def value_line(value: Any, unit: str, lang: str) -> dict[str, Any]:
    """One dated value."""
    sources = book().sources
    return {
        "from": str(value.first_day),
        "value": shown(value.value, unit, lang),
        "confidence": value.confidence,
        "date_confidence": value.date_confidence,
        "sources": [source_title(sources[source]["title"], lang) for source in value.sources],
        "note": value.note.get(lang, ""),
    }


def source_title(title: str | dict[str, str], lang: str) -> str:
    """A text of the law has a title in each language, another document its own."""
    return title if isinstance(title, str) else title[lang]


def shown(value: Any, unit: str, lang: str) -> str:
    """A value with its unit."""
    if value is None:
        return Text("inconnu", "unknown")[lang]
    if unit == "boolean":
        return yes_no(value)[lang]
    if unit == "euro":
        from parcours.cli.common import money

        return money(value, lang)
    number = str(value).replace(".", DECIMAL[lang])
    return number + UNITS.get(unit, same(""))[lang]


UNITS = {
    "percent": Text(" %", "%"),
    "years": Text(" ans", " years"),
    "months": Text(" mois", " months"),
    "days": Text(" jours", " days"),
    "hours": Text(" heures", " hours"),
    "euro_per_month": Text(" €/mois", " €/month"),
    "euro_per_year": Text(" €/an", " €/year"),
}
