"""`commerce outbox`, `commerce inbox` and `commerce orders timeline`: the same use cases as over HTTP."""

from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from commerce_core import Commerce as Shop
from commerce_core.testing.builders import Builders
from commerce_core.testing.fake_gateway import FakeGateway


@pytest.fixture
def order(shop: Shop, make: Builders, gateway: FakeGateway):
    done = shop.checkout.check_out(make.request(make.cart((make.variant(), 1)).id))
    gateway.pay(done.payment.intent_id)
    shop.payments.receive("stripe", *gateway.event(done.payment.intent_id, "payment_intent.succeeded"))
    return done.order


@pytest.mark.parametrize(("group", "table"), [("outbox", "outbox_events"), ("inbox", "webhook_events")])
def test_what_was_given_up_is_listed_shown_and_tried_again(
    commerce, order, database_url: str, group: str, table: str
) -> None:
    one = commerce(group, "list", "--json").value["items"][0]["id"]
    assert commerce(group, "show", one, "--json").value["id"] == one
    assert commerce(group, "show", one).out.startswith("Event")
    assert commerce(group, "retry", one).code == 4
    with psycopg.connect(database_url, autocommit=True) as database:
        database.execute(f"UPDATE {table} SET status = 'dead', processed_at = NULL WHERE id = %s", (one,))

    assert [item["id"] for item in commerce(group, "list", "--status", "dead", "--json").value["items"]] == [one]
    assert commerce(group, "retry", one).out == f"{one} is due again.\n"
    assert commerce(group, "list", "--status", "dead").out.count("\n") == 1
    assert commerce(group, "show", uuid4()).code == 3


def test_a_timeline_is_told_line_by_line(commerce, order, mugs: Path) -> None:
    lines = commerce("orders", "timeline", order.reference).out.splitlines()
    assert lines[0].split("\t") == ["When", "Kind", "What", "Status", "Who", "Detail"]
    assert [line.split("\t")[2] for line in lines if line.split("\t")[1] == "status"] == ["PENDING_PAYMENT", "PAID"]
    assert commerce("orders", "timeline", "FR-9").code == 3


def test_a_reason_is_kept_with_the_change(commerce, order) -> None:
    commerce("orders", "status", order.number, "fulfilled", "--reason", "picked up")
    told = commerce("orders", "timeline", order.number, "--json").value["items"]
    assert [entry["detail"] for entry in told if entry["what"] == "FULFILLED"] == ["picked up"]
