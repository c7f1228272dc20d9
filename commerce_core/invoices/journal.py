"""Documents as rows for an accountant: one for each tax rate of each of them."""

from collections.abc import Iterator
from decimal import Decimal

from commerce_core.invoices.model import Document
from commerce_core.kernel.csv import Cell
from commerce_core.kernel.money import Money

HEADER = (
    "date", "kind", "number", "refers_to", "order_reference", "order_id", "refund_id", "paid_on", "buyer", "country",
    "buyer_vat_number", "tax_title", "tax_rate", "reverse_charge", "net", "tax", "gross", "currency",
)  # fmt: skip


def rows(document: Document) -> Iterator[tuple[Cell, ...]]:
    """The rows of a document. What takes an invoice back is negative: the sum of a column is what was sold."""
    paper, sign = document.paper, document.kind.sign
    address = paper.buyer.address
    for share in paper.taxes:
        yield (
            document.issued_on.isoformat(),
            document.kind.value,
            document.number,
            document.refers_to.number if document.refers_to else None,
            paper.order_reference,
            str(document.order_id),
            str(document.refund_id) if document.refund_id else None,
            paper.paid_on.isoformat(),
            address.company or address.name if address else paper.buyer.email,
            address.country if address else None,
            paper.buyer.vat_number,
            share.title,
            Decimal(share.rate),
            share.reverse_charge,
            _major(share.net, sign),
            _major(share.tax, sign),
            _major(share.net + share.tax, sign),
            share.net.currency,
        )


def _major(money: Money, sign: int) -> Decimal:
    return sign * Decimal(money.major())
