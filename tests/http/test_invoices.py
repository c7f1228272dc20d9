"""Invoices over HTTP, for operators and for the buyer who has the order's token."""

import csv
import io
from uuid import UUID

import pytest
from attrs import frozen
from falcon.testing import TestClient

from commerce_core.access.model import SYSTEM, Origin, Role
from commerce_core.checkout.views import CheckoutView
from commerce_core.kernel.money import Money
from commerce_core.merchant.model import MerchantChanges, Premises
from commerce_core.orders.model import OrderId
from commerce_core.payments.drafts import NewRefund
from commerce_core.testing.builders import Builders
from commerce_core.testing.fake_gateway import FakeGateway
from commerce_core.wiring import Commerce

PASSWORD = "correct horse battery"


@pytest.fixture
def headers(shop: Commerce) -> dict[str, str]:
    shop.staff.create(SYSTEM, "kim@example.com", "Kim", Role.SUPPORT, PASSWORD)
    token = shop.staff.log_in("kim@example.com", PASSWORD, Origin()).access_token
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture
def paid(shop: Commerce, make: Builders, gateway: FakeGateway) -> CheckoutView:
    done = shop.checkout.check_out(make.request(make.cart((make.variant(), 2)).id))
    assert done.payment
    gateway.pay(str(done.payment.intent_id))
    shop.checkout.confirm(done.order.id, done.order_token)
    return done


@frozen
class Addresses:
    order: str
    pdf: str


@pytest.fixture
def at(paid: CheckoutView) -> Addresses:
    return Addresses(f"/v1/admin/orders/{paid.order.id}/invoices", f"/v1/store/orders/{paid.order.id}/invoice.pdf")


@pytest.fixture
def seller(shop: Commerce) -> None:
    premises = Premises("12 rue des Lilas", "Paris", postal_code="75011")
    shop.merchant.change(SYSTEM, MerchantChanges(address=premises, vat_number="FR40303265045"))


def test_an_order_gets_its_invoice_once_and_it_can_be_read_listed_and_printed(
    client: TestClient, headers: dict[str, str], paid: CheckoutView, at: Addresses, seller: None
) -> None:
    assert client.simulate_get(at.order, headers=headers).json == {"items": []}
    issued = client.simulate_post(at.order, headers=headers)
    assert issued.status_code == 200
    assert client.simulate_post(at.order, headers=headers).json == issued.json
    [invoice] = client.simulate_get(at.order, headers=headers).json["items"]
    assert (invoice["kind"], invoice["total"]) == ("invoice", {"amount": paid.order.total.amount, "currency": "EUR"})
    listed = client.simulate_get("/v1/admin/invoices", headers=headers, query_string="kind=invoice").json
    assert (listed["items"], listed["total"], listed["next_cursor"]) == ([invoice], 1, None)
    one = client.simulate_get(f"/v1/admin/invoices/{invoice['id']}", headers=headers).json
    assert (one["number"], one["paper"]["total"]) == (invoice["number"], invoice["total"])
    pdf = client.simulate_get(f"/v1/admin/invoices/{invoice['id']}.pdf", headers=headers)
    assert (pdf.headers["content-type"], pdf.content[:5]) == ("application/pdf", b"%PDF-")
    assert pdf.headers["content-disposition"] == f'inline; filename="{invoice["number"]}.pdf"'
    rows = list(csv.DictReader(io.StringIO(client.simulate_get("/v1/admin/invoices/export.csv", headers=headers).text)))
    assert [(row["number"], row["gross"]) for row in rows] == [(invoice["number"], paid.order.total.major())]


def test_a_buyer_reads_the_same_bytes_by_the_token_and_nobody_without(
    client: TestClient, shop: Commerce, headers: dict[str, str], paid: CheckoutView, at: Addresses, seller: None
) -> None:
    mine = {"X-Order-Token": paid.order_token}
    before = client.simulate_get(at.pdf, headers=mine)
    assert (before.status_code, before.json["code"]) == (404, "invoice-not-found")
    [invoice] = client.simulate_post(at.order, headers=headers).json["items"]
    pdf = client.simulate_get(at.pdf, headers=mine)
    assert pdf.content == client.simulate_get(f"/v1/admin/invoices/{invoice['id']}.pdf", headers=headers).content
    assert pdf.headers["cache-control"] == "no-store"
    wrong = ({}, {"X-Order-Token": "another"}, headers)
    refused = [client.simulate_get(at.pdf, headers=sent).json["code"] for sent in wrong]
    assert refused == ["order-not-found", "order-not-found", "session-invalid"]


