"""JSON lines on stderr."""

import logging
import sys

import orjson
import structlog
from structlog.typing import EventDict, WrappedLogger


def log_json(level: str) -> None:
    """Send every logger of the process to stderr, one JSON object a line. Called once, by an entry point.

    Procrastinate tells each step of each job, of which there are several every five seconds: it is heard from warnings
    on, unless everything is asked for.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[
                structlog.processors.add_log_level,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                structlog.stdlib.ExtraAdder(),
                _logger_name,
            ],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                _line,
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    if level.lower() != "debug":
        logging.getLogger("procrastinate").setLevel(logging.WARNING)


def _logger_name(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    return {**event, "logger": event["_record"].name}


def _line(_logger: WrappedLogger, _name: str, event: EventDict) -> str:
    return orjson.dumps(event, default=repr).decode()
