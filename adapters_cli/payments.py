"""`commerce payments`: money, beside its orders."""

from typing import Annotated
from uuid import UUID

import typer

from adapters_cli.premises import OPERATOR, opened
from adapters_cli.screen import Screen
from adapters_cli.typed import moment
from commerce_core.kernel.page import PageRequest
from commerce_core.payments.model import CaseStatus

app = typer.Typer(no_args_is_help=True, help="Compare with the payment provider, and look at money in doubt.")
exceptions = typer.Typer(no_args_is_help=True, help="Look at money that fits no order, and say what came of it.")
app.add_typer(exceptions, name="exceptions")

_Case = Annotated[UUID, typer.Argument(metavar="CASE", help="Its id, as `list` tells it.")]


@app.command()
def reconcile(
    ctx: typer.Context,
    since: Annotated[
        str | None, typer.Option(help="From when on, like 2026-11-22T10:15 (UTC); else since the last time.")
    ] = None,
) -> None:
    """Compare our books with the provider's, and settle what no webhook told."""
    start = moment("since", since) if since else None
    with opened() as shop:
        compared = shop.reconciliation.reconcile(OPERATOR, start)
    Screen.of(ctx).table(
        compared,
        compared,
        {
            "Provider": lambda result: result.provider,
            "Since": lambda result: result.since,
            "Payments": lambda result: result.intents,
            "Refunds": lambda result: result.refunds,
            "Settled": lambda result: result.settled,
            "Unsettled": lambda result: result.unsettled,
        },
    )


@exceptions.command("list")
def list_cases(
    ctx: typer.Context,
    status: Annotated[CaseStatus | None, typer.Option(case_sensitive=False)] = None,
    page: Annotated[int, typer.Option(min=1)] = 1,
    per_page: Annotated[int, typer.Option(min=1, max=100)] = 24,
) -> None:
    """The newest first. `--status open` are those that nobody has looked at."""
    with opened() as shop:
        found = shop.payment_cases.list_cases(OPERATOR, status, PageRequest(page, per_page))
    screen = Screen.of(ctx)
    screen.table(
        found,
        found.items,
        {
            "Id": lambda case: case.id,
            "Kind": lambda case: case.kind,
            "Status": lambda case: case.status,
            "Order": lambda case: case.order_number,
            "Subject": lambda case: case.subject,
            "Expected": lambda case: case.expected,
            "Received": lambda case: case.received,
            "Opened": lambda case: case.opened_at,
        },
    )
    screen.note(f"{len(found.items)} of {found.total}")


@exceptions.command()
def show(ctx: typer.Context, case: _Case) -> None:
    """One case: what was found, and what came of it."""
    with opened() as shop:
        found = shop.payment_cases.find(OPERATOR, case)
    Screen.of(ctx).facts(
        found,
        ("Case", f"{found.id} · {found.kind}"),
        ("Status", found.status),
        ("Order", found.order_number),
        ("Subject", f"{found.provider} {found.subject}"),
        ("Expected", found.expected),
        ("Received", found.received),
        ("Detail", found.detail or None),
        ("Opened", found.opened_at),
        ("Resolved", found.resolved_at),
        ("By", found.resolved_by),
        ("Note", found.note),
    )


@exceptions.command()
def resolve(
    ctx: typer.Context,
    case: _Case,
    note: Annotated[str, typer.Option(help="What came of it, for whoever looks next.")],
) -> None:
    """Say that somebody has looked. No money moves by it."""
    with opened() as shop:
        shop.payment_cases.resolve(OPERATOR, case, note)
        found = shop.payment_cases.find(OPERATOR, case)
    Screen.of(ctx).answer(found, f"The case {found.id} is resolved.")
