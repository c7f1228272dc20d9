"""Banks that want money back.

Source: https://docs.stripe.com/disputes/how-disputes-work
"""

import copy

from attrs import frozen

from commerce_core.testing.stripe.call import Call, Run, created_filter, page
from commerce_core.testing.stripe.events import Events
from commerce_core.testing.stripe.faults import JsonObject, invalid, no_such
from commerce_core.testing.stripe.objects import dispute
from commerce_core.testing.stripe.parameters import only, text
from commerce_core.testing.stripe.store import Store, Tables

_CLOSED = {"won", "lost", "warning_closed"}


@frozen
class Disputes:
    """The endpoints under `/v1/disputes`, and what banks do."""

    store: Store
    events: Events

    def retrieve(self, call: Call) -> Run:
        """`GET /v1/disputes/{id}`."""
        only(call.params, ())

        def run() -> JsonObject:
            with self.store.look() as tables:
                return copy.deepcopy(_find(tables, call))

        return run

    def list(self, call: Call) -> Run:
        """`GET /v1/disputes`, by `payment_intent`, `charge` and `created`."""
        only(call.params, ("limit", "starting_after", "ending_before", "created", "payment_intent", "charge"))
        created = created_filter(call.params)
        of = {name: text(call.params, name) for name in ("payment_intent", "charge") if name in call.params}

        def run() -> JsonObject:
            with self.store.look() as tables:
                found = [
                    copy.deepcopy(d)
                    for d in reversed(tables["disputes"].values())
                    if created(d) and all(d[name] == id_ for name, id_ in of.items())
                ]
            return page(found, call.params, "/v1/disputes")

        return run

    def close(self, call: Call) -> Run:
        """`POST /v1/disputes/{id}/close`: the shop gives in."""
        only(call.params, ())

        def run() -> JsonObject:
            return self.settle(call, "lost")

        return run

    def open(self, call: Call, reason: str) -> JsonObject:
        """The buyer's bank disputes the intent named by the call; `general` only asks. Raises `ApiError`."""
        with self.store.change() as tables:
            intent = tables["payment_intents"].get(call.id)
            if intent is None or intent["status"] != "succeeded":
                raise invalid(f"There is no paid PaymentIntent '{call.id}' to dispute.")
            charge = tables["charges"][intent["latest_charge"]]
            if any(d["charge"] == charge["id"] and d["status"] not in _CLOSED for d in tables["disputes"].values()):
                raise invalid("This charge is disputed already.")
            return copy.deepcopy(begin(tables, self.events, call, charge, reason))

    def settle(self, call: Call, outcome: str) -> JsonObject:
        """What becomes of it: `under_review` once the shop has answered, then `won` or `lost`."""
        with self.store.change() as tables:
            found = _find(tables, call)
            if found["status"] in _CLOSED:
                raise invalid(f"This dispute is {found['status']}.")
            inquiry = found["status"].startswith("warning")
            if outcome == "under_review":
                found["status"] = "warning_under_review" if inquiry else "under_review"
                self.events.emit("charge.dispute.updated", found, call)
                return copy.deepcopy(found)
            found["status"] = "warning_closed" if inquiry else outcome
            if outcome == "won" and not inquiry:
                tables["charges"][found["charge"]]["disputed"] = False
                self.events.emit("charge.dispute.funds_reinstated", found, call)
            self.events.emit("charge.dispute.closed", found, call)
            return copy.deepcopy(found)


def begin(tables: Tables, events: Events, call: Call, charge: JsonObject, reason: str) -> JsonObject:
    """Dispute a charge: the money is gone at once, unless the bank only asks."""
    inquiry = reason == "general"
    made = dispute(charge, reason, "warning_needs_response" if inquiry else "needs_response")
    tables["disputes"][made["id"]] = made
    charge["disputed"] = not inquiry
    events.emit("charge.dispute.created", made, call)
    if not inquiry:
        events.emit("charge.dispute.funds_withdrawn", made, call)
    return made


def _find(tables: Tables, call: Call) -> JsonObject:
    if call.id not in tables["disputes"]:
        raise no_such("dispute", call.id, "dispute")
    return tables["disputes"][call.id]
