"""`/me/sheet`: a paper sheet goes to the fund (simulated post), for who paid without a card."""

from typing import Any

from sqlalchemy import select
from starlette.responses import Response

from parcours.law import thresholds
from parcours.registry.claims.context import Action, Tag
from parcours.registry.claims.intake import next_number, submit
from parcours.registry.claims.models import Claim
from parcours.registry.declarations import timeline
from parcours.registry.directory.models import Professional
from parcours.registry.directory.service import get_professional
from parcours.registry.errors import NotFound
from parcours.text import Text
from parcours.web.desk.names import called, professionals
from parcours.web.desk.room import Desk, wrong
from parcours.web.me.person import Mine

LINES = 3
"""Acts that a page takes at once: a sheet of more has its second page."""
LATELY = 8
"""Professionals that are offered by name: the declared doctor, and who gave the last care."""
WHO = Text(
    "le numéro RPPS (11 chiffres) imprimé sur la feuille, ou un nom de la liste",
    "the RPPS number (11 digits) printed on the sheet, or a name of the list",
)
TOO_OLD = Text("un jour dont le remboursement peut encore être demandé", "a day whose refund may still be asked for")
AN_ACT = Text("le code de l'acte et ce que vous avez payé", "the code of the act and what you paid")
TYPED = (
    "rpps",
    "professional",
    "care_date",
    *(f"{name}_{line}" for name in ("code", "paid") for line in range(1, LINES + 1)),
)


def form(desk: Desk) -> Response:
    """What is copied from the sheet: who, when, each act and what was paid."""
    mine = Mine.of(desk, Action.SEND_PAPER, Tag.CLAIM_READ)
    return mine.show(
        "me/sheet.html", offered=offered(desk, mine), lines=range(1, LINES + 1),
        years=thresholds.whole("remboursement.prescription_annees", desk.today),
        typed={name: desk.field(name, 64) for name in TYPED},
    )  # fmt: skip


def offered(desk: Desk, mine: Mine) -> list[tuple[str, str]]:
    """(Id, name) of the professionals that this person sees."""
    tenure = timeline.as_of(desk.session, mine.id, desk.today)
    query = select(Claim.professional_id).where(Claim.insured_id == mine.id).order_by(Claim.id.desc()).limit(LATELY)
    ids = dict.fromkeys([*([tenure.professional_id] if tenure else []), *desk.session.scalars(query)])
    names = professionals(desk.session, list(ids))
    return [(one, called(names[one])) for one in ids if one in names]


def post(desk: Desk) -> Response:
    """Send it: the fund has received it at once, and decides like any other sheet."""
    record = desk.person(Action.SEND_PAPER)
    insured, doctor, care = record.insured_id or "", professional_of(desk), desk.day("care_date")
    if thresholds.last_day_to_ask(care) < desk.today:
        raise wrong("care_date", TOO_OLD)
    said: dict[str, Any] = {
        "patient": insured, "professional": doctor.id, "care_date": care.isoformat(), "kind": "paper",
        "number": next_number(desk.session, doctor.id, care), "lines": acts_of(desk),
    }  # fmt: skip
    claim = submit(desk.session, said, day=desk.today, at=desk.unit.incoming.at)
    desk.unit.note(Tag.CLAIM_SUBMIT, record, claim=claim.id)
    return desk.go("/me/money", done="posted", of=desk.asked("of", 64))


def professional_of(desk: Desk) -> Professional:
    """Who gave the care: by the number that was typed, else by the name that was chosen. Raises Invalid."""
    given = desk.field("rpps", 14).replace(" ", "")
    try:
        return get_professional(desk.session, given or desk.field("professional", 64))
    except NotFound:
        raise wrong("rpps", WHO) from None


def acts_of(desk: Desk) -> list[dict[str, str]]:
    """The acts of the sheet, each with what was paid. Raises Invalid."""
    lines = []
    for number in range(1, LINES + 1):
        code, paid = desk.field(f"code_{number}", 20).upper(), desk.field(f"paid_{number}", 20)
        if bool(code) != bool(paid):
            raise wrong(f"paid_{number}" if code else f"code_{number}", AN_ACT)
        if code:
            lines.append({"code": code, "fee": str(desk.euros(f"paid_{number}"))})
    if not lines:
        raise wrong("code_1", AN_ACT)
    return lines
