"""`/practice/sheets`, `/practice/payments`: from the draft to the payment, and what to do about a rejection."""

from sqlalchemy import func, select
from starlette.responses import Response

from parcours.registry.access.model import Record
from parcours.registry.claims import answers, lifecycle, objections
from parcours.registry.claims.context import Action, Tag
from parcours.registry.claims.models import Claim, ClaimState, Ground, LotState
from parcours.registry.claims.sheets import said
from parcours.registry.claims.words import GROUNDS, OBJECTIONS, STATES, reason
from parcours.registry.declarations.context import of_practice
from parcours.registry.messages.models import MessageKind
from parcours.registry.messages.service import body_of, newest_to
from parcours.registry.payments.desk import claims_of_practice, late_for_practice, lots_of_practice
from parcours.registry.payments.models import Order
from parcours.registry.payments.practice import practice_view
from parcours.registry.payments.practices import penalty_of
from parcours.registry.payments.queues import UNREAD
from parcours.registry.payments.service import orders_of
from parcours.registry.people.context import PATIENT
from parcours.registry.store.ids import get
from parcours.registry.visits.context import Action as VisitAction
from parcours.text import Text, plain_euros
from parcours.web.desk.acts import lines_of, rests_on
from parcours.web.desk.money import TONES
from parcours.web.desk.names import fund_name
from parcours.web.desk.paging import cut
from parcours.web.desk.room import Desk, wrong
from parcours.web.practice import fixes
from parcours.web.practice.desk import doctor_of, named, patients_named, show, sign_and_send
from parcours.web.practice.ways import WAYS

PAGE = 40
GROUPS = {
    "sign": (Text("À signer", "To sign"), (ClaimState.DRAFT,)),
    "resend": (Text("À renvoyer", "To send again"), (ClaimState.REFUSED, ClaimState.SIGNED)),
    "correct": (Text("Rejetées", "Rejected"), (ClaimState.REJECTED, ClaimState.TIME_BARRED)),
    "proof": (Text("Feuille signée attendue", "Signed sheet awaited"), (ClaimState.WAITING_FOR_PROOF,)),
    "way": (
        Text("À la caisse", "At the fund"),
        (
            ClaimState.SENT,
            ClaimState.ACKNOWLEDGED,
            ClaimState.RECEIVED,
            ClaimState.HELD,
            ClaimState.ADJUDICATED,
            ClaimState.ORDERED,
        ),
    ),
    "paid": (Text("Payées", "Paid"), (ClaimState.PAID, ClaimState.RECONCILED)),
    "later": (Text("Corrigées ou annulées", "Corrected or taken back"), (ClaimState.REPLACED, ClaimState.REVERSED)),
}
CONTESTABLE = (Ground.NO_DUPLICATE, Ground.RIGHT, Ground.AMOUNT, Ground.OTHER)
"""What a practice may say against a rejection."""


def sheets(desk: Desk) -> Response:
    """The sheets of the practice, by what they wait for."""
    record = desk.unit.allow(Action.READ_SHEETS, of_practice(desk.unit.actor.professional_id), Tag.SHEETS_READ)
    doctor_id = record.professional_id or ""
    group = desk.asked("group") if desk.asked("group") in GROUPS else ""
    states = GROUPS[group][1] if group else tuple(ClaimState)
    found = claims_of_practice(desk.session, doctor_id, states=states, after=desk.after, limit=PAGE + 1)
    rows, more = cut(found, PAGE)
    names = patients_named(desk, [one.insured_id for one in rows])
    by_state = select(Claim.state, func.count()).where(Claim.professional_id == doctor_id).group_by(Claim.state)
    counts = {row[0]: row[1] for row in desk.session.execute(by_state)}
    sizes = {name: sum(counts.get(one, 0) for one in of) for name, (_, of) in GROUPS.items()}
    lots = lots_of_practice(desk.session, doctor_id, limit=10)
    return show(
        desk,
        "practice/sheets.html",
        newest=newest_draft(desk, doctor_id),
        rows=[(one, names.get(one.insured_id, "—")) for one in rows],
        more=more,
        group=group,
        sizes=sizes,
        states=STATES,
        tones=TONES,
        groups={name: text for name, (text, _) in GROUPS.items()},
        reason=reason,
        fix=fixes.fix,
        stopped=fixes.STOPPED,
        lots=lots,
        gone_on=sent_again(desk, [one.id for one in lots if one.state is LotState.REFUSED]),
    )


