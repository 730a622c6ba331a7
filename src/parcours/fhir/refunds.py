"""Refunds as they were decided: ClaimResponse, ExplanationOfBenefit, Provenance; and the sheet, as a Claim."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache, partial
from typing import Any

from sqlalchemy import select

from parcours.fhir.adjudication import Amounts, Payer, adjudications, headline, totals
from parcours.fhir.estimate import PAYERS
from parcours.fhir.insurers import insurer
from parcours.fhir.kinds import Access, Ask, Kind, Resource
from parcours.fhir.personal import own, personal, reference
from parcours.fhir.query import Param
from parcours.fhir.sent import (
    care_team,
    claim_resource,
    claims_of,
    common,
    complementary,
    coverage,
    item_of,
    paid_to,
    payee,
    referral_of,
    referred,
)
from parcours.fhir.site import HL7, concept, meta, money
from parcours.registry.claims.adjudicate import content_kept
from parcours.registry.claims.context import Action, Tag
from parcours.registry.claims.counters import borne_by
from parcours.registry.claims.models import DECIDED, Claim, ClaimEvent, ClaimState, Decision
from parcours.registry.claims.sheets import said
from parcours.registry.claims.words import STATES, code_of, reason
from parcours.registry.payments.account import cap, refunds_set_off
from parcours.registry.payments.service import PAID_BEFORE
from parcours.registry.store.clock import paris_today
from parcours.registry.store.ids import parse_id
from parcours.text import LANGS

READ = Access(Action.READ_CLAIMS, Tag.CLAIM_READ)
STATEMENT = Access(Action.READ_CLAIMS, Tag.STATEMENT_READ)
AMC = "-amc"
"""Ending of the id of what the complementary insurer decides."""
CAPS = {
    "participation-forfaitaire": "participation_forfaitaire.plafond_annee", "franchise": "franchise.plafond_annee",
}  # fmt: skip
"""The two yearly counters, and how the law names the most of each."""
REFUSED = (ClaimState.REJECTED, ClaimState.TIME_BARRED, ClaimState.REFUSED)
Settled = Sequence[tuple[Amounts, Mapping[str, str]]]
"""The amounts and the cases of each act."""
OF_RECEIPT = ("ticket_moderateur", "forfait_acte_lourd", "depassement")


# --- answers ---------------------------------------------------------------------------------------------------------


def decisions(ask: Ask, person: str) -> dict[str, list[Decision]]:
    """The decisions about each claim of a person, the first one first."""
    found: dict[str, list[Decision]] = {}
    for one in own(ask, Decision, person, Decision.claim_id, Decision.number):
        found.setdefault(one.claim_id, []).append(one)
    return found


def settled_lines(claim: Claim, kept: Resource) -> list[tuple[Amounts, Mapping[str, str]]]:
    """The amounts and the cases of each act, from the receipt."""
    receipt, fees = kept["receipt"], said(claim)["lines"]
    parts = receipt.get("lines") or [receipt]
    return [
        (Amounts.of_all({**one["result"], "fee": fee}), {name.removeprefix("case_"): str(case) for name, case in
                                                         one["cases"].items()})
        for one, fee in zip(parts, fees, strict=False)
    ]  # fmt: skip


def sum_of(decision: Decision, lines: Settled) -> Amounts:
    """The amounts of a decision; those that the tables do not hold are in its receipt."""
    rest = {name: sum(getattr(one, name) for one, _ in lines) for name in OF_RECEIPT}
    return Amounts(
        decision.fee, decision.base, decision.rate, rest["ticket_moderateur"], decision.majoration, decision.pf,
        decision.fr, rest["forfait_acte_lourd"], decision.amo, decision.amc, decision.patient, decision.advance,
        decision.deferred, rest["depassement"],
    )  # fmt: skip


def response_of(ask: Ask, claim: Claim, about: list[Decision]) -> Resource:
    """The fund's answer: waiting, decided, refused with its reason."""
    current = next((one for one in about if one.current), None)
    refused = claim.state in REFUSED
    outcome = "error" if refused else "complete" if claim.state in DECIDED else "queued"
    resource = {
        "resourceType": "ClaimResponse", "id": claim.id, "meta": meta(updated=claim.recorded_at.isoformat()),
        **common(ask, claim), "created": str(current.decided_on if current else claim.received_on or claim.care_date),
        "requestor": reference("Practitioner", claim.professional_id), "request": reference("Claim", claim.id),
        "outcome": outcome, "disposition": f"Feuille {STATES[claim.state].fr} (simulée)",
        "insurance": [{"sequence": 1, "focal": True, "coverage": coverage(ask, claim)}],
    }  # fmt: skip
    if refused and claim.reason:
        why = reason(claim.reason)
        resource["error"] = [{"code": ask.site.concept("reason", code_of(claim.reason), why.fr)}]
        resource["disposition"] = f"Refusée (simulée) : {why.fr}"
    if current is not None:
        lines = settled_lines(claim, content_kept(current))
        whole = sum_of(current, lines)
        resource |= {
            "disposition": headline(whole, "fr"),
            "item": [
                {"itemSequence": number, "noteNumber": notes_of(number),
                 "adjudication": adjudications(ask.site, one[0], Payer.AMO, one[1])}
                for number, one in enumerate(lines, start=1)
            ],
            "total": totals(ask.site, whole, Payer.AMO), "processNote": process_notes(lines),
            "payeeType": payee(claim, current.to_professional)["type"],
        }  # fmt: skip
    return resource


