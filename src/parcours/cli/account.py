"""`parcours account …`: the account of an insured person, and where each cent of a claim went (simulated)."""

from __future__ import annotations

import json as json_format
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from parcours.cli.common import Json, Lang, lang_of
from parcours.cli.registry_common import DatabaseUrl, as_system, open_registry, table
from parcours.text import Text, plain_euros

if TYPE_CHECKING:
    from parcours.registry.payments.account import AccountLine

app = typer.Typer(add_completion=False, no_args_is_help=True, help="The account of an insured person (simulated).")
Day = typer.Option(formats=["%Y-%m-%d"])
KINDS = {
    "refund": Text("remboursement", "refund"),
    "deduction": Text("retenue", "deduction"),
    "to_professional": Text("versé au professionnel (non sommé)", "paid to the professional (not summed)"),
    "transfer": Text("virement", "transfer"),
}


@app.command()
def statement(
    patient: Annotated[str, typer.Argument(help="Public id of the person.")],
    first: Annotated[datetime | None, Day] = None,
    last: Annotated[datetime | None, Day] = None,
    database: DatabaseUrl = None,
    json: Json = False,
    lang: Lang = "",
) -> None:
    """Refunds, deductions with the act they are for, transfers: refunds less deductions are the transfers."""
    from parcours.registry.audit.service import record
    from parcours.registry.claims.context import Tag
    from parcours.registry.payments.account import account_lines
    from parcours.registry.people.service import get_insured

    chosen = lang_of(lang)
    with open_registry(database, lang) as opened, opened.writing() as session:
        person = get_insured(session, patient).id
        record(session, Tag.STATEMENT_READ, as_system("account"), insured_id=person)
        found = account_lines(session, person, first=first and first.date(), last=last and last.date())
    if json:
        said = {"simulated": True, "lines": [as_json(one) for one in found], "totals": totals(found)}
        typer.echo(json_format.dumps(said, ensure_ascii=False, indent=1))
        return
    rows = [
        {"day": str(one.day), "line": f"{KINDS[one.kind][chosen]} {one.name}".strip(),
         "care": str(one.care_date or ""), "euros": f"{'-' if one.kind == 'deduction' else ''}{plain_euros(one.cents)}",
         "claim": one.claim_id or ""}
        for one in found
    ]  # fmt: skip
    table(("day", "line", "care", "euros", "claim"), rows)


def as_json(line: AccountLine) -> dict[str, Any]:
    """A line for programs."""
    return {
        "day": str(line.day), "kind": line.kind, "euros": plain_euros(line.cents), "claim": line.claim_id,
        "name": line.name or None, "care_date": str(line.care_date) if line.care_date else None,
    }  # fmt: skip


def totals(lines: list[AccountLine]) -> dict[str, str]:
    """Sums of what is summed."""
    return {
        kind: plain_euros(sum(one.cents for one in lines if one.kind == kind))
        for kind in ("refund", "deduction", "transfer")
    }


@app.command()
def why(
    claim: Annotated[str, typer.Argument(help="Public id of a claim.")],
    database: DatabaseUrl = None,
    json: Json = False,
    lang: Lang = "",
) -> None:
    """Where each cent of a claim went: what the law says step by step, then every movement of the books."""
    from parcours.registry.audit.service import record
    from parcours.registry.claims.context import Tag
    from parcours.registry.payments.why import why_of

    chosen = lang_of(lang)
    with open_registry(database, lang) as opened, opened.writing() as session:
        found = why_of(session, claim, chosen)
        record(
            session, Tag.CLAIM_READ, as_system("account"), insured_id=found["person"], record=("claim", found["claim"])
        )
    if json:
        typer.echo(json_format.dumps({"simulated": True, **found}, ensure_ascii=False, indent=1))
        return
    for decision in found["decisions"]:
        typer.echo(f"{decision['decided_on']}  {decision['number']}  {decision['amounts']}")
        for sentence in decision["because"]:
            typer.echo(f"    {sentence}")
    table(("day", "book", "account", "euros", "because"), found["movements"])
