"""Operators keep subscriptions: checked, audited, with a secret that is shown once and lies sealed."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from attrs import evolve

from commerce_core import Commerce
from commerce_core.access.errors import PermissionDenied
from commerce_core.access.model import SYSTEM, Actor, Origin, Role
from commerce_core.kernel.errors import InvalidInput
from commerce_core.kernel.page import PageRequest
from commerce_core.orders.events import OrderPaid
from commerce_core.reactions import TOLD
from commerce_core.subscriptions.drafts import NewSubscription, Rules, SubscriptionChanges
from commerce_core.subscriptions.errors import (
    SubscriptionNotActive,
    SubscriptionNotFound,
    SubscriptionVersionStale,
    TooManySubscriptions,
)
from commerce_core.subscriptions.model import MAX_SUBSCRIPTIONS, SubscriptionStatus
from commerce_core.subscriptions.views import SecretView
from commerce_core.testing.clock import Clock
from tests.receiver import Receiver

Subscribed = Callable[..., SecretView]
Happen = Callable[..., None]
Rows = Callable[..., list[tuple[Any, ...]]]
Kept = Callable[[], dict[str, list[str]]]

ERP = "https://erp.example.com/hooks/tok_canary?key=canary"
MANAGER = Actor.staff(uuid4(), "Mo", Role.MANAGER, Origin())
SUPPORT = Actor.staff(uuid4(), "Su", Role.SUPPORT, Origin())


def test_a_secret_is_shown_once_and_lies_sealed_and_nowhere_else(shop: Commerce, rows: Rows) -> None:
    made = shop.subscriptions.create(SYSTEM, NewSubscription(ERP, "Books", ("order_paid",)))

    assert made.secret.startswith("whsec_")
    assert made.secret not in repr(made)
    found = shop.subscriptions.find(MANAGER, made.subscription.id)
    assert found == made.subscription
    assert (found.url, found.description, found.event_types) == (ERP, "Books", ("order_paid",))
    kept = json.dumps([rows(f"SELECT t::text FROM {table} t") for table in ("subscriptions", "audit_logs")])
    assert made.secret not in kept
    assert made.secret.encode().hex() not in kept


def test_each_change_stands_in_the_audit_log_once_without_what_may_be_a_token(shop: Commerce, rows: Rows) -> None:
    made = shop.subscriptions.create(SYSTEM, NewSubscription(ERP)).subscription
    shop.subscriptions.change(SYSTEM, made.id, SubscriptionChanges(event_types=("order_paid",), description="ERP"))
    shop.subscriptions.change(SYSTEM, made.id, SubscriptionChanges(description="ERP"))  # It is so already.
    shop.subscriptions.rotate_secret(SYSTEM, made.id)
    test = shop.deliveries.test(SYSTEM, made.id)
    shop.deliveries.retry(SYSTEM, made.id, test.event_id)
    shop.deliveries.resend(SYSTEM, made.id, made.created_at)
    shop.subscriptions.delete(SYSTEM, made.id)

    told = rows("SELECT action, changes FROM audit_logs WHERE entity_id = %s ORDER BY id", str(made.id))
    assert [action for action, _ in told] == [
        f"subscriptions.{what}"
        for what in ("created", "changed", "secret_rotated", "tested", "retried", "resent", "deleted")
    ]
    assert told[1][1] == {
        "description": {"before": "", "after": "ERP"},
        "event_types": {"before": [], "after": ["order_paid"]},
    }
    assert told[0][1]["url"] == {"before": None, "after": "erp.example.com"}
    assert "canary" not in json.dumps(told)
    assert all(changes for _, changes in told)


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("", "too-short"),
        ("erp.example.com/hooks", "https-required"),
        ("http://erp.example.com/hooks", "https-required"),
        ("ftp://erp.example.com", "https-required"),
        ("https:///hooks", "invalid-address"),
        ("https://erp.example.com:port/", "invalid-address"),
        ("https://[::1/", "invalid-address"),
        ("https://user:pass@erp.example.com/", "credentials-in-address"),
        ("https://erp.example.com/#there", "invalid-address"),
        ("https://erp.example.com/\nHost: x", "forbidden-character"),
        ("https://erp.example.com/" + "a" * 2000, "too-long"),
        ("https://erp.example.com/" + "é" * 900, "too-long"),
    ],
)
def test_an_address_is_one_of_the_web_and_https(shop: Commerce, kept: Kept, url: str, code: str) -> None:
    strict = evolve(shop.subscriptions, rules=Rules(TOLD))
    before = kept()

    with pytest.raises(InvalidInput) as refused:
        strict.create(SYSTEM, NewSubscription(url))

    assert [(error.pointer, error.code) for error in refused.value.errors] == [("/url", code)]
    assert kept() == before


def test_an_address_is_kept_as_it_is_called(shop: Commerce) -> None:
    made = shop.subscriptions.create(SYSTEM, NewSubscription("https://Bücher.example:8443/ä b?q=ü"))

    assert made.subscription.url == "https://xn--bcher-kva.example:8443/%C3%A4%20b?q=%C3%BC"


def test_what_nobody_tells_of_cannot_be_subscribed_to(shop: Commerce, kept: Kept) -> None:
    made = shop.subscriptions.create(SYSTEM, NewSubscription(ERP)).subscription
    before = kept()
    for types in (("order_paid", "order_lost"), ("order_paid", "customer_proof_requested")):
        with pytest.raises(InvalidInput) as refused:
            shop.subscriptions.change(SYSTEM, made.id, SubscriptionChanges(event_types=types))
        assert [(error.pointer, error.code) for error in refused.value.errors] == [
            ("/event_types/1", "unknown-event-type")
        ]
    assert kept() == before
    assert [one.type for one in shop.subscriptions.event_types(MANAGER)] == sorted(TOLD)


def test_nobody_without_the_permission_sees_or_changes_anything(shop: Commerce, kept: Kept) -> None:
    made = shop.subscriptions.create(SYSTEM, NewSubscription(ERP)).subscription
    event_id = shop.deliveries.test(SYSTEM, made.id).event_id
    before = kept()
    subscriptions, deliveries, since = shop.subscriptions, shop.deliveries, made.created_at
    reads: list[Callable[[Actor], object]] = [
        subscriptions.event_types,
        lambda actor: subscriptions.list_all(actor, PageRequest()),
        lambda actor: subscriptions.find(actor, made.id),
        lambda actor: deliveries.list_all(actor, made.id),
        lambda actor: deliveries.find(actor, made.id, event_id),
    ]
    writes: list[Callable[[Actor], object]] = [
        lambda actor: subscriptions.create(actor, NewSubscription(ERP)),
        lambda actor: subscriptions.change(actor, made.id, SubscriptionChanges(enabled=False)),
        lambda actor: subscriptions.rotate_secret(actor, made.id),
        lambda actor: subscriptions.delete(actor, made.id),
        lambda actor: deliveries.retry(actor, made.id, event_id),
        lambda actor: deliveries.resend(actor, made.id, since),
        lambda actor: deliveries.test(actor, made.id),
    ]
    for read in reads:
        read(MANAGER)
        with pytest.raises(PermissionDenied):
            read(SUPPORT)
    for write in writes:
        with pytest.raises(PermissionDenied):
            write(MANAGER)
    assert kept() == before


def test_what_is_not_there_is_refused_everywhere(shop: Commerce, kept: Kept) -> None:
    gone = shop.subscriptions.create(SYSTEM, NewSubscription(ERP)).subscription
    shop.subscriptions.delete(SYSTEM, gone.id)
    before = kept()
    calls: list[Callable[[UUID], object]] = [
        lambda missing: shop.subscriptions.find(SYSTEM, missing),
        lambda missing: shop.subscriptions.change(SYSTEM, missing, SubscriptionChanges(enabled=True)),
        lambda missing: shop.subscriptions.rotate_secret(SYSTEM, missing),
        lambda missing: shop.subscriptions.delete(SYSTEM, missing),
        lambda missing: shop.deliveries.list_all(SYSTEM, missing),
        lambda missing: shop.deliveries.retry(SYSTEM, missing, uuid4()),
        lambda missing: shop.deliveries.resend(SYSTEM, missing, gone.created_at),
        lambda missing: shop.deliveries.test(SYSTEM, missing),
    ]
    for missing in (uuid4(), gone.id):
        for call in calls:
            with pytest.raises(SubscriptionNotFound):
                call(missing)
    assert shop.subscriptions.list_all(SYSTEM, PageRequest()).total == 0
    assert kept() == before


def test_who_has_read_an_older_version_changes_nothing(shop: Commerce, kept: Kept) -> None:
    made = shop.subscriptions.create(SYSTEM, NewSubscription(ERP)).subscription
    shop.subscriptions.change(SYSTEM, made.id, SubscriptionChanges(description="ERP"), made.version)
    before = kept()
    with pytest.raises(SubscriptionVersionStale):
        shop.subscriptions.change(SYSTEM, made.id, SubscriptionChanges(description="CRM"), made.version)
    with pytest.raises(SubscriptionVersionStale):
        shop.subscriptions.delete(SYSTEM, made.id, made.version)
    assert kept() == before


def test_there_is_an_end_to_how_many_there_can_be(shop: Commerce, kept: Kept, rows: Rows) -> None:
    made = shop.subscriptions.create(SYSTEM, NewSubscription(ERP)).subscription
    rows(
        "INSERT INTO subscriptions (id, url, status, secret) "
        "SELECT gen_random_uuid(), url, status, secret FROM subscriptions, generate_series(2, %s)", MAX_SUBSCRIPTIONS,
    )  # fmt: skip
    before = kept()
    with pytest.raises(TooManySubscriptions):
        shop.subscriptions.create(SYSTEM, NewSubscription(ERP))
    assert kept() == before
    shop.subscriptions.delete(SYSTEM, made.id)
    shop.subscriptions.create(SYSTEM, NewSubscription(ERP))


def test_while_a_secret_is_rotated_both_sign_and_after_a_day_the_new_one_alone(
    shop: Commerce, clock: Clock, receiver: Receiver, subscribed: Subscribed, happen: Happen
) -> None:
    first = subscribed()
    clock.forward(timedelta(0))
    second = shop.subscriptions.rotate_secret(SYSTEM, first.subscription.id)
    assert second.subscription.old_secret_until == clock.now + timedelta(hours=24)

    def signed_with(*secrets: str) -> list[bool]:
        happen()
        shop.deliveries.send_due()
        return [receiver.heard[-1].is_signed_with(secret) for secret in secrets]

    assert signed_with(first.secret, second.secret) == [True, True]
    clock.forward(timedelta(hours=23, minutes=59))
    assert signed_with(first.secret, second.secret) == [True, True]
    clock.forward(timedelta(minutes=1))
    assert signed_with(first.secret, second.secret) == [False, True]
    assert shop.subscriptions.find(SYSTEM, first.subscription.id).old_secret_until is None

    third = shop.subscriptions.rotate_secret(SYSTEM, first.subscription.id)
    fourth = shop.subscriptions.rotate_secret(SYSTEM, first.subscription.id)
    assert signed_with(second.secret, third.secret, fourth.secret) == [False, True, True]


def test_what_is_disabled_hears_nothing_and_what_waits_goes_out_when_it_is_enabled(
    shop: Commerce, receiver: Receiver, subscribed: Subscribed, happen: Happen
) -> None:
    made = subscribed().subscription
    happen()
    shop.subscriptions.change(SYSTEM, made.id, SubscriptionChanges(enabled=False))
    happen()

    assert shop.deliveries.send_due() == 0
    found = shop.subscriptions.find(SYSTEM, made.id)
    assert (found.status, found.pending) == (SubscriptionStatus.DISABLED, 1)
    for refused in (
        lambda: shop.deliveries.test(SYSTEM, made.id),
        lambda: shop.deliveries.resend(SYSTEM, made.id, made.created_at),
    ):
        with pytest.raises(SubscriptionNotActive):
            refused()

    shop.subscriptions.change(SYSTEM, made.id, SubscriptionChanges(enabled=True))
    assert shop.deliveries.send_due() == 1
    assert len(receiver.heard) == 1


def test_another_address_gets_what_the_old_one_did_not_take(
    shop: Commerce, clock: Clock, receiver: Receiver, subscribed: Subscribed, happen: Happen
) -> None:
    made = subscribed(path="/old").subscription
    receiver.answer = lambda heard: 404 if heard.path == "/old" else 200
    happen(*(OrderPaid(uuid4()) for _ in range(5)))
    shop.deliveries.send_due()

    shop.subscriptions.change(SYSTEM, made.id, SubscriptionChanges(url=receiver.url))

    assert shop.deliveries.send_due() == 5
    assert len(receiver.ids("/hooks")) == 5
    assert shop.subscriptions.find(SYSTEM, made.id).failures == 0


def test_what_is_deleted_hears_nothing_more_and_is_forgotten_in_the_end(
    shop: Commerce, clock: Clock, rows: Rows, receiver: Receiver, subscribed: Subscribed, happen: Happen
) -> None:
    made = subscribed().subscription
    clock.forward(timedelta(0))
    happen()
    shop.subscriptions.delete(SYSTEM, made.id)

    happen()
    assert shop.deliveries.send_due() == 0
    assert rows("SELECT secret, old_secret, status FROM subscriptions") == [(None, None, "deleted")]
    assert shop.deliveries.prune() == 0
    clock.forward(timedelta(days=30))
    assert shop.deliveries.prune() == 1
    assert rows("SELECT id FROM subscriptions") == []
