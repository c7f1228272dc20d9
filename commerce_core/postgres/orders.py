"""Orders in PostgreSQL."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from attrs import frozen
from psycopg import Cursor
from psycopg.types.json import Jsonb

from commerce_core.access.model import Actor
from commerce_core.emails.model import Locale
from commerce_core.kernel.money import Money
from commerce_core.orders.errors import OrderNotFound
from commerce_core.orders.model import (
    Buyer,
    FulfillmentStatus,
    Order,
    OrderId,
    OrderLine,
    OrderPaymentStatus,
    OrderStatus,
)
from commerce_core.orders.notes import OrderNote
from commerce_core.orders.views import TimelineEntry
from commerce_core.orders.words import order_words
from commerce_core.postgres.database import Database, Row, Session
from commerce_core.postgres.values import address_column, address_value
from commerce_core.pricing.model import TaxLine
from commerce_core.shipping.model import ShippingOption

_NUMBERS_END = 2**63  # of a bigint
_TIMELINE = 1000  # entries; an order with more was told the same thing many times


@frozen
class PostgresOrders:
    """Orders, inside the transaction of the session."""

    session: Session

    def draw_number(self) -> Callable[[], int]:
        """Draw a number nobody had before, without waiting for it."""
        drawn = self.session.send("orders.next_number")
        return lambda: int(drawn.fetchall()[0][0])

    def add(self, order: Order, actor: Actor, reason: str = "") -> None:
        """A new order with its lines and its first transition."""
        self.session.send(
            "orders.add",
            id=order.id,
            number=order.number,
            reference=order.reference,
            cart_id=order.cart_id,
            customer_id=order.buyer.customer_id,
            status=order.status.value,
            payment_status=order.payment_status.value,
            email=order.buyer.email,
            locale=order.buyer.locale.value,
            currency=order.total.currency,
            prices_include_tax=order.prices_include_tax,
            subtotal=order.subtotal.amount,
            discount=order.discount_total.amount,
            shipping=order.shipping_total.amount,
            tax=order.tax_total.amount,
            total=order.total.amount,
            tax_lines=Jsonb([_tax_column(line) for line in order.tax_lines]),
            shipping_address=address_column(order.buyer.shipping_address),
            billing_address=address_column(order.buyer.billing_address),
            shipping_option=_option_column(order.shipping_option),
            lines=Jsonb([_line_column(position, line) for position, line in enumerate(order.lines, 1)]),
            placed_at=order.placed_at,
            expires_at=order.expires_at,
            paid_at=order.paid_at,
            words=list(order_words(order)),
            actor_kind=actor.kind.value,
            actor_id=actor.id,
            reason=reason,
        )

    def lock(self, order_id: OrderId) -> Order:
        """The order, ours until the transaction ends."""
        return self.sent("orders.lock", order_id)()

    def find(self, order_id: OrderId) -> Order:
        """The order as it is now."""
        return self.sent("orders.find", order_id)()

    def sent(self, statement: str, order_id: OrderId) -> Callable[[], Order]:
        """Ask for an order without waiting, so that what belongs to it can be asked for in the same round trip."""
        head = self.session.send(statement, order_id=order_id)
        lines = self.session.send("orders.lines", order_id=order_id)

        def order() -> Order:
            row = self.session.locked(head)
            if row is None:
                raise OrderNotFound
            return _order(row, lines)

        return order

    def live_of_cart(self, cart_id: UUID) -> OrderId | None:
        """The order this cart became, unless it was cancelled."""
        row = self.session.row("orders.live_of_cart", cart_id=cart_id)
        return OrderId(row[0]) if row else None

    def add_note(self, order_id: OrderId, note: OrderNote, actor: Actor) -> None:
        """A note beside the order."""
        self.session.send(
            "orders.add_note",
            id=note.id,
            order_id=order_id,
            audience=note.audience.value,
            text=note.text,
            author_kind=actor.kind.value,
            author_id=actor.id,
            author=note.author,
            at=note.created_at,
        )

    def save(self, before: Order, after: Order, actor: Actor, reason: str = "") -> None:
        """The order's new state, and its transition."""
        self.session.send(
            "orders.save",
            order_id=after.id,
            status=after.status.value,
            from_status=before.status.value,
            payment_status=after.payment_status.value,
            fulfillment_status=after.fulfillment_status.value,
            expires_at=after.expires_at,
            paid_at=after.paid_at,
            version=after.version,
            actor_kind=actor.kind.value,
            actor_id=actor.id,
            reason=reason,
            now=self.session.now,
        )


