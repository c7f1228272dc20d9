"""Carts for operators."""

from typing import Annotated

from attrs import frozen

from adapters_http.fields import Limits
from adapters_http.operation import Access, Answer, operation
from commerce_core.access.model import Actor, Permission
from commerce_core.cart.model import CartStatus
from commerce_core.cart.service import CartService
from commerce_core.cart.views import CartSummary
from commerce_core.kernel.page import MAX_PAGE, MAX_PER_PAGE, Page, PageRequest


@frozen
class CartListQuery:
    """Which carts, and which page of them."""

    status: CartStatus | None = None
    page: Annotated[int, Limits(1, MAX_PAGE)] = 1
    per_page: Annotated[int, Limits(1, MAX_PER_PAGE)] = 24


@frozen
class AdminCarts:
    """`/v1/admin/carts`."""

    cart: CartService

    @operation("List carts", answers={200: Page[CartSummary]}, access=Access.STAFF, permission=Permission.CARTS_READ)
    def on_get(self, actor: Actor, query: CartListQuery) -> Answer:
        """Those that hold something, the last active first."""
        return Answer(self.cart.list_carts(actor, query.status, PageRequest(query.page, query.per_page)))
