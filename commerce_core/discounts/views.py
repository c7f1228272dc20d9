"""A discount as operators see it."""

from datetime import datetime
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from attrs import frozen

from commerce_core.discounts.model import Discount, DiscountKind, ScopeKind
from commerce_core.kernel.errors import InvalidInput
from commerce_core.kernel.money import Money
from commerce_core.kernel.page import Page, PageRequest
from commerce_core.kernel.text import text_error


@frozen
class DiscountQuery:
    """A page of discounts; `q` is how a code or a title begins."""

    q: str | None = None
    active: bool | None = None
    page: int = 1
    per_page: int = 24

    def __attrs_post_init__(self) -> None:
        if self.q is not None and (error := text_error("/q", self.q, limit=200)):
            raise InvalidInput((error,))
        PageRequest(self.page, self.per_page)

    @property
    def paging(self) -> PageRequest:
        """Which page of the list."""
        return PageRequest(self.page, self.per_page)


@frozen
class ScopeView:
    """The goods it is given on."""

    kind: ScopeKind
    ids: tuple[UUID, ...]


@frozen
class DiscountView:
    """A discount and how many live orders have it. Without a `code` it is automatic."""

    id: UUID
    title: str
    kind: DiscountKind
    code: str | None
    percent: Decimal | None
    amount: Money | None
    buy: int
    get: int
    scope: ScopeView
    minimum_subtotal: Money | None
    minimum_quantity: int | None
    starts_at: datetime | None
    ends_at: datetime | None
    usage_limit: int | None
    usage_limit_per_buyer: int | None
    exclusive: bool
    first_order_only: bool
    active: bool
    uses: int
    version: int
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, discount: Discount, uses: int, created_at: datetime, updated_at: datetime) -> "DiscountView":
        """The discount with its history."""
        return cls(
            id=discount.id,
            title=discount.title,
            kind=discount.kind,
            code=discount.code,
            percent=discount.percent,
            amount=discount.amount,
            buy=discount.buy,
            get=discount.get,
            scope=ScopeView(discount.scope.kind, tuple(sorted(discount.scope.ids))),
            minimum_subtotal=discount.minimum_subtotal,
            minimum_quantity=discount.minimum_quantity,
            starts_at=discount.starts_at,
            ends_at=discount.ends_at,
            usage_limit=discount.usage_limit,
            usage_limit_per_buyer=discount.usage_limit_per_buyer,
            exclusive=discount.exclusive,
            first_order_only=discount.first_order_only,
            active=discount.active,
            uses=uses,
            version=discount.version,
            created_at=created_at,
            updated_at=updated_at,
        )


class DiscountReader(Protocol):
    """Discounts as operators look at them."""

    def page(self, query: DiscountQuery) -> Page[DiscountView]:
        """A page of discounts, the newest first."""
        ...

    def find(self, discount_id: UUID) -> DiscountView | None:
        """One of them."""
        ...

    def by_code(self, code: str) -> UUID | None:
        """The discount with this code, however it is spelt."""
        ...
