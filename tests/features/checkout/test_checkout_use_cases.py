"""The last steps of buying: one cart, one order, one payment, whatever happens in between."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import psycopg
import pytest
from attrs import evolve

from commerce_core import Commerce
from commerce_core.access.errors import PermissionDenied
from commerce_core.access.model import GUEST, SYSTEM
from commerce_core.cart.errors import CartEmpty, CartNotFound, CartNotOpen, ItemsUnavailable
from commerce_core.cart.model import CartId, CartStatus
from commerce_core.cart.service import NewItem
from commerce_core.checkout.errors import (
    OrderExpired,
    PaymentUnderWay,
    ShippingNotChosen,
    TotalChanged,
    UnknownShippingOption,
)
from commerce_core.checkout.model import PaymentMethod, PlaceOrder
from commerce_core.inventory.errors import OutOfStock
from commerce_core.kernel.errors import DatabaseUnavailable, InvalidInput
from commerce_core.kernel.money import Money
from commerce_core.orders.errors import OrderChanged, OrderIsPaid, OrderNotFound, OrderStatusRefused
from commerce_core.orders.model import OrderStatus
from commerce_core.payments.provider import IntentStatus
from commerce_core.testing.builders import PARIS, Builders
from commerce_core.testing.clock import Clock
from commerce_core.testing.fake_gateway import FakeGateway
from tests.rows import Rows


def count(url: str, table: str) -> int:
    with psycopg.connect(url) as connection:
        return connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]


def pay(shop: Commerce, gateway: FakeGateway, intent_id: str) -> None:
    gateway.pay(intent_id)
    shop.payments.receive("stripe", *gateway.event(intent_id, "payment_intent.succeeded"))


def test_a_cart_becomes_an_order_that_waits_for_its_payment(shop: Commerce, make: Builders) -> None:
    variant = make.variant(price=1999, stock=5)
    cart = make.cart((variant, 2))
    done = shop.checkout.check_out(make.request(cart.id))
    assert done.order.status is OrderStatus.PENDING_PAYMENT
    assert done.order.total == Money(2 * 1999 + 490, "EUR") == done.payment.amount
    assert (done.order.number, done.payment.status) == (1001, "requires_payment_method")
    assert done.payment.client_secret
    assert shop.checkout.order(done.order.id, done.order_token) == done.order
    assert shop.cart.get(cart.id).status is CartStatus.CONVERTED
    assert shop.inventory.stock(SYSTEM, variant).reserved == 2


def test_a_paid_order_has_sold_its_stock_and_queued_its_mail(
    shop: Commerce, make: Builders, gateway: FakeGateway, database_url: str
) -> None:
    variant = make.variant(stock=5)
    done = shop.checkout.check_out(make.request(make.cart((variant, 2)).id))
    pay(shop, gateway, done.payment.intent_id)
    order = shop.checkout.order(done.order.id, done.order_token)
    assert (order.status, order.payment_status, order.payments[0].status) == (OrderStatus.PAID, "paid", "succeeded")
    stock = shop.inventory.stock(SYSTEM, variant)
    assert (stock.on_hand, stock.reserved, stock.available) == (3, 0, 3)
    assert count(database_url, "email_outbox") == 1
    assert shop.inventory.verify(SYSTEM) == []


def test_a_repeat_for_an_unchanged_cart_is_the_same_order(shop: Commerce, make: Builders, database_url: str) -> None:
    cart = make.cart((make.variant(), 1))
    first, second = (shop.checkout.check_out(make.request(cart.id)) for _ in range(2))
    assert first == second
    assert count(database_url, "orders") == count(database_url, "payments") == 1


def test_fifty_parallel_checkouts_of_one_cart_make_one_order(shop: Commerce, make: Builders, database_url: str) -> None:
    cart = make.cart((make.variant(), 1))
    with ThreadPoolExecutor(16) as clicks:
        orders = list(clicks.map(lambda _: shop.checkout.check_out(make.request(cart.id)).order.id, range(50)))
    assert len(set(orders)) == 1
    assert count(database_url, "orders") == count(database_url, "payments") == 1


def test_other_details_for_an_ordered_cart_are_refused(shop: Commerce, make: Builders) -> None:
    cart = make.cart((make.variant(), 1))
    shop.checkout.check_out(make.request(cart.id))
    with pytest.raises(CartNotOpen):
        shop.checkout.check_out(make.request(cart.id, email="other@example.com"))


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"shipping_address": None}, ShippingNotChosen),
        ({"shipping_option_id": None}, ShippingNotChosen),
        ({"shipping_option_id": "drone"}, UnknownShippingOption),
        ({"expected_total": Money(1, "EUR")}, TotalChanged),
        ({"cart_id": CartId(uuid4())}, CartNotFound),
    ],
)
def test_a_checkout_that_cannot_be_leaves_everything_as_it_was(
    shop: Commerce, make: Builders, database_url: str, change: dict, refusal: type[Exception]
) -> None:
    variant = make.variant(stock=5)
    cart = make.cart((variant, 1))
    with pytest.raises(refusal):
        shop.checkout.check_out(evolve(make.request(cart.id), **change))
    assert shop.cart.get(cart.id) == cart
    assert count(database_url, "orders") == count(database_url, "outbox_events WHERE type = 'order_placed'") == 0


def test_an_empty_cart_cannot_be_bought(shop: Commerce, make: Builders) -> None:
    with pytest.raises(CartEmpty):
        shop.checkout.check_out(make.request(make.cart().id))


def test_an_address_without_a_street_is_refused_with_a_pointer() -> None:
    with pytest.raises(InvalidInput) as refused:
        evolve(PARIS, line1=" ", country="France")
    assert [error.pointer for error in refused.value.errors] == ["/line1", "/country"]


def test_an_unpublished_product_is_refused_by_name(shop: Commerce, make: Builders, database_url: str) -> None:
    variant = make.variant()
    cart = make.cart((variant, 1))
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("UPDATE products SET status = 'ARCHIVED'")
    with pytest.raises(ItemsUnavailable) as refused:
        shop.checkout.check_out(make.request(cart.id))
    assert refused.value.variant_ids == (variant,)


def test_a_price_that_went_up_needs_the_buyer_to_agree(shop: Commerce, make: Builders, database_url: str) -> None:
    cart = make.cart((make.variant(price=1000), 1))
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("UPDATE product_variants SET price_amount = 1100")
    with pytest.raises(TotalChanged) as refused:
        shop.checkout.check_out(make.request(cart.id))
    assert refused.value.total == Money(1590, "EUR")
    agreed = evolve(make.request(cart.id), expected_total=Money(1590, "EUR"))
    assert shop.checkout.check_out(agreed).order.total == Money(1590, "EUR")


def test_an_expired_hold_is_taken_again_at_checkout_or_refused(shop: Commerce, make: Builders, clock: Clock) -> None:
    variant = make.variant(stock=1)
    late = make.cart((variant, 1))
    clock.forward(timedelta(minutes=31))
    shop.inventory.release_expired()
    quick = make.cart((variant, 1))
    with pytest.raises(OutOfStock):
        shop.checkout.check_out(make.request(late.id))
    assert shop.checkout.check_out(make.request(quick.id)).order.status is OrderStatus.PENDING_PAYMENT


def test_a_free_order_needs_no_payment(shop: Commerce, make: Builders) -> None:
    variant = make.variant(price=0, stock=3, ships=False)
    cart = make.cart((variant, 1))
    done = shop.checkout.check_out(PlaceOrder(CartId(cart.id), "a@example.com"))
    assert (done.order.status, done.payment) == (OrderStatus.PAID, None)
    assert shop.inventory.stock(SYSTEM, variant).on_hand == 2
    assert shop.checkout.check_out(PlaceOrder(CartId(cart.id), "a@example.com")).order.id == done.order.id


def test_confirm_asks_the_provider_and_not_the_caller(shop: Commerce, make: Builders, gateway: FakeGateway) -> None:
    done = shop.checkout.check_out(make.request(make.cart((make.variant(), 1)).id))
    unpaid = shop.checkout.confirm(done.order.id, done.order_token)
    assert (unpaid.order.status, unpaid.payment.status) == (OrderStatus.PENDING_PAYMENT, "requires_payment_method")
    gateway.pay(done.payment.intent_id)
    paid = shop.checkout.confirm(done.order.id, done.order_token)
    assert (paid.order.status, paid.payment.status) == (OrderStatus.PAID, "succeeded")
    again = shop.checkout.confirm(done.order.id, done.order_token)
    assert (again.order, again.payment.status) == (paid.order, "succeeded")


@pytest.mark.parametrize("token", ["", "x", "é", "\udce9"])
def test_an_order_id_alone_opens_nothing(shop: Commerce, make: Builders, token: str) -> None:
    done = shop.checkout.check_out(make.request(make.cart((make.variant(), 1)).id))
    other = shop.checkout.check_out(make.request(make.cart((make.variant(), 1)).id))
    for wrong in (token, other.order_token):
        with pytest.raises(OrderNotFound):
            shop.checkout.order(done.order.id, wrong)
        with pytest.raises(OrderNotFound):
            shop.checkout.confirm(done.order.id, wrong)


def test_an_unpaid_order_expires_and_gives_everything_back(
    shop: Commerce, make: Builders, gateway: FakeGateway, clock: Clock
) -> None:
    variant = make.variant(stock=2)
    cart = make.cart((variant, 2))
    done = shop.checkout.check_out(make.request(cart.id))
    assert shop.checkout.expire_unpaid() == 0
    clock.forward(timedelta(minutes=31))
    with pytest.raises(OrderExpired):
        shop.checkout.check_out(make.request(cart.id))
    assert shop.checkout.expire_unpaid() == 1
    assert shop.checkout.expire_unpaid() == 0
    assert shop.checkout.order(done.order.id, done.order_token).status is OrderStatus.CANCELLED
    assert gateway.retrieve_intent(done.payment.intent_id).status is IntentStatus.CANCELED
    assert shop.inventory.stock(SYSTEM, variant).available == 2
    assert shop.cart.get(cart.id).status is CartStatus.ACTIVE
    again = shop.checkout.check_out(make.request(cart.id))
    assert again.order.id != done.order.id
    assert shop.inventory.verify(SYSTEM) == []


def test_an_order_paid_at_the_last_moment_does_not_expire(
    shop: Commerce, make: Builders, gateway: FakeGateway, clock: Clock
) -> None:
    done = shop.checkout.check_out(make.request(make.cart((make.variant(), 1)).id))
    gateway.pay(done.payment.intent_id)
    clock.forward(timedelta(minutes=31))
    assert shop.checkout.expire_unpaid() == 0
    assert shop.checkout.order(done.order.id, done.order_token).status is OrderStatus.PAID


def test_an_operator_cancels_an_unpaid_order_only(shop: Commerce, make: Builders, gateway: FakeGateway) -> None:
    unpaid = shop.checkout.check_out(make.request(make.cart((make.variant(), 1)).id))
    paid = shop.checkout.check_out(make.request(make.cart((make.variant(), 1)).id))
    pay(shop, gateway, paid.payment.intent_id)
    cancelled = shop.checkout.change_status(SYSTEM, unpaid.order.id, OrderStatus.CANCELLED)
    assert cancelled.status is OrderStatus.CANCELLED
    with pytest.raises(OrderIsPaid):
        shop.checkout.change_status(SYSTEM, paid.order.id, OrderStatus.CANCELLED)
    with pytest.raises(OrderStatusRefused):
        shop.checkout.change_status(SYSTEM, unpaid.order.id, OrderStatus.CANCELLED)


def test_status_moves_forward_by_hand_but_never_to_paid(shop: Commerce, make: Builders, gateway: FakeGateway) -> None:
    done = shop.checkout.check_out(make.request(make.cart((make.variant(), 1)).id))
    with pytest.raises(OrderStatusRefused):
        shop.checkout.change_status(SYSTEM, done.order.id, OrderStatus.PAID)
    pay(shop, gateway, done.payment.intent_id)
    version = shop.checkout.show(SYSTEM, done.order.id).version
    with pytest.raises(OrderChanged):
        shop.checkout.change_status(SYSTEM, done.order.id, OrderStatus.FULFILLED, version - 1)
    sent = shop.checkout.change_status(SYSTEM, done.order.id, OrderStatus.FULFILLED, version)
    assert (sent.status, sent.fulfillment_status) == (OrderStatus.FULFILLED, "fulfilled")
    assert shop.checkout.change_status(SYSTEM, done.order.id, OrderStatus.COMPLETED).status is OrderStatus.COMPLETED


def test_a_guest_may_not_run_the_shop(shop: Commerce, make: Builders) -> None:
    done = shop.checkout.check_out(make.request(make.cart((make.variant(), 1)).id))
    for to in (OrderStatus.CANCELLED, OrderStatus.FULFILLED):
        with pytest.raises(PermissionDenied):
            shop.checkout.change_status(GUEST, done.order.id, to)
    with pytest.raises(PermissionDenied):
        shop.checkout.show(GUEST, done.order.id)
    with pytest.raises(PermissionDenied):
        shop.payments.mark_received(GUEST, done.order.id)


def test_a_manual_payment_is_received_by_an_operator(shop: Commerce, make: Builders, database_url: str) -> None:
    request = evolve(make.request(make.cart((make.variant(), 1)).id), payment_method=PaymentMethod.MANUAL)
    done = shop.checkout.check_out(request)
    assert (done.payment.provider, done.payment.client_secret) == ("manual", None)
    assert count(database_url, "email_outbox") == 1  # a transfer takes days: the buyer hears at once
    assert shop.payments.mark_received(SYSTEM, done.order.id).status is OrderStatus.PAID
    assert count(database_url, "email_outbox") == 1
    assert shop.checkout.confirm(done.order.id, done.order_token).order.status is OrderStatus.PAID


def test_a_payment_under_way_keeps_the_order_alive(
    shop: Commerce, make: Builders, gateway: FakeGateway, clock: Clock
) -> None:
    done = shop.checkout.check_out(make.request(make.cart((make.variant(), 1)).id))
    body, signature = gateway.event(done.payment.intent_id, "payment_intent.processing")
    shop.payments.receive("stripe", body, signature)
    assert shop.checkout.order(done.order.id, done.order_token).payment_status == "processing"
    clock.forward(timedelta(minutes=31))
    assert shop.checkout.expire_unpaid() == 0
    assert PaymentUnderWay(done.order.id).code == "payment-under-way"


def test_adding_to_a_cart_again_after_its_order_was_cancelled(shop: Commerce, make: Builders) -> None:
    variant = make.variant(stock=3)
    cart = make.cart((variant, 1))
    done = shop.checkout.check_out(make.request(cart.id))
    shop.checkout.change_status(SYSTEM, done.order.id, OrderStatus.CANCELLED)
    assert shop.cart.add_item(cart.id, NewItem(variant, 1)).items[0].quantity == 2


def test_one_order_that_cannot_expire_does_not_hold_up_the_others(
    shop: Commerce, make: Builders, clock: Clock, rows: Rows
) -> None:
    stuck, other = (shop.checkout.check_out(make.request(make.cart((make.variant(), 1)).id)) for _ in range(2))
    rows("UPDATE payments SET intent_id = 'nonsense' WHERE order_id = %s", stuck.order.id)
    clock.forward(timedelta(minutes=31))
    assert shop.checkout.expire_unpaid() == 1
    assert shop.checkout.order(other.order.id, other.order_token).status is OrderStatus.CANCELLED
    assert shop.checkout.order_reader.unpaid_past(10) == []  # it is looked at again later


def test_an_order_that_changed_while_it_was_being_cancelled_is_not_cancelled(shop: Commerce, make: Builders) -> None:
    done = shop.checkout.check_out(make.request(make.cart((make.variant(), 1)).id))
    with pytest.raises(OrderChanged):
        shop.checkout.change_status(SYSTEM, done.order.id, OrderStatus.CANCELLED, expected_version=7)
    assert shop.checkout.order(done.order.id, done.order_token).status is OrderStatus.PENDING_PAYMENT


def test_cancelling_by_hand_leaves_an_audit_row_and_expiring_does_not(
    shop: Commerce, make: Builders, clock: Clock, database_url: str
) -> None:
    by_hand, late = (shop.checkout.check_out(make.request(make.cart((make.variant(), 1)).id)) for _ in range(2))
    shop.checkout.change_status(SYSTEM, by_hand.order.id, OrderStatus.CANCELLED)
    clock.forward(timedelta(minutes=31))
    assert shop.checkout.expire_unpaid() == 1
    with psycopg.connect(database_url) as connection:
        rows = connection.execute("SELECT entity_id FROM audit_logs WHERE action = 'order.cancel'").fetchall()
    assert rows == [(str(by_hand.order.id),)]
    assert shop.checkout.order(late.order.id, late.order_token).status is OrderStatus.CANCELLED


def test_lines_keep_the_order_in_which_they_were_chosen(shop: Commerce, make: Builders) -> None:
    chosen = [make.variant(title=f"Mug {n}") for n in range(8)]
    cart = make.cart(*((variant, 1) for variant in chosen))
    assert [line.variant_id for line in shop.cart.get(cart.id).items] == chosen
    done = shop.checkout.check_out(make.request(cart.id))
    assert [line.variant_id for line in shop.checkout.show(SYSTEM, done.order.id).items] == chosen


def test_one_request_finds_out_that_postgresql_was_restarted_and_the_next_ones_work(
    shop: Commerce, make: Builders, database_url: str
) -> None:
    cart = make.cart((make.variant(), 1))
    with ThreadPoolExecutor(8) as readers:
        list(readers.map(lambda _: shop.cart.get(cart.id), range(64)))
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    with pytest.raises(DatabaseUnavailable):
        shop.cart.get(cart.id)
    for _ in range(16):
        assert shop.cart.get(cart.id) == cart
