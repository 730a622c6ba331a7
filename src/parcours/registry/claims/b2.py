"""Lots as records of 128 characters, like those that invoices travel in (B2-like, simulated): written, and read back.

    lot = lot_of(session, claims)          # {"simulated": true, "format": "b2-like", "records": ["2…", "2…S…", …]}
    sheets = read_lot(session, lot)        # as `intake.read_sheet` takes them

An invoice is a record 2 (the insured, the rights), 2S (médecin traitant, indicator of the pathway), for each act a 4,
4S and 4E, and a 5 (how many, and the total). No envelope is known: the records travel in JSON, which says that they
are simulated. What a record has no room for (the letter, the class of a drug) does not travel. A lot that is cut, or
whose totals are wrong, is refused whole.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from parcours.registry.claims import problems
from parcours.registry.claims.intake import read_cents
from parcours.registry.claims.models import Claim, Nature
from parcours.registry.claims.sheets import said
from parcours.registry.directory.service import get_professional
from parcours.registry.identity.service import current_identifier, find_insured_id
from parcours.registry.people.service import get_insured
from parcours.text import plain_euros

FORMAT = "b2-like"
WIDTH = 128
NUMBER = 9
"""Digits of an invoice."""


class Field(NamedTuple):
    """Where a value is in a record: first character (from 1), how many, and whether digits fill it from the left."""

    start: int
    width: int
    digits: bool = False


INVOICE = {"insured": Field(12, 13), "key": Field(25, 2, digits=True)}
"""What every record says."""
HEAD = INVOICE | {
    "number": Field(30, NUMBER, digits=True), "operation": Field(39, 1), "scheme": Field(49, 2, digits=True),
    "fund": Field(51, 3), "proof": Field(58, 1, digits=True), "nature": Field(77, 2, digits=True),
    "exemption": Field(79, 1), "born": Field(96, 6, digits=True), "contract": Field(117, 2, digits=True),
}  # fmt: skip
HEAD_S = INVOICE | {
    "number": Field(30, NUMBER, digits=True), "complement": Field(39, 1), "sequence": Field(40, 2, digits=True),
    "payee": Field(48, 2, digits=True), "ips": Field(121, 1),
}  # fmt: skip
ACT = INVOICE | {
    "number": Field(30, NUMBER, digits=True), "care": Field(70, 6, digits=True), "code": Field(76, 5),
    "quantity": Field(81, 2, digits=True), "coefficient": Field(83, 6, digits=True),
    "base": Field(98, 7, digits=True), "fee": Field(115, 7, digits=True),
}  # fmt: skip
OF_ACT = INVOICE | {"number": Field(27, NUMBER, digits=True), "complement": Field(36, 1),
                    "sequence": Field(37, 2, digits=True)}  # fmt: skip
ACT_E = OF_ACT | {
    "prescriber": Field(39, 11, digits=True),
    "structure": Field(50, 14),
    "rpps": Field(64, 11, digits=True),
}
FOOT = INVOICE | {"number": Field(30, NUMBER, digits=True), "count": Field(39, 3, digits=True),
                  "total": Field(66, 8, digits=True)}  # fmt: skip
FOOT_TYPE = "5"
"""The record that ends a sheet."""
KINDS = {"2": HEAD, "2S": HEAD_S, "4": ACT, "4S": OF_ACT, "4E": ACT_E, "5": FOOT}
COMPLEMENTS = {"2": 39, "4": 36}
"""Where a record says that it completes another, by its type."""
PAYEES = {"none": 10, "partial": 35, "full": 36}
"""Who is paid, as public data number it."""
EXEMPTIONS = {"ald": "4"}
CARD_READ, ILLNESS, C2S = 4, 10, 89
NATURES = {Nature.MATERNITY.value: 30, Nature.WORK_ACCIDENT.value: 41, Nature.PREVENTION.value: 90}
"""The insurances that are not illness, as records number them."""
RPPS = 11
"""Digits of the number of a professional."""


def record(kind: str, **values: object) -> str:
    """One record, what is not said being blank, or zeros for digits."""
    cells = [" "] * WIDTH
    for name, field in KINDS[kind].items():
        text = str(values.get(name, ""))
        filled = text.rjust(field.width, "0") if field.digits else text.ljust(field.width)
        cells[field.start - 1 : field.start - 1 + field.width] = filled[-field.width :]
    cells[0] = kind[0]
    return "".join(cells)


def parsed(line: str) -> tuple[str, dict[str, str]]:
    """The kind of a record and what it says. Raises Invalid: it is none of ours."""
    mark = COMPLEMENTS.get(line[:1])
    kind = line[:1] + (line[mark - 1].strip() if mark and len(line) == WIDTH and line[mark - 1] in "SE" else "")
    if len(line) != WIDTH or kind not in KINDS:
        raise problems.lot_unreadable(line[:8].strip())
    fields = {name: line[one.start - 1 : one.start - 1 + one.width].strip() for name, one in KINDS[kind].items()}
    for name, one in KINDS[kind].items():
        if one.digits and not fields[name].isdecimal():
            raise problems.lot_unreadable(f"{kind} {name} {fields[name]}".strip())
    return kind, fields


# --- written ---------------------------------------------------------------------------------------------------------


def lot_of(session: Session, claims: Sequence[Claim]) -> dict[str, Any]:
    """Sheets of a professional as a lot. Its records name people by their number."""
    records = [line for claim in claims for line in invoice(session, claim)]
    total = plain_euros(sum(one.fee for one in claims))
    return {"simulated": True, "format": FORMAT, "sheets": len(claims), "total": total, "records": records}


def invoice(session: Session, claim: Claim) -> Iterator[str]:
    """The records of one sheet."""
    content = said(claim)
    facts: Mapping[str, Any] = content["facts"]
    number = current_identifier(session, claim.insured_id, claim.care_date)
    value = (number.value if number is not None else "").ljust(15, "0")
    common: dict[str, Any] = {"insured": value[:13], "key": value[13:15], "number": claim.sheet_number}
    born = get_insured(session, claim.insured_id).birth_date
    yield record(
        "2", **common, operation="1", scheme=claim.fund_code[:2], fund=claim.fund_code[-3:],
        nature=NATURES.get(content.get("nature", ""), ILLNESS),
        proof=CARD_READ if content["card"] == "read" else 0, exemption=EXEMPTIONS.get(str(facts.get("exemption")), "0"),
        born=short(born), contract=C2S if content["claims_right"] == "c2s" else 0,
    )  # fmt: skip
    payee = PAYEES[content["tiers_payant"]]
    yield record("2S", **common, complement="S", sequence=1, payee=payee, ips=content["ips"])
    acts: list[Mapping[str, Any]] = content.get("acts") or [facts for _ in content["lines"]]
    rpps, prescriber = get_professional(session, claim.professional_id).rpps, prescriber_in(content)
    for place, (fee, act) in enumerate(zip(content["lines"], acts, strict=True), start=1):
        code = str(act.get("code", act.get("act", facts.get("act", ""))))
        base, coefficient = hundredths(act.get("base")), hundredths(act.get("coefficient"))
        yield record("4", **common, care=short(claim.care_date), code=code[:5], quantity=act.get("quantity", 1),
                     coefficient=coefficient, base=base, fee=fee)  # fmt: skip
        yield record("4S", **common, complement="S", sequence=place)
        yield record("4E", **common, complement="E", sequence=place, rpps=rpps, **prescriber)
    yield record("5", **common, count=len(acts), total=sum(content["lines"]))


def hundredths(value: object) -> int:
    """An amount or a coefficient, as a record writes it: in hundredths; zero when nothing is said."""
    return round(Decimal(str(value)) * 100) if value else 0


def prescriber_in(content: Mapping[str, Any]) -> dict[str, str]:
    """Who prescribed, where a record has room for them: a professional, or else a structure."""
    said = str(content.get("prescriber", ""))
    return {"prescriber" if said.isdecimal() and len(said) == RPPS else "structure": said} if said else {}


def short(day: date) -> str:
    """A day in six digits."""
    return day.strftime("%y%m%d")


# --- read ------------------------------------------------------------------------------------------------------------


def read_lot(session: Session, lot: Any, *, day: date) -> list[dict[str, Any]]:
    """The sheets of a lot. Raises Invalid: it is cut, or does not add up; NotFound: a person."""
    records = lot.get("records") if isinstance(lot, Mapping) else None
    if not isinstance(records, list) or lot.get("format") != FORMAT or not all(isinstance(one, str) for one in records):
        raise problems.lot_unreadable(FORMAT)
    sheets: list[dict[str, Any]] = []
    waiting: list[tuple[str, dict[str, str]]] = []
    for kind, fields in map(parsed, records):
        if (kind == "2") == bool(waiting):
            raise problems.lot_cut(fields["number"])
        waiting.append((kind, fields))
        if kind == "5":
            sheets.append(sheet_of(session, waiting, day))
            waiting = []
    if waiting or ("sheets" in lot and lot["sheets"] != len(sheets)):
        raise problems.lot_cut(len(sheets))
    check_total(lot.get("total"), sheets)
    return sheets


def check_total(said: Any, sheets: Sequence[Mapping[str, Any]]) -> None:
    """Raise Invalid for a lot whose total is not the sum of its sheets."""
    total = sum(read_cents("fee", line["fee"]) for one in sheets for line in one.get("lines", [one]))
    if said is not None and read_cents("total", said) != total:
        raise problems.total_not_sum(str(said), sum=plain_euros(total))


def sheet_of(session: Session, records: Sequence[tuple[str, dict[str, str]]], day: date) -> dict[str, Any]:
    """One sheet from its records."""
    by_kind: dict[str, list[dict[str, str]]] = {}
    for kind, fields in records:
        by_kind.setdefault(kind, []).append(fields)
    head, foot, acts = by_kind["2"][0], by_kind["5"][0], by_kind.get("4", [])
    if int(foot["count"] or 0) != len(acts) or not acts or "4E" not in by_kind or "2S" not in by_kind:
        raise problems.lot_cut(head["number"])
    total = sum(int(one["fee"]) for one in acts)
    if total != int(foot["total"]):
        raise problems.total_not_sum(plain_euros(int(foot["total"])), sum=plain_euros(total))
    patient = find_insured_id(session, head["insured"] + head["key"])
    payees = {code: name for name, code in PAYEES.items()}
    sheet: dict[str, Any] = {
        "patient": patient or "", "professional": by_kind["4E"][0]["rpps"], "number": int(head["number"]),
        "care_date": long(acts[0]["care"], day).isoformat(),
        "tiers_payant": payees.get(int(by_kind["2S"][0]["payee"]), "none"), "ips": by_kind["2S"][0]["ips"],
        "card": "read" if head["proof"] == str(CARD_READ) else "unread",
        "claims_right": "c2s" if head["contract"] == str(C2S) else "",
    }  # fmt: skip
    natures = {code: name for name, code in NATURES.items()}
    act = by_kind["4E"][0]
    prescriber = act["prescriber"] if act["prescriber"].strip("0") else act["structure"]
    more = {"nature": natures.get(int(head["nature"]), ""), "prescriber": prescriber}
    sheet |= {name: value for name, value in more.items() if value}
    exemptions = {code: name for name, code in EXEMPTIONS.items()}
    facts = {"exemption": exemptions[head["exemption"]]} if head["exemption"] in exemptions else {}
    lines = [act_of(one) for one in acts]
    if len(lines) == 1:
        own = {("act" if name == "code" else name): value for name, value in lines[0].items() if name != "fee"}
        return sheet | {"fee": lines[0]["fee"]} | ({"facts": facts | own} if facts or own else {})
    return sheet | {"lines": lines} | ({"facts": facts} if facts else {})


def act_of(fields: Mapping[str, str]) -> dict[str, Any]:
    """One act, as a line of a sheet says it."""
    quantity, coefficient, base = int(fields["quantity"]), int(fields["coefficient"]), int(fields["base"])
    said = {
        "code": fields["code"], "quantity": quantity if quantity != 1 else None,
        "coefficient": plain_euros(coefficient) if coefficient else None, "base": plain_euros(base) if base else None,
    }  # fmt: skip
    return {"fee": plain_euros(int(fields["fee"]))} | {name: value for name, value in said.items() if value}


def long(digits: str, day: date) -> date:
    """A day of six digits, in the hundred years that end with a day."""
    try:
        found = date(day.year // 100 * 100 + int(digits[:2]), int(digits[2:4]), int(digits[4:6]))
    except ValueError:
        raise problems.sheet_value(digits, field="care_date", allowed="YYMMDD") from None
    return found if found <= day else found.replace(year=found.year - 100)
