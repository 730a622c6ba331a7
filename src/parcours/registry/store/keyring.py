"""Keys that protect personal data at rest: authenticated encryption, and a keyed index to look a value up.

`PARCOURS_SECRET_KEYS` holds one or more keys, newest first, separated by commas or spaces; each is 32 random bytes
in URL-safe base64 (`parcours registry new-key` prints one).  The first key writes; every key reads.  To rotate: put
a new key first, run `parcours registry rotate-keys`, then drop the old one.

`PARCOURS_SECRET_KEYS_FILE` names a file with the same content (one key a line) instead.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import secrets
import stat
import tempfile
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from parcours.registry.errors import Misconfigured
from parcours.registry.store import problems

KEYS_VARIABLE = "PARCOURS_SECRET_KEYS"
KEYS_FILE_VARIABLE = "PARCOURS_SECRET_KEYS_FILE"

_OF_COLUMN = b"\x01"
"""Bound to its column only: how values were written before, and how one is that belongs to no row yet."""
_OF_ROW = b"\x02"
"""Bound to its column and its row, whose id is in clear before the text: exchanged between rows, it is found out."""
_ROW_BYTES = 16
_NONCE_BYTES = 12
_KEY_ID_BYTES = 4
_HEAD = 1 + _KEY_ID_BYTES


@dataclass(frozen=True)
class SecretKey:
    """One master key and the two independent keys derived from it."""

    key_id: bytes
    encryption: AESGCM = field(repr=False)
    index: bytes = field(repr=False)

    @classmethod
    def from_text(cls, text: str) -> SecretKey:
        try:
            master = base64.urlsafe_b64decode(text.strip() + "=" * (-len(text.strip()) % 4))
        except (binascii.Error, ValueError) as error:
            raise problems.bad_secret_key() from error
        if len(master) != 32:
            raise problems.bad_secret_key()
        return cls(
            key_id=hashlib.sha256(b"parcours/key-id" + master).digest()[:_KEY_ID_BYTES],
            encryption=AESGCM(_derive(master, b"parcours/encryption")),
            index=_derive(master, b"parcours/blind-index"),
        )


@dataclass(frozen=True)
class Keyring:
    """The keys of an installation, newest first."""

    keys: tuple[SecretKey, ...]

    def encrypt(self, text: str, context: str, row_id: str | None = None) -> bytes:
        """AES-256-GCM under the newest key, bound to `context` (the column) and to the row, if given."""
        key, nonce = self.keys[0], os.urandom(_NONCE_BYTES)
        row = bytes.fromhex(row_id.replace("-", "")) if row_id else b""
        head = (_OF_ROW if row else _OF_COLUMN) + key.key_id + row
        return head + nonce + key.encryption.encrypt(nonce, text.encode(), context.encode() + row)

    def decrypt(self, blob: bytes, context: str) -> str:
        """The text back; an altered value or an unknown key is an error, never garbage."""
        return self.open(blob, context)[0]

    def open(self, blob: bytes, context: str) -> tuple[str, str | None]:
        """The text, and the id of the row it was written for (None: of its column only)."""
        form, key_id, start = blob[:1], blob[1:_HEAD], _HEAD + (_ROW_BYTES if blob[:1] == _OF_ROW else 0)
        row, sealed = blob[_HEAD:start], start + _NONCE_BYTES
        for key in self.keys:
            if form in (_OF_COLUMN, _OF_ROW) and key.key_id == key_id:
                try:
                    plain = key.encryption.decrypt(blob[start:sealed], blob[sealed:], context.encode() + row)
                except (InvalidTag, ValueError) as error:
                    raise unreadable(context) from error
                return plain.decode(), dashed(row.hex()) if row else None
        raise unreadable(context)

    def is_current(self, blob: bytes) -> bool:
        """Was this written under the newest key, for its row?"""
        return blob[:_HEAD] == _OF_ROW + self.keys[0].key_id

    def blind_index(self, value: str, context: str) -> str:
        """What to store beside an encrypted value to find it again: HMAC-SHA-256 under the newest key, in hex."""
        return _index(self.keys[0], value, context)

    def blind_indexes(self, value: str, context: str) -> list[str]:
        """What to look for: the index under every key, so that rows not yet rotated are found too."""
        return [_index(key, value, context) for key in self.keys]


def new_key() -> str:
    """A fresh random key in the form of `PARCOURS_SECRET_KEYS`."""
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


def keyring() -> Keyring:
    """The keys of this process, from the environment (read again whenever the variable changes)."""
    text = os.environ.get(KEYS_VARIABLE, "")
    if not text and (path := os.environ.get(KEYS_FILE_VARIABLE) or default_keys_file()):
        text = _read_file(str(path))
    if not text.strip():
        raise problems.no_secret_key(variable=KEYS_FILE_VARIABLE)
    return parse_keys(text)


def create_keys_file(path: Path) -> bool:
    """Write a first key readable by its owner only; False when the file is there already, whole whoever writes it."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, written = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(new_key() + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.link(written, path)
    except FileExistsError:
        return False
    finally:
        Path(written).unlink()
    return True


def data_directory() -> Path:
    """Where the embedded database and its key live: `PARCOURS_DATA_DIR`, else the user's data directory."""
    if given := os.environ.get("PARCOURS_DATA_DIR"):
        return Path(given).expanduser()
    base = os.environ.get("XDG_DATA_HOME") or "~/.local/share"
    return Path(base).expanduser() / "parcours"


def default_keys_file() -> Path | None:
    """The key file of the embedded installation, if it was made."""
    path = data_directory() / "secret.keys"
    if not path.is_file():
        return None
    close_folder(path.parent)
    return path


def close_folder(path: Path) -> None:
    """Take a folder of ours away from other users: what is in it is for its owner alone."""
    found = path.stat()
    if found.st_uid == os.getuid() and found.st_mode & 0o077:
        path.chmod(0o700)


@lru_cache(maxsize=8)
def parse_keys(text: str) -> Keyring:
    """Keys from text, newest first."""
    return Keyring(tuple(SecretKey.from_text(one) for one in text.replace(",", " ").split()))


def _read_file(path: str) -> str:
    """The keys of a file that nobody else can change, and that only its owner and its group can read."""
    try:
        with Path(path).open(encoding="ascii") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            if mode & 0o037:
                raise problems.keys_file_open(path=path, mode=f"{mode:04o}")
            return file.read()
    except (OSError, UnicodeDecodeError) as error:
        raise problems.secret_key_file(path) from error


def _derive(master: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=purpose).derive(master)


def dashed(digits: str) -> str:
    """The canonical text of a UUID of 32 hexadecimal digits."""
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def _index(key: SecretKey, value: str, context: str) -> str:
    return hmac.digest(key.index, f"{context}\x00{value}".encode(), "sha256").hex()


def unreadable(context: str) -> Misconfigured:
    """A protected value is not what was written there."""
    return problems.unreadable_secret(field=context)
