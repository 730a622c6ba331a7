"""The table of rules itself, and relations that end."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from parcours.registry.access.model import Actor, Role
from parcours.registry.access.rules import ANY
from parcours.registry.accounts.context import Action as AccountAction
from parcours.registry.audit.context import Action as AuditAction
from parcours.registry.care_plans import service as care_plans
from parcours.registry.care_plans.context import CARE_PLAN
from parcours.registry.care_plans.context import Action as PlanAction
from parcours.registry.conciliation.context import Action as CaseAction
from parcours.registry.contexts import POLICY, Scope
from parcours.registry.declarations import service as declarations
from parcours.registry.declarations.context import DECLARATION, of_practice
from parcours.registry.declarations.context import Action as DeclarationAction
from parcours.registry.directory.context import Action as DirectoryAction
from parcours.registry.directory.service import get_professional
from parcours.registry.errors import NotFound
from parcours.registry.people.context import PATIENT, of_fund
from parcours.registry.people.context import Action as PeopleAction
from parcours.registry.people.models import Insured
from parcours.registry.people.service import affiliate, get_insured
from parcours.registry.record.context import Action as RecordAction
from parcours.registry.referrals.context import REFERRAL
from parcours.registry.referrals.context import Action as ReferralAction
from parcours.registry.referrals.models import Referral, ReferralUse
from parcours.registry.store.clock import paris_today
from tests.api.fixtures import plan_for, refer


def doctor(identifier):
    return Actor(Role.DOCTOR, account_id="x", professional_id=identifier)


def insured(identifier):
    return Actor(Role.INSURED, account_id="x", insured_id=identifier)


OFFICER = Actor(Role.OFFICER, account_id="x", fund_code="01C991")


def may(database, actor, action, kind, identifier):
    with database.reading() as session:
        return POLICY.decide(session, actor, action, POLICY.load(session, kind, identifier)).allowed


def test_no_rule_gives_clinical_text_to_an_officer_an_administrator_or_a_program():
    for rule in POLICY.rules:
        if rule.actions & POLICY.clinical:
            assert not rule.roles & {Role.OFFICER, Role.ADMINISTRATOR, Role.API_CLIENT}, rule.name


def test_no_rule_gives_an_administrator_anything_of_a_patient():
    given = {action for rule in POLICY.rules if Role.ADMINISTRATOR in rule.roles for action in rule.actions}
    assert given == {
        AccountAction.READ_ACCOUNT,
        AccountAction.MANAGE_ACCOUNTS,
        AccountAction.REMOVE_SECOND_FACTOR,
        AccountAction.GIVE_ROLE,
        AccountAction.CONFIRM_ROLE,
        AuditAction.READ_ACCOUNT_TRAIL,
        DirectoryAction.READ_DIRECTORY,
        DirectoryAction.WRITE_DIRECTORY,
    }  # fmt: skip


def test_only_these_actions_need_no_relation():
    free = {action for rule in POLICY.rules if rule.relation is ANY for action in rule.actions}
    assert free == {
        DirectoryAction.READ_DIRECTORY,
        DirectoryAction.WRITE_DIRECTORY,
        PeopleAction.SEARCH_PATIENT,
        PeopleAction.CREATE_PATIENT,
        DeclarationAction.PROPOSE_AS_DOCTOR,
        AccountAction.READ_ACCOUNT,
        AccountAction.MANAGE_ACCOUNTS,
        AccountAction.REMOVE_SECOND_FACTOR,
        AccountAction.GIVE_ROLE,
        AccountAction.CONFIRM_ROLE,
        AuditAction.READ_ACCOUNT_TRAIL,
        RecordAction.OPEN_EMERGENCY,
    }  # fmt: skip


def test_every_rule_of_a_program_needs_a_scope_and_every_scope_has_a_rule():
    rules = [rule for rule in POLICY.rules if rule.roles == {Role.API_CLIENT}]
    assert all(rule.scope is not None for rule in rules)
    assert {rule.scope for rule in rules} == set(Scope)


def test_every_action_is_given_by_some_rule_and_every_rule_has_its_reason():
    assert {action for rule in POLICY.rules for action in rule.actions} == set(POLICY.actions.values())
    assert all(rule.fr.endswith(".") and rule.en.endswith(".") and rule.fr != rule.en for rule in POLICY.rules)
    assert len({rule.name for rule in POLICY.rules}) == len(POLICY.rules)


@pytest.mark.parametrize("action", sorted(POLICY.signatures))
def test_a_delegate_signs_nothing(database, country, action):
    delegate = Actor(Role.DELEGATE, account_id="x", professional_id=country.amar)
    for kind, identifier in ((PATIENT, country.alice), (DECLARATION, country.declaration),
                             (REFERRAL, country.referral), (CARE_PLAN, country.plan)):  # fmt: skip
        assert not may(database, delegate, action, kind, identifier)


def test_a_doctor_loses_the_patient_when_the_declaration_ends(database, country):
    assert may(database, doctor(country.amar), PeopleAction.READ_PATIENT, PATIENT, country.alice)
    with database.writing() as session:
        declarations.end(session, country.declaration, reason="patient", on=paris_today())
    for action, kind, identifier in (
        (PeopleAction.READ_PATIENT, PATIENT, country.alice),
        (DeclarationAction.READ_DECLARATION, DECLARATION, country.declaration),
    ):
        assert not may(database, doctor(country.amar), action, kind, identifier)
    assert may(database, insured(country.alice), DeclarationAction.READ_DECLARATION, DECLARATION, country.declaration)


def test_a_specialist_loses_the_patient_when_the_referral_ends(database, country):
    sand = doctor(country.sand)
    ask = (sand, PeopleAction.READ_PATIENT, PATIENT, country.alice)
    with database.writing() as session:
        from parcours.registry.care_plans.service import stop

        stop(session, country.plan, on=paris_today())
    assert may(database, *ask)
    yesterday = paris_today() - timedelta(days=1)
    with database.writing() as session:
        session.execute(update(Referral).values(issued_on=yesterday, valid_until=yesterday))
    assert not may(database, *ask)
    assert not may(database, sand, ReferralAction.READ_LETTER, REFERRAL, country.referral)
    assert may(database, insured(country.alice), ReferralAction.READ_LETTER, REFERRAL, country.referral)


def test_a_specialist_loses_the_patient_when_the_referral_is_cancelled(database, country):
    from parcours.registry.care_plans.service import stop
    from parcours.registry.referrals.service import cancel

    with database.writing() as session:
        stop(session, country.plan, on=paris_today())
        cancel(session, country.referral)
    assert not may(database, doctor(country.sand), PeopleAction.READ_PATIENT, PATIENT, country.alice)


def test_a_plan_in_force_opens_the_patient_to_its_actors(database, country):
    from parcours.registry.referrals.service import cancel

    ask = (doctor(country.sand), PeopleAction.READ_PATIENT, PATIENT, country.alice)
    with database.writing() as session:
        cancel(session, country.referral)
    assert not may(database, *ask), "a plan that the patient has not agreed to opens nothing"
    with database.writing() as session:
        care_plans.agree(session, country.plan, on=paris_today())
    assert may(database, *ask)


def test_nobody_opens_a_record_by_a_plan_or_a_referral_of_their_own(database, country):
    amar = doctor(country.amar)
    with database.writing() as session:
        plan = plan_for(session, get_insured(session, country.alice), *[get_professional(session, country.amar)] * 2)
        care_plans.agree(session, plan.id, on=paris_today())
        made = refer(
            session, get_insured(session, country.alice), *[get_professional(session, country.amar)] * 2,
            by_specialty=True,
        )  # fmt: skip
        session.add(
            ReferralUse(referral_id=made.id, professional_id=country.amar, care_date=paris_today(), single=False)
        )
        declarations.end(session, country.declaration, reason="patient", on=paris_today())
    assert not may(database, amar, PeopleAction.READ_PATIENT, PATIENT, country.alice)


def test_a_plan_is_ended_by_its_author_the_medecin_traitant_or_the_patient(database, country):
    ask = (PlanAction.STOP_PLAN, CARE_PLAN, country.plan)
    assert may(database, insured(country.alice), *ask)
    assert may(database, doctor(country.amar), *ask)
    assert not may(database, doctor(country.sand), *ask), "a correspondent is neither"
    with database.writing() as session:
        declarations.end(session, country.declaration, reason="patient", on=paris_today())
    assert may(database, doctor(country.amar), *ask), "who wrote it"


def test_a_parent_loses_the_child_at_eighteen_and_the_choice_at_sixteen(database, country):
    parent = insured(country.alice)
    today = paris_today()
    choice = (parent, DeclarationAction.END_AS_PATIENT, PATIENT, country.bob)
    read = (parent, PeopleAction.READ_PATIENT, PATIENT, country.bob)

    def born(years, days):
        with database.writing() as session:
            day = today.replace(year=today.year - years, day=min(today.day, 28)) + timedelta(days=days)
            session.get_one(Insured, country.bob).birth_date = day

    born(16, 40)
    assert (may(database, *choice), may(database, *read)) == (True, True)
    born(16, -1)
    assert (may(database, *choice), may(database, *read)) == (False, True)
    born(18, -1)
    assert (may(database, *choice), may(database, *read)) == (False, False)


def test_an_officer_loses_who_changes_fund(database, country):
    ask = (OFFICER, PeopleAction.READ_PATIENT, PATIENT, country.alice)
    assert may(database, *ask)
    with database.writing() as session:
        affiliate(session, country.alice, fund_code="01C992", scheme="general", starts_on=paris_today())
    assert not may(database, *ask)


def test_a_program_without_a_fund_reaches_nobody(database, country):
    client = Actor(Role.API_CLIENT, client_id="x", scopes=frozenset(Scope))
    assert not may(database, client, PeopleAction.READ_PATIENT, PATIENT, country.alice)


def test_a_list_is_of_ones_own_fund_or_practice_only(database, country):
    with database.reading() as session:
        for actor, action, mine, other, none in (
            (OFFICER, CaseAction.LIST_CASES, of_fund("01C991"), of_fund("01C992"), of_fund(None)),
            (
                doctor(country.amar), DeclarationAction.LIST_PATIENTS, of_practice(country.amar),
                of_practice(country.zola), of_practice(None),
            ),
        ):  # fmt: skip
            allowed = [POLICY.decide(session, actor, action, record).allowed for record in (mine, other, none)]
            assert allowed == [True, False, False]
        nobody = Actor(Role.API_CLIENT, client_id="x", scopes=frozenset(Scope))
        assert not POLICY.decide(session, nobody, CaseAction.LIST_CASES, of_fund(None)).allowed


def test_an_actor_without_subject_reaches_nobody(database, country):
    for role in Role:
        actor = Actor(role, account_id="x")
        for action in POLICY.actions.values():
            with database.reading() as session:
                record = POLICY.load(session, PATIENT, country.alice)
                decision = POLICY.decide(session, actor, action, record)
            assert not decision.allowed or decision.rule.relation is ANY


@pytest.mark.parametrize("identifier", ["", "x", "' OR 1=1", "0" * 400])
def test_what_is_not_an_id_is_not_found(database, country, identifier):
    for kind in POLICY.kinds:
        with pytest.raises(NotFound), database.reading() as session:
            POLICY.load(session, kind, identifier)
