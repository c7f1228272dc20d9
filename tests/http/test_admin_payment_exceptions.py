"""Money in doubt as operators see it over HTTP."""

from uuid import uuid4

import pytest
from falcon.testing import TestClient

from commerce_core import Commerce
from commerce_core.access.model import SYSTEM, Origin, Role
from commerce_core.kernel.money import Money
from commerce_core.payments.model import CaseKind, PaymentCase
from commerce_core.testing.builders import Builders
from commerce_core.testing.fake_gateway import FakeGateway

PASSWORD = "a long enough passphrase"
PATH = "/v1/admin/payment-exceptions"


@pytest.fixture
def bearer(shop: Commerce) -> dict[str, str]:
    shop.staff.create(SYSTEM, "sam@example.com", "Sam", Role.SUPPORT, PASSWORD)
    token = shop.staff.log_in("sam@example.com", PASSWORD, Origin()).access_token
    return {"Authorization": f"Bearer {token}"}


def test_a_case_is_listed_read_and_resolved(client: TestClient, shop: Commerce, bearer: dict[str, str]) -> None:
    shop.payment_cases.open(
        PaymentCase(CaseKind.AMOUNT_DIFFERS, "stripe", "pi_1", None, Money(2489, "EUR"), Money(1, "EUR"))
    )
    [case] = client.simulate_get(PATH, query_string="status=open", headers=bearer).json["items"]
    assert (case["kind"], case["received"]) == ("amount_differs", {"amount": 1, "currency": "EUR"})
    assert client.simulate_get(f"{PATH}/{case['id']}", headers=bearer).json == case
    body = {"note": "Refunded after talking to the buyer."}
    resolved = client.simulate_post(f"{PATH}/{case['id']}/resolve", json=body, headers=bearer)
    assert (resolved.status_code, resolved.json["status"]) == (200, "resolved")
    assert resolved.json["resolved_by"] == "Sam"
    again = client.simulate_post(f"{PATH}/{case['id']}/resolve", json=body, headers=bearer)
    assert (again.status_code, again.json["code"]) == (409, "payment-case-resolved")
    assert client.simulate_get(PATH, query_string="status=open", headers=bearer).json["total"] == 0


def test_a_case_that_is_not_there_is_404_and_a_note_that_says_nothing_422(
    client: TestClient, shop: Commerce, bearer: dict[str, str]
) -> None:
    shop.payment_cases.open(PaymentCase(CaseKind.REFUND_FAILED, "stripe", "re_1", None))
    [case] = client.simulate_get(PATH, headers=bearer).json["items"]
    assert client.simulate_get(f"{PATH}/{uuid4()}", headers=bearer).status_code == 404
    for note in ("", "  ", 7):
        refused = client.simulate_post(f"{PATH}/{case['id']}/resolve", json={"note": note}, headers=bearer)
        assert refused.status_code == 422
    assert client.simulate_get(f"{PATH}/{case['id']}", headers=bearer).json == case


def test_nobody_looks_without_a_token(client: TestClient) -> None:
    assert client.simulate_get(PATH).status_code == 401
    assert client.simulate_post(f"{PATH}/{uuid4()}/resolve", json={"note": "x"}).status_code == 401


def test_an_order_shows_what_goes_back_and_what_is_disputed(
    client: TestClient, shop: Commerce, make: Builders, gateway: FakeGateway, bearer: dict[str, str]
) -> None:
    placed = shop.checkout.check_out(make.request(make.cart((make.variant(), 1)).id))
    gateway.pay(placed.payment.intent_id)
    gateway.refund_by_hand(placed.payment.intent_id, Money(100, "EUR"))
    dispute = gateway.dispute(placed.payment.intent_id)
    shop.payments.receive("stripe", *gateway.event(placed.payment.intent_id, "charge.refunded"))
    shop.payments.receive("stripe", *gateway.event(dispute.id, "charge.dispute.created"))
    order = client.simulate_get(f"/v1/admin/orders/{placed.order.id}", headers=bearer).json
    assert order["payment_status"] == "partially_refunded"
    assert [(r["amount"]["amount"], r["reason"], r["status"]) for r in order["refunds"]] == [
        (100, "made_elsewhere", "succeeded")
    ]
    assert [d["status"] for d in order["disputes"]] == ["needs_response"]
