"""Every periodic job of the shop, in one table."""

import time
from collections.abc import Callable
from functools import partial

from attrs import frozen

from adapters_worker.tasks import Drain
from commerce_core.wiring import Commerce

_WHILE = 8.0  # seconds


@frozen
class Periodic:
    """A job that runs at the ticks of `cron`: five fields, and seconds as a sixth. Running it twice does no harm.

    Of the jobs of one `line` one runs at a time, in all workers together: a job never runs beside itself, and those
    that wait for a payment provider take one thread, however slow it is.
    """

    name: str
    cron: str
    line: str
    run: Callable[[], object]


def periodic_jobs(shop: Commerce, drain: Drain) -> tuple[Periodic, ...]:
    """The table."""
    return (
        Periodic("drain_net", _every(5), "drain", drain),
        Periodic("release_expired_holds", _every(10), "stock", shop.inventory.release_expired),
        Periodic("apply_provider_events", _every(5), "provider", shop.payments.apply_due),
        Periodic("finish_interrupted_payments", _every(30), "provider", shop.payments.resume),
        Periodic("finish_interrupted_refunds", _every(30), "provider", shop.refunds.resume),
        Periodic(
            "reconcile_payments",
            f"*/{shop.settings.reconcile_minutes} * * * *",
            "reconciliation",  # A line of its own: going through a provider's lists takes its time.
            shop.reconciliation.catch_up,
        ),
        Periodic("expire_unpaid_orders", _every(30), "provider", shop.checkout.expire_unpaid),
        Periodic("complete_arrived_orders", "27 * * * *", "housekeeping", shop.shipments.complete_arrived),
        Periodic("forget_idempotency_keys", "17 * * * *", "housekeeping", shop.idempotency.forget_old),
        Periodic("purge_carts", "37 * * * *", "housekeeping", shop.cart.purge),
        Periodic("prune_events", "47 * * * *", "housekeeping", shop.outbox.prune),
        Periodic("prune_provider_events", "57 * * * *", "housekeeping", shop.inbox.prune),
        Periodic("fetch_remote_images", _every(10), "media", _for_a_while(partial(shop.remote_images.fetch_due, 1))),
        Periodic("purge_uploads", "*/10 * * * *", "media", shop.media.purge),
    )


def _for_a_while(step: Callable[[], int]) -> Callable[[], None]:
    """Take steps until there is nothing to do, or so long that the next tick comes: a worker has to be able to stop."""

    def run() -> None:
        end = time.monotonic() + _WHILE
        while step() and time.monotonic() < end:
            pass

    return run


def _every(seconds: int) -> str:
    return f"* * * * * */{seconds}"
