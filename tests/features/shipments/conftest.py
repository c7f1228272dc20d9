"""Paid orders to send, and a look at everything a refusal must not have changed."""

from collections.abc import Callable

import psycopg
import pytest

from commerce_core import Commerce
from commerce_core.orders.views import OrderView
from commerce_core.shipments.model import ShippedItem
from commerce_core.testing.builders import Builders
from commerce_core.testing.fake_gateway import FakeGateway

Bought = Callable[..., OrderView]
Refused = Callable[..., object]

_TABLES = (
    "orders", "order_items", "order_transitions", "shipments", "shipment_lines", "outbox_events", "audit_logs",
)  # fmt: skip


def item(order: OrderView, line: int, quantity: int) -> ShippedItem:
    """So many units of a line, counted from 0."""
    return ShippedItem(order.items[line].id, quantity)


@pytest.fixture
def bought(shop: Commerce, make: Builders, gateway: FakeGateway) -> Bought:
    """A paid order of so many units of each line; a negative number is of something that is not sent."""

    def buy(*quantities: int) -> OrderView:
        wanted = [(make.variant(stock=100, ships=quantity > 0), abs(quantity)) for quantity in quantities]
        done = shop.checkout.check_out(make.request(make.cart(*wanted).id))
        gateway.pay(done.payment.intent_id)
        return shop.checkout.confirm(done.order.id, done.order_token).order

    return buy


@pytest.fixture
def refused(database_url: str) -> Refused:
    """Calls what is to be refused, and gives the refusal back, after which nothing has changed."""

    def everything() -> list[object]:
        with psycopg.connect(database_url, autocommit=True, connect_timeout=10) as connection:
            return [connection.execute(f"SELECT t::text FROM {table} t ORDER BY 1").fetchall() for table in _TABLES]

    def call(refusal: type[Exception], act: Callable[..., object], *given: object) -> Exception:
        before = everything()
        with pytest.raises(refusal) as told:
            act(*given)
        assert everything() == before
        return told.value

    return call
