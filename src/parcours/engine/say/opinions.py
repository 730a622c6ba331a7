"""A one-off opinion of a specialist is an act of its own (NGAP 18): the code that a paper has for it."""

from parcours.law.cache import flat_law
from parcours.law.codes import Profile, Referral
from parcours.law.record import LawRecord
from parcours.rules.types import Act

CONSULTATION = 0
"""The number of the plain consultation among the acts."""


def opinion(specialty: int, law: LawRecord) -> str:
    """The code of a one-off opinion of a specialist; empty for a general practitioner."""
    if not specialty or law.generaliste[specialty]:
        return ""
    return "APY" if law.profil[specialty] == Profile.PSYCHIATRE else "APC"


def as_opinion(act: Act, law: LawRecord) -> Act:
    """The act that a doctor at the tariff charges: a one-off opinion where the patient was sent for one."""
    code = opinion(act.specialty, law) if act.referral == Referral.AVIS_PONCTUEL else ""
    number = flat_law().acts[code] if code else CONSULTATION
    return act._replace(act=number) if act.act == CONSULTATION and law.acte_base[number] > 0 else act
