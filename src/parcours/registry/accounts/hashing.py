"""Slow hashes of passwords (Argon2id), and how many of them a process computes at once."""

import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from parcours.registry.accounts import problems


@dataclass(frozen=True)
class PasswordHashing:
    """Cost of Argon2id (RFC 9106): passes, memory in KiB, lanes; and how many may run, and wait, in a process."""

    time_cost: int = 3
    memory_kib: int = 65536
    parallelism: int = 1
    at_once: int = 1
    waiting: int = 16

    @contextmanager
    def admitted(self) -> Iterator[None]:
        """A place among those who hash, after waiting for it. Raises Busy when too many wait already.

        It is taken before any transaction: who waits here holds no lock, and what is refused has counted nothing.
        """
        with _gate(self.at_once, self.waiting).place():
            yield

    def hash(self, password: str) -> str:
        return _hasher(self).hash(password)

    def verify(self, password_hash: str | None, password: str) -> bool:
        """Does the password fit? An account without one takes as long as any other, and never fits."""
        try:
            _hasher(self).verify(password_hash or _decoy(self), password)
        except (Argon2Error, InvalidHashError):
            return False
        return password_hash is not None

    def is_outdated(self, password_hash: str) -> bool:
        return _hasher(self).check_needs_rehash(password_hash)


class Gate:
    """So many inside, so many waiting; the next one is refused at once."""

    def __init__(self, at_once: int, waiting: int) -> None:
        self._inside = threading.BoundedSemaphore(at_once)
        self._places = threading.BoundedSemaphore(at_once + waiting)

    @contextmanager
    def place(self) -> Iterator[None]:
        """Wait for a place inside. Raises Busy when as many wait as may."""
        if not self._places.acquire(blocking=False):
            raise problems.too_many_logins()
        try:
            with self._inside:
                yield
        finally:
            self._places.release()


@lru_cache(maxsize=4)
def _gate(at_once: int, waiting: int) -> Gate:
    return Gate(at_once, waiting)


@lru_cache(maxsize=4)
def _hasher(cost: PasswordHashing) -> PasswordHasher:
    return PasswordHasher(
        time_cost=cost.time_cost,
        memory_cost=cost.memory_kib,
        parallelism=cost.parallelism,
    )


@lru_cache(maxsize=4)
def _decoy(cost: PasswordHashing) -> str:
    return _hasher(cost).hash(secrets.token_urlsafe(16))
