"""JSON Schema of a bill, made from the vocabulary."""

from typing import Any

from parcours.engine.bill.vocabulary import (
    BILL_KEYS,
    BORNE,
    CATEGORIES,
    CLASSES,
    DISCIPLINES,
    GENERICS,
    GRADES,
    HOUR_BANDS,
    KINDS,
    LINE_KEYS,
    MOST_LINES,
    NOT_ON_A_BILL,
    NOTED,
    PACKS,
    PLACES,
    SIDES,
    STAY_KEYS,
)
from parcours.engine.facts.schema import fact_schema
from parcours.engine.facts.vocabulary import FACTS
from parcours.law.bill.book import BASKETS

MONEY = {"type": "number", "minimum": 0}
LISTS = {
    "kind": KINDS,
    "pack": PACKS,
    "generic": GENERICS,
    "noted": NOTED,
    "eye": SIDES,
    "ear": SIDES,
    "discipline": DISCIPLINES,
    "category": CATEGORIES,
    "optical_class": CLASSES,
    "basket": BASKETS,
    "hour_band": HOUR_BANDS,
    "place": PLACES,
    "grade": GRADES,
}
TEXTS = ("id", "title", "code", "session", "zone", "departement", "territory", "cip", "note")
DATES = ("entry", "exit", "previous_on")
BOOLEANS = (
    "night", "big_city", "empty_return", "regulated", "heavy_act", "linked_stay", "outside_pathway", "sight_changed",
)  # fmt: skip


def bill_schema() -> dict[str, Any]:
    """Schema of one bill: facts for all its lines, lines, a stay, what was borne before."""
    facts = {fact.name: without_step(fact_schema(fact)) for fact in FACTS if fact.name not in NOT_ON_A_BILL}
    own = {name: key_schema(name) for name in BILL_KEYS if name not in {"lines", "stay"}}
    line = {**facts, **{name: key_schema(name) for name in LINE_KEYS}}
    return {
        "type": "object",
        "properties": {
            **facts,
            **own,
            **dict.fromkeys(BORNE, MONEY),
            "lines": {
                "type": "array",
                "maxItems": MOST_LINES,
                "items": {"type": "object", "properties": line, "required": ["code"], "additionalProperties": False},
            },
            "stay": {
                "type": "object",
                "properties": {name: key_schema(name) for name in STAY_KEYS},
                "required": ["entry", "exit"],
                "additionalProperties": False,
            },
        },
        "additionalProperties": False,
    }


def without_step(schema: dict[str, Any]) -> dict[str, Any]:
    """Decimals are exact: a step of 0.01 would be checked with floats."""
    return {name: value for name, value in schema.items() if name != "multipleOf"}


def key_schema(name: str) -> dict[str, Any]:
    """Schema of one key of bills."""
    if name in LISTS:
        return {"enum": list(LISTS[name])}
    if name in TEXTS:
        return {"type": "string"}
    if name in DATES:
        return {"type": "string", "format": "date"}
    if name in BOOLEANS:
        return {"type": "boolean"}
    if name == "used":
        return {"type": "object", "additionalProperties": {"type": "integer", "minimum": 0, "maximum": 1000}}
    if name == "modifiers":
        return {"type": "array", "items": {"type": "string"}, "maxItems": 4}
    if name == "supplement_of":
        return {"anyOf": [{"type": "string"}, {"type": "integer", "minimum": 1}]}
    return MONEY
