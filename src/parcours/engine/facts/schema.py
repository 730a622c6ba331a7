"""JSON Schema of the facts and of the results, made from the vocabulary."""

from typing import Any

from parcours.contracts.schema import AMOUNTS as CONTRACT_AMOUNTS
from parcours.contracts.schema import BOOLEANS, PERCENTAGES, TEXTS
from parcours.engine.facts.vocabulary import FACTS, REQUIRED, Fact, slugs
from parcours.engine.results import AMOUNTS, CASE_CODES
from parcours.law.cache import flat_law
from parcours.law.cases import Note
from parcours.law.codes import Ips, Pathway, Status

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def facts_schema() -> dict[str, Any]:
    """Schema of one fact set."""
    return {
        "$schema": DIALECT,
        "title": "Facts of one act of care",
        "type": "object",
        "properties": {
            "id": {"description": "Carried through to the result."},
            **{fact.name: fact_schema(fact) for fact in FACTS},
        },
        "required": ["care_date", "fee"],
        "additionalProperties": False,
    }


def fact_schema(fact: Fact) -> dict[str, Any]:
    """Schema of one fact: type, allowed values, default."""
    schema: dict[str, Any] = {"description": fact.help, **KINDS.get(fact.kind, {})}
    if fact.kind == "codes" and fact.codes is not None:
        one = {"enum": slugs(fact.codes)}
        schema["anyOf"] = [one, {"type": "array", "items": one}, {"type": "string", "description": "joined by +"}]
    elif fact.codes is not None:
        schema["enum"] = slugs(fact.codes)
    if fact.kind == "specialty":
        schema["anyOf"] = [
            {"enum": sorted(flat_law().specialties)},
            {"type": "integer", "description": "national code"},
        ]
    if fact.kind == "contract":
        schema["anyOf"] = [{"type": "string", "description": "id of a known contract"}, contract_schema()]
    if fact.default is not REQUIRED and fact.default is not None:
        schema["default"] = fact.default
    return schema


KINDS: dict[str, dict[str, Any]] = {
    "date": {"type": "string", "format": "date"},
    "money": {"type": "number", "minimum": 0, "maximum": 1_000_000, "multipleOf": 0.01},
    "integer": {"type": "integer", "minimum": 0, "maximum": 130},
    "days": {"type": "integer", "minimum": 1, "maximum": 1000},
    "quantity": {"type": "number", "exclusiveMinimum": 0},
    "boolean": {"type": "boolean"},
    "text": {"type": "string"},
    "act": {"type": "string"},
    "ips": {"enum": ["", *(item.name for item in Ips if item > Ips.BLANK)]},
    "status": {"enum": [item.name for item in Status if item]},
}


def contract_schema() -> dict[str, Any]:
    """Schema of a contract written inline."""
    percent = {
        "type": "number",
        "minimum": 0,
        "maximum": 10_000,
        "description": "percent of the base, the AMO's part included",
    }
    return {
        "type": "object",
        "properties": {
            **{name: {"type": "boolean"} for name in BOOLEANS},
            **dict.fromkeys(PERCENTAGES, percent),
            **{name: {"type": "number", "minimum": 0} for name in CONTRACT_AMOUNTS},
            **{name: {"type": ["string", "object"]} for name in TEXTS},
        },
        "required": ["responsable"],
        "additionalProperties": False,
    }


def result_schema() -> dict[str, Any]:
    """Schema of one settled act."""
    euros = {"type": "number", "description": "euros, two decimals"}
    return {
        "$schema": DIALECT,
        "title": "One settled act of care",
        "type": "object",
        "properties": {
            "status": {"enum": [item.name for item in Status if item]},
            "ips": KINDS["ips"],
            "pathway": {"enum": slugs(Pathway)},
            "rate": {"type": "integer", "description": "basis points: 7000 is 70 %"},
            **dict.fromkeys(AMOUNTS, euros),
            "max_fee": {"type": ["number", "null"], "description": "null where the fee is free"},
            **{name: {"enum": slugs(enum)} for name, enum in CASE_CODES.items()},
            "notes": {
                "type": "array",
                "items": {"enum": slugs(Note)},
                "description": "what was noticed beside the amounts",
            },
            "defaults": {"type": "object", "description": "facts that were assumed, with their value"},
            "later_than_checked": {"type": "string", "description": "said of care later than the law checked"},
            "readings": {"type": "array", "description": "other readings of the law that would change an amount"},
        },
    }
