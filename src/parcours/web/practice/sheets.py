"""`/practice/sheets`, `/practice/payments`: from the draft to the payment, and what to do about a rejection."""

from sqlalchemy import func, select
from starlette.responses import Response

from parcours.registry.access.model import Record
from parcours.registry.claims import lifecycle
from parcours.registry.claims.context import Action, Tag
from parcours.registry.claims.models import Claim, ClaimState
from parcours.registry.claims.sheets import said
from parcours.registry.claims.words import STATES
from parcours.registry.declarations.context import of_practice
from parcours.registry.errors import not_found
from parcours.registry.messages.models import MessageKind
from parcours.registry.messages.service import body_of, messages_to
from parcours.registry.payments.desk import claims_of_practice, late_for_practice, lots_of_practice
from parcours.registry.payments.practice import practice_view
from parcours.registry.payments.service import orders_of
from parcours.registry.people.context import PATIENT
from parcours.registry.store.ids import get
from parcours.registry.visits.context import Action as VisitAction
from parcours.text import Text, plain_euros
from parcours.web.desk.money import TONES, reason
from parcours.web.desk.room import Desk
from parcours.web.practice.desk import doctor_of, named, patients_named, show, sign_and_send

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
    "paid": (Text("Payées", "Paid"), (ClaimState.PAID, ClaimState.REPLACED, ClaimState.REVERSED)),
}
FIXES = {
    "arl negative": Text("renvoyez la feuille : elle est déjà signée", "send the sheet again: it is signed already"),
    "0250 050": Text("vérifiez le numéro sur la carte, puis refaites la feuille", "check the number, then bill again"),
    "0450 072": Text("demandez au patient de mettre sa carte à jour", "ask the patient to update the card"),
    "2900 005": Text("ne renvoyez pas : réclamez", "do not send again: claim"),
    "SIM-CARD-OPPOSED": Text("demandez la nouvelle carte", "ask for the new card"),
    "SIM-RIGHTS-CLOSED": Text("facturez en direct", "bill directly"),
    "SIM-PROOF-MISSING": Text("envoyez la feuille papier signée", "send the signed paper sheet"),
    "SIM-TIME-BARRED": Text("rien à faire : il est trop tard", "nothing to do: it is too late"),
}
OTHERWISE = Text("corrigez, puis refaites la feuille", "correct, then bill again")


def fix(code: str | None) -> Text:
    """What to do about a rejection."""
    return next((text for key, text in FIXES.items() if (code or "").startswith(key)), OTHERWISE)


def sheets(desk: Desk) -> Response:
    """The sheets of the practice, by what they wait for."""
    record = desk.unit.allow(Action.READ_SHEETS, of_practice(desk.unit.actor.professional_id), Tag.SHEETS_READ)
    doctor_id = record.professional_id or ""
    group = desk.asked("group") if desk.asked("group") in GROUPS else ""
    states = GROUPS[group][1] if group else tuple(ClaimState)
    rows = claims_of_practice(
        desk.session, doctor_id, states=states, after=desk.asked("after", 64) or None, limit=PAGE + 1
    )
    names = patients_named(desk, [one.insured_id for one in rows[:PAGE]])
    by_state = select(Claim.state, func.count()).where(Claim.professional_id == doctor_id).group_by(Claim.state)
    counts = {row[0]: row[1] for row in desk.session.execute(by_state)}
    sizes = {name: sum(counts.get(one, 0) for one in of) for name, (_, of) in GROUPS.items()}
    return show(
        desk,
        "practice/sheets.html",
        rows=[(one, names.get(one.insured_id, "—")) for one in rows[:PAGE]],
        more=rows[PAGE - 1].id if len(rows) > PAGE else "",
        group=group,
        sizes=sizes,
        states=STATES,
        tones=TONES,
        groups={name: text for name, (text, _) in GROUPS.items()},
        reason=reason,
        fix=fix,
        lots=lots_of_practice(desk.session, doctor_id, limit=10),
    )


def own_claims(desk: Desk, *states: ClaimState) -> list[Claim]:
    """The sheet that a form names, or all of the practice in these states; those of others do not exist."""
    doctor = doctor_of(desk)
    given = desk.field("claim_id", 64)
    if given:
        claim = get(desk.session, Claim, given, "claim_id", professional_id=doctor.id)
        return [claim] if claim.state in states else []
    query = select(Claim).where(Claim.professional_id == doctor.id, Claim.state.in_(states))
    return list(desk.session.scalars(query.order_by(Claim.id)))


def sign(desk: Desk) -> Response:
    """Sign drafts and send them: the professional only."""
    claims = own_claims(desk, ClaimState.DRAFT)
    desk.unit.allow(Action.SIGN_SHEETS, of_practice(desk.unit.actor.professional_id), Tag.SHEETS_SIGN)
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
    if claim.professional_id != doctor.id:
        raise not_found("claim_id")
    return show(
        desk,
        "practice/sheet.html",
        again=again(desk, claim),
        claim=claim,
        name=named(desk, claim.insured_id),
        states=STATES,
        tones=TONES,
        events=lifecycle.history(desk.session, claim.id),
        reason=reason,
        fix=fix,
    )


def again(desk: Desk, claim: Claim) -> str:
    """The sheet of a patient with the codes of this one, when the card is still here; else the reader."""
    if not desk.unit.may(VisitAction.READ_FACTS, Record(PATIENT, claim.insured_id, insured_id=claim.insured_id)):
        return desk.page.url("/practice")
    content = said(claim)
    codes = " ".join(
        str(act["code"]) + (f"*{act['quantity']}" if act.get("quantity") else "") + f"={plain_euros(fee)}"
        for fee, act in zip(content["lines"], content.get("acts") or (), strict=False) if act.get("code")
    )  # fmt: skip
    return desk.page.url("/practice/patient", of=claim.insured_id, **({"acts": codes} if codes else {}))


def payments(desk: Desk) -> Response:
    """What is expected, what came, what the fund answered."""
    record = desk.unit.allow(
        Action.READ_PRACTICE_MESSAGES, of_practice(desk.unit.actor.professional_id), Tag.MESSAGES_READ
    )
    doctor_id = record.professional_id or ""
    view = practice_view(desk.session, doctor_id, day=desk.today, at=desk.unit.incoming.at)
    returns = [one for one in messages_to(desk.session, doctor_id, limit=200) if one.kind is MessageKind.RSP]
    return show(
        desk,
        "practice/payments.html",
        late=[
            (one, named(desk, one.insured_id or "")) for one in late_for_practice(desk.session, doctor_id, desk.today)
        ],
        view=view,
        orders=list(reversed(orders_of(desk.session, doctor_id)))[:20],
        returns=[(one, body_of(one)) for one in reversed(returns)][:20],
    )
