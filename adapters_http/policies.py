"""Who may ask how often: every policy in one table."""

from collections.abc import Mapping
from enum import StrEnum

from attrs import frozen
from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute


class Policy(StrEnum):
    """A kind of operation, by what asking too often would cost the shop or its customers."""

    NONE = "none"  # health, documents, pictures
    BROWSE = "browse"
    CART = "cart"
    CHECKOUT = "checkout"
    ACCOUNT = "account"  # a customer's own pages
    LOGIN = "login"  # whatever looks at a password
    RESET = "reset"  # whatever sends a mail to an address that anybody may type
    TOKEN = "token"  # noqa: S105 - whatever takes a token of a mail
    WEBHOOKS = "webhooks"
    STAFF = "staff"


@frozen
class Allowance:
    """How often, in requests unless told otherwise, in windows that begin with the minute or the hour.

    An identity is the account, the program, the cart, or for `reset` the address that is written to. `units` are units
    of goods that one client address asks to be held. Without Redis each process counts for itself and grants a
    `share_alone`-th of it.
    """

    address: RateLimitItem
    identity: RateLimitItem | None = None
    units: RateLimitItem | None = None
    share_alone: int = 1


# Many people may stand behind one address (offices, phone networks), so addresses get more than identities.
# A login has no limit by account here: strangers could use it to lock people out. PostgreSQL counts those, and knows
# the clients an account usually has; see `commerce_core.access.logins`.
ALLOWANCES: Mapping[Policy, Allowance] = {
    Policy.BROWSE: Allowance(RateLimitItemPerMinute(1200), RateLimitItemPerMinute(600)),
    Policy.CART: Allowance(
        RateLimitItemPerMinute(300), RateLimitItemPerMinute(120), units=RateLimitItemPerMinute(3000, 10)
    ),
    Policy.CHECKOUT: Allowance(RateLimitItemPerMinute(120), RateLimitItemPerMinute(20)),
    Policy.ACCOUNT: Allowance(RateLimitItemPerMinute(300), RateLimitItemPerMinute(120)),
    Policy.LOGIN: Allowance(RateLimitItemPerMinute(30), share_alone=3),
    Policy.RESET: Allowance(RateLimitItemPerHour(30), RateLimitItemPerHour(6), share_alone=3),
    Policy.TOKEN: Allowance(RateLimitItemPerMinute(30), share_alone=3),
    Policy.WEBHOOKS: Allowance(RateLimitItemPerMinute(6000)),
    Policy.STAFF: Allowance(RateLimitItemPerMinute(1200), RateLimitItemPerMinute(1200)),
}
