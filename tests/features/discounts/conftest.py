"""Discounts to be had, carts to have them, and a look at what is kept."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from commerce_core.access.model import GUEST, SYSTEM, Actor, ActorKind
from commerce_core.cart.service import NewCart, NewItem
from commerce_core.checkout.model import Placed
from commerce_core.discounts.drafts import NewDiscount
from commerce_core.discounts.model import Discount, DiscountKind
from commerce_core.testing.builders import Builders
from commerce_core.wiring import Commerce
from tests.rows import Rows


@pytest.fixture
def percent_off(shop: Commerce) -> Callable[..., Discount]:
    """A discount of so many percent, with a code unless it says none."""

    def made(percent: int = 10, code: str | None = "SPRING", **terms: Any) -> Discount:
        new = NewDiscount(
            title=f"{percent} percent", kind=DiscountKind.PERCENTAGE, percent=Decimal(percent), code=code, **terms
        )
        return shop.discounts.create(SYSTEM, new)

    return made


@pytest.fixture
def order(shop: Commerce, make: Builders) -> Callable[..., Placed]:
    """Places an order of one piece at 20.00, with a code typed in unless it says none."""

    def placed(
        variant: UUID, code: str | None = "SPRING", email: str = "camille@example.com", shopper: Actor = GUEST
    ) -> Placed:
        cart = shop.cart.create(NewCart(items=(NewItem(variant, 1),)), shopper=shopper)
        if code:
            shop.cart.apply_discount(cart.id, code, shopper=shopper)
        return shop.checkout.place_order(make.request(cart.id, email), shopper=shopper)

    return placed


@pytest.fixture
def customer(rows: Rows) -> Actor:
    """Somebody who has logged in."""
    customer_id = uuid4()
    email = f"{customer_id}@example.com"
    rows(
        "INSERT INTO customers (id, email, email_key, locale, search_text) VALUES (%s, %s, %s, 'fr', %s)",
        customer_id, email, email, email,
    )  # fmt: skip
    return Actor(ActorKind.CUSTOMER, customer_id, email)


@pytest.fixture
def kept(rows: Rows) -> Callable[[], dict[str, Any]]:
    """Everything an order with a discount writes, to see that nothing of it was written."""
    tables = (
        "orders", "order_items", "payments", "outbox_events", "email_outbox", "discounts", "discount_uses",
        "discount_buyers", "discount_first_orders", "inventory_items", "inventory_reservations", "carts",
        "pricing_revision",
    )  # fmt: skip

    def look() -> dict[str, Any]:
        return {table: sorted(map(str, rows(f"SELECT t FROM {table} t"))) for table in tables}

    return look
