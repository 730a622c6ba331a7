"""One clinical object, three papers: a PDF for people, CDA R2 level 3 for programs, a FHIR document.

Codes of sections and templates are those of the volet de synthèse médicale and of the letter of referral (CI-SIS).
Nothing here was judged by the schematrons of CI-SIS, which nobody may ship: the guide says how to run them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from xml.etree import ElementTree as ET

from parcours.text import Text, same

HL7 = "urn:hl7-org:v3"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
LOINC = "2.16.840.1.113883.6.1"
TEST_ROOT = "1.2.250.1.213.1.4.10.99"
"""Root of identifiers that mean nothing outside: everything here is simulated."""
SIMULATED = Text(
    "Document simulé : ni DMP, ni messagerie sécurisée de santé. Rien n'y est vrai.",
    "Simulated document: no shared record, no secure mail. Nothing in it is real.",
)
NOTHING = Text("Rien de connu (dit le {day})", "Nothing known (said on {day})")
NOT_ASKED = Text("Non demandé", "Not asked")
TO_CONFIRM = Text(" (à confirmer)", " (to be confirmed)")
STALE = (TO_CONFIRM["fr"], TO_CONFIRM["en"])
"""The mark of a line that nobody confirmed for long, in each language."""
EMPTY = {"nothing_known": "nilknown", "not_asked": "notasked"}
"""Why a section is empty, in the words of FHIR."""


@dataclass(frozen=True)
class Line:
    """One statement of a section."""

    text: str
    day: date | None = None
    stale: bool = False


@dataclass(frozen=True)
class Group:
    """A section of CDA that holds others and says nothing itself."""

    code: str
    title: Text
    template: str


@dataclass(frozen=True)
class Section:
    """A section: `filled`, `nothing_known` on a day, or `not_asked`."""

    code: str
    """LOINC; empty where no code was read for it."""
    title: Text
    state: str
    lines: tuple[Line, ...] = ()
    since: date | None = None
    template: str = ""
    inside: tuple[Group, ...] = ()
    """The groups that hold it, the outermost first."""


@dataclass(frozen=True)
class Somebody:
    """A person or a professional, by name and number."""

    id: str
    family: str
    given: str
    born: date | None = None
    place: str = ""


@dataclass(frozen=True)
class Paper:
    """What all three papers say."""

    unique_id: str
    code: str
    title: Text
    day: date
    patient: Somebody
    author: Somebody
    sections: tuple[Section, ...]
    to: Somebody | None = None
    to_any: Text | None = None
    """Where nobody is named: the specialty it is for, or those of a sequence in their order."""
    version: int = 1


def as_record(paper: Paper, lang: str) -> dict[str, Any]:
    """The paper for `render("record", …)`."""
    patient, author = paper.patient, paper.author
    born = f", {patient.born:%d/%m/%Y}" if patient.born else ""
    people = [
        {"name": Text("Patient", "Patient")[lang], "text": f"{patient.given} {patient.family}{born}"},
        {"name": Text("Auteur", "Author")[lang], "text": f"{author.given} {author.family}, {author.place}".strip(", ")},
    ]
    to = same(f"{paper.to.given} {paper.to.family}") if paper.to is not None else paper.to_any
    if to is not None:
        people.append({"name": Text("Destinataire", "To")[lang], "text": to[lang]})
    sections: list[dict[str, Any]] = [{"title": Text("Identités", "Who")[lang], "entries": people}]
    sections += [{"title": one.title[lang], "paragraphs": paragraphs(one, lang)} for one in paper.sections]
    return {
        "title": paper.title[lang], "day": paper.day.isoformat(), "sections": sections, "note": SIMULATED[lang],
        "subtitle": f"{paper.day:%d/%m/%Y}, v{paper.version}",
    }  # fmt: skip


def paragraphs(section: Section, lang: str) -> list[str]:
    """What a section says, in sentences."""
    if section.state == "nothing_known":
        return [NOTHING[lang].format(day=f"{section.since:%d/%m/%Y}" if section.since else "?")]
    if section.state == "not_asked":
        return [NOT_ASKED[lang]]
    stale = TO_CONFIRM[lang]
    return [one.text + (stale if one.stale else "") for one in section.lines]


# --- CDA R2 -----------------------------------------------------------------------------------------------------------


def cda(paper: Paper) -> bytes:
    """CDA R2, level 3: each line is an entry whose text is the narrative it points to."""
    root = element("ClinicalDocument")
    add(root, "realmCode", code="FR")
    add(root, "typeId", root="2.16.840.1.113883.1.3", extension="POCD_HD000040")
    add(root, "templateId", root="2.16.840.1.113883.2.8.2.1")
    add(root, "templateId", root="1.2.250.1.213.1.1.1.1")
    add(root, "id", root=TEST_ROOT, extension=paper.unique_id)
    add(root, "code", code=paper.code, codeSystem=LOINC, displayName=paper.title["fr"])
    add(root, "title").text = paper.title["fr"]
    add(root, "effectiveTime", value=f"{paper.day:%Y%m%d}")
    add(root, "confidentialityCode", code="N", codeSystem="2.16.840.1.113883.5.25")
    add(root, "languageCode", code="fr-FR")
    add(root, "setId", root=TEST_ROOT, extension=paper.unique_id.partition("/")[0])
    add(root, "versionNumber", value=str(paper.version))
    header(root, paper)
    body = add(add(root, "component"), "structuredBody")
    add_body(body, paper.sections)
    ET.indent(root)
    made: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return made


def element(name: str, **attributes: str) -> ET.Element:
    """An element of CDA."""
    return ET.Element(f"{{{HL7}}}{name}", attributes)


def add(parent: ET.Element, name: str, **attributes: str) -> ET.Element:
    """A child of CDA."""
    return ET.SubElement(parent, f"{{{HL7}}}{name}", attributes)


def header(root: ET.Element, paper: Paper) -> None:
    """Patient, author, custodian, addressee."""
    role = add(add(root, "recordTarget"), "patientRole")
    add(role, "id", root=f"{TEST_ROOT}.1", extension=paper.patient.id)
    patient = add(role, "patient")
    add_name(patient, paper.patient)
    add(patient, "administrativeGenderCode", nullFlavor="NI")
    if paper.patient.born:
        add(patient, "birthTime", value=f"{paper.patient.born:%Y%m%d}")
    author = add(root, "author")
    add(author, "time", value=f"{paper.day:%Y%m%d}")
    assigned = add(author, "assignedAuthor")
    add(assigned, "id", root="1.2.250.1.71.4.2.1", extension=paper.author.id)
    add_name(add(assigned, "assignedPerson"), paper.author)
    custodian = add(add(add(root, "custodian"), "assignedCustodian"), "representedCustodianOrganization")
    add(custodian, "id", root=f"{TEST_ROOT}.2", extension=paper.author.id)
    add(custodian, "name").text = paper.author.place or "parcours (simulation)"
    if paper.to is not None:
        to = add(add(root, "informationRecipient", typeCode="PRCP"), "intendedRecipient")
        add(to, "id", root="1.2.250.1.71.4.2.1", extension=paper.to.id)
        add_name(add(to, "informationRecipient"), paper.to)


def add_name(parent: ET.Element, who: Somebody) -> None:
    """A name."""
    name = add(parent, "name")
    add(name, "family").text = who.family
    add(name, "given").text = who.given


def add_body(body: ET.Element, sections: tuple[Section, ...]) -> None:
    """Every section in the groups that hold it; a group goes on while the next section is in it too."""
    path: list[Group] = []
    parents = [body]
    for number, section in enumerate(sections, start=1):
        shared = 0
        while shared < min(len(path), len(section.inside)) and path[shared] == section.inside[shared]:
            shared += 1
        del path[shared:], parents[shared + 1 :]
        for group in section.inside[shared:]:
            made = add(add(parents[-1], "component"), "section")
            add(made, "templateId", root=group.template)
            add(made, "code", code=group.code, codeSystem=LOINC, displayName=group.title["fr"])
            add(made, "title").text = group.title["fr"]
            path.append(group)
            parents.append(made)
        add_section(add(parents[-1], "component"), section, number)


def add_section(parent: ET.Element, section: Section, number: int) -> None:
    """A section with its narrative and an entry a line; *not asked* and *nothing known* are two different things."""
    attributes = {"nullFlavor": "NASK"} if section.state == "not_asked" else {}
    made = add(parent, "section", **attributes)
    if section.template:
        add(made, "templateId", root=section.template)
    if section.code:
        add(made, "code", code=section.code, codeSystem=LOINC, displayName=section.title["fr"])
    else:
        add(made, "code", nullFlavor="NI")
    add(made, "title").text = section.title["fr"]
    listed = add(add(made, "text"), "list")
    for place, said in enumerate(paragraphs(section, "fr"), start=1):
        item = add(listed, "item")
        add(item, "content", ID=f"s{number}l{place}").text = said
    for entry in entries(section, number):
        made.append(entry)


def entries(section: Section, number: int) -> Iterator[ET.Element]:
    """The entries of a section: what is stated, or that there is none."""
    if section.state == "not_asked":
        return
    lines = section.lines if section.state == "filled" else (Line("", section.since),)
    for place, line in enumerate(lines, start=1):
        entry = element("entry")
        attributes = {"classCode": "OBS", "moodCode": "EVN"}
        if section.state == "nothing_known":
            attributes["negationInd"] = "true"
        observation = add(entry, "observation", **attributes)
        code = add(observation, "code", nullFlavor="NA")
        add(add(code, "originalText"), "reference", value=f"#s{number}l{place}")
        add(observation, "statusCode", code="completed")
        if line.day is not None:
            add(observation, "effectiveTime", value=f"{line.day:%Y%m%d}")
        yield entry


# --- FHIR -------------------------------------------------------------------------------------------------------------


def fhir_document(paper: Paper) -> dict[str, Any]:
    """A document of FHIR R4: an empty section says why, `nilknown` or `notasked`."""
    sections = []
    for section in paper.sections:
        one: dict[str, Any] = {"title": section.title["fr"]} | ({"code": coding(section.code)} if section.code else {})
        one["text"] = {"status": "generated", "div": narrative(paragraphs(section, "fr"))}
        if section.state in EMPTY:
            system = "http://terminology.hl7.org/CodeSystem/list-empty-reason"
            one["emptyReason"] = {"coding": [{"system": system, "code": EMPTY[section.state]}]}
        sections.append(one)
    composition = {
        "resourceType": "Composition", "status": "final", "type": coding(paper.code), "title": paper.title["fr"],
        "date": paper.day.isoformat(), "subject": {"reference": f"Patient/{paper.patient.id}"},
        "author": [{"reference": f"Practitioner/{paper.author.id}"}], "section": sections,
    }  # fmt: skip
    people = [resource("Patient", paper.patient), resource("Practitioner", paper.author)]
    entries_of = [{"fullUrl": f"urn:uuid:{paper.unique_id}", "resource": composition}]
    entries_of += [{"fullUrl": f"{one['resourceType']}/{one['id']}", "resource": one} for one in people]
    return {
        "resourceType": "Bundle", "type": "document", "identifier": {"value": paper.unique_id},
        "timestamp": f"{paper.day}T00:00:00Z", "entry": entries_of,
    }  # fmt: skip


def coding(code: str) -> dict[str, Any]:
    """A LOINC code."""
    return {"coding": [{"system": "http://loinc.org", "code": code}]}


def narrative(sentences: list[str]) -> str:
    """Sentences as XHTML, escaped."""
    div = ET.Element("div", {"xmlns": "http://www.w3.org/1999/xhtml"})
    for said in sentences:
        ET.SubElement(div, "p").text = said
    return ET.tostring(div, encoding="unicode")


def resource(kind: str, who: Somebody) -> dict[str, Any]:
    """A patient or a professional."""
    made: dict[str, Any] = {"resourceType": kind, "id": who.id, "name": [{"family": who.family, "given": [who.given]}]}
    if who.born:
        made["birthDate"] = who.born.isoformat()
    return made


ET.register_namespace("", HL7)
