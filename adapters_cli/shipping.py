"""`commerce shipping`: where the shop sends to, in which ways and at what price."""

from typing import Annotated
from uuid import UUID

import typer

from adapters_cli import typed
from adapters_cli.names import NameUnknown
from adapters_cli.premises import OPERATOR, opened
from adapters_cli.screen import Screen
from commerce_core.kernel.errors import InvalidInput
from commerce_core.kernel.money import Money
from commerce_core.kernel.tax_class import TaxClass
from commerce_core.kernel.unset import UNSET, Unset
from commerce_core.shipping.drafts import NewOption, NewZone, OptionChanges, ZoneChanges
from commerce_core.shipping.model import Band, PriceBy
from commerce_core.shipping.views import ZoneOptionView, ZonesView, ZoneView
from commerce_core.wiring import Commerce

app = typer.Typer(no_args_is_help=True, help="Say where the shop sends to, in which ways, at what price.")

_Zone = Annotated[str, typer.Argument(metavar="ZONE", help="Its title, or its id.")]
_Option = Annotated[str, typer.Argument(metavar="OPTION", help="Its id, as `zones` tells it.")]
_Countries = Annotated[list[str] | None, typer.Option("--country", help="Two letters; as often as needed.")]
_Regions = Annotated[list[str] | None, typer.Option("--region", help="Only these regions of the countries.")]
_Prefixes = Annotated[list[str] | None, typer.Option("--postal-prefix", help="Only where postal codes begin so.")]
_Class = Annotated[TaxClass, typer.Option(help="How it is taxed.")]
_Price = Annotated[str | None, typer.Option(help="A flat price in major units, like 4.90.")]
_Bands = Annotated[
    list[str] | None, typer.Option("--band", help="UP_TO=PRICE in grams or major units, rising; =PRICE without end.")
]
_FreeFrom = Annotated[str | None, typer.Option(help="Free for goods of this value or more; empty: never.")]


@app.command()
def zones(ctx: typer.Context) -> None:
    """Every zone with its options."""
    with opened() as shop:
        found = shop.shipping.list_zones(OPERATOR)
    Screen.of(ctx).table(
        ZonesView(found),
        [(zone, option) for zone in found for option in zone.options or (None,)],
        {
            "Zone": lambda row: row[0].title,
            "Places": lambda row: _places(row[0]),
            "Option": lambda row: row[1] and row[1].id,
            "Title": lambda row: row[1] and row[1].title,
            "Price": lambda row: row[1] and _prices(row[1]),
            "Free from": lambda row: row[1] and row[1].free_from,
            "Days": lambda row: row[1] and row[1].estimated_days,
            "On": lambda row: row[1] and ("yes" if row[1].active else "no"),
        },
    )


@app.command()
def show(ctx: typer.Context, zone: _Zone) -> None:
    """One zone with its options."""
    with opened() as shop:
        found = shop.shipping.find(OPERATOR, _zone_id(shop, zone))
    _answer(ctx, found)


@app.command()
def create_zone(
    ctx: typer.Context,
    title: Annotated[str, typer.Argument(help="For the staff.")],
    country: _Countries = None,
    region: _Regions = None,
    postal_prefix: _Prefixes = None,
    *,
    rest_of_world: Annotated[bool, typer.Option("--rest-of-world", help="All that no other zone has.")] = False,
) -> None:
    """One more part of the world, still without a way to send there."""
    places = (tuple(country or ()), tuple(region or ()), tuple(postal_prefix or ()))
    with opened() as shop:
        made = shop.shipping.create(OPERATOR, NewZone(title, *places, rest_of_world))
    _answer(ctx, made)


@app.command()
def change_zone(
    ctx: typer.Context,
    zone: _Zone,
    title: Annotated[str | None, typer.Option()] = None,
    country: _Countries = None,
    region: _Regions = None,
    postal_prefix: _Prefixes = None,
    *,
    rest_of_world: Annotated[
        bool | None,
        typer.Option("--rest-of-world/--places", help="All that no other zone has, or its places."),
    ] = None,
) -> None:
    """Another title, or other places. Each kind of place is told as a whole; an empty one takes its kind away."""
    changes = ZoneChanges(
        title=typed.given(title),
        countries=_told(country),
        regions=_told(region),
        postal_prefixes=_told(postal_prefix),
        rest_of_world=typed.given(rest_of_world),
    )
    with opened() as shop:
        changed = shop.shipping.change(OPERATOR, _zone_id(shop, zone), changes)
    _answer(ctx, changed)


@app.command()
def delete_zone(ctx: typer.Context, zone: _Zone) -> None:
    """Send there no longer. Orders keep what they were sent by."""
    with opened() as shop:
        zone_id = _zone_id(shop, zone)
        shop.shipping.delete(OPERATOR, zone_id)
    Screen.of(ctx).answer({"id": zone_id}, f"{zone} is gone.")


