"""`/me/card`, `/me/mutuelle`, `/me/messages`, `/me/objections`: what comes from the fund, and what is asked of it."""

from datetime import date

from sqlalchemy import select
from starlette.responses import Response

from parcours.engine.compare.year import years
from parcours.law import thresholds
from parcours.registry.accounts.service import insurers_here
from parcours.registry.cards import service as cards
from parcours.registry.cards.context import Action as CardAction
from parcours.registry.cards.context import Tag as CardTag
from parcours.registry.cards.models import CardState, EuropeanProof
from parcours.registry.cards.words import CARDS
from parcours.registry.claims import answers, objections
from parcours.registry.claims.adjudicate import current_decision, get_claim
from parcours.registry.claims.context import Action, Tag
from parcours.registry.claims.later import undue_of
from parcours.registry.claims.models import Claim, Ground, Objection
from parcours.registry.claims.notices import told_on
from parcours.registry.claims.words import GROUNDS, OBJECTIONS
from parcours.registry.complementary import requests
from parcours.registry.complementary import service as complementary
from parcours.registry.complementary.context import Action as LinkAction
from parcours.registry.complementary.context import Tag as LinkTag
from parcours.registry.complementary.models import LinkState
from parcours.registry.messages.context import Action as MessageAction
from parcours.registry.messages.context import Tag as MessageTag
from parcours.registry.messages.models import Message
from parcours.registry.messages.service import body_of, received
from parcours.registry.messages.words import subject
from parcours.registry.people.context import of_patient
from parcours.registry.people.service import affiliation_on, rights_on
from parcours.registry.people.words import RIGHTS
from parcours.text import Text
from parcours.web.desk.money import LINKS, REQUESTS
from parcours.web.desk.names import fund_name
from parcours.web.desk.paging import cut
from parcours.web.desk.room import Desk, wrong
from parcours.web.me.money import described
from parcours.web.me.person import Mine

MESSAGES = 40
LOST = ("lost", "stolen", "broken")
DISPUTABLE = (Ground.PATHWAY, Ground.RIGHT, Ground.AMOUNT, Ground.NOT_DONE, Ground.OTHER)
"""What an insured person may dispute."""


# --- card and rights -------------------------------------------------------------------------------------------------


def card(desk: Desk) -> Response:
    """The card and its history, the rights of today, the European card."""
    mine = Mine.of(desk, CardAction.READ_CARD, CardTag.CARD_READ)
    row = cards.card_of(desk.session, mine.id)
    affiliation = affiliation_on(desk.session, mine.id, desk.today)
    proofs = select(EuropeanProof).where(EuropeanProof.insured_id == mine.id).order_by(EuropeanProof.id.desc())
    return mine.show(
        "me/card.html", card=row, history=cards.history(desk.session, row.id) if row else [], cards=CARDS,
        rights=rights_on(desk.session, mine.id, desk.today), right_names=RIGHTS, affiliation=affiliation,
        fund=fund_name(desk.session, affiliation.fund_code if affiliation else None),
        may_ask=desk.unit.may(CardAction.ASK_CARD, of_patient(mine.row)), lost=LOST,
        ask_before=thresholds.whole("europe.demande_jours", desk.today),
        asks=row is None or row.state in (CardState.OPPOSED, CardState.DEACTIVATED, CardState.REPLACED),
        works=row is not None and row.state in cards.WORKING,
        unread=cards.unread(desk.session, row, desk.today) if row else None,
        refused=row is not None and row.state is CardState.DOCUMENTS_REFUSED,
        proofs=list(desk.session.scalars(proofs)),
    )  # fmt: skip


def ask_card(desk: Desk) -> Response:
    """Ask for a card."""
    record = desk.person(CardAction.ASK_CARD, CardTag.CARD_ASK)
    cards.request(desk.session, record.insured_id or "", day=desk.today)
    return desk.go(done="saved")


