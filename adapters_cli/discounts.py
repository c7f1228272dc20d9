"""`commerce discounts`: what makes a cart cheaper, by a code or by itself."""

from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated
from uuid import UUID

import typer

from adapters_cli import typed
from adapters_cli.names import category_id, product_id, tag_id
from adapters_cli.premises import OPERATOR, opened
from adapters_cli.screen import Screen
from commerce_core.discounts.drafts import DiscountChanges, NewDiscount, NewScope
from commerce_core.discounts.model import DiscountKind, ScopeKind
from commerce_core.discounts.views import DiscountQuery, DiscountView
from commerce_core.kernel.errors import InvalidInput
from commerce_core.kernel.time_zone import time_zone
from commerce_core.kernel.unset import UNSET, Unset
from commerce_core.wiring import Commerce

app = typer.Typer(no_args_is_help=True, help="Keep discounts, with codes and automatic ones.")

_Discount = Annotated[str, typer.Argument(metavar="DISCOUNT", help="Its code, or its id.")]
_Code = Annotated[str | None, typer.Option(help="What buyers type in; without one it is automatic.")]
_Percent = Annotated[str | None, typer.Option(help="How much of a hundred it takes off.")]
_Amount = Annotated[str | None, typer.Option(help="How much a fixed one takes off, like 5.00.")]
_Minimum = Annotated[str | None, typer.Option(help="What the goods in its scope must be worth, like 30.00.")]
_MinimumQuantity = Annotated[str | None, typer.Option(help="How many of them there must be.")]
_Products = Annotated[list[str] | None, typer.Option("--product", help="On this product; its slug or id.")]
_Categories = Annotated[list[str] | None, typer.Option("--category", help="On this category and those below it.")]
_Tags = Annotated[list[str] | None, typer.Option("--tag", help="On products with this tag.")]
_Starts = Annotated[str | None, typer.Option(help="The day or time at which it begins, on the clock of the shop.")]
_Ends = Annotated[str | None, typer.Option(help="The first day or time at which it no longer counts.")]
_Limit = Annotated[str | None, typer.Option(help="How many orders may have it.")]
_LimitPerBuyer = Annotated[str | None, typer.Option(help="How many orders of one buyer may have it.")]


@app.command("list")
def list_discounts(
    ctx: typer.Context,
    search: Annotated[str | None, typer.Option(help="How a code or a title begins.")] = None,
    active: Annotated[bool | None, typer.Option("--active/--inactive", help="Only these.")] = None,
    page: Annotated[int, typer.Option(min=1)] = 1,
    per_page: Annotated[int, typer.Option(min=1, max=100)] = 24,
) -> None:
    """The newest first, with how many live orders have them."""
    with opened() as shop:
        found = shop.discounts.list_all(OPERATOR, DiscountQuery(search, active, page, per_page))
    screen = Screen.of(ctx)
    screen.table(
        found,
        found.items,
        {
            "Code": lambda discount: discount.code,
            "Title": lambda discount: discount.title,
            "Gives": _gift,
            "Ends": lambda discount: discount.ends_at,
            "Uses": _uses,
            "Active": lambda discount: "yes" if discount.active else "no",
            "Id": lambda discount: discount.id,
        },
    )
    screen.note(f"{len(found.items)} of {found.total}")


@app.command()
def show(ctx: typer.Context, discount: _Discount) -> None:
    """One discount, all of it."""
    with opened() as shop:
        _answer(ctx, shop.discounts.find(OPERATOR, _id(shop, discount)))


