"""The API and the worker as they are run, except that a process ends, by SIGKILL, at the point that a file names.

    gunicorn --config python:adapters_http.gunicorn_conf "tests.journeys.mortal:api()"
    procrastinate --app=tests.journeys.mortal.worker worker

`MORTAL` names the file. While it is there, every process counts the points it passes and notes them beside it; the one
that passes the named point takes the file away and ends. So nobody ends twice, and who is started next lives on.
"""

import atexit
import os
import signal
import threading
from pathlib import Path
from typing import Any

import procrastinate
from attrs import define, evolve, field

from adapters_http.app import App, create_app
from adapters_http.logs import configure_logs
from adapters_worker.app import build
from commerce_core import Commerce, Settings, open_shop
from commerce_core.equipment import card_gateway
from commerce_core.gateways.json_logs import log_json
from commerce_core.gateways.secret_file import with_shared_secret
from commerce_core.settings import from_environ
from tests.crashes import Killed, SteppedCalls, Steps, stepped, stepped_gateway

WORKER_THREADS = 8


@define
class MortalSteps(Steps):
    """Points named `<part>: <point>`, in the order in which this process passes them while the file is there."""

    part: str = field(kw_only=True)
    file: Path = field(kw_only=True)
    _lock: Any = field(factory=threading.Lock, init=False)

    def reach(self, name: str) -> None:
        """Pass the point, or end the process there."""
        with self._lock:
            try:
                self.kill_at = self.file.read_text("utf-8")
            except FileNotFoundError:
                return
            try:
                super().reach(f"{self.part}: {name}")
            except Killed:
                self.file.unlink()
                os.kill(os.getpid(), signal.SIGKILL)
            finally:
                with self.file.with_suffix(".passed").open("a", encoding="utf-8") as passed:
                    passed.write(f"{self.passed[-1]}\n")


def mortal(settings: Settings, part: str) -> Commerce:
    """A shop that may die at any of its steps, those of the keys of repeated requests among them."""
    steps = MortalSteps(part=part, file=Path(os.environ["MORTAL"]))
    gateway = stepped_gateway(card_gateway(settings), steps)
    shop = stepped(open_shop(settings=settings, gateway=gateway), steps)
    atexit.register(shop.close)
    keys = SteppedCalls(shop.idempotency.store, "keys", frozenset({"claim", "keep"}), steps)
    return evolve(shop, idempotency=evolve(shop.idempotency, store=keys))


def api() -> App:
    """As `adapters_http.wsgi.application`."""
    settings = with_shared_secret(from_environ())
    log = configure_logs(settings.log_level)
    return create_app(mortal(settings, "api"), log)


def _worker() -> procrastinate.App:
    settings = with_shared_secret(from_environ())
    log_json(settings.log_level)
    return build(mortal(evolve(settings, threads=WORKER_THREADS), "worker"))


def __getattr__(name: str) -> Any:
    if name == "worker":
        return _worker()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
