"""A sheet as programs send it: JSON in the names of the vocabulary, euros as text or numbers, checked before anything.

{"patient": "0190…", "professional": "10001234567", "care_date": "2026-03-02", "number": 1, "fee": "30.00",
 "tiers_payant": "partial", "facts": {"referral": "avis_ponctuel"}}
"""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from parcours.engine.bill.vocabulary import LINE_ALLOWED
from parcours.engine.facts.vocabulary import BY_NAME
from parcours.registry.claims import problems
from parcours.registry.claims.models import Claim, ClaimState, Nature, SheetKind
from parcours.registry.claims.settling import settle_claim
from parcours.registry.claims.sheets import Sheet, write
from parcours.registry.directory.models import Fund
from parcours.registry.directory.service import get_professional
from parcours.registry.people.models import Affiliation
from parcours.registry.people.service import affiliation_on, get_insured
from parcours.text import plain_euros

KEYS = (
    "patient", "professional", "fund", "care_date", "number", "fee", "lines", "total", "kind", "tiers_payant", "card",
    "claims_right", "ips", "payee", "prescriber", "prescribed_on", "nature", "nature_on", "agreement_on",
    "facts",
)  # fmt: skip
NEEDED = ("patient", "professional", "care_date", "number")
OF_THE_FUND = {
    "patient_id", "professional_id", "care_date", "reimbursement_date", "fee", "tiers_payant", "birth_date", "age",
    "c2s", "ame", "contract", "status", "ips", "scheme", "convention", "profession", "specialty", "medecin_traitant",
    "role", "medecin_traitant_left_on", "installed_on", "zone_deficitaire",
}  # fmt: skip
"""Facts that a sheet does not say of its act: the registry knows them, or the sheet says them elsewhere."""
OF_A_LINE = {"quantity", "base"}
LINE_NAMES = (*(name for name in LINE_ALLOWED if name not in OF_THE_FUND), "fee", "act")
"""What a line may say: its fee, and its act as a line of a bill."""
CHOICES = {
    "tiers_payant": ("none", "partial", "full"),
    "card": ("read", "unread", "opposed"),
    "kind": tuple(one.value for one in SheetKind),
    "nature": ("", *(one.value for one in Nature)),
}
MOST_NUMBER = 999_999


def read_sheet(session: Session, said: Any) -> Sheet:
    """A sheet from JSON. Raises Invalid: its shape or a value; NotFound: the person or the professional."""
    if not isinstance(said, Mapping):
        raise problems.sheet_shape(type(said).__name__, names=", ".join(KEYS))
    unknown = [str(name) for name in said if name not in KEYS]
    missing = [name for name in NEEDED if said.get(name) in (None, "")]
    if unknown or missing:
        raise problems.sheet_shape(field=(unknown or missing)[0], names=", ".join(KEYS))
    for name, allowed in CHOICES.items():
        if name in said and said[name] not in allowed:
            raise problems.sheet_value(said[name], field=name, allowed=", ".join(allowed))
    lines, acts = read_lines(said)
    if said.get("total") is not None and read_cents("total", said["total"]) != sum(lines):
        raise problems.total_not_sum(said["total"], sum=plain_euros(sum(lines)))
    insured = get_insured(session, str(said["patient"]))
    care = read_day(said["care_date"])
    payee = get_insured(session, str(said["payee"])).id if said.get("payee") else ""
    return Sheet(
        insured_id=insured.id, professional_id=get_professional(session, str(said["professional"])).id,
        fund_code=fund_of(session, insured.id, care, said.get("fund")), care_date=care,
        number=read_number(said["number"]), lines=lines, acts=acts, total=sum(lines),
        kind=SheetKind(said.get("kind", "electronic")),
        tiers_payant=said.get("tiers_payant", "none"), card=said.get("card", "read"),
        claims_right=str(said.get("claims_right", "")), ips=str(said.get("ips", "")), payee_id=payee,
        prescriber=read_prescriber(said.get("prescriber")), prescribed_on=read_optional(said, "prescribed_on"),
        nature=said.get("nature", ""), nature_on=read_optional(said, "nature_on"),
        agreement_on=read_optional(said, "agreement_on"),
        facts=read_facts(said.get("facts"), one=len(lines) == 1 and not acts),
    )  # fmt: skip


