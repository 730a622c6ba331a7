"""France's coordinated care pathway as software: inside or outside, who pays what, and why.

    answer = parcours.settle({"care_date": "2025-06-01", "age": 40, …})    one act
    table = parcours.settle(frame)                                         a table of acts (extra `batch`)
    parcours.explain(answer, "en").headline
    parcours.settle(frame, law=parcours.law(reform={"majoration.taux": "30 %"}))    another law, to try

These names are the stable face of the library. Each imports what it needs when it is called.
"""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, overload

if TYPE_CHECKING:
    from parcours.engine.case import Answer
    from parcours.engine.errors import FactError
    from parcours.engine.say.advise import Advice
    from parcours.engine.say.explain import Explanation
    from parcours.engine.say.sitting import Interview
    from parcours.law.flat import FlatLaw
    from parcours.law.record import LawRecord

__version__ = "0.1.0"
__all__ = [
    "FactError",
    "advise",
    "ask",
    "explain",
    "law",
    "law_on",
    "reformed",
    "settle",
    "settle_one",
    "settle_table",
]


@overload
def settle(
    acts: Mapping[str, Any], *, readings: Mapping[str, str] | None = None, law: "FlatLaw | None" = None
) -> "Answer": ...
@overload
def settle(acts: Any, **options: Any) -> Any: ...
def settle(acts: Any, **options: Any) -> Any:
    """Settle one act (a mapping of facts: see `settle_one`) or a table of acts (see `settle_table`)."""
    return settle_one(acts, **options) if isinstance(acts, Mapping) else settle_table(acts, **options)


def settle_one(
    facts: Mapping[str, Any], *, readings: Mapping[str, str] | None = None, law: "FlatLaw | None" = None
) -> "Answer":
    """Settle one act. `facts` bear the names of the vocabulary, `readings` choose how disputed points are read, `law`
    is another law to try: `parcours.law(reform={…})`.

    Raises `FactError` for a wrong, missing or contradictory fact, or a day without known law.
    """
    from parcours.engine.case import settle
    from parcours.law.in_use import IN_USE, enacted

    with enacted(IN_USE.get() if law is None else law.reform):
        return settle(facts, readings)


def settle_table(frame: Any, **options: Any) -> Any:
    """Settle every row of a Polars, pandas or Arrow table: the same rows in the same order, results added.

    Options: `readings`, `law` (`parcours.law(reform={…})`), `columns` (other names of the facts), `threads`, `lang` of
    the reasons why a row is refused (column `error`). Needs the extra `batch`.
    """
    try:
        from parcours.engine.batch.frame import settle
    except ModuleNotFoundError as error:
        error.add_note("A table of acts needs the extra `batch`: pip install 'parcours[batch]'")
        raise

    return settle(frame, **options)


def explain(
    answer: "Answer | Mapping[str, Any]",
    lang: str = "fr",
    *,
    quiet: bool = False,
    readings: Mapping[str, str] | None = None,
) -> "Explanation":
    """Why: the steps of an answer or of a settled row with their articles, and the exceptions that did not apply."""
    from parcours.engine.say.explain import explain

    return explain(answer, lang, quiet=quiet, readings=readings)


def advise(answer: "Answer", lang: str = "fr") -> "Advice":
    """What would have been cheaper: every lever that applies, settled again, and what it saves."""
    from parcours.engine.say.advise import advise

    return advise(answer, lang)


def ask(facts: Mapping[str, Any], lang: str = "fr", readings: Mapping[str, str] | None = None) -> "Interview":
    """With some facts known: which one matters next, and between what and what the patient's share still lies."""
    from parcours.engine.say.sitting import ask

    return ask(facts, lang, readings)


def law_on(
    day: date | str | int, readings: Mapping[str, str] | None = None, reform: Mapping[str, Any] | None = None
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


def __dir__() -> list[str]:
    """The names of the face too that are imported when they are first used."""
    return sorted({*globals(), *__all__})


def __getattr__(name: str) -> object:
    """`FactError`, `reformed` (tries a reform) and `law` (makes one) are imported when they are first used."""
    if name == "law":
        import parcours.law

        return parcours.law
    if name == "reformed":
        from parcours.law.reform import reformed

        return reformed
    if name == "FactError":
        from parcours.engine.errors import FactError

        return FactError
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)
