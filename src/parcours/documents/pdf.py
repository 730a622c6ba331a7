"""Typst: a template, data and fonts of the package become a tagged PDF (PDF/A-3, PDF/UA-1)."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from hashlib import blake2b
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple, cast

from parcours.documents.kinds import KINDS
from parcours.errors import ParcoursError
from parcours.text import Text

HERE = Path(__file__).parent
FONTS = HERE / "fonts"
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Of a code: those of Crockford's base 32, which nobody mistakes for one another."""


class Attachment(NamedTuple):
    """A file that travels inside the PDF, for programs."""

    name: str
    media_type: str
    says: str
    content: str


class DocumentError(ParcoursError, ValueError):
    """The data are not those of the kind."""


def render(kind: str, data: Mapping[str, Any], lang: str, attachment: Attachment | None = None) -> bytes:
    """The PDF of a document: `kind` is answer, bill, letter or record, `data` what `kinds.py` says of it.

    Raises `DocumentError` for a kind that does not exist, a field that is missing and one that the kind has not.
    """
    import typst

    check(kind, data)
    told = {"lang": lang, "qr": qr_code(data["address"]) if data.get("address") else "", "data": data}
    if attachment:
        told["attachment"] = attachment._asdict()
    compiler = typst.Compiler(
        HERE / "templates" / f"{kind}.typ",
        root=HERE / "templates",
        font_paths=fonts(),
        sys_inputs={"told": json.dumps(told, ensure_ascii=False)},
    )
    made = datetime.fromisoformat(data["day"]).replace(tzinfo=UTC)
    return cast("bytes", compiler.compile(format="pdf", pdf_standards=["a-3a", "ua-1"], timestamp=made))


def check(kind: str, data: Mapping[str, Any]) -> None:
    """Are the fields of the data those of the kind?"""
    if kind not in KINDS:
        no_kind = Text("ce document n'existe pas", "there is no such document")
        raise DocumentError("unknown_document", no_kind, field="kind", given=kind, allowed=sorted(KINDS))
    shape = KINDS[kind]
    required, known = shape.__required_keys__, shape.__annotations__  # type: ignore[attr-defined]  # of a TypedDict
    for name in sorted(required - data.keys()):
        raise DocumentError("field_missing", Text("ce champ manque", "this field is missing"), field=name)
    for name in sorted(data.keys() - known.keys()):
        no_field = Text("ce document n'a pas ce champ", "this document has no such field")
        raise DocumentError("unknown_field", no_field, field=name, allowed=sorted(known))


@cache
def fonts() -> Any:
    """Those of this folder and of the compiler, read once; those of the machine change nothing."""
    import typst

    return typst.Fonts(include_system_fonts=False, font_paths=[FONTS])


def qr_code(address: str) -> str:
    """An address as a QR code in SVG."""
    import segno

    drawn = BytesIO()
    segno.make(address, error="m", micro=False).save(
        drawn, kind="svg", border=0, xmldecl=False, omitsize=True, dark="#17211e"
    )
    return drawn.getvalue().decode()


def code_of(content: Any, key: bytes = b"") -> str:
    """A verification code: sixteen letters that change when anything in the content changes.

    Without a key it shows that two documents say the same; with the key of an installation, that it made this one.
    """
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    number = int.from_bytes(blake2b(text.encode(), digest_size=10, key=key[:64]).digest(), "big")
    letters = "".join(LETTERS[number >> shift & 31] for shift in range(75, -1, -5))
    return "-".join(letters[start : start + 4] for start in range(0, 16, 4))
