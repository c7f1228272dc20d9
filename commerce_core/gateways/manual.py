"""Money that arrives by itself: a bank transfer, or cash at the door."""

from typing import Never

from attrs import evolve, frozen

from commerce_core.gateways.self_describing import intent_id, read_intent_id
from commerce_core.kernel.money import Money
from commerce_core.payments.errors import InvalidSignature, MalformedEvent
from commerce_core.payments.model import Intent, IntentRequest, IntentStatus

_PREFIX = "manual"


@frozen
class ManualGateway:
    """A provider with nobody behind it: only the shop's own tables know whether the money came.

    So an intent always still waits for its payment, and one is paid only when an operator records it as received.
    The order and the amount are read from the intent's id; nothing is stored and nothing is called.
    """

    @property
    def name(self) -> str:
        """The provider's name in our tables."""
        return "manual"

    @property
    def publishable_key(self) -> None:
        """None: a browser has nobody to talk to."""
        return

    def create_intent(self, request: IntentRequest) -> Intent:
        """An intent that waits for an operator. The same idempotency key gives the same one."""
        return self.retrieve_intent(intent_id(_PREFIX, request))

    def retrieve_intent(self, intent_id: str) -> Intent:
        """The intent as it was made: unpaid, because no provider can know better than the shop."""
        order_id, amount = read_intent_id(_PREFIX, intent_id)
        waiting = IntentStatus.REQUIRES_PAYMENT_METHOD
        return Intent(intent_id, waiting, amount, Money.zero(amount.currency), order_id)

    def cancel_intent(self, intent_id: str) -> Intent:
        """Always granted: nobody else could take the money. The shop's own record is what then refuses it."""
        return evolve(self.retrieve_intent(intent_id), status=IntentStatus.CANCELED)

    def verify_webhook(self, body: bytes, signature: str) -> Never:  # noqa: ARG002 - nothing could make it authentic
        """Raise `InvalidSignature`: nobody may speak for this provider."""
        raise InvalidSignature

    def read_event(self, body: bytes) -> Never:  # noqa: ARG002 - none was ever let in
        """Raise `MalformedEvent`: this provider has never sent one."""
        raise MalformedEvent("this provider sends none")
