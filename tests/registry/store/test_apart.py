"""One row that fails is left out, logged without its content; the others are worked on and kept."""

import pytest
from sqlalchemy import text

from parcours.registry.store.apart import apart

SECRET = "MARQUEURCLINIQUE"


def divided(session):
    def work(one: int) -> list[int]:
        session.execute(text("CREATE TABLE IF NOT EXISTS worked (n INTEGER)"))
        session.execute(text("INSERT INTO worked VALUES (:n)"), {"n": one})
        if one == 0:
            raise ZeroDivisionError(SECRET)
        return [100 // one]

    return work


def test_what_fails_is_left_out_and_said_without_its_content(database, caplog):
    failed: list[str] = []
    with database.writing() as session:
        assert list(apart(session, [1, 0, 2], divided(session), failed)) == [100, 50]
        assert session.scalars(text("SELECT n FROM worked ORDER BY n")).all() == [1, 2], "nothing of the row is kept"
    assert failed == ["ZeroDivisionError"]
    said = [one.getMessage() for one in caplog.records if "left out" in one.getMessage()]
    assert len(said) == 1
    assert SECRET not in said[0]


def test_without_a_list_of_failures_the_first_is_raised(database):
    with pytest.raises(ZeroDivisionError), database.writing() as session:
        list(apart(session, [0], divided(session), None))
