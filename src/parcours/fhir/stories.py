"""Words of stories that are about this face: an estimate before care, a search that pages.

A story plays them through the reads, searches and operations of the face, as the insured or as the fund would.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from parcours.edge import unit as units
from parcours.edge.caller import Caller, Incoming
from parcours.edge.services import Services
from parcours.edge.settings import Settings
from parcours.fhir import actions
from parcours.fhir.capability import KINDS
from parcours.fhir.kinds import Ask, Resource
from parcours.fhir.paging import opened
from parcours.fhir.query import read_query
from parcours.fhir.serve import SERVED, bundle
from parcours.fhir.site import HL7, Site, concept, money
from parcours.registry.access.model import Actor, Role
from parcours.registry.audit.context import Tag
from parcours.registry.audit.models import AuditEvent
from parcours.registry.claims.adjudicate import adjudicate
from parcours.registry.claims.models import SheetKind
from parcours.registry.scenario.failed import Failed
from parcours.registry.scenario.language import cents
from parcours.registry.scenario.stage import FUND, Stage
from parcours.registry.scenario.verbs import enter, mutuelle, said
from parcours.registry.scenario.words import SHEET, Verb, verb

SITE = Site("http://127.0.0.1:8000/fhir")
NOBODY = "0199f0a4-7c3e-7a51-8f0d-5b1e2a9c4d10"
NAMES = {"amo": "benefit", "amc": "priorpayerpaid"}
Event = Mapping[str, Any]


def asking(stage: Stage, actor: Actor, work: Callable[[Ask], Any], *, changes: bool = False) -> Any:
    """Do something as somebody, in a unit of work with its policy and its trail."""
    services = Services(Settings(), stage.database)
    incoming = Incoming("POST" if changes else "GET", "/fhir/", at=stage.at)
    opening = units.writing if changes else units.reading
    with opening(services, incoming, Caller(actor, None, None)) as unit:
        return work(Ask(SITE, unit))


def claim_of(stage: Stage, session: Session, event: Event) -> Resource:
    """The Claim that an event tells of."""
    of, by = said(stage, event, "of") or "ana", said(stage, event, "by") or "mt"
    day, fee = str(said(stage, event, "care") or stage.today), money(cents(said(stage, event, "fee")))
    facts = {**(event.get("facts") or {}), "tiers_payant": said(stage, event, "tp") or "none"}
    act = facts.pop("act", "consultation")
    info = [
        {"sequence": number, "category": concept(SITE.system("claim-info"), name), **valued(value)}
        for number, (name, value) in enumerate(sorted(facts.items()), start=1)
    ]
    coverage = {"sequence": 1, "focal": True, "coverage": {"display": "AMO"}}
    item = {"sequence": 1, "productOrService": {"coding": [{"code": act}]}, "servicedDate": day, "net": fee}
    return {
        "resourceType": "Claim", "status": "active", "use": event["use"],
        "type": concept(f"{HL7}claim-type", "professional"),
        "patient": {"reference": f"Patient/{stage.person(session, of)}"}, "created": str(stage.today),
        "provider": {"reference": f"Practitioner/{stage.professional(session, by)}"},
        "priority": concept(f"{HL7}processpriority", "normal"), "insurance": [coverage], "supportingInfo": info,
        "item": [item], "identifier": [{"value": str(event.get("id") or stage.numbers + 1)}],
    }  # fmt: skip


def valued(value: Any) -> Resource:
    """A fact as the value of a piece of information."""
    return {"valueBoolean": value} if isinstance(value, bool) else {"valueString": str(value)}


def fhir_submit(stage: Stage, event: Event) -> None:
    """`Claim/$submit`: an estimate by the insured, a sheet by the fund."""
    with stage.writing() as session:
        claim = claim_of(stage, session, event)
        mutuelle(stage, session, event)
        person = stage.person(session, said(stage, event, "of") or "ana")
    if event["use"] == "claim":
        officer = Actor(Role.OFFICER, fund_code=FUND)
        row = asking(stage, officer, lambda ask: actions.send(ask, claim, {})[0].id, changes=True)
        stage.claims[str(event.get("id", "F1"))] = row
        return
    insured = Actor(Role.INSURED, insured_id=person)
    stage.found["fhir"] = asking(stage, insured, lambda ask: actions.estimated(ask, claim, {}))


def fhir_search(stage: Stage, event: Event) -> None:
    """Search `results` refunds of somebody page by page, then those of somebody else and of nobody."""
    split = urlsplit(str(event["url"]))
    with stage.writing() as session:
        for number in range(event.get("results", 0)):
            care = stage.today - timedelta(days=number + 1)  # two alike on one day would be held
            row = enter(stage, session, {**event, "id": f"F{number + 1}"}, SheetKind.ELECTRONIC, care)
            adjudicate(session, row, day=stage.today, at=stage.at)
        names = {name: stage.person(session, name) for name in stage.scenario.people if f"/{name}" in split.query}
        other = next(name for name in stage.scenario.people if name not in names)
        stranger = stage.person(session, other)
    text = split.query
    for name, person in names.items():
        text = text.replace(f"/{name}", f"/{person}")
    insured = Actor(Role.INSURED, insured_id=next(iter(names.values())))
    pages: list[Resource] = []
    query = text
    while query:
        pages.append(asking(stage, insured, searching(split.path, query)))
        following = [one["url"] for one in pages[-1]["link"] if one["relation"] == "next"]
        query = urlsplit(following[0]).query if following else ""
    stage.found["fhir_pages"] = pages
    stage.found["fhir_others"] = [
        asking(stage, insured, searching(split.path, f"patient=Patient/{one}")) for one in (stranger, NOBODY)
    ]
    stage.found["fhir_me"] = insured.insured_id


def searching(path: str, text: str) -> Callable[[Ask], Resource]:
    """A search, as the face does it."""

    def work(ask: Ask) -> Resource:
        items, place = opened(parse_qsl(text))
        query = read_query(path, items, SERVED, strict=True)
        query.place = place
        return bundle(ask, KINDS[path], query)

    return work


# --- expectations ----------------------------------------------------------------------------------------------------


def eob(stage: Stage, session: Session, expected: Any) -> Iterator[Failed]:
    """What the explanation of the compulsory insurance says."""
    resources = [one["resource"] for one in stage.found["fhir"]["entry"]]
    found = next(one for one in resources if one["resourceType"] == "ExplanationOfBenefit")
    amounts = {one["category"]["coding"][0]["code"]: one["amount"]["value"] for one in found["total"]}
    for name, wanted in expected.items():
        if name in ("use", "outcome", "status"):
            happened, want = found[name], wanted
        else:
            happened, want = cents(amounts.get(NAMES.get(name, name), 0)), cents(wanted)
        if happened != want:
            yield Failed(f"eob.{name}", str(want), str(happened))


def pages(stage: Stage, session: Session, expected: Any) -> Iterator[Failed]:
    """How many pages there are; in each, no resource twice, and no more matches than were asked for."""
    found = stage.found["fhir_pages"]
    if len(found) != expected:
        yield Failed("pages", str(expected), str(len(found)))
    for page in found:
        names = [one["fullUrl"] for one in page.get("entry", ())]
        if len(names) != len(set(names)):
            yield Failed("each", "no resource twice", str(names))


def total(stage: Stage, session: Session, expected: Any) -> Iterator[Failed]:
    """How many matches each page says that there are."""
    for page in stage.found["fhir_pages"]:
        if page["total"] != expected:
            yield Failed("total", str(expected), str(page["total"]))


def following(stage: Stage, session: Session, expected: Any) -> Iterator[Failed]:
    """Every page was asked with the filters of the first one."""
    asked = {one["url"] for page in stage.found["fhir_pages"] for one in page["link"] if one["relation"] == "self"}
    if len(asked) != 1:
        yield Failed("next", str(expected), str(asked))


def other_patient(stage: Stage, session: Session, expected: Any) -> Iterator[Failed]:
    """Somebody else and nobody are answered alike, and both refusals are in the trail."""
    answers = [{name: one[name] for name in one if name != "link"} for one in stage.found["fhir_others"]]
    if answers[0] != answers[1] or answers[0]["total"]:
        yield Failed("other_patient", str(expected), str(answers))
    query = select(func.count()).select_from(AuditEvent).where(AuditEvent.tag == Tag.ACCESS_REFUSE)
    if (session.scalar(query) or 0) < len(answers):
        yield Failed("other_patient", "both in the trail", "not in the trail")


VERBS: dict[str, Verb] = {
    "fhir_submit": verb(fhir_submit, "use", sheet=True),
    "fhir_search": verb(fhir_search, "url", " ".join(["results", *sorted(SHEET - {"id"})])),
}
CHECKS = {"eob": eob, "pages": pages, "total": total, "next": following, "other_patient": other_patient}
