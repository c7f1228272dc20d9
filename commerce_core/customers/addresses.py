"""A customer's book of addresses: pure, because defaults are a rule about all of them."""

from collections.abc import Callable
from uuid import UUID

from attrs import evolve, frozen

from commerce_core.customers.errors import AddressNotFound, AddressVersionStale, TooManyAddresses
from commerce_core.kernel.address import Address
from commerce_core.kernel.unset import UNSET, Unset, given

MOST = 20


@frozen
class SavedAddress:
    """An address with what it is used for unless something else is said."""

    id: UUID
    address: Address
    default_shipping: bool = False
    default_billing: bool = False
    version: int = 1


@frozen
class AddressChanges:
    """What to change about a saved address. A default is given to another one, never just taken away."""

    address: Address | Unset = UNSET
    default_shipping: bool | Unset = UNSET
    default_billing: bool | Unset = UNSET


@frozen
class Book:
    """All addresses of one customer. There is a default of each kind as long as there is an address."""

    addresses: tuple[SavedAddress, ...]

    def with_added(self, new: SavedAddress) -> "Book":
        """One more. Raises `TooManyAddresses`."""
        if len(self.addresses) >= MOST:
            raise TooManyAddresses(MOST)
        return _with_defaults((*self.addresses, new), new)

    def with_changed(self, address_id: UUID, changes: AddressChanges, expected_version: int | None) -> "Book":
        """One in another form. Raises `AddressNotFound` and `AddressVersionStale`."""
        before = self.one(address_id, expected_version)
        after = evolve(
            before,
            address=given(changes.address, before.address),
            default_shipping=given(changes.default_shipping, before.default_shipping),
            default_billing=given(changes.default_billing, before.default_billing),
        )
        return _with_defaults(tuple(after if one.id == address_id else one for one in self.addresses), after)

    def without(self, address_id: UUID, expected_version: int | None) -> "Book":
        """One less; its place as a default goes to the oldest. Raises `AddressNotFound` and `AddressVersionStale`."""
        gone = self.one(address_id, expected_version)
        return _with_defaults(tuple(one for one in self.addresses if one is not gone), None)

    def one(self, address_id: UUID, expected_version: int | None = None) -> SavedAddress:
        """The address. Raises `AddressNotFound` and `AddressVersionStale`."""
        found = next((one for one in self.addresses if one.id == address_id), None)
        if found is None:
            raise AddressNotFound(address_id)
        if expected_version is not None and expected_version != found.version:
            raise AddressVersionStale(found.version)
        return found

    def versioned(self, before: "Book") -> "Book":
        """The book with the version of each address that differs from `before` one on."""
        known = {one.id: one for one in before.addresses}
        return Book(
            tuple(
                evolve(one, version=one.version + 1) if one.id in known and one != known[one.id] else one
                for one in self.addresses
            )
        )


def _with_defaults(addresses: tuple[SavedAddress, ...], latest: SavedAddress | None) -> Book:
    """What was made a default last is the only one; without any the oldest is."""
    if not addresses:
        return Book(())
    shipping = _default(addresses, latest, lambda one: one.default_shipping)
    billing = _default(addresses, latest, lambda one: one.default_billing)
    return Book(
        tuple(evolve(one, default_shipping=one.id == shipping, default_billing=one.id == billing) for one in addresses)
    )


def _default(
    addresses: tuple[SavedAddress, ...], latest: SavedAddress | None, is_one: Callable[[SavedAddress], bool]
) -> UUID:
    if latest is not None and is_one(latest):
        return latest.id
    return next((one.id for one in addresses if is_one(one)), addresses[0].id)
