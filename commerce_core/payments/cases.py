"""What a person has to look at, and what they made of it."""

from uuid import UUID

from attrs import frozen

from commerce_core.access.model import Actor, AuditEntry, Permission
from commerce_core.kernel.errors import InvalidInput
from commerce_core.kernel.ids import NewId
from commerce_core.kernel.page import Page, PageRequest
from commerce_core.kernel.transaction import Begin, retried
from commerce_core.payments.errors import PaymentCaseNotFound, PaymentCaseResolved
from commerce_core.payments.model import CaseStatus, PaymentCase
from commerce_core.payments.ports import PaymentWork
from commerce_core.payments.views import PaymentCaseReader, PaymentCaseView

NOTE_LIMIT = 2000  # characters


@frozen
class PaymentCaseService:
    """Keeps the cases that the shop cannot decide by itself."""

    begin: Begin[PaymentWork]
    read: PaymentCaseReader
    new_id: NewId

    @retried
    def open(self, case: PaymentCase, message_id: UUID | None = None) -> None:
        """Open a case, unless the same thing was found before, whether or not that one is resolved."""
        with self.begin() as work:
            work.payment_cases.open(self.new_id(), case)
            if message_id:
                work.inbox.done(message_id)

    def list_cases(self, actor: Actor, status: CaseStatus | None, page: PageRequest) -> Page[PaymentCaseView]:
        """Cases, the newest first. Raises `PermissionDenied`."""
        actor.must(Permission.ORDERS_READ)
        return self.read.page(status, page)

    def find(self, actor: Actor, case_id: UUID) -> PaymentCaseView:
        """One case. Raises `PermissionDenied` or `PaymentCaseNotFound`."""
        actor.must(Permission.ORDERS_READ)
        found = self.read.find(case_id)
        if found is None:
            raise PaymentCaseNotFound(case_id)
        return found

    @retried
    def resolve(self, actor: Actor, case_id: UUID, note: str) -> None:
        """Write down that somebody has looked, and what came of it. No money moves by this.

        Raises `PermissionDenied`, `InvalidInput`, `PaymentCaseNotFound` or `PaymentCaseResolved`; then nothing has
        changed.
        """
        actor.must(Permission.ORDERS_WRITE)
        if not note.strip():
            raise InvalidInput.at("/note", "required", "Say what came of it.")
        if len(note) > NOTE_LIMIT:
            raise InvalidInput.at("/note", "too-long", f"May have at most {NOTE_LIMIT} characters.")
        with self.begin() as work:
            status = work.payment_cases.lock(case_id)
            if status is None:
                raise PaymentCaseNotFound(case_id)
            if status is CaseStatus.RESOLVED:
                raise PaymentCaseResolved(case_id)
            work.payment_cases.resolve(case_id, actor, note.strip())
            changes: dict[str, tuple[object, object]] = {"status": (status.value, CaseStatus.RESOLVED.value)}
            work.audit.record(AuditEntry(actor, "payments.resolve_case", "payment_exception", str(case_id), changes))
