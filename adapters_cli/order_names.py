"""Orders by what people call them."""

from typing import Annotated
from uuid import UUID

import typer

from adapters_cli.premises import OPERATOR
from commerce_core.wiring import Commerce

Order = Annotated[str, typer.Argument(metavar="ORDER", help="Its number, its reference, or its id.")]


def order_id(shop: Commerce, order: str) -> UUID:
    """An order by what people call it. Raises `OrderNotFound`."""
    if not order.isdecimal():
        try:
            return UUID(order)
        except ValueError:
            return shop.orders.called(OPERATOR, order)
    return shop.orders.numbered(OPERATOR, int(order))
