"""The static files, held in memory: an address with a fingerprint may be kept for ever, and is served compressed."""

import gzip
import re
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

FOLDER = Path(__file__).parent / "static"
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".woff2": "font/woff2",
}
COMMENTS = {
    ".css": re.compile(rb"/\*.*?\*/|^[ \t]+|(?<=[{};:,])\s+|\s+(?=[{}])", re.MULTILINE | re.DOTALL),
    ".js": re.compile(rb"^[ \t]*//.*\n|^[ \t]+", re.MULTILINE),
}
FOR_EVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class Asset:
    """One static file."""

    body: bytes
    compressed: bytes | None
    media_type: str
    fingerprint: str


@cache
def assets() -> dict[str, Asset]:
    """Every static file by its path; the fingerprint is of the folder, so that a style sheet may name its font."""
    files = {path.relative_to(FOLDER).as_posix(): path for path in sorted(FOLDER.rglob("*")) if path.suffix in TYPES}
    bodies = {name: lean(name, path.read_bytes()) for name, path in files.items()}
    return {name: asset(name, body, fingerprint(bodies)) for name, body in bodies.items()}


def lean(name: str, body: bytes) -> bytes:
    """A file of ours without the comments and spaces that only its authors read."""
    comment = COMMENTS.get(Path(name).suffix)
    return body if comment is None or name.startswith("vendor/") else comment.sub(b"", body)


def fingerprint(bodies: dict[str, bytes]) -> str:
    """A short hash of the whole folder."""
    digest = blake2b(digest_size=6)
    for name, body in bodies.items():
        digest.update(name.encode() + b"\0" + body)
    return digest.hexdigest()


def asset(name: str, body: bytes, print_: str) -> Asset:
    """A file with its compressed form, where compression is worth it."""
    suffix = Path(name).suffix
    compressed = None if suffix in {".woff2", ".png"} else gzip.compress(body, 9, mtime=0)
    return Asset(body, compressed, TYPES[suffix], print_)


def asset_url(name: str) -> str:
    """The address of a static file."""
    return f"/static/{assets()[name].fingerprint}/{name}"


async def serve_asset(request: Request) -> Response:
    """`/static/{fingerprint}/{name}`: an old fingerprint still answers, without being kept."""
    found = assets().get(request.path_params["name"])
    if found is None:
        return Response("not found\n", 404, media_type="text/plain")
    current = request.path_params["fingerprint"] == found.fingerprint
    headers = {"Cache-Control": FOR_EVER if current else "no-cache", "Vary": "Accept-Encoding"}
    body = found.body
    if found.compressed is not None and "gzip" in request.headers.get("accept-encoding", ""):
        body, headers["Content-Encoding"] = found.compressed, "gzip"
    return Response(body, headers=headers, media_type=found.media_type)
