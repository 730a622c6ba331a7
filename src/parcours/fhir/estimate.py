"""A predetermination: a Claim settled by the engine, answered as a ClaimResponse, an EOB a payer and a Provenance.

Nothing is written, no counter moves; what was already borne this year is what the Claim says of it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any
from uuid import uuid4

import parcours
from parcours.engine.bill.beside import notes_of_bill
from parcours.engine.bill.disputed import OtherTotals, other_readings, reading_label
from parcours.engine.bill.explain import act_explanation, steps_of
from parcours.engine.bill.receipt import bill_receipt
from parcours.engine.bill.say import effective_rate
from parcours.engine.bill.settle import BillAnswer, settle_bill
from parcours.engine.errors import FactError
from parcours.engine.facts.vocabulary import slug
from parcours.engine.results import CASE_CODES
from parcours.fhir.adjudication import Amounts, Payer, adjudications, totals
from parcours.fhir.claim_read import Asked, read_claim
from parcours.fhir.issues import Issue, Refused, issue_from
from parcours.fhir.site import HL7, Site, concept, meta, money
from parcours.law.bill.codes import Nature
from parcours.law.days import iso
from parcours.rules.types import Settlement
from parcours.text import LANGS, Text, euros

PAYERS = {
    Payer.AMO: Text("Assurance maladie obligatoire", "Compulsory health insurance"),
    Payer.AMC: Text("Complémentaire santé", "Complementary insurance"),
}
DISCLAIMER = Text(
    "Estimation faite avant les soins, simulée, à partir de ce qui a été dit ; elle n'engage aucun payeur.",
    "Estimate made before care, simulated, from what was said; it binds no payer.",
)
OTHER = Text(
    "Selon une autre lecture ({label}) : assurance maladie {amo}, complémentaire {amc}, reste à charge {patient}.",
    "Under another reading ({label}): compulsory insurance {amo}, complementary {amc}, left to you {patient}.",
)
PRIOR_AGREEMENT = Text(
    "Demande d'accord préalable reçue (simulée) : le silence de la caisse pendant quinze jours vaut accord.",
    "Request for prior agreement received (simulated): the fund's silence for fifteen days is an agreement.",
)


def predetermine(
    claim: Any, site: Site, others: Mapping[str, Mapping[str, Any]] | None = None, *, brief: bool = False
) -> dict[str, Any]:
    """The answer to a Claim, as a bundle. Raises `Refused`: nothing is answered in part."""
    return answer_of(read_claim(claim, others), site, brief=brief)


def answer_of(asked: Asked, site: Site, *, brief: bool = False) -> dict[str, Any]:
    """The answer to what a Claim asks; `brief`: the explanations alone, amounts and cases without sentences."""
    if asked.use == "preauthorization":
        return bundle([queued(asked)])
    try:
        answer = settle_bill(asked.bill, asked.readings)
    except FactError as error:
        raise refused(asked, error) from error
    estimate = Estimate(asked, answer, site, now(), brief)
    return bundle([estimate.eob(payer) for payer in estimate.payers]) if brief else estimate.bundle()


def refused(asked: Asked, error: FactError) -> Refused:
    """A fact that the engine refuses, where the Claim said it."""
    issue = issue_from(error, 422, asked.expression_of(error.field))
    named = Text(f"{error.place.fr} : {issue.text.fr}", f"{error.place.en}: {issue.text.en}")
    return Refused(422, Issue(issue.code, named, issue.expression, name=issue.name))


def now() -> str:
    """This instant, as FHIR writes it."""
    return datetime.now(UTC).isoformat(timespec="seconds")


@dataclass
class Estimate:
    """A settled Claim, to be said."""

    asked: Asked
    answer: BillAnswer
    site: Site
    created: str
    brief: bool = False

    @cached_property
    def others(self) -> list[OtherTotals]:
        """What other readings of disputed points make of the totals."""
        return [] if self.brief else list(other_readings(self.answer))

    @cached_property
    def amounts(self) -> Amounts:
        """The whole bill; one rate where its lines share it."""
        rates = {effective_rate(one) for one in self.answer.settled}
        return Amounts.of_all(self.answer.totals)._replace(rate=rates.pop() if len(rates) == 1 else 0)

    @cached_property
    def payers(self) -> list[Payer]:
        """Who pays: the complementary insurer too, where there is one or a part for one."""
        named = self.asked.bill.get("contract") or self.asked.bill.get("c2s") or len(self.asked.claim["insurance"]) > 1
        return [Payer.AMO, Payer.AMC] if self.amounts.amc or named else [Payer.AMO]

    @cached_property
    def notes(self) -> list[tuple[Text, int]]:
        """Sentences, and the item that each is about (0: all of them)."""
        found = [(DISCLAIMER, 0)]
        if self.brief:
            return found
        for line, one in zip(self.answer.lines, self.answer.settled, strict=True):
            own = [
                act_explanation(self.answer, line, one, lang, quiet=False) if line.line.nature == Nature.ACT else None
                for lang in LANGS
            ]
            status = [[step.text for step in said.steps if step.stage == "status"] if said else [] for said in own]
            texts = [
                [*first, *(step.text for step in steps_of(self.answer, line, one, said, lang, quiet=False))]
                for first, said, lang in zip(status, own, LANGS, strict=True)
            ]
            found += [(Text(*pair), line.number) for pair in zip(*texts, strict=False)]
        found += [(note.text, note.lines[0] if len(note.lines) == 1 else 0) for note in notes_of_bill(self.answer)]
        return found + [(self.other_text(one), 0) for one in self.others]

    def other_text(self, other: OtherTotals) -> Text:
        """What another reading makes of the bill, as a sentence."""
        label = Text(*(reading_label(self.answer, other.name, other.option, lang) for lang in LANGS))
        cents = {name: other.totals.get(name, self.answer.totals[name]) for name in ("amo", "amc", "patient")}
        amounts = {name: Text(*(euros(one, lang) for lang in LANGS)) for name, one in cents.items()}
        return Text(
            *(OTHER[lang].format(label=label[lang], **{n: a[lang] for n, a in amounts.items()}) for lang in LANGS)
        )

    # --- the answer --------------------------------------------------------------------------------------------------

    def bundle(self) -> dict[str, Any]:
        """The ClaimResponse, an EOB a payer, and where it all comes from."""
        response = self.response()
        eobs = [self.eob(payer) for payer in self.payers]
        return bundle([response, *eobs], self.provenance)

    def common(self, payer: Payer) -> dict[str, Any]:
        """What a response and an EOB say alike."""
        claim = self.asked.claim
        carried = self.asked.borrowed
        said: dict[str, Any] = {"meta": meta()}
        if carried:
            said["contained"] = carried
        return said | {
            "status": "active",
            "type": claim["type"],
            "use": claim["use"],
            "patient": claim["patient"],
            "created": self.created,
            "insurer": self.insurer(payer),
            "outcome": "complete",
            "disposition": self.headline,
        }

    @cached_property
    def headline(self) -> str:
        """Who pays what, in one sentence."""
        amounts = {name: euros(cents, "fr") for name, cents in self.answer.totals.items()}
        return self.answer.bill.sentences["headline"]["fr"].format(**amounts)

    def insurer(self, payer: Payer) -> dict[str, Any]:
        """The payer, as the Claim names it, or by what it is."""
        claim = self.asked.claim
        if payer is Payer.AMO and "insurer" in claim:
            named: dict[str, Any] = claim["insurer"]
            return named
        return {"display": PAYERS[payer].fr}

    def response(self) -> dict[str, Any]:
        """The answer of the compulsory insurance, with what the complementary one adds."""
        response = {
            "resourceType": "ClaimResponse",
            **self.common(Payer.AMO),
            "requestor": self.asked.claim["provider"],
        }
        if self.asked.claim.get("identifier"):
            response["request"] = {"identifier": self.asked.claim["identifier"][0], "type": "Claim"}
        return pruned(response) | {
            "item": [
                {"itemSequence": sequence, **notes, "adjudication": lines}
                for sequence, notes, lines in self.items(Payer.AMO)
            ],
            **({"addItem": added} if (added := self.added(Payer.AMO)) else {}),
            "total": totals(self.site, self.amounts, Payer.AMO),
            "processNote": self.process_notes(),
            "insurance": self.asked.claim["insurance"],
        }  # fmt: skip

    def items(self, payer: Payer) -> Iterator[tuple[int, dict[str, Any], list[dict[str, Any]]]]:
        """(sequence, numbers of its notes, adjudications) of each line that the Claim has."""
        items = self.asked.claim["item"]
        sequences = [items[place]["sequence"] for place in self.asked.order]
        for line, one in zip(self.answer.lines, self.answer.settled, strict=True):
            amounts = Amounts.of(one.settlement, line.line.act.fee, effective_rate(one))
            cases = cases_of(one.settlement) if line.line.nature == Nature.ACT else {}
            numbers = [2 * at + part for at, (_, number) in enumerate(self.notes) if number == line.number
                       for part in (1, 2)]  # fmt: skip
            notes = {"noteNumber": numbers} if numbers else {}
            if line.number <= len(sequences):
                yield sequences[line.number - 1], notes, adjudications(self.site, amounts, payer, cases)

    def process_notes(self) -> list[dict[str, Any]]:
        """Each sentence in French, then in English."""
        return [
            {"number": 2 * at + part, "type": "display", "text": text[lang],
             "language": concept("urn:ietf:bcp:47", lang)}
            for at, (text, _) in enumerate(self.notes) for part, lang in enumerate(LANGS, start=1)
        ]  # fmt: skip

    def added(self, payer: Payer) -> list[dict[str, Any]]:
        """What the law adds to the items: the charges of a stay."""
        found = []
        for line, one in zip(self.answer.lines, self.answer.settled, strict=True):
            if line.number > len(self.asked.order):
                amounts = Amounts.of(one.settlement, line.line.act.fee, effective_rate(one))
                said = {"productOrService": {"text": line.code.key}, "net": money(amounts.fee),
                        "adjudication": adjudications(self.site, amounts, payer)}  # fmt: skip
                found.append(said)
        return found

    @property
    def year(self) -> str:
        """The civil year of the first care."""
        return min(iso(line.line.act.care_date) for line in self.answer.lines)[:4]

    def totals_of(self, payer: Payer) -> list[dict[str, Any]]:
        """The totals of an explanation."""
        return totals(self.site, self.amounts, payer)

    def eob(self, payer: Payer) -> dict[str, Any]:
        """What one payer decides, as the patient reads it."""
        claim = self.asked.claim
        by_sequence = {item["sequence"]: item for item in claim["item"]}
        said = {
            "resourceType": "ExplanationOfBenefit", **self.common(payer),
            "provider": claim["provider"],
            "insurance": self.coverages(payer),
            "item": [
                {name: by_sequence[at][name] for name in KEPT if name in by_sequence[at]} | notes
                | {"adjudication": lines} for at, notes, lines in self.items(payer)
            ],
            "addItem": self.added(payer),
            "total": self.totals_of(payer),
            "processNote": self.process_notes(),
            "benefitPeriod": {"start": f"{self.year}-01-01", "end": f"{self.year}-12-31"},
        }  # fmt: skip
        readings = [self.other_reading(one) for one in self.others]
        return pruned(said) | ({"extension": readings} if readings else {})

    def coverages(self, payer: Payer) -> list[dict[str, Any]]:
        """The coverages, that of the payer in focus."""
        said = [
            {"focal": one["focal"] == (payer is Payer.AMO), "coverage": one["coverage"]}
            for one in self.asked.claim["insurance"]
        ]
        if not any(one["focal"] for one in said):
            said.append({"focal": True, "coverage": {"display": PAYERS[payer].fr}})
        return said

    def other_reading(self, other: OtherTotals) -> dict[str, Any]:
        """Another reading of a disputed point, for programs."""
        cents = {name: other.totals.get(name, self.answer.totals[name]) for name in ("amo", "amc", "patient")}
        names = {"amo": "benefit", "amc": "priorpayerpaid", "patient": "memberliability"}
        coding = {"system": self.site.system("reading"), "code": f"{other.name}.{other.option}"}
        return {
            "url": self.site.extension("other-reading"),
            "extension": [
                {"url": "reading", "valueCoding": coding},
                *({"url": names[name], "valueMoney": money(one)} for name, one in cents.items()),
            ],
        }

    def provenance(self, targets: list[str]) -> dict[str, Any]:
        """The receipt of the answer: the engine, the law it read, and the hash that a replay must find again."""
        receipt = bill_receipt(self.answer)
        law = receipt["law"]
        sources = {
            "receipt": receipt["hash"], "rules": receipt["engine"]["rules"], "law": law["data"], "bills": law["bills"],
        }  # fmt: skip
        return {
            "resourceType": "Provenance", "meta": meta(),
            "target": [{"reference": one} for one in targets],
            "recorded": self.created,
            "activity": concept(f"{HL7}v3-DataOperation", "CREATE"),
            "agent": [
                {"type": concept(f"{HL7}provenance-participant-type", "assembler"),
                 "who": {"display": f"parcours {parcours.__version__}"}}
            ],
            "entity": [
                {"role": "source", "what": {"identifier": {"system": f"{self.site.base}/sid/{name}", "value": value},
                                            "display": name}}
                for name, value in sources.items()
            ],
        }  # fmt: skip


POINTING = ("patient", "provider", "requestor", "insurer", "insurance")
"""Elements of an answer that point to what came with the Claim."""
KEPT = ("sequence", "productOrService", "modifier", "servicedDate", "quantity", "unitPrice", "net", "bodySite")
"""What an EOB repeats of an item."""


def cases_of(settlement: Settlement) -> dict[str, str]:
    """The case of each stage of an act."""
    return {name.removeprefix("case_"): slug(enum, getattr(settlement, name)) for name, enum in CASE_CODES.items()}


def queued(asked: Asked) -> dict[str, Any]:
    """A request for prior agreement waits."""
    claim = asked.claim
    return pruned(
        {
            "resourceType": "ClaimResponse", "meta": meta(), "contained": asked.borrowed, "status": "active",
            "type": claim["type"], "use": claim["use"], "patient": claim["patient"], "created": now(),
            "insurer": claim.get("insurer", {"display": PAYERS[Payer.AMO].fr}), "requestor": claim["provider"],
            "outcome": "queued", "disposition": PRIOR_AGREEMENT.fr,
            "processNote": [{"number": 1, "type": "display", "text": PRIOR_AGREEMENT.en,
                             "language": concept("urn:ietf:bcp:47", "en")}],
        }
    )  # fmt: skip


def pruned(resource: dict[str, Any]) -> dict[str, Any]:
    """Without empty lists; contained resources only where something points to them."""
    said = {name: value for name, value in resource.items() if value != []}
    if "contained" in said:
        kept = reachable(said)
        if kept:
            said["contained"] = kept
        else:
            del said["contained"]
    return said


def reachable(resource: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The contained resources that the others point to, directly or not."""
    from parcours.fhir.claim_read import references_of

    by_id = {f"#{one.get('id')}": one for one in resource["contained"]}
    wanted = list(references_of({name: resource[name] for name in POINTING if name in resource}))
    kept: dict[str, Mapping[str, Any]] = {name: by_id[name] for name in wanted if name in by_id}
    waiting = list(kept.values()) if len(kept) < len(by_id) else []
    while waiting:
        for name in references_of(waiting.pop()):
            if name in by_id and name not in kept:
                kept[name] = by_id[name]
                waiting.append(by_id[name])
    return list(kept.values())


def bundle(resources: list[dict[str, Any]], provenance: Any = None) -> dict[str, Any]:
    """Resources that came together; the provenance points to them."""
    names = [f"urn:uuid:{uuid4()}" for _ in resources]
    if provenance is not None:
        resources = [*resources, provenance(names)]
        names.append(f"urn:uuid:{uuid4()}")
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "timestamp": now(),
        "entry": [{"fullUrl": name, "resource": one} for name, one in zip(names, resources, strict=True)],
    }
