"""Whatever a purchase writes down about a person is found again by the erasure, in every column that there is."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import attrs
import pytest
from attrs import evolve
from psycopg.types.json import Jsonb

from commerce_core.access.model import SYSTEM, Actor, Origin
from commerce_core.cart.details import CartChanges
from commerce_core.cart.service import NewCart, NewItem
from commerce_core.customers.errors import CustomerHasOpenOrders
from commerce_core.customers.model import CustomerQuery
from commerce_core.discounts.drafts import NewDiscount
from commerce_core.discounts.model import DiscountKind
from commerce_core.kernel.address import Address
from commerce_core.kernel.ids import uuid7
from commerce_core.kernel.money import Money
from commerce_core.kernel.page import PageRequest
from commerce_core.merchant.model import MerchantChanges, Premises
from commerce_core.orders.model import OrderId, OrderStatus
from commerce_core.orders.notes import NewNote, NoteAudience
from commerce_core.orders.queries import OrderFilter
from commerce_core.payments.model import CaseKind, CaseStatus, PaymentCase, RefundReason
from commerce_core.payments.settling import plan_refund
from commerce_core.shipments.model import NewShipment, ShipmentChanges, Tracking
from commerce_core.testing.builders import Builders
from commerce_core.testing.clock import Clock
from commerce_core.testing.fake_gateway import FakeGateway
from commerce_core.wiring import Commerce
from tests.features.customers.conftest import GOOD, HERE, People, Rows

HOME = Address(
    "Anatolia Canary", "7 Canarygasse", "Canarytown", "FR", company="Canary", postal_code="75011", phone="+33 6 canary"
)
GERMAN = evolve(HOME, country="DE", vat_number="DE136695976")
WAS, IS, LATER = "ana@example.com", "ana@example.org", "ana.later@example.net"
CANARIES = ("ana@example", "ana.later", "canary", "anatolia", "DE136695976", "192.0.2.1")

# Every column of text, JSON or bytes: what erasing a person does about it. A new column has to be thought about here.
ERASED = {
    "cart_events.payload",
    "carts.attributes carts.client carts.confirmed_vat_number carts.email carts.notes carts.shipping_address",
    "customer_addresses.address",
    "customer_former_emails.email_key",
    "customer_notes.text",
    "customer_proofs.email customer_proofs.email_key customer_proofs.name customer_proofs.password_hash",
    "customer_sessions.token_hash",
    "customers.email customers.email_key customers.name customers.password_hash customers.search_text customers.tags",
    "draft_order_discounts.reason draft_orders.billing_address draft_orders.shipping_title",
    "discount_buyers.buyer discount_first_orders.buyer discount_uses.buyers",
    "email_consents.email_key",
    "email_outbox.error email_outbox.html email_outbox.payload_json email_outbox.subject email_outbox.text",
    "email_outbox.to_address",
    "idempotency_keys.body idempotency_keys.headers",
    "login_clients.account login_clients.client login_guesses.account login_guesses.client",
    "order_transitions.reason",
    "order_notes.text",
    "orders.billing_address orders.email orders.shipping_address orders.words",
    "outbox_events.error outbox_events.payload",
    "payment_exceptions.note",
    "refunds.note",
    # A carrier's page tells who has received the parcel, and where.
    "shipments.reason shipments.tracking_number shipments.tracking_url",
    "webhook_events.error webhook_events.payload",
}
# Ids, states and words of our own; the goods and their prices; the books about amounts; the shop itself.
ABOUT_NOBODY = {
    "carts.currency carts.locale carts.shipping_option_id carts.status cart_events.type",
    "customer_proofs.locale customer_proofs.purpose customers.locale",
    "disputes.currency disputes.provider disputes.provider_dispute_id disputes.reason disputes.status",
    "draft_orders.created_by_kind",
    "email_consents.kind email_consents.source email_consents.text_version",
    "email_outbox.key email_outbox.locale email_outbox.provider_id email_outbox.status email_outbox.template_type",
    "invoice_series.head invoices.currency invoices.kind invoices.number invoices.series",
    "idempotency_keys.fingerprint idempotency_keys.key idempotency_keys.scope",
    "order_charges.tax_class order_charges.tax_title order_discounts.code order_discounts.kind order_discounts.title",
    # Titles of discounts are the shop's words, those of drafts, too: the buyer reads them, and invoices print them.
    "order_items.sku order_items.tax_rate order_items.title",
    "order_notes.audience order_notes.author_kind",
    "order_transitions.actor_kind order_transitions.from_status order_transitions.to_status",
    "orders.currency orders.fulfillment_status orders.locale orders.payment_status orders.reference",
    "orders.shipping_option orders.status orders.tax_lines",
    "outbox_events.branch outbox_events.status outbox_events.type",
    # What providers say here are codes of theirs: why a payment failed, what does not add up.
    "payment_exceptions.detail payment_exceptions.expected_currency payment_exceptions.kind payment_exceptions.status",
    "payment_exceptions.provider payment_exceptions.received_currency payment_exceptions.subject",
    "payment_reconciliations.provider payments.currency payments.failure payments.idempotency_key payments.intent_id",
    "payments.provider payments.status",
    "refunds.created_by_kind refunds.currency refunds.failure refunds.provider_refund_id refunds.reason refunds.status",
    "shipments.carrier shipments.created_by_kind shipments.status",
    # The events that are told hold ids and numbers, see the test below; the answer is the receiver's.
    "subscription_deliveries.*",
    "webhook_events.event_id webhook_events.intent_id webhook_events.provider webhook_events.status",
    "webhook_events.type",
    "categories.* discounts.* inventory_movements.* price_history.* product_images.* product_listings.*",
    "product_search.* product_variants.* products.* remote_images.* search_words.* seo_metadata.* settings.*",
    "shipping_options.* shipping_zones.* subscriptions.* tags.* tax_rates.* uploads.* url_redirects.*",
}
# People who work here, and what they did: kept as proof, which is what the log is for. Of customers it holds ids, and
# personal fields by name alone; where a customer exported or erased from is left out.
ABOUT_STAFF = {
    "api_keys.* audit_anchors.* audit_logs.* audit_seals.* customer_notes.author draft_orders.created_by",
    "order_notes.author payment_exceptions.resolved_by",
    "staff_invitations.* staff_resets.* staff_sessions.* users.*",
}
# The books: an invoice names its buyer for as long as the law wants it kept, and nobody may change it (Directive
# 2006/112/EC, articles 226 and 244 to 248; Regulation (EU) 2016/679, article 17 (3) b). Its digest is as old.
KEPT_BY_LAW = {"invoices.paper invoice_prints.sha256"}
_COLUMNS = """
SELECT c.table_name, c.column_name FROM information_schema.columns c
JOIN information_schema.tables t USING (table_schema, table_name)
WHERE t.table_schema = 'public' AND t.table_type = 'BASE TABLE' AND c.table_name !~ '^(_yoyo|yoyo|procrastinate)'
  AND c.data_type NOT IN ('uuid', 'boolean', 'smallint', 'integer', 'bigint', 'numeric', 'date')
  AND c.data_type NOT LIKE 'timestamp%%'
