"""Many Claims at once: read one by one, settled together by the compiled rules, their explanations written as text.

    texts, refused = answered(lines, Site("https://…/fhir"), "fr")

What the compiled rules refuse, and what they do not take (a stay, guarantees of one's own, readings, what was borne),
is settled alone: it says why, or what it is worth. Each Claim is an estimate: no counter goes from one to the next.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any, NamedTuple
from uuid import uuid4

import pyarrow as pa

from parcours.edge.problems import ProblemError
from parcours.engine.batch.bill_lines import ROW_COLUMNS
from parcours.engine.batch.bills import settle_bill_rows
from parcours.engine.batch.chunk import Run, Settled
from parcours.engine.batch.layout import AMOUNT_RESULTS, CODE_RESULTS
from parcours.engine.bill.settle import settle_bill
from parcours.engine.errors import FactError
from parcours.engine.facts import jsonio
from parcours.engine.facts.vocabulary import BY_NAME, IDS, slug
from parcours.engine.results import CASE_CODES
from parcours.fhir import adjudication
from parcours.fhir.adjudication import Amounts, Payer, category, facts, reason
from parcours.fhir.claim_read import Asked, read_claim
from parcours.fhir.estimate import Estimate, answer_of, now
from parcours.fhir.issues import Refused, issue_from, outcome
from parcours.fhir.shapes import SHAPES
from parcours.fhir.site import Site
from parcours.law.bill.codes import Nature
from parcours.law.cases import CaseActeLourd
from parcours.rules.rate import WHOLE
from parcours.text import Lang, plain_cents, plain_euros

TAKEN = {*BY_NAME, *ROW_COLUMNS} - {*IDS, "patient_id", "professional_id"}
IGNORED = {"patient_id", "professional_id"}
"""Facts that only tie acts to others: a Claim stands alone."""
HOLE = "\u2063a{}\u2063"
"""Where text goes."""


# --- read ------------------------------------------------------------------------------------------------------------


@dataclass
class Together:
    """Claims that are settled together: their lines as rows."""

    bills: list[Asked] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)

    def add(self, asked: Asked) -> bool:
        """Take a Claim; no: it must be settled alone."""
        rows = rows_of(asked)
        if rows is None:
            return False
        self.starts.append(len(self.rows))
        self.rows += [row | {"bill_id": str(len(self.bills)), "patient_id": str(len(self.bills))} for row in rows]
        self.bills.append(asked)
        return True


def rows_of(asked: Asked) -> list[dict[str, Any]] | None:
    """The lines of a bill as rows of a file; None for what a file cannot say."""
    if asked.use != "predetermination" or asked.readings:
        return None
    shared = {name: value for name, value in asked.bill.items() if name not in IGNORED and name != "lines"}
    found = []
    for line in asked.bill["lines"]:
        row = shared | line
        if (
            "fee" not in row
            or "care_date" not in row
            or any(shared.get(name, value) != value for name, value in line.items())
        ):
            return None
        if not row.keys() <= TAKEN or any(isinstance(value, (list, dict)) for value in row.values()):
            return None
        found.append(row)
    return found


def table_of(rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Rows as columns: yes and no as they are, anything else as people write it."""
    names = dict.fromkeys(name for row in rows for name in row)
    return pa.table({name: column([row.get(name) for row in rows]) for name in names})


def column(values: list[Any]) -> pa.Array:
    """One column."""
    if all(value is None or isinstance(value, bool) for value in values):
        return pa.array(values, pa.bool_())
    texts = [
        None if value is None else str(value).lower() if isinstance(value, bool) else str(value) for value in values
    ]
    return pa.array(texts, pa.string())


# --- settled ---------------------------------------------------------------------------------------------------------


class Line(NamedTuple):
    """A settled line."""

    amounts: Amounts
    cases: tuple[tuple[str, str], ...]


@lru_cache(maxsize=1)
def run() -> Run:
    """The law, and the patterns met so far."""
    return Run.of()


def settled(together: Together) -> list[list[Line] | None]:
    """The lines of each bill; None: it must be settled alone."""
    if not together.rows:
        return []
    answers = settle_bill_rows(table_of(together.rows), run())
    left = set(answers.left.tolist())
    amounts, codes = columns_of(answers, len(together.rows))
    found: list[list[Line] | None] = []
    ends = [*together.starts[1:], len(together.rows)]
    for asked, start, end in zip(together.bills, together.starts, ends, strict=True):
        if not left.isdisjoint(range(start, end)):
            found.append(None)
            continue
        natures = natures_of(asked)
        if natures is None:
            found.append(None)
            continue
        fees = [line["fee"] for line in asked.bill["lines"]]
        places = zip(fees, range(start, end), natures, strict=True)
        found.append([line_of(fee, at, amounts, codes, nature) for fee, at, nature in places])
    return found


