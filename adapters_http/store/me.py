"""One's own account, with a customer's token."""

from typing import Annotated, Any, ClassVar
from uuid import UUID

import falcon
from attrs import frozen

from adapters_http.endpoint import bearer
from adapters_http.fields import Limits
from adapters_http.operation import Access, Answer, Idempotent, operation
from commerce_core.access.model import Actor
from commerce_core.customers.addresses import AddressChanges, SavedAddress
from commerce_core.customers.errors import (
    AddressNotFound,
    AddressVersionStale,
    CustomerErased,
    CustomerHasOpenOrders,
    CustomerNotFound,
    CustomerVersionStale,
    LoginTooOld,
    TooManyAddresses,
)
from commerce_core.customers.model import AccountChanges
from commerce_core.customers.privacy import PrivacyService
from commerce_core.customers.profile import ProfileService
from commerce_core.customers.views import AccountView
from commerce_core.kernel.address import Address
from commerce_core.kernel.page import MAX_PAGE, MAX_PER_PAGE, Page, PageRequest
from commerce_core.orders.views import OrderSummary

_GONE = (CustomerNotFound, CustomerErased)


@frozen
class ChangeMe(AccountChanges):
    """A JSON Merge Patch. `marketing` gives leave, or takes it back."""

    example: ClassVar[dict[str, Any]] = {"name": "Camille Durand", "marketing": False}


@frozen
class Me:
    """`/v1/store/me`."""

    profile: ProfileService
    privacy: PrivacyService

    @operation("Read one's account", answers={200: AccountView}, refusals=_GONE, access=Access.CUSTOMER)
    def on_get(self, actor: Actor) -> Answer:
        """`cart_id` is the open cart, wherever it was filled."""
        found = self.profile.me(actor)
        return Answer(found).at_version(found.version)

    @operation(
        "Change one's account",
        answers={200: AccountView},
        refusals=(*_GONE, CustomerVersionStale),
        access=Access.CUSTOMER,
    )
    def on_patch(self, actor: Actor, body: ChangeMe, if_match: int | None) -> Answer:
        """Leave to write, given or taken back, is written down with the version of the text that was read."""
        changed = self.profile.change(actor, body, if_match)
        return Answer(changed).at_version(changed.version)

    @operation(
        "Erase one's account",
        answers={204: None},
        refusals=(*_GONE, CustomerHasOpenOrders, LoginTooOld),
        access=Access.CUSTOMER,
    )
    def on_delete(self, actor: Actor, request: falcon.Request) -> Answer:
        """For good, and only shortly after a login. What was bought stays in the books, without a name."""
        self.privacy.erase_own(actor, bearer(request) or "")
        return Answer.nothing()


@frozen
class MyExport:
    """`/v1/store/me/export`."""

    privacy: PrivacyService

    @operation("Export one's data", answers={200: dict[str, Any]}, refusals=_GONE, access=Access.CUSTOMER)
    def on_get(self, actor: Actor) -> Answer:
        """Everything that is kept about the person, as JSON."""
        return Answer(
            self.privacy.export_own(actor), headers={"Content-Disposition": 'attachment; filename="my-data.json"'}
        )


@frozen
class OrderListQuery:
    """Which page."""

    page: Annotated[int, Limits(1, MAX_PAGE)] = 1
    per_page: Annotated[int, Limits(1, MAX_PER_PAGE)] = 24


@frozen
class MyOrders:
    """`/v1/store/me/orders`."""

    profile: ProfileService

    @operation("List one's orders", answers={200: Page[OrderSummary]}, access=Access.CUSTOMER)
    def on_get(self, actor: Actor, query: OrderListQuery) -> Answer:
        """The latest first; one of them is at `/v1/store/orders/{order_id}`, with the same token."""
        return Answer(self.profile.orders(actor, PageRequest(query.page, query.per_page)))


@frozen
class NewAddress:
    """An address to be kept."""

    example: ClassVar[dict[str, Any]] = {
        "address": {
            "name": "Camille Durand",
            "line1": "12 rue des Lilas",
            "postal_code": "75011",
            "city": "Paris",
            "country": "FR",
        },
        "default_shipping": True,
    }
    address: Address
    default_shipping: bool = False
    default_billing: bool = False


@frozen
class ChangeAddress(AddressChanges):
    """A JSON Merge Patch; an address is replaced as a whole."""

    example: ClassVar[dict[str, Any]] = {"default_billing": True}


@frozen
class AddressList:
    """All addresses of one customer."""

    items: tuple[SavedAddress, ...]


@frozen
class MyAddresses:
    """`/v1/store/me/addresses`."""

    profile: ProfileService

    @operation("List one's addresses", answers={200: AddressList}, access=Access.CUSTOMER)
    def on_get(self, actor: Actor) -> Answer:
        """The oldest first."""
        return Answer(AddressList(self.profile.addresses(actor)))

    @operation(
        "Add an address",
        answers={201: SavedAddress},
        refusals=(TooManyAddresses,),
        access=Access.CUSTOMER,
        idempotency=Idempotent.HONOURED,
    )
    def on_post(self, actor: Actor, body: NewAddress) -> Answer:
        """The first is the default for shipping and for billing."""
        made = self.profile.add_address(
            actor, body.address, default_shipping=body.default_shipping, default_billing=body.default_billing
        )
        return Answer.created(made, f"/v1/store/me/addresses/{made.id}").at_version(made.version)


@frozen
class MyAddress:
    """`/v1/store/me/addresses/{address_id}`."""

    profile: ProfileService

    @operation("Read an address", answers={200: SavedAddress}, refusals=(AddressNotFound,), access=Access.CUSTOMER)
    def on_get(self, actor: Actor, address_id: UUID) -> Answer:
        """One of one's own."""
        found = self.profile.address(actor, address_id)
        return Answer(found).at_version(found.version)

    @operation(
        "Change an address",
        answers={200: SavedAddress},
        refusals=(AddressNotFound, AddressVersionStale),
        access=Access.CUSTOMER,
    )
    def on_patch(self, actor: Actor, address_id: UUID, body: ChangeAddress, if_match: int | None) -> Answer:
        """Made a default, it takes the place of the one that was."""
        changed = self.profile.change_address(actor, address_id, body, if_match)
        return Answer(changed).at_version(changed.version)

    @operation(
        "Remove an address",
        answers={204: None},
        refusals=(AddressNotFound, AddressVersionStale),
        access=Access.CUSTOMER,
    )
    def on_delete(self, actor: Actor, address_id: UUID, if_match: int | None) -> Answer:
        """Orders keep their copy; the oldest that is left takes its place as a default."""
        self.profile.remove_address(actor, address_id, if_match)
        return Answer.nothing()
