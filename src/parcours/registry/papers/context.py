"""Papers: each is about one person; its code says nothing of them."""

from parcours.registry.access.manifest import Context, Personal
from parcours.registry.papers.models import Paper

CONTEXT = Context(name="papers", tables={Paper: Personal()})
