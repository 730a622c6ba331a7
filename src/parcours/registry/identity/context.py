"""National numbers: who somebody is for the health insurance."""

from parcours.registry.access.manifest import Context, Personal
from parcours.registry.identity.models import NIR_CONTEXT, Identifier
from parcours.registry.store.rotation import KeyedIndex

CONTEXT = Context(
    name="identity",
    tables={Identifier: Personal()},
    keyed=(KeyedIndex(Identifier.__tablename__, "value_index", lambda row: (row["value"], NIR_CONTEXT)),),
)
