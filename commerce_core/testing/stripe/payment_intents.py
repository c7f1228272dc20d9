"""The payment intent and its states.

Source: https://docs.stripe.com/payments/paymentintents/lifecycle
"""

import copy
import hmac

from attrs import frozen

from commerce_core.testing.stripe import cards, money
from commerce_core.testing.stripe.bank import Attempt
from commerce_core.testing.stripe.call import Call, Run, created_filter, page
from commerce_core.testing.stripe.events import Events
from commerce_core.testing.stripe.faults import ApiError, JsonObject, invalid, no_such, unauthorized
from commerce_core.testing.stripe.objects import payment_intent, public_view
from commerce_core.testing.stripe.parameters import Params, boolean, metadata, nested, only, required, text
from commerce_core.testing.stripe.store import Store, timestamp

_PAYABLE = ("requires_payment_method", "requires_confirmation", "requires_action")
_CANCELABLE = ("requires_payment_method", "requires_capture", "requires_confirmation", "requires_action", "processing")
_REASONS = {None, "duplicate", "fraudulent", "requested_by_customer", "abandoned"}
_DETAILS = ("metadata", "description", "receipt_email", "statement_descriptor_suffix")


@frozen
class PaymentIntents:
    """The endpoints under `/v1/payment_intents`, and the bank's later word on a payment."""

    store: Store
    events: Events

    def create(self, call: Call) -> Run:
        """`POST /v1/payment_intents`."""
        params = call.params
        only(params, ("amount", "currency", "automatic_payment_methods", "payment_method_types", *_DETAILS))
        currency = money.currency(required(params, "currency"))
        amount = money.amount(required(params, "amount"), currency)
        given = _details(params) | _methods(params)
        given["metadata"] = {name: value for name, value in given.get("metadata", {}).items() if value}

        def run() -> JsonObject:
            with self.store.change() as tables:
                intent = payment_intent(amount, currency, given)
                tables["payment_intents"][intent["id"]] = intent
                self.events.emit("payment_intent.created", intent, call)
                return copy.deepcopy(intent)

        return run

    def retrieve(self, call: Call) -> Run:
        """`GET /v1/payment_intents/{id}`; a browser shows its client secret."""
        only(call.params, ())

        def run() -> JsonObject:
            with self.store.look():
                return _seen(self._find(call), call)

        return run

    def update(self, call: Call) -> Run:
        """`POST /v1/payment_intents/{id}`: amount and currency only while it can still be paid."""
        only(call.params, ("amount", "currency", *_DETAILS))
        details, asked = _details(call.params), set(call.params) & {"amount", "currency"}

        def run() -> JsonObject:
            with self.store.change():
                intent = self._find(call)
                if asked and intent["status"] not in _PAYABLE:
                    raise _unexpected(intent, "update", _PAYABLE)
                if asked:
                    intent["currency"] = money.currency(text(call.params, "currency") or intent["currency"])
                    intent["amount"] = money.amount(
                        text(call.params, "amount") or str(intent["amount"]), intent["currency"]
                    )
                merged = intent["metadata"] | details.pop("metadata", {})
                intent.update(details, metadata={name: value for name, value in merged.items() if value})
                return copy.deepcopy(intent)

        return run

    def confirm(self, call: Call) -> Run:
        """`POST /v1/payment_intents/{id}/confirm`: the buyer pays."""
        only(call.params, ("payment_method", "payment_method_data", "return_url", "mandate_data"))
        name = cards.chosen(call.params)
        return_url = text(call.params, "return_url")

        def run() -> JsonObject:
            with self.store.change() as tables:
                intent = self._find(call)
                if intent["status"] not in _PAYABLE:
                    raise _unexpected(intent, "confirm", _PAYABLE)
                if name is None:
                    raise _needs_method(intent)
                if not call.public and return_url is None and _may_redirect(intent):
                    raise _needs_return_url()
                Attempt.start(tables, self.events, call, intent, name=name).run(return_url)
                return _seen(intent, call)

        return run

    def cancel(self, call: Call) -> Run:
        """`POST /v1/payment_intents/{id}/cancel`."""
        only(call.params, ("cancellation_reason",))
        reason = text(call.params, "cancellation_reason")
        if reason not in _REASONS:
            raise invalid(f"Invalid cancellation_reason: {reason}", param="cancellation_reason")

        def run() -> JsonObject:
            with self.store.change():
                intent = self._find(call)
                if intent["status"] not in _CANCELABLE:
                    raise _unexpected(intent, "cancel", _CANCELABLE)
                intent.update(status="canceled", canceled_at=timestamp(), cancellation_reason=reason, next_action=None)
                self.events.emit("payment_intent.canceled", intent, call)
                return copy.deepcopy(intent)

        return run

    def list(self, call: Call) -> Run:
        """`GET /v1/payment_intents`, by `created`."""
        only(call.params, ("limit", "starting_after", "ending_before", "created"))
        created = created_filter(call.params)

        def run() -> JsonObject:
            with self.store.look() as tables:
                found = [copy.deepcopy(i) for i in reversed(tables["payment_intents"].values()) if created(i)]
            return page(found, call.params, "/v1/payment_intents")

        return run

    def settle(self, call: Call, *, succeeded: bool) -> JsonObject:
        """The bank's word on an intent that is `processing`, or the buyer's on one that `requires_action`."""
        with self.store.change() as tables:
            intent = self._find(call)
            if intent["status"] not in {"processing", "requires_action"}:
                raise _unexpected(intent, "settle", ("processing", "requires_action"))
            Attempt.waiting(tables, self.events, call, intent).settle(succeeded=succeeded)
            return copy.deepcopy(intent)

    def _find(self, call: Call) -> JsonObject:
        intent = self.store.tables["payment_intents"].get(call.id)
        if intent is None:
            raise no_such("payment_intent", call.id, "intent")
        secret = text(call.params, "client_secret")
        if secret is not None or call.public:
            expected = intent["client_secret"].encode()
            if not hmac.compare_digest(expected, (secret or "").encode("utf-8", "surrogatepass")):
                raise unauthorized("The client_secret provided does not match the client_secret of this PaymentIntent.")
        return intent


