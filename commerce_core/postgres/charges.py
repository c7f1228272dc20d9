"""How the totals of orders were made, in PostgreSQL: written once, never changed."""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from attrs import evolve, frozen
from psycopg.types.json import Jsonb

from commerce_core.discounts.model import DiscountKind
from commerce_core.kernel.money import Money
from commerce_core.kernel.tax_class import TaxClass
from commerce_core.postgres.database import Database, Row, Session
from commerce_core.pricing.explain import ChargedOrder
from commerce_core.pricing.model import Allocation, AppliedDiscount, AppliedRate, PricedPart, Totals
from commerce_core.pricing.price import summed


@frozen
class PostgresCharges:
    """The snapshots of totals, inside the transaction of the session."""

    session: Session

    def add(self, order_id: UUID, totals: Totals) -> None:
        """How this order's total was made."""
        parts = list(_placed(totals))
        self.session.send(
            "pricing.add_charges",
            order_id=order_id,
            charges=Jsonb([_charge_column(position, part) for position, part in parts]),
            discounts=Jsonb([_discount_column(place, d) for place, d in enumerate(totals.discounts)]),
            allocations=Jsonb(
                [
                    {"position": position, "discount_id": a.discount_id, "amount": a.amount.amount}
                    for position, part in parts
                    for a in part.allocations
                ]
            ),
        )


@frozen
class PostgresChargeReader:
    """The snapshots of totals, as they are explained."""

    database: Database

    def of_order(self, order_id: UUID) -> ChargedOrder | None:
        """How its total was made."""
        with self.database.read() as session:
            order = session.row("pricing.charged_order", order_id=order_id)
            if order is None:
                return None
            charges = session.rows("pricing.charges_of", order_id=order_id)
            discounts = session.rows("pricing.discounts_of", order_id=order_id)
            allocations = session.rows("pricing.allocations_of", order_id=order_id)
        number, currency, included, shipping_title = order
        borne: dict[int, list[Allocation]] = {}
        for position, discount_id, amount in allocations:
            borne.setdefault(position, []).append(Allocation(discount_id, Money(amount, currency)))
        parts = {row[0]: _part(row, borne, currency) for row in charges}
        lines = tuple(part for position, part in parts.items() if position)
        totals = summed(lines, parts.get(0), currency, prices_include_tax=included)
        applied = tuple(_discount(row, currency) for row in discounts)
        titles = tuple(row[2] if row[0] else shipping_title or "" for row in charges)
        return ChargedOrder(order_id, number, titles, evolve(totals, discounts=applied))


def _placed(totals: Totals) -> Iterator[tuple[int, PricedPart]]:
    yield from enumerate(totals.lines, 1)
    if totals.shipping:
        yield 0, totals.shipping


def _charge_column(position: int, part: PricedPart) -> dict[str, Any]:
    return {
        "position": position,
        "qty": part.quantity,
        "label_price": part.label_price.amount,
        "unit_price": part.unit_price.amount,
        "discount": part.discount_total.amount,
        "tax_class": part.tax_class.value,
        "tax_title": part.tax.title,
        "tax_rate": str(part.tax.rate),
        "reverse_charge": part.tax.reverse_charge,
        "tax_base": part.tax_base.amount,
        "tax": part.tax_total.amount,
    }


def _discount_column(place: int, discount: AppliedDiscount) -> dict[str, Any]:
    return {
        "id": discount.id,
        "place": place,
        "kind": discount.kind.value,
        "code": discount.code,
        "title": discount.title,
        "amount": discount.amount.amount,
    }


def _part(row: Row, borne: Mapping[int, list[Allocation]], currency: str) -> PricedPart:
    return PricedPart(
        id=row[1],
        quantity=row[3],
        label_price=Money(row[4], currency),
        unit_price=Money(row[5], currency),
        allocations=tuple(borne.get(row[0], ())),
        tax_class=TaxClass(row[6]),
        tax=AppliedRate(row[7], row[8], reverse_charge=row[9]),
        tax_base=Money(row[10], currency),
        tax_total=Money(row[11], currency),
    )


def _discount(row: Row, currency: str) -> AppliedDiscount:
    return AppliedDiscount(row[0], DiscountKind(row[1]), row[2], row[3], Money(row[4], currency))
