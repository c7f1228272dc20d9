"""Which orders, as options: a list and a file are asked for in the same words."""

from datetime import datetime
from typing import Annotated, Any

import typer

from adapters_cli import typed
from commerce_core.orders.model import FulfillmentStatus, OrderPaymentStatus, OrderStatus
from commerce_core.wiring import Commerce

_Day = datetime | None
_DAY = ["%Y-%m-%d"]

Status = Annotated[
    list[OrderStatus] | None, typer.Option(case_sensitive=False, help="Only these; may stand more than once.")
]
PaymentStatus = Annotated[list[OrderPaymentStatus] | None, typer.Option(case_sensitive=False, help="The same.")]
Fulfillment = Annotated[list[FulfillmentStatus] | None, typer.Option(case_sensitive=False, help="The same.")]
FirstDay = Annotated[_Day, typer.Option("--from", formats=_DAY, help="The first day, in the shop.")]
LastDay = Annotated[_Day, typer.Option("--to", formats=_DAY, help="The last day, in the shop.")]
PaidFirstDay = Annotated[_Day, typer.Option("--paid-from", formats=_DAY, help="The first day on which it was paid.")]
PaidLastDay = Annotated[_Day, typer.Option("--paid-to", formats=_DAY, help="The last day on which it was paid.")]
MinTotal = Annotated[str | None, typer.Option(help="The least total, in major units, like 19.90.")]
MaxTotal = Annotated[str | None, typer.Option(help="The largest total.")]
Currency = Annotated[str | None, typer.Option(help="Only in this currency.")]
Search = Annotated[
    str | None, typer.Option(help="A number, or how a reference, an e-mail address, a name or a SKU begins.")
]
OpenCase = Annotated[bool, typer.Option("--open-case", help="Only with money that somebody has to look at.")]


def narrowed(
    shop: Commerce,
    *,
    status: Status,
    payment_status: PaymentStatus,
    fulfillment_status: Fulfillment,
    first_day: FirstDay,
    last_day: LastDay,
    paid_from: PaidFirstDay,
    paid_to: PaidLastDay,
    min_total: MinTotal,
    max_total: MaxTotal,
    currency: Currency,
    search: Search,
    open_case: OpenCase,
) -> dict[str, Any]:
    """The fields of an `OrderFilter`. Amounts are in the currency that is named, else the shop's."""
    code = (currency or shop.settings.currency).upper()
    return {
        "status": tuple(status or ()),
        "payment_status": tuple(payment_status or ()),
        "fulfillment_status": tuple(fulfillment_status or ()),
        "first_day": first_day and first_day.date(),
        "last_day": last_day and last_day.date(),
        "paid_first_day": paid_from and paid_from.date(),
        "paid_last_day": paid_to and paid_to.date(),
        "min_total": typed.price("min-total", min_total, code).amount if min_total else None,
        "max_total": typed.price("max-total", max_total, code).amount if max_total else None,
        "currency": currency,
        "q": search,
        "open_case": open_case,
    }
