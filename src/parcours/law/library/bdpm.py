"""The public database of medicines: text files without a header, one snapshot of a day, no history.

A record may run over several lines: a line that does not start with a key goes on the one before. A price has a
decimal comma, and another one before its thousands. Of a presentation in two states, the active one counts.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from parcours.law.codes import UNKNOWN
from parcours.law.library import problems
from parcours.law.library.content import OPEN, Content, Entry
from parcours.law.library.decode import decoded, encoding_of, one_line
from parcours.law.library.parts import MEGABYTE, Part, needed
from parcours.law.library.problems import place
from parcours.text import Text, same

NEEDED = ("CIS_bdpm.txt", "CIS_CIP_bdpm.txt", "CIS_GENER_bdpm.txt")
MOST_BYTES = 256 * MEGABYTE
RATES = (15, 30, 65, 100)
ACTIVE = "présentation active"
PRICE = re.compile(r"(\d{1,3}(?:,\d{3}){0,2}|\d{1,9}),(\d{2})")
DATE = re.compile(r"(\d{2})/(\d{2})/(\d{4})")
MOST_NUMBERS = 6
"""Of the label of a pack: count and sizes."""
GENERICS = ("1", "2", "4")
TYPES = ("0", *GENERICS)
BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"


class Lines:
    """The records of one file: their fields, counted, with the line on which each starts.

    In some files a tab follows the last field of every record: it makes no field of its own.
    """

    def __init__(self, part: Part, key: str, count: int) -> None:
        self.part, self.key, self.count = part, re.compile(key), count

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        records = [(number, [one_line(field) for field in line.split("\t")]) for number, line in self.records()]
        phantom = any(len(fields) == self.count + 1 and not fields[-1] for _, fields in records)
        for number, fields in records:
            if phantom and not fields[-1]:
                fields.pop()
            if len(fields) != self.count:
                raise problems.wrong_count(len(fields), field=place(self.part.name, number), expected=self.count)
            yield number, fields

    def records(self) -> Iterator[tuple[int, str]]:
        """The records, each on one line. Raises `LibraryError`."""
        content = self.part.read(MOST_BYTES)
        text = decoded(content, encoding_of(self.part.name, [content]), self.part.name).removeprefix(BOM)
        start: int = 0
        held: list[str] = []
        for number, raw in enumerate(text.split("\n"), start=1):
            line = raw.removesuffix("\r")
            if self.key.match(line):
                if held:
                    yield start, " ".join(held)
                start, held = number, [line]
            elif line.strip():
                if not held:
                    raise problems.no_key(line[:20], field=place(self.part.name, number), expected=self.key.pattern)
                held.append(line)
        if held:
            yield start, " ".join(held)


def read(parts: Mapping[str, Part], day: int) -> Content:
    """One snapshot, as of a day. Raises `LibraryError`."""
    needed(dict(parts), NEEDED)
    drugs = read_drugs(parts["CIS_BDPM.TXT"])
    conditions = read_conditions(parts.get("CIS_CPD_BDPM.TXT"))
    groups = read_groups(parts["CIS_GENER_BDPM.TXT"])
    boxes = read_boxes(parts["CIS_CIP_BDPM.TXT"])
    if not boxes:
        raise problems.nothing_in_it(field=parts["CIS_CIP_BDPM.TXT"].name)
    entries, nameless = [], 0
    for cip, (_, box) in sorted(boxes.items()):
        name = drugs.get(box["cis"], "")
        nameless += not name
        group, kind = groups.get(box["cis"], ("", ""))
        state = {key: box[key] for key in ("rates", "price", "fee", "active")} | {"group": group, "type": kind}
        record = {
            "cis": box["cis"], "cip7": box["cip7"], "pack": box["pack"], "states": [[day, state]],
            "conditions": conditions.get(box["cis"], []), "note": box["note"],
        }  # fmt: skip
        entries.append(Entry(cip, ", ".join(filter(None, (name, box["label"]))), day, OPEN, record))
    said = []
    if nameless:
        said.append(
            Text(
                f"{nameless} présentations sans leur médicament dans CIS_bdpm.txt : nommées par leur présentation",
                f"{nameless} presentations without their medicine in CIS_bdpm.txt: named by their presentation",
            )
        )
    return Content(entries, day, "", {"snapshots": [day]}, said)


def read_drugs(part: Part) -> dict[str, str]:
    """Name of each medicine."""
    drugs: dict[str, str] = {}
    for number, fields in Lines(part, r"\d{8}\t", 12):
        read_date(part, number, "8", fields[7])
        if fields[11] not in {"Oui", "Non"}:
            raise problems.wrong_value(fields[11], field=place(part.name, number, "12"), expected=same("Oui, Non"))
        if fields[0] in drugs:
            raise problems.twice(fields[0], field=place(part.name, number, "1"))
        drugs[fields[0]] = fields[1]
    return drugs


def read_conditions(part: Part | None) -> dict[str, list[str]]:
    """Conditions of prescription and delivery of each medicine."""
    found: dict[str, list[str]] = defaultdict(list)
    if part is not None:
        for _, (cis, condition) in Lines(part, r"\d{8}\t", 2):
            found[cis].append(condition)
    return found


def read_groups(part: Part) -> dict[str, tuple[str, str]]:
    """Generic group and type of each medicine that has one."""
    groups: dict[str, tuple[str, str]] = {}
    for number, fields in Lines(part, r"\d+\t", 5):
        if fields[3] not in TYPES:
            raise problems.wrong_value(fields[3], field=place(part.name, number, "4"), expected=same(", ".join(TYPES)))
        groups[fields[2]] = fields[0], fields[3]
    return groups


def read_boxes(part: Part) -> dict[str, tuple[int, dict[str, Any]]]:
    """Each presentation by its CIP of 13 digits, with its line."""
    boxes: dict[str, tuple[int, dict[str, Any]]] = {}
    for number, fields in Lines(part, r"\d{8}\t", 13):
        box = read_box(part, number, fields)
        before = boxes.get(fields[6])
        if before and before[1]["active"] == box["active"]:
            raise problems.twice(fields[6], field=place(part.name, number, "7"))
        if not before or box["active"]:
            boxes[fields[6]] = number, box
    return boxes


def read_box(part: Part, number: int, fields: list[str]) -> dict[str, Any]:
    """One presentation."""
    if not re.fullmatch(r"\d{7}", fields[1]):
        raise problems.wrong_value(fields[1], field=place(part.name, number, "2"), expected=same("9999999"))
    if not re.fullmatch(r"\d{13}", fields[6]):
        raise problems.wrong_value(fields[6], field=place(part.name, number, "7"), expected=same("9" * 13))
    read_date(part, number, "6", fields[5])
    price, whole, fee = (read_price(part, number, str(at), fields[at - 1]) for at in (10, 11, 12))
    if UNKNOWN not in (price, whole) and price + max(0, fee) != whole:
        raise problems.wrong_sum(
            fields[10], field=place(part.name, number, "11"), expected=f"{fields[9]} + {fields[11]}"
        )
    return {
        "cis": fields[0],
        "cip7": fields[1],
        "label": fields[2],
        "active": int(fields[3].lower() == ACTIVE),
        "rates": read_rates(part, number, fields[8]),
        "price": price,
        "fee": fee,
        "note": re.sub(r"<br\s*/?>", " ", fields[12]),
        "pack": pack_of(fields[2]),
    }


def read_date(part: Part, number: int, column: str, text: str) -> None:
    """A day DD/MM/YYYY, or nothing."""
    if text and not DATE.fullmatch(text):
        expected = Text("JJ/MM/AAAA ou rien", "DD/MM/YYYY or blank")
        raise problems.wrong_value(text, field=place(part.name, number, column), expected=expected)


def read_price(part: Part, number: int, column: str, text: str) -> int:
    """An amount in cents: the last comma is that of the decimals, the others are before thousands."""
    if not text:
        return UNKNOWN
    found = PRICE.fullmatch(text)
    if not found:
        raise problems.wrong_value(text, field=place(part.name, number, column), expected=same("1,132,24"))
    return int(found[1].replace(",", "")) * 100 + int(found[2])


def read_rates(part: Part, number: int, text: str) -> list[int]:
    """The rates of a presentation: none, one, or several by indication."""
    rates = []
    for one in filter(None, (item.strip() for item in text.split(";"))):
        found = re.fullmatch(r"(\d{1,3}) ?%", one)
        if not found or int(found[1]) not in RATES:
            expected = same(", ".join(f"{rate}%" for rate in RATES))
            raise problems.wrong_value(one, field=place(part.name, number, "9"), expected=expected)
        rates.append(int(found[1]))
    return sorted(set(rates))


def pack_of(label: str) -> str:
    """The size of a pack: the product of the numbers of its label; two packs of one size hold as much."""
    product = 1
    for number in re.findall(r"\d{1,9}(?:,\d{1,3})?", label)[:MOST_NUMBERS]:
        product *= int(number.replace(",", "")) or 1
    return str(product)
