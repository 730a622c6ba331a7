"""The verbs around the money: people, cards, rights, contracts, sums asked back."""

import zlib
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import select
from sqlalchemy.orm import Session

from parcours.registry.cards import service as cards
from parcours.registry.cards.models import Card, CardState
from parcours.registry.claims import later
from parcours.registry.claims.adjudicate import adjudicate
from parcours.registry.claims.models import ClaimState, SheetKind, Undue
from parcours.registry.claims.notices import tell_waiting
from parcours.registry.claims.sheets import write
from parcours.registry.complementary import service as complementary
from parcours.registry.declarations.checks import PaperForm
from parcours.registry.declarations.models import State
from parcours.registry.declarations.service import end, record_paper
from parcours.registry.declarations.timeline import declarations_of
from parcours.registry.errors import Conflict
from parcours.registry.ledger import service as ledger
from parcours.registry.ledger.models import Account, Cause
from parcours.registry.ledger.service import Entry, Line
from parcours.registry.payments import service as payments
from parcours.registry.payments.practices import ORDINARY, OfTheDoctor, yearly_flat_fee
from parcours.registry.people.models import Affiliation
from parcours.registry.people.service import affiliate
from parcours.registry.scenario import problems, verbs
from parcours.registry.scenario.language import cents
from parcours.registry.scenario.stage import DECLARED, FUND, Stage
from parcours.registry.scenario.verbs import Event
from parcours.registry.store.periods import known, replace


def card_request(stage: Stage, event: Event) -> None:
    """Somebody asks for a card."""
    with stage.writing() as session:
        cards.request(session, stage.person(session, event["who"]), day=stage.today)
    stage.found["card_of"] = event["who"]


def card_of(stage: Stage, session: Session, who: str | None = None) -> Card:
    """The card that the story tells of; one that was delivered long ago when it tells of none yet."""
    person = stage.person(session, who or stage.found["card_of"])
    stage.found["card_of"] = stage.name_of(person)
    card = cards.card_of(session, person)
    if card is None:
        card = cards.request(session, person, day=DECLARED)
        cards.accept_documents(session, card, day=DECLARED)
        cards.move(session, card, (CardState.IN_PRODUCTION,), CardState.ACTIVE, DECLARED, "delivered")
    return card


def card_photo_refused(stage: Stage, event: Event) -> None:
    """The photo will not do."""
    with stage.writing() as session:
        cards.refuse_documents(session, card_of(stage, session), "photo", day=stage.today, at=stage.at)


def card_photo(stage: Stage, event: Event) -> None:
    """A good photo, at once or in the place of one that would not do."""
    with stage.writing() as session:
        card = card_of(stage, session)
        send = cards.accept_documents if card.state is CardState.REQUESTED else cards.send_documents
        send(session, card, day=stage.today)


def card_delivered(stage: Stage, event: Event) -> None:
    """The card arrives."""
    with stage.writing() as session:
        cards.deliver(session, card_of(stage, session), day=stage.today, at=stage.at)


def card_lost(stage: Stage, event: Event) -> None:
    """The card is lost: on the opposition list at once."""
    with stage.writing() as session:
        cards.oppose(session, card_of(stage, session, event["who"]), "lost", day=stage.today, at=stage.at)


def ceam_request(stage: Stage, event: Event) -> None:
    """Somebody asks for the European card."""
    with stage.writing() as session:
        proofs = cards.ask_abroad(
            session, stage.person(session, event["who"]), day=stage.today, leaves=event["leaves"],
            rights_end=event.get("rights_end"),
        )  # fmt: skip
        stage.found.setdefault("abroad", {})[event["who"]] = [
            f"{one.kind.value} {one.valid_from} {one.valid_until}" for one in proofs
        ]


def arrives(stage: Stage, event: Event) -> None:
    """A newcomer: known to the fund, without rights yet."""
    with stage.writing() as session:
        said = stage.scenario.people[event["who"]]
        stage.register(session, event["who"], said, from_day=stage.today)
        for row in affiliations(session, stage.ids[event["who"]]):
            replace(session, row, stage.at, ends_on=row.starts_on)


def affiliations(session: Session, person: str) -> list[Affiliation]:
    """Rights of a person as known now."""
    return list(session.scalars(select(Affiliation).where(Affiliation.insured_id == person, known(Affiliation))))


def rights_open(stage: Stage, event: Event) -> None:
    """Rights open, from a day that may be past."""
    with stage.writing() as session:
        who = event.get("who") or next(one for one in reversed(stage.ids) if not stage.is_professional(one))
        person = stage.person(session, who)
        affiliate(session, person, fund_code=FUND, scheme="general", starts_on=event["from"], at=stage.at)


def birth(stage: Stage, event: Event) -> None:
    """A child is born, on the rights of its parents."""
    with stage.writing() as session:
        stage.child(session, event["who"], event["attach"])


def declaration_recorded(stage: Stage, event: Event) -> None:
    """A paper declaration is recorded, maybe long after its signature."""
    with stage.writing() as session:
        doctor = stage.professional(session, event["doctor"])
        form = PaperForm(stage.person(session, event["who"]), doctor, event["signed"], stage.today, True, True)
        record_paper(session, form, at=stage.at)


def amc_registered(stage: Stage, event: Event) -> None:
    """An insurer registers a contract, while another one may be there."""
    with stage.writing() as session:
        person = stage.person(session, event["who"])
        other = event.get("while")
        if other and other not in {one.insurer for one in complementary.links_of(session, person)}:
            complementary.register(session, person, other, contract=None, starts_on=DECLARED, at=stage.at,
                                   day=stage.today)  # fmt: skip
        complementary.register(session, person, event["amc"], contract=None, starts_on=stage.today, at=stage.at,
                               day=stage.today)  # fmt: skip
    stage.found["link_of"] = (event["who"], event["amc"])


