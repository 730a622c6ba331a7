"""Is a resource of the form of R4? Elements, how many, types, required codes, targets of references: `r4.yaml`.

issues = check({"resourceType": "Claim", ...})
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from parcours.fhir.issues import Issue
from parcours.text import Text, same

DEEPEST = 24
MOST_ISSUES = 20
HOURS = r"T([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?(Z|[+-]((0\d|1[0-3]):[0-5]\d|14:00))"
DAY = r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
TEXTS = {
    "code": r"\S+(?: \S+)*", "id": r"[A-Za-z0-9\-.]{1,64}", "date": rf"\d{{4}}(-(0[1-9]|1[0-2]))?|{DAY}",
    "dateTime": rf"\d{{4}}(-(0[1-9]|1[0-2]))?|{DAY}({HOURS})?", "instant": rf"{DAY}{HOURS}",
    "time": r"([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?", "oid": r"urn:oid:[0-2](\.(0|[1-9]\d*))+",
    "uri": r"\S*", "url": r"\S*", "canonical": r"\S*", "uuid": r"urn:uuid:[0-9a-f-]{36}",
    "base64Binary": r"[0-9A-Za-z+/=\s]+", "string": r"[^\x00-\x08\x0b\x0c\x0e-\x1f]+",
    "markdown": r"[^\x00-\x08\x0b\x0c\x0e-\x1f]+", "xhtml": r"[\s\S]+",
}  # fmt: skip
"""Types that JSON writes as text, and their form."""
FORMS = {name: re.compile(form) for name, form in TEXTS.items()}
LOWEST = {"integer": -(2**31), "unsignedInt": 0, "positiveInt": 1}
PRIMITIVES = {*TEXTS, *LOWEST, "boolean", "decimal"}
REFERENCE = re.compile(r"(?:^|/)([A-Z][A-Za-z]+)/[A-Za-z0-9\-.]{1,64}(?:/_history/\w+)?$")

UNKNOWN = Text("cet élément n'existe pas ici", "there is no such element here")
MISSING = Text("cet élément est nécessaire", "this element is needed")
ONE = Text("une seule valeur est permise, sans liste", "one value alone is allowed, not a list")
MANY = Text("une liste non vide est attendue", "a list that is not empty is expected")
OBJECT = Text("un objet non vide est attendu", "an object that is not empty is expected")
TYPE = Text("une valeur de type {type} est attendue", "a value of type {type} is expected")
CODE = Text("code inconnu ; permis : {codes}", "unknown code; allowed: {codes}")
CHOICE = Text("une seule forme de {name} est permise", "one form of {name} alone is allowed")
TARGET = Text("cette référence doit désigner : {targets}", "this reference must point to: {targets}")
NO_TYPE = Text("resourceType manque ou n'est pas connu ici", "resourceType is missing or not known here")
DEEP = Text("trop de niveaux imbriqués", "nested too deeply")


@dataclass(frozen=True)
class Element:
    """An element of a type."""

    name: str
    least: int
    many: bool
    types: tuple[str, ...]
    targets: frozenset[str]
    """Of a reference; none: any."""
    codes: frozenset[str]
    """Of a required binding."""
    part: str
    """Where its own elements are defined."""


@cache
def definitions() -> dict[str, dict[str, Element]]:
    """Type or part -> JSON name -> element; an element of several types has one name for each."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    raw = yaml.load(Path(__file__).with_name("r4.yaml").read_text("utf-8"), loader)  # noqa: S506 - safe
    return {path: dict(elements(path, lines)) for path, lines in raw.items()}


def elements(path: str, lines: Mapping[str, str]) -> Iterator[tuple[str, Element]]:
    """The elements of a part, by the names that JSON gives them."""
    for name, line in lines.items():
        said, _, codes = line.partition(" = ")
        count, *types = said.split(" ")
        least, _, most = count.partition("..")
        plain = [one.partition("(")[0] for one in types]
        targets = frozenset(
            target for one in types for target in one.partition("(")[2].rstrip(")").split("|") if target
        )
        part = types[0][1:] if types[0].startswith("#") else f"{path}.{name}"
        for json_name, own in names(name, plain):
            kinds = ("BackboneElement",) if own[0].startswith("#") else own
            yield (
                json_name,
                Element(name, int(least), most != "1", kinds, targets, frozenset(codes.split("|")) - {""}, part),
            )


