"""The charts of `/lab`, as light SVG: places and sizes, computed on the server."""

from collections.abc import Mapping, Sequence
from itertools import accumulate, pairwise
from typing import NamedTuple

from parcours.lab.plots import bands, curves
from parcours.lab.say import PAYER_WORDS, share
from parcours.lab.study import EURO, PAYERS, Row, Study
from parcours.text import MINUS, count, euros

WIDTH, HEIGHT = 640, 220
HALF, MARGIN = WIDTH // 2, 4


class Bar(NamedTuple):
    """A step of the waterfall, with its words: it starts where the one before ended."""

    name: str
    said: str
    x: int
    width: int
    more: bool
    start: int
    end: int


class Stack(NamedTuple):
    """A tenth: its parts from the top, its words; none where it is empty."""

    name: str
    losers: int
    winners: int
    said: str


class Line(NamedTuple):
    """A curve."""

    name: str
    points: str


class Pair(NamedTuple):
    """A band of amounts, before and after."""

    name: str
    before: int
    after: int
    said: str


class Waterfall(NamedTuple):
    """The change of each payer, one after the other, to the change of what is charged."""

    zero: int
    steps: list[Bar]


def waterfall(each: Mapping[str, int], lang: str) -> Waterfall:
    """The change of each payer, in cents a person: the last step ends at what is charged more, or at nothing."""
    changes = {name: each[name] for name in PAYERS}
    ends = [0, *accumulate(changes.values())]
    low, high = min(ends), max(ends)

    def place(value: int) -> int:
        return MARGIN + (value - low) * (WIDTH - 2 * MARGIN) // (high - low) if high > low else HALF

    steps = [
        Bar(
            PAYER_WORDS[name][lang],
            signed(value, lang),
            place(min(start, end)),
            place(max(start, end)) - place(min(start, end)),
            value > 0,
            place(start),
            place(end),
        )
        for (name, value), (start, end) in zip(changes.items(), pairwise(ends), strict=True)
    ]
    return Waterfall(place(0), steps)


def signed(cents: int, lang: str) -> str:
    """An amount with its sign, always."""
    text = euros(cents, lang)
    return f"+{text}" if cents > 0 else text.replace("-", MINUS)


def tenths(rows: Sequence[Row], lang: str) -> list[Stack]:
    """Winners and losers of each tenth, an empty one drawn empty."""
    found = []
    for row in rows:
        if row["losers_share"] is None:
            found.append(Stack(row["group"], 0, 0, "—"))
            continue
        lost, won = (round(row[name] * HEIGHT) for name in ("losers_share", "winners_share"))
        said = f"{share(row['losers_share'], lang)} / {share(row['winners_share'], lang)}"
        found.append(Stack(row["group"], lost, won, said))
    return found


def lorenz(found: Study, lang: str) -> list[Line]:
    """Concentration curves, poorest first."""
    rows = curves(found, lang)
    names = list(dict.fromkeys(row["series"] for row in rows))
    return [
        Line(
            name,
            " ".join(
                f"{round(row['people'] * WIDTH)},{round((1 - row['share']) * HEIGHT)}"
                for row in rows
                if row["series"] == name
            ),
        )
        for name in names
    ]


def spread(found: Study, lang: str) -> tuple[list[Pair], str]:
    """Share of people by what is left to pay, before and after; the share at the top."""
    rows = bands(found, lang)
    half = len(rows) // 2
    most = max(row["share"] for row in rows) or 1
    pairs = [
        Pair(
            f"{count(before['from_eur'], lang)} €" if lang == "fr" else f"€{count(before['from_eur'], lang)}",
            round(before["share"] / most * HEIGHT),
            round(after["share"] / most * HEIGHT),
            f"{share(before['share'], lang)} → {share(after['share'], lang)}",
        )
        for before, after in zip(rows[:half], rows[half:], strict=True)
    ]
    return pairs, share(most, lang)


def highest(rows: Sequence[Row], lang: str) -> str:
    """The share at the top of the calendar."""
    return share(max(row["reached_share"] for row in rows), lang)


def calendar(rows: Sequence[Row], words: Mapping[str, str], lang: str) -> list[Line]:
    """Share of people at each yearly cap, month by month."""
    most = max(row["reached_share"] for row in rows) or 1
    found = []
    for key, name in words.items():
        series, cap = key.split(".")
        chosen = [row for row in rows if (row["series"], row["cap"]) == (series, cap)]
        points = " ".join(
            f"{round((row['month'] - 1) / 11 * WIDTH)},{round((1 - row['reached_share'] / most) * HEIGHT)}"
            for row in chosen
        )
        last = chosen[-1]["reached_share"]
        found.append(Line(f"{name} ({share(last, lang)})", points))
    return found


class Group(NamedTuple):
    """A group of a breakdown: shares in words, the mean change, and the shares as hundredths of a bar."""

    name: str
    losers: str
    winners: str
    mean: str
    lost: int
    won: int


def groups(rows: Sequence[Row], words: Mapping[str, str], lang: str) -> list[Group]:
    """A breakdown: losers, winners, mean change; nothing of a group that is too small."""
    found = []
    for row in rows:
        name = words.get(row["group"], row["group"])
        if row["losers_share"] is None:
            found.append(Group(name, "—", "—", "—", 0, 0))
            continue
        mean = signed(round(row["mean_change_eur"] * EURO), lang)
        lost, won = row["losers_share"], row["winners_share"]
        found.append(Group(name, share(lost, lang), share(won, lang), mean, round(lost * 100), round(won * 100)))
    return found