def update_card(desk: Desk) -> Response:
    """In a terminal (simulated): its rights are those of the day again."""
    record = desk.person(CardAction.ASK_CARD, CardTag.CARD_ASK)
    row = cards.card_of(desk.session, record.insured_id or "")
    if row is not None:
        cards.update(desk.session, row, day=desk.today)
    return desk.go(done="saved")


def lose_card(desk: Desk) -> Response:
    """Lost, stolen, broken: from now on nobody uses it."""
    record = desk.person(CardAction.ASK_CARD, CardTag.CARD_ASK)
    row = cards.card_of(desk.session, record.insured_id or "")
    why = desk.field("why", 20)
    if row is not None and why in LOST:
        cards.oppose(desk.session, row, why, day=desk.today, at=desk.unit.incoming.at)
    return desk.go(done="saved")


def send_document(desk: Desk) -> Response:
    """Another photo or document, in place of the one that would not do (simulated)."""
    record = desk.person(CardAction.ASK_CARD, CardTag.CARD_ASK)
    row = cards.card_of(desk.session, record.insured_id or "")
    if row is not None:
        cards.send_documents(desk.session, row, day=desk.today)
    return desk.go(done="saved")


def go_abroad(desk: Desk) -> Response:
    """The European card, and the certificate when there is no time for it."""
    record = desk.person(CardAction.ASK_CARD, CardTag.CARD_ASK)
    person = record.insured_id or ""
    ends = [one.ends_on for one in rights_on(desk.session, person, desk.today) if one.ends_on]
    cards.ask_abroad(
        desk.session, person, day=desk.today, leaves=desk.day("leaves"), rights_end=min(ends, default=None)
    )
    return desk.go(done="saved")


# --- mutuelle --------------------------------------------------------------------------------------------------------


def mutuelle(desk: Desk) -> Response:
    """The contracts that the fund knows; two at once wait for a choice."""
    mine = Mine.of(desk, LinkAction.READ_LINKS, LinkTag.LINK_READ)
    links = complementary.links_of(desk.session, mine.id)
    c2s = [one for one in rights_on(desk.session, mine.id, desk.today) if one.kind.value == "c2s"]
    asked = requests.requests_of(desk.session, mine.id)
    known = requests.linked_or_asked(links, asked)
    return mine.show(
        "me/mutuelle.html", requests=list(reversed(asked)), request_states=REQUESTS,
        insurers=[one for one in insurers_here(desk.session) if one not in known and not c2s],
        may_ask=desk.unit.may(LinkAction.ASK_LINK, of_patient(mine.row)),
        links=list(reversed(links)), link_states=LINKS, c2s=c2s[0] if c2s else None,
        choose=[one for one in links if one.state is LinkState.SUSPENDED],
        may_choose=desk.unit.may(LinkAction.CHOOSE_LINK, of_patient(mine.row)),
        age=mine.age, year_of_care=year_for(mine.age),
    )  # fmt: skip


def year_for(age: int) -> str:
    """The year of care that a comparison begins with: that of the nearest age."""
    return min(years().values(), key=lambda one: abs(int(one.person["age"]) - age)).id


def ask_link(desk: Desk) -> Response:
    """Ask an insurer to link one's contract."""
    record = desk.person(LinkAction.ASK_LINK, LinkTag.LINK_ASK)
    number = desk.field("number", 40)
    if not number:
        raise wrong("number", Text("le numéro du contrat, comme sur votre carte", "the number, as on your card"))
    requests.ask(
        desk.session, record.insured_id or "", desk.field("insurer", 40), number, desk.day("starts_on"),
        insurers=insurers_here(desk.session), day=desk.today,
    )  # fmt: skip
    return desk.go(done="saved")


def choose(desk: Desk) -> Response:
    """Which of two contracts receives the statements."""
    record = desk.person(LinkAction.CHOOSE_LINK, LinkTag.LINK_CHOOSE)
    complementary.choose(desk.session, record.insured_id or "", desk.field("insurer", 40), day=desk.today)
    return desk.go(done="saved")


