"""`commerce orders refund`, `refunds` and `cancel`: money that goes back."""

from typing import Annotated

import typer

from adapters_cli.once import once
from adapters_cli.order_names import Order, order_id
from adapters_cli.premises import OPERATOR, opened
from adapters_cli.screen import Screen
from adapters_cli.typed import price
from commerce_core.kernel.errors import InvalidInput
from commerce_core.orders.views import OrderView
from commerce_core.payments.drafts import NewRefund, RefundItem
from commerce_core.payments.model import RefundReason
from commerce_core.payments.views import RefundLineView, RefundPreview, RefundView


def refund(
    ctx: typer.Context,
    order: Order,
    amount: Annotated[str | None, typer.Option(help="So much, over all lines: 19.90.")] = None,
    item: Annotated[
        list[str] | None, typer.Option(help="Units of a line by its SKU or id, MUG-W=2; repeatable.")
    ] = None,
    shipping: Annotated[str | None, typer.Option(help="So much of the shipping.")] = None,
    note: Annotated[str, typer.Option(help="For the operators.")] = "",
    reason: Annotated[RefundReason, typer.Option(case_sensitive=False)] = RefundReason.REQUESTED,
    *,
    everything: Annotated[bool, typer.Option("--everything", help="All that is left.")] = False,
    restock: Annotated[bool, typer.Option("--restock", help="The units come back on the shelf.")] = False,
    preview: Annotated[bool, typer.Option("--preview", help="Say what it comes to, and do nothing.")] = False,
    key: Annotated[
        str | None, typer.Option(help="A word of yours: repeated with it, the same refund is made once.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Give money back: an amount, units of lines, or everything. Says what it comes to, and asks before it does it."""
    screen = Screen.of(ctx)
    with opened() as shop:
        seen = shop.checkout.show(OPERATOR, order_id(shop, order))
        currency = seen.total.currency
        wanted = NewRefund(
            reason=reason,
            amount=price("amount", amount, currency) if amount else None,
            items=tuple(_item(seen, typed) for typed in item or ()),
            shipping=price("shipping", shipping, currency) if shipping else None,
            everything=everything,
            restock=restock,
            note=note,
        )
        if preview:
            outline = shop.refunds.preview(OPERATOR, seen.id, wanted)
            _lines(screen, outline, outline.lines)
            screen.note(_would(outline))
            return

        def give() -> RefundView:
            if not yes:
                told = _would(shop.refunds.preview(OPERATOR, seen.id, wanted))
                typer.confirm(f"{told} Give it back?", abort=True, err=True)
            return shop.refunds.refund(OPERATOR, seen.id, wanted)

        made = once(shop, key, f"orders refund {seen.id}", wanted, give, RefundView)
    screen.answer(made, f"{made.amount} of order {seen.number} goes back: {made.status}.")


def refunds(ctx: typer.Context, order: Order) -> None:
    """The refunds of an order, the first first."""
    with opened() as shop:
        found = shop.refunds.list_refunds(OPERATOR, order_id(shop, order))
    screen = Screen.of(ctx)
    screen.table(
        found,
        found.items,
        {
            "Id": lambda refund: refund.id,
            "Amount": lambda refund: refund.amount,
            "Status": lambda refund: refund.status,
            "Reason": lambda refund: refund.reason,
            "By": lambda refund: refund.created_by,
            "Asked": lambda refund: refund.created_at,
            "Provider": lambda refund: refund.provider_refund_id,
        },
    )
    screen.note(f"{found.left} could still go back.")


def cancel(
    ctx: typer.Context,
    order: Order,
    reason: Annotated[str, typer.Option(help="Kept with the change, for the timeline.")] = "",
    *,
    restock: Annotated[bool, typer.Option(help="Units of a paid order come back on the shelf.")] = True,
) -> None:
    """Call an order off. An unpaid one lets go of its stock; a paid one is refunded in full."""
    with opened() as shop:
        seen = shop.cancellations.cancel(OPERATOR, order_id(shop, order), restock=restock, reason=reason)
    Screen.of(ctx).answer(seen, f"Order {seen.number} is {seen.status} now.")


def _item(order: OrderView, typed: str) -> RefundItem:
    name, _, quantity = typed.rpartition("=")
    line = next((line for line in order.items if name in {line.sku, str(line.id)}), None)
    if line is None or not quantity.isdecimal():
        raise InvalidInput.at("/item", "invalid-value", "Must be a line's SKU or id and a number, like MUG-W=2.")
    return RefundItem(line.id, int(quantity))


def _would(outline: RefundPreview) -> str:
    return f"{outline.amount} would go back, {outline.tax} of it tax; {outline.left} would be left."


def _lines(screen: Screen, value: object, lines: tuple[RefundLineView, ...]) -> None:
    screen.table(
        value,
        lines,
        {
            "Line": lambda line: line.title,
            "Quantity": lambda line: line.quantity or None,
            "Amount": lambda line: line.amount,
            "Tax": lambda line: line.tax,
        },
    )
