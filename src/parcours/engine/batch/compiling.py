"""Compiles a loop over the rules with Numba: the machine code that `loops.py` keeps and loads."""

import importlib
import pkgutil
from collections.abc import Callable
from functools import cache
from types import ModuleType
from typing import Any

import numba
from numba.core.registry import cpu_target
from numba.core.runtime.nrt import rtsys
from numba.extending import register_jitable

import parcours.rules
from parcours.engine.batch.loops import Loop, functions

OPTIONS: dict[str, Any] = {
    "error_model": "numpy", "no_cpython_wrapper": True, "no_cfunc_wrapper": True
}  # fmt: skip
"""Divisions are by constants; only ours call it."""
LEAN: dict[str, Any] = {**OPTIONS, "_nrt": False}
"""Where nothing is allocated no references are counted."""
INLINED: dict[str, Any] = {**LEAN, "forceinline": True, "no_rewrites": True}
"""Of the rules of an act: a tenth less to compile."""


def rule_modules() -> list[ModuleType]:
    """Every module of `rules/`."""
    names = [module.name for module in pkgutil.iter_modules(parcours.rules.__path__)]
    return [importlib.import_module(f"parcours.rules.{name}") for name in names]


@cache
def register_rules() -> None:
    """Make the rules of an act callable from compiled code, once in a process."""
    for module in rule_modules():
        for function in functions(module):
            jitable(function)


@cache
def jitable(helper: Callable[..., Any], *, inlined: bool = True) -> None:
    """Make a function callable from compiled code, once in a process."""
    register_jitable(**(INLINED if inlined else {"error_model": "numpy"}))(helper)


def open_memory() -> None:
    """Lists that compiled code makes have their memory of Numba."""
    rtsys.initialize(cpu_target.target_context)


def compiled(loop: Loop, arguments: tuple[Any, ...]) -> tuple[str, bytes]:
    """The name of a loop in its object file, and the object file, for arguments of these types."""
    register_rules()
    for helper in loop.helpers:
        jitable(helper)
    for rule in loop.rules:
        jitable(rule, inlined=False)
    made = numba.njit(**(OPTIONS if loop.allocates else LEAN))(loop.function)
    made.compile(tuple(map(numba.typeof, arguments)))
    (result,) = made.overloads.values()
    _, _, (code, _) = result.library.serialize_using_object_code()
    return result.fndesc.llvm_func_name, code
