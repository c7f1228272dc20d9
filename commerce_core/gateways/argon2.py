"""Passwords through Argon2id, with the parameters OWASP recommends.

Source: OWASP Password Storage Cheat Sheet, "Argon2id": 19 MiB of memory, 2 iterations, 1 lane.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from attrs import field, frozen

from commerce_core.kernel.errors import Busy
from commerce_core.staff.model import same_password

_AT_ONCE = 2  # Each takes 19 MiB and a whole core: a flood of logins shall not starve the shop of either.
_LONGEST_WAIT = 3.0  # seconds


@frozen
class Argon2Hasher:
    """The `PasswordHasher` of production. The parameters are fields for the day they change, and for tests."""

    memory_kib: int = 19_456
    iterations: int = 2
    _slots: threading.BoundedSemaphore = field(
        factory=lambda: threading.BoundedSemaphore(_AT_ONCE), init=False, eq=False, repr=False
    )

    def hash(self, password: str) -> str:
        """What to keep of a password."""
        with self._slot():
            return self._argon2().hash(_bytes(password))

    def verify(self, password_hash: str | None, password: str) -> bool:
        """Whether the password is the one. Without a hash it is hashed and refused, which takes as long."""
        with self._slot():
            if password_hash is None:
                self._argon2().hash(_bytes(password))
                return False
            try:
                return self._argon2().verify(password_hash, _bytes(password))
            except (VerificationError, InvalidHashError):
                return False

    def outdated(self, password_hash: str) -> bool:
        """Whether it was made with other parameters than these."""
        return self._argon2().check_needs_rehash(password_hash)

    def _argon2(self) -> PasswordHasher:
        return PasswordHasher(time_cost=self.iterations, memory_cost=self.memory_kib, parallelism=1)

    @contextmanager
    def _slot(self) -> Iterator[None]:
        if not self._slots.acquire(timeout=_LONGEST_WAIT):
            raise Busy
        try:
            yield
        finally:
            self._slots.release()


def _bytes(password: str) -> bytes:
    return same_password(password).encode("utf-8", "surrogatepass")
