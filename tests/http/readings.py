"""One valid call of every GET of the staff. One without an entry fails `test_access_matrix.py`."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from commerce_core.access.model import SYSTEM
from tests.http.audited_calls import (
    ADMIN,
    Call,
    Prepared,
    Scene,
    _colleague,
    _delivery,
    _invitation,
    _invoiceable,
    _key,
    _of,
    _sent_parcel,
    _subscription,
    _variant,
    about,
    draft_of,
    on,
)


def _logged(scene: Scene) -> str:
    scene.tag()
    return str(scene.ask("SELECT max(id) FROM audit_logs")[0][0])


def _order(scene: Scene) -> str:
    return str(scene.order().id)


def _one(table: str) -> Callable[[Scene], str]:
    return lambda scene: scene.dead(table)  # type: ignore[arg-type]


def _prices(scene: Scene) -> Call:
    return Call(f"{ADMIN}/products/{_variant(scene)}/prices")


def _upload(scene: Scene) -> str:
    return str(scene.upload()["id"])


def _listed(scene: Scene) -> Any:
    return _subscription(scene)


def _issued(scene: Scene) -> str:
    order = _invoiceable(scene)
    return str(scene.shop.invoices.issue(SYSTEM, UUID(order)).items[0].id)


def _preview(scene: Scene) -> Call:
    return Call(f"{ADMIN}/orders/{_order(scene)}/refunds/preview", {"reason": "returned", "everything": True})


READINGS: dict[str, Prepared] = {
    f"GET {ADMIN}/{path}": on(path)
    for path in (
        "auth/me", "auth/sessions", "staff", "staff/invitations", "api-keys", "products", "products/export.csv",
        "remote-images", "categories", "tags", "redirects", "orders", "orders/export.csv", "payment-exceptions",
        "audit-logs", "audit-logs/export.csv", "outbox", "subscriptions", "subscriptions/event-types",
        "webhook-events", "settings", "tax-rates", "shipping-zones", "carts", "customers", "discounts", "inventory",
        "inventory/verify", "draft-orders", "invoices", "invoices/export.csv",
    )
} | {
    f"GET {ADMIN}/staff/{{member_id}}": about("staff/{}", _colleague),
    f"GET {ADMIN}/staff/{{member_id}}/sessions": about("staff/{}/sessions", _colleague),
    f"GET {ADMIN}/staff/invitations/{{invitation_id}}": about("staff/invitations/{}", _invitation),
    f"GET {ADMIN}/api-keys/{{key_id}}": about("api-keys/{}", _key),
    f"GET {ADMIN}/products/{{product_id}}": about("products/{}", _of(Scene.product)),
    f"GET {ADMIN}/products/{{product_id}}/seo": about("products/{}/seo", _of(Scene.product)),
    f"GET {ADMIN}/products/{{product_id}}/variants/{{variant_id}}/prices": _prices,
    f"GET {ADMIN}/uploads/{{upload_id}}": about("uploads/{}", _upload),
    f"GET {ADMIN}/categories/{{category_id}}": about("categories/{}", Scene.category),
    f"GET {ADMIN}/tags/{{tag_id}}": about("tags/{}", Scene.tag),
    f"GET {ADMIN}/redirects/{{redirect_id}}": about("redirects/{}", Scene.redirect),
    f"GET {ADMIN}/orders/{{order_id}}": about("orders/{}", _order),
    f"GET {ADMIN}/orders/{{order_id}}/explain": about("orders/{}/explain", _order),
    f"GET {ADMIN}/orders/{{order_id}}/timeline": about("orders/{}/timeline", _order),
    f"GET {ADMIN}/orders/{{order_id}}/notes": about("orders/{}/notes", _order),
    f"GET {ADMIN}/orders/{{order_id}}/refunds": about("orders/{}/refunds", _order),
    f"POST {ADMIN}/orders/{{order_id}}/refunds/preview": _preview,  # It changes nothing.
    f"GET {ADMIN}/orders/{{order_id}}/shipments": about("orders/{}/shipments", _order),
    f"GET {ADMIN}/orders/{{order_id}}/shipments/{{shipment_id}}": about("orders/{}", _sent_parcel),
    f"GET {ADMIN}/orders/{{order_id}}/invoices": about("orders/{}/invoices", _order),
    f"GET {ADMIN}/invoices/{{invoice_id}}": about("invoices/{}", _issued),
    f"GET {ADMIN}/invoices/{{invoice_id}}.pdf": about("invoices/{}.pdf", _issued),
    f"GET {ADMIN}/draft-orders/{{draft_order_id}}": about("draft-orders/{}", draft_of),
    f"GET {ADMIN}/payment-exceptions/{{case_id}}": about("payment-exceptions/{}", Scene.case),
    f"GET {ADMIN}/audit-logs/{{log_id}}": about("audit-logs/{}", _logged),
    f"GET {ADMIN}/outbox/{{event_id}}": about("outbox/{}", _one("outbox_events")),
    f"GET {ADMIN}/subscriptions/{{subscription_id}}": about("subscriptions/{}", _listed),
    f"GET {ADMIN}/subscriptions/{{subscription_id}}/deliveries": about("subscriptions/{}/deliveries", _listed),
    f"GET {ADMIN}/subscriptions/{{subscription_id}}/deliveries/{{event_id}}": about("subscriptions/{}", _delivery),
    f"GET {ADMIN}/webhook-events/{{message_id}}": about("webhook-events/{}", _one("webhook_events")),
    f"GET {ADMIN}/tax-rates/{{tax_rate_id}}": about("tax-rates/{}", Scene.tax_rate),
    f"GET {ADMIN}/shipping-zones/{{zone_id}}": about("shipping-zones/{}", _of(Scene.zone)),
    f"GET {ADMIN}/carts/{{cart_id}}/vat-number": about("carts/{}/vat-number", Scene.cart),
    f"GET {ADMIN}/customers/{{customer_id}}": about("customers/{}", Scene.customer),
    f"GET {ADMIN}/customers/{{customer_id}}/orders": about("customers/{}/orders", Scene.customer),
    f"GET {ADMIN}/customers/{{customer_id}}/export": about("customers/{}/export", Scene.customer),
    f"GET {ADMIN}/discounts/{{discount_id}}": about("discounts/{}", Scene.discount),
    f"GET {ADMIN}/inventory/{{variant_id}}": about("inventory/{}", Scene.variant),
    f"GET {ADMIN}/inventory/{{variant_id}}/movements": about("inventory/{}/movements", Scene.variant),
    f"GET {ADMIN}/inventory/{{variant_id}}/reservations": about("inventory/{}/reservations", Scene.variant),
    f"GET {ADMIN}/inventory/{{variant_id}}/explain": about("inventory/{}/explain", Scene.variant),
}  # fmt: skip
