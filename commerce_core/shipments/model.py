"""A shipment: what left together, and what became of it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import NewType, Self
from urllib.parse import urlsplit
from uuid import UUID

from attrs import evolve, frozen

from commerce_core.kernel.errors import FieldError, InvalidInput
from commerce_core.kernel.text import text_error
from commerce_core.kernel.unset import UNSET, Unset, given
from commerce_core.orders.model import Order, OrderId, OrderStatus
from commerce_core.shipments.carriers import tracking_page
from commerce_core.shipments.errors import NothingToShip, OrderNotShippable, ShipmentEnded, TooManyToShip

ShipmentId = NewType("ShipmentId", UUID)

MAX_TEXT = 100  # characters of a carrier's name, or of a number
MAX_URL = 2000
MAX_REASON = 500
_SENDABLE = {OrderStatus.PAID, OrderStatus.FULFILLED}


class ShipmentStatus(StrEnum):
    """How far a parcel is."""

    SHIPPED = "shipped"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"


@frozen
class ShippedItem:
    """So many units of a line of the order."""

    order_item_id: UUID
    quantity: int


@frozen
class Tracking:
    """By whom it is sent, and how to follow it; empty where nobody said. Raises `InvalidInput`.

    `url` is an address of https. A carrier that the shop knows needs none: its number makes one.
    """

    carrier: str = ""
    number: str = ""
    url: str = ""

    def __attrs_post_init__(self) -> None:
        errors = [
            text_error("/carrier", self.carrier, limit=MAX_TEXT),
            text_error("/tracking_number", self.number, limit=MAX_TEXT),
            _url_error(self.url),
        ]
        if found := tuple(error for error in errors if error):
            raise InvalidInput(found)

    @property
    def page(self) -> str | None:
        """Where to follow it: the address that was told, else the carrier's own."""
        return self.url or tracking_page(self.carrier, self.number)


def _url_error(url: str) -> FieldError | None:
    """What is wrong with an address that buyers will click on, or None."""
    try:
        parts = urlsplit(url)
        safe = parts.scheme == "https" and parts.hostname and "@" not in parts.netloc and " " not in url
    except ValueError:
        safe = False
    if url and not safe:
        return FieldError("/tracking_url", "invalid-url", "Must be an address that begins with https://.")
    return text_error("/tracking_url", url, limit=MAX_URL)


@frozen
class NewShipment:
    """What is to be sent. No items: all that is left to send. No time: it leaves now."""

    items: tuple[ShippedItem, ...] = ()
    tracking: Tracking = Tracking()
    shipped_at: datetime | None = None


@frozen
class ShipmentChanges:
    """What is to be different about a shipment."""

    carrier: str | Unset = UNSET
    tracking_number: str | Unset = UNSET
    tracking_url: str | Unset = UNSET
    shipped_at: datetime | Unset = UNSET


