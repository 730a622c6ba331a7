"""Every tie that opens a record is walked past its end: what opened a second before is not found."""

from datetime import date, timedelta

import pytest
from sqlalchemy import update

from parcours.registry.access.model import Actor, Role
from parcours.registry.ald.context import NO_DOCTOR
from parcours.registry.cards.models import CardReading, Shown
from parcours.registry.cards.relations import CARD_HELD, CARD_SHOWN, SHOWN_FOR
from parcours.registry.care_plans import service as care_plans
from parcours.registry.contexts import POLICY, expire
from parcours.registry.declarations import service as declarations
from parcours.registry.errors import Invalid
from parcours.registry.people.context import PATIENT
from parcours.registry.people.context import Action as PeopleAction
from parcours.registry.people.models import Insured, Kinship
from parcours.registry.people.service import affiliate
from parcours.registry.record.models import EmergencyAccess, How, Reason, RecordConsent, RecordTeamMember
from parcours.registry.record.relations import CARE_TEAM, CONSENTED, CONSENTED_DOCUMENTS, IN_EMERGENCY, SHOWN_TO_PARENT
from parcours.registry.referrals import service as referrals
from parcours.registry.referrals.letters import NewReferral
from parcours.registry.referrals.models import Referral
from parcours.registry.store.clock import now_utc, paris_today
from parcours.registry.store.ids import new_id
from tests.api.fixtures import LETTER, trail

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
ACCOUNT = new_id()


def end_declaration(session, country):
    declarations.end(session, country.declaration, reason="patient", on=paris_today())


def cancel_referral(session, country):
    referrals.cancel(session, country.referral)


def pass_validity(session, country):
    yesterday = paris_today() - DAY
    session.execute(
        update(Referral).where(Referral.id == country.referral).values(issued_on=yesterday, valid_until=yesterday)
    )


def pass_the_longest_validity(session, country):
    """A row from before the rule, without a real end."""
    old = paris_today() - timedelta(days=400)
    session.execute(
        update(Referral).where(Referral.id == country.referral).values(issued_on=old, valid_until=date(9999, 12, 31))
    )


def turn_eighteen(session, country):
    session.get_one(Insured, country.bob).birth_date = date(2000, 1, 1)


def end_kinship(session, country):
    session.execute(update(Kinship).where(Kinship.child_id == country.bob).values(ends_on=paris_today()))


def change_fund(session, country):
    affiliate(session, country.alice, fund_code="01C992", scheme="general", starts_on=paris_today())


PERSON, LETTER_OF, CHILD = "/people/{alice}", "/referrals/{referral}/letter", "/people/{bob}"
ENDS = (
    ("medecin_traitant", "amar", PERSON, end_declaration),
    ("medecin_traitant", "delegate", PERSON, end_declaration),
    ("referred", "sand", PERSON, cancel_referral),
    ("referred", "sand", PERSON, pass_validity),
    ("referred", "sand", PERSON, pass_the_longest_validity),
    ("party", "sand", LETTER_OF, cancel_referral),
    ("party", "sand", LETTER_OF, pass_the_longest_validity),
    ("child", "alice", CHILD, turn_eighteen),
    ("child", "alice", CHILD, end_kinship),
    ("same_fund", "officer", PERSON, change_fund),
    ("same_fund", "client", PERSON, change_fund),
)


@pytest.mark.parametrize(("_relation", "name", "path", "end"), ENDS)
def test_a_tie_past_its_end_opens_nothing(as_user, database, country, _relation, name, path, end):
    user, url = as_user(name), "/api/v1" + path.format(**vars(country))
    assert user.get(url).status_code == 200
    with database.writing() as session:
        end(session, country)
    assert user.get(url).status_code == 404


def person_to_doctor(country):
    return {"insured_id": country.alice, "professional_id": country.zola}


def card(country, over):
    return CardReading(**person_to_doctor(country), read_at=now_utc() - (SHOWN_FOR if over else HOUR), how=Shown.CARD)


def team(country, over):
    return RecordTeamMember(
        **person_to_doctor(country), accepted_on=paris_today() - DAY, ended_on=paris_today() if over else None
    )


def consent(country, over):
    return RecordConsent(
        **person_to_doctor(country), how=How.PAPER, until=now_utc() - HOUR if over else now_utc() + HOUR
    )


def emergency(country, over):
    until = now_utc() + (-HOUR if over else HOUR)
    return EmergencyAccess(
        **person_to_doctor(country), account_id=ACCOUNT, reason=Reason.VITAL, explanation="", opened_at=until - HOUR,
        until=until, review_due_at=until,
    )  # fmt: skip


DATED = {
    CARD_SHOWN: card, CARD_HELD: card, CARE_TEAM: team, CONSENTED: consent, CONSENTED_DOCUMENTS: consent,
    IN_EMERGENCY: emergency,
}  # fmt: skip
"""Relations that are a row of their own with an end."""


