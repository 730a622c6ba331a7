"""`parcours record …`: hand a record over, take one in, destroy what is past its time."""

import json as json_format
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from parcours.cli import problems
from parcours.cli.common import Json, Lang, fail, lang_of
from parcours.cli.registry_common import DatabaseUrl, as_system, reading, writing
from parcours.errors import os_reason
from parcours.text import Text, agreed

app = typer.Typer(add_completion=False, no_args_is_help=True, help="The coordination record of a patient.")
Patient = Annotated[str, typer.Option("--patient", help="Public id of the person.")]
EXIT_WRONG = 1
PURGED = Text(
    "{count} {count:dossier détruit|dossiers détruits}", "{count} {count:record destroyed|records destroyed}"
)  # fmt: skip
WOULD = Text("{count} {count:dossier serait détruit|dossiers seraient détruits}",
             "{count} {count:record would be destroyed|records would be destroyed}")  # fmt: skip
IMPORTED = Text(
    "{statements} {statements:ligne|lignes}, {documents} {documents:document|documents}, {known} déjà là",
    "{statements} {statements:line|lines}, {documents} {documents:document|documents}, {known} there already",
)


@app.callback()
def root() -> None:
    """Run on the server itself; each command leaves its trace."""


@app.command("export")
def export_record(patient: Patient, database: DatabaseUrl = None, lang: Lang = "") -> None:
    """Print the whole record of a person as one package (JSON), documents included."""
    from parcours.registry.audit.service import record as note
    from parcours.registry.people.service import get_insured
    from parcours.registry.record.context import Tag
    from parcours.registry.record.handover import package_of
    from parcours.registry.store.clock import paris_today

    with writing(database, lang) as session:
        person = get_insured(session, patient).id
        content = package_of(session, person, paris_today(), lambda _: True)
        note(session, Tag.RECORD_EXPORT, as_system("record export"), insured_id=person, record=("patient", person))
    typer.echo(json_format.dumps(content, ensure_ascii=False, indent=1, default=lambda value: value.isoformat()))


@app.command("import")
def import_record(
    source: Annotated[Path, typer.Argument(help="A package or a FHIR document (.json), or CDA R2 (.xml).")],
    patient: Patient,
    professional: Annotated[str, typer.Option("--professional", help="Public id of the doctor who takes it in.")],
    database: DatabaseUrl = None,
    lang: Lang = "",
) -> None:
    """Take a record in: what is not there yet is added as imported; read again, it adds nothing."""
    from parcours.registry.audit.service import record as note
    from parcours.registry.people.service import get_insured
    from parcours.registry.record.context import Tag
    from parcours.registry.record.handover import counts, take_in

    lang = lang_of(lang)
    content = read(source, lang)
    with writing(database, lang) as session:
        person = get_insured(session, patient).id
        done = take_in(session, person, professional, package(content))
        who = as_system("record import")
        note(
            session, Tag.RECORD_IMPORT, who, insured_id=person, record=("patient", person), details=counts(done)
        )  # fmt: skip
    typer.echo(agreed(IMPORTED, lang, **counts(done)))


def package(content: str) -> Any:
    """What a file says. Raises `Invalid`: it is no record."""
    from parcours.documents.clinical_in import read_cda, read_fhir
    from parcours.registry.record.handover import read_package
    from parcours.registry.record.problems import not_a_record

    if content.lstrip("\ufeff \n\r\t").startswith("<"):
        return read_cda(content)
    try:
        found = json_format.loads(content)
    except (ValueError, RecursionError) as error:
        raise not_a_record() from error
    if not isinstance(found, dict):
        raise not_a_record()
    return read_fhir(found) if found.get("resourceType") == "Bundle" else read_package(found)


@app.command()
def check(source: Annotated[Path, typer.Argument(help="A document of CDA R2 (.xml).")], lang: Lang = "") -> None:
    """Check the shape of a CDA document; exit 1 where something is wrong. It is not the schema nor the schematrons."""
    from parcours.cli.common import clear_errors
    from parcours.documents.cda_check import faults

    lang = lang_of(lang)
    with clear_errors(lang):
        found = faults(read(source, lang))
    for one in found:
        typer.echo(one[lang])
    if found:
        raise typer.Exit(EXIT_WRONG)


def read(source: Path, lang: str) -> str:
    """The text of a file."""
    try:
        return source.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = os_reason(error) if isinstance(error, OSError) else Text("pas du texte", "not text")
        fail(problems.unreadable(field=str(source), why=why), lang)


@app.command()
def purge(
    on: Annotated[
        datetime | None, typer.Option("--on", formats=["%Y-%m-%d"], help="Day to act at; today unless said.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say who, destroy nothing.")] = False,
    database: DatabaseUrl = None,
    json: Json = False,
    lang: Lang = "",
) -> None:
    """Destroy the clinical text of records past their time (dossier.conservation_…); the trail of who looked stays."""
    from parcours.registry.contexts import CONTEXTS
    from parcours.registry.record import retention
    from parcours.registry.store.clock import paris_today

    day: date = on.date() if on else paris_today()
    if dry_run:
        with reading(database, lang) as session:
            found = retention.due_for_purge(session, day, CONTEXTS)
    else:
        with writing(database, lang) as session:
            found = retention.purge(session, as_system("record purge"), day, CONTEXTS)
    if json:
        said = [{"patient": one.insured_id, "kept_until": one.until.isoformat()} for one in found]
        typer.echo(json_format.dumps(said))
    else:
        typer.echo(agreed(WOULD if dry_run else PURGED, lang_of(lang), count=len(found)))