"""


def test_every_column_is_erased_or_about_nobody(rows: Rows) -> None:
    there = {f"{table}.{column}" for table, column in rows(_COLUMNS)}
    named = [name for names in (*ERASED, *ABOUT_NOBODY, *ABOUT_STAFF, *KEPT_BY_LAW) for name in names.split()]
    whole = {name.removesuffix("*") for name in named if name.endswith("*")}
    thought_of = {column for column in there if column in named or any(column.startswith(table) for table in whole)}
    assert sorted(there - thought_of) == []
    assert sorted({name for name in named if not name.endswith("*")} - there) == []
    assert len(named) == len(set(named))


def test_our_own_events_hold_ids_and_numbers_alone(shop: Commerce) -> None:
    fields = {(kind.__name__, field.name, field.type) for kind in shop.outbox.reactions for field in attrs.fields(kind)}
    assert {(kind, name) for kind, name, type_ in fields if type_ not in {UUID, int}} == set()


def kept(rows: Rows) -> dict[str, str]:
    """The text of every row of every table, in lower case."""
    tables = [name for (name,) in rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
    return {table: str(rows(f"SELECT t::text FROM {table} t")).lower() for table in tables if "yoyo" not in table}


def told_of(rows: Rows) -> set[str]:
    """Tables that still know something."""
    return {table for table, text in kept(rows).items() if any(canary.lower() in text for canary in CANARIES)}


def digests(rows: Rows) -> list[str]:
    """What a buyer with an address of these is counted as."""
    return [digest for email in (WAS, IS) for (digest,) in rows("SELECT unnest(buyer_keys(%s, NULL))", email)]


def work_off(shop: Commerce) -> None:
    """The worker reacts to whatever has happened."""
    while shop.outbox.drain():
        pass


@pytest.fixture
def ana(people: People, shop: Commerce, make: Builders, gateway: FakeGateway, rows: Rows) -> Actor:
    """Somebody who has bought with everything that buying has to offer, and has another address since."""
    shop.default_rules.load(SYSTEM)
    ten = NewDiscount(title="Ten", kind=DiscountKind.FIXED, amount=Money(1000, "EUR"), code="TEN")
    shop.discounts.create(SYSTEM, evolve(ten, usage_limit_per_buyer=5, first_order_only=True))
    actor = people.actor(people.join(WAS, name="Anatolia", marketing=True))
    _buys(actor, shop, make, gateway)
    _drafted(actor, shop, make, rows)
    shop.profile.add_address(actor, HOME)
    shop.customers.add_note(SYSTEM, _id(actor), "Anatolia called")
    shop.customers.set_tags(SYSTEM, _id(actor), ("canary",))
    people.credentials.ask_email_change(actor, IS, GOOD, HERE)
    for end in (WAS, IS):
        people.credentials.confirm_email_change(people.token(end))
    session = people.accounts.log_in(IS, GOOD, HERE)
    people.credentials.ask_email_change(people.actor(session), LATER, GOOD, HERE)
    people.mails(LATER)
    return people.actor(session)


def _buys(actor: Actor, shop: Commerce, make: Builders, gateway: FakeGateway) -> None:
    idea = shop.cart.create(
        NewCart(items=(NewItem(make.variant(), 1),), client={"ga_client_id": "canary"}), shopper=actor
    )
    shop.cart.change(idea.id, CartChanges(email=WAS, shipping_address=GERMAN, notes="for Anatolia"), shopper=actor)
    shop.vat_numbers.confirm(SYSTEM, idea.id, "DE136695976")

    cart = shop.cart.create(NewCart(items=(NewItem(make.variant(price=5000), 1),)), shopper=actor)
    shop.cart.apply_discount(cart.id, "TEN", shopper=actor)
    [option, *_] = shop.cart.shipping_options(cart.id, shopper=actor).items
    request = evolve(
        make.request(cart.id, "Ana@Example.com"),
        shipping_address=HOME,
        billing_address=HOME,
        shipping_option_id=option.id,
    )
    placed = shop.checkout.check_out(request, shopper=actor)
    assert placed.payment
    intent = str(placed.payment.intent_id)
    gateway.pay(intent)
    shop.payments.receive("stripe", *gateway.event(intent, "payment_intent.succeeded"))
    with shop.payments.begin() as work:
        _, [payment, *_] = work.payments.lock_order(OrderId(placed.order.id))
        plan_refund(
            work, payment, Money(500, "EUR"), RefundReason.PAID_TWICE, SYSTEM, uuid7, note="Anatolia paid twice"
        )
    shop.payments.receive("stripe", *gateway.event(gateway.dispute(intent).id, "charge.dispute.created"))
    shop.payment_cases.open(PaymentCase(CaseKind.AMOUNT_DIFFERS, "stripe", intent, OrderId(placed.order.id)))
    [case] = shop.payment_cases.list_cases(SYSTEM, CaseStatus.OPEN, PageRequest()).items
    shop.payment_cases.resolve(SYSTEM, case.id, "Anatolia was called")
    kim = evolve(SYSTEM, kind=type(SYSTEM.kind).STAFF, name="Kim")
    shop.checkout.change_status(kim, placed.order.id, OrderStatus.FULFILLED, reason="Anatolia fetched it")
    _looked_after(placed.order.id, shop)
    shop.checkout.change_status(SYSTEM, placed.order.id, OrderStatus.COMPLETED, reason="a mail from Ana@example.com")


def _looked_after(order_id: UUID, shop: Commerce) -> None:
    [parcel] = shop.shipments.list_shipments(SYSTEM, order_id)
    page = "https://parcels.example/canary"
    shop.shipments.change(SYSTEM, order_id, parcel.id, ShipmentChanges("By bicycle", "CANARY-1", page))
    shop.shipments.cancel(SYSTEM, order_id, parcel.id, "Anatolia was out")
    shop.shipments.ship(SYSTEM, order_id, NewShipment(tracking=Tracking("By bicycle", "CANARY-2", page)))
    for audience in NoteAudience:
        shop.orders.add_note(SYSTEM, OrderId(order_id), NewNote("Anatolia rings twice", audience))
    shop.merchant.change(SYSTEM, MerchantChanges(address=Premises("1 quai", "Lyon"), vat_number="FR40303265045"))
    shop.invoices.issue(SYSTEM, OrderId(order_id))


def _drafted(actor: Actor, shop: Commerce, make: Builders, rows: Rows) -> None:
    """An order that staff has begun to build for them."""
    cart = shop.cart.create(NewCart(items=(NewItem(make.variant(), 1),)), shopper=actor)
    rows(
        "INSERT INTO draft_orders (cart_id, billing_address, shipping_title, shipping_price_amount, shipping_days,"
        " created_by_kind, created_by, created_at) VALUES (%s, %s, 'To Anatolia', 0, 1, 'staff', 'Kim', shop_now())",
        cart.id,
        Jsonb({"name": "Anatolia Canary", "line1": "8 Canarygasse", "city": "Canarytown", "country": "FR"}),
    )
    rows(
        "INSERT INTO draft_order_discounts (id, cart_id, amount, reason)"
        " VALUES (gen_random_uuid(), %s, 100, 'for Anatolia')",
        cart.id,
    )


def _id(actor: Actor) -> UUID:
    assert actor.id
    return actor.id


def test_an_erased_person_is_in_no_table_any_more(ana: Actor, shop: Commerce, rows: Rows) -> None:
    # Without these the test would look for what is not there.
    assert told_of(rows) >= {
        "customers", "customer_addresses", "customer_former_emails", "customer_notes", "customer_proofs", "carts",
        "orders", "email_outbox", "email_consents", "order_transitions", "payment_exceptions", "order_notes", "refunds",
        "shipments", "draft_orders", "draft_order_discounts", "invoices",
    }  # fmt: skip
    known = digests(rows)
    assert any(digest in kept(rows)["discount_buyers"] for digest in known)
    books = ("order_charges", "order_discounts", "order_items", "payments", "disputes", "refund_lines", "invoices")
    before = {table: text for table, text in kept(rows).items() if table in books}
    refunded = rows("SELECT amount, status, reason FROM refunds")
    assert refunded
    assert before["disputes"] != "[]"

    shop.privacy.erase(SYSTEM, _id(ana))

    left = kept(rows)
    assert told_of(rows) == {"invoices"}
    assert {table: left[table] for table in books} == before
    assert rows("SELECT amount, status, reason FROM refunds") == refunded
    assert not [table for table, text in left.items() if any(digest in text for digest in known)]
    assert left["login_clients"] == "[]"


def test_an_order_of_nobody_is_still_found_by_its_number(ana: Actor, shop: Commerce, rows: Rows) -> None:
    def found(text: str) -> list[int]:
        return [one.number for one in shop.orders.list_orders(SYSTEM, PageRequest(), OrderFilter(q=text)).items]

    [(number, reference)] = rows("SELECT number, reference FROM orders")
    asked = (str(number), reference, WAS, "Anatolia")
    assert [found(text) for text in asked] == [[number]] * 4
    shop.privacy.erase(SYSTEM, _id(ana))
    assert [found(text) for text in asked] == [[number], [number], [], []]


def test_uses_of_discounts_still_add_up_after_an_erasure(ana: Actor, shop: Commerce, rows: Rows) -> None:
    shop.privacy.erase(SYSTEM, _id(ana))
    [(order_id, buyers)] = rows("SELECT order_id, buyers FROM discount_uses")
    counted = rows("SELECT buyer, uses FROM discount_buyers ORDER BY buyer")
    assert counted == [(buyer, 1) for buyer in sorted(buyers)]
    assert {buyer for (buyer,) in rows("SELECT buyer FROM discount_first_orders")} == set(buyers)
    with shop.checkout.begin() as work:
        work.discounts.give_back(OrderId(order_id))
    assert rows("SELECT DISTINCT uses FROM discount_buyers") == [(0,)]


def test_an_export_holds_what_the_erasure_takes(ana: Actor, shop: Commerce) -> None:
    found: dict[str, Any] = json.loads(shop.privacy.export(SYSTEM, _id(ana)))
    assert [one["email"] for one in found["former_emails"]] == [WAS]
    [order] = found["orders"]
    assert [one["code"] for one in order["discounts"]] == ["TEN"]
    assert [one["amount"]["amount"] for one in order["refunds"]] == [500]
    assert [one["reason"] for one in order["disputes"]] == ["fraudulent"]
    assert [one["note"] for one in order["refunds"]] == ["Anatolia paid twice"]
    assert [(one["status"], one["tracking_number"], one["reason"]) for one in order["shipments"]] == [
        ("cancelled", "CANARY-1", "Anatolia was out"),
        ("shipped", "CANARY-2", ""),
    ]
    assert [[item["quantity"] for item in one["items"]] for one in order["shipments"]] == [[1], [1]]
    assert {one["audience"]: one["text"] for one in order["notes"]} == dict.fromkeys(
        ("internal", "customer"), "Anatolia rings twice"
    )
    assert [(one["kind"], one["paper"]["buyer"]["email"].lower()) for one in order["invoices"]] == [("invoice", WAS)]
    [draft] = [cart["draft"] for cart in found["carts"] if cart["draft"]]
    assert (draft["billing_address"]["line1"], draft["shipping"], draft["discounts"]) == (
        "8 Canarygasse", "To Anatolia", ["for Anatolia"],
    )  # fmt: skip
    assert order["payments"][0]["status"] == "succeeded"
    assert "Anatolia fetched it" in [step["reason"] for step in order["history"]]
    assert "DE136695976" in {cart["confirmed_vat_number"] for cart in found["carts"]}
    assert {mail["to"].lower() for mail in found["emails"]} == {WAS, IS, LATER}
    assert {consent["email"] for consent in found["consents"]} == {WAS, IS}
    assert {event["type"] for event in found["provider_events"]} >= {"payment_intent.succeeded"}


def test_nobody_is_erased_while_money_is_on_its_way_back(ana: Actor, shop: Commerce, rows: Rows) -> None:
    [(order_id,)] = rows("SELECT order_id FROM refunds")
    with shop.payments.begin() as work:
        _, [payment, *_] = work.payments.lock_order(OrderId(order_id))
        plan_refund(work, payment, Money(100, "EUR"), RefundReason.PAID_TWICE, SYSTEM, uuid7)
    before = kept(rows)
    with pytest.raises(CustomerHasOpenOrders):
        shop.privacy.erase(SYSTEM, _id(ana))
    assert kept(rows) == before
    work_off(shop)
    shop.privacy.erase(SYSTEM, _id(ana))


def test_no_mail_goes_to_who_was_erased(ana: Actor, people: People, shop: Commerce, rows: Rows) -> None:
    shop.privacy.erase(SYSTEM, _id(ana))
    [(order_id,)] = rows("SELECT order_id FROM refunds")
    with shop.payments.begin() as work:
        _, [payment, *_] = work.payments.lock_order(OrderId(order_id))
        plan_refund(work, payment, Money(100, "EUR"), RefundReason.PAID_TWICE, SYSTEM, uuid7)
    work_off(shop)
    assert rows("SELECT status FROM refunds WHERE amount = 100") == [("succeeded",)]
    assert rows("SELECT count(*) FROM email_outbox WHERE status = 'queued'") == [(0,)]


def test_every_document_is_looked_through_however_many_there_are(ana: Actor, shop: Commerce, rows: Rows) -> None:
    rows(
        "INSERT INTO webhook_events (id, provider, event_id, type, payload, status)"
        " SELECT gen_random_uuid(), 'stripe', n::text, 't',"
        " jsonb_build_object('note', CASE n %% 1000 WHEN 7 THEN %s END), 'processed' FROM generate_series(1, 4500) n",
        f"for {IS}",
    )
    shop.privacy.erase(SYSTEM, _id(ana))
    assert told_of(rows) == {"invoices"}
    assert rows("SELECT payload ->> 'note', count(*) FROM webhook_events WHERE type = 't' GROUP BY 1 ORDER BY 1") == [
        ("[erased]", 5),
        (None, 4495),
    ]


def test_what_went_back_is_not_spent(ana: Actor, shop: Commerce) -> None:
    [order] = json.loads(shop.privacy.export(SYSTEM, _id(ana)))["orders"]
    assert shop.customers.show(SYSTEM, _id(ana)).total_spent.amount == order["total"]["amount"] - 500
    [listed] = shop.customers.list_customers(SYSTEM, CustomerQuery()).items
    assert listed.total_spent.amount == order["total"]["amount"] - 500


def test_an_address_that_is_somebody_elses_now_is_left_to_them(
    ana: Actor, people: People, shop: Commerce, rows: Rows, clock: Clock
) -> None:
    clock.forward(timedelta(minutes=2))
    bo = people.join(WAS, name="Bo")
    shop.privacy.erase(SYSTEM, _id(ana))
    assert shop.profile.me(people.actor(bo)).email == WAS
    assert WAS in {mail["to"] for mail in json.loads(shop.privacy.export(SYSTEM, bo.customer.id))["emails"]}
    assert {table for table in told_of(rows) if IS in kept(rows)[table]} == set()


def test_the_log_does_not_learn_where_a_customer_was(people: People, shop: Commerce, rows: Rows) -> None:
    session = people.join()
    actor = people.accounts.authenticate(session.access_token, Origin("req-9", "198.51.100.7"))
    shop.privacy.export_own(actor)
    shop.privacy.erase_own(actor, session.access_token)
    assert rows("SELECT action, request_id, address FROM audit_logs WHERE actor_kind = 'customer' ORDER BY id") == [
        ("customers.exported", "req-9", None),
        ("customers.erased", "req-9", None),
    ]
