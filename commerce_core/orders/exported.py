"""Orders as a file needs them: which ones, in which form, and all that is told of each."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from attrs import frozen

from commerce_core.kernel.address import Address
from commerce_core.kernel.errors import InvalidInput
from commerce_core.kernel.money import exponent
from commerce_core.orders.model import FulfillmentStatus, OrderPaymentStatus, OrderStatus

_BEFORE_ALL = datetime.fromisoformat("0001-01-01T00:00:00+00:00")
_AFTER_ALL = datetime.fromisoformat("9999-12-31T00:00:00+00:00")


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
class OrderExport:
    """Which orders, and how the file is written.

    Both days are the shop's and belong to the period; it is the day of placing, in a ledger the day of the money. No
    status is every status. `bom` begins the file with the mark by which some spreadsheets know UTF-8. Raises
    `InvalidInput`.
    """

    profile: ExportProfile = ExportProfile.ORDERS
    first_day: date | None = None
    last_day: date | None = None
    status: tuple[OrderStatus, ...] = ()
    delimiter: Delimiter = Delimiter.COMMA
    decimal: DecimalSign = DecimalSign.POINT
    bom: bool = False

    def __attrs_post_init__(self) -> None:
        if self.first_day and self.last_day and self.last_day < self.first_day:
            raise InvalidInput.at("/last_day", "ends-before-start", "Must not be before the first day.")
        if self.status and self.profile is ExportProfile.LEDGER:
            raise InvalidInput.at("/status", "contradiction", "A ledger has all that was sold and given back.")

    def period(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """From when, and up to but without when."""
        since = datetime.combine(self.first_day, time(), zone) if self.first_day else _BEFORE_ALL
        if self.last_day is None or self.last_day >= _AFTER_ALL.date():
            return since, _AFTER_ALL
        return since, datetime.combine(self.last_day + timedelta(days=1), time(), zone)


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
class ExportedRefund:
    """Money that goes back (`succeeded`: has gone), and whether it was that of the sale or came beside it."""

    id: UUID
    amount: int
    succeeded: bool
    of_sale: bool
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
    refunds: tuple[ExportedRefund, ...]  # in the order in which they were last heard of

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
        return sum(refund.amount for refund in self.refunds if refund.succeeded is succeeded)


class EntryKind(StrEnum):
    """What moved money. `SURPLUS` came without a sale, too late or twice: it has no tax, nor has its refund."""

    SALE = "sale"
    SURPLUS = "surplus"
    REFUND = "refund"
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
        self, since: datetime, until: datetime, status: Sequence[OrderStatus], after: ExportedOrder | None, limit: int
    ) -> Sequence[ExportedOrder]:
        """The orders placed in this period after this one, the first first. No status is every status."""
        ...

    def ledger(self, since: datetime, until: datetime, after: LedgerEntry | None, limit: int) -> Sequence[LedgerEntry]:
        """What moved money in this period after this entry, the first first."""
        ...
