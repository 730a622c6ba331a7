"""The PostgreSQL of the tests is a real one, and empty for each module."""

import psycopg
import pytest
from sqlalchemy import create_engine, text

pytestmark = pytest.mark.postgresql


def test_a_real_server_answers(postgresql_url: str) -> None:
    engine = create_engine(postgresql_url)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT version()")).scalar_one().startswith("PostgreSQL ")
        tables = text("SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'")
        assert connection.execute(tables).scalar_one() == 0
    engine.dispose()


def test_one_database_per_module(postgresql_url: str) -> None:
    with psycopg.connect(postgresql_url.replace("+psycopg", "")) as connection:
        assert connection.info.dbname.startswith("test_")
