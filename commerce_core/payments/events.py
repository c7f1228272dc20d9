"""What has happened to money beside an order's own course."""

from typing import ClassVar
from uuid import UUID

from attrs import frozen


@frozen
class _RefundEvent:
    type: ClassVar[str]
    order_id: UUID
    refund_id: UUID

    @property
    def aggregate_id(self) -> UUID:
        """The order."""
        return self.order_id


@frozen
class RefundPlanned(_RefundEvent):
    """Money is to go back; the provider is yet to be asked."""

    type: ClassVar[str] = "refund_planned"


@frozen
class RefundMade(_RefundEvent):
    """The provider gives the money back."""

    type: ClassVar[str] = "refund_made"


@frozen
class RefundSucceeded(_RefundEvent):
    """The money has gone back."""

    type: ClassVar[str] = "refund_succeeded"


@frozen
class RefundFailed(_RefundEvent):
    """The provider refused, or the money came back."""

    type: ClassVar[str] = "refund_failed"


@frozen
class _DisputeEvent:
    type: ClassVar[str]
    order_id: UUID
    dispute_id: UUID

    @property
    def aggregate_id(self) -> UUID:
        """The order."""
        return self.order_id


@frozen
class DisputeOpened(_DisputeEvent):
    """A buyer's bank wants money back. Nothing is refunded by that: who did so would pay twice."""

    type: ClassVar[str] = "dispute_opened"


@frozen
class DisputeClosed(_DisputeEvent):
    """The bank has spoken."""

    type: ClassVar[str] = "dispute_closed"
