"""A person gets everything that is kept about them, and can be forgotten; what is old is forgotten by itself."""

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from attrs import evolve
from psycopg.types.json import Jsonb

from commerce_core.access.errors import PermissionDenied
from commerce_core.access.model import SYSTEM, Actor, Origin, Role
from commerce_core.cart.details import CartChanges
from commerce_core.cart.service import NewCart, NewItem
from commerce_core.customers.addresses import AddressChanges
from commerce_core.customers.errors import (
    AddressNotFound,
    AddressVersionStale,
    CustomerAccountsBoth,
    CustomerErased,
    CustomerHasOpenOrders,
    CustomerNotFound,
    CustomersAreTheSame,
    CustomerVersionStale,
    LoginTooOld,
    TooManyAddresses,
)
from commerce_core.customers.model import AccountChanges, CustomerQuery
from commerce_core.customers.retention import Kept
from commerce_core.customers.scrubbing import ERASED, scrubbed
from commerce_core.kernel.errors import InvalidInput
from commerce_core.kernel.idempotency import IdempotencyAnswerLost, Reply, Running
from commerce_core.kernel.page import PageRequest
from commerce_core.orders.model import OrderStatus
from commerce_core.staff.errors import InvalidCredentials, SessionInvalid
from commerce_core.testing.builders import PARIS, Builders
from commerce_core.testing.clock import Clock
from commerce_core.wiring import Commerce
from tests.crashes import InterruptedBegin, PowerCut, cut_before_commit
from tests.features.customers.conftest import GOOD, HERE, People, Rows

CANARIES = ("ana@example.com", "Anatolia", "Canarygasse", "+33 6 canary")
HOME = evolve(PARIS, name="Anatolia Canary", line1="7 Canarygasse", phone="+33 6 canary")


