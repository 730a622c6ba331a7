"""`/fund/agreements`: a prior agreement that a practice asks for, and what the medical control answers (simulated)."""

from starlette.responses import Response

from parcours.registry.claims import agreements
from parcours.registry.claims.context import Action, Tag
from parcours.registry.claims.models import Agreement, AgreementState, NoAgreement
from parcours.registry.claims.words import AGREEMENTS, NO_AGREEMENTS
from parcours.registry.directory.service import get_professional
from parcours.registry.people.context import PATIENT
from parcours.registry.store.ids import get
from parcours.text import Text
from parcours.web.desk.acts import name_of_act
from parcours.web.desk.names import called
from parcours.web.desk.room import Desk, wrong
from parcours.web.fund.desk import named_people, own_row, show


def agreement(desk: Desk) -> Response:
    """Who asks for whom, which act, until when a silence does not agree yet, and the answer once there is one."""
    row = own_row(desk, Agreement, "agreement_id", Action.READ_CLAIMS, Tag.CLAIM_READ)
    state = agreements.state_on(row, desk.today)
    why = agreements.refusals_of(desk.session, [row]).get(row.id)
    by = get_professional(desk.session, row.professional_id)
    return show(
        desk,
        "fund/agreement.html",
        row=row,
        who=named_people(desk, [row.insured_id]).get(row.insured_id, "—"),
        doctor=called(by),
        act=name_of_act(row.code, by, desk.lang),
        state=AGREEMENTS[state],
        why=NO_AGREEMENTS[why] if why else None,
        open=state is AgreementState.ASKED,
        asked_by_you=row.asked_by == desk.unit.actor.id,
        reasons=NO_AGREEMENTS,
        left=(row.answer_by - desk.today).days,
    )


def agree(desk: Desk) -> Response:
    """The medical control agrees."""
    return answered(desk, None)


def refuse(desk: Desk) -> Response:
    """It does not, and says why."""
    own_row(desk, Agreement, "agreement_id", Action.READ_CLAIMS, Tag.CLAIM_READ)
    given = desk.field("why", 20)
    if given not in tuple(NoAgreement):
        raise wrong("why", Text("la raison du refus", "the reason of the refusal"))
    return answered(desk, NoAgreement(given))


def answered(desk: Desk, why: NoAgreement | None) -> Response:
    """What the medical control says, within its days; whoever asked does not answer."""
    row = get(desk.session, Agreement, desk.request.path_params["id"], "agreement_id")
    record = desk.unit.find(PATIENT, row.insured_id, Action.ANSWER_AGREEMENT, proposed_by=row.asked_by)
    agreements.answer(desk.session, row, agreed=why is None, day=desk.today, at=desk.unit.incoming.at, why=why)
    desk.unit.note(Tag.AGREEMENT_ANSWER, record, agreement=row.id)
    return desk.go(done="answered")
