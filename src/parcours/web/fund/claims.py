"""`/fund/claims`: a claim beside those that look like it, what an officer does about it; never what it says of care."""

import json
from dataclasses import dataclass

from sqlalchemy import select
from starlette.responses import Response

from parcours.registry.claims import answers, control, lifecycle, objections, regularising
from parcours.registry.claims.adjudicate import adjudicate, current_decision
from parcours.registry.claims.changes import effect_of
from parcours.registry.claims.context import Action, Tag
from parcours.registry.claims.later import deltas
from parcours.registry.claims.models import Claim, ClaimState
from parcours.registry.claims.sheets import receive
from parcours.registry.claims.words import KINDS, OBJECTIONS, STATES, reason
from parcours.registry.directory.models import Professional
from parcours.registry.payments.desk import owed_of
from parcours.registry.payments.queues import unpaid
from parcours.registry.payments.service import pay_claim
from parcours.registry.people.context import PATIENT
from parcours.registry.store.clock import paris_date
from parcours.registry.store.ids import get
from parcours.text import Text
from parcours.web.desk.acts import foreseen, lines_of, rests_on
from parcours.web.desk.money import TONES
from parcours.web.desk.names import doctor_name
from parcours.web.desk.room import Desk, wrong
from parcours.web.fund.desk import named_people, proposers, show

RECEIVABLE = (ClaimState.ACKNOWLEDGED, ClaimState.RECEIVED)
UNDECIDED = (*RECEIVABLE, ClaimState.HELD)


@dataclass(frozen=True)
class Sheet:
    """A sheet beside another that looks like it."""

    claim: Claim
    doctor: str
    kind: Text
    lines: list[tuple[str, str, int]]
    """Code, its name, what was billed."""


def own_claim(desk: Desk, action: Action, tag: Tag) -> Claim:
    """The claim of an address, if its person is of the officer's fund; else it does not exist."""
    claim = get(desk.session, Claim, desk.request.path_params["id"], "claim_id")
    desk.unit.find(PATIENT, claim.insured_id, action, tag)
    return claim


def one_claim(desk: Desk) -> Response:
    """A claim: acts billed, states, amounts, reason; never what else the sheet says of the care."""
    claim = own_claim(desk, Action.READ_CLAIMS, Tag.CLAIM_READ)
    decision = current_decision(desk.session, claim.id)
    waiting = regularising.waiting(desk.session, claim.id)
    change = regularising.change_of(desk.session, claim, decision, desk.unit.incoming.at) if decision else {}
    if waiting:
        change = json.loads(waiting.change)
    disputes = objections.on_claim(desk.session, claim.id)
    return show(
        desk,
        "fund/claim.html",
        claim=claim,
        decision=decision,
        states=STATES,
        tones=TONES,
        reason=reason,
        events=lifecycle.history(desk.session, claim.id),
        waiting=waiting,
        moves=deltas(desk.session, claim, change) if change else None,
        effect=effect_of(desk.session, claim, change) if change else None,
        proposer=proposers(desk, [waiting.proposed_by]).get(waiting.proposed_by) if waiting else None,
        day_known=paris_date,
        who=named_people(desk, [claim.insured_id]).get(claim.insured_id, "—"),
        doctor=doctor_name(desk.session, claim.professional_id),
        alike=alike(desk, claim) if claim.state is ClaimState.HELD else [],
        acts=lines_of(claim, desk.session.get_one(Professional, claim.professional_id), desk.lang),
        foreseen=foreseen(desk, claim) if claim.state in UNDECIDED else None,
        undecided=claim.state in RECEIVABLE,
        agreement=rests_on(desk.session, claim, desk.today),
        guarantee=next(unpaid(desk.session, Claim.id == claim.id, desk.today), None),
        owed=owed_of(desk.session, claim.fund_code, claim_id=claim.id),
        payable=claim.state is ClaimState.ADJUDICATED,
        disputes=disputes,
        uncorrected={
            one.id
            for one in disputes
            if decision and one.state in answers.YES and answers.corrected(desk.session, one) is None
        },
        objection_names=OBJECTIONS,
    )


def alike(desk: Desk, claim: Claim) -> list[Sheet]:
    """A sheet, then the others of its person, professional and day."""
    twins = select(Claim).where(
        Claim.insured_id == claim.insured_id,
        Claim.professional_id == claim.professional_id,
        Claim.care_date == claim.care_date,
        Claim.id != claim.id,
    )
    by = desk.session.get_one(Professional, claim.professional_id)
    return [
        Sheet(one, doctor_name(desk.session, one.professional_id), KINDS[one.kind], lines_of(one, by, desk.lang))
        for one in (claim, *desk.session.scalars(twins.order_by(Claim.id)))
    ]


def decide(desk: Desk) -> Response:
    """Take in a claim that has arrived, and adjudicate it now."""
    claim = own_claim(desk, Action.DECIDE_CLAIM, Tag.CLAIM_DECIDE)
    if claim.state is ClaimState.ACKNOWLEDGED:
        receive(desk.session, claim, day=desk.today, at=desk.unit.incoming.at)
    adjudicate(desk.session, claim, day=desk.today, at=desk.unit.incoming.at)
    return desk.go(done="saved")


def release(desk: Desk) -> Response:
    """A held claim is in order: it goes on, with a word."""
    claim = own_claim(desk, Action.DECIDE_CLAIM, Tag.CLAIM_DECIDE)
    control.confirm(desk.session, claim, a_word(desk), day=desk.today, at=desk.unit.incoming.at)
    return desk.go(done="saved")


def reject(desk: Desk) -> Response:
    """A held claim is a duplicate: the practice is told not to send it again."""
    claim = own_claim(desk, Action.DECIDE_CLAIM, Tag.CLAIM_DECIDE)
    a_word(desk)
    control.stop(desk.session, claim, control.Refusal("2900 005"), day=desk.today, at=desk.unit.incoming.at)
    return desk.go(done="saved")


def a_word(desk: Desk) -> str:
    """Why, in a word. Raises Invalid: none."""
    given = desk.field("word", 80)
    if not given:
        raise wrong("word", Text("pourquoi, en un mot", "why, in a word"))
    return given


def pay(desk: Desk) -> Response:
    """Order what is due for a decided claim now, less what its payee owes."""
    claim = own_claim(desk, Action.DECIDE_CLAIM, Tag.CLAIM_PAY)
    pay_claim(desk.session, claim, day=desk.today, at=desk.unit.incoming.at)
    return desk.go(done="saved")


def propose(desk: Desk) -> Response:
    """Ask a colleague to correct a decision by what is known since."""
    claim = own_claim(desk, Action.PROPOSE_REGULARISATION, Tag.REGULARISATION_PROPOSE)
    regularising.propose(desk.session, claim, by=desk.unit.actor.id, at=desk.unit.incoming.at)
    return desk.go("/fund/regularisations", done="saved")
