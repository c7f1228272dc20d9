"""Stock in PostgreSQL."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from attrs import frozen
from psycopg.errors import ForeignKeyViolation

from commerce_core.access.model import Actor, ActorKind
from commerce_core.inventory.errors import OutOfStock, Shortage, StockTooLow, VariantNotTracked
from commerce_core.inventory.model import Discrepancy, Hold, InventoryPolicy, Movement, Quantities
from commerce_core.inventory.views import StockView
from commerce_core.kernel.transaction import TransactionConflict
from commerce_core.postgres.database import Database, Row, Session

_RELEASE_AT_ONCE = 100  # expired holds that a shopper in need may give back before deciding


@frozen
class PostgresStock:
    """The shelf, inside the transaction of the session."""

    session: Session

    def hold(self, cart_id: UUID, wanted: Quantities, policy: InventoryPolicy) -> Sequence[Hold]:
        """Make the cart hold exactly `wanted`, or raise `OutOfStock`."""
        until = self.session.now + policy.hold
        return self._hold(cart_id, None, wanted, until, policy.hold_limit)

    def hold_for_order(self, cart_id: UUID, order_id: UUID, wanted: Quantities, until: datetime) -> None:
        """Turn the cart's holds into the order's, or raise `OutOfStock`."""
        self._hold(cart_id, order_id, wanted, until, timedelta(0))

    def _hold(
        self, cart_id: UUID, order_id: UUID | None, wanted: Quantities, until: datetime, hold_limit: timedelta
    ) -> Sequence[Hold]:
        variant_ids = list(wanted)

        def attempt() -> list[Row]:
            self.session.send("inventory.lock_items", variant_ids=variant_ids)
            return self.session.rows(
                "inventory.hold",
                cart_id=cart_id,
                order_id=order_id,
                variant_ids=variant_ids,
                quantities=list(wanted.values()),
                now=self.session.now,
                until=until,
                hold_limit=hold_limit,
            )

        rows = attempt()
        if _refused(rows):
            self._make_room(variant_ids)
            rows = attempt()
        if _refused(rows):
            short = (Shortage(row[0], wanted=row[2], available=max(row[3], 0)) for row in rows if row[2] > row[3])
            raise OutOfStock.of(tuple(short))
        return [Hold(row[0], row[3], row[4]) for row in rows]

    def _make_room(self, variant_ids: list[UUID]) -> None:
        """Release what others held for too long. Raises `TransactionConflict` when somebody is just doing that."""
        if self._release(variant_ids, _RELEASE_AT_ONCE) == 0 and self.session.value(
            "inventory.has_expired_holds", variant_ids=variant_ids, now=self.session.now
        ):
            raise TransactionConflict

    def sell(self, order_id: UUID) -> None:
        """Turn the order's holds into sale movements."""
        self.session.send("inventory.sell", order_id=order_id, now=self.session.now)

    def give_back(self, order_id: UUID) -> None:
        """End the order's holds."""
        self.session.send("inventory.give_back", order_id=order_id, now=self.session.now)

    def move(self, movements: Iterable[Movement], actor: Actor) -> None:
        """Write movements and count them."""
        moved = list(movements)
        ids = [movement.variant_id for movement in moved]
        try:
            self.session.send("inventory.track_all", variant_ids=ids)
            locked = self.session.rows("inventory.lock_items", variant_ids=ids)
        except ForeignKeyViolation as error:
            raise VariantNotTracked(ids[0]) from error
        free = {row[0]: row[1] + row[2] for row in locked}
        for movement in moved:
            if free[movement.variant_id] + movement.quantity < 0:
                raise StockTooLow(movement.variant_id, free[movement.variant_id])
        self.session.send(
            "inventory.move",
            variant_ids=ids,
            types=[movement.type.value for movement in moved],
            quantities=[movement.quantity for movement in moved],
            reasons=[movement.reason for movement in moved],
            staff_id=actor.id if actor.kind is ActorKind.STAFF else None,
            now=self.session.now,
        )

    def track(self, variant_id: UUID, backorder_limit: int) -> None:
        """Keep count of this variant from now on."""
        self.session.send("inventory.track", variant_id=variant_id, backorder_limit=backorder_limit)

    def release_expired(self, limit: int) -> int:
        """Give back what carts hold for too long."""
        return self._release(None, limit)

    def _release(self, variant_ids: list[UUID] | None, limit: int) -> int:
        now = self.session.now
        return len(self.session.rows("inventory.release_expired", variant_ids=variant_ids, limit=limit, now=now))


def _refused(rows: list[Row]) -> bool:
    return any(not row[1] for row in rows)


@frozen
class PostgresInventoryReader:
    """Stock as people look at it."""

    database: Database

    def stock(self, variant_id: UUID) -> StockView | None:
        """One tracked variant."""
        with self.database.read() as session:
            row = session.row("inventory.stock", variant_id=variant_id)
        return StockView(*row) if row else None

    def discrepancies(self) -> list[Discrepancy]:
        """Every counter that disagrees."""
        with self.database.read() as session:
            return [Discrepancy(*row) for row in session.rows("inventory.discrepancies")]