@app.command()
def create(
    ctx: typer.Context,
    title: Annotated[str, typer.Argument(help="As buyers read it.")],
    kind: Annotated[DiscountKind, typer.Option(help="What it gives.")],
    code: _Code = None,
    percent: _Percent = None,
    amount: _Amount = None,
    buy: Annotated[int, typer.Option(help="Of buy X get Y: so many at their price …")] = 0,
    get: Annotated[int, typer.Option(help="… and so many more for less: free, unless --percent says less.")] = 0,
    product: _Products = None,
    category: _Categories = None,
    tag: _Tags = None,
    minimum: _Minimum = None,
    minimum_quantity: Annotated[int | None, typer.Option(help="How many of them there must be.")] = None,
    starts: _Starts = None,
    ends: _Ends = None,
    limit: Annotated[int | None, typer.Option(help="How many orders may have it.")] = None,
    limit_per_buyer: Annotated[int | None, typer.Option(help="How many orders of one buyer may have it.")] = None,
    *,
    exclusive: Annotated[bool, typer.Option("--exclusive", help="Not together with another discount.")] = False,
    first_order: Annotated[bool, typer.Option("--first-order", help="On a buyer's first order only.")] = False,
    inactive: Annotated[bool, typer.Option("--inactive", help="Not yet.")] = False,
) -> None:
    """One more discount."""
    with opened() as shop:
        new = NewDiscount(
            title=title,
            kind=kind,
            code=code,
            percent=_percent(percent),
            amount=typed.price("amount", amount, shop.settings.currency) if amount else None,
            buy=buy,
            get=get,
            scope=_scope(shop, product, category, tag) or NewScope(),
            minimum_subtotal=typed.price("minimum", minimum, shop.settings.currency) if minimum else None,
            minimum_quantity=minimum_quantity,
            starts_at=_time(shop, "starts", starts),
            ends_at=_time(shop, "ends", ends),
            usage_limit=limit,
            usage_limit_per_buyer=limit_per_buyer,
            exclusive=exclusive,
            first_order_only=first_order,
            active=not inactive,
        )
        made = shop.discounts.create(OPERATOR, new)
        _answer(ctx, shop.discounts.find(OPERATOR, made.id))


@app.command()
def change(
    ctx: typer.Context,
    discount: _Discount,
    title: Annotated[str | None, typer.Option(help="As buyers read it.")] = None,
    code: _Code = None,
    percent: _Percent = None,
    amount: _Amount = None,
    buy: Annotated[int | None, typer.Option(help="Of buy X get Y: so many at their price …")] = None,
    get: Annotated[int | None, typer.Option(help="… and so many more for less.")] = None,
    product: _Products = None,
    category: _Categories = None,
    tag: _Tags = None,
    minimum: _Minimum = None,
    minimum_quantity: _MinimumQuantity = None,
    starts: _Starts = None,
    ends: _Ends = None,
    limit: _Limit = None,
    limit_per_buyer: _LimitPerBuyer = None,
    *,
    all_goods: Annotated[bool, typer.Option("--all-goods", help="On everything from now on.")] = False,
    exclusive: Annotated[
        bool | None, typer.Option("--exclusive/--combined", help="Whether it shuts out other discounts.")
    ] = None,
    first_order: Annotated[
        bool | None, typer.Option("--first-order/--any-order", help="Whether only a buyer's first order has it.")
    ] = None,
    active: Annotated[bool | None, typer.Option("--active/--inactive", help="Whether it is given at all.")] = None,
) -> None:
    """Change a discount. An empty option takes away what it is about; the goods it is on are told as a whole."""
    with opened() as shop:
        currency = shop.settings.currency
        changes = DiscountChanges(
            title=typed.given(title),
            code=typed.clearable(code),
            percent=UNSET if percent is None else _percent(percent),
            amount=typed.clearable_price("amount", amount, currency),
            buy=typed.given(buy),
            get=typed.given(get),
            scope=typed.given(_scope(shop, product, category, tag, all_goods=all_goods)),
            minimum_subtotal=typed.clearable_price("minimum", minimum, currency),
            minimum_quantity=_number("minimum-quantity", minimum_quantity),
            starts_at=UNSET if starts is None else _time(shop, "starts", starts),
            ends_at=UNSET if ends is None else _time(shop, "ends", ends),
            usage_limit=_number("limit", limit),
            usage_limit_per_buyer=_number("limit-per-buyer", limit_per_buyer),
            exclusive=typed.given(exclusive),
            first_order_only=typed.given(first_order),
            active=typed.given(active),
        )
        changed = shop.discounts.change(OPERATOR, _id(shop, discount), changes)
        _answer(ctx, shop.discounts.find(OPERATOR, changed.id))


