"""The spec's story, over real processes: buy, pay, be told once, whatever dies on the way."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx

from commerce_core.gateways.stripe_signature import sign
from tests.journeys.conftest import SECRET, RunningShop, until

CSV = """Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Option1 Value,Variant SKU,\
Variant Inventory Tracker,Variant Inventory Qty,Variant Inventory Policy,Variant Price
blue-mug,Blue mug,<p>A mug.</p>,Us,Mugs,"cup, blue",true,Size,Small,MUG-S,shopify,10,deny,12.50
blue-mug,,,,,,,,Large,MUG-L,shopify,3,deny,15
"""
ADDRESS = {"name": "Camille", "line1": "12 rue des Lilas", "postal_code": "75011", "city": "Paris", "country": "FR"}


def import_catalogue(running: RunningShop, folder: Path) -> None:
    file = folder / "catalogue.csv"
    file.write_text(CSV, "utf-8")
    running.run("import", "products", str(file))


def place(http: httpx.Client, variant_id: str, quantity: int = 1) -> httpx.Response:
    cart = http.post("/v1/store/cart", json={}).json()
    held = http.post(f"/v1/store/cart/{cart['id']}/items", json={"variant_id": variant_id, "quantity": quantity})
    if held.status_code != 201:
        return held
    return http.post(
        "/v1/store/checkout",
        json={"cart_id": cart["id"], "email": "c@example.com", "shipping_address": ADDRESS,
              "shipping_option_id": "standard"},
        headers={"Idempotency-Key": cart["id"]},
    )  # fmt: skip


def pay(running: RunningShop, payment: dict) -> None:
    """As a browser does, at Stripe itself."""
    answer = httpx.post(
        f"{running.stripe.url}/v1/payment_intents/{payment['intent_id']}/confirm",
        data={"client_secret": payment["client_secret"], "payment_method": "pm_card_visa"},
        headers={"Authorization": "Bearer pk_test_journey"},
        timeout=10,
    )
    assert answer.json()["status"] == "succeeded", answer.text


def order_of(http: httpx.Client, placed: dict) -> dict:
    return http.get(
        f"/v1/store/orders/{placed['order']['id']}", headers={"X-Order-Token": placed["order_token"]}
    ).json()


def test_an_imported_product_is_bought_and_thanked_for_once_though_the_worker_was_killed(
    running: RunningShop, http: httpx.Client, tmp_path: Path
) -> None:
    import_catalogue(running, tmp_path)
    running.start_worker()
    product = http.get("/v1/store/products/blue-mug").json()
    variant = product["variants"][0]
    placed = place(http, variant["id"], 2).json()
    assert placed["order"]["total"] == {"amount": 2 * 1250 + 490, "currency": "EUR"}
    running.kill("worker")

    pay(running, placed["payment"])
    paid = until(lambda: (order := order_of(http, placed))["status"] == "PAID" and order)
    assert paid["total"] == paid["payments"][0]["amount"]
    assert not list((tmp_path / "mail").glob("*.eml"))

    [event] = running.rows("SELECT event_id, payload::text FROM webhook_events WHERE type = 'payment_intent.succeeded'")
    again = json.dumps(json.loads(event[1])).encode()
    for _ in range(3):
        signature = {"Stripe-Signature": sign(again, SECRET, int(time.time())), "Content-Type": "application/json"}
        assert http.post("/v1/webhooks/stripe", content=again, headers=signature).status_code == 200
    assert running.rows("SELECT status FROM payments") == [("succeeded",)]
    assert running.rows("SELECT qty FROM inventory_movements WHERE type = 'sale'") == [(-2,)]

    running.start_worker()
    until(lambda: running.rows("SELECT 1 FROM email_outbox WHERE status = 'sent'"))
    running.kill("worker")
    running.start_worker()
    until(lambda: not running.rows("SELECT 1 FROM outbox_events WHERE status = 'pending'"))
    [mail] = (tmp_path / "mail").glob("*.eml")
    assert f"{placed['order']['number']}" in mail.read_text("utf-8")
    assert http.get("/v1/store/products/blue-mug").json()["variants"][0]["available"] == 8
    assert running.run("inventory", "verify")


def test_two_hundred_clients_share_ten_units(running: RunningShop, http: httpx.Client, tmp_path: Path) -> None:
    import_catalogue(running, tmp_path)
    variant = http.get("/v1/store/products/blue-mug").json()["variants"][0]["id"]
    with ThreadPoolExecutor(32) as clients:
        answers = list(clients.map(lambda _: place(http, variant), range(200)))
    assert sorted({answer.status_code for answer in answers}) == [201, 409]
    assert sum(answer.status_code == 201 for answer in answers) == 10
    refused = [answer.json() for answer in answers if answer.status_code == 409]
    assert {(problem["code"], problem["wanted"], problem["available"]) for problem in refused} == {
        ("out-of-stock", 1, 0)
    }
    assert running.rows("SELECT count(*) FROM orders") == [(10,)]
    assert running.rows(
        "SELECT available_qty, reserved_qty FROM inventory_items ORDER BY reserved_qty DESC LIMIT 1"
    ) == [(0, 10)]
