"""What changes, and what is asked of several records: claims sent and taken back, rights, why."""

import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from parcours.engine.bill.explain import explain_bill
from parcours.engine.bill.receipt import FORMAT
from parcours.engine.bill.settle import settle_bill
from parcours.engine.errors import FactError
from parcours.engine.facts.vocabulary import BY_NAME
from parcours.engine.say.explain import Step, explain
from parcours.engine.say.receipt import answer_of
from parcours.fhir import capability, estimate, problems
from parcours.fhir.adjudication import Payer
from parcours.fhir.claim_read import Asked, read_claim
from parcours.fhir.estimate import PAYERS
from parcours.fhir.issues import Refused, issue_from
from parcours.fhir.kinds import Ask, Resource
from parcours.fhir.person import READ as READ_PERSON
from parcours.fhir.person import coverages
from parcours.fhir.personal import allowed, check_change, check_type, reference
from parcours.fhir.query import found, read_query
from parcours.fhir.refunds import AMC, decisions, response_of
from parcours.fhir.refunds import READ as READ_CLAIMS
from parcours.fhir.sent import CANCELLED, claim_resource, claims_of
from parcours.fhir.site import meta
from parcours.fhir.submit import Others
from parcours.registry.access.model import PRACTICE
from parcours.registry.claims.adjudicate import content_kept, get_claim
from parcours.registry.claims.context import Action, Tag
from parcours.registry.claims.control import Refusal, stop
from parcours.registry.claims.counters import counters_before
from parcours.registry.claims.intake import OF_A_LINE, submit
from parcours.registry.claims.intake import OF_THE_FUND as OF_FUND
from parcours.registry.claims.models import Claim, ClaimState, Decision
from parcours.registry.claims.settling import contract_of
from parcours.registry.complementary.engaging import known_on
from parcours.registry.complementary.service import link_on
from parcours.registry.contexts import POLICY
from parcours.registry.directory.models import Practice
from parcours.registry.directory.service import get_professional
from parcours.registry.errors import RegistryError
from parcours.registry.people.context import PATIENT
from parcours.registry.referrals.models import Referral
from parcours.registry.store.clock import paris_date
from parcours.registry.store.ids import parse_id
from parcours.registry.visits.facts import flow_of, visit_facts
from parcours.text import LANGS, plain_euros

Condition = Sequence[tuple[str, str]]
REFERRAL = re.compile(r"(?:.*/)?ServiceRequest/([0-9a-fA-F-]{36})")
KNOWN = re.compile(r"(?:.*/)?(Patient|Practitioner|PractitionerRole)/([0-9a-fA-F-]{36})")
PLACES = {
    "patient": "Claim.patient", "patient_id": "Claim.patient", "professional": "Claim.provider",
    "professional_id": "Claim.provider", "care_date": "Claim.item[0].servicedDate", "fee": "Claim.item[0].net",
    "number": "Claim.identifier", "fund": "Claim.insurer", "lines": "Claim.item", "facts": "Claim.supportingInfo",
}  # fmt: skip
"""Where a Claim says what a sheet says."""


# --- what a Claim points to ------------------------------------------------------------------------------------------


def id_in(claim: Mapping[str, Any], name: str) -> str | None:
    """The id of a record of ours that a Claim points to."""
    found = KNOWN.fullmatch(str(claim.get(name, {}).get("reference", "")))
    return parse_id(found[2]) if found else None


def professional_of(ask: Ask, claim: Mapping[str, Any]) -> str | None:
    """Who gave the care, by themself or by their role."""
    id_ = id_in(claim, "provider")
    if id_ is not None and "PractitionerRole/" in claim["provider"]["reference"]:
        row = ask.by.session.get(Practice, id_)
        return row.professional_id if row else id_
    return id_


