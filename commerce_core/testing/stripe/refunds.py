"""Money that goes back: asked for by the shop, made at the dashboard, settled by a bank.

Source: https://docs.stripe.com/refunds
"""

import copy

from attrs import frozen

from commerce_core.testing.stripe import money
from commerce_core.testing.stripe.call import Call, Run, created_filter, page
from commerce_core.testing.stripe.cards import METHODS
from commerce_core.testing.stripe.events import Events
from commerce_core.testing.stripe.faults import ApiError, JsonObject, invalid, no_such
from commerce_core.testing.stripe.objects import refund
from commerce_core.testing.stripe.parameters import Params, metadata, only, text, whole
from commerce_core.testing.stripe.store import Store, Tables

_REASONS = {None, "duplicate", "fraudulent", "requested_by_customer"}
_SETTLED = {"succeeded": ("pending",), "failed": ("pending", "succeeded")}  # What the bank may still say, and of what.


@frozen
class Refunds:
    """The endpoints under `/v1/refunds`, and the bank's later word on a refund."""

    store: Store
    events: Events

    def create(self, call: Call) -> Run:
        """`POST /v1/refunds`: all that is left, or `amount` of it."""
        params = call.params
        only(params, ("payment_intent", "charge", "amount", "reason", "metadata"))
        reason, named = text(params, "reason"), {"payment_intent", "charge"} & set(params)
        if reason not in _REASONS:
            raise invalid(f"Invalid reason: {reason}", param="reason")
        if not named:
            raise invalid("One of the following params should be provided for this request: payment_intent or charge.")
        asked = text(params, "amount")
        wanted = None if asked is None else whole(asked, "amount")
        given: JsonObject = {"reason": reason, "metadata": {k: v for k, v in metadata(params).items() if v}}

        def run() -> JsonObject:
            with self.store.change() as tables:
                return copy.deepcopy(self._give_back(tables, call, _charge(tables, params), wanted, given))

        return run

    def _give_back(
        self, tables: Tables, call: Call, charge: JsonObject, wanted: int | None, given: JsonObject
    ) -> JsonObject:
        amount = _refundable(charge, wanted)
        waits = METHODS[tables["attempts"][charge["payment_intent"]]["method"]].refunds_wait
        made = refund(charge, amount, given | ({"status": "pending", "pending_reason": "processing"} if waits else {}))
        tables["refunds"][made["id"]] = made
        _moved(charge, amount)
        self.events.emit("charge.refunded", charge, call)
        self.events.emit("refund.created", made, call)
        return made

    def retrieve(self, call: Call) -> Run:
        """`GET /v1/refunds/{id}`."""
        only(call.params, ())

        def run() -> JsonObject:
            with self.store.look() as tables:
                return copy.deepcopy(_find(tables, call))

        return run

    def list(self, call: Call) -> Run:
        """`GET /v1/refunds`, by `payment_intent`, `charge` and `created`."""
        only(call.params, ("limit", "starting_after", "ending_before", "created", "payment_intent", "charge"))
        created = created_filter(call.params)
        of = {name: text(call.params, name) for name in ("payment_intent", "charge") if name in call.params}

        def run() -> JsonObject:
            with self.store.look() as tables:
                found = [
                    copy.deepcopy(r)
                    for r in reversed(tables["refunds"].values())
                    if created(r) and all(r[name] == id_ for name, id_ in of.items())
                ]
            return page(found, call.params, "/v1/refunds")

        return run

    def settle(self, call: Call, outcome: str) -> JsonObject:
        """The bank's word: `succeeded` for a refund that waits, `failed` also for one that had succeeded."""
        with self.store.change() as tables:
            settled = _find(tables, call)
            if settled["status"] not in _SETTLED[outcome]:
                raise invalid(f"This refund is {settled['status']} and cannot become {outcome}.")
            settled.update(status=outcome)
            settled.pop("pending_reason", None)
            charge = tables["charges"][settled["charge"]]
            if outcome == "failed":
                settled.update(failure_reason="expired_or_canceled_card", failure_balance_transaction=None)
                _moved(charge, -settled["amount"])
            self.events.emit("charge.refund.updated", settled, call)
            self.events.emit("refund.updated", settled, call)
            if outcome == "failed":
                self.events.emit("refund.failed", settled, call)
            return copy.deepcopy(settled)


def _find(tables: Tables, call: Call) -> JsonObject:
    if call.id not in tables["refunds"]:
        raise no_such("refund", call.id, "id")
    return tables["refunds"][call.id]


def _charge(tables: Tables, params: Params) -> JsonObject:
    """The charge that took the money. Raises `ApiError` when none did."""
    id_, intent_id = text(params, "charge"), text(params, "payment_intent")
    if intent_id is not None:
        intent = tables["payment_intents"].get(intent_id)
        if intent is None:
            raise no_such("payment_intent", intent_id, "payment_intent")
        id_ = intent["latest_charge"]
        if intent["status"] != "succeeded":
            raise invalid(f"This PaymentIntent ({intent_id}) does not have a successful charge to refund.")
    if id_ not in tables["charges"]:
        raise no_such("charge", str(id_), "charge")
    return tables["charges"][id_]


def _refundable(charge: JsonObject, wanted: int | None) -> int:
    """How much goes back. Raises `ApiError` for more than is left."""
    left: int = charge["amount_captured"] - charge["amount_refunded"]
    if charge["disputed"]:
        raise invalid(f"Charge {charge['id']} has been charged back; cannot issue a refund.", code="charge_disputed")
    if charge["status"] != "succeeded":
        raise invalid(f"Charge {charge['id']} has not succeeded.", code="charge_not_refundable")
    if not left:
        raise invalid(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
    amount = left if wanted is None else money.refundable(wanted, charge["currency"])
    if amount > left:
        raise _too_much(amount, left)
    return amount


def _too_much(amount: int, left: int) -> ApiError:
    message = f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})"
    return invalid(message, param="amount")


def _moved(charge: JsonObject, amount: int) -> None:
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount_captured"]