def notes_of(number: int) -> list[int]:
    """The numbers of the sentences about a line."""
    return [len(LANGS) * (number - 1) + at for at in range(1, len(LANGS) + 1)]


def process_notes(lines: Settled) -> list[Resource]:
    """Who pays what of each line, in French, then in English."""
    return [
        {"number": number, "type": "display", "text": headline(amounts, lang),
         "language": concept("urn:ietf:bcp:47", lang)}
        for at, (amounts, _) in enumerate(lines, start=1) for number, lang in zip(notes_of(at), LANGS, strict=True)
    ]  # fmt: skip


def explanations(ask: Ask, claim: Claim, about: list[Decision]) -> Iterator[Resource]:
    """What each payer decided, the last decision first; a decision that was replaced is cancelled."""
    for at, decision in reversed(list(enumerate(about))):
        kept = content_kept(decision)
        payers = [Payer.AMO, *([Payer.AMC] if decision.amc else [])]
        before = about[at - 1] if at else None
        for payer in payers:
            yield explanation(ask, claim, (decision, kept), payer, before)


def explanation(
    ask: Ask, claim: Claim, decided: tuple[Decision, Resource], payer: Payer, before: Decision | None
) -> Resource:
    """What one payer decided about a claim, as the patient reads it."""
    decision, kept = decided
    lines = settled_lines(claim, kept)
    whole = sum_of(decision, lines)
    ending = AMC if payer is Payer.AMC else ""
    content, referral = said(claim), referral_of(ask, claim)
    insured_by = complementary(ask, claim, decision.insurer) if ending else coverage(ask, claim)
    resource = {
        "resourceType": "ExplanationOfBenefit", "id": f"{decision.id}{ending}",
        "meta": meta(updated=decision.known_at.isoformat()), **common(ask, claim),
        "status": "active" if decision.current else "cancelled", "created": str(decision.decided_on),
        "provider": reference("Practitioner", claim.professional_id), "claim": reference("Claim", claim.id),
        "claimResponse": reference("ClaimResponse", claim.id), "outcome": "complete",
        "disposition": headline(whole, "fr"),
        "careTeam": care_team(ask, claim, referral), **referred(referral),
        "payee": paid_to(ask, claim, decision.amc_to_professional if ending else decision.to_professional),
        "insurance": [{"focal": True, "coverage": insured_by}],
        "item": [
            item_of(claim, number, amounts.fee, content)
            | {"noteNumber": notes_of(number), "adjudication": adjudications(ask.site, amounts, payer, cases)}
            for number, (amounts, cases) in enumerate(lines, start=1)
        ],
        "total": totals(ask.site, whole, payer),
        "processNote": process_notes(lines),
        "benefitPeriod": {"start": f"{decision.year}-01-01", "end": f"{decision.year}-12-31"},
        "supportingInfo": [{"sequence": 1, "category": ask.site.concept("claim-info", "IPS"),
                            "code": ask.site.concept("qcp", str(kept["computed_code"]))}],
    }  # fmt: skip
    if payer is Payer.AMC:
        resource["insurer"] = insurer(decision.insurer) if decision.insurer else {"display": PAYERS[payer].fr}
    else:
        resource["benefitBalance"] = balances(ask, decision)
        resource |= payment(ask, claim, decision)
    if before is not None:
        relation = concept(f"{HL7}ex-relatedclaimrelationship", "prior")
        about = {"claim": reference("Claim", claim.id), "reference": {"value": f"{before.id}{ending}"}}
        resource["related"] = [about | {"relationship": relation}]
    return resource