@frozen
class PostgresOrderReader:
    """Orders as operators and the clock look at them."""

    database: Database

    def numbered(self, number: int) -> OrderId | None:
        """The id of the order with this number, which may be any a person has typed."""
        if number >= _NUMBERS_END:
            return None
        with self.database.read() as session:
            row = session.row("orders.numbered", number=number)
        return OrderId(row[0]) if row else None

    def called(self, reference: str) -> OrderId | None:
        """The id of the order that people call so."""
        with self.database.read() as session:
            row = session.row("orders.called", reference=reference)
        return OrderId(row[0]) if row else None

    def timeline(self, order_id: OrderId) -> tuple[TimelineEntry, ...]:
        """Everything that has happened to an order."""
        with self.database.read() as session:
            rows = session.rows("orders.timeline", order_id=order_id, limit=_TIMELINE)
        return tuple(TimelineEntry(*row) for row in rows)

    def notes(self, order_id: OrderId) -> tuple[OrderNote, ...]:
        """Every note of an order."""
        with self.database.read() as session:
            return tuple(OrderNote(*row) for row in session.rows("orders.notes", order_id=order_id))

    def notes_to_customer(self, order_id: OrderId) -> tuple[OrderNote, ...]:
        """Those that its buyer may read."""
        with self.database.read() as session:
            return tuple(OrderNote(*row) for row in session.rows("orders.notes_to_customer", order_id=order_id))

    def unpaid_past(self, limit: int) -> list[tuple[OrderId, datetime]]:
        """Orders whose payment window is over."""
        with self.database.read() as session:
            return [(OrderId(row[0]), row[1]) for row in session.rows("orders.unpaid_past", limit=limit)]


def _tax_column(line: TaxLine) -> dict[str, Any]:
    return {"title": line.title, "rate": str(line.rate), "amount": line.amount.amount}


def _option_column(option: ShippingOption | None) -> Jsonb | None:
    if option is None:
        return None
    return Jsonb(
        {"id": option.id, "title": option.title, "price": option.price.amount, "estimated_days": option.estimated_days}
    )


def _line_column(position: int, line: OrderLine) -> dict[str, Any]:
    return {
        "id": line.id,
        "position": position,
        "variant_id": line.variant_id,
        "sku": line.sku,
        "title": line.title,
        "qty": line.quantity,
        "unit_price": line.unit_price.amount,
        "discount": line.discount_total.amount,
        "tax": line.tax_total.amount,
        "line_total": line.line_total.amount,
        "tax_rate": str(line.tax_rate),
        "requires_shipping": line.requires_shipping,
    }


def _order(row: Row, lines: Cursor[Row]) -> Order:
    currency = row[18]
    option = row[11]
    return Order(
        id=OrderId(row[0]),
        number=row[1],
        reference=row[24],
        cart_id=row[2],
        status=OrderStatus(row[3]),
        payment_status=OrderPaymentStatus(row[4]),
        fulfillment_status=FulfillmentStatus(row[5]),
        buyer=Buyer(row[6], Locale(row[7]), address_value(row[8]), address_value(row[9]), row[10]),
        shipping_option=ShippingOption(
            option["id"], option["title"], Money(option["price"], currency), option["estimated_days"]
        )
        if option
        else None,
        lines=tuple(_line(line, currency) for line in lines.fetchall()),
        subtotal=Money(row[12], currency),
        discount_total=Money(row[13], currency),
        shipping_total=Money(row[14], currency),
        tax_total=Money(row[15], currency),
        tax_lines=tuple(TaxLine(t["title"], Decimal(t["rate"]), Money(t["amount"], currency)) for t in row[16]),
        total=Money(row[17], currency),
        prices_include_tax=row[19],
        placed_at=row[20],
        expires_at=row[21],
        paid_at=row[22],
        version=row[23],
    )


def _line(row: Row, currency: str) -> OrderLine:
    return OrderLine(
        id=row[0],
        variant_id=row[1],
        sku=row[2],
        title=row[3],
        quantity=row[4],
        unit_price=Money(row[5], currency),
        discount_total=Money(row[6], currency),
        tax_total=Money(row[7], currency),
        tax_rate=Decimal(row[8]),
        line_total=Money(row[9], currency),
        requires_shipping=row[10],
        shipped_quantity=row[11],
        delivered_quantity=row[12],
        refunded_quantity=row[13],
    )
