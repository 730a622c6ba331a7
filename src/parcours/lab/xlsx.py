"""A workbook of plain tables, without a library: one sheet a table, texts and numbers, nothing that runs."""

import math
from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
LONGEST_NAME = 31
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'


def workbook(sheets: Mapping[str, Sequence[Mapping[str, Any]]]) -> bytes:
    """The bytes of a workbook: each sheet a list of rows of the same names. The same rows give the same bytes."""
    written = BytesIO()
    names = [name[:LONGEST_NAME] for name in sheets]
    numbers = range(1, len(names) + 1)
    with ZipFile(written, "w", ZIP_DEFLATED) as file:
        parts = "".join(
            f'<Override PartName="/xl/worksheets/sheet{number}.xml" ContentType="{KIND}.worksheet+xml"/>'
            for number in numbers
        )
        put(
            file, "[Content_Types].xml",
            f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{KIND}.sheet.main+xml"/>{parts}</Types>',
        )  # fmt: skip
        put(file, "_rels/.rels", relations([("officeDocument", "xl/workbook.xml")]))
        listed = "".join(
            f'<sheet name="{escape(name)}" sheetId="{number}" r:id="rId{number}"/>'
            for number, name in zip(numbers, names, strict=True)
        )
        put(file, "xl/workbook.xml", f'<workbook xmlns="{MAIN}" xmlns:r="{LINKS}"><sheets>{listed}</sheets></workbook>')
        put(file, "xl/_rels/workbook.xml.rels", relations([("worksheet", f"worksheets/sheet{n}.xml") for n in numbers]))
        for number, rows in zip(numbers, sheets.values(), strict=True):
            put(file, f"xl/worksheets/sheet{number}.xml", sheet(rows))
    return written.getvalue()


def put(file: ZipFile, name: str, content: str) -> None:
    """A part of the workbook, without the hour at which it is made."""
    file.writestr(ZipInfo(name), HEAD + content, ZIP_DEFLATED)


def relations(targets: Sequence[tuple[str, str]]) -> str:
    """The links of a part."""
    links = "".join(
        f'<Relationship Id="rId{number}" Type="{LINKS}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets, 1)
    )
    return f'<Relationships xmlns="{PACKAGE}/relationships">{links}</Relationships>'


def sheet(rows: Sequence[Mapping[str, Any]]) -> str:
    """A sheet: the names, then the rows."""
    names = list(rows[0]) if rows else []
    lines: list[list[Any]] = [names, *([row.get(name) for name in names] for row in rows)]
    content = "".join(f"<row>{''.join(cell(value) for value in line)}</row>" for line in lines)
    return f'<worksheet xmlns="{MAIN}"><sheetData>{content}</sheetData></worksheet>'


def cell(value: Any) -> str:
    """A cell: a number, a text, or nothing."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return "<c/>"
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return f"<c><v>{value!r}</v></c>"
    return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(str(value))}</t></is></c>'
