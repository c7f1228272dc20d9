"""The clock of tests is everybody's clock."""

from datetime import timedelta

from commerce_core import Commerce
from commerce_core.testing.clock import Clock


def test_a_connection_that_was_open_before_sees_the_new_time(shop: Commerce, clock: Clock) -> None:
    shop.database.pool.open()
    with shop.database.pool.connection() as before:
        for _ in range(3):
            clock.forward(timedelta(days=1))
            with shop.database.pool.connection() as after:
                assert before.execute("SELECT shop_now()").fetchone() == (clock.now,)
                assert after.execute("SELECT shop_now()").fetchone() == (clock.now,)
