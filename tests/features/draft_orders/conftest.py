"""Drafts to build, their buyers, and a look at everything a refusal must not have changed."""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from commerce_core import Commerce
from commerce_core.access.model import SYSTEM, Actor, Origin, Role
from commerce_core.draft_orders.changes import DraftChanges
from commerce_core.draft_orders.model import DraftItem
from commerce_core.draft_orders.views import DraftOrderView
from commerce_core.kernel.ids import uuid7
from commerce_core.testing.builders import PARIS

Drafted = Callable[..., DraftOrderView]
Refused = Callable[..., Any]
Rows = Callable[..., list[tuple[Any, ...]]]

_TABLES = (
    "carts", "cart_items", "draft_orders", "draft_order_discounts", "inventory_reservations", "inventory_items",
    "orders", "payments", "outbox_events", "audit_logs", "email_outbox", "discount_uses",
)  # fmt: skip


@pytest.fixture
def support() -> Actor:
    return Actor.staff(uuid7(), "Kim", Role.SUPPORT, Origin())


@pytest.fixture
def drafted(shop: Commerce) -> Drafted:
    """A draft of these variants and quantities, ready to become an order."""

    def draft(*wanted: tuple[Any, int], actor: Actor = SYSTEM, **more: Any) -> DraftOrderView:
        said = {"email": "camille@example.com", "shipping_address": PARIS, "shipping_option_id": "standard", **more}
        items = tuple(DraftItem(variant_id, quantity) for variant_id, quantity in wanted)
        return shop.draft_orders.create(actor, DraftChanges(**{"items": items, **said}))

    return draft


@pytest.fixture
def rows(database_url: str) -> Rows:
    """What the tables hold."""

    def found(query: str, *values: object) -> list[tuple[Any, ...]]:
        with psycopg.connect(database_url, autocommit=True, connect_timeout=10) as connection:
            return connection.execute(query, values).fetchall()

    return found


@pytest.fixture
def refused(rows: Rows) -> Refused:
    """Calls what is to be refused, and gives the refusal back, after which nothing has changed."""

    def everything() -> list[object]:
        return [rows(f"SELECT t::text FROM {table} t ORDER BY 1") for table in _TABLES]

    def call(refusal: type[Exception], act: Callable[..., object], *given: object, **more: object) -> Exception:
        before = everything()
        with pytest.raises(refusal) as told:
            act(*given, **more)
        assert everything() == before
        return told.value

    return call