def newest_draft(desk: Desk, doctor_id: str) -> str:
    """The last sheet that the page shows to be signed: one that is prepared later is not signed unseen."""
    query = select(func.max(Claim.id)).where(Claim.professional_id == doctor_id, Claim.state == ClaimState.DRAFT)
    return desk.session.scalar(query) or ""


def sent_again(desk: Desk, refused: list[str]) -> set[str]:
    """Refused lots of which no sheet waits any more: each has gone on in another lot."""
    query = select(Claim.lot_id).where(Claim.lot_id.in_(refused), Claim.state == ClaimState.REFUSED)
    return set(refused) - set(desk.session.scalars(query)) if refused else set()


def named_sheet(desk: Desk) -> str:
    """The sheet of the address, else that of the form; empty where it is about all of them."""
    return str(desk.request.path_params.get("id", "")) or desk.field("claim_id", 64)


def own_claims(desk: Desk, *states: ClaimState, until: str = "") -> list[Claim]:
    """The sheet of the page, or that a form names, else all of the practice in these states, none of another's."""
    doctor = doctor_of(desk)
    given = named_sheet(desk)
    if given:
        claim = get(desk.session, Claim, given, "claim_id", professional_id=doctor.id)
        return [claim] if claim.state in states else []
    query = select(Claim).where(Claim.professional_id == doctor.id, Claim.state.in_(states))
    if until:
        query = query.where(Claim.id <= until)
    return list(desk.session.scalars(query.order_by(Claim.id)))


def sign(desk: Desk) -> Response:
    """Sign the drafts that were shown and send them: the professional only."""
    until = desk.field("newest", 64)
    claims = own_claims(desk, ClaimState.DRAFT, until=until)
    desk.unit.allow(Action.SIGN_SHEETS, of_practice(desk.unit.actor.professional_id), Tag.SHEETS_SIGN)
    if not until and not named_sheet(desk):
        raise wrong("newest", Text("les feuilles qui étaient affichées", "the sheets that were shown"))
    sign_and_send(desk, claims)
    return desk.go(done="sent")


def resend(desk: Desk) -> Response:
    """Send again what the network refused: anybody of the practice, it is signed."""
    claims = own_claims(desk, ClaimState.REFUSED, ClaimState.SIGNED)
    desk.unit.allow(Action.SEND_SHEETS, of_practice(desk.unit.actor.professional_id), Tag.SHEETS_SEND)
    sign_and_send(desk, claims)
    return desk.go(done="sent")


def one_sheet(desk: Desk) -> Response:
    """`/practice/sheets/ID`: its way, its reason, what to do."""
    doctor = doctor_of(desk)
    desk.unit.allow(Action.READ_SHEETS, of_practice(doctor.id), Tag.SHEETS_READ)
    claim = get(desk.session, Claim, desk.request.path_params["id"], "claim_id", professional_id=doctor.id)
    disputes = [one for one in objections.on_claim(desk.session, claim.id) if one.professional_id == doctor.id]
    return show(
        desk,
        "practice/sheet.html",
        again=again(desk, claim),
        lines=lines_of(claim, doctor, desk.lang),
        way=WAYS[said(claim)["tiers_payant"]],
        agreement=rests_on(desk.session, claim, desk.today),
        step=fixes.step(claim).value if claim.state in fixes.STOPPED else "",
        disputes=disputes,
        disputed=any(one.ended_on is None for one in disputes),
        grounds={one.value: GROUNDS[one] for one in CONTESTABLE},
        ground_names=GROUNDS,
        objections=OBJECTIONS,
        findings={one.id: answers.finding_of(desk.session, one) for one in disputes if one.ended_on},
        claim=claim,
        name=named(desk, claim.insured_id),
        states=STATES,
        tones=TONES,
        events=lifecycle.history(desk.session, claim.id),
        reason=reason,
        fix=fixes.fix(claim),
    )


