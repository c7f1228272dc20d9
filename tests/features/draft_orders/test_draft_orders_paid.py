"""From a draft to an order, and from its link to the money."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from commerce_core import Commerce, Settings, open_shop
from commerce_core.access.model import SYSTEM, Actor, Origin, Role
from commerce_core.catalog.drafts import VariantChanges
from commerce_core.checkout.errors import OrderNoLongerPayable, TotalChanged, UnknownShippingOption
from commerce_core.checkout.model import PaymentMethod
from commerce_core.draft_orders.changes import DraftChanges
from commerce_core.draft_orders.errors import DraftOrderIncomplete, DraftOrderPlaced
from commerce_core.draft_orders.model import DraftItem, DraftStatus, ManualDiscount, ManualShipping
from commerce_core.draft_orders.service import PlaceDraft
from commerce_core.draft_orders.views import PlacedDraftView
from commerce_core.inventory.errors import OutOfStock
from commerce_core.inventory.model import Movement, MovementType, StockChanges
from commerce_core.kernel.errors import InvalidInput
from commerce_core.kernel.money import Money
from commerce_core.kernel.page import PageRequest
from commerce_core.orders.errors import OrderNotFound
from commerce_core.orders.model import OrderId, OrderPaymentStatus, OrderStatus
from commerce_core.payments.errors import GatewayRefused
from commerce_core.payments.provider import Intent, IntentRequest
from commerce_core.testing.builders import Builders
from commerce_core.testing.clock import Clock
from commerce_core.testing.fake_gateway import FakeGateway
from tests.features.draft_orders.conftest import Drafted, Refused, Rows

AGREED: dict[str, Any] = {
    "discount": ManualDiscount("Our mistake", percent=Decimal(10)),
    "shipping": ManualShipping("By bike", Money(150, "EUR"), 1),
}


def placed(shop: Commerce, draft_id: UUID, **how: Any) -> PlacedDraftView:
    """The order a draft has become."""
    order = shop.draft_orders.place(SYSTEM, draft_id, PlaceDraft(**how)).order
    assert order
    return order


def test_a_buyer_pays_what_was_agreed_by_the_link(
    shop: Commerce, make: Builders, drafted: Drafted, gateway: FakeGateway, rows: Rows
) -> None:
    mug = make.variant(price=1000, stock=5)
    draft = drafted((mug, 2), **AGREED)
    order = placed(shop, draft.id)
    assert (order.status, order.total, order.total) == (OrderStatus.PENDING_PAYMENT, draft.total, Money(1950, "EUR"))
    assert order.pay_url == f"/orders/{order.id}#token={order.order_token}"
    assert shop.inventory.stock(SYSTEM, mug).available == 3
    assert rows("SELECT count(*) FROM payments") == [(0,)]

    shop.variants.change(SYSTEM, product_of(rows, mug), mug, VariantChanges(price=Money(5000, "EUR")))
    paid = shop.checkout.pay(order.id, order.order_token).payment
    assert paid
    assert (paid.amount, paid.status, paid.client_secret is not None) == (draft.total, "requires_payment_method", True)
    gateway.pay(str(paid.intent_id))
    done = shop.checkout.confirm(order.id, order.order_token).order
    assert (done.status, done.total, done.discount_total) == (OrderStatus.PAID, draft.total, Money(200, "EUR"))
    shown = shop.draft_orders.show(SYSTEM, draft.id)
    assert (shown.total, shown.items[0].unit_price) == (draft.total, Money(1000, "EUR"))
    assert shown.order
    assert (shown.status, shown.order.pay_url) == (DraftStatus.PLACED, None)
    steps = shop.orders.explain(SYSTEM, order.id).steps
    assert [step.title for step in steps if step.rule == "discount"] == ["Our mistake"]
    assert rows("SELECT count(*) FROM discount_uses") == [(0,)]
    assert shop.inventory.verify(SYSTEM) == []


def product_of(rows: Rows, variant_id: UUID) -> UUID:
    [(product_id,)] = rows("SELECT product_id FROM product_variants WHERE id = %s", variant_id)
    assert isinstance(product_id, UUID)
    return product_id


def test_who_asks_to_pay_at_once_or_again_gets_one_intent(
    shop: Commerce, make: Builders, drafted: Drafted, gateway: FakeGateway, rows: Rows
) -> None:
    order = placed(shop, drafted((make.variant(), 1)).id)
    with ThreadPoolExecutor(4) as hands:
        asked = list(hands.map(lambda _: shop.checkout.pay(order.id, order.order_token).payment, range(4)))
    assert len({payment.intent_id for payment in asked if payment}) == 1
    assert len(asked) == 4
    assert rows("SELECT count(*), min(attempt) FROM payments") == [(1, 1)]
    intent_id = str(asked[0].intent_id) if asked[0] else ""
    gateway.decline(intent_id)
    again = shop.checkout.pay(order.id, order.order_token)
    assert again.payment
    assert (again.payment.intent_id, again.order.payment_status) == (intent_id, OrderPaymentStatus.FAILED)
    gateway.pay(intent_id)
    told = shop.checkout.pay(order.id, order.order_token)
    assert told.payment
    assert (told.order.status, told.payment.status) == (OrderStatus.PAID, "succeeded")
    assert rows("SELECT count(*) FROM payments") == [(1,)]


def test_a_new_attempt_is_made_when_the_provider_has_ended_the_last_one(
    shop: Commerce, make: Builders, gateway: FakeGateway, rows: Rows
) -> None:
    """Of an ordinary order, too."""
    done = shop.checkout.check_out(make.request(make.cart((make.variant(), 1)).id))
    assert done.payment
    gateway.cancel_intent(str(done.payment.intent_id))
    again = shop.checkout.pay(done.order.id, done.order_token).payment
    assert again
    assert (again.intent_id != done.payment.intent_id, again.status) == (True, "requires_payment_method")
    assert rows("SELECT attempt, status FROM payments ORDER BY attempt") == [(1, "canceled"), (2, "pending")]
    gateway.pay(str(again.intent_id))
    assert shop.checkout.confirm(done.order.id, done.order_token).order.status is OrderStatus.PAID


def test_after_its_time_an_order_is_not_paid_and_its_draft_is_open_again(
    shop: Commerce, make: Builders, drafted: Drafted, clock: Clock, refused: Refused
) -> None:
    mug = make.variant(stock=5)
    draft = drafted((mug, 2), **AGREED)
    clock.forward(timedelta(0))
    order = placed(shop, draft.id, payable_hours=24)
    assert order.pay_until == clock.now + timedelta(hours=24)
    shop.checkout.pay(order.id, order.order_token)
    clock.forward(timedelta(hours=24))
    refused(OrderNoLongerPayable, shop.checkout.pay, order.id, order.order_token)
    assert shop.checkout.expire_unpaid() == 1
    refused(OrderNoLongerPayable, shop.checkout.pay, order.id, order.order_token)
    assert shop.inventory.stock(SYSTEM, mug).available == 5
    again = shop.draft_orders.show(SYSTEM, draft.id)
    assert (again.status, again.order, again.total) == (DraftStatus.OPEN, None, draft.total)
    second = placed(shop, draft.id)
    assert (second.number > order.number, second.total) == (True, draft.total)
    assert shop.inventory.verify(SYSTEM) == []


def test_whoever_has_no_token_pays_nothing(shop: Commerce, make: Builders, drafted: Drafted, refused: Refused) -> None:
    order, other = (placed(shop, drafted((make.variant(), 1)).id) for _ in range(2))
    refused(OrderNotFound, shop.checkout.pay, order.id, other.order_token)
    refused(OrderNotFound, shop.checkout.pay, order.id, "")


def test_what_was_held_is_sold_to_nobody_else_and_what_was_lost_is_held_again_before_anybody_pays(
    shop: Commerce, make: Builders, drafted: Drafted, refused: Refused, rows: Rows
) -> None:
    mug = make.variant(stock=2)
    order = placed(shop, drafted((mug, 2)).id)
    with pytest.raises(OutOfStock):
        make.cart((mug, 1))
    shop.inventory.change(SYSTEM, mug, StockChanges(tracked=False))  # Which ends every hold.
    shop.inventory.move(SYSTEM, Movement(mug, MovementType.RECEIPT, 1))
    refused(OutOfStock, shop.checkout.pay, order.id, order.order_token)
    shop.inventory.move(SYSTEM, Movement(mug, MovementType.RECEIPT, 1))
    assert shop.checkout.pay(order.id, order.order_token).payment
    assert shop.inventory.stock(SYSTEM, mug).available == 0
    assert rows("SELECT count(*) FROM payments") == [(1,)]


def test_staff_marks_a_manual_payment_as_received(shop: Commerce, make: Builders, drafted: Drafted, rows: Rows) -> None:
    draft = drafted((make.variant(), 1))
    order = placed(shop, draft.id, payment_method=PaymentMethod.MANUAL)
    assert rows("SELECT provider, status FROM payments") == [("manual", "created")]
    assert rows("SELECT template_type FROM email_outbox") == [("order_confirmation",)]
    assert shop.payments.mark_received(SYSTEM, OrderId(order.id)).status is OrderStatus.PAID


def test_what_costs_nothing_is_paid_at_once(shop: Commerce, make: Builders, drafted: Drafted) -> None:
    gift = {"discount": ManualDiscount("A gift", percent=Decimal(100)), "shipping": AGREED["shipping"]}
    letter = make.variant(ships=False)
    order = placed(shop, drafted((letter, 1), **gift).id)
    assert (order.status, order.total, order.pay_url) == (OrderStatus.PAID, Money(0, "EUR"), None)
    assert shop.checkout.pay(order.id, order.order_token).payment is None


def test_a_draft_is_open_again_when_its_free_order_is_cancelled(
    shop: Commerce, make: Builders, drafted: Drafted
) -> None:
    gift: dict[str, Any] = {
        "discount": ManualDiscount("A gift", percent=Decimal(100)),
        "shipping": ManualShipping("By bike", Money(0, "EUR"), 1),
    }
    mug = make.variant(stock=5)
    draft = drafted((mug, 2), **gift)
    shop.cancellations.cancel(SYSTEM, placed(shop, draft.id).id)
    _must_be_open_again(shop, draft.id)
    assert placed(shop, draft.id).status is OrderStatus.PAID
    assert shop.inventory.stock(SYSTEM, mug).available == 4
    assert shop.inventory.verify(SYSTEM) == []


def test_a_draft_is_open_again_when_its_units_were_gone_before_the_money_came(
    shop: Commerce, make: Builders, drafted: Drafted, gateway: FakeGateway
) -> None:
    mug = make.variant(stock=2)
    draft = drafted((mug, 2))
    order = placed(shop, draft.id)
    payment = shop.checkout.pay(order.id, order.order_token).payment
    assert payment
    shop.inventory.change(SYSTEM, mug, StockChanges(tracked=False))  # Which ends every hold.
    shop.inventory.move(SYSTEM, Movement(mug, MovementType.RECEIPT, 1))
    gateway.pay(str(payment.intent_id))
    assert shop.checkout.confirm(order.id, order.order_token).order.status is OrderStatus.CANCELLED
    _must_be_open_again(shop, draft.id)
    shop.draft_orders.delete(SYSTEM, draft.id)
    assert shop.inventory.verify(SYSTEM) == []


def _must_be_open_again(shop: Commerce, draft_id: UUID) -> None:
    """Seen so by itself and in the list, and it can be changed and held."""
    shown = shop.draft_orders.show(SYSTEM, draft_id)
    assert (shown.status, shown.order) == (DraftStatus.OPEN, None)
    listed = shop.draft_orders.list_drafts(SYSTEM, DraftStatus.OPEN, PageRequest())
    assert [(each.id, each.status, each.order_number) for each in listed.items] == [(draft_id, DraftStatus.OPEN, None)]
    assert shop.draft_orders.list_drafts(SYSTEM, DraftStatus.PLACED, PageRequest()).total == 0
    less = (DraftItem(shown.items[0].variant_id, 1),)
    shop.draft_orders.change(SYSTEM, draft_id, DraftChanges(items=less), shown.version)
    assert shop.draft_orders.hold(SYSTEM, draft_id).held_until


def test_a_placed_draft_stays_as_it_is(shop: Commerce, make: Builders, drafted: Drafted, refused: Refused) -> None:
    draft = drafted((make.variant(), 1))
    order = placed(shop, draft.id)
    refused(DraftOrderPlaced, shop.draft_orders.change, SYSTEM, draft.id, DraftChanges(notes="late"))
    refused(DraftOrderPlaced, shop.draft_orders.place, SYSTEM, draft.id)
    refused(DraftOrderPlaced, shop.draft_orders.hold, SYSTEM, draft.id)
    refused(DraftOrderPlaced, shop.draft_orders.release, SYSTEM, draft.id)
    refused(DraftOrderPlaced, shop.draft_orders.delete, SYSTEM, draft.id)
    shop.checkout.cancel(SYSTEM, OrderId(order.id))
    shop.draft_orders.delete(SYSTEM, draft.id)
    assert shop.checkout.show(SYSTEM, order.id).status is OrderStatus.CANCELLED


def test_a_draft_that_lacks_something_draws_no_number(
    shop: Commerce, make: Builders, drafted: Drafted, refused: Refused, rows: Rows
) -> None:
    [(before,)] = rows("SELECT last_value FROM order_numbers")
    empty = drafted(email=None, shipping_address=None, shipping_option_id=None)
    lacking = refused(DraftOrderIncomplete, shop.draft_orders.place, SYSTEM, empty.id)
    assert isinstance(lacking, DraftOrderIncomplete)
    assert lacking.missing == ("items", "email")
    mug = make.variant(stock=1)
    nowhere = drafted((mug, 1), shipping_address=None, shipping_option_id=None)
    lacking = refused(DraftOrderIncomplete, shop.draft_orders.place, SYSTEM, nowhere.id)
    assert isinstance(lacking, DraftOrderIncomplete)
    assert lacking.missing == ("shipping_address", "shipping_option_id")
    unknown = drafted((mug, 1), shipping_option_id="balloon")
    refused(UnknownShippingOption, shop.draft_orders.place, SYSTEM, unknown.id)
    ready = drafted((mug, 1))
    dearer = PlaceDraft(expected_total=Money(1, "EUR"))
    refused(TotalChanged, shop.draft_orders.place, SYSTEM, ready.id, dearer)
    refused(InvalidInput, shop.draft_orders.place, SYSTEM, ready.id, PlaceDraft(payable_hours=721))
    assert rows("SELECT last_value FROM order_numbers") == [(before,)]
    refused(OutOfStock, shop.draft_orders.place, SYSTEM, drafted((mug, 2)).id)


def test_the_timeline_tells_who_made_an_order_of_a_draft(shop: Commerce, make: Builders, drafted: Drafted) -> None:
    member = shop.staff.create(SYSTEM, "kim@example.com", "Kim", Role.MANAGER, "a long enough passphrase")
    kim = Actor.staff(member.id, "Kim", Role.MANAGER, Origin())
    draft = drafted((make.variant(), 1), actor=kim)
    order = shop.draft_orders.place(kim, draft.id).order
    assert order
    first = shop.orders.timeline(SYSTEM, OrderId(order.id)).items[0]
    assert (first.what, first.actor, first.detail) == ("PENDING_PAYMENT", "Kim", "placed from a draft")
    assert draft.created_by == "Kim"


class Moody(FakeGateway):
    """A provider that refuses the first payment it is asked for."""

    def create_intent(self, request: IntentRequest) -> Intent:
        if request.idempotency_key.endswith("1"):
            raise GatewayRefused("not this one")
        return super().create_intent(request)


def test_an_attempt_that_the_provider_refuses_leaves_the_order_to_be_paid(
    database_url: str, settings: Settings, drafted: Drafted, make: Builders, rows: Rows
) -> None:
    order_id = drafted((make.variant(), 1)).id
    with open_shop(database_url, settings=settings, gateway=Moody()) as shop:
        order = placed(shop, order_id)
        with pytest.raises(GatewayRefused):
            shop.checkout.pay(order.id, order.order_token)
        assert rows("SELECT status FROM orders") == [("PENDING_PAYMENT",)]
        assert shop.checkout.pay(order.id, order.order_token).payment
    assert rows("SELECT attempt, status FROM payments ORDER BY attempt") == [(1, "canceled"), (2, "pending")]
