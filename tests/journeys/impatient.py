"""Hands on events and delivers webhooks as the worker does, with little patience: `python -m tests.journeys.impatient`.

So that a story of failures and deaths takes seconds. It works until somebody kills it.
"""

import time
from datetime import timedelta

from attrs import evolve

from adapters_worker.couriers import Couriers
from commerce_core import open_shop
from commerce_core.gateways.webhook_post import WebhookPost, is_inner_or_public
from commerce_core.settings import from_environ
from commerce_core.subscriptions.model import DeliveryPolicy

POLICY = DeliveryPolicy(
    lease=timedelta(seconds=1.5),
    first=timedelta(seconds=0.05),
    longest=timedelta(seconds=0.5),
    rest=timedelta(seconds=0.05),
    longest_rest=timedelta(seconds=0.3),
)


def main() -> None:
    """Until somebody kills it."""
    with open_shop(settings=from_environ()) as opened:
        endpoints = WebhookPost(is_inner_or_public, seconds=1)
        shop = evolve(opened, deliveries=evolve(opened.deliveries, policy=POLICY, endpoints=endpoints))
        couriers = Couriers(shop)
        while True:
            shop.outbox.drain()
            couriers()
            time.sleep(0.05)


if __name__ == "__main__":
    main()
