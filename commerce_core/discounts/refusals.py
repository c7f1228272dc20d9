"""Why a discount gives nothing, as a refusal: carts and checkouts say it in the same words."""

from datetime import UTC, datetime

from commerce_core.discounts.errors import (
    DiscountCoversNothing,
    DiscountExpired,
    DiscountInactive,
    DiscountMinimumQuantity,
    DiscountMinimumSubtotal,
    DiscountNotCombined,
    DiscountNotFirstOrder,
    DiscountNotStarted,
    DiscountUsedByBuyer,
    DiscountUsedUp,
)
from commerce_core.discounts.model import Discount, Misfit, Unfit
from commerce_core.kernel.errors import CommerceError
from commerce_core.kernel.money import Money

MISFITS = (
    DiscountCoversNothing,
    DiscountExpired,
    DiscountInactive,
    DiscountMinimumQuantity,
    DiscountMinimumSubtotal,
    DiscountNotCombined,
    DiscountNotFirstOrder,
    DiscountNotStarted,
    DiscountUsedByBuyer,
    DiscountUsedUp,
)

_NEVER = datetime.min.replace(tzinfo=UTC)


def refusal(discount: Discount, misfit: Misfit) -> CommerceError:
    """The refusal of a discount that does not fit."""
    name = discount.code or discount.title
    needed, found = misfit.needed or 0, misfit.found or 0
    match misfit.reason:
        case Unfit.INACTIVE:
            return DiscountInactive(name)
        case Unfit.NOT_STARTED:
            return DiscountNotStarted(name, discount.starts_at or _NEVER)
        case Unfit.EXPIRED:
            return DiscountExpired(name, discount.ends_at or _NEVER)
        case Unfit.MINIMUM_QUANTITY:
            return DiscountMinimumQuantity(name, needed, found)
        case Unfit.MINIMUM_SUBTOTAL if discount.minimum_subtotal is not None:
            currency = discount.minimum_subtotal.currency
            return DiscountMinimumSubtotal(name, Money(needed, currency), Money(found, currency))
        case _:
            return _plain(name, misfit)


def _plain(name: str, misfit: Misfit) -> CommerceError:
    match misfit.reason:
        case Unfit.USED_UP:
            return DiscountUsedUp(name, misfit.needed or 0)
        case Unfit.USED_BY_BUYER:
            return DiscountUsedByBuyer(name, misfit.needed or 0)
        case Unfit.NOT_FIRST_ORDER:
            return DiscountNotFirstOrder(name)
        case Unfit.OTHER_IS_BETTER:
            return DiscountNotCombined(name)
        case _:
            return DiscountCoversNothing(name)