@pytest.mark.parametrize("relation", DATED, ids=lambda relation: relation.name)
@pytest.mark.parametrize("over", [False, True])
def test_a_dated_relation_holds_until_its_end(database, country, relation, over):
    actor = Actor(Role.DOCTOR, account_id=ACCOUNT, professional_id=country.zola)
    with database.writing() as session:
        session.add(DATED[relation](country, over))
        session.flush()
        assert relation.holds(session, actor, POLICY.load(session, PATIENT, country.alice)) is not over


def test_who_stands_in_for_a_medecin_traitant_does_so_while_there_is_none_and_the_card_is_shown(database, country):
    actor = Actor(Role.DOCTOR, account_id=ACCOUNT, professional_id=country.zola)
    with database.writing() as session:
        patient = POLICY.load(session, PATIENT, country.alice)
        session.add(card(country, over=False))
        session.flush()
        assert not NO_DOCTOR.holds(session, actor, patient), "there is one"
        end_declaration(session, country)
        assert NO_DOCTOR.holds(session, actor, patient)
        session.execute(update(CardReading).values(read_at=now_utc() - SHOWN_FOR))
        assert not NO_DOCTOR.holds(session, actor, patient)


def test_a_parent_who_lost_authority_is_shown_nothing(database, country):
    actor = Actor(Role.INSURED, account_id="x", insured_id=country.alice)
    with database.writing() as session:
        assert SHOWN_TO_PARENT.holds(session, actor, POLICY.load(session, PATIENT, country.bob))
        end_kinship(session, country)
        assert not SHOWN_TO_PARENT.holds(session, actor, POLICY.load(session, PATIENT, country.bob))


WITHOUT_END = {"self", "shown_to_oneself", "wrote"}
"""Oneself, and what one wrote oneself."""


def test_every_relation_to_a_person_is_walked_past_its_end():
    """Below 16 is walked with the policy (test_policy)."""
    to_person = {rule.relation.name for rule in POLICY.rules if rule.relation.to_person}
    walked = {relation for relation, *_ in ENDS} - {"party"} | {relation.name for relation in DATED}
    assert to_person - WITHOUT_END - {"child_under_16", "shown_to_parent", "no_medecin_traitant"} == walked


def opens(database, country, doctor):
    with database.reading() as session:
        record = POLICY.load(session, PATIENT, country.alice)
        actor = Actor(Role.DOCTOR, account_id="x", professional_id=doctor)
        return POLICY.decide(session, actor, PeopleAction.READ_PATIENT, record).allowed


def refer_on(session, country, author, addressee):
    new = NewReferral(country.alice, author, "autre_medecin", LETTER, addressee_id=addressee)
    return referrals.write_referral(session, new)


def test_two_specialists_do_not_renew_each_other(database, country):
    with database.writing() as session:
        refer_on(session, country, country.sand, country.free)
        refer_on(session, country, country.free, country.sand)
    assert opens(database, country, country.free), "sent by a doctor who was sent by the médecin traitant"
    with database.writing() as session:
        referrals.cancel(session, country.referral)
    assert not opens(database, country, country.free)
    assert not opens(database, country, country.sand)


def test_a_plan_opens_the_record_while_its_author_is_in_charge(database, country):
    with database.writing() as session:
        referrals.cancel(session, country.referral)
        care_plans.agree(session, country.plan, on=paris_today())
    assert opens(database, country, country.sand)
    with database.writing() as session:
        end_declaration(session, country)
    assert not opens(database, country, country.sand)


def test_the_patient_ends_a_referral(as_user, country):
    alice, url = as_user("alice"), f"/api/v1/referrals/{country.referral}"
    version = alice.get(url).headers["ETag"]
    assert alice.post(url + "/cancellation", headers={"If-Match": version}).status_code == 200
    assert as_user("sand").get(f"/api/v1/people/{country.alice}").status_code == 404


@pytest.mark.parametrize("years", ["1", "2"])
def test_a_referral_is_not_longer_than_the_setting(database, country, monkeypatch, years):
    monkeypatch.setenv("PARCOURS_REFERRAL_YEARS", years)
    today = paris_today()
    new = {"insured_id": country.alice, "author_id": country.amar, "flow": "avis_ponctuel", "letter": LETTER,
           "specialty": 3}  # fmt: skip
    last = today + timedelta(days=365 * int(years))
    with database.writing() as session:
        assert referrals.write_referral(session, NewReferral(**new, valid_until=last)).valid_until == last
        with pytest.raises(Invalid) as refused:
            referrals.write_referral(session, NewReferral(**new, valid_until=last + 3 * DAY))
    assert refused.value.field == "valid_until"


def test_expire_writes_the_ends_down_once(database, country):
    with database.writing() as session:
        session.execute(update(Referral).where(Referral.id == country.referral).values(valid_until=date(9999, 12, 31)))
    with database.writing() as session:
        assert expire(session)["referrals"] == 1
    with database.writing() as session:
        assert expire(session)["referrals"] == 0
        row = session.get(Referral, country.referral)
        assert row.valid_until.year == row.issued_on.year + 1
    assert [event.record_id for event in trail(database, tag="referrals:referral:shorten")] == [country.referral]
