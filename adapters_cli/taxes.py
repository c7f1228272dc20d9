"""`commerce tax`: which rates count where, and from when."""

from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated
from uuid import UUID

import typer

from adapters_cli import typed
from adapters_cli.premises import OPERATOR, opened
from adapters_cli.screen import Screen
from commerce_core.kernel.errors import InvalidInput
from commerce_core.kernel.page import PageRequest
from commerce_core.kernel.tax_class import TaxClass
from commerce_core.kernel.unset import UNSET
from commerce_core.taxes.drafts import NewTaxRate, TaxRateChanges
from commerce_core.taxes.model import TaxRate
from commerce_core.taxes.views import TaxRateQuery

app = typer.Typer(no_args_is_help=True, help="Keep tax rates: where they count, and from when.")

_Day = typer.Option(formats=["%Y-%m-%d"], metavar="YYYY-MM-DD")
_Rate = Annotated[UUID, typer.Argument(metavar="RATE", help="Its id, as `list` tells it.")]


@app.command("list")
def list_rates(
    ctx: typer.Context,
    country: Annotated[str | None, typer.Option(help="Two letters.")] = None,
    on: Annotated[datetime | None, _Day] = None,
    page: Annotated[int, typer.Option(min=1)] = 1,
    per_page: Annotated[int, typer.Option(min=1, max=100)] = 100,
) -> None:
    """Rates by country, region and class, the latest first."""
    with opened() as shop:
        query = TaxRateQuery(country, on and on.date(), PageRequest(page, per_page))
        found = shop.taxes.list_rates(OPERATOR, query)
    screen = Screen.of(ctx)
    screen.table(
        found,
        found.items,
        {
            "Id": lambda rate: rate.id,
            "Place": _place,
            "Class": lambda rate: rate.tax_class.value,
            "Percent": lambda rate: rate.rate,
            "Title": lambda rate: rate.title,
            "From": lambda rate: rate.valid_from.isoformat(),
            "To": lambda rate: rate.valid_to and rate.valid_to.isoformat(),
            "Source": lambda rate: rate.source or None,
        },
    )
    screen.note(f"{len(found.items)} of {found.total}")


@app.command()
def show(ctx: typer.Context, rate: _Rate) -> None:
    """One rate, with where the number was found."""
    with opened() as shop:
        found = shop.taxes.find(OPERATOR, rate)
    _answer(ctx, found)


@app.command("set")
def set_rate(
    ctx: typer.Context,
    country: Annotated[str, typer.Argument(help="Two letters.")],
    tax_class: Annotated[TaxClass, typer.Argument(metavar="CLASS", help="standard, reduced or zero.")],
    rate: Annotated[str, typer.Argument(metavar="PERCENT", help="Like 20 or 5.5.")],
    first: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], metavar="YYYY-MM-DD")],
    last: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], metavar="YYYY-MM-DD")] = None,
    region: Annotated[str | None, typer.Option(help="Of that country; it then has a rate of its own.")] = None,
    title: Annotated[str | None, typer.Option(help="As buyers read it.")] = None,
    source: Annotated[str, typer.Option(help="Where the number was found.")] = "",
    *,
    take_over: Annotated[
        bool, typer.Option(help="End the rate that counts on that day; else two of one day are refused.")
    ] = True,
) -> None:
    """A rate from a day on. The one that counts until then ends the day before."""
    with opened() as shop:
        days = (first.date(), last.date() if last else None)
        new = NewTaxRate(country, tax_class, _percent(rate), *days, region=region, title=title, source=source)
        made = (shop.taxes.begin_rate if take_over else shop.taxes.create)(OPERATOR, new)
    _answer(ctx, made)


@app.command()
def change(
    ctx: typer.Context,
    rate: _Rate,
    percent: Annotated[str | None, typer.Option(help="What it always was; one that rises is `set`.")] = None,
    first: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], metavar="YYYY-MM-DD")] = None,
    last: Annotated[
        str | None, typer.Option("--to", metavar="YYYY-MM-DD", help="Its last day; empty: it does not end.")
    ] = None,
    title: Annotated[str | None, typer.Option(help="As buyers read it.")] = None,
    source: Annotated[str | None, typer.Option(help="Where the number was found.")] = None,
) -> None:
    """Correct a rate. Its place and class stay; orders keep what they were placed at."""
    changes = TaxRateChanges(
        rate=UNSET if percent is None else _percent(percent),
        title=typed.given(title),
        valid_from=UNSET if first is None else first.date(),
        valid_to=UNSET if last is None else _last_day(last),
        source=typed.given(source),
    )
    with opened() as shop:
        changed = shop.taxes.change(OPERATOR, rate, changes)
    _answer(ctx, changed)


@app.command()
def remove(ctx: typer.Context, rate: _Rate) -> None:
    """Take a rate away. What was bought with it keeps it."""
    with opened() as shop:
        shop.taxes.delete(OPERATOR, rate)
    Screen.of(ctx).answer({"id": rate}, "The tax rate is gone.")


@app.command()
def load_eu(ctx: typer.Context) -> None:
    """Add the rates of the European Union where the shop has none. Check them before you sell."""
    with opened() as shop:
        loaded = shop.taxes.load_eu(OPERATOR)
    Screen.of(ctx).answer(
        loaded,
        f"{loaded.added} rates added, {loaded.kept} left as they were. Check them: `commerce tax list` tells sources.",
    )


def _percent(typed: str) -> Decimal:
    try:
        return Decimal(typed)
    except InvalidOperation:
        raise InvalidInput.at("/rate", "invalid-value", "Must be a percentage, like 20 or 5.5.") from None


def _last_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise InvalidInput.at("/valid_to", "invalid-date", "Must be like 2026-12-31, or empty.") from None


def _place(rate: TaxRate) -> str:
    return f"{rate.country} {rate.region}" if rate.region else rate.country


def _answer(ctx: typer.Context, made: TaxRate) -> None:
    until = "" if made.valid_to is None else f" to {_day(made.valid_to)}"
    Screen.of(ctx).facts(
        made,
        ("Tax rate", made.id),
        ("Place", _place(made)),
        ("Class", made.tax_class.value),
        ("Percent", made.rate),
        ("Title", made.title),
        ("Counts", f"from {_day(made.valid_from)}{until}"),
        ("Source", made.source or None),
    )


def _day(day: date) -> str:
    return day.isoformat()
