"""The spec's story, over real processes: buy, pay, be told once, whatever dies on the way."""

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import httpx

from commerce_core.emails.model import MAIL_RETRY
from commerce_core.gateways.stripe_signature import sign
from tests.journeys.conftest import CLIENTS, SECRET, RunningShop, until

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
    assert running.mail.delivered == []

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
    # What the dead worker had claimed is free again when its lease is over.
    until(lambda: not running.rows("SELECT 1 FROM outbox_events WHERE status = 'pending'"), within=60)
    [mail] = running.mail.messages()
    assert (mail["To"], f"{placed['order']['number']}" in mail["Subject"]) == ("c@example.com", True)
    assert http.get("/v1/store/products/blue-mug").json()["variants"][0]["available"] == 8
    assert running.run("inventory", "verify")


def test_a_worker_killed_between_sending_a_mail_and_marking_it_repeats_that_mail_once_and_no_other(
    running: RunningShop, http: httpx.Client, tmp_path: Path
) -> None:
    """The one window that no database can close: the mail server has the mail, and nobody has written that down yet."""
    import_catalogue(running, tmp_path)
    product = http.get("/v1/store/products/blue-mug").json()
    running.mail.answering.clear()
    running.start_worker()
    pay(running, place(http, product["variants"][0]["id"]).json()["payment"])
    until(lambda: running.mail.delivered)
    running.kill("worker")
    running.mail.answering.set()
    assert running.rows("SELECT status, attempts FROM email_outbox") == [("queued", 1)]

    running.start_worker()
    pay(running, place(http, product["variants"][1]["id"]).json()["payment"])
    until(lambda: running.rows("SELECT 1 FROM email_outbox WHERE status = 'sent'"))
    assert len(running.mail.delivered) == 2  # The mail of the second order; the first is still leased to the dead.
    running.kill("worker")

    running.pass_time(MAIL_RETRY.lease + timedelta(seconds=1))
    for _ in range(2):
        running.start_worker()
        until(lambda: not running.rows("SELECT 1 FROM email_outbox WHERE status = 'queued'"))
        running.kill("worker")
    first, second, again = running.mail.messages()
    assert again["Message-ID"] == first["Message-ID"] != second["Message-ID"]
    assert running.rows("SELECT status, attempts FROM email_outbox ORDER BY id") == [("sent", 2), ("sent", 1)]


def test_two_hundred_clients_share_ten_units(running: RunningShop, http: httpx.Client, tmp_path: Path) -> None:
    import_catalogue(running, tmp_path)
    variant = http.get("/v1/store/products/blue-mug").json()["variants"][0]["id"]
    everybody = threading.Barrier(CLIENTS)

    def buy(_client: int) -> httpx.Response:
        everybody.wait(60)
        return place(http, variant)

    with ThreadPoolExecutor(CLIENTS) as clients:
        answers = list(clients.map(buy, range(CLIENTS)))
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
