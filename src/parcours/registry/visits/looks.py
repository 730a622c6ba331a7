"""What the facts of a visit are read from: the registry, one question at a time; a block of claims prepares them."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from parcours.registry.declarations import timeline
from parcours.registry.declarations.models import Declaration, Tenure
from parcours.registry.directory import places
from parcours.registry.directory import service as directory
from parcours.registry.directory.models import Convention, DeficitZone, Organisation, Practice, Professional
from parcours.registry.people import service as people
from parcours.registry.people.models import Affiliation, Insured, Right
from parcours.registry.referrals import covering
from parcours.registry.referrals.covering import Covering

When = datetime | None
"""As known at an instant; now when there is none."""


class Looks:
    """Questions that the registry answers one at a time."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def insured(self, reference: str) -> Insured:
        return people.get_insured(self.session, reference)

    def professional(self, reference: str) -> Professional:
        return directory.get_professional(self.session, reference)

    def organisation(self, organisation_id: str) -> Organisation:
        return directory.get_organisation(self.session, organisation_id)

    def workplaces(self, professional_id: str, on: date, known_at: When) -> list[tuple[Practice, Organisation]]:
        return directory.workplaces_on(self.session, professional_id, on, known_at)

    def shared_places(self, one_id: str, other_id: str, on: date, known_at: When) -> list[Organisation]:
        return directory.shared_places(self.session, one_id, other_id, on, known_at)

    def convention(self, professional_id: str, on: date, known_at: When) -> Convention | None:
        return directory.convention_on(self.session, professional_id, on, known_at)

    def deficit_zone(self, commune_code: str, on: date, known_at: When) -> DeficitZone | None:
        return places.deficit_zone_on(self.session, commune_code, on, known_at)

    def affiliation(self, insured_id: str, on: date, known_at: When) -> Affiliation | None:
        return people.affiliation_on(self.session, insured_id, on, known_at)

    def rights(self, insured_id: str, on: date, known_at: When) -> list[Right]:
        return people.rights_on(self.session, insured_id, on, known_at)

    def last_contract(self, insured_id: str, on: date, known_at: When) -> tuple[Tenure, Declaration] | None:
        return timeline.last_contract(self.session, insured_id, on, known_at)

    def signed_form(self, insured_id: str, doctor_id: str, on: date, known_at: When) -> Declaration | None:
        return timeline.signed_form(self.session, insured_id, doctor_id, on, known_at)

    def joint_doctors(self, declaration_id: str) -> list[str]:
        return timeline.joint_doctors(self.session, declaration_id)

    def covering(self, insured_id: str, professional: Professional, on: date, known_at: When) -> Covering:
        return covering.covering(self.session, insured_id, professional, on, known_at)
