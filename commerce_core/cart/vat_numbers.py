"""A business buyer's VAT number, confirmed for their cart by the staff. Only then may the tax be the buyer's to pay."""

from typing import Protocol
from uuid import UUID

from attrs import evolve, frozen

from commerce_core.access.model import Actor, AuditEntry, Changes, Permission
from commerce_core.access.ports import AuditLog
from commerce_core.cart.errors import CartMerged
from commerce_core.cart.model import Cart, CartId
from commerce_core.cart.ports import CartWork
from commerce_core.cart.till import Till
from commerce_core.cart.views import CartView
from commerce_core.kernel.address import Address
from commerce_core.kernel.errors import InvalidInput
from commerce_core.kernel.transaction import Begin, retried
from commerce_core.pricing.ports import TaxCalculator
from commerce_core.taxes.ports import VatNumbers


class VatNumberWork(CartWork, Protocol):
    """What confirming a number touches."""

    @property
    def audit(self) -> AuditLog:
        """Who confirmed what."""
        ...


@frozen
class VatNumberService:
    """Confirms numbers. `numbers` refuses what cannot be one; whether it is the buyer's own is the staff's to know."""

    begin: Begin[VatNumberWork]
    taxes: TaxCalculator
    numbers: VatNumbers

    @retried
    def confirm(self, actor: Actor, cart_id: UUID, vat_number: str, expected_version: int | None = None) -> CartView:
        """This number is the buyer's: the cart is priced by it from now on, as long as its address keeps it.

        Raises `PermissionDenied`, `CartNotFound`, `CartMerged`, `CartNotOpen`, `CartChanged`, or `InvalidInput` when it
        is no number of the country the cart goes to, or not the one in its address; then nothing has changed.
        """
        actor.must(Permission.ORDERS_WRITE)
        with self.begin() as work:
            cart = _locked(work, cart_id, expected_version)
            address, number = self._checked(cart, vat_number)
            after = evolve(cart, shipping_address=evolve(address, vat_number=number), confirmed_vat_number=number)
            return self._kept(work, actor, cart, after)

    @retried
    def withdraw(self, actor: Actor, cart_id: UUID, expected_version: int | None = None) -> CartView:
        """The number is confirmed no longer. Raises what `confirm` raises about actor and cart."""
        actor.must(Permission.ORDERS_WRITE)
        with self.begin() as work:
            cart = _locked(work, cart_id, expected_version)
            return self._kept(work, actor, cart, evolve(cart, confirmed_vat_number=None))

    def _checked(self, cart: Cart, vat_number: str) -> tuple[Address, str]:
        address = cart.shipping_address
        if address is None:
            raise InvalidInput.at("/vat_number", "required", "The cart needs an address first.")
        number = self.numbers.checked(vat_number, address.country)
        if number is None:
            detail = f"Is no VAT number of {address.country}, or has a wrong check digit."
            raise InvalidInput.at("/vat_number", "invalid-vat-number", detail)
        if address.vat_number and self.numbers.checked(address.vat_number, address.country) != number:
            raise InvalidInput.at("/vat_number", "contradiction", "The address of the cart has another one.")
        return address, number

    def _kept(self, work: VatNumberWork, actor: Actor, before: Cart, after: Cart) -> CartView:
        work.carts.save_details(after)
        changes: Changes = {"confirmed_vat_number": (before.confirmed_vat_number, after.confirmed_vat_number)}
        work.audit.record(AuditEntry(actor, "cart.vat_number", "cart", str(after.id), changes))
        return CartView.of(after, Till(work.rules.current(), self.taxes, work.now).totals(after))


def _locked(work: VatNumberWork, cart_id: UUID, expected_version: int | None) -> Cart:
    cart, _ = work.carts.lock(CartId(cart_id))
    if cart.merged_into_id is not None:
        raise CartMerged(cart.merged_into_id)
    cart.must_be_open()
    cart.must_be_version(expected_version)
    return cart.touched(work.now)
