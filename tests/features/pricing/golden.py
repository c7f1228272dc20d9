"""Worked orders: what shops, places and discounts come to, with the sum written beside each in major units."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

from attrs import evolve, frozen

from commerce_core.discounts.model import Discount, DiscountKind, Scope, ScopeKind
from commerce_core.kernel.destination import Destination
from commerce_core.kernel.money import Money
from commerce_core.kernel.tax_class import TaxClass
from commerce_core.pricing.model import Basket, PricedItem, PricingRules
from commerce_core.shipping.model import Band, Option, PriceBy, Zone
from commerce_core.taxes.model import TaxRate, TaxTable

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
STANDARD, REDUCED, ZERO, EXEMPT = TaxClass
SHOES = UUID(int=900)


def rate(country: str, percent: str, tax_class: TaxClass = STANDARD, region: str | None = None) -> TaxRate:
    title = f"VAT {country} {percent} %"
    return TaxRate(UUID(int=0), country, region, tax_class, Decimal(percent), title, date(2020, 1, 1))


RATES = (
    rate("FR", "20"), rate("FR", "5.5", REDUCED), rate("DE", "19"), rate("DE", "7", REDUCED), rate("HU", "27"),
    rate("DK", "25"), rate("ES", "21"), rate("ES", "7", region="Canarias"), rate("JP", "10"), rate("JP", "8", REDUCED),
    rate("KW", "5"), rate("US", "8.875", region="NY"),
    evolve(rate("EE", "22"), valid_to=date(2026, 6, 30)), evolve(rate("EE", "24"), valid_from=date(2026, 7, 1)),
)  # fmt: skip


def flat(option_id: str, price: int, currency: str, free_from: int | None = None) -> Option:
    bands = (Band(None, Money(price, currency)),)
    free = None if free_from is None else Money(free_from, currency)
    return Option(option_id, option_id.title(), PriceBy.FLAT, bands, estimated_days=3, free_from=free)


def banded(option_id: str, by: PriceBy, *bands: tuple[int | None, int]) -> Option:
    return Option(option_id, option_id.title(), by, tuple(Band(to, Money(p, "EUR")) for to, p in bands), 3)


def zone(number: int, *options: Option, countries: Sequence[str] = ()) -> Zone:
    return Zone(UUID(int=number), f"Zone {number}", frozenset(countries), rest_of_world=not countries, options=options)


EUROPE = (
    zone(
        1,
        flat("standard", 490, "EUR", free_from=5000),
        banded("parcel", PriceBy.WEIGHT, (1000, 500), (5000, 900)),
        banded("courier", PriceBy.SUBTOTAL, (2000, 800), (None, 600)),
        countries=["FR"],
    ),
    zone(2, flat("union", 990, "EUR"), countries=["DE", "DK", "EE", "ES", "HU", "SK"]),
    zone(3, flat("world", 1990, "EUR")),
)
FR = PricingRules("EUR", True, "FR", "Europe/Paris", TaxTable(RATES), EUROPE)
FR_NET = evolve(FR, prices_include_tax=False)
DK_NET = PricingRules("DKK", False, "DK", "Europe/Copenhagen", TaxTable(RATES))
JP = PricingRules("JPY", True, "JP", "Asia/Tokyo", TaxTable(RATES))
KW = PricingRules("KWD", True, "KW", "Asia/Kuwait", TaxTable(RATES))
KW_NET = evolve(KW, prices_include_tax=False)
US = PricingRules("USD", False, "US", "America/New_York", TaxTable(RATES), (zone(4, flat("ground", 500, "USD")),))

PARIS, BERLIN, BUDAPEST, AARHUS, BRATISLAVA, GENEVA, TALLINN = (
    Destination(country) for country in ("FR", "DE", "HU", "DK", "SK", "CH", "EE")
)
LAS_PALMAS, MANHATTAN, PORTLAND = Destination("ES", "Canarias"), Destination("US", "NY"), Destination("US", "OR")
CONFIRMED = evolve(BERLIN, vat_number="DE136695976", vat_confirmed=True)
UNCONFIRMED = evolve(CONFIRMED, vat_confirmed=False)
CONFIRMED_AT_HOME = evolve(PARIS, vat_number="FR40303265045", vat_confirmed=True)


def off(percent: str, **more: object) -> Discount:
    return Discount(UUID(int=100), f"{percent} %", DiscountKind.PERCENTAGE, percent=Decimal(percent), **more)


def less(amount: int, currency: str = "EUR", **more: object) -> Discount:
    return Discount(UUID(int=200), "Less", DiscountKind.FIXED, amount=Money(amount, currency), **more)


def for_free(buy: int, get: int, percent: str = "100") -> Discount:
    title = f"Buy {buy} get {get}"
    return Discount(UUID(int=300), title, DiscountKind.BUY_X_GET_Y, percent=Decimal(percent), buy=buy, get=get)


FREE_SHIPPING = Discount(UUID(int=400), "Free shipping", DiscountKind.FREE_SHIPPING)


@frozen
class Thing:
    """So many pieces at a price; `grams` of each."""

    price: int
    quantity: int = 1
    tax_class: TaxClass = STANDARD
    grams: int = 0
    category: UUID | None = None


@frozen
class Worked:
    """An order, and what it comes to: subtotal, discount, shipping, tax, total."""

    name: str
    rules: PricingRules
    basket: Basket
    comes_to: tuple[int, int, int, int, int]


def worked(
    name: str,
    rules: PricingRules,
    *things: Thing | int,
    to: Destination | None = None,
    by: str | None = None,
    off: Sequence[Discount] = (),
    at: datetime = NOON,
    comes_to: tuple[int, int, int, int, int],
) -> Worked:
    items = tuple(
        PricedItem(
            id=UUID(int=place),
            variant_id=UUID(int=place),
            product_id=UUID(int=500 + place),
            quantity=thing.quantity,
            unit_price=Money(thing.price, rules.currency),
            requires_shipping=by is not None,
            tax_class=thing.tax_class,
            weight=thing.grams,
            category_ids=frozenset([thing.category] if thing.category else []),
        )
        for place, thing in enumerate((Thing(t) if isinstance(t, int) else t for t in things), 1)
    )
    return Worked(name, rules, Basket(items, at, to, by, tuple(off)), comes_to)


GOLDEN = (
    # --- a French shop, tax in its prices ---------------------------------------------------------------------------
    # 19.99 / 1.2 = 16.658… → 16.66; 19.99 − 16.66 = 3.33
    worked("one mug", FR, 1999, comes_to=(1999, 0, 0, 333, 1999)),
    # 33.21 / 1.2 = 27.675 → 27.68, the half goes up; 33.21 − 27.68 = 5.53
    worked("a half cent of net goes up", FR, 3321, comes_to=(3321, 0, 0, 553, 3321)),
    # 0.03 / 1.2 = 0.025 → 0.03; nothing is left for the tax
    worked("three cents hold no tax", FR, 3, comes_to=(3, 0, 0, 0, 3)),
    # 0.01 / 1.2 = 0.0083 → 0.01
    worked("one cent holds no tax", FR, 1, comes_to=(1, 0, 0, 0, 1)),
    # 1000 × 0.10 = 100.00; 100 / 1.2 = 83.333 → 83.33; 16.67 (by the piece it would be 20.00)
    worked("tax is rounded by the line, not by the piece", FR, Thing(10, 1000), comes_to=(10000, 0, 0, 1667, 10000)),
    # twice 0.10 − 0.08 (0.0833) = 0.02 + 0.02
    worked("two lines are rounded apart", FR, 10, 10, comes_to=(20, 0, 0, 4, 20)),
    # 39.98 − 33.32 (33.3167) = 6.66; shipping 4.90 − 4.08 (4.0833) = 0.82
    worked("two mugs to Paris", FR, Thing(1999, 2), to=PARIS, by="standard", comes_to=(3998, 0, 490, 748, 4488)),
    # 3.33; 12.00 − 11.37 (12 / 1.055 = 11.3744) = 0.63
    worked("a mug and a book", FR, 1999, Thing(1200, 1, REDUCED), comes_to=(3199, 0, 0, 396, 3199)),
    # 3.33, and nothing in the 10.00
    worked("what is exempt holds no tax", FR, 1999, Thing(1000, 1, EXEMPT), comes_to=(2999, 0, 0, 333, 2999)),
    # 0 % needs no row of its own
    worked("what is zero-rated holds no tax", FR, Thing(1000, 1, ZERO), comes_to=(1000, 0, 0, 0, 1000)),
    worked("nothing costs nothing", FR, comes_to=(0, 0, 0, 0, 0)),
    # --- the same shop, tax on top ----------------------------------------------------------------------------------
    # 19.99 × 0.2 = 3.998 → 4.00; 19.99 + 4.00
    worked("one mug, net", FR_NET, 1999, comes_to=(1999, 0, 0, 400, 2399)),
    # 0.12 × 0.2 = 0.024 → 0.02; 0.13 × 0.2 = 0.026 → 0.03
    worked("cents, net", FR_NET, 12, 13, comes_to=(25, 0, 0, 5, 30)),
    # 0.10 × 0.25 = 0.025 → 0.03, the half goes up
    worked("a half øre goes up", DK_NET, 10, comes_to=(10, 0, 0, 3, 13)),
    # 4.00 + 12.00 × 0.055 = 0.66 + 4.90 × 0.2 = 0.98: 5.64; 31.99 + 4.90 + 5.64
    worked(
        "a mug and a book to Paris, net", FR_NET, 1999, Thing(1200, 1, REDUCED), to=PARIS, by="standard",
        comes_to=(3199, 0, 490, 564, 4253),
    ),
    # --- other places -----------------------------------------------------------------------------------------------
    # 19.99 − 16.80 (19.99 / 1.19 = 16.798) = 3.19; 9.90 − 8.32 (8.319) = 1.58
    worked("Germany pays the same price", FR, 1999, to=BERLIN, by="union", comes_to=(1999, 0, 990, 477, 2989)),
    # 100 − 78.74 (100 / 1.27 = 78.7402) = 21.26; 9.90 − 7.80 (7.795) = 2.10
    worked("Hungary pays the same price", FR, 10000, to=BUDAPEST, by="union", comes_to=(10000, 0, 990, 2336, 10990)),
    # no rate for Slovakia, so that of France: 3.33; 9.90 − 8.25 = 1.65
    worked("a member without a rate", FR, 1999, to=BRATISLAVA, by="union", comes_to=(1999, 0, 990, 498, 2989)),
    # Switzerland is not in the Union and has no rate: 19.99 + 19.90, no tax
    worked("an export keeps its price", FR, 1999, to=GENEVA, by="world", comes_to=(1999, 0, 1990, 0, 3989)),
    # 19.99 × 0.19 = 3.7981 → 3.80; 9.90 × 0.19 = 1.881 → 1.88; 29.89 + 5.68
    worked("Germany, net", FR_NET, 1999, to=BERLIN, by="union", comes_to=(1999, 0, 990, 568, 3557)),
    worked("an export, net", FR_NET, 1999, to=GENEVA, by="world", comes_to=(1999, 0, 1990, 0, 3989)),
    # Denmark has one rate: 12.00 − 9.60 = 2.40; 9.90 − 7.92 = 1.98
    worked(
        "a book where nothing is reduced", FR, Thing(1200, 1, REDUCED), to=AARHUS, by="union",
        comes_to=(1200, 0, 990, 438, 2190),
    ),
    # the region's 7 % before the country's 21 %: 100 − 93.46 (93.4579) = 6.54; 9.90 − 9.25 (9.2523) = 0.65
    worked("a region of its own", FR, 10000, to=LAS_PALMAS, by="union", comes_to=(10000, 0, 990, 719, 10990)),
    # 23:30 in Paris on June 30: 100 − 81.97 (100 / 1.22 = 81.967) = 18.03
    worked(
        "the last hour of a rate", FR, 10000, to=TALLINN, at=datetime(2026, 6, 30, 21, 30, tzinfo=UTC),
        comes_to=(10000, 0, 0, 1803, 10000),
    ),
    # 00:30 in Paris on July 1: 100 − 80.65 (100 / 1.24 = 80.645) = 19.35
    worked(
        "the first hour of a rate", FR, 10000, to=TALLINN, at=datetime(2026, 6, 30, 22, 30, tzinfo=UTC),
        comes_to=(10000, 0, 0, 1935, 10000),
    ),
    # --- reverse charge ---------------------------------------------------------------------------------------------
    # 19.99 / 1.19 = 16.798 → 16.80, twice: 33.60; 9.90 / 1.19 = 8.319 → 8.32
    worked("reverse charge", FR, Thing(1999, 2), to=CONFIRMED, by="union", comes_to=(3360, 0, 832, 0, 4192)),
    # 0.99 / 1.19 = 0.832 → 0.83 for a piece; 3 × 0.83 = 2.49; + 8.32
    worked("reverse charge by the piece", FR, Thing(99, 3), to=CONFIRMED, by="union", comes_to=(249, 0, 832, 0, 1081)),
    # 19.99 + 9.90, and no tax on top
    worked("reverse charge, net", FR_NET, 1999, to=CONFIRMED, by="union", comes_to=(1999, 0, 990, 0, 2989)),
    # as any German buyer: 3.19 + 1.58
    worked("a number is not enough", FR, 1999, to=UNCONFIRMED, by="union", comes_to=(1999, 0, 990, 477, 2989)),
    # as any French buyer: 3.33 + 0.82
    worked("none at home", FR, 1999, to=CONFIRMED_AT_HOME, by="standard", comes_to=(1999, 0, 490, 415, 2489)),
    # 10 % of 39.98 = 3.998 → 4.00; 4.00 / 1.19 = 3.361 → 3.36; 33.60 − 3.36 + 8.32
    worked(
        "reverse charge and a percentage", FR, Thing(1999, 2), to=CONFIRMED, by="union", off=[off("10")],
        comes_to=(3360, 336, 832, 0, 3856),
    ),
    # what is free stays free: 33.60 − 33.60 + 8.32
    worked(
        "reverse charge on nothing", FR, Thing(1999, 2), to=CONFIRMED, by="union", off=[off("100")],
        comes_to=(3360, 3360, 832, 0, 832),
    ),
    # 19.99 / 1.19 = 16.798 → 16.80 for a piece, ten are 168.00; all are free, though 199.90 / 1.19 = 167.98
    worked(
        "reverse charge on nothing, ten times", FR, Thing(1999, 10), to=CONFIRMED, off=[off("100")],
        comes_to=(16800, 16800, 0, 0, 0),
    ),
    # 0.99 / 1.19 → 0.83 for a piece, a hundred are 83.00; 98.99 / 1.19 = 83.18 is more than there is, so 83.00
    worked(
        "reverse charge on nearly nothing", FR, Thing(99, 100), to=CONFIRMED, off=[less(9899)],
        comes_to=(8300, 8300, 0, 0, 0),
    ),
    # 5.00 over 20.00 and 10.00: 3.33 and 1.67; 20 / 1.19 = 16.81, 10 / 1.07 = 9.35; 3.33 / 1.19 = 2.80, 1.67 / 1.07 =
    # 1.56; 16.81 − 2.80 + 9.35 − 1.56
    worked(
        "reverse charge at two rates", FR, 2000, Thing(1000, 1, REDUCED), to=CONFIRMED, off=[less(500)],
        comes_to=(2616, 436, 0, 0, 2180),
    ),
    # --- percentages and amounts ------------------------------------------------------------------------------------
    # 10 % of 25.00 = 2.50: 1.999 and 0.501 → 2.00 and 0.50; 17.99 − 14.99 (14.9917) = 3.00; 4.51 − 3.76 (3.7583) = 0.75
    worked("ten percent", FR, 1999, 501, off=[off("10")], comes_to=(2500, 250, 0, 375, 2250)),
    # 2.00 and 1.00; 18.00 − 15.00 = 3.00; 9.00 − 8.53 (9 / 1.055 = 8.5308) = 0.47
    worked(
        "ten percent at two rates", FR, 2000, Thing(1000, 1, REDUCED), off=[off("10")],
        comes_to=(3000, 300, 0, 347, 2700),
    ),
    # 15 % of 0.10 = 0.015 → 0.02; 0.08 − 0.07 (0.0667) = 0.01
    worked("a half cent of discount goes up", FR, 10, off=[off("15")], comes_to=(10, 2, 0, 1, 8)),
    # 5.00 / 3 = 1.666: 1.67, 1.67, 1.66; 8.33 − 6.94 (6.9417) = 1.39 twice; 8.34 − 6.95 = 1.39
    worked("five euros over three equals", FR, 1000, 1000, 1000, off=[less(500)], comes_to=(3000, 500, 0, 417, 2500)),
    # 50.00 off 19.99 is 19.99 off
    worked("no more than everything", FR, 1999, off=[less(5000)], comes_to=(1999, 1999, 0, 0, 0)),
    # half of the 40.00 shoes: 20.00 and 20.00 are left; 20 − 16.67 (16.6667) = 3.33 twice
    worked(
        "half off shoes alone", FR, Thing(4000, category=SHOES), 2000,
        off=[off("50", scope=Scope(ScopeKind.CATEGORIES, frozenset([SHOES])))], comes_to=(6000, 2000, 0, 666, 4000),
    ),
    # 20.00 − 10 % = 18.00; − 5.00 = 13.00; 13 − 10.83 (10.8333) = 2.17
    worked("a percentage, then an amount", FR, 2000, off=[less(500), off("10")], comes_to=(2000, 700, 0, 217, 1300)),
    # alone 30 % is 70.00; together 10 % and 5.00 are 85.00; 70 − 58.33 = 11.67
    worked(
        "alone is better", FR, 10000,
        off=[off("10"), less(500), evolve(off("30"), id=UUID(int=101), exclusive=True)],
        comes_to=(10000, 3000, 0, 1167, 7000),
    ),
    # 10 % is 90.00, alone 5 % is 95.00; 90 − 75 = 15.00
    worked(
        "together is better", FR, 10000, off=[off("10"), evolve(off("5"), id=UUID(int=101), exclusive=True)],
        comes_to=(10000, 1000, 0, 1500, 9000),
    ),
    # 10 % off the net: 19.99 − 2.00 = 17.99; × 0.2 = 3.598 → 3.60
    worked("ten percent, net", FR_NET, 1999, off=[off("10")], comes_to=(1999, 200, 0, 360, 2159)),
    # --- three for two ----------------------------------------------------------------------------------------------
    # 3 × 9.99 − 9.99 = 19.98; − 16.65 = 3.33
    worked("three for two", FR, Thing(999, 3), off=[for_free(2, 1)], comes_to=(2997, 999, 0, 333, 1998)),
    # four pieces are one group and a rest: 39.96 − 9.99 = 29.97; 29.97 − 24.98 (24.975) = 4.99
    worked("four for three", FR, Thing(999, 4), off=[for_free(2, 1)], comes_to=(3996, 999, 0, 499, 2997)),
    # 10, 9, 8 | 3, 2, 1: the 8 and the 1 are free; tax 1.67 + 1.50 + 0 + 0.50 + 0.33 + 0
    worked(
        "three for two of six things", FR, 1000, 900, 800, 300, 200, 100, off=[for_free(2, 1)],
        comes_to=(3300, 900, 0, 400, 2400),
    ),
    # half of 9.99 = 4.995 → 5.00; 14.98 − 12.48 (12.4833) = 2.50
    worked("the second for half", FR, Thing(999, 2), off=[for_free(1, 1, "50")], comes_to=(1998, 500, 0, 250, 1498)),
    # 30.00 − 10.00 = 20.00; − 10 % = 18.00; 18 − 15 = 3.00
    worked(
        "three for two, then ten percent", FR, Thing(1000, 3), off=[off("10"), for_free(2, 1)],
        comes_to=(3000, 1200, 0, 300, 1800),
    ),
    # the book at 8.00 is the cheapest of three: free; 20.00 − 16.67 = 3.33; 12.00 − 10.00 = 2.00
    worked(
        "three for two at two rates", FR, 2000, 1200, Thing(800, 1, REDUCED), off=[for_free(2, 1)],
        comes_to=(4000, 800, 0, 533, 3200),
    ),
    # --- shipping ---------------------------------------------------------------------------------------------------
    # 50.00 and more are sent for nothing; 50 − 41.67 (41.6667) = 8.33
    worked("sent for nothing", FR, 5000, to=PARIS, by="standard", comes_to=(5000, 0, 0, 833, 5000)),
    # 60.00 − 20 % = 48.00, which is less: 4.90; 48 − 40 = 8.00; 0.82
    worked(
        "the threshold is after discounts", FR, 6000, to=PARIS, by="standard", off=[off("20")],
        comes_to=(6000, 1200, 490, 882, 5290),
    ),
    # 52.00 − 3.00 + 4.90 = 53.90 is more than 52.00, so the discount is left; 52 − 43.33 = 8.67
    worked(
        "no discount that costs more", FR, 5200, to=PARIS, by="standard", off=[less(300)],
        comes_to=(5200, 0, 0, 867, 5200),
    ),
    # 19.99 + 4.90 − 4.90
    worked(
        "free shipping", FR, 1999, to=PARIS, by="standard", off=[FREE_SHIPPING], comes_to=(1999, 0, 0, 333, 1999)
    ),
    # 19.99 − 2.00 = 17.99; 17.99 − 14.99 = 3.00
    worked(
        "free shipping and ten percent", FR, 1999, to=PARIS, by="standard", off=[FREE_SHIPPING, off("10")],
        comes_to=(1999, 200, 0, 300, 1799),
    ),
    # 2 × 600 g = 1,200 g: 9.00; 20 − 16.67 = 3.33; 9.00 − 7.50 = 1.50
    worked(
        "by weight", FR, Thing(1000, 2, grams=600), to=PARIS, by="parcel", comes_to=(2000, 0, 900, 483, 2900)
    ),
    # 1,000 g are still in the first band: 5.00; 10 − 8.33 = 1.67; 5.00 − 4.17 = 0.83
    worked(
        "by weight, the edge", FR, Thing(1000, 1, grams=1000), to=PARIS, by="parcel", comes_to=(1000, 0, 500, 250, 1500)
    ),
    # 25.00 is above 20.00: 6.00; 25 − 20.83 = 4.17; 6 − 5 = 1.00
    worked("by value", FR, 2500, to=PARIS, by="courier", comes_to=(2500, 0, 600, 517, 3100)),
    # --- yen: no decimals -------------------------------------------------------------------------------------------
    # 1980 / 1.1 = 1800; 180
    worked("yen", JP, 1980, comes_to=(1980, 0, 0, 180, 1980)),
    # 1000 − 909 (909.09) = 91; 108 − 100 = 8
    worked("yen at two rates", JP, 1000, Thing(108, 1, REDUCED), comes_to=(1108, 0, 0, 99, 1108)),
    # 999 − 333 = 666; 666 − 605 (605.45) = 61
    worked("yen, three for two", JP, Thing(333, 3), off=[for_free(2, 1)], comes_to=(999, 333, 0, 61, 666)),
    # 100 / 3: 34, 33, 33; 466 − 424 (423.6) = 42; 467 − 425 (424.5…) = 42 twice
    worked("yen, spread", JP, 500, 500, 500, off=[less(100, "JPY")], comes_to=(1500, 100, 0, 126, 1400)),
    # --- dinars: three decimals -------------------------------------------------------------------------------------
    # 1.995 × 0.05 = 0.09975 → 0.100
    worked("dinars, net", KW_NET, 1995, comes_to=(1995, 0, 0, 100, 2095)),
    # 10.000 / 1.05 = 9.52381 → 9.524; 0.476
    worked("dinars", KW, 10000, comes_to=(10000, 0, 0, 476, 10000)),
    # 10 % of 0.105 = 0.0105 → 0.011; 0.094 × 0.05 = 0.0047 → 0.005
    worked("dinars, ten percent", KW_NET, 105, off=[off("10")], comes_to=(105, 11, 0, 5, 99)),
    # --- dollars: tax on top, by state ------------------------------------------------------------------------------
    # 19.99 × 0.08875 = 1.7741 → 1.77
    worked("New York", US, 1999, to=MANHATTAN, comes_to=(1999, 0, 0, 177, 2176)),
    # 1.77 + 5.00 × 0.08875 = 0.44375 → 0.44; 24.99 + 2.21
    worked("New York, sent", US, 1999, to=MANHATTAN, by="ground", comes_to=(1999, 0, 500, 221, 2720)),
    worked("Oregon has no sales tax", US, 1999, to=PORTLAND, comes_to=(1999, 0, 0, 0, 1999)),
    # 10.00 × 0.08875 = 0.8875 → 0.89; nothing on the 50.00
    worked("New York, exempt", US, 1000, Thing(5000, 1, EXEMPT), to=MANHATTAN, comes_to=(6000, 0, 0, 89, 6089)),
)  # fmt: skip
