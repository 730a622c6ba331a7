"""The charts of `/lab`, as light SVG: places and sizes, computed on the server."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from parcours.lab.plots import bands, curves
from parcours.lab.say import PAYER_WORDS, share
from parcours.lab.study import EURO, PAYERS, Row, Study
from parcours.text import MINUS, euros

WIDTH, HEIGHT = 640, 220
HALF = WIDTH // 2


class Bar(NamedTuple):
    """A bar from the middle, with its words."""

    name: str
    said: str
    x: int
    width: int
    more: bool


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


def payer_bars(rows: Sequence[Row], lang: str) -> list[Bar]:
    """The change of each payer, a person, around the middle."""
    changes = {row["payer"]: row["change_per_person_eur"] for row in rows if row["payer"] in PAYERS}
    most = max(1e-9, *(abs(value) for value in changes.values()))
    found = []
    for name, value in changes.items():
        width = round(abs(value) / most * (HALF - 4))
        said = signed(round(value * EURO), lang)
        found.append(Bar(PAYER_WORDS[name][lang], said, HALF if value > 0 else HALF - width, width, value > 0))
    return found


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


def spread(found: Study, lang: str) -> list[Pair]:
    """Share of people by what is left to pay, before and after."""
    rows = bands(found, lang)
    half = len(rows) // 2
    most = max(row["share"] for row in rows) or 1
    return [
        Pair(
            f"{before['from_eur']} €" if lang == "fr" else f"€{before['from_eur']}",
            round(before["share"] / most * HEIGHT),
            round(after["share"] / most * HEIGHT),
            f"{share(before['share'], lang)} → {share(after['share'], lang)}",
        )
        for before, after in zip(rows[:half], rows[half:], strict=True)
    ]


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


def plain_rows(rows: Sequence[Row], words: Mapping[str, str], lang: str) -> list[tuple[str, str, str, str]]:
    """A breakdown in words: group, losers, winners, mean change."""
    found = []
    for row in rows:
        name = words.get(row["group"], row["group"])
        if row["losers_share"] is None:
            found.append((name, "—", "—", "—"))
            continue
        mean = signed(round(row["mean_change_eur"] * EURO), lang)
        found.append((name, share(row["losers_share"], lang), share(row["winners_share"], lang), mean))
    return found


def cells(values: Mapping[str, int], names: Sequence[str], lang: str) -> list[Any]:
    """Amounts of a cascade."""
    return [euros(values[name], lang) for name in names]
