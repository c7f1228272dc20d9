"""Sales and refunds by tax rate, for the books: what goes back takes its tax along, to the cent."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from zoneinfo import ZoneInfo

from attrs import evolve, frozen

from commerce_core.kernel.csv import Cell
from commerce_core.orders.exported import (
    EntryKind,
    ExportedCharge,
    ExportedOrder,
    ExportedPayment,
    ExportedRefund,
    LedgerEntry,
)
from commerce_core.pricing.model import percent_text

HEADER = (
    "date", "at", "kind", "order_number", "order_reference", "order_id", "refund_id", "email", "country",
    "tax_title", "tax_rate", "reverse_charge", "net", "tax", "gross", "currency", "provider", "provider_id",
)  # fmt: skip


@frozen
class Portion:
    """What one tax rate has of an amount. `rate` is in percent, None where there is no tax because nothing was sold."""

    title: str
    rate: str | None
    reverse_charge: bool
    gross: int
    tax: int


def sold(order: ExportedOrder) -> tuple[Portion, ...]:
    """An order by tax rate, in the order of its lines. All of it is the order's total."""
    found: dict[tuple[str, str, bool], Portion] = {}
    for charge in order.charges:
        key = _rate(charge)
        so_far = found.get(key, Portion(*key, gross=0, tax=0))
        found[key] = evolve(so_far, gross=so_far.gross + charge.net + charge.tax, tax=so_far.tax + charge.tax)
    return tuple(found.values())


def given_back(order: ExportedOrder, refund: ExportedRefund) -> tuple[Portion, ...]:
    """A refund by tax rate, as it was planned line by line: when all has gone back nothing is left of any rate, neither
    of an amount nor of its tax. What is more than the sale has no rate.
    """
    charges = {charge.position: charge for charge in order.charges}
    found: dict[tuple[str, str, bool], Portion] = {}
    for share in refund.shares:
        key = _rate(charges[share.position])
        so_far = found.get(key, Portion(*key, gross=0, tax=0))
        found[key] = evolve(so_far, gross=so_far.gross + share.amount, tax=so_far.tax + share.tax)
    beyond = refund.amount - sum(share.amount for share in refund.shares)
    untaxed = (Portion("", None, reverse_charge=False, gross=beyond, tax=0),) if beyond else ()
    return tuple(portion for portion in found.values() if portion.gross) + untaxed


def _rate(charge: ExportedCharge) -> tuple[str, str, bool]:
    return charge.tax_title, percent_text(Decimal(charge.tax_rate)), charge.reverse_charge


def entry_rows(entry: LedgerEntry, zone: ZoneInfo) -> Iterator[tuple[Cell, ...]]:
    """The rows of one entry. What goes back is negative, so that the sum of a column is what the shop has kept."""
    order = entry.order
    refund = next((known for known in order.refunds if known.id == entry.key), None)
    if refund is None and entry.kind is not EntryKind.SALE:
        return  # It has failed in the very moment between the two looks.
    sign = -1 if entry.kind in {EntryKind.REFUND, EntryKind.SURPLUS_REFUND} else 1
    provider, provider_id = _provider(order.payments, refund)
    for portion in _portions(entry, refund):
        yield (
            f"{entry.at.astimezone(zone):%Y-%m-%d}",
            f"{entry.at:%Y-%m-%dT%H:%M:%SZ}",
            entry.kind.value,
            order.number,
            order.reference,
            str(order.id),
            str(refund.id) if refund else None,
            order.email,
            order.country,
            portion.title,
            None if portion.rate is None else Decimal(portion.rate),
            portion.reverse_charge,
            order.money(sign * (portion.gross - portion.tax)),
            order.money(sign * portion.tax),
            order.money(sign * portion.gross),
            order.currency,
            provider,
            provider_id,
        )


def _portions(entry: LedgerEntry, refund: ExportedRefund | None) -> tuple[Portion, ...]:
    return given_back(entry.order, refund) if refund else sold(entry.order)


def _provider(payments: Sequence[ExportedPayment], refund: ExportedRefund | None) -> tuple[str, str | None]:
    """Who moved the money, and what they call that; of a sale the first who brought some."""
    if refund:
        return refund.provider, refund.provider_refund_id
    return (payments[0].provider, payments[0].intent_id) if payments else ("", None)
