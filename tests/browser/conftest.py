"""The real server, started by the command people use, and pages of Chromium that talk to it and to nobody else."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

START_SECONDS = 600


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_ready(address: str, process: subprocess.Popen[bytes]) -> None:
    """Wait for `/readyz`; the log says why when the server does not come."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/readyz", timeout=5) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            time.sleep(0.2)
    message = f"the server did not start: {process.poll()}"
    raise RuntimeError(message)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a running server, stopped as an operator stops it."""
    folder: Path = tmp_path_factory.mktemp("server")
    port = free_port()
    command = [sys.executable, "-m", "parcours", "serve", "--port", str(port)]
    environment = {**os.environ, "PARCOURS_DATA_DIR": str(folder), "PARCOURS_PAGE_RATE_LIMIT_PER_MINUTE": "0"}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env=environment)
        try:
            wait_until_ready(f"http://127.0.0.1:{port}", process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(timeout=60)


@pytest.fixture
def visit(browser: Any, site: str) -> Iterator[Callable[..., Any]]:
    """Opens an address in a new context. A request to anyone else, or an error of a script or the policy, fails."""
    contexts: list[Any] = []
    wrong: list[str] = []

    def open_page(path: str, **options: Any) -> Any:
        context = browser.new_context(**{"locale": "en-GB", "viewport": {"width": 1280, "height": 900}, **options})
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: request.url.startswith(site) or wrong.append(f"left: {request.url}"))
        page.on("pageerror", lambda error: wrong.append(f"script error: {error}"))
        page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
        page.goto(site + path, wait_until="load")
        return page

    yield open_page
    cookies = [cookie for context in contexts for cookie in context.cookies()]
    for context in contexts:
        context.close()
    assert wrong == []
    assert cookies == [], "no cookie before it is needed"