def columns_of(answers: Settled, count: int) -> tuple[dict[str, list[int]], dict[str, list[int]]]:
    """Amounts and cases by name, as lists."""
    amounts = {name: answers.amounts[place, :count].tolist() for place, name in enumerate(AMOUNT_RESULTS)}
    codes = {name: answers.codes[place, :count].tolist() for place, name in enumerate(CODE_RESULTS)}
    return amounts, codes


NATURES: dict[tuple[Any, ...], int] = {}
"""(code, who gives the care) -> is it an act, a product…; learnt from one that was settled alone."""


def natures_of(asked: Asked) -> list[int] | None:
    """What each line is; None: it cannot be known."""
    keys = [
        (line["code"], asked.bill.get("profession"), asked.bill.get("specialty"), line.get("profession"))
        for line in asked.bill["lines"]
    ]
    if any(key not in NATURES for key in keys):
        try:
            lines = settle_bill(asked.bill, asked.readings).lines
        except FactError:
            return None
        NATURES.update((key, int(line.line.nature)) for key, line in zip(keys, lines, strict=False))
    return [NATURES[key] for key in keys]


def line_of(
    fee: str, at: int, amounts: Mapping[str, list[int]], codes: Mapping[str, list[int]], nature: int
) -> Line:  # fmt: skip
    """A line, from its place in the columns."""
    whole = amounts["forfait_acte_lourd"][at] or codes["case_acte_lourd"][at] == CaseActeLourd.IMAGING
    own = (amounts[name][at] for name in Amounts._fields[3:])
    said = Amounts(plain_cents(fee), amounts["base"][at], WHOLE if whole else amounts["rate"][at], *own)
    return Line(said, cases_at(codes, at) if nature == Nature.ACT else ())


def cases_at(codes: Mapping[str, list[int]], at: int) -> tuple[tuple[str, str], ...]:
    """The case of each stage of an act."""
    return tuple((name.removeprefix("case_"), slug(enum, codes[name][at])) for name, enum in CASE_CODES.items())


# --- said ------------------------------------------------------------------------------------------------------------


@dataclass
class Quick(Estimate):
    """A Claim whose lines were settled with others: its amounts are written as text, in the holes of what is said."""

    answer: Any
    """None: there is no answer but these lines."""
    lines: Sequence[Line] = ()

    @cached_property
    def amounts(self) -> Amounts:
        sums = Amounts(*(sum(values) for values in zip(*(one.amounts for one in self.lines), strict=True)))
        rates = {one.amounts.rate for one in self.lines}
        return sums._replace(rate=rates.pop() if len(rates) == 1 else 0)

    @property
    def headline(self) -> str:
        return adjudication.headline(self.amounts, "fr")

    @property
    def year(self) -> str:
        return min(str(line["care_date"]) for line in self.asked.bill["lines"])[:4]

    def items(self, payer: Payer) -> Any:
        """Holes in place of the adjudications."""
        for item, at in zip(self.asked.claim["item"], range(len(self.lines)), strict=True):
            yield item["sequence"], {}, HOLE.format(at)

    def added(self, payer: Payer) -> list[dict[str, Any]]:
        return []

    def totals_of(self, payer: Payer) -> Any:
        return HOLE.format("t")

    @cached_property
    def said(self) -> dict[str, Any]:
        """What the explanation of the compulsory insurance says, but for its amounts."""
        return self.eob(Payer.AMO)

    def text(self, payer: Payer) -> str:
        """The explanation of a payer."""
        own = {} if payer is Payer.AMO else {"insurer": self.insurer(payer), "insurance": self.coverages(payer)}
        said = jsonio.dumps(self.said | own)
        holes = {str(at): adjudicated(self.site, one, payer) for at, one in enumerate(self.lines)}
        holes["t"] = totalled(self.site, self.amounts, payer)
        return HOLES.sub(lambda hole: holes[hole[1]], said)


HOLES = re.compile('"\u2063a([0-9]+|t)\u2063"')