@app.command()
def add_option(
    ctx: typer.Context,
    zone: _Zone,
    title: Annotated[str, typer.Argument(help="As buyers read it.")],
    days: Annotated[int, typer.Option(help="How long it takes.")],
    price: _Price = None,
    by: Annotated[PriceBy, typer.Option(help="What the bands are about.")] = PriceBy.FLAT,
    band: _Bands = None,
    free_from: _FreeFrom = None,
    option_id: Annotated[str | None, typer.Option("--id", help="Made from the title unless it is said.")] = None,
    tax_class: _Class = TaxClass.STANDARD,
    *,
    inactive: Annotated[bool, typer.Option("--inactive", help="Not yet.")] = False,
) -> None:
    """One more way to send into a zone, behind the others."""
    with opened() as shop:
        currency = shop.settings.currency
        new = NewOption(
            title,
            _typed_bands(price, by, band, currency) or (),
            days,
            by,
            option_id,
            typed.price("free-from", free_from, currency) if free_from else None,
            active=not inactive,
            tax_class=tax_class,
        )
        changed = shop.shipping.add_option(OPERATOR, _zone_id(shop, zone), new)
    _answer(ctx, changed)


@app.command()
def change_option(
    ctx: typer.Context,
    zone: _Zone,
    option: _Option,
    title: Annotated[str | None, typer.Option()] = None,
    days: Annotated[int | None, typer.Option(help="How long it takes.")] = None,
    price: _Price = None,
    by: Annotated[PriceBy | None, typer.Option(help="What the bands are about.")] = None,
    band: _Bands = None,
    free_from: _FreeFrom = None,
    active: Annotated[bool | None, typer.Option(help="Whether buyers are offered it.")] = None,
    tax_class: Annotated[TaxClass | None, typer.Option(help="How it is taxed.")] = None,
) -> None:
    """Change a way to send. Prices are told as a whole."""
    with opened() as shop:
        currency, zone_id = shop.settings.currency, _zone_id(shop, zone)
        kind = by or (PriceBy.FLAT if price else _price_by(shop.shipping.find(OPERATOR, zone_id), option))
        bands = _typed_bands(price, kind, band, currency)
        changes = OptionChanges(
            title=typed.given(title),
            price_by=UNSET if bands is None and by is None else kind,
            bands=typed.given(bands),
            estimated_days=typed.given(days),
            free_from=typed.clearable_price("free-from", free_from, currency),
            active=typed.given(active),
            tax_class=typed.given(tax_class),
        )
        changed = shop.shipping.change_option(OPERATOR, zone_id, option, changes)
    _answer(ctx, changed)


@app.command()
def remove_option(ctx: typer.Context, zone: _Zone, option: _Option) -> None:
    """Offer a way to send no longer."""
    with opened() as shop:
        changed = shop.shipping.remove_option(OPERATOR, _zone_id(shop, zone), option)
    _answer(ctx, changed)


def _zone_id(shop: Commerce, name: str) -> UUID:
    """A zone by its title or id. Raises `NameUnknown`."""
    for zone in shop.shipping.list_zones(OPERATOR):
        if name in {zone.title, str(zone.id)}:
            return zone.id
    raise NameUnknown("shipping zone", name)


def _told(places: list[str] | None) -> tuple[str, ...] | Unset:
    return UNSET if places is None else tuple(place for place in places if place)


def _price_by(zone: ZoneView, option_id: str) -> PriceBy:
    return next((option.price_by for option in zone.options if option.id == option_id), PriceBy.FLAT)


def _typed_bands(price: str | None, by: PriceBy, bands: list[str] | None, currency: str) -> tuple[Band, ...] | None:
    if price is not None and bands:
        raise InvalidInput.at("/price", "contradiction", "Say a flat price or bands.")
    if price is not None:
        return (Band(None, typed.price("price", price, currency)),)
    return tuple(_band(pair, by, currency) for pair in bands) if bands else None


def _band(pair: str, by: PriceBy, currency: str) -> Band:
    up_to, equals, price = pair.partition("=")
    if not equals or (up_to and by is not PriceBy.SUBTOTAL and not (up_to.isascii() and up_to.isdecimal())):
        raise InvalidInput.at("/band", "invalid-value", "Must be like 1000=4.90, or =9.90 without end.")
    reach = typed.price("band", up_to, currency).amount if up_to and by is PriceBy.SUBTOTAL else int(up_to or 0)
    return Band(reach if up_to else None, typed.price("band", price, currency))


def _places(zone: ZoneView) -> str:
    if zone.rest_of_world:
        return "rest of the world"
    return ", ".join((*zone.countries, *zone.regions, *(f"{prefix}…" for prefix in zone.postal_prefixes)))


def _prices(option: ZoneOptionView) -> str:
    if option.price_by is PriceBy.FLAT:
        return str(option.bands[0].price)
    return ", ".join(f"{_reach(band, option.price_by)}: {band.price}" for band in option.bands)


def _described(option: ZoneOptionView) -> str:
    free = f", free from {option.free_from}" if option.free_from else ""
    off = "" if option.active else ", off"
    days = f"{option.estimated_days} day{'' if option.estimated_days == 1 else 's'}"
    return f"{option.title}: {_prices(option)}{free}, {days}, tax {option.tax_class.value}{off}"


def _reach(band: Band, by: PriceBy) -> str:
    if band.up_to is None:
        return "beyond"
    return f"to {band.up_to} g" if by is PriceBy.WEIGHT else f"to {Money(band.up_to, band.price.currency)}"


def _answer(ctx: typer.Context, zone: ZoneView) -> None:
    Screen.of(ctx).facts(
        zone,
        ("Zone", f"{zone.title} · {zone.id}"),
        ("Places", _places(zone)),
        *((option.id, _described(option)) for option in zone.options),
    )
