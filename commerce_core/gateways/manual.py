"""Money that arrives by itself: a bank transfer, or cash at the door."""

from datetime import datetime
from typing import Never

from attrs import evolve, frozen

from commerce_core.gateways.self_describing import intent_id, read_intent_id, read_refund_id, refund_id
from commerce_core.kernel.money import Money
from commerce_core.payments.errors import InvalidSignature, MalformedEvent
from commerce_core.payments.provider import (
    Intent,
    IntentRequest,
    IntentStatus,
    ProviderPage,
    ProviderRefund,
    RefundRequest,
)

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

    def create_refund(self, request: RefundRequest) -> ProviderRefund:
        """Succeeded as soon as it is asked for: a person hands the money back, and the shop's record says so.

        Raises `GatewayRefused` for more than the intent's amount. What is left of it only the shop's record can tell.
        """
        return self.retrieve_refund(refund_id(_PREFIX, request))

    def retrieve_refund(self, refund_id: str) -> ProviderRefund:
        """The refund as it was made."""
        return read_refund_id(_PREFIX, refund_id)

    def list_intents(self, since: datetime, cursor: str | None = None) -> ProviderPage[Intent]:  # noqa: ARG002
        """None: nobody keeps a list but the shop."""
        return ProviderPage(())

    def list_refunds(self, since: datetime, cursor: str | None = None) -> ProviderPage[ProviderRefund]:  # noqa: ARG002
        """None, too."""
        return ProviderPage(())

    def verify_webhook(self, body: bytes, signature: str) -> Never:  # noqa: ARG002 - nothing could make it authentic
        """Raise `InvalidSignature`: nobody may speak for this provider."""
        raise InvalidSignature

    def read_event(self, body: bytes) -> Never:  # noqa: ARG002 - none was ever let in
        """Raise `MalformedEvent`: this provider has never sent one."""
        raise MalformedEvent("this provider sends none")
