"""A business buyer's VAT number, confirmed for their cart by the staff. Only then may the tax be the buyer's to pay."""

from typing import Protocol
from uuid import UUID

from attrs import evolve, frozen

from commerce_core.access.model import Actor, AuditEntry, Changes, Permission, hidden
from commerce_core.access.ports import AuditLog
from commerce_core.cart.errors import CartMerged
from commerce_core.cart.model import Cart, CartId
from commerce_core.cart.ports import CartWork
from commerce_core.cart.till import Till, place_of
from commerce_core.cart.views import CartView
from commerce_core.kernel.address import Address
from commerce_core.kernel.errors import InvalidInput
from commerce_core.kernel.money import Money
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
class CartVatNumber:
    """A cart's VAT number, and whether it counts: when it is confirmed, and is the one in the address.

    `fits` says that it could be one of the country the cart goes to, by its form and its check digits.
    """

    cart_id: UUID
    company: str | None
    country: str | None
    vat_number: str | None  # as the buyer wrote it into the address
    fits: bool
    confirmed_vat_number: str | None
    confirmed: bool
    tax_total: Money
    total: Money
    version: int


@frozen
class VatNumberService:
    """Confirms numbers. `numbers` refuses what cannot be one; whether it is the buyer's own is the staff's to know."""

    begin: Begin[VatNumberWork]
    taxes: TaxCalculator
    numbers: VatNumbers

    @retried
    def show(self, actor: Actor, cart_id: UUID) -> CartVatNumber:
        """What is known of a cart's number, to decide by. Raises `PermissionDenied`, `CartNotFound`, `CartMerged`."""
        actor.must(Permission.CARTS_READ)
        with self.begin() as work:
            cart = _unmerged(work.carts.find(CartId(cart_id)))
            totals = Till(work.rules.current(), self.taxes, work.now).totals(cart)
        address = cart.shipping_address
        place = place_of(cart, address)
        written = address.vat_number if address else None
        return CartVatNumber(
            cart_id=cart.id,
            company=address.company if address else None,
            country=address.country if address else None,
            vat_number=written,
            fits=bool(address and written and self.numbers.checked(written, address.country)),
            confirmed_vat_number=cart.confirmed_vat_number,
            confirmed=bool(place and place.vat_confirmed),
            tax_total=totals.tax_total,
            total=totals.total,
            version=cart.version,
        )

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
        changes: Changes = {"confirmed_vat_number": hidden(before.confirmed_vat_number, after.confirmed_vat_number)}
        work.audit.record(AuditEntry(actor, "cart.vat_number", "cart", str(after.id), changes))
        return CartView.of(after, Till(work.rules.current(), self.taxes, work.now).totals(after))


def _locked(work: VatNumberWork, cart_id: UUID, expected_version: int | None) -> Cart:
    cart = _unmerged(work.carts.lock(CartId(cart_id))[0])
    cart.must_be_open()
    cart.must_be_version(expected_version)
    return cart.touched(work.now)


def _unmerged(cart: Cart) -> Cart:
    if cart.merged_into_id is not None:
        raise CartMerged(cart.merged_into_id)
    return cart
