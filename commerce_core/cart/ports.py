"""What carts ask of the database."""

from collections.abc import Mapping, Sequence
from typing import Protocol
from uuid import UUID

from commerce_core.cart.model import Cart, CartId, CartLine, Offer
from commerce_core.emails.model import Locale
from commerce_core.inventory.ports import Stock
from commerce_core.kernel.transaction import Work


class Carts(Protocol):
    """Carts, inside one transaction. Those that write leave a row in the cart's log of events."""

    def find(self, cart_id: CartId) -> Cart:
        """The cart as it is now. Raises `CartNotFound`."""
        ...

    def lock(self, cart_id: CartId, wanted: Sequence[UUID] = ()) -> tuple[Cart, Mapping[UUID, Offer]]:
        """The cart, ours until the transaction ends, and the offers of `wanted` variants that it does not hold yet.

        Raises `CartNotFound`. Unknown variants are missing from the offers.
        """
        ...

    def offers(self, wanted: Sequence[UUID]) -> Mapping[UUID, Offer]:
        """These variants as they are for sale now."""
        ...

    def open(self, cart_id: CartId, currency: str, locale: Locale, client: Mapping[str, str]) -> Cart:
        """A new cart without lines."""
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

    def convert(self, cart: Cart, order_id: UUID) -> None:
        """The cart has become an order."""
        ...

    def reopen(self, cart_id: UUID) -> None:
        """Its order came to nothing: the cart is its buyer's again."""
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
