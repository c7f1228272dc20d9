"""What a person has to look at, in PostgreSQL."""

from uuid import UUID

from attrs import frozen

from commerce_core.access.model import Actor
from commerce_core.kernel.money import Money
from commerce_core.kernel.page import Page, PageRequest
from commerce_core.payments.model import CaseKind, CaseStatus, PaymentCase
from commerce_core.payments.views import PaymentCaseView
from commerce_core.postgres.database import Database, Row, Session


@frozen
class PostgresPaymentCases:
    """Cases, inside the transaction of the session."""

    session: Session

    def open(self, case_id: UUID, case: PaymentCase) -> None:
        """Write the case, once for each thing that is wrong."""
        self.session.send(
            "payment_cases.open",
            id=case_id,
            kind=case.kind.value,
            provider=case.provider,
            subject=case.subject,
            order_id=case.order_id,
            expected_amount=case.expected and case.expected.amount,
            expected_currency=case.expected and case.expected.currency,
            received_amount=case.received and case.received.amount,
            received_currency=case.received and case.received.currency,
            detail=case.detail,
            now=self.session.now,
        )

    def lock(self, case_id: UUID) -> CaseStatus | None:
        """Lock a case and tell where it stands."""
        row = self.session.locked(self.session.send("payment_cases.lock", id=case_id))
        return None if row is None else CaseStatus(row[0])

    def resolve(self, case_id: UUID, actor: Actor, note: str) -> None:
        """Write down who has looked and what came of it."""
        self.session.send("payment_cases.resolve", id=case_id, resolved_by=actor.name, note=note, now=self.session.now)


@frozen
class PostgresPaymentCaseReader:
    """Reads cases for operators."""

    database: Database

    def page(self, status: CaseStatus | None, request: PageRequest) -> Page[PaymentCaseView]:
        """Cases, newest first."""
        wanted = None if status is None else status.value
        with self.database.read() as session:
            rows = session.rows("payment_cases.page", status=wanted, limit=request.per_page, offset=request.offset)
            total = session.value("payment_cases.count", status=wanted)
        return Page(tuple(_view(row) for row in rows), request.page, request.per_page, total)

    def find(self, case_id: UUID) -> PaymentCaseView | None:
        """One case."""
        with self.database.read() as session:
            row = session.row("payment_cases.find", id=case_id)
        return _view(row) if row else None


def _view(row: Row) -> PaymentCaseView:
    id_, kind, status, provider, subject, order_id, number, *moneys, detail, opened, resolved, by, note = row
    return PaymentCaseView(
        id_, CaseKind(kind), CaseStatus(status), provider, subject, order_id, number,
        _money(*moneys[:2]), _money(*moneys[2:]), detail, opened, resolved, by, note,
    )  # fmt: skip


def _money(amount: int | None, currency: str | None) -> Money | None:
    return None if amount is None or currency is None else Money(amount, currency)
