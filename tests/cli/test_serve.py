"""The command: starts, says where, logs in JSON, stops gracefully; every setting is documented."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from typer.testing import CliRunner

from parcours.cli import serve
from parcours.edge.daily import BODY, SUBJECT
from parcours.edge.settings import Settings
from parcours.site.settings import ServerSettings
from parcours.web.account.outbox import read

GUIDE = Path(__file__).parents[2] / "docs/guides/serve.md"


def start(port: int, folder: Path, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "parcours", "serve", "--port", str(port), "--lang", "en", *arguments]
    environment = {**os.environ, "PARCOURS_DATA_DIR": str(folder)}
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_serve_starts_answers_logs_and_stops(tmp_path: Path) -> None:
    port = free_port()
    process = start(port, tmp_path)
    try:
        for _ in range(600):
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
                    assert json.load(answer) == {"status": "ready"}
                break
            except OSError:
                assert process.poll() is None, process.communicate()
                time.sleep(0.2)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/?specialty=dermatologie&age=87", timeout=30) as answer:
            assert answer.status == 200
            page = answer.read().decode()
        assert f'<link rel="canonical" href="http://127.0.0.1:{port}/' in page
    finally:
        process.send_signal(signal.SIGTERM)
        output, _ = process.communicate(timeout=60)
    first, *lines = output.splitlines()
    assert first == f"parcours listens on http://127.0.0.1:{port}"
    logged = [json.loads(line) for line in lines]
    assert [line["route"] for line in logged if line["message"] == "request"] == ["/"]
    assert "dermatologie" not in output
    assert any("Finished server process" in line["message"] for line in logged), "it ended by itself"


def test_a_taken_port_is_said_in_a_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        answer = CliRunner().invoke(serve.serve_app, ["--port", str(port), "--lang", "en"])
    assert answer.exit_code == 2
    assert f"127.0.0.1:{port}: is already in use" in answer.output


def test_a_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARCOURS_WORKERS", "many")
    answer = CliRunner().invoke(serve.serve_app, ["--lang", "en"])
    assert answer.exit_code == 2
    assert "given: many" in answer.output
    assert "Traceback" not in answer.output


def test_the_demo_sets_up_and_prints_a_quote(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARCOURS_DATA_DIR", str(tmp_path))
    for name in ("PARCOURS_DATABASE_URL", "PARCOURS_SECRET_KEYS", "PARCOURS_SECRET_KEYS_FILE"):
        monkeypatch.delenv(name, raising=False)
    answer = CliRunner().invoke(serve.demo_app, ["--no-serve", "--lang", "en"])
    assert [line[-1] for line in answer.stderr.splitlines()] == ["…"] * len(serve.STEPS), "each step as it begins"
    assert answer.exit_code == 0, answer.output
    assert "Outside the pathway: compulsory insurance pays €" in answer.output
    assert "And the next time?" in answer.output
    assert "Inside the pathway: compulsory insurance pays €" in answer.output
    assert re.search(r"Demonstration registry: \d+ stories", answer.output)
    assert list(tmp_path.glob("*.db"))
    for role in ("insured", "doctor", "delegate", "officer", "administrator"):
        assert re.search(rf"@demo\.invalid +{role}", answer.output)
    mails = read(tmp_path / "outbox")
    assert "patient@demo.invalid" in {to for to, _, _ in mails}
    told = (SUBJECT["fr"], BODY["fr"].format(site=Settings().public_url))
    assert {(subject, body) for _, subject, body in mails} == {told}, "that there is a message, and no more"
    again = CliRunner().invoke(serve.demo_app, ["--no-serve", "--lang", "en"])
    assert again.exit_code == 0, "what exists is kept"


@pytest.mark.parametrize("name", [*Settings.model_fields, *ServerSettings.model_fields])
def test_every_setting_is_documented(name: str) -> None:
    assert f"`PARCOURS_{name.upper()}`" in GUIDE.read_text("utf-8")


def test_no_setting_is_documented_that_does_not_exist() -> None:
    known = {f"PARCOURS_{name.upper()}" for name in (*Settings.model_fields, *ServerSettings.model_fields)}
    known |= {
        "PARCOURS_AUDIT_ANCHORS",
        "PARCOURS_AUDIT_TIMESTAMPS",
        "PARCOURS_AUDIT_TIMESTAMPS_CA",
        "PARCOURS_DATA_DIR",
        "PARCOURS_DEPARTURE_DAYS",
        "PARCOURS_REFERRAL_YEARS",
        "PARCOURS_SECRET_KEYS",
        "PARCOURS_SECRET_KEYS_FILE",
    }
    assert set(re.findall(r"PARCOURS_[A-Z0-9_]+", GUIDE.read_text("utf-8"))) <= known
