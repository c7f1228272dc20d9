"""The log of what happened, which is what webhooks tell."""

import copy
from collections.abc import Callable

from attrs import frozen

from commerce_core.testing.stripe.call import API_VERSION, Call, Run, created_filter, page
from commerce_core.testing.stripe.faults import JsonObject, no_such
from commerce_core.testing.stripe.objects import event
from commerce_core.testing.stripe.parameters import only, text
from commerce_core.testing.stripe.store import Store
from commerce_core.testing.stripe.webhooks import still_to_deliver

_KEPT = 10_000  # Stripe keeps thirty days.


@frozen
class Events:
    """Everything that happened. `announce` is told each event's id, inside the change that caused it."""

    store: Store
    announce: Callable[[str], None]

    def emit(self, type_: str, subject: JsonObject, call: Call) -> None:
        """Write down that it happened, and have it delivered."""
        with self.store.change() as tables:
            new = event(type_, copy.deepcopy(subject), call.origin(), API_VERSION)
            tables["events"][new["id"]] = new
            if len(tables["events"]) > _KEPT:
                oldest = next(iter(tables["events"]))
                del tables["events"][oldest]
                for delivery in [d for d in tables["deliveries"] if d.startswith(oldest)]:
                    del tables["deliveries"][delivery]
            self.announce(new["id"])

    def retrieve(self, call: Call) -> Run:
        """`GET /v1/events/{id}`."""
        only(call.params, ())

        def run() -> JsonObject:
            with self.store.look() as tables:
                if call.id not in tables["events"]:
                    raise no_such("event", call.id, "id")
                return _shown(tables["events"][call.id], still_to_deliver(tables["deliveries"]))

        return run

    def list(self, call: Call) -> Run:
        """`GET /v1/events`, by `type` or `types[]` and `created`."""
        only(call.params, ("limit", "starting_after", "ending_before", "created", "type", "types"))
        type_, types, created = text(call.params, "type"), call.params.get("types"), created_filter(call.params)

        def run() -> JsonObject:
            with self.store.look() as tables:
                waiting = still_to_deliver(tables["deliveries"])
                found = [
                    _shown(e, waiting)
                    for e in reversed(tables["events"].values())
                    if type_ in {None, e["type"]} and (types is None or e["type"] in types) and created(e)
                ]
            return page(found, call.params, "/v1/events")

        return run


def _shown(one: JsonObject, waiting: set[str]) -> JsonObject:
    return one | {"pending_webhooks": int(one["id"] in waiting)}
