"""France's coordinated care pathway as software: inside or outside, who pays what, and why.

`settle(frame)` settles a table (extra `batch`); `law_on(day, reform=…)` is the law of a day; `reformed({…})` tries a
reform.
"""

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from parcours.law.record import LawRecord


def law_on(
    day: "date | str | int", readings: "Mapping[str, str] | None" = None, reform: "Mapping[str, Any] | None" = None
) -> "LawRecord":
    """The law of a day as the rules read it: cents, basis points, whole years.

    `reform` replaces values of the law: `{"majoration.taux": "30 %"}`, or by first day `{"majoration.taux":
    {"2027-01-01": "30 %"}}`. Raises `LawDataError` for a day before the law and `ReformError` for a change that cannot
    be made.
    """
    from parcours.engine.facts.vocabulary import read_date
    from parcours.law.loader import load
    from parcours.law.reform import reformed

    number = day if isinstance(day, int) else read_date("day", day)
    with reformed(reform or {}):
        return load().on(number, readings)


def __getattr__(name: str) -> object:
    """What is imported when it is first used: `settle` (extra `batch`) and `reformed`."""
    if name == "settle":
        from parcours.engine.batch.frame import settle

        return settle
    if name == "reformed":
        from parcours.law.reform import reformed

        return reformed
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)
