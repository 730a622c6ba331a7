"""What a process of ours starts without: packages that no command needs, a hook of enums.

Libraries of ours load some packages wherever they are installed, half of a start: PyArrow loads pandas at the first
array, to know its frames when it is given one; Numba loads coverage. A None among the modules would be less code, but
PyArrow takes it for pandas.
"""

import sys
from enum import EnumType
from importlib.machinery import ModuleSpec

NEEDLESS = ("pandas", "coverage")
HOOK = "__getattr__"
"""Asked for every member of an enum until Python 3.12, though classes hold their members: a rule names dozens."""


class Absent:
    """Finds the packages, and loads none of them: whoever asks whether they are there is told no by the import."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        """A spec whose loading fails, of these packages only."""
        del path, target
        return ModuleSpec(name, self) if name in NEEDLESS else None  # type: ignore[arg-type]

    def create_module(self, spec: ModuleSpec) -> None:
        """Refuse, as where the package is not installed."""
        raise ModuleNotFoundError(name=spec.name)

    def exec_module(self, module: object) -> None:
        """Never called."""


def start_lean() -> None:
    """In a process of our own only: a program that uses parcours keeps its pandas."""
    sys.meta_path.insert(0, Absent())
    if HOOK in vars(EnumType):
        delattr(EnumType, HOOK)
