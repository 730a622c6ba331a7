"""What happened in a story, in lines: states, messages, transfers, account. Nothing is computed: it was kept."""

import re
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from parcours.registry.cards.models import Card, CardAppEvent
from parcours.registry.cards.service import history as card_history
from parcours.registry.claims import lifecycle
from parcours.registry.messages.models import Message, MessageKind
from parcours.registry.messages.service import body_of
from parcours.registry.payments.account import account_lines, caps
from parcours.registry.payments.models import Order
from parcours.registry.payments.practice import practice_view
from parcours.registry.scenario.stage import Stage
from parcours.text import plain_euros

TOKEN = re.compile(r"-?[\w.]*\d[\w.-]*|\b[A-Z]+\b|\w+_\w+")
"""What is data in a line: numbers, dates, codes, names with an underscore."""


def signed(cents: int) -> str:
    """An amount in euros, with its sign."""
    return f"{'-' if cents < 0 else ''}{plain_euros(abs(cents))}"


def tokens(text: str) -> set[str]:
    """The data of a line."""
    return {one.rstrip(".") for one in TOKEN.findall(text)}


def ids_of(stage: Stage) -> list[str]:
    """Everybody in the story."""
    return [*stage.ids.values(), *stage.claims.values()]


def messages(stage: Stage, session: Session) -> list[Message]:
    """Messages about the people and to the professionals of the story, and about its claims."""
    ids = ids_of(stage)
    query = select(Message).where(Message.recipient.in_(ids) | Message.insured_id.in_(ids) | Message.claim_id.in_(ids))
    return list(session.scalars(query.order_by(Message.day, Message.id)))


def message_line(stage: Stage, message: Message) -> str:
    """A message in one line."""
    body = body_of(message)
    if message.kind is MessageKind.NOEMIE_OC:
        kept = [f"{name} {body[name]}" for name in ("TMT", "PF", "FR") if name in body]
        said = " / ".join([body["expense"], f"base {body['base']}", f"{body['rate']} %", body["gross"], *kept])
    else:
        said = flat(stage, {name: value for name, value in body.items() if name not in {"simulated", "sheet_key"}})
    about = f" {stage.name_of(message.claim_id)}" if message.claim_id else ""
    to = stage.name_of(message.recipient)
    return f"{message.kind.value} {message.subject}{about}: {said} (to {to} on {message.day})"


def flat(stage: Stage, value: Any) -> str:
    """The values of a body, names in place of ids."""
    if isinstance(value, dict):
        return ", ".join(f"{name} {flat(stage, one)}" for name, one in value.items() if one not in (None, "", []))
    if isinstance(value, list):
        return "; ".join(flat(stage, one) for one in value)
    return stage.name_of(str(value))


def orders(stage: Stage, session: Session) -> list[Order]:
    """Transfers of the story, in order."""
    query = select(Order).where(Order.party.in_(list(stage.ids.values())))
    return list(session.scalars(query.order_by(Order.day, Order.id)))


def order_line(stage: Stage, order: Order) -> str:
    """A transfer in one line."""
    payee = f" (account of {stage.name_of(order.payee)})" if order.payee != order.party else ""
    book = order.book.split(":")[0]
    return f"{book} transfer to {stage.name_of(order.party)}{payee} {plain_euros(order.cents)} {order.state.value}"


def app_state(stage: Stage, event: CardAppEvent) -> str:
    """What an application became: `enrolled`, `lent(to, until)`."""
    if event.lent_to is None:
        return event.state.value
    return f"lent({stage.name_of(event.lent_to)}, {event.lent_until})"


def days(stage: Stage, session: Session) -> list[tuple[str, str]]:
    """(Day, what happened), day by day."""
    lines = [
        (str(event.day), f"{name}: {event.state.value}{f' ({event.why})' if event.why else ''}")
        for name, claim in stage.claims.items()
        for event in lifecycle.history(session, claim)
    ]
    for card in session.scalars(select(Card).where(Card.insured_id.in_(list(stage.ids.values())))):
        lines += [(str(one.day), f"card of {stage.name_of(card.insured_id)}: {one.state.value}")
                  for one in card_history(session, card.id)]  # fmt: skip
    lines += [(str(one.day), message_line(stage, one)) for one in messages(stage, session)]
    lines += [(str(one.day), order_line(stage, one)) for one in orders(stage, session)]
    return sorted(lines, key=lambda one: one[0])


def statement(stage: Stage, session: Session, who: str) -> list[str]:
    """The account of somebody, in lines: refunds, deductions with their act, transfers; their totals."""
    lines, totals = [], {"deduction": 0, "transfer": 0}
    for one in account_lines(session, stage.ids[who]):
        name = stage.name_of(one.claim_id or "")
        if one.kind == "refund":
            lines.append(f"{name} {plain_euros(one.cents)}")
        elif one.kind == "to_professional":
            lines.append(f"{name} to the doctor {plain_euros(one.cents)}")
        elif one.kind == "deduction":
            lines.append(f"{one.name} of {one.care_date} {signed(-one.cents)}")
        else:
            lines.append(f"paid {plain_euros(one.cents)}")
        if one.kind in totals:
            totals[one.kind] += one.cents
    return [*lines, f"deductions {signed(-totals['deduction'])}", f"transfers {plain_euros(totals['transfer'])}"]


def screen(stage: Stage, session: Session, who: str) -> list[str]:
    """The counters of somebody, in lines."""
    found = caps(session, stage.ids[who], stage.today)
    lines = [
        f"participations {plain_euros(found.participations)} of {plain_euros(found.participations_cap)}",
        f"franchises {plain_euros(found.franchises)} of {plain_euros(found.franchises_cap)}",
        f"still to take {plain_euros(found.still_to_take)}",
    ]
    return [*lines, f"reached on {found.reached_on}"] if found.reached_on else lines


def practice(stage: Stage, session: Session, who: str) -> list[str]:
    """The desk of a practice, in lines."""
    found = practice_view(session, stage.ids[who], day=stage.today, at=stage.at)
    lines = [
        f"expected {plain_euros(found.expected)}",
        f"received {plain_euros(found.received)}",
        f"open {signed(found.open)}",
    ]
    return [*lines, *(f"{stage.name_of(claim)} to correct: {why}" for claim, why in found.to_correct)]
