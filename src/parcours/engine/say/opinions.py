"""A one-off opinion of a specialist is an act of its own (NGAP 18): the code that a paper has for it."""

from parcours.engine.say.wording import Words, fill
from parcours.law.cache import flat_law
from parcours.law.codes import Referral
from parcours.law.record import LawRecord
from parcours.rules.tariff import CONSULTATION
from parcours.rules.types import Act


def opinion(specialty: int, law: LawRecord) -> str:
    """The code of a one-off opinion of a specialist; empty for a general practitioner."""
    number = law.avis[specialty]
    return next(code for code, act in flat_law().acts.items() if act == number) if number else ""


def priced_opinion(specialty: int, law: LawRecord) -> tuple[str, int]:
    """The code of a one-off opinion of a specialist and its tariff, in cents."""
    return opinion(specialty, law), law.acte_base[law.avis[specialty]]


def as_opinion(act: Act, law: LawRecord) -> Act:
    """The act that a doctor at the tariff charges: a one-off opinion where the patient was sent for one."""
    asked = act.act == CONSULTATION and act.referral == Referral.AVIS_PONCTUEL
    number = law.avis[act.specialty] if asked else 0
    return act._replace(act=number) if law.acte_base[number] > 0 else act


def noticed_words(template: str, act: Act, lang: str) -> str:
    """A sentence of `law/notes.yaml` about an act; it may name the opinion of the specialty and its tariff."""
    code, tariff = priced_opinion(act.specialty, flat_law().on(act.care_date))
    return fill(template, Words(act.care_date, {}, amounts={"opinion": tariff}, texts={"opinion": code}), lang)
