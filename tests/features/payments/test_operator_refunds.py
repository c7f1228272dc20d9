"""What operators give back: by amount, by the line or all of it, from as many hands at once as there are."""

import random
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from commerce_core import Commerce, Settings, open_shop
from commerce_core.access.errors import PermissionDenied
from commerce_core.access.model import GUEST, SYSTEM
from commerce_core.catalog.drafts import NewProduct, NewVariant
from commerce_core.catalog.model import ProductStatus
from commerce_core.checkout.views import CheckoutView
from commerce_core.discounts.drafts import NewDiscount
from commerce_core.discounts.model import DiscountKind
from commerce_core.inventory.model import Movement, MovementType
from commerce_core.kernel.errors import CommerceError, InvalidInput
from commerce_core.kernel.money import Money
from commerce_core.kernel.tax_class import TaxClass
from commerce_core.merchant.model import MerchantChanges
from commerce_core.orders.errors import OrderChanged, OrderNotFound
from commerce_core.orders.model import OrderStatus
from commerce_core.payments.drafts import NewRefund, RefundItem
from commerce_core.payments.errors import (
    GatewayRefused,
    GatewayUnavailable,
    NothingToRefund,
    RefundQuantityTooLarge,
    RefundShippingTooLarge,
    RefundTooLarge,
)
from commerce_core.payments.model import RefundReason, RefundStatus
from commerce_core.payments.provider import ProviderRefund, ProviderRefundStatus, RefundRequest
from commerce_core.taxes.drafts import NewTaxRate
from commerce_core.testing.builders import Builders
from commerce_core.testing.clock import Clock
from commerce_core.testing.fake_gateway import FakeGateway
from tests.features.payments.conftest import Till

BOOKS = """
SELECT refunded_amount FROM payments UNION ALL SELECT count(*) FROM refunds UNION ALL SELECT count(*) FROM refund_lines
UNION ALL SELECT coalesce(sum(refunded_amount + refunded_tax_amount), 0)::bigint FROM order_charges
UNION ALL SELECT sum(refunded_qty + restocked_qty) FROM order_items
UNION ALL SELECT count(*) FROM outbox_events UNION ALL SELECT count(*) FROM audit_logs
UNION ALL SELECT version FROM orders UNION ALL SELECT count(*) FROM inventory_movements
"""


def euros(amount: int) -> Money:
    return Money(amount, "EUR")


def some(placed: CheckoutView, quantity: int, line: int = 0, *, restock: bool | None = None) -> tuple[RefundItem, ...]:
    return (RefundItem(placed.order.items[line].id, quantity, restock),)


@pytest.fixture
def paid(make: Builders, till: Till) -> CheckoutView:
    """Three mugs at 19.99 and the shipping at 4.90."""
    placed = till.place((make.variant(price=1999, stock=5), 3))
    till.pay(placed)
    till.work()
    return placed


def test_a_refund_by_the_line_gives_back_its_share_and_says_so(shop: Commerce, till: Till, paid: CheckoutView) -> None:
    wanted = NewRefund(RefundReason.DAMAGED, items=some(paid, 2), shipping=euros(90), note="Two broken handles.")
    told = shop.refunds.preview(SYSTEM, paid.order.id, wanted)
    made = shop.refunds.refund(SYSTEM, paid.order.id, wanted)
    assert (made.amount, made.status, made.reason, made.note) == (
        euros(2 * 1999 + 90), "succeeded", "damaged", "Two broken handles.",
    )  # fmt: skip
    assert [(line.quantity, line.amount, line.tax, line.tax_rate) for line in made.lines] == [
        (2, euros(3998), euros(666), "20.00"),
        (0, euros(90), euros(15), "20.00"),
    ]
    assert (told.amount, told.lines, told.tax) == (made.amount, made.lines, euros(681))
    found = shop.refunds.list_refunds(SYSTEM, paid.order.id)
    assert (found.items, found.left) == ((made,), told.left)
    assert [(line.quantity, line.amount) for line in found.left_lines] == [(1, euros(1999)), (0, euros(400))]
    assert till.order(paid).payment_status == "partially_refunded"
    assert till.given_back() == [(4088, "succeeded")]
    till.work()
    assert till.given_back() == [(4088, "succeeded")]
    till.must_add_up()


