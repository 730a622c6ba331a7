"""Known vulnerabilities of what production installs:  make advisories

Reads the pins of `requirements.lock`, asks an index of advisories in the form of OSV (`--index`, https://api.osv.dev
unless said) and prints what it knows of them. Exit code 1 when something is known; where the index cannot be reached,
one sentence says that nothing is known either way, and the exit code is 0 (2 with `--required`, for a CI that has a
network).
"""

import argparse
import json
import re
import sys
import urllib.error
import urllib.request
from pathlib import Path

PIN = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==([^\s;\\]+)", re.MULTILINE)
SECONDS = 20


def pins(lock: Path) -> list[tuple[str, str]]:
    """Name and version of every package of a lock."""
    return PIN.findall(lock.read_text(encoding="utf-8"))


def known(index: str, packages: list[tuple[str, str]]) -> dict[tuple[str, str], list[str]]:
    """The advisories of each package that has any. Raises OSError or ValueError: the index does not answer."""
    queries = [{"package": {"name": name, "ecosystem": "PyPI"}, "version": version} for name, version in packages]
    request = urllib.request.Request(
        f"{index.rstrip('/')}/v1/querybatch",
        json.dumps({"queries": queries}).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=SECONDS) as answer:
        results = json.load(answer)["results"]
    found = [[one["id"] for one in result.get("vulns", ())] for result in results]
    return {package: ids for package, ids in zip(packages, found, strict=True) if ids}


def main() -> int:
    """Ask, print, and say by the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("locks", nargs="*", type=Path, default=[Path("requirements.lock")])
    parser.add_argument("--index", default="https://api.osv.dev")
    parser.add_argument("--required", action="store_true", help="an index that does not answer is a failure")
    options = parser.parse_args()
    packages = sorted({pin for lock in options.locks for pin in pins(lock)})
    try:
        found = known(options.index, packages)
    except (OSError, ValueError, KeyError, TypeError) as error:
        reason = getattr(error, "reason", None) or error
        print(f"{options.index} does not answer ({reason}): nothing is known of {len(packages)} packages, good or bad.")
        return 2 if options.required else 0
    for (name, version), ids in found.items():
        print(f"{name} {version}: {', '.join(ids)}")
    print(f"{len(packages)} packages, {len(found)} with a known vulnerability")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
