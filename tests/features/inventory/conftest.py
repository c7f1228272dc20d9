"""What is read behind the shop's back."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from commerce_core import Commerce
from commerce_core.access.model import SYSTEM
from tests.rows import Rows

Ask = Rows
Counters = Callable[[UUID], tuple[int, int, int]]


@pytest.fixture
def ask(rows: Rows) -> Ask:
    """Runs SQL beside the shop, committed at once, and returns its rows."""
    return rows


@pytest.fixture
def lows(ask: Ask) -> Callable[[], list[tuple[int, int]]]:
    """What was told of low stock so far: available and threshold."""
    return lambda: ask(
        "SELECT (payload ->> 'available')::int, (payload ->> 'threshold')::int FROM outbox_events"
        " WHERE type = 'inventory.low' ORDER BY id"
    )


@pytest.fixture
def audited(ask: Ask) -> Callable[[], list[tuple[str, Any]]]:
    """What the audit log says about stock beyond receipts: action and changes."""
    return lambda: ask(
        "SELECT action, changes FROM audit_logs WHERE action LIKE 'inventory.%' AND action <> 'inventory.receipt'"
        " ORDER BY id"
    )


@pytest.fixture
def counters(shop: Commerce) -> Counters:
    """On hand, reserved and available of a variant."""

    def read(variant: UUID) -> tuple[int, int, int]:
        stock = shop.inventory.stock(SYSTEM, variant)
        return stock.on_hand, stock.reserved, stock.available

    return read
