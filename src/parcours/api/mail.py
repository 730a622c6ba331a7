"""Send a message to the holder of an account, by the mail server or into the folder of the settings."""

from __future__ import annotations

import logging

from parcours.edge.services import Services
from parcours.registry.accounts.messages import Courier, MailServer, Outbox

logger = logging.getLogger(__name__)


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
