"""A passkey in software: makes a key, signs challenges, as a browser with an authenticator does (WebAuthn, "none")."""

import base64
import hashlib
import json
import os
import struct

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

USER_PRESENT, USER_VERIFIED, ATTESTED = 1, 4, 64


class Authenticator:
    """One passkey of one site."""

    def __init__(self, origin):
        self.origin, self.key, self.id = origin, ec.generate_private_key(ec.SECP256R1()), os.urandom(32)
        self.count = 0

    def create(self, options, *, verified=True):
        """The answer to `navigator.credentials.create`."""
        numbers = self.key.public_key().public_numbers()
        public = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32), -3: numbers.y.to_bytes(32)})
        held = bytes(16) + struct.pack(">H", len(self.id)) + self.id + public
        data = self._data(options["rp"]["id"], ATTESTED, verified) + held
        response = {
            "clientDataJSON": self._client("webauthn.create", options["challenge"]),
            "attestationObject": coded(cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})),
        }
        return self._credential(response)

    def get(self, options, *, verified=True):
        """The answer to `navigator.credentials.get`."""
        self.count += 1
        data = self._data(options["rpId"], 0, verified)
        client = self._client("webauthn.get", options["challenge"])
        signed = data + hashlib.sha256(decoded(client)).digest()
        signature = self.key.sign(signed, ec.ECDSA(hashes.SHA256()))
        return self._credential(
            {"clientDataJSON": client, "authenticatorData": coded(data), "signature": coded(signature)}
        )

    def _data(self, site, flags, verified):
        flags |= USER_PRESENT | (USER_VERIFIED if verified else 0)
        return hashlib.sha256(site.encode()).digest() + bytes([flags]) + struct.pack(">I", self.count)

    def _client(self, kind, challenge):
        return coded(json.dumps({"type": kind, "challenge": challenge, "origin": self.origin}).encode())

    def _credential(self, response):
        return {"id": coded(self.id), "rawId": coded(self.id), "type": "public-key", "response": response,
                "clientExtensionResults": {}}  # fmt: skip


def coded(value):
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def decoded(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
