"""Giving money back: counted before it is asked for, asked for once whatever dies in between, recorded as it is."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import psycopg
import pytest
from attrs import evolve

from commerce_core import Commerce, Settings, open_shop
from commerce_core.access.model import SYSTEM
from commerce_core.kernel.ids import uuid7
from commerce_core.kernel.money import Money
from commerce_core.orders.model import OrderId, OrderStatus
from commerce_core.payments.errors import GatewayRefused, GatewayUnavailable, RefundTooLarge
from commerce_core.payments.model import RefundReason
from commerce_core.payments.provider import ProviderRefund, ProviderRefundStatus, RefundRequest
from commerce_core.payments.settling import plan_refund
from commerce_core.testing.builders import Builders
from commerce_core.testing.clock import Clock
from commerce_core.testing.fake_gateway import FakeGateway
from tests.crashes import InterruptedBegin, PowerCut, cut_after_commit, cut_before_commit
from tests.features.payments.conftest import Till


def plan(shop: Commerce, order_id, amount: int):
    """What a use case of a person does in its transaction; returns the refund."""
    with shop.payments.begin() as work:
        _, [payment, *_] = work.payments.lock_order(OrderId(order_id))
        return plan_refund(work, payment, Money(amount, "EUR"), RefundReason.PAID_TWICE, SYSTEM, uuid7)


@pytest.fixture
def paid(make: Builders, till: Till):
    placed = till.place((make.variant(price=1999, stock=5), 2))
    till.pay(placed)
    return placed


def test_refunds_add_up_until_nothing_is_left(shop: Commerce, till: Till, paid) -> None:
    plan(shop, paid.order.id, 1000)
    till.work()
    assert (till.order(paid).status, till.order(paid).payment_status) == (OrderStatus.PAID, "partially_refunded")
    with pytest.raises(RefundTooLarge):
        plan(shop, paid.order.id, 3489)
    assert len(till.order(paid).refunds) == 1
    plan(shop, paid.order.id, 3488)
    till.work()
    assert (till.order(paid).status, till.order(paid).payment_status) == (OrderStatus.REFUNDED, "refunded")
    assert sorted(till.given_back()) == [(1000, "succeeded"), (3488, "succeeded")]
    till.must_add_up()


def test_many_hands_at_once_never_give_back_more_than_was_taken(shop: Commerce, till: Till, paid) -> None:
    def give(_: int) -> int:
        try:
            return plan(shop, paid.order.id, 1000).amount.amount
        except RefundTooLarge:
            return 0

    with ThreadPoolExecutor(8) as hands:
        planned = sum(hands.map(give, range(20)))
    assert planned == 4000  # of 44.88
    till.work()
    assert sum(amount for amount, _ in till.given_back()) == 4000
    till.must_add_up()


def test_not_even_a_statement_by_hand_gives_back_more_than_was_taken(till: Till, paid) -> None:
    with pytest.raises(psycopg.errors.CheckViolation):
        till.rows("UPDATE payments SET refunded_amount = captured_amount + 1")


class Shaky(FakeGateway):
    """A provider whose answer to a refund is lost, or never comes, as long as `lost` is in its hands."""

    def __init__(self, *lost: str) -> None:
        super().__init__()
        object.__setattr__(self, "lost", list(lost))

    def create_refund(self, request: RefundRequest) -> ProviderRefund:
        step = self.lost.pop() if self.lost else ""
        if step == "before":
            raise GatewayUnavailable
        made = super().create_refund(request)
        if step == "after":
            raise GatewayUnavailable
        if step == "dies":
            raise PowerCut
        return made


@pytest.mark.parametrize("lost", ["before", "after", "dies"])
def test_a_refund_whose_answer_was_lost_is_asked_for_again_and_stays_one(
    database_url: str, settings: Settings, clock: Clock, lost: str
) -> None:
    gateway = Shaky(lost)
    with open_shop(database_url, settings=settings, gateway=gateway) as shop:
        till = Till(shop, gateway, Builders(shop), database_url)
        placed = till.place((till.make.variant(), 1))
        till.pay(placed)
        refund = plan(shop, placed.order.id, 500)
        with pytest.raises((GatewayUnavailable, PowerCut)):
            shop.refunds.execute(placed.order.id, refund.id)
        assert till.order(placed).refunds[0].status == "created"
        assert shop.refunds.resume() == 0  # whoever asked may still be about it
        clock.forward(timedelta(minutes=2))
        assert shop.refunds.resume() == 1
        assert shop.refunds.resume() == 0
        till.work()
        assert till.given_back() == [(500, "succeeded")]
        assert len(till.mails("order_refunded")) == 1
        till.must_add_up()


@pytest.mark.parametrize("transaction", [1, 2])
@pytest.mark.parametrize("cut", ["before", "after"])
def test_the_power_may_go_at_every_step_of_a_refund(
    shop: Commerce, till: Till, paid, transaction: int, cut: str
) -> None:
    refund = plan(shop, paid.order.id, 500)
    begin = InterruptedBegin(
        shop.refunds.begin,
        before=lambda work, n: cut_before_commit(work, n) if (cut, n) == ("before", transaction) else None,
        after=lambda n: cut_after_commit(n) if (cut, n) == ("after", transaction) else None,
    )
    with pytest.raises(PowerCut):
        evolve(shop.refunds, begin=begin).execute(paid.order.id, refund.id)
    till.work()
    assert till.given_back() == [(500, "succeeded")]
    assert till.mails("order_refunded") == ["camille@example.com"]
    assert till.order(paid).payment_status == "partially_refunded"
    till.must_add_up()


class Unwilling(FakeGateway):
    """A provider that gives nothing back."""

    def create_refund(self, request: RefundRequest) -> ProviderRefund:
        raise GatewayRefused("insufficient balance")


def test_a_refund_that_the_provider_refuses_opens_a_case_and_counts_no_more(
    database_url: str, settings: Settings
) -> None:
    gateway = Unwilling()
    with open_shop(database_url, settings=settings, gateway=gateway) as shop:
        till = Till(shop, gateway, Builders(shop), database_url)
        placed = till.place((till.make.variant(), 1))
        till.pay(placed)
        plan(shop, placed.order.id, 500)
        till.work()
        order = till.order(placed)
        assert (order.status, order.payment_status, order.refunds[0].status) == (OrderStatus.PAID, "paid", "failed")
        [case] = till.cases()
        assert (case.kind, case.order_id, case.expected) == ("refund_failed", order.id, Money(500, "EUR"))
        assert case.detail == "insufficient balance"
        assert till.mails("order_refunded") == []
        plan(shop, placed.order.id, order.total.amount)  # all of it is there again
        till.must_add_up()


def test_a_refund_that_fails_weeks_after_it_succeeded_is_the_shops_money_again(
    shop: Commerce, till: Till, paid, gateway: FakeGateway
) -> None:
    plan(shop, paid.order.id, 500)
    till.work()
    [(told,)] = till.rows("SELECT provider_refund_id FROM refunds")
    succeeded = gateway.event(told, "refund.updated")
    gateway.settle_refund(told, ProviderRefundStatus.FAILED)
    till.tell(told, "refund.failed")
    till.tell(told, "refund.failed")
    shop.payments.receive("stripe", *succeeded)  # late news
    order = till.order(paid)
    assert (order.payment_status, order.refunds[0].status) == ("paid", "failed")
    assert [case.kind for case in till.cases()] == ["refund_failed"]
    till.must_add_up()


def test_a_refund_under_way_is_followed_to_its_end(database_url: str, settings: Settings) -> None:
    gateway = FakeGateway(refunds_become=ProviderRefundStatus.PENDING)
    with open_shop(database_url, settings=settings, gateway=gateway) as shop:
        till = Till(shop, gateway, Builders(shop), database_url)
        placed = till.place((till.make.variant(), 1))
        till.pay(placed)
        plan(shop, placed.order.id, 500)
        till.work()
        assert till.order(placed).refunds[0].status == "pending"
        [(told,)] = till.rows("SELECT provider_refund_id FROM refunds")
        gateway.settle_refund(told, ProviderRefundStatus.SUCCEEDED)
        till.tell(told, "refund.updated")
        assert till.order(placed).refunds[0].status == "succeeded"
        assert len(till.mails("order_refunded")) == 1
        till.must_add_up()


@pytest.mark.parametrize("kinds", [["refund.created"], ["charge.refunded"], ["charge.refunded", "refund.created"]])
def test_a_refund_made_in_the_dashboard_is_written_down_once(
    till: Till, paid, gateway: FakeGateway, kinds: list[str]
) -> None:
    made = gateway.refund_by_hand(paid.payment.intent_id, Money(700, "EUR"))
    subjects = {"refund.created": made.id, "charge.refunded": paid.payment.intent_id}
    with ThreadPoolExecutor(8) as deliveries:
        list(deliveries.map(lambda kind: till.tell(subjects[kind], kind), kinds * 10))
    [refund] = till.order(paid).refunds
    assert (refund.amount, refund.reason, refund.status) == (Money(700, "EUR"), "made_elsewhere", "succeeded")
    assert till.order(paid).payment_status == "partially_refunded"
    assert till.mails("order_refunded") == []
    assert till.rows("SELECT DISTINCT status FROM webhook_events") == [("processed",)]
    [case] = till.cases()
    assert (case.kind, case.order_id, case.subject, case.expected, case.received) == (
        "refund_made_elsewhere", paid.order.id, made.id, None, Money(700, "EUR"),
    )  # fmt: skip
    till.must_add_up()


def test_a_dashboard_refund_that_a_person_has_looked_at_is_no_case_again(
    shop: Commerce, till: Till, paid, gateway: FakeGateway
) -> None:
    made = gateway.refund_by_hand(paid.payment.intent_id, Money(700, "EUR"))
    till.tell(made.id, "refund.created")
    shop.payment_cases.resolve(SYSTEM, till.cases()[0].id, "The mug stays with them.")
    till.tell(made.id, "refund.updated")
    shop.reconciliation.reconcile(SYSTEM)
    assert till.cases() == ()
    assert len(till.order(paid).refunds) == 1


def test_a_dashboard_refund_that_stands_in_the_way_of_ours_is_neither_written_nor_a_case(
    shop: Commerce, till: Till, paid, gateway: FakeGateway
) -> None:
    made = gateway.refund_by_hand(paid.payment.intent_id, paid.order.total)
    plan(shop, paid.order.id, 500)
    with pytest.raises(RefundTooLarge):
        shop.refunds.hear("stripe", made)
    assert till.cases() == ()
    assert len(till.order(paid).refunds) == 1
    till.must_add_up()


def test_all_of_it_given_back_in_the_dashboard_makes_the_order_refunded(till: Till, paid, gateway: FakeGateway) -> None:
    gateway.refund_by_hand(paid.payment.intent_id, paid.order.total)
    till.tell(paid.payment.intent_id, "charge.refunded")
    assert (till.order(paid).status, till.order(paid).payment_status) == (OrderStatus.REFUNDED, "refunded")


def test_a_refund_told_before_its_payment_is_first_paid_and_then_refunded(
    make: Builders, till: Till, gateway: FakeGateway
) -> None:
    placed = till.place((make.variant(stock=2), 1))
    gateway.pay(placed.payment.intent_id)
    gateway.refund_by_hand(placed.payment.intent_id, Money(100, "EUR"))
    till.tell(placed.payment.intent_id, "charge.refunded")
    till.tell(placed.payment.intent_id, "payment_intent.succeeded")
    assert (till.order(placed).status, till.order(placed).payment_status) == (OrderStatus.PAID, "partially_refunded")
    till.must_add_up()


def test_the_webhook_of_a_refund_may_be_faster_than_the_answer(
    shop: Commerce, till: Till, paid, gateway: FakeGateway
) -> None:
    refund = plan(shop, paid.order.id, 500)
    request = RefundRequest(refund.id, paid.order.id, paid.payment.intent_id, refund.amount)
    made = gateway.create_refund(request)
    till.tell(made.id, "refund.created")
    till.work()
    assert [(r.reason, r.status) for r in till.order(paid).refunds] == [("paid_twice", "succeeded")]
    assert till.given_back() == [(500, "succeeded")]
    assert till.mails("order_refunded") == ["camille@example.com"]
    till.must_add_up()


def test_an_answer_that_was_overtaken_by_later_news_changes_nothing(
    shop: Commerce, till: Till, paid, gateway: FakeGateway
) -> None:
    plan(shop, paid.order.id, 500)
    till.work()
    [(told,)] = till.rows("SELECT provider_refund_id FROM refunds")
    succeeded = gateway.retrieve_refund(told)
    assert shop.refunds.hear("stripe", evolve(succeeded, status=ProviderRefundStatus.PENDING)) is False
    assert shop.refunds.hear("stripe", gateway.settle_refund(told, ProviderRefundStatus.FAILED)) is True
    after = till.order(paid)
    assert shop.refunds.hear("stripe", succeeded) is False
    assert till.order(paid) == after
    assert after.refunds[0].status == "failed"
    till.must_add_up()


def test_a_refund_that_was_made_is_not_asked_for_again(database_url: str, settings: Settings) -> None:
    gateway = Shaky()
    with open_shop(database_url, settings=settings, gateway=gateway) as shop:
        till = Till(shop, gateway, Builders(shop), database_url)
        placed = till.place((till.make.variant(), 1))
        till.pay(placed)
        refund = plan(shop, placed.order.id, 500)
        till.work()
        gateway.lost.append("before")
        shop.refunds.execute(placed.order.id, refund.id)
        assert gateway.lost == ["before"]
