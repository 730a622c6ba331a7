"""What the control and the settlement of a claim are read from: the registry, one question at a time."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

from parcours.registry.cards.service import opposed_on
from parcours.registry.claims.counters import counters_before
from parcours.registry.claims.models import Claim, ClaimState
from parcours.registry.complementary.models import Link
from parcours.registry.complementary.service import link_on
from parcours.registry.directory.models import Organisation, Professional
from parcours.registry.directory.service import prescriber_of
from parcours.registry.visits.looks import Looks
from parcours.rules.types import Counters

GONE = (ClaimState.REJECTED, ClaimState.REFUSED, ClaimState.TIME_BARRED, ClaimState.REVERSED)


class ClaimLooks(Looks):
    """Questions about claims beside those about visits."""

    def link(self, insured_id: str, on: date) -> Link | None:
        return link_on(self.session, insured_id, on)

    def opposed(self, insured_id: str, on: date) -> bool:
        return opposed_on(self.session, insured_id, on)

    def counters(self, insured_id: str, professional_id: str, care: date, year: int) -> Counters:
        return counters_before(self.session, insured_id, professional_id, care, year)

    def prescriber(self, reference: str) -> Professional | Organisation | None:
        return prescriber_of(self.session, reference)

    def alike(self, claim: Claim) -> Sequence[Claim]:
        """Other claims of the same day, people and fee that are in the hands of the fund, oldest first."""
        query = select(Claim).where(
            Claim.insured_id == claim.insured_id, Claim.professional_id == claim.professional_id,
            Claim.care_date == claim.care_date, Claim.fee == claim.fee, Claim.id != claim.id,
            Claim.state.not_in([*GONE, ClaimState.DRAFT]), Claim.received_on.is_not(None),
        ).order_by(Claim.id)  # fmt: skip
        return self.session.scalars(query).all()
