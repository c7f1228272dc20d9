"""The process ends at every step of buying, paying, being told, giving back and writing to the buyer.

Each story is told once to list its steps, and then once more for each of them: the process ends there, another one
takes over, the buyer's browser and the provider repeat what nobody answered, and the worker does what is due.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from attrs import define, frozen

from commerce_core import Commerce, Settings, open_shop
from commerce_core.access.model import SYSTEM
from commerce_core.cart.details import CartChanges
from commerce_core.cart.errors import CartNotOpen
from commerce_core.cart.model import CartStatus
from commerce_core.cart.views import CartView
from commerce_core.checkout.model import PlaceOrder
from commerce_core.orders.model import OrderStatus
from commerce_core.testing.builders import Builders
from commerce_core.testing.clock import Clock
from commerce_core.testing.fake_gateway import FakeGateway
from tests.crashes import Killed, Steps, stepped, stepped_gateway

PURCHASE = {
    "checkout commits", "checkout has committed",
    "provider create_intent is called", "provider create_intent has answered",
    "payments commits", "payments has committed",
    "inbox store is called", "inbox store has answered",
    "outbox commits", "outbox has committed", "customers commits", "customers has committed",
    "emails commits", "emails has committed", "mail send is called", "mail send has answered",
}  # fmt: skip
LATE_MONEY = PURCHASE | {
    "cart commits", "cart has committed",
    "provider cancel_intent is called", "provider cancel_intent has answered",
    "provider create_refund is called", "provider create_refund has answered",
    "refunds commits", "refunds has committed",
}  # fmt: skip


@define
class World:
    """What goes on when a process ends: the database, the provider, the buyer, the mail that was delivered."""

    database_url: str
    settings: Settings
    gateway: FakeGateway
    survivor: Commerce  # another process, which goes on
    clock: Clock

    @contextmanager
    def process(self, steps: Steps) -> Iterator[Commerce]:
        """One process of the shop, which may end at one of these steps."""
        gateway = stepped_gateway(self.gateway, steps)
        with open_shop(self.database_url, settings=self.settings, gateway=gateway) as shop:
            yield stepped(shop, steps)

    def rows(self, query: str, *parameters: object) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.database_url) as connection:
            return connection.execute(query, parameters).fetchall()

    def mails(self) -> int:
        return len(list((Path(str(self.settings.data_dir)) / "mail").glob("*.eml")))


@frozen
class Buyer:
    """A buyer's browser and the provider's webhooks: they repeat what was not answered, and nothing else."""

    world: World
    cart: CartView
    request: PlaceOrder
    edits: bool

    def buy(self, shop: Commerce) -> None:
        """Order, pay, perhaps go back to the cart at that very moment; the provider tells, the worker works."""
        if not (self.edits and shop.cart.get(self.cart.id).status is CartStatus.ACTIVE and self.orders()):
            done = shop.checkout.check_out(self.request)
            intent = self.world.gateway.pay(done.payment.intent_id)
            if self.edits:
                with suppress(CartNotOpen):  # It was answered before.
                    shop.cart.change(self.cart.id, CartChanges(notes="a gift"))
            assert intent.status == "succeeded"
        [(paid,)] = self.world.rows("SELECT intent_id FROM payments WHERE order_id = %s", self.orders()[0][0])
        if self.edits:
            work(shop)  # It finds the money where it wanted to cancel, before the provider tells.
        shop.payments.receive("stripe", *self.world.gateway.event(paid, "payment_intent.succeeded"))
        work(shop)

    def orders(self) -> list[tuple[Any, ...]]:
        return self.world.rows("SELECT id, status FROM orders WHERE cart_id = %s", self.cart.id)


def work(shop: Commerce) -> None:
    """What the worker does, until nothing is due."""
    shop.payments.apply_due()
    shop.payments.resume()
    shop.refunds.resume()
    while shop.outbox.drain() + shop.emails.send_due():
        pass


@pytest.fixture
def world(database_url: str, settings: Settings, shop: Commerce, gateway: FakeGateway, clock: Clock) -> World:
    return World(database_url, settings, gateway, shop, clock)


def interrupted(world: World, make: Builders, *, edits: bool, kill_at: str | None) -> tuple[Buyer, list[str]]:
    """A buyer whose first try ends at that step, and who has come to an end all the same; the steps of the first."""
    cart = make.cart((make.variant(stock=3), 1))
    buyer = Buyer(world, cart, make.request(cart.id), edits)
    first = Steps(kill_at)
    with world.process(first) as shop, suppress(Killed):
        buyer.buy(shop)
    world.clock.forward(timedelta(minutes=2))  # Longer than any lease.
    buyer.buy(world.survivor)
    return buyer, first.passed


def walked(
    world: World, make: Builders, *, edits: bool, must_pass: set[str], check: Callable[[Buyer, str], None]
) -> None:
    _, steps = interrupted(world, make, edits=edits, kill_at=None)
    assert must_pass <= set(steps)
    for step in steps:
        buyer, passed = interrupted(world, make, edits=edits, kill_at=step)
        assert passed[-1] == step
        check(buyer, step)


def test_whatever_step_of_a_purchase_a_process_dies_at_there_is_one_order_one_charge_and_one_mail(
    world: World, make: Builders, shop: Commerce
) -> None:
    def check(buyer: Buyer, step: str) -> None:
        [(order, status)] = buyer.orders()
        assert status == OrderStatus.PAID, step
        assert world.rows("SELECT status FROM payments WHERE order_id = %s", order) == [("succeeded",)], step
        assert world.rows("SELECT count(*) FROM refunds WHERE order_id = %s", order) == [(0,)], step
        assert world.rows("SELECT qty FROM inventory_movements WHERE order_id = %s", order) == [(-1,)], step
        mails = world.rows("SELECT template_type, status FROM email_outbox WHERE cause_id = %s", order)
        assert mails == [("order_confirmation", "sent")], step
        assert world.mails() == world.rows("SELECT count(*) FROM email_outbox")[0][0], step
        assert shop.inventory.verify(SYSTEM) == [], step

    walked(world, make, edits=False, must_pass=PURCHASE, check=check)


def test_whatever_step_a_process_dies_at_money_for_a_cancelled_order_goes_back_once(
    world: World, make: Builders, shop: Commerce
) -> None:
    def check(buyer: Buyer, step: str) -> None:
        [(order, status)] = buyer.orders()
        paid = world.rows(
            "SELECT status, captured_amount, refunded_amount, amount FROM payments WHERE order_id = %s", order
        )
        refunds = world.rows("SELECT status FROM refunds WHERE order_id = %s", order)
        if status == OrderStatus.PAID:  # The process died before the edit, and the provider was faster than its repeat.
            assert (len(paid), refunds) == (1, []), step
        else:
            assert status == OrderStatus.CANCELLED, step
            [(_, captured, refunded, amount)] = paid
            assert captured == refunded == amount, step
            assert refunds == [("succeeded",)], step
            assert shop.cart.get(buyer.cart.id).status is CartStatus.ACTIVE, step
        assert world.mails() == world.rows("SELECT count(*) FROM email_outbox")[0][0], step
        assert shop.inventory.verify(SYSTEM) == [], step

    walked(world, make, edits=True, must_pass=LATE_MONEY - PURCHASE, check=check)