def estimated(ask: Ask, claim: Mapping[str, Any], others: Others) -> Resource:
    """An estimate for somebody the registry knows: what it knows is said for them; nothing is written."""
    check_type(ask, READ_CLAIMS, "Claim")
    asked = read_claim(claim, others)
    person = id_in(claim, "patient")
    unit = ask.by
    action = Action.PREPARE_CLAIM if unit.actor.role in PRACTICE else Action.READ_CLAIMS
    unit.find(PATIENT, person or "unknown", action, Tag.CLAIM_READ)
    professional = professional_of(ask, claim)
    if professional is not None and person is not None:
        add_known(ask, asked, person, get_professional(unit.session, professional).id)
    return estimate.answer_of(asked, ask.site)


def add_known(ask: Ask, asked: Asked, person: str, professional: str) -> None:
    """What the registry knows of a visit, where the Claim does not say otherwise: facts, contract, counters."""
    session = ask.by.session
    first = asked.bill["lines"][0].get("care_date") or asked.bill.get("care_date")
    day = date.fromisoformat(str(first))
    known = visit_facts(session, person, professional, day).values()
    link = link_on(session, person, day)
    if contract_of(link) and not known.get("c2s"):
        known["contract"] = contract_of(link)
    counters = counters_before(session, person, professional, day, day.year)
    borne = {"pf_year": counters.participation_annee, "franchise_year": counters.franchise_annee}
    known |= {name: plain_euros(cents) for name, cents in borne.items()}
    for name, value in known.items():
        if value is not None and name not in ("patient_id", "professional_id", "care_date"):
            asked.bill.setdefault(name, value)
            asked.where.setdefault(name, "Claim.patient")


# --- claims ----------------------------------------------------------------------------------------------------------


def sheet_of(ask: Ask, claim: Mapping[str, Any], others: Others) -> tuple[dict[str, Any], Asked]:
    """A Claim as a sheet. Raises `ProblemError`."""
    asked = read_claim(claim, others)
    lines = asked.bill.pop("lines")
    facts = {name: value for name, value in asked.bill.items() if name in BY_NAME and name not in OF_FUND}
    days = {str(line.pop("care_date", asked.bill.get("care_date"))) for line in lines}
    if len(days) > 1:
        raise problems.one_day(field="Claim.item[1].servicedDate")
    acts = lines
    if len(lines) == 1:
        own = {name: value for name, value in lines[0].items() if name in BY_NAME and name != "fee"}
        facts |= own
        if not set(lines[0]) - set(own) - {"fee", "code"}:
            facts |= {} if lines[0]["code"] == "consultation" else {"act": lines[0]["code"]}
            acts = [lines[0]["fee"]] if "fee" in lines[0] else [None]
    facts = {name: value for name, value in facts.items() if len(acts) == 1 or name not in OF_A_LINE}
    name_referral(ask, claim, facts)
    number = next((one.get("value", "") for one in claim.get("identifier", ())), "")
    said = {
        "patient": id_in(claim, "patient") or "", "professional": professional_of(ask, claim) or "",
        "care_date": days.pop(), "lines": acts,
        "number": int(number) if number.isdecimal() and 0 < int(number) < 1_000_000 else number_of(number),
        "tiers_payant": asked.bill.get("tiers_payant", "none"), "ips": asked.ips, "facts": facts,
        "kind": next((name for name in ("degraded", "paper") if asked.made.get(name)), "electronic"),
    }  # fmt: skip
    for name in ("patient", "professional"):
        if not said[name]:
            raise problems.unknown_reference(field=PLACES[name], reference=name)
    return said, asked


def name_referral(ask: Ask, claim: Mapping[str, Any], facts: dict[str, Any]) -> None:
    """A sheet that names a referral says which flow it is of. Raises `ProblemError`: none of this person."""
    if "referral" not in claim:
        return
    found = REFERRAL.fullmatch(str(claim["referral"].get("reference", "")))
    key = parse_id(found[1]) if found else None
    row = ask.by.session.get(Referral, key) if key else None
    if row is None or row.insured_id != id_in(claim, "patient"):
        raise problems.unknown_reference(field="Claim.referral", reference="referral")
    facts.setdefault("referral", flow_of(row))


