"""Documents as operators look for them."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from attrs import frozen

from commerce_core.invoices.model import Document, DocumentKind
from commerce_core.kernel.errors import InvalidInput
from commerce_core.kernel.money import Money
from commerce_core.kernel.page import CursorPage, PageRequest
from commerce_core.orders.model import OrderId


@frozen
class DocumentSummary:
    """A document in a list. `refers_to` is the number of the one it takes back."""

    id: UUID
    kind: DocumentKind
    number: str
    issued_on: date
    issued_at: datetime
    order_id: UUID
    order_reference: str
    refund_id: UUID | None
    refers_to: str | None
    net: Money
    tax: Money
    total: Money


@frozen
class DocumentList:
    """The documents of an order, the first first."""

    items: tuple[DocumentSummary, ...]


@frozen
class Pdf:
    """A file, and what it is called."""

    filename: str
    content: bytes


@frozen
class Period:
    """Days by the documents' own dates; both belong to it. Raises `InvalidInput`."""

    first_day: date | None = None
    last_day: date | None = None

    def __attrs_post_init__(self) -> None:
        if self.first_day and self.last_day and self.last_day < self.first_day:
            raise InvalidInput.at("/last_day", "ends-before-start", "Must not be before the first day.")

    @property
    def days(self) -> tuple[date, date]:
        """From which day to which."""
        return self.first_day or date.min, self.last_day or date.max


class InvoiceReader(Protocol):
    """Reads documents."""

    def page(self, kind: DocumentKind | None, before: UUID | None, request: PageRequest) -> CursorPage[DocumentSummary]:
        """Documents, the latest first; those before the one with this id."""
        ...

    def of_order(self, order_id: UUID) -> tuple[DocumentSummary, ...]:
        """Those of an order, the first first; nothing when there is no such order."""
        ...

    def find(self, document_id: UUID) -> Document | None:
        """One document."""
        ...

    def numbered(self, number: str) -> Document | None:
        """The document with this number."""
        ...

    def invoice_of(self, order_id: UUID) -> Document | None:
        """The invoice of an order."""
        ...

    def journal(self, first: date, last: date, after: Document | None, limit: int) -> Sequence[Document]:
        """Documents of this period in the order of their days and numbers, after this one."""
        ...

    def uninvoiced(self, since: datetime, limit: int) -> Sequence[OrderId]:
        """Orders paid since then that have no invoice, the first paid first."""
        ...
