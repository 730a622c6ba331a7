"""The PostgreSQL of the tests is a real one, and empty for each module."""

import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import create_engine, text

from tests.support.postgresql import PREFIX, remove_left

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


def test_what_a_killed_run_left_is_removed_and_nothing_of_one_that_lives(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        pass
    kept, left, served = (
        tmp_path / f"{PREFIX}-{name}" for name in (f"{os.getpid()}-a", f"{gone.pid}-b", f"{gone.pid}-c")
    )
    for folder in (kept, left, served):
        folder.mkdir()
    (served / "postmaster.pid").write_text(f"{os.getpid()}\n")
    remove_left(tmp_path)
    assert set(tmp_path.iterdir()) == {kept, served}
