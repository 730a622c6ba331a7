"""What the database keeps by itself: triggers that are made with their table, in the words of each database."""

from collections.abc import Iterable, Mapping

from sqlalchemy import DDL, event

from parcours.registry.store.db import Base


def made_with(model: type[Base], statements: Mapping[str, Iterable[str]]) -> None:
    """Run some statements once the table of a class is made: by dialect, `sqlite` and `postgresql`."""
    for dialect, those in statements.items():
        for statement in those:
            made = DDL(statement.replace("%", "%%")).execute_if(dialect=dialect)  # type: ignore[no-untyped-call]
            event.listen(model.__table__, "after_create", made)
