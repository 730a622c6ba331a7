"""A process that writes to the registry until it is killed: declarations, ends, referrals on a few people.

Each write that the database acknowledged is appended to a log, one line ``kind id``, before the next begins.
Run: ``python -m tests.registry.crash_worker URL LOG SEED``.
"""

import os
import sys
from random import Random

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from parcours.registry.declarations import service as declarations
from parcours.registry.declarations import timeline
from parcours.registry.declarations.service import Proposal
from parcours.registry.directory.models import Professional
from parcours.registry.errors import RegistryError
from parcours.registry.people.models import Insured
from parcours.registry.referrals.letters import Letter, NewReferral
from parcours.registry.referrals.service import write_referral
from parcours.registry.store.clock import paris_today
from parcours.registry.store.db import Database

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


def main(url, log, seed):
    rng = Random(seed)
    database = Database.open(url)
    with database.reading() as session:
        people = list(session.scalars(select(Insured.id)))
        doctors = list(session.scalars(select(Professional.id)))
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    while True:
        write = rng.choices((declare, end, refer), (5, 2, 3))[0]
        try:
            with database.writing() as session:
                line = write(session, rng, rng.choice(people), doctors)
        except (RegistryError, DBAPIError):
            continue  # not acknowledged: a conflict, or the server is gone
        if line:
            os.write(descriptor, f"{line}\n".encode())


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
