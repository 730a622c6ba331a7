"""Loops over the rules as machine code: Numba compiles one, once, for the types that it is called with; the object file
is kept and loaded without Numba, which takes longer to import than a small file to settle.

A kept object bears the digest of all it is made from, and the processor it is for: a changed rule compiles again. The
first process that misses one compiles it while the others wait.
"""

import fcntl
import hashlib
import marshal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from ctypes import CFUNCTYPE, byref, c_int32, c_int64, c_void_p
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from types import FunctionType, ModuleType
from typing import Any

import llvmlite
import numpy as np
from llvmlite import binding
from llvmlite.binding.object_file import ObjectFileRef

from parcours.engine.digest import rules_digest
from parcours.law.cache import cache_folder, own_folder, read_cache, write_cache

SHAPING = (
    "batch/kernel.py", "batch/people.py", "batch/supposed.py", "batch/acts.py", "batch/layout.py", "batch/loops.py",
    "batch/compiling.py", "bill/kernel.py", "bill/vocabulary.py", "prevention/kernel.py", "proof/space_run.py",
    "results.py",
)  # fmt: skip
"""The code of the engine that shapes what is compiled, beside the rules and the types of the law."""
ALIGNED, WRITEABLE = 0x100, 0x400
"""Flags of an array that its type in compiled code depends on."""
BEFORE_COMPILING: list[Callable[[], None]] = []
"""Called, from whatever thread, when something must be compiled first."""
Machine = Callable[..., int]


@dataclass(frozen=True, eq=False)
class Loop:
    """A function of arrays, integers and named tuples of integers, which fills arrays and returns nothing."""

    function: Callable[..., None]
    helpers: tuple[Callable[..., Any], ...] = ()
    """Functions that it calls beside the rules of an act: compiled into it, line by line."""
    rules: tuple[FunctionType, ...] = ()
    """Other rules that it calls."""
    allocates: bool = False
    """Do its rules make lists?  Numba's memory is then needed, and Numba imported, to load it too."""
    loaded: dict[tuple[Any, ...], Machine] = field(default_factory=dict)
    loading: Lock = field(default_factory=Lock)

    def __call__(self, *arguments: Any) -> None:
        """Run it. Other threads run meanwhile."""
        kinds = tuple(map(kind, arguments))
        machine = self.loaded.get(kinds) or self._load(kinds, arguments)
        nothing, error = c_void_p(), c_void_p()
        if machine(byref(nothing), byref(error), *(word for one in arguments for word in words(one))):
            msg = f"{self.function.__name__} failed"
            raise RuntimeError(msg)

    def _load(self, kinds: tuple[Any, ...], arguments: tuple[Any, ...]) -> Machine:
        with self.loading:
            if kinds not in self.loaded:
                named = hashlib.sha256(repr(kinds).encode()).hexdigest()[:16]
                path = cache_directory() / f"{self.function.__name__.lstrip('_')}-{named}.object"
                name, code = kept(path) or self._compiled(path, arguments)
                if self.allocates:
                    from parcours.engine.batch.compiling import open_memory

                    open_memory()
                count = sum(1 for one in arguments for _ in words(one))
                self.loaded[kinds] = machine_of(name, code, count)
        return self.loaded[kinds]

    def _compiled(self, path: Path, arguments: tuple[Any, ...]) -> tuple[str, bytes]:
        with one_at_a_time(path.with_suffix(".lock")):
            found = kept(path)
            if found is None:
                for tell in tuple(BEFORE_COMPILING):
                    tell()
                from parcours.engine.batch.compiling import compiled  # Numba, imported where it is needed only

                found = compiled(self, arguments)
                write_cache(path, marshal.dumps(found))
        return found


def functions(module: ModuleType) -> tuple[FunctionType, ...]:
    """The functions that a module defines."""
    return tuple(f for f in vars(module).values() if isinstance(f, FunctionType) and f.__module__ == module.__name__)


def kind(argument: Any) -> Any:
    """What compiled code must know of an argument. Raises `TypeError` for what a loop does not take."""
    if isinstance(argument, np.ndarray):
        flags = argument.flags
        order = "C" if flags.c_contiguous else "F" if flags.f_contiguous else "A"
        return argument.dtype, argument.ndim, order, flags.num & (ALIGNED | WRITEABLE)
    if isinstance(argument, tuple):
        return type(argument).__name__, *map(kind, argument)
    if argument is None or type(argument) is int:
        return type(argument).__name__
    raise TypeError(type(argument).__name__)


def words(argument: Any) -> Iterator[int]:
    """An argument as Numba's compiled functions take it: an array by its owners (none counts them), sizes, place, shape
    and steps; a tuple by its values.
    """
    if isinstance(argument, np.ndarray):
        yield from (0, 0, argument.size, argument.itemsize, argument.ctypes.data, *argument.shape, *argument.strides)
    elif isinstance(argument, tuple):
        for one in argument:
            yield from words(one)
    else:
        yield argument or 0


def machine_of(name: str, code: bytes, count: int) -> Machine:
    """The function of that name of an object file, taking so many words; it lets go of the interpreter."""
    engine = binding.create_mcjit_compiler(binding.parse_assembly(""), processor().create_target_machine())
    engine.add_object_file(ObjectFileRef.from_data(code))
    engine.finalize_object()
    ENGINES.append(engine)
    made: Machine = CFUNCTYPE(c_int32, c_void_p, c_void_p, *[c_int64] * count)(engine.get_function_address(name))
    return made


ENGINES: list[binding.ExecutionEngine] = []
"""What holds the memory of the loops."""


@cache
def processor() -> binding.Target:
    """This machine, ready to load code."""
    binding.initialize_native_target()
    binding.initialize_native_asmprinter()
    return binding.Target.from_default_triple()


def kept(path: Path) -> tuple[str, bytes] | None:
    """The name of a function and its object file, None where it is not kept."""
    try:
        name, code = marshal.loads(read_cache(path))  # noqa: S302 - our own file, checked, in our own folder
    except (OSError, ValueError, EOFError, TypeError):
        return None
    return name, code


def cache_directory() -> Path:
    """Where compiled code is kept: a directory named by the digest of all it is made from."""
    digest = hashlib.sha256(rules_digest().encode())
    engine = Path(__file__).parents[1]
    for name in SHAPING:
        digest.update((engine / name).read_bytes())
    numba = find_spec("numba")
    if numba is None or numba.origin is None:
        raise ModuleNotFoundError(name="numba")
    digest.update(Path(numba.origin).with_name("_version.py").read_bytes())
    digest.update(f"{llvmlite.__version__} {binding.get_host_cpu_name()}".encode())
    digest.update(binding.get_host_cpu_features().flatten().encode())
    return cache_folder() / "kernel" / digest.hexdigest()[:16]


@contextmanager
def one_at_a_time(path: Path) -> Iterator[None]:
    """One process at a time, until it ends, however it does. Where nothing can be kept nobody waits."""
    try:
        own_folder(path.parent)
        file = path.open("wb")
    except OSError:
        yield
        return
    with file:
        with suppress(OSError):  # a folder of another machine may have no locks
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
