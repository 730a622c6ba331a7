"""The LPP and the NABM in their dBase distributions: a file of codes (`fiche`) and their history (`histo`)."""

import itertools
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from parcours.law.bill.book import bill_law, on
from parcours.law.codes import UNKNOWN
from parcours.law.library import problems
from parcours.law.library.content import OPEN, Content, Entry
from parcours.law.library.dbf import CENTS, DAY, RAW, WHOLE, WORD, Table, table_of
from parcours.law.library.decode import decoded, one_line
from parcours.law.library.parts import Part
from parcours.law.library.problems import place
from parcours.text import Text, plain_euros, same

LETTERS = range(1, 6)
FRAME = re.compile(r"(?=.*\bMONTURE\b).*\bCLASSE ([AB])\b")
"""The label of a frame of glasses, and its class."""
LPP_DIGITS, NABM_DIGITS = 7, 4
LETTER = re.compile("[A-Z]{1,3}")


def read_lpp(parts: Mapping[str, Part]) -> Content:
    """A distribution of the LPP. Raises `LibraryError`."""
    cards, history = table(parts, "lpp_fiche_tot"), table(parts, "lpp_histo_tot")
    encoding = cards.encoding()
    periods: dict[int, list[list[Any]]] = defaultdict(list)
    for number, code, first, last, nature, agreement, quote, base, most, price in history.read(
        CODE_TIPS=WHOLE, DEBUTVALID=DAY, FINHISTO=DAY, NAT_PREST=WORD, ENTENTE=WORD, PUDEVIS=WORD, TARIF=CENTS,
        QTE_MAX=WHOLE, PUREGLEMEN=CENTS,
    ):  # fmt: skip
        period(history, number, first, last, "FINHISTO")
        periods[code].append([first, last, nature, agreement, quote, max(0, base), max(0, most), max(0, price), number])
    entries: list[Entry] = []
    seen: set[int] = set()
    never, together = pairs(parts, "lpp_incomp_tot"), pairs(parts, "lpp_comp_tot")
    for number, code, name, last, kind, oldest, former in cards.read(
        CODE_TIPS=WHOLE, NOM_COURT=RAW, DATE_FIN=DAY, TYPE_PREST=WORD, AGE_MAX=WHOLE, OLD_CODE=WORD
    ):
        check_code(cards, number, "CODE_TIPS", code, LPP_DIGITS, seen)
        own = without_overlap(history, periods.pop(code, []))
        if own:
            record = {
                "periods": [one[:8] for one in own], "kind": kind, "oldest": max(0, oldest), "former": former,
                "never": never.get(code, []), "with": together.get(code, []),
            }  # fmt: skip
            entries.append(
                Entry(f"{code:07d}", label(cards, number, name, encoding), own[0][0], end(own, last), record)
            )
    no_orphan(history, periods)
    return Content(sorted(entries), cards.day or newest(entries), version(cards), {}, list(unlike(entries)))


def unlike(entries: Sequence[Entry]) -> Iterator[Text]:
    """Frames whose base and highest price are not the known ones: do the columns mean what we take them for?"""
    for entry in entries:
        found = FRAME.search(entry.label.upper())
        if found and entry.last == OPEN:
            known = bill_law().codes[f"MONTURE_{found[1]}"]
            first, *_, base, _, price = entry.record["periods"][-1]
            expected = on(known.values, first), max(0, on(known.ceiling, first))
            if UNKNOWN not in expected and (base, price) != expected:
                shown = [" / ".join(map(plain_euros, pair)) for pair in ((base, price), expected)]
                yield Text(
                    f"{entry.code}, {entry.label} : {shown[0]}, {shown[1]} attendus (base, prix maximal)",
                    f"{entry.code}, {entry.label}: {shown[0]} where {shown[1]} are known (base, highest price)",
                )


def read_nabm(parts: Mapping[str, Part]) -> Content:
    """A distribution of the NABM. Raises `LibraryError`."""
    cards, history = table(parts, "NABM_FICHE_TOT"), table(parts, "NABM_HISTO_TOT")
    encoding = cards.encoding()
    values: dict[int, list[list[Any]]] = defaultdict(list)
    kinds = {name: kind for at in LETTERS for name, kind in ((f"LC{at}", WORD), (f"COEF{at}", CENTS))}
    for number, code, first, most, rule, most_of_rule, *letters in history.read(
        CODE_NABM=WHOLE, DATE_EFFET=DAY, MAX_FACTU=WHOLE, CODE_REGLE=WHOLE, MAX_REGLE=WHOLE, **kinds
    ):
        period(history, number, first, 0, "")
        named = [[letter, value] for letter, value in zip(letters[::2], letters[1::2], strict=True) if letter]
        for letter, value in named:
            if not LETTER.fullmatch(letter) or value < 0:
                at = place(history.part.name, number, "LC1…COEF5")
                raise problems.wrong_value(f"{letter} {value}", field=at, expected=same("B 23.00"))
        values[code].append([first, max(0, most), max(0, rule), max(0, most_of_rule), named, number])
    entries: list[Entry] = []
    seen: set[int] = set()
    never = pairs(parts, "NABM_INCOMP_TOT")
    for number, code, short, long, first, last in cards.read(
        CODE_NABM=WHOLE, NOM_COURT=RAW, NOM_LONG=RAW, DATE_DEBUT=DAY, DATE_FIN=DAY
    ):
        check_code(cards, number, "CODE_NABM", code, NABM_DIGITS, seen)
        period(cards, number, first, last, "DATE_FIN")
        own = sorted(values.pop(code, []), key=lambda one: (one[0], one[-1]))
        no_day_twice(history, own)
        name = label(cards, number, long, encoding) or label(cards, number, short, encoding)
        record = {"values": [[one[0], one[1:5]] for one in own], "never": never.get(code, [])}
        entries.append(Entry(f"{code:04d}", name, first, last or OPEN, record))
    no_orphan(history, values)
    return Content(sorted(entries), cards.day or newest(entries), version(cards))


