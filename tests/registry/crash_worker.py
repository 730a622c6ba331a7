"""A process that writes to the registry until it is killed: declarations, ends, referrals, sheets, decisions, payments.

Each write that the database acknowledged is appended to a log, one line ``kind id``, before the next begins.
Run: ``python -m tests.registry.crash_worker URL LOG SEED``.
"""

import os
import sys
from datetime import timedelta
from random import Random

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from parcours.registry.claims import intake
from parcours.registry.claims.bulk import Block
from parcours.registry.claims.models import Claim, ClaimState
from parcours.registry.declarations import service as declarations
from parcours.registry.declarations import timeline
from parcours.registry.declarations.service import Proposal
from parcours.registry.directory.models import Professional
from parcours.registry.errors import RegistryError
from parcours.registry.payments import service as payments
from parcours.registry.people.models import Insured
from parcours.registry.referrals.letters import Letter, NewReferral
from parcours.registry.referrals.service import write_referral
from parcours.registry.store.clock import now_utc, paris_today
from parcours.registry.store.db import Database

SHEETS = int(os.environ.get("PARCOURS_CRASH_SHEETS", "6"))
"""Of the weights of the writes, that of a sheet."""
LETTER = Letter(reason="Essai", question="Essai ?")


def declare(session, rng, person, doctors):
    declaration = declarations.propose(session, Proposal(person, rng.choice(doctors)))
    declarations.agree(session, declaration.id, party="doctor")
    return f"declared {declaration.id}"


def end(session, rng, person, doctors):
    contract = timeline.as_of(session, person, paris_today())
    if contract is None:
        return None
    declarations.end(session, contract.declaration_id, reason="patient")
    return f"ended {contract.declaration_id}"


def refer(session, rng, person, doctors):
    contract = timeline.as_of(session, person, paris_today())
    if contract is None:
        return None
    new = NewReferral(person, contract.professional_id, "avis_ponctuel", LETTER, specialty=3)
    return f"referred {write_referral(session, new).id}"


def submit(session, rng, person, doctors):
    today = paris_today()
    said = {"patient": person, "professional": rng.choice(doctors), "care_date": today.isoformat(), "fee": "30.00",
            "number": rng.randrange(1, 10**6), "tiers_payant": rng.choice(("none", "partial"))}  # fmt: skip
    return f"submitted {intake.submit(session, said, day=today, at=now_utc()).id}"


def decide(session, rng, person, doctors):
    waiting = select(Claim.id).where(Claim.state == ClaimState.RECEIVED).order_by(Claim.id).limit(20)
    ids, tomorrow = list(session.scalars(waiting)), paris_today() + timedelta(days=1)
    done = Block(session, ids, day=tomorrow, at=now_utc(), readings={}).run().written.decisions if ids else []
    return "\n".join(f"decided {one.claim_id}" for one in done)


def pay(session, rng, person, doctors):
    party, professional = rng.choice(((person, False), (rng.choice(doctors), True)))
    done = payments.run(session, "amo:01C991", party, professional=professional, day=paris_today() + timedelta(days=2),
                        at=now_utc())  # fmt: skip
    return f"paid {done.order.id}" if done.order else None


def main(url, log, seed):
    rng = Random(seed)
    database = Database.open(url)
    with database.reading() as session:
        people = list(session.scalars(select(Insured.id)))
        doctors = list(session.scalars(select(Professional.id)))
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    while True:
        write = rng.choices((declare, end, refer, submit, decide, pay), (5, 2, 3, SHEETS, 1, 2))[0]
        try:
            with database.writing() as session:
                line = write(session, rng, rng.choice(people), doctors)
        except (RegistryError, DBAPIError):
            continue  # not acknowledged: a conflict, or the server is gone
        if line:
            os.write(descriptor, f"{line}\n".encode())


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
