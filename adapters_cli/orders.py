"""`commerce orders`: what was bought."""

from typing import Annotated

import typer

from adapters_cli import order_notes, refunds
from adapters_cli.order_filter import (
    Currency,
    FirstDay,
    Fulfillment,
    LastDay,
    MaxTotal,
    MinTotal,
    OpenCase,
    PaidFirstDay,
    PaidLastDay,
    PaymentStatus,
    Search,
    Status,
    narrowed,
)
from adapters_cli.order_names import Order, order_id
from adapters_cli.premises import OPERATOR, opened
from adapters_cli.screen import Screen
from commerce_core.kernel.page import PageRequest
from commerce_core.orders.model import OrderId, OrderStatus
from commerce_core.orders.queries import OrderFilter, OrderSort
from commerce_core.orders.views import OrderView

app = typer.Typer(no_args_is_help=True, help="Look at orders and move them on.")

app.command()(refunds.refund)
app.command()(refunds.refunds)
app.command()(refunds.cancel)
app.command()(order_notes.note)
app.command()(order_notes.notes)

_Reason = Annotated[str, typer.Option(help="Kept with the change, for the timeline.")]


@app.command("list")
def list_orders(
    ctx: typer.Context,
    status: Status = None,
    payment_status: PaymentStatus = None,
    fulfillment_status: Fulfillment = None,
    first_day: FirstDay = None,
    last_day: LastDay = None,
    paid_from: PaidFirstDay = None,
    paid_to: PaidLastDay = None,
    min_total: MinTotal = None,
    max_total: MaxTotal = None,
    currency: Currency = None,
    search: Search = None,
    sort: Annotated[OrderSort, typer.Option(help="A minus turns it round.")] = OrderSort.NEWEST,
    page: Annotated[int, typer.Option(min=1)] = 1,
    per_page: Annotated[int, typer.Option(min=1, max=100)] = 24,
    cursor: Annotated[str | None, typer.Option(help="Go on where the last page ended.")] = None,
    *,
    open_case: OpenCase = False,
) -> None:
    """Orders, the latest first."""
    with opened() as shop:
        wanted = narrowed(
            shop,
            status=status,
            payment_status=payment_status,
            fulfillment_status=fulfillment_status,
            first_day=first_day,
            last_day=last_day,
            paid_from=paid_from,
            paid_to=paid_to,
            min_total=min_total,
            max_total=max_total,
            currency=currency,
            search=search,
            open_case=open_case,
        )
        found = shop.orders.list_orders(OPERATOR, PageRequest(page, per_page), OrderFilter(**wanted), sort, cursor)
    screen = Screen.of(ctx)
    screen.table(
        found,
        found.items,
        {
            "Number": lambda order: order.number,
            "Reference": lambda order: order.reference,
            "Status": lambda order: order.status,
            "Payment": lambda order: order.payment_status,
            "Sent": lambda order: order.fulfillment_status,
            "Total": lambda order: order.total,
            "Email": lambda order: order.email,
            "Placed": lambda order: order.placed_at,
        },
    )
    more = f" --cursor {found.next_cursor} goes on." if found.next_cursor else ""
    screen.note(f"{len(found.items)} of {found.total}{'' if found.total_is_exact else ' or more'}.{more}")


@app.command()
def show(ctx: typer.Context, order: Order) -> None:
    """One order with its lines and payments."""
    with opened() as shop:
        found = shop.checkout.show(OPERATOR, order_id(shop, order))
    Screen.of(ctx).facts(
        found,
        ("Order", f"{found.number} · {found.id}"),
        ("Status", f"{found.status}, {found.payment_status}, {found.fulfillment_status}"),
        ("Email", found.email),
        ("Placed", found.placed_at),
        ("Paid", found.paid_at),
        *((f"  {line.sku or '-'}", f"{line.quantity} x {line.title} · {line.line_total}") for line in found.items),
        ("Shipping", found.shipping_total),
        ("Total", found.total),
        *((f"  {paid.provider} {paid.status}", f"{paid.amount} · {paid.intent_id or '-'}") for paid in found.payments),
    )


@app.command()
def explain(ctx: typer.Context, order: Order) -> None:
    """Each cent of a total: the rule, the base, the rate and the rounding that made it."""
    with opened() as shop:
        found = shop.orders.explain(OPERATOR, order_id(shop, order))
    screen = Screen.of(ctx)
    screen.table(
        found,
        found.steps,
        {
            "Part": lambda step: step.part,
            "Rule": lambda step: f"{step.rule} {step.title}".strip(),
            "Base": lambda step: step.base,
            "Rate": lambda step: f"{step.rate} %" if step.rate else "",
            "Exact": lambda step: step.exact,
            "Rounding": lambda step: step.rounding,
            "Amount": lambda step: step.amount if step.counts else f"({step.amount})",
        },
    )
    screen.note(f"Order {found.number}: {found.total}. Amounts in brackets are part of others.")


@app.command("status")
def change_status(
    ctx: typer.Context,
    order: Order,
    to: Annotated[OrderStatus, typer.Argument(case_sensitive=False)],
    reason: _Reason = "",
) -> None:
    """Move an order on: FULFILLED, COMPLETED, or CANCELLED while it is unpaid."""
    with opened() as shop:
        moved = shop.checkout.change_status(OPERATOR, order_id(shop, order), to, reason=reason)
    _answer(Screen.of(ctx), moved)


@app.command("mark-received")
def mark_received(ctx: typer.Context, order: Order) -> None:
    """Say that the money of a manual payment has arrived."""
    with opened() as shop:
        paid = shop.payments.mark_received(OPERATOR, OrderId(order_id(shop, order)))
        found = shop.checkout.show(OPERATOR, paid.id)
    _answer(Screen.of(ctx), found)


@app.command()
def timeline(ctx: typer.Context, order: Order) -> None:
    """Everything that has happened to an order, the first thing first."""
    with opened() as shop:
        found = shop.orders.timeline(OPERATOR, OrderId(order_id(shop, order)))
    Screen.of(ctx).table(
        found,
        found.items,
        {
            "When": lambda entry: entry.at,
            "Kind": lambda entry: entry.kind,
            "What": lambda entry: entry.what,
            "Status": lambda entry: entry.status,
            "Who": lambda entry: entry.actor,
            "Detail": lambda entry: entry.detail,
        },
    )


def _answer(screen: Screen, order: OrderView) -> None:
    screen.answer(order, f"Order {order.number} is {order.status} now.")
