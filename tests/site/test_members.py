"""A server on Python 3.11 finds the members of its enums as later versions do."""

from enum import EnumType
from http import HTTPStatus

import pytest

from parcours.law.codes import Exemption, Role
from parcours.site.app import find_members_at_once


def test_every_member_is_found_and_no_other(monkeypatch):
    if "__getattr__" in vars(EnumType):
        monkeypatch.setattr(EnumType, "__getattr__", vars(EnumType)["__getattr__"])  # given back afterwards
    find_members_at_once()
    for kind in (Role, Exemption, HTTPStatus):
        assert [getattr(kind, name) for name in kind.__members__] == list(kind.__members__.values())
    with pytest.raises(AttributeError):
        _ = Role.NOBODY
