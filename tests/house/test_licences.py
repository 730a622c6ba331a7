"""Each package that production installs has a licence that is accepted; the bill of materials says it."""

import json
import subprocess
from pathlib import Path

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from tools.licences import APART, is_accepted, licence_of, pinned

ROOT = Path(__file__).parents[2]


def test_each_licence_is_accepted_and_no_exception_is_left_over() -> None:
    packages = pinned()
    assert [name for name in packages if not is_accepted(name, licence_of(name))] == []
    assert set(APART) <= set(packages)


def test_a_licence_that_asks_for_more_is_refused() -> None:
    assert is_accepted("some", "Apache-2.0 OR (MIT AND BSD-2-Clause)")
    for licence in ("AGPL-3.0-only", "MIT AND GPL-3.0-only", "All rights reserved", None):
        assert not is_accepted("some", licence)


def test_the_bill_of_materials_names_every_package_once_with_its_licence() -> None:
    made = ROOT / "sbom.cdx.json"
    subprocess.run(["make", "-o", ".venv/.done/dev", "sbom"], cwd=ROOT, check=True, capture_output=True)
    text = made.read_text("utf-8")
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    components = {(one["name"], one["version"]): one for one in json.loads(text)["components"]}
    assert len(components) == len(json.loads(text)["components"])
    for package in pinned().items():
        assert components[package]["licenses"], package
        assert components[package]["externalReferences"][0]["hashes"], package
