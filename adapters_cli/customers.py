"""`commerce customers`: who buys, and what is kept about them."""

import sys
from typing import Annotated
from uuid import UUID

import typer
from attrs import frozen

from adapters_cli.premises import OPERATOR, opened
from adapters_cli.screen import Screen
from commerce_core.customers.model import CustomerQuery
from commerce_core.customers.views import CustomerDetailsView
from commerce_core.kernel.errors import InvalidInput, NotFound
from commerce_core.kernel.page import PageRequest
from commerce_core.kernel.text import normalise_email
from commerce_core.wiring import Commerce

app = typer.Typer(no_args_is_help=True, help="Look after customers, and after what is kept about them.")

_Customer = Annotated[str, typer.Argument(metavar="CUSTOMER", help="Their address, or their id.")]
_Yes = Annotated[bool, typer.Option("--yes", help="Do it without asking.")]
_Page = Annotated[int, typer.Option(min=1)]
_PerPage = Annotated[int, typer.Option(min=1, max=100)]


@frozen
class CustomerAddressUnknown(NotFound):
    """Nobody has this address."""

    code = "customer-address-unknown"
    detail = "There is no customer {name}."
    name: str


@app.command("list")
def list_customers(
    ctx: typer.Context,
    search: Annotated[str | None, typer.Option(help="A part of an address or a name.")] = None,
    tag: Annotated[str | None, typer.Option(help="Only those who have it.")] = None,
    page: _Page = 1,
    per_page: _PerPage = 24,
) -> None:
    """The newest first."""
    with opened() as shop:
        found = shop.customers.list_customers(OPERATOR, CustomerQuery(search, PageRequest(page, per_page), tag))
    screen = Screen.of(ctx)
    screen.table(
        found,
        found.items,
        {
            "Email": lambda who: who.email,
            "Name": lambda who: who.name or None,
            "Orders": lambda who: who.orders_count,
            "Spent": lambda who: who.total_spent,
            "Since": lambda who: who.created_at,
        },
    )
    screen.note(f"{len(found.items)} of {found.total}")


@app.command()
def show(ctx: typer.Context, customer: _Customer) -> None:
    """One person with spend, open carts and notes."""
    with opened() as shop:
        found = shop.customers.show(OPERATOR, _id(shop, customer))
    _facts(ctx, found)


@app.command()
def orders(ctx: typer.Context, customer: _Customer, page: _Page = 1, per_page: _PerPage = 24) -> None:
    """Their orders, the latest first."""
    with opened() as shop:
        found = shop.customers.orders(OPERATOR, _id(shop, customer), PageRequest(page, per_page))
    Screen.of(ctx).table(
        found,
        found.items,
        {
            "Number": lambda order: order.number,
            "Status": lambda order: order.status,
            "Total": lambda order: order.total,
            "Placed": lambda order: order.placed_at,
        },
    )


@app.command()
def tag(
    ctx: typer.Context,
    customer: _Customer,
    tags: Annotated[list[str] | None, typer.Argument(help="All tags from now on; none takes them away.")] = None,
) -> None:
    """Give somebody exactly these tags."""
    with opened() as shop:
        customer_id = _id(shop, customer)
        shop.customers.set_tags(OPERATOR, customer_id, tuple(tags or ()))
        found = shop.customers.show(OPERATOR, customer_id)
    _facts(ctx, found)


@app.command()
def note(ctx: typer.Context, customer: _Customer, text: str) -> None:
    """Remember something about somebody."""
    with opened() as shop:
        customer_id = _id(shop, customer)
        shop.customers.add_note(OPERATOR, customer_id, text)
        found = shop.customers.show(OPERATOR, customer_id)
    _facts(ctx, found)


@app.command()
def merge(
    ctx: typer.Context,
    customer: _Customer,
    into: Annotated[str, typer.Argument(metavar="INTO", help="Who stays, by address or id.")],
    *,
    yes: _Yes = False,
) -> None:
    """Two rows were one person: everything of the first is the second's."""
    _sure(yes, f"Merge {customer} into {into}?")
    with opened() as shop:
        target = _id(shop, into)
        shop.customers.merge(OPERATOR, _id(shop, customer), target)
        found = shop.customers.show(OPERATOR, target)
    _facts(ctx, found)


@app.command()
def export(customer: _Customer) -> None:
    """Print everything that is kept about somebody, as JSON."""
    with opened() as shop:
        found = shop.privacy.export(OPERATOR, _id(shop, customer))
    typer.echo(found.decode())


@app.command()
def erase(ctx: typer.Context, customer: _Customer, *, yes: _Yes = False) -> None:
    """Forget somebody for good. The books stay."""
    _sure(yes, f"Forget {customer} for good?")
    with opened() as shop:
        customer_id = _id(shop, customer)
        shop.privacy.erase(OPERATOR, customer_id)
    Screen.of(ctx).answer({"id": customer_id}, f"{customer_id} is nobody now.")


@app.command()
def prune(ctx: typer.Context) -> None:
    """Delete what is older than the retention settings allow. The worker does it every hour."""
    with opened() as shop:
        pruned = shop.retention.prune_all()
    Screen.of(ctx).facts(
        {kind.value: count for kind, count in pruned.items()}, *((k.value, n) for k, n in pruned.items())
    )


def _id(shop: Commerce, name: str) -> UUID:
    try:
        return UUID(name)
    except ValueError:
        found = shop.customers.id_of(OPERATOR, normalise_email(name))
    if found is None:
        raise CustomerAddressUnknown(name)
    return found


def _sure(yes: bool, question: str) -> None:  # noqa: FBT001 - what somebody answered
    """Ask before what cannot be taken back. Raises `InvalidInput` where nobody can be asked."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise InvalidInput.at("/yes", "missing", "Say --yes where nobody can be asked.")
    typer.confirm(question, abort=True, err=True)


def _facts(ctx: typer.Context, who: CustomerDetailsView) -> None:
    Screen.of(ctx).facts(
        who,
        ("Customer", f"{who.name or '-'} · {who.id}"),
        ("Email", who.email),
        ("Account", "yes" if who.has_account else "no"),
        ("Marketing", "allowed" if who.marketing else "not allowed"),
        ("Tags", ", ".join(who.tags) or None),
        ("Orders", f"{who.orders_count} · {who.total_spent}"),
        ("Last order", who.last_order_at),
        *(("  cart", f"{cart.items_count} items · {cart.subtotal} · {cart.id}") for cart in who.carts),
        *(("  note", f"{note.author}: {note.text}") for note in who.notes),
    )
