"""`parcours doctor`: is this installation sound, and what is there to mend?"""

import json as json_format
from typing import Annotated

import typer

from parcours.cli.common import Json, Lang, lang_of
from parcours.text import COLON, Text

app = typer.Typer(add_completion=False)
EXIT_MEND = 1
EXIT_WATCH = 3
NAMES = {
    "settings": Text("réglages", "settings"),
    "law": Text("droit", "law"),
    "keys": Text("clés", "keys"),
    "database": Text("base", "database"),
    "migrations": Text("tables", "tables"),
    "database keys": Text("clés de la base", "keys of the database"),
    "clock": Text("horloge", "clock"),
    "permissions": Text("droits d'accès", "permissions"),
    "certificates": Text("certificat", "certificate"),
    "mail certificates": Text("certificats du courriel", "certificates of the mail"),
    "disk": Text("disque", "disk"),
}
STATES = {
    "ok": Text("bon", "good"),
    "watch": Text("à surveiller", "to watch"),
    "mend": Text("à réparer", "to mend"),
}


@app.command()
def doctor(
    strict: Annotated[bool, typer.Option("--strict", help="Exit 3 when something is to be watched.")] = False,
    json: Json = False,
    lang: Lang = "",
) -> None:
    """Check an installation (keys, database, clock, permissions, certificates, disk); exit 1: something to mend."""
    from parcours.site.doctor import State, examine

    lang = lang_of(lang)
    findings = list(examine())
    if json:
        rows = [
            {"check": one.name, "state": one.state, "said": one.said[lang], "mend": one.mend and one.mend[lang]}
            for one in findings
        ]
        typer.echo(json_format.dumps(rows, ensure_ascii=False, indent=1))
    else:
        for one in findings:
            typer.echo(f"{STATES[one.state][lang]:13} {NAMES[one.name][lang]}{COLON[lang]}{one.said[lang]}")
            if one.mend is not None:
                typer.echo(f"{'':13} → {one.mend[lang]}")
    states = {one.state for one in findings}
    if State.MEND in states:
        raise typer.Exit(EXIT_MEND)
    if strict and State.WATCH in states:
        raise typer.Exit(EXIT_WATCH)
