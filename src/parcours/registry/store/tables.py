"""Every table of the registry, imported so that `Base.metadata` knows them all (migrations, backup)."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from sqlalchemy import MetaData

from parcours.registry.store.db import Base

CONTEXTS = (
    "identity",
    "directory",
    "people",
    "declarations",
    "care_plans",
    "referrals",
    "conciliation",
    "visits",
    "accounts",
    "audit",
    "replies",
)


def load_models() -> MetaData:
    """Import the models of every context and return their common metadata."""
    for context in CONTEXTS:
        name = f"parcours.registry.{context}"
        if find_spec(name) is not None and find_spec(f"{name}.models") is not None:
            import_module(f"{name}.models")
    return Base.metadata
