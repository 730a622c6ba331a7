"""`parcours doctor`: each thing that is wrong is found, and says what to mend."""

import datetime as dt
import json
import shutil
import socket
import ssl
import threading

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from typer.testing import CliRunner

from parcours.cli.doctor import NAMES, app
from parcours.registry.store import schema
from parcours.registry.store.db import Database
from parcours.registry.store.keyring import new_key
from parcours.site import doctor
from parcours.site.doctor import GIB, clock


@pytest.fixture
def sound(tmp_path, sqlite_template, monkeypatch):
    """An installation with nothing to mend; its database."""
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    file = folder / "parcours.db"
    shutil.copy(sqlite_template, file)
    file.chmod(0o600)
    monkeypatch.setenv("PARCOURS_DATA_DIR", str(folder))
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(100 * GIB, 50 * GIB, 50 * GIB))
    return file


def examined(*options):
    """Check -> state, and what to mend; the exit code."""
    run = CliRunner().invoke(app, ["--json", "--lang", "en", *options])
    assert run.exception is None or isinstance(run.exception, SystemExit), run.output
    rows = json.loads(run.output)
    assert all(one["mend"] for one in rows if one["state"] != "ok")
    worst = {}
    for one in rows:
        if worst.get(one["check"]) != "mend":
            worst[one["check"]] = one["state"]
    return worst, run.exit_code


def test_a_sound_installation_has_nothing_to_mend(sound):
    found, code = examined("--strict")
    assert set(found.values()) == {"ok"}
    assert code == 0
    text = CliRunner().invoke(app, ["--lang", "fr"]).output
    assert "bon           clés : les clés se lisent" in text.replace("\xa0", " ")


def spoil(kind, file, monkeypatch):  # noqa: PLR0911 - one for each kind
    """Make it wrong in one way; the check that says so."""
    match kind:
        case "no database":
            file.unlink()
            return "database"
        case "another server":
            monkeypatch.setenv("PARCOURS_DATABASE_URL", "postgresql+psycopg://nobody@127.0.0.1:9/none")
            return "database"
        case "no keys":
            monkeypatch.delenv("PARCOURS_SECRET_KEYS")
            return "keys"
        case "other keys":
            monkeypatch.setenv("PARCOURS_SECRET_KEYS", new_key())
            return "database keys"
        case "older tables":
            file.unlink()
            database = Database.open(f"sqlite:///{file}")
            schema.upgrade(database.engine, "0003")
            database.close()
            file.chmod(0o600)
            return "migrations"
        case "open file":
            file.chmod(0o644)
            return "permissions"
        case "plain HTTP":
            monkeypatch.setenv("PARCOURS_PUBLIC_URL", "http://parcours.example")
            return "certificates"
        case "no room":
            monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(GIB, GIB, 1000))
            return "disk"
    monkeypatch.setenv("PARCOURS_LOGIN_ATTEMPTS", "none")
    return "settings"


KINDS = [
    "no database", "another server", "no keys", "other keys", "older tables", "open file", "plain HTTP", "no room",
    "wrong setting",
]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_wrong_is_found(sound, monkeypatch, kind):
    check = spoil(kind, sound, monkeypatch)
    found, code = examined()
    assert found[check] == "mend"
    assert code == 1
    assert set(found) <= set(NAMES)


def test_a_clock_that_drifts_is_found():
    assert [clock(one).state for one in (None, 0.2, 5.0, 90.0)] == ["ok", "ok", "watch", "mend"]


@pytest.mark.postgresql
def test_the_clock_of_a_server_is_compared(sound, postgresql_url, monkeypatch):
    database = Database.open(postgresql_url)
    schema.upgrade(database.engine)
    database.close()
    monkeypatch.setenv("PARCOURS_DATABASE_URL", postgresql_url)
    found, code = examined()
    assert (found["database"], found["clock"], found["migrations"], code) == ("ok", "ok", "ok", 0)


# --- certificates ----------------------------------------------------------------------------------------------------


def certificate(folder, days):
    """A certificate for localhost that ends in some days, and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - dt.timedelta(days=400))
        .not_valid_after(now + dt.timedelta(days=days, hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = folder / f"{days}.pem"
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def shown(tmp_path):
    """Serve TLS on this machine with a certificate of so many days, to one caller; its port."""
    threads = []

    def serve(path):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        listener = socket.create_server(("127.0.0.1", 0))

        def answer():
            with listener:
                try:
                    with context.wrap_socket(listener.accept()[0], server_side=True) as one:
                        one.recv(1)
                except OSError:
                    pass

        threads.append(threading.Thread(target=answer))
        threads[-1].start()
        return listener.getsockname()[1]

    yield serve
    for one in threads:
        one.join(timeout=10)


@pytest.mark.parametrize(("days", "trusted", "state"), [(90, True, "ok"), (5, True, "watch"), (90, False, "mend")])
def test_the_certificate_of_the_public_address(shown, tmp_path, monkeypatch, days, trusted, state):
    path = certificate(tmp_path, days)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(path))
    assert doctor.public_certificate("localhost", shown(path)).state == state


def test_certificates_of_the_mail_server_are_read(sound, tmp_path, monkeypatch):
    monkeypatch.setenv("PARCOURS_SMTP_CA_FILE", str(certificate(tmp_path, -2)))
    found, code = examined()
    assert (found["mail certificates"], code) == ("mend", 1)
