"""How Stripe says no: `{"error": {"type": …, "code": …, "message": …, "param": …}}` and a status."""

from collections.abc import Mapping
from typing import Any

JsonObject = dict[str, Any]


class ApiError(Exception):
    """An answer that is an error, in Stripe's shape."""

    stored = True  # Whether the idempotency key remembers it.

    def __init__(self, status: int, type_: str, message: str, **facts: object) -> None:
        super().__init__(message)
        self.status = status
        self.body: JsonObject = {"error": {"type": type_, "message": message} | facts}


def invalid(
    message: str, *, param: str | None = None, code: str | None = None, status: int = 400, **facts: object
) -> ApiError:
    """The request is wrong in itself, or not possible in this state."""
    named = {name: value for name, value in (("code", code), ("param", param)) if value}
    return ApiError(status, "invalid_request_error", message, **named, **facts)


def no_such(kind: str, id_: str, param: str) -> ApiError:
    """There is nothing under this id."""
    return invalid(f"No such {kind}: '{id_}'", param=param, code="resource_missing", status=404)


def unauthorized(message: str) -> ApiError:
    """The key is missing, wrong or of the wrong kind."""
    return ApiError(401, "invalid_request_error", message)


def out_of_order(*, stored: bool) -> ApiError:
    """What Stripe answers when the fault is its own; `stored` when it happened so late that the key remembers it."""
    fault = ApiError(500, "api_error", "An unknown error occurred.")
    fault.stored = stored
    return fault


def card_error(error: Mapping[str, object]) -> ApiError:
    """The card was refused; `error` is what the intent keeps as its last payment error."""
    facts = {name: value for name, value in error.items() if name not in {"type", "message"}}
    return ApiError(402, "card_error", str(error["message"]), **facts)
