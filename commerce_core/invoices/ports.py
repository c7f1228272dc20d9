"""What invoices ask of the database, of the printer, and of whoever knows whose an order is."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Protocol
from uuid import UUID

from commerce_core.access.model import Actor
from commerce_core.access.ports import AuditLog
from commerce_core.invoices.model import Document, LineBack
from commerce_core.kernel.transaction import Work
from commerce_core.merchant.numbering import Series
from commerce_core.merchant.ports import Merchants
from commerce_core.orders.exported import ExportedOrder
from commerce_core.orders.ports import Orders


class Documents(Protocol):
    """The documents, inside one transaction."""

    def of_order(self, order_id: UUID) -> Sequence[Document]:
        """Those of an order, the first first."""
        ...

    def draw(self, series: Series, day: date) -> tuple[int, date]:
        """The next number of a series, and the day to write beside it: this one, or that of the number before.

        The series is locked from here to the end of the transaction. One that fails leaves no gap.
        """
        ...

    def add(self, document: Document) -> None:
        """Keep a document. It is never changed."""
        ...

    def printed(self, document_id: UUID, sha256: bytes) -> bytes:
        """Remember what the first print was; returns that of the first one there has ever been."""
        ...


class Sales(Protocol):
    """What was sold and given back, inside one transaction."""

    def of(self, order_id: UUID) -> ExportedOrder:
        """An order with every share of its tax and the refunds that stand. Raises `OrderNotFound`."""
        ...

    def given_back(self, order_id: UUID) -> Mapping[UUID, Sequence[LineBack]]:
        """What each refund of an order takes back of its lines, the shipping last."""
        ...


class Typesetter(Protocol):
    """Makes documents readable for people. Never called while a transaction is open."""

    def pdf(self, document: Document) -> bytes:
        """The document as a PDF file: the same bytes each time. Raises `PrinterMissing`."""
        ...


class OrderDoor(Protocol):
    """Opens orders to their buyers."""

    def show(self, actor: Actor, order_id: UUID) -> object:
        """Any order, for operators. Raises `PermissionDenied` or `OrderNotFound`."""
        ...

    def order(self, order_id: UUID, order_token: str) -> object:
        """The order, for whoever holds its token. Raises `OrderNotFound`."""
        ...


class InvoiceWork(Work, Protocol):
    """What one transaction about documents touches."""

    @property
    def orders(self) -> Orders:
        """Orders."""
        ...

    @property
    def sales(self) -> Sales:
        """What was sold."""
        ...

    @property
    def merchant(self) -> Merchants:
        """Who sells."""
        ...

    @property
    def invoices(self) -> Documents:
        """The documents."""
        ...

    @property
    def audit(self) -> AuditLog:
        """Who did what."""
        ...
