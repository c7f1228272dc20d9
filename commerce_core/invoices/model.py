"""A document of the books: what it says, frozen, and its number.

What it says is what Directive 2006/112/EC asks of an invoice; the numbers in brackets are those of its article 226.
"""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from attrs import field, frozen

from commerce_core.emails.model import Locale
from commerce_core.kernel.address import Address
from commerce_core.kernel.money import Money


class DocumentKind(StrEnum):
    """What a document does to the books."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"  # takes some of an invoice back; its amounts are positive all the same
    REVERSAL = "reversal"  # takes a credit note back whose refund came to nothing; numbered as an invoice

    @property
    def sign(self) -> int:
        """By which its amounts count in the books."""
        return -1 if self is DocumentKind.CREDIT_NOTE else 1


class Exemption(StrEnum):
    """Why there is no tax on something (11)."""

    REVERSE_CHARGE = "reverse_charge"  # the buyer owes it (11a)
    EXPORT = "export"  # it leaves the Union (article 146)
    OTHER = "other"  # by the law that the settings name


@frozen
class LineBack:
    """What a refund takes back of a line of an order, or of its shipping (`position` 0), in minor units with the tax.

    `quantity` 0 is money alone.
    """

    position: int
    quantity: int
    amount: int
    tax: int


@frozen
class Seller:
    """Who sells, by name and address (5) and VAT number (3)."""

    name: str
    country: str
    address: tuple[str, ...]  # as it is written, line by line
    legal_name: str | None = None
    legal_form: str | None = None
    company_number: str | None = None
    vat_number: str | None = None
    email: str | None = None
    phone: str | None = None


@frozen
class Buyer:
    """Who buys, by name and address (5), and the VAT number under which they owe the tax (4)."""

    email: str
    address: Address | None  # None where nothing is sent and nobody asked
    delivered_to: Address | None = None  # where that is another place
    vat_number: str | None = None


@frozen
class PaperLine:
    """What was sold and how much of it (6): price of a piece without tax, discount (8), rate (9) and tax.

    `rate` is in percent; `net` + `tax` is what was paid for it. What goes back in money alone has no pieces, and so
    no price of one.
    """

    title: str
    sku: str | None
    quantity: int
    unit_net: str  # in major units; more decimals than the currency has where the shop's prices include the tax
    discount: Money  # without tax, off all pieces together
    tax_title: str
    rate: str
    reverse_charge: bool
    net: Money
    tax: Money


@frozen
class TaxShare:
    """One rate: what it is reckoned on (8), and what it comes to (10)."""

    title: str
    rate: str
    reverse_charge: bool
    net: Money
    tax: Money


@frozen
class Settlement:
    """Money that has come in for it, and by whom."""

    provider: str
    amount: Money


@frozen
class Paper:
    """All that a document says beside its number and its day. Whatever becomes of what it tells of, it stays."""

    language: Locale = field(converter=Locale)
    order_reference: str
    ordered_on: date
    paid_on: date  # when it was paid for (7)
    seller: Seller
    buyer: Buyer
    lines: tuple[PaperLine, ...]
    taxes: tuple[TaxShare, ...]
    net: Money
    tax: Money
    total: Money
    discounts: tuple[str, ...] = ()  # what they are called
    payments: tuple[Settlement, ...] = ()
    exemptions: tuple[Exemption, ...] = ()
    exemption_text: str | None = None
    footer: str | None = None


@frozen
class Reference:
    """The document that another one takes back (article 219)."""

    id: UUID
    number: str
    issued_on: date


@frozen
class Document:
    """An invoice, a credit note or a reversal: its day (1), its number (2) and what it says."""

    id: UUID
    kind: DocumentKind
    number: str
    series: str
    ordinal: int
    issued_on: date
    issued_at: datetime
    order_id: UUID
    refund_id: UUID | None
    refers_to: Reference | None
    paper: Paper

    @property
    def filename(self) -> str:
        """What its PDF is called."""
        return f"{self.number}.pdf"
