"""Refusals about customers."""

from uuid import UUID

from attrs import frozen

from commerce_core.kernel.errors import Conflict, Forbidden, Gone, NotFound, StaleVersion


@frozen
class CustomerNotFound(NotFound):
    """Nobody has this id, or they have become somebody else by a merge."""

    code = "customer-not-found"
    detail = "There is no customer {customer_id}."
    customer_id: UUID


@frozen
class CustomerVersionStale(StaleVersion):
    """Somebody else changed it meanwhile."""

    code = "customer-version-stale"
    detail = "The customer is at version {version} by now."
    version: int


@frozen
class CustomerErased(Gone):
    """There is nobody behind this row any more."""

    code = "customer-erased"
    detail = "The customer {customer_id} has been erased."
    customer_id: UUID


@frozen
class CustomerHasOpenOrders(Conflict):
    """What was bought still has to be paid, sent or refunded, and that needs a name and an address."""

    code = "customer-has-open-orders"
    detail = "There are {orders} orders that are not finished; finish or cancel them first."
    orders: int


@frozen
class CustomersAreTheSame(Conflict):
    """Nobody can be merged into themselves."""

    code = "customers-are-the-same"
    detail = "A customer cannot be merged into itself."


@frozen
class CustomerAccountsBoth(Conflict):
    """Both can log in; which of two passwords should stay is not for staff to decide."""

    code = "customer-accounts-both"
    detail = "Both customers have an account. Merge into the one with the account after the other has given theirs up."


@frozen
class CustomerEmailTaken(Conflict):
    """The address that was to become this account's has an account of its own by now."""

    code = "customer-email-taken"
    detail = "This address has an account of its own."


@frozen
class AddressNotFound(NotFound):
    """The customer has no such address."""

    code = "address-not-found"
    detail = "There is no address {address_id}."
    address_id: UUID


@frozen
class AddressVersionStale(StaleVersion):
    """The address was changed meanwhile."""

    code = "address-version-stale"
    detail = "The address is at version {version} by now."
    version: int


@frozen
class TooManyAddresses(Conflict):
    """A book of addresses has an end."""

    code = "too-many-addresses"
    detail = "An account keeps at most {limit} addresses."
    limit: int


@frozen
class ProofInvalid(Gone):
    """The token of a mail opens nothing: not ours, used, replaced or too old. Which of these is not told."""

    code = "proof-invalid"
    detail = "This link does not work, or does not work any more. Ask for another one."


@frozen
class LoginTooOld(Forbidden):
    """What cannot be taken back is only done shortly after somebody has given their password."""

    code = "login-too-old"
    detail = "Log in again: this needs a login of the last {minutes} minutes."
    minutes: int
