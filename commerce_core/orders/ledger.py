"""Sales and refunds by tax rate, for the books: what goes back takes its tax along, to the cent."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from attrs import evolve, frozen

from commerce_core.kernel.csv import Cell
from commerce_core.kernel.money import round_half_up
from commerce_core.orders.exported import EntryKind, ExportedOrder, ExportedPayment, ExportedRefund, LedgerEntry
from commerce_core.pricing.model import percent_text
from commerce_core.pricing.spread import Bearer, spread

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
        key = (charge.tax_title, percent_text(Decimal(charge.tax_rate)), charge.reverse_charge)
        so_far = found.get(key, Portion(*key, gross=0, tax=0))
        found[key] = evolve(so_far, gross=so_far.gross + charge.net + charge.tax, tax=so_far.tax + charge.tax)
    return tuple(found.values())


def given_back(order: ExportedOrder, refund_id: UUID) -> tuple[Portion, ...]:
    """A refund by tax rate.

    Each is spread over what is left of the sale after those before it, so that the last one leaves nothing: neither of
    an amount nor of its tax. What is more than the sale has no rate.
    """
    sale = sold(order)
    gone = (0,) * len(sale)
    for refund in order.refunds:
        if not (refund.succeeded and refund.of_sale):
            continue
        after = _gone_after(sale, gone, refund.amount)
        if refund.id == refund_id:
            return _between(sale, gone, after, refund.amount)
        gone = after
    raise LookupError(f"the order {order.id} has no such refund of its sale: {refund_id}")


def _gone_after(sale: Sequence[Portion], gone: Sequence[int], amount: int) -> tuple[int, ...]:
    left = [portion.gross - before for portion, before in zip(sale, gone, strict=True)]
    bearers = [Bearer(UUID(int=place), there) for place, there in enumerate(left)]
    parts = spread(min(amount, sum(left)), bearers)
    return tuple(before + part for before, part in zip(gone, parts, strict=True))


def _between(sale: Sequence[Portion], gone: Sequence[int], after: Sequence[int], amount: int) -> tuple[Portion, ...]:
    back = tuple(
        evolve(portion, gross=now - before, tax=_tax(portion, now) - _tax(portion, before))
        for portion, before, now in zip(sale, gone, after, strict=True)
        if now > before
    )
    beyond = amount - sum(portion.gross for portion in back)
    return (*back, Portion("", None, reverse_charge=False, gross=beyond, tax=0)) if beyond else back


def _tax(portion: Portion, gross: int) -> int:
    """The tax in so much of a portion, reckoned from its beginning: the parts add up to all of it."""
    return round_half_up(Decimal(portion.tax * gross) / portion.gross) if gross else 0


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
    if refund is None:
        return sold(entry.order)
    if refund.of_sale:
        return given_back(entry.order, refund.id)
    return (Portion("", None, reverse_charge=False, gross=refund.amount, tax=0),)


def _provider(payments: Sequence[ExportedPayment], refund: ExportedRefund | None) -> tuple[str, str | None]:
    """Who moved the money, and what they call that; of a sale the first who brought some."""
    if refund:
        return refund.provider, refund.provider_refund_id
    return (payments[0].provider, payments[0].intent_id) if payments else ("", None)
