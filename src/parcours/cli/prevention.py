"""`parcours prevention`: what a person is due, when, at what price; `check`: cases against what is expected."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from parcours.cli import problems
from parcours.cli.common import Json, Lang, Reading, batch_errors, clear_errors, fail, lang_of, pairs, readings_of
from parcours.errors import os_reason
from parcours.text import Text, agreed

if TYPE_CHECKING:
    from parcours.engine.prevention.say import Said

app = typer.Typer(
    add_completion=False,
    invoke_without_command=True,
    help="What a person is due for their health: examinations, screenings, vaccines; when, and at what price.",
)
EXIT_DIFFERENT = 1
TITLES = {
    "now": Text("À faire maintenant", "Due now"),
    "to_answer": Text("À préciser", "To be answered"),
    "following": Text("Ensuite", "Next"),
    "done": Text("Fait", "Done"),
    "if_you_wish": Text("Si vous le souhaitez", "If you wish"),
}
HEADERS = Text("Quoi | Quand | Prix | Où", "What | When | Price | Where")
ALL_HEADERS = Text("Programme | État | Quand | Sources | Confiance", "Programme | State | When | Sources | Confidence")
NOTHING = Text(
    "Rien à faire ce jour d'après les programmes connus.", "Nothing is due that day in the known programmes."
)
REMINDER = Text(
    "Rappel et non prescription : votre médecin décide. Prix sans complémentaire, réglés par le moteur.",
    "A reminder, not a prescription: your doctor decides. Prices without complementary cover, settled by the engine.",
)
CONFIRM = Text(
    "D'après l'état civil seul : --breast-tissue et --cervix disent ce qui vous concerne.",
    "From the civil sex alone: --breast-tissue and --cervix say what concerns you.",
)
SUMMARY = Text(
    "{cases} {cases:cas vérifié|cas vérifiés}, {wrong} {wrong:différence|différences}",
    "{cases} {cases:case checked|cases checked}, {wrong} {wrong:difference|differences}",
)
WRITTEN_OUT = Text(
    "{people} {people:personne|personnes}, {rows} {rows:ligne écrite|lignes écrites}",
    "{people} {people:person|people}, {rows} {rows:row|rows} written",
)
Body = Annotated[str, typer.Option(help="yes, no, or prefer_not_to_say.")]


@app.callback()
def prevention(
    context: typer.Context,
    birth_date: Annotated[str, typer.Option("--birth-date", help="Birth date, YYYY-MM-DD.")] = "",
    sex: Annotated[
        str, typer.Option("--sex", help="female, male, unknown, prefer_not_to_say: proposes the rest.")
    ] = "",
    breast_tissue: Body = "",
    cervix: Body = "",
    on: Annotated[str, typer.Option("--on", help="Day asked, YYYY-MM-DD (today unless said).")] = "",
    done: Annotated[list[str] | None, typer.Option("--done", help="PROGRAMME=DAY: what was done.")] = None,
    excluded: Annotated[list[str] | None, typer.Option("--excluded", help="PROGRAMME=REASON.")] = None,
    refused: Annotated[list[str] | None, typer.Option("--refused", help="A programme, or all.")] = None,
    pregnant_since: Annotated[str, typer.Option("--pregnant-since", help="First day of the pregnancy.")] = "",
    born_on: Annotated[str, typer.Option("--gave-birth-on", help="Day of the birth, with --pregnant-since.")] = "",
    immunosuppressed: Annotated[bool, typer.Option("--immunosuppressed")] = False,
    heart_or_lung: Annotated[bool, typer.Option("--heart-or-lung-disease")] = False,
    facts: Annotated[Path | None, typer.Option("--facts", help="The facts in a file (.json, .yaml).")] = None,
    every: Annotated[bool, typer.Option("--all", help="Every programme, also those that do not concern you.")] = False,
    json: Json = False,
    lang: Lang = "",
    reading: Reading = None,
) -> None:
    """What a person is due on a day."""
    if context.invoked_subcommand is not None:
        return
    lang = lang_of(lang)
    given: dict[str, Any] = {} if facts is None else read_facts(facts, lang)
    said = {
        "birth_date": birth_date, "sex": sex, "has_breast_tissue": breast_tissue, "has_cervix": cervix,
        "immunosuppressed": immunosuppressed, "heart_or_lung_disease": heart_or_lung,
    }  # fmt: skip
    given |= {name: value for name, value in said.items() if value}
    listed = {
        "done": [{"programme": name, "on": value} for name, value in each(done, "--done", "AAAA-MM-JJ", lang)],
        "excluded": [{"programme": name, "reason": value} for name, value in each(excluded, "--excluded", "...", lang)],
        "refused": [{"programme": name} for name in refused or ()],
    }
    given |= {name: [*given.get(name, []), *values] for name, values in listed.items() if values}
    if pregnant_since:
        given["pregnancy"] = {"started_on": pregnant_since, **({"birth_on": born_on} if born_on else {})}
    with clear_errors(lang):
        answer(given, on, lang, readings_of(reading, lang), as_json=json, every=every)


def each(options: list[str] | None, flag: str, value: str, lang: str) -> list[tuple[str, str]]:
    """`NAME=VALUE` texts, a name as often as it is said."""
    return [next(iter(pairs([option], flag, value, lang).items())) for option in options or ()]


def read_facts(path: Path, lang: str) -> dict[str, Any]:
    """The facts of a file."""
    from parcours.cli.bill import read_content
    from parcours.engine.prevention.check import named

    content = named(read_content(path, lang))
    if not isinstance(content, dict):
        fail(problems.not_accepted(type(content).__name__, field="--facts", expected="{birth_date, sex, done}"), lang)
    return content


def answer(given: dict[str, Any], on: str, lang: str, readings: dict[str, str], *, as_json: bool, every: bool) -> None:
    """Print the calendar."""
    from parcours.engine.facts.jsonio import dumps
    from parcours.engine.prevention.facts import A_DAY, day_of, read_person
    from parcours.engine.prevention.say import arranged, calendar_dict, tell
    from parcours.registry.store.clock import paris_today

    day = day_of("--on", on, A_DAY) if on else paris_today()
    person = read_person(given, day)
    found = tell(person, day, readings)
    if as_json:
        typer.echo(dumps(calendar_dict(found, day, lang), indent=1))
    elif every:
        print_all(found, lang)
    else:
        print_calendar(arranged(found, day), lang)
        if person.proposed:
            typer.echo(CONFIRM[lang])
        typer.echo(REMINDER[lang])


def print_calendar(calendar: Any, lang: str) -> None:
    """What is due now, what to answer, what comes next, as tables a person reads."""
    from parcours.cli.law_texts import print_rows
    from parcours.engine.prevention.say import name_of, places, question_of, when

    if not calendar.now:
        typer.echo(NOTHING[lang])
    for name, title in TITLES.items():
        found: Sequence[Said] = getattr(calendar, name)
        if not found:
            continue
        typer.echo(f"\n{title[lang]}" if name != "now" else title[lang])
        if name == "to_answer":
            for said in found:
                question = question_of(said.item)
                typer.echo(f"  {name_of(said.item, lang)}" + (f" · {question[lang]}" if question else ""))
            continue
        rows: list[tuple[str, ...]] = [
            (name_of(said.item, lang), when(said.item, lang), said.price.said[lang], places(said.item, lang))
            for said in found
        ]
        print_rows(HEADERS[lang], rows)
    typer.echo("")


def print_all(found: Sequence["Said"], lang: str) -> None:
    """Every programme with its state and its sources."""
    from parcours.cli.law_texts import print_rows
    from parcours.engine.prevention.say import STATES, when

    rows: list[tuple[str, ...]] = [
        (
            said.item.programme.id,
            STATES[said.item.state][lang],
            when(said.item, lang),
            " ".join(said.item.version.sources if said.item.version else ()),
            said.item.version.confidence if said.item.version else "",
        )
        for said in found
    ]
    print_rows(ALL_HEADERS[lang], rows)


@app.command()
def check(
    file: Annotated[Path, typer.Argument(help="Cases (.yaml, .json): checks, scenarios.")],
    lang: Lang = "",
) -> None:
    """Compare cases with what is expected of them; exit 1 where one differs."""
    lang = lang_of(lang)
    from parcours.cli.bill import read_content
    from parcours.engine.prevention.check import cases, differences

    content = read_content(file, lang)
    wrong = 0
    with clear_errors(lang):
        found = list(cases(content))
        for case in found:
            for one in differences(case):
                wrong += 1
                expected = case.expected[one.name]
                typer.echo(f"{case.id} {case.programme} {case.on}: {one.name}: {expected} ≠ {shown(one.found)}")
    typer.echo(agreed(SUMMARY, lang, cases=len(found), wrong=wrong), err=True)
    if wrong:
        raise typer.Exit(EXIT_DIFFERENT)


@app.command()
def population(
    source: Annotated[Path, typer.Argument(help="People (.parquet): birth_date, sex, done.PROGRAMME …")],
    output: Annotated[Path, typer.Option("--out", "-o", help="What is due (.parquet).")],
    on: Annotated[str, typer.Option("--on", help="Day asked, YYYY-MM-DD (today unless said).")] = "",
    state: Annotated[list[str] | None, typer.Option("--state", help="States to write (due, overdue, unknown).")] = None,
    lang: Lang = "",
) -> None:
    """What each person of a file is due: a row for each programme that waits, compiled."""
    lang = lang_of(lang)
    with batch_errors(lang):
        from parcours.engine.prevention.facts import A_DAY, day_of
        from parcours.engine.prevention.population import WRITTEN, due_list, names_of
        from parcours.registry.store.clock import paris_today

        day = day_of("--on", on, A_DAY) if on else paris_today()
        try:
            counts = due_list(source, output, day, names_of(state) if state else WRITTEN)
        except OSError as error:
            fail(problems.unreadable(field=str(output), why=os_reason(error)), lang)
    typer.echo(agreed(WRITTEN_OUT, lang, people=counts.people, rows=counts.rows), err=True)


def shown(value: Any) -> str:
    """A found value."""
    return value.isoformat() if isinstance(value, date) else str(value)
