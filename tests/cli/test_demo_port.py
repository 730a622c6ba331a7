"""`parcours demo` on a port where something listens: it says so, and touches nothing."""

import socket

from typer.testing import CliRunner

from parcours.cli.serve import demo_app


def test_a_taken_port_is_said_before_anything_is_set_up(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("PARCOURS_DATA_DIR", str(tmp_path))
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = CliRunner().invoke(demo_app, ["--port", str(port)])
    assert done.exit_code != 0
    assert str(port) in done.output
    assert not list(tmp_path.iterdir())
