"""A synthesis read back from a FHIR document or from CDA R2: the sections that are known, by their LOINC code."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any
from xml.etree.ElementTree import Element, ParseError, fromstring

from parcours.documents.care_papers import PARTS
from parcours.documents.clinical import EMPTY, HL7, STALE
from parcours.registry.record import problems
from parcours.registry.record.handover import Package, ReadLine, lines_only
from parcours.registry.record.models import Section, Status

DOCTYPE = "<!DOCTYPE"
DEEPEST = 60
"""Elements inside each other: what is deeper is no record, and is not gone through again for each of its sections."""
STATES = {code: state for state, code in EMPTY.items()}


def read_fhir(bundle: Mapping[str, Any]) -> Package:
    """A FHIR document. Raises `Invalid`: there is no composition in it."""
    try:
        resources: list[Mapping[str, Any]] = [one["resource"] for one in bundle.get("entry", ())]
        composition = next((one for one in resources if one.get("resourceType") == "Composition"), None)
        patients = (one for one in resources if one.get("resourceType") == "Patient")
        patient: Mapping[str, Any] = next(patients, {})
        if composition is None:
            raise problems.not_a_record()
        stated_on = date.fromisoformat(str(composition.get("date", ""))[:10]) if composition.get("date") else None
        person = person_of_fhir(patient)
        lines = [line for one in flat(composition.get("section", ())) for line in of_fhir(one, stated_on)]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise problems.not_a_record() from error
    return lines_only(lines, person)


def person_of_fhir(patient: Mapping[str, Any]) -> dict[str, Any]:
    """Birth date and every name: of birth, of use."""
    names = list(patient.get("name", ()))
    given = [list(one.get("given", ())) for one in names]
    return {
        "birth_date": patient.get("birthDate"),
        "family_name": [one["family"] for one in names if one.get("family")],
        "first_name": each_and_all(given),
    }  # fmt: skip


def each_and_all(given: list[list[str]]) -> list[str]:
    """First names one by one, and those of one name together."""
    return [name for one in given for name in (*one, " ".join(one)) if name]


def flat(sections: Any) -> Iterator[Mapping[str, Any]]:
    """Sections, then those inside them."""
    for one in sections:
        yield one
        yield from flat(one.get("section", ()))


def of_fhir(one: Mapping[str, Any], stated_on: date | None) -> Iterator[ReadLine]:
    """The lines of a section; what says that nobody asked says nothing."""
    codes = [each.get("code") for each in one.get("code", {}).get("coding", ())]
    section = next(filter(None, (section_of(str(code), "", str(one.get("title", ""))) for code in codes)), None)
    reasons = [each.get("code") for each in one.get("emptyReason", {}).get("coding", ())]
    if section is None or "notasked" in reasons or one.get("section"):
        return
    if any(STATES.get(reason) == "nothing_known" for reason in reasons):
        yield ReadLine(section, Status.NOTHING_KNOWN, "", stated_on)
        return
    for said in texts(parsed(one.get("text", {}).get("div", "<div/>")), "p", "li"):
        yield ReadLine(section, Status.ACTIVE, said, stated_on)


def read_cda(content: str) -> Package:
    """A CDA R2 document. Raises `Invalid`: it is none."""
    root = parsed(content)
    if root.tag != f"{{{HL7}}}ClinicalDocument":
        raise problems.not_a_record()
    person = person_of_cda(root)
    when = root.find(f"{{{HL7}}}effectiveTime")
    stated_on = None if when is None else hl7_day(when.get("value", ""))
    return lines_only([line for one in root.iter(f"{{{HL7}}}section") for line in of_cda(one, stated_on)], person)


def person_of_cda(root: Element) -> dict[str, Any]:
    """Birth date and every name: of birth, of use."""
    patient = root.find(f".//{{{HL7}}}patient")
    if patient is None:
        return {}
    born, names = patient.find(f"{{{HL7}}}birthTime"), patient.findall(f"{{{HL7}}}name")
    return {
        "birth_date": None if born is None else hl7_day(born.get("value", "")),
        "family_name": [one.text for name in names for one in name.findall(f"{{{HL7}}}family") if one.text],
        "first_name": each_and_all([[one.text or "" for one in name.findall(f"{{{HL7}}}given")] for name in names]),
    }  # fmt: skip


def of_cda(one: Element, stated_on: date | None) -> Iterator[ReadLine]:
    """The lines of a section of CDA."""
    code, template, title = (one.find(f"{{{HL7}}}{name}") for name in ("code", "templateId", "title"))
    section = section_of(
        "" if code is None else code.get("code", ""), "" if template is None else template.get("root", ""),
        "" if title is None else title.text or "",
    )  # fmt: skip
    if section is None or one.get("nullFlavor") is not None or one.find(f"{{{HL7}}}component") is not None:
        return
    if one.find(".//*[@negationInd='true']") is not None:
        yield ReadLine(section, Status.NOTHING_KNOWN, "", stated_on)
        return
    text = one.find(f"{{{HL7}}}text")
    for said in texts(one if text is None else text, "content", "item", "paragraph"):
        yield ReadLine(section, Status.ACTIVE, said, stated_on)


def texts(parent: Element, *names: str) -> Iterator[str]:
    """What the innermost elements of these names say, without the mark of what is to be confirmed."""
    for one in parent.iter():
        if one.tag.rpartition("}")[2] not in names or any(
            inner is not one and inner.tag.rpartition("}")[2] in names for inner in one.iter()
        ):
            continue
        said = " ".join("".join(one.itertext()).split())
        for mark in STALE:
            said = said.removesuffix(mark)
        if said:
            yield said


def parsed(content: str) -> Element:
    """XML without entities, nothing fetched. Raises `Invalid`: it is none."""
    if DOCTYPE in content:
        raise problems.not_a_record()
    try:
        root = fromstring(content)  # noqa: S314 - without a DOCTYPE there is no entity to expand or to fetch
    except (ParseError, ValueError) as error:
        raise problems.not_a_record() from error
    level = [root]
    for _ in range(DEEPEST):
        level = [inner for one in level for inner in one]
    if level:
        raise problems.not_a_record()
    return root


def section_of(code: str, template: str, title: str) -> Section | None:
    """The section of a code; where two have one code, the template or else the title says which."""
    found = [section for section, (loinc, _, _) in PARTS.items() if loinc == code]
    by_template = [one for one in found if template and PARTS[one][1] == template]
    by_title = [one for one in found if PARTS[one][2]["fr"] == title]
    return next(iter(by_template or by_title or found), None)


def hl7_day(given: str) -> date:
    """YYYYMMDD of HL7. Raises `Invalid`."""
    try:
        return date(int(given[:4]), int(given[4:6]), int(given[6:8]))
    except ValueError as error:
        raise problems.not_a_record() from error
