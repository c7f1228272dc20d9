"""What has to be true after a purchase, whatever happened on the way."""

from collections.abc import Callable
from uuid import UUID

import httpx

from adapters_cli.demo_story import Story
from adapters_cli.demo_walk import Purchase, mails_of
from adapters_cli.premises import OPERATOR
from commerce_core.kernel.money import total
from commerce_core.orders.views import OrderView
from commerce_core.wiring import Commerce


class InvariantBrokenError(Exception):
    """Something that is always true was not."""


def check(story: Story, shop: Commerce, api: httpx.Client, purchase: Purchase) -> None:
    """Check every invariant. Raises `StepFailedError` for the first that does not hold."""
    invariants: dict[str, tuple[str, Callable[[OrderView], bool]]] = {
        "counters": ("every stock counter equals its ledger", lambda _: not shop.inventory.verify(OPERATOR)),
        "sum": ("the order's total is the sum of its parts", _adds_up),
        "payment": ("there is one payment, of exactly that amount", _paid_once),
        "mail": ("there is one confirmation mail", lambda _: len(mails_of(shop, purchase)) == 1),
        "replay": ("the same checkout sent again is the same order", lambda _: _same_again(api, purchase)),
    }
    with story.step("invariants", "Invariants") as step:
        order = shop.checkout.show(OPERATOR, UUID(purchase.order_id))
        for name, (sentence, holds) in invariants.items():
            if not holds(order):
                raise InvariantBrokenError(f"it is not so that {sentence} ({name})")
        sentences = [sentence for sentence, _ in invariants.values()]
        step.told(f"all {len(sentences)} hold", *sentences, holding=list(invariants))


def _adds_up(order: OrderView) -> bool:
    currency = order.total.currency
    subtotal = total([item.unit_price * item.quantity for item in order.items], currency)
    lines = total([item.line_total for item in order.items], currency)
    tax = total([], currency) if order.prices_include_tax else order.tax_total
    return order.subtotal == subtotal and order.total == lines + order.shipping_total + tax


def _paid_once(order: OrderView) -> bool:
    paid = [payment.amount for payment in order.payments if payment.status == "succeeded"]
    return len(order.payments) == 1 and paid == [order.total]


def _same_again(api: httpx.Client, purchase: Purchase) -> bool:
    headers = {"Idempotency-Key": purchase.key}
    again = api.post("/v1/store/checkout", json=purchase.checkout, headers=headers)
    return again.status_code == 201 and again.json()["order"]["id"] == purchase.order_id
