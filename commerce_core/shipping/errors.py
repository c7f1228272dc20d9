"""Refusals about shipping zones and their options."""

from uuid import UUID

from attrs import frozen

from commerce_core.kernel.errors import Conflict, NotFound, StaleVersion


@frozen
class ShippingZoneNotFound(NotFound):
    """No such zone."""

    code = "shipping-zone-not-found"
    detail = "There is no shipping zone {zone_id}."
    zone_id: UUID


@frozen
class ShippingOptionNotFound(NotFound):
    """The zone has no such option."""

    code = "shipping-option-not-found"
    detail = "The zone has no shipping option {option_id}."
    option_id: str


@frozen
class ShippingOptionTaken(Conflict):
    """Another option is called so; carts and orders have to tell them apart."""

    code = "shipping-option-taken"
    detail = "There is a shipping option {option_id} already."
    option_id: str


@frozen
class TooManyShippingOptions(Conflict):
    """The zone has all the options it may have."""

    code = "too-many-shipping-options"
    detail = "A zone may have at most {limit} options."
    limit: int


@frozen
class ShippingZoneVersionStale(StaleVersion):
    """Somebody changed the zone or one of its options since the caller read it."""

    code = "shipping-zone-version-stale"
    detail = "The shipping zone is at version {version} by now."
    version: int
