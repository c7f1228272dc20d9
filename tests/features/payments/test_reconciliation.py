"""Comparing our books with the provider's: what no webhook told is settled once, the rest is shown to a person."""

from datetime import timedelta

import pytest
from attrs import evolve

from commerce_core import Commerce, Settings, open_shop
from commerce_core.access.model import SYSTEM
from commerce_core.kernel.money import Money
from commerce_core.orders.model import OrderStatus
from commerce_core.payments.errors import GatewayUnavailable
from commerce_core.payments.provider import Intent, IntentStatus, ProviderPage, ProviderRefundStatus
from commerce_core.testing.builders import Builders
from commerce_core.testing.clock import Clock
from commerce_core.testing.fake_gateway import FakeGateway
from tests.features.payments.conftest import Till


def compare(shop: Commerce) -> tuple[int, int]:
    [result] = shop.reconciliation.reconcile(SYSTEM)
    return result.settled, result.unsettled


def test_a_payment_that_no_webhook_told_of_is_settled_once(
    shop: Commerce, make: Builders, till: Till, gateway: FakeGateway
) -> None:
    paid, waiting = (till.place((make.variant(stock=2), 1)) for _ in range(2))
    gateway.pay(paid.payment.intent_id)
    assert compare(shop) == (1, 0)
    assert till.order(paid).status is OrderStatus.PAID
    assert till.order(waiting).status is OrderStatus.PENDING_PAYMENT
    assert compare(shop) == (0, 0)
    assert till.mails("order_confirmation") == ["camille@example.com"]
    assert till.cases() == ()
    till.must_add_up()


def test_books_that_agree_are_left_alone(shop: Commerce, make: Builders, till: Till, gateway: FakeGateway) -> None:
    for status in ("pay", "process", "decline", "cancel_intent"):
        placed = till.place((make.variant(stock=2), 1))
        getattr(gateway, status)(placed.payment.intent_id)
    assert compare(shop)[0] >= 3
    before = till.rows("SELECT id, version, updated_at FROM orders ORDER BY id")
    assert compare(shop) == (0, 0)
    assert till.rows("SELECT id, version, updated_at FROM orders ORDER BY id") == before


def test_money_for_an_order_that_is_cancelled_goes_back_also_when_only_reconciliation_finds_it(
    shop: Commerce, make: Builders, till: Till, gateway: FakeGateway
) -> None:
    placed = till.place((make.variant(stock=2), 1))
    gateway.pay(placed.payment.intent_id)
    till.rows("UPDATE orders SET status = 'CANCELLED', expires_at = NULL")
    till.rows("UPDATE payments SET status = 'canceled'")
    assert compare(shop) == (1, 0)
    till.work()
    assert till.given_back() == [(placed.order.total.amount, "succeeded")]
    assert compare(shop) == (0, 0)
    assert till.mails("order_refunded") == ["camille@example.com"]


def test_a_refund_made_in_the_dashboard_is_written_down_once(
    shop: Commerce, make: Builders, till: Till, gateway: FakeGateway
) -> None:
    placed = till.place((make.variant(stock=2), 1))
    till.pay(placed)
    gateway.refund_by_hand(placed.payment.intent_id, Money(300, "EUR"))
    assert compare(shop) == (1, 0)
    assert compare(shop) == (0, 0)
    order = till.order(placed)
    assert [(r.amount.amount, r.reason) for r in order.refunds] == [(300, "made_elsewhere")]
    assert order.payment_status == "partially_refunded"
    till.must_add_up()


def test_an_order_that_the_provider_says_was_never_paid_is_shown_once(
    shop: Commerce, make: Builders, till: Till
) -> None:
    placed = till.place((make.variant(stock=2), 1))
    till.rows("UPDATE payments SET status = 'succeeded', captured_amount = amount")
    assert compare(shop) == (0, 1)
    compare(shop)
    [case] = till.cases()
    assert (case.kind, case.order_id, case.subject) == (
        "order_without_payment", placed.order.id, placed.payment.intent_id
    )  # fmt: skip
    assert case.detail == "the provider says requires_payment_method"


class Changed(FakeGateway):
    """A provider in whose dashboard amounts were changed."""

    def list_intents(self, since, cursor=None) -> ProviderPage[Intent]:
        page = super().list_intents(since, cursor)
        paid = {"status": IntentStatus.SUCCEEDED, "received": Money(1, "EUR")}
        return evolve(page, items=tuple(evolve(intent, **paid) for intent in page.items))


