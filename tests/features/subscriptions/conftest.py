"""A shop that may send webhooks to this machine, somebody who gets them, and a look at what is kept."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from attrs import evolve

from commerce_core import Commerce, Settings, open_shop
from commerce_core.access.model import SYSTEM
from commerce_core.catalog.events import ProductChanged
from commerce_core.orders.events import OrderPaid
from commerce_core.outbox.model import Event
from commerce_core.postgres.work import PostgresBegin
from commerce_core.subscriptions.drafts import NewSubscription
from commerce_core.subscriptions.views import DeliveryView, SecretView
from commerce_core.testing.fake_gateway import FakeGateway
from tests.receiver import Receiver, listening

Rows = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return evolve(settings, subscriptions_inner=True)


@pytest.fixture
def shop(database_url: str, settings: Settings, gateway: FakeGateway) -> Iterator[Commerce]:
    with open_shop(database_url, settings=settings, gateway=gateway) as opened:
        yield opened


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with listening() as found:
        yield found


@pytest.fixture
def rows(database_url: str) -> Rows:
    """What the database says, or does."""

    def ask(query: str, *parameters: object) -> list[tuple[Any, ...]]:
        with psycopg.connect(database_url) as connection:
            done = connection.execute(query, parameters)
            return done.fetchall() if done.description else []

    return ask


@pytest.fixture
def subscribed(shop: Commerce, receiver: Receiver) -> Callable[..., SecretView]:
    """The receiver subscribes, to everything unless it says less."""

    def subscribe(*event_types: str, path: str = "/hooks") -> SecretView:
        url = receiver.url.replace("/hooks", path)
        return shop.subscriptions.create(SYSTEM, NewSubscription(url, event_types=event_types))

    return subscribe


@pytest.fixture
def happen(shop: Commerce) -> Callable[..., None]:
    """Events happen, an order paid unless they are named, and are handed on."""

    def tell(*events: Event) -> None:
        begin = PostgresBegin(shop.database)
        for event in events or (OrderPaid(uuid4()),):
            with begin() as work:
                work.outbox.append(event)
        while shop.outbox.drain():
            pass

    return tell


@pytest.fixture
def deliveries(shop: Commerce) -> Callable[[UUID], tuple[DeliveryView, ...]]:
    """What is to be told to one endpoint, the newest event first."""
    return lambda subscription_id: shop.deliveries.list_all(SYSTEM, subscription_id).items


@pytest.fixture
def kept(rows: Rows) -> Callable[[], dict[str, list[str]]]:
    """Everything that a refusal must not change."""
    tables = ("subscriptions", "subscription_deliveries", "audit_logs", "outbox_events")
    return lambda: {table: sorted(str(row) for row in rows(f"SELECT t FROM {table} t")) for table in tables}


def changed(number: int = 1) -> ProductChanged:
    return ProductChanged(uuid4(), number)
