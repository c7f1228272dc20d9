"""What every change of a cart begins with."""

from collections.abc import Mapping, Sequence
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
    email: str | None = None,
) -> tuple[Cart, Mapping[UUID, Offer]]:
    """The cart, ours, and already one version on; with the offers of `wanted` variants that it does not hold yet.

    `email` is the buyer's from now on; empty: nobody's, None: whatever the cart knows. Raises `CartNotFound`,
    `CartMerged`, `CartNotOpen`, or `CartChanged` when it is not at `expected_version`.
    """
    cart, offers = work.carts.lock(CartId(cart_id), wanted, email=email)
    cart.must_be_for(shopper)
    cart.must_be_open()
    cart.must_be_version(expected_version)
    if cart.status is CartStatus.ABANDONED:
        work.carts.recover(cart)
    return cart.touched(work.now), offers
