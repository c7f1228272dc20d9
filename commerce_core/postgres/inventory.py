"""Stock in PostgreSQL."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from attrs import field, frozen
from psycopg.errors import ForeignKeyViolation, LockNotAvailable

from commerce_core.access.model import SYSTEM, Actor, ActorKind
from commerce_core.inventory.errors import OutOfStock, Shortage, VariantNotTracked
from commerce_core.inventory.events import StockLow
from commerce_core.inventory.model import (
    Hold,
    InventoryPolicy,
    Level,
    Moved,
    Movement,
    MovementType,
    Quantities,
    Repair,
)
from commerce_core.kernel.errors import InvalidInput
from commerce_core.kernel.transaction import TransactionConflict
from commerce_core.outbox.ports import Outbox
from commerce_core.postgres.database import Row, Session

_RELEASE_AT_ONCE = 100  # expired holds that a shopper in need may give back before deciding


@frozen
class PostgresStock:
    """The shelf, inside the transaction of the session."""

    session: Session
    outbox: Outbox
    _asked: set[UUID] = field(factory=set, init=False)  # whose locks this transaction has asked for

    def hold(self, cart_id: UUID, wanted: Quantities, policy: InventoryPolicy) -> Sequence[Hold]:
        """Make the cart hold exactly `wanted`, or raise `OutOfStock`."""
        until = self.session.now + policy.hold
        return self._hold(cart_id, None, wanted, until, policy.hold_limit)

    def lock_all(self, variant_ids: Sequence[UUID]) -> None:
        """Lock them in the order of their ids, each once: what is counted only since then is not waited for."""
        if new := [variant_id for variant_id in variant_ids if variant_id not in self._asked]:
            self._asked.update(new)
            self.session.send("inventory.lock_items", variant_ids=new)

    def hold_for_order(self, cart_id: UUID, order_id: UUID, wanted: Quantities, until: datetime) -> None:
        """Turn the cart's holds into the order's, or raise `OutOfStock`."""
        self._hold(cart_id, order_id, wanted, until, timedelta(0))

    def _hold(
        self, cart_id: UUID, order_id: UUID | None, wanted: Quantities, until: datetime, hold_limit: timedelta
    ) -> Sequence[Hold]:
        variant_ids = list(wanted)

        def attempt() -> list[Row]:
            rows = self.session.rows(
                "inventory.hold",
                cart_id=cart_id,
                order_id=order_id,
                variant_ids=variant_ids,
                quantities=list(wanted.values()),
                now=self.session.now,
                until=until,
                hold_limit=hold_limit,
            )
            if not all(row[8] for row in rows):  # Somebody began to count one after its lock was asked for.
                raise TransactionConflict
            return rows

        self.lock_all(variant_ids)
        rows = attempt()
        while short := _shortages(rows):
            if not self._make_room([shortage.variant_id for shortage in short]):
                raise OutOfStock.of(short)
            rows = attempt()
        for row in rows:
            if row[7]:
                self.outbox.append(StockLow(row[0], available=row[5], threshold=row[6]))
        return [Hold(row[0], row[3], row[4]) for row in rows]

    def _make_room(self, variant_ids: list[UUID]) -> bool:
        """Release what others held for too long, or the first part of it. False when there was nothing to release.

        Raises `TransactionConflict` when only that is left which somebody else is just releasing, or holding anew.
        """
        now = self.session.now
        self.session.send("inventory.hardly_wait")
        try:
            expired = self.session.rows(
                "inventory.lock_expired_of", variant_ids=variant_ids, limit=_RELEASE_AT_ONCE, now=now
            )
        except LockNotAvailable as error:
            raise TransactionConflict from error
        self.session.send("inventory.wait_as_before")
        if self._release(expired):
            return True
        if self.session.value("inventory.has_expired_holds", variant_ids=variant_ids, now=now):
            raise TransactionConflict
        return False

    def sell(self, order_id: UUID) -> None:
        """Turn the order's holds into sale movements."""
        self.session.send("inventory.sell", order_id=order_id, now=self.session.now)

    def give_back(self, order_id: UUID) -> None:
        """End the order's holds."""
        self.session.send("inventory.give_back", order_id=order_id, now=self.session.now)

    def take_back(self, order_id: UUID, returned: Quantities) -> None:
        """Write return movements of those that are counted."""
        counted = self._lock(list(returned))
        back = [
            Movement(id_, MovementType.RETURN, returned[id_], "refund", order_id=order_id) for id_ in sorted(counted)
        ]
        if back:
            self._write(back, SYSTEM)

    def return_to_cart(self, order_id: UUID, until: datetime) -> None:
        """Turn the order's holds into its cart's again."""
        self.session.send("inventory.return_to_cart", order_id=order_id, until=until, now=self.session.now)

    def move(self, movements: Iterable[Movement], actor: Actor) -> Sequence[Moved]:
        """Write movements and count them."""
        wanted = {movement.variant_id: movement for movement in movements}
        levels = self._lock(list(wanted), track=True)
        while short := [id_ for id_, movement in wanted.items() if not levels[id_].allows(movement.quantity)]:
            if not self._make_room(short):
                break
            levels = self._lock(list(wanted))
        moved = [Moved(movement, levels[id_], levels[id_].moved(movement.quantity)) for id_, movement in wanted.items()]
        self._write(list(wanted.values()), actor)
        for one in moved:
            self._tell_if_low(one.before, one.after)
        return moved

    def _write(self, movements: Sequence[Movement], actor: Actor) -> None:
        try:
            self.session.rows(
                "inventory.move",
                variant_ids=[movement.variant_id for movement in movements],
                types=[movement.type.value for movement in movements],
                quantities=[movement.quantity for movement in movements],
                reasons=[movement.reason for movement in movements],
                notes=[movement.note for movement in movements],
                order_ids=[movement.order_id for movement in movements],
                staff_id=_staff_id(actor),
                now=self.session.now,
            )
        except ForeignKeyViolation as error:
            raise InvalidInput.at("/order_id", "unknown-order", "There is no such order.") from error

    def lock(self, variant_id: UUID, *, track: bool = False) -> Level:
        """The counters of a variant, ours until the transaction ends."""
        levels = self._lock([variant_id], track=track)
        if variant_id not in levels:
            raise VariantNotTracked(variant_id)
        return levels[variant_id]

    def _lock(self, variant_ids: list[UUID], *, track: bool = False) -> dict[UUID, Level]:
        try:
            if track:
                self.session.send("inventory.track_all", variant_ids=variant_ids)
                self.session.send("inventory.leave_past_versions", variant_ids=variant_ids)
            rows = self.session.rows("inventory.lock_items", variant_ids=variant_ids)
        except ForeignKeyViolation as error:
            raise VariantNotTracked(variant_ids[0]) from error
        if track and len(rows) < len(variant_ids):  # Somebody stopped counting between the two statements.
            raise TransactionConflict
        return {row[0]: Level(*row) for row in rows}

    def save(self, level: Level) -> None:
        """Write counters and settings of a variant that is locked."""
        self.session.send(
            "inventory.save",
            variant_id=level.variant_id,
            available=level.available,
            reserved=level.reserved,
            backorder_limit=level.backorder_limit,
            low_threshold=level.low_threshold,
            now=self.session.now,
        )

    def track(self, variant_id: UUID, backorder_limit: int) -> None:
        """Keep count of this variant from now on."""
        self.session.send("inventory.track", variant_id=variant_id, backorder_limit=backorder_limit)

    def untrack(self, level: Level, actor: Actor) -> None:
        """Write off what is on hand, end every hold and stop counting."""
        self.session.send(
            "inventory.untrack", variant_id=level.variant_id, staff_id=_staff_id(actor), now=self.session.now
        )

    def repair(self, variant_id: UUID) -> Repair | None:
        """End holds without an owner, then set the counters to what ledger and holds prove."""
        orphans = self.session.rows("inventory.orphans_of", variant_id=variant_id)
        self.session.send("inventory.lock_carts", ids=[row[1] for row in orphans])
        self.session.send("inventory.lock_orders", ids=[row[2] for row in orphans if row[2]])
        before = self._lock([variant_id]).get(variant_id)
        released = self.session.value("inventory.end_orphans", ids=[row[0] for row in orphans], now=self.session.now)
        sku, moved, held = self.session.row("inventory.proof", variant_id=variant_id) or (None, 0, 0)
        counted = before or (self.lock(variant_id, track=True) if moved or held else None)
        after = counted.agreeing(moved, held) if counted else None
        if after == before and not released:
            return None
        if after is not None:
            self.save(after)
        if before is not None and after is not None:
            self._tell_if_low(before, after)
        return Repair(variant_id, sku, before, after, released)

    def release_expired(self, limit: int) -> int:
        """Give back what carts hold for too long."""
        return self._release(self.session.rows("inventory.lock_expired", limit=limit, now=self.session.now))

    def _release(self, locked: list[Row]) -> int:
        """How many of them were still expired, and are released."""
        if not locked:
            return 0
        released: int = self.session.value("inventory.release", ids=[row[0] for row in locked], now=self.session.now)
        return released

    def _tell_if_low(self, before: Level, after: Level) -> None:
        if after.ran_low(before):
            self.outbox.append(StockLow(after.variant_id, after.available, after.low_threshold or 0))


def _shortages(rows: list[Row]) -> tuple[Shortage, ...]:
    """What was too little, when that is why nothing was held."""
    if all(row[1] for row in rows):
        return ()
    return tuple(Shortage(row[0], wanted=row[2], available=max(row[3], 0)) for row in rows if row[2] > row[3])


def _staff_id(actor: Actor) -> UUID | None:
    return actor.id if actor.kind is ActorKind.STAFF else None
