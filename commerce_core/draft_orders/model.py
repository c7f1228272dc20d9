"""A draft: a cart that staff fills, and what they have agreed with the buyer."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Self
from uuid import UUID

from attrs import evolve, field, frozen

from commerce_core.cart.errors import VariantNotForSale
from commerce_core.cart.model import Cart, CartLine, CartStatus, Offer
from commerce_core.cart.till import Till, place_of
from commerce_core.checkout.errors import UnknownShippingOption
from commerce_core.discounts.model import Discount, DiscountKind, Scope
from commerce_core.draft_orders.errors import DraftOrderChanged, DraftOrderIncomplete, DraftOrderPlaced
from commerce_core.kernel.address import Address
from commerce_core.kernel.ids import NewId
from commerce_core.kernel.money import Money
from commerce_core.orders.model import Buyer
from commerce_core.pricing.model import ByHand, LineScope, Totals
from commerce_core.shipping.model import ShippingOption

BY_HAND = "by-hand"  # the id of a way of shipping that is agreed by word of mouth


@frozen
class DraftPolicy:
    """How long a draft may keep stock from others, and a link be paid."""

    hold: timedelta = timedelta(days=2)
    longest_hold: timedelta = timedelta(days=14)
    window: timedelta = timedelta(days=7)
    longest_window: timedelta = timedelta(days=30)


class DraftStatus(StrEnum):
    """Still being written, or turned into an order that was not cancelled."""

    OPEN = "OPEN"
    PLACED = "PLACED"


@frozen
class ManualDiscount:
    """So many percent or so much off, and why. The buyer reads the reason."""

    reason: str
    percent: Decimal | None = None
    amount: Money | None = None

    def given(self, discount_id: UUID, scope: Scope) -> Discount:
        """The same as pricing wants it."""
        kind = DiscountKind.FIXED if self.percent is None else DiscountKind.PERCENTAGE
        return Discount(discount_id, self.reason, kind, percent=self.percent, amount=self.amount, scope=scope)

    @classmethod
    def of(cls, discount: Discount) -> Self:
        """What staff has said of it."""
        return cls(discount.title, discount.percent, discount.amount)


@frozen
class ManualShipping:
    """A way of shipping that no zone offers, or at another price."""

    title: str
    price: Money
    estimated_days: int = 3

    def option(self) -> ShippingOption:
        """The same as pricing wants it."""
        return ShippingOption(BY_HAND, self.title, self.price, self.estimated_days)

    @classmethod
    def of(cls, option: ShippingOption) -> Self:
        """What staff has said of it."""
        return cls(option.title, option.price, option.estimated_days)


@frozen
class DraftItem:
    """So many units of one variant, and what is taken off them."""

    variant_id: UUID
    quantity: int
    discount: ManualDiscount | None = None


@frozen
class DraftOrder:
    """One draft with everything a decision about it needs. Its id and its version are its cart's."""

    cart: Cart
    created_by: str
    billing_address: Address | None = None
    by_hand: ByHand = field(factory=ByHand)

    @property
    def id(self) -> UUID:
        """Its id."""
        return self.cart.id

    @property
    def version(self) -> int:
        """Rises with each change."""
        return self.cart.version

    @property
    def status(self) -> DraftStatus:
        """Whether it can still be changed."""
        return DraftStatus.PLACED if self.cart.status is CartStatus.CONVERTED else DraftStatus.OPEN

    @property
    def discount(self) -> Discount | None:
        """What is taken off all lines by hand."""
        return next((each for each in self.by_hand.discounts if not isinstance(each.scope, LineScope)), None)

    def discount_on(self, line: CartLine) -> Discount | None:
        """What is taken off this line by hand."""
        return next((each for each in self.by_hand.discounts if line.id in each.scope.ids), None)

    def held_until(self, now: datetime) -> datetime | None:
        """Until when it keeps stock from others; None when it does not."""
        ends = [line.reserved_until for line in self.cart.lines if line.reserved_until and line.reserved_until > now]
        return max(ends, default=None)

    def must_be(self, expected_version: int | None) -> None:
        """Raises `DraftOrderChanged` when the caller read another version, `DraftOrderPlaced` when it is an order."""
        if expected_version is not None and expected_version != self.version:
            raise DraftOrderChanged(self.version)
        if self.status is DraftStatus.PLACED:
            raise DraftOrderPlaced(self.id)

    def touched(self, now: datetime) -> Self:
        """The draft after a change: one version on."""
        return evolve(self, cart=self.cart.touched(now))

    def with_items(self, items: tuple[DraftItem, ...], offers: Mapping[UUID, Offer], new_id: NewId) -> Self:
        """The draft with exactly these lines; one that it has keeps its id.

        Raises `VariantNotForSale` for a variant it does not have and that is not in the offers.
        """
        lines, discounts = [], []
        for item in items:
            line = self.cart.line_of(item.variant_id)
            if line is None:
                offer = offers.get(item.variant_id)
                if offer is None or not offer.for_sale:
                    raise VariantNotForSale(item.variant_id)
                line = CartLine(new_id(), item.quantity, offer.unit_price, offer)
            lines.append(evolve(line, quantity=item.quantity))
            if item.discount:
                discounts.append(item.discount.given(new_id(), LineScope(ids=frozenset({line.id}))))
        whole = [self.discount] if self.discount else []
        by_hand = evolve(self.by_hand, discounts=(*discounts, *whole))
        return evolve(self, cart=evolve(self.cart, lines=tuple(lines)), by_hand=by_hand)

    def with_discount(self, discount: ManualDiscount | None, new_id: NewId) -> Self:
        """The draft with this taken off all lines, after what is taken off single ones."""
        of_lines = [each for each in self.by_hand.discounts if isinstance(each.scope, LineScope)]
        whole = [discount.given(new_id(), Scope())] if discount else []
        return evolve(self, by_hand=evolve(self.by_hand, discounts=(*of_lines, *whole)))

    def with_shipping(self, shipping: ManualShipping | None) -> Self:
        """The draft sent in this way; None: in one that a zone offers."""
        return evolve(self, by_hand=evolve(self.by_hand, shipping=shipping.option() if shipping else None))

    def agreed(self) -> object:
        """Everything a price agreed by hand is about; None while none is."""
        if self.by_hand == ByHand():
            return None
        quantities = {line.variant_id: line.quantity for line in self.cart.lines}
        return self.by_hand, quantities, self.cart.shipping_option_id

    def buyer(self) -> Buyer:
        """Who buys. Raises `DraftOrderIncomplete`, naming everything that is missing for an order."""
        if missing := tuple(self._missing()):
            raise DraftOrderIncomplete(missing)
        cart = self.cart
        return Buyer(cart.email or "", cart.locale, cart.shipping_address, self.billing_address, cart.customer_id)

    def _missing(self) -> Iterator[str]:
        if not self.cart.lines:
            yield "items"
        if not self.cart.email:
            yield "email"
        if self.cart.ships():
            if self.cart.shipping_address is None:
                yield "shipping_address"
            if self.by_hand.shipping is None and self.cart.shipping_option_id is None:
                yield "shipping_option_id"

    def totals(self, till: Till) -> Totals:
        """What it comes to: the sum of any cart, and what is agreed by hand in it."""
        place = place_of(self.cart, self.cart.shipping_address or self.billing_address)
        return till.totals_at(self.cart, place, self.cart.shipping_option_id, self.by_hand)

    def must_be_shippable(self, totals: Totals) -> None:
        """Raises `UnknownShippingOption` when what was chosen is not offered for it, or not any more."""
        option_id = self.cart.shipping_option_id
        if self.cart.ships() and totals.shipping_option is None and option_id is not None:
            raise UnknownShippingOption(option_id)
