"""What is told to people each day: prevention, letters that wait, follow-up, renewals; by message, then by e-mail.

A message says nothing of health, an e-mail only that there is a message. Run again the same day, it sends nothing: what
was told is kept with the message itself, in the same transaction.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import event, select
from sqlalchemy.orm import Session

from parcours.edge.mail import send
from parcours.edge.services import Services
from parcours.registry.access.model import Who
from parcours.registry.accounts.models import Account, Grant
from parcours.registry.ald.context import CONTEXT as ALD
from parcours.registry.messages.models import Message, MessageKind
from parcours.registry.people.models import Insured
from parcours.registry.prevention.reminders import remind as remind_of_prevention
from parcours.registry.record import reminders as record
from parcours.registry.referrals import reminders as referrals
from parcours.text import Text

SUBJECT = Text("Vous avez un message", "You have a message")
BODY = Text(
    "Bonjour,\n\nun message vous attend dans votre espace parcours : {site}\n\n"
    "Cet e-mail ne dit rien de plus, et n'attend pas de réponse.\n",
    "Hello,\n\na message waits for you in your parcours space: {site}\n\n"
    "This e-mail says no more, and awaits no answer.\n",
)
BATCH = 200
SYSTEM = Who("system", role="remind")


@dataclass(frozen=True)
class Told:
    """What a run sent."""

    people: int
    """Digests of prevention."""
    messages: int
    """Messages of every kind."""
    emails: int


def run(services: Services, at: datetime) -> Told:
    """Send everything that is to be told now, each once, and an e-mail to each reader who has an account."""
    with services.database.reading() as session:
        everybody = list(session.scalars(select(Insured.id).order_by(Insured.id)))
    found: list[tuple[MessageKind, str]] = []
    people = 0
    for start in range(0, len(everybody), BATCH):
        with services.database.writing() as session, gathering(session) as made:
            people += sum(bool(remind_of_prevention(session, one, at).sent) for one in everybody[start : start + BATCH])
        found += made
    for work in (referrals.remind, record.remind, renewals):
        with services.database.writing() as session, gathering(session) as made:
            work(session, at)
        found += made
    readers = [recipient for kind, recipient in found if kind is MessageKind.NOTIFICATION]
    return Told(people, len(found), write_to(services, readers))


def renewals(session: Session, _at: datetime) -> None:
    """What time brings to protocols: silences, ends, the renewal to be prepared."""
    if ALD.expire is not None:
        ALD.expire(session, SYSTEM)


@contextmanager
def gathering(session: Session) -> Iterator[list[tuple[MessageKind, str]]]:
    """The kind and the reader of every message that a session keeps."""
    made: list[tuple[MessageKind, str]] = []

    def keep(_session: Session, row: object) -> None:
        if isinstance(row, Message):
            made.append((row.kind, row.recipient))

    event.listen(session, "pending_to_persistent", keep)
    try:
        yield made
        session.flush()
    finally:
        event.remove(session, "pending_to_persistent", keep)


def write_to(services: Services, readers: Iterable[str]) -> int:
    """One e-mail to each reader who has an open account: that there is a message."""
    sent, site = 0, services.settings.public_url.rstrip("/")
    wanted = sorted(set(readers))
    with services.database.reading() as session:
        found = [
            (account.login, account.language)
            for start in range(0, len(wanted), BATCH)
            for account in accounts_of(session, wanted[start : start + BATCH])
        ]
    for login, language in dict.fromkeys(found):
        lang = language if language in ("fr", "en") else "fr"
        send(services, login, (SUBJECT[lang], BODY[lang].format(site=site)))
        sent += 1
    return sent


def accounts_of(session: Session, readers: list[str]) -> list[Account]:
    """The open accounts of people and doctors, never of a delegate: a message is for whom it names."""
    query = (
        select(Account)
        .join(Grant, Grant.account_id == Account.id)
        .where(
            Grant.ended_at.is_(None), Account.disabled_at.is_(None), Grant.role.in_(("insured", "doctor")),
            Grant.insured_id.in_(readers) | Grant.professional_id.in_(readers),
        )
    )  # fmt: skip
    return list(session.scalars(query.order_by(Account.id).distinct()))
