"""`commerce invoices`: invoices and credit notes."""

import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from adapters_cli.order_names import order_id
from adapters_cli.premises import OPERATOR, opened
from adapters_cli.screen import Screen
from commerce_core.invoices.model import Document, DocumentKind
from commerce_core.invoices.views import DocumentList, DocumentSummary, Period
from commerce_core.kernel.errors import InvalidInput
from commerce_core.kernel.page import PageRequest
from commerce_core.orders.model import OrderId
from commerce_core.wiring import Commerce

app = typer.Typer(no_args_is_help=True, help="Issue invoices and credit notes, and print them.")

_Which = Annotated[str, typer.Argument(help="A number, like FA-2026-000001, or an id.")]
_Output = Annotated[Path | None, typer.Option("--output", "-o", dir_okay=False, help="A file, instead of its number.")]
_Day = datetime | None
_DAY = ["%Y-%m-%d"]
_COLUMNS: dict[str, Callable[[DocumentSummary], object]] = {
    "Number": lambda known: known.number,
    "Kind": lambda known: known.kind,
    "Issued": lambda known: known.issued_on.isoformat(),
    "Order": lambda known: known.order_reference,
    "Takes back": lambda known: known.refers_to,
    "Net": lambda known: known.net,
    "Tax": lambda known: known.tax,
    "Total": lambda known: known.total,
}


@app.command("list")
def list_invoices(
    ctx: typer.Context,
    kind: Annotated[DocumentKind | None, typer.Option(help="Only these.")] = None,
    order: Annotated[str | None, typer.Option(help="Those of this order: its number, reference or id.")] = None,
    page: Annotated[int, typer.Option(min=1)] = 1,
) -> None:
    """Documents, the latest first; those of an order the first first."""
    with opened() as shop:
        if order:
            _listed(ctx, shop.invoices.of_order(OPERATOR, order_id(shop, order)))
            return
        found = shop.invoices.list_documents(OPERATOR, PageRequest(page), kind)
    screen = Screen.of(ctx)
    screen.table(found, found.items, _COLUMNS)
    screen.note(f"{len(found.items)} of {found.total}")


@app.command()
def issue(
    ctx: typer.Context,
    order: Annotated[str | None, typer.Argument(help="An order: its number, reference or id.")] = None,
    paid_since: Annotated[
        _Day, typer.Option(formats=_DAY, help="Instead of one: all that were paid from this day on.")
    ] = None,
) -> None:
    """Give an order its invoice and what its refunds ask for, as far as it lacks them."""
    if (order is None) is (paid_since is None):
        raise InvalidInput.at("/order", "contradiction", "Name one order, or --paid-since a day.")
    with opened() as shop:
        if order:
            _listed(ctx, shop.invoices.issue(OPERATOR, OrderId(order_id(shop, order))))
        elif paid_since:
            count = shop.invoices.issue_missing(OPERATOR, paid_since.date())
            Screen.of(ctx).answer({"issued": count}, f"{count} orders have their invoice now.")


@app.command()
def show(ctx: typer.Context, invoice: _Which) -> None:
    """All that a document says."""
    with opened() as shop:
        found = _found(shop, invoice)
    paper = found.paper
    Screen.of(ctx).facts(
        found,
        ("Number", f"{found.number} · {found.kind}"),
        ("Issued", found.issued_on.isoformat()),
        ("Takes back", found.refers_to.number if found.refers_to else None),
        ("Order", f"{paper.order_reference} · paid {paper.paid_on.isoformat()}"),
        ("Seller", ", ".join((paper.seller.name, *paper.seller.address))),
        ("Buyer", ", ".join(paper.buyer.address.lines()) if paper.buyer.address else paper.buyer.email),
        *(
            (f"  {line.sku or '-'}", f"{line.quantity} x {line.title} · {line.net} + {line.tax}")
            for line in paper.lines
        ),
        *((f"  {share.title} {share.rate} %", f"{share.net} + {share.tax}") for share in paper.taxes),
        ("Net", paper.net),
        ("Tax", paper.tax),
        ("Total", paper.total),
    )


@app.command()
def pdf(ctx: typer.Context, invoice: _Which, output: _Output = None) -> None:
    """Write a document to a PDF file: the same bytes each time."""
    with opened() as shop:
        printed = shop.invoices.pdf(OPERATOR, _found(shop, invoice).id)
    file = output or Path(printed.filename)
    file.write_bytes(printed.content)
    Screen.of(ctx).answer({"file": str(file)}, f"Written to {file}.")


@app.command()
def export(
    first_day: Annotated[_Day, typer.Option("--from", formats=_DAY, help="The first day of issue.")] = None,
    last_day: Annotated[_Day, typer.Option("--to", formats=_DAY, help="The last day of issue.")] = None,
) -> None:
    """Documents as CSV, a row for each tax rate; what takes an invoice back is negative."""
    period = Period(first_day.date() if first_day else None, last_day.date() if last_day else None)
    with opened() as shop:
        sys.stdout.writelines(shop.invoices.export(OPERATOR, period))


def _listed(ctx: typer.Context, found: DocumentList) -> None:
    Screen.of(ctx).table(found, found.items, _COLUMNS)


def _found(shop: Commerce, invoice: str) -> Document:
    try:
        return shop.invoices.show(OPERATOR, UUID(invoice))
    except ValueError:
        return shop.invoices.numbered(OPERATOR, invoice)
