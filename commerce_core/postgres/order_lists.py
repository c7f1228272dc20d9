"""Orders as lists, from PostgreSQL: for each question the statement that goes by the right index."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from attrs import frozen

from commerce_core.kernel.money import Money
from commerce_core.kernel.page import PageRequest
from commerce_core.orders.model import FulfillmentStatus, OrderPaymentStatus, OrderStatus
from commerce_core.orders.queries import OrderCursor, OrderFilter, OrderSort
from commerce_core.orders.views import OrderPage, OrderSummary
from commerce_core.orders.words import OrderWord
from commerce_core.postgres.database import Database, Row, Session

MOST_COUNTED = 10_000
_EPOCH = datetime.fromtimestamp(0, UTC)
_MICROSECOND = timedelta(microseconds=1)
_MOST = 2**63 - 1
_FARTHEST = 10**19  # beyond any key, whichever way round
_FIRST_ID, _LAST_ID = UUID(int=0), UUID(int=2**128 - 1)

# What a list is sorted by, and the statements that go along its index.
_BY = {
    OrderSort.NEWEST: "placed",
    OrderSort.OLDEST: "placed",
    OrderSort.TOTAL: "total",
    OrderSort.TOTAL_DESCENDING: "total",
    OrderSort.NUMBER: "number",
    OrderSort.NUMBER_DESCENDING: "number",
}
_WALKS = {
    OrderSort.NEWEST: "order_lists.newest",
    OrderSort.OLDEST: "order_lists.oldest",
    OrderSort.TOTAL: "order_lists.cheapest",
    OrderSort.TOTAL_DESCENDING: "order_lists.dearest",
    OrderSort.NUMBER: "order_lists.lowest",
    OrderSort.NUMBER_DESCENDING: "order_lists.highest",
}
_IN_STATES = {
    OrderSort.NEWEST: "order_lists.newest_in_states",
    OrderSort.OLDEST: "order_lists.oldest_in_states",
}
_COUNTS = {
    "order_lists.matching": "order_lists.count_matching",
    "order_lists.with_case": "order_lists.count_with_case",
    "order_lists.paid": "order_lists.count_paid",
    "order_lists.newest_in_states": "order_lists.count_in_states",
}


@frozen
class PostgresOrderListReader:
    """Orders as operators look for them."""

    database: Database

    def page(
        self, wanted: OrderFilter, zone: ZoneInfo, sort: OrderSort, after: OrderCursor | None, request: PageRequest
    ) -> OrderPage:
        """A page of these orders, and how many there are as far as that is counted."""
        offset = 0 if after else request.offset
        with self.database.begin() as session:
            rows = listed(session, wanted, zone, sort, after, request.per_page + 1, offset)
            total = counted(session, wanted, zone)
        found = [summary(row) for row in rows[: request.per_page]]
        following = _cursor(found[-1], sort).told(sort) if len(rows) > request.per_page else None
        return OrderPage(
            items=tuple(found),
            page=request.page,
            per_page=request.per_page,
            total=min(total, MOST_COUNTED),
            total_is_exact=total <= MOST_COUNTED,
            next_cursor=following,
        )


def listed(
    session: Session, wanted: OrderFilter, zone: ZoneInfo, sort: OrderSort, after: OrderCursor | None, limit: int,
    offset: int = 0,
) -> Sequence[Row]:  # fmt: skip
    """The rows of these orders in this order, each with its id first, from behind that one."""
    fits = _fits(wanted, zone)
    part = {"limit": limit, "offset": offset, "after_id": _id_before(sort, after)}
    if statement := _narrow(wanted):
        sign = 1 if sort.rising else -1
        key = -_FARTHEST if after is None else sign * after.key
        return session.rows(statement, **fits, **part, sign=sign, by=_BY[sort], after=key)
    if wanted.names_states and sort in _IN_STATES:
        return session.rows(_IN_STATES[sort], **fits, **part, after=_key_before(sort, after), reach=limit + offset)
    return session.rows(_WALKS[sort], **fits, **part, after=_key_before(sort, after))


def counted(session: Session, wanted: OrderFilter, zone: ZoneInfo) -> int:
    """How many these orders are, one more than `MOST_COUNTED` at most."""
    statement = _COUNTS.get(_narrow(wanted) or ("order_lists.newest_in_states" if wanted.names_states else ""))
    return int(session.value(statement or "order_lists.count", **_fits(wanted, zone), most_counted=MOST_COUNTED + 1))


def _narrow(wanted: OrderFilter) -> str | None:
    """The statement that begins with what leaves the fewest orders; None where that is nothing or a status."""
    if wanted.q and wanted.q.strip():
        return "order_lists.matching"
    if wanted.open_case:
        return "order_lists.with_case"
    return "order_lists.paid" if wanted.names_days_of_payment else None


def _fits(wanted: OrderFilter, zone: ZoneInfo) -> dict[str, object]:
    placed, paid = wanted.placed(zone), wanted.paid(zone)
    words = OrderWord.all_of(wanted.q or "")
    return {
        "statuses": [status.value for status in wanted.status or OrderStatus],
        "payment_statuses": [status.value for status in wanted.payment_status or OrderPaymentStatus],
        "fulfillment_statuses": [status.value for status in wanted.fulfillment_status or FulfillmentStatus],
        "placed_since": placed.since,
        "placed_until": placed.until,
        "paid_since": paid.since if wanted.names_days_of_payment else None,
        "paid_until": paid.until if wanted.names_days_of_payment else None,
        "least": 0 if wanted.min_total is None else wanted.min_total,
        "most": _MOST if wanted.max_total is None else wanted.max_total,
        "currency": wanted.currency and wanted.currency.upper(),
        "words": " & ".join(_lexeme(word) for word in words) or None,
        "with_case": wanted.open_case,
    }


def _lexeme(word: OrderWord) -> str:
    """A word as it stands in a `tsquery`."""
    quoted = word.text.replace("\\", "\\\\").replace("'", "''")
    return f"'{quoted}'" if word.whole else f"'{quoted}':*"


def _id_before(sort: OrderSort, after: OrderCursor | None) -> UUID:
    if after is not None:
        return after.order_id
    return _FIRST_ID if sort.rising else _LAST_ID


def _key_before(sort: OrderSort, after: OrderCursor | None) -> object:
    """Where a walk begins, in the words of its index."""
    if _BY[sort] != "placed":
        return after.key if after else (-1 if sort.rising else _MOST)
    if after is None:
        return datetime.min.replace(tzinfo=UTC) if sort.rising else datetime.max.replace(tzinfo=UTC)
    return _EPOCH + after.key * _MICROSECOND


def _cursor(last: OrderSummary, sort: OrderSort) -> OrderCursor:
    keys = {"placed": microseconds(last.placed_at), "total": last.total.amount, "number": last.number}
    return OrderCursor(keys[_BY[sort]], last.id)


def microseconds(at: datetime) -> int:
    """The key of a time, as exact as PostgreSQL keeps it."""
    return (at - _EPOCH) // _MICROSECOND


def summary(row: Row) -> OrderSummary:
    """An order in a list."""
    return OrderSummary(
        row[0], row[1], OrderStatus(row[2]), OrderPaymentStatus(row[3]), FulfillmentStatus(row[4]), row[5],
        Money(row[6], row[7]), row[8], row[9], row[10], row[11], row[12],
    )  # fmt: skip