def table(parts: Mapping[str, Part], stem: str) -> Table:
    """The table whose name starts so, whatever its version. Raises `LibraryError`."""
    found = [part for name, part in parts.items() if re.fullmatch(rf"{stem.upper()}\d*\.DBF", name)]
    if not found:
        raise problems.no_file(
            ", ".join(sorted(part.name for part in parts.values())[:8]) or "0", names=same(f"{stem}*.dbf")
        )
    if len(found) > 1:
        raise problems.two_files(", ".join(part.name for part in found), field=f"{stem}*.dbf")
    return table_of(found[0])


def pairs(parts: Mapping[str, Part], stem: str) -> dict[int, list[str]]:
    """Codes of a table of pairs, both ways; nothing without the table."""
    if not any(name.startswith(stem.upper()) for name in parts):
        return {}
    digits = LPP_DIGITS if stem.startswith("lpp") else NABM_DIGITS
    found: dict[int, set[str]] = defaultdict(set)
    for _, one, other in table(parts, stem).read(CODE1=WHOLE, CODE2=WHOLE):
        found[one].add(f"{other:0{digits}d}")
        found[other].add(f"{one:0{digits}d}")
    return {code: sorted(others) for code, others in found.items()}


def period(table: Table, number: int, first: int, last: int, column: str) -> None:
    """A period has a first day, and does not end before it."""
    if not first:
        raise problems.wrong_value("", field=place(table.part.name, number), expected=Text("AAAAMMJJ", "YYYYMMDD"))
    if last and last < first:
        raise problems.wrong_order(last, field=place(table.part.name, number, column), first=first)


def check_code(table: Table, number: int, column: str, code: int, digits: int, seen: set[int]) -> None:
    """A code of so many digits, once."""
    if not 0 < code < 10**digits:
        raise problems.wrong_value(code, field=place(table.part.name, number, column), expected=same("9" * digits))
    if code in seen:
        raise problems.twice(f"{code:0{digits}d}", field=place(table.part.name, number, column))
    seen.add(code)


def without_overlap(table: Table, periods: list[list[Any]]) -> list[list[Any]]:
    """The periods of one code in order; refuse two that hold on one day."""
    periods.sort(key=lambda one: (one[0], one[-1]))
    for before, after in itertools.pairwise(periods):
        if not before[1] or before[1] >= after[0]:
            at = place(table.part.name, after[-1], "DEBUTVALID")
            expected = Text(f"après le {before[1] or before[0]}", f"after {before[1] or before[0]}")
            raise problems.wrong_value(after[0], field=at, expected=expected)
    return periods


def no_day_twice(table: Table, rows: Sequence[list[Any]]) -> None:
    """Refuse two values of one code from the same day on."""
    for before, after in itertools.pairwise(rows):
        if before[0] == after[0]:
            raise problems.twice(after[0], field=place(table.part.name, after[-1], "DATE_EFFET"))


def no_orphan(table: Table, left: Mapping[int, list[list[Any]]]) -> None:
    """Refuse a history without its card."""
    for code, rows in left.items():
        raise problems.orphan(code, field=place(table.part.name, rows[0][-1]), parent="FICHE")


def end(periods: Sequence[Sequence[Any]], last: int) -> int:
    """Last day of a code: the earlier of its card's and of its last period's."""
    days = [day for day in (last, periods[-1][1]) if day]
    return min(days, default=OPEN)


def label(table: Table, number: int, raw: bytes, encoding: str) -> str:
    """A label, on one line. Raises `LibraryError`."""
    return one_line(decoded(raw, encoding, place(table.part.name, number, "NOM_COURT")))


def version(table: Table) -> str:
    """The number at the end of the name of a table: 901 of `lpp_fiche_tot901.dbf`."""
    found = re.search(r"(\d+)\.DBF$", table.part.name.upper())
    return found[1] if found else ""


def newest(entries: Sequence[Entry]) -> int:
    """The newest first day: when no file says its own."""
    return max((entry.first for entry in entries), default=0)
