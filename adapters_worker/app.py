"""The Procrastinate app: `procrastinate --app=adapters_worker.app.app worker`.

Importing this module does nothing. Asking for `app` reads the environment and builds it, and still connects to nothing.
"""

import atexit
from functools import cache
from typing import Any

from attrs import evolve
from procrastinate import App, JobContext, PsycopgConnector, RetryStrategy

from adapters_worker.clockwork import STALLED, register_housekeeping
from adapters_worker.couriers import Couriers
from adapters_worker.schedule import Periodic, periodic_jobs
from adapters_worker.subscribers import subscribe
from adapters_worker.tasks import Drain
from commerce_core.gateways.json_logs import log_json, tell_errors
from commerce_core.gateways.secret_file import with_shared_secret
from commerce_core.gateways.sentry import reporter
from commerce_core.kernel.errors import Unavailable
from commerce_core.settings import Settings, from_environ
from commerce_core.wiring import Commerce, open_shop

QUEUE = "commerce"  # As the doorbell writes it. Jobs of other queues are other people's.
QUIET = ("procrastinate",)  # It tells each step of each job, of which there are several every five seconds.
_THREADS = 9  # One for each line of the schedule, one for the doorbell, one to spare.


def shop_of_the_worker(settings: Settings) -> Commerce:
    """The shop with as many connections as the worker has threads, and its subscribers. Connects to nothing; close it.

    Raises `SubscribersUnusable`.
    """
    shop = open_shop(settings=evolve(with_shared_secret(settings), threads=_THREADS))
    subscribe(shop)
    return shop


def build(shop: Commerce, couriers: Couriers | None = None) -> App:
    """An app that does the work of one shop. Connects to nothing."""
    couriers = couriers or Couriers(shop)
    app = App(
        connector=PsycopgConnector(
            conninfo=shop.settings.database_url,
            min_size=1,
            max_size=4,  # The listener holds one for good.
            timeout=5.0,
            reconnect_timeout=5.0,
            kwargs={"connect_timeout": 3, "application_name": "commerce-worker"},
        ),
        worker_defaults={
            "name": "commerce",
            "queues": [QUEUE],
            "concurrency": _THREADS,
            "delete_jobs": "successful",
            "fetch_job_polling_interval": 1.0,
            "shutdown_graceful_timeout": 5.0,
            "update_heartbeat_interval": STALLED / 5,
            "stalled_worker_timeout": STALLED,
        },
        periodic_defaults={"max_delay": 60},  # What an outage of minutes swallowed, the next tick does as well.
    )
    drain = Drain(shop)
    # A pool that PostgreSQL left has as many dead connections as threads, and each says so once.
    again = RetryStrategy(max_attempts=_THREADS, retry_exceptions=[Unavailable])

    @app.task(name="drain", queue=QUEUE, pass_context=True, retry=again)
    def ring(context: JobContext) -> None:
        drain(context.should_abort)
        couriers()  # There may be something to tell now.

    for job in periodic_jobs(shop, drain, couriers):
        register(app, job)
    register_housekeeping(app, QUEUE)
    return app


def register(app: App, job: Periodic) -> None:
    """One waiting job of a kind is enough: what a busy worker missed, the next run does as well."""

    @app.periodic(cron=job.cron)
    @app.task(name=job.name, queue=QUEUE, queueing_lock=job.name, lock=job.line)
    def run(timestamp: int) -> None:  # noqa: ARG001 - every periodic task gets it
        job.run()


@cache
def _app_of_the_environment() -> App:
    settings = from_environ()
    log_json(settings.log_level, quiet=QUIET)
    if report := reporter(settings):
        tell_errors(report)
    shop = shop_of_the_worker(settings)
    atexit.register(shop.close)
    return build(shop)


def __getattr__(name: str) -> Any:
    if name == "app":
        return _app_of_the_environment()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
