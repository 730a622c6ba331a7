"""Claims: each is about one person; a professional's undue sum names the claim it comes from."""

from __future__ import annotations

from typing import Final

from parcours.registry.access.manifest import Context, Personal
from parcours.registry.claims.invariants import INVARIANTS
from parcours.registry.claims.models import Claim, ClaimEvent, Decision, Objection, Undue
from parcours.registry.store.rotation import KeyedIndex

CONTEXT: Final = Context(
    name="claims",
    tables={
        Claim: Personal(),
        ClaimEvent: Personal(through="claim_id"),
        Decision: Personal(),
        Objection: Personal(),
        Undue: Personal(),
    },
    keyed=(KeyedIndex(Claim.__tablename__, "fingerprint", None),),
    invariants=INVARIANTS,
)
