"""What draft orders ask of the database."""

from collections.abc import Mapping, Sequence
from typing import Protocol
from uuid import UUID

from commerce_core.access.model import Actor
from commerce_core.cart.model import CartId, Offer
from commerce_core.checkout.ports import CheckoutWork
from commerce_core.draft_orders.model import DraftOrder


class DraftOrders(Protocol):
    """Draft orders, inside one transaction."""

    def open(self, draft_id: CartId, currency: str, actor: Actor) -> None:
        """A new draft with nothing in it, the actor's."""
        ...

    def find(self, draft_id: UUID) -> DraftOrder:
        """The draft as it is now. Raises `DraftOrderNotFound`, also for a cart that is somebody's shopping."""
        ...

    def lock(
        self, draft_id: UUID, wanted: Sequence[UUID] = (), *, email: str | None = None
    ) -> tuple[DraftOrder, Mapping[UUID, Offer]]:
        """The draft, ours until the transaction ends, and the offers of `wanted` variants that it does not have yet.

        `email` is the buyer's, where the draft does not know it yet. Raises `DraftOrderNotFound`.
        """
        ...

    def save(self, draft: DraftOrder) -> None:
        """Everything about the draft, its lines too."""
        ...

    def remove(self, draft_id: UUID) -> None:
        """It is gone. It holds no stock any more."""
        ...

    def email_of(self, customer_id: UUID) -> str | None:
        """A customer's address; None when there is no such customer."""
        ...


class DraftOrderWork(CheckoutWork, Protocol):
    """What one transaction about a draft touches."""

    @property
    def draft_orders(self) -> DraftOrders:
        """Draft orders."""
        ...
