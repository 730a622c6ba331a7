"""Compiles a loop over the rules with Numba, and keeps what was compiled for the next time."""

import hashlib
import importlib
import inspect
import pkgutil
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from threading import Lock
from types import FunctionType, ModuleType
from typing import Any

import numba
import numpy as np
from numba.core import config
from numba.extending import register_jitable

import parcours.rules
from parcours.engine.digest import rules_digest
from parcours.law.cache import cache_folder, own_folder

# Nothing is allocated in the loop, so no references are counted; every rule is inlined; divisions are by constants.
OPTIONS: dict[str, Any] = {"forceinline": True, "error_model": "numpy", "_nrt": False}
HELPER: dict[str, Any] = {**OPTIONS, "no_cpython_wrapper": True, "no_cfunc_wrapper": True, "no_rewrites": True}
"""Of what only compiled code calls: a tenth less to compile."""


SHAPING = ("kernel.py", "people.py", "supposed.py", "layout.py", "compiling.py")
"""The code besides the rules that shapes what is compiled."""


def rule_modules() -> list[ModuleType]:
    """Every module of `rules/`."""
    names = [module.name for module in pkgutil.iter_modules(parcours.rules.__path__)]
    return [importlib.import_module(f"parcours.rules.{name}") for name in names]


def _functions(module: ModuleType) -> list[FunctionType]:
    return [f for f in vars(module).values() if inspect.isfunction(f) and f.__module__ == module.__name__]


def cache_directory() -> Path:
    """Where compiled code is kept: a directory named by the digest of all it is made from, so that a changed rule
    recompiles.
    """
    digest = hashlib.sha256(rules_digest().encode())
    for name in SHAPING:
        digest.update(Path(__file__).with_name(name).read_bytes())
    digest.update(f"{numba.__version__} {np.__version__}".encode())
    return cache_folder() / "kernel" / digest.hexdigest()[:16]


@cache
def register_rules() -> None:
    """Make every function of `rules/` callable from compiled code, once in a process."""
    for module in rule_modules():
        for function in _functions(module):
            register_jitable(**HELPER)(function)


@cache
def jitable(helper: Callable[..., Any]) -> None:
    """Make a helper callable from compiled code, once in a process."""
    register_jitable(**HELPER)(helper)


def _compiled(function: Callable[..., None], helpers: tuple[Callable[..., Any], ...]) -> Callable[..., None]:
    """A loop over the rules, compiled when it is first called."""
    for helper in helpers:
        jitable(helper)
    options = {key: value for key, value in OPTIONS.items() if key != "forceinline"}
    loop: Callable[..., None] = compiled(function, **options)
    return loop


def compiled(function: Callable[..., Any], **options: Any) -> Any:
    """Numba keeps compiled code by the stamp of one file; ours is kept by the digest of all rules, where that can be
    written.
    """
    directory = cache_directory()
    try:
        own_folder(directory)
    except OSError:
        return numba.njit(nogil=True, **options)(function)
    settings: Any = config
    with SETTING:
        before, settings.CACHE_DIR = settings.CACHE_DIR, str(directory)
        try:
            kept = numba.njit(nogil=True, cache=True, **options)(function)
        finally:
            settings.CACHE_DIR = before
    _kept_if_possible(kept)
    return kept


SETTING = Lock()
"""Numba's folder is a setting of the whole process: one thread at a time changes it."""


def _kept_if_possible(compiled: Any) -> None:
    """A full disk must not stop what only keeps compiled code for the next time."""
    save = compiled._cache.save_overload  # noqa: SLF001 - Numba has no other place for it

    def saved(*arguments: Any) -> None:
        with suppress(OSError):
            save(*arguments)

    compiled._cache.save_overload = saved  # noqa: SLF001
