"""The benchmark of the stock measures what it says: a history that is proved, and one hot variant."""

from pathlib import Path

import psycopg

from benchmarks.ceiling import Ceiling
from benchmarks.shop import seed
from benchmarks.stock import age, proof_seconds

PRODUCTS = 4


def test_years_pass_and_the_stock_is_still_proved(database_url: str) -> None:
    seed(database_url, PRODUCTS)
    age(database_url, PRODUCTS, rows=400)
    with psycopg.connect(database_url) as connection:
        counted = connection.execute(
            "SELECT (SELECT count(*) FROM inventory_reservations WHERE released_at IS NOT NULL),"
            " (SELECT count(*) FROM inventory_movements),"
            " (SELECT count(*) FROM inventory_reservations r LEFT JOIN carts c ON c.id = r.cart_id WHERE c.id IS NULL),"
            " (SELECT count(DISTINCT variant_id) FROM inventory_reservations)"
        ).fetchone()
    assert counted == (400, 2 * PRODUCTS + 400, 0, 2 * PRODUCTS)
    assert proof_seconds(database_url) > 0


def test_everybody_wants_the_hot_variant(database_url: str, tmp_path: Path) -> None:
    seed(database_url, PRODUCTS)
    assert Ceiling(database_url, tmp_path, PRODUCTS).hot_cart(1) > 0
    with psycopg.connect(database_url) as connection:
        held = connection.execute(
            "SELECT count(DISTINCT variant_id), count(*) > 1 FROM inventory_reservations"
        ).fetchone()
    assert held == (1, True)
    assert proof_seconds(database_url) > 0
