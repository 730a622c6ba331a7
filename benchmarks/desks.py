"""Milliseconds of each page behind a login:  python -m benchmarks.desks [--people 300] [--samples 30] [--on sqlite|postgresql]

Up to some thousands of people it is the demonstration, with its stories; above, the country of `benchmarks.registry` with a
few hundred sheets. Each page is asked for in this process, by who it is for; the median is that of the processor time of the
whole request (database of SQLite included), which does not depend on who else uses the machine, with the clock beside it.
Bars: 30 ms with 300 people, 50 ms with a million insured. The exit code is 1 when a page misses it.
"""

import argparse
import os
import statistics
import sys
import time

from sqlalchemy import inspect, select
from starlette.testclient import TestClient

from benchmarks.registry import address
from parcours.edge.caller import COOKIE
from parcours.edge.settings import Settings
from parcours.registry.access.model import Role
from parcours.registry.accounts import service as accounts
from parcours.registry.accounts import sessions
from parcours.registry.accounts.models import Account, Grant
from parcours.registry.audit.service import system
from parcours.registry.claims.adjudicate import adjudicate
from parcours.registry.claims.models import Claim, ClaimState, Undue
from parcours.registry.claims.sheets import Sheet, write
from parcours.registry.conciliation.models import Case
from parcours.registry.declarations.models import Tenure
from parcours.registry.demo.accounts import open_demo_accounts
from parcours.registry.demo.seed import SEED, seed
from parcours.registry.directory.models import Professional
from parcours.registry.ledger import models as books
from parcours.registry.ledger.models import Cause, LedgerPosting, LedgerTransaction
from parcours.registry.messages.models import MessageKind
from parcours.registry.messages.service import send
from parcours.registry.payments.notices import TO_PAY
from parcours.registry.people.models import Insured
from parcours.registry.scenario.town import live
from parcours.registry.store import schema
from parcours.registry.store.bulk import insert_values
from parcours.registry.store.clock import now_utc, paris_today
from parcours.registry.store.db import Database
from parcours.registry.store.ids import new_id
from parcours.registry.store.keyring import KEYS_VARIABLE, new_key
from parcours.site.app import create_app

DEMONSTRATION = 5_000
"""Up to so many people the town of the demonstration is made; above, the country of the other benchmark."""
BARS = {DEMONSTRATION: 30.0}
BAR_LARGE = 50.0
SHEETS = 400
WARM = 3
PAGES = {
    Role.INSURED: (
        "/me", "/me/doctor", "/me/care", "/me/record", "/me/calendar", "/me/money", "/me/money/{claim}", "/me/quote",
        "/me/card", "/me/mutuelle", "/me/family", "/me/messages", "/me/objections", "/me/privacy", "/account",
    ),
    Role.DOCTOR: (
        "/practice", "/practice/patient?of={patient}", "/practice/sheets", "/practice/payments",
        "/practice/declarations", "/practice/patients", "/practice/forfait", "/practice/letters", "/practice/line",
    ),
    Role.OFFICER: (
        "/fund", "/fund/queues/to_adjudicate", "/fund/queues/held", "/fund/queues/late_tiers_payant",
        "/fund/queues/reversals", "/fund/queues/undue", "/fund/queues/overlaps", "/fund/queues/notices", "/fund/queues/returned_payments", "/fund/people",
        "/fund/people/{patient}", "/fund/cases", "/fund/cases/{case}", "/fund/regularisations",
    ),
    Role.INSURER_OFFICER: ("/insurer", "/insurer/contracts", "/insurer/overlaps"),
    Role.ADMINISTRATOR: ("/admin", "/admin/programs"),
}  # fmt: skip