def test_a_buyer_finds_credit_notes_beside_the_invoice_and_no_document_of_another_order(
    client: TestClient, shop: Commerce, make: Builders, gateway: FakeGateway, paid: CheckoutView, seller: None
) -> None:
    shop.refunds.refund(SYSTEM, paid.order.id, NewRefund(amount=Money(500, "EUR")))
    shop.invoices.issue(SYSTEM, OrderId(paid.order.id))
    mine = {"X-Order-Token": paid.order_token}
    path = f"/v1/store/orders/{paid.order.id}/invoices"
    listed = client.simulate_get(path, headers=mine)
    invoice, note = listed.json["items"]
    assert (invoice["kind"], note["kind"], note["refers_to"]) == ("invoice", "credit_note", invoice["number"])
    assert listed.headers["cache-control"] == "no-store"
    for document in (invoice, note):
        pdf = client.simulate_get(f"{path}/{document['id']}.pdf", headers=mine)
        assert pdf.content == shop.invoices.pdf(SYSTEM, UUID(document["id"])).content
        assert (pdf.headers["content-type"], pdf.headers["cache-control"]) == ("application/pdf", "no-store")

    other = shop.checkout.check_out(make.request(make.cart((make.variant(), 1)).id))
    for address in (path, f"{path}/{note['id']}.pdf"):
        for wrong in ({}, {"X-Order-Token": other.order_token}):
            refused = client.simulate_get(address, headers=wrong)
            assert (refused.status_code, refused.json["code"]) == (404, "order-not-found")
    theirs = f"/v1/store/orders/{other.order.id}/invoices"
    assert client.simulate_get(theirs, headers={"X-Order-Token": other.order_token}).json == {"items": []}
    for id_ in (note["id"], other.order.id):
        refused = client.simulate_get(f"{theirs}/{id_}.pdf", headers={"X-Order-Token": other.order_token})
        assert (refused.status_code, refused.json["code"]) == (404, "invoice-not-found")


def test_what_cannot_be_issued_is_refused_with_what_is_missing(
    client: TestClient, shop: Commerce, headers: dict[str, str], make: Builders, at: Addresses
) -> None:
    refused = client.simulate_post(at.order, headers=headers)
    assert (refused.status_code, refused.json["code"]) == (409, "seller-incomplete")
    assert refused.json["missing"] == ["address", "vat_number"]
    unpaid = shop.checkout.check_out(make.request(make.cart((make.variant(), 1)).id)).order.id
    refused = client.simulate_post(f"/v1/admin/orders/{unpaid}/invoices", headers=headers)
    assert (refused.status_code, refused.json["code"]) == (409, "order-not-invoiceable")
    nothing = client.simulate_post(f"/v1/admin/orders/{'0' * 8}-0000-4000-8000-{'0' * 12}/invoices", headers=headers)
    assert nothing.json["code"] == "order-not-found"
    assert client.simulate_post(at.order).status_code == 401
    assert client.simulate_get("/v1/admin/invoices", headers=headers).json["items"] == []
    wrong = client.simulate_get(
        "/v1/admin/invoices/export.csv", headers=headers, query_string="first_day=2026-02-01&last_day=2026-01-01"
    )
    assert (wrong.status_code, wrong.json["errors"][0]["pointer"]) == (422, "/last_day")


def test_the_settings_of_invoices_are_changed_like_the_others(client: TestClient, shop: Commerce) -> None:
    shop.staff.create(SYSTEM, "ana@example.com", "Ana", Role.MANAGER, PASSWORD)
    token = shop.staff.log_in("ana@example.com", PASSWORD, Origin()).access_token
    headers = {"Authorization": f"Bearer {token}"}
    body = {"invoice_prefix": "INV-", "invoice_numbers_yearly": False, "invoice_first_numbers": ["INV-000042"]}
    changed = client.simulate_patch("/v1/admin/settings", headers=headers, json=body)
    assert changed.status_code == 200
    assert {name: changed.json[name] for name in body} == body
    refused = client.simulate_patch("/v1/admin/settings", headers=headers, json={"invoice_prefix": "7"})
    assert refused.json["errors"][0]["pointer"] == "/invoice_prefix"
    assert client.simulate_get("/v1/admin/settings", headers=headers).json == changed.json
