"""Accounts over HTTP: from the registration to the erasure."""

import re
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from attrs import field, frozen
from falcon.testing import Result, TestClient

from adapters_http.operation import Access, Answer, operation
from commerce_core.access.model import SYSTEM, Actor, Origin, Role
from commerce_core.merchant.model import MerchantChanges, Premises
from commerce_core.orders.model import OrderId
from commerce_core.orders.notes import NewNote, NoteAudience
from commerce_core.shipments.model import NewShipment, Tracking
from commerce_core.testing.builders import Builders
from commerce_core.wiring import Commerce

GOOD = "correct horse battery"
ADDRESS = {"name": "Ana", "line1": "7 Gasse", "city": "Wien", "country": "AT"}


@frozen
class Person:
    """Somebody with a browser."""

    client: TestClient
    headers: dict[str, str] = field(factory=dict)

    def __call__(self, method: str, path: str, json: Any = None, **headers: str) -> Result:
        address = f"/v1/store{path}"
        sent = self.headers | {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.simulate_request(method, address, json=json, headers=sent)


@pytest.fixture
def guest(client: TestClient) -> Person:
    return Person(client)


def last_token(shop: Commerce) -> str:
    shop.outbox.drain()
    shop.emails.send_due()
    files = sorted((Path(str(shop.settings.data_dir)) / "mail").glob("*.eml"), key=lambda file: file.stat().st_mtime_ns)
    return re.findall(r"[0-9a-f-]{36}\.[\w-]{43}", files[-1].read_text("utf-8").replace("=\n", ""))[0]


def joined(shop: Commerce, guest: Person, email: str = "ana@example.com") -> Person:
    asked = guest("POST", "/customers", {"email": email, "password": GOOD, "name": "Ana", "marketing": True})
    assert (asked.status_code, asked.json) == (202, {"email": email})
    begun = guest("POST", "/auth/verify-email", {"token": last_token(shop), "password": GOOD})
    assert begun.status_code == 200, begun.json
    return Person(guest.client, {"Authorization": f"Bearer {begun.json['access_token']}"})


def test_an_account_from_the_registration_to_the_erasure(shop: Commerce, guest: Person) -> None:
    ana = joined(shop, guest)
    me = ana("GET", "/me")
    assert (me.json["email"], me.json["marketing"], me.headers["ETag"]) == ("ana@example.com", True, '"1"')
    assert ana("PATCH", "/me", {"name": "Anna"}, If_Match='"9"').status_code == 412
    changed = ana("PATCH", "/me", {"name": "Anna", "marketing": False}, If_Match='"1"')
    assert (changed.status_code, changed.json["name"], changed.json["marketing"]) == (200, "Anna", False)
    made = ana("POST", "/me/addresses", {"address": ADDRESS})
    assert (made.status_code, made.json["default_shipping"]) == (201, True)
    place = made.headers["Location"].removeprefix("/v1/store")
    assert ana("PATCH", place, {"address": {**ADDRESS, "city": "Graz"}}).json["address"]["city"] == "Graz"
    assert ana("GET", "/me/addresses").json["items"][0]["version"] == 2
    assert ana("GET", "/me/export").json["customer"]["name"] == "Anna"
    assert ana("DELETE", place).status_code == 204
    assert ana("GET", place).json["code"] == "address-not-found"
    assert ana("DELETE", "/me").status_code == 204
    assert ana("GET", "/me").json["code"] == "session-invalid"


def test_a_session_is_refreshed_and_ended(shop: Commerce, guest: Person) -> None:
    ana = joined(shop, guest)
    logged_in = guest("POST", "/auth/login", {"email": "ANA@example.com", "password": GOOD})
    assert (logged_in.status_code, logged_in.json["cart"], logged_in.headers["cache-control"]) == (
        200,
        None,
        "no-store",
    )
    fresh = ana("POST", "/auth/refresh")
    assert fresh.status_code == 200
    assert ana("GET", "/me").status_code == 401
    again = Person(guest.client, {"Authorization": f"Bearer {fresh.json['access_token']}"})
    assert again("POST", "/auth/logout").status_code == 204
    assert again("GET", "/me").status_code == 401


def test_wrong_and_unknown_are_answered_alike(shop: Commerce, guest: Person) -> None:
    joined(shop, guest)
    wrong = guest("POST", "/auth/login", {"email": "ana@example.com", "password": "a wrong password"})
    unknown = guest("POST", "/auth/login", {"email": "nobody@example.com", "password": GOOD})
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.json == unknown.json
    for email in ("ana@example.com", "nobody@example.com"):
        asked = guest("POST", "/auth/password-reset", {"email": email})
        assert (asked.status_code, asked.json) == (202, {"email": email})


def test_the_eleventh_wrong_guess_is_not_looked_at(guest: Person) -> None:
    answers = [guest("POST", "/auth/login", {"email": "ana@example.com", "password": "guess"}) for _ in range(11)]
    assert [answer.status_code for answer in answers] == [401] * 10 + [429]
    assert answers[-1].headers["Retry-After"] == "900"


def test_a_forgotten_password_is_replaced_once(shop: Commerce, guest: Person) -> None:
    joined(shop, guest)
    guest("POST", "/auth/password-reset", {"email": "ana@example.com"})
    token = last_token(shop)
    new = {"token": token, "password": "staple battery horse"}
    assert guest("POST", "/auth/password-reset/confirm", new).status_code == 204
    assert guest("POST", "/auth/password-reset/confirm", new).status_code == 410
    assert guest("POST", "/auth/login", {"email": "ana@example.com", "password": new["password"]}).status_code == 200


def test_a_customers_cart_and_orders_open_with_their_token_alone(shop: Commerce, guest: Person, make: Builders) -> None:
    ana, bo = joined(shop, guest), joined(shop, guest, "bo@example.com")
    cart = ana("POST", "/cart", {"items": [{"variant_id": str(make.variant()), "quantity": 1}]}).json
    place = f"/cart/{cart['id']}"
    for stranger in (guest, bo):
        assert stranger("GET", place).json["code"] == "cart-not-found"
        assert stranger("PATCH", place, {"notes": "mine"}).status_code == 404
        assert stranger("GET", f"{place}/shipping-options").status_code == 404
    assert ana("GET", place).status_code == 200
    assert ana("PATCH", place, {"notes": "mine"}).status_code == 200
    buy = {
        "cart_id": cart["id"],
        "email": "ana@example.com",
        "shipping_address": ADDRESS,
        "shipping_option_id": "standard",
    }
    assert bo("POST", "/checkout", buy, Idempotency_Key="k1").status_code == 404
    order = ana("POST", "/checkout", buy, Idempotency_Key="k2").json["order"]
    assert ana("GET", f"/orders/{order['id']}").json["number"] == order["number"]
    for stranger in (guest, bo):
        assert stranger("GET", f"/orders/{order['id']}").status_code == 404
    assert [one["id"] for one in ana("GET", "/me/orders").json["items"]] == [order["id"]]
    assert bo("GET", "/me/orders").json["total"] == 0


def test_a_customer_sees_parcels_notes_and_the_invoice_as_whoever_holds_the_token_does(
    shop: Commerce, guest: Person, make: Builders
) -> None:
    ana, bo = joined(shop, guest), joined(shop, guest, "bo@example.com")
    cart = ana("POST", "/cart", {"items": [{"variant_id": str(make.variant()), "quantity": 2}]}).json
    buy = {"cart_id": cart["id"], "email": "ana@example.com", "shipping_address": ADDRESS, "payment_method": "manual"}
    placed = ana("POST", "/checkout", buy | {"shipping_option_id": "standard"}, Idempotency_Key="k1").json
    order_id, token = OrderId(UUID(placed["order"]["id"])), placed["order_token"]
    paper = f"/orders/{order_id}/invoice.pdf"
    assert ana("GET", paper).json["code"] == "invoice-not-found"
    shop.payments.mark_received(SYSTEM, order_id)
    lost = shop.shipments.ship(SYSTEM, order_id)
    shop.shipments.cancel(SYSTEM, order_id, lost.id, "lost")
    shop.shipments.ship(SYSTEM, order_id, NewShipment(tracking=Tracking("Colissimo", "6A1")))
    for audience in NoteAudience:
        shop.orders.add_note(SYSTEM, order_id, NewNote(f"{audience} note", audience))
    shop.merchant.change(SYSTEM, MerchantChanges(address=Premises("1 quai", "Lyon"), vat_number="FR40303265045"))
    shop.invoices.issue(SYSTEM, order_id)

    seen = ana("GET", f"/orders/{order_id}").json
    assert [parcel["tracking_number"] for parcel in seen["shipments"]] == ["6A1"]
    assert [note["text"] for note in seen["notes"]] == ["customer note"]
    assert seen == guest("GET", f"/orders/{order_id}", X_Order_Token=token).json
    assert ana("GET", paper).content == guest("GET", paper, X_Order_Token=token).content
    assert ana("GET", paper).content.startswith(b"%PDF-")
    [invoice] = ana("GET", f"/orders/{order_id}/invoices").json["items"]
    one = f"/orders/{order_id}/invoices/{invoice['id']}.pdf"
    assert ana("GET", one).content == ana("GET", paper).content
    assert ana("POST", f"/orders/{order_id}/pay").json["order"]["id"] == str(order_id)
    asked = (("GET", paper), ("GET", one), ("GET", f"/orders/{order_id}/invoices"), ("POST", f"/orders/{order_id}/pay"))
    for stranger in (guest, bo):
        assert {stranger(*call).json["code"] for call in asked} == {"order-not-found"}


def test_a_wrong_token_is_refused_also_where_none_is_needed(guest: Person, client: TestClient) -> None:
    for value in ("Bearer wrong", "Basic YTpi", "Bearer "):
        assert Person(client, {"Authorization": value})("POST", "/cart", {}).status_code == 401


def test_tokens_of_staff_and_of_customers_open_different_doors(shop: Commerce, guest: Person) -> None:
    ana = joined(shop, guest)
    shop.staff.create(SYSTEM, "kim@example.com", "Kim", Role.ADMIN, GOOD)
    token = shop.staff.log_in("kim@example.com", GOOD, Origin()).access_token
    assert Person(guest.client, {"Authorization": f"Bearer {token}"})("GET", "/me").status_code == 401
    assert guest.client.simulate_get("/v1/admin/customers", headers=ana.headers).status_code == 401


def test_staff_looks_after_customers(shop: Commerce, guest: Person) -> None:
    ana, bo = joined(shop, guest), joined(shop, guest, "bo@example.com")
    ana_id, bo_id = ana("GET", "/me").json["id"], bo("GET", "/me").json["id"]
    shop.staff.create(SYSTEM, "kim@example.com", "Kim", Role.MANAGER, GOOD)
    token = shop.staff.log_in("kim@example.com", GOOD, Origin()).access_token

    def staff(method: str, path: str, json: Any = None) -> Result:
        return guest.client.simulate_request(
            method, f"/v1/admin/customers{path}", json=json, headers={"Authorization": f"Bearer {token}"}
        )

    assert staff("PATCH", f"/{ana_id}", {"tags": ["VIP"]}).json["tags"] == ["vip"]
    assert staff("GET", "?tag=vip").json["total"] == 1
    assert staff("POST", f"/{ana_id}/notes", {"text": "called"}).json["notes"][0]["author"] == "Kim"
    assert staff("GET", f"/{ana_id}/orders").json["total"] == 0
    assert staff("GET", f"/{ana_id}/export").json["customer"]["email"] == "ana@example.com"
    assert staff("POST", f"/{bo_id}/merge", {"into": ana_id}).json["code"] == "customer-accounts-both"
    assert staff("POST", f"/{ana_id}/erase").status_code == 204
    assert staff("POST", f"/{ana_id}/erase").json["code"] == "customer-erased"
    assert ana("GET", "/me").status_code == 401


def test_a_responder_wants_whoever_its_access_lets_in() -> None:
    class Wrong:
        def on_get(self, shopper: Actor) -> Answer:
            return Answer(shopper)

    with pytest.raises(TypeError, match="not everybody may call it"):
        operation("Who?", answers={200: object}, access=Access.CUSTOMER)(Wrong.on_get)


def test_the_document_tells_which_token_opens_what(client: TestClient) -> None:
    served = client.simulate_get("/openapi.json").json
    assert set(served["components"]["securitySchemes"]) == {"staffToken", "customerToken"}
    assert served["paths"]["/v1/store/me"]["get"]["security"] == [{"customerToken": []}]
    assert served["paths"]["/v1/store/cart/{cart_id}"]["get"]["security"] == [{}, {"customerToken": []}]
    assert "security" not in served["paths"]["/v1/store/auth/login"]["post"]
