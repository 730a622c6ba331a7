"""From what an identity provider says to an account: the person or the professional it names in the registry."""

import unicodedata
from enum import Enum

from sqlalchemy import select
from sqlalchemy.orm import Session

from parcours.registry.access.model import Role, Who
from parcours.registry.accounts import problems
from parcours.registry.accounts.claims import IdentityTraits, identity_traits, rpps_of
from parcours.registry.accounts.context import Tag
from parcours.registry.accounts.doubts import doubt
from parcours.registry.accounts.models import Account, ExternalIdentity, Grant
from parcours.registry.accounts.oidc import Proof
from parcours.registry.accounts.service import create_account, grant_role
from parcours.registry.audit.service import record
from parcours.registry.directory.service import get_professional
from parcours.registry.errors import NotFound
from parcours.registry.identity.keys import Nir, NirKind
from parcours.registry.identity.service import current_identifier
from parcours.registry.people.models import Insured
from parcours.registry.people.service import find_by_name
from parcours.registry.store.clock import now_utc, paris_date
from parcours.registry.store.columns import blind_index, blind_indexes
from parcours.registry.store.ids import new_id

SUBJECT_CONTEXT = "account_identities.subject"


def account_of(session: Session, who: Who, proof: Proof) -> Account:
    """The account of who has logged in at a provider; made at the first login, for the person or professional named.

    It is an account of its own, with that one role: a citizen's identity never opens the other roles that the same
    human may hold through another login.  When the key that the link was kept under is gone, the account is found
    again by the person it is for: what an administrator closed stays closed. Where name and day of birth are not
    proof enough, the account opens nothing before a code of the fund has come back (`doubts.py`).

    Raises `Forbidden`: nobody, or more than one person, fits what the provider says.
    Raises `Unauthenticated`: the account, or another one in that role for the same person, is disabled.
    """
    issuer = proof.provider.issuer
    identity = session.scalar(
        select(ExternalIdentity).where(
            ExternalIdentity.issuer == issuer,
            ExternalIdentity.subject_index.in_(blind_indexes(_subject(proof), SUBJECT_CONTEXT)),
        )
    )
    account = session.get(Account, identity.account_id) if identity else None
    if account is None:
        account = _linked_account(session, who, proof)
    elif identity is not None:  # keys may have been renewed since: what is kept follows the newest
        identity.subject_index = blind_index(_subject(proof), SUBJECT_CONTEXT)
    if account.disabled_at is not None:
        raise problems.account_disabled()
    by = Who("account", account.id, request_id=who.request_id)
    method = f"oidc:{proof.provider.name}"
    record(session, Tag.LOGIN_SUCCEED, by, record=("account", account.id), details={"method": method})
    return account


def _subject(proof: Proof) -> str:
    return f"{proof.provider.issuer}\x00{proof.subject}"


def _linked_account(session: Session, who: Who, proof: Proof) -> Account:
    """The account this provider already opened for the person named, else a new one; linked to who has logged in."""
    role, subject, certain = _named(session, proof)
    account = _account_before(session, proof.provider.issuer, role, subject)
    if account is None:
        account = create_account(session, who, login=f"{new_id()}@{proof.provider.name}.invalid")
        if certain:
            grant_role(session, who, account, role, **subject)
        else:
            doubt(session, who, account, subject["insured_id"], proof.provider.name)
    session.add(
        ExternalIdentity(
            issuer=proof.provider.issuer,
            subject_index=blind_index(_subject(proof), SUBJECT_CONTEXT),
            account_id=account.id,
        )
    )
    record(session, Tag.OIDC_LINK, who, record=("account", account.id), details={"provider": proof.provider.name})
    session.flush()
    return account


def _account_before(session: Session, issuer: str, role: Role, subject: dict[str, str]) -> Account | None:
    """The account, linked at this provider before, that has this role alone for this person.

    Raises `Unauthenticated`: an account that has the role is disabled, or the role was taken away from a linked one.
    """
    grants = session.scalars(select(Grant).filter_by(role=role, **subject)).all()
    holders = {grant.account_id: grant.account for grant in grants}
    here = ExternalIdentity.issuer == issuer, ExternalIdentity.account_id.in_(holders)
    linked = set(session.scalars(select(ExternalIdentity.account_id).where(*here)))
    for account in holders.values():
        holds = any(grant in grants for grant in account.active_grants)
        closed, taken_away = holds and account.disabled_at is not None, not holds and account.id in linked
        if closed or taken_away:
            raise problems.account_disabled()
    mine = [grant.account for grant in grants if grant.account_id in linked and grant.account.active_grants == [grant]]
    return mine[0] if mine else None


def _named(session: Session, proof: Proof) -> tuple[Role, dict[str, str], bool]:
    """Who is named, in which role, and whether what the provider says proves it."""
    if proof.provider.subject == "professional":
        try:
            professional = get_professional(session, rpps_of(proof.claims))
        except NotFound as error:
            raise problems.no_match() from error
        return Role.DOCTOR, {"professional_id": professional.id}, True
    traits = identity_traits(proof.claims)
    found = [one for one in find_by_name(session, traits.family_name, traits.birth_date) if _same_person(one, traits)]
    today = paris_date(now_utc())
    agreeing = {one.id: _agreement(current_identifier(session, one.id, today), traits) for one in found}
    left = [one for one in found if agreeing[one.id] is not Agreement.NO]
    if len(left) != 1:
        raise problems.no_match()
    return Role.INSURED, {"insured_id": left[0].id}, agreeing[left[0].id] is Agreement.YES


def _same_person(insured: Insured, traits: IdentityTraits) -> bool:
    """The first given name is the same, accents and case apart, and the person is alive."""
    return insured.died_on is None and _bare(insured.first_name) == _bare(traits.given_names)


class Agreement(Enum):
    """Do the traits of a provider say that somebody is the person of a number?"""

    YES = "yes"
    NO = "no"
    UNPROVED = "unproved"
    """Nothing against it, and not enough for it: somebody else may have that name and that day of birth."""


def _agreement(nir: Nir | None, traits: IdentityTraits) -> Agreement:
    """A definitive number says sex and place of birth: both must agree. A waiting number, or none, proves nothing.

    The numbers of the demonstration (`fictitious`) are nobody's.
    """
    if nir is not None and nir.kind is NirKind.FICTITIOUS:
        return Agreement.YES
    if nir is None or nir.kind is not NirKind.NIR:
        return Agreement.UNPROVED
    sex, place = {"male": "1", "female": "2"}.get(traits.sex or ""), (traits.birth_place or "").upper()
    if (sex and sex != nir.body[0]) or (place and place != nir.body[5:10]):
        return Agreement.NO
    return Agreement.YES if sex and place else Agreement.UNPROVED


def _bare(names: str) -> str:
    first = names.replace(",", " ").split()[:1]
    plain = unicodedata.normalize("NFKD", first[0] if first else "")
    return "".join(letter for letter in plain if letter.isalpha()).upper()
