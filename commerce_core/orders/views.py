"""An order as its buyer and the operators see it."""

from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from attrs import field, frozen

from commerce_core.kernel.address import Address
from commerce_core.kernel.money import Money
from commerce_core.kernel.page import PageRequest
from commerce_core.orders.model import FulfillmentStatus, Order, OrderId, OrderPaymentStatus, OrderStatus
from commerce_core.orders.notes import OrderNote
from commerce_core.orders.queries import OrderCursor, OrderFilter, OrderSort
from commerce_core.pricing.model import percent_text


@frozen
class OrderItemView:
    """One line of an order."""

    id: UUID
    variant_id: UUID | None
    sku: str | None
    title: str
    quantity: int
    unit_price: Money
    discount_total: Money
    tax_total: Money
    line_total: Money
    shipped_quantity: int
    refunded_quantity: int


@frozen
class TaxLineView:
    """One rate and what it comes to; `rate` is a decimal string in percent."""

    title: str
    rate: str
    amount: Money


@frozen
class OrderShippingView:
    """How it is sent."""

    id: str
    title: str
    price: Money
    estimated_days: int


@frozen
class OrderPaymentView:
    """One attempt to be paid."""

    id: UUID
    provider: str
    status: str
    amount: Money
    intent_id: str | None
    created_at: datetime


@frozen
class OrderRefundView:
    """Money that goes back, or has gone."""

    id: UUID
    payment_id: UUID
    amount: Money
    reason: str
    status: str
    created_at: datetime


@frozen
class OrderDisputeView:
    """What the buyer's bank wants back; `due_by` is when the shop has to have answered it."""

    id: UUID
    payment_id: UUID
    amount: Money
    reason: str
    status: str
    due_by: datetime | None


@frozen
class ShippedItemView:
    """So many units of a line in a parcel."""

    order_item_id: UUID
    quantity: int


@frozen
class OrderShipmentView:
    """A parcel. `tracking_url` is the page on which to follow it, null where there is none."""

    id: UUID
    status: str
    items: tuple[ShippedItemView, ...]
    carrier: str
    tracking_number: str
    tracking_url: str | None
    shipped_at: datetime
    delivered_at: datetime | None
    cancelled_at: datetime | None
    version: int


@frozen
class OrderView:
    """One order with everything a page about it shows."""

    id: UUID
    number: int
    reference: str
    status: OrderStatus
    email: str
    items: tuple[OrderItemView, ...]
    shipping_address: Address | None
    billing_address: Address | None
    shipping_option: OrderShippingView | None
    subtotal: Money
    discount_total: Money
    shipping_total: Money
    tax_total: Money
    tax_lines: tuple[TaxLineView, ...]
    total: Money
    prices_include_tax: bool
    payment_status: OrderPaymentStatus
    fulfillment_status: FulfillmentStatus
    payments: tuple[OrderPaymentView, ...]
    refunds: tuple[OrderRefundView, ...]
    disputes: tuple[OrderDisputeView, ...]
    shipments: tuple[OrderShipmentView, ...]
    notes: tuple[OrderNote, ...]
    placed_at: datetime
    paid_at: datetime | None
    version: int

    @classmethod
    def of(
        cls,
        order: Order,
        payments: tuple[OrderPaymentView, ...],
        refunds: tuple[OrderRefundView, ...],
        disputes: tuple[OrderDisputeView, ...],
        shipments: tuple[OrderShipmentView, ...] = (),
        notes: tuple[OrderNote, ...] = (),
    ) -> "OrderView":
        """The order with what belongs to its payments, what has left of it, and what is written beside it."""
        way = order.shipping_option
        return cls(
            id=order.id,
            number=order.number,
            reference=order.reference,
            status=order.status,
            email=order.buyer.email,
            items=tuple(
                OrderItemView(
                    line.id, line.variant_id, line.sku, line.title, line.quantity,
                    line.unit_price, line.discount_total, line.tax_total, line.line_total,
                    line.shipped_quantity, line.refunded_quantity,
                )
                for line in order.lines
            ),
            shipping_address=order.buyer.shipping_address,
            billing_address=order.buyer.billing_address,
            shipping_option=OrderShippingView(way.id, way.title, way.price, way.estimated_days) if way else None,
            subtotal=order.subtotal,
            discount_total=order.discount_total,
            shipping_total=order.shipping_total,
            tax_total=order.tax_total,
            tax_lines=tuple(TaxLineView(line.title, percent_text(line.rate), line.amount) for line in order.tax_lines),
            total=order.total,
            prices_include_tax=order.prices_include_tax,
            payment_status=order.payment_status,
            fulfillment_status=order.fulfillment_status,
            payments=payments,
            refunds=refunds,
            disputes=disputes,
            shipments=shipments,
            notes=notes,
            placed_at=order.placed_at,
            paid_at=order.paid_at,
            version=order.version,
        )  # fmt: skip


@frozen
class OrderSummary:
    """An order in the operators' list."""

    id: UUID
    number: int
    status: OrderStatus
    payment_status: OrderPaymentStatus
    fulfillment_status: FulfillmentStatus
    email: str
    total: Money
    items_count: int
    placed_at: datetime
    paid_at: datetime | None
    version: int
    reference: str


@frozen
class OrderPage:
    """A page of orders. `total_is_exact` is false where there are more than were counted.

    Asking with `next_cursor` skips nothing and repeats nothing, whatever is placed meanwhile.
    """

    items: tuple[OrderSummary, ...]
    page: int
    per_page: int
    total: int
    total_is_exact: bool
    next_cursor: str | None


class TimelineKind(StrEnum):
    """Where an entry of a timeline comes from."""

    STATUS = "status"
    PAYMENT = "payment"
    EVENT = "event"
    PROVIDER_EVENT = "provider_event"
    REFUND = "refund"
    DISPUTE = "dispute"
    MAIL = "mail"
    NOTE = "note"
    SHIPMENT = "shipment"
    INVOICE = "invoice"


@frozen
class TimelineEntry:
    """One thing that has happened to an order.

    `what` is the new status, the type of an event, the template of a mail, an amount. `status` is how far that got, of
    a change of status where it came from. `actor` is who did it or, of a mail, who gets it.
    """

    at: datetime
    kind: TimelineKind = field(converter=TimelineKind)
    what: str
    status: str
    actor: str
    detail: str


@frozen
class TimelineView:
    """Everything that has happened to an order, the first thing first."""

    items: tuple[TimelineEntry, ...]


class OrderListReader(Protocol):
    """Lists of orders."""

    def page(
        self, wanted: OrderFilter, zone: ZoneInfo, sort: OrderSort, after: OrderCursor | None, request: PageRequest
    ) -> OrderPage:
        """A page of these orders, by their number or from behind that one. Days are meant in this zone."""
        ...


class OrderReader(Protocol):
    """Orders as operators and the clock look at them."""

    def numbered(self, number: int) -> OrderId | None:
        """The id of the order with this number."""
        ...

    def called(self, reference: str) -> OrderId | None:
        """The id of the order that people call so."""
        ...

    def timeline(self, order_id: OrderId) -> tuple[TimelineEntry, ...]:
        """Everything that has happened to an order, the first thing first; nothing when there is none."""
        ...

    def notes(self, order_id: OrderId) -> tuple[OrderNote, ...]:
        """Every note of an order, the first first."""
        ...

    def notes_to_customer(self, order_id: OrderId) -> tuple[OrderNote, ...]:
        """Those that its buyer may read, without their authors."""
        ...

    def unpaid_past(self, limit: int) -> list[tuple[OrderId, datetime]]:
        """Orders whose payment window is over, the longest waiting first."""
        ...
