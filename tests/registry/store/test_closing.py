"""A database that is closed leaves no connection open, not even one that a thread still works with."""

from sqlalchemy import text


def is_open(connection):
    if hasattr(connection, "closed"):
        return not connection.closed
    try:
        connection.execute("SELECT 1")
    except Exception:  # noqa: BLE001 - any refusal means closed
        return False
    return True


def test_a_connection_in_use_when_the_database_closes_is_closed_when_it_is_given_back(database):
    with database.reading() as session:
        session.execute(text("SELECT 1"))
        driver = session.connection().connection.driver_connection
        database.close()
        assert is_open(driver)
        assert session.scalar(text("SELECT 1")) == 1
    assert not is_open(driver)


def test_it_may_be_used_again(database):
    database.close()
    with database.reading() as session:
        assert session.scalar(text("SELECT 1")) == 1
    database.close()