def contest(desk: Desk) -> Response:
    """The sheet was right: the fund looks at it again, within the delay of an objection."""
    doctor = doctor_of(desk)
    claim = get(desk.session, Claim, desk.request.path_params["id"], "claim_id", professional_id=doctor.id)
    desk.unit.allow(Action.CONTEST_REJECTION, of_practice(doctor.id))
    given = desk.field("ground", 20)
    if given not in CONTESTABLE:
        raise wrong("ground", Text("ce que vous contestez", "what you contest"))
    objections.contest(desk.session, claim, day=desk.today, ground=Ground(given))
    desk.unit.note(Tag.CLAIM_CONTEST, of_practice(doctor.id), claim=claim.id)
    return desk.go(done="contested")


def again(desk: Desk, claim: Claim) -> str:
    """The sheet of a patient with the codes of this one, when the card is still here; else the reader."""
    if not desk.unit.may(VisitAction.READ_FACTS, Record(PATIENT, claim.insured_id, insured_id=claim.insured_id)):
        return desk.page.url("/practice")
    content, step = said(claim), fixes.step(claim)
    if step is fixes.Step.CARD:
        return desk.page.url("/practice")
    codes = " ".join(
        str(act["code"]) + (f"*{act['quantity']}" if act.get("quantity") else "") + f"={plain_euros(fee)}"
        for fee, act in zip(content["lines"], content.get("acts") or (), strict=False) if act.get("code")
    )  # fmt: skip
    way = {"tiers_payant": "none"} if step is fixes.Step.DIRECT else {}
    demand = {"demand": "1"} if any("exigence_particuliere" in act for act in content.get("acts") or ()) else {}
    typed = {"acts": codes} if codes else {}
    return desk.page.url("/practice/patient", of=claim.insured_id, **typed, **demand, **way)


def transfers(desk: Desk, doctor_id: str) -> list[tuple[Order, str]]:
    """The last orders to a doctor, each with the fund that paid it."""
    orders = list(reversed(orders_of(desk.session, doctor_id)))[:20]
    funds = {code: fund_name(desk.session, code) for code in {one.book.partition(":")[2] for one in orders}}
    return [(one, funds[one.book.partition(":")[2]]) for one in orders]


def payments(desk: Desk) -> Response:
    """What is expected, what came, what the fund answered."""
    record = desk.unit.allow(
        Action.READ_PRACTICE_MESSAGES, of_practice(desk.unit.actor.professional_id), Tag.MESSAGES_READ
    )
    doctor_id = record.professional_id or ""
    view = practice_view(desk.session, doctor_id, day=desk.today, at=desk.unit.incoming.at)
    returns = [(one, body_of(one)) for one in newest_to(desk.session, doctor_id, MessageKind.RSP, limit=20)]
    late = late_for_practice(desk.session, doctor_id, desk.today)
    sheets = sheets_named(desk, {line["claim"] for _, body in returns for line in body.get("lines", ())}
                          | {one.claim_id for one, _ in returns}
                          | {one.id for one, _ in view.waiting} | {one.claim_id for one in late})  # fmt: skip
    return show(
        desk,
        "practice/payments.html",
        late=[(one, penalty_today(desk, sheets[one.claim_id][0], one.cents)) for one in late if one.claim_id in sheets],
        view=view,
        orders=transfers(desk, doctor_id),
        returns=returns,
        sheets=sheets,
        states=STATES,
    )


def sheets_named(desk: Desk, ids: set[str | None]) -> dict[str | None, tuple[Claim, str]]:
    """Sheets by their id, each with the name of its patient."""
    rows = list(desk.session.scalars(select(Claim).options(UNREAD).where(Claim.id.in_(ids - {None}))))
    names = patients_named(desk, [one.insured_id for one in rows])
    return {one.id: (one, names.get(one.insured_id, "—")) for one in rows}


def penalty_today(desk: Desk, claim: Claim, part: int) -> int:
    """The penalty that a late sheet bears if it is paid today; none once it was paid, and the transfer came back."""
    paid = lifecycle.first_day(desk.session, claim.id, ClaimState.PAID)
    return penalty_of(claim, part, desk.today) if paid is None else 0
