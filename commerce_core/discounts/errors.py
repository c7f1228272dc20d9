"""Refusals about discounts: to those who keep them, and to buyers to whom they give nothing."""

from datetime import datetime
from uuid import UUID

from attrs import frozen

from commerce_core.kernel.errors import Conflict, NotFound, StaleVersion
from commerce_core.kernel.money import Money


@frozen
class DiscountNotFound(NotFound):
    """No such discount."""

    code = "discount-not-found"
    detail = "There is no discount {discount_id}."
    discount_id: UUID


@frozen
class DiscountVersionStale(StaleVersion):
    """Somebody changed the discount since the caller read it."""

    code = "discount-version-stale"
    detail = "The discount is at version {version} by now."
    version: int


@frozen
class DiscountCodeTaken(Conflict):
    """Another discount has this code, perhaps spelt with other capitals."""

    code = "discount-code-taken"
    detail = "Another discount has the code {discount_code}."
    discount_code: str


@frozen
class DiscountInUse(Conflict):
    """Orders or carts have it, so it can only be switched off."""

    code = "discount-in-use"
    detail = "{orders} orders and {carts} carts have this discount. Make it inactive instead."
    orders: int
    carts: int


@frozen
class DiscountCodeUnknown(NotFound):
    """No discount has this code, or none that is active."""

    code = "discount-code-unknown"
    detail = "There is no discount with this code."


@frozen
class DiscountNotStarted(Conflict):
    """It counts from a later time on."""

    code = "discount-not-started"
    detail = "The discount {discount} begins at {starts_at}."
    discount: str  # its code; the title of an automatic one
    starts_at: datetime


@frozen
class DiscountExpired(Conflict):
    """Its time is over."""

    code = "discount-expired"
    detail = "The discount {discount} ended at {ended_at}."
    discount: str
    ended_at: datetime


@frozen
class DiscountInactive(Conflict):
    """It was switched off."""

    code = "discount-inactive"
    detail = "The discount {discount} is no longer given."
    discount: str


@frozen
class DiscountCoversNothing(Conflict):
    """Nothing in the cart is among the goods it is given on."""

    code = "discount-covers-nothing"
    detail = "The discount {discount} is given on other goods than these."
    discount: str


@frozen
class DiscountMinimumSubtotal(Conflict):
    """The goods it is given on are worth too little."""

    code = "discount-minimum-subtotal"
    detail = "The discount {discount} needs goods for {needed}; these are worth {found}."
    discount: str
    needed: Money
    found: Money


@frozen
class DiscountMinimumQuantity(Conflict):
    """There are too few of the goods it is given on."""

    code = "discount-minimum-quantity"
    detail = "The discount {discount} needs {needed} pieces; here are {found}."
    discount: str
    needed: int
    found: int


@frozen
class DiscountUsedUp(Conflict):
    """All of its uses are taken. An order that is cancelled gives its use back."""

    code = "discount-used-up"
    detail = "The discount {discount} was given {limit} times, which is as often as it is given."
    discount: str
    limit: int


@frozen
class DiscountUsedByBuyer(Conflict):
    """This buyer has had it as often as a buyer may."""

    code = "discount-used-by-buyer"
    detail = "The discount {discount} is given {limit} times to the same buyer."
    discount: str
    limit: int


@frozen
class DiscountNotFirstOrder(Conflict):
    """It is for a first order, and this buyer has one already."""

    code = "discount-not-first-order"
    detail = "The discount {discount} is for a first order."
    discount: str


@frozen
class DiscountNotCombined(Conflict):
    """Another discount takes more off, and the two are not given together."""

    code = "discount-not-combined"
    detail = "The discount {discount} is not given together with another one, which takes more off."
    discount: str
