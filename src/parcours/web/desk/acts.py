"""The acts of a sheet as a desk names them, and what a decision of today would give."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from parcours.engine.errors import FactError
from parcours.law.codes import Profession
from parcours.registry.claims.agreements import agreement_of, state_on
from parcours.registry.claims.models import Agreement, Claim
from parcours.registry.claims.settling import settle_claim
from parcours.registry.claims.sheets import said
from parcours.registry.claims.words import AGREEMENTS
from parcours.registry.directory.models import Professional
from parcours.registry.errors import RegistryError
from parcours.text import Text
from parcours.web.bill.catalogue import label_of
from parcours.web.desk.room import Desk

SPLIT = ("base", "majoration", "participation_forfaitaire", "franchise", "amo", "amc", "patient", "advance")
"""Amounts of a decision to come, as the engine names them."""


NO_CODE = Text("consultation, sans code sur la feuille", "consultation, no code on the sheet")
"""What a line that names no act is settled as."""


DEMAND = Text(", exigence du patient (DE)", ", demand of the patient (DE)")


def lines_of(claim: Claim, by: Professional, lang: str) -> list[tuple[str, str, int]]:
    """The lines of a sheet: code, name, fee; a line that names no act has an empty code, and the name says so."""
    content = said(claim)
    acts: list[dict[str, Any]] = content.get("acts") or [{}] * len(content["lines"])
    codes = [str(act.get("code") or content["facts"].get("act") or "") for act in acts]
    return [
        (code, (name_of_act(code, by, lang) if code else NO_CODE[lang]) + DEMAND[lang] * demanded(act), fee)
        for code, act, fee in zip(codes, acts, content["lines"], strict=False)
    ]


def demanded(act: Mapping[str, Any]) -> bool:
    """Did the patient demand what is asked above the tariff?"""
    return "exigence_particuliere" in act


def name_of_act(code: str, by: Professional, lang: str) -> str:
    """What a code is called when this professional bills it; the code itself where nobody knows it."""
    return label_of(code, lang, Profession.__members__.get(by.profession.upper(), Profession.MEDECIN))


def rests_on(session: Session, claim: Claim, day: date) -> tuple[Agreement, Text] | None:
    """The prior agreement that a sheet rests on, and its state in words."""
    row = agreement_of(session, claim, said(claim))
    return None if row is None else (row, AGREEMENTS[state_on(row, day)])


def foreseen(desk: Desk, claim: Claim) -> dict[str, int] | None:
    """What a decision of today would give, and nothing is written; None where the engine cannot say."""
    try:
        settled = settle_claim(desk.session, claim, day=desk.today, at=desk.unit.incoming.at, stated={})
    except (FactError, RegistryError):
        return None
    return {name: settled.total(name) for name in SPLIT}
