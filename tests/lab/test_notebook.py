"""The notebook of the lab runs from its first cell to its last."""

import json
from pathlib import Path

NOTEBOOK = Path(__file__).parents[2] / "docs" / "guides" / "lab.ipynb"


def test_the_notebook_runs() -> None:
    names: dict = {}
    for cell in json.loads(NOTEBOOK.read_text("utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            exec("".join(cell["source"]), names)
    assert len(names["by_decile"]) == 10
    assert len(names["world"].people) == 1_000
    assert set(names["drawn"]) == {"waterfall", "winners", "distribution", "lorenz", "caps", "sankey", "map"}
