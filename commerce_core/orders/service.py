"""What operators do with an order once it stands."""

from collections.abc import Iterator
from datetime import datetime
from itertools import chain
from uuid import UUID
from zoneinfo import ZoneInfo

from attrs import frozen

from commerce_core.access.model import SYSTEM, Actor, AuditEntry, Changes, Permission
from commerce_core.kernel.csv import Cell, csv_lines
from commerce_core.kernel.ids import NewId
from commerce_core.kernel.page import PageRequest
from commerce_core.kernel.transaction import Begin, retried
from commerce_core.merchant.service import MerchantService
from commerce_core.orders import ledger, sheets, shopify
from commerce_core.orders.errors import OrderChanged, OrderNotFound, OrderStatusRefused
from commerce_core.orders.events import OrderCompleted
from commerce_core.orders.exported import ExportedOrder, ExportProfile, LedgerEntry, OrderExport, OrderExportReader
from commerce_core.orders.model import Hand, Order, OrderId, OrderStatus
from commerce_core.orders.notes import NewNote, OrderNote, OrderNotesView
from commerce_core.orders.ports import OrderWork
from commerce_core.orders.queries import ALL_ORDERS, OrderCursor, OrderFilter, OrderSort, must_be_within_reach
from commerce_core.orders.views import OrderListReader, OrderPage, OrderReader, TimelineView
from commerce_core.pricing.explain import Explanation, explained
from commerce_core.pricing.ports import ChargeReader

_EXPORTED = 200  # orders that an export holds at once


def must_be_version(order: Order, expected: int | None) -> None:
    """Raises `OrderChanged` when the caller read another version (None: the caller does not mind)."""
    if expected is not None and expected != order.version:
        raise OrderChanged(order.version)


