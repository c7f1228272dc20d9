"""What a front end may get wrong about a cart, and what it is told about carts that have changed or moved."""

from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from falcon.testing import Result, TestClient

from commerce_core import Commerce
from commerce_core.access.model import Actor, ActorKind
from commerce_core.cart.service import NewCart
from commerce_core.testing.builders import Builders
from commerce_core.testing.fake_gateway import FakeGateway
from tests.http.test_store_cart_and_checkout import checkout, new_cart, post

QUANTITIES = ["-1", "0", "1.5", '"2"', "true", str(2**31), str(2**63), "NaN", "Infinity", "null", "[]", "1e2", "10001"]
TABLES = ("carts", "cart_items", "cart_events", "inventory_reservations", "inventory_items", "orders")
JSON = {"Content-Type": "application/json"}


def everything(database_url: str) -> list[list[tuple[Any, ...]]]:
    """Every row that a cart may touch."""
    with psycopg.connect(database_url) as connection:
        return [connection.execute(f"SELECT t::text FROM {table} AS t ORDER BY 1").fetchall() for table in TABLES]


def do(database_url: str, statement: str, *parameters: object) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute(statement, parameters)


def refused(answer: Result) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, answer.json["code"]


@pytest.mark.parametrize("quantity", QUANTITIES)
def test_a_quantity_that_is_none_is_refused_everywhere_and_changes_nothing(
    client: TestClient, make: Builders, database_url: str, quantity: str
) -> None:
    variant = make.variant(stock=5)
    cart = new_cart(client, (variant, 1))
    path = f"/v1/store/cart/{cart['id']}/items"
    item = f'{{"variant_id": "{variant}", "quantity": {quantity}}}'
    before = everything(database_url)
    for method, address, body in (
        ("POST", path, item),
        ("PATCH", f"{path}/{cart['items'][0]['id']}", f'{{"quantity": {quantity}}}'),
        ("POST", "/v1/store/cart", f'{{"items": [{item}]}}'),
    ):
        answer = client.simulate_request(method, address, body=body, headers=JSON)
        assert 400 <= refused(answer)[0] < 500
        assert everything(database_url) == before


def test_a_variant_that_is_not_for_sale_is_refused_and_changes_nothing(
    client: TestClient, make: Builders, database_url: str
) -> None:
    cart = new_cart(client)
    draft, archived = make.variant(title="Draft"), make.variant(title="Archived")
    do(database_url, "UPDATE products SET status = upper(title)")
    before = everything(database_url)
    for variant in (draft, archived, uuid4()):
        item = {"variant_id": str(variant), "quantity": 1}
        for path, body in ((f"/v1/store/cart/{cart['id']}/items", item), ("/v1/store/cart", {"items": [item]})):
            assert refused(post(client, path, body)) == (404, "variant-not-found")
    assert everything(database_url) == before


def test_another_carts_item_is_not_there_and_stays(client: TestClient, make: Builders, database_url: str) -> None:
    variant = make.variant(stock=9)
    mine, other = new_cart(client, (variant, 1)), new_cart(client, (variant, 1))
    path = f"/v1/store/cart/{mine['id']}/items/{other['items'][0]['id']}"
    before = everything(database_url)
    assert refused(client.simulate_patch(path, json={"quantity": 2})) == (404, "item-not-found")
    assert refused(client.simulate_delete(path)) == (404, "item-not-found")
    assert everything(database_url) == before


def test_a_cart_whose_order_was_paid_can_no_longer_be_changed(
    client: TestClient, make: Builders, gateway: FakeGateway, database_url: str
) -> None:
    variant = make.variant(stock=9)
    cart = new_cart(client, (variant, 1))
    path = f"/v1/store/cart/{cart['id']}"
    item = f"{path}/items/{cart['items'][0]['id']}"
    placed = checkout(client, cart["id"], "k").json
    gateway.pay(placed["payment"]["intent_id"])
    opened = {"order_id": placed["order"]["id"], "order_token": placed["order_token"]}
    assert post(client, "/v1/store/checkout/confirm", opened).json["order"]["status"] == "PAID"
    before = everything(database_url)
    for answer in (
        post(client, f"{path}/items", {"variant_id": str(variant), "quantity": 1}),
        client.simulate_patch(item, json={"quantity": 2}),
        client.simulate_delete(item),
        client.simulate_patch(path, json={"notes": "late"}),
        checkout(client, cart["id"], "other", email="other@example.com"),
    ):
        assert refused(answer) == (409, "cart-not-open")
    assert everything(database_url) == before


