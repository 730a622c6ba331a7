"""Numbers that look right and belong to nobody: for the demonstration, the tests and the benchmarks."""

from urllib.parse import urlsplit

from parcours.registry.identity.keys import luhn_digit, nir_key

DEMO_DOMAIN = "@demo.invalid"
"""A domain that cannot exist: nobody's address, and no message leaves."""
LOCAL_HOSTS = frozenset({"127.0.0.1", "::1", "localhost"})
FICTITIOUS_NIRS = 2_000_000
"""How many numbers the fictitious range holds."""


def is_demonstration(login: str, public_url: str) -> bool:
    """Is this an account of the demonstration, served to this machine only?"""
    return login.endswith(DEMO_DOMAIN) and urlsplit(public_url).hostname in LOCAL_HOSTS


def fictitious_nir(rank: int) -> str:
    """The rank-th number of the national fictitious range `A 555555 CCC zzz` (odd ranks are women), with its key."""
    if not 0 <= rank < FICTITIOUS_NIRS:
        raise ValueError(f"rank: {rank} (allowed: 0 to {FICTITIOUS_NIRS - 1})")
    body = f"{1 + rank % 2}555555{rank // 2:06d}"
    return body + nir_key(body)


def fictitious_nia(rank: int) -> str:
    """A provisional number (first digit 7 or 8) of département 99."""
    body = f"{7 + rank % 2}500199{rank // 2:06d}"
    return body + nir_key(body)


def fictitious_rpps(rank: int) -> str:
    """An RPPS number of the test range 99…, with its check digit."""
    body = f"99{rank:08d}"
    return body + luhn_digit(body)


def fictitious_am_number(rank: int) -> str:
    """A doctor's practice number in the fictitious département 99."""
    body = f"991{rank:05d}"
    return body + luhn_digit(body)


def fictitious_finess(rank: int) -> str:
    """A FINESS number in the fictitious département 99."""
    body = f"99{rank:06d}"
    return body + luhn_digit(body)
