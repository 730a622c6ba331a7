"""What is said of a professional: the newest unexpired claim of the strongest source, and what a search reads of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from parcours.registry.directory import problems
from parcours.registry.directory.models import Claim, ClaimSource, Offer, Practice, Professional
from parcours.registry.store.clock import paris_today
from parcours.registry.store.periods import holding
from parcours.words import spaced

SOURCES = tuple(ClaimSource)
"""The strongest first."""
STRENGTH = {source: rank for rank, source in enumerate(SOURCES)}
ACCEPTS = ("accepts_adults", "accepts_children")
FLAGS = (*ACCEPTS, "teleconsultation", "carte_vitale", "home_visits")
"""Attributes that are yes or no, and a search reads."""
SHOWN_FLAGS = ("carte_vitale_app", "tiers_payant")
"""Those that are shown only."""
FACETS = ("step_free", "parking", "toilets", "hearing_loop", "guide_dog")
"""What may be known of a place's accessibility; never a global "accessible"."""
CONTACTS = ("phone", "email", "website")
TEXTS = (*CONTACTS, "language", "absence", "locum")
FEES = tuple(f"fee_{rank}" for rank in range(1, 6))
"""Five usual acts: the act's name, then cents."""
LONGEST = 300
SEVERAL = frozenset({"phone", "email", "language"})
"""Attributes of which several values stand side by side."""
MONTHS = {**dict.fromkeys(ACCEPTS, 6), **dict.fromkeys(FEES, 12)}
"""After how many months nobody knows any more; 24 for anything else."""
WAITING = "parcours.directory.waiting"
"""In a session that enters many professionals, those whose offers are brought in line at the end."""
YES_NO = {"yes": True, "no": False}


@dataclass(frozen=True)
class Said:
    """A value as it stands, and who said it when."""

    attribute: str
    value: str
    source: ClaimSource
    observed_on: date
    expires_on: date | None
    """First day on which it no longer counts."""
    organisation_id: str | None


def last_day(said: Said | Claim) -> date | None:
    """Last day on which what was said counts; None where it has no end."""
    return said.expires_on and said.expires_on - timedelta(days=1)


def expiry(attribute: str, observed_on: date) -> date:
    """The first day on which what was observed no longer counts."""
    months = MONTHS.get(attribute) or 24
    year, month = divmod(observed_on.year * 12 + observed_on.month - 1 + months, 12)
    return date(year, month + 1, min(observed_on.day, 28))


def check_value(attribute: str, value: str) -> str:
    """The value itself. Raises `Invalid`: an attribute that does not exist, a value it does not take."""
    known = (*FLAGS, *SHOWN_FLAGS, *TEXTS, *FEES, *(f"accessible_{one}" for one in FACETS))
    if attribute not in known:
        raise problems.unknown_attribute(attribute, choices=", ".join(known))
    if not value or len(value) > LONGEST or "\x00" in value:
        raise problems.bad_claim("…", field=attribute, expected=f"1 … {LONGEST}")
    yes_no = attribute in (*FLAGS, *SHOWN_FLAGS) or attribute.startswith("accessible_")
    if yes_no and value not in YES_NO:
        raise problems.bad_claim(value, field=attribute, expected="yes, no")
    if attribute == "language" and not (value.isascii() and value.isalpha() and value.islower() and len(value) == 2):
        raise problems.bad_claim(value, field=attribute, expected="ISO 639: fr, en, pt …")
    if attribute == "website" and not value.startswith("https://"):
        raise problems.bad_claim(value, field=attribute, expected="https://…")
    if attribute in FEES and not value.rpartition(" ")[2].isdigit():
        raise problems.bad_claim(value, field=attribute, expected="Consultation 3000")
    return value


def state(
    session: Session,
    professional_id: str,
    values: Mapping[str, str | Iterable[str]],
    source: ClaimSource,
    *,
    organisation_id: str | None = None,
    on: date | None = None,
    until: date | None = None,
) -> None:
    """Somebody says this today; what the same source said before of the same attributes ends.

    `until`: an earlier last day than the usual one. Raises `Invalid`.
    """
    on = on or paris_today()
    for attribute, given in values.items():
        every = [given] if isinstance(given, str) else list(given)
        checked = [check_value(attribute, value) for value in every]
        session.execute(
            update(Claim)
            .where(Claim.professional_id == professional_id, Claim.attribute == attribute, Claim.source == source)
            .where(Claim.organisation_id == organisation_id if organisation_id else Claim.organisation_id.is_(None))
            .where(or_(Claim.expires_on.is_(None), Claim.expires_on > on))
            .values(expires_on=on)
        )
        usual = expiry(attribute, on)
        ends_on = usual if until is None or until >= usual else until + timedelta(days=1)
        for value in checked:
            claim = Claim(professional_id=professional_id, organisation_id=organisation_id, attribute=attribute)
            claim.value, claim.source, claim.observed_on, claim.expires_on = value, source, on, ends_on
            session.add(claim)
    session.flush()
    refresh(session, [professional_id], on)


