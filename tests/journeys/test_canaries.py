"""Nothing of anybody's stands in a log or goes to Sentry, whatever happens to them: looked for, over real processes."""

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from attrs import define, field

from commerce_core import open_shop
from commerce_core.access.model import SYSTEM, Role
from commerce_core.gateways.stripe_signature import sign
from tests.gateways.test_sentry import events
from tests.journeys.conftest import SECRET, RunningShop, until
from tests.journeys.test_purchase import import_catalogue, order_of, pay
from tests.receiver import Receiver, listening

CANARY = "c4n4ry"
EMAIL, STAFF_EMAIL = f"{CANARY}.buyer@example.com", f"{CANARY}.boss@example.com"
PASSWORD, NEW_PASSWORD, WRONG_PASSWORD = (f"{CANARY} {kind} password" for kind in ("old", "new", "wrong"))
PLACE = {"name": f"Nom {CANARY}", "line1": f"12 rue {CANARY}", "postal_code": "75011", "city": f"Ville {CANARY}",
         "country": "FR", "phone": f"+33 1 {CANARY}"}  # fmt: skip
MAILED_TOKEN = re.compile(r"[0-9a-f-]{36}(?::\d+)?\.[\w-]{43}")


@define
class Customer:
    """A browser that remembers every secret it was told."""

    http: httpx.Client
    token: str = ""
    secrets: set[str] = field(factory=set)

    def __call__(self, method: str, path: str, json: Any = None, **headers: str) -> httpx.Response:
        sent = {name.replace("_", "-"): value for name, value in headers.items()} | {"Cookie": f"a={CANARY}"}
        if self.token:
            sent["Authorization"] = f"Bearer {self.token}"
        return self.http.request(
            method, path, json=json, headers=sent, params={"seen": CANARY} if "/me" in path else {}
        )

    def logs_in(self, path: str, email: str, password: str) -> None:
        assert self("POST", path, {"email": email, "password": WRONG_PASSWORD}).status_code == 401
        entered = self("POST", path, {"email": email, "password": password})
        assert entered.status_code == 200, entered.text
        self.told(entered.json()["access_token"])

    def told(self, token: str) -> None:
        self.token = token
        self.secrets.add(token)


@pytest.fixture
def sentry() -> Iterator[Receiver]:
    with listening() as receiver:
        receiver.answer = lambda _: (200, {"Content-Type": "application/json"}, b"{}")
        yield receiver


@pytest.fixture
def watched(running: RunningShop, sentry: Receiver) -> RunningShop:
    """Every secret of the environment is a canary, and Sentry listens."""
    running.kill("api")
    url = running.database_url
    running.more = {
        "DATABASE_URL": f"{url}{'&' if '?' in url else '?'}password={CANARY}",
        "COMMERCE_SECRET": f"{CANARY}-and-many-other-random-characters",
        "STRIPE_SECRET_KEY": f"sk_test_{CANARY}",
        "STRIPE_WEBHOOK_SECRET": f"{SECRET},whsec_{CANARY}",
        "SENTRY_DSN": f"http://{CANARY}@127.0.0.1:{sentry.port}/1",
    }
    running.start_api()
    running.start_worker()
    return running


def mailed(running: RunningShop, number: int) -> str:
    """The token of the mail of this number."""
    until(lambda: len(running.mail.delivered) >= number)
    body = running.mail.messages()[number - 1].get_body(("plain",))
    assert body
    return MAILED_TOKEN.findall(body.get_content())[0]


def logs(running: RunningShop) -> str:
    return "\n".join((running.folder / f"{name}.log").read_text("utf-8") for name in ("api", "worker"))


def joins(buyer: Customer, running: RunningShop) -> None:
    asked = {"email": EMAIL, "password": PASSWORD, "name": PLACE["name"], "marketing": True}
    assert buyer("POST", "/v1/store/customers", asked).status_code == 202
    proof = mailed(running, 1)
    joined = buyer("POST", "/v1/store/auth/verify-email", {"token": proof, "password": PASSWORD})
    assert joined.status_code == 200, joined.text
    buyer.secrets.add(proof)
    buyer.logs_in("/v1/store/auth/login", EMAIL, PASSWORD)
    assert buyer("POST", "/v1/store/me/addresses", {"address": PLACE}).status_code == 201


