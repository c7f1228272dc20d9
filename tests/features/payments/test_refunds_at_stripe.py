"""Refunds by operators, by Stripe's dashboard and by both at once, at the emulator: our books say what Stripe's do."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import psycopg
import pytest
from attrs import frozen

from commerce_core import Commerce, Settings, open_shop
from commerce_core.access.model import SYSTEM
from commerce_core.checkout.views import CheckoutView
from commerce_core.gateways.stripe import StripeGateway
from commerce_core.kernel.money import Money
from commerce_core.kernel.page import PageRequest
from commerce_core.orders.model import OrderStatus
from commerce_core.payments.drafts import NewRefund, RefundItem
from commerce_core.payments.errors import NothingToRefund, RefundTooLarge
from commerce_core.payments.model import CaseStatus
from commerce_core.testing.builders import Builders
from commerce_core.testing.stripe_server import StripeServer


@pytest.fixture(scope="module")
def stripe_server() -> Iterator[StripeServer]:
    """Never told where the shop is: what happens there the shop finds out by asking."""
    with StripeServer() as server:
        yield server


@pytest.fixture
def shop(database_url: str, settings: Settings, stripe_server: StripeServer) -> Iterator[Commerce]:
    gateway = StripeGateway("sk_test_refunds", ("whsec_refunds",), "pk_test_refunds", stripe_server.url)
    with open_shop(database_url, settings=settings, gateway=gateway) as opened:
        yield opened


@frozen
class Stripe:
    """Stripe, as buyers, banks and people at the dashboard use it."""

    http: httpx.Client

    def pay(self, placed: CheckoutView) -> None:
        assert placed.payment
        asked = {"client_secret": placed.payment.client_secret, "payment_method": "pm_card_visa"}
        key = {"Authorization": "Bearer pk_test_refunds"}
        path = f"/v1/payment_intents/{placed.payment.intent_id}/confirm"
        assert self.http.post(path, data=asked, headers=key).json()["status"] == "succeeded"

    def refund(self, placed: CheckoutView, amount: int) -> None:
        assert placed.payment
        path = f"/_control/payment_intents/{placed.payment.intent_id}/refunds"
        assert self.http.post(path, json={"amount": amount}).status_code == 200

    def fail(self, refund_id: str) -> None:
        path = f"/_control/refunds/{refund_id}/outcome"
        assert self.http.post(path, json={"outcome": "failed"}).status_code == 200

    def refunds(self, placed: CheckoutView) -> set[tuple[str, int, str]]:
        """Every refund of the order's intent."""
        assert placed.payment
        asked = {"payment_intent": placed.payment.intent_id, "limit": 100}
        found = self.http.get("/v1/refunds", params=asked).json()["data"]
        return {(refund["id"], refund["amount"], refund["status"]) for refund in found}


@pytest.fixture
def stripe(stripe_server: StripeServer) -> Iterator[Stripe]:
    key = {"Authorization": "Bearer sk_test_refunds"}
    with httpx.Client(base_url=stripe_server.url, headers=key, timeout=10) as http:
        yield Stripe(http)


@pytest.fixture
def paid(shop: Commerce, make: Builders, stripe: Stripe) -> CheckoutView:
    """Three mugs at 19.99, and the shipping at 4.90."""
    placed = shop.checkout.check_out(make.request(make.cart((make.variant(price=1999, stock=5), 3)).id))
    stripe.pay(placed)
    shop.checkout.confirm(placed.order.id, placed.order_token)
    return placed


def ours(url: str) -> set[tuple[Any, ...]]:
    with psycopg.connect(url) as connection:
        return set(connection.execute("SELECT provider_refund_id, amount::int, status FROM refunds").fetchall())


def work(shop: Commerce) -> None:
    while shop.outbox.drain():
        pass


def test_twenty_refunds_at_once_of_one_order_are_those_that_stripe_knows(
    shop: Commerce, database_url: str, stripe: Stripe, paid: CheckoutView
) -> None:
    def give(number: int) -> int:
        wanted = (
            NewRefund(items=(RefundItem(paid.order.items[0].id, 1),)) if number < 2 else NewRefund(amount=euros(500))
        )
        try:
            return shop.refunds.refund(SYSTEM, paid.order.id, wanted).amount.amount
        except (RefundTooLarge, NothingToRefund):
            return 0

    with ThreadPoolExecutor(20) as hands:
        given = list(hands.map(give, range(20)))
    work(shop)
    assert 0 < sum(given) <= paid.order.total.amount
    assert paid.order.total.amount - sum(given) < 500  # Nobody was refused what was left.
    assert ours(database_url) == stripe.refunds(paid)
    assert sum(amount for _, amount, _ in ours(database_url)) == sum(given)


def test_a_dashboard_refund_beside_ours_appears_once_and_leaves_what_is_left(
    shop: Commerce, database_url: str, stripe: Stripe, paid: CheckoutView
) -> None:
    stripe.refund(paid, 700)
    shop.refunds.refund(SYSTEM, paid.order.id, NewRefund(amount=euros(1000)))
    for _ in range(2):
        shop.reconciliation.reconcile(SYSTEM)
    assert ours(database_url) == stripe.refunds(paid)
    found = shop.refunds.list_refunds(SYSTEM, paid.order.id)
    assert sorted((refund.reason.value, refund.amount.amount) for refund in found.items) == [
        ("made_elsewhere", 700), ("requested", 1000),
    ]  # fmt: skip
    assert found.left == euros(paid.order.total.amount - 1700)
    shop.refunds.refund(SYSTEM, paid.order.id, NewRefund(everything=True))
    assert shop.checkout.show(SYSTEM, paid.order.id).status is OrderStatus.REFUNDED
    assert ours(database_url) == stripe.refunds(paid)


def test_more_than_stripe_still_has_is_refused_there_and_counts_no_more(
    shop: Commerce, database_url: str, stripe: Stripe, paid: CheckoutView
) -> None:
    stripe.refund(paid, 6000)  # Nobody has told us yet.
    refused = shop.refunds.refund(SYSTEM, paid.order.id, NewRefund(amount=euros(1000)))
    assert refused.status == "failed"
    shop.reconciliation.reconcile(SYSTEM)
    assert {told for told in ours(database_url) if told[0]} == stripe.refunds(paid)
    assert shop.refunds.list_refunds(SYSTEM, paid.order.id).left == euros(paid.order.total.amount - 6000)
    cases = shop.payment_cases.list_cases(SYSTEM, CaseStatus.OPEN, PageRequest()).items
    assert [case.kind for case in cases if case.order_id == paid.order.id] == [
        "refund_made_elsewhere", "refund_failed",
    ]  # fmt: skip


def test_a_refund_that_stripe_takes_back_later_is_the_orders_again(
    shop: Commerce, database_url: str, stripe: Stripe, paid: CheckoutView
) -> None:
    made = shop.refunds.refund(SYSTEM, paid.order.id, NewRefund(everything=True))
    assert shop.checkout.show(SYSTEM, paid.order.id).status is OrderStatus.REFUNDED
    stripe.fail(str(made.provider_refund_id))
    for _ in range(2):
        shop.reconciliation.reconcile(SYSTEM)
    order = shop.checkout.show(SYSTEM, paid.order.id)
    assert (order.status, order.payment_status) == (OrderStatus.PAID, "paid")
    assert ours(database_url) == stripe.refunds(paid)
    again = shop.refunds.refund(SYSTEM, paid.order.id, NewRefund(everything=True))
    assert (again.amount, again.status) == (made.amount, "succeeded")


def euros(amount: int) -> Money:
    return Money(amount, "EUR")
