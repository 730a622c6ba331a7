"""The check of advisories says what is known, and says so where it knows nothing."""

import json
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from tests.house.test_house import ROOT
from tests.support.server import free_port

LOCK = """\
alembic==1.2.3 \\
    --hash=sha256:00
typer==4.5 ; python_version < '3.12' \\
    --hash=sha256:11
    # via nothing
"""


def run(tmp_path, *options):
    lock = tmp_path / "requirements.lock"
    lock.write_text(LOCK, encoding="utf-8")
    command = [sys.executable, str(ROOT / "tools" / "advisories.py"), str(lock), *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.stderr == ""
    return done.returncode, done.stdout


@pytest.fixture
def index():
    """An index that knows something of one version of one package."""

    class Index(BaseHTTPRequestHandler):
        bad = "4.5"

        def do_POST(self):
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["queries"]
            results = [{"vulns": [{"id": "CVE-0"}]} if one["version"] == self.bad else {} for one in asked]
            body = json.dumps({"results": results}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Index)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield Index, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_what_is_known_is_said(tmp_path, index):
    handler, address = index
    code, said = run(tmp_path, "--index", address)
    assert (code, said.splitlines()[0]) == (1, "typer 4.5: CVE-0")
    handler.bad = "none"
    assert run(tmp_path, "--index", address) == (0, "2 packages, 0 with a known vulnerability\n")


def test_an_index_that_does_not_answer_is_a_sentence(tmp_path):
    address = f"http://127.0.0.1:{free_port()}"
    code, said = run(tmp_path, "--index", address)
    assert code == 0
    assert "nothing is known of 2 packages" in said
    assert run(tmp_path, "--index", address, "--required")[0] == 2
