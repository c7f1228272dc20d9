"""kill -9 at every step of buying, being told, giving back and writing to the buyer: real processes, really killed.

Each test kills one process at one point; then everybody does what they do anyway: gunicorn replaces its worker, the
platform starts the shop's worker again, the buyer's browser and Stripe repeat what nobody answered.
"""

import signal
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from attrs import define, field

from commerce_core import Settings, open_shop
from commerce_core.access.model import SYSTEM, Role
from commerce_core.testing.builders import Builders
from commerce_core.testing.stripe_server import StripeServer
from tests.journeys.conftest import SECRET, MailCatcher, RunningShop, free_port, until
from tests.journeys.test_payment_chaos import at_stripe, check_out, filled_cart
from tests.journeys.test_purchase import ADDRESS, pay

PASSWORD = "a long enough passphrase"
PRICE = 1250 + 490
LEASES = timedelta(minutes=2)  # Longer than any.
SHIFTED = """
CREATE OR REPLACE FUNCTION shop_now() RETURNS timestamptz LANGUAGE sql VOLATILE PARALLEL SAFE
AS $$ SELECT clock_timestamp() + interval '{} seconds' $$
"""
UNDONE = """
SELECT 'outbox' FROM outbox_events WHERE status = 'pending'
UNION ALL SELECT 'mail' FROM email_outbox WHERE status = 'queued'
UNION ALL SELECT 'inbox' FROM webhook_events WHERE status = 'received'
UNION ALL SELECT 'refund' FROM refunds WHERE status = 'created'
"""
HELD = "SELECT cart_id, variant_id, qty FROM inventory_reservations WHERE released_at IS NULL"
LINES = "SELECT cart_id, variant_id, qty FROM cart_items JOIN carts ON carts.id = cart_id WHERE carts.status = 'ACTIVE'"

# A mail server has the mail, and nobody has written that down: the one window that no database can close.
REPEATED = ("worker: mail send has answered", "worker: emails commits, time 2")


@define
class MortalShop:
    """A shop with its buyer and its Stripe, one of whose processes ends at one point."""

    parts: RunningShop
    http: httpx.Client
    file: Path
    victim: str = ""  # the part that will end
    _recovered: bool = field(default=False, init=False)

    def kill_at(self, point: str) -> None:
        """From now on the next process that passes this point ends there."""
        self.victim = point.partition(":")[0]
        self.file.write_text(point, "utf-8")
        if self.victim == "api":
            self.start_worker()

    @property
    def fired(self) -> bool:
        return bool(self.victim) and not self.file.exists()

    def passed(self) -> list[str]:
        """Every point that was passed, but those of a worker that looks whether something is due."""
        notes = self.file.with_suffix(".passed").read_text("utf-8").splitlines()
        return [point for point in notes if "inbox claim" not in point]

    def start_worker(self) -> None:
        self.parts.start("worker", "procrastinate", "--app=tests.journeys.mortal.worker", "worker")

    def seen(self, look: Callable[[], Any]) -> Any:
        """What `look` sees in the end. Once a process has died, its leases run out."""

        def look_again() -> Any:
            if self.fired and not self._recovered:
                self._recovered = True
                self.parts.execute(SHIFTED.format(int(LEASES.total_seconds())))
            return look()

        return until(look_again, within=60)

    def answered(self, ask: Callable[[], httpx.Response]) -> Any:
        """The answer that a client gets who repeats the same request until there is one."""

        def answer() -> Any:
            try:
                response = ask()
            except httpx.TransportError:
                return None
            if response.is_success:
                return response.json()
            assert response.status_code == 503 or response.json()["code"] == "idempotency-in-progress", response.text
            return None

        return self.seen(answer)

    def work(self) -> None:
        """The worker does what is due, though it may die of it, and Stripe is heard out."""
        if self.victim == "worker":
            self.start_worker()
            assert self.parts.death_of("worker") == -signal.SIGKILL
        if self.victim == "api":
            self.seen(lambda: self.fired)
        else:
            self.start_worker()
        self.seen(lambda: not self.parts.stripe.undelivered and not self.parts.rows(UNDONE))

    def one(self, query: str) -> tuple[Any, ...]:
        """The one row there is."""
        [row] = self.parts.rows(query)
        return row


