"""One request to the API, understood; and what an endpoint makes of it."""

from collections.abc import Callable

from attrs import frozen

from commerce_core.testing.stripe.faults import JsonObject, invalid
from commerce_core.testing.stripe.parameters import Params, text, whole

API_VERSION = "2026-10-28.endive"

Run = Callable[[], JsonObject]
"""What an endpoint does once its parameters were found valid: from here on, an answer is kept under the key."""


@frozen
class Call:
    """Who asks what. `public` is a browser with the publishable key, `id` the object named in the address."""

    params: Params
    public: bool
    request_id: str
    idempotency_key: str | None = None
    id: str = ""

    def origin(self) -> JsonObject:
        """How an event names the request that caused it."""
        return {"id": self.request_id, "idempotency_key": self.idempotency_key}


Prepare = Callable[[Call], Run]
"""An endpoint: checks the parameters, raises `ApiError`, and returns what is left to do."""


def page(objects: list[JsonObject], params: Params, url: str) -> JsonObject:
    """Stripe's list: newest first, `limit`, `starting_after`, `ending_before`."""
    limit = whole(text(params, "limit") or "10", "limit")
    if not 1 <= limit <= 100:
        raise invalid("Invalid integer: limit must be from 1 to 100", param="limit", code="parameter_invalid_integer")
    ids = [o["id"] for o in objects]
    start, end = 0, len(objects)
    for name in ("starting_after", "ending_before"):
        cursor = text(params, name)
        if cursor is not None and cursor not in ids:
            raise invalid(f"No such object: '{cursor}'", param=name, code="resource_missing")
        if cursor is not None and name == "starting_after":
            start = ids.index(cursor) + 1
        elif cursor is not None:
            end = ids.index(cursor)
            start = max(start, end - limit)
    before = text(params, "ending_before") is not None
    has_more = start > 0 if before else end - start > limit
    return {"object": "list", "url": url, "has_more": has_more, "data": objects[start : min(end, start + limit)]}


def created_filter(params: Params) -> Callable[[JsonObject], bool]:
    """Whether an object was created when `created` asks: a time, or bounds by `gt`, `gte`, `lt` and `lte`."""
    asked = params.get("created")
    if isinstance(asked, str):
        asked = {"gte": asked, "lte": asked}
    bounds = {name: whole(str(value), f"created[{name}]") for name, value in (asked or {}).items()}
    if set(bounds) - {"gt", "gte", "lt", "lte"}:
        raise invalid("Invalid bound", param="created")

    def within(o: JsonObject) -> bool:
        at = int(o["created"])
        return (
            at > bounds.get("gt", -1)
            and at >= bounds.get("gte", 0)
            and at < bounds.get("lt", at + 1)
            and at <= bounds.get("lte", at)
        )

    return within
