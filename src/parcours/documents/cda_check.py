"""What CDA R2 and the volet de synthèse médicale ask of a document, as far as it can be checked without their files.

Not the schema nor the schematrons: the order and the presence of elements, texts that entries point to, days, the
sections and templates that the volet wants. A document without a fault here may still have one there.
"""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from parcours.documents.clinical import HL7, LOINC
from parcours.documents.clinical_in import parsed
from parcours.text import Text

SYNTHESIS = "60591-5"
ORDER = {
    "ClinicalDocument": (
        "realmCode typeId templateId id code title effectiveTime confidentialityCode languageCode setId versionNumber "
        "copyTime recordTarget author dataEnterer informant custodian informationRecipient legalAuthenticator "
        "authenticator participant inFulfillmentOf documentationOf relatedDocument authorization componentOf component"
    ),
    "patientRole": "realmCode typeId templateId id addr telecom patient providerOrganization",
    "patient": "realmCode typeId templateId id name administrativeGenderCode birthTime birthplace",
    "assignedAuthor": "realmCode typeId templateId id code addr telecom assignedPerson representedOrganization",
    "intendedRecipient": "realmCode typeId templateId id addr telecom informationRecipient receivedOrganization",
    "section": (
        "realmCode typeId templateId id code title text confidentialityCode languageCode subject author informant "
        "entry component"
    ),
    "observation": (
        "realmCode typeId templateId id code derivationExpr text statusCode effectiveTime priorityCode "
        "repeatNumber languageCode value interpretationCode methodCode targetSiteCode subject specimen performer "
        "author informant participant entryRelationship reference precondition referenceRange"
    ),
}  # fmt: skip
"""The children of an element, in the order of the schema."""
NEEDS = {
    "ClinicalDocument": "typeId id code effectiveTime confidentialityCode recordTarget author custodian component",
    "patientRole": "id", "assignedAuthor": "id", "author": "time", "custodian": "assignedCustodian",
    "section": "code title", "observation": "code statusCode",
}  # fmt: skip
"""The children without which an element is not valid, here or in France."""
DAY = re.compile(r"\d{8}(\d{4,6}([+-]\d{4})?)?")
VOLET = ("46612-8", "34117-2", "11450-4", "11348-0", "47519-4", "48765-2", "57207-3", "30954-2", "18776-5", "10160-0")
"""Sections that the volet always has."""
TEMPLATES = ("1.2.250.1.213.1.1.2.29", "1.3.6.1.4.1.19376.1.5.3.1.3.27", "1.2.250.1.213.1.1.2.32")
"""Templates without which the volet of 2023 is refused."""
MISPLACED = Text("{element} : {child} n'est pas à sa place", "{element}: {child} is out of its place")
MISSING = Text("{element} : il manque {child}", "{element}: {child} is missing")
NO_TEXT = Text(
    "une entrée renvoie à {child}, qui n'est pas dans le texte", "an entry points to {child}, which is in no text"
)
TWICE = Text("l'identifiant {child} est écrit deux fois", "the identifier {child} is written twice")
NO_DAY = Text("{element} : « {child} » n'est pas une date HL7", "{element}: “{child}” is no HL7 date")
NO_CODE = Text("{element} : ni code ni nullFlavor", "{element}: neither a code nor a nullFlavor")
NOT_LOINC = Text(
    "{element} : le code {child} n'est pas dit de LOINC", "{element}: code {child} is not said to be of LOINC"
)
NO_SECTION = Text("volet de synthèse : il manque {child}", "synthesis: {child} is missing")


def faults(content: str) -> list[Text]:
    """Every fault of a document. Raises `Invalid`: it is no XML."""
    root = parsed(content)
    if name_of(root) != "ClinicalDocument":
        return [MISSING.format(element="XML", child="ClinicalDocument")]
    return [*shapes(root), *pointers(root), *values(root), *volet(root)]


def name_of(element: Element) -> str:
    """The name of an element of CDA; with its namespace where it is of another."""
    return element.tag.removeprefix(f"{{{HL7}}}")


def shapes(root: Element) -> Iterator[Text]:
    """Children in their order, none of the needed ones missing."""
    for element in root.iter():
        name = name_of(element)
        children = [name_of(one) for one in element]
        order = ORDER.get(name, "").split()
        reached = 0
        for child in children if order else ():
            if child not in order or order.index(child) < reached:
                yield MISPLACED.format(element=name, child=child)
            else:
                reached = order.index(child)
        if element.get("nullFlavor") is None or name == "section":
            for child in NEEDS.get(name, "").split():
                if child not in children:
                    yield MISSING.format(element=name, child=child)


def pointers(root: Element) -> Iterator[Text]:
    """Each identifier is written once, each reference points to one."""
    known: set[str] = set()
    for element in root.iter():
        identifier = element.get("ID")
        if identifier in known:
            yield TWICE.format(child=identifier)
        if identifier:
            known.add(identifier)
    for element in root.iter(f"{{{HL7}}}reference"):
        value = element.get("value", "")
        if value.startswith("#") and value[1:] not in known:
            yield NO_TEXT.format(child=value)


def values(root: Element) -> Iterator[Text]:
    """Days are days, codes say what they are of or why there is none."""
    for element in root.iter():
        name, value = name_of(element), element.get("value", "")
        if name in ("effectiveTime", "birthTime", "time") and value and not DAY.fullmatch(value):
            yield NO_DAY.format(element=name, child=value)
        if name == "code" and element.get("code") is None and element.get("nullFlavor") is None:
            yield NO_CODE.format(element=name)
    for section in root.iter(f"{{{HL7}}}section"):
        code = section.find(f"{{{HL7}}}code")
        if code is not None and code.get("code") and code.get("codeSystem") != LOINC:
            yield NOT_LOINC.format(element="section", child=code.get("code"))


def volet(root: Element) -> Iterator[Text]:
    """The sections and the templates of a synthesis."""
    code = root.find(f"{{{HL7}}}code")
    if code is None or code.get("code") != SYNTHESIS:
        return
    sections = list(root.iter(f"{{{HL7}}}section"))
    codes = {one.get("code") for section in sections for one in section.findall(f"{{{HL7}}}code")}
    templates = {one.get("root") for section in sections for one in section.findall(f"{{{HL7}}}templateId")}
    for wanted in (*(one for one in VOLET if one not in codes), *(one for one in TEMPLATES if one not in templates)):
        yield NO_SECTION.format(child=wanted)
