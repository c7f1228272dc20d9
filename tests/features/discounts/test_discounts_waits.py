"""What a discount costs in time: one more wait where one is counted, none anywhere else."""

from collections.abc import Iterator

import pytest
from attrs import evolve

from commerce_core import Commerce, Settings, open_shop
from commerce_core.access.model import SYSTEM
from commerce_core.discounts.drafts import NewDiscount
from commerce_core.discounts.model import DiscountKind
from commerce_core.kernel.money import Money
from commerce_core.testing.builders import Builders
from commerce_core.testing.fake_gateway import FakeGateway
from tests.features.cart.test_cart_conflicts import waits


@pytest.fixture
def lonely(database_url: str, settings: Settings, gateway: FakeGateway) -> Iterator[Commerce]:
    """A shop with one connection."""
    with open_shop(database_url, settings=evolve(settings, threads=1), gateway=gateway) as opened:
        yield opened


def test_discounts_ride_with_the_cart_and_are_counted_in_one_wait(lonely: Commerce) -> None:
    make = Builders(lonely)
    variant = make.variant(price=2000, stock=99)

    def measured(code: str | None) -> tuple[int, int]:
        carts = [make.cart((variant, 1)).id for _ in range(2)]
        if code:
            for cart in carts:
                lonely.cart.apply_discount(cart, code)
        lonely.checkout.place_order(make.request(carts[0], "warm@example.com"))
        read = waits(lonely, lambda: lonely.cart.get(carts[1]))
        return read, waits(lonely, lambda: lonely.checkout.place_order(make.request(carts[1])))

    plain = measured(None)
    lonely.discounts.create(
        SYSTEM,
        NewDiscount(
            "Five", DiscountKind.FIXED, "FIVE", amount=Money(500, "EUR"), usage_limit=9, usage_limit_per_buyer=9
        ),
    )
    coded = measured("FIVE")
    assert coded == (plain[0], plain[1] + 1)
    assert plain[0] <= 2
