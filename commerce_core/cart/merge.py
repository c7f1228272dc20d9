"""Two carts become one when a guest logs in: what moves, and what there is no room for."""

from collections.abc import Iterable, Mapping
from itertools import islice
from uuid import UUID

from attrs import evolve, frozen

from commerce_core.cart.model import MAX_ATTRIBUTES, MAX_LINE_QUANTITY, MAX_LINES, Cart, CartLine
from commerce_core.inventory.errors import Shortage
from commerce_core.kernel.ids import NewId


@frozen
class Capped:
    """A variant of which a merge could not keep everything: so many were in the two carts, so many are left."""

    variant_id: UUID
    wanted: int
    quantity: int


def merged(own: Cart, guest: Cart, new_id: NewId, max_units: int) -> Cart:
    """The customer's cart with the guest's lines, quantities added.

    A line keeps at least what it had in the customer's cart, and one unit of what is new, however little room there
    is. Details that the customer's cart lacks are the guest's.
    """
    cart = _with_details(own, guest)
    for line in guest.lines:
        mine = cart.line_of(line.variant_id)
        if mine is None and len(cart.lines) >= MAX_LINES:
            continue
        had = mine.quantity if mine else 0
        room = had + max_units - cart.units() if line.counted else MAX_LINE_QUANTITY
        quantity = min(had + line.quantity, max(min(room, MAX_LINE_QUANTITY), had, 1))
        cart = cart.with_line(evolve(mine or evolve(line, id=new_id(), reserved_until=None), quantity=quantity))
    return cart


def cut(cart: Cart, shortages: Iterable[Shortage]) -> Cart:
    """The cart with as many as there are; a line of which there is nothing stays as it is, without a hold."""
    by_variant = {short.variant_id: short.available for short in shortages}
    return evolve(cart, lines=tuple(_cut(line, by_variant.get(line.variant_id)) for line in cart.lines))


def capped(own: Cart, guest: Cart, after: Cart) -> tuple[Capped, ...]:
    """What the merge could not keep."""
    before, now = _quantities(own), _quantities(after)
    sums = {line.variant_id: before.get(line.variant_id, 0) + line.quantity for line in guest.lines}
    return tuple(
        Capped(variant_id, wanted, now.get(variant_id, 0))
        for variant_id, wanted in sums.items()
        if now.get(variant_id, 0) < wanted
    )


def _quantities(cart: Cart) -> Mapping[UUID, int]:
    return {line.variant_id: line.quantity for line in cart.lines}


def _cut(line: CartLine, available: int | None) -> CartLine:
    if available is None:
        return line
    return evolve(line, quantity=available or line.quantity, offer=evolve(line.offer, available=available))


def _with_details(own: Cart, guest: Cart) -> Cart:
    attributes = {**own.attributes, **guest.attributes, **own.attributes}  # The customer's first, if not all have room.
    return evolve(
        own,
        email=own.email or guest.email,
        marketing_consent=own.marketing_consent if own.email else guest.marketing_consent,  # given with the address
        shipping_address=own.shipping_address or guest.shipping_address,
        shipping_option_id=own.shipping_option_id or guest.shipping_option_id,
        confirmed_vat_number=own.confirmed_vat_number or guest.confirmed_vat_number,
        notes=own.notes or guest.notes,
        attributes=dict(islice(attributes.items(), max(MAX_ATTRIBUTES, len(own.attributes)))),
    )