@pytest.fixture
def mortal(database_url: str, settings: Settings, tmp_path: Path, mail: MailCatcher) -> Iterator[MortalShop]:
    """A shop in one API process, with three mugs in stock."""
    with open_shop(database_url, settings=settings) as shop:
        Builders(shop).variant(price=1250, stock=3)
    port, file = free_port(), tmp_path / "mortal"
    more = {"MORTAL": str(file), "COMMERCE_PROCESSES": "1", "RECONCILE_MINUTES": "60"}
    with StripeServer(webhook_url=f"http://127.0.0.1:{port}/v1/webhooks/stripe", webhook_secret=SECRET) as stripe:
        parts = RunningShop(database_url, tmp_path, stripe, mail, port, more)
        try:
            parts.start_api("tests.journeys.mortal:api()")
            with httpx.Client(base_url=parts.url, timeout=30) as http:
                yield MortalShop(parts, http, file)
        finally:
            parts.stop()


def a_cart(mortal: MortalShop) -> str:
    [(variant,)] = mortal.parts.rows("SELECT id FROM product_variants")
    return filled_cart(mortal.http, str(variant))


def buy(mortal: MortalShop, cart: str) -> dict[str, Any]:
    """Check out and pay; what was placed."""
    placed: dict[str, Any] = check_out(mortal.http, cart).json()
    pay(mortal.parts, placed["payment"])
    return placed


def purchase_told_by_webhook(mortal: MortalShop, point: str) -> None:
    cart = a_cart(mortal)
    mortal.parts.stripe.webhook_url = None  # It would tell of the intent while the checkout runs, sooner or later.
    mortal.kill_at(point)
    placed = mortal.answered(lambda: check_out(mortal.http, cart))
    mortal.parts.stripe.webhook_url = f"{mortal.parts.url}/v1/webhooks/stripe"
    pay(mortal.parts, placed["payment"])
    mortal.seen(lambda: mortal.one("SELECT status FROM orders") == ("PAID",))
    mortal.work()


def purchase_that_is_confirmed(mortal: MortalShop, point: str) -> None:
    """Stripe's message is lost; the browser asks the shop to look."""
    cart = a_cart(mortal)
    mortal.parts.stripe.webhook_url = None
    placed = buy(mortal, cart)
    mortal.kill_at(point)
    body = {"order_id": placed["order"]["id"], "order_token": placed["order_token"]}
    confirmed = mortal.answered(
        lambda: mortal.http.post("/v1/store/checkout/confirm", json=body, headers={"Idempotency-Key": "confirm"})
    )
    assert confirmed["order"]["status"] == "PAID"
    mortal.work()


def money_for_a_cart_taken_back(mortal: MortalShop, point: str) -> None:
    """The buyer pays and edits the cart at that very moment, before the shop has heard: the money goes back."""
    cart = a_cart(mortal)
    mortal.parts.stripe.webhook_url = None
    buy(mortal, cart)
    mortal.kill_at(point)
    mortal.answered(lambda: mortal.http.patch(f"/v1/store/cart/{cart}", json={"notes": "a gift"}))
    assert mortal.one("SELECT status FROM orders") == ("CANCELLED",)
    mortal.work()


def a_link(mortal: MortalShop) -> tuple[str, dict[str, str]]:
    """Staff places a draft of one mug; where its buyer pays, and with what."""
    [(variant,)] = mortal.parts.rows("SELECT id FROM product_variants")
    staff = {"Authorization": f"Bearer {a_token(mortal)}"}
    body = {
        "items": [{"variant_id": str(variant), "quantity": 1}],
        "email": "c@example.com",
        "shipping_address": ADDRESS,
        "shipping_option_id": "standard",
    }
    draft = mortal.http.post("/v1/admin/draft-orders", json=body, headers=staff).headers["location"]
    order = mortal.http.post(f"{draft}/order", json={}, headers=staff).json()["order"]
    return f"/v1/store/orders/{order['id']}/pay", {"X-Order-Token": order["order_token"], "Idempotency-Key": "pay"}


def purchase_by_a_link(mortal: MortalShop, point: str) -> None:
    """Staff has placed an order; its buyer asks for the payment, pays, and asks again."""
    link, headers = a_link(mortal)
    mortal.parts.stripe.webhook_url = None
    mortal.kill_at(point)
    asked = mortal.answered(lambda: mortal.http.post(link, headers=headers))
    pay(mortal.parts, asked["payment"])
    paid = mortal.answered(lambda: mortal.http.post(link, headers={**headers, "Idempotency-Key": "again"}))
    assert paid["order"]["status"] == "PAID"
    mortal.work()