def number_of(identifier: str) -> int:
    """The order number that stands for the identifier of a Claim."""
    return 1 + zlib.crc32(identifier.encode()) % 999_999


def already(ask: Ask, person: str, professional: str, unless: Condition) -> Claim | None:
    """The sheet of a professional for a person that meets a condition (`If-None-Exist`). Raises `ProblemError`."""
    params = capability.KINDS["Claim"].params
    query = read_query("Claim", unless, {"Claim": params}, strict=True)
    mine = {one.id: one for one in claims_of(ask, person) if one.professional_id == professional}
    found_ones = found(query, [claim_resource(ask, one) for one in mine.values()], params)
    if len(found_ones) > 1:
        raise problems.several(field="If-None-Exist")
    return mine[found_ones[0]["id"]] if found_ones else None


def send(ask: Ask, claim: Mapping[str, Any], others: Others, unless: Condition = ()) -> tuple[Claim, bool]:
    """Submit a sheet, unless one meets a condition: the claim, and whether it is a new one."""
    unit = ask.by
    check_change(ask, READ_CLAIMS, "Claim")
    said, asked = sheet_of(ask, claim, others)
    unit.find(PATIENT, said["patient"], Action.PREPARE_CLAIM)
    try:
        doctor = get_professional(unit.session, said["professional"])
        record = replace(POLICY.load(unit.session, PATIENT, said["patient"]), professional_id=doctor.id)
        unit.allow(Action.SUBMIT_CLAIM, record)
        kept = already(ask, said["patient"], doctor.id, unless) if unless else None
        if kept is not None:
            unit.note(Tag.CLAIM_READ, record, claim=kept.id)
            return kept, False
        before = unit.incoming.at
        row = submit(unit.session, said, day=paris_date(before), at=before)
    except FactError as error:
        raise estimate.refused(asked, error) from error
    except RegistryError as error:
        raise placed(error) from error
    unit.note(Tag.CLAIM_SUBMIT, record, claim=row.id)
    return row, row.received_on == paris_date(before) and row.recorded_at >= before


def placed(error: RegistryError) -> Refused:
    """What the registry refuses, at its place in the Claim, in both languages."""
    where = PLACES.get(error.field or "", "Claim")
    return Refused(error.http_status, issue_from(error, error.http_status, where))


def answered(ask: Ask, row: Claim) -> Resource:
    """The answer to a claim as it stands."""
    return response_of(ask, row, decisions(ask, row.insured_id).get(row.id, []))


def cancel(ask: Ask, id_: str) -> Claim:
    """Take a sheet back before it is decided; twice is the same. Raises NotFound, Conflict."""
    unit = ask.by
    check_change(ask, READ_CLAIMS, "Claim")
    key = parse_id(id_)
    row = unit.session.get(Claim, key) if key else None
    unit.find(PATIENT, row.insured_id if row else "unknown", Action.PREPARE_CLAIM)
    assert row is not None  # noqa: S101 - nobody is found for no claim
    record = replace(POLICY.load(unit.session, PATIENT, row.insured_id), professional_id=row.professional_id)
    unit.allow(Action.SUBMIT_CLAIM, record)
    claim = get_claim(unit.session, row.id, row.insured_id)
    if claim.reason != CANCELLED:
        if claim.state not in (ClaimState.RECEIVED, ClaimState.HELD, ClaimState.WAITING_FOR_PROOF):
            raise problems.decided_already(field="Claim.status")
        at = unit.incoming.at
        stop(unit.session, claim, Refusal(CANCELLED), day=paris_date(at), at=at)
    unit.note(Tag.CLAIM_SUBMIT, record, claim=claim.id)
    return claim


def check_match(ask: Ask, id_: str, given: str) -> None:
    """Raise `ProblemError` (412) when the claim is no longer the version that was read."""
    from parcours.fhir.serve import etag_of, stamped

    key = parse_id(id_)
    row = ask.by.session.get(Claim, key) if key else None
    if row is not None and given.strip() not in ("*", etag_of(stamped(claim_resource(ask, row)))):
        raise problems.stale(field="If-Match")


