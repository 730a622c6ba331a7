"""Draws the house from its imports: `python docs/architecture/draw.py` writes `layers.svg` beside this file.

A row is a floor of the import contract in `pyproject.toml`, a box is a room under `src/parcours/`, a line is an
import of one room by another. Nothing is drawn by hand: a test refuses a picture without the rooms and floors of
today; the lines are those of the day it was drawn.
"""

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
SOURCE = ROOT / "src/parcours"
WIDTH, FLOOR, BOX, HEIGHT = 760, 64, 116, 34


def floors() -> list[list[str]]:
    """The rooms of each floor, the top first."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    layers = next(item["layers"] for item in contracts if item["type"] == "layers")
    rows = [[name.strip(" ()") for name in floor.split("|")] for floor in layers]
    return [row for row in ([name for name in names if exists(name)] for names in rows) if row]


def exists(room: str) -> bool:
    """Is there such a folder or module?"""
    return (SOURCE / room / "__init__.py").exists() or (SOURCE / f"{room}.py").exists()


def files(room: str) -> list[Path]:
    """The modules of a room."""
    return sorted((SOURCE / room).rglob("*.py")) or [SOURCE / f"{room}.py"]


def imported(path: Path) -> Iterator[str]:
    """The rooms that a module imports, inside functions too."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        yield from (name.split(".")[1] for name in names if name.startswith("parcours."))


def arrows(rooms: list[str]) -> list[tuple[str, str]]:
    """(room, room it imports), each once."""
    pairs = {(room, other) for room in rooms for path in files(room) for other in imported(path)}
    return sorted((room, other) for room, other in pairs if other in rooms and other != room)


def drawing() -> str:
    """The picture as SVG."""
    rows = floors()
    place = {
        room: (int((column + 0.5) * WIDTH / len(row)), 30 + level * FLOOR)
        for level, row in enumerate(rows)
        for column, room in enumerate(row)
    }
    height = 30 + len(rows) * FLOOR
    lines = [line(place[room], place[other]) for room, other in arrows(list(place))]
    boxes = [box(room, *at) for room, at in place.items()]
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
        'font-family="system-ui, sans-serif" font-size="14">'
    )
    title = "<title>The rooms of parcours, floor by floor, and what each imports</title>"
    paper = f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>'
    return "\n".join([head, title, paper, *lines, *boxes, "</svg>"]) + "\n"


def line(start: tuple[int, int], end: tuple[int, int]) -> str:
    """An import: from the foot of a box to the head of another, bent aside where it passes other floors."""
    (x, y), (to_x, to_y) = start, end
    y, to_y = y + HEIGHT // 2, to_y - HEIGHT // 2
    bend = (to_y - y - FLOOR) // 3 * (1 if (x + to_x) // 2 >= WIDTH // 2 else -1)
    middle = (y + to_y) // 2
    path = f"M{x} {y} Q{(x + to_x) // 2 + bend} {middle} {to_x} {to_y}"
    return f'<path d="{path}" fill="none" stroke="#5b7aa8" stroke-opacity=".45"/>'


def box(room: str, x: int, y: int) -> str:
    """A room."""
    left, top = x - BOX // 2, y - HEIGHT // 2
    frame = f'<rect x="{left}" y="{top}" width="{BOX}" height="{HEIGHT}" rx="6" fill="#eef3fa" stroke="#27446e"/>'
    return f'{frame}<text x="{x}" y="{y + 5}" text-anchor="middle" fill="#14233a">{room}</text>'


if __name__ == "__main__":
    (HERE / "layers.svg").write_text(drawing(), "utf-8")
