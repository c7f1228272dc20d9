"""`commerce shipments`: what has left, by whom, and whether it has arrived."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import typer

from adapters_cli import typed
from adapters_cli.order_names import Order, order_id
from adapters_cli.premises import OPERATOR, opened
from adapters_cli.screen import Screen
from commerce_core.kernel.errors import InvalidInput
from commerce_core.orders.views import OrderShipmentView, OrderView
from commerce_core.shipments.model import NewShipment, ShipmentChanges, ShippedItem, Tracking
from commerce_core.shipments.views import ShipmentsView

app = typer.Typer(no_args_is_help=True, help="Send what is paid for, and say what has arrived.")

_Shipment = Annotated[
    UUID | None, typer.Argument(metavar="SHIPMENT", help="Its id; not needed where the order has but one under way.")
]
_Carrier = Annotated[str | None, typer.Option(help="Who takes it there.")]
_Number = Annotated[str | None, typer.Option("--tracking-number", help="The carrier's number of the parcel.")]
_Url = Annotated[str | None, typer.Option("--tracking-url", help="Where to follow it, if the carrier is not known.")]
_At = Annotated[str | None, typer.Option(help="When, like 2026-11-22T10:15, in UTC; now if nothing is said.")]


@app.command("list")
def list_shipments(ctx: typer.Context, order: Order) -> None:
    """Every parcel of an order, the first first."""
    with opened() as shop:
        shown = shop.checkout.show(OPERATOR, order_id(shop, order))
    Screen.of(ctx).table(
        ShipmentsView(shown.shipments),
        shown.shipments,
        {
            "Shipment": lambda parcel: parcel.id,
            "Status": lambda parcel: parcel.status,
            "What": lambda parcel: _what(shown, parcel),
            "Carrier": lambda parcel: parcel.carrier,
            "Number": lambda parcel: parcel.tracking_number,
            "Shipped": lambda parcel: parcel.shipped_at,
            "Delivered": lambda parcel: parcel.delivered_at,
            "Follow": lambda parcel: parcel.tracking_url,
        },
    )


@app.command()
def ship(
    ctx: typer.Context,
    order: Order,
    item: Annotated[
        list[str] | None, typer.Option("--item", help="SKU=QUANTITY, or a line's id instead; all that is left if none.")
    ] = None,
    carrier: _Carrier = None,
    tracking_number: _Number = None,
    tracking_url: _Url = None,
    at: _At = None,
) -> None:
    """Send what is paid for: all that is left to send, or these items."""
    tracking = Tracking(carrier or "", tracking_number or "", tracking_url or "")
    with opened() as shop:
        shown = shop.checkout.show(OPERATOR, order_id(shop, order))
        items = tuple(_item(shown, told) for told in item or ())
        sent = shop.shipments.ship(OPERATOR, shown.id, NewShipment(items, tracking, _moment(at)))
    _answer(ctx, shown, sent)


@app.command()
def change(
    ctx: typer.Context,
    order: Order,
    shipment: _Shipment = None,
    carrier: _Carrier = None,
    tracking_number: _Number = None,
    tracking_url: _Url = None,
    at: _At = None,
) -> None:
    """Tell better by whom a parcel was sent, how to follow it, or when it left; empty takes away what was said."""
    changes = ShipmentChanges(
        carrier=typed.given(carrier),
        tracking_number=typed.given(tracking_number),
        tracking_url=typed.given(tracking_url),
        shipped_at=typed.given(_moment(at)),
    )
    with opened() as shop:
        shown = shop.checkout.show(OPERATOR, order_id(shop, order))
        changed = shop.shipments.change(OPERATOR, shown.id, shipment or _only(shown), changes)
    _answer(ctx, shown, changed)


@app.command()
def deliver(ctx: typer.Context, order: Order, shipment: _Shipment = None, at: _At = None) -> None:
    """Say that a parcel has arrived."""
    with opened() as shop:
        shown = shop.checkout.show(OPERATOR, order_id(shop, order))
        arrived = shop.shipments.deliver(OPERATOR, shown.id, shipment or _only(shown), _moment(at))
    _answer(ctx, shown, arrived)


@app.command()
def cancel(
    ctx: typer.Context,
    order: Order,
    shipment: _Shipment = None,
    reason: Annotated[str, typer.Option(help="Kept with it.")] = "",
) -> None:
    """Say that a parcel will not arrive: what was in it is to be sent again."""
    with opened() as shop:
        shown = shop.checkout.show(OPERATOR, order_id(shop, order))
        cancelled = shop.shipments.cancel(OPERATOR, shown.id, shipment or _only(shown), reason)
    _answer(ctx, shown, cancelled)


def _only(order: OrderView) -> UUID:
    """The parcel that is meant when none is named."""
    under_way = [parcel.id for parcel in order.shipments if parcel.status == "shipped"]
    if len(under_way) != 1:
        raise InvalidInput.at("/shipment", "ambiguous", f"{len(under_way)} shipments are under way: name one.")
    return under_way[0]


def _item(order: OrderView, told: str) -> ShippedItem:
    """A line by its SKU or its id, and how many units of it."""
    name, _, quantity = told.rpartition("=")
    lines = [line.id for line in order.items if name and name.lower() in {str(line.id), (line.sku or "").lower()}]
    if len(lines) != 1 or not quantity.isdecimal():
        raise InvalidInput.at("/item", "unknown-item", f"{told!r} is not SKU=QUANTITY of one line of this order.")
    return ShippedItem(lines[0], int(quantity))


def _moment(at: str | None) -> datetime | None:
    return typed.moment("at", at) if at else None


def _what(order: OrderView, parcel: OrderShipmentView) -> str:
    names = {line.id: line.sku or line.title for line in order.items}
    return ", ".join(f"{item.quantity} x {names[item.order_item_id]}" for item in parcel.items)


def _answer(ctx: typer.Context, order: OrderView, parcel: OrderShipmentView) -> None:
    told = f"{_what(order, parcel)} of order {order.number}: {parcel.status}."
    Screen.of(ctx).answer(parcel, f"{told} {parcel.tracking_url or ''}".rstrip())
