"""Discounts for operators."""

from typing import Annotated, Any, ClassVar
from uuid import UUID

from attrs import frozen

from adapters_http.fields import Limits
from adapters_http.operation import Access, Answer, Idempotent, operation
from commerce_core.access.model import Actor, Permission
from commerce_core.discounts.drafts import DiscountChanges, NewDiscount
from commerce_core.discounts.errors import (
    DiscountCodeTaken,
    DiscountInUse,
    DiscountNotFound,
    DiscountVersionStale,
)
from commerce_core.discounts.service import DiscountService
from commerce_core.discounts.views import DiscountQuery, DiscountView
from commerce_core.kernel.page import MAX_PAGE, MAX_PER_PAGE, Page


@frozen
class DiscountListQuery:
    """Which ones, by how a code or a title begins, and which page of them."""

    q: Annotated[str, Limits(most=200)] | None = None
    active: bool | None = None
    page: Annotated[int, Limits(1, MAX_PAGE)] = 1
    per_page: Annotated[int, Limits(1, MAX_PER_PAGE)] = 24

    def wanted(self) -> DiscountQuery:
        """The same as the shop asks for it."""
        return DiscountQuery(self.q, self.active, self.page, self.per_page)


@frozen
class CreateDiscount(NewDiscount):
    """A discount to be. Without a code it is automatic. Buy X get Y gives the pieces away unless `percent` says less.

    The subtotal and quantity it asks for are those of the goods in its scope, before any discount.
    """

    example: ClassVar[dict[str, Any]] = {
        "title": "Ten percent in spring",
        "kind": "percentage",
        "code": "SPRING10",
        "percent": "10",
        "minimum_subtotal": {"amount": 3000, "currency": "EUR"},
        "starts_at": "2026-03-20T00:00:00Z",
        "ends_at": "2026-06-21T00:00:00Z",
        "usage_limit": 500,
        "usage_limit_per_buyer": 1,
    }


@frozen
class ChangeDiscount(DiscountChanges):
    """What is to be different. Null takes away a code, a minimum, a date or a limit; a scope is told as a whole."""

    example: ClassVar[dict[str, Any]] = {"ends_at": "2026-07-01T00:00:00Z", "usage_limit": 800}


@frozen
class AdminDiscounts:
    """`/v1/admin/discounts`."""

    discounts: DiscountService

    @operation(
        "List discounts", answers={200: Page[DiscountView]}, access=Access.STAFF, permission=Permission.DISCOUNTS_READ
    )
    def on_get(self, actor: Actor, query: DiscountListQuery) -> Answer:
        """The newest first, with how many live orders have them."""
        return Answer(self.discounts.list_all(actor, query.wanted()))

    @operation(
        "Create a discount",
        answers={201: DiscountView},
        refusals=(DiscountCodeTaken,),
        access=Access.STAFF,
        permission=Permission.DISCOUNTS_WRITE,
        idempotency=Idempotent.HONOURED,
    )
    def on_post(self, actor: Actor, body: CreateDiscount) -> Answer:
        """It counts at once, for every cart, unless it starts later or is not active."""
        made = self.discounts.create(actor, body)
        found = self.discounts.find(actor, made.id)
        return Answer.created(found, f"/v1/admin/discounts/{made.id}").at_version(found.version)


@frozen
class AdminDiscount:
    """`/v1/admin/discounts/{discount_id}`."""

    discounts: DiscountService

    @operation(
        "Read a discount",
        answers={200: DiscountView},
        refusals=(DiscountNotFound,),
        access=Access.STAFF,
        permission=Permission.DISCOUNTS_READ,
    )
    def on_get(self, actor: Actor, discount_id: UUID) -> Answer:
        """With how many live orders have it."""
        found = self.discounts.find(actor, discount_id)
        return Answer(found).at_version(found.version)

    @operation(
        "Change a discount",
        answers={200: DiscountView},
        refusals=(DiscountNotFound, DiscountVersionStale, DiscountCodeTaken),
        access=Access.STAFF,
        permission=Permission.DISCOUNTS_WRITE,
    )
    def on_patch(self, actor: Actor, discount_id: UUID, body: ChangeDiscount, if_match: int | None) -> Answer:
        """JSON Merge Patch. Carts have the new terms at once; orders keep what they were given."""
        self.discounts.change(actor, discount_id, body, if_match)
        found = self.discounts.find(actor, discount_id)
        return Answer(found).at_version(found.version)

    @operation(
        "Delete a discount",
        answers={204: None},
        refusals=(DiscountNotFound, DiscountVersionStale, DiscountInUse),
        access=Access.STAFF,
        permission=Permission.DISCOUNTS_WRITE,
    )
    def on_delete(self, actor: Actor, discount_id: UUID, if_match: int | None) -> Answer:
        """One that no order and no cart has. Any other can be made inactive."""
        self.discounts.delete(actor, discount_id, if_match)
        return Answer.nothing()
