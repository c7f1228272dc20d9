"""What carts ask of the database."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from commerce_core.access.model import Actor
from commerce_core.cart.model import Cart, CartId, CartLine, Offer
from commerce_core.discounts.ports import Discounts
from commerce_core.emails.model import Locale
from commerce_core.inventory.ports import Stock
from commerce_core.kernel.transaction import Work
from commerce_core.pricing.ports import Rules


class Carts(Protocol):
    """Carts, inside one transaction. Those that write leave a row in the cart's log of events."""

    def find(self, cart_id: CartId) -> Cart:
        """The cart as it is now. Raises `CartNotFound`."""
        ...

    def lock(
        self, cart_id: CartId, wanted: Sequence[UUID] = (), *, email: str | None = None
    ) -> tuple[Cart, Mapping[UUID, Offer]]:
        """The cart, ours until the transaction ends, and the offers of `wanted` variants that it does not hold yet.

        `email` is the buyer's, where the cart does not know it yet: discounts may depend on who buys. Raises
        `CartNotFound`. Unknown variants are missing from the offers.
        """
        ...

    def open(
        self,
        cart_id: CartId,
        currency: str,
        locale: Locale,
        client: Mapping[str, str],
        customer_id: UUID | None,
        wanted: Sequence[UUID],
    ) -> tuple[Cart, Mapping[UUID, Offer]]:
        """A new cart without lines, a customer's or a guest's, and the offers of `wanted` variants."""
        ...

    def recover(self, cart: Cart) -> None:
        """Its buyer is back after it was marked abandoned. Only the log is written: whoever touches it saves it."""
        ...

    def save_line(self, cart: Cart, line: CartLine, event: str) -> None:
        """A line that was added or changed, with the cart's new version."""
        ...

    def remove_line(self, cart: Cart, line: CartLine) -> None:
        """A line that is gone, with the cart's new version."""
        ...

    def save_details(self, cart: Cart) -> None:
        """Everything but the lines."""
        ...

    def save_discount(self, cart: Cart, discount_id: UUID | None) -> Cart:
        """The cart with the discount whose code was typed in, and what is known of its uses; None takes it out."""
        ...

    def lock_for_merge(self, customer_id: UUID, guest_cart_id: CartId) -> tuple[Cart, Cart | None]:
        """The guest's cart and the customer's open cart, both ours until the transaction ends.

        One merge of a customer at a time: whoever comes second sees what the first has done. Raises `CartNotFound`.
        """
        ...

    def claim(self, cart: Cart, customer_id: UUID) -> None:
        """The guest's cart is this customer's from now on."""
        ...

    def merge(self, guest: Cart, into: Cart) -> None:
        """The guest's cart has no lines any more and says where they are."""
        ...

    def purge(self, untouched_for: timedelta, limit: int) -> int:
        """Delete carts that nobody touched for so long, at most `limit`; returns how many.

        Those that still hold stock, wait for a payment or are in use at this moment are left.
        """
        ...

    def convert(self, cart: Cart, order_id: UUID) -> None:
        """The cart has become an order. The log tells both ends: the checkout started, and led to an order."""
        ...

    def reopen(self, cart_id: UUID) -> None:
        """Its order came to nothing: the cart is its buyer's again."""
        ...


class PlacedOrders(Protocol):
    """What carts have become. Above carts in the shop, so that carts know it by this one word."""

    def give_up(self, cart: Cart, shopper: Actor, until: datetime, wanted: Sequence[UUID]) -> Cart:
        """Cancel the unpaid order of this cart, because its buyer goes on choosing; the cart as it is open again.

        What the order held the cart holds until then, and of `wanted` variants it may hold something next. Raises
        `CartNotOpen` when the order no longer waits for its payment, or the refusal that says why it cannot be given
        up; then nothing has changed.
        """
        ...


class CartWork(Work, Protocol):
    """What one transaction about a cart touches."""

    @property
    def carts(self) -> Carts:
        """Carts."""
        ...

    @property
    def stock(self) -> Stock:
        """The shelf."""
        ...

    @property
    def placed(self) -> PlacedOrders:
        """What carts have become."""
        ...

    @property
    def discounts(self) -> Discounts:
        """Discounts."""
        ...

    @property
    def rules(self) -> Rules:
        """The rules of pricing."""
        ...
