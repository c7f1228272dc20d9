"""Every periodic job of the shop, in one table."""

import time
from collections.abc import Callable
from functools import partial

from attrs import frozen

from adapters_worker.couriers import Couriers
from adapters_worker.tasks import Drain
from commerce_core.customers.retention import Kept
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


def periodic_jobs(shop: Commerce, drain: Drain, couriers: Couriers) -> tuple[Periodic, ...]:
    """The table."""
    return (
        Periodic("drain_net", _every(5), "drain", drain),
        Periodic("send_webhooks", _every(5), "webhooks", couriers),
        Periodic("resend_webhooks", _every(5), "webhooks", shop.deliveries.resend_due),
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
        Periodic("withdraw_payments_left_open", "*/10 * * * *", "provider", shop.payments.withdraw_left_open),
        Periodic("expire_unpaid_orders", _every(30), "provider", shop.checkout.expire_unpaid),
        Periodic("complete_arrived_orders", "27 * * * *", "housekeeping", shop.shipments.complete_arrived),
        *(
            Periodic(f"retention_{kind}", f"{minute} * * * *", "housekeeping", partial(shop.retention.prune, kind))
            for minute, kind in enumerate(Kept, start=7)
        ),
        Periodic("seal_audit_log", "* * * * *", "housekeeping", shop.audit.seal),
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
