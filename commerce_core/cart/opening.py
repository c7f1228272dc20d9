"""What every change of a cart begins with."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from commerce_core.access.model import Actor
from commerce_core.cart.model import Cart, CartId, CartStatus, Offer
from commerce_core.cart.ports import CartWork


def opened(
    work: CartWork,
    cart_id: UUID,
    shopper: Actor,
    expected_version: int | None,
    wanted: Sequence[UUID] = (),
    *,
    hold: timedelta,
    email: str | None = None,
) -> tuple[Cart, Mapping[UUID, Offer]]:
    """The cart, ours, and already one version on; with the offers of `wanted` variants that it does not hold yet.

    `email` is the buyer's from now on; empty: nobody's, None: whatever the cart knows. A cart that waits for its
    payment is open again by it, its order cancelled in the same transaction, and holds for `hold` what the order held.
    Raises `CartNotFound`, `CartMerged`, `CartChanged` when it is not at `expected_version`, or what `give_up` raises.
    """
    cart, offers = work.carts.lock(CartId(cart_id), wanted, email=email)
    cart.must_be_for(shopper)
    cart.must_be_version(expected_version)
    if cart.status is CartStatus.CONVERTED:
        cart = work.placed.give_up(cart, shopper, work.now + hold, wanted)
    if cart.status is CartStatus.ABANDONED:
        work.carts.recover(cart)
    return cart.touched(work.now), offers
