"""The API dies in the middle of a thousand adds; what it had promised is kept, and nothing else is held."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Event

import httpx

from commerce_core import open_shop
from commerce_core.access.model import SYSTEM
from commerce_core.testing.clock import Clock
from tests.journeys.conftest import RunningShop, until
from tests.journeys.test_purchase import import_catalogue

ADDS, BEFORE_THE_KILL = 1000, 300
HELD = "SELECT cart_id, variant_id, qty FROM inventory_reservations WHERE released_at IS NULL ORDER BY 1, 2"
LINES = "SELECT cart_id, variant_id, qty FROM cart_items ORDER BY 1, 2"


def test_a_kill_in_the_middle_of_a_thousand_adds_leaves_no_hold_without_a_line(
    running: RunningShop, http: httpx.Client, tmp_path: Path
) -> None:
    import_catalogue(running, tmp_path)
    product = http.get("/v1/store/products/blue-mug").json()
    variants = [variant["id"] for variant in product["variants"]]
    for sku in ("MUG-S", "MUG-L"):
        running.run("inventory", "receive", sku, "5000")
    carts = [http.post("/v1/store/cart", json={}).json()["id"] for _ in range(20)]
    answered: list[str] = []
    enough = Event()

    def add(turn: int) -> None:
        cart = carts[turn % len(carts)]
        item = {"variant_id": variants[turn % 2], "quantity": 1}
        try:
            answer = http.post(f"/v1/store/cart/{cart}/items", json=item)
        except httpx.TransportError:
            return
        assert answer.status_code == 201, answer.text
        answered.append(cart)
        if len(answered) == BEFORE_THE_KILL:
            enough.set()

    with ThreadPoolExecutor(16) as clients:
        adds = [clients.submit(add, turn) for turn in range(ADDS)]
        assert enough.wait(60)
        running.kill("api")
        for done in adds:
            done.result()
    gone = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    until(lambda: not running.rows(gone))

    assert BEFORE_THE_KILL <= len(answered) < ADDS
    [(added,)] = running.rows("SELECT sum(qty) FROM cart_items")
    assert len(answered) <= added <= len(answered) + 16, "an add was lost, or done twice"
    assert running.rows(HELD) == running.rows(LINES)
    assert running.run("inventory", "verify")

    with open_shop(running.database_url) as shop:
        Clock(shop).forward(timedelta(minutes=31))
        assert shop.inventory.release_expired() == len(running.rows(LINES))
        assert shop.inventory.verify(SYSTEM) == []
    assert running.rows(HELD) == []
    assert running.rows("SELECT DISTINCT reserved_qty FROM inventory_items") == [(0,)]
    running.start_api()
    assert {line["reserved_until"] for line in http.get(f"/v1/store/cart/{carts[0]}").json()["items"]} == {None}
