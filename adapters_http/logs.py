"""The log of requests."""

import sys
from typing import BinaryIO

import structlog
from structlog.typing import EventDict, FilteringBoundLogger, Processor, WrappedLogger

from commerce_core.gateways.json_logs import PROCESSORS, dumps, log_json, tell_errors
from commerce_core.gateways.sentry import Report


def configure_logs(level: str = "info", report: Report | None = None) -> FilteringBoundLogger:
    """Make the standard library log JSON, too, and return the logger of requests. Called once, by an entry point.

    Unexpected errors are told to `report` as well: ours, those of libraries, and those that reach gunicorn.
    """
    log_json(level)
    if report:
        tell_errors(report, "gunicorn.error")
    return request_logger(level, sys.stderr.buffer, report)


def request_logger(level: str, stream: BinaryIO, report: Report | None = None) -> FilteringBoundLogger:
    """A logger that does not pass through the standard library: one line for each request has to be cheap."""
    logger: FilteringBoundLogger = structlog.wrap_logger(
        structlog.BytesLogger(stream),
        processors=[*_telling(report), *PROCESSORS, structlog.processors.JSONRenderer(serializer=dumps)],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,
    ).bind()
    return logger


def _telling(report: Report | None) -> list[Processor]:
    if report is None:
        return []

    def tell(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
        if isinstance(event.get("exc_info"), BaseException):
            report(event["exc_info"])
        return event

    return [tell]
