"""`/readyz` tells the truth, and `serve` refuses what it could not serve."""

import shutil
import socket
import threading
import time

import pytest
from typer.testing import CliRunner

from parcours.cli import serve
from parcours.edge.settings import Settings
from parcours.registry.store import schema
from parcours.registry.store.db import Database
from parcours.registry.store.keyring import new_key
from parcours.site.app import create_app
from tests.support.client import TestClient
from tests.support.server import free_port


@pytest.fixture
def file(tmp_path, sqlite_template):
    path = tmp_path / "registry.db"
    shutil.copy(sqlite_template, path)
    return path


def spoil(kind, file, monkeypatch):
    """Make a sound registry one that must not be served; the code that says so."""
    if kind == "database_missing":
        file.unlink()
    elif kind == "no_secret_key":
        monkeypatch.delenv("PARCOURS_SECRET_KEYS")
        monkeypatch.setenv("PARCOURS_DATA_DIR", str(file.parent / "elsewhere"))
    elif kind == "other_keys":
        monkeypatch.setenv("PARCOURS_SECRET_KEYS", new_key())
    else:
        file.unlink()
        database = Database.open(f"sqlite:///{file}")
        if kind == "older":
            schema.upgrade(database.engine, "0003")
        database.close()
        return "database_revision"
    return kind


KINDS = ["database_missing", "no_secret_key", "other_keys", "older", "no tables"]


@pytest.mark.parametrize("kind", KINDS)
def test_readiness_is_the_truth(kind, file, monkeypatch):
    with TestClient(create_app(Settings(database_url=f"sqlite:///{file}"))) as sound:
        assert sound.get("/readyz").json() == {"status": "ready"}
        if kind == "database_missing":
            file.unlink()
            assert sound.get("/readyz").json()["why"] == kind, "lost while it ran"
            return
    code = spoil(kind, file, monkeypatch)
    with TestClient(create_app(Settings(database_url=f"sqlite:///{file}"))) as client:
        answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["why"]) == (503, code)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_serve_refuses_to_start(kind, lang, file, monkeypatch):
    monkeypatch.setenv("PARCOURS_DATABASE_URL", f"sqlite:///{file}")
    spoil(kind, file, monkeypatch)
    answer = CliRunner().invoke(serve.serve_app, ["--port", str(free_port()), "--lang", lang])
    assert answer.exit_code == 2, answer.output
    assert "Traceback" not in answer.output


def test_a_server_that_accepts_and_says_nothing_is_not_ready():
    """A frozen PostgreSQL: the connection stands, no answer comes."""
    with socket.socket() as frozen:
        frozen.bind(("127.0.0.1", 0))
        frozen.listen()
        url = f"postgresql+psycopg://nobody@127.0.0.1:{frozen.getsockname()[1]}/nothing"
        settings = Settings(database_url=url, database_connect_seconds=3)
        with TestClient(create_app(settings)) as client:
            started = time.monotonic()
            answers = []
            asking = [threading.Thread(target=lambda: answers.append(client.get("/readyz"))) for _ in range(4)]
            for one in asking:
                one.start()
            for one in asking:
                one.join()
            assert {(one.status_code, one.json()["why"]) for one in answers} == {(503, "database_slow")}
            assert time.monotonic() - started < 6
            assert client.get("/healthz").status_code == 200
