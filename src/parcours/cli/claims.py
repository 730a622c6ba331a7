"""`parcours claims …`: submit sheets, adjudicate, pay, take back, settle again with what is known later (simulated)."""

from __future__ import annotations

import json as json_format
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from parcours.cli import problems
from parcours.cli.claim_files import read_lines, read_lots, read_sheets
from parcours.cli.common import (
    EXIT_REFUSED_ROWS,
    Json,
    Lang,
    Reading,
    clear_errors,
    fail,
    lang_of,
    pairs,
    readings_of,
)
from parcours.cli.ledger import signed
from parcours.cli.registry_common import DatabaseUrl, account_of, as_system, open_registry, say
from parcours.errors import ParcoursError
from parcours.text import Text, plain_euros

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from parcours.registry.claims.models import Claim as ClaimRow
    from parcours.registry.claims.models import Decision

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Sheets of simulated care: submit, decide, correct.")
Claim = Annotated[str, typer.Argument(help="Public id of a claim.")]
Day = Annotated[
    datetime | None, typer.Option("--day", formats=["%Y-%m-%d"], help="The day on which it happens; today unless said.")
]
BLOCK = 100
LOT = ".b2sim"
NOTHING = Text("rien ne change", "nothing changes")


@contextmanager
def acting(database: str | None, lang: str, claim_id: str, tag: str) -> Iterator[tuple[Session, ClaimRow]]:
    """One transaction about one claim, noted in the trail; what is refused is one sentence, and nothing is kept."""
    from parcours.registry.audit.service import record
    from parcours.registry.claims.context import Tag
    from parcours.registry.claims.models import Claim as Row
    from parcours.registry.store.ids import get

    with open_registry(database, lang) as opened, clear_errors(lang_of(lang)), opened.writing() as session:
        row = get(session, Row, claim_id, "claim")
        record(session, Tag[tag], as_system("claims"), insured_id=row.insured_id, record=("claim", row.id))
        yield session, row


def moment(day: datetime | None) -> datetime:
    """The instant at which something is known: now, or noon of a day."""
    return datetime.combine(day.date(), time(12), UTC) if day else datetime.now(UTC)


@app.command()
def submit(
    file: Annotated[Path, typer.Argument(help="Sheets: one JSON object a line, Parquet, or a lot (.b2sim).")],
    day: Day = None,
    database: DatabaseUrl = None,
    lang: Lang = "",
) -> None:
    """Take sheets in, one answer a line in their order: the claim, or why not. Exit code 3 when some were refused.

    A file that cannot be read to its end is refused whole. A sheet that was taken in before is the same claim.
    """
    chosen = lang_of(lang)
    at, refused = moment(day), 0
    with open_registry(database, lang) as opened, clear_errors(chosen):
        sheets = list(read_sheets(file, chosen) if file.suffix != LOT else read_lots(opened, file, at, chosen))
        for start in range(0, len(sheets), BLOCK):
            with opened.writing() as session:
                answers = [answer(session, one, at, chosen) for one in sheets[start : start + BLOCK]]
            refused += sum("error" in one for one in answers)
            for one in answers:
                typer.echo(json_format.dumps(one, ensure_ascii=False))
    if refused:
        raise typer.Exit(EXIT_REFUSED_ROWS)


@app.command()
def lot(
    claims: Annotated[list[str], typer.Argument(help="Public ids of claims of one professional.")],
    database: DatabaseUrl = None,
    lang: Lang = "",
) -> None:
    """Print sheets as a lot of records of 128 characters (B2-like, simulated), which `submit FILE.b2sim` reads."""
    from parcours.registry.audit.service import record
    from parcours.registry.claims.b2 import lot_of
    from parcours.registry.claims.context import Tag
    from parcours.registry.claims.models import Claim as Row
    from parcours.registry.store.ids import get

    with open_registry(database, lang) as opened, clear_errors(lang_of(lang)), opened.writing() as session:
        rows = [get(session, Row, one, "claim") for one in claims]
        for row in rows:
            record(session, Tag.CLAIM_READ, as_system("claims"), insured_id=row.insured_id, record=("claim", row.id))
        typer.echo(json_format.dumps(lot_of(session, rows), ensure_ascii=False))


def answer(session: Any, said: Any, at: datetime, lang: str) -> dict[str, Any]:
    """What came of one sheet; a refused one leaves nothing."""
    from parcours.registry.audit.service import record
    from parcours.registry.claims.context import Tag
    from parcours.registry.claims.intake import submit as take_in
    from parcours.registry.store.clock import paris_date

    number = said.get("number") if isinstance(said, dict) else None
    try:
        with session.begin_nested():
            claim = take_in(session, said, day=paris_date(at), at=at)
            record(session, Tag.CLAIM_SUBMIT, as_system("claims"), insured_id=claim.insured_id,
                   record=("claim", claim.id))  # fmt: skip
    except ParcoursError as error:
        return {"number": number, "error": said_error(error, lang)}
    return {"simulated": True, "number": number, "claim": claim.id, "state": claim.state.value}


