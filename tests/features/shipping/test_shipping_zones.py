"""Shipping zones and their options: kept as they were said, and nothing wrong is ever written."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest

from commerce_core.access.errors import PermissionDenied
from commerce_core.access.model import GUEST, SYSTEM
from commerce_core.kernel.errors import CommerceError, InvalidInput
from commerce_core.kernel.money import Money
from commerce_core.kernel.tax_class import TaxClass
from commerce_core.shipping.drafts import MAX_OPTIONS, NewOption, NewZone, OptionChanges, ZoneChanges
from commerce_core.shipping.errors import (
    ShippingOptionNotFound,
    ShippingOptionTaken,
    ShippingZoneNotFound,
    ShippingZoneVersionStale,
    TooManyShippingOptions,
)
from commerce_core.shipping.model import Band, PriceBy
from commerce_core.shipping.views import ZoneView
from commerce_core.wiring import Commerce


def euros(cents: int) -> Money:
    return Money(cents, "EUR")


def bands(*rows: tuple[int | None, int]) -> tuple[Band, ...]:
    return tuple(Band(up_to, euros(price)) for up_to, price in rows)


def option(title: str = "Parcel", **others: Any) -> NewOption:
    return NewOption(title, others.pop("bands", bands((None, 490))), others.pop("estimated_days", 3), **others)


def state(shop: Commerce) -> tuple[Sequence[ZoneView], int, int]:
    """Everything a refused change may not have touched."""
    with shop.database.read() as session:
        row = session.connection.execute(
            "SELECT revision, (SELECT count(*) FROM audit_logs) FROM pricing_revision"
        ).fetchone()
    assert row is not None
    return shop.shipping.list_zones(SYSTEM), row[0], row[1]


def errors(wrong: Callable[[], object]) -> list[tuple[str, str]]:
    with pytest.raises(InvalidInput) as refused:
        wrong()
    return [(error.pointer, error.code) for error in refused.value.errors]


def test_a_zone_is_kept_as_it_was_said(shop: Commerce) -> None:
    heavy = option(
        "Parcel by weight", price_by=PriceBy.WEIGHT, bands=bands((1000, 490), (30000, 990)), free_from=euros(8000),
        id="parcel", tax_class=TaxClass.REDUCED, active=False,
    )  # fmt: skip
    by_value = option(price_by=PriceBy.SUBTOTAL, bands=bands((5000, 500), (None, 0)))
    made = shop.shipping.create(
        SYSTEM, NewZone("Paris", ("FR",), ("Île-de-France",), ("75", "92-"), options=(heavy, by_value))
    )

    assert shop.shipping.find(SYSTEM, made.id) == made
    assert shop.shipping.list_zones(SYSTEM) == (made,)
    assert [o.id for o in made.options] == ["parcel", "parcel-2"]
    assert (made.options[0].bands, made.options[0].free_from) == (bands((1000, 490), (30000, 990)), euros(8000))
    assert (made.options[0].active, made.options[0].tax_class) == (False, TaxClass.REDUCED)
    assert made.postal_prefixes == ("75", "92")


def test_options_come_change_and_go_with_the_version_of_their_zone(shop: Commerce) -> None:
    zone = shop.shipping.create(SYSTEM, NewZone("Home", ("FR",), options=(option("One"), option("Two"))))
    before = state(shop)[1]

    added = shop.shipping.add_option(SYSTEM, zone.id, option("Three"), 1)
    changed = shop.shipping.change_option(
        SYSTEM, zone.id, "two", OptionChanges(estimated_days=9, free_from=euros(1)), 2
    )
    removed = shop.shipping.remove_option(SYSTEM, zone.id, "one", 3)

    assert [o.id for o in added.options] == ["one", "two", "three"]
    assert (changed.options[1].estimated_days, changed.options[1].free_from) == (9, euros(1))
    assert [o.id for o in removed.options] == ["two", "three"]
    assert state(shop) == ((removed,), before + 3, 4)
    assert removed.version == 4


def test_a_zone_changes_its_places_and_keeps_its_options(shop: Commerce) -> None:
    zone = shop.shipping.create(SYSTEM, NewZone("Home", ("FR",), options=(option(),)))
    changed = shop.shipping.change(SYSTEM, zone.id, ZoneChanges(title="Alps", countries=("AT", "CH")))
    same = shop.shipping.change(SYSTEM, zone.id, ZoneChanges(title="Alps"))

    assert (changed.title, changed.countries, changed.options) == ("Alps", ("AT", "CH"), zone.options)
    assert same == changed
    shop.shipping.delete(SYSTEM, zone.id, 2)
    assert shop.shipping.list_zones(SYSTEM) == ()


PLACES: list[tuple[dict[str, Any], str, str]] = [
    ({"countries": ()}, "/countries", "required"),
    ({"countries": (), "regions": ("NY",)}, "/countries", "required"),
    ({"countries": ("FR", "XX")}, "/countries/1", "invalid-country"),
    ({"countries": ("FR", "FR")}, "/countries/1", "duplicate"),
    ({"rest_of_world": True}, "/rest_of_world", "contradiction"),
    ({"postal_prefixes": ("75", "--")}, "/postal_prefixes/1", "invalid-value"),
    ({"regions": ("",)}, "/regions/0", "too-short"),
    ({"title": " "}, "/title", "too-short"),
    ({"options": (option(id="a"), option(id="a"))}, "/options/1/id", "duplicate"),
]


@pytest.mark.parametrize(("said", "pointer", "code"), PLACES)
def test_a_zone_that_cannot_be_is_refused_where_it_is_wrong(said: dict[str, Any], pointer: str, code: str) -> None:
    assert errors(lambda: NewZone(**{"title": "Home", "countries": ("FR",)} | said)) == [(pointer, code)]


OPTIONS: list[tuple[dict[str, Any], str, str]] = [
    ({"bands": ()}, "/bands", "required"),
    ({"bands": bands((None, -1))}, "/bands/0/price/amount", "out-of-range"),
    ({"bands": bands((1, 1), (None, 2))}, "/bands", "contradiction"),
    ({"price_by": PriceBy.WEIGHT, "bands": bands((5, 1), (5, 2))}, "/bands/1/up_to", "must-rise"),
    ({"price_by": PriceBy.WEIGHT, "bands": bands((5, 1), (4, 2), (5, 3))}, "/bands/1/up_to", "must-rise"),
    ({"price_by": PriceBy.SUBTOTAL, "bands": bands((-1, 1))}, "/bands/0/up_to", "must-rise"),
    ({"price_by": PriceBy.SUBTOTAL, "bands": bands((None, 1), (5, 2))}, "/bands/0/up_to", "required"),
    ({"free_from": euros(-1)}, "/free_from/amount", "out-of-range"),
    ({"estimated_days": -1}, "/estimated_days", "out-of-range"),
    ({"estimated_days": 366}, "/estimated_days", "out-of-range"),
    ({"id": "Not A Slug"}, "/id", "invalid-slug"),
    ({"title": "€"}, "/id", "required"),
]


@pytest.mark.parametrize(("said", "pointer", "code"), OPTIONS)
def test_an_option_that_cannot_be_is_refused_where_it_is_wrong(said: dict[str, Any], pointer: str, code: str) -> None:
    found = errors(lambda: option(**said))
    assert found[0] == (pointer, code)


def test_a_price_in_another_currency_is_refused_with_its_place(shop: Commerce) -> None:
    dollars = (Band(None, Money(1, "USD")),)
    before = state(shop)

    zone = NewZone("Home", ("FR",), options=(option(), option(bands=dollars)))
    assert errors(lambda: shop.shipping.create(SYSTEM, zone)) == [
        ("/options/1/bands/0/price/currency", "wrong-currency")
    ]
    assert state(shop) == before


def test_a_change_is_checked_together_with_what_stays(shop: Commerce) -> None:
    zone = shop.shipping.create(SYSTEM, NewZone("Home", ("FR",), options=(option(),)))
    before = state(shop)

    def changed(option_changes: OptionChanges) -> object:
        return shop.shipping.change_option(SYSTEM, zone.id, "parcel", option_changes)

    assert errors(lambda: changed(OptionChanges(bands=bands((1, 1), (2, 2))))) == [("/bands", "contradiction")]
    assert errors(lambda: changed(OptionChanges(free_from=Money(1, "USD")))) == [
        ("/free_from/currency", "wrong-currency")
    ]
    assert errors(lambda: shop.shipping.change(SYSTEM, zone.id, ZoneChanges(rest_of_world=True))) == [
        ("/rest_of_world", "contradiction")
    ]
    assert state(shop) == before


def test_what_is_not_there_taken_full_old_or_forbidden_is_refused_and_changes_nothing(shop: Commerce) -> None:
    many = tuple(option(f"Way {n}") for n in range(MAX_OPTIONS))
    zone = shop.shipping.create(SYSTEM, NewZone("Home", ("FR",), options=many))
    other = shop.shipping.create(SYSTEM, NewZone("World", rest_of_world=True))
    before = state(shop)
    shipping, nowhere = shop.shipping, uuid4()
    refused: list[tuple[type[CommerceError], Callable[[], object]]] = [
        (TooManyShippingOptions, lambda: shipping.add_option(SYSTEM, zone.id, option())),
        (ShippingOptionTaken, lambda: shipping.add_option(SYSTEM, other.id, option(id="way-1"))),
        (ShippingOptionTaken, lambda: shipping.create(SYSTEM, NewZone("EU", ("DE",), options=(option(id="way-1"),)))),
        (ShippingOptionNotFound, lambda: shipping.remove_option(SYSTEM, other.id, "way-1")),
        (ShippingOptionNotFound, lambda: shipping.change_option(SYSTEM, other.id, "way-1", OptionChanges())),
        (ShippingZoneNotFound, lambda: shipping.find(SYSTEM, nowhere)),
        (ShippingZoneNotFound, lambda: shipping.delete(SYSTEM, nowhere)),
        (ShippingZoneVersionStale, lambda: shipping.delete(SYSTEM, zone.id, 2)),
        (ShippingZoneVersionStale, lambda: shipping.change(SYSTEM, zone.id, ZoneChanges(title="X"), 2)),
        (ShippingZoneVersionStale, lambda: shipping.add_option(SYSTEM, other.id, option(), 2)),
        (PermissionDenied, lambda: shipping.create(GUEST, NewZone("X", ("DE",)))),
        (PermissionDenied, lambda: shipping.change(GUEST, zone.id, ZoneChanges(title="X"))),
        (PermissionDenied, lambda: shipping.remove_option(GUEST, zone.id, "way-1")),
        (PermissionDenied, lambda: shipping.delete(GUEST, zone.id)),
        (PermissionDenied, lambda: shipping.list_zones(GUEST)),
        (PermissionDenied, lambda: shipping.find(GUEST, zone.id)),
    ]
    for kind, call in refused:
        with pytest.raises(kind):
            call()
    assert state(shop) == before


def test_two_options_added_at_once_never_share_an_id(shop: Commerce) -> None:
    zone = shop.shipping.create(SYSTEM, NewZone("Home", ("FR",)))
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda _: shop.shipping.add_option(SYSTEM, zone.id, option()), range(8)))

    ids = [o.id for o in shop.shipping.find(SYSTEM, zone.id).options]
    assert ids == ["parcel", *(f"parcel-{n}" for n in range(2, 9))]