def test_a_preview_writes_nothing(shop: Commerce, till: Till, paid: CheckoutView) -> None:
    before = till.rows(BOOKS)
    shop.refunds.preview(SYSTEM, paid.order.id, NewRefund(everything=True, restock=True))
    assert till.rows(BOOKS) == before


def test_everything_after_parts_of_it_is_exactly_the_rest(shop: Commerce, till: Till, paid: CheckoutView) -> None:
    shop.refunds.refund(SYSTEM, paid.order.id, NewRefund(amount=euros(1000)))
    shop.refunds.refund(SYSTEM, paid.order.id, NewRefund(items=some(paid, 1)))
    shop.refunds.refund(SYSTEM, paid.order.id, NewRefund(everything=True))
    order = till.order(paid)
    assert (order.status, order.payment_status) == (OrderStatus.REFUNDED, "refunded")
    assert sum(refund.amount.amount for refund in order.refunds) == order.total.amount
    assert till.rows("SELECT sum(tax_amount) FROM refund_lines") == [(order.tax_total.amount,)]
    assert till.rows("SELECT refunded_qty FROM order_items") == [(3,)]
    with pytest.raises(NothingToRefund):
        shop.refunds.refund(SYSTEM, paid.order.id, NewRefund(everything=True))
    till.must_add_up()


def test_units_come_back_on_the_shelf_when_the_provider_has_accepted_and_only_once(
    shop: Commerce, till: Till, paid: CheckoutView, gateway: FakeGateway
) -> None:
    variant = paid.order.items[0].variant_id
    shop.refunds.refund(SYSTEM, paid.order.id, NewRefund(items=some(paid, 1), restock=True))
    shop.refunds.refund(SYSTEM, paid.order.id, NewRefund(items=some(paid, 1, restock=False), restock=True))
    assert till.rows("SELECT variant_id, qty, reason FROM inventory_movements WHERE type = 'return'") == [
        (variant, 1, "refund")
    ]
    till.work()
    first = till.rows("SELECT provider_refund_id FROM refunds ORDER BY id")[0][0]
    gateway.settle_refund(first, ProviderRefundStatus.FAILED)
    till.tell(first, "refund.failed")
    assert till.rows("SELECT refunded_qty, restocked_qty FROM order_items") == [(1, 1)]
    # Its unit is on the shelf all the same: giving its money back again brings no second one.
    shop.refunds.refund(SYSTEM, paid.order.id, NewRefund(items=some(paid, 1), restock=True))
    assert till.rows("SELECT sum(qty) FROM inventory_movements WHERE type = 'return'") == [(1,)]
    shop.refunds.refund(SYSTEM, paid.order.id, NewRefund(items=some(paid, 1), restock=True))
    assert till.rows("SELECT sum(qty) FROM inventory_movements WHERE type = 'return'") == [(2,)]
    till.must_add_up()


def test_what_is_not_counted_does_not_come_back_to_any_shelf(shop: Commerce, till: Till, make: Builders) -> None:
    placed = till.place((make.variant(stock=None), 2))
    till.pay(placed)
    shop.refunds.refund(SYSTEM, placed.order.id, NewRefund(items=some(placed, 1), restock=True))
    assert till.rows("SELECT count(*) FROM inventory_movements") == [(0,)]
    till.must_add_up()


