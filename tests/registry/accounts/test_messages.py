"""A message leaves only to a mail server whose certificate is valid for its name, and is whole where it is kept."""

import socket
import ssl
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from parcours.registry.accounts import messages
from parcours.registry.accounts.messages import MailServer, Outbox

NOW = datetime.now(UTC)


def certificate(folder, *, host="localhost", ends=NOW + timedelta(days=1)):
    """A self-signed certificate: its own authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=9))
        .not_valid_after(ends)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    public, private = folder / "server.pem", folder / "server.key"
    public.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return public, private


@contextmanager
def mail_server(public, private):
    """A server that says yes to everything; yields its port and what it was told under TLS."""
    context, heard = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), []
    context.load_cert_chain(public, private)
    listening = socket.create_server(("127.0.0.1", 0))

    def talk():
        client, _ = listening.accept()
        client.settimeout(10)
        client.sendall(b"220 ready\r\n")
        while (line := client.recv(4096)).upper().startswith(b"EHLO"):
            client.sendall(b"250-here\r\n250 STARTTLS\r\n")
        assert line.upper().startswith(b"STARTTLS")
        client.sendall(b"220 go\r\n")
        try:
            secure = context.wrap_socket(client, server_side=True)
        except OSError:
            client.close()
            return
        with secure:
            answers = {
                b"EHLO": b"250-here\r\n250 AUTH PLAIN\r\n",
                b"AUTH": b"235 in\r\n",
                b"DATA": b"354 go\r\n",
                b"QUIT": b"221 bye\r\n",
            }
            try:
                while line := secure.recv(65536):
                    heard.append(line)
                    secure.sendall(answers.get(line[:4].upper(), b"250 yes\r\n"))
            except OSError:
                return

    thread = threading.Thread(target=talk)
    thread.start()
    yield listening.getsockname()[1], heard
    thread.join(20)
    listening.close()


def send(port, ca_file):
    server = MailServer("localhost", port, "parcours@localhost", "parcours", "secret", ca_file)
    server.send("zoe@example.org", "Mot de passe", "https://localhost/reset#token=T")


def test_a_server_vouched_for_by_the_named_authority_gets_the_message(tmp_path):
    public, private = certificate(tmp_path)
    with mail_server(public, private) as (port, heard):
        send(port, public)
    assert any(b"token=T" in one for one in heard)


@pytest.mark.parametrize(
    ("trusted", "wrong"),
    [(False, {}), (True, {"ends": NOW - timedelta(days=1)}), (True, {"host": "attacker.example"})],
    ids=["unknown", "expired", "another_name"],
)
def test_nothing_is_told_to_any_other(tmp_path, trusted, wrong):
    public, private = certificate(tmp_path, **wrong)
    with mail_server(public, private) as (port, heard), pytest.raises(ssl.SSLCertVerificationError):
        send(port, public if trusted else None)
    assert heard == []


def test_a_message_is_in_the_folder_when_it_is_whole(tmp_path, monkeypatch):
    seen, write = [], messages._message

    def look_and_write(*args):
        seen.extend(tmp_path.glob("*.eml"))
        return write(*args)

    monkeypatch.setattr(messages, "_message", look_and_write)
    Outbox(tmp_path, "parcours@localhost").send("zoe@example.org", "Mot de passe", "un lien")
    assert seen == []
    [kept] = tmp_path.iterdir()
    assert kept.suffix == ".eml"
    assert kept.stat().st_mode & 0o777 == 0o600
    assert "To: zoe@example.org" in kept.read_text()
