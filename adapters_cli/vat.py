"""`commerce vat`: the VAT numbers of business buyers, confirmed for their carts."""

from typing import Annotated
from uuid import UUID

import typer

from adapters_cli.premises import OPERATOR, opened
from adapters_cli.screen import Screen
from commerce_core.cart.vat_numbers import CartVatNumber

app = typer.Typer(no_args_is_help=True, help="Confirm the VAT numbers of business buyers.")

_Cart = Annotated[UUID, typer.Argument(metavar="CART", help="Its id.")]
_Version = Annotated[int | None, typer.Option(min=1, help="Only if the cart has not changed since this version.")]


@app.command()
def show(ctx: typer.Context, cart: _Cart) -> None:
    """The number of a cart: what its buyer wrote, whether it fits, whether it counts."""
    with opened() as shop:
        found = shop.vat_numbers.show(OPERATOR, cart)
    _answer(ctx, found)


@app.command()
def confirm(
    ctx: typer.Context,
    cart: _Cart,
    vat_number: Annotated[str, typer.Argument(metavar="NUMBER", help="With or without its country.")],
    expected_version: _Version = None,
) -> None:
    """It is the buyer's own: they pay the tax to their own state where the law says so."""
    with opened() as shop:
        shop.vat_numbers.confirm(OPERATOR, cart, vat_number, expected_version)
        found = shop.vat_numbers.show(OPERATOR, cart)
    _answer(ctx, found)


@app.command()
def withdraw(ctx: typer.Context, cart: _Cart, expected_version: _Version = None) -> None:
    """It is confirmed no longer: the cart is taxed like everybody's again."""
    with opened() as shop:
        shop.vat_numbers.withdraw(OPERATOR, cart, expected_version)
        found = shop.vat_numbers.show(OPERATOR, cart)
    _answer(ctx, found)


def _answer(ctx: typer.Context, found: CartVatNumber) -> None:
    Screen.of(ctx).facts(
        found,
        ("Cart", found.cart_id),
        ("Company", found.company),
        ("Goes to", found.country),
        ("VAT number", found.vat_number),
        ("Fits", "yes" if found.fits else "no"),
        ("Confirmed", found.confirmed_vat_number),
        ("Counts", "yes" if found.confirmed else "no"),
        ("Tax", found.tax_total),
        ("Total", found.total),
        ("Version", found.version),
    )