Claims = Annotated[list[str] | None, typer.Argument(help="Public ids of claims; none with --from.", show_default=False)]
From = Annotated[
    Path | None,
    typer.Option("--from", help="A file of one JSON object a line with its `claim`: what `submit` answers."),
]


@app.command()
def adjudicate(
    claims: Claims = None, listed: From = None, reading: Reading = None, day: Day = None,
    database: DatabaseUrl = None, lang: Lang = "",
) -> None:  # fmt: skip
    """Check, settle and post received claims, under the readings of the fund and of the law that are chosen."""
    from parcours.registry.claims.adjudicate import adjudicate as decide
    from parcours.registry.claims.settling import check_readings

    readings, at = readings_of(reading, lang_of(lang)), moment(day)

    def one(session: Session, row: ClaimRow) -> dict[str, Any]:
        check_readings(readings)
        decide(session, row, day=at.date(), at=at, readings=readings)
        return state_of(row)

    each(database, lang, named(claims, listed, lang_of(lang)), "CLAIM_DECIDE", one)


@app.command()
def pay(
    claims: Claims = None, listed: From = None, day: Day = None, database: DatabaseUrl = None, lang: Lang = ""
) -> None:
    """Pay what is due for claims, less what their payees owe; what was paid before is not paid again."""
    from parcours.registry.claims.adjudicate import current_decision
    from parcours.registry.payments.service import run

    at = moment(day)

    def one(session: Session, row: ClaimRow) -> dict[str, Any]:
        decision = current_decision(session, row.id)
        professional = decision is not None and decision.to_professional
        party = row.professional_id if professional else row.insured_id
        done = run(
            session, f"amo:{row.fund_code}", party, professional=professional, day=at.date(), at=at, only=[row.id]
        )
        return {
            "simulated": True, "claim": row.id, "state": row.state.value,
            "paid": plain_euros(done.order.cents if done.order else 0),
            "taken": plain_euros(sum(one.cents for one in done.taken)),
        }  # fmt: skip

    each(database, lang, named(claims, listed, lang_of(lang)), "CLAIM_PAY", one)


def named(claims: list[str] | None, listed: Path | None, lang: str) -> list[str]:
    """The claims that a command is about: those that are named, then those of a file."""
    lines = [] if listed is None else list(read_lines(listed, lang))
    found = [*(claims or ()), *(str(one["claim"]) for one in lines if isinstance(one, dict) and one.get("claim"))]
    if not found:
        fail(problems.no_claims(), lang)
    return found


def each(
    database: str | None, lang: str, claims: list[str], tag: str,
    do: Callable[[Session, ClaimRow], dict[str, Any]],
) -> None:  # fmt: skip
    """Something with each of many claims, a line each, a hundred a transaction.

    Of several, one that is refused is told in its line and leaves nothing: exit code 3. One alone ends the command.
    """
    from parcours.registry.audit.service import record
    from parcours.registry.claims.context import Tag
    from parcours.registry.claims.models import Claim as Row
    from parcours.registry.store.ids import get

    def about(session: Session, claim_id: str) -> dict[str, Any]:
        row = get(session, Row, claim_id, "claim")
        record(session, Tag[tag], as_system("claims"), insured_id=row.insured_id, record=("claim", row.id))
        return do(session, row)

    refused, chosen = 0, lang_of(lang)
    with open_registry(database, lang) as opened, clear_errors(chosen):
        for start in range(0, len(claims), BLOCK):
            answers = []
            with opened.writing() as session:
                for claim_id in claims[start : start + BLOCK]:
                    try:
                        with session.begin_nested():
                            answers.append(about(session, claim_id))
                    except ParcoursError as error:
                        if len(claims) == 1:
                            raise
                        refused += 1
                        answers.append({"claim": claim_id, "error": said_error(error, chosen)})
            for one in answers:
                typer.echo(json_format.dumps(one, ensure_ascii=False))
    if refused:
        raise typer.Exit(EXIT_REFUSED_ROWS)


def said_error(error: ParcoursError, lang: str) -> dict[str, Any]:
    """A refusal as JSON."""
    return {"code": error.code, "field": error.path, "message": error.message[lang]}


@app.command()
def reverse(
    claim: Claim,
    cause: Annotated[str, typer.Option("--cause", help="rights_closed, rule_broken, act_not_done, cancelled.")],
    day: Day = None,
    database: DatabaseUrl = None,
    lang: Lang = "",
) -> None:
    """Take a claim back whole: what is out is owed, counters come back."""
    from parcours.registry.claims.later import reverse as take_back

    with acting(database, lang, claim, "CLAIM_REVERSE") as (session, row):
        at = moment(day)
        moved = take_back(session, row, cause, day=at.date(), at=at)
        typer.echo(json_format.dumps({
            "simulated": True, "claim": row.id, "state": row.state.value, "undue": plain_euros(moved.undue),
            "due_back": plain_euros(moved.due_back),
        }))  # fmt: skip