@frozen
class Shipment:
    """A parcel of one order. `reason` says why it was cancelled."""

    id: ShipmentId
    order_id: OrderId
    status: ShipmentStatus
    items: tuple[ShippedItem, ...]
    tracking: Tracking
    shipped_at: datetime
    delivered_at: datetime | None = None
    cancelled_at: datetime | None = None
    reason: str = ""
    version: int = 1

    @classmethod
    def of(cls, order: Order, wanted: NewShipment, shipment_id: ShipmentId, now: datetime) -> Self:
        """What leaves of an order.

        Raises `OrderNotShippable`, `NothingToShip`, `TooManyToShip`, or `InvalidInput` for lines that are not the
        order's or need no shipping, and for a time that cannot be.
        """
        if order.status not in _SENDABLE:
            raise OrderNotShippable(order.id, order.status.value)
        shipped_at = wanted.shipped_at or now
        _must_be_between("/shipped_at", order.placed_at, shipped_at, now)
        items = _asked_of(order, wanted.items) if wanted.items else _all_left(order)
        return cls(shipment_id, order.id, ShipmentStatus.SHIPPED, items, wanted.tracking, shipped_at)

    def changed(self, changes: ShipmentChanges, order: Order, now: datetime) -> Self:
        """The same, told better. Raises `InvalidInput`, or `ShipmentEnded` once it was cancelled."""
        if not self.counts:
            raise ShipmentEnded(self.id, self.status.value)
        tracking = Tracking(
            given(changes.carrier, self.tracking.carrier),
            given(changes.tracking_number, self.tracking.number),
            given(changes.tracking_url, self.tracking.url),
        )
        shipped_at = given(changes.shipped_at, self.shipped_at)
        if shipped_at != self.shipped_at:
            _must_be_between("/shipped_at", order.placed_at, shipped_at, self.delivered_at or now)
        after = evolve(self, tracking=tracking, shipped_at=shipped_at)
        return self if after == self else evolve(after, version=self.version + 1)

    def delivered(self, at: datetime | None, now: datetime) -> Self:
        """The parcel that has arrived. Raises `ShipmentEnded`, or `InvalidInput` for a time that cannot be."""
        self._must_be_under_way()
        delivered_at = at or now
        _must_be_between("/delivered_at", self.shipped_at, delivered_at, now)
        return evolve(self, status=ShipmentStatus.DELIVERED, delivered_at=delivered_at, version=self.version + 1)

    def cancelled(self, reason: str, now: datetime) -> Self:
        """The parcel that will not arrive. Raises `ShipmentEnded` or `InvalidInput`."""
        self._must_be_under_way()
        if error := text_error("/reason", reason, limit=MAX_REASON):
            raise InvalidInput((error,))
        return evolve(self, status=ShipmentStatus.CANCELLED, cancelled_at=now, reason=reason, version=self.version + 1)

    @property
    def counts(self) -> bool:
        """Whether it has left, and was not taken back."""
        return self.status is not ShipmentStatus.CANCELLED

    def _must_be_under_way(self) -> None:
        if self.status is not ShipmentStatus.SHIPPED:
            raise ShipmentEnded(self.id, self.status.value)

    def left(self, order: Order) -> Order:
        """The order once this parcel has left."""
        return self._counted(order, shipped=1)

    def arrived(self, order: Order) -> Order:
        """The order once this parcel has arrived."""
        return self._counted(order, delivered=1)

    def taken_back(self, order: Order) -> Order:
        """The order once this parcel does not arrive."""
        return self._counted(order, shipped=-1)

    def _counted(self, order: Order, shipped: int = 0, delivered: int = 0) -> Order:
        units = {item.order_item_id: item.quantity for item in self.items}
        lines = tuple(
            evolve(
                line,
                shipped_quantity=line.shipped_quantity + shipped * units.get(line.id, 0),
                delivered_quantity=line.delivered_quantity + delivered * units.get(line.id, 0),
            )
            for line in order.lines
        )
        after = evolve(order, lines=lines).following_goods()
        return after if after.version > order.version else evolve(after, version=order.version + 1)


def _asked_of(order: Order, items: Sequence[ShippedItem]) -> tuple[ShippedItem, ...]:
    """What was asked for, line by line: one that stands twice is asked for as often."""
    asked: Mapping[UUID, int] = _totals(order, items)
    for line in order.lines:
        if asked.get(line.id, 0) > line.to_send:
            raise TooManyToShip(line.id, asked[line.id], line.to_send)
    return tuple(ShippedItem(line.id, asked[line.id]) for line in order.lines if line.id in asked)


def _totals(order: Order, items: Sequence[ShippedItem]) -> Mapping[UUID, int]:
    lines = {line.id: line for line in order.lines}
    errors, asked = [], Counter[UUID]()
    for place, item in enumerate(items):
        asked[item.order_item_id] += item.quantity
        line = lines.get(item.order_item_id)
        if item.quantity < 1:
            errors.append(FieldError(f"/items/{place}/quantity", "out-of-range", "Must be at least 1."))
        if line is None:
            errors.append(FieldError(f"/items/{place}/order_item_id", "unknown-item", "Is no line of this order."))
        elif not line.requires_shipping:
            errors.append(FieldError(f"/items/{place}/order_item_id", "not-shipped", "Needs no shipping."))
    if errors:
        raise InvalidInput(tuple(errors))
    return asked


def _all_left(order: Order) -> tuple[ShippedItem, ...]:
    left = tuple(ShippedItem(line.id, line.to_send) for line in order.lines if line.to_send)
    if not left:
        raise NothingToShip(order.id)
    return left


def _must_be_between(pointer: str, first: datetime, at: datetime, last: datetime) -> None:
    if at.tzinfo is None or not first <= at <= last:
        told = f"Must be from {first.isoformat(timespec='seconds')} to {last.isoformat(timespec='seconds')}."
        raise InvalidInput.at(pointer, "impossible-time", told)
