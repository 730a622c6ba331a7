"""All benchmarks, one after the other, each in its own process:  python -m benchmarks [NAME ...]

Each prints its figures beside its bar or its peers. The exit code is 1 when one of them missed a bar.
"""

import subprocess
import sys
import time
from pathlib import Path

FOLDER = Path(__file__).parent


def names() -> list[str]:
    """The benchmarks there are: every module of this folder that can be run."""
    modules = sorted(path for path in FOLDER.glob("[!_]*.py") if "__main__" in path.read_text(encoding="utf-8"))
    return [path.stem for path in modules]


def main(asked: list[str]) -> int:
    unknown = sorted(set(asked) - set(names()))
    if unknown:
        print(f"No benchmark is named {', '.join(unknown)}. There are: {', '.join(names())}.", file=sys.stderr)
        return 2
    missed = []
    for name in asked or names():
        print(f"\n== {name} ==", flush=True)
        start = time.perf_counter()
        if subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], cwd=FOLDER.parent, check=False).returncode:
            missed.append(name)
        print(f"({time.perf_counter() - start:.0f} s)", flush=True)
    print(f"\nMissed a bar: {', '.join(missed)}." if missed else "\nEvery bar is met.")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
