"""Discounts in PostgreSQL."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from attrs import frozen

from commerce_core.discounts.errors import DiscountNotFirstOrder, DiscountUsedByBuyer, DiscountUsedUp
from commerce_core.discounts.model import Discount, DiscountKind, Scope, ScopeKind, Usage
from commerce_core.discounts.ports import Discounted, References
from commerce_core.discounts.views import DiscountQuery, DiscountView
from commerce_core.kernel.money import Money
from commerce_core.kernel.page import Page
from commerce_core.kernel.transaction import TransactionConflict
from commerce_core.postgres.catalog import losing_a_race
from commerce_core.postgres.database import Database, Row, Session

_COLUMNS = 21  # of every statement that reads discounts; what a statement adds comes behind them


@frozen
class PostgresDiscounts:
    """Discounts, inside the transaction of the session."""

    session: Session

    def with_code(self, code: str) -> UUID | None:
        """The active discount with this code."""
        row = self.session.row("discounts.by_code", code=code)
        return row[0] if row else None

    def take(self, used: Mapping[UUID, Money], names: Mapping[UUID, str], order: Discounted) -> None:
        """Count one use of each discount. Everything is sent at once, and waited for once."""
        ids, buyer = list(used), {"email": order.email, "customer_id": order.customer_id}
        held = self.session.send("discounts.hold", ids=ids)
        short = self.session.send("discounts.count_use", ids=ids)
        counted = self.session.send("discounts.count_buyer", ids=ids, **buyer)
        late = self.session.send("discounts.claim_first_order", ids=ids, order_id=order.order_id, **buyer)
        self.session.send(
            "discounts.record_uses",
            ids=ids,
            amounts=[amount.amount for amount in used.values()],
            order_id=order.order_id,
            now=self.session.now,
            **buyer,
        )
        if {row[0] for row in held.fetchall()} != set(ids):
            raise TransactionConflict  # Removed, or limited, since its price was made.
        for discount_id, limit in short.fetchall():
            raise DiscountUsedUp(names[discount_id], limit)
        for discount_id, limit in counted.fetchall():
            raise DiscountUsedByBuyer(names[discount_id], limit)
        for (discount_id,) in late.fetchall():
            raise DiscountNotFirstOrder(names[discount_id])

    def give_back(self, order_id: UUID) -> None:
        """The order's uses are free again."""
        self.session.send("discounts.hold_of_order", order_id=order_id)
        self.session.send("discounts.give_back", order_id=order_id)

    def lock(self, discount_id: UUID) -> Discount | None:
        """A discount, ours until the transaction ends."""
        row = self.session.locked(self.session.send("discounts.lock", id=discount_id))
        return discount_value(row) if row else None

    def references(self, discount_id: UUID) -> References:
        """Who has it."""
        row = self.session.row("discounts.references", id=discount_id)
        return References(*row) if row else References(0, 0)

    def owner_of_code(self, code: str) -> UUID | None:
        """The discount with this code."""
        row = self.session.row("discounts.owner_of_code", code=code)
        return row[0] if row else None

    def unknown(self, scope: Scope) -> Sequence[UUID]:
        """Those ids of a scope that nothing in the catalogue has."""
        if scope.kind is ScopeKind.ALL:
            return ()
        return [row[0] for row in self.session.rows(f"discounts.unknown_{scope.kind.value}", ids=sorted(scope.ids))]

    def write(self, discount: Discount, currency: str) -> None:
        """Add or change a discount."""
        with losing_a_race():
            self.session.rows("discounts.write", **_columns(discount, currency), now=self.session.now)

    def remove(self, discount_id: UUID) -> None:
        """Take away a discount that nobody has."""
        self.session.send("discounts.remove", id=discount_id)


@frozen
class PostgresDiscountReader:
    """Reads discounts for operators."""

    database: Database

    def page(self, query: DiscountQuery) -> Page[DiscountView]:
        """A page of discounts."""
        page = query.paging
        with self.database.read() as session:
            rows = session.rows(
                "discounts.page", q=query.q, active=query.active, limit=page.per_page, offset=page.offset
            )
            total = session.value("discounts.page_total", q=query.q, active=query.active)
        return Page(tuple(_view(row) for row in rows), page.page, page.per_page, total)

    def find(self, discount_id: UUID) -> DiscountView | None:
        """One of them."""
        with self.database.read() as session:
            row = session.row("discounts.find", id=discount_id)
        return _view(row) if row else None

    def by_code(self, code: str) -> UUID | None:
        """The discount with this code."""
        with self.database.read() as session:
            row = session.row("discounts.owner_of_code", code=code)
        return row[0] if row else None


def discount_value(row: Row) -> Discount:
    """The discount in the first columns of a row."""
    currency = row[6]
    return Discount(
        id=row[0],
        title=row[1],
        kind=DiscountKind(row[2]),
        code=row[3],
        percent=row[4],
        amount=_money(row[5], currency),
        buy=row[7],
        get=row[8],
        scope=Scope(ScopeKind(row[9]), frozenset(row[10])),
        minimum_subtotal=_money(row[11], currency),
        minimum_quantity=row[12],
        starts_at=row[13],
        ends_at=row[14],
        usage_limit=row[15],
        usage_limit_per_buyer=row[16],
        exclusive=row[17],
        first_order_only=row[18],
        active=row[19],
        version=row[20],
    )


def discounts_of_cart(rows: Iterable[Row]) -> tuple[tuple[Discount, ...], Mapping[UUID, Usage]]:
    """The discounts whose code was typed in, and what is known of the uses of these and others."""
    found = [(discount_value(row), Usage(*row[_COLUMNS:])) for row in rows]
    coded = tuple(discount for discount, _ in found if not discount.automatic)
    return coded, {discount.id: usage for discount, usage in found}


def _view(row: Row) -> DiscountView:
    return DiscountView.of(discount_value(row), *row[_COLUMNS:])


def _money(amount: int | None, currency: str) -> Money | None:
    return None if amount is None else Money(amount, currency)


def _columns(discount: Discount, currency: str) -> dict[str, Any]:
    minimum = discount.minimum_subtotal
    return {
        "id": discount.id,
        "title": discount.title,
        "kind": discount.kind.value,
        "code": discount.code,
        "percent": discount.percent,
        "amount": discount.amount.amount if discount.amount else None,
        "currency": currency,
        "buy_qty": discount.buy,
        "get_qty": discount.get,
        "scope": discount.scope.kind.value,
        "scope_ids": sorted(discount.scope.ids),
        "minimum_subtotal": minimum.amount if minimum else None,
        "minimum_qty": discount.minimum_quantity,
        "starts_at": discount.starts_at,
        "ends_at": discount.ends_at,
        "usage_limit": discount.usage_limit,
        "usage_limit_per_buyer": discount.usage_limit_per_buyer,
        "exclusive": discount.exclusive,
        "first_order_only": discount.first_order_only,
        "active": discount.active,
        "version": discount.version,
    }
