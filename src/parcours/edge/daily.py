"""What is told to people each day: prevention, letters that wait, follow-up, renewals; by message, then by e-mail.

A message says nothing of health, an e-mail only that there is a message. Run again the same day, it sends nothing: what
was told is kept with the message itself, in the same transaction.
"""

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import NamedTuple

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
from parcours.registry.store.apart import apart
from parcours.text import Text

logger = logging.getLogger("parcours.remind")

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
    failed: int
    """What was left out because it failed: logged, and tried again by the next run."""


class ToldOne(NamedTuple):
    """A message that was kept."""

    kind: MessageKind
    subject: str
    reader: str
    about: str | None


Work = Callable[[Session, datetime, list[str]], object]
"""What sends messages; what fails of it is left out, and said in the list."""


def run(services: Services, at: datetime) -> Told:
    """Send everything that is to be told now, each once, and an e-mail to each reader who has an account.

    What fails is logged and left out: it silences nobody else.
    """
    with services.database.reading() as session:
        everybody = list(session.scalars(select(Insured.id).order_by(Insured.id)))
    batches = [partial(prevention, everybody[start : start + BATCH]) for start in range(0, len(everybody), BATCH)]
    works: list[Work] = [*batches, referrals.remind, record.remind, renewals]
    found: list[ToldOne] = []
    failed: list[str] = []
    emails = 0
    try:
        for work in works:
            found += told_by(services, work, at, failed)
    finally:
        emails = write_to(services, [one.reader for one in found if one.kind is MessageKind.NOTIFICATION])
    digests = {one.about for one in found if one.subject == "prevention"}
    return Told(len(digests), len(found), emails, len(failed))


def told_by(services: Services, work: Work, at: datetime, failed: list[str]) -> list[ToldOne]:
    """The messages of one work, in a transaction of its own; nothing where it fails as a whole."""
    try:
        with services.database.writing() as session, gathering(session) as made:
            work(session, at, failed)
    except Exception as error:  # noqa: BLE001 - what follows is told all the same
        failed.append(type(error).__name__)
        logger.error("reminders were left out: %s", failed[-1])  # noqa: TRY400 - the text may name somebody
        return []
    return made


def prevention(people: list[str], session: Session, at: datetime, failed: list[str]) -> None:
    """The digest of each of these people."""
    for _ in apart(session, people, lambda one: [remind_of_prevention(session, one, at)], failed):
        pass


def renewals(session: Session, _at: datetime, _failed: list[str]) -> None:
    """What time brings to protocols: silences, ends, the renewal to be prepared."""
    if ALD.expire is not None:
        ALD.expire(session, SYSTEM)


@contextmanager
def gathering(session: Session) -> Iterator[list[ToldOne]]:
    """Every message that a session keeps, once it has: none that was taken back with what failed."""
    rows: list[Message] = []
    made: list[ToldOne] = []

    def keep(_session: Session, row: object) -> None:
        if isinstance(row, Message):
            rows.append(row)

    event.listen(session, "pending_to_persistent", keep)
    try:
        yield made
        session.flush()
        kept = (row for row in rows if row in session)
        made += [ToldOne(row.kind, row.subject, row.recipient, row.insured_id) for row in kept]
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
