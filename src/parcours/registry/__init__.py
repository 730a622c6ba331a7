"""The persistent half of parcours: people, declarations, referrals, plans, visits, accounts, the audit trail.

One folder a context, in the order of `contexts.py`: `models.py` (tables), services (plain functions that take an
SQLAlchemy session first), `problems.py` (what may be wrong), `context.py` (what the context says of itself: kinds,
actions, rules of access, scopes, tags, whose its tables are). Below them `store/` keeps and `access/` decides; above
them `demo/` and `migrations/`. The faces over HTTP are elsewhere (`api/`, `web/`).
"""
