"""What orders ask of the database."""

from collections.abc import Callable
from typing import Protocol
from uuid import UUID

from commerce_core.access.model import Actor
from commerce_core.access.ports import AuditLog
from commerce_core.kernel.transaction import Work
from commerce_core.orders.model import Order, OrderId
from commerce_core.orders.notes import OrderNote
from commerce_core.outbox.ports import Outbox


class Orders(Protocol):
    """Orders, inside one transaction."""

    def draw_number(self) -> Callable[[], int]:
        """Draw a number nobody had before; a gap stays where a transaction fails.

        Does not wait: call what it returns after the next wait, and the number is there.
        """
        ...

    def add(self, order: Order, actor: Actor, reason: str = "") -> None:
        """A new order with its lines and its first transition, which tells the reason if there is one."""
        ...

    def lock(self, order_id: OrderId) -> Order:
        """The order, ours until the transaction ends. Raises `OrderNotFound`."""
        ...

    def find(self, order_id: OrderId) -> Order:
        """The order as it is now. Raises `OrderNotFound`."""
        ...

    def live_of_cart(self, cart_id: UUID) -> OrderId | None:
        """The order this cart became, unless it was cancelled. Under the cart's lock."""
        ...

    def add_note(self, order_id: OrderId, note: OrderNote, actor: Actor) -> None:
        """A note beside the order, for good."""
        ...

    def save(self, before: Order, after: Order, actor: Actor, reason: str = "") -> None:
        """The order's new state, and its transition if the status has changed."""
        ...


class OrderWork(Work, Protocol):
    """What one transaction about an order touches."""

    @property
    def orders(self) -> Orders:
        """Orders."""
        ...

    @property
    def outbox(self) -> Outbox:
        """What has happened."""
        ...

    @property
    def audit(self) -> AuditLog:
        """Who changed what."""
        ...
