"""The attestation of rights (a demonstration): what a fund says of a person on a day, with a code to check it by."""

import hashlib
import json
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from parcours.registry.complementary.service import link_on
from parcours.registry.declarations.timeline import last_contract
from parcours.registry.people.models import RightKind
from parcours.registry.people.service import affiliation_on, rights_on

NO_EXEMPTION = (RightKind.C2S, RightKind.AME, RightKind.CONTRACT, RightKind.DETENTION, RightKind.EHPAD)
"""Rights that are no exemption."""


def attestation_of(session: Session, insured_id: str, on: date) -> dict[str, Any]:
    """What is said: never which illness an exemption is for, nor who the doctor is."""
    affiliation = affiliation_on(session, insured_id, on)
    kinds = {one.kind for one in rights_on(session, insured_id, on)}
    last = last_contract(session, insured_id, on, None)
    link = link_on(session, insured_id, on)
    said = {
        "on": on,
        "fund": affiliation.fund_code if affiliation else None,
        "scheme": affiliation.scheme if affiliation else None,
        "rights_from": affiliation.starts_on if affiliation else None,
        "rights_to": affiliation.ends_on if affiliation else None,
        "exemption": bool(kinds - set(NO_EXEMPTION)),
        "c2s": RightKind.C2S in kinds,
        "medecin_traitant": last is not None and last[0].holds(on),
        "insurer": link.insurer if link else None,
        "link": link.state.value if link else None,
    }
    text = json.dumps({"simulated": True, "person": insured_id, **said}, default=str, sort_keys=True)
    return {**said, "code": hashlib.sha256(text.encode()).hexdigest()[:32]}
