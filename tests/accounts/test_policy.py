"""The table of rules itself, and relations that end."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from parcours.registry.access import policy
from parcours.registry.access.policy import CLINICAL, RULES, SIGNATURES, Action, Actor, Kind, Relation
from parcours.registry.accounts.models import Role, Scope
from parcours.registry.declarations import service as declarations
from parcours.registry.errors import NotFound
from parcours.registry.people.models import Insured
from parcours.registry.people.service import affiliate
from parcours.registry.referrals.models import Referral
from parcours.registry.store.clock import paris_today


def doctor(identifier):
    return Actor(Role.DOCTOR, account_id="x", professional_id=identifier)


def insured(identifier):
    return Actor(Role.INSURED, account_id="x", insured_id=identifier)


OFFICER = Actor(Role.OFFICER, account_id="x", fund_code="01C991")


def may(database, actor, action, kind, identifier):
    with database.reading() as session:
        return policy.decide(session, actor, action, policy.load(session, kind, identifier)).allowed


def test_no_rule_gives_clinical_text_to_an_officer_an_administrator_or_a_program():
    for rule in RULES:
        if rule.actions & CLINICAL:
            assert not rule.roles & {Role.OFFICER, Role.ADMINISTRATOR, Role.API_CLIENT}, rule.name


def test_no_rule_gives_an_administrator_anything_of_a_patient():
    given = {action for rule in RULES if Role.ADMINISTRATOR in rule.roles for action in rule.actions}
    assert given == {
        Action.READ_ACCOUNT,
        Action.MANAGE_ACCOUNTS,
        Action.READ_ACCOUNT_TRAIL,
        Action.READ_DIRECTORY,
        Action.WRITE_DIRECTORY,
    }  # fmt: skip


def test_only_these_actions_need_no_relation():
    free = {action for rule in RULES if rule.relation is Relation.ANY for action in rule.actions}
    assert free == {
        Action.READ_DIRECTORY,
        Action.WRITE_DIRECTORY,
        Action.SEARCH_PATIENT,
        Action.CREATE_PATIENT,
        Action.PROPOSE_AS_DOCTOR,
        Action.READ_ACCOUNT,
        Action.MANAGE_ACCOUNTS,
        Action.READ_ACCOUNT_TRAIL,
    }  # fmt: skip


def test_every_rule_of_a_program_needs_a_scope_and_every_scope_has_a_rule():
    rules = [rule for rule in RULES if rule.roles == {Role.API_CLIENT}]
    assert all(rule.scope is not None for rule in rules)
    assert {rule.scope for rule in rules} == set(Scope)


def test_every_action_is_given_by_some_rule_and_every_rule_has_its_reason():
    assert {action for rule in RULES for action in rule.actions} == set(Action)
    assert all(rule.fr.endswith(".") and rule.en.endswith(".") and rule.fr != rule.en for rule in RULES)
    assert len({rule.name for rule in RULES}) == len(RULES)


@pytest.mark.parametrize("action", sorted(SIGNATURES))
def test_a_delegate_signs_nothing(database, country, action):
    delegate = Actor(Role.DELEGATE, account_id="x", professional_id=country.amar)
    for kind, identifier in (("patient", country.alice), ("declaration", country.declaration),
                             ("referral", country.referral), ("care_plan", country.plan)):  # fmt: skip
        assert not may(database, delegate, action, Kind(kind), identifier)


def test_a_doctor_loses_the_patient_when_the_declaration_ends(database, country):
    assert may(database, doctor(country.amar), Action.READ_PATIENT, Kind.PATIENT, country.alice)
    with database.writing() as session:
        declarations.end(session, country.declaration, reason="patient", on=paris_today())
    for action, kind, identifier in (
        (Action.READ_PATIENT, Kind.PATIENT, country.alice),
        (Action.READ_DECLARATION, Kind.DECLARATION, country.declaration),
    ):
        assert not may(database, doctor(country.amar), action, kind, identifier)
    assert may(database, insured(country.alice), Action.READ_DECLARATION, Kind.DECLARATION, country.declaration)


def test_a_specialist_loses_the_patient_when_the_referral_ends(database, country):
    sand = doctor(country.sand)
    ask = (sand, Action.READ_PATIENT, Kind.PATIENT, country.alice)
    with database.writing() as session:
        from parcours.registry.care_plans.service import stop

        stop(session, country.plan, on=paris_today())
    assert may(database, *ask)
    yesterday = paris_today() - timedelta(days=1)
    with database.writing() as session:
        session.execute(update(Referral).values(issued_on=yesterday, valid_until=yesterday))
    assert not may(database, *ask)
    assert not may(database, sand, Action.READ_LETTER, Kind.REFERRAL, country.referral)
    assert may(database, insured(country.alice), Action.READ_LETTER, Kind.REFERRAL, country.referral)


def test_a_specialist_loses_the_patient_when_the_referral_is_cancelled(database, country):
    from parcours.registry.care_plans.service import stop
    from parcours.registry.referrals.service import cancel

    with database.writing() as session:
        stop(session, country.plan, on=paris_today())
        cancel(session, country.referral)
    assert not may(database, doctor(country.sand), Action.READ_PATIENT, Kind.PATIENT, country.alice)


def test_a_plan_in_force_opens_the_patient_to_its_actors(database, country):
    from parcours.registry.referrals.service import cancel

    with database.writing() as session:
        cancel(session, country.referral)
    assert may(database, doctor(country.sand), Action.READ_PATIENT, Kind.PATIENT, country.alice)


def test_a_parent_loses_the_child_at_eighteen_and_the_choice_at_sixteen(database, country):
    parent = insured(country.alice)
    today = paris_today()
    choice = (parent, Action.END_AS_PATIENT, Kind.PATIENT, country.bob)
    read = (parent, Action.READ_PATIENT, Kind.PATIENT, country.bob)

    def born(years, days):
        with database.writing() as session:
            day = today.replace(year=today.year - years, day=min(today.day, 28)) + timedelta(days=days)
            session.execute(update(Insured).where(Insured.id == country.bob).values(birth_date=day))

    born(16, 40)
    assert (may(database, *choice), may(database, *read)) == (True, True)
    born(16, -1)
    assert (may(database, *choice), may(database, *read)) == (False, True)
    born(18, -1)
    assert (may(database, *choice), may(database, *read)) == (False, False)


def test_an_officer_loses_who_changes_fund(database, country):
    ask = (OFFICER, Action.READ_PATIENT, Kind.PATIENT, country.alice)
    assert may(database, *ask)
    with database.writing() as session:
        affiliate(session, country.alice, fund_code="01C992", scheme="general", starts_on=paris_today())
    assert not may(database, *ask)


def test_a_program_without_a_fund_reaches_nobody(database, country):
    client = Actor(Role.API_CLIENT, client_id="x", scopes=frozenset(Scope))
    assert not may(database, client, Action.READ_PATIENT, Kind.PATIENT, country.alice)


def test_a_list_is_of_ones_own_fund_or_practice_only(database, country):
    with database.reading() as session:
        for actor, action, mine, other, none in (
            (OFFICER, Action.LIST_CASES, policy.of_fund("01C991"), policy.of_fund("01C992"), policy.of_fund(None)),
            (
                doctor(country.amar), Action.LIST_PATIENTS, policy.of_practice(country.amar),
                policy.of_practice(country.zola), policy.of_practice(None),
            ),
        ):  # fmt: skip
            allowed = [policy.decide(session, actor, action, record).allowed for record in (mine, other, none)]
            assert allowed == [True, False, False]
        nobody = Actor(Role.API_CLIENT, client_id="x", scopes=frozenset(Scope))
        assert not policy.decide(session, nobody, Action.LIST_CASES, policy.of_fund(None)).allowed


def test_an_actor_without_subject_reaches_nobody(database, country):
    for role in Role:
        actor = Actor(role, account_id="x")
        for action in Action:
            with database.reading() as session:
                record = policy.load(session, Kind.PATIENT, country.alice)
                decision = policy.decide(session, actor, action, record)
            assert not decision.allowed or decision.rule.relation is Relation.ANY


@pytest.mark.parametrize("identifier", ["", "x", "' OR 1=1", "0" * 400])
def test_what_is_not_an_id_is_not_found(database, country, identifier):
    for kind in Kind:
        with pytest.raises(NotFound), database.reading() as session:
            policy.load(session, kind, identifier)
