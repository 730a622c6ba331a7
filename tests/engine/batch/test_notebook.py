"""The notebook of the guide runs from its first cell to its last."""

import json
from pathlib import Path

NOTEBOOK = Path(__file__).parents[3] / "docs" / "guides" / "settle_a_table.ipynb"


def test_the_notebook_runs() -> None:
    names: dict = {}
    cells = json.loads(NOTEBOOK.read_text("utf-8"))["cells"]
    for cell in cells:
        if cell["cell_type"] == "code":
            exec("".join(cell["source"]), names)
    assert names["settled"]["error"].null_count() == 3
    assert len(names["year"]) == len(names["acts"]) > 5_000
    assert names["year"]["error"].null_count() == len(names["year"])
