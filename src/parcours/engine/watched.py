"""A record of the rules that remembers what was read of it: what no rule reads changes nothing."""

from typing import Any


class Watched:
    """Stands for a record of readings or of the law; each field is looked up once, then it is an attribute."""

    def __init__(self, record: Any) -> None:
        self.__dict__[""] = record

    def __getattr__(self, name: str) -> Any:
        found = self.__dict__[name] = getattr(self.__dict__[""], name)
        return found

    @property
    def seen(self) -> set[str]:
        """The fields that were read."""
        return self.__dict__.keys() - {""}
