"""`commerce draft-orders`: what a buyer says on the telephone, until it is an order."""

from decimal import Decimal, InvalidOperation
from typing import Annotated
from uuid import UUID

import typer

from adapters_cli import typed
from adapters_cli.premises import OPERATOR, opened
from adapters_cli.screen import Screen
from commerce_core.checkout.model import PaymentMethod
from commerce_core.draft_orders.changes import DraftChanges
from commerce_core.draft_orders.model import DraftItem, DraftStatus, ManualDiscount, ManualShipping
from commerce_core.draft_orders.service import PlaceDraft
from commerce_core.draft_orders.views import DraftOrderView
from commerce_core.emails.model import Locale
from commerce_core.kernel.address import Address
from commerce_core.kernel.errors import InvalidInput
from commerce_core.kernel.page import PageRequest
from commerce_core.kernel.unset import UNSET, Unset
from commerce_core.wiring import Commerce

app = typer.Typer(no_args_is_help=True, help="Build orders for buyers, and send them the link to pay.")

_Draft = Annotated[UUID, typer.Argument(metavar="DRAFT", help="Its id.")]
_Item = Annotated[
    list[str] | None,
    typer.Option("--item", help="SKU=QUANTITY, or SKU=QUANTITY@OFF with 10% or 5.00 off; all of them at once."),
]
_Email = Annotated[str | None, typer.Option(help="The buyer's.")]
_Customer = Annotated[str | None, typer.Option(help="The buyer's account, by its id.")]
_Language = Annotated[Locale | None, typer.Option(help="In which the buyer is written to.")]
_Name = Annotated[str | None, typer.Option(help="To whom it goes; with --line1, --city and --country.")]
_Line1 = Annotated[str | None, typer.Option("--line1", help="Street and number.")]
_PostalCode = Annotated[str | None, typer.Option(help="The postal code.")]
_City = Annotated[str | None, typer.Option(help="The city.")]
_Country = Annotated[str | None, typer.Option(help="Two letters, like FR.")]
_Option = Annotated[str | None, typer.Option("--shipping-option", help="One of the ways `show` tells.")]
_Title = Annotated[str | None, typer.Option("--shipping-title", help="A way agreed by hand; empty: none.")]
_Price = Annotated[str | None, typer.Option("--shipping-price", help="And its price, like 1.50.")]
_Off = Annotated[str | None, typer.Option("--discount", help="Off all lines: 10% or 5.00; empty takes it away.")]
_Reason = Annotated[str, typer.Option("--reason", help="Of what is taken off, as the buyer reads it.")]
_Notes = Annotated[str | None, typer.Option(help="For whoever packs.")]


@app.command("list")
def list_drafts(
    ctx: typer.Context,
    status: Annotated[DraftStatus | None, typer.Option(case_sensitive=False)] = None,
    page: Annotated[int, typer.Option(min=1)] = 1,
    per_page: Annotated[int, typer.Option(min=1, max=100)] = 24,
) -> None:
    """Drafts, the newest first."""
    with opened() as shop:
        found = shop.draft_orders.list_drafts(OPERATOR, status, PageRequest(page, per_page))
    screen = Screen.of(ctx)
    screen.table(
        found,
        found.items,
        {
            "Draft": lambda draft: draft.id,
            "Status": lambda draft: draft.status,
            "Email": lambda draft: draft.email,
            "Units": lambda draft: draft.items_count,
            "Held until": lambda draft: draft.held_until,
            "Order": lambda draft: draft.order_number,
            "By": lambda draft: draft.created_by,
        },
    )
    screen.note(f"{len(found.items)} of {found.total}")


@app.command()
def show(ctx: typer.Context, draft: _Draft) -> None:
    """One draft and what it comes to."""
    with opened() as shop:
        _answer(ctx, shop.draft_orders.show(OPERATOR, draft))


@app.command()
def create(ctx: typer.Context, item: _Item = None, email: _Email = None, reason: _Reason = "Discount") -> None:
    """Begin a draft; `change` says the rest."""
    with opened() as shop:
        changes = DraftChanges(items=_items(shop, item, reason), email=typed.clearable(email))
        _answer(ctx, shop.draft_orders.create(OPERATOR, changes))


