"""What the staff sees of a business buyer's VAT number."""

import pytest
from attrs import evolve

from commerce_core.access.errors import PermissionDenied
from commerce_core.access.model import GUEST, SYSTEM, Actor
from commerce_core.cart.details import CartChanges
from commerce_core.cart.errors import CartMerged, CartNotFound
from commerce_core.cart.views import CartView
from commerce_core.kernel.address import Address
from commerce_core.kernel.ids import uuid7
from commerce_core.testing.builders import Builders
from commerce_core.wiring import Commerce

GERMAN = Address("Uwe Kern", "Allee 1", "Berlin", "DE", company="Kern GmbH", vat_number="DE136695976")


@pytest.fixture
def cart(shop: Commerce, make: Builders) -> CartView:
    shop.default_rules.load(SYSTEM)
    filled = make.cart((make.variant(price=11900), 1))
    return shop.cart.change(filled.id, CartChanges(shipping_address=GERMAN))


def test_a_confirmed_number_counts_only_while_the_address_keeps_it(shop: Commerce, cart: CartView) -> None:
    shop.vat_numbers.confirm(SYSTEM, cart.id, "DE136695976")
    shop.cart.change(cart.id, CartChanges(shipping_address=evolve(GERMAN, vat_number="DE129273398")))
    other = shop.vat_numbers.show(SYSTEM, cart.id)
    shop.cart.change(cart.id, CartChanges(shipping_address=GERMAN))
    again = shop.vat_numbers.show(SYSTEM, cart.id)

    assert (other.vat_number, other.confirmed_vat_number, other.fits) == ("DE129273398", "DE136695976", True)
    assert (other.confirmed, other.tax_total.amount, other.total.amount) == (False, 1900, 11900)
    assert (again.confirmed, again.tax_total.amount, again.total.amount) == (True, 0, 10000)


def test_a_number_of_another_country_does_not_fit(shop: Commerce, cart: CartView) -> None:
    shop.cart.change(cart.id, CartChanges(shipping_address=evolve(GERMAN, vat_number="FR40303265045")))
    assert shop.vat_numbers.show(SYSTEM, cart.id).fits is False


def test_looking_changes_nothing_and_is_for_the_staff(shop: Commerce, cart: CartView, customer: Actor) -> None:
    before = shop.cart.get(cart.id)
    assert shop.vat_numbers.show(SYSTEM, cart.id).version == cart.version
    for stranger in (GUEST, customer):
        with pytest.raises(PermissionDenied):
            shop.vat_numbers.show(stranger, cart.id)
    with pytest.raises(CartNotFound):
        shop.vat_numbers.show(SYSTEM, uuid7())
    assert shop.cart.get(cart.id) == before


def test_of_a_cart_that_was_merged_the_other_one_is_named(
    shop: Commerce, make: Builders, customer: Actor, cart: CartView
) -> None:
    shop.cart.merge(customer, make.cart((make.variant(title="Cup"), 1)).id)
    own = shop.cart.merge(customer, cart.id).cart

    for use in (shop.vat_numbers.show, shop.vat_numbers.withdraw):
        with pytest.raises(CartMerged) as refused:
            use(SYSTEM, cart.id)
        assert refused.value.merged_into_id == own.id
    assert shop.vat_numbers.show(SYSTEM, own.id).vat_number == "DE136695976"
