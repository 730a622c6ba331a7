"""`parcours compare`: the table for people, the JSON for programs, what is refused."""

from collections.abc import Callable
from typing import Any

Run = Callable[..., Any]