def a_token(mortal: MortalShop) -> str:
    """Kim's, who is staff from now on."""
    with open_shop(mortal.parts.database_url) as shop:
        shop.staff.create(SYSTEM, "kim@example.com", "Kim", Role.ADMIN, PASSWORD)
    login = {"email": "kim@example.com", "password": PASSWORD}
    token: str = mortal.http.post("/v1/admin/auth/login", json=login).json()["access_token"]
    return token


def refund_by_an_operator(mortal: MortalShop, point: str) -> None:
    """Everything about the purchase is done; then somebody gives one mug's money back, and the mug is on the shelf."""
    token = a_token(mortal)
    placed = buy(mortal, a_cart(mortal))
    mortal.start_worker()
    mortal.seen(lambda: mortal.one("SELECT status FROM orders") == ("PAID",))
    mortal.seen(lambda: not mortal.parts.stripe.undelivered and not mortal.parts.rows(UNDONE))
    mortal.parts.kill("worker")
    mortal.parts.stripe.webhook_url = None
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "refund"}
    body = {"items": [{"item_id": placed["order"]["items"][0]["id"], "quantity": 1}], "restock": True}
    path = f"/v1/admin/orders/{placed['order']['id']}/refunds"
    mortal.kill_at(point)

    def done() -> bool:
        """Whether it was made, or is known to have been planned though its answer was lost."""
        try:
            response = mortal.http.post(path, json=body, headers=headers)
        except httpx.TransportError:
            return False
        code = response.json().get("code")
        lost = code == "idempotency-answer-lost"
        assert response.is_success or lost or response.status_code == 503 or code == "idempotency-in-progress"
        return response.is_success or lost

    mortal.seen(done)
    mortal.work()


def check_everybody(mortal: MortalShop, point: str, mails_wanted: int = 1) -> None:
    """What holds after any story: one order, one charge, each mail once, counters equal to the ledger."""
    parts = mortal.parts
    assert mortal.fired or not point, f"{point} was not passed: {mortal.passed()}"
    assert ("SIGKILL" in (parts.folder / "api.log").read_text("utf-8")) == (mortal.victim == "api")
    [intent] = at_stripe(parts, "payment_intents")
    assert (intent["status"], intent["amount_received"]) == ("succeeded", PRICE)
    assert mortal.one("SELECT intent_id, status, captured_amount FROM payments") == (intent["id"], "succeeded", PRICE)
    assert parts.rows("SELECT status FROM webhook_events WHERE status <> 'processed' AND status <> 'ignored'") == []
    assert parts.rows("SELECT type, error FROM outbox_events WHERE status <> 'processed'") == []
    assert sorted(parts.rows(HELD)) == sorted(parts.rows(LINES))
    assert parts.run("inventory", "verify")
    mails = [message["Message-ID"] for message in parts.mail.messages()]
    assert parts.rows("SELECT count(*) FROM email_outbox WHERE status = 'sent'") == [(mails_wanted,)]
    assert (len(mails), len(set(mails))) == (mails_wanted + (point in REPEATED), mails_wanted)


def check_bought(mortal: MortalShop, point: str) -> None:
    check_everybody(mortal, point)
    assert mortal.one("SELECT status FROM orders") == ("PAID",)
    assert at_stripe(mortal.parts, "refunds") == []
    assert mortal.parts.rows("SELECT id FROM refunds") == []
    assert mortal.one("SELECT qty FROM inventory_movements WHERE type = 'sale'") == (-1,)
    assert mortal.one("SELECT template_type FROM email_outbox") == ("order_confirmation",)


def check_given_back(mortal: MortalShop, point: str) -> None:
    check_everybody(mortal, point)
    assert mortal.one("SELECT status, payment_status FROM orders") == ("CANCELLED", "refunded")
    [refund] = at_stripe(mortal.parts, "refunds")
    assert (refund["status"], refund["amount"]) == ("succeeded", PRICE)
    assert mortal.one("SELECT provider_refund_id, amount, status FROM refunds") == (refund["id"], PRICE, "succeeded")
    assert mortal.parts.rows("SELECT qty FROM inventory_movements WHERE type = 'sale'") == []
    assert mortal.one("SELECT template_type FROM email_outbox") == ("order_refunded",)


def check_refunded(mortal: MortalShop, point: str) -> None:
    check_everybody(mortal, point, mails_wanted=2)
    assert mortal.one("SELECT status, payment_status FROM orders") == ("PAID", "partially_refunded")
    [refund] = at_stripe(mortal.parts, "refunds")
    assert (refund["status"], refund["amount"]) == ("succeeded", 1250)
    assert mortal.one("SELECT provider_refund_id, amount, status FROM refunds") == (refund["id"], 1250, "succeeded")
    assert mortal.one("SELECT refunded_amount FROM payments") == (1250,)
    assert mortal.one("SELECT refunded_qty, restocked_qty FROM order_items") == (1, 1)
    assert mortal.parts.rows("SELECT type, qty FROM inventory_movements WHERE order_id IS NOT NULL ORDER BY id") == [
        ("sale", -1), ("return", 1),
    ]  # fmt: skip


