"""`parcours contract`: the complementary contracts that have a name, and the audit of any one."""

from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from parcours.cli import problems
from parcours.cli.common import Json, Lang, clear_errors, fail, lang_of
from parcours.text import COLON, Text

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Complementary contracts: the library, and the audit of a contrat responsable.",
)
EXIT_FINDINGS = 1


@app.command()
def audit(
    source: Annotated[
        str, typer.Argument(metavar="FILE", help="Contract as .json or .yaml, or the id of a contract of the library.")
    ],
    on: Annotated[str, typer.Option("--on", help="Day of the rules, YYYY-MM-DD (today unless said).")] = "",
    lang: Lang = "",
    json: Json = False,
) -> None:
    """Say which clauses of a contract break R871-1 or R871-2; exit code 1 when one does."""
    lang = lang_of(lang)
    from parcours.contracts.audit import audit as findings_of
    from parcours.contracts.schema import ContractError
    from parcours.engine.facts.vocabulary import read_date

    contract = contract_of(source, lang)
    with clear_errors(lang):
        day = read_date("on", on or date.today())  # noqa: DTZ011 - the user's own day
        try:
            findings = findings_of(contract, day)
        except ContractError as error:
            fail(error, lang)
    if json:
        print_json(
            [{"field": f.field, "given": f.given, "message": f.message[lang], "article": f.article} for f in findings]
        )
    for finding in [] if json else findings:
        typer.echo(f"{finding.field} = {finding.given}: {finding.message[lang]} ({finding.article})")
    if findings:
        raise typer.Exit(EXIT_FINDINGS)
    if not json:
        typer.echo(
            Text(
                "Le contrat est responsable : aucune clause contraire.",
                "The contract is responsable: no clause against it.",
            )[lang]
        )


@app.command("list")
def list_contracts(lang: Lang = "") -> None:
    """The contracts that may be named in `--contract`, and what each guarantees."""
    lang = lang_of(lang)
    from parcours.contracts.library import library
    from parcours.contracts.said import guarantees

    for name, contract in library().items():
        typer.echo(f"{name} · {contract['label'][lang]}{COLON[lang]}{guarantees(contract, lang)}")


def contract_of(source: str, lang: str) -> dict[str, Any]:
    """A contract from a file, or from the library."""
    from parcours.contracts.library import library

    if source in library():
        return {**library()[source], "label": source}
    path = Path(source)
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        fail(problems.no_contract(field=source), lang)
    import yaml

    try:
        content = yaml.safe_load(text)
    except yaml.YAMLError:
        content = None
    if not isinstance(content, dict):
        fail(problems.not_a_contract(field=source), lang)
    return content


def print_json(value: Any) -> None:
    """One JSON text."""
    from parcours.engine.facts.jsonio import dumps

    typer.echo(dumps(value, indent=1))
