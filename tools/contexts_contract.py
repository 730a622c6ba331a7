"""The contract of `make imports` for the contexts of the registry: each may use those before it in the one list."""

import ast
from pathlib import Path
from typing import Any

from importlinter.contracts.layers import LayersContract

LIST = Path(__file__).parents[1] / "src/parcours/registry/contexts.py"
ABOVE = ["(migrations) | (scenario)", "(demo)", "contexts"]
BELOW = ["access", "store", "vocabulary", "problems", "errors"]


def names() -> list[str]:
    """The list of contexts, read without importing the registry."""
    for node in ast.parse(LIST.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "NAMES":
            return list(ast.literal_eval(node.value))
    raise LookupError(LIST)


class ContextsContract(LayersContract):
    """Layers in the order of the list of contexts; a folder that is not in it is refused."""

    type_name = "contexts"

    def __init__(self, name: str, session_options: dict[str, Any], contract_options: dict[str, Any]) -> None:
        layers = [*ABOVE, *reversed(names()), *BELOW]
        options = {"containers": ["parcours.registry"], "layers": layers, "exhaustive": "true"}
        super().__init__(name, session_options, contract_options | options)