def everything(rows: Rows) -> str:
    """The text of every row of every table."""
    tables = [row[0] for row in rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
    texts = {table: str(rows(f"SELECT t::text FROM {table} t")) for table in tables if not table.startswith("_yoyo")}
    return "\n".join(f"{table}: {text}" for table, text in texts.items())


def told_of(rows: Rows) -> list[str]:
    """Tables that still know something."""
    lines = everything(rows).lower().splitlines()
    return sorted({line.partition(":")[0] for line in lines for canary in CANARIES if canary.lower() in line})


@pytest.fixture
def ana(people: People, shop: Commerce, make: Builders, rows: Rows) -> Actor:
    """Somebody who has left traces wherever one can."""
    session = people.join("ana@example.com", name="Anatolia", marketing=True)
    actor = people.actor(session)
    shop.profile.add_address(actor, HOME)
    cart = shop.cart.create(NewCart(items=(NewItem(make.variant(), 1),)), shopper=actor)
    shop.cart.change(
        cart.id, CartChanges(email="ana@example.com", shipping_address=HOME, notes="Anatolia"), shopper=actor
    )
    request = evolve(make.request(cart.id, "Ana@example.com"), shipping_address=HOME, billing_address=HOME)
    placed = shop.checkout.check_out(request, shopper=actor)
    shop.checkout.cancel(SYSTEM, placed.order.id)
    shop.customers.add_note(SYSTEM, session.customer.id, "Anatolia called")
    shop.customers.set_tags(SYSTEM, session.customer.id, ("vip",))
    scope = f"owner:{cart.id} POST /v1/store/checkout"
    started = shop.idempotency.start(scope, "key", b"request")
    assert isinstance(started, Running)
    shop.idempotency.finish(started, Reply(201, b'{"email": "ana@example.com"}'))
    charge = {"amount": 5, "receipt_email": "ANA@example.com", "note": "for ana@example.com"}
    rows(
        "INSERT INTO webhook_events (id, provider, event_id, type, payload, status, processed_at)"
        " VALUES (%s, 'stripe', 'e1', 't', %s, 'processed', shop_now())",
        uuid4(), Jsonb({"data": {"object": charge | {"billing_details": {"name": "Anatolia"}}}}),
    )  # fmt: skip
    rows(
        "INSERT INTO outbox_events (id, type, aggregate_id, sequence, payload) VALUES (%s, 'elsewhere', %s, 1, %s)",
        uuid4(), uuid4(), Jsonb({"email": "ana@example.com"}),
    )  # fmt: skip
    people.credentials.ask_email_change(actor, "ana@example.org", GOOD, HERE)
    people.mails("ana@example.com")
    return actor


def test_an_export_holds_everything_and_no_secret(ana: Actor, shop: Commerce, rows: Rows) -> None:
    found = json.loads(shop.privacy.export_own(ana))
    assert found["customer"]["email"] == "ana@example.com"
    assert found["addresses"][0]["address"]["line1"] == "7 Canarygasse"
    assert [order["shipping_address"]["name"] for order in found["orders"]] == ["Anatolia Canary"]
    assert found["orders"][0]["items"][0]["title"] == "Blue mug"
    assert found["carts"][0]["notes"] == "Anatolia"
    assert {event["type"] for event in found["carts"][0]["events"]} >= {"created", "converted"}
    assert {consent["source"] for consent in found["consents"]} == {"registration"}
    assert found["notes"][0]["text"] == "Anatolia called"
    assert {mail["template"] for mail in found["emails"]} >= {"email_verification", "email_change_approval"}
    assert len(found["sessions"]) == 1
    assert "argon2" not in str(found)
    assert rows("SELECT actor_kind, action FROM audit_logs ORDER BY id DESC LIMIT 1") == [
        ("customer", "customers.exported")
    ]


def test_an_erased_person_is_in_no_table_any_more_and_the_books_stay(
    ana: Actor, people: People, shop: Commerce, rows: Rows
) -> None:
    assert len(told_of(rows)) >= 9
    books = (
        rows("SELECT number, total_amount, tax_lines, paid_at FROM orders"),
        rows("SELECT count(*) FROM order_items"),
    )
    assert ana.id

    shop.privacy.erase(SYSTEM, ana.id)

    assert told_of(rows) == []
    assert (
        rows("SELECT number, total_amount, tax_lines, paid_at FROM orders"),
        rows("SELECT count(*) FROM order_items"),
    ) == books
    assert rows("SELECT shipping_address ->> 'country', customer_id FROM orders") == [("FR", ana.id)]
    assert rows("SELECT payload #> '{data,object,amount}' FROM webhook_events") == [(5,)]
    assert rows("SELECT action, entity_id, changes FROM audit_logs ORDER BY id DESC LIMIT 1") == [
        ("customers.erased", str(ana.id), {"email": {"before": "••••", "after": None}})
    ]
    with pytest.raises(InvalidCredentials):
        people.accounts.log_in("ana@example.com", GOOD, HERE)
    for again in (lambda: shop.privacy.erase(SYSTEM, ana.id), lambda: shop.privacy.export(SYSTEM, ana.id)):
        with pytest.raises(CustomerErased):
            again()
    assert shop.customers.list_customers(SYSTEM, CustomerQuery("ana")).total == 0
    assert people.join("ana@example.com").customer.id != ana.id


def test_a_repeat_after_an_erasure_is_told_that_its_answer_is_lost(ana: Actor, shop: Commerce, rows: Rows) -> None:
    [(scope,)] = rows("SELECT scope FROM idempotency_keys")
    assert ana.id
    shop.privacy.erase(SYSTEM, ana.id)
    with pytest.raises(IdempotencyAnswerLost):
        shop.idempotency.start(scope, "key", b"request")


def test_nobody_is_erased_while_something_is_to_be_sent_to_them(
    people: People, shop: Commerce, make: Builders, rows: Rows
) -> None:
    session = people.join("camille@example.com")
    order = shop.checkout.check_out(make.request(make.cart((make.variant(), 1)).id)).order
    before = everything(rows)
    for refused in (
        lambda: shop.privacy.erase(SYSTEM, session.customer.id),
        lambda: shop.privacy.erase_own(people.actor(session), session.access_token),
    ):
        with pytest.raises(CustomerHasOpenOrders):
            refused()
    assert everything(rows) == before
    shop.checkout.change_status(SYSTEM, order.id, OrderStatus.CANCELLED)
    shop.privacy.erase_own(people.actor(session), session.access_token)
    with pytest.raises(SessionInvalid):
        people.actor(session)


def test_only_a_recent_login_can_erase_itself(people: People, shop: Commerce, rows: Rows, clock: Clock) -> None:
    session = people.join()
    clock.forward(timedelta(minutes=16))
    actor, before = people.actor(session), everything(rows)
    with pytest.raises(LoginTooOld):
        shop.privacy.erase_own(actor, session.access_token)
    with pytest.raises(SessionInvalid):
        shop.privacy.erase_own(SYSTEM, session.access_token)
    assert everything(rows) == before
    shop.privacy.erase_own(actor, people.accounts.log_in("ana@example.com", GOOD, HERE).access_token)


def test_a_crash_while_erasing_leaves_everything(ana: Actor, shop: Commerce, rows: Rows) -> None:
    before = everything(rows)
    assert ana.id
    with pytest.raises(PowerCut):
        evolve(shop.privacy, begin=InterruptedBegin(shop.privacy.begin, cut_before_commit)).erase(SYSTEM, ana.id)
    assert everything(rows) == before


def test_support_may_tag_and_note_and_not_export_erase_or_merge(people: People, shop: Commerce, rows: Rows) -> None:
    customer = people.join().customer.id
    support = Actor.staff(uuid4(), "kim@example.com", Role.SUPPORT, Origin())
    shop.customers.set_tags(support, customer, (" VIP ", "vip", "press"))
    shop.customers.add_note(support, customer, "called")
    assert shop.customers.show(support, customer).tags == ("press", "vip")
    assert shop.customers.show(support, customer).notes[0].author == "kim@example.com"
    before = everything(rows)
    for refused in (
        lambda: shop.privacy.export(support, customer),
        lambda: shop.privacy.erase(support, customer),
        lambda: shop.customers.merge(support, customer, uuid4()),
    ):
        with pytest.raises(PermissionDenied):
            refused()
    for nobody in (
        lambda: shop.customers.set_tags(support, uuid4(), ()),
        lambda: shop.customers.show(support, uuid4()),
    ):
        with pytest.raises(CustomerNotFound):
            nobody()
    with pytest.raises(CustomerVersionStale):
        shop.customers.set_tags(support, customer, ("x",), 99)
    with pytest.raises(InvalidInput):
        shop.customers.set_tags(support, customer, ("x" * 51,))
    assert everything(rows) == before
    assert [row[0] for row in rows("SELECT action FROM audit_logs ORDER BY id")] == [
        "customers.tagged",
        "customers.noted",
    ]


def test_two_rows_that_were_one_person_become_one(people: People, shop: Commerce, make: Builders, rows: Rows) -> None:
    actor = people.actor(people.join("ana@example.com"))
    order = shop.checkout.check_out(make.request(make.cart((make.variant(), 1)).id, "ana.old@example.com")).order
    shop.outbox.drain()
    old = shop.customers.id_of(SYSTEM, "ana.old@example.com")
    assert old
    assert actor.id
    shop.customers.set_tags(SYSTEM, old, ("vip",))
    for refused, code in (((old, old), CustomersAreTheSame), ((actor.id, old), CustomerAccountsBoth)):
        with pytest.raises(code):
            shop.customers.merge(SYSTEM, *refused)

    shop.customers.merge(SYSTEM, old, actor.id)

    found = shop.customers.show(SYSTEM, actor.id)
    assert (found.tags, found.orders_count) == (("vip",), 1)
    assert [one.id for one in shop.profile.orders(actor, PageRequest()).items] == [order.id]
    assert shop.customers.list_customers(SYSTEM, CustomerQuery()).total == 1
    with pytest.raises(CustomerNotFound):
        shop.customers.show(SYSTEM, old)
    with pytest.raises(CustomerNotFound):
        shop.customers.merge(SYSTEM, old, actor.id)


def test_there_is_one_default_of_each_kind(people: People, shop: Commerce, rows: Rows) -> None:
    actor = people.actor(people.join())

    def defaults() -> tuple[list[bool], list[bool]]:
        book = shop.profile.addresses(actor)
        return [one.default_shipping for one in book], [one.default_billing for one in book]

    first = shop.profile.add_address(actor, PARIS)
    second = shop.profile.add_address(actor, HOME, default_billing=True)
    assert defaults() == ([True, False], [False, True])
    third = shop.profile.add_address(actor, HOME, default_shipping=True)
    assert defaults() == ([False, False, True], [False, True, False])
    changed = shop.profile.change_address(actor, first.id, AddressChanges(address=HOME, default_billing=True))
    assert (changed.address, changed.version) == (HOME, 4)
    shop.profile.remove_address(actor, third.id)
    assert defaults() == ([True, False], [True, False])
    shop.profile.change_address(actor, first.id, AddressChanges(default_shipping=False))
    assert defaults()[0].count(True) == 1
    before = everything(rows)
    stranger = people.actor(people.join("bo@example.com"))
    for who, address_id, version, code in (
        (stranger, second.id, None, AddressNotFound),
        (actor, uuid4(), None, AddressNotFound),
        (actor, second.id, 99, AddressVersionStale),
    ):
        with pytest.raises(code):
            shop.profile.remove_address(who, address_id, version)
        with pytest.raises(code):
            shop.profile.change_address(who, address_id, AddressChanges(default_billing=True), version)
    assert len(shop.profile.addresses(actor)) == 2
    assert before != ""
    for _ in range(18):
        shop.profile.add_address(actor, PARIS)
    with pytest.raises(TooManyAddresses):
        shop.profile.add_address(actor, PARIS)


def test_a_profile_is_changed_by_merge_patch_and_version(people: People, shop: Commerce) -> None:
    actor = people.actor(people.join())
    changed = shop.profile.change(actor, AccountChanges(name="Anna"), 1)
    assert (changed.name, changed.version, changed.marketing) == ("Anna", 2, False)
    with pytest.raises(CustomerVersionStale):
        shop.profile.change(actor, AccountChanges(name="Bo"), 1)
    assert shop.profile.me(actor).name == "Anna"
    with pytest.raises(SessionInvalid):
        shop.profile.me(SYSTEM)


@pytest.mark.parametrize(
    ("document", "left"),
    [
        ({"email": "x", "amount": 5}, {"email": ERASED, "amount": 5}),
        ({"email": None, "name": "", "shipping": {}}, {"email": None, "name": "", "shipping": {}}),
        ({"a": [{"b": "write to ANA@example.com!"}]}, {"a": [{"b": ERASED}]}),
        (["ana", 1, True, None], ["ana", 1, True, None]),
        ({"Billing_Details": {"address": {"city": "Paris"}}}, {"Billing_Details": ERASED}),
    ],
)
def test_scrubbing_takes_out_what_is_personal_and_leaves_the_rest(document: Any, left: Any) -> None:
    assert scrubbed(document, ("ana@example.com", "")) == left


def test_what_is_old_is_forgotten_and_nothing_else(ana: Actor, shop: Commerce, rows: Rows, clock: Clock) -> None:
    assert sum(shop.retention.prune_all().values()) == 0
    clock.forward(timedelta(days=89))
    early = shop.retention.prune_all()
    assert (early[Kept.MAIL_BODIES], early[Kept.PROVIDER_EVENTS], early[Kept.EVENTS]) == (0, 0, 0)
    assert early[Kept.PROOFS] > 0
    clock.forward(timedelta(days=300))
    late = shop.retention.prune_all()
    assert late[Kept.MAIL_BODIES] > 0
    assert late[Kept.PROVIDER_EVENTS] == 1
    assert late[Kept.EVENTS] > 0
    assert rows("SELECT count(*) FROM email_outbox WHERE text IS NOT NULL OR html IS NOT NULL") == [(0,)]
    assert rows("SELECT count(*) FROM email_outbox WHERE status = 'sent'")[0][0] > 0
    assert rows("SELECT count(*) FROM webhook_events") == [(0,)]
    assert rows("SELECT count(*) FROM outbox_events WHERE status = 'processed'") == [(0,)]
    assert rows("SELECT count(*) FROM orders") == [(1,)]
    assert sum(shop.retention.prune_all().values()) == 0
    assert ana