def names(name: str, types: list[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """`value[x]` as `valueString`, `valueMoney`…"""
    if not name.endswith("[x]"):
        yield name, tuple(types)
        return
    for one in types:
        yield name[:-3] + one[0].upper() + one[1:], (one,)


def check(resource: Any, expected: str = "") -> list[Issue]:
    """What is wrong with the form of a resource; `expected`: its type. At most the first twenty."""
    known = definitions()
    kind = resource.get("resourceType") if isinstance(resource, Mapping) else None
    if not isinstance(kind, str) or kind not in known or (expected and kind != expected):
        text = TYPE.format(type=expected) if expected and isinstance(kind, str) else NO_TYPE
        return [Issue("structure" if kind is None else "not-supported", text, "resourceType", name="resource_type")]
    found = []
    for issue in of_object(resource, kind, kind, 0):
        found.append(issue)
        if len(found) == MOST_ISSUES:
            break
    return found


def of_object(value: Mapping[str, Any], part: str, at: str, depth: int) -> Iterator[Issue]:
    """What is wrong in an object of a type or of a part of one."""
    if depth > DEEPEST:
        yield Issue("too-long", DEEP, at, name="too_deep")
        return
    known = definitions()[part]
    seen: dict[str, str] = {}
    for name, item in value.items():
        if name == "resourceType" and "." not in part:
            continue
        element = known.get(name.removeprefix("_"))
        if element is None:
            yield Issue("structure", UNKNOWN, f"{at}.{name}", name="unknown_element")
        elif not name.startswith("_"):
            if seen.setdefault(element.name, name) != name:
                yield Issue("structure", CHOICE.format(name=element.name), f"{at}.{name}", name="two_forms")
            yield from of_element(item, element, f"{at}.{name}", depth)
    present = {known[name.lstrip("_")].name for name in value if name.lstrip("_") in known}
    for element in {one.name: one for one in known.values()}.values():
        if element.least and element.name not in present:
            yield Issue("required", MISSING, f"{at}.{element.name.removesuffix('[x]')}", name="missing_element")


def of_element(value: Any, element: Element, at: str, depth: int) -> Iterator[Issue]:
    """What is wrong with the value or the values of an element."""
    if not element.many:
        if isinstance(value, list):
            yield Issue("structure", ONE, at, name="one_value")
        else:
            yield from of_value(value, element, at, depth)
        return
    if not isinstance(value, list) or not value:
        yield Issue("structure", MANY, at, name="list_expected")
        return
    for number, item in enumerate(value):
        if item is not None or element.types[0] not in PRIMITIVES:
            yield from of_value(item, element, f"{at}[{number}]", depth)


def of_value(value: Any, element: Element, at: str, depth: int) -> Iterator[Issue]:
    """What is wrong with one value."""
    kind = element.types[0]
    if kind in PRIMITIVES:
        if not is_primitive(value, kind):
            yield Issue("value", TYPE.format(type=same(kind)), at, name="wrong_type")
        elif element.codes and value not in element.codes:
            yield Issue("code-invalid", CODE.format(codes=", ".join(sorted(element.codes))), at, name="unknown_code")
        return
    if not isinstance(value, Mapping) or not value:
        yield Issue("structure", OBJECT, at, name="object_expected")
    elif kind == "Resource":
        yield from of_resource(value, at, depth)
    else:
        if element.targets and not points_to(value, element.targets):
            targets = ", ".join(sorted(element.targets))
            yield Issue("value", TARGET.format(targets=targets), f"{at}.reference", name="wrong_target")
        part = element.part if kind in {"BackboneElement", "Element"} and element.part in definitions() else kind
        yield from of_object(value, part, at, depth + 1)


def of_resource(value: Mapping[str, Any], at: str, depth: int) -> Iterator[Issue]:
    """What is wrong with a resource inside another."""
    kind = value.get("resourceType")
    if not isinstance(kind, str) or kind not in definitions() or "." in kind:
        yield Issue("not-supported", NO_TYPE, f"{at}.resourceType", name="resource_type")
        return
    yield from of_object(value, kind, at, depth + 1)


def points_to(reference: Mapping[str, Any], targets: frozenset[str]) -> bool:
    """May this reference stand here, as far as it says its type?"""
    said = reference.get("reference")
    found = REFERENCE.search(said) if isinstance(said, str) and not said.startswith("urn:") else None
    kind = found[1] if found else reference.get("type")
    return not isinstance(kind, str) or kind in targets


def is_primitive(value: Any, kind: str) -> bool:
    """Is it a value of a primitive type, as JSON writes it?"""
    if kind == "boolean":
        return isinstance(value, bool)
    if isinstance(value, bool):
        return False
    if kind == "decimal":
        return isinstance(value, (int, Decimal))
    if kind in LOWEST:
        return isinstance(value, int) and LOWEST[kind] <= value < 2**31
    return isinstance(value, str) and FORMS[kind].fullmatch(value) is not None and is_calendar(value, kind)


def is_calendar(value: str, kind: str) -> bool:
    """Is a whole day one of the calendar?"""
    if kind not in {"date", "dateTime", "instant"} or len(value) < len("2026-01-01"):
        return True
    try:
        date.fromisoformat(value[:10])
    except ValueError:
        return False
    return True
