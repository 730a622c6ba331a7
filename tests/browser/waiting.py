"""Wait for what a script sees. Playwright's own wait evaluates text in the page, which our security policy forbids from
its second look on: it holds only where the answer is true at once.
"""

import time
from typing import Any

SECONDS = 15


def until(page: Any, script: str, arg: object = None) -> None:
    """Wait until a script, looked at from outside, is true of the page."""
    deadline = time.monotonic() + SECONDS
    while not page.evaluate(script, arg):
        assert time.monotonic() < deadline, script
        page.wait_for_timeout(50)
