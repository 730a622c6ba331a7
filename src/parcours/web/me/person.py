"""Whose account is shown: one's own, or that of a child or a protected person one acts for."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from starlette.responses import Response

from parcours.law import thresholds
from parcours.registry.access.model import Action, Tag
from parcours.registry.people.family import children_of
from parcours.registry.people.models import Insured
from parcours.registry.people.service import age_on, get_insured
from parcours.web.desk.room import Desk


@dataclass(frozen=True)
class Mine:
    """The person that a page of an account is about."""

    desk: Desk
    row: Insured

    @classmethod
    def of(cls, desk: Desk, action: Action, tag: Tag | None = None) -> "Mine":
        """The person, if the policy allows the action. Raises NotFound, Forbidden."""
        record = desk.person(action, tag)
        return cls(desk, get_insured(desk.session, record.insured_id or ""))

    @classmethod
    def named(cls, desk: Desk, insured_id: str) -> "Mine":
        """The person of a record that the policy has allowed."""
        return cls(desk, get_insured(desk.session, insured_id))

    @property
    def id(self) -> str:
        return self.row.id

    @property
    def name(self) -> str:
        return f"{self.row.first_name} {self.row.family_name}"

    @property
    def is_own(self) -> bool:
        return self.row.id == self.desk.unit.actor.insured_id

    @property
    def age(self) -> int:
        return age_on(self.row.birth_date, self.desk.today)

    @property
    def bears(self) -> bool:
        """Does the person owe flat contributions and deductibles this year?"""
        today = self.desk.today
        return age_on(self.row.birth_date, date(today.year, 1, 1)) >= thresholds.age_of_contributions(today)

    def people(self) -> list[Insured]:
        """Oneself, then those one acts for."""
        own = self.desk.unit.actor.insured_id
        if own is None:
            return [self.row]
        return [get_insured(self.desk.session, own), *children_of(self.desk.session, own, self.desk.today)]

    @property
    def query(self) -> dict[str, str]:
        """What an address says of whose account it is: nothing for one's own."""
        return {} if self.is_own else {"of": self.id}

    def show(self, template: str, **values: Any) -> Response:
        """A page of the account; its links go on with `**mine`."""
        return self.desk.show(
            template, person=self.row, whose=self.id, mine=self.query, own=self.desk.unit.actor.insured_id,
            people=self.people(), **values,
        )  # fmt: skip

    def url(self, path: str, **query: str) -> str:
        """An address of the account of this person."""
        return self.desk.page.url(path, **self.query, **query)
