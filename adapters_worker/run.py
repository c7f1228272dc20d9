"""Runs the worker and keeps it running: `python -m adapters_worker`.

Procrastinate's worker ends, without an error, when PostgreSQL goes away. Here it is started again until somebody says
stop.
"""

import asyncio
import logging
import random
import signal
import sys
import time

from procrastinate import App

from adapters_worker.app import QUIET, build, shop_of_the_worker
from adapters_worker.couriers import Couriers
from commerce_core.gateways.json_logs import log_json, tell_errors
from commerce_core.gateways.sentry import reporter
from commerce_core.kernel.errors import CommerceError
from commerce_core.postgres.server import must_be_fit
from commerce_core.settings import Settings, from_environ

_log = logging.getLogger("commerce.worker")
REFUSED = 2  # the exit code, as on the command line
_FIRST_WAIT, _LONGEST_WAIT = 0.2, 10.0  # seconds
_HEALTHY = 30.0  # A worker that ran for so many seconds starts the waits anew.


def main() -> None:
    """Read the environment and work until SIGTERM or SIGINT."""
    settings = from_environ()
    log_json(settings.log_level, quiet=QUIET)
    try:
        run(settings)
    except CommerceError as refused:
        _log.critical("%s: %s", refused.code, refused)
        sys.exit(REFUSED)


def run(settings: Settings) -> None:
    """Work for the shop of these settings until SIGTERM or SIGINT; then finish what runs, within seconds.

    Raises `SentryNotInstalled`, in production `DatabaseNotDurable` or `DatabaseUnavailable`, before anything is done.
    """
    must_be_fit(settings)
    if report := reporter(settings):
        tell_errors(report)
    with shop_of_the_worker(settings) as shop, Couriers(shop) as couriers:
        app = build(shop, couriers)
        asyncio.run(_until_told_to_stop(app))


async def _until_told_to_stop(app: App) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    _log.info("worker started")
    wait = _FIRST_WAIT
    while not stop.is_set():
        started = time.monotonic()
        await _one_worker(app, stop)
        if stop.is_set():
            break
        wait = _FIRST_WAIT if time.monotonic() - started > _HEALTHY else min(wait * 2, _LONGEST_WAIT)
        _log.warning("worker ended, starting another", extra={"wait": round(wait, 1)})
        await _passed(stop, wait * random.uniform(0.5, 1))  # noqa: S311 - jitter, not a secret
    _log.info("worker stopped")


async def _one_worker(app: App, stop: asyncio.Event) -> None:
    """Run one worker until it ends or somebody says stop. Cancelled, it finishes its jobs and then ends."""
    worker = asyncio.create_task(_work(app))
    told = asyncio.create_task(stop.wait())
    await asyncio.wait({worker, told}, return_when=asyncio.FIRST_COMPLETED)
    told.cancel()
    worker.cancel()
    (outcome, _) = await asyncio.gather(worker, told, return_exceptions=True)
    if isinstance(outcome, Exception):
        _log.warning("worker failed", extra={"error": type(outcome).__name__})


async def _work(app: App) -> None:
    try:  # Closed by hand: leaving the app's own block would not close what was cancelled while it was opened.
        await app.open_async()
        await app.run_worker_async(install_signal_handlers=False)
    finally:
        await app.close_async()


async def _passed(stop: asyncio.Event, seconds: float) -> None:
    """Wait, but not longer than until somebody says stop."""
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return