def _seen(intent: JsonObject, call: Call) -> JsonObject:
    return copy.deepcopy(public_view(intent) if call.public else intent)


def _details(params: Params) -> JsonObject:
    given: JsonObject = {name: text(params, name) for name in _DETAILS if name in params and name != "metadata"}
    return given | ({"metadata": metadata(params)} if "metadata" in params else {})


def _methods(params: Params) -> JsonObject:
    automatic = nested(params, "automatic_payment_methods")
    types = params.get("payment_method_types")
    if automatic is not None and types is not None:
        raise invalid("You may only specify one of these parameters: automatic_payment_methods, payment_method_types.")
    if automatic is None:
        return {"payment_method_types": types} if types else {}
    only(automatic, ("enabled", "allow_redirects"))
    enabled = boolean(automatic, "enabled")
    if enabled is None:
        raise invalid("Missing required param.", param="automatic_payment_methods[enabled]", code="parameter_missing")
    shown: JsonObject = {"enabled": enabled, "allow_redirects": text(automatic, "allow_redirects") or "always"}
    return {"automatic_payment_methods": shown, "payment_method_types": ["card", "sepa_debit"]} if enabled else {}


def _may_redirect(intent: JsonObject) -> bool:
    automatic = intent["automatic_payment_methods"]
    return bool(automatic) and automatic["allow_redirects"] != "never"


def _unexpected(intent: JsonObject, verb: str, allowed: tuple[str, ...]) -> ApiError:
    message = (
        f"You cannot {verb} this PaymentIntent because it has a status of {intent['status']}. "
        f"Only a PaymentIntent with one of the following statuses may do so: {', '.join(allowed)}."
    )
    return invalid(message, code="payment_intent_unexpected_state", payment_intent=copy.deepcopy(intent))


def _needs_method(intent: JsonObject) -> ApiError:
    message = "You cannot confirm this PaymentIntent because it's missing a payment method."
    return invalid(message, code="payment_intent_unexpected_state", payment_intent=copy.deepcopy(intent))


def _needs_return_url() -> ApiError:
    return invalid(
        "This PaymentIntent is configured to accept payment methods that might redirect the customer away, so it "
        "needs a `return_url`, unless it is created with `automatic_payment_methods[allow_redirects]` set to `never`.",
        param="return_url",
    )
