"""A request that took effect never runs twice under its key, wherever its answer was lost."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from uuid import UUID

import pytest
from attrs import field, frozen
from falcon.testing import Result, TestClient

from adapters_http.operation import Answer, Idempotent, operation
from commerce_core.cart.service import CartService, NewCart, NewItem
from commerce_core.kernel.errors import Busy, Conflict, DatabaseUnavailable
from commerce_core.kernel.idempotency import LEASE, Running, marking
from commerce_core.postgres.work import PostgresBegin
from commerce_core.testing.builders import Builders
from commerce_core.testing.clock import Clock
from commerce_core.wiring import Commerce

ClientOf = Callable[[Mapping[str, object]], TestClient]
BODY = b'{"quantity": 1}'
JSON = {"Content-Type": "application/json"}


@frozen
class Refused(Conflict):
    """The second step was refused."""

    code = "test-refused"
    detail = "Refused."


@frozen
class More:
    """How many more."""

    quantity: int


@frozen
class Shelf:
    """Adds to a cart, and can lose its answer before or after the commit."""

    cart: CartService
    variant_id: UUID
    before: list[Exception] = field(factory=list)
    after: list[Exception] = field(factory=list)

    @operation("Add", answers={201: More}, refusals=(Refused,), idempotency=Idempotent.HONOURED)
    def on_post(self, cart_id: UUID, body: More) -> Answer:
        return self._add(cart_id, body)

    @operation("Add on", answers={201: More}, refusals=(Refused,), idempotency=Idempotent.REQUIRED, resumable=True)
    def on_put(self, cart_id: UUID, body: More) -> Answer:
        return self._add(cart_id, body)

    def _add(self, cart_id: UUID, body: More) -> Answer:
        if self.before:
            self.cart.get(cart_id)  # A transaction that writes nothing.
            raise self.before.pop()
        self.cart.add_item(cart_id, NewItem(self.variant_id, body.quantity))
        if self.after:
            raise self.after.pop()
        return Answer(body, 201)


@pytest.fixture
def shelf(shop: Commerce, make: Builders) -> Shelf:
    return Shelf(shop.cart, make.variant())


@pytest.fixture
def cart_id(make: Builders) -> UUID:
    return make.cart().id


@pytest.fixture
def send(client_of: ClientOf, shelf: Shelf, cart_id: UUID) -> Callable[..., Result]:
    client = client_of({"/carts/{cart_id}/items": shelf})

    def sent(method: str = "POST", body: bytes = BODY) -> Result:
        return client.simulate_request(
            method, f"/carts/{cart_id}/items", body=body, headers=JSON | {"Idempotency-Key": "k"}
        )

    return sent


@pytest.fixture
def running(shop: Commerce, cart_id: UUID) -> Running:
    """The key of a request that another process has begun, and will not answer."""
    started = shop.idempotency.start(f"owner:{cart_id} POST /carts/{cart_id}/items", "k", BODY)
    assert isinstance(started, Running)
    return started


def told(answer: Result) -> tuple[int, str | None]:
    return answer.status_code, answer.json.get("code")


def quantity(shop: Commerce, cart_id: UUID) -> int:
    return sum(item.quantity for item in shop.cart.get(cart_id).items)


@pytest.mark.parametrize("lost", [DatabaseUnavailable(), ZeroDivisionError(), Refused(), Busy()], ids=repr)
def test_what_failed_after_its_commit_does_not_run_again(
    send: Callable[..., Result], shelf: Shelf, shop: Commerce, cart_id: UUID, lost: Exception
) -> None:
    shelf.after.append(lost)
    assert send().status_code >= 400

    assert told(send()) == told(send()) == (409, "idempotency-answer-lost")
    assert told(send(body=b'{"quantity": 2}')) == (422, "idempotency-key-reused")
    assert quantity(shop, cart_id) == 1


@pytest.mark.parametrize("lost", [DatabaseUnavailable(), ZeroDivisionError(), Refused(), Busy()], ids=repr)
def test_what_failed_before_it_changed_anything_may_be_tried_again_at_once(
    send: Callable[..., Result], shelf: Shelf, shop: Commerce, cart_id: UUID, lost: Exception
) -> None:
    shelf.before.append(lost)
    assert send().status_code >= 400

    assert send().status_code == 201
    assert send().headers["Idempotency-Replayed"] == "true"
    assert quantity(shop, cart_id) == 1


def test_what_a_killed_process_had_committed_does_not_run_again(
    send: Callable[..., Result], running: Running, shelf: Shelf, shop: Commerce, cart_id: UUID, clock: Clock
) -> None:
    with marking(running):
        shop.cart.add_item(cart_id, NewItem(shelf.variant_id, 1))

    assert told(send()) == (409, "idempotency-in-progress")  # It might still answer.
    clock.forward(LEASE + timedelta(seconds=1))
    assert told(send()) == told(send()) == (409, "idempotency-answer-lost")
    assert quantity(shop, cart_id) == 1


def test_what_a_killed_process_had_not_committed_runs(
    send: Callable[..., Result], running: Running, shop: Commerce, cart_id: UUID, clock: Clock
) -> None:
    assert told(send()) == (409, "idempotency-in-progress")
    clock.forward(LEASE + timedelta(seconds=1))

    assert send().status_code == 201
    assert quantity(shop, cart_id) == 1


@pytest.mark.parametrize("why", ["given up", "taken over"])
def test_a_transaction_whose_key_went_to_another_request_commits_nothing(
    why: str, send: Callable[..., Result], running: Running, shelf: Shelf, shop: Commerce, cart_id: UUID, clock: Clock
) -> None:
    if why == "given up":
        shop.idempotency.finish(running, None)
    else:
        clock.forward(LEASE + timedelta(seconds=1))
        shelf.before.append(Refused())
    assert send().status_code == (201 if why == "given up" else 409)
    before = quantity(shop, cart_id)

    with marking(running), pytest.raises(Busy):
        shop.cart.add_item(cart_id, NewItem(shelf.variant_id, 1))
    assert quantity(shop, cart_id) == before


def test_a_new_cart_is_marked_like_everything_else(shop: Commerce) -> None:
    running = shop.idempotency.start("POST /v1/store/cart", "k" * 16, b"{}")
    assert isinstance(running, Running)
    shop.idempotency.finish(running, None)

    with marking(running), pytest.raises(Busy):
        shop.cart.create(NewCart())
    with shop.database.read() as session:
        assert session.connection.execute("SELECT count(*) FROM carts").fetchone() == (0,)


def test_two_transactions_of_one_request_may_both_mark(running: Running, shop: Commerce) -> None:
    begin = PostgresBegin(shop.database)
    with marking(running):
        shop.cart.create(NewCart())
        with suppress(Refused), begin() as work:
            work.orders.draw_number()
            raise Refused
        shop.cart.create(NewCart())
    with shop.database.read() as session:
        assert session.connection.execute("SELECT count(*) FROM carts").fetchone() == (3,)


def test_what_can_be_resumed_runs_again(
    send: Callable[..., Result], shelf: Shelf, shop: Commerce, cart_id: UUID
) -> None:
    shelf.after.append(DatabaseUnavailable())
    assert send("PUT").status_code == 503

    assert send("PUT").status_code == 201
    assert quantity(shop, cart_id) == 2  # This one is not really resumable; checkout is.
