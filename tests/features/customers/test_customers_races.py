"""Things that happen to one account at the same moment: whoever comes second finds what the first has left."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from attrs import evolve, frozen

from commerce_core.access.errors import LoginLocked
from commerce_core.access.model import SYSTEM, Origin
from commerce_core.cart.details import CartChanges
from commerce_core.customers.errors import ProofInvalid
from commerce_core.emails.consent import MailPurpose
from commerce_core.emails.model import Locale
from commerce_core.gateways.argon2 import Argon2Hasher
from commerce_core.kernel.address import Address
from commerce_core.staff.errors import InvalidCredentials, SessionInvalid
from commerce_core.testing.builders import Builders
from commerce_core.testing.clock import Clock
from commerce_core.wiring import Commerce
from tests.crashes import InterruptedBegin
from tests.features.customers.conftest import GOOD, HERE, QUICK, People, Rows

OTHER = "staple battery horse"
ELSEWHERE = Origin("req-2", "198.51.100.7")
HOME = Address("Ana", "12 rue des Lilas", "Paris", "FR", postal_code="75011")
_WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


@frozen
class Overlap:
    """Lets something begin before a transaction commits, and the transaction commit when that waits for it."""

    pool: ThreadPoolExecutor
    rows: Rows
    begun: list[Any]

    def with_(self, begin: Any, meanwhile: Callable[[], object]) -> InterruptedBegin:
        def start(_work: Any, opened: int) -> None:
            if opened == 1:
                self.begun.append(self.pool.submit(meanwhile))
                self._until_it_waits()

        return InterruptedBegin(begin, start)

    def _until_it_waits(self) -> None:
        end = time.monotonic() + 10
        while self.rows(_WAITING) == [(0,)] and not self.begun[0].done():
            assert time.monotonic() < end
            time.sleep(0.01)

    def outcome(self) -> Any:
        [begun] = self.begun
        return begun.result(timeout=10)


@pytest.fixture
def overlap(rows: Rows) -> Any:
    with ThreadPoolExecutor(1) as pool:
        yield Overlap(pool, rows, [])


@frozen
class Meanwhile:
    """A hasher that takes so long that something else happens while it compares."""

    happens: Callable[[], object]
    hasher: Argon2Hasher = QUICK

    def hash(self, password: str) -> str:
        return self.hasher.hash(password)

    def verify(self, password_hash: str | None, password: str) -> bool:
        self.happens()
        return self.hasher.verify(password_hash, password)

    def outdated(self, password_hash: str) -> bool:
        return self.hasher.outdated(password_hash)


def test_a_session_that_is_just_refreshed_ends_with_the_password(people: People, overlap: Overlap) -> None:
    session = people.join()
    actor = people.actor(session)
    begin = overlap.with_(
        people.accounts.begin, lambda: people.credentials.change_password(actor, GOOD, OTHER, HERE).access_token
    )

    fresh = evolve(people.accounts, begin=begin).refresh(actor, session.access_token)

    assert people.accounts.authenticate(overlap.outcome(), HERE) == actor
    with pytest.raises(SessionInvalid):
        people.accounts.authenticate(fresh.access_token, HERE)


def test_a_session_that_is_just_refreshed_ends_with_the_account(
    people: People, shop: Commerce, overlap: Overlap, rows: Rows
) -> None:
    session = people.join()
    actor = people.actor(session)
    begin = overlap.with_(people.accounts.begin, lambda: shop.privacy.erase(SYSTEM, session.customer.id))

    fresh = people.accounts.authenticate(
        evolve(people.accounts, begin=begin).refresh(actor, session.access_token).access_token, HERE
    )

    overlap.outcome()
    assert fresh == actor
    assert rows("SELECT count(*) FROM customer_sessions") == [(0,)]


def test_an_address_that_comes_while_its_owner_is_erased_is_not_kept(
    people: People, shop: Commerce, overlap: Overlap, rows: Rows
) -> None:
    session = people.join()
    actor = people.actor(session)
    begin = overlap.with_(shop.privacy.begin, lambda: shop.profile.add_address(actor, HOME))

    evolve(shop.privacy, begin=begin).erase(SYSTEM, session.customer.id)

    with pytest.raises(SessionInvalid):
        overlap.outcome()
    assert rows("SELECT count(*) FROM customer_addresses") == [(0,)]


def test_a_change_of_address_that_was_asked_for_with_a_password_of_before_is_none(people: People, rows: Rows) -> None:
    actor = people.actor(people.join())

    def replace() -> None:
        people.credentials.ask_reset("ana@example.com", Locale.EN)
        people.credentials.reset(people.token("ana@example.com"), OTHER, HERE)

    late = evolve(people.credentials, hasher=Meanwhile(replace))
    with pytest.raises(InvalidCredentials):
        late.ask_email_change(actor, "thief@example.com", GOOD, HERE)
    assert rows("SELECT count(*) FROM customer_proofs") == [(0,)]
    assert people.mails("thief@example.com") == []


def test_of_two_who_use_one_reset_at_once_one_does(people: People, rows: Rows) -> None:
    people.join()
    people.credentials.ask_reset("ana@example.com", Locale.EN)
    token = people.token("ana@example.com")
    passwords = (f"{OTHER} 1", f"{OTHER} 2")

    def reset(password: str) -> str:
        try:
            people.credentials.reset(token, password, HERE)
        except ProofInvalid:
            return ""
        return password

    with ThreadPoolExecutor(2) as pool:
        [used] = [password for password in pool.map(reset, passwords) if password]
    assert people.accounts.log_in("ana@example.com", used, HERE).customer.email == "ana@example.com"
    assert len([mail for mail in people.mails("ana@example.com") if "password was changed" in mail.lower()]) <= 1


def test_who_has_read_the_mail_of_an_account_comes_in_while_others_guess(people: People, clock: Clock) -> None:
    people.join()
    clock.forward(timedelta(minutes=16))

    def others_guess() -> None:
        for number in range(20):
            with pytest.raises((InvalidCredentials, LoginLocked)):
                people.accounts.log_in("ana@example.com", "a wrong password", Origin("r", f"192.0.2.{100 + number}"))

    others_guess()
    with pytest.raises(LoginLocked):
        people.accounts.log_in("ana@example.com", GOOD, ELSEWHERE)

    people.credentials.ask_reset("ana@example.com", Locale.EN)
    people.credentials.reset(people.token("ana@example.com"), OTHER, ELSEWHERE)

    for _ in range(3):
        others_guess()
        assert people.accounts.log_in("ana@example.com", OTHER, ELSEWHERE).access_token
        clock.forward(timedelta(minutes=16))


def test_a_no_is_not_overtaken_by_a_yes_that_was_said_before_it(shop: Commerce, make: Builders) -> None:
    """The worker was away while an order was placed with leave to write, and while that was taken back."""
    order = evolve(make.request(make.cart((make.variant(), 1)).id), marketing_consent=True)
    shop.checkout.check_out(order)
    for _ in range(2):
        shop.consents.withdraw("Camille@example.com")
    shop.outbox.drain()
    assert not shop.consents.may_send("camille@example.com", MailPurpose.MARKETING)


def test_a_box_that_was_ticked_before_a_no_is_not_ticked_any_more(shop: Commerce, make: Builders) -> None:
    cart = make.cart((make.variant(), 1))
    shop.cart.change(cart.id, CartChanges(email="camille@example.com", marketing_consent=True))
    shop.consents.withdraw("camille@example.com")
    shop.checkout.check_out(make.request(cart.id))
    shop.outbox.drain()
    assert not shop.consents.may_send("camille@example.com", MailPurpose.MARKETING)


def test_consent_at_checkout_was_given_when_the_order_was_placed(
    shop: Commerce, make: Builders, clock: Clock, rows: Rows
) -> None:
    shop.checkout.check_out(evolve(make.request(make.cart((make.variant(), 1)).id), marketing_consent=True))
    clock.forward(timedelta(minutes=5))
    shop.outbox.drain()
    assert rows("SELECT k.at - o.placed_at FROM email_consents k JOIN orders o ON o.id = k.cause_id") == [
        (timedelta(0),)
    ]