STORIES: dict[str, tuple[Callable[[MortalShop, str], None], Callable[[MortalShop, str], None]]] = {
    "webhook": (purchase_told_by_webhook, check_bought),
    "confirm": (purchase_that_is_confirmed, check_bought),
    "link": (purchase_by_a_link, check_bought),
    "refund": (money_for_a_cart_taken_back, check_given_back),
    "operator": (refund_by_an_operator, check_refunded),
}


def around(*points: str) -> list[str]:
    """The point just before each of these and the one just after, each time it is passed."""
    found = []
    for point in points:
        name, _, times = point.partition(" x ")
        deed, _, verb = name.rpartition(" ")
        pair = (name, f"{deed} has committed") if verb == "commits" else (f"{name} is called", f"{name} has answered")
        for time in range(1, int(times or 1) + 1):
            found += [point if time == 1 else f"{point}, time {time}" for point in pair]
    return found


# Every point of each story; the listing test below says so.
POINTS = {
    "webhook": around(
        "api: keys claim", "api: checkout commits", "api: provider create_intent", "api: payments commits x 2",
        "api: keys keep", "api: inbox store x 2", "api: inbox mark",
        "worker: outbox commits x 4", "worker: customers commits", "worker: invoices commits",
        "worker: emails commits x 2", "worker: mail send",
    ),
    "confirm": around(
        "api: keys claim", "api: provider retrieve_intent", "api: payments commits", "api: keys keep",
        "worker: outbox commits x 4", "worker: customers commits", "worker: invoices commits",
        "worker: emails commits x 2", "worker: mail send",
    ),
    "link": around(
        "api: keys claim x 2", "api: checkout commits x 2", "api: provider create_intent",
        "api: provider retrieve_intent", "api: payments commits x 2", "api: keys keep x 2",
        "worker: outbox commits x 4", "worker: customers commits", "worker: invoices commits",
        "worker: emails commits x 2", "worker: mail send",
    ),
    "refund": around(
        "api: cart commits", "worker: outbox commits x 10", "worker: customers commits",
        "worker: provider retrieve_intent", "worker: provider cancel_intent", "worker: payments commits",
        "worker: provider create_refund", "worker: refunds commits", "worker: invoices commits",
        "worker: emails commits x 2", "worker: mail send",
    ),
    "operator": around(
        "api: keys claim", "api: refunds commits x 2", "api: provider create_refund", "api: keys keep",
        "worker: outbox commits x 6", "worker: invoices commits", "worker: emails commits x 2", "worker: mail send",
    ),
}  # fmt: skip
# What the worker does after a purchase is the same, whoever told of the money.
ALIKE = {("confirm", "worker"), ("link", "worker")}
IN_SHORT = {
    ("webhook", "api: provider create_intent has answered"),
    ("webhook", "api: inbox store has answered"),
    ("webhook", "worker: mail send is called"),
    ("confirm", "api: keys keep is called"),
    ("link", "api: provider create_intent has answered"),
    ("refund", "worker: provider create_refund has answered"),
    ("operator", "api: refunds has committed"),
    ("operator", "api: provider create_refund has answered"),
}
WALK = [(story, point) for story, points in POINTS.items() for point in points]


@pytest.mark.parametrize(
    ("story", "point"),
    [
        pytest.param(*place, marks=[] if place in IN_SHORT else pytest.mark.long)
        for place in WALK
        if (place[0], place[1].partition(":")[0]) not in ALIKE
    ],
)
def test_a_process_killed_at_any_point_leaves_one_order_one_charge_one_mail_and_no_hold(
    mortal: MortalShop, story: str, point: str
) -> None:
    tell, check = STORIES[story]
    tell(mortal, point)
    check(mortal, point)


@pytest.mark.long
@pytest.mark.parametrize("story", STORIES)
def test_the_walk_knows_every_point_that_a_story_passes(mortal: MortalShop, story: str) -> None:
    tell, check = STORIES[story]
    tell(mortal, "")
    check(mortal, "")
    assert Counter(mortal.passed()) == Counter(POINTS[story])
    assert set(WALK) >= IN_SHORT
