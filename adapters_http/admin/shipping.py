"""Shipping zones and their options for operators."""

from typing import Any, ClassVar
from uuid import UUID

from attrs import frozen

from adapters_http.operation import Access, Answer, Idempotent, operation
from commerce_core.access.model import Actor, Permission
from commerce_core.shipping.drafts import NewOption, NewZone, OptionChanges, ZoneChanges
from commerce_core.shipping.errors import (
    ShippingOptionNotFound,
    ShippingOptionTaken,
    ShippingZoneNotFound,
    ShippingZoneVersionStale,
    TooManyShippingOptions,
)
from commerce_core.shipping.service import ShippingService
from commerce_core.shipping.views import ZonesView, ZoneView

_EXAMPLE_OPTION = {
    "title": "Parcel",
    "price_by": "weight",
    "bands": [
        {"up_to": 1000, "price": {"amount": 490, "currency": "EUR"}},
        {"up_to": 30000, "price": {"amount": 990, "currency": "EUR"}},
    ],
    "free_from": {"amount": 8000, "currency": "EUR"},
    "estimated_days": 3,
}


@frozen
class CreateShippingZone(NewZone):
    """Whole countries, only the regions or postal codes named, or all that no other zone has."""

    example: ClassVar[dict[str, Any]] = {
        "title": "Alps",
        "countries": ["CH", "AT"],
        "options": [_EXAMPLE_OPTION],
    }


@frozen
class ChangeShippingZone(ZoneChanges):
    """What is to be different. Countries, regions and postal codes are told as a whole."""

    example: ClassVar[dict[str, Any]] = {"title": "Alps and Lake Constance", "countries": ["AT", "CH", "LI"]}


@frozen
class CreateShippingOption(NewOption):
    """A way to send. Bands rise: each price counts up to and including so many grams or minor units.

    Without an id it is called after its title. The last band may be without end; beyond the last there is no offer.
    """

    example: ClassVar[dict[str, Any]] = _EXAMPLE_OPTION


@frozen
class ChangeShippingOption(OptionChanges):
    """What is to be different. Bands are told as a whole."""

    example: ClassVar[dict[str, Any]] = {"estimated_days": 2, "free_from": None}


@frozen
class AdminShippingZones:
    """`/v1/admin/shipping-zones`."""

    shipping: ShippingService

    @operation(
        "List shipping zones", answers={200: ZonesView}, access=Access.STAFF, permission=Permission.SETTINGS_READ
    )
    def on_get(self, actor: Actor) -> Answer:
        """All of them with their options, in the order in which they were made."""
        return Answer(ZonesView(self.shipping.list_zones(actor)))

    @operation(
        "Create a shipping zone",
        answers={201: ZoneView},
        refusals=(ShippingOptionTaken,),
        access=Access.STAFF,
        permission=Permission.SETTINGS_WRITE,
        idempotency=Idempotent.HONOURED,
    )
    def on_post(self, actor: Actor, body: CreateShippingZone) -> Answer:
        """With its options. The zone that names a place most exactly is the one whose options are offered there."""
        made = self.shipping.create(actor, body)
        return Answer.created(made, f"/v1/admin/shipping-zones/{made.id}").at_version(made.version)


@frozen
class AdminShippingZone:
    """`/v1/admin/shipping-zones/{zone_id}`."""

    shipping: ShippingService

    @operation(
        "Read a shipping zone",
        answers={200: ZoneView},
        refusals=(ShippingZoneNotFound,),
        access=Access.STAFF,
        permission=Permission.SETTINGS_READ,
    )
    def on_get(self, actor: Actor, zone_id: UUID) -> Answer:
        """With its options."""
        found = self.shipping.find(actor, zone_id)
        return Answer(found).at_version(found.version)

    @operation(
        "Change a shipping zone",
        answers={200: ZoneView},
        refusals=(ShippingZoneNotFound, ShippingZoneVersionStale),
        access=Access.STAFF,
        permission=Permission.SETTINGS_WRITE,
    )
    def on_patch(self, actor: Actor, zone_id: UUID, body: ChangeShippingZone, if_match: int | None) -> Answer:
        """JSON Merge Patch: what is not mentioned stays, and so do the options."""
        changed = self.shipping.change(actor, zone_id, body, if_match)
        return Answer(changed).at_version(changed.version)

    @operation(
        "Delete a shipping zone",
        answers={204: None},
        refusals=(ShippingZoneNotFound, ShippingZoneVersionStale),
        access=Access.STAFF,
        permission=Permission.SETTINGS_WRITE,
    )
    def on_delete(self, actor: Actor, zone_id: UUID, if_match: int | None) -> Answer:
        """With its options. Orders keep what they were sent by."""
        self.shipping.delete(actor, zone_id, if_match)
        return Answer.nothing()


@frozen
class AdminShippingOptions:
    """`/v1/admin/shipping-zones/{zone_id}/options`."""

    shipping: ShippingService

    @operation(
        "Add a shipping option",
        answers={201: ZoneView},
        refusals=(ShippingZoneNotFound, ShippingZoneVersionStale, ShippingOptionTaken, TooManyShippingOptions),
        access=Access.STAFF,
        permission=Permission.SETTINGS_WRITE,
        idempotency=Idempotent.HONOURED,
    )
    def on_post(self, actor: Actor, zone_id: UUID, body: CreateShippingOption, if_match: int | None) -> Answer:
        """Behind the others; the answer is the zone, and `If-Match` is about its version."""
        zone = self.shipping.add_option(actor, zone_id, body, if_match)
        return Answer.created(zone, f"/v1/admin/shipping-zones/{zone_id}").at_version(zone.version)


@frozen
class AdminShippingOption:
    """`/v1/admin/shipping-zones/{zone_id}/options/{option_id}`."""

    shipping: ShippingService

    @operation(
        "Change a shipping option",
        answers={200: ZoneView},
        refusals=(ShippingZoneNotFound, ShippingZoneVersionStale, ShippingOptionNotFound),
        access=Access.STAFF,
        permission=Permission.SETTINGS_WRITE,
    )
    def on_patch(
        self, actor: Actor, zone_id: UUID, option_id: str, body: ChangeShippingOption, if_match: int | None
    ) -> Answer:
        """JSON Merge Patch. `active` false takes it off the shelf without losing it."""
        zone = self.shipping.change_option(actor, zone_id, option_id, body, if_match)
        return Answer(zone).at_version(zone.version)

    @operation(
        "Remove a shipping option",
        answers={200: ZoneView},
        refusals=(ShippingZoneNotFound, ShippingZoneVersionStale, ShippingOptionNotFound),
        access=Access.STAFF,
        permission=Permission.SETTINGS_WRITE,
    )
    def on_delete(self, actor: Actor, zone_id: UUID, option_id: str, if_match: int | None) -> Answer:
        """The answer is the zone without it."""
        zone = self.shipping.remove_option(actor, zone_id, option_id, if_match)
        return Answer(zone).at_version(zone.version)
