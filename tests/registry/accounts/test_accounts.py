"""Passwords, locks, second factor, sessions, tokens: what they let through and what they do not."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import event, select, text, update
from sqlalchemy.exc import IntegrityError

from parcours.registry.access.model import Role, Who
from parcours.registry.accounts import clients, find, logins, passwords, second_factor, sessions
from parcours.registry.accounts import service as accounts
from parcours.registry.accounts.context import Tag
from parcours.registry.accounts.hashing import PasswordHashing
from parcours.registry.accounts.models import Account, ApiClient, Grant, RecoveryCode, SingleUseToken, WebSession
from parcours.registry.accounts.tokens import secret_hash
from parcours.registry.contexts import Scope
from parcours.registry.errors import Conflict, Invalid, NotFound, Unauthenticated
from parcours.registry.people.context import Scope as PeopleScope
from parcours.registry.store.clock import now_utc
from parcours.registry.store.ids import new_id
from parcours.registry.visits.context import Scope as VisitScope
from tests.api.fixtures import CHEAP, PASSWORD, TEST, trail

NOBODY = Who("anonymous")
POLICY = passwords.LoginPolicy(attempts=3, lock_minutes=15, reset_minutes=30)
SESSIONS = sessions.SessionPolicy(idle_minutes=30, absolute_minutes=600)


@pytest.fixture
def account_id(database):
    with database.writing() as session:
        account = accounts.create_account(session, TEST, login="Zoe@Example.org", password=PASSWORD, hashing=CHEAP)
        accounts.grant_role(session, TEST, account, Role.ADMINISTRATOR)
        return account.id


def log_in(database, login="zoe@example.org", password=PASSWORD, totp=None):
    return logins.log_in(database, NOBODY, login=login, password=password, totp=totp, policy=POLICY, hashing=CHEAP)


def fails(database, **given):
    with pytest.raises(Unauthenticated) as error:
        log_in(database, **given)
    return error.value.code


def account_of(session, account_id):
    return find.get_account(session, account_id)


def change(database, account_id, **values):
    with database.writing() as session:
        session.execute(update(Account).where(Account.id == account_id).values(**values))


# --- passwords -------------------------------------------------------------------------------------------------------


def test_a_login_is_compared_without_case_or_form(database, account_id):
    assert log_in(database, login=" ZOE@example.ORG ").account.id == account_id
    assert log_in(database, login="ｚoe@example.org").account.id == account_id


def test_a_password_is_compared_in_one_unicode_form(database):
    composed, decomposed = "clé-très-étrange-à-lire", "cle\u0301-tre\u0300s-e\u0301trange-a\u0300-lire"
    with database.writing() as session:
        accounts.create_account(session, TEST, login="u@example.org", password=composed, hashing=CHEAP)
    assert log_in(database, login="u@example.org", password=decomposed)


def test_nothing_readable_is_stored(database, account_id):
    with database.reading() as session:
        row = dict(session.execute(text("SELECT * FROM accounts")).mappings().one())
    stored = b" ".join(bytes(v) if isinstance(v, bytes | memoryview) else str(v).encode() for v in row.values())
    assert b"example.org" not in stored
    assert PASSWORD.encode() not in stored
    assert row["password_hash"].startswith("$argon2id$")


@pytest.mark.parametrize(
    "password",
    ["short", "x" * 300, "aaaaaaaaaaaaaa", "passwordpassword", "motdepasse123456", "zoe.durand12345", "azertyqwerty1"],
)
def test_a_weak_password_is_refused_without_being_repeated(password):
    with pytest.raises(Invalid) as error:
        passwords.check_password(password, "zoe.durand@example.org")
    assert password not in str(error.value)


@pytest.mark.parametrize(
    "login", ["", "zoe", "@example.org", "zoe@", "z oe@example.org", "a\n@example.org", "x" * 300 + "@a.fr"]
)
def test_a_login_is_an_address(login):
    with pytest.raises(Invalid):
        find.normalise_login(login)


def test_a_login_is_taken_once(database, account_id):
    with pytest.raises(Conflict), database.writing() as session:
        accounts.create_account(session, TEST, login="ZOE@example.org")


def test_an_old_cost_is_renewed_at_login(database, account_id):
    dearer = PasswordHashing(2, 128, 1)
    logins.log_in(
        database, NOBODY, login="zoe@example.org", password=PASSWORD, totp=None, policy=POLICY, hashing=dearer
    )
    with database.reading() as session:
        assert "m=128,t=2,p=1" in account_of(session, account_id).password_hash
    assert log_in(database)


def test_an_account_without_password_accepts_none(database):
    with database.writing() as session:
        accounts.create_account(session, TEST, login="oidc@example.org")
    assert fails(database, login="oidc@example.org", password="") == "login_refused"
    assert fails(database, login="oidc@example.org", password="None") == "login_refused"


def test_a_disabled_account_does_not_log_in(database, account_id):
    change(database, account_id, disabled_at=now_utc())
    assert fails(database) == "login_refused"


# --- the lock --------------------------------------------------------------------------------------------------------


def test_wrong_passwords_lock_for_a_while(database, account_id):
    for _ in range(POLICY.attempts):
        assert fails(database, password="wrong") == "login_refused"
    assert fails(database) == "login_refused", "the right password does not open a locked account"
    change(database, account_id, locked_until=now_utc() - timedelta(seconds=1))
    assert log_in(database).account.id == account_id
    assert {event.tag for event in trail(database)} >= {Tag.LOGIN_FAIL, Tag.LOGIN_LOCK, Tag.LOGIN_SUCCEED}


def test_a_right_password_forgets_the_wrong_ones(database, account_id):
    for _ in range(3):
        for _ in range(POLICY.attempts - 1):
            fails(database, password="wrong")
        assert log_in(database)


def test_parallel_guesses_do_not_outrun_the_lock(database, account_id):
    looked_at = []

    class Counting(PasswordHashing):
        def verify(self, password_hash, password):
            if password_hash is not None:
                looked_at.append(password)
            return super().verify(password_hash, password)

    def guess(number):
        with pytest.raises(Unauthenticated):
            logins.log_in(
                database, NOBODY, login="zoe@example.org", password=f"guess {number}", totp=None, policy=POLICY,
                hashing=Counting(1, 64, 1),
            )  # fmt: skip

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(guess, range(24)))
    assert len(looked_at) <= POLICY.attempts


def test_an_unknown_login_takes_as_long_as_a_known_one(database, account_id):
    cost = PasswordHashing(2, 8192, 1)

    def seconds(password_hash):
        started = time.process_time()
        for _ in range(5):
            cost.verify(password_hash, "wrong")
        return time.process_time() - started

    known = cost.hash(PASSWORD)
    cost.verify(None, "wrong")  # the decoy is made once
    assert 0.3 < seconds(None) / seconds(known) < 3


class Counting(PasswordHashing):
    """Notes each slow hash in the work done."""

    work: list

    def verify(self, password_hash, password):
        self.work.append("HASH")
        return super().verify(password_hash, password)


@contextmanager
def work_of(database):
    """Statements (their first word), commits and slow hashes, in their order."""
    work = []
    targets = (
        ("before_cursor_execute", lambda *given: work.append("READ" if given[2].startswith("SELECT") else "WRITE")),
        ("commit", lambda _: work.append("COMMIT")),
    )
    for name, note in targets:
        event.listen(database.engine, name, note)
    yield work
    for name, note in targets:
        event.remove(database.engine, name, note)


@pytest.mark.parametrize("totp", [None, "123456", "0-AAAAA-AAAAA"])
def test_a_refused_login_does_the_same_work_whatever_the_reason(database, account_id, totp):
    """What an attacker times is the work: statements, commits (which wait for the disk) and slow hashes."""
    fails(database, login="nobody@example.org")  # the first event ever makes the heads of the trail
    done = {}
    for reason, login, values in (
        ("unknown", "nobody@example.org", {}),
        ("wrong", "zoe@example.org", {"failed_attempts": 0}),
        ("locking", "zoe@example.org", {"failed_attempts": POLICY.attempts - 1}),
        ("locked", "zoe@example.org", {"locked_until": now_utc() + timedelta(minutes=5)}),
        ("unlocked", "zoe@example.org", {"locked_until": now_utc() - timedelta(minutes=5)}),
        ("disabled", "zoe@example.org", {"locked_until": None, "disabled_at": now_utc()}),
    ):
        if values:
            change(database, account_id, **values)
        with work_of(database) as work:
            cost = Counting(1, 64, 1)
            object.__setattr__(cost, "work", work)
            with pytest.raises(Unauthenticated):
                logins.log_in(database, NOBODY, login=login, password="wrong", totp=totp, policy=POLICY, hashing=cost)
            done[reason] = list(work)
    assert done["unknown"].count("COMMIT") >= 2
    assert set(map(tuple, done.values())) == {tuple(done["unknown"])}, done


def test_a_failed_login_is_traced_without_what_was_typed(database, account_id):
    fails(database, login="somebody.else@example.org", password="a secret typed by mistake")
    (event,) = trail(database, tag=Tag.LOGIN_FAIL)
    everything = str([getattr(event, column.key) for column in event.__table__.columns])
    assert "somebody" not in everything
    assert "secret" not in everything


# --- second factor ---------------------------------------------------------------------------------------------------


@pytest.fixture
def secret(database, account_id):
    with database.writing() as session:
        account = account_of(session, account_id)
        secret = second_factor.start_totp(session, TEST, account)
        session.flush()
        second_factor.confirm_totp(session, TEST, account, pyotp.TOTP(secret).at(time.time() - 30))
        return secret


def test_a_code_is_needed_and_works_once(database, secret):
    assert fails(database) == "totp_required"
    code = pyotp.TOTP(secret).now()
    assert log_in(database, totp=code).method == "password+totp"
    assert fails(database, totp=code) == "login_refused"


def test_a_code_alone_is_nothing(database, secret):
    assert fails(database, password="wrong", totp=pyotp.TOTP(secret).now()) == "login_refused"


@pytest.mark.parametrize("code", ["000000", "12345", "1234567", "abcdef", "", "１２３４５６"])
def test_a_wrong_code_is_refused(database, secret, code):
    if code == pyotp.TOTP(secret).now():
        return
    assert fails(database, totp=code or "x") == "login_refused"


def test_an_old_code_is_refused(database, secret):
    assert fails(database, totp=pyotp.TOTP(secret).at(time.time() - 120)) == "login_refused"


def test_wrong_codes_lock_too(database, secret, account_id):
    for _ in range(POLICY.attempts):
        fails(database, totp="000000")
    assert fails(database, totp=pyotp.TOTP(secret).now()) == "login_refused"
    with database.reading() as session:
        assert account_of(session, account_id).locked_until > now_utc()


def test_asking_for_the_code_does_not_lock(database, secret):
    for _ in range(POLICY.attempts + 2):
        assert fails(database) == "totp_required"
    assert log_in(database, totp=pyotp.TOTP(secret).now())


def test_a_right_password_without_its_code_does_not_lock_after_wrong_ones(database, secret):
    for _ in range(POLICY.attempts - 1):
        fails(database, password="wrong")
    assert fails(database) == "totp_required"
    assert log_in(database, totp=pyotp.TOTP(secret).now())


def test_the_same_code_at_the_same_time_opens_once(database, secret):
    code = pyotp.TOTP(secret).now()
    policy = passwords.LoginPolicy(attempts=100)

    def attempt(_):
        try:
            return logins.log_in(
                database, NOBODY, login="zoe@example.org", password=PASSWORD, totp=code, policy=policy, hashing=CHEAP
            )
        except Unauthenticated:
            return None

    with ThreadPoolExecutor(6) as pool:
        opened = [one for one in pool.map(attempt, range(6)) if one]
    assert len(opened) == 1


def test_a_second_factor_in_use_is_not_replaced_unseen(database, secret, account_id):
    with pytest.raises(Conflict), database.writing() as session:
        second_factor.start_totp(session, TEST, account_of(session, account_id))


# --- recovery codes --------------------------------------------------------------------------------------------------


@pytest.fixture
def codes(database, secret, account_id):
    return new_codes(database, account_id)


def new_codes(database, account_id):
    made = second_factor.new_recovery_codes(CHEAP)
    with database.writing() as session:
        second_factor.keep_recovery_codes(session, TEST, account_of(session, account_id), made)
    return made.codes


def test_each_recovery_code_opens_once_in_place_of_the_application(database, codes):
    assert len(set(codes)) == second_factor.RECOVERY_CODES == 10
    assert log_in(database, totp=codes[3]).method == "password+recovery"
    assert fails(database, totp=codes[3]) == "login_refused"
    assert log_in(database, totp=codes[4].lower().replace("-", " ")).method == "password+recovery"
    assert len(trail(database, tag=Tag.RECOVERY_USE)) == 2


def test_a_recovery_code_alone_is_nothing_and_is_not_used_up(database, codes):
    assert fails(database, password="wrong", totp=codes[0]) == "login_refused"
    assert log_in(database, totp=codes[0])


def test_wrong_recovery_codes_lock_too(database, codes):
    for _ in range(POLICY.attempts):
        assert fails(database, totp="0-AAAAA-AAAAA") == "login_refused"
    assert fails(database, totp=codes[0]) == "login_refused"


def test_new_recovery_codes_kill_the_old_ones(database, codes, account_id):
    newer = new_codes(database, account_id)
    assert fails(database, totp=codes[0]) == "login_refused"
    assert log_in(database, totp=newer[0])
    assert len(trail(database, tag=Tag.RECOVERY_MAKE)) == 2


def test_recovery_codes_of_somebody_else_open_nothing(database, codes):
    with database.writing() as session:
        other = accounts.create_account(session, TEST, login="o@example.org", password=PASSWORD, hashing=CHEAP)
        key = second_factor.start_totp(session, TEST, other)
        session.flush()
        second_factor.confirm_totp(session, TEST, other, pyotp.TOTP(key).now())
    assert fails(database, login="o@example.org", totp=codes[0]) == "login_refused"


def test_recovery_codes_go_with_the_second_factor(database, codes, account_id):
    with database.writing() as session:
        second_factor.remove_totp(session, TEST, account_of(session, account_id))
    with database.reading() as session:
        assert session.scalars(select(RecoveryCode)).all() == []
    with pytest.raises(Conflict), database.writing() as session:
        second_factor.keep_recovery_codes(
            session, TEST, account_of(session, account_id), second_factor.new_recovery_codes(CHEAP)
        )


def test_recovery_codes_are_stored_as_slow_hashes_only(database, codes):
    with database.reading() as session:
        stored = [row.code_hash for row in session.scalars(select(RecoveryCode))]
    assert all(one.startswith("$argon2id$") for one in stored)
    assert not any(code[2:7] in one for code in codes for one in stored)


def test_the_same_recovery_code_at_the_same_time_opens_once(database, codes):
    policy = passwords.LoginPolicy(attempts=100)

    def attempt(_):
        try:
            return logins.log_in(
                database,
                NOBODY,
                login="zoe@example.org",
                password=PASSWORD,
                totp=codes[0],
                policy=policy,
                hashing=CHEAP,
            )
        except Unauthenticated:
            return None

    with ThreadPoolExecutor(6) as pool:
        assert len([one for one in pool.map(attempt, range(6)) if one]) == 1


# --- reset -----------------------------------------------------------------------------------------------------------


def token_for(database, account_id):
    with database.writing() as session:
        return passwords.ask_password_reset(session, TEST, account_of(session, account_id), POLICY)


def reset(database, token, password="une-autre-phrase-longue"):
    with database.writing() as session:
        return passwords.reset_password(session, NOBODY, token, password, CHEAP)


def test_a_reset_works_once_lifts_the_lock_and_ends_the_sessions(database, account_id):
    with database.writing() as session:
        cookie = sessions.open_session(session, account_of(session, account_id), "password").token
    for _ in range(POLICY.attempts):
        fails(database, password="wrong")
    first, second = token_for(database, account_id), token_for(database, account_id)
    reset(database, first)
    assert log_in(database, password="une-autre-phrase-longue")
    with database.reading() as session:
        assert sessions.find_session(session, cookie, SESSIONS) is None
    for token in (first, second):
        with pytest.raises(Unauthenticated):
            reset(database, token)


def test_a_reset_token_dies_with_time(database, account_id):
    token = token_for(database, account_id)
    with database.writing() as session:
        session.execute(update(SingleUseToken).values(expires_at=now_utc() - timedelta(seconds=1)))
    with pytest.raises(Unauthenticated):
        reset(database, token)


def test_only_the_hash_of_a_token_is_stored(database, account_id):
    token = token_for(database, account_id)
    with database.reading() as session:
        row = session.scalars(select(SingleUseToken)).one()
    assert token not in str(vars(row))
    assert row.token_hash == secret_hash(token)


# --- sessions --------------------------------------------------------------------------------------------------------


def open_one(database, account_id):
    with database.writing() as session:
        opened = sessions.open_session(session, account_of(session, account_id), "password")
        return opened.session.id, opened.token


def alive(database, token):
    with database.reading() as session:
        return sessions.find_session(session, token, SESSIONS) is not None


def age(database, session_id, **values):
    with database.writing() as session:
        session.execute(update(WebSession).where(WebSession.id == session_id).values(**values))


def test_a_session_lives_while_it_is_used(database, account_id):
    session_id, token = open_one(database, account_id)
    assert alive(database, token)
    age(database, session_id, last_seen_at=now_utc() - timedelta(minutes=29))
    assert alive(database, token)
    age(database, session_id, last_seen_at=now_utc() - timedelta(minutes=31))
    assert not alive(database, token)


def test_a_session_ends_at_its_latest_end_however_used(database, account_id):
    session_id, token = open_one(database, account_id)
    age(database, session_id, opened_at=now_utc() - timedelta(minutes=601))
    assert not alive(database, token)


def test_a_rotation_keeps_the_latest_end_and_kills_the_old_token(database, account_id):
    session_id, token = open_one(database, account_id)
    opened_at = now_utc() - timedelta(minutes=300)
    age(database, session_id, opened_at=opened_at)
    with database.writing() as session:
        rotated = sessions.rotate_session(session, session.get_one(WebSession, session_id))
        csrf = rotated.session.csrf_token
        assert rotated.session.opened_at == opened_at
        assert csrf != session.get_one(WebSession, session_id).csrf_token
    assert not alive(database, token)
    assert alive(database, rotated.token)


def test_a_session_ends_with_its_role(database, account_id):
    _, token = open_one(database, account_id)
    with database.writing() as session:
        accounts.end_grant(session, TEST, account_of(session, account_id).active_grants[0])
    assert not alive(database, token)


def test_a_new_role_ends_the_sessions(database, account_id):
    _, token = open_one(database, account_id)
    with database.writing() as session:
        accounts.grant_role(session, TEST, account_of(session, account_id), Role.INSURED, insured_id=new_id())
    assert not alive(database, token)


def test_a_made_up_token_opens_nothing(database, account_id):
    session_id, _ = open_one(database, account_id)
    assert not alive(database, "x")
    with database.reading() as session:
        stored = session.get_one(WebSession, session_id).token_hash
    assert not alive(database, stored), "what is stored is not what opens"


# --- roles -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "subject"),
    [
        (Role.INSURED, {}),
        (Role.INSURED, {"insured_id": "a", "fund_code": "b"}),
        (Role.DOCTOR, {"insured_id": "a"}),
        (Role.OFFICER, {"professional_id": "a"}),
        (Role.ADMINISTRATOR, {"insured_id": "a"}),
        (Role.API_CLIENT, {}),
    ],
)
def test_a_role_names_exactly_whom_it_is_for(database, account_id, role, subject):
    with pytest.raises(Invalid), database.writing() as session:
        accounts.grant_role(session, TEST, account_of(session, account_id), role, **subject)


def test_the_database_refuses_a_role_without_its_subject(database, account_id):
    with pytest.raises(IntegrityError), database.writing() as session:
        session.add(Grant(account_id=account_id, role=Role.OFFICER))


def test_the_same_role_twice_is_one_role(database, account_id):
    with database.writing() as session:
        account = account_of(session, account_id)
        accounts.grant_role(session, TEST, account, Role.ADMINISTRATOR)
        session.refresh(account)
        assert len(account.active_grants) == 1


def test_an_account_that_does_not_exist_is_not_found(database):
    with pytest.raises(NotFound), database.reading() as session:
        find.get_account(session, new_id())


# --- API clients -----------------------------------------------------------------------------------------------------


def test_a_client_token_lives_until_it_expires_or_is_revoked(database):
    with database.writing() as session:
        client, token = clients.create_client(session, TEST, name="n", scopes=[PeopleScope.PEOPLE_READ], days=1)
        assert clients.find_client(session, token).scope_set == {PeopleScope.PEOPLE_READ}
        assert clients.find_client(session, client.token_hash) is None
        session.execute(update(ApiClient).values(expires_at=now_utc()))
        session.expire_all()
        assert clients.find_client(session, token) is None


def test_a_client_without_scope_is_refused(database):
    with pytest.raises(Invalid), database.writing() as session:
        clients.create_client(session, TEST, name="n", scopes=[])


@pytest.mark.parametrize("name", ["people", "declarations", "cases"])
def test_a_client_that_writes_reads_too(database, name):
    with pytest.raises(Invalid) as error, database.writing() as session:
        clients.create_client(session, TEST, name="n", scopes=[Scope(f"{name}:write"), VisitScope.FACTS_READ])
    assert (error.value.field, error.value.allowed["en"]) == ("scopes", f"{name}:write with {name}:read")
