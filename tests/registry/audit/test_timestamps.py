"""Anchors stamped by an authority (RFC 3161): a real one, of OpenSSL, on this machine."""

import base64
import subprocess
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from parcours.registry.audit import proof, timestamps
from parcours.registry.audit import service as audit
from parcours.registry.errors import Misconfigured
from parcours.registry.people.context import Tag
from parcours.registry.store.ids import new_id
from tests.api.fixtures import TEST

NOW = datetime.now(UTC)
ORDERS = """[tsa]
default_tsa = one
[one]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
"""


def named(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def certificate(subject, key, issuer, issuer_key, *, authority):
    made = x509.CertificateBuilder().subject_name(named(subject)).issuer_name(named(issuer))
    made = made.public_key(key.public_key()).serial_number(x509.random_serial_number())
    made = made.not_valid_before(NOW - timedelta(days=1)).not_valid_after(NOW + timedelta(days=30))
    made = made.add_extension(x509.BasicConstraints(authority, None), critical=True)
    made = made.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key())
    made = made.add_extension(identifier, critical=False)
    usage = dict.fromkeys(
        ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
         "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"), False,
    )  # fmt: skip
    usage |= {"key_cert_sign": True, "crl_sign": True} if authority else {"digital_signature": True}
    made = made.add_extension(x509.KeyUsage(**usage), critical=True)
    if not authority:
        made = made.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
    return made.sign(issuer_key, hashes.SHA256())


def set_up(folder):
    """The files of an authority; the one of its certificate."""
    folder.mkdir()
    root_key, key = (rsa.generate_private_key(65537, 2048) for _ in range(2))
    root = certificate("Root", root_key, "Root", root_key, authority=True)
    own = certificate("TSA", key, "Root", root_key, authority=False)
    for name, one in (("root.pem", root), ("tsa.pem", own)):
        (folder / name).write_bytes(one.public_bytes(serialization.Encoding.PEM))
    (folder / "tsa.key").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    (folder / "tsa.cnf").write_text(ORDERS.format(folder=folder))
    (folder / "serial").write_text("01\n")
    return folder / "root.pem"


@contextmanager
def answering(folder):
    """The address of the authority, over HTTP."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            (folder / "asked").write_bytes(self.rfile.read(int(self.headers["Content-Length"])))
            order = ["openssl", "ts", "-reply", "-config", str(folder / "tsa.cnf"), "-queryfile", str(folder / "asked")]
            made = subprocess.run([*order, "-out", str(folder / "reply")], capture_output=True, check=False)
            assert made.returncode == 0, made.stderr
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.end_headers()
            self.wfile.write((folder / "reply").read_bytes())

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def authority(tmp_path, monkeypatch):
    root = set_up(tmp_path / "tsa")
    with answering(tmp_path / "tsa") as url:
        monkeypatch.setenv(timestamps.AUTHORITY_VARIABLE, url)
        monkeypatch.setenv(timestamps.ROOTS_VARIABLE, str(root))
        yield url


def codes(database, against):
    return {one.code for one in proof.examine(database, against).findings}


def anchored(database):
    with database.writing() as session:
        audit.record(session, Tag.PERSON_READ, TEST, insured_id=new_id())
    with database.reading() as session:
        return proof.anchor(session)


def test_an_anchor_bears_a_stamp_that_no_key_of_ours_makes(database, authority, tmp_path, monkeypatch):
    made = proof.Anchor.from_json(anchored(database).to_json())
    assert made.timestamp
    assert codes(database, made) == set()
    altered = bytearray(base64.b64decode(made.timestamp))
    altered[-5] ^= 1
    for wrong in (base64.b64encode(altered).decode(), "AAAA", "nonsense", anchored(database).timestamp):
        assert codes(database, replace(made, timestamp=wrong)) == {"timestamp_forged"}
    with monkeypatch.context() as patch:  # who has our keys signs an anchor of another day, and has it stamped today
        patch.setattr(proof, "now_utc", lambda: NOW - timedelta(days=90))
        late = anchored(database)
    assert codes(database, late) == {"timestamp_forged"}
    monkeypatch.setenv(timestamps.ROOTS_VARIABLE, str(set_up(tmp_path / "other")))
    assert codes(database, made) == {"timestamp_forged"}, "an authority that nobody trusts"
    monkeypatch.setenv(timestamps.ROOTS_VARIABLE, str(tmp_path / "none"))
    with pytest.raises(Misconfigured, match="no certificate"):
        proof.examine(database, made)


def test_without_the_setting_no_stamp_is_asked(database):
    assert anchored(database).timestamp == ""


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/", "nonsense", "http://["])
def test_an_authority_that_does_not_answer_is_told(database, authority, monkeypatch, url):
    monkeypatch.setenv(timestamps.AUTHORITY_VARIABLE, url)
    with pytest.raises(Misconfigured, match="time-stamping authority"):
        anchored(database)


def test_an_answer_of_somebody_else_is_refused(database, authority, tmp_path, monkeypatch):
    set_up(tmp_path / "other")
    with answering(tmp_path / "other") as url:
        monkeypatch.setenv(timestamps.AUTHORITY_VARIABLE, url)
        with pytest.raises(Misconfigured, match="time-stamping authority"):
            anchored(database)