def balances(ask: Ask, decision: Decision) -> list[Resource]:
    """The two yearly counters, as they are today for the year of the decision."""
    found = ask.among("borne", decision.insured_id, partial(borne_by, ask.by.session)).get(decision.insured_id, {})
    day = min(paris_today(), date(decision.year, 12, 31))
    return [
        {
            "category": ask.site.concept("adjudication-fr", name), "unit": concept(f"{HL7}benefit-unit", "individual"),
            "term": concept(f"{HL7}benefit-term", "annual"),
            "financial": [{"type": concept(f"{HL7}benefit-type", "benefit"), "usedMoney": money(used),
                           "allowedMoney": most(name, day)}],
        }
        for name, used in zip(CAPS, found.get(decision.year, (0, 0)), strict=True)
    ]  # fmt: skip


@lru_cache(maxsize=256)
def most(name: str, day: date) -> Resource:
    """The most of a yearly counter, by the law of a day."""
    return money(cap(CAPS[name], day))


def payment(ask: Ask, claim: Claim, decision: Decision) -> Resource:
    """What was transferred of it, when; and what was kept of it for other acts, each named."""
    if claim.state not in PAID_BEFORE or not decision.current or not decision.amo:
        return {}
    day = paid_on(ask, claim)
    taken = ask.among("set_off", claim.insured_id, partial(refunds_set_off, ask.by.session)).get(claim.id, [])
    kept = sum(cents for cents, _ in taken)
    said: Resource = {
        "type": concept(f"{HL7}ex-paymenttype", "partial" if kept else "complete"),
        "amount": money(max(0, decision.amo - kept)),
    }
    if kept:
        acts = dict.fromkeys(act for _, acts in taken for act in acts)
        url = ask.site.extension("taken-for")
        said |= {
            "extension": [{"url": url, "valueReference": reference("Claim", act)} for act in acts],
            "adjustment": money(kept), "adjustmentReason": ask.site.concept("adjudication-fr", "differe"),
        }  # fmt: skip
    return {"payment": said | ({"date": str(day)} if day else {})}


def paid_on(ask: Ask, claim: Claim) -> date | None:
    """The day of the last payment of a claim."""

    def days(people: tuple[str, ...]) -> dict[str, date]:
        query = select(ClaimEvent.claim_id, ClaimEvent.day).join(Claim, Claim.id == ClaimEvent.claim_id)
        query = query.where(Claim.insured_id.in_(people), ClaimEvent.state == ClaimState.PAID)
        rows = ask.by.session.execute(query.order_by(ClaimEvent.number))
        return {claim_id: day for claim_id, day in rows}  # noqa: C416 - rows are not pairs for mypy

    return ask.among("paid", claim.insured_id, days).get(claim.id)


