"""The real server, started by the command that people use, for the tests that need its processes and connections."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

START_SECONDS = 600
_AS_SYSTEMD = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="1")
os.execv(sys.argv[2], sys.argv[2:])
"""
INSTALLED = ("PARCOURS_DATABASE_URL", "PARCOURS_SECRET_KEYS", "PARCOURS_SECRET_KEYS_FILE")
UNLIMITED = {"PARCOURS_RATE_LIMIT_PER_MINUTE": "0", "PARCOURS_LOGIN_RATE_LIMIT_PER_MINUTE": "0"}


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class Server:
    """A running server."""

    process: subprocess.Popen[Any]
    port: int
    log: Path
    host: str = "127.0.0.1"

    @property
    def address(self) -> str:
        return f"http://{self.host}:{self.port}"

    def pids(self) -> list[int]:
        """Its process and those that serve for it."""
        return [self.process.pid, *children(self.process.pid)]

    def memory_mib(self) -> int:
        """Resident memory of the process that serves, the largest when there are several."""
        return max(resident_mib(pid) for pid in self.pids())


def children(pid: int) -> list[int]:
    """The processes that one has started."""
    listed = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(one) for one in listed.read_text().split()] if listed.exists() else []


def resident_mib(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next((int(line.split()[1]) // 1024 for line in lines if line.startswith("VmRSS")), 0)


def with_socket(held: socket.socket, command: list[str], **options: Any) -> subprocess.Popen[Any]:
    """A command that is passed a listening socket, as systemd passes it."""
    number = held.fileno()
    return subprocess.Popen([sys.executable, "-c", _AS_SYSTEMD, str(number), *command], pass_fds=(number,), **options)


@contextmanager
def running(folder: Path, *arguments: str, host: str = "127.0.0.1", **environment: str) -> Iterator[Server]:
    """`parcours serve` on a free port, ready; stopped at the end as an operator stops it. `host`: its public name."""
    port, log = free_port(), folder / "server.log"
    command = [sys.executable, "-m", "parcours", "serve", "--port", str(port), *arguments]
    inherited = {name: value for name, value in os.environ.items() if name not in INSTALLED}
    every = {**inherited, "PARCOURS_DATA_DIR": str(folder), "PARCOURS_COOKIE_SECURE": "false",
             "PARCOURS_PUBLIC_URL": f"http://{host}:{port}", **environment}  # fmt: skip
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, env=every)
        try:
            wait_until_ready(f"http://127.0.0.1:{port}", process, log)
            yield Server(process, port, log, host)
        finally:
            process.terminate()
            try:
                process.wait(timeout=60)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def wait_until_ready(address: str, process: subprocess.Popen[Any], log: Path) -> None:
    """Wait for `/readyz`; the log says why when the server does not come."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/readyz", timeout=5) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            time.sleep(0.2)
    message = f"the server did not start ({process.poll()}): {log.read_text('utf-8', 'replace')[-2000:]}"
    raise RuntimeError(message)


def country_folder(folder: Path, sqlite_country: tuple[Path, Any]) -> dict[str, str]:
    """A data folder with the country of the tests: what `running` needs to serve it."""
    from tests.support.templates import KEY

    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    shutil.copy(sqlite_country[0], folder / "parcours.db")
    return {"PARCOURS_SECRET_KEYS": KEY, "PARCOURS_DATABASE_URL": f"sqlite:///{folder / 'parcours.db'}"}
