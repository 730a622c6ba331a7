"""Ask the engine about a sheet: one act by itself, the acts of a session together, as a bill."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any

from sqlalchemy.orm import Session

from parcours.engine.bill.settle import BillAnswer, settle_bill
from parcours.engine.bill.vocabulary import NOT_ON_A_BILL
from parcours.engine.case import Answer, settle
from parcours.engine.facts.readings import encode_readings
from parcours.law import thresholds
from parcours.law.bill.book import bill_law
from parcours.law.codes import Profession
from parcours.registry.claims import problems
from parcours.registry.claims.looks import ClaimLooks
from parcours.registry.claims.models import Claim
from parcours.registry.claims.sheets import said
from parcours.registry.complementary.models import Link
from parcours.registry.visits.facts import iso, visit_facts
from parcours.rules.types import Counters, Settlement
from parcours.text import plain_euros

RELATED = ("ald", "suivi_post_ald", "at_mp")
"""Exemptions that a sheet ticks: the registry cannot tell whether the care is related."""
C2S = "c2s"
ORDINARY = "consultation"
"""The act of a line that names none."""
OF_ONE_ACT = (*NOT_ON_A_BILL, "patient_id", "professional_id")
"""Facts that the lines of a bill say, or that no amount needs."""


@dataclass(frozen=True)
class SettledAct:
    """One act of a sheet, settled."""

    code: str
    fee: int
    settlement: Settlement


@dataclass(frozen=True)
class Settled:
    """What the engine answers about a sheet, and what it was asked."""

    answer: Answer | BillAnswer
    facts: Mapping[str, Any]
    sources: Mapping[str, str]
    counters: Counters
    insurer: str | None
    signal: str = ""
    """What the fund noticed while settling."""

    @cached_property
    def acts(self) -> tuple[SettledAct, ...]:
        """Its acts, in the order of its lines."""
        answer = self.answer
        if isinstance(answer, Answer):
            return (SettledAct(answer.encoded.act_key, answer.act.fee, answer.settlement),)
        pairs = zip(answer.lines, answer.settled, strict=True)
        return tuple(SettledAct(line.text, line.line.act.fee, one.settlement) for line, one in pairs)

    @property
    def sessions(self) -> int:
        """Sessions with a psychologist, which are counted by the year."""
        act = self.answer.act if isinstance(self.answer, Answer) else None
        return act.quantity if act is not None and act.profession == Profession.PSYCHOLOGUE else 0

    def total(self, name: str) -> int:
        """An amount of the whole sheet, in cents."""
        return sum(getattr(one.settlement, name) for one in self.acts)

    def receipt(self) -> str:
        """The receipt of the answer, as JSON."""
        from parcours.engine.bill.receipt import bill_receipt
        from parcours.engine.say.receipt import receipt_text

        if isinstance(self.answer, Answer):
            return receipt_text(self.answer)
        return json.dumps(bill_receipt(self.answer), default=iso, ensure_ascii=False)


@dataclass(frozen=True)
class Asked:
    """What the engine is asked about a claim."""

    facts: Mapping[str, Any]
    sources: Mapping[str, str]
    counters: Counters
    insurer: str | None


def settle_claim(
    session: Session, claim: Claim, *, day: date, at: datetime, stated: Mapping[str, Any],
    readings: Mapping[str, str] | None = None,
) -> Settled:  # fmt: skip
    """Ask the engine about a claim, with the counters of that day."""
    asked = asked_of(ClaimLooks(session), claim, day=day, at=at, stated=stated)
    own, others = own_readings(readings or {})
    settled = settle_facts(asked.facts, asked.sources, asked.insurer, asked.counters, others)
    return as_the_fund_reads(settled, own, others)


def asked_of(looks: ClaimLooks, claim: Claim, *, day: date, at: datetime, stated: Mapping[str, Any]) -> Asked:
    """The facts of a claim, and the counters of a day before it."""
    facts, sources, insurer = facts_of(looks, claim, day=day, at=at, stated=stated)
    counters = looks.counters(claim.insured_id, claim.professional_id, claim.care_date, day.year)
    return Asked(facts, sources, counters, insurer)


def as_the_fund_reads(settled: Settled, own: Mapping[str, str], others: Mapping[str, str]) -> Settled:
    """A settlement under the readings of the fund itself: without tiers payant where it refuses it."""
    if own.get(TIERS_PAYANT) != "text" or not refused_outside(settled):
        return settled
    facts = {**settled.facts, "tiers_payant": "none"}
    direct = settle_facts(facts, settled.sources, settled.insurer, settled.counters, others)
    return replace(direct, signal="SIM-TP-OUTSIDE-PATHWAY")


TIERS_PAYANT = "tiers_payant_hors_parcours"
RECOVERY = "recovery_limit"
FIVE_YEARS, TWO_YEARS = "five_years", "two_years"
READINGS = {TIERS_PAYANT: ("practice", "text"), RECOVERY: (FIVE_YEARS, TWO_YEARS)}
"""Readings of what a fund does, beside those of the law, the default first: by the text, a doctor's act outside the
pathway has no tiers payant (L161-36-4 3°), yet a third of the surcharges are taken back later; and what is taken back
later may be within five years (a ministerial answer of 2009) or within two (L160-11).
"""


def recovery_years(readings: Mapping[str, str], on: date) -> int:
    """Years within which a fund takes back what it deferred."""
    two = readings.get(RECOVERY) == TWO_YEARS
    return thresholds.whole("remboursement.prescription_annees" if two else "delais.recuperation_annees", on)


def own_readings(readings: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """The readings of a fund, and those of the engine. Raises Invalid: an option that is none."""
    own = {name: option for name, option in readings.items() if name in READINGS}
    for name, option in own.items():
        if option not in READINGS[name]:
            raise problems.sheet_value(option, field=f"readings.{name}", allowed=", ".join(READINGS[name]))
    return own, {name: option for name, option in readings.items() if name not in READINGS}


def check_readings(readings: Mapping[str, str]) -> None:
    """Raise for a reading, or an option of one, that neither a fund nor the law knows: `Invalid`, `FactError`."""
    _, others = own_readings(readings)
    bills = bill_law().readings
    for name, option in others.items():
        if name in bills and option not in bills[name]:
            raise problems.sheet_value(option, field=f"readings.{name}", allowed=", ".join(bills[name]))
    encode_readings(of_one_act(others))


def of_one_act(readings: Mapping[str, str]) -> dict[str, str]:
    """Without the readings that only concern several acts together."""
    bills = bill_law().readings if readings else {}
    return {name: option for name, option in readings.items() if name not in bills}


def refused_outside(settled: Settled) -> bool:
    """Is it a doctor's act outside the pathway, under tiers payant, without the C2S?"""
    if settled.facts["tiers_payant"] == "none" or settled.facts.get(C2S):
        return False
    return settled.facts.get("profession") == "medecin" and settled.total("majoration") > 0


