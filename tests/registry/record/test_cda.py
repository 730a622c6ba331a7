"""The synthesis as CDA R2: the sections of the volet one inside the other, without a fault; and faults are seen."""

from datetime import date
from xml.etree import ElementTree as ET

import pytest

from parcours.documents.care_papers import synthesis
from parcours.documents.cda_check import faults
from parcours.documents.clinical import HL7, cda
from parcours.registry.errors import Invalid
from parcours.registry.record import service


@pytest.fixture
def document(session, world):
    person, doctor = world.person(), world.doctor(world.place())
    service.state(session, person.id, doctor.id, service.NewStatement("problems", text="asthme"))
    service.state(session, person.id, doctor.id, service.NewStatement("allergies", "nothing_known"))
    return cda(synthesis(session, person.id, doctor.id, date(2026, 11, 26))).decode()


def codes(section):
    """The codes of the sections inside one, and what is inside each."""
    found = {}
    for one in section.findall(f"{{{HL7}}}component/{{{HL7}}}section"):
        found[one.find(f"{{{HL7}}}code").get("code")] = codes(one)
    return found


def test_the_sections_of_the_volet_are_one_inside_the_other(document):
    body = ET.fromstring(document).find(f"{{{HL7}}}component/{{{HL7}}}structuredBody")
    tree = codes(body)
    assert list(tree["46612-8"]) == ["34117-2", "57207-3"]
    assert list(tree["46612-8"]["34117-2"]) == ["11450-4", "11348-0", "47519-4", "48765-2"]
    assert set(tree["46612-8"]["57207-3"]) == {"29762-2", "10161-8", "10157-6"}
    assert list(tree["18776-5"]) == ["10160-0"]
    assert "30954-2" in tree


def test_the_synthesis_has_no_fault(document):
    assert [one["fr"] for one in faults(document)] == []


@pytest.mark.parametrize(("before", "after", "said"), [
    ('<templateId root="1.2.250.1.213.1.1.2.29" />', "", "1.2.250.1.213.1.1.2.29"),
    ('code="46612-8"', 'code="1-8"', "46612-8"),
    ("<title>Pathologies en cours</title>", "", "title"),
    ('<content ID="s1l1">', '<content ID="other">', "#s1l1"),
    ('<content ID="s1l1">', '<content ID="s2l1">', "s2l1"),
    ('<effectiveTime value="20261126" />', '<effectiveTime value="26/11/2026" />', "26/11/2026"),
    ('codeSystem="2.16.840.1.113883.6.1" displayName="Allergies', 'codeSystem="1" displayName="Allergies', "48765-2"),
    ('<realmCode code="FR" />', "", None),
    ("<typeId ", "<title>x</title><typeId ", "typeId"),
    ("custodian>", "steward>", "custodian"),
    ('<statusCode code="completed" />', "", "statusCode"),
])  # fmt: skip
def test_a_fault_is_seen_and_named(document, before, after, said):
    assert before in document, "the document has what is spoiled"
    found = [one["en"] for one in faults(document.replace(before, after, 1 if before != "custodian>" else -1))]
    assert (found == []) if said is None else any(said in one for one in found), found


def test_what_is_no_cda_is_said():
    assert len(faults("<html/>")) == 1
    with pytest.raises(Invalid):
        faults("no XML")
