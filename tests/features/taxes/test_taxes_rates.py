"""Tax rates: one at most for a place, a class and a day, and nothing wrong is ever written."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commerce_core.access.errors import PermissionDenied
from commerce_core.access.model import GUEST, SYSTEM
from commerce_core.kernel.errors import InvalidInput
from commerce_core.kernel.page import PageRequest
from commerce_core.kernel.tax_class import TaxClass
from commerce_core.taxes.drafts import NewTaxRate, TaxRateChanges
from commerce_core.taxes.errors import TaxRateNotFound, TaxRateVersionStale
from commerce_core.taxes.eu import eu_rates
from commerce_core.taxes.model import EU_COUNTRIES, TaxRate, TaxTable
from commerce_core.taxes.views import TaxRateQuery
from commerce_core.wiring import Commerce

STANDARD, REDUCED = TaxClass.STANDARD, TaxClass.REDUCED
EVERY = TaxRateQuery(page=PageRequest(per_page=100))


def new(rate: str = "20", first: str = "2026-01-01", last: str | None = None, **others: Any) -> NewTaxRate:
    return NewTaxRate(
        others.pop("country", "FR"),
        others.pop("tax_class", STANDARD),
        Decimal(rate),
        date.fromisoformat(first),
        date.fromisoformat(last) if last else None,
        **others,
    )


def rates(shop: Commerce) -> list[TaxRate]:
    return list(shop.taxes.list_rates(SYSTEM, EVERY).items)


def state(shop: Commerce) -> tuple[list[TaxRate], int, int]:
    """Everything a refused change may not have touched."""
    with shop.database.read() as session:
        row = session.connection.execute(
            "SELECT revision, (SELECT count(*) FROM audit_logs) FROM pricing_revision"
        ).fetchone()
    assert row is not None
    return rates(shop), row[0], row[1]


def test_a_rate_is_kept_as_it_was_said(shop: Commerce) -> None:
    made = shop.taxes.create(SYSTEM, new("8.875", last="2026-12-31", country="US", region="NY", source="tax.ny.gov"))

    assert shop.taxes.find(SYSTEM, made.id) == made
    assert (made.title, str(made.rate), made.version) == ("VAT US", "8.875", 1)
    assert str(shop.taxes.create(SYSTEM, new("20")).rate) == "20.00"


def test_a_rate_counts_in_every_process_from_the_next_total_on(shop: Commerce) -> None:
    before = state(shop)[1]
    made = shop.taxes.create(SYSTEM, new())
    shop.taxes.change(SYSTEM, made.id, TaxRateChanges(rate=Decimal(21)))
    shop.taxes.delete(SYSTEM, made.id)

    assert state(shop) == ([], before + 3, 3)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("2026-06-30", None), ("2026-01-01", None), ("2025-01-01", "2026-01-01"), ("2025-01-01", None),
        ("2026-02-01", "2026-02-01"), ("2026-06-30", "2026-06-30"),
    ],
)  # fmt: skip
def test_two_rates_of_one_place_and_class_never_share_a_day(shop: Commerce, first: str, last: str | None) -> None:
    shop.taxes.create(SYSTEM, new(last="2026-06-30", region="Île-de-France"))
    before = state(shop)

    with pytest.raises(InvalidInput) as refused:
        shop.taxes.create(SYSTEM, new("5", first, last, region="île de france"))

    assert [(error.pointer, error.code) for error in refused.value.errors] == [("/valid_from", "overlapping-rate")]
    assert state(shop) == before


def test_rates_that_share_no_day_place_or_class_stand_beside_each_other(shop: Commerce) -> None:
    beside = [
        new(last="2026-06-30"), new("21", "2026-07-01"), new("19", "2025-01-01", "2025-12-31"),
        new(region="Corse"), new("5.5", tax_class=REDUCED), new(country="DE"),
    ]  # fmt: skip
    made = [shop.taxes.create(SYSTEM, rate) for rate in beside]

    assert {rate.id for rate in rates(shop)} == {rate.id for rate in made}


def test_a_change_may_not_make_two_rates_overlap(shop: Commerce) -> None:
    first = shop.taxes.create(SYSTEM, new(last="2026-06-30"))
    second = shop.taxes.create(SYSTEM, new("21", "2026-07-01"))
    before = state(shop)

    for rate, changes in (
        (first, TaxRateChanges(valid_to=None)),
        (first, TaxRateChanges(valid_to=date(2026, 7, 1))),
        (second, TaxRateChanges(valid_from=date(2026, 6, 30))),
    ):
        with pytest.raises(InvalidInput) as refused:
            shop.taxes.change(SYSTEM, rate.id, changes)
        assert refused.value.errors[0].code == "overlapping-rate"
    assert state(shop) == before


def test_of_two_rates_added_at_once_for_the_same_days_one_is_refused(shop: Commerce) -> None:
    def create(rate: int) -> bool:
        try:
            shop.taxes.create(SYSTEM, new(str(rate)))
        except InvalidInput:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        done = list(threads.map(create, range(1, 17)))

    assert done.count(True) == 1
    assert len(rates(shop)) == 1


def test_a_rate_takes_over_from_the_one_before_it(shop: Commerce) -> None:
    old = shop.taxes.create(SYSTEM, new("19", "2017-01-01", country="RO"))
    later = shop.taxes.begin_rate(SYSTEM, new("21", "2025-08-01", country="RO"))
    corrected = shop.taxes.begin_rate(SYSTEM, new("22", "2025-08-01", country="RO"))

    assert shop.taxes.find(SYSTEM, old.id).valid_to == date(2025, 7, 31)
    assert (corrected.id, corrected.version, str(corrected.rate)) == (later.id, 2, "22.00")
    table = TaxTable(tuple(rates(shop)))
    found = [table.rate_for("RO", None, STANDARD, day) for day in (date(2025, 7, 31), date(2025, 8, 1))]
    assert [str(rate.rate) for rate in found if rate] == ["19.00", "22.00"]


def test_a_rate_does_not_take_over_from_one_that_begins_later(shop: Commerce) -> None:
    shop.taxes.create(SYSTEM, new("21", "2027-01-01"))
    before = state(shop)
    with pytest.raises(InvalidInput):
        shop.taxes.begin_rate(SYSTEM, new("20", "2026-01-01"))

    assert state(shop) == before
    shop.taxes.begin_rate(SYSTEM, new("20", "2026-01-01", "2026-12-31"))


WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"country": "XX"}, "/country", "invalid-country"),
    ({"country": "EU"}, "/country", "invalid-country"),
    ({"rate": "100.01"}, "/rate", "out-of-range"),
    ({"rate": "-1"}, "/rate", "out-of-range"),
    ({"rate": "NaN"}, "/rate", "out-of-range"),
    ({"rate": "Infinity"}, "/rate", "out-of-range"),
    ({"rate": "1.00001"}, "/rate", "too-long"),
    ({"last": "2025-12-31"}, "/valid_to", "ends-before-start"),
    ({"tax_class": TaxClass.EXEMPT, "rate": "0"}, "/tax_class", "contradiction"),
    ({"tax_class": TaxClass.ZERO, "rate": "1"}, "/rate", "contradiction"),
    ({"title": ""}, "/title", "too-short"),
    ({"region": " "}, "/region", "too-short"),
    ({"source": "x" * 501}, "/source", "too-long"),
]


@pytest.mark.parametrize(("said", "pointer", "code"), WRONG)
def test_a_rate_that_cannot_be_is_refused_where_it_is_wrong(said: dict[str, Any], pointer: str, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        new(**said)

    assert [(error.pointer, error.code) for error in refused.value.errors] == [(pointer, code)]


def test_a_change_is_checked_together_with_what_stays(shop: Commerce) -> None:
    made = shop.taxes.create(SYSTEM, new(last="2026-06-30"))
    before = state(shop)
    with pytest.raises(InvalidInput) as refused:
        shop.taxes.change(SYSTEM, made.id, TaxRateChanges(valid_from=date(2026, 7, 1)))

    assert refused.value.errors[0].code == "ends-before-start"
    assert state(shop) == before


def test_nobody_changes_a_rate_they_have_not_seen_or_may_not(shop: Commerce) -> None:
    made = shop.taxes.create(SYSTEM, new())
    before = state(shop)

    with pytest.raises(TaxRateVersionStale):
        shop.taxes.change(SYSTEM, made.id, TaxRateChanges(rate=Decimal(1)), 2)
    with pytest.raises(TaxRateVersionStale):
        shop.taxes.delete(SYSTEM, made.id, 2)
    for missing in (uuid4(),):
        with pytest.raises(TaxRateNotFound):
            shop.taxes.delete(SYSTEM, missing)
    for forbidden in (
        lambda: shop.taxes.create(GUEST, new(country="DE")),
        lambda: shop.taxes.begin_rate(GUEST, new(country="DE")),
        lambda: shop.taxes.change(GUEST, made.id, TaxRateChanges(rate=Decimal(1))),
        lambda: shop.taxes.delete(GUEST, made.id),
        lambda: shop.taxes.load_eu(GUEST),
        lambda: shop.taxes.find(GUEST, made.id),
        lambda: shop.taxes.list_rates(GUEST, EVERY),
    ):
        with pytest.raises(PermissionDenied):
            forbidden()
    assert state(shop) == before


def test_the_table_of_the_union_has_one_standard_rate_for_each_member_with_its_source() -> None:
    table = eu_rates()
    standard = [row for row in table if row.tax_class is STANDARD]

    assert {row.country for row in standard} == EU_COUNTRIES
    assert len(standard) == 27
    # Directive 2006/112/EC: standard rates are 15 % or more, reduced ones 5 % or more.
    assert all(row.rate >= (15 if row.tax_class is STANDARD else 5) for row in table)
    assert all("check before use" in row.source and row.valid_to is None for row in table)
    # The Union's average, as published for January 2026.
    assert round(sum((row.rate for row in standard), Decimal(0)) / 27, 1) == Decimal("21.9")


def test_loading_the_table_leaves_what_the_shop_has_and_changes_nothing_the_second_time(shop: Commerce) -> None:
    own = shop.taxes.create(SYSTEM, new("19.6", "2000-01-01", "2013-12-31"))

    first = shop.taxes.load_eu(SYSTEM)
    second = shop.taxes.load_eu(SYSTEM)

    assert (first.added, first.kept) == (len(eu_rates()) - 1, 1)
    assert (second.added, second.kept) == (0, len(eu_rates()))
    assert [rate for rate in rates(shop) if rate.country == "FR"] == [own]


def test_rates_are_listed_by_country_and_day(shop: Commerce) -> None:
    shop.taxes.create(SYSTEM, new("19", last="2026-06-30"))
    shop.taxes.create(SYSTEM, new("20", "2026-07-01"))
    shop.taxes.create(SYSTEM, new("5", country="DE"))

    def listed(country: str | None, on: date | None) -> list[tuple[str, str]]:
        page = shop.taxes.list_rates(SYSTEM, TaxRateQuery(country, on))
        assert page.total == len(page.items)
        return [(rate.country, str(rate.rate)) for rate in page.items]

    assert listed(None, None) == [("DE", "5.00"), ("FR", "20.00"), ("FR", "19.00")]
    assert listed("FR", date(2026, 6, 30)) == [("FR", "19.00")]
    assert listed("FR", date(2025, 1, 1)) == []


DAYS = st.dates(date(2026, 1, 1), date(2026, 2, 28))


@settings(max_examples=200, deadline=None)
@given(DAYS, st.none() | st.integers(0, 40), DAYS, st.none() | st.integers(0, 40))
def test_two_rates_overlap_exactly_when_both_count_on_some_day(
    first: date, length: int | None, other: date, other_length: int | None
) -> None:
    def rate(begin: date, days: int | None) -> TaxRate:
        last = None if days is None else begin + timedelta(days=days)
        return NewTaxRate("FR", STANDARD, Decimal(1), begin, last).of(uuid4())

    one, two = rate(first, length), rate(other, other_length)
    days = (date(2026, 1, 1) + timedelta(days=n) for n in range(150))
    assert one.overlaps(two) == two.overlaps(one) == any(one.counts_on(day) and two.counts_on(day) for day in days)
