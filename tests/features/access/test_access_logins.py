"""Guesses at passwords stay under the lockout, however they come, and the owner comes in."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest

from commerce_core.access.errors import LoginLocked
from commerce_core.access.logins import LockoutPolicy, LoginGuard, client_of
from commerce_core.testing.clock import Clock
from commerce_core.wiring import Commerce
from tests.crashes import InterruptedBegin


class Wrong(Exception):
    """The password was."""


def looked_at(guard: LoginGuard, account: str, client: str | None, *, right: bool = False) -> bool:
    """Whether a guess got as far as its password."""
    with suppress(Wrong):
        try:
            with guard.attempt("customer", account, client):
                if not right:
                    raise Wrong
        except LoginLocked:
            return False
    return True


def tried(guard: LoginGuard, guesses: int, accounts: int, clients: int) -> int:
    """How many of so many guesses got as far as a password."""
    return sum(
        looked_at(guard, f"a{number % accounts}@example.com", f"192.0.2.{number % clients}")
        for number in range(guesses)
    )


@pytest.mark.parametrize(
    ("accounts", "clients", "most"),
    [(1, 1, 10), (1, 75, 10), (75, 1, 50), (5, 15, 50)],
    ids=["one at one", "many at one", "one at many", "many at many"],
)
def test_guesses_in_every_pattern_stay_under_the_lockout(
    shop: Commerce, accounts: int, clients: int, most: int
) -> None:
    assert tried(shop.logins, 75, accounts, clients) == most


@pytest.mark.long
@pytest.mark.parametrize(
    ("accounts", "clients", "most"),
    [(1, 1, 10), (1, 2500, 10), (2500, 1, 50), (50, 250, 500)],
    ids=["one at one", "many at one", "one at many", "many at many"],
)
def test_ten_thousand_guesses_stay_under_the_lockout(shop: Commerce, accounts: int, clients: int, most: int) -> None:
    assert tried(shop.logins, 2500, accounts, clients) == most


def test_guesses_made_at_once_are_counted_one_by_one(shop: Commerce) -> None:
    together = Barrier(2)

    def meet(_work: Any, _opened: int) -> None:
        with suppress(BrokenBarrierError):  # Whoever has to wait for the other's count cannot come here.
            together.wait(timeout=0.5)

    guard = LoginGuard(InterruptedBegin(shop.logins.begin, meet), LockoutPolicy(of_pair=1))
    with ThreadPoolExecutor(2) as pool:
        counted = list(pool.map(lambda _: looked_at(guard, "ana@example.com", "192.0.2.1"), range(2)))
    assert sum(counted) == 1


def test_the_owner_comes_in_from_where_they_usually_do_while_others_guess(shop: Commerce, clock: Clock) -> None:
    assert looked_at(shop.logins, "ana@example.com", "198.51.100.7", right=True)
    for _ in range(4):
        for number in range(20):
            looked_at(shop.logins, "ana@example.com", f"192.0.2.{number}")
        assert not looked_at(shop.logins, "ana@example.com", "192.0.2.99", right=True)
        assert looked_at(shop.logins, "ana@example.com", "198.51.100.7", right=True)
        clock.forward(timedelta(minutes=16))
    assert looked_at(shop.logins, "ana@example.com", "192.0.2.99", right=True)


def test_a_known_client_has_a_limit_of_its_own(shop: Commerce) -> None:
    looked_at(shop.logins, "ana@example.com", "198.51.100.7", right=True)
    assert sum(looked_at(shop.logins, "ana@example.com", "198.51.100.7") for _ in range(15)) == 10
    assert looked_at(shop.logins, "ana@example.com", "192.0.2.1"), "its guesses are not the strangers'"


def test_a_right_password_forgives_the_wrong_ones_before(shop: Commerce) -> None:
    for _ in range(3):
        assert sum(looked_at(shop.logins, "ana@example.com", "192.0.2.1") for _ in range(9)) == 9
        assert looked_at(shop.logins, "ana@example.com", "192.0.2.1", right=True)


def test_staff_and_customers_of_one_address_are_two_accounts(shop: Commerce) -> None:
    for _ in range(10):
        looked_at(shop.logins, "ana@example.com", "192.0.2.1")
    with shop.logins.attempt("staff", "ana@example.com", "192.0.2.1"):
        pass


def test_a_lockout_tells_when_to_come_back_and_is_forgotten(shop: Commerce, clock: Clock) -> None:
    for _ in range(10):
        looked_at(shop.logins, "ana@example.com", None)
    with pytest.raises(LoginLocked) as locked, shop.logins.attempt("customer", "ana@example.com", None):
        pass
    assert locked.value.retry_after == 900
    clock.forward(timedelta(minutes=16))
    assert shop.logins.forget_old() == 10
    assert shop.logins.forget_old() == 0


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:DB8::1", "2001:db8:0:0::2", True),
        ("", None, True),
        ("a socket", "another", False),
    ],
)
def test_a_client_is_an_address_or_a_whole_network_of_ipv6(one: str, other: str | None, *, same: bool) -> None:
    assert (client_of(one) == client_of(other)) is same


def test_a_network_of_ipv6_is_no_crowd_of_strangers(shop: Commerce) -> None:
    looked = [looked_at(shop.logins, f"a{number}@example.com", f"2001:db8::{number:x}") for number in range(75)]
    assert sum(looked) == 50
    assert not looked_at(shop.logins, "ana@example.com", "2001:db8::ffff", right=True)
    assert looked_at(shop.logins, "ana@example.com", "2001:db8:0:1::1", right=True)
