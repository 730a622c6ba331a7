"""`/insurer`: the contracts of an insurer, the lines it received, what it pays, what was corrected, overlaps."""

from sqlalchemy import func, select
from starlette.responses import Response
from starlette.routing import Route

from parcours.registry.claims.context import Action, Tag, of_insurer
from parcours.registry.claims.notices import tell_waiting
from parcours.registry.complementary import service as complementary
from parcours.registry.complementary.context import LINK
from parcours.registry.complementary.context import Action as LinkAction
from parcours.registry.complementary.context import Tag as LinkTag
from parcours.registry.complementary.models import Link, LinkState
from parcours.registry.messages.models import Message, MessageKind
from parcours.registry.payments.desk import insurer_lines
from parcours.registry.store.ids import get
from parcours.text import Text
from parcours.web.desk.room import Desk, room
from parcours.web.fund.words import CONTRACTS as ONE

PAGE = 40
CONTRACTS = {
    LinkState.ACTIVE: Text("en vigueur", "in force"),
    LinkState.SUSPENDED: Text("suspendus : deux à la fois", "suspended: two at once"),
    LinkState.CHOSEN: Text("choisis, en cours de reprise", "chosen, being taken up again"),
    LinkState.ENDED: Text("terminés", "ended"),
}
ACTIONS = {
    "new": Text("reçues", "received"),
    "replace": Text("corrigées", "corrected"),
    "cancel": Text("annulées", "cancelled"),
}


def insurer_of(desk: Desk) -> str:
    """The insurer of who looks, if the policy lets them."""
    record = desk.unit.allow(Action.READ_INSURER_LINES, of_insurer(desk.unit.actor.insurer), Tag.INSURER_READ)
    return record.insurer or ""


def lines(desk: Desk) -> Response:
    """Contracts by state, messages by kind, then line by line what the insurer pays."""
    insurer = insurer_of(desk)
    rows = insurer_lines(desk.session, insurer, after=desk.asked("after", 64) or None, limit=PAGE + 1)
    states = select(Link.state, func.count()).where(Link.insurer == insurer).group_by(Link.state)
    told = (
        select(Message.subject, func.count())
        .where(Message.recipient == insurer, Message.kind == MessageKind.NOEMIE_OC)
        .group_by(Message.subject)
    )
    counted = {row[0]: row[1] for row in desk.session.execute(told)}
    return desk.show(
        "insurer/lines.html",
        insurer=insurer,
        rows=rows[:PAGE],
        more=rows[PAGE - 1].id if len(rows) > PAGE else "",
        contracts=[(CONTRACTS[row[0]], row[1]) for row in desk.session.execute(states)],
        messages=[(text, counted.get(name, 0)) for name, text in ACTIONS.items()],
    )


def contracts(desk: Desk) -> Response:
    """One's own contracts, the newest first."""
    insurer, after = insurer_of(desk), desk.asked("after", 64)
    query = select(Link).where(Link.insurer == insurer).order_by(Link.id.desc()).limit(PAGE + 1)
    rows = list(desk.session.scalars(query.where(Link.id < after) if after else query))
    return desk.show(
        "insurer/contracts.html", insurer=insurer, rows=rows[:PAGE], states=ONE,
        more=rows[PAGE - 1].id if len(rows) > PAGE else "",
    )  # fmt: skip


def overlaps(desk: Desk) -> Response:
    """Contracts of which another insurer registered one too: the insured chooses, or this insurer gives way."""
    insurer = insurer_of(desk)
    query = select(Link).where(Link.insurer == insurer, Link.state.in_((LinkState.SUSPENDED, LinkState.CHOSEN)))
    return desk.show(
        "insurer/overlaps.html",
        insurer=insurer,
        rows=list(desk.session.scalars(query.order_by(Link.id))),
        states=ONE,
    )


def give_way(desk: Desk) -> Response:
    """This insurer's contract was registered by mistake: it ends, and the other one works again."""
    record = desk.unit.find(LINK, desk.field("link_id", 64), LinkAction.RELEASE_LINK, LinkTag.LINK_RELEASE)
    link = get(desk.session, Link, record.id or "", "link_id")
    other = complementary.release(desk.session, link, day=desk.today)
    if other is not None:
        tell_waiting(desk.session, other, day=desk.today, at=desk.unit.incoming.at)
    return desk.go(done="saved")


def routes() -> list[Route]:
    """Every page of the insurer."""
    return [
        Route("/insurer", room(lines)),
        Route("/insurer/contracts", room(contracts)),
        Route("/insurer/overlaps", room(overlaps, give_way=give_way), methods=["GET", "POST"]),
    ]
