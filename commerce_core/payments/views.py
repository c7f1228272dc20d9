"""What operators see of money that goes back, and of money that somebody has to look at."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Protocol, Self
from uuid import UUID

from attrs import field, frozen

from commerce_core.kernel.money import Money, total
from commerce_core.kernel.page import Page, PageRequest
from commerce_core.orders.model import OrderId
from commerce_core.payments.model import CaseKind, CaseStatus, Payment, RefundReason, RefundStatus
from commerce_core.payments.parts import RefundPart, SoldPart
from commerce_core.pricing.model import percent_text


def _percent(rate: str | Decimal) -> str:
    return percent_text(Decimal(rate))


@frozen
class RefundLineView:
    """What a refund gives back of one line, or of the shipping (no `item_id`). `quantity` 0: money only.

    `amount` includes the `tax`, and `tax_rate` is a decimal string in percent. `restock`: its units come back on the
    shelf as soon as the provider has accepted the refund.
    """

    item_id: UUID | None
    title: str
    quantity: int
    amount: Money
    tax: Money
    tax_title: str
    tax_rate: str = field(converter=_percent)
    restock: bool


@frozen
class RefundView:
    """Money that goes back, or has gone, or came to nothing (`failed`, `canceled`)."""

    id: UUID
    payment_id: UUID
    amount: Money
    reason: RefundReason
    note: str
    status: RefundStatus
    failure: str | None
    provider: str
    provider_refund_id: str | None
    created_by: str
    created_at: datetime
    succeeded_at: datetime | None
    failed_at: datetime | None
    lines: tuple[RefundLineView, ...]


@frozen
class RefundPreview:
    """What a refund would come to. `left` is what could still go back after it, of all payments."""

    payment_id: UUID
    amount: Money
    tax: Money
    lines: tuple[RefundLineView, ...]
    left: Money


@frozen
class RefundableLineView:
    """What may still go back of a line, or of the shipping (no `item_id`), the tax included."""

    item_id: UUID | None
    title: str
    quantity: int
    amount: Money


@frozen
class OrderRefundsView:
    """The refunds of an order, the first first, and what is `left`: of the money, and of each line."""

    items: tuple[RefundView, ...]
    left: Money
    left_lines: tuple[RefundableLineView, ...]

    @classmethod
    def of(
        cls, refunds: tuple[RefundView, ...], payments: Iterable[Payment], sold: Sequence[SoldPart], currency: str
    ) -> Self:
        """They and what is left."""
        lines = tuple(
            RefundableLineView(part.item_id, part.title, part.quantity_left, Money(part.amount_left, currency))
            for part in sold
        )
        return cls(refunds, refundable(payments, currency), lines)


def refundable(payments: Iterable[Payment], currency: str) -> Money:
    """What may still go back of all of them."""
    return total([payment.refundable for payment in payments], currency)


def line_views(parts: Iterable[RefundPart], sold: Sequence[SoldPart], currency: str) -> tuple[RefundLineView, ...]:
    """What these parts give back, told with what was sold."""
    known = {part.position: part for part in sold}
    return tuple(
        RefundLineView(
            item_id=known[part.position].item_id,
            title=known[part.position].title,
            quantity=part.quantity,
            amount=Money(part.amount, currency),
            tax=Money(part.tax, currency),
            tax_title=known[part.position].tax_title,
            tax_rate=known[part.position].tax_rate,
            restock=part.restock,
        )
        for part in parts
    )


class RefundReader(Protocol):
    """Reads refunds for operators."""

    def of_order(self, order_id: OrderId) -> tuple[RefundView, ...]:
        """Every refund of an order, the first first."""
        ...


@frozen
class PaymentCaseView:
    """One case: what was found, and what came of it. `subject` is the provider's id of the payment or refund."""

    id: UUID
    kind: CaseKind
    status: CaseStatus
    provider: str
    subject: str
    order_id: UUID | None
    order_number: int | None
    expected: Money | None
    received: Money | None
    detail: str
    opened_at: datetime
    resolved_at: datetime | None
    resolved_by: str | None
    note: str | None


class PaymentCaseReader(Protocol):
    """Reads cases for operators."""

    def page(self, status: CaseStatus | None, request: PageRequest) -> Page[PaymentCaseView]:
        """Cases, the newest first."""
        ...

    def find(self, case_id: UUID) -> PaymentCaseView | None:
        """One case; None when there is none."""
        ...
