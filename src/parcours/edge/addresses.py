"""Whose address is it: the client that an address belongs to, and the proxies that speak for others."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from functools import lru_cache

IPV6_SHARE = 64
"""A household or a server is given so many bits of IPv6 address: what follows them is theirs to choose."""
ANY = "*"

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@lru_cache(maxsize=4096)
def client_of(address: str) -> str:
    """The client that an address belongs to: itself, or its network of IPv6 (`/64`); what is no address, as it is."""
    parsed = parsed_address(address)
    if parsed is None or isinstance(parsed, ipaddress.IPv4Address):
        return address if parsed is None else str(parsed)
    return str(ipaddress.ip_network((parsed, IPV6_SHARE), strict=False))


def parsed_address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """An address, with or without a port; an IPv4 one written inside IPv6 is an IPv4 one. None for anything else."""
    host = text.strip()
    if host.startswith("["):
        host = host[1:].partition("]")[0]
    elif host.count(":") == 1:
        host = host.partition(":")[0]
    try:
        parsed = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None
    return (parsed.ipv4_mapped or parsed) if isinstance(parsed, ipaddress.IPv6Address) else parsed


@dataclass(frozen=True)
class Proxies:
    """Reverse proxies whose `X-Forwarded-*` headers are believed."""

    networks: tuple[Network, ...] = ()
    every: bool = False
    """Whoever connects is one: only where nobody else can."""

    @classmethod
    def of(cls, text: str) -> Proxies:
        """From addresses and networks separated by commas, or `*`. Raises ValueError for anything else."""
        parts = [part.strip() for part in text.split(",") if part.strip()]
        if parts == [ANY]:
            return cls(every=True)
        return cls(tuple(ipaddress.ip_network(part, strict=False) for part in parts))

    def __bool__(self) -> bool:
        return self.every or bool(self.networks)

    def __contains__(self, address: str) -> bool:
        """Does this address belong to one of them? Who connects by a socket file (no address) does."""
        if self.every or not address:
            return True
        parsed = parsed_address(address)
        return parsed is not None and any(parsed in network for network in self.networks)

    def client_behind(self, forwarded: str) -> str | None:
        """The nearest address of `X-Forwarded-For` that is not one of them; None when that is not an address.

        What stands further left, the client may have written itself.
        """
        for text in reversed(forwarded.split(",")):
            parsed = parsed_address(text)
            if parsed is None:
                return None
            if self.every or str(parsed) not in self:
                return str(parsed)
        return None
