"""JSON lines on stderr, ours and those of the libraries alike."""

import logging
import sys
from typing import BinaryIO

import orjson
import structlog
from structlog.typing import EventDict, FilteringBoundLogger, WrappedLogger

_SHARED = (
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
)


def configure_logs(level: str = "info") -> FilteringBoundLogger:
    """Make the standard library log JSON, too, and return the logger of requests. Called once, by an entry point."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(json_formatter())
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    return request_logger(level, sys.stderr.buffer)


def json_formatter() -> logging.Formatter:
    """Writes a record of the standard library as the same JSON line, request id included."""
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*_SHARED[:3], structlog.stdlib.add_logger_name],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_SHARED[3:], _text_line],
    )


def request_logger(level: str, stream: BinaryIO) -> FilteringBoundLogger:
    """A logger that does not pass through the standard library: one line for each request has to be cheap."""
    logger: FilteringBoundLogger = structlog.wrap_logger(
        structlog.BytesLogger(stream),
        processors=[*_SHARED, structlog.processors.JSONRenderer(serializer=_dumps)],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,
    ).bind()
    return logger


def _dumps(event: EventDict, **_: object) -> bytes:
    return orjson.dumps(event, default=repr)


def _text_line(_logger: WrappedLogger, _name: str, event: EventDict) -> str:
    return _dumps(event).decode()
