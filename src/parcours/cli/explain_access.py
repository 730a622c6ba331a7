"""`parcours admin explain-access`: may somebody do something on a record, and by which rule."""

from __future__ import annotations

import json as json_format
from typing import TYPE_CHECKING, Annotated

import typer

from parcours.cli import problems
from parcours.cli.common import Json, Lang, fail, lang_of
from parcours.cli.registry_common import DatabaseUrl, account_of, as_system, writing
from parcours.text import Text

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from parcours.registry.access.decide import Decision
    from parcours.registry.access.model import Actor, Record


def explain_access(
    actor: Annotated[
        str, typer.Option("--actor", help="Login, or login:role when the account has several; or client:ID.")
    ],
    action: Annotated[str, typer.Option("--action", help="Like read_patient, read_letter, sign_as_doctor.")],
    record: Annotated[str, typer.Option("--record", help="KIND:ID, like patient:0199…; or system, directory.")],
    database: DatabaseUrl = None,
    lang: Lang = "",
    json: Json = False,
) -> None:
    """May somebody do something on a record, by which rule, and which rules were considered.

    Exit code 0 when it is allowed, 1 when it is not.
    """
    from parcours.registry.audit.context import Tag
    from parcours.registry.audit.service import record as note
    from parcours.registry.contexts import POLICY
    from parcours.registry.vocabulary import check_name

    with writing(database, lang) as session:
        who, target = _actor(session, actor, lang), _record(session, record, lang)
        decision = POLICY.decide(session, who, check_name("action", action, POLICY.actions), target)
        note(
            session, Tag.ACCESS_EXPLAIN, as_system("explain-access"), insured_id=target.insured_id,
            record=(target.kind, target.id), details={"action": action},
        )  # fmt: skip
        _print_decision(decision, lang_of(lang), json=json)
    if not decision.allowed:
        raise typer.Exit(1)


def _print_decision(decision: Decision, lang: str, *, json: bool) -> None:
    rule = decision.rule.name if decision.rule else None
    considered = [
        {"rule": one.rule.name, "relation": one.rule.relation.name, "holds": one.holds} for one in decision.considered
    ]
    missing = decision.missing.name if decision.missing else None
    if json:
        content = {
            "allowed": decision.allowed, "visible": decision.visible, "rule": rule, "reason": decision.reason[lang],
            "considered": considered, "missing": missing,
        }  # fmt: skip
        typer.echo(json_format.dumps(content, ensure_ascii=False))
        return
    verdict = ALLOWED if decision.allowed else REFUSED if decision.visible else HIDDEN
    typer.echo(f"{verdict[lang]}{f' · {rule}' if rule else ''}\n{decision.reason[lang]}")
    for one in considered:
        typer.echo(f"  {'✓' if one['holds'] else '✗'} {one['rule']} ({one['relation']})")
    if missing:
        typer.echo(f"  ✗ {missing}")


ALLOWED = Text("permis", "allowed")
HIDDEN = Text(
    "refusé : l'enregistrement n'existe pas pour cet acteur (404)",
    "refused: the record does not exist for this actor (404)",
)
REFUSED = Text("refusé (403)", "refused (403)")


def _actor(session: Session, text: str, lang: str) -> Actor:
    from parcours.registry.accounts import clients
    from parcours.registry.accounts.context import actor_of_client, actor_of_grant

    name, _, role = text.partition(":")
    if name == "client":
        return actor_of_client(clients.get_client(session, role))
    grants = [one for one in account_of(session, name).active_grants if not role or one.role.value == role]
    if len(grants) != 1:
        roles = ", ".join(one.role.value for one in grants) or "—"
        fail(problems.which_role(text, roles=roles), lang)
    return actor_of_grant(grants[0])


def _record(session: Session, text: str, lang: str) -> Record:
    from parcours.registry.access.model import SYSTEM
    from parcours.registry.contexts import POLICY
    from parcours.registry.directory.context import DIRECTORY
    from parcours.registry.vocabulary import check_name

    name, _, identifier = text.partition(":")
    whole = {one.kind: one for one in (SYSTEM, DIRECTORY)}
    kind = check_name("record", name, {kind: kind for kind in (*whole, *POLICY.kinds)})
    if kind in whole:
        return whole[kind]
    if not identifier:
        fail(problems.which_record(text), lang)
    return POLICY.load(session, kind, identifier)
