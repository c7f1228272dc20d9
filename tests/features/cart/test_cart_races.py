"""Many buyers, few units: what is granted is exactly what there is, and nobody sees how close it was."""

import random
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from attrs import evolve
from falcon.testing import TestClient

from adapters_http.app import create_app
from commerce_core import Commerce, Settings, open_shop
from commerce_core.access.model import SYSTEM
from commerce_core.cart.service import NewCart, NewItem
from commerce_core.inventory.errors import OutOfStock
from commerce_core.testing.builders import Builders
from commerce_core.testing.fake_gateway import FakeGateway
from tests.rows import Rows

CLIENTS = 50


@pytest.fixture
def shop(database_url: str, settings: Settings, gateway: FakeGateway) -> Iterator[Commerce]:
    """A shop whose database is asked by many at once."""
    with open_shop(database_url, settings=evolve(settings, threads=CLIENTS), gateway=gateway) as opened:
        pool = opened.database.pool  # As many connections as clients, and made before: a server has as many as threads.
        pool.open()
        pool.resize(CLIENTS, CLIENTS)
        pool.wait(timeout=60)
        yield opened


@pytest.fixture
def make(shop: Commerce) -> Builders:
    return Builders(shop)


def counters(shop: Commerce, variant: UUID) -> tuple[int, int]:
    stock = shop.inventory.stock(SYSTEM, variant)
    return stock.reserved, stock.available


@pytest.mark.parametrize("repetitions", [3, pytest.param(50, marks=[pytest.mark.long, pytest.mark.timeout(900)])])
def test_of_two_hundred_clients_ten_get_the_ten_units_and_the_others_hear_numbers(
    shop: Commerce, make: Builders, repetitions: int
) -> None:
    client = TestClient(create_app(shop))
    with ThreadPoolExecutor(CLIENTS) as clients:
        for _ in range(repetitions):
            variant = make.variant(stock=10)
            body = {"items": [{"variant_id": str(variant), "quantity": 1}]}
            answers = list(
                clients.map(lambda _, body=body: client.simulate_post("/v1/store/cart", json=body), range(200))
            )
            assert Counter(answer.status_code for answer in answers) == {201: 10, 409: 190}
            refusals = [answer.json for answer in answers if answer.status_code == 409]
            assert {(no["code"], no["variant_id"], no["wanted"], no["available"]) for no in refusals} == {
                ("out-of-stock", str(variant), 1, 0)
            }
            assert counters(shop, variant) == (10, 0)
    assert shop.inventory.verify(SYSTEM) == []


def test_five_hundred_carts_are_granted_what_the_counters_and_the_ledger_say(
    shop: Commerce, make: Builders, rows: Rows
) -> None:
    variants = [make.variant(stock=500) for _ in range(4)]
    chance = random.Random(4)
    orders = [[(v, chance.randint(1, 4)) for v in chance.sample(variants, 4)] for _ in range(500)]

    def fill(wanted: list[tuple[UUID, int]]) -> Counter[UUID]:
        granted: Counter[UUID] = Counter()
        cart = shop.cart.create(NewCart())
        for variant, quantity in wanted:
            try:
                shop.cart.add_item(cart.id, NewItem(variant, quantity))
            except OutOfStock:
                continue
            granted[variant] += quantity
        return granted

    with ThreadPoolExecutor(24) as buyers:
        granted = sum(buyers.map(fill, orders), Counter())
    assert {variant: counters(shop, variant) for variant in variants} == {
        variant: (granted[variant], 500 - granted[variant]) for variant in variants
    }
    assert sum(granted.values()) > 1980, "hardly anything was contended"
    kept = rows("SELECT variant_id, sum(qty)::integer FROM cart_items GROUP BY variant_id")
    assert dict(kept) == granted
    assert shop.inventory.verify(SYSTEM) == []


@pytest.mark.parametrize("repetitions", [1, pytest.param(10, marks=[pytest.mark.long, pytest.mark.timeout(600)])])
def test_a_hundred_threads_with_the_same_variants_in_both_orders_never_deadlock(
    shop: Commerce, make: Builders, rows: Rows, repetitions: int
) -> None:
    one, other = make.variant(stock=10_000), make.variant(stock=10_000)
    carts = [make.cart() for _ in range(100)]

    def add(turn: int) -> None:
        both = [(one, 1), (other, 1)] if turn % 2 else [(other, 1), (one, 1)]
        make.cart(*both)
        for variant, quantity in both:
            shop.cart.add_item(carts[turn].id, NewItem(variant, quantity))

    with ThreadPoolExecutor(100) as threads:
        for _ in range(repetitions):
            list(threads.map(add, range(100)))
    assert counters(shop, one) == counters(shop, other) == (200 * repetitions, 10_000 - 200 * repetitions)
    assert rows("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()") == [(0,)]


def test_fifty_clicks_on_an_empty_cart_make_one_line_of_fifty_and_fifty_versions(
    shop: Commerce, make: Builders
) -> None:
    variant = make.variant(stock=60)
    cart = make.cart()
    with ThreadPoolExecutor(50) as clicks:
        list(clicks.map(lambda _: shop.cart.add_item(cart.id, NewItem(variant, 1)), range(50)))
    after = shop.cart.get(cart.id)
    assert [line.quantity for line in after.items] == [50]
    assert after.version == cart.version + 50
    assert counters(shop, variant) == (50, 10)


def test_adds_removes_and_checkouts_of_one_cart_at_once_leave_it_whole(
    shop: Commerce, make: Builders, rows: Rows
) -> None:
    variant, other = make.variant(stock=100), make.variant(stock=100)
    cart = make.cart((variant, 1), (other, 1))
    line = cart.items[1].id

    def act(turn: int) -> str:
        try:
            match turn % 3:
                case 0:
                    shop.cart.add_item(cart.id, NewItem(variant, 1))
                case 1:
                    shop.cart.remove_item(cart.id, line)
                case _ if turn > 20:
                    shop.checkout.place_order(make.request(cart.id))
        except Exception as refused:  # noqa: BLE001 - asserted below
            return type(refused).__name__
        return "done"

    with ThreadPoolExecutor(24) as threads:
        said = set(threads.map(act, range(60)))
    assert said <= {"done", "ItemNotFound", "CartNotOpen"}
    lines = rows("SELECT variant_id, qty FROM cart_items ORDER BY 1")
    assert rows("SELECT variant_id, qty FROM inventory_reservations WHERE released_at IS NULL ORDER BY 1") == lines
    [(live,)] = rows("SELECT count(*) FROM orders WHERE status = 'PENDING_PAYMENT'")
    assert rows("SELECT status FROM carts") == [("CONVERTED" if live else "ACTIVE",)]
    assert live <= 1
    assert shop.inventory.verify(SYSTEM) == []
