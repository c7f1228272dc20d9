"""The log of requests."""

import sys
from typing import BinaryIO

import structlog
from structlog.typing import FilteringBoundLogger

from commerce_core.gateways.json_logs import PROCESSORS, dumps, log_json


def configure_logs(level: str = "info") -> FilteringBoundLogger:
    """Make the standard library log JSON, too, and return the logger of requests. Called once, by an entry point."""
    log_json(level)
    return request_logger(level, sys.stderr.buffer)


def request_logger(level: str, stream: BinaryIO) -> FilteringBoundLogger:
    """A logger that does not pass through the standard library: one line for each request has to be cheap."""
    logger: FilteringBoundLogger = structlog.wrap_logger(
        structlog.BytesLogger(stream),
        processors=[*PROCESSORS, structlog.processors.JSONRenderer(serializer=dumps)],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,
    ).bind()
    return logger
