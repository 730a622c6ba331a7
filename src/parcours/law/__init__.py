"""The law as data, and what reads it. The module may be called: `parcours.law(reform={…})` is a law to try."""

import sys
from collections.abc import Mapping
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from parcours.law.flat import FlatLaw


def law(*, reform: Mapping[str, Any] | None = None) -> "FlatLaw":
    """The law with some values replaced, to be given as `law` to `settle`.

    `reform`: `{"majoration.taux": "30 %"}`, or by first day `{"majoration.taux": {"2027-01-01": "30 %"}}`. Raises
    `ReformError` for a change that cannot be made.
    """
    from parcours.law.cache import flat_law
    from parcours.law.reform import reformed

    with reformed(reform or {}):
        return flat_law()


class CallableModule(ModuleType):
    """A module that is called as the function of its name."""

    def __call__(self, *, reform: Mapping[str, Any] | None = None) -> "FlatLaw":
        """See `law`."""
        return law(reform=reform)


sys.modules[__name__].__class__ = CallableModule
