"""What operators see of money that somebody has to look at."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from attrs import frozen

from commerce_core.kernel.money import Money
from commerce_core.kernel.page import Page, PageRequest
from commerce_core.payments.model import CaseKind, CaseStatus


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