@lru_cache(maxsize=4096)
def worded(site: Site, system: str, code: str) -> str:
    """The beginning of a line of an adjudication."""
    return f'{{"category": {json.dumps(category(site, system, code), ensure_ascii=False)}, '


@lru_cache(maxsize=4096)
def reasoned(site: Site, code: str, cases: tuple[tuple[str, str], ...]) -> str:
    """The case behind a line, as its end."""
    said = reason(site, code, dict(cases))
    return f", {json.dumps(said, ensure_ascii=False)[1:]}" if said else "}"


def amount(cents: int) -> str:
    """An amount."""
    return f'"amount": {{"value": {plain_euros(cents)}, "currency": "EUR"}}'


@lru_cache(maxsize=65_536)
def adjudicated(site: Site, line: Line, payer: Payer) -> str:
    """The adjudications of a line."""
    found = []
    for system, code, cents in facts(line.amounts, payer):
        found.append(worded(site, system, code) + amount(cents) + reasoned(site, code, line.cases))
        if code == "eligible":
            rate = f'"value": {plain_euros(line.amounts.rate)}'
            found.append(worded(site, "", "eligpercent") + rate + reasoned(site, "eligpercent", line.cases))
    return f"[{', '.join(found)}]"


@lru_cache(maxsize=65_536)
def totalled(site: Site, amounts: Amounts, payer: Payer) -> str:
    """The totals of an explanation."""
    return f"[{', '.join(worded(site, *one[:2]) + amount(one[2]) + '}' for one in facts(amounts, payer))}]"


# --- a block of a file -----------------------------------------------------------------------------------------------


def answered(lines: Sequence[str], site: Site, lang: Lang) -> tuple[list[str], int]:
    """The answers to lines of a file, in their order, one a line; how many are refused."""
    texts: list[str] = [""] * len(lines)
    together, places, refused = Together(), [], 0
    for place, line in enumerate(lines):
        try:
            asked = read(line)
        except (Refused, ProblemError) as error:
            texts[place], refused = refusal(error, lang), refused + 1
            continue
        if together.add(asked):
            places.append(place)
        else:
            texts[place], wrong = alone(asked, site, lang)
            refused += wrong
    created = now()
    for place, asked, found in zip(places, together.bills, settled(together), strict=True):
        if found is None:
            texts[place], wrong = alone(asked, site, lang)
            refused += wrong
        else:
            texts[place] = quickly(asked, found, site, created)
    return texts, refused


def in_full(lines: Sequence[str], site: Site, lang: Lang) -> tuple[list[str], int]:
    """The same with every sentence, each Claim settled alone."""
    found = [whole(line, site, lang) for line in lines]
    return [text for text, _ in found], sum(wrong for _, wrong in found)


def whole(line: str, site: Site, lang: Lang) -> tuple[str, int]:
    """The whole answer to one Claim, and 1 if it is refused."""
    try:
        asked = read(line)
    except (Refused, ProblemError) as error:
        return refusal(error, lang), 1
    return alone(asked, site, lang, brief=False)


def read(line: str) -> Asked:
    """A Claim of a file. Raises `Refused`, `ProblemError`."""
    try:
        claim = jsonio.loads(line)
    except (ValueError, RecursionError):
        claim = None
    shape = SHAPES.of(line)
    asked = read_claim(claim, checked=shape != "" and shape in SHAPES.known)
    SHAPES.keep(shape)
    return asked


def quickly(asked: Asked, lines: list[Line], site: Site, created: str) -> str:
    """The explanations of a Claim that was settled with others."""
    said = Quick(asked, None, site, created, brief=True, lines=lines)
    entries = (f'{{"fullUrl": "urn:uuid:{uuid4()}", "resource": {said.text(payer)}}}' for payer in said.payers)
    head = f'{{"resourceType": "Bundle", "type": "collection", "timestamp": "{created}", "entry": ['
    return f"{head}{', '.join(entries)}]}}"


def alone(asked: Asked, site: Site, lang: Lang, *, brief: bool = True) -> tuple[str, int]:
    """The answer to one Claim, and 1 if it is refused."""
    try:
        return jsonio.dumps(answer_of(asked, site, brief=brief)), 0
    except (Refused, ProblemError) as error:
        return refusal(error, lang), 1


def refusal(error: Refused | ProblemError, lang: Lang) -> str:
    """Why a Claim is not answered."""
    issues = error.issues if isinstance(error, Refused) else [issue_from(error, error.status)]
    return jsonio.dumps(outcome(issues, lang))