def settle_facts(
    facts: Mapping[str, Any], sources: Mapping[str, str], insurer: str | None, counters: Counters,
    readings: Mapping[str, str] | None = None,
) -> Settled:  # fmt: skip
    """Ask the engine about facts, those of a sheet of several acts if they have lines."""
    if "lines" not in facts:
        return Settled(settle(facts, of_one_act(readings or {}), counters), facts, sources, counters, insurer)
    answer = settle_bill(bill_of(facts, counters), readings)
    if len(answer.lines) > 1 and any(one.line.act.profession == Profession.PSYCHOLOGUE for one in answer.lines):
        raise problems.one_session_a_sheet(len(answer.lines))
    return Settled(answer, facts, sources, counters, insurer)


def bill_of(facts: Mapping[str, Any], counters: Counters) -> dict[str, Any]:
    """The facts of a sheet of several acts as a bill, with what was borne before it."""
    care = date.fromisoformat(str(facts["care_date"]))
    price = thresholds.value_on("participation_forfaitaire.montant", care)
    of_day = counters.participation_nombre_jour * (int(price.value * 100) if price is not None else 0)
    borne = {
        "pf_year": counters.participation_annee, "pf_day_professional": of_day,
        "franchise_year": counters.franchise_annee, "franchise_day_auxiliaires": counters.franchise_jour,
        "franchise_day_transport": counters.franchise_jour,
    }  # fmt: skip
    shared = {name: value for name, value in facts.items() if name not in OF_ONE_ACT}
    return shared | {name: plain_euros(cents) for name, cents in borne.items() if cents}


def facts_of(
    looks: ClaimLooks, claim: Claim, *, day: date, at: datetime, stated: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, str], str | None]:
    """Facts of a claim, where each comes from, and the insurer of that day."""
    content = said(claim)
    sheet: dict[str, Any] = content["facts"]
    exemption = sheet.get("exemption", "none")
    derived = visit_facts(
        looks.session, claim.insured_id, claim.professional_id, claim.care_date, known_at=at,
        related_to=exemption if exemption in RELATED else "none", looks=looks,
    )  # fmt: skip
    facts = derived.values() | sheet
    sources = {name: one.because for name, one in derived.facts.items()} | dict.fromkeys(sheet, "sheet")
    facts |= {"tiers_payant": content["tiers_payant"], "reimbursement_date": day}
    facts |= stated
    lines = lines_of(content)
    if lines is None:
        facts["fee"] = plain_euros(claim.fee)
    else:
        facts["lines"] = lines
    link = looks.link(claim.insured_id, claim.care_date)
    if not facts.get(C2S):
        facts |= {"contract": contract_of(link)} if contract_of(link) else {}
    return facts, sources | dict.fromkeys(stated, "officer"), insurer_of(facts, link)


def lines_of(content: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    """The lines of a sheet as those of a bill; None for a sheet of one act that says nothing more than its fee."""
    acts: list[dict[str, Any]] = content.get("acts") or [{} for _ in content["lines"]]
    if len(acts) == 1 and not acts[0]:
        return None
    code = content["facts"].get("act", ORDINARY)
    return [{"code": code, **act, "fee": plain_euros(fee)} for act, fee in zip(acts, content["lines"], strict=True)]


def contract_of(link: Link | None) -> str | None:
    """What the contract guarantees, when the fund knows."""
    return link.contract if link is not None and link.contract else None


def insurer_of(facts: Mapping[str, Any], link: Link | None) -> str | None:
    """Who pays the complementary part: the C2S, or the insurer of the care day."""
    if facts.get(C2S):
        return C2S
    return link.insurer if link is not None else None
