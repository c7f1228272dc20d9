"""Unexpected errors, told to Sentry: what broke and where, and nothing about anybody. Needs the extra `sentry`."""

import atexit
import importlib.util
from collections.abc import Callable
from importlib.metadata import version
from typing import TYPE_CHECKING

from attrs import frozen

from commerce_core.kernel.errors import CommerceError, Invalid
from commerce_core.settings import Settings

if TYPE_CHECKING:
    from sentry_sdk.types import Event, Hint

Report = Callable[[BaseException], None]

_PATIENCE = 2.0  # seconds a process that ends waits for what is still to be sent
# Everything else the library may know of stays here, also what its next version learns to collect.
_TOLD = frozenset({"event_id", "timestamp", "platform", "level", "release", "environment", "sdk", "exception", "tags"})
_TOLD_OF_ERRORS = frozenset({"type", "module", "mechanism", "stacktrace"})  # never `value`, the words


@frozen
class SentryNotInstalled(Invalid):
    """Nothing starts: whoever set the address believes that errors are told."""

    code = "sentry-not-installed"
    detail = "SENTRY_DSN is set, and the extra `sentry` of this package is not installed."


def must_have_sentry(settings: Settings) -> None:
    """Raise `SentryNotInstalled` where errors are to be told and cannot be."""
    if settings.sentry_dsn and importlib.util.find_spec("sentry_sdk") is None:
        raise SentryNotInstalled


def reporter(settings: Settings) -> Report | None:
    """Who tells Sentry of an error, in the background; None without `SENTRY_DSN`. To be made after a fork.

    Refusals are not told. Raises `SentryNotInstalled`.
    """
    must_have_sentry(settings)
    if not settings.sentry_dsn:
        return None
    from sentry_sdk import Client  # noqa: PLC0415 - an extra
    from sentry_sdk.utils import event_from_exception  # noqa: PLC0415 - an extra
    from structlog.contextvars import get_contextvars  # noqa: PLC0415 - an extra

    # A client and no `init`: nothing is patched, and there is no scope to gather what was asked, said and queried.
    client = Client(
        dsn=settings.sentry_dsn,
        environment=settings.environment.value,
        release=f"commerce-core@{version('commerce-core')}",
        before_send=_without_data,
        include_local_variables=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        default_integrations=False,
        auto_enabling_integrations=False,
        auto_session_tracking=False,
        send_client_reports=False,
    )
    atexit.register(client.close, timeout=_PATIENCE)

    def report(error: BaseException) -> None:
        if isinstance(error, Exception) and not isinstance(error, CommerceError):
            event, hint = event_from_exception(error, client_options=client.options)
            request_id = get_contextvars().get("request_id")
            event["tags"] = {"request_id": str(request_id)} if request_id else {}
            client.capture_event(event, hint)

    return report


def _without_data(event: "Event", _hint: "Hint") -> "Event":
    """Kinds of errors and the lines they came from. Their words stay in our log, to be found by the request's id."""
    told = {name: value for name, value in event.items() if name in _TOLD}
    errors = event.get("exception", {}).get("values", [])
    told["exception"] = {
        "values": [{name: value for name, value in error.items() if name in _TOLD_OF_ERRORS} for error in errors]
    }
    return told  # type: ignore[return-value]
