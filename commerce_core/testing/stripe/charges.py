"""Charges: what each attempt to pay has left behind."""

import copy

from attrs import frozen

from commerce_core.testing.stripe.call import Call, Run
from commerce_core.testing.stripe.faults import JsonObject, no_such
from commerce_core.testing.stripe.parameters import only
from commerce_core.testing.stripe.store import Store


@frozen
class Charges:
    """The endpoints under `/v1/charges`."""

    store: Store

    def retrieve(self, call: Call) -> Run:
        """`GET /v1/charges/{id}`."""
        only(call.params, ())

        def run() -> JsonObject:
            with self.store.look() as tables:
                if call.id not in tables["charges"]:
                    raise no_such("charge", call.id, "id")
                return copy.deepcopy(tables["charges"][call.id])

        return run
