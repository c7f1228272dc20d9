"""`commerce webhooks-out`: the same use cases as over HTTP."""

from uuid import uuid4

import psycopg
import pytest

from tests.cli.conftest import Commerce

URL = "https://erp.example.com/hooks"
WORD = "webhooks-out"


@pytest.fixture
def made(commerce: Commerce) -> dict[str, object]:
    said = commerce(WORD, "create", URL, "--event", "order_paid", "--description", "ERP", "--json")
    assert said.code == 0, said.err
    return said.value


@pytest.fixture
def subscription(made: dict[str, dict[str, object]]) -> object:
    return made["subscription"]["id"]


def test_a_subscription_is_made_shown_and_listed_its_secret_once(
    commerce: Commerce, made: dict[str, object], subscription: object
) -> None:
    shown = commerce(WORD, "show", subscription)
    assert str(made["secret"]).startswith("whsec_")
    assert "whsec_" not in shown.out + commerce(WORD, "list").out + commerce(WORD, "show", subscription, "--json").out
    assert commerce(WORD, "list", "--json").value["items"][0]["url"] == URL
    assert "(shown this once)" in commerce(WORD, "create", URL).out
    assert "order_paid\torder\t1" in commerce(WORD, "events").out


def test_it_is_changed_disabled_enabled_rotated_and_deleted(commerce: Commerce, subscription: object) -> None:
    changed = commerce(WORD, "change", subscription, "--event", "order_paid", "--event", "refund_made", "--json").value
    assert changed["event_types"] == ["order_paid", "refund_made"]
    assert commerce(WORD, "change", subscription, "--all-events", "--json").value["event_types"] == []
    assert commerce(WORD, "change", subscription, "--description", "Books", "--json").value["description"] == "Books"
    assert commerce(WORD, "disable", subscription, "--json").value["status"] == "disabled"
    assert commerce(WORD, "test", subscription).code == 4
    assert commerce(WORD, "enable", subscription, "--json").value["status"] == "active"
    assert commerce(WORD, "rotate-secret", subscription, "--json").value["secret"].startswith("whsec_")
    assert commerce(WORD, "delete", subscription).code == 0
    assert commerce(WORD, "show", subscription).code == 3


def test_deliveries_are_listed_shown_retried_and_resent(
    commerce: Commerce, subscription: object, database_url: str
) -> None:
    event = commerce(WORD, "test", subscription, "--json").value["event_id"]
    with psycopg.connect(database_url, autocommit=True) as database:
        database.execute("UPDATE subscription_deliveries SET status = 'dead', error = 'answered 500', attempts = 9")

    dead = commerce(WORD, "deliveries", subscription, "--status", "dead")
    assert "answered 500" in dead.out
    assert commerce(WORD, "delivery", subscription, event).out.startswith("Event")
    assert commerce(WORD, "retry", subscription, event).out == f"{event} is due again.\n"
    assert commerce(WORD, "delivery", subscription, event, "--json").value["status"] == "pending"
    resent = commerce(WORD, "resend", subscription, "--since", "2026-01-02", "--json").value
    assert resent["resending_from"] == "2026-01-02T00:00:00Z"
    commerce(WORD, "test", subscription)
    page = commerce(WORD, "deliveries", subscription, "--per-page", 1)
    assert "1 of 2, more with --cursor " in page.err
    assert commerce(WORD, "deliveries", subscription, "--cursor", page.err.split()[-1], "--json").value["total"] == 2


def test_what_is_wrong_ends_in_the_exit_code_of_its_family(commerce: Commerce, subscription: object) -> None:
    assert commerce(WORD, "create", "http://erp.example.com/").code == 2
    assert commerce(WORD, "create", URL, "--event", "order_lost").code == 2
    assert commerce(WORD, "resend", subscription, "--since", "soon").code == 2
    assert commerce(WORD, "resend", subscription, "--since", "2999-01-01").code == 2
    assert commerce(WORD, "retry", subscription, uuid4()).code == 3
    assert commerce(WORD, "list", "--json").value["total"] == 1
