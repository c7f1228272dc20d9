"""Orders as a file needs them: which ones, in which form, and all that is told of each."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from attrs import fields, frozen

from commerce_core.kernel.address import Address
from commerce_core.kernel.errors import FieldError
from commerce_core.kernel.money import exponent
from commerce_core.orders.model import FulfillmentStatus, OrderPaymentStatus, OrderStatus
from commerce_core.orders.queries import OrderFilter

_DAYS = {"first_day", "last_day"}


class ExportProfile(StrEnum):
    """What a row is."""

    ORDERS = "orders"  # an order
    LINES = "lines"  # a line of an order, or its shipping
    LEDGER = "ledger"  # a tax rate of a sale or of a refund
    SHOPIFY = "shopify"  # a line under the columns of Shopify's own export


class Delimiter(StrEnum):
    """What parts two cells."""

    COMMA = "comma"
    SEMICOLON = "semicolon"
    TAB = "tab"

    @property
    def sign(self) -> str:
        """As it stands in the file."""
        return {"comma": ",", "semicolon": ";", "tab": "\t"}[self.value]


class DecimalSign(StrEnum):
    """What stands before the decimals of an amount."""

    POINT = "point"
    COMMA = "comma"

    @property
    def sign(self) -> str:
        """As it stands in the file."""
        return "." if self is DecimalSign.POINT else ","


@frozen
class OrderExport(OrderFilter):
    """Which orders, and how the file is written.

    In a ledger the days are those of the money, and nothing else narrows it. `bom` begins the file with the mark by
    which some spreadsheets know UTF-8. Raises `InvalidInput`.
    """

    profile: ExportProfile = ExportProfile.ORDERS
    delimiter: Delimiter = Delimiter.COMMA
    decimal: DecimalSign = DecimalSign.POINT
    bom: bool = False

    def _errors(self) -> Iterator[FieldError]:
        yield from super()._errors()
        if self.profile is ExportProfile.LEDGER:
            for field in fields(OrderFilter):
                if field.name not in _DAYS and getattr(self, field.name) != field.default:
                    told = "A ledger has all that was sold and given back."
                    yield FieldError(f"/{field.name}", "contradiction", told)


@frozen
class ExportedCharge:
    """A line, or the shipping (`position` 0), with its tax as it was reckoned. Amounts are minor units."""

    position: int
    sku: str | None
    title: str
    quantity: int
    unit_price: int
    discount: int
    tax_title: str
    tax_rate: str  # percent
    reverse_charge: bool
    net: int
    tax: int
    taxable: bool
    requires_shipping: bool

    @property
    def line_total(self) -> int:
        """What it costs after discounts, with the tax or without it as the shop's prices are."""
        return self.quantity * self.unit_price - self.discount


@frozen
class ExportedPayment:
    """An attempt to be paid that has brought money."""

    provider: str
    intent_id: str | None
    captured: int


@frozen
class ExportedShare:
    """What a refund gives back of a line, or of the shipping (`position` 0), with the tax in it."""

    position: int
    amount: int
    tax: int


@frozen
class ExportedRefund:
    """Money that goes back (`succeeded`: has gone), or had gone and came back (`failed`), and its shares of the sale.

    One without any gives back what was no sale.
    """

    id: UUID
    amount: int
    succeeded: bool
    failed: bool
    shares: tuple[ExportedShare, ...]
    provider: str
    provider_refund_id: str | None


@frozen
class ExportedOrder:
    """One order with all that any file tells of it. Amounts are minor units of its currency."""

    id: UUID
    number: int
    reference: str
    status: OrderStatus
    payment_status: OrderPaymentStatus
    fulfillment_status: FulfillmentStatus
    email: str
    currency: str
    prices_include_tax: bool
    placed_at: datetime
    paid_at: datetime | None
    fulfilled_at: datetime | None
    cancelled_at: datetime | None
    shipping_address: Address | None
    billing_address: Address | None
    shipping_method: str | None
    notes: str
    marketing_consent: bool
    subtotal: int
    discount: int
    shipping: int
    tax: int
    total: int
    discounts: tuple[str, ...]  # the code of each, or its title where it has none
    charges: tuple[ExportedCharge, ...]  # the lines as they stand, then the shipping
    payments: tuple[ExportedPayment, ...]
    refunds: tuple[ExportedRefund, ...]

    def money(self, amount: int) -> Decimal:
        """Minor units as people write them, with exactly the currency's decimals."""
        return Decimal(amount).scaleb(-exponent(self.currency))

    @property
    def country(self) -> str:
        """Where it goes, or who pays for what goes nowhere; empty where nobody said."""
        address = self.shipping_address or self.billing_address
        return address.country if address else ""

    @property
    def captured(self) -> int:
        """What has come in."""
        return sum(payment.captured for payment in self.payments)

    def given_back(self, *, succeeded: bool) -> int:
        """What has gone back, or else what is on its way."""
        return sum(r.amount for r in self.refunds if not r.failed and r.succeeded is succeeded)


class EntryKind(StrEnum):
    """What moved money. `SURPLUS` came without a sale, too late or twice: it has no tax, nor has its refund.

    `REFUND_FAILED` is a refund that had succeeded, and whose money is the shop's again.
    """

    SALE = "sale"
    SURPLUS = "surplus"
    REFUND = "refund"
    REFUND_FAILED = "refund_failed"
    SURPLUS_REFUND = "surplus_refund"


@frozen
class LedgerEntry:
    """One thing that moved money. `key` is the order of a sale, the refund of anything else."""

    at: datetime
    kind: EntryKind
    key: UUID
    order: ExportedOrder


class OrderExportReader(Protocol):
    """Reads orders of any number, page by page."""

    def orders(
        self, wanted: OrderFilter, zone: ZoneInfo, after: ExportedOrder | None, limit: int
    ) -> Sequence[ExportedOrder]:
        """These orders after this one, the first placed first. Days are meant in this zone."""
        ...

    def ledger(self, since: datetime, until: datetime, after: LedgerEntry | None, limit: int) -> Sequence[LedgerEntry]:
        """What moved money in this period after this entry, the first first."""
        ...
