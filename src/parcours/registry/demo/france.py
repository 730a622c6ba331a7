"""The directory of the demonstration: the communes of France, which exist, and in them professionals who do not.

The files are written in the layouts of the open ones and imported as those would be.
"""

import tempfile
from datetime import date, timedelta
from pathlib import Path
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from parcours.law import thresholds
from parcours.registry.demo.directory_files import write_rpps
from parcours.registry.demo.directory_others import ameli
from parcours.registry.directory.claims import expiry, refresh
from parcours.registry.directory.communes import load_communes
from parcours.registry.directory.importing.apply import some
from parcours.registry.directory.importing.others import run_other
from parcours.registry.directory.importing.run import Asked, run
from parcours.registry.directory.models import Claim, ClaimSource, Import, Offer
from parcours.registry.store.bulk import insert_values
from parcours.registry.store.clock import now_utc
from parcours.registry.store.db import Database
from parcours.registry.store.ids import new_id

LINES = 5_000
FIRST = 500_000
"""The people of the stories have lower numbers."""
AGE = timedelta(days=20)
"""Of the files: they are not old."""
ACCEPTS = {"yes": 45, "no": 25, "": 30}
"""In a hundred general practitioners: what they said of new patients; nothing is not known."""


def fill_directory(database: Database, today: date, *, seed: int, lines: int = LINES) -> bool:
    """Once: communes, professionals, sectors, who takes patients. False where a directory was imported before."""
    with database.reading() as session:
        if session.scalar(select(Import.id).limit(1)) is not None:
            return False
    with database.writing() as session:
        load_communes(session)
    day = today - AGE
    with tempfile.TemporaryDirectory(prefix="parcours-demo-") as folder:
        national, fund = Path(folder) / "rpps.txt", Path(folder) / "ameli.csv"
        write_rpps(national, lines, seed, FIRST)
        fund.write_text("\n".join(ameli(lines * 7 // 10, seed, FIRST)) + "\n", "utf-8")
        run(database, Asked(national, day))
        run_other(database, "ameli", Asked(fund, day))
    with database.writing() as session:
        say_who_accepts(session, day, today, seed)
    return True


def say_who_accepts(session: Session, day: date, today: date, seed: int) -> None:
    """General practitioners of the files say whether they take new patients, or do not."""
    rng = Random(seed)  # noqa: S311 - invented people need no cryptography
    trades = sorted(thresholds.general_practice())
    query = select(Offer.professional_id).where(Offer.trade.in_(trades), Offer.digest.is_not(None))
    people = dict.fromkeys(session.scalars(query.order_by(Offer.key)))
    said = [(one, rng.choices(list(ACCEPTS), list(ACCEPTS.values()))[0]) for one in people]
    names = ("id", "professional_id", "attribute", "value", "source", "observed_on", "expires_on", "recorded_at")
    source, ends_on, now = ClaimSource.PROFESSIONAL, expiry("accepts_adults", day), now_utc()
    rows = [(new_id(), one, "accepts_adults", value, source, day, ends_on, now) for one, value in said if value]
    insert_values(session, Claim, names, rows)
    for several in some(one for one, value in said if value):
        refresh(session, several, today)