By = Annotated[str, typer.Option("--by", help="Login of the officer who acts; needed above what one may change alone.")]


@app.command()
def regularise(
    claim: Claim,
    facts: Annotated[list[str], typer.Option("--fact", help="What is known now: NAME=VALUE of the vocabulary.")],
    by: By = "",
    day: Day = None,
    database: DatabaseUrl = None,
    lang: Lang = "",
) -> None:
    """Settle a claim again with facts known since; run twice, it changes nothing.

    More than 100 euros need two officers: the first one (`--by`) proposes, another one confirms (`claims confirm`).
    """
    from parcours.registry.claims.later import regularise as again
    from parcours.registry.claims.regularising import needs_two, propose_facts

    change = {name: {"true": True, "false": False}.get(value, value)
              for name, value in pairs(facts, "--fact", "VALUE", lang_of(lang)).items()}  # fmt: skip
    with acting(database, lang, claim, "REGULARISATION_DECIDE") as (session, row):
        at = moment(day)
        if needs_two(session, row, change):
            proposed = propose_facts(session, row, change, by=officer(session, by, row.fund_code), at=at)
            typer.echo(json_format.dumps({
                "simulated": True, "claim": row.id, "state": "proposed", "regularisation": proposed.id,
            }))  # fmt: skip
            return
        done = again(session, row, change, day=at.date(), at=at)
        if done is None:
            say(lang, NOTHING)
            return
        typer.echo(json_format.dumps({
            "simulated": True, "claim": row.id, "state": row.state.value, "decision": done.decision.number,
            "delta_amo": signed(done.delta_amo), "delta_amc": signed(done.delta_amc),
        }))  # fmt: skip


@app.command()
def confirm(
    regularisation: Annotated[str, typer.Argument(help="Public id of a regularisation that was proposed.")],
    by: By = "",
    day: Day = None,
    database: DatabaseUrl = None,
    lang: Lang = "",
) -> None:
    """Another officer accepts a regularisation: the claim is settled again."""
    from parcours.registry.audit.service import record
    from parcours.registry.claims.context import Tag
    from parcours.registry.claims.models import Claim as ClaimRow
    from parcours.registry.claims.models import Regularisation
    from parcours.registry.claims.regularising import confirm as accept
    from parcours.registry.store.ids import get

    at = moment(day)
    with open_registry(database, lang) as opened, clear_errors(lang_of(lang)), opened.writing() as session:
        row = get(session, Regularisation, regularisation, "regularisation")
        record(session, Tag.REGULARISATION_DECIDE, as_system("claims"), insured_id=row.insured_id,
               record=("claim", row.claim_id))  # fmt: skip
        fund = get(session, ClaimRow, row.claim_id, "claim").fund_code
        accept(session, row, by=officer(session, by, fund), day=at.date(), at=at)
        typer.echo(json_format.dumps({"simulated": True, "claim": row.claim_id, "regularisation": row.id,
                                      "state": row.state.value}))  # fmt: skip


def officer(session: Session, login: str, fund_code: str) -> str:
    """The account of an officer of a fund by login. Raises Invalid: none is named, or it is not an officer's."""
    from parcours.registry.access.model import Role
    from parcours.registry.claims.problems import officer_needed

    account = account_of(session, login) if login else None
    grants = account.active_grants if account is not None else ()
    if account is None or not any(one.role is Role.OFFICER and one.fund_code == fund_code for one in grants):
        raise officer_needed(login or None)
    return account.id


@app.command()
def show(claim: Claim, database: DatabaseUrl = None, json: Json = False, lang: Lang = "") -> None:
    """States of a claim, and its decisions."""
    from parcours.registry.claims.adjudicate import decisions_of
    from parcours.registry.claims.lifecycle import history

    with acting(database, lang, claim, "CLAIM_READ") as (session, row):
        events = [f"{one.day} {one.state.value} {one.why}".strip() for one in history(session, row.id)]
        decided = [decision_line(one) for one in decisions_of(session, row.id)]
        if json:
            said = {
                "simulated": True,
                "claim": row.id,
                "state": row.state.value,
                "events": events,
                "decisions": decided,
            }
            typer.echo(json_format.dumps(said, ensure_ascii=False, indent=1))
        else:
            typer.echo("\n".join([*events, *decided]))


def decision_line(decision: Decision) -> str:
    """A decision in one line."""
    kept = f"majoration {plain_euros(decision.majoration)} pf {plain_euros(decision.pf)} fr {plain_euros(decision.fr)}"
    parts = f"amo {plain_euros(decision.amo)} amc {plain_euros(decision.amc)} patient {plain_euros(decision.patient)}"
    return f"{decision.decided_on} {decision.number} {decision.status} {kept} {parts}"


def state_of(row: Any) -> dict[str, Any]:
    """Where a claim is, and why."""
    return {"simulated": True, "claim": row.id, "state": row.state.value, "reason": row.reason}
