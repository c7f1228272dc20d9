"""An e-commerce backend that never loses an order. `open_shop(url)` is where it begins; importing it opens nothing."""

from commerce_core.kernel.errors import (
    CommerceError,
    Conflict,
    Forbidden,
    Gone,
    Invalid,
    NotFound,
    StaleVersion,
    TooMany,
    Unauthenticated,
    Unavailable,
)
from commerce_core.kernel.money import Money
from commerce_core.settings import Settings, from_environ
from commerce_core.wiring import Commerce, open_shop

__all__ = [
    "Commerce",
    "CommerceError",
    "Conflict",
    "Forbidden",
    "Gone",
    "Invalid",
    "Money",
    "NotFound",
    "Settings",
    "StaleVersion",
    "TooMany",
    "Unauthenticated",
    "Unavailable",
    "from_environ",
    "open_shop",
]
