"""`commerce vat`: a business buyer's number, by hand."""

from typing import Any

import pytest

from commerce_core import open_shop
from commerce_core.access.model import SYSTEM
from commerce_core.cart.details import CartChanges
from commerce_core.cart.views import CartView
from commerce_core.kernel.address import Address
from commerce_core.kernel.ids import uuid7
from commerce_core.testing.builders import Builders

GERMAN = Address("Uwe Kern", "Allee 1", "Berlin", "DE", company="Kern GmbH", vat_number="DE 136695976")


@pytest.fixture
def cart(database_url: str) -> CartView:
    """119 euros, 19 of which are tax, on their way to a company in Berlin."""
    with open_shop(database_url) as shop:
        shop.default_rules.load(SYSTEM)
        make = Builders(shop)
        filled = make.cart((make.variant(price=11900), 1))
        return shop.cart.change(filled.id, CartChanges(shipping_address=GERMAN))


def numbers(said: Any) -> tuple[Any, ...]:
    found = said.value
    return (
        found["vat_number"],
        found["fits"],
        found["confirmed"],
        found["tax_total"]["amount"],
        found["total"]["amount"],
    )


def test_a_number_is_looked_at_confirmed_and_withdrawn(commerce, cart: CartView) -> None:
    before = commerce("vat", "show", cart.id, "--json")
    confirmed = commerce("vat", "confirm", cart.id, "136695976", "--expected-version", cart.version, "--json")
    shown = commerce("vat", "show", cart.id)
    withdrawn = commerce("vat", "withdraw", cart.id, "--json")

    assert numbers(before) == ("DE 136695976", True, False, 1900, 11900)
    assert (before.value["company"], before.value["country"]) == ("Kern GmbH", "DE")
    assert numbers(confirmed) == ("DE136695976", True, True, 0, 10000)
    assert [row.split(maxsplit=1) for row in shown.out.splitlines() if row.startswith("Counts")] == [["Counts", "yes"]]
    assert numbers(withdrawn) == ("DE136695976", True, False, 1900, 11900)
    assert withdrawn.value["confirmed_vat_number"] is None


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("DE136695977",), 2, "wrong check digit"),
        (("DE129273398",), 2, "has another one"),
        (("DE136695976", "--expected-version", "99"), 4, "cart-changed"),
    ],
)
def test_what_cannot_be_the_buyers_number_changes_nothing(
    commerce, cart: CartView, words: tuple[str, ...], code: int, said: str
) -> None:
    before = commerce("vat", "show", cart.id, "--json").value
    refused = commerce("vat", "confirm", cart.id, *words)

    assert (refused.code, said in refused.err) == (code, True), refused.err
    assert commerce("vat", "show", cart.id, "--json").value == before


def test_a_cart_without_an_address_has_none_to_confirm(commerce, database_url: str) -> None:
    with open_shop(database_url) as shop:
        make = Builders(shop)
        cart = make.cart((make.variant(), 1))

    shown = commerce("vat", "show", cart.id, "--json").value
    assert (shown["country"], shown["vat_number"], shown["fits"], shown["confirmed"]) == (None, None, False, False)
    assert "needs an address first" in commerce("vat", "confirm", cart.id, "DE136695976").err
    assert commerce("vat", "show", cart.id, "--json").value == shown


def test_a_cart_that_nobody_has_is_not_found(commerce) -> None:
    for words in (("show",), ("confirm", "DE136695976"), ("withdraw",)):
        refused = commerce("vat", words[0], uuid7(), *words[1:])
        assert (refused.code, "cart-not-found" in refused.err) == (3, True)
