"""One clinical object as a PDF, as CDA R2 and as a FHIR document: nothing known is not nothing asked in any of them."""

import re
from datetime import date
from xml.etree import ElementTree as ET

from parcours.documents import render
from parcours.documents.clinical import HL7, Line, Paper, Section, Somebody, as_record, cda, fhir_document
from parcours.text import Text

ON = date(2026, 11, 26)
PAPER = Paper(
    "u/1", "60591-5", Text("Synthèse", "Synthesis"), ON,
    Somebody("p", "Exemple & <fils>", "Camille", date(1980, 5, 17)),
    Somebody("d", "Modèle", "Dominique", place="Cabinet"),
    (
        Section("11450-4", Text("Pathologies", "Problems"), "filled", (Line("asthme <sévère>", ON, stale=True),)),
        Section("48765-2", Text("Allergies", "Allergies"), "nothing_known", (), date(2026, 11, 2)),
        Section("47519-4", Text("Chirurgie", "Surgery"), "not_asked"),
        Section("", Text("Question", "Question"), "filled", (Line("?"),)),
    ),
    to=Somebody("t", "Autre", "Claude"),
)  # fmt: skip


def sections(root):
    return {one.findtext(f"{{{HL7}}}title"): one for one in root.iter(f"{{{HL7}}}section")}


def test_cda_says_three_things_of_a_section():
    found = sections(ET.fromstring(cda(PAPER)))
    assert found["Chirurgie"].get("nullFlavor") == "NASK"
    assert found["Allergies"].get("nullFlavor") is None
    observation = found["Allergies"].find(f"{{{HL7}}}entry/{{{HL7}}}observation")
    assert observation.get("negationInd") == "true"
    assert found["Pathologies"].find(f"{{{HL7}}}entry/{{{HL7}}}observation").get("negationInd") is None
    assert found["Chirurgie"].find(f"{{{HL7}}}entry") is None
    assert found["Question"].find(f"{{{HL7}}}code").get("nullFlavor") == "NI"


def test_every_entry_of_cda_points_to_a_text_that_is_there():
    root = ET.fromstring(cda(PAPER))
    ids = {one.get("ID") for one in root.iter(f"{{{HL7}}}content")}
    references = {one.get("value").removeprefix("#") for one in root.iter(f"{{{HL7}}}reference")}
    assert references
    assert references <= ids
    assert "asthme <sévère> (à confirmer)" in {one.text for one in root.iter(f"{{{HL7}}}content")}


def test_the_header_of_cda_is_in_the_order_of_the_schema():
    names = [one.tag.rpartition("}")[2] for one in ET.fromstring(cda(PAPER))]
    order = [
        "realmCode", "typeId", "templateId", "templateId", "id", "code", "title", "effectiveTime",
        "confidentialityCode", "languageCode", "setId", "versionNumber", "recordTarget", "author", "custodian",
        "informationRecipient", "component",
    ]  # fmt: skip
    assert names == order


def test_fhir_says_why_a_section_is_empty():
    composition = fhir_document(PAPER)["entry"][0]["resource"]
    why = {
        one["title"]: one.get("emptyReason", {}).get("coding", [{}])[0].get("code") for one in composition["section"]
    }
    assert why == {"Pathologies": None, "Allergies": "nilknown", "Chirurgie": "notasked", "Question": None}
    assert "&lt;sévère&gt;" in composition["section"][0]["text"]["div"]


def test_the_same_object_is_the_pdf_on_one_page():
    record = as_record(PAPER, "fr")
    assert record["sections"][2]["paragraphs"] == ["Rien de connu (dit le 02/11/2026)"]
    assert record["sections"][3]["paragraphs"] == ["Non demandé"]
    made = render("record", record, "fr")
    assert made.startswith(b"%PDF-")
    assert re.search(rb"/Count 1\b", made)