@frozen
class OrderService:
    """Orders after checkout."""

    begin: Begin[OrderWork]
    read: OrderReader
    lists: OrderListReader
    charges: ChargeReader
    exports: OrderExportReader
    merchant: MerchantService
    new_id: NewId

    def list_orders(
        self,
        actor: Actor,
        page: PageRequest,
        wanted: OrderFilter = ALL_ORDERS,
        sort: OrderSort = OrderSort.NEWEST,
        cursor: str | None = None,
    ) -> OrderPage:
        """A page of orders; with the `next_cursor` of the page before it, it goes on there whatever came since.

        A cursor belongs to the filter and the order of its list. Raises `PermissionDenied`, or `InvalidInput` for what
        is no cursor, and for a page that only a cursor leads to.
        """
        actor.must(Permission.ORDERS_READ)
        must_be_within_reach(page, cursor)
        after = OrderCursor.read(cursor, sort) if cursor else None
        return self.lists.page(wanted, self._zone(wanted), sort, after, page)

    def _zone(self, wanted: OrderFilter) -> ZoneInfo:
        """Where days begin; asked for only where days are meant."""
        return ZoneInfo(self.merchant.show(SYSTEM).timezone if wanted.names_days else "UTC")

    def numbered(self, actor: Actor, number: int) -> OrderId:
        """The id of the order that people call so. Raises `PermissionDenied` or `OrderNotFound`."""
        actor.must(Permission.ORDERS_READ)
        found = self.read.numbered(number)
        if found is None:
            raise OrderNotFound
        return found

    def called(self, actor: Actor, reference: str) -> OrderId:
        """The id of the order with this reference. Raises `PermissionDenied` or `OrderNotFound`."""
        actor.must(Permission.ORDERS_READ)
        found = self.read.called(reference)
        if found is None:
            raise OrderNotFound
        return found

    def timeline(self, actor: Actor, order_id: OrderId) -> TimelineView:
        """Everything that has happened to an order, the first thing first.

        Events that are long done with are forgotten, see `RETENTION_EVENT_DAYS`; what became of the order stays. Raises
        `PermissionDenied` or `OrderNotFound`.
        """
        actor.must(Permission.ORDERS_READ)
        entries = self.read.timeline(order_id)
        if not entries:
            raise OrderNotFound
        return TimelineView(entries)

    def explain(self, actor: Actor, order_id: UUID) -> Explanation:
        """Each cent of an order's total. Raises `PermissionDenied` or `OrderNotFound`."""
        actor.must(Permission.ORDERS_READ)
        found = self.charges.of_order(order_id)
        if found is None:
            raise OrderNotFound
        return explained(found)

    def export(self, actor: Actor, wanted: OrderExport) -> Iterator[str]:
        """Orders as the lines of a CSV file, the first first.

        Amounts are in major units with the currency's decimals; cells that a spreadsheet would run are kept from it.
        A page of orders is in memory, and no connection is held between two pages: each tells how things are when it
        is read. Raises `PermissionDenied`, here and not with the first line.
        """
        actor.must(Permission.ORDERS_READ)
        lines = csv_lines(self._table(wanted), wanted.delimiter.sign, wanted.decimal.sign)
        return chain(["\ufeff"], lines) if wanted.bom else lines

    def _table(self, wanted: OrderExport) -> Iterator[tuple[Cell, ...]]:
        zone = ZoneInfo(self.merchant.show(SYSTEM).timezone)
        if wanted.profile is ExportProfile.LEDGER:
            entries = self._every_entry(*wanted.placed(zone))
            return chain([ledger.HEADER], (row for entry in entries for row in ledger.entry_rows(entry, zone)))
        orders = self._every_order(wanted, zone)
        if wanted.profile is ExportProfile.SHOPIFY:
            return chain([shopify.HEADER], (row for order in orders for row in shopify.shopify_rows(order, zone)))
        if wanted.profile is ExportProfile.LINES:
            return chain([sheets.LINE_HEADER], (row for order in orders for row in sheets.line_rows(order)))
        return chain([sheets.ORDER_HEADER], (row for order in orders for row in sheets.order_rows(order)))

    def _every_order(self, wanted: OrderFilter, zone: ZoneInfo) -> Iterator[ExportedOrder]:
        last = None
        while page := self.exports.orders(wanted, zone, last, _EXPORTED):
            yield from page
            last = page[-1]

    def _every_entry(self, since: datetime, until: datetime) -> Iterator[LedgerEntry]:
        last = None
        while page := self.exports.ledger(since, until, last, _EXPORTED):
            yield from page
            last = page[-1]

    @retried
    def add_note(self, actor: Actor, order_id: OrderId, wanted: NewNote) -> OrderNote:
        """Write a note beside an order. It stays: what a buyer has read cannot be unread.

        Raises `PermissionDenied` or `OrderNotFound`; then nothing has changed.
        """
        actor.must(Permission.ORDERS_WRITE)
        with self.begin() as work:
            order = work.orders.lock(order_id)
            note = OrderNote(self.new_id(), wanted.audience, wanted.text, actor.name, work.now)
            work.orders.add_note(order.id, note, actor)
            changes: Changes = {"note": (None, str(note.id)), "audience": (None, note.audience.value)}
            work.audit.record(AuditEntry(actor, "order.note", "order", str(order.id), changes))
        return note

    def notes(self, actor: Actor, order_id: OrderId) -> OrderNotesView:
        """Every note of an order, the first first. Raises `PermissionDenied` or `OrderNotFound`."""
        actor.must(Permission.ORDERS_READ)
        with self.begin() as work:
            work.orders.find(order_id)
        return OrderNotesView(self.read.notes(order_id))

    @retried
    def advance(
        self, actor: Actor, order_id: OrderId, to: OrderStatus, expected_version: int | None = None, reason: str = ""
    ) -> Order:
        """Move a fulfilled order on: COMPLETED when nothing is left to do. It keeps the reason.

        Raises `PermissionDenied`, `OrderNotFound`, `OrderChanged` or `OrderStatusRefused`; then nothing has changed.
        """
        actor.must(Permission.ORDERS_WRITE)
        with self.begin() as work:
            order = work.orders.lock(order_id)
            must_be_version(order, expected_version)
            if to is not OrderStatus.COMPLETED:
                raise OrderStatusRefused(order.id, order.status.value, to.value)
            moved = order.moved(to, Hand.STAFF)
            work.orders.save(order, moved, actor, reason)
            work.outbox.append(OrderCompleted(order.id))
            work.audit.record(
                AuditEntry(actor, "order.status", "order", str(order.id), {"status": (order.status.value, to.value)})
            )
        return moved
