"""Orders that stand in every way, to be looked for."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from attrs import evolve, frozen

from commerce_core import Commerce
from commerce_core.access.model import SYSTEM
from commerce_core.catalog.drafts import NewProduct, NewVariant
from commerce_core.catalog.model import ProductStatus
from commerce_core.kernel.money import Money
from commerce_core.orders.model import FulfillmentStatus, OrderPaymentStatus, OrderStatus
from commerce_core.orders.views import OrderSummary
from commerce_core.testing.builders import PARIS, Builders

BUYERS = (
    ("Zoé Dupond-Müller", "zoe@example.com", "MUG-W"),
    ("Łukasz O'Brien", "lukasz.obrien@shop.example", "MUG-B"),
    ("Camille Durand", "camille@example.com", "4006381333931"),
)


@frozen
class Known:
    """An order as the list tells it, and what it does not tell: whose it is, what is in it, whether a case is open."""

    told: OrderSummary
    name: str
    sku: str
    open_case: bool


@pytest.fixture
def known(shop: Commerce, make: Builders, database_url: str) -> Sequence[Known]:
    """Three dozen orders of half a year, each another mixture of statuses, totals and times; some are equal in some."""
    variants = {sku: _variant(shop, sku) for _, _, sku in BUYERS}
    chance, found = random.Random(7), []
    with psycopg.connect(database_url, autocommit=True, connect_timeout=10) as connection:
        for n in range(36):
            name, email, sku = BUYERS[n % 3]
            request = make.request(make.cart((variants[sku], 1)).id, email=email)
            order = shop.checkout.place_order(evolve(request, shipping_address=evolve(PARIS, name=name))).order
            placed_at = datetime(2026, 1, 1, 22, 30, tzinfo=UTC) + timedelta(
                days=6 * (n // 2), hours=chance.choice([0, 1])
            )
            told = OrderSummary(
                order.id, order.number, chance.choice(list(OrderStatus)), chance.choice(list(OrderPaymentStatus)),
                chance.choice(list(FulfillmentStatus)), email, Money(chance.choice([990, 1990, 2990]), "EUR"), 1,
                placed_at, placed_at + timedelta(days=chance.choice([0, 40])), 1, order.reference,
            )  # fmt: skip
            if told.status in {OrderStatus.DRAFT, OrderStatus.PENDING_PAYMENT, OrderStatus.CANCELLED}:
                told = evolve(told, paid_at=None)
            connection.execute(
                """UPDATE orders SET status = %s, payment_status = %s, fulfillment_status = %s, subtotal_amount = %s,
                total_amount = %s, shipping_amount = 0, discount_amount = 0, placed_at = %s, paid_at = %s
                WHERE id = %s""",
                (
                    told.status, told.payment_status, told.fulfillment_status, told.total.amount,
                    told.total.amount, told.placed_at, told.paid_at, told.id,
                ),
            )  # fmt: skip
            found.append(Known(told, name, sku, _case(connection, n, told)))
    return found


def _case(connection: psycopg.Connection[tuple[object, ...]], n: int, told: OrderSummary) -> bool:
    """Every fifth has an open case, every seventh a resolved one, and every ninth an open dispute."""
    if n % 5 == 0 or n % 7 == 0:
        status = "open" if n % 5 == 0 else "resolved"
        done = None if status == "open" else told.placed_at
        connection.execute(
            """INSERT INTO payment_exceptions (id, kind, provider, subject, order_id, status, opened_at, resolved_at,
            resolved_by, note) VALUES (%s, 'refund_failed', 'stripe', %s, %s, %s, %s, %s, %s, %s)""",
            (told.id, f"re_{n}", told.id, status, told.placed_at, done, done and "Kim", done and "fine"),
        )
    if n % 9 == 0:
        connection.execute(
            """INSERT INTO disputes (id, order_id, payment_id, provider, provider_dispute_id, status, reason, amount,
            currency, told_at, opened_at, closed_at) SELECT id, order_id, id, 'stripe', 'dp_' || id, 'needs_response',
            'general', 1, 'EUR', %s, %s, %s FROM payments WHERE order_id = %s""",
            (told.placed_at, told.placed_at, told.placed_at if n % 18 else None, told.id),
        )
    return n % 5 == 0 or n % 18 == 0


def _variant(shop: Commerce, sku: str) -> object:
    new = NewProduct(
        title=f"Mug {sku}",
        variants=(NewVariant(price=Money(1000, "EUR"), sku=sku),),
        status=ProductStatus.ACTIVE,
    )
    return shop.catalog.create_product(SYSTEM, new).variants[0].id
