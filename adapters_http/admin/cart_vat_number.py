"""The VAT number of a business buyer, confirmed by the staff."""

from typing import Annotated, Any, ClassVar
from uuid import UUID

from attrs import frozen

from adapters_http.fields import Limits
from adapters_http.operation import Access, Answer, operation
from commerce_core.access.model import Actor, Permission
from commerce_core.cart.errors import CartChanged, CartMerged, CartNotFound, CartNotOpen
from commerce_core.cart.vat_numbers import CartVatNumber, VatNumberService
from commerce_core.cart.views import CartView

_CLOSED = (CartNotFound, CartMerged, CartNotOpen, CartChanged)


@frozen
class ConfirmVatNumber:
    """The number, with or without its country's prefix."""

    example: ClassVar[dict[str, Any]] = {"vat_number": "DE136695976"}
    vat_number: Annotated[str, Limits(1, 30)]


@frozen
class AdminCartVatNumber:
    """`/v1/admin/carts/{cart_id}/vat-number`."""

    vat_numbers: VatNumberService

    @operation(
        "Read the VAT number of a cart",
        answers={200: CartVatNumber},
        refusals=(CartNotFound, CartMerged),
        access=Access.STAFF,
        permission=Permission.CARTS_READ,
    )
    def on_get(self, actor: Actor, cart_id: UUID) -> Answer:
        """What the buyer wrote, whether it can be a number of their country, and whether it was confirmed."""
        found = self.vat_numbers.show(actor, cart_id)
        return Answer(found).at_version(found.version)

    @operation(
        "Confirm a VAT number",
        answers={200: CartView},
        refusals=_CLOSED,
        access=Access.STAFF,
        permission=Permission.ORDERS_WRITE,
    )
    def on_put(self, actor: Actor, cart_id: UUID, body: ConfirmVatNumber, if_match: int | None) -> Answer:
        """It is the buyer's own, and they pay the tax to their own state where the law says so.

        Refused when it is no number of the country the cart goes to, or not the one in its address.
        """
        found = self.vat_numbers.confirm(actor, cart_id, body.vat_number, if_match)
        return Answer(found).at_version(found.version)

    @operation(
        "Withdraw the confirmation of a VAT number",
        answers={200: CartView},
        refusals=_CLOSED,
        access=Access.STAFF,
        permission=Permission.ORDERS_WRITE,
    )
    def on_delete(self, actor: Actor, cart_id: UUID, if_match: int | None) -> Answer:
        """The cart is taxed like everybody's again."""
        found = self.vat_numbers.withdraw(actor, cart_id, if_match)
        return Answer(found).at_version(found.version)
