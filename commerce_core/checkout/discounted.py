"""Discounts at the checkout: refused when a code no longer gives what it said, counted when it does."""

from collections.abc import Container
from uuid import UUID

from commerce_core.checkout.model import PlaceOrder
from commerce_core.checkout.ports import CheckoutWork
from commerce_core.discounts.model import Unfit
from commerce_core.discounts.ports import Discounted
from commerce_core.discounts.refusals import refusal
from commerce_core.orders.model import Order
from commerce_core.pricing.model import Totals


def must_have_its_discount(totals: Totals, request: PlaceOrder) -> None:
    """Raises the reason why a code gives nothing, unless the buyer has seen this very total, or pays less without."""
    for refused in totals.refused:
        lost = not refused.discount.automatic and refused.misfit.reason is not Unfit.OTHER_IS_BETTER
        if lost and request.expected_total != totals.total:
            raise refusal(refused.discount, refused.misfit)


def take_discounts(work: CheckoutWork, order: Order, totals: Totals, by_hand: Container[UUID] = ()) -> None:
    """Count one use of each discount of the shop's that takes something off. Raises what `Discounts.take` raises.

    What gives nothing, as free shipping where shipping is free, is not used; what staff gave `by_hand` has no limits.
    """
    used = {each.id: each for each in totals.discounts if each.amount and each.id not in by_hand}
    if used:
        work.discounts.take(
            {discount.id: discount.amount for discount in used.values()},
            {discount.id: discount.code or discount.title for discount in used.values()},
            Discounted(order.id, order.buyer.email, order.buyer.customer_id),
        )