def read_lines(said: Mapping[str, Any]) -> tuple[tuple[int, ...], tuple[Mapping[str, Any], ...]]:
    """The fees of the acts, and what each line says of its act: `fee` for one, `lines` for several.

    A line is an amount, or an object with its `fee` and its act as a line of a bill says it (`code`, `coefficient`…).
    """
    raw = said["lines"] if "lines" in said else [said.get("fee")]
    if not isinstance(raw, list) or ("lines" in said and "fee" in said):
        raise problems.sheet_shape(field="lines", names="fee | lines")
    lines = [read_line(one, number) for number, one in enumerate(raw, start=1)]
    acts = tuple(act for _, act in lines)
    return tuple(fee for fee, _ in lines), acts if any(acts) else ()


def read_line(said: Any, number: int) -> tuple[int, Mapping[str, Any]]:
    """One line: its fee in cents, and what it says of its act."""
    if not isinstance(said, Mapping):
        return read_cents("fee", said), {}
    act = dict(said)
    if "act" in act:
        act.setdefault("code", act.pop("act"))
    for name in act:
        if name not in LINE_NAMES:
            raise problems.sheet_value(name, field=f"lines[{number}]", allowed=", ".join(LINE_NAMES))
    return read_cents(f"lines[{number}].fee", act.pop("fee", None)), act


def read_cents(name: str, value: Any) -> int:
    """An amount in euros, with two decimals at most, as cents."""
    try:
        amount = Decimal(str(value)) * 100
    except InvalidOperation:
        amount = Decimal("NaN")
    if isinstance(value, bool) or not amount.is_finite() or amount != amount.to_integral_value():
        raise problems.sheet_value(value, field=name, allowed="0.00")
    return int(amount)


def read_day(value: Any, name: str = "care_date") -> date:
    """A day."""
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise problems.sheet_value(value, field=name, allowed="YYYY-MM-DD") from None


def read_optional(said: Mapping[str, Any], name: str) -> date | None:
    """A day that a sheet may say."""
    return read_day(said[name], name) if said.get(name) else None


MOST_PRESCRIBER = 36


def read_prescriber(value: Any) -> str:
    """Who prescribed, as the sheet writes it: whether the fund knows them is found at adjudication."""
    text = str(value or "")
    if len(text) > MOST_PRESCRIBER:
        raise problems.sheet_value(text, field="prescriber", allowed="RPPS | FINESS")
    return text


def read_number(value: Any) -> int:
    """The order number of a sheet in its day."""
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MOST_NUMBER:
        raise problems.sheet_value(value, field="number", allowed=f"1 … {MOST_NUMBER}")
    return value


def read_facts(value: Any, *, one: bool) -> dict[str, Any]:
    """What the sheet says of its act, or of all its acts, in the names of the vocabulary."""
    if value is None:
        return {}
    allowed = sorted(set(BY_NAME) - OF_THE_FUND - (set() if one else OF_A_LINE))
    if not isinstance(value, Mapping):
        raise problems.sheet_shape(field="facts", names=", ".join(allowed))
    for name in value:
        if name not in allowed:
            raise problems.sheet_value(name, field="facts", allowed=", ".join(allowed))
    return dict(value)


def fund_of(session: Session, insured_id: str, care: date, said: Any) -> str:
    """The fund that a sheet is addressed to: as said, that of the care day, the last one known."""
    if said:
        code = session.scalar(select(Fund.code).where(Fund.code == str(said)))
    elif (affiliation := affiliation_on(session, insured_id, care)) is not None:
        code = affiliation.fund_code
    else:
        query = select(Affiliation.fund_code).where(Affiliation.insured_id == insured_id)
        code = session.scalar(query.order_by(Affiliation.starts_on.desc()).limit(1))
    if code is None:
        raise problems.no_fund(said)
    return code


def submit(session: Session, said: Any, *, day: date, at: datetime) -> Claim:
    """Take a sheet in, or the claim that it already is. What it says of its act is read by the engine at once.

    Raises as `read_sheet` and `write`; FactError: an unknown act, a fact that is wrong.
    """
    sheet = read_sheet(session, said)
    claim = write(session, sheet, day=day, at=at, state=ClaimState.RECEIVED)
    if claim.state is ClaimState.RECEIVED and (sheet.facts or len(sheet.lines) > 1 or sheet.acts):
        settle_claim(session, claim, day=day, at=at, stated={})
    return claim


def next_number(session: Session, professional_id: str, care: date) -> int:
    """The order number of the next sheet of that day."""
    query = select(func.max(Claim.sheet_number)).where(
        Claim.professional_id == professional_id, Claim.care_date == care
    )
    return (session.scalar(query) or 0) + 1
