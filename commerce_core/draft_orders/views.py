"""A draft as staff sees it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from attrs import field, frozen

from commerce_core.cart.model import CartLine, Unavailability
from commerce_core.draft_orders.model import DraftOrder, DraftStatus, ManualDiscount, ManualShipping
from commerce_core.emails.model import Locale
from commerce_core.kernel.address import Address
from commerce_core.kernel.money import Money
from commerce_core.kernel.page import Page, PageRequest
from commerce_core.orders.model import Order, OrderLine, OrderPaymentStatus, OrderStatus
from commerce_core.pricing.model import PricedPart, Totals


@frozen
class DraftItemView:
    """One line. `discount` is what staff takes off it, `discount_total` what all discounts do."""

    id: UUID
    variant_id: UUID
    sku: str | None
    title: str
    quantity: int
    unit_price: Money
    discount: ManualDiscount | None
    discount_total: Money
    tax_total: Money
    line_total: Money
    available: int | None
    unavailable_reason: Unavailability | None
    held_until: datetime | None

    @classmethod
    def of(cls, draft: DraftOrder, line: CartLine, part: PricedPart | OrderLine) -> "DraftItemView":
        """The line with what it comes to."""
        discount = draft.discount_on(line)
        return cls(
            id=line.id,
            variant_id=line.variant_id,
            sku=line.offer.sku,
            title=line.offer.title,
            quantity=line.quantity,
            unit_price=part.unit_price,
            discount=ManualDiscount.of(discount) if discount else None,
            discount_total=part.discount_total,
            tax_total=part.tax_total,
            line_total=part.line_total,
            available=line.offer.available,
            unavailable_reason=line.unavailability,
            held_until=line.reserved_until,
        )


@frozen
class DraftShippingView:
    """A way to send it. Its price is that of the draft as it is."""

    id: str
    title: str
    price: Money
    estimated_days: int


@frozen
class PlacedDraftView:
    """The order that a draft has become. Whoever has the token or the link may see it and pay it, so it is the buyer's.

    `pay_url` is null once there is nothing to wait for.
    """

    id: UUID
    number: int
    reference: str
    status: OrderStatus
    payment_status: OrderPaymentStatus
    total: Money
    pay_until: datetime | None
    order_token: str = field(repr=False)
    pay_url: str | None = field(repr=False)


@frozen
class DraftOrderView:
    """A draft and what it comes to: at the prices of this moment while it is open, at those agreed once it is placed.

    `shipping_options` are the ways that are offered; `shipping` is one that staff made up.
    """

    id: UUID
    status: DraftStatus
    currency: str
    customer_id: UUID | None
    email: str | None
    locale: Locale
    items: tuple[DraftItemView, ...]
    discount: ManualDiscount | None
    shipping_address: Address | None
    billing_address: Address | None
    shipping_option_id: str | None
    shipping: ManualShipping | None
    shipping_options: tuple[DraftShippingView, ...]
    notes: str
    subtotal: Money
    discount_total: Money
    shipping_total: Money
    tax_total: Money
    total: Money
    prices_include_tax: bool
    held_until: datetime | None
    order: PlacedDraftView | None
    created_by: str
    version: int
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(
        cls, draft: DraftOrder, sums: Totals | Order, held_until: datetime | None, placed: PlacedDraftView | None
    ) -> "DraftOrderView":
        """The draft with its totals, or with those of the order it has become."""
        cart, shipping = draft.cart, draft.by_hand.shipping
        options = sums.options if isinstance(sums, Totals) else ()
        parts: Sequence[PricedPart | OrderLine] = sums.lines
        return cls(
            id=cart.id,
            status=draft.status,
            currency=cart.currency,
            customer_id=cart.customer_id,
            email=cart.email,
            locale=cart.locale,
            items=tuple(DraftItemView.of(draft, line, part) for line, part in zip(cart.lines, parts, strict=True)),
            discount=ManualDiscount.of(draft.discount) if draft.discount else None,
            shipping_address=cart.shipping_address,
            billing_address=draft.billing_address,
            shipping_option_id=cart.shipping_option_id,
            shipping=ManualShipping.of(shipping) if shipping else None,
            shipping_options=tuple(
                DraftShippingView(way.id, way.title, way.price, way.estimated_days) for way in options
            ),
            notes=cart.notes,
            subtotal=sums.subtotal,
            discount_total=sums.discount_total,
            shipping_total=sums.shipping_total,
            tax_total=sums.tax_total,
            total=sums.total,
            prices_include_tax=sums.prices_include_tax,
            held_until=held_until,
            order=placed,
            created_by=draft.created_by,
            version=draft.version,
            created_at=cart.created_at,
            updated_at=cart.updated_at,
        )


@frozen
class DraftOrderSummary:
    """A draft in the list of them."""

    id: UUID
    status: DraftStatus
    email: str | None
    items_count: int
    held_until: datetime | None
    order_number: int | None
    created_by: str
    created_at: datetime
    updated_at: datetime


class DraftOrderReader(Protocol):
    """Drafts as staff looks at them."""

    def page(self, status: DraftStatus | None, request: PageRequest) -> Page[DraftOrderSummary]:
        """A page of drafts, the newest first."""
        ...
