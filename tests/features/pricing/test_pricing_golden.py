"""Worked orders come to what a person worked out."""

import pytest

from commerce_core.pricing.price import price
from commerce_core.pricing.taxation import TableTaxes
from tests.features.pricing.golden import GOLDEN, Worked


@pytest.mark.parametrize("order", GOLDEN, ids=[order.name for order in GOLDEN])
def test_a_worked_order_is_right_to_the_cent(order: Worked) -> None:
    totals = price(order.basket, order.rules, TableTaxes())
    parts = totals.subtotal, totals.discount_total, totals.shipping_total, totals.tax_total, totals.total
    assert tuple(part.amount for part in parts) == order.comes_to


def test_there_are_enough_of_them_and_none_twice() -> None:
    assert len({order.name for order in GOLDEN}) == len(GOLDEN) >= 40
