"""What becomes of an attempt to pay: at once, after the buyer has authenticated, or days later."""

import copy

from attrs import frozen

from commerce_core.testing.stripe import disputes
from commerce_core.testing.stripe.call import Call
from commerce_core.testing.stripe.cards import METHODS, Decline, TestMethod
from commerce_core.testing.stripe.events import Events
from commerce_core.testing.stripe.faults import ApiError, JsonObject, card_error
from commerce_core.testing.stripe.objects import charge, public_view
from commerce_core.testing.stripe.store import Tables, new_id

_NOT_AUTHENTICATED: JsonObject = {
    "type": "invalid_request_error",
    "code": "payment_intent_authentication_failure",
    "message": "The provided payment method has failed authentication. Provide another one to try again.",
}
_NEVER_CAME = Decline("payment_intent_payment_attempt_failed", "generic_decline", "The payment failed.")


@frozen
class Attempt:
    """One payment method tried on one intent, inside the change that `tables` belong to."""

    tables: Tables
    events: Events
    call: Call
    intent: JsonObject
    method: TestMethod
    payment_method: JsonObject

    @classmethod
    def start(cls, tables: Tables, events: Events, call: Call, intent: JsonObject, *, name: str) -> "Attempt":
        """A new attempt with the test method called `name`."""
        payment_method = METHODS[name].as_object()
        tables["attempts"][intent["id"]] = {"method": name, "payment_method": payment_method}
        return cls(tables, events, call, intent, METHODS[name], payment_method)

    @classmethod
    def waiting(cls, tables: Tables, events: Events, call: Call, intent: JsonObject) -> "Attempt":
        """The attempt that the intent's last confirmation started."""
        kept = tables["attempts"][intent["id"]]
        return cls(tables, events, call, intent, METHODS[kept["method"]], kept["payment_method"])

    def run(self, return_url: str | None) -> None:
        """Try it. Raises a card's refusal as `ApiError`, after writing down that it was refused."""
        self.intent.update(payment_method=self.payment_method["id"], last_payment_error=None, next_action=None)
        if self.method.authenticates:
            self.intent.update(status="requires_action", next_action=self._next_action(return_url))
            self.events.emit("payment_intent.requires_action", self.intent, self.call)
        elif self.method.settles_later:
            self.intent.update(status="processing")
            self._charge("pending")
            self.events.emit("payment_intent.processing", self.intent, self.call)
        elif self.method.decline is None:
            self._succeed()
        else:
            raise self._refusal(self._decline(self.method.decline))

    def settle(self, *, succeeded: bool) -> None:
        """Finish what waited: for the buyer to prove who they are, or for the money to move."""
        authenticating = self.intent["status"] == "requires_action"
        self.intent["next_action"] = None
        if authenticating and not succeeded:
            self._fail(_NOT_AUTHENTICATED | {"payment_method": self.payment_method})
        elif succeeded and self.method.decline is None:
            self._succeed()
        else:
            self._decline(self.method.decline or _NEVER_CAME)

    def _succeed(self) -> None:
        paid = self._charge("succeeded")
        self.intent.update(status="succeeded", amount_received=self.intent["amount"])
        self.events.emit("charge.succeeded", paid, self.call)
        self.events.emit("payment_intent.succeeded", self.intent, self.call)
        if self.method.disputed is not None:
            disputes.begin(self.tables, self.events, self.call, paid, self.method.disputed)

    def _decline(self, why: Decline) -> JsonObject:
        refused = self._charge("failed", why)
        self.events.emit("charge.failed", refused, self.call)
        error: JsonObject = {
            "type": "card_error",
            "code": why.code,
            "decline_code": why.decline_code,
            "message": why.message,
            "charge": refused["id"],
            "payment_method": self.payment_method,
        }
        self._fail(error)
        return error

    def _fail(self, error: JsonObject) -> None:
        self.intent.update(status="requires_payment_method", payment_method=None, last_payment_error=error)
        self.events.emit("payment_intent.payment_failed", self.intent, self.call)

    def _charge(self, status: str, why: Decline | None = None) -> JsonObject:
        """This attempt's charge in its new state; one that was pending keeps its id."""
        made = charge(self.intent, self.method, self.payment_method["id"], status, why)
        earlier = self.tables["charges"].get(self.intent["latest_charge"] or "")
        if earlier is not None and earlier["status"] == "pending":
            made.update(id=earlier["id"], created=earlier["created"])
        self.tables["charges"][made["id"]] = made
        self.intent["latest_charge"] = made["id"]
        return made

    def _refusal(self, error: JsonObject) -> ApiError:
        shown = public_view(self.intent) if self.call.public else self.intent
        return card_error(error | {"payment_intent": copy.deepcopy(shown)})

    def _next_action(self, return_url: str | None) -> JsonObject:
        if return_url is None:
            return {"type": "use_stripe_sdk", "use_stripe_sdk": {"type": "three_d_secure_redirect"}}
        address = f"https://hooks.stripe.com/3d_secure_2/{new_id('src')}?payment_intent={self.intent['id']}"
        return {"type": "redirect_to_url", "redirect_to_url": {"url": address, "return_url": return_url}}
