"""Promises about customers that several parts of the shop have to keep together."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from attrs import evolve, field, frozen

from commerce_core import Settings, open_shop
from commerce_core.access.model import GUEST, SYSTEM, Actor
from commerce_core.cart.details import CartChanges
from commerce_core.cart.errors import CartNotFound
from commerce_core.cart.service import NewCart, NewItem
from commerce_core.customers.addresses import AddressChanges
from commerce_core.customers.errors import AddressNotFound, CustomerErased
from commerce_core.customers.model import NewAccount
from commerce_core.customers.retention import Kept
from commerce_core.emails.consent import MailPurpose
from commerce_core.gateways.argon2 import Argon2Hasher
from commerce_core.kernel.address import Address
from commerce_core.kernel.destination import Destination
from commerce_core.kernel.errors import CommerceError
from commerce_core.kernel.idempotency import Reply, Running
from commerce_core.kernel.page import PageRequest
from commerce_core.orders.errors import OrderNotFound
from commerce_core.orders.model import OrderStatus
from commerce_core.settings import from_environ
from commerce_core.staff.errors import InvalidCredentials, SessionInvalid
from commerce_core.testing.builders import Builders
from commerce_core.testing.clock import Clock
from commerce_core.wiring import Commerce
from tests.features.customers.conftest import GOOD, HERE, QUICK, People, Rows


@frozen
class Counted:
    """A hasher that remembers whether there was something to compare with."""

    hasher: Argon2Hasher = QUICK
    compared: list[bool] = field(factory=list)

    def hash(self, password: str) -> str:
        return self.hasher.hash(password)

    def verify(self, password_hash: str | None, password: str) -> bool:
        self.compared.append(password_hash is not None)
        return self.hasher.verify(password_hash, password)

    def outdated(self, password_hash: str) -> bool:
        return self.hasher.outdated(password_hash)


def everything(rows: Rows) -> dict[str, Any]:
    """What a refusal must leave as it was."""
    tables = [name for (name,) in rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
    return {table: sorted(rows(f"SELECT t::text FROM {table} t")) for table in tables if "yoyo" not in table}


def bought(shop: Commerce, make: Builders, email: str, shopper: Actor = GUEST) -> UUID:
    """An order by whoever types this address."""
    cart = shop.cart.create(NewCart(items=(NewItem(make.variant(), 1),)), shopper=shopper)
    return shop.checkout.check_out(make.request(cart.id, email), shopper=shopper).order.id


def test_a_login_costs_one_hash_whoever_is_or_is_not_behind_the_address(
    people: People, shop: Commerce, make: Builders
) -> None:
    people.join("known@example.com")
    erased = people.join("erased@example.com").customer.id
    shop.privacy.erase(SYSTEM, erased)
    people.accounts.register(NewAccount("unproved@example.com", GOOD))
    bought(shop, make, "guest@example.com")
    shop.outbox.drain()
    counted = Counted()
    accounts = evolve(people.accounts, hasher=counted)
    for name in ("known", "erased", "unproved", "guest", "nobody"):
        with pytest.raises(InvalidCredentials):
            accounts.log_in(f"{name}@example.com", "a wrong password", HERE)
    with pytest.raises(InvalidCredentials):
        accounts.log_in("no address at all", "a wrong password", HERE)
    assert counted.compared == [True, False, False, False, False, False]


def test_nothing_of_a_customers_cart_opens_without_their_token(
    people: People, shop: Commerce, make: Builders, rows: Rows
) -> None:
    actor, stranger = people.actor(people.join()), people.actor(people.join("bo@example.com"))
    variant = make.variant()
    cart = shop.cart.create(NewCart(items=(NewItem(variant, 1),)), shopper=actor)
    [line] = cart.items
    before = everything(rows)
    uses: dict[str, Callable[[Actor], object]] = {
        "get": lambda who: shop.cart.get(cart.id, shopper=who),
        "add": lambda who: shop.cart.add_item(cart.id, NewItem(variant, 1), shopper=who),
        "set": lambda who: shop.cart.set_quantity(cart.id, line.id, 2, shopper=who),
        "remove": lambda who: shop.cart.remove_item(cart.id, line.id, shopper=who),
        "change": lambda who: shop.cart.change(cart.id, CartChanges(notes="mine"), shopper=who),
        "apply": lambda who: shop.cart.apply_discount(cart.id, "SPRING", shopper=who),
        "without": lambda who: shop.cart.remove_discount(cart.id, shopper=who),
        "options": lambda who: shop.cart.shipping_options(cart.id, Destination("FR"), shopper=who),
        "check out": lambda who: shop.checkout.check_out(make.request(cart.id), shopper=who),
    }
    for name, use in uses.items():
        for who in (GUEST, stranger):
            with pytest.raises(CartNotFound):
                use(who)
            assert everything(rows) == before, name
    assert shop.cart.get(cart.id, shopper=actor).id == cart.id


def test_an_order_of_another_account_is_not_claimed_by_whose_address_was_typed(
    people: People, shop: Commerce, make: Builders
) -> None:
    bo = people.actor(people.join("bo@example.com"))
    order_id = bought(shop, make, "ana@example.com", bo)
    shop.outbox.drain()
    ana = people.actor(people.join("ana@example.com"))
    assert shop.profile.orders(ana, PageRequest()).total == 0
    with pytest.raises(OrderNotFound):
        shop.profile.order(ana, order_id)
    assert shop.profile.order(bo, order_id).id == order_id


def test_guests_orders_of_the_new_address_come_with_a_change_of_address(
    people: People, shop: Commerce, make: Builders, rows: Rows
) -> None:
    order_id = bought(shop, make, "ana@example.org")
    shop.outbox.drain()
    session = people.join("ana@example.com", marketing=True)
    people.credentials.ask_email_change(people.actor(session), "ana@example.org", GOOD, HERE)
    ends = [people.token(end) for end in ("ana@example.com", "ana@example.org")]
    assert [people.credentials.confirm_email_change(token) for token in ends] == [False, True]
    ana = people.actor(people.accounts.log_in("ana@example.org", GOOD, HERE))
    assert [one.id for one in shop.profile.orders(ana, PageRequest()).items] == [order_id]
    assert rows("SELECT customer_id, email_key FROM customer_former_emails WHERE email_key LIKE '%%.com'") == [
        (ana.id, "ana@example.com")
    ]
    assert shop.consents.may_send("ana@example.org", MailPurpose.MARKETING)
    assert not shop.consents.may_send("ana@example.com", MailPurpose.MARKETING)


def test_who_was_merged_is_forgotten_with_whom_they_became(
    people: People, shop: Commerce, make: Builders, rows: Rows
) -> None:
    order_id = bought(shop, make, "ana.old@example.com")
    shop.checkout.change_status(SYSTEM, order_id, OrderStatus.CANCELLED)
    people.mails("ana.old@example.com")
    target = people.join("ana@example.com").customer.id
    source = shop.customers.id_of(SYSTEM, "ana.old@example.com")
    assert source
    shop.customers.merge(SYSTEM, source, target)
    assert "ana.old" in str(everything(rows))
    shop.privacy.erase(SYSTEM, target)
    assert "ana.old@example.com" not in str(everything(rows))


def test_of_two_erasures_at_once_one_is_written_down(people: People, shop: Commerce, rows: Rows) -> None:
    customer_id = people.join().customer.id

    def erase(_: int) -> str:
        try:
            shop.privacy.erase(SYSTEM, customer_id)
        except CommerceError as refused:
            return refused.code
        return "erased"

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(erase, range(4))) == sorted(["erased"] + [CustomerErased.code] * 3)
    assert rows("SELECT count(*) FROM audit_logs WHERE action = 'customers.erased'") == [(1,)]


def test_of_two_merges_into_each_other_one_happens(people: People, shop: Commerce, make: Builders, rows: Rows) -> None:
    for name in ("one", "two"):
        bought(shop, make, f"{name}@example.com")
    while shop.outbox.drain():
        pass
    ids = [shop.customers.id_of(SYSTEM, f"{name}@example.com") for name in ("one", "two")]

    def merge(way: int) -> str:
        source, target = ids[::way]
        assert source
        assert target
        try:
            shop.customers.merge(SYSTEM, source, target)
        except CommerceError as refused:
            return refused.code
        return "merged"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(merge, (1, -1))) == ["customer-not-found", "merged"]
    assert rows("SELECT count(DISTINCT customer_id), count(*) FROM orders") == [(1, 2)]


def test_staff_sees_what_somebody_spent_bought_and_left_in_carts(
    people: People, shop: Commerce, make: Builders
) -> None:
    actor = people.actor(people.join())
    assert actor.id
    order_id = bought(shop, make, "ana@example.com", actor)
    cart = shop.cart.create(NewCart(items=(NewItem(make.variant(price=700), 2),)), shopper=actor)
    found = shop.customers.show(SYSTEM, actor.id)
    assert [(one.id, one.items_count, one.subtotal.amount) for one in found.carts] == [(cart.id, 2, 1400)]
    assert (found.orders_count, found.total_spent.amount) == (1, 0)
    assert [one.id for one in shop.customers.orders(SYSTEM, actor.id, PageRequest()).items] == [order_id]


SHORT = {
    "RETENTION_MAIL_DAYS": "40",
    "RETENTION_PROVIDER_EVENT_DAYS": "40",
    "RETENTION_EVENT_DAYS": "40",
    "RETENTION_CART_DAYS": "40",
    "RETENTION_REPLY_HOURS": "960",
}


def test_each_setting_ends_the_time_of_its_own_kind(
    database_url: str, settings: Settings, clock: Clock, rows: Rows
) -> None:
    told = from_environ(SHORT)
    names = [name.lower() for name in SHORT]
    with open_shop(database_url, settings=evolve(settings, **{name: getattr(told, name) for name in names})) as shop:
        accounts = evolve(shop.accounts, hasher=QUICK)
        people = People(shop, accounts, evolve(shop.credentials, hasher=QUICK, accounts=accounts))
        with pytest.raises(InvalidCredentials):
            people.accounts.log_in("nobody@example.com", "a wrong password", HERE)
        people.join()
        make = Builders(shop)
        make.cart((make.variant(), 1))
        started = shop.idempotency.start("scope", "key", b"request")
        assert isinstance(started, Running)
        shop.idempotency.finish(started, Reply(201, b"{}"))
        rows(
            "INSERT INTO webhook_events (id, provider, event_id, type, payload, status, processed_at)"
            " VALUES (gen_random_uuid(), 'stripe', 'e1', 't', '{}', 'processed', shop_now())"
        )
        while shop.outbox.drain():
            pass
        clock.forward(timedelta(days=39))
        shop.inventory.release_expired()
        early = shop.retention.prune_all()
        clock.forward(timedelta(days=2))
        late = shop.retention.prune_all()
    configured = {Kept.MAIL_BODIES, Kept.PROVIDER_EVENTS, Kept.EVENTS, Kept.CARTS, Kept.REPLIES}
    assert {kind for kind in configured if early[kind]} == set()
    assert {kind for kind in configured if late[kind]} == configured
    assert {kind for kind in (Kept.PROOFS, Kept.SESSIONS, Kept.GUESSES) if early[kind]} == {
        Kept.PROOFS, Kept.SESSIONS, Kept.GUESSES,
    }  # fmt: skip


def test_nobody_reads_or_changes_the_addresses_and_sessions_of_others(
    people: People, shop: Commerce, rows: Rows
) -> None:
    session = people.join()
    ana, bo = people.actor(session), people.actor(people.join("bo@example.com"))
    home = Address("Ana", "12 rue des Lilas", "Paris", "FR", postal_code="75011")
    kept = shop.profile.add_address(ana, home)
    before = everything(rows)
    uses: dict[str, Callable[[Actor], object]] = {
        "read": lambda who: shop.profile.address(who, kept.id),
        "change": lambda who: shop.profile.change_address(who, kept.id, AddressChanges(default_billing=True)),
        "remove": lambda who: shop.profile.remove_address(who, kept.id),
    }
    for name, use in uses.items():
        with pytest.raises(AddressNotFound):
            use(bo)
        with pytest.raises(SessionInvalid):
            use(GUEST)
        assert everything(rows) == before, name
    for who in (bo, GUEST, SYSTEM):
        with pytest.raises(SessionInvalid):
            people.accounts.refresh(who, session.access_token)
        people.accounts.log_out(who, session.access_token)
        assert everything(rows) == before
    assert people.accounts.authenticate(session.access_token, HERE) == ana


def test_of_notes_the_last_hundred_are_shown_in_the_order_of_writing(
    people: People, shop: Commerce, rows: Rows
) -> None:
    customer_id = people.join().customer.id
    rows(
        "INSERT INTO customer_notes (id, customer_id, text, author)"
        " SELECT gen_random_uuid(), %s, n::text, 'Kim' FROM generate_series(1, 120) n",
        customer_id,
    )
    rows("UPDATE customer_notes SET created_at = created_at + text::integer * interval '1 second'")
    notes = shop.customers.show(SYSTEM, customer_id).notes
    assert [note.text for note in notes] == [str(number) for number in range(21, 121)]
