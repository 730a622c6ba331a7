"""The persistent half of parcours: people, declarations, referrals, plans, cases, accounts, audit.

One folder per context, each with the same files (``models.py``, ``service.py``, ``api.py``).  Services are plain
functions that take an SQLAlchemy session first and raise the errors of :mod:`parcours.registry.errors`.
"""