# --- messages --------------------------------------------------------------------------------------------------------


PLACES = {
    "card": "/me/card", "update": "/me/card", "amc": "/me/mutuelle", "doctor": "/me/doctor", "refund": "/me/money",
    "referral": "/me/care", "agreement": "/me/care", "ald": "/me/care", "prevention": "/me/calendar",
    "objection": "/me/objections", "indu": "/me/objections", "summons": "/me/objections",
    "surcharge": "/me/objections", "emergency": "/me/record", "consent": "/me/record",
}  # fmt: skip
"""Where one does something about a message, by the first word of its subject; of a refund, on its own page."""


def leads_to(message: Message) -> str:
    """The page of what a message is about; empty where there is none."""
    if message.claim_id and not message.subject.startswith("objection"):
        return f"/me/money/{message.claim_id}"
    return PLACES.get(message.subject.partition("_")[0], "")


def messages(desk: Desk) -> Response:
    """What the fund wrote, newest first."""
    mine = Mine.of(desk, MessageAction.READ_MESSAGES, MessageTag.MESSAGE_READ)
    found = received(desk.session, mine.id, after=desk.after, limit=MESSAGES + 1)
    rows, more = cut(found, MESSAGES)
    pairs = [(one, body_of(one)) for one in rows]
    return mine.show("me/messages.html", messages=pairs, more=more, subject=subject, leads_to=leads_to)


# --- objections ------------------------------------------------------------------------------------------------------


def my_objections(desk: Desk) -> Response:
    """What one disputes, what is asked back, and until when."""
    mine = Mine.of(desk, Action.READ_CLAIMS, Tag.CLAIM_READ)
    asked = desk.asked("claim", 64)
    claim = get_claim(desk.session, asked, mine.id) if asked else None
    query = select(Objection).where(Objection.insured_id == mine.id).order_by(Objection.filed_on.desc())
    rows = list(desk.session.scalars(query))
    about = {one.claim.id: one for one in described(desk, claims_named(desk, mine, rows))}
    notified = notified_on(desk, claim) if claim else None
    return mine.show(
        "me/objections.html", objections=rows, about=about, names=OBJECTIONS, claim=claim,
        chosen=described(desk, [claim])[0] if claim else None, notified=notified,
        grounds=[(one, GROUNDS[one]) for one in DISPUTABLE], ground_names=GROUNDS,
        findings={one.id: answers.finding_of(desk.session, one) for one in rows if one.ended_on},
        corrections={one.id: answers.corrected(desk.session, one) for one in rows}, yes=answers.YES,
        file_by=objections.act_by(notified) if notified else None, undue=undue_of(desk.session, insured_id=mine.id),
    )  # fmt: skip


def claims_named(desk: Desk, mine: Mine, rows: list[Objection]) -> list[Claim]:
    """The claims that objections are about."""
    ids = [one.claim_id for one in rows if one.claim_id]
    return list(desk.session.scalars(select(Claim).where(Claim.id.in_(ids), Claim.insured_id == mine.id)))


def notified_on(desk: Desk, claim: Claim) -> date | None:
    """The day on which a decision was told: from it the delay runs."""
    return told_on(desk.session, claim, current_decision(desk.session, claim.id))


def object_to(desk: Desk) -> Response:
    """Go to the commission of the fund."""
    record = desk.person(Action.OBJECT_TO_CLAIM)
    claim = get_claim(desk.session, desk.field("claim", 64), record.insured_id or "")
    given = desk.field("ground", 20)
    objections.object_to(
        desk.session, day=desk.today, notified_on=notified_on(desk, claim) or desk.today, claim=claim,
        ground=Ground(given) if given in DISPUTABLE else None,
    )  # fmt: skip
    desk.unit.note(Tag.CLAIM_OBJECT, record, claim=claim.id)
    return desk.go(done="saved")
