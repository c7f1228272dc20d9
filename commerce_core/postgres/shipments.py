"""Shipments in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from attrs import frozen
from psycopg import Cursor

from commerce_core.access.model import Actor
from commerce_core.orders.model import Order, OrderId
from commerce_core.postgres.database import Database, Row, Session
from commerce_core.postgres.orders import PostgresOrders
from commerce_core.shipments.model import Shipment, ShipmentId, ShipmentStatus, ShippedItem, Tracking


@frozen
class PostgresShipments:
    """Shipments, inside the transaction of the session."""

    session: Session

    def lock_order(self, order_id: OrderId) -> tuple[Order, Sequence[Shipment]]:
        """The order, ours until the transaction ends, and its shipments, in one round trip."""
        order = PostgresOrders(self.session).sent("orders.lock", order_id)
        shipments = self.session.send("shipments.of_order", order_id=order_id)
        return order(), _shipments(shipments)

    def add(self, shipment: Shipment, actor: Actor) -> None:
        """A new shipment, counted at once."""
        self.session.send(
            "shipments.add",
            id=shipment.id,
            order_id=shipment.order_id,
            status=shipment.status.value,
            carrier=shipment.tracking.carrier,
            tracking_number=shipment.tracking.number,
            tracking_url=shipment.tracking.url,
            shipped_at=shipment.shipped_at,
            order_item_ids=[item.order_item_id for item in shipment.items],
            quantities=[item.quantity for item in shipment.items],
            actor_kind=actor.kind.value,
            actor_id=actor.id,
            now=self.session.now,
        )

    def save(self, before: Shipment, after: Shipment) -> None:
        """What has become of a shipment, counted as well."""
        self.session.send(
            "shipments.save",
            id=after.id,
            status=after.status.value,
            from_status=before.status.value,
            carrier=after.tracking.carrier,
            tracking_number=after.tracking.number,
            tracking_url=after.tracking.url,
            shipped_at=after.shipped_at,
            delivered_at=after.delivered_at,
            cancelled_at=after.cancelled_at,
            reason=after.reason,
            version=after.version,
            now=self.session.now,
        )


@frozen
class PostgresShipmentReader:
    """Shipments as people and the clock look at them."""

    database: Database

    def of_order(self, order_id: OrderId) -> Sequence[Shipment]:
        """The shipments of an order, the first first."""
        with self.database.read() as session:
            return _shipments(session.send("shipments.of_order", order_id=order_id))

    def knows(self, order_id: OrderId) -> bool:
        """Whether there is such an order."""
        with self.database.read() as session:
            return session.row("shipments.known_order", order_id=order_id) is not None

    def arrived_by_now(self, sent_before: datetime, limit: int) -> Sequence[OrderId]:
        """FULFILLED orders of which nothing has left since."""
        with self.database.read() as session:
            rows = session.rows("shipments.arrived_by_now", sent_before=sent_before, limit=limit)
        return [OrderId(row[0]) for row in rows]


def _shipments(cursor: Cursor[Row]) -> list[Shipment]:
    return [_shipment(row) for row in cursor.fetchall()]


def _shipment(row: Row) -> Shipment:
    return Shipment(
        id=ShipmentId(row[0]),
        order_id=OrderId(row[1]),
        status=ShipmentStatus(row[2]),
        items=tuple(ShippedItem(UUID(order_item_id), quantity) for order_item_id, quantity in row[11]),
        tracking=Tracking(row[3], row[4], row[5]),
        shipped_at=row[6],
        delivered_at=row[7],
        cancelled_at=row[8],
        reason=row[9],
        version=row[10],
    )
