"""Send a message to the holder of an account, by the mail server or into the folder of the settings."""

import logging
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from parcours.edge.services import Services
from parcours.registry.accounts.messages import Courier, MailServer, Outbox
from parcours.registry.store.ids import new_id

logger = logging.getLogger(__name__)


def post(services: Services, letter: str) -> None:
    """Put a letter in the folder of what leaves by post; sending it is the work of the fund's mail room."""
    outbox = services.settings.outbox
    if outbox is None:
        logger.warning("a letter was not written: PARCOURS_OUTBOX is not set")
        return
    outbox.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(outbox / f"{new_id()}.letter.txt", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(letter)


_LATER = ThreadPoolExecutor(1, "mail")


def later(work: Callable[..., None], *given: object) -> None:
    """Do something beside the request: its time tells nothing of it."""
    _LATER.submit(_logged, work, *given)


def _logged(work: Callable[..., None], *given: object) -> None:
    try:
        work(*given)
    except Exception as error:  # noqa: BLE001 - nobody waits for it
        logger.error("a message was not sent: %s", type(error).__name__)  # noqa: TRY400 - the text may name somebody


def send(services: Services, to: str, message: tuple[str, str]) -> None:
    """Send a subject and a text; a failure is logged without naming anybody."""
    settings = services.settings
    courier: Courier
    if settings.smtp_host is not None:
        secret = settings.smtp_password
        courier = MailServer(
            settings.smtp_host, settings.smtp_port, settings.mail_from, settings.smtp_user,
            secret.get_secret_value() if secret else None, settings.smtp_ca_file,
        )  # fmt: skip
    elif settings.outbox is not None:
        courier = Outbox(settings.outbox, settings.mail_from)
    else:
        logger.warning("a message was not sent: neither PARCOURS_SMTP_HOST nor PARCOURS_OUTBOX is set")
        return
    try:
        courier.send(to, *message)
    except OSError as error:
        logger.error("a message was not sent: %s", type(error).__name__)  # noqa: TRY400 - the text may name somebody