@app.command()
def delete(ctx: typer.Context, discount: _Discount) -> None:
    """Take away a discount that no order and no cart has; `change --inactive` ends any other."""
    with opened() as shop:
        found = _id(shop, discount)
        shop.discounts.delete(OPERATOR, found)
    Screen.of(ctx).answer({"id": found}, f"{discount} is gone.")


def _id(shop: Commerce, name: str) -> UUID:
    try:
        return UUID(name)
    except ValueError:
        return shop.discounts.with_code(OPERATOR, name)


def _scope(
    shop: Commerce,
    products: list[str] | None,
    categories: list[str] | None,
    tags: list[str] | None,
    *,
    all_goods: bool = False,
) -> NewScope | None:
    """The goods that are named; None where nothing is said of them."""
    named = {
        ScopeKind.PRODUCTS: [product_id(shop, name) for name in products or ()],
        ScopeKind.CATEGORIES: [category_id(shop, name) for name in categories or ()],
        ScopeKind.TAGS: [tag_id(shop, name) for name in tags or ()],
    }
    said = [NewScope(kind, tuple(ids)) for kind, ids in named.items() if ids] + [NewScope()] * all_goods
    if len(said) > 1:
        raise InvalidInput.at("/scope", "contradiction", "Name products, categories or tags, not several of them.")
    return said[0] if said else None


def _percent(text: str | None) -> Decimal | None:
    try:
        return Decimal(text) if text else None
    except InvalidOperation:
        raise InvalidInput.at("/percent", "invalid-decimal", "Must be a number like 12.5.") from None


def _number(option: str, text: str | None) -> int | Unset | None:
    if text is None:
        return UNSET
    if text and not (text.isascii() and text.isdecimal()):
        raise InvalidInput.at(f"/{option}", "invalid-value", "Must be a whole number.")
    return int(text) if text else None


def _time(shop: Commerce, option: str, text: str | None) -> datetime | None:
    """A day is its first moment; a time without an offset is one of the shop's clock."""
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidInput.at(f"/{option}", "invalid-time", "Must be like 2026-03-20 or 2026-03-20T09:00.") from None
    zone = time_zone(shop.merchant.show(OPERATOR).timezone)
    return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)


def _gift(discount: DiscountView) -> str:
    match discount.kind:
        case DiscountKind.PERCENTAGE:
            return f"{discount.percent} %"
        case DiscountKind.FIXED:
            return str(discount.amount)
        case DiscountKind.BUY_X_GET_Y:
            return f"{discount.get} of {discount.buy + discount.get} at {discount.percent} % less"
        case _:
            return "free shipping"


def _uses(discount: DiscountView) -> str:
    return str(discount.uses) if discount.usage_limit is None else f"{discount.uses} of {discount.usage_limit}"


def _answer(ctx: typer.Context, found: DiscountView) -> None:
    scope = "everything" if found.scope.kind is ScopeKind.ALL else f"{len(found.scope.ids)} {found.scope.kind}"
    Screen.of(ctx).facts(
        found,
        ("Discount", f"{found.code or 'automatic'} · {found.id}"),
        ("Title", found.title),
        ("Gives", f"{_gift(found)} on {scope}"),
        ("From", found.starts_at),
        ("Until", found.ends_at),
        ("Minimum value", found.minimum_subtotal),
        ("Minimum pieces", found.minimum_quantity),
        ("Uses", _uses(found)),
        ("For a buyer", found.usage_limit_per_buyer),
        ("Alone", "yes" if found.exclusive else "no"),
        ("First order only", "yes" if found.first_order_only else "no"),
        ("Active", "yes" if found.active else "no"),
    )
