"""The machine that decides who may do what.

It knows no context: each says its kinds, actions, relations and rules in its `context.py`; `registry/contexts.py`
hands them over.
"""