def test_another_amount_is_shown_once_and_pays_nothing(database_url: str, settings: Settings) -> None:
    gateway = Changed()
    with open_shop(database_url, settings=settings, gateway=gateway) as shop:
        till = Till(shop, gateway, Builders(shop), database_url)
        placed = till.place((till.make.variant(), 1))
        for _ in range(2):
            compare(shop)
        assert [case.kind for case in till.cases()] == ["amount_differs"]
        assert till.order(placed).status is OrderStatus.PENDING_PAYMENT


def test_what_is_older_than_the_list_and_still_open_is_asked_for(
    shop: Commerce, make: Builders, till: Till, gateway: FakeGateway, clock: Clock
) -> None:
    placed = till.place((make.variant(stock=2), 1))
    gateway.process(placed.payment.intent_id)
    till.tell(placed.payment.intent_id, "payment_intent.processing")
    clock.forward(timedelta(days=9))
    compare(shop)
    gateway.pay(placed.payment.intent_id)
    [result] = shop.reconciliation.reconcile(SYSTEM, clock.now - timedelta(hours=1))
    assert (result.settled, till.order(placed).status) == (1, OrderStatus.PAID)


def test_a_refund_that_is_long_under_way_is_asked_for(database_url: str, settings: Settings, clock: Clock) -> None:
    gateway = FakeGateway(refunds_become=ProviderRefundStatus.PENDING)
    with open_shop(database_url, settings=settings, gateway=gateway) as shop:
        till = Till(shop, gateway, Builders(shop), database_url)
        placed = till.place((till.make.variant(), 1))
        till.pay(placed)
        made = gateway.refund_by_hand(placed.payment.intent_id, Money(300, "EUR"))
        till.tell(made.id, "refund.created")
        gateway.settle_refund(made.id, ProviderRefundStatus.SUCCEEDED)
        clock.forward(timedelta(days=9))
        [result] = shop.reconciliation.reconcile(SYSTEM, clock.now - timedelta(hours=1))
        assert (result.settled, till.order(placed).refunds[0].status) == (1, "succeeded")


class Paged(FakeGateway):
    """A provider that gives its list one by one."""

    def list_intents(self, since, cursor=None) -> ProviderPage[Intent]:
        items = super().list_intents(since).items
        place = int(cursor or 0)
        rest = str(place + 1) if place + 1 < len(items) else None
        return ProviderPage(items[place : place + 1], rest)


def test_every_page_of_a_list_is_read(database_url: str, settings: Settings) -> None:
    gateway = Paged()
    with open_shop(database_url, settings=settings, gateway=gateway) as shop:
        till = Till(shop, gateway, Builders(shop), database_url)
        mug = till.make.variant(stock=9)
        orders = [till.place((mug, 1)) for _ in range(5)]
        for placed in orders:
            gateway.pay(placed.payment.intent_id)
        assert compare(shop) == (5, 0)
        assert {till.order(placed).status for placed in orders} == {OrderStatus.PAID}


class Away(FakeGateway):
    """A provider that goes away after its intents."""

    def list_refunds(self, since, cursor=None):
        raise GatewayUnavailable


def test_a_comparison_that_was_cut_short_is_made_again_from_where_it_began(
    database_url: str, settings: Settings
) -> None:
    gateway = Away()
    with open_shop(database_url, settings=settings, gateway=gateway) as shop:
        till = Till(shop, gateway, Builders(shop), database_url)
        placed = till.place((till.make.variant(), 1))
        gateway.pay(placed.payment.intent_id)
        with pytest.raises(GatewayUnavailable):
            shop.reconciliation.catch_up()
        assert till.order(placed).status is OrderStatus.PAID  # what was settled stays so
        assert till.rows("SELECT count(*) FROM payment_reconciliations") == [(0,)]


def test_the_next_comparison_begins_a_little_before_the_end_of_the_last(
    shop: Commerce, make: Builders, till: Till, clock: Clock
) -> None:
    clock.forward(timedelta(0))
    shop.reconciliation.catch_up()
    clock.forward(timedelta(minutes=10))
    [result] = shop.reconciliation.catch_up()
    assert result.since == clock.now - timedelta(minutes=10) - timedelta(hours=2)
    assert till.rows("SELECT provider, up_to FROM payment_reconciliations") == [("stripe", clock.now)]
    [result] = shop.reconciliation.reconcile(SYSTEM, clock.now - timedelta(days=30))
    assert result.since == clock.now - timedelta(days=30)
    assert till.rows("SELECT count(*) FROM audit_logs WHERE action = 'payments.reconcile'") == [(1,)]


def test_a_fake_provider_keeps_no_books_to_compare_with(database_url: str, settings: Settings) -> None:
    with open_shop(database_url, settings=evolve(settings, payment_provider="fake")) as shop:
        assert shop.reconciliation.catch_up() == ()
