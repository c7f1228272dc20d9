"""Orders under the columns of Shopify's own order export, for whatever reads those."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from commerce_core.kernel.address import Address
from commerce_core.kernel.csv import Cell
from commerce_core.orders.exported import ExportedCharge, ExportedOrder
from commerce_core.orders.ledger import Portion, sold
from commerce_core.orders.model import FulfillmentStatus, OrderPaymentStatus, OrderStatus

_ADDRESS = (
    "Name", "Street", "Address1", "Address2", "Company", "City", "Zip", "Province", "Country", "Phone",
)  # fmt: skip
_TAXES = 5  # for which there are columns

HEADER = (
    "Name", "Email", "Financial Status", "Paid at", "Fulfillment Status", "Fulfilled at", "Accepts Marketing",
    "Currency", "Subtotal", "Shipping", "Taxes", "Total", "Discount Code", "Discount Amount", "Shipping Method",
    "Created at", "Lineitem quantity", "Lineitem name", "Lineitem price", "Lineitem compare at price", "Lineitem sku",
    "Lineitem requires shipping", "Lineitem taxable", "Lineitem fulfillment status",
    *(f"Billing {part}" for part in _ADDRESS), *(f"Shipping {part}" for part in _ADDRESS),
    "Notes", "Note Attributes", "Cancelled at", "Payment Method", "Payment Reference", "Refunded Amount", "Vendor",
    "Outstanding Balance", "Employee", "Location", "Device ID", "Id", "Tags", "Risk Level", "Source",
    "Lineitem discount",
    *(f"Tax {place} {part}" for place in range(1, _TAXES + 1) for part in ("Name", "Value")),
    "Phone", "Receipt Number", "Duties", "Billing Province Name", "Shipping Province Name", "Payment ID",
    "Payment Terms Name", "Next Payment Due At", "Payment References",
)  # fmt: skip

_FINANCIAL = {
    OrderPaymentStatus.UNPAID: "pending",
    OrderPaymentStatus.PROCESSING: "pending",
    OrderPaymentStatus.FAILED: "pending",
}
_FULFILLMENT = {
    FulfillmentStatus.PARTIALLY_FULFILLED: "partial",
    FulfillmentStatus.DELIVERED: "fulfilled",
}


def shopify_rows(order: ExportedOrder, zone: ZoneInfo) -> Iterator[tuple[Cell, ...]]:
    """The rows of one order: what is the order's own stands in the first one only, as in Shopify's."""
    first = _order_cells(order, zone)
    for charge in order.charges:
        if charge.position:
            cells = {
                "Name": order.reference,
                "Email": order.email,
                "Created at": _time(order.placed_at, zone),
                **first,
                **_line_cells(order, charge),
            }
            yield tuple(cells.get(name) for name in HEADER)
            first = {}


def _order_cells(order: ExportedOrder, zone: ZoneInfo) -> Mapping[str, Cell]:
    """`Subtotal` is after the discounts of the lines and `Shipping` after its own, so that they add up to `Total`."""
    shipping = sum(charge.line_total for charge in order.charges if not charge.position)
    references = ", ".join(payment.intent_id for payment in order.payments if payment.intent_id)
    unpaid = order.status is OrderStatus.PENDING_PAYMENT
    voided = order.status is OrderStatus.CANCELLED and not order.captured
    return {
        "Financial Status": "voided" if voided else _FINANCIAL.get(order.payment_status, order.payment_status.value),
        "Paid at": _time(order.paid_at, zone),
        "Fulfillment Status": _fulfillment(order),
        "Fulfilled at": _time(order.fulfilled_at, zone),
        "Accepts Marketing": "yes" if order.marketing_consent else "no",
        "Currency": order.currency,
        "Subtotal": order.money(order.subtotal - order.discount + order.shipping - shipping),
        "Shipping": order.money(shipping),
        "Taxes": order.money(order.tax),
        "Total": order.money(order.total),
        "Discount Code": ", ".join(order.discounts),
        "Discount Amount": order.money(order.discount),
        "Shipping Method": order.shipping_method,
        "Notes": order.notes,
        "Cancelled at": _time(order.cancelled_at, zone),
        "Payment Method": " + ".join(dict.fromkeys(payment.provider for payment in order.payments)),
        "Payment Reference": references,
        "Refunded Amount": order.money(order.given_back(succeeded=True)),
        "Outstanding Balance": order.money(order.total if unpaid else 0),
        "Id": str(order.id),
        "Source": "web",
        "Phone": order.shipping_address.phone if order.shipping_address else None,
        "Payment ID": references,
        "Payment References": references,
        **_address_cells("Billing", order.billing_address or order.shipping_address),
        **_address_cells("Shipping", order.shipping_address),
        **_tax_cells(order),
    }


def _line_cells(order: ExportedOrder, charge: ExportedCharge) -> Mapping[str, Cell]:
    return {
        "Lineitem quantity": charge.quantity,
        "Lineitem name": charge.title,
        "Lineitem price": order.money(charge.unit_price),
        "Lineitem sku": charge.sku,
        "Lineitem requires shipping": charge.requires_shipping,
        "Lineitem taxable": charge.taxable,
        "Lineitem fulfillment status": "fulfilled" if _fulfillment(order) == "fulfilled" else "pending",
        "Lineitem discount": order.money(charge.discount),
    }


def _tax_cells(order: ExportedOrder) -> Mapping[str, Cell]:
    """Each rate that came to something; where there are more than columns, the last one has the rest."""
    taxes = [(_tax_name(portion), portion.tax) for portion in sold(order) if portion.tax]
    if len(taxes) > _TAXES:
        taxes = [*taxes[: _TAXES - 1], ("Other taxes", sum(tax for _, tax in taxes[_TAXES - 1 :]))]
    return {
        f"Tax {place} {part}": cell
        for place, (name, tax) in enumerate(taxes, 1)
        for part, cell in (("Name", name), ("Value", order.money(tax)))
    }


def _tax_name(portion: Portion) -> str:
    return f"{portion.title} {portion.rate}%"


def _address_cells(which: str, address: Address | None) -> Mapping[str, Cell]:
    if address is None:
        return {}
    street = ", ".join(line for line in (address.line1, address.line2) if line)
    cells = (
        address.name, street, address.line1, address.line2, address.company, address.city, address.postal_code,
        address.region, address.country, address.phone,
    )  # fmt: skip
    named = {f"{which} {part}": cell for part, cell in zip(_ADDRESS, cells, strict=True)}
    return {**named, f"{which} Province Name": address.region}


def _fulfillment(order: ExportedOrder) -> str:
    return _FULFILLMENT.get(order.fulfillment_status, order.fulfillment_status.value)


def _time(at: datetime | None, zone: ZoneInfo) -> str | None:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M:%S %z}" if at else None