def main() -> int:
    """Fill, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=300)
    parser.add_argument("--samples", type=int, default=30)
    parser.add_argument("--on", choices=("sqlite", "postgresql"), default="sqlite")
    options = parser.parse_args()
    os.environ[KEYS_VARIABLE] = new_key()
    bar = next((bar for most, bar in BARS.items() if options.people <= most), BAR_LARGE)
    with address(options.on, None) as url:
        database = Database.open(url)
        ids = filled(database, options.people)
        tokens = logged_in(database)
        database.close()
        return measured(url, tokens, ids, options.samples, bar)


def filled(database: Database, people: int) -> dict[str, str]:
    """People, accounts of each role, and the ids that pages name."""
    started = time.perf_counter()
    if people <= DEMONSTRATION:
        schema.upgrade(database.engine)
        with database.writing() as session:
            seed(session, population=people)
        with database.writing() as session:
            url = "http://127.0.0.1"
            open_demo_accounts(session, public_url=url, hashing=Settings().password_hashing())
        live(database, seed=SEED)
    else:
        from benchmarks.registry import fill

        fill(database, people, people // 10)
        with database.writing() as session:
            settle_accounts(session)
    with database.reading() as session:
        patient = session.scalars(select(Grant.insured_id).where(Grant.role == Role.INSURED)).first() or ""
        case = session.scalars(select(Case.id)).first() or ""
        claim = session.scalars(select(Claim.id).where(Claim.insured_id == patient)).first() or ""
    print(f"{people} insured in {time.perf_counter() - started:.0f} s")
    return {"patient": patient, "case": case, "claim": claim}


def settle_accounts(session) -> None:
    """An account of each role in the country of the other benchmark, and sheets of one doctor."""
    tenure = session.scalars(select(Tenure).where(Tenure.ends_on.is_(None)).limit(1)).one()
    subjects = {
        Role.INSURED: {"insured_id": tenure.insured_id}, Role.DOCTOR: {"professional_id": tenure.professional_id},
        Role.OFFICER: {"fund_code": "01C991"}, Role.INSURER_OFFICER: {"insurer": "amc_a"}, Role.ADMINISTRATOR: {},
    }  # fmt: skip
    who = system("benchmark")
    for role, subject in subjects.items():
        account = accounts.create_account(session, who, login=f"{role.value}@example.org")
        accounts.grant_role(session, who, account, role, **subject)
    today, at = paris_today(), now_utc()
    people = session.scalars(select(Tenure.insured_id).where(Tenure.ends_on.is_(None)).limit(SHEETS)).all()
    for number, insured in enumerate(people, start=1):
        sheet = Sheet(
            insured_id=insured, professional_id=tenure.professional_id, fund_code="01C991", care_date=today,
            number=number, lines=(3000,),
        )  # fmt: skip
        claim = write(session, sheet, day=today, at=at, state=ClaimState.RECEIVED)
        if number % 2 or insured == tenure.insured_id:
            adjudicate(session, claim, day=today, at=at)
    owing(session)


def owing(session) -> None:
    """One insured in ten owes a contribution, one in a hundred was told to pay, one claim in a thousand is undue."""
    today, at, book = paris_today(), now_utc(), "amo:01C991"
    people = session.scalars(select(Insured.id).order_by(Insured.id)).all()[::10]
    model = session.scalars(select(Claim).limit(1)).one()
    kept = {one.key: getattr(model, one.key) for one in inspect(Claim).column_attrs}
    elsewhere = select(Professional.id).where(Professional.id != model.professional_id)
    kept["professional_id"] = session.scalars(elsewhere.limit(1)).one()
    claims = [new_id() for _ in people]
    undue = list(zip(claims, people, strict=True))[::100]
    insert_values(session, Claim, tuple(kept), [
        tuple((kept | {"id": claim, "insured_id": person, "payee_id": person, "sheet_key": claim,
                       "state": ClaimState.REVERSED, "waits_since": today}).values()) for claim, person in undue
    ])  # fmt: skip
    insert_values(session, Undue, ("id", "claim_id", "insured_id", "cents", "cause", "notified_on", "surcharge"), [
        (new_id(), claim, person, 1900, "rights_closed", today, 0) for claim, person in undue
    ])  # fmt: skip
    owed = [(books.Account.DIFFERE_PF, person, claim, 200) for claim, person in zip(claims, people, strict=True)]
    owed += [(books.Account.INDU_INSURED, person, claim, 1900) for claim, person in undue]
    numbers = [new_id() for _ in owed]
    insert_values(session, LedgerPosting, ("id", "transaction_id", "account", "party", "claim_id", "cents", "year"), [
        (new_id(), number, account, person, claim, sign * cents, None)
        for number, (posted, person, claim, cents) in zip(numbers, owed, strict=True)
        for account, sign in ((posted, 1), (books.Account.PRESTATIONS, -1))
    ])  # fmt: skip
    insert_values(session, LedgerTransaction, (
        "id", "book", "kind", "claim_id", "cause", "cause_id", "key", "fingerprint", "at", "known_at",
    ), [(number, book, "decision", claim, Cause.DECISION, claim, number, number, today, at)
        for number, (_, _, claim, _) in zip(numbers, owed, strict=True)])  # fmt: skip
    for person in people[::10]:
        send(session, MessageKind.AVIS, TO_PAY, person, {"to_pay": "2.00"}, at=at, day=today, insured_id=person)


def logged_in(database: Database) -> dict[Role, str]:
    """The token of a session in each role."""
    found: dict[Role, str] = {}
    with database.writing() as session:
        for role in PAGES:
            grant = session.scalars(select(Grant).where(Grant.role == role).order_by(Grant.id)).first()
            account = session.get_one(Account, grant.account_id)
            found[role] = sessions.open_session(session, account, "password+totp", grant=grant).token
    return found


def measured(url: str, tokens: dict[Role, str], ids: dict[str, str], samples: int, bar: float) -> int:
    """The median of each page; how many miss the bar, as an exit code."""
    settings = Settings(
        database_url=url, rate_limit_per_minute=0, page_rate_limit_per_minute=0, cookie_secure=False,
        public_url="http://127.0.0.1", lab_people=0,
    )  # fmt: skip
    missed = 0
    with TestClient(create_app(settings), base_url="http://127.0.0.1") as client:
        for role, paths in PAGES.items():
            for path in paths:
                asked = path.format(**ids)
                if any("{" + name + "}" in path and not value for name, value in ids.items()):
                    continue
                clock, processor = timed(client, asked, tokens[role], samples)
                missed += processor > bar
                late = "  MISSED" if processor > bar else ""
                print(
                    f"{role.value:16} {path:34} {processor:7.1f} ms of processor  {clock:7.1f} ms on the clock{late}",
                    flush=True,
                )
    print(
        f"bar: {bar:.0f} ms; {missed} missed; load of the machine meanwhile: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    )
    return int(missed > 0)


def timed(client: TestClient, path: str, token: str, samples: int) -> tuple[float, float]:
    """Medians of a page: (clock, processor), in milliseconds."""
    clocks, processors = [], []
    for number in range(WARM + samples):
        clock, processor = time.perf_counter(), time.process_time()
        answer = client.get(path, headers={"Cookie": f"{COOKIE}={token}"}, follow_redirects=False)
        if number >= WARM:
            clocks.append((time.perf_counter() - clock) * 1000)
            processors.append((time.process_time() - processor) * 1000)
        if answer.status_code != 200:
            raise SystemExit(f"{path}: {answer.status_code} {answer.headers.get('location', '')}")
    return statistics.median(clocks), statistics.median(processors)


if __name__ == "__main__":
    sys.exit(main())
