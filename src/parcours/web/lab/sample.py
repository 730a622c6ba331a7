"""The sample of the page: made once in the background, settled by one caller at a time, drawings kept by reform."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any

from parcours.web.lab.form import YEAR

if TYPE_CHECKING:
    from collections.abc import Callable

    from parcours.lab.study import Study
    from parcours.lab.world import World

SEED = 1
KEPT = 64


class Sample:
    """An invented France in the memory of the process."""

    def __init__(self, people: int) -> None:
        self.people = people
        self.world: World | None = None
        self.missing = ""
        """The module that is not installed."""
        self._thread: Thread | None = None
        self._starting, self._settling = Lock(), Lock()
        self._kept: OrderedDict[str, dict[str, Any]] = OrderedDict()

    def start(self) -> None:
        """Begin, once."""
        with self._starting:
            if self._thread is None:
                self._thread = Thread(target=self._make, name="lab", daemon=True)
                self._thread.start()

    def wait(self, seconds: float) -> bool:
        """Is it made, or made within so many seconds?"""
        self.start()
        if self._thread is not None:
            self._thread.join(seconds)
        return self.world is not None

    def _make(self) -> None:
        try:
            from parcours.lab.world import world_of
        except ModuleNotFoundError as error:
            self.missing = error.name or "numpy"
            return
        world = world_of(self.people, YEAR, SEED)
        world.baseline  # noqa: B018 - settled here, so that the first visitor does not wait
        self.world = world

    def made(self) -> World:
        """The sample, once made."""
        if self.world is None:
            message = "the sample is not made yet"
            raise RuntimeError(message)
        return self.world

    def study(self, entry: dict[str, Any]) -> Study:
        """The sample under a reform. Raises `LabError` or `ReformError`."""
        from parcours.lab.reform import read_reform
        from parcours.lab.study import study

        return study(self.made(), [read_reform(entry)])

    def shown(self, entry: dict[str, Any], lang: str, draw: Callable[[Study, str], dict[str, Any]]) -> dict[str, Any]:
        """What is drawn of the sample under a reform: the drawing is kept, it is a thousandth of the people."""
        from parcours.lab.reform import plan_of, read_reform

        key = f"{plan_of([read_reform(entry)], YEAR).digest()} {lang}"
        with self._settling:
            if key not in self._kept:
                self._kept[key] = draw(self.study(entry), lang)
                if len(self._kept) > KEPT:
                    self._kept.popitem(last=False)
            self._kept.move_to_end(key)
            return self._kept[key]
