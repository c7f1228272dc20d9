"""How often somebody may guess a password. Counted in PostgreSQL, so that no restart and no other process forgets."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Protocol

from attrs import field, frozen

from commerce_core.access.errors import LoginLocked
from commerce_core.kernel.transaction import Begin, Work, retried


@frozen
class LockoutPolicy:
    """Wrong guesses within `window`: of one client at one account, at one account in all, of one client in all.

    A client that has logged in to an account within `known_for` is not counted among the strangers there: however many
    machines guess at an account, its owner comes in from where they usually do.
    """

    window: timedelta = timedelta(minutes=15)
    of_pair: int = 10
    of_account: int = 10
    of_client: int = 50
    known_for: timedelta = timedelta(days=90)


@frozen
class Guess:
    """One guess that counts until it turns out to be right. Who and where from are hashes: nobody is named."""

    account: bytes
    client: bytes


class Guesses(Protocol):
    """The guesses of the last minutes, within a transaction."""

    def add(self, account: bytes, client: bytes, policy: LockoutPolicy) -> Guess | None:
        """Count one more, or None when there are too many already. Guesses made at once are counted one by one."""
        ...

    def was_right(self, guess: Guess) -> None:
        """Forget this client's guesses at this account, and remember the client."""
        ...

    def forget_account(self, account: bytes) -> None:
        """Forget every guess at this account, and every client that it knows."""
        ...

    def forget(self, policy: LockoutPolicy) -> int:
        """Forget guesses and clients whose time is over; returns how many."""
        ...


class LoginWork(Work, Protocol):
    """What a transaction about guesses touches."""

    @property
    def guesses(self) -> Guesses:
        """The guesses."""
        ...


@frozen
class LoginGuard:
    """Stands before every password. Known and unknown accounts are counted alike, so it tells nobody which is which."""

    begin: Begin[LoginWork]
    policy: LockoutPolicy = field(factory=LockoutPolicy)

    @contextmanager
    def attempt(self, realm: str, identity: str, address: str | None) -> Iterator[None]:
        """Around the check of one password. Raises `LoginLocked` before it when there were too many guesses.

        The guess is counted before it is checked, so that guesses made at once count too. Leaving the block without an
        exception means that it was right. `realm` is `staff` or `customer`, `identity` a normalised address.
        """
        guess = self._count(account_of(realm, identity), client_of(address))
        yield
        self._was_right(guess)

    def welcome(self, realm: str, identity: str, address: str | None) -> None:
        """Know this client from now on: its owner has proved to be the account's by other means than the password.

        Otherwise strangers who never stop guessing would keep out an owner who comes from somewhere new.
        """
        self._was_right(Guess(account_of(realm, identity), client_of(address)))

    @retried
    def forget_old(self) -> int:
        """Forget what does not count any more; returns how much."""
        with self.begin() as work:
            return work.guesses.forget(self.policy)

    @retried
    def _count(self, account: bytes, client: bytes) -> Guess:
        with self.begin() as work:
            guess = work.guesses.add(account, client, self.policy)
            if guess is None:
                raise LoginLocked
            return guess

    @retried
    def _was_right(self, guess: Guess) -> None:
        with self.begin() as work:
            work.guesses.was_right(guess)


def account_of(realm: str, identity: str) -> bytes:
    """What an account is counted under."""
    return _hashed(realm, identity)


def client_of(address: str | None) -> bytes:
    """What a client is counted under. Whoever has one address of IPv6 has the whole network of 64 bits around it."""
    try:
        parsed = ip_address(address or "")
    except ValueError:
        return _hashed("client", address or "")
    if isinstance(parsed, IPv6Address):
        parsed = parsed.ipv4_mapped or ip_network((parsed.packed, 64), strict=False).network_address
    return _hashed("client", str(parsed))


def _hashed(*parts: str) -> bytes:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).digest()
