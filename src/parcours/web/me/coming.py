"""What will reach the bank of an insured person: what is due, less what the law takes on it, act by act."""

from dataclasses import dataclass

from sqlalchemy import select

from parcours.registry.claims.models import Claim
from parcours.registry.ledger.models import DEFERRED
from parcours.registry.payments.service import plan
from parcours.text import Text, euros
from parcours.web.desk.names import professionals
from parcours.web.i18n import long_date
from parcours.web.me.money import Left, left_of
from parcours.web.me.person import Mine


@dataclass(frozen=True)
class Coming:
    """What a fund is about to pay."""

    due: int
    acts: int
    taken: tuple[Left, ...]
    left: int
    """What reaches the bank."""
    deferred: int
    """Of what is taken: what the person owed after tiers payant."""

    @property
    def said(self) -> Text:
        """The sum that reaches the bank, and how it comes about."""
        return Text(*(self.in_words(lang) for lang in ("fr", "en")))

    def in_words(self, lang: str) -> str:
        several = "s" * (self.acts > 1)
        acts = Text(f"{self.acts} acte{several}", f"{self.acts} act{several}")[lang]
        if not self.taken:
            return f"{euros(self.due, lang)}, {acts}"
        start = Text("{left} sur votre compte : {due} ({acts})", "{left} to your account: {due} ({acts})")[lang]
        parts = "".join(f" − {euros(one.cents, lang)} ({about(one, lang)})" for one in self.taken)
        return start.format(left=euros(self.left, lang), due=euros(self.due, lang), acts=acts) + parts


def about(one: Left, lang: str) -> str:
    """Why something is taken: its kind, the day of the care, the professional."""
    return ", ".join([one.what[lang], *([long_date(one.care_date, lang), one.who] if one.care_date else [])])


def coming_of(mine: Mine) -> list[Coming]:
    """What each fund would pay today, as its run counts it."""
    session, found = mine.desk.session, []
    for fund in sorted(session.scalars(select(Claim.fund_code).where(Claim.insured_id == mine.id).distinct())):
        planned = plan(session, f"amo:{fund}", mine.id, day=mine.desk.today)
        if planned is None:
            continue
        ids = [one.owed.claim_id for one in planned.taken]
        rows = session.scalars(select(Claim).where(Claim.id.in_(ids), Claim.insured_id == mine.id)) if ids else ()
        claims = {one.id: one for one in rows}
        names = professionals(session, [one.professional_id for one in claims.values()])
        taken = tuple(
            left_of(one.owed.account, one.cents, claims.get(one.owed.claim_id or ""), names) for one in planned.taken
        )
        mine_too = sum(one.cents for one in planned.taken if one.owed.account in DEFERRED and one.owed.party == mine.id)
        due = sum(one.cents for one in planned.due)
        found.append(Coming(due, len({one.claim_id for one in planned.due}), taken, planned.left, mine_too))
    return found