def shown(ask: Ask, row: Claim) -> Resource:
    """A claim as a resource."""
    return claim_resource(ask, row)


# --- rights ----------------------------------------------------------------------------------------------------------


def eligibility(ask: Ask, asked: Mapping[str, Any]) -> Resource:
    """`CoverageEligibilityRequest/$submit`: the coverages of a day."""
    check_type(ask, READ_PERSON, "Coverage")
    person = id_in(asked, "patient")
    ask.by.find(PATIENT, person or "unknown", READ_PERSON.action, READ_PERSON.tag)
    day = str(asked.get("servicedDate") or asked.get("servicedPeriod", {}).get("start") or asked["created"])[:10]
    held = [one for one in coverages(ask, person or "") if holds(one, day)]
    insurance = [
        {"coverage": reference("Coverage", one["id"], one["type"]["coding"][0]["code"]), "inforce": True,
         "benefitPeriod": one["period"]} for one in held
    ]  # fmt: skip
    promise = promised(ask, asked, person or "", day)
    nobody = {"coverage": {"display": PAYERS[Payer.AMO].fr}, "inforce": False}
    insurer = next((one["payor"][0] for one in held), {"display": PAYERS[Payer.AMO].fr})
    return {
        "resourceType": "CoverageEligibilityResponse", "meta": meta(), "status": "active", "purpose": asked["purpose"],
        "patient": asked["patient"], "servicedDate": day, "created": estimate.now(),
        "request": {"display": "CoverageEligibilityRequest"}, "outcome": "complete",
        "disposition": f"Droits au {day} (simulé)", "insurer": insurer, "insurance": insurance or [nobody],
        **({"preAuthRef": promise} if promise else {}),
    }  # fmt: skip


def promised(ask: Ask, asked: Mapping[str, Any], person: str, day: str) -> str | None:
    """The number under which the complementary insurer promises to pay the practice that is named, if it does."""
    professional = professional_of(ask, asked)
    if professional is None or len(day) != len("2026-01-01"):
        return None
    return known_on(ask.by.session, professional, person, date.fromisoformat(day)).engagement


def holds(coverage: Resource, day: str) -> bool:
    """Is a coverage in force on a day?"""
    dates = coverage["period"]
    return bool(dates["start"] <= day <= dates.get("end", "9999-12-31"))


# --- why --------------------------------------------------------------------------------------------------------------


def case_of(ask: Ask, stage: str, case: str) -> Resource:
    """A case of the engine."""
    coding: Resource = ask.site.concept("case", f"{stage}.{case}")["coding"][0]
    return coding


def steps_of(receipt: Mapping[str, Any], lang: str) -> list[Step]:
    """The steps of a receipt, those of each line for several acts."""
    if receipt["format"] != FORMAT:
        return list(explain(answer_of(receipt), lang).steps)
    told = explain_bill(settle_bill(receipt["bill"], receipt["chosen_readings"]), lang)
    return [*told.pathway, *(step for line in told.lines for step in line.steps)]


def explain_eob(ask: Ask, id_: str) -> Resource:
    """`ExplanationOfBenefit/$explain`: why each amount, in both languages."""
    check_type(ask, READ_CLAIMS, "ExplanationOfBenefit")
    key = parse_id(id_.removesuffix(AMC))
    row = ask.by.session.get(Decision, key) if key else None
    if not allowed(ask, READ_CLAIMS, row.insured_id if row else "unknown") or row is None:
        raise problems.not_found(field="id")
    said = [steps_of(content_kept(row)["receipt"], lang) for lang in LANGS]
    steps = [
        {"name": "step", "part": [
            {"name": "stage", "valueCode": french.stage},
            {"name": "case", "valueCoding": case_of(ask, french.stage, french.case)},
            {"name": "fr", "valueString": french.text}, {"name": "en", "valueString": english.text},
            *({"name": "article", "valueString": one.title} for one in french.references),
        ]}
        for french, english in zip(*said, strict=True)
    ]  # fmt: skip
    return {"resourceType": "Parameters", "parameter": steps}
