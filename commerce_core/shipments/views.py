"""A shipment as its buyer and the operators see it."""

from attrs import frozen

from commerce_core.orders.views import OrderShipmentView, ShippedItemView
from commerce_core.shipments.model import Shipment


@frozen
class ShipmentsView:
    """The shipments of an order, the first first."""

    items: tuple[OrderShipmentView, ...]


def shipment_view(shipment: Shipment) -> OrderShipmentView:
    """One parcel, with the page on which it can be followed."""
    return OrderShipmentView(
        id=shipment.id,
        status=shipment.status.value,
        items=tuple(ShippedItemView(item.order_item_id, item.quantity) for item in shipment.items),
        carrier=shipment.tracking.carrier,
        tracking_number=shipment.tracking.number,
        tracking_url=shipment.tracking.page,
        shipped_at=shipment.shipped_at,
        delivered_at=shipment.delivered_at,
        cancelled_at=shipment.cancelled_at,
        version=shipment.version,
    )
