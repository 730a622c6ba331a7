"""What a provider says about somebody: identity traits of a person, the number of a professional."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from parcours.registry.accounts.providers import untrusted


@dataclass(frozen=True)
class IdentityTraits:
    """What a provider of citizens' identities says (FranceConnect's *identité pivot*)."""

    given_names: str
    family_name: str
    birth_date: date
    sex: Literal["male", "female"] | None
    birth_place: str | None


def identity_traits(claims: Mapping[str, Any]) -> IdentityTraits:
    """The traits of a person. Raises Unauthenticated when one is missing."""
    try:
        birth_date = date.fromisoformat(str(claims["birthdate"]))
        given, family = str(claims["given_name"]).strip(), str(claims["family_name"]).strip()
    except (KeyError, ValueError) as error:
        raise untrusted("identity") from error
    if not given or not family:
        raise untrusted("identity")
    sex = claims.get("gender")
    place = claims.get("birthplace")
    return IdentityTraits(
        given, family, birth_date, sex if sex in ("male", "female") else None, str(place) if place else None
    )


def rpps_of(claims: Mapping[str, Any]) -> str:
    """The RPPS number in Pro Santé Connect's `SubjectNameID` ("8" then the number). Raises Unauthenticated."""
    national = str(claims.get("SubjectNameID", ""))
    if len(national) != 12 or not national.isascii() or not national.isdigit() or national[0] != "8":
        raise untrusted("SubjectNameID")
    return national[1:]
