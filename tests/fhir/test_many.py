"""Claims of a file, settled together: each has the answer that it has alone, whatever it is, in its place."""

import copy
import json
import random
from decimal import Decimal

import pytest

from parcours.edge.problems import ProblemError
from parcours.engine.facts import jsonio
from parcours.fhir import many
from parcours.fhir.estimate import predetermine
from parcours.fhir.issues import Refused
from parcours.fhir.r4 import check
from parcours.fhir.site import Site
from tests.fhir.claims import BASE, amounts, claim, concept, eobs, info, item

SITE = Site(BASE)
DAYS = ("2019-03-01", "2023-11-20", "2024-05-14", "2026-03-01", "2026-09-30")
FACTS = {
    "medecin_traitant": [True, False], "role": ["autre", "medecin_traitant", "remplacant"],
    "referral": ["none", "avis_ponctuel", "soins_iteratifs"], "urgent": [True, False], "c2s": [True, False],
    "exemption": ["none", "ald", "maternite"], "tiers_payant": ["none", "partial", "full"],
}  # fmt: skip
OTHERS = (
    ("pharmacy", "pharmacien", ("PH7", "PH4", "PHN")), ("oral", "chirurgien_dentiste", ("C", "SC", "D 10")),
    ("professional", "infirmier", ("AMI 2", "AIS 3", "IFD")), ("professional", "kinesitherapeute", ("AMS 7.5",)),
)  # fmt: skip


CODES = ["consultation"] * 4 + ["VG", "MD", "CS", "ZZZ"]


def visit(draw):
    """A visit of a doctor, some facts said and some not, some wrong."""
    facts = [(name, draw.choice(values)) for name, values in FACTS.items() if draw.random() < 0.9]
    day = draw.choice(DAYS)
    items = [
        item(number, draw.choice(CODES), Decimal(draw.randint(100, 9000)) / 100, day)
        for number in range(1, draw.choice([1, 1, 1, 2, 3]) + 1)
    ]  # fmt: skip
    return claim(
        *items, born=draw.choice(["1940-01-01", "1985-06-01", "2020-02-02"] * 3 + ["2030-01-01"]), facts=facts,
        specialty=draw.choice(["generaliste", "cardiologie", "psychiatrie"] * 3 + ["zoo"]),
        sector=draw.choice(["secteur_1", "secteur_2"]),
        contract=draw.choice([None, "responsable_100"] * 4 + ["unheard"]),
    )  # fmt: skip


def other(draw):
    """Care that no doctor gives, through the bill."""
    kind, profession, codes = draw.choice(OTHERS)
    day = draw.choice(DAYS[2:])
    lines = [item(at, draw.choice(codes), Decimal(draw.randint(100, 6000)) / 100, day) for at in (1, 2)]
    said = claim(*lines, facts=[("role", "autre"), ("medecin_traitant", True)])
    said["type"] = concept(kind)
    said["contained"][1] = {
        "resourceType": "PractitionerRole",
        "id": "d",
        "code": [concept(profession, "x/profession")],
    }
    return said


def broken(draw):
    """A Claim with something wrong in it, or that a file cannot say."""
    said = visit(draw)
    change = draw.choice(["status", "total", "day", "reading", "born", "sequence", "borne", "list", "use"])
    if change == "total":
        said["total"] = {"value": 1, "currency": "EUR"}
    elif change == "day":
        said["item"][0]["servicedDate"] = "2026-02-30"
    elif change in ("reading", "borne", "list"):
        name, value = {"reading": ("reading", "plafond_majoration.fiche"), "borne": ("pf_year", "48.00"),
                       "list": ("colour", "red")}[change]  # fmt: skip
        said["supportingInfo"] = info((name, value))
    elif change == "born":
        del said["contained"][0]["birthDate"]
        said["contained"][0]["active"] = True
    elif change == "sequence":
        said["item"][0]["sequence"] = 0
    elif change == "use":
        said["use"] = "preauthorization"
    else:
        said["status"] = "maybe"
    return said


def alone(text):
    """The answer to one Claim by itself: its explanations, or why there is none."""
    try:
        return jsonio.loads(jsonio.dumps(predetermine(jsonio.loads(text), SITE, brief=True)))
    except (Refused, ProblemError) as error:
        return jsonio.loads(many.refusal(error, "en"))


def stable(answer):
    """An answer without what differs from one time to the next."""
    said = copy.deepcopy(answer)
    said.pop("timestamp", None)
    for one in said.get("entry", ()):
        one.pop("fullUrl")
        one["resource"].pop("created")
    return said


@pytest.mark.parametrize("seed", [1, 2])
def test_together_is_as_alone(seed):
    draw = random.Random(seed)
    kinds = [visit] * 5 + [other, broken]
    texts = [jsonio.dumps(draw.choice(kinds)(draw)) for _ in range(400)]
    texts += texts[:40]  # forms that were checked already
    answers, refused = many.answered(texts, SITE, "en")
    found = [jsonio.loads(one) for one in answers]
    wanted = [alone(text) for text in texts]
    for text, one, other_ in zip(texts, found, wanted, strict=True):
        assert stable(one) == stable(other_), text
    assert refused == sum(one["resourceType"] == "OperationOutcome" for one in wanted)
    settled = [one for one in found if one["resourceType"] == "Bundle"]
    assert len(settled) > 100
    for one in settled:
        for eob in eobs(one):
            said = amounts(eob["total"])
            assert said["benefit"] + said["priorpayerpaid"] + said["memberliability"] == said["submitted"]
    assert [check(one) for one in settled[:30] if check(one)] == []


def test_what_only_its_digits_make_wrong_is_seen(face):
    good = json.dumps(claim(item(1, "consultation", 30.00, "2026-03-01"), facts=[("role", "medecin_traitant")]))
    many.answered([good], SITE, "en")
    for change in (
        ('"sequence": 1', '"sequence": 0'), ("2026-03-01", "2026-13-01"), ("2026-03-01", "2026-02-29"),
        ("1981-05-04", "1981-00-04"), ('"sequence": 1', '"sequence": 99999999999'),
        ('"created": "2026', '"created": "0000'),
    ):  # fmt: skip
        (text,), refused = many.answered([good.replace(*change)], SITE, "en")
        assert refused == 1, change
        assert stable(jsonio.loads(text)) == stable(alone(good.replace(*change)))


def test_no_counter_goes_from_one_claim_to_the_next():
    """The same visit fifty times: each bears its contribution, none the year's."""
    one = json.dumps(claim(item(1, "consultation", 30.00, "2026-03-01"), specialty="generaliste", sector="secteur_1",
                           facts=[("medecin_traitant", True), ("role", "medecin_traitant"), ("patient_id", "p1"),
                                  ("professional_id", "d1")]))  # fmt: skip
    answers, refused = many.answered([one] * 50, SITE, "fr")
    assert refused == 0
    said = [amounts(eobs(json.loads(text))[0]["total"]) for text in answers]
    assert {line["participation-forfaitaire"] for line in said} == {2_00}
