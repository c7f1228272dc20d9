"""What discounts ask of the database."""

from collections.abc import Mapping, Sequence
from typing import Protocol
from uuid import UUID

from attrs import frozen

from commerce_core.access.ports import AuditLog
from commerce_core.discounts.model import Discount, Scope
from commerce_core.kernel.money import Money
from commerce_core.kernel.transaction import Work


@frozen
class References:
    """How many live orders and carts have a discount."""

    orders: int
    carts: int


@frozen
class Discounted:
    """An order and whoever places it: known by an address, and by an account when logged in."""

    order_id: UUID
    email: str
    customer_id: UUID | None


class Discounts(Protocol):
    """Discounts, inside one transaction."""

    def with_code(self, code: str) -> UUID | None:
        """The active discount with this code, however it is spelt."""
        ...

    def take(self, used: Mapping[UUID, Money], names: Mapping[UUID, str], order: Discounted) -> None:
        """Count one use of each discount for this order, whose row is there already; all of them or none.

        To be called after stock is held: whoever wants the last use of one waits for us from here on. Raises
        `DiscountUsedUp`, `DiscountUsedByBuyer` or `DiscountNotFirstOrder`, with the name of the discount, and
        `TransactionConflict` when an operator has just changed what is counted.
        """
        ...

    def give_back(self, order_id: UUID) -> None:
        """The order came to nothing: its uses are free again. To be called after its stock is given back."""
        ...

    def lock(self, discount_id: UUID) -> Discount | None:
        """A discount, ours until the transaction ends, and nobody is just using it."""
        ...

    def references(self, discount_id: UUID) -> References:
        """Who has it. Under its lock."""
        ...

    def owner_of_code(self, code: str) -> UUID | None:
        """The discount with this code, however it is spelt, active or not."""
        ...

    def unknown(self, scope: Scope) -> Sequence[UUID]:
        """Those ids of a scope that nothing in the catalogue has."""
        ...

    def write(self, discount: Discount, currency: str) -> None:
        """Add or change a discount; where it is limited its uses are counted anew.

        Raises `TransactionConflict` when somebody took its code since its owner was asked.
        """
        ...

    def remove(self, discount_id: UUID) -> None:
        """Take away a discount that nobody has."""
        ...


class DiscountWork(Work, Protocol):
    """What one transaction about discounts touches."""

    @property
    def discounts(self) -> Discounts:
        """Discounts."""
        ...

    @property
    def audit(self) -> AuditLog:
        """Who changed what."""
        ...
