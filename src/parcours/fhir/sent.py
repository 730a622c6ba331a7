"""A sheet as a Claim: what was sent, who covered it, who is paid."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select

from parcours.fhir.adjudication import Payer
from parcours.fhir.claim_read import PROFESSIONS
from parcours.fhir.estimate import PAYERS
from parcours.fhir.kinds import Ask, Resource
from parcours.fhir.person import covering, fund_id, related_to
from parcours.fhir.personal import own, reference
from parcours.fhir.site import HL7, concept, meta, money
from parcours.registry.claims.models import Claim, ClaimState, SheetKind
from parcours.registry.claims.sheets import PAPERS, said
from parcours.registry.complementary.engaging import known_on
from parcours.registry.directory.models import Professional
from parcours.registry.referrals.context import Action as ReferralAction
from parcours.registry.referrals.context import of_referral
from parcours.registry.referrals.models import Referral, ReferralUse

CANCELLED = "SIM-CANCELLED"
TYPES = {profession: kind for kind, profession in PROFESSIONS.items()}
"""Profession -> type of its claims; professional, for any other."""
EXECUTANT = concept(f"{HL7}claimcareteamrole", "primary")
REFERRING = {"system": "http://hl7.org/fhir/us/carin-bb/CodeSystem/C4BBClaimCareTeamRole", "code": "referring"}


def claims_of(ask: Ask, person: str) -> list[Claim]:
    """The claims of a person, newest first."""
    return own(ask, Claim, person, Claim.id.desc())


def cancelled(claim: Claim) -> bool:
    """Was it taken back by who sent it, or whole by the fund?"""
    return claim.reason == CANCELLED or claim.state is ClaimState.REVERSED


def common(ask: Ask, claim: Claim) -> Resource:
    """What a claim and its answers say alike."""
    return {
        "status": "cancelled" if cancelled(claim) else "draft" if claim.state is ClaimState.DRAFT else "active",
        "type": concept(f"{HL7}claim-type", type_of(ask, claim)), "use": "claim",
        "patient": reference("Patient", claim.insured_id),
        "insurer": reference("Organization", fund_id(ask, claim.fund_code)),
    }  # fmt: skip


def type_of(ask: Ask, claim: Claim) -> str:
    """The type of a claim, by the profession of who gave the care; looked up once a request."""
    known: dict[str, str] = ask.once("professions", lambda: professions(ask, ask.together) if ask.together else {})
    if claim.professional_id not in known:
        known[claim.professional_id] = ask.by.session.get_one(Professional, claim.professional_id).profession
    return TYPES.get(known[claim.professional_id], "professional")


def professions(ask: Ask, people: tuple[str, ...]) -> dict[str, str]:
    """Professional -> profession, of those who gave people care."""
    theirs = select(Claim.professional_id).where(Claim.insured_id.in_(people))
    rows = ask.by.session.execute(select(Professional.id, Professional.profession).where(Professional.id.in_(theirs)))
    return {id_: profession for id_, profession in rows}  # noqa: C416 - rows are not pairs for mypy


def coverage(ask: Ask, claim: Claim) -> Resource:
    """The compulsory insurance of the day of the care; by its name alone when the registry holds none."""
    return {**(covering(ask, claim.insured_id, claim.care_date, "amo") or {}), "display": PAYERS[Payer.AMO].fr}


def complementary(ask: Ask, claim: Claim, insurer: str | None) -> Resource:
    """The complementary insurance that paid, or that a day knows."""
    found = covering(ask, claim.insured_id, claim.care_date, "amc", insurer or "") or {}
    return {**found, "display": insurer or found.get("display") or PAYERS[Payer.AMC].fr}


def insurances(ask: Ask, claim: Claim, content: Mapping[str, Any]) -> list[Resource]:
    """Who insures the care: the fund first; then the contract of the day, with the number of its promise to pay."""
    both: list[Resource] = [{"sequence": 1, "focal": True, "coverage": coverage(ask, claim)}]
    other = covering(ask, claim.insured_id, claim.care_date, "amc")
    if other is not None:
        both.append({"sequence": 2, "focal": False, "coverage": other})
        if content["tiers_payant"] == "full":
            promise = known_on(ask.by.session, claim.professional_id, claim.insured_id, claim.care_date)
            if promise.engagement and promise.insurer == other.get("display"):
                both[1]["preAuthRef"] = [promise.engagement]
    return both


def payee(claim: Claim, third_party: bool) -> Resource:
    """Who is paid: who gave the care, or the insured."""
    kind, who, id_ = (
        ("provider", "Practitioner", claim.professional_id) if third_party
        else ("subscriber", "Patient", claim.insured_id)
    )  # fmt: skip
    return {"type": concept(f"{HL7}payeetype", kind), "party": reference(who, id_)}


def paid_to(ask: Ask, claim: Claim, third_party: bool) -> Resource:
    """The same; a parent whose card was read is the related person that they are to the child."""
    said_ = payee(claim, third_party)
    if third_party or claim.payee_id == claim.insured_id:
        return said_
    related = related_to(ask, claim.insured_id, claim.payee_id)
    return said_ | {"party": related} if related else {"type": said_["type"]}


def care_team(ask: Ask, claim: Claim, referral: Referral | None) -> list[Resource]:
    """Who gave the care; then who referred."""
    team = [{"sequence": 1, "provider": reference("Practitioner", claim.professional_id), "role": EXECUTANT}]
    if referral is not None:
        role = ask.site.concept("care-team-role", "referrer")
        role["coding"].append(REFERRING)
        team.append({"sequence": 2, "provider": reference("Practitioner", referral.author_id), "role": role})
    return team


def referral_of(ask: Ask, claim: Claim) -> Referral | None:
    """The referral that the care used; none that a minor keeps from who asks."""

    def uses(people: tuple[str, ...]) -> dict[tuple[str, str, date], Referral]:
        query = select(ReferralUse, Referral).join(Referral, Referral.id == ReferralUse.referral_id)
        rows = ask.by.session.execute(query.where(Referral.insured_id.in_(people), ReferralUse.cancelled_at.is_(None)))
        return {
            (row.insured_id, use.professional_id, use.care_date): row for use, row in rows
            if not row.withheld or ask.by.may(ReferralAction.READ_REFERRAL, of_referral(ask.by.session, row))
        }  # fmt: skip

    found = ask.among("uses", claim.insured_id, uses)
    return found.get((claim.insured_id, claim.professional_id, claim.care_date))


def referred(referral: Referral | None) -> Resource:
    """The reference to a referral, where there is one."""
    return {"referral": reference("ServiceRequest", referral.id)} if referral else {}


def item_of(claim: Claim, number: int, cents: int, content: Mapping[str, Any]) -> Resource:
    """An act of a sheet."""
    acts = content.get("acts") or []
    act = acts[number - 1] if number <= len(acts) else content["facts"]
    code = str(act.get("code") or content["facts"].get("act", "consultation"))
    quantity = str(act.get("quantity") or 1)
    said_: Resource = {
        "sequence": number, "productOrService": {"coding": [{"code": code}], "text": code},
        "servicedDate": str(claim.care_date),
    }  # fmt: skip
    if quantity.isdecimal() and int(quantity) and cents % int(quantity) == 0:
        said_ |= {"quantity": {"value": int(quantity)}, "unitPrice": money(cents // int(quantity))}
    if act.get("modifiers"):
        said_["modifier"] = [{"coding": [{"code": str(one)}]} for one in act["modifiers"]]
    return said_ | {"net": money(cents)}


def claim_resource(ask: Ask, claim: Claim) -> Resource:
    """A sheet as it was sent."""
    content, referral = said(claim), referral_of(ask, claim)
    resource = {
        "resourceType": "Claim", "id": claim.id, "meta": meta(updated=claim.recorded_at.isoformat()),
        "identifier": [
            {"system": f"{ask.site.base}/sid/sheet", "value": claim.sheet_key},
            {"system": f"{ask.site.base}/sid/sheet-number", "value": str(claim.sheet_number)},
        ],
        **common(ask, claim), "created": str(claim.received_on or claim.care_date),
        "provider": reference("Practitioner", claim.professional_id),
        "priority": concept(f"{HL7}processpriority", "normal"),
        "careTeam": care_team(ask, claim, referral), **referred(referral),
        "supportingInfo": information(ask, claim, content),
        "insurance": insurances(ask, claim, content),
        "payee": paid_to(ask, claim, content["tiers_payant"] != "none"),
        "item": [item_of(claim, at, cents, content) for at, cents in enumerate(content["lines"], start=1)],
        "total": money(claim.fee),
    }  # fmt: skip
    if not resource["supportingInfo"]:
        del resource["supportingInfo"]
    if claim.original_id:
        related = {"claim": reference("Claim", claim.original_id)}
        resource["related"] = [related | {"relationship": concept(f"{HL7}ex-relatedclaimrelationship", "prior")}]
    return resource


def information(ask: Ask, claim: Claim, content: Mapping[str, Any]) -> list[Resource]:
    """What the sheet says beside its acts: its facts, how it was made, the indicator of the pathway."""
    found: list[Resource] = [
        {"category": ask.site.concept("claim-info", name), "valueString": str(value)}
        for name, value in sorted(content["facts"].items())
        if name != "act"
    ]
    made = {"degraded": claim.kind is SheetKind.DEGRADED, "paper": claim.kind in PAPERS,
            "signed": claim.state is not ClaimState.DRAFT}  # fmt: skip
    found += [
        {"category": ask.site.concept("claim-info", name), "valueBoolean": True} for name, true in made.items() if true
    ]
    if content["ips"]:
        category = ask.site.concept("claim-info", "IPS")
        found.append({"category": category, "code": ask.site.concept("ips", content["ips"])})
    return [{"sequence": number, **one} for number, one in enumerate(found, start=1)]
