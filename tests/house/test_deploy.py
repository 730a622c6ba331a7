"""The files for operators say what is true of the product; the drill of the backups is played."""

import configparser
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from parcours.cli.main import COMMANDS
from parcours.edge.settings import Settings
from parcours.registry.demo.seed import seed
from parcours.registry.store import schema
from parcours.registry.store.db import Database
from parcours.registry.store.keyring import new_key
from parcours.site.settings import ServerSettings

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())
NGINX = (DEPLOY / "nginx/parcours.conf").read_text("utf-8")
PROGRAM = re.compile(r"^/opt/parcours/current/(?:bin/parcours (?P<command>\w+)|(?P<file>deploy/\S+))")


def unit(path):
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str
    parser.read_string(path.read_text("utf-8"))
    return parser


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_a_unit_starts_what_there_is(path):
    for name, section in unit(path).items():
        for key in ("ExecStart", "ExecStartPre"):
            if key in section:
                found = PROGRAM.match(section[key])
                assert found, f"{path.name}: {name}: {section[key]}"
                assert found["command"] in COMMANDS or os.access(ROOT / found["file"], os.X_OK)
    stop = unit(path).get("Service", "TimeoutStopSec", fallback=None)
    server = ServerSettings()
    assert stop is None or int(stop) > server.drain_seconds + server.shutdown_seconds


def test_the_proxy_passes_to_the_socket_with_the_bounds_of_the_service():
    listens = unit(DEPLOY / "systemd/parcours.socket")["Socket"]["ListenStream"]
    assert f"server {listens};" in NGINX
    assert NGINX.count("{") == NGINX.count("}")
    limits = re.findall(r"client_max_body_size (\d)([mg]);", NGINX)
    sizes = [int(number) * {"m": 2**20, "g": 2**30}[unit] for number, unit in limits]
    assert sizes == [Settings().request_max_bytes, Settings().batch_max_bytes]
    formats = re.findall(r"^log_format .*", NGINX, re.MULTILINE)
    assert formats
    assert not re.search(r"\$(args|query_string|request_uri|request\b|remote_addr|http_cookie)", " ".join(formats))


def test_the_guide_names_every_file():
    guide = (ROOT / "docs/guides/operate.md").read_text("utf-8")
    assert "deploy/drill.sh" in guide
    assert "deploy/postgresql/parcours.conf" in guide
    assert set(re.findall(r"parcours[\w-]*\.(?:socket|timer)", guide)) <= {path.name for path in UNITS}


def drill(folder, **environment):
    bin_folder = Path(sys.executable).parent
    path = f"{bin_folder}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        [DEPLOY / "drill.sh", folder], env={**os.environ, "PATH": path, "LC_ALL": "C.UTF-8", **environment},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_the_drill_restores_what_it_backed_up_and_keeps_the_last(tmp_path, monkeypatch):
    monkeypatch.setenv("PARCOURS_SECRET_KEYS", new_key())
    url = f"sqlite:///{tmp_path / 'registry.db'}"
    database = Database.open(url)
    schema.upgrade(database.engine)
    with database.writing() as session:
        seed(session)
    database.close()
    kept, given = tmp_path / "kept", {"PARCOURS_DATABASE_URL": url, "KEEP": "1"}
    kept.mkdir()
    (kept / "20200101T000000Z.backup").touch()
    played = drill(kept, **given)
    assert played.returncode == 0, played.stdout + played.stderr
    assert "the database equals the backup" in played.stdout
    assert played.stdout.strip().endswith("restored and compared")
    names = sorted(path.name for path in kept.iterdir())
    assert len(names) == 2
    assert names[1] == f"{names[0]}.manifest.json"
    assert not names[0].startswith("2020")
    spoilt = tmp_path / "spoilt"
    shutil.copytree(kept, spoilt)
    monkeypatch.setenv("PARCOURS_SECRET_KEYS", new_key())
    refused = drill(spoilt, **given)
    assert refused.returncode != 0
    assert "restored and compared" not in refused.stdout