def choose_amc(stage: Stage, event: Event) -> None:
    """The insured chooses between two contracts."""
    with stage.writing() as session:
        complementary.choose(session, stage.person(session, event["who"]), event["amc"], day=stage.today)
    stage.found.setdefault("deadline", {})["chosen"] = stage.today


def link_active(stage: Stage, event: Event) -> None:
    """The chosen link works: what waited goes out, once."""
    with stage.writing() as session:
        who = stage.found["link_of"][0]
        link = complementary.activate(session, stage.person(session, who), event["amc"], day=stage.today)
        tell_waiting(session, link, day=stage.today, at=stage.at)


def indu_notified(stage: Stage, event: Event) -> None:
    """A professional is told that a sum was undue."""
    with stage.writing() as session:
        party = stage.professional(session, event["to"])
        undue = Undue(professional_id=party, cents=cents(event["amount"]), cause="rule_broken",
                      paid_on=event["paid"], notified_on=stage.today)  # fmt: skip
        session.add(undue)
        session.flush()
        asked = (Line(Account.INDU_PROFESSIONAL, party, undue.cents), Line(Account.PRODUITS, party, -undue.cents))
        ledger.post(session, Entry(book=f"amo:{FUND}", kind="undue", key=f"undue:{undue.id}", cause=Cause.OFFICER,
                                   cause_id=undue.id, at=stage.today, known_at=stage.at, lines=asked))  # fmt: skip
        later.notice_received(session, undue, day=stage.today)
        stage.found["undue"], stage.found["notified"] = undue.id, stage.today
        stage.found.setdefault("deadline", {}).update(pay_observe_or_contest=undue.answer_by, limit=undue.limit_on)


def observations(stage: Stage, event: Event) -> None:
    """The professional answers the notice."""
    with stage.writing() as session:
        row = session.get_one(Undue, stage.found["undue"])
        later.observe(row, day=stage.today)


def pay_run(stage: Stage, event: Event) -> None:
    """A payment run for who owes: may it be set off?"""
    with stage.writing() as session:
        verbs.pursue(stage, session)
        undue = session.get_one(Undue, stage.found["undue"])
        stage.found["may_set_off"] = later.may_set_off(undue, stage.today)
        if undue.professional_id is not None:
            payments.run(session, f"amo:{FUND}", undue.professional_id, professional=True, day=stage.today,
                         at=stage.at)  # fmt: skip


BANDS = {
    "under_7": "moins_de_7", "from_7_to_74": "de_7_a_74", "from_75_to_79": "de_75_a_79", "from_80": "des_80",
    "ald_under_80": "ald_moins_de_80", "ald_from_80": "ald_des_80", "not_seen": "non_vu",
}  # fmt: skip


def patientele(stage: Stage, event: Event) -> None:
    """The patients of a doctor on 31 December: the flat fee of the next year."""
    for name in event["count"]:
        if name not in BANDS:
            raise problems.wrong_word(name, field="patientele.count", allowed=", ".join(BANDS))
    counts = {BANDS[name]: count for name, count in event["count"].items()}
    said = stage.scenario.professionals.get(event.get("doctor", ""))
    doctor = OfTheDoctor(
        said.convention if said else ORDINARY.convention, event.get("age"), bool(event.get("priority_zone")),
        event.get("practice_year", 0), event.get("indicators", 0),
    )  # fmt: skip
    stage.found["flat_fee"] = yearly_flat_fee(counts, event.get("c2s", 0), stage.today.year + 1, doctor)


def patient_leaves(stage: Stage, event: Event) -> None:
    """Somebody ends their declaration: the flat fee of the year stays as it is."""
    with stage.writing() as session:
        person = stage.person(session, event["who"])
        (current,) = [one for one in declarations_of(session, person) if one.state is State.IN_FORCE]
        end(session, current.id, reason="patient", on=stage.today, at=stage.at)


def post(stage: Stage, event: Event) -> None:
    """A sheet is posted under a key: the same again is the same claim, another content is refused."""
    body = str(event["body"])
    fee = body.rsplit("fee ", maxsplit=1)[-1] if "fee " in body else stage.scenario.defaults["fee"]
    stage.found["third"] = "accepted"
    try:
        submit(stage, {**event, "id": body.split(maxsplit=1)[0], "fee": fee})
    except Conflict as error:
        stage.found["third"] = f"refused {error.http_status} {error.code}"


def post_twice_concurrently(stage: Stage, event: Event) -> None:
    """The same request twice at the same instant."""
    with stage.writing() as session:
        stage.person(session, stage.scenario.defaults["of"])
        stage.professional(session, stage.scenario.defaults["by"])
    with ThreadPoolExecutor(2) as threads:
        stage.found["replies"] = list(threads.map(lambda _: submit(stage, {**event, "id": event["body"]}), range(2)))


def submit(stage: Stage, event: Event) -> str:
    """Submit and adjudicate a sheet whose number stands for its key; the id of the claim."""
    with stage.writing() as session:
        number = 1 + zlib.crc32(str(event["key"]).encode()) % 1_000_000
        sheet = verbs.sheet_of(stage, session, event, SheetKind.ELECTRONIC, stage.today, number)
        row = write(session, sheet, day=stage.today, at=stage.at, state=ClaimState.RECEIVED)
        adjudicate(session, row, day=stage.today, at=stage.at)
        stage.claims[str(event["id"])] = row.id
        return row.id
