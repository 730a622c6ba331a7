"""Alembic revisions of the registry; run by `parcours registry upgrade` (see `registry/schema.py`)."""
