"""JSON lines on stderr: the same from every process, for our own words and for those of the libraries."""

import logging
import sys
from collections.abc import Callable, Iterable

import orjson
import structlog
from structlog.typing import EventDict, WrappedLogger

from commerce_core.gateways.masks import masked

_ABOUT = (
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
)


def _masked_traceback(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    if "exception" in event:
        event["exception"] = masked(event["exception"])
    return event


PROCESSORS = (*_ABOUT, structlog.processors.format_exc_info, _masked_traceback)


def log_json(level: str, *, quiet: Iterable[str] = ()) -> None:
    """Send every logger of the standard library to stderr, one JSON object a line. Called once, by an entry point.

    The `quiet` ones are heard from warnings on, unless everything is asked for.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(json_formatter())
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    if level.lower() != "debug":
        for name in quiet:
            logging.getLogger(name).setLevel(logging.WARNING)


def tell_errors(report: Callable[[BaseException], None], *loggers: str) -> None:
    """Tell `report`, too, of each exception logged as an error; also of those of `loggers`, which tell no one above."""
    for name in ("", *loggers):
        logging.getLogger(name).addHandler(_ErrorReports(report))


class _ErrorReports(logging.Handler):
    def __init__(self, report: Callable[[BaseException], None]) -> None:
        super().__init__(logging.ERROR)
        self._report = report

    def emit(self, record: logging.LogRecord) -> None:
        """Tell of the exception, if there is one."""
        if record.exc_info and record.exc_info[1]:
            self._report(record.exc_info[1])


def json_formatter() -> logging.Formatter:
    """Writes a record with its `extra`, and the id of the request it belongs to."""
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*_ABOUT, structlog.stdlib.ExtraAdder(), _logger_name],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            _masked_traceback,
            _masked_words,
            _line,
        ],
    )


def dumps(event: EventDict, **_: object) -> bytes:
    """One line. What JSON does not know is told as Python shows it."""
    return orjson.dumps(event, default=repr)


def _logger_name(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    return {**event, "logger": event["_record"].name}


def _masked_words(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    return {name: masked(value) if isinstance(value, str) else value for name, value in event.items()}


def _line(_logger: WrappedLogger, _name: str, event: EventDict) -> str:
    return dumps(event).decode()
