"""Money that somebody has to look at, for operators."""

from typing import Annotated, Any, ClassVar
from uuid import UUID

from attrs import frozen

from adapters_http.fields import Limits
from adapters_http.operation import Access, Answer, Idempotent, operation
from commerce_core.access.model import Actor, Permission
from commerce_core.kernel.page import MAX_PAGE, MAX_PER_PAGE, Page, PageRequest
from commerce_core.payments.cases import NOTE_LIMIT, PaymentCaseService
from commerce_core.payments.errors import PaymentCaseNotFound, PaymentCaseResolved
from commerce_core.payments.model import CaseStatus
from commerce_core.payments.views import PaymentCaseView


@frozen
class PaymentExceptionQuery:
    """Which cases, and which page of them."""

    status: CaseStatus | None = None
    page: Annotated[int, Limits(1, MAX_PAGE)] = 1
    per_page: Annotated[int, Limits(1, MAX_PER_PAGE)] = 24


@frozen
class AdminPaymentExceptions:
    """`/v1/admin/payment-exceptions`."""

    cases: PaymentCaseService

    @operation(
        "List payment exceptions",
        answers={200: Page[PaymentCaseView]},
        access=Access.STAFF,
        permission=Permission.ORDERS_READ,
    )
    def on_get(self, actor: Actor, query: PaymentExceptionQuery) -> Answer:
        """The newest first: money that the shop could not put in its place by itself."""
        return Answer(self.cases.list_cases(actor, query.status, PageRequest(query.page, query.per_page)))


@frozen
class AdminPaymentException:
    """`/v1/admin/payment-exceptions/{case_id}`."""

    cases: PaymentCaseService

    @operation(
        "Read a payment exception",
        answers={200: PaymentCaseView},
        refusals=(PaymentCaseNotFound,),
        access=Access.STAFF,
        permission=Permission.ORDERS_READ,
    )
    def on_get(self, actor: Actor, case_id: UUID) -> Answer:
        """What was found, and what came of it."""
        return Answer(self.cases.find(actor, case_id))


@frozen
class ResolvePaymentException:
    """What came of it, for whoever looks next."""

    example: ClassVar[dict[str, Any]] = {"note": "Refunded in the provider's dashboard after talking to the buyer."}
    note: Annotated[str, Limits(1, NOTE_LIMIT)]


@frozen
class AdminPaymentExceptionResolution:
    """`/v1/admin/payment-exceptions/{case_id}/resolve`."""

    cases: PaymentCaseService

    @operation(
        "Resolve a payment exception",
        answers={200: PaymentCaseView},
        refusals=(PaymentCaseNotFound, PaymentCaseResolved),
        access=Access.STAFF,
        permission=Permission.ORDERS_WRITE,
        idempotency=Idempotent.HONOURED,
    )
    def on_post(self, actor: Actor, case_id: UUID, body: ResolvePaymentException) -> Answer:
        """Writes down that somebody has looked. No money moves by it."""
        self.cases.resolve(actor, case_id, body.note)
        return Answer(self.cases.find(actor, case_id))
