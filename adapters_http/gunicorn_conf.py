"""gunicorn's settings, read from the same environment as everything else."""

import gc
import sys
from pathlib import Path
from typing import Any

from gunicorn.glogging import Logger

import adapters_http.wsgi  # noqa: F401 - before the fork, so that the workers share the memory of the code
from commerce_core.gateways.json_logs import json_formatter
from commerce_core.gateways.sentry import must_have_sentry
from commerce_core.kernel.errors import CommerceError
from commerce_core.postgres.server import must_be_fit
from commerce_core.settings import from_environ

REFUSED = 2  # the exit code, as on the command line

_settings = from_environ()
_memory = Path("/dev/shm")  # noqa: S108 - only gunicorn's heartbeat file lives here

wsgi_app = "adapters_http.wsgi:application()"
bind = f"{'0.0.0.0' if _settings.production else '127.0.0.1'}:{_settings.port}"  # noqa: S104 - a container's own address
worker_class = "adapters_http.patient_worker.PatientWorker"  # gthread
workers = _settings.processes
threads = _settings.threads
keepalive = 75  # seconds; longer than the usual proxy keeps an idle connection, so that we never close first
timeout = 30  # seconds without a heartbeat
graceful_timeout = 25  # seconds for requests under way, within the usual drain time of a platform
limit_request_line = 8190
limit_request_fields = 64
limit_request_field_size = 8190
worker_tmp_dir = str(_memory) if _memory.is_dir() else None  # A heartbeat must not wait for a disk.
control_socket_disable = True
loglevel = _settings.log_level
accesslog = None  # The application writes its own lines, without the ids that open carts.


class ServerLog(Logger):  # type: ignore[misc]
    """gunicorn's own few lines, in JSON like all others."""

    def setup(self, cfg: Any) -> None:
        """Keep gunicorn's handlers, change what they write."""
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(json_formatter())


logger_class = ServerLog


def on_starting(server: Any) -> None:
    """Refuse to serve customers from a database that may forget their orders, or unable to tell errors.

    Nobody has been let in yet.
    """
    try:
        must_be_fit(_settings)
        must_have_sentry(_settings)
    except CommerceError as refused:
        server.log.critical("%s: %s", refused.code, refused)
        sys.exit(REFUSED)


def when_ready(_server: Any) -> None:
    """Keep the collector's hands off what the workers share: touching it would copy it."""
    gc.collect()
    gc.freeze()
