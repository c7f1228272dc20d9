"""JSON lines on stderr: the same from every process, for our own words and for those of the libraries."""

import logging
import sys
from collections.abc import Iterable

import orjson
import structlog
from structlog.typing import EventDict, WrappedLogger

_ABOUT = (
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
)
PROCESSORS = (*_ABOUT, structlog.processors.format_exc_info)


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


def json_formatter() -> logging.Formatter:
    """Writes a record with its `extra`, and the id of the request it belongs to."""
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*_ABOUT, structlog.stdlib.ExtraAdder(), _logger_name],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            _line,
        ],
    )


def dumps(event: EventDict, **_: object) -> bytes:
    """One line. What JSON does not know is told as Python shows it."""
    return orjson.dumps(event, default=repr)


def _logger_name(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    return {**event, "logger": event["_record"].name}


def _line(_logger: WrappedLogger, _name: str, event: EventDict) -> str:
    return dumps(event).decode()