def buys(buyer: Customer, running: RunningShop) -> str:
    """Buy something and pay for it; the order."""
    variant = buyer("GET", "/v1/store/products/blue-mug").json()["variants"][0]["id"]
    cart = buyer("POST", "/v1/store/cart", {"items": [{"variant_id": variant, "quantity": 1}]}).json()["id"]
    wanted = {"cart_id": cart, "email": EMAIL, "shipping_address": PLACE, "shipping_option_id": "standard"}
    placed = buyer("POST", "/v1/store/checkout", wanted, Idempotency_Key=f"{CANARY}-checkout-1").json()
    buyer.secrets |= {cart, placed["order_token"], placed["payment"]["client_secret"]}
    pay(running, placed["payment"])
    until(lambda: order_of(buyer.http, placed)["status"] == "PAID")
    forged = {"Stripe-Signature": sign(b"{}", f"whsec_{CANARY}x", int(time.time())), "Content-Type": "application/json"}
    assert buyer.http.post("/v1/webhooks/stripe", content=b"{}", headers=forged).status_code == 400
    until(lambda: len(running.mail.delivered) >= 2)
    return str(placed["order"]["id"])


def forgets_the_password(buyer: Customer, running: RunningShop) -> None:
    before = len(running.mail.delivered)
    assert buyer("POST", "/v1/store/auth/password-reset", {"email": EMAIL}).status_code == 202
    proof = mailed(running, before + 1)
    confirmed = buyer("POST", "/v1/store/auth/password-reset/confirm", {"token": proof, "password": NEW_PASSWORD})
    assert confirmed.status_code == 204, confirmed.text
    buyer.secrets.add(proof)
    buyer.token = ""
    buyer.logs_in("/v1/store/auth/login", EMAIL, NEW_PASSWORD)


def meets_a_bug(buyer: Customer, running: RunningShop) -> None:
    """PostgreSQL refuses a row that the shop finds good, and quotes all of it."""
    running.execute("ALTER TABLE customer_addresses ADD CONSTRAINT of_a_journey CHECK (false) NOT VALID")
    failed = buyer("POST", "/v1/store/me/addresses", {"address": PLACE}, X_Request_Id="a-bug")
    assert (failed.status_code, failed.json()["code"]) == (500, "internal-error")
    running.execute("ALTER TABLE customer_addresses DROP CONSTRAINT of_a_journey")


def test_what_people_say_and_what_opens_doors_is_in_no_log_and_not_told_to_sentry(
    watched: RunningShop, sentry: Receiver, tmp_path: Path
) -> None:
    import_catalogue(watched, tmp_path)
    with open_shop(watched.database_url) as shop:
        shop.staff.create(SYSTEM, STAFF_EMAIL, f"Boss {CANARY}", Role.ADMIN, PASSWORD)
    with httpx.Client(base_url=watched.url, timeout=30) as http:
        buyer, boss = Customer(http), Customer(http)
        joins(buyer, watched)
        order = buys(buyer, watched)
        forgets_the_password(buyer, watched)
        boss.logs_in("/v1/admin/auth/login", STAFF_EMAIL, PASSWORD)
        for status in ("FULFILLED", "COMPLETED"):
            moved = boss("PATCH", f"/v1/admin/orders/{order}/status", {"status": status, "reason": f"for {CANARY}"})
            assert moved.status_code == 200, moved.text
        meets_a_bug(buyer, watched)
        assert buyer("GET", "/v1/store/orders/nothing").status_code == 404
        assert buyer("DELETE", "/v1/store/me").status_code == 204
    watched.execute("ALTER TABLE remote_images RENAME TO gone")  # A job of the worker's clock breaks.
    until(lambda: len(events(sentry)) >= 2)

    in_the_api, in_the_worker = events(sentry)[:2]
    assert in_the_api["tags"] == {"request_id": "a-bug"}
    assert in_the_api["exception"]["values"][-1]["type"] == "CheckViolation"
    assert in_the_worker["exception"]["values"][-1]["type"] == "UndefinedTable"

    written = logs(watched)
    for seen in (
        '"/v1/store/checkout"',
        "customer login failed",
        "staff login failed",
        "DETAIL: ***",
        "worker started",
    ):
        assert seen in written
    secrets = {CANARY, *buyer.secrets, *boss.secrets}
    assert [line for line in written.splitlines() if any(one in line for one in secrets)] == []
    assert not any(one in str(event) for one in secrets for event in events(sentry))
