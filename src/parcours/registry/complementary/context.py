"""Complementary insurance: contracts as the fund knows them."""

from parcours.registry.access.manifest import Context, Personal
from parcours.registry.complementary.models import Link, LinkEvent

CONTEXT = Context(name="complementary", tables={Link: Personal(), LinkEvent: Personal(through="link_id")})