@pytest.mark.parametrize(
    ("wanted", "refusal"),
    [
        (lambda _: NewRefund(amount=euros(6488)), RefundTooLarge),
        (lambda placed: NewRefund(items=some(placed, 4)), RefundQuantityTooLarge),
        (lambda _: NewRefund(shipping=euros(491)), RefundShippingTooLarge),
        (lambda _: NewRefund(items=(RefundItem(uuid4(), 1),)), InvalidInput),
        (lambda _: NewRefund(amount=Money(5, "USD")), InvalidInput),
        (lambda _: NewRefund(amount=euros(5), payment_id=uuid4()), InvalidInput),
    ],
)
def test_too_much_of_anything_is_refused_and_changes_nothing(
    shop: Commerce, till: Till, paid: CheckoutView, wanted: Any, refusal: type[CommerceError]
) -> None:
    before = till.rows(BOOKS)
    with pytest.raises(refusal):
        shop.refunds.refund(SYSTEM, paid.order.id, wanted(paid))
    with pytest.raises(refusal):
        shop.refunds.preview(SYSTEM, paid.order.id, wanted(paid))
    assert till.rows(BOOKS) == before


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({}, "/amount"),
        ({"amount": euros(5), "everything": True}, "/amount"),
        ({"amount": euros(0)}, "/amount"),
        ({"amount": euros(-5)}, "/amount"),
        ({"shipping": euros(-5)}, "/shipping"),
        ({"items": (RefundItem(UUID(int=1), 0),)}, "/items/0/quantity"),
        ({"items": (RefundItem(UUID(int=1), 1), RefundItem(UUID(int=1), 1))}, "/items/1/item_id"),
        ({"amount": euros(5), "reason": RefundReason.PAID_TWICE}, "/reason"),
        ({"amount": euros(5), "note": "\x00"}, "/note"),
        ({"amount": euros(5), "note": "x" * 2001}, "/note"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_is_opened(fields: dict[str, Any], pointer: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        NewRefund(**fields)
    assert [error.pointer for error in refused.value.errors] == [pointer]


def test_who_may_not_and_who_read_another_version_change_nothing(
    shop: Commerce, till: Till, paid: CheckoutView
) -> None:
    before, wanted = till.rows(BOOKS), NewRefund(amount=euros(5))
    for ask in (shop.refunds.refund, shop.refunds.preview):
        with pytest.raises(PermissionDenied):
            ask(GUEST, paid.order.id, wanted)
        with pytest.raises(OrderNotFound):
            ask(SYSTEM, uuid4(), wanted)
    with pytest.raises(PermissionDenied):
        shop.refunds.list_refunds(GUEST, paid.order.id)
    with pytest.raises(OrderChanged):
        shop.refunds.refund(SYSTEM, paid.order.id, wanted, expected_version=1)
    assert till.rows(BOOKS) == before


def test_an_order_without_money_has_nothing_to_give_back(shop: Commerce, till: Till, make: Builders) -> None:
    placed = till.place((make.variant(), 1))
    before = till.rows(BOOKS)
    for wanted in (NewRefund(amount=euros(1)), NewRefund(everything=True), NewRefund(items=some(placed, 1))):
        with pytest.raises(NothingToRefund):
            shop.refunds.refund(SYSTEM, placed.order.id, wanted)
    assert till.rows(BOOKS) == before


def test_twenty_hands_at_once_give_back_each_unit_once(shop: Commerce, till: Till, paid: CheckoutView) -> None:
    def give(_: int) -> int:
        try:
            return shop.refunds.refund(SYSTEM, paid.order.id, NewRefund(items=some(paid, 1))).amount.amount
        except RefundQuantityTooLarge:
            return 0

    with ThreadPoolExecutor(20) as hands:
        given = sorted(hands.map(give, range(20)))
    assert given == [0] * 17 + [1999] * 3
    till.work()
    assert sorted(till.given_back()) == [(1999, "succeeded")] * 3
    till.must_add_up()


def test_sixty_percent_and_all_of_it_at_the_same_moment_are_never_both(
    shop: Commerce, till: Till, make: Builders
) -> None:
    variant = make.variant(price=1000, stock=50)
    for _ in range(5):
        placed = till.place((variant, 1))
        till.pay(placed)
        whole = placed.order.total
        wishes = [NewRefund(amount=euros(whole.amount * 6 // 10)), NewRefund(amount=whole)]

        def give(wanted: NewRefund, order_id: UUID = placed.order.id) -> int:
            try:
                return shop.refunds.refund(SYSTEM, order_id, wanted).amount.amount
            except (RefundTooLarge, NothingToRefund):
                return 0

        with ThreadPoolExecutor(2) as hands:
            given = list(hands.map(give, wishes))
        assert sorted(map(bool, given)) == [False, True]
        assert sum(refund.amount.amount for refund in till.order(placed).refunds) == sum(given)
    till.must_add_up()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE order_items SET refunded_qty = qty + 1",
        "UPDATE order_items SET restocked_qty = qty + 1",
        "UPDATE order_charges SET refunded_amount = tax_base_amount + tax_amount + 1",
        "UPDATE order_charges SET refunded_amount = refunded_amount + 1, refunded_tax_amount = tax_amount + 1",
    ],
)
def test_not_even_a_statement_by_hand_gives_back_more_than_was_sold(
    till: Till, paid: CheckoutView, statement: str
) -> None:
    with pytest.raises(psycopg.errors.CheckViolation):
        till.rows(statement)


class Moody(FakeGateway):
    """A provider that refuses refunds, or is away, as long as `mood` says so."""

    def __init__(self, mood: CommerceError | None) -> None:
        super().__init__()
        object.__setattr__(self, "mood", mood)

    def create_refund(self, request: RefundRequest) -> ProviderRefund:
        if self.mood:
            raise self.mood
        return super().create_refund(request)


def test_while_the_provider_is_away_a_refund_waits_and_the_worker_goes_on(
    database_url: str, settings: Settings, clock: Clock
) -> None:
    gateway = Moody(GatewayUnavailable())
    with open_shop(database_url, settings=settings, gateway=gateway) as shop:
        till = Till(shop, gateway, Builders(shop), database_url)
        placed = till.place((till.make.variant(stock=3), 2))
        till.pay(placed)
        made = shop.refunds.refund(SYSTEM, placed.order.id, NewRefund(items=some(placed, 1), restock=True))
        assert (made.status, till.order(placed).payment_status) == (RefundStatus.CREATED, "paid")
        assert till.rows("SELECT refunded_qty, restocked_qty FROM order_items") == [(1, 0)]  # Counted, not yet back.
        object.__setattr__(gateway, "mood", None)
        clock.forward(timedelta(minutes=2))
        till.work()
        [after] = shop.refunds.list_refunds(SYSTEM, placed.order.id).items
        assert (after.id, after.status) == (made.id, RefundStatus.SUCCEEDED)
        assert till.rows("SELECT refunded_qty, restocked_qty FROM order_items") == [(1, 1)]
        till.must_add_up()


def test_a_refund_that_is_refused_gives_units_and_money_back_to_the_order(
    database_url: str, settings: Settings
) -> None:
    gateway = Moody(GatewayRefused("insufficient balance"))
    with open_shop(database_url, settings=settings, gateway=gateway) as shop:
        till = Till(shop, gateway, Builders(shop), database_url)
        placed = till.place((till.make.variant(stock=3), 2))
        till.pay(placed)
        made = shop.refunds.refund(SYSTEM, placed.order.id, NewRefund(everything=True, restock=True))
        assert (made.status, made.failure) == (RefundStatus.FAILED, "insufficient balance")
        assert [case.kind for case in till.cases()] == ["refund_failed"]
        assert till.rows("SELECT refunded_qty, restocked_qty FROM order_items") == [(0, 0)]
        assert till.rows("SELECT sum(refunded_amount), sum(refunded_tax_amount) FROM order_charges") == [(0, 0)]
        object.__setattr__(gateway, "mood", None)
        shop.refunds.refund(SYSTEM, placed.order.id, NewRefund(everything=True, restock=True))
        assert till.order(placed).status is OrderStatus.REFUNDED
        assert till.rows("SELECT qty FROM inventory_movements WHERE type = 'return'") == [(2,)]
        till.must_add_up()


def test_a_refund_of_everything_that_fails_weeks_later_makes_the_order_paid_again(
    shop: Commerce, till: Till, paid: CheckoutView, gateway: FakeGateway
) -> None:
    shop.refunds.refund(SYSTEM, paid.order.id, NewRefund(everything=True))
    assert till.order(paid).status is OrderStatus.REFUNDED
    [(told,)] = till.rows("SELECT provider_refund_id FROM refunds")
    gateway.settle_refund(told, ProviderRefundStatus.FAILED)
    till.tell(told, "refund.failed")
    till.tell(told, "refund.failed")
    order = till.order(paid)
    assert (order.status, order.payment_status) == (OrderStatus.PAID, "paid")
    assert [case.kind for case in till.cases()] == ["refund_failed"]
    [refund] = shop.refunds.list_refunds(SYSTEM, paid.order.id).items
    assert refund.status is RefundStatus.FAILED
    assert refund.succeeded_at
    assert refund.failed_at
    assert refund.succeeded_at < refund.failed_at
    kinds = [
        kind
        for (kind,) in till.rows("SELECT type FROM outbox_events WHERE starts_with(type, 'refund') ORDER BY sequence")
    ]
    assert kinds == ["refund_planned", "refund_made", "refund_succeeded", "refund_failed"]
    till.must_add_up()


def test_a_dashboard_refund_is_spread_over_the_lines_and_then_no_longer_theirs(
    shop: Commerce, till: Till, paid: CheckoutView, gateway: FakeGateway
) -> None:
    gateway.refund_by_hand(str(paid.payment and paid.payment.intent_id), euros(700))
    for _ in range(3):
        till.tell(str(paid.payment and paid.payment.intent_id), "charge.refunded")
    [refund] = shop.refunds.list_refunds(SYSTEM, paid.order.id).items
    assert (refund.reason, refund.created_by) == (RefundReason.MADE_ELSEWHERE, "system")
    assert sum(line.amount.amount for line in refund.lines) == 700
    assert len(refund.lines) == 2
    shop.refunds.refund(SYSTEM, paid.order.id, NewRefund(everything=True))
    assert till.order(paid).status is OrderStatus.REFUNDED
    till.must_add_up()


def test_money_that_came_twice_goes_back_without_touching_the_sale(database_url: str, settings: Settings) -> None:
    """The shop's own refund of the second payment failed; an operator gives it back from there."""
    gateway = Moody(GatewayRefused("insufficient balance"))
    with open_shop(database_url, settings=settings, gateway=gateway) as shop:
        till = Till(shop, gateway, Builders(shop), database_url)
        placed = till.place((till.make.variant(stock=3), 1))
        till.pay(placed)
        till.rows(
            "INSERT INTO payments (id, order_id, attempt, provider, intent_id, idempotency_key, status, amount,"
            " captured_amount, currency, created_at, updated_at) SELECT %s, order_id, 2, 'manual', NULL, 'second',"
            " 'succeeded', amount, amount, currency, created_at, updated_at FROM payments", uuid4(),
        )  # fmt: skip
        object.__setattr__(gateway, "mood", None)
        made = shop.refunds.refund(SYSTEM, placed.order.id, NewRefund(amount=placed.order.total))
        assert (made.lines, made.status) == ((), RefundStatus.SUCCEEDED)
        assert till.order(placed).payment_status == "paid"
        till.must_add_up()


@pytest.mark.parametrize("seed", range(4))
def test_random_refunds_of_random_orders_never_exceed_them_and_balance_by_tax_rate(
    database_url: str, settings: Settings, seed: int
) -> None:
    dice = random.Random(seed)
    gateway = FakeGateway()
    with open_shop(database_url, settings=settings, gateway=gateway) as shop:
        till = Till(shop, gateway, Builders(shop), database_url)
        _rules(shop, dice, included=seed % 2 == 0)
        for _ in range(3):
            placed = till.place(*[(_variant(shop, dice), dice.randint(1, 4)) for _ in range(dice.randint(1, 3))])
            till.pay(placed)
            for _ in range(dice.randint(1, 6)):
                _random_refund(shop, till, gateway, placed, dice)
            if dice.random() < 0.7:
                _or_nothing(shop, placed, NewRefund(everything=True))
                assert till.order(placed).status is OrderStatus.REFUNDED
        _must_balance(till)


def _rules(shop: Commerce, dice: random.Random, *, included: bool) -> None:
    shop.merchant.change(SYSTEM, MerchantChanges(prices_include_tax=included))
    for tax_class, rate in ((TaxClass.STANDARD, "20.00"), (TaxClass.REDUCED, "5.5")):
        shop.taxes.create(SYSTEM, NewTaxRate("FR", tax_class, Decimal(rate), date(2020, 1, 1)))
    shop.discounts.create(
        SYSTEM, NewDiscount(title="Sale", kind=DiscountKind.PERCENTAGE, percent=Decimal(dice.choice(["7", "33.3"])))
    )


def _variant(shop: Commerce, dice: random.Random) -> UUID:
    variant = NewVariant(
        price=euros(dice.randint(1, 9999)), tax_class=dice.choice([TaxClass.STANDARD, TaxClass.REDUCED])
    )
    product = shop.catalog.create_product(
        SYSTEM, NewProduct(title="Thing", variants=(variant,), status=ProductStatus.ACTIVE)
    )
    shop.inventory.move(SYSTEM, Movement(product.variants[0].id, MovementType.RECEIPT, 50))
    return product.variants[0].id


def _or_nothing(shop: Commerce, placed: CheckoutView, wanted: NewRefund) -> None:
    with suppress(NothingToRefund, RefundTooLarge, RefundQuantityTooLarge, RefundShippingTooLarge):
        shop.refunds.refund(SYSTEM, placed.order.id, wanted)


def _random_refund(shop: Commerce, till: Till, gateway: FakeGateway, placed: CheckoutView, dice: random.Random) -> None:
    intent = str(placed.payment and placed.payment.intent_id)
    kind = dice.choice(["amount", "lines", "dashboard", "fails"])
    if kind == "amount":
        _or_nothing(shop, placed, NewRefund(amount=euros(dice.randint(1, placed.order.total.amount))))
    elif kind == "lines":
        line = dice.randrange(len(placed.order.items))
        wanted = NewRefund(items=some(placed, dice.randint(1, 4), line), restock=dice.random() < 0.5)
        _or_nothing(shop, placed, wanted)
    elif kind == "dashboard":
        left = shop.refunds.list_refunds(SYSTEM, placed.order.id).left.amount
        if left:
            gateway.refund_by_hand(intent, euros(dice.randint(1, left)))
            till.tell(intent, "charge.refunded")
    else:
        alive = till.rows(
            "SELECT provider_refund_id FROM refunds WHERE status = 'succeeded' AND order_id = %s", placed.order.id
        )
        if alive:
            [told] = dice.choice(alive)
            gateway.settle_refund(told, ProviderRefundStatus.FAILED)
            till.tell(told, "refund.failed")


def _must_balance(till: Till) -> None:
    """The counters say what the refunds say, and what is kept of each rate is what was charged and not given back."""
    till.work()
    till.must_add_up()
    assert till.rows("SELECT id FROM payments WHERE refunded_amount > captured_amount") == []
    wrong = """
    SELECT c.order_id, c.position FROM order_charges c LEFT JOIN order_items i USING (order_id, position)
    CROSS JOIN LATERAL (
      SELECT coalesce(sum(l.amount), 0) AS amount, coalesce(sum(l.tax_amount), 0) AS tax, coalesce(sum(l.qty), 0) AS qty
      FROM refund_lines l JOIN refunds r ON r.id = l.refund_id
      WHERE l.order_id = c.order_id AND l.position = c.position AND r.status NOT IN ('failed', 'canceled')
    ) AS back
    WHERE (c.refunded_amount, c.refunded_tax_amount, coalesce(i.refunded_qty, 0)) <> (back.amount, back.tax, back.qty)
    """
    assert till.rows(wrong) == []
    uncovered = """
    SELECT r.id FROM refunds r WHERE r.amount <> (SELECT sum(l.amount) FROM refund_lines l WHERE l.refund_id = r.id)
    """
    assert till.rows(uncovered) == []
