"""Orders as a table: a row for an order, or for a line."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from commerce_core.kernel.address import Address
from commerce_core.kernel.csv import Cell
from commerce_core.orders.exported import ExportedOrder
from commerce_core.pricing.model import percent_text

_ADDRESS = ("name", "company", "line1", "line2", "postal_code", "city", "region", "country", "phone", "vat_number")

ORDER_HEADER = (
    "number", "reference", "id", "placed_at", "paid_at", "status", "payment_status", "fulfillment_status", "email",
    "items", "currency", "subtotal", "discount_total", "shipping_total", "tax_total", "prices_include_tax", "total",
    "captured", "refunded", "refunds_under_way", "discounts", "shipping_option", "provider", "provider_ids",
    *(f"shipping_{part}" for part in _ADDRESS), *(f"billing_{part}" for part in _ADDRESS), "notes",
)  # fmt: skip

LINE_HEADER = (
    "number", "reference", "order_id", "placed_at", "status", "payment_status", "email", "country", "kind", "position",
    "sku", "title", "quantity", "unit_price", "discount_total", "line_total", "tax_title", "tax_rate", "reverse_charge",
    "net", "tax", "gross", "currency", "prices_include_tax",
)  # fmt: skip


def order_rows(order: ExportedOrder) -> Iterator[tuple[Cell, ...]]:
    """The row of an order. `subtotal` − `discount_total` + `shipping_total` is `total`, the tax added where it is not
    in the prices.
    """
    money = order.money
    yield (
        order.number,
        order.reference,
        str(order.id),
        told(order.placed_at),
        told(order.paid_at),
        order.status.value,
        order.payment_status.value,
        order.fulfillment_status.value,
        order.email,
        sum(charge.quantity for charge in order.charges if charge.position),
        order.currency,
        money(order.subtotal),
        money(order.discount),
        money(order.shipping),
        money(order.tax),
        order.prices_include_tax,
        money(order.total),
        money(order.captured),
        money(order.given_back(succeeded=True)),
        money(order.given_back(succeeded=False)),
        ", ".join(order.discounts),
        order.shipping_method,
        ", ".join(dict.fromkeys(payment.provider for payment in order.payments)),
        ", ".join(payment.intent_id for payment in order.payments if payment.intent_id),
        *_address_cells(order.shipping_address),
        *_address_cells(order.billing_address),
        order.notes,
    )


def line_rows(order: ExportedOrder) -> Iterator[tuple[Cell, ...]]:
    """The rows of an order's lines and of its shipping. Their `gross` adds up to its total, `tax` to its tax."""
    money = order.money
    for charge in order.charges:
        yield (
            order.number,
            order.reference,
            str(order.id),
            told(order.placed_at),
            order.status.value,
            order.payment_status.value,
            order.email,
            order.country,
            "item" if charge.position else "shipping",
            charge.position or None,
            charge.sku,
            charge.title,
            charge.quantity,
            money(charge.unit_price),
            money(charge.discount),
            money(charge.line_total),
            charge.tax_title,
            Decimal(percent_text(Decimal(charge.tax_rate))),
            charge.reverse_charge,
            money(charge.net),
            money(charge.tax),
            money(charge.net + charge.tax),
            order.currency,
            order.prices_include_tax,
        )


def told(at: datetime | None) -> str | None:
    """A time as the API writes it."""
    return None if at is None else f"{at:%Y-%m-%dT%H:%M:%SZ}"


def _address_cells(address: Address | None) -> Iterator[Cell]:
    return (getattr(address, part) if address else None for part in _ADDRESS)
