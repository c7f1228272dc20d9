"""A cart as its buyer sees it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol
from uuid import UUID

from attrs import frozen

from commerce_core.cart.merge import Capped
from commerce_core.cart.model import Cart, CartLine, CartStatus, Unavailability
from commerce_core.discounts.model import DiscountKind, Unfit
from commerce_core.emails.model import Locale
from commerce_core.kernel.address import Address
from commerce_core.kernel.money import Money
from commerce_core.kernel.page import PageRequest
from commerce_core.pricing.model import PricedPart, RefusedDiscount, Totals
from commerce_core.pricing.taxation import without_tax

SHOWN_AT_MOST = 100  # of what is available, so that a competitor cannot count our shelves


@frozen
class CartItemView:
    """One line of a cart."""

    id: UUID
    variant_id: UUID
    product_slug: str
    sku: str | None
    title: str
    quantity: int
    unit_price: Money
    previous_unit_price: Money | None
    price_changed: bool
    discount_total: Money
    line_total: Money
    available: int | None
    unavailable_reason: Unavailability | None
    reserved_until: datetime | None

    @classmethod
    def of(cls, line: CartLine, part: PricedPart) -> "CartItemView":
        """The line with what it comes to. Of what is no longer for sale none is available.

        After a reverse charge both prices are without the tax that was in them.
        """
        changed = line.snapshot_price != line.offer.unit_price
        available = line.offer.available if line.offer.for_sale else 0
        return cls(
            id=line.id,
            variant_id=line.variant_id,
            product_slug=line.offer.product_slug,
            sku=line.offer.sku,
            title=line.offer.title,
            quantity=line.quantity,
            unit_price=part.unit_price,
            previous_unit_price=_as_charged(line.snapshot_price, part) if changed else None,
            price_changed=changed,
            discount_total=part.discount_total,
            line_total=part.line_total,
            available=None if available is None else max(0, min(available, SHOWN_AT_MOST)),
            unavailable_reason=line.unavailability,
            reserved_until=line.reserved_until,
        )


@frozen
class CartDiscountView:
    """A discount on this cart. A code that gives nothing at this moment stays and says why in `reason`."""

    code: str | None  # None: automatic
    title: str
    kind: DiscountKind
    amount: Money  # taken off the lines, or off the shipping
    applied: bool
    reason: Unfit | None
    needed: int | None  # minor units or pieces that the reason is about
    found: int | None

    @classmethod
    def refused(cls, refused: RefusedDiscount, currency: str) -> "CartDiscountView":
        """One that does not fit."""
        discount, misfit = refused.discount, refused.misfit
        return cls(
            discount.code, discount.title, discount.kind, Money.zero(currency),
            applied=False, reason=misfit.reason, needed=misfit.needed, found=misfit.found,
        )  # fmt: skip


@frozen
class CartView:
    """A cart and its totals; `estimated` until the destination is known."""

    id: UUID
    status: CartStatus
    currency: str
    locale: Locale
    customer_id: UUID | None
    email: str | None
    shipping_address: Address | None
    shipping_option_id: str | None
    notes: str
    attributes: Mapping[str, str]
    items: tuple[CartItemView, ...]
    estimated: bool
    discounts: tuple[CartDiscountView, ...]
    subtotal: Money
    discount_total: Money
    shipping_total: Money
    tax_total: Money
    total: Money
    prices_include_tax: bool
    version: int
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, cart: Cart, totals: Totals) -> "CartView":
        """The cart with what it comes to."""
        by_line = {line.id: line for line in totals.lines}
        return cls(
            id=cart.id,
            status=cart.status,
            currency=cart.currency,
            locale=cart.locale,
            customer_id=cart.customer_id,
            email=cart.email,
            shipping_address=cart.shipping_address,
            shipping_option_id=cart.shipping_option_id,
            notes=cart.notes,
            attributes=cart.attributes,
            items=tuple(CartItemView.of(line, by_line[line.id]) for line in cart.lines),
            estimated=cart.shipping_address is None,
            discounts=_discounts(totals),
            subtotal=totals.subtotal,
            discount_total=totals.discount_total,
            shipping_total=totals.shipping_total,
            tax_total=totals.tax_total,
            total=totals.total,
            prices_include_tax=totals.prices_include_tax,
            version=cart.version,
            created_at=cart.created_at,
            updated_at=cart.updated_at,
        )


def _discounts(totals: Totals) -> tuple[CartDiscountView, ...]:
    applied = (
        CartDiscountView(d.code, d.title, d.kind, d.amount, applied=True, reason=None, needed=None, found=None)
        for d in totals.discounts
    )
    typed_in = (refused for refused in totals.refused if not refused.discount.automatic)
    return (*applied, *(CartDiscountView.refused(refused, totals.total.currency) for refused in typed_in))


def _as_charged(price: Money, part: PricedPart) -> Money:
    return price if part.unit_price == part.label_price else without_tax(price, part.tax.rate)


@frozen
class MergedView:
    """The customer's cart after a login, and what of the guest's there was no room or no stock for."""

    cart: CartView
    capped: tuple[Capped, ...]


@frozen
class ShippingOptionView:
    """A way to send this cart."""

    id: str
    title: str
    price: Money
    estimated_days: int


@frozen
class ShippingOptionsView:
    """The ways to send this cart to a destination; none when nothing is sent."""

    items: tuple[ShippingOptionView, ...]


@frozen
class CartSummary:
    """A cart in the operators' list."""

    id: UUID
    status: CartStatus
    email: str | None
    items_count: int
    subtotal: Money
    created_at: datetime
    updated_at: datetime


class CartReader(Protocol):
    """Carts as operators look at them."""

    def page(self, status: str | None, request: PageRequest) -> bytes:
        """A page of carts that hold something, the last active first, as JSON."""
        ...
