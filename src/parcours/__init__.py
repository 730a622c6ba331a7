"""France's coordinated care pathway as software: inside or outside, who pays what, and why."""

__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    """`parcours.settle(frame)` is imported when it is first used (extra `batch`)."""
    if name == "settle":
        from parcours.engine.batch.frame import settle

        return settle
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)
