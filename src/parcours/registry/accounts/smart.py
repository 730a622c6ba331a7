"""Scopes of SMART on FHIR for people: their grammar, and what each lets in, in plain words.

`patient/Claim.rs` is about one person, `user/Claim.rs` about all whom the person may read; `.read`, `.write` and `.*`
of the first version are taken, and shown as the second writes them; to read is to search too. A scope narrows: the
policy still decides.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from parcours.registry.access.model import Role
from parcours.text import Text

SCOPE = re.compile(r"(patient|user)/(\*|[A-Z][A-Za-z]+)\.(read|write|\*|c?r?u?d?s?)")
FIRST_VERSION = {"read": "rs", "write": "cud", "*": "cruds"}
LAUNCH, OFFLINE, ONLINE = "launch/patient", "offline_access", "online_access"
OPENID, USER = "openid", "fhirUser"
PLAIN = (LAUNCH, OFFLINE, ONLINE, OPENID, USER)
TYPES: dict[str, Text] = {
    "Patient": Text("votre identité : nom, naissance, numéro", "who you are: name, birth, number"),
    "RelatedPerson": Text("qui agit pour vous", "who acts for you"),
    "Coverage": Text("vos couvertures, obligatoire et complémentaire", "your covers, compulsory and complementary"),
    "CareTeam": Text("vos médecins traitants", "your médecins traitants"),
    "Consent": Text("vos déclarations de médecin traitant", "your declarations of a médecin traitant"),
    "ServiceRequest": Text("vos adressages", "your referrals"),
    "CarePlan": Text("vos plans de soins et protocoles", "your care plans and protocols"),
    "Claim": Text("vos feuilles de soins", "your sheets of care"),
    "ClaimResponse": Text("les réponses de la caisse", "what the fund answered"),
    "ExplanationOfBenefit": Text("vos décomptes : qui a payé quoi", "your statements: who paid what"),
    "Provenance": Text("les reçus des calculs", "the receipts of computations"),
    "PaymentReconciliation": Text("vos virements", "your transfers"),
    "PaymentNotice": Text("les avis de virement", "the notices of transfers"),
    "DocumentReference": Text("vos décomptes et attestations en PDF", "your statements and certificates as PDF"),
    "Communication": Text("vos messages", "your messages"),
    "AuditEvent": Text("qui a consulté votre dossier", "who looked at your file"),
}
"""Types of resources about a person, in plain words."""
SEND = Text("envoyer et reprendre des feuilles de soins", "send sheets of care, and take them back")
STAY = Text("garder cet accès quand vous êtes déconnecté", "keep this access when you are logged out")
KNOW = Text("savoir quel compte est le vôtre, et le reconnaître", "know which account is yours, and recognise it")
NAMED = {Role.INSURED: "Patient", Role.DOCTOR: "Practitioner"}
"""Roles whose holder is a resource: what `fhirUser` names."""
WRITTEN = "Claim"
"""The one type that is written."""


@dataclass(frozen=True)
class Allowed:
    """What some scopes let in."""

    said: tuple[str, ...]
    """As the second version writes them."""
    reads: frozenset[str]
    writes: frozenset[str]
    one: bool
    """About one person alone."""

    @property
    def offline(self) -> bool:
        return OFFLINE in self.said

    @property
    def refreshed(self) -> bool:
        return self.offline or ONLINE in self.said

    def words(self) -> Iterator[Text]:
        """What it lets in, a sentence each."""
        if OPENID in self.said:
            yield KNOW
        yield from (text for name, text in TYPES.items() if name in self.reads)
        if self.writes:
            yield SEND
        if self.offline:
            yield STAY


def read(scopes: Iterable[str]) -> Allowed:
    """What scopes let in; those that are not known let in nothing."""
    said: list[str] = []
    reads: set[str] = set()
    writes: set[str] = set()
    one = False
    for scope in scopes:
        found = SCOPE.fullmatch(scope)
        if found is None or not found[3]:
            said += [scope] if scope in PLAIN else []
            continue
        letters = FIRST_VERSION.get(found[3], found[3])
        names = [name for name in TYPES if found[2] in ("*", name)]
        gives = {name for name in names if "r" in letters and "s" in letters}
        changes = {name for name in names if name == WRITTEN and "c" in letters}
        if not gives and not changes:
            continue
        said.append(f"{found[1]}/{found[2]}.{letters}")
        reads, writes, one = reads | gives, writes | changes, one or found[1] == "patient"
    return Allowed(tuple(dict.fromkeys(said)), frozenset(reads), frozenset(writes), one)


def narrowed(asked: Iterable[str], most: Iterable[str]) -> Allowed:
    """What is asked for, within what may be: a scope that goes beyond is left out, one that is partly within is cut."""
    limit = read(most)
    kept: list[str] = []
    for scope in asked:
        found = SCOPE.fullmatch(scope)
        if found is None or not found[3]:
            kept += [scope] if scope in PLAIN and scope in limit.said else []
            continue
        own = read([scope])
        kept += [
            f"{found[1]}/{name}.{letters}"
            for name in TYPES
            if (letters := within(own, limit, name, found[3])) and reaches(limit, found[1], name)
        ]
    return read(whole(kept))


def of_identity(scopes: Iterable[str], role: Role | None, *, signed: bool) -> list[str]:
    """Scopes without those about identity that cannot be given: nothing is signed here, no resource is the holder's.

    `role`: none before the login.
    """
    scopes = list(scopes)
    kept = {OPENID, USER} if signed and OPENID in scopes else set()
    if role is not None and role not in NAMED:
        kept -= {USER}
    return [one for one in scopes if one in kept or one not in {OPENID, USER}]


def within(own: Allowed, limit: Allowed, name: str, asked: str) -> str:
    """The letters of a type that are asked for and may be."""
    may = {"rs": name in own.reads & limit.reads, "cud": name in own.writes & limit.writes}
    letters = FIRST_VERSION.get(asked, asked)
    return "".join(one for one in letters if any(one in some for some, given in may.items() if given))


def reaches(limit: Allowed, level: str, name: str) -> bool:
    """May a scope of this level be given? One about everybody needs one about everybody; less is always within."""
    levels = {found[1] for one in limit.said if (found := SCOPE.fullmatch(one)) and found[2] in ("*", name)}
    return "user" in levels or level in levels


def whole(scopes: list[str]) -> list[str]:
    """Scopes, those of every type written with a star."""
    for level in ("patient", "user"):
        mine = [f"{level}/{name}.rs" for name in TYPES]
        if set(mine) <= set(scopes):
            at = scopes.index(mine[0])
            scopes = [*scopes[:at], f"{level}/*.rs", *(one for one in scopes[at:] if one not in mine)]
    return scopes
