"""The words of a decision: who asks, to do what, to which record."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, NewType


class Role(StrEnum):
    """What somebody is when they act."""

    INSURED = "insured"
    DOCTOR = "doctor"
    DELEGATE = "delegate"
    """Works for a doctor (a secretary): sees what the doctor sees, signs nothing."""
    OFFICER = "officer"
    """Of a fund (caisse)."""
    INSURER_OFFICER = "insurer_officer"
    """Of a complementary insurer: sees the lines of its own contracts, for their dates."""
    ADMINISTRATOR = "administrator"
    API_CLIENT = "api_client"


PEOPLE_ROLES = tuple(role for role in Role if role is not Role.API_CLIENT)
PRACTICE = (Role.DOCTOR, Role.DELEGATE)
"""A doctor, and who works for one."""

Kind = NewType("Kind", str)
"""What a record is: `patient`, `declaration` … Each context names its own."""


class Action(StrEnum):
    """What one wants to do. Each context derives its own."""


class Scope(StrEnum):
    """What an API client may do, `what:read` or `what:write`. Each context derives its own."""

    @property
    def needs(self) -> frozenset[Scope]:
        """Itself and, to write, the scope to read when there is one: a change answers the whole record."""
        read = f"{self.value.partition(':')[0]}:read"
        return frozenset({self, *(one for one in type(self) if one.value == read)})


class Tag(StrEnum):
    """What happened. The first word is the context, the second what it is about, the third what was done."""

    @property
    def source(self) -> str:
        return source_of(self)


def source_of(tag: str) -> str:
    """The first word of a tag."""
    return tag.partition(":")[0]


ActorKind = Literal["account", "client", "system", "anonymous"]


@dataclass(frozen=True)
class Who:
    """The one who acts, by opaque ids only, as the audit trail writes it."""

    kind: ActorKind
    id: str | None = None
    role: str | None = None
    acting_for: str | None = None
    request_id: str | None = None
    app: str | None = None
    """The application that acts for them."""


@dataclass(frozen=True)
class Actor:
    """Who asks, in the one role they act in now."""

    role: Role
    account_id: str | None = None
    client_id: str | None = None
    insured_id: str | None = None
    professional_id: str | None = None
    fund_code: str | None = None
    insurer: str | None = None
    scopes: frozenset[str] = frozenset()

    @property
    def id(self) -> str:
        return self.account_id or self.client_id or ""

    def who(self, request_id: str | None = None) -> Who:
        """The actor as the audit trail writes it."""
        kind: ActorKind = "client" if self.role is Role.API_CLIENT else "account"
        return Who(
            kind, self.id or None, self.role.value, self.professional_id or self.fund_code or self.insurer, request_id
        )


@dataclass(frozen=True)
class Record:
    """What a decision needs to know of a record."""

    kind: Kind
    id: str | None = None
    insured_id: str | None = None
    account_id: str | None = None
    professional_id: str | None = None
    """The doctor of a declaration, the author of a referral or a plan, the doctor whose patients are listed."""
    fund_code: str | None = None
    """The fund whose cases are listed, or for which a person is registered."""
    insurer: str | None = None
    """The insurer whose lines are listed."""
    parties: frozenset[str] = field(default_factory=frozenset)
    """Professionals to whom the record gives access while it is live: addressees, actors of a plan."""
    live: bool = True
    """Not cancelled, not past its validity, not ended: only then do its parties see it."""
    pending: bool = False
    """A declaration still to be signed by the doctor."""
    by_doctor: bool = False
    """A declaration that a doctor proposed."""
    proposed_by: str | None = None
    """The account or program that asked for what a second person is to confirm."""
    withheld: bool = False
    """A minor keeps it from those who act for them (CSP L1111-5)."""
    open_to_specialty: int | None = None
    """Of a referral that names no doctor: any doctor of this specialty may use it."""


SYSTEM = Record(Kind("system"))
"""What has no record: lists of accounts or of a fund's cases, searches, new people."""
