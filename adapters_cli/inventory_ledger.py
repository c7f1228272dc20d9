"""The part of `commerce inventory` that explains and proves."""

from collections.abc import Callable, Mapping
from typing import Annotated

import typer

from adapters_cli.premises import OPERATOR, opened
from adapters_cli.screen import Screen
from adapters_cli.variants import variant_id
from commerce_core.inventory.model import Level, Repair
from commerce_core.inventory.views import Discrepancy, Explanation, HoldView, MovementView
from commerce_core.kernel.page import CursorPage, PageRequest

_Variant = Annotated[str, typer.Argument(metavar="VARIANT", help="Its SKU, or its id.")]
_PerPage = Annotated[int, typer.Option(min=1, max=100)]
_Cursor = Annotated[str | None, typer.Option(help="Go on where the answer before ended.")]

_MOVEMENT: Mapping[str, Callable[[MovementView], object]] = {
    "When": lambda movement: movement.at,
    "Type": lambda movement: movement.type,
    "Units": lambda movement: f"{movement.quantity:+}",
    "On hand": lambda movement: movement.on_hand_after,
    "Order": lambda movement: movement.order_number,
    "Who": lambda movement: movement.staff or "shop",
    "Reason": lambda movement: ": ".join(text for text in (movement.reason, movement.note) if text),
}
_HOLD: Mapping[str, Callable[[HoldView], object]] = {
    "Since": lambda hold: hold.held_since,
    "Until": lambda hold: hold.expires_at,
    "Units": lambda hold: hold.quantity,
    "Cart": lambda hold: hold.cart,
    "Order": lambda hold: hold.order_number,
    "Email": lambda hold: hold.email,
}


def movements(ctx: typer.Context, variant: _Variant, per_page: _PerPage = 24, cursor: _Cursor = None) -> None:
    """The ledger of one variant, the latest first."""
    with opened() as shop:
        found = shop.inventory.movements(OPERATOR, variant_id(shop, variant), PageRequest(1, per_page), cursor)
    screen = Screen.of(ctx)
    screen.table(found, found.items, _MOVEMENT)
    _tell_where(screen, found)


def reservations(ctx: typer.Context, variant: _Variant, per_page: _PerPage = 24, cursor: _Cursor = None) -> None:
    """Who holds units of one variant now, the latest first."""
    with opened() as shop:
        found = shop.inventory.reservations(OPERATOR, variant_id(shop, variant), PageRequest(1, per_page), cursor)
    screen = Screen.of(ctx)
    screen.table(found, found.items, _HOLD)
    _tell_where(screen, found)


def explain(ctx: typer.Context, variant: _Variant) -> None:
    """Why the number of one variant is what it is."""
    with opened() as shop:
        found = shop.inventory.explain(OPERATOR, variant_id(shop, variant))
    Screen.of(ctx).facts(found, *_reasons(found))


def verify(
    ctx: typer.Context,
    *,
    repair: Annotated[bool, typer.Option("--repair", help="Set the counters to the ledger.")] = False,
) -> None:
    """Recompute every counter from the ledger and the holds. Exits with 1 when one disagreed, repaired or not.

    The ledger is the truth: when the shelf says something else, count it.
    """
    with opened() as shop:
        wrong = shop.inventory.verify(OPERATOR)
        repaired = shop.inventory.repair(OPERATOR) if repair and wrong else []
    screen = Screen.of(ctx)
    found = {"discrepancies": wrong} | ({"repaired": repaired} if repair else {})
    if not wrong:
        screen.answer(found, "Every counter agrees with the ledger and the reservations.")
        return
    screen.table(
        found,
        wrong,
        {
            "Variant": lambda found: found.sku or found.variant_id,
            "Free": lambda found: found.available_qty,
            "Held": lambda found: found.reserved_qty,
            "Moved": lambda found: found.moved,
            "Reserved": lambda found: found.held,
            "Orphaned": lambda found: found.orphaned,
            "Wrong": lambda found: ", ".join(found.problems),
            "Since": _since,
        },
    )
    for one in repaired:
        screen.note(_told(one))
    raise typer.Exit(1)


def _reasons(found: Explanation) -> list[tuple[str, object]]:
    began = found.opening
    return [
        ("Variant", f"{found.stock.sku or '-'} · {found.stock.variant_id}"),
        ("Began", f"{began.at:%Y-%m-%d} with {began.quantity:+} ({began.type})" if began else "with none"),
        *((f"  {total.type}", f"{total.quantity:+} in {total.movements}") for total in found.totals),
        ("On hand", f"{found.stock.on_hand}, the ledger says {found.moved}"),
        *((f"  held by {_owner(hold)}", f"{hold.quantity} until {hold.expires_at:%H:%M}Z") for hold in found.holds),
        ("Held", f"{found.stock.reserved} by {found.holds_count}, the reservations say {found.held}"),
        ("Free", found.stock.available),
        ("Agrees", "yes" if found.agrees else "no, see `commerce inventory verify`"),
    ]


def _owner(hold: HoldView) -> str:
    name = f"order {hold.order_number}" if hold.order_number else f"cart {hold.cart}"
    return f"{name} ({hold.email})" if hold.email else name


def _since(found: Discrepancy) -> str:
    drift = found.drift
    if drift is None:
        return "after the last movement"
    told = f"movement {drift.movement_id} ({drift.type}, {drift.at:%Y-%m-%d %H:%M:%S}Z)"
    return f"{told}: on hand {drift.on_hand_after}, moved {drift.moved}"


def _told(repair: Repair) -> str:
    before, after = _counters(repair.before), _counters(repair.after)
    ended = f"; {repair.released} units in holds without an owner given back" if repair.released else ""
    return f"repaired {repair.sku or repair.variant_id}: {before} -> {after}{ended}"


def _counters(level: Level | None) -> str:
    if level is None:
        return "no counters"
    limit = f", backorders up to {level.backorder_limit}" if level.backorder_limit else ""
    return f"{level.available} free, {level.reserved} held{limit}"


def _tell_where(screen: Screen, page: CursorPage[MovementView] | CursorPage[HoldView]) -> None:
    further = f"; go on with --cursor {page.next_cursor}" if page.next_cursor else ""
    screen.note(f"{len(page.items)} of {page.total}{further}")
