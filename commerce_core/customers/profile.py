"""What customers keep about themselves: name, consent, addresses, and what they bought."""

from uuid import UUID

from attrs import field, frozen

from commerce_core.access.model import Actor, ActorKind
from commerce_core.checkout.service import CheckoutService
from commerce_core.customers.addresses import AddressChanges, Book, SavedAddress
from commerce_core.customers.model import AccountChanges, AccountPolicy, self_of
from commerce_core.customers.ports import CustomersWork
from commerce_core.customers.views import AccountView, CustomerReader
from commerce_core.emails.consent import Consent, ConsentSource
from commerce_core.kernel.address import Address
from commerce_core.kernel.ids import NewId
from commerce_core.kernel.page import Page, PageRequest
from commerce_core.kernel.transaction import Begin, retried
from commerce_core.orders.errors import OrderNotFound
from commerce_core.orders.model import Order, OrderId
from commerce_core.orders.views import OrderSummary, OrderView
from commerce_core.payments.model import Payment


@frozen
class ProfileService:
    """One's own account. Every method raises `SessionInvalid` for whoever is no customer."""

    begin: Begin[CustomersWork]
    new_id: NewId
    read: CustomerReader
    checkout: CheckoutService
    policy: AccountPolicy = field(factory=AccountPolicy)

    def me(self, actor: Actor) -> AccountView:
        """The account."""
        return self.read.account(self_of(actor))

    def change(self, actor: Actor, changes: AccountChanges, expected_version: int | None = None) -> AccountView:
        """Change name, language or consent; consent is written down with the version of the text that was read.

        Raises `CustomerVersionStale`; then nothing has changed.
        """
        self._change(self_of(actor), changes, expected_version)
        return self.me(actor)

    @retried
    def _change(self, customer_id: UUID, changes: AccountChanges, expected_version: int | None) -> None:
        with self.begin() as work:
            before = work.customers.lock(customer_id)
            before.must_be_somebody(expected_version)
            after = before.changed(changes)
            if after is not before:
                work.customers.save(after)
            if isinstance(changes.marketing, bool):
                version = self.policy.marketing_text
                work.consents.record(Consent(after.email, ConsentSource.ACCOUNT, version, granted=changes.marketing))

    def addresses(self, actor: Actor) -> tuple[SavedAddress, ...]:
        """All of them, the oldest first."""
        return self.read.addresses(self_of(actor))

    def address(self, actor: Actor, address_id: UUID) -> SavedAddress:
        """One of them. Raises `AddressNotFound`."""
        return Book(self.addresses(actor)).one(address_id)

    @retried
    def add_address(
        self, actor: Actor, address: Address, *, default_shipping: bool = False, default_billing: bool = False
    ) -> SavedAddress:
        """One more; the first is the default of both kinds. Raises `TooManyAddresses`."""
        new = SavedAddress(self.new_id(), address, default_shipping, default_billing)
        with self.begin() as work:
            before = Book(work.customer_addresses.lock_all(self_of(actor)))
            after = before.with_added(new).versioned(before)
            work.customer_addresses.write(self_of(actor), before.addresses, after.addresses)
        return after.one(new.id)

    @retried
    def change_address(
        self, actor: Actor, address_id: UUID, changes: AddressChanges, expected_version: int | None = None
    ) -> SavedAddress:
        """Another form of one. Raises `AddressNotFound` or `AddressVersionStale`; then nothing has changed."""
        with self.begin() as work:
            before = Book(work.customer_addresses.lock_all(self_of(actor)))
            after = before.with_changed(address_id, changes, expected_version).versioned(before)
            work.customer_addresses.write(self_of(actor), before.addresses, after.addresses)
        return after.one(address_id)

    @retried
    def remove_address(self, actor: Actor, address_id: UUID, expected_version: int | None = None) -> None:
        """One less; orders keep their copy. Raises `AddressNotFound` or `AddressVersionStale`."""
        with self.begin() as work:
            before = Book(work.customer_addresses.lock_all(self_of(actor)))
            after = before.without(address_id, expected_version).versioned(before)
            work.customer_addresses.write(self_of(actor), before.addresses, after.addresses)

    def orders(self, actor: Actor, page: PageRequest) -> Page[OrderSummary]:
        """A page of one's own orders, the latest first, with those of before the account."""
        return self.read.orders(self_of(actor), page)

    def order(self, actor: Actor, order_id: UUID) -> OrderView:
        """One of one's own orders. Raises `OrderNotFound`, also for somebody else's."""
        return self.checkout.page(*self._own(actor, order_id))

    def order_token(self, actor: Actor, order_id: UUID, given: str | None = None) -> str:
        """What opens an order: the token that is `given`, else, for a customer, that of one of their own orders.

        Everybody else gets one that opens nothing. Raises `OrderNotFound` for somebody else's order.
        """
        if given is not None or actor.kind is not ActorKind.CUSTOMER:
            return given or ""
        order, _ = self._own(actor, order_id)
        return self.checkout.token(order.id)

    def _own(self, actor: Actor, order_id: UUID) -> tuple[Order, tuple[Payment, ...]]:
        order, payments = self.checkout.payments.attempts(OrderId(order_id))
        if order.buyer.customer_id != self_of(actor):
            raise OrderNotFound
        return order, payments
