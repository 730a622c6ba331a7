"""`/outbox`: in the demonstration, the messages that would have been sent. Elsewhere there is no such page."""

import email
from email.policy import default
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from parcours.edge import demonstration
from parcours.edge.requests import services_of
from parcours.registry.demo.fictitious import DEMO_DOMAIN
from parcours.web.pages import Page, answer

SHOWN = 30


async def outbox_page(request: Request) -> Response:
    """The newest messages to the accounts of the demonstration."""
    services = services_of(request)
    folder = services.settings.outbox
    if folder is None or not demonstration.logins(services):
        raise HTTPException(404)
    messages = await run_in_threadpool(read, folder)
    return answer(Page.of(request), "account/outbox.html", messages=messages)


def read(folder: Path) -> list[tuple[str, str, str]]:
    """(To, subject, text) of each message, newest first."""
    found = []
    for file in sorted(folder.glob("*.eml"), key=lambda one: one.stat().st_mtime, reverse=True)[:SHOWN]:
        message = email.message_from_bytes(file.read_bytes(), policy=default)
        to = str(message["To"] or "")
        body = message.get_body(("plain",)) if to.endswith(DEMO_DOMAIN) else None
        if body is not None:
            found.append((to, str(message["Subject"] or ""), str(body.get_content())))
    return found