def provenance(ask: Ask, decision: Decision) -> Resource:
    """The receipt of a decision: the engine, the law it read, and the hash that a replay must find again."""
    receipt, endings = content_kept(decision)["receipt"], ("", AMC) if decision.amc else ("",)
    sources = {"receipt": receipt["hash"], "rules": receipt["engine"]["rules"], "law": receipt["law"]["data"]}
    return {
        "resourceType": "Provenance", "id": decision.id, "meta": meta(updated=decision.known_at.isoformat()),
        "target": [reference("ExplanationOfBenefit", f"{decision.id}{one}") for one in endings],
        "recorded": decision.known_at.isoformat(),
        "agent": [{"type": concept(f"{HL7}provenance-participant-type", "assembler"),
                   "who": {"display": f"parcours {receipt['engine']['version']}"}}],
        "entity": [
            {"role": "source", "what": {"identifier": {"system": f"{ask.site.base}/sid/{name}", "value": value},
                                        "display": name}}
            for name, value in sources.items()
        ],
    }  # fmt: skip


# --- rows of a person ------------------------------------------------------------------------------------------------


def claims(ask: Ask, person: str) -> Iterator[Resource]:
    """Every sheet."""
    return (claim_resource(ask, one) for one in claims_of(ask, person))


def responses(ask: Ask, person: str) -> Iterator[Resource]:
    """The answer to every sheet."""
    about = decisions(ask, person)
    return (response_of(ask, one, about.get(one.id, [])) for one in claims_of(ask, person))


def eobs(ask: Ask, person: str) -> Iterator[Resource]:
    """Every explanation, newest claim first."""
    about = decisions(ask, person)
    for one in claims_of(ask, person):
        yield from explanations(ask, one, about.get(one.id, []))


def provenances(ask: Ask, person: str) -> Iterator[Resource]:
    """The receipt of every decision."""
    return (provenance(ask, one) for found in decisions(ask, person).values() for one in found)


def owner_by(model: Any, column: str, ending: str = "") -> Any:
    """Whose is a row."""

    def owner(ask: Ask, id_: str) -> str | None:
        key = parse_id(id_.removesuffix(ending) if ending else id_)
        row = ask.by.session.get(model, key) if key else None
        return getattr(row, column) if row else None

    return owner


OF_PATIENT = Param("reference", ("patient",))
CREATED = Param("date", ("created",))
STATUS = Param("token", ("status",))
KINDS: tuple[Kind, ...] = (
    replace(personal(
        "Claim", READ, claims, owner_by(Claim, "insured_id"),
        {
            "patient": OF_PATIENT, "identifier": Param("token", ("identifier",)), "created": CREATED, "status": STATUS,
            "provider": Param("reference", ("provider",)), "use": Param("token", ("use",)),
            "insurer": Param("reference", ("insurer",)),
        },
    ), creates=True),
    personal(
        "ClaimResponse", READ, responses, owner_by(Claim, "insured_id"),
        {
            "patient": OF_PATIENT, "request": Param("reference", ("request",)), "created": CREATED, "status": STATUS,
            "outcome": Param("token", ("outcome",)), "requestor": Param("reference", ("requestor",)),
            "insurer": Param("reference", ("insurer",)),
        },
    ),
    personal(
        "ExplanationOfBenefit", READ, eobs, owner_by(Decision, "insured_id", AMC),
        {
            "patient": OF_PATIENT, "claim": Param("reference", ("claim",)), "created": CREATED, "status": STATUS,
            "provider": Param("reference", ("provider",)), "type": Param("token", ("type",)),
            "service-date": Param("date", ("item.servicedDate",)), "insurer": Param("reference", ("insurer",)),
            "coverage": Param("reference", ("insurance.coverage",)), "identifier": Param("token", ("identifier",)),
        },
    ),
    personal(
        "Provenance", READ, provenances, owner_by(Decision, "insured_id"),
        {"patient": Param("reference", ()), "target": Param("reference", ("target",)),
         "recorded": Param("date", ("recorded",))},
    ),
)  # fmt: skip
