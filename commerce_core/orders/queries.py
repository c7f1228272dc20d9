"""Which orders, and in which order: lists and files are asked for by the same values."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from attrs import frozen

from commerce_core.kernel.errors import FieldError, InvalidInput
from commerce_core.kernel.money import MAX_AMOUNT
from commerce_core.kernel.page import PageRequest
from commerce_core.kernel.text import text_error
from commerce_core.orders.model import FulfillmentStatus, OrderPaymentStatus, OrderStatus

_BEFORE_ALL = datetime.fromisoformat("0001-01-01T00:00:00+00:00")
_AFTER_ALL = datetime.fromisoformat("9999-12-31T00:00:00+00:00")
_LAST_MOMENT = (_AFTER_ALL - datetime.fromisoformat("1970-01-01T00:00:00+00:00")) // timedelta(microseconds=1)
_MOST_TEXT = 200  # characters
DEEPEST = 10_000  # orders, as far as they have pages with numbers


class Period(NamedTuple):
    """From when, and up to but without when."""

    since: datetime
    until: datetime


def period(first: date | None, last: date | None, zone: ZoneInfo) -> Period:
    """Days of the shop, both of which belong to it; without a day, from the first or to the last there is."""
    since = datetime.combine(first, time(), zone) if first else _BEFORE_ALL
    if last is None or last >= _AFTER_ALL.date():
        return Period(since, _AFTER_ALL)
    return Period(since, datetime.combine(last + timedelta(days=1), time(), zone))


@frozen(kw_only=True)
class OrderFilter:
    """Which orders; what is left out leaves none out, and of several statuses each will do.

    Days are the shop's and belong to the period: those of placing, and those of being paid. Totals are minor units,
    both included. `q` holds words that begin as an order's number, reference, e-mail address, names or SKUs do.
    `open_case` are those with money that a person has to look at: a case or a dispute that is open. Raises
    `InvalidInput`.
    """

    status: tuple[OrderStatus, ...] = ()
    payment_status: tuple[OrderPaymentStatus, ...] = ()
    fulfillment_status: tuple[FulfillmentStatus, ...] = ()
    first_day: date | None = None
    last_day: date | None = None
    paid_first_day: date | None = None
    paid_last_day: date | None = None
    min_total: int | None = None
    max_total: int | None = None
    currency: str | None = None
    q: str | None = None
    open_case: bool = False

    def __attrs_post_init__(self) -> None:
        if errors := tuple(self._errors()):
            raise InvalidInput(errors)

    def _errors(self) -> Iterator[FieldError]:
        if self.first_day and self.last_day and self.last_day < self.first_day:
            yield FieldError("/last_day", "ends-before-start", "Must not be before the first day.")
        if self.paid_first_day and self.paid_last_day and self.paid_last_day < self.paid_first_day:
            yield FieldError("/paid_last_day", "ends-before-start", "Must not be before the first day.")
        for name in ("min_total", "max_total"):
            amount = getattr(self, name)
            if amount is not None and not 0 <= amount <= MAX_AMOUNT:
                yield FieldError(f"/{name}", "out-of-range", f"Must be from 0 to {MAX_AMOUNT}.")
        if self.min_total is not None and self.max_total is not None and self.max_total < self.min_total:
            yield FieldError("/max_total", "ends-before-start", "Must not be less than the least total.")
        if self.currency is not None and not (len(self.currency) == 3 and self.currency.isascii()):
            yield FieldError("/currency", "invalid-currency", "Must be three letters, like EUR.")
        if self.q is not None and (error := text_error("/q", self.q, limit=_MOST_TEXT)):
            yield error

    @property
    def names_days(self) -> bool:
        """Whether it takes the shop's time zone to know which orders are meant."""
        return bool(self.first_day or self.last_day or self.names_days_of_payment)

    @property
    def names_days_of_payment(self) -> bool:
        """Whether only orders that were paid are meant."""
        return bool(self.paid_first_day or self.paid_last_day)

    @property
    def names_states(self) -> bool:
        """Whether only some of the statuses there are are meant."""
        return bool(self.status or self.payment_status or self.fulfillment_status)

    def placed(self, zone: ZoneInfo) -> Period:
        """When it was placed."""
        return period(self.first_day, self.last_day, zone)

    def paid(self, zone: ZoneInfo) -> Period:
        """When it was paid, for those that were."""
        return period(self.paid_first_day, self.paid_last_day, zone)


ALL_ORDERS = OrderFilter()


class OrderSort(StrEnum):
    """In which order a list comes. What is equal comes in the order of its ids."""

    NEWEST = "newest"
    OLDEST = "oldest"
    TOTAL = "total"
    TOTAL_DESCENDING = "-total"
    NUMBER = "number"
    NUMBER_DESCENDING = "-number"

    @property
    def rising(self) -> bool:
        """Whether the least comes first."""
        return self in {OrderSort.OLDEST, OrderSort.TOTAL, OrderSort.NUMBER}


def must_be_within_reach(page: PageRequest, cursor: str | None) -> None:
    """Raises `InvalidInput` for a page so deep that everything before it would be read, and for one beside a cursor."""
    if cursor is not None and page.page != 1:
        raise InvalidInput.at("/page", "not-with-cursor", "A cursor stands for a page already.")
    if page.offset + page.per_page > DEEPEST:
        raise InvalidInput.at("/page", "beyond-pages", f"Pages end after {DEEPEST} orders; next_cursor goes on.")


@frozen
class OrderCursor:
    """The last order of a page, and the number it was sorted by: microseconds, minor units, or its own number.

    What is added in front of it does not move what comes after.
    """

    key: int
    order_id: UUID

    @classmethod
    def read(cls, cursor: str, sort: OrderSort) -> "OrderCursor":
        """Raises `InvalidInput` for a text that is no cursor, or that of a list in another order."""
        try:
            order, order_id, key = bytes.fromhex(cursor).decode().split(" ")
            last = _LAST_MOMENT if sort in {OrderSort.NEWEST, OrderSort.OLDEST} else 2**63 - 1
            if order == sort.value and key.isascii() and key.isdigit() and int(key) <= last:
                return cls(int(key), UUID(order_id))
        except ValueError:
            pass
        raise InvalidInput.at("/cursor", "invalid-cursor", "Must be the next_cursor of a page in this order.")

    def told(self, sort: OrderSort) -> str:
        """As clients keep it."""
        return f"{sort.value} {self.order_id} {self.key}".encode().hex()