def test_if_match_refuses_a_change_of_what_has_changed_and_tells_the_version(
    client: TestClient, make: Builders, database_url: str
) -> None:
    variant = make.variant(stock=9)
    created = post(client, "/v1/store/cart", {"items": [{"variant_id": str(variant), "quantity": 1}]})
    path = f"/v1/store/cart/{created.json['id']}"
    item = f"{path}/items/{created.json['items'][0]['id']}"
    assert created.headers["etag"] == '"1"'
    changed = client.simulate_patch(item, json={"quantity": 2}, headers={"If-Match": '"1"'})
    assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')
    before = everything(database_url)
    for tag in ('"1"', "nonsense", 'W/"2"'):
        for answer in (
            client.simulate_patch(path, json={"notes": "x"}, headers={"If-Match": tag}),
            client.simulate_patch(item, json={"quantity": 3}, headers={"If-Match": tag}),
            client.simulate_delete(item, headers={"If-Match": tag}),
            post(client, f"{path}/items", {"variant_id": str(variant), "quantity": 1}, **{"If-Match": tag}),
        ):
            assert refused(answer) == (412, "cart-changed")
            assert answer.json["version"] == 2
    assert everything(database_url) == before
    assert client.simulate_get(path).headers["etag"] == '"2"'
    assert client.simulate_delete(item, headers={"If-Match": '"2"'}).headers["etag"] == '"3"'


def test_a_merged_cart_is_410_and_a_customers_cart_is_404_for_whoever_is_not_them(
    client: TestClient, shop: Commerce, make: Builders, database_url: str
) -> None:
    customer = Actor(ActorKind.CUSTOMER, uuid4(), "Camille")
    do(
        database_url,
        "INSERT INTO customers (id, email, email_key, locale, search_text) VALUES (%s, 'c@e.com', 'c@e.com', 'fr', '')",
        customer.id,
    )
    own = shop.cart.create(NewCart(), shopper=customer)
    guest = new_cart(client, (make.variant(), 1))
    shop.cart.merge(customer, UUID(guest["id"]))
    before = everything(database_url)
    for cart_id, said in ((guest["id"], (410, "cart-merged")), (str(own.id), (404, "cart-not-found"))):
        path = f"/v1/store/cart/{cart_id}"
        for answer in (
            client.simulate_get(path),
            client.simulate_patch(path, json={"notes": "x"}),
            client.simulate_get(f"{path}/shipping-options"),
            checkout(client, cart_id, "k"),
        ):
            assert refused(answer) == said
    assert client.simulate_get(f"/v1/store/cart/{guest['id']}").json["merged_into_id"] == str(own.id)
    assert everything(database_url) == before


@pytest.mark.parametrize(
    ("patch", "pointer"),
    [
        ({"email": ""}, "/email"),
        ({"shipping_option_id": ""}, "/shipping_option_id"),
        ({"locale": ""}, "/locale"),
        ({"notes": None}, "/notes"),
        ({"attributes": {"gift": 1}}, "/attributes/gift"),
        ({"attributes": None}, "/attributes"),
    ],
)
def test_a_patch_that_says_nothing_usable_is_refused_and_changes_nothing(
    client: TestClient, database_url: str, patch: dict[str, Any], pointer: str
) -> None:
    path = f"/v1/store/cart/{new_cart(client)['id']}"
    before = everything(database_url)
    answer = client.simulate_patch(path, json=patch)
    assert refused(answer) == (422, "invalid-input")
    assert [error["pointer"] for error in answer.json["errors"]] == [pointer]
    assert everything(database_url) == before


def test_a_merge_patch_takes_away_what_is_null_and_leaves_what_it_does_not_name(client: TestClient) -> None:
    path = f"/v1/store/cart/{new_cart(client)['id']}"
    client.simulate_patch(path, json={"email": "a@example.com", "attributes": {"gift": "yes", "ribbon": "red"}})
    changed = client.simulate_patch(path, json={"email": None, "attributes": {"gift": None, "card": "blue"}}).json
    assert (changed["email"], changed["attributes"]) == (None, {"ribbon": "red", "card": "blue"})
    assert client.simulate_get(path).json == changed


def test_a_line_says_why_it_cannot_be_bought(client: TestClient, make: Builders, database_url: str) -> None:
    cart = new_cart(client, (make.variant(stock=5, title="Old mug"), 1), (make.variant(stock=5), 1))
    do(database_url, "UPDATE products SET status = 'ARCHIVED' WHERE title = 'Old mug'")
    path = f"/v1/store/cart/{cart['id']}"
    shown = [(line["available"], line["unavailable_reason"]) for line in client.simulate_get(path).json["items"]]
    assert shown == [(0, "not-for-sale"), (5, None)]
    answer = client.simulate_patch(f"{path}/items/{cart['items'][0]['id']}", json={"quantity": 2})
    assert refused(answer) == (409, "items-unavailable")
    assert answer.json["titles"] == ["Old mug"]
    placed = checkout(client, cart["id"], "k")
    assert refused(placed) == (409, "items-unavailable")
    assert placed.json["variant_ids"] == [cart["items"][0]["variant_id"]]


def test_a_cart_that_would_hold_too_much_is_told_the_limit(client: TestClient, make: Builders) -> None:
    cart = new_cart(client)
    item = {"variant_id": str(make.variant(stock=900)), "quantity": 501}
    answer = post(client, f"/v1/store/cart/{cart['id']}/items", item)
    assert refused(answer) == (409, "cart-holds-too-much")
    assert (answer.json["wanted"], answer.json["limit"]) == (501, 500)
