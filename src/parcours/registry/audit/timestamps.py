"""Time-stamps of anchors (RFC 3161): an authority that has none of our keys says when an anchor was there.

Who holds the keys can sign any trail, and an anchor of any day for it; not the time-stamp of that day.
`PARCOURS_AUDIT_TIMESTAMPS` names the authority, `PARCOURS_AUDIT_TIMESTAMPS_CA` a file of the certificates (PEM) that
vouch for it; without the first, anchors bear none.
"""

import base64
import os
from datetime import datetime, timedelta
from pathlib import Path

import httpx2 as httpx
from cryptography import x509

from parcours.registry.audit import problems

AUTHORITY_VARIABLE = "PARCOURS_AUDIT_TIMESTAMPS"
ROOTS_VARIABLE = "PARCOURS_AUDIT_TIMESTAMPS_CA"
SECONDS = 10
MOST_BYTES = 100_000
APART = timedelta(hours=1)
"""An anchor and its time-stamp are made together: their clocks differ by no more."""


def authority() -> str:
    """The address of the authority; empty: none."""
    return os.environ.get(AUTHORITY_VARIABLE, "")


def stamp(text: str) -> str:
    """The authority's time-stamp of a text, checked, in base 64; empty where there is none. Raises `Misconfigured`."""
    from rfc3161_client import TimestampRequestBuilder

    if not authority():
        return ""
    asked = TimestampRequestBuilder().data(text.encode()).build()
    headers = {"Content-Type": "application/timestamp-query"}
    try:
        answer = httpx.post(authority(), content=asked.as_bytes(), headers=headers, timeout=SECONDS)
        answer.raise_for_status()
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise problems.timestamp_refused(why=type(error).__name__) from error
    token = base64.b64encode(answer.content[:MOST_BYTES]).decode()
    if stamped_at(text, token, asked.nonce) is None:
        raise problems.timestamp_refused(why="TimeStampResp")
    return token


def stamped_at(text: str, token: str, nonce: int | None = None) -> datetime | None:
    """When the authority stamped this very text; None: it did not. Raises `Misconfigured`: no certificate is named."""
    from rfc3161_client import VerificationError, VerifierBuilder, decode_timestamp_response

    roots = trusted()
    try:
        found = decode_timestamp_response(base64.b64decode(token, validate=True))
        VerifierBuilder(roots=roots, nonce=nonce).build().verify_message(found, text.encode())
    except (VerificationError, ValueError):
        return None
    return found.tst_info.gen_time


def trusted() -> list[x509.Certificate]:
    """The certificates that vouch for the authority. Raises `Misconfigured`."""
    path = os.environ.get(ROOTS_VARIABLE, "")
    try:
        return x509.load_pem_x509_certificates(Path(path).read_bytes())
    except (OSError, ValueError) as error:
        raise problems.timestamp_roots(path) from error