@app.command()
def change(
    ctx: typer.Context,
    draft: _Draft,
    item: _Item = None,
    email: _Email = None,
    customer: _Customer = None,
    locale: _Language = None,
    name: _Name = None,
    line1: _Line1 = None,
    postal_code: _PostalCode = None,
    city: _City = None,
    country: _Country = None,
    shipping_option: _Option = None,
    shipping_title: _Title = None,
    shipping_price: _Price = None,
    discount: _Off = None,
    reason: _Reason = "Discount",
    notes: _Notes = None,
) -> None:
    """Change a draft: what is said, and nothing else."""
    with opened() as shop:
        changes = DraftChanges(
            items=_items(shop, item, reason),
            discount=_whole(shop, discount, reason),
            customer_id=typed.clearable_id("customer", customer),
            email=typed.clearable(email),
            locale=typed.given(locale),
            shipping_address=_address(name, line1, postal_code, city, country),
            shipping_option_id=typed.clearable(shipping_option),
            shipping=_shipping(shop, shipping_title, shipping_price),
            notes=typed.given(notes),
        )
        _answer(ctx, shop.draft_orders.change(OPERATOR, draft, changes))


@app.command()
def hold(
    ctx: typer.Context,
    draft: _Draft,
    hours: Annotated[int | None, typer.Option(help="For how long; two days if nothing is said.")] = None,
) -> None:
    """Keep its units from others."""
    with opened() as shop:
        _answer(ctx, shop.draft_orders.hold(OPERATOR, draft, hours))


@app.command()
def release(ctx: typer.Context, draft: _Draft) -> None:
    """Let others have its units."""
    with opened() as shop:
        _answer(ctx, shop.draft_orders.release(OPERATOR, draft))


@app.command()
def delete(ctx: typer.Context, draft: _Draft) -> None:
    """Throw a draft away that is no order."""
    with opened() as shop:
        shop.draft_orders.delete(OPERATOR, draft)
    Screen.of(ctx).answer({"id": draft}, f"Draft {draft} is gone.")


@app.command()
def place(
    ctx: typer.Context,
    draft: _Draft,
    payable_hours: Annotated[int | None, typer.Option(help="How long it may be paid; a week by card.")] = None,
    *,
    manual: Annotated[bool, typer.Option("--manual", help="Paid by hand, see `orders mark-received`.")] = False,
) -> None:
    """Make it an order, with a link by which its buyer pays."""
    method = PaymentMethod.MANUAL if manual else PaymentMethod.CARD
    with opened() as shop:
        _answer(ctx, shop.draft_orders.place(OPERATOR, draft, PlaceDraft(method, payable_hours)))


def _items(shop: Commerce, said: list[str] | None, reason: str) -> tuple[DraftItem, ...] | Unset:
    return UNSET if said is None else tuple(_item(shop, each, reason) for each in said)


def _item(shop: Commerce, said: str, reason: str) -> DraftItem:
    name, _, rest = said.rpartition("=")
    quantity, _, off = rest.partition("@")
    if not name or not quantity.isdecimal():
        raise InvalidInput.at("/item", "invalid-value", "Must be like MUG-W=2 or MUG-W=2@10%.")
    discount = _discount(shop, "item", off, reason) if off else None
    return DraftItem(shop.inventory.variant(OPERATOR, name), int(quantity), discount)


def _whole(shop: Commerce, said: str | None, reason: str) -> ManualDiscount | Unset | None:
    if said is None:
        return UNSET
    return _discount(shop, "discount", said, reason) if said else None


def _discount(shop: Commerce, option: str, said: str, reason: str) -> ManualDiscount:
    if not said.endswith("%"):
        return ManualDiscount(reason, amount=typed.price(option, said, shop.settings.currency))
    try:
        return ManualDiscount(reason, percent=Decimal(said.removesuffix("%").strip()))
    except InvalidOperation:
        raise InvalidInput.at(f"/{option}", "invalid-value", "Must be like 10% or 5.00.") from None


def _shipping(shop: Commerce, title: str | None, price: str | None) -> ManualShipping | Unset | None:
    if title is None and price is None:
        return UNSET
    if not title and not price:
        return None
    return ManualShipping(title or "", typed.price("shipping-price", price or "0", shop.settings.currency))


def _address(
    name: str | None, line1: str | None, postal_code: str | None, city: str | None, country: str | None
) -> Address | Unset:
    if not any((name, line1, postal_code, city, country)):
        return UNSET
    return Address(name or "", line1 or "", city or "", country or "", postal_code=postal_code)


def _answer(ctx: typer.Context, draft: DraftOrderView) -> None:
    order = draft.order
    Screen.of(ctx).facts(
        draft,
        ("Draft", f"{draft.id} · {draft.status}"),
        ("Email", draft.email),
        *((f"  {line.sku or '-'}", f"{line.quantity} x {line.title} · {line.line_total}") for line in draft.items),
        *(("  can be sent", f"{way.id} · {way.title} · {way.price}") for way in draft.shipping_options),
        ("Discounts", draft.discount_total),
        ("Shipping", draft.shipping_total),
        ("Total", draft.total),
        ("Held until", draft.held_until),
        *((("Order", f"{order.number} · {order.status}"), ("To pay", order.pay_url)) if order else ()),
    )