def claims_of(session: Session, professional_ids: Iterable[str], on: date) -> dict[str, list[Claim]]:
    """The unexpired claims of professionals, the strongest source first, then the newest; reports are not shown."""
    found: dict[str, list[Claim]] = {one: [] for one in professional_ids}
    rows = session.scalars(
        select(Claim)
        .where(Claim.professional_id.in_(list(found)), Claim.source != ClaimSource.REPORT)
        .where(Claim.observed_on <= on, or_(Claim.expires_on.is_(None), Claim.expires_on > on))
        .order_by(Claim.id)
    )
    for claim in rows:
        found[claim.professional_id].append(claim)
    for claims in found.values():
        claims.sort(key=lambda one: (STRENGTH[one.source], -one.observed_on.toordinal(), one.id))
    return found


def standing(claims: Iterable[Claim], organisation_id: str) -> dict[str, list[Said]]:
    """What stands at a place: of each attribute the first claim, of some every value of the strongest source."""
    found: dict[str, list[Said]] = {}
    for claim in claims:
        if claim.organisation_id not in (None, organisation_id):
            continue
        values = found.setdefault(claim.attribute, [])
        more = claim.attribute in SEVERAL and values and values[0].source is claim.source
        if not values or (more and all(one.value != claim.value for one in values)):
            values.append(
                Said(
                    claim.attribute, claim.value, claim.source, claim.observed_on, claim.expires_on,
                    claim.organisation_id,
                )
            )  # fmt: skip
    return found


def summary(said: Mapping[str, list[Said]]) -> dict[str, Any]:
    """What a search reads of it: the columns of an offer."""
    columns: dict[str, Any] = {name: YES_NO[said[name][0].value] if name in said else None for name in FLAGS}
    ends = [said[name][0].expires_on for name in ACCEPTS if name in said]
    columns["accepts_until"] = min((one for one in ends if one), default=None)
    facets = [one for one in FACETS if f"accessible_{one}" in said and said[f"accessible_{one}"][0].value == "yes"]
    languages = sorted(one.value for one in said.get("language", ()))
    columns["languages"], columns["accessible"] = spaced(languages), spaced(facets)
    return columns


def refresh(session: Session, professional_ids: Iterable[str], on: date) -> None:
    """Bring the offers of professionals in line with what is said of them."""
    if (waiting := session.info.get(WAITING)) is not None:
        waiting.update(dict.fromkeys(professional_ids))
        return
    claims = claims_of(session, professional_ids, on)
    entered = _practices_accept(session, claims, on)
    for offer in session.scalars(select(Offer).where(Offer.professional_id.in_(list(claims)))):
        said = standing(claims[offer.professional_id], offer.organisation_id)
        columns = summary(said)
        if columns["accepts_adults"] is None:
            columns["accepts_adults"] = entered.get((offer.professional_id, offer.organisation_id))
        for name, value in columns.items():
            setattr(offer, name, value)
    session.flush()


def _practices_accept(session: Session, people: Iterable[str], on: date) -> dict[tuple[str, str], bool]:
    """What was entered with the places themselves, by professional and place."""
    rows = session.execute(
        select(Practice.professional_id, Practice.organisation_id, Practice.accepts_new_patients)
        .where(Practice.professional_id.in_(list(people)), Practice.accepts_new_patients.is_not(None))
        .where(holding(Practice, on))
        .order_by(Practice.id.desc())
    )
    return {(person, place): bool(accepts) for person, place, accepts in rows}


def forget_contacts(session: Session, on: date) -> int:
    """Erase telephones, e-mails and pages of who has been offered nowhere for a year; how many."""
    a_year_ago = on.replace(year=on.year - 1, day=min(on.day, 28))
    open_still = select(Offer.professional_id).where(or_(Offer.ends_on.is_(None), Offer.ends_on > a_year_ago))
    offered = select(Offer.professional_id)
    erased = delete(Claim).where(
        Claim.attribute.in_(CONTACTS), Claim.professional_id.in_(offered), Claim.professional_id.not_in(open_still)
    )
    return int(getattr(session.execute(erased), "rowcount", 0))


def expire(session: Session, on: date) -> int:
    """Bring in line the offers of whom something has ceased to count since yesterday; how many professionals.

    Contacts of who left a year ago are erased.
    """
    forget_contacts(session, on)
    stale = session.scalars(
        select(Claim.professional_id).where(Claim.expires_on.between(on - timedelta(days=7), on)).distinct()
    ).all()
    refresh(session, stale, on)
    return len(stale)


def report_wrong(session: Session, professional: Professional, attribute: str, note: str) -> None:
    """Somebody says that an attribute is wrong: it lowers confidence and opens a check, and changes nothing shown."""
    if attribute not in (*FLAGS, *TEXTS, "place", "other"):
        raise problems.unknown_attribute(attribute, choices=", ".join((*FLAGS, *TEXTS, "place", "other")))
    claim = Claim(professional_id=professional.id, attribute=attribute, value=note[:500], source=ClaimSource.REPORT)
    claim.observed_on = paris_today()
    claim.expires_on = expiry(attribute, claim.observed_on)
    session.add(claim)
    session.flush()
