"""`/me`: what needs one now, then where everything stands."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select
from starlette.responses import Response

from parcours.engine.prevention.say import arranged
from parcours.law import thresholds
from parcours.registry.cards.models import CardState, EuropeanProof
from parcours.registry.cards.service import card_of
from parcours.registry.claims.context import Action as ClaimAction
from parcours.registry.claims.control import time_limit
from parcours.registry.claims.looks import ClaimLooks
from parcours.registry.claims.models import Claim, ClaimState
from parcours.registry.complementary.models import LinkState
from parcours.registry.complementary.service import links_of
from parcours.registry.declarations import checks, timeline
from parcours.registry.declarations.context import of_declaration
from parcours.registry.declarations.models import Party, State
from parcours.registry.payments.account import Caps, caps
from parcours.registry.people.context import Action, Tag, of_patient
from parcours.registry.people.service import rights_on
from parcours.registry.people.words import RIGHTS
from parcours.registry.prevention.context import Action as CalendarAction
from parcours.registry.prevention.service import calendar_of
from parcours.registry.visits.context import Action as VisitAction
from parcours.registry.visits.models import AnsweredVisit
from parcours.text import Text, euros
from parcours.web.desk.names import doctor_name
from parcours.web.desk.room import Desk
from parcours.web.i18n import long_date
from parcours.web.me.coming import coming_of
from parcours.web.me.doctor import Standing, signing
from parcours.web.me.family import NOT_THERE
from parcours.web.me.money import still_in_time
from parcours.web.me.person import Mine

SOON = timedelta(days=60)
NEAR = timedelta(days=180)
"""A limit of two years is near: half a year before."""


@dataclass(frozen=True)
class Need:
    """Something that waits for the person, and where it is done."""

    url: str
    title: str
    text: str
    tone: str = ""


def home(desk: Desk) -> Response:
    """The page."""
    mine = Mine.of(desk, Action.READ_PATIENT, Tag.PERSON_READ)
    standing = Standing.of(mine)
    money = caps(desk.session, mine.id, desk.today) if sees_money(mine) else None
    waiting = sorted(needs(mine, standing, money), key=lambda one: one.tone != "now")
    return mine.show(
        "me/home.html", age=mine.age,
        needs=waiting, standing=standing, money=money, bears=mine.bears,
        doctor=doctor_name(desk.session, standing.tenure.professional_id) if standing.tenure else "",
    )  # fmt: skip


def sees_money(mine: Mine) -> bool:
    """May the one who looks see the refunds?"""
    return mine.desk.unit.may(ClaimAction.READ_CLAIMS, of_patient(mine.row))


def needs(mine: Mine, standing: Standing, money: Caps | None) -> Iterator[Need]:
    """What needs the person now, the most pressing first."""
    yield from about_the_doctor(mine, standing)
    yield from about_the_family(mine)
    yield from about_health(mine)
    if money is not None:
        yield from about_money(mine, money)
        yield from about_limits(mine)
    yield from about_papers(mine)


def about_the_doctor(mine: Mine, standing: Standing) -> Iterator[Need]:
    """Sign, declare, declare before the year of grace ends."""
    lang, url = mine.desk.lang, mine.url("/me/doctor")
    for row, missing in standing.waiting:
        if signing(mine.desk, row, missing) is not None:
            name = doctor_name(mine.desk.session, row.professional_id)
            title = Text("Une déclaration attend votre signature", "A declaration waits for your signature")
            yield Need(url, title[lang], name, "now")
        elif mine.is_own and Party.PARENT in missing:
            title = Text(
                "Votre déclaration attend la signature d'un parent", "Your declaration waits for a parent's signature"
            )
            yield Need(url, title[lang], doctor_name(mine.desk.session, row.professional_id))
    if standing.tenure is not None or mine.age < thresholds.age_of_choice(mine.desk.today) or standing.waiting:
        return
    if standing.last_day is not None:
        title = Text("Votre médecin est parti : déclarez-en un autre", "Your doctor left: declare another one")
        until = Text("sans pénalité jusqu'au {day} inclus", "no penalty up to and including {day}")
        yield Need(url, title[lang], until[lang].format(day=long_date(standing.last_day, lang)), "now")
        return
    title = Text("Déclarez un médecin traitant", "Declare a médecin traitant")
    text = Text("trois étapes, en ligne ; sans lui vos soins sont moins remboursés",
                "three steps, online; without one your care is refunded less")  # fmt: skip
    yield Need(url, title[lang], text[lang], "now")


def about_the_family(mine: Mine) -> Iterator[Need]:
    """Declarations of children that wait for a parent."""
    desk = mine.desk
    for child in mine.people()[1:] if mine.is_own else ():
        for row in timeline.declarations_of(desk.session, child.id):
            if row.state is not State.PROPOSED or not desk.unit.may(ClaimAction.READ_CLAIMS, of_patient(child)):
                continue
            if signing(desk, row, checks.parties_missing(row, child, desk.today)) is not None:
                title = Text(f"Signez pour {child.first_name}", f"Sign for {child.first_name}")
                name = doctor_name(desk.session, of_declaration(row).professional_id)
                yield Need(desk.page.url("/me/doctor", of=child.id), title[desk.lang], name, "now")


def about_health(mine: Mine) -> Iterator[Need]:
    """Screenings, examinations and vaccines that are due now: how many, by name on their own page only."""
    desk = mine.desk
    if not desk.unit.may(CalendarAction.READ_CALENDAR, of_patient(mine.row)):
        return
    found = calendar_of(desk.session, mine.id, desk.today, by_parent=not mine.is_own)
    due = len(arranged(found, desk.today).now)
    if due:
        title = Text("Prévention : c'est le moment", "Prevention: it is time")
        text = Text(f"{due} examen{'s' * (due > 1)} ou vaccin{'s' * (due > 1)}",
                    f"{due} examination{'s' * (due > 1)} or vaccine{'s' * (due > 1)}")  # fmt: skip
        yield Need(mine.url("/me/calendar"), title[desk.lang], text[desk.lang])


TOO_LATE = Text("Bientôt trop tard pour un remboursement", "Soon too late for a refund")
UNSENT = Text("visite du {day}, sans feuille reçue par votre caisse : envoyez-la avant le {last}",
              "visit of {day}, of which your fund received no sheet: send it before {last}")  # fmt: skip


def about_limits(mine: Mine) -> Iterator[Need]:
    """Care that is to be proved or to be asked before the two years are over, when the day is near."""
    query = select(Claim).where(Claim.insured_id == mine.id, Claim.state == ClaimState.WAITING_FOR_PROOF)
    looks = ClaimLooks(mine.desk.session)
    for claim in mine.desk.session.scalars(query):
        last = time_limit(looks, claim)
        if last <= mine.desk.today + NEAR:
            until = Text("soins à prouver avant le", "care to be proved before")[mine.desk.lang]
            yield Need(
                mine.url(f"/me/money/{claim.id}"),
                TOO_LATE[mine.desk.lang],
                f"{until} {long_date(last, mine.desk.lang)}",
                "now",
            )
    lang = mine.desk.lang
    for care, last in never_sent(mine):
        text = UNSENT[lang].format(day=long_date(care, lang), last=long_date(last, lang))
        yield Need(mine.url("/me/sheet"), TOO_LATE[lang], text, "now")


def never_sent(mine: Mine) -> list[tuple[date, date]]:
    """Days of visits that are known here, whose sheet did not reach the fund, and the near last day to ask."""
    may, today = mine.desk.unit.may, mine.desk.today
    if not (may(ClaimAction.SEND_PAPER, of_patient(mine.row)) and may(VisitAction.READ_FACTS, of_patient(mine.row))):
        return []
    sheet = select(Claim.id).where(
        Claim.insured_id == AnsweredVisit.insured_id, Claim.professional_id == AnsweredVisit.professional_id,
        Claim.care_date == AnsweredVisit.care_date, Claim.state.not_in(NOT_THERE),
    )  # fmt: skip
    query = select(AnsweredVisit.care_date).where(
        AnsweredVisit.insured_id == mine.id, AnsweredVisit.care_date >= still_in_time(today)[0], ~sheet.exists()
    )
    days = mine.desk.session.scalars(query.distinct().order_by(AnsweredVisit.care_date))
    asked = [(care, thresholds.last_day_to_ask(care)) for care in days]
    return [(care, last) for care, last in asked if last <= today + NEAR]


def about_money(mine: Mine, money: Caps) -> Iterator[Need]:
    """What is on its way and what is kept of it, what is studied, what will be taken later."""
    desk, lang, url = mine.desk, mine.desk.lang, mine.url("/me/money")
    coming, later = coming_of(mine), money.still_to_take
    for one in coming:
        title = Text("Remboursement en route", "Refund on its way")
        yield Need(url, title[lang], one.said[lang], "good")
        later -= one.deferred
    studied = desk.session.scalar(
        select(func.count(Claim.id)).where(Claim.insured_id == mine.id, Claim.state == ClaimState.RECEIVED)
    )
    if studied:
        title = Text("Reçu par votre caisse", "Received by your fund")
        text = Text(f"{studied} acte{'s' * (studied > 1)} à l'étude",
                    f"{studied} act{'s' * (studied > 1)} under study")  # fmt: skip
        yield Need(url, title[lang], text[lang], "good")
    if later > 0:
        title = Text("Sera retenu sur un prochain remboursement", "Will be taken from a later refund")
        yield Need(url, title[lang], euros(later, lang))
    proof = desk.session.scalar(
        select(func.count(Claim.id)).where(Claim.insured_id == mine.id, Claim.state == ClaimState.WAITING_FOR_PROOF)
    )
    if proof:
        title = Text("Une feuille signée est attendue", "A signed sheet is awaited")
        yield Need(url, title[lang], Text("envoyez-la à votre caisse", "send it to your fund")[lang], "now")


def about_papers(mine: Mine) -> Iterator[Need]:
    """Card to update, rights that end, two contracts at once."""
    desk, lang = mine.desk, mine.desk.lang
    card = card_of(desk.session, mine.id)
    if card is not None and card.state in (CardState.TO_UPDATE, CardState.DOCUMENTS_REFUSED):
        title = Text("Votre carte Vitale attend quelque chose", "Your carte Vitale needs something")
        yield Need(mine.url("/me/card"), title[lang], Text("mise à jour ou document", "an update or a document")[lang])
    for right in rights_on(desk.session, mine.id, desk.today):
        if right.ends_on is not None and right.ends_on <= desk.today + SOON:
            title = Text("Un droit prend fin bientôt", "A right ends soon")
            yield Need(
                mine.url("/me/card"), title[lang], f"{RIGHTS[right.kind][lang]}, {long_date(right.ends_on, lang)}"
            )
    ending = select(func.max(EuropeanProof.valid_until)).where(EuropeanProof.insured_id == mine.id)
    until = desk.session.scalar(ending)
    if until is not None and desk.today <= until <= desk.today + SOON:
        title = Text("Votre carte européenne expire", "Your European card expires")
        yield Need(mine.url("/me/card"), title[lang], long_date(until, lang))
    if any(one.state is LinkState.SUSPENDED for one in links_of(desk.session, mine.id)):
        title = Text("Deux mutuelles se déclarent : choisissez", "Two mutuelles are registered: choose one")
        text = Text("vos décomptes ne leur sont plus envoyés", "your statements are no longer sent to them")
        yield Need(mine.url("/me/mutuelle"), title[lang], text[lang], "now")
