"""One valid call of every operation that changes something, and what the audit log has to say of it.

An operation of staff that is not a GET and has no entry here fails `test_audit_coverage.py`.
"""

from collections.abc import Callable
from typing import Any, LiteralString
from uuid import UUID, uuid4

import psycopg
from attrs import evolve, field, frozen
from falcon.testing import Result, TestClient

from adapters_http.admin.api_keys import CreateApiKey
from adapters_http.admin.categories import ChangeCategory, CreateCategory
from adapters_http.admin.discounts import ChangeDiscount, CreateDiscount
from adapters_http.admin.images import AddImage, ChangeImage
from adapters_http.admin.inventory import AdjustStock, ChangeStock, CountStock
from adapters_http.admin.merchant import ChangeSettings
from adapters_http.admin.products import ChangeProduct, ChangeSeo, CreateProduct
from adapters_http.admin.redirects import CreateRedirect
from adapters_http.admin.shipping import (
    ChangeShippingOption,
    ChangeShippingZone,
    CreateShippingOption,
    CreateShippingZone,
)
from adapters_http.admin.staff import ChangeStaff, SetStaffPassword
from adapters_http.admin.subscription_deliveries import ResendFrom
from adapters_http.admin.subscriptions import CreateSubscription
from adapters_http.admin.tags import ChangeTag, CreateTag
from adapters_http.admin.taxes import ChangeTaxRate, CreateTaxRate
from adapters_http.admin.variants import AddVariant, ChangeVariant, SetOptions
from commerce_core.access.model import SYSTEM, Origin, Permission, Role
from commerce_core.cart.details import CartChanges
from commerce_core.kernel.address import Address
from commerce_core.kernel.money import Money
from commerce_core.kernel.page import PageRequest
from commerce_core.keys.model import NewKey
from commerce_core.media.model import RemoteImageStatus
from commerce_core.merchant.model import MerchantChanges, Premises
from commerce_core.payments.model import CaseKind, PaymentCase
from commerce_core.shipments.model import NewShipment, Tracking
from commerce_core.staff.model import NewInvitation
from commerce_core.testing.builders import Builders
from commerce_core.testing.fake_gateway import FakeGateway
from commerce_core.testing.pictures import png
from commerce_core.wiring import Commerce

ADMIN = "/v1/admin"
STAFF_EMAIL, STAFF_PASSWORD = "canary.of.staff@example.com", "a canary of a passphrase"
# Whatever of these is found in the log has no business there.
CANARIES = {
    "name": "Canary Quackenbush", "email": "quackenbush@example.com", "line": "7 Feather Lane", "phone": "+33611223344",
    "company": "Plumage GmbH", "vat": "DE136695976", "note": "prefers sunflower seeds", "token": "t0ken-of-a-hook",
    "tracking": "6A-FEATHER-1",
    "shop phone": "+33199887766",
    "shop email": "nest@example.com", "shop address": "9 Perch Street",
}  # fmt: skip
BUYER = Address(
    CANARIES["name"], CANARIES["line"], "Berlin", "DE",
    company=CANARIES["company"], phone=CANARIES["phone"], vat_number=CANARIES["vat"],
)  # fmt: skip


@frozen
class Call:
    """What is sent."""

    path: str
    body: Any = None
    query: str = ""
    raw: bytes | None = None
    headers: dict[str, str] = field(factory=dict)


@frozen
class Scene:
    """A shop, and a member of staff who may do everything."""

    shop: Commerce
    make: Builders
    gateway: FakeGateway
    client: TestClient
    headers: dict[str, str]
    database_url: str

    def send(self, method: str, call: Call, client: TestClient | None = None) -> Result:
        """The answer to a call."""
        content = {"json": call.body} if call.raw is None and call.body is not None else {"body": call.raw or b""}
        return (client or self.client).simulate_request(
            method, call.path, query_string=call.query, headers={**self.headers, **call.headers}, **content
        )

    def made(self, path: str, body: Any) -> Any:
        """A thing that was made over HTTP."""
        answer = self.send("POST", Call(f"{ADMIN}/{path}", body))
        assert answer.status_code == 201, answer.text
        return answer.json

    def ask(self, statement: LiteralString, *values: object) -> list[Any]:
        with psycopg.connect(self.database_url, autocommit=True) as connection:
            cursor = connection.execute(statement, values)
            return cursor.fetchall() if cursor.description else []

    def product(self) -> Any:
        return self.made("products", {**CreateProduct.example, "title": f"Mug {uuid4()}"})

    def pictured(self) -> tuple[str, str]:
        """A product and its picture."""
        product = self.product()
        shown = self.made(f"products/{product['id']}/images", AddImage.example)
        return product["id"], shown["images"][0]["id"]

    def upload(self) -> Any:
        """A picture that was announced and sent."""
        size = len(png())
        ticket = self.made("uploads", {"filename": "mug.png", "content_type": "image/png", "size": size, "alt": ""})
        self.client.simulate_put(ticket["url"], body=png(), headers=ticket["headers"])
        return ticket

    def variant(self) -> UUID:
        """Ten of something."""
        return self.make.variant()

    def tag(self) -> str:
        return str(self.made("tags", {"title": f"Tag {uuid4()}"})["id"])

    def category(self) -> str:
        return str(self.made("categories", {"title": f"Shelf {uuid4()}"})["id"])

    def redirect(self) -> str:
        product = self.product()
        return str(
            self.made(
                "redirects",
                {
                    "entity_type": "product",
                    "slug": f"old-{uuid4()}",
                    "target_type": "product",
                    "target_slug": product["slug"],
                },
            )["id"]
        )

    def order(self, email: str = CANARIES["email"]) -> Any:
        """An order that is paid."""
        request = self.make.request(self.make.cart((self.make.variant(), 1)).id, email)
        request = evolve(request, shipping_address=evolve(BUYER, country="FR", vat_number=None))
        done = self.shop.checkout.check_out(request)
        assert done.payment
        self.gateway.pay(done.payment.intent_id)
        self.shop.payments.receive("stripe", *self.gateway.event(done.payment.intent_id, "payment_intent.succeeded"))
        return done.order

    def finish_orders(self) -> None:
        """Nobody waits for anything any more."""
        self.ask("UPDATE orders SET status = 'COMPLETED', fulfillment_status = 'fulfilled' WHERE status = 'PAID'")
        for (order_id,) in self.ask("SELECT id FROM orders WHERE status = 'PENDING_PAYMENT'"):
            self.shop.checkout.cancel(SYSTEM, order_id)

    def customer(self, email: str = CANARIES["email"]) -> str:
        """Somebody who has bought."""
        self.shop.customers.remember_buyer(self.order(email).id)
        return str(self.shop.customers.id_of(SYSTEM, email))

    def cart(self) -> str:
        """A cart of a company in Germany."""
        cart = self.make.cart((self.make.variant(), 1))
        return str(self.shop.cart.change(cart.id, CartChanges(shipping_address=BUYER)).id)

    def zone(self) -> Any:
        for zone in self.shop.shipping.list_zones(SYSTEM):
            if zone.title.startswith("Alps"):
                self.shop.shipping.delete(SYSTEM, zone.id)
        return self.made("shipping-zones", CreateShippingZone.example)

    def tax_rate(self) -> str:
        for rate in self.ask("SELECT id FROM tax_rates WHERE country = 'NO'"):
            self.shop.taxes.delete(SYSTEM, rate[0])
        return str(self.made("tax-rates", CreateTaxRate.example)["id"])

    def discount(self) -> str:
        return str(self.made("discounts", {**CreateDiscount.example, "code": f"SPRING{uuid4().hex[:8]}"})["id"])

    def dead(self, table: LiteralString) -> str:
        """An event that was given up."""
        self.order()
        [(one,)] = self.ask(f"SELECT id FROM {table} ORDER BY id DESC LIMIT 1")
        self.ask(f"UPDATE {table} SET status = 'dead', processed_at = NULL WHERE id = %s", one)
        return str(one)

    def dead_picture(self) -> str:
        handle = f"mug-{uuid4()}"
        self.shop.imports.import_products(
            SYSTEM, ["Handle,Title,Variant Price,Image Src\n", f"{handle},Mug,10.00,http://127.0.0.1:9/{handle}.png\n"]
        )
        self.shop.remote_images.fetch_due()
        dead = self.shop.remote_images.list_remote_images(SYSTEM, RemoteImageStatus.DEAD, PageRequest())
        return str(dead.items[0].id)

    def case(self) -> str:
        kind, amount = CaseKind.AMOUNT_DIFFERS, Money(2489, "EUR")
        intent = f"pi_{uuid4()}"
        self.shop.payment_cases.open(PaymentCase(kind, "stripe", intent, None, amount, Money(1, "EUR")))
        return str(self.ask("SELECT id FROM payment_exceptions WHERE status = 'open' ORDER BY id DESC LIMIT 1")[0][0])


Prepared = Callable[[Scene], Call]
Audited = tuple[Prepared, tuple[str, ...]]


def on(path: str, body: Any = None, query: str = "") -> Prepared:
    """A call that needs nothing to be there."""
    return lambda _: Call(f"{ADMIN}/{path}", body, query)


def about(path: str, thing: Callable[[Scene], Any], body: Any = None) -> Prepared:
    """A call about a thing that is made first."""
    return lambda scene: Call(f"{ADMIN}/{path.format(thing(scene))}", body)


def _variant(scene: Scene) -> str:
    product = scene.product()
    return f"{product['id']}/variants/{product['variants'][0]['id']}"


def _picture(scene: Scene) -> str:
    return "{}/images/{}".format(*scene.pictured())


def _merge_tags(scene: Scene) -> Call:
    return Call(f"{ADMIN}/tags/{scene.tag()}/merge", {"into": scene.tag()})


def _retarget(scene: Scene) -> Call:
    target = {"target_type": "product", "target_slug": scene.product()["slug"]}
    return Call(f"{ADMIN}/redirects/{scene.redirect()}", target)


def _new_redirect(scene: Scene) -> Call:
    return Call(f"{ADMIN}/redirects", {**CreateRedirect.example, "target_slug": scene.product()["slug"]})


def _merge_customers(scene: Scene) -> Call:
    other = scene.customer("other@example.com")
    return Call(f"{ADMIN}/customers/{other}/merge", {"into": scene.customer()})


def _counters_that_lie(scene: Scene) -> Call:
    scene.ask(
        "UPDATE inventory_items SET available_qty = available_qty + 1 WHERE variant_id = %s", scene.make.variant()
    )
    return Call(f"{ADMIN}/inventory/repair")


def _shipped(scene: Scene) -> Call:
    return Call(f"{ADMIN}/orders/{scene.order().id}/status", {"status": "FULFILLED", "reason": CANARIES["note"]})


def _refunded(scene: Scene) -> Call:
    order = scene.order()
    items = [{"item_id": str(order.items[0].id), "quantity": 1, "restock": True}]
    body = {"reason": "returned", "items": items, "note": CANARIES["note"]}
    return Call(f"{ADMIN}/orders/{order.id}/refunds", body, headers={"Idempotency-Key": f"refund-{uuid4()}"})


def _paid(scene: Scene) -> UUID:
    return scene.order().id  # type: ignore[no-any-return]


def _unpaid(scene: Scene) -> str:
    request = scene.make.request(scene.make.cart((scene.make.variant(), 1)).id, CANARIES["email"])
    return str(scene.shop.checkout.check_out(request).order.id)


def _sent_parcel(scene: Scene) -> str:
    order = scene.order()
    tracking = Tracking("Colissimo", CANARIES["tracking"])
    return f"{order.id}/shipments/{scene.shop.shipments.ship(SYSTEM, order.id, NewShipment(tracking=tracking)).id}"


def sells_by_invoice(scene: Scene) -> None:
    """The shop says who sells, as an invoice has to."""
    scene.shop.merchant.change(SYSTEM, MerchantChanges(address=Premises("1 quai", "Lyon"), vat_number="FR40303265045"))


def _invoiceable(scene: Scene) -> str:
    """An order that is paid, of a shop that says who sells."""
    sells_by_invoice(scene)
    return str(scene.order().id)


def draft_body(scene: Scene) -> Any:
    return {
        "items": [{"variant_id": str(scene.make.variant()), "quantity": 1}],
        "email": CANARIES["email"],
        "shipping_option_id": "standard",
        "shipping_address": {"name": CANARIES["name"], "line1": CANARIES["line"], "city": "Paris", "country": "FR"},
        "discount": {"percent": "10", "reason": CANARIES["note"]},
    }


def _new_draft(scene: Scene) -> Call:
    return Call(f"{ADMIN}/draft-orders", draft_body(scene))


def draft_of(scene: Scene) -> str:
    return str(scene.made("draft-orders", draft_body(scene))["id"])


def held_draft(scene: Scene) -> str:
    draft = draft_of(scene)
    scene.shop.draft_orders.hold(SYSTEM, UUID(draft))
    return draft


def _erase(scene: Scene) -> Call:
    customer = scene.customer()
    scene.finish_orders()
    return Call(f"{ADMIN}/customers/{customer}/erase")


def _file(_: Scene) -> Call:
    lines = f"Handle,Title,Variant Price\nmug-{uuid4()},Mug,10.00\n"
    return Call(f"{ADMIN}/imports/products", raw=lines.encode(), headers={"Content-Type": "text/csv"})


def _settings(_: Scene) -> Call:
    address = {**ChangeSettings.example["address"], "line1": CANARIES["shop address"]}
    ways = {"phone": CANARIES["shop phone"], "email": CANARIES["shop email"], "address": address}
    return Call(f"{ADMIN}/settings", {**ChangeSettings.example, **ways})


def _one_rate_short(scene: Scene) -> None:
    """A shop that has everything but one rate, so that one thing is added."""
    scene.shop.default_rules.load(SYSTEM)
    [(rate, *_)] = scene.ask("SELECT id FROM tax_rates WHERE country = 'DE' AND tax_class = 'standard'")
    scene.shop.taxes.delete(SYSTEM, rate)


def _load_rates(scene: Scene) -> Call:
    _one_rate_short(scene)
    return Call(f"{ADMIN}/tax-rates/eu")


def _load_defaults(scene: Scene) -> Call:
    _one_rate_short(scene)
    return Call(f"{ADMIN}/settings/load-defaults")


def _confirmed(scene: Scene) -> Call:
    cart = scene.cart()
    where = Call(f"{ADMIN}/carts/{cart}/vat-number")
    assert scene.send("PUT", evolve(where, body={"vat_number": CANARIES["vat"]})).status_code == 200
    return where


def _zone_option(scene: Scene) -> str:
    zone = scene.zone()
    return f"{zone['id']}/options/{zone['options'][0]['id']}"


def _discount(_: Scene) -> Call:
    return Call(f"{ADMIN}/discounts", {**CreateDiscount.example, "code": f"SPRING{uuid4().hex[:8]}"})


def _product(_: Scene) -> Call:
    return Call(f"{ADMIN}/products", {**CreateProduct.example, "tags": []})


def _sent(scene: Scene) -> str:
    return str(scene.upload()["id"])


def _zone(scene: Scene) -> Call:
    scene.shop.shipping.delete(SYSTEM, UUID(scene.zone()["id"]))
    return Call(f"{ADMIN}/shipping-zones", CreateShippingZone.example)


def _rate(scene: Scene) -> Call:
    scene.shop.taxes.delete(SYSTEM, UUID(scene.tax_rate()))
    return Call(f"{ADMIN}/tax-rates", CreateTaxRate.example)


def _of(thing: Callable[[Scene], Any]) -> Callable[[Scene], str]:
    return lambda scene: str(thing(scene)["id"])


def _colleague(scene: Scene) -> UUID:
    """Somebody of the staff who is logged in."""
    email = f"{uuid4()}@{CANARIES['email'].partition('@')[2]}"
    member = scene.shop.staff.create(SYSTEM, email, "Colleague", Role.SUPPORT, email[:36])
    scene.shop.staff.log_in(email, email[:36], Origin())
    return member.id


def _shut_out(scene: Scene) -> UUID:
    return scene.shop.staff.disable(SYSTEM, _colleague(scene)).id


def _session(scene: Scene) -> str:
    member_id = _colleague(scene)
    return f"{member_id}/sessions/{scene.shop.staff_sessions.list_of(SYSTEM, member_id)[0].id}"


def _own_session(scene: Scene) -> str:
    """Another one of whoever calls."""
    scene.shop.staff.log_in(STAFF_EMAIL, STAFF_PASSWORD, Origin())
    sessions = scene.send("GET", Call(f"{ADMIN}/auth/sessions")).json["items"]
    return next(str(one["id"]) for one in sessions if not one["current"])


def _own_password(scene: Scene) -> Call:
    """By a session of its own, because all end."""
    token = scene.shop.staff.log_in(STAFF_EMAIL, STAFF_PASSWORD, Origin()).access_token
    words = {"current": STAFF_PASSWORD, "new": f"{STAFF_PASSWORD}, another"}
    return Call(f"{ADMIN}/auth/password", words, headers={"Authorization": f"Bearer {token}"})


def _invitation(scene: Scene) -> UUID:
    email = f"{uuid4()}@{CANARIES['email'].partition('@')[2]}"
    return scene.shop.invitations.invite(SYSTEM, NewInvitation(email, CANARIES["name"], Role.SUPPORT)).id


def _key(scene: Scene) -> UUID:
    return scene.shop.keys.create(SYSTEM, NewKey("Scanner", [Permission.CATALOG_READ])).key.id


def _subscription(scene: Scene) -> str:
    body = {**CreateSubscription.example, "url": f"https://erp.example.com/{CANARIES['token']}"}
    return str(scene.made("subscriptions", body)["subscription"]["id"])


def _delivery(scene: Scene) -> str:
    """One that was given up."""
    subscription = _subscription(scene)
    told = scene.made(f"subscriptions/{subscription}/test", None)
    scene.ask(
        "UPDATE subscription_deliveries SET status = 'dead' WHERE event_id = %s",
        told["event_id"],
    )
    return f"{subscription}/deliveries/{told['event_id']}"


CALLS: dict[str, Audited] = {
    "POST /v1/admin/products": (_product, ("product.created",)),
    "POST /v1/admin/imports/products": (_file, ("product.created",)),
    "PATCH /v1/admin/products/{product_id}": (
        about("products/{}", _of(Scene.product), {**ChangeProduct.example, "vendor": "Kiln"}), ("product.changed",)
    ),
    "DELETE /v1/admin/products/{product_id}": (about("products/{}", _of(Scene.product)), ("product.deleted",)),
    "PATCH /v1/admin/products/{product_id}/seo": (
        about("products/{}/seo", _of(Scene.product), ChangeSeo.example), ("product.changed",)
    ),
    "PUT /v1/admin/products/{product_id}/options": (
        about("products/{}/options", _of(Scene.product), SetOptions.example), ("product.changed",)
    ),
    "POST /v1/admin/products/{product_id}/variants": (
        about("products/{}/variants", _of(Scene.product), {**AddVariant.example, "sku": None}), ("product.changed",)
    ),
    "PATCH /v1/admin/products/{product_id}/variants/{variant_id}": (
        about("products/{}", _variant, ChangeVariant.example), ("product.changed",)
    ),
    "DELETE /v1/admin/products/{product_id}/variants/{variant_id}": (
        about("products/{}", _variant), ("product.changed",)
    ),
    "POST /v1/admin/products/{product_id}/images": (
        about("products/{}/images", _of(Scene.product), AddImage.example), ("product.changed",)
    ),
    "PATCH /v1/admin/products/{product_id}/images/{image_id}": (
        about("products/{}", _picture, {**ChangeImage.example, "alt": "A mug"}), ("product.changed",)
    ),
    "DELETE /v1/admin/products/{product_id}/images/{image_id}": (about("products/{}", _picture), ("product.changed",)),
    "POST /v1/admin/uploads": (
        on("uploads", {"filename": "mug.png", "content_type": "image/png", "size": 68}), ("upload.started",)
    ),
    "POST /v1/admin/uploads/{upload_id}/complete": (about("uploads/{}/complete", _sent), ("upload.completed",)),
    "POST /v1/admin/remote-images/{remote_image_id}/retry": (
        about("remote-images/{}/retry", Scene.dead_picture), ("remote_image.retry",)
    ),
    "POST /v1/admin/categories": (on("categories", CreateCategory.example), ("category.created",)),
    "PATCH /v1/admin/categories/{category_id}": (
        about("categories/{}", Scene.category, ChangeCategory.example), ("category.changed",)
    ),
    "DELETE /v1/admin/categories/{category_id}": (about("categories/{}", Scene.category), ("category.deleted",)),
    "POST /v1/admin/tags": (on("tags", CreateTag.example), ("tag.created",)),
    "PATCH /v1/admin/tags/{tag_id}": (about("tags/{}", Scene.tag, ChangeTag.example), ("tag.changed",)),
    "DELETE /v1/admin/tags/{tag_id}": (about("tags/{}", Scene.tag), ("tag.deleted",)),
    "POST /v1/admin/tags/{tag_id}/merge": (_merge_tags, ("tag.merged",)),
    "POST /v1/admin/redirects": (_new_redirect, ("redirect.created",)),
    "PATCH /v1/admin/redirects/{redirect_id}": (_retarget, ("redirect.changed",)),
    "DELETE /v1/admin/redirects/{redirect_id}": (about("redirects/{}", Scene.redirect), ("redirect.deleted",)),
    "PATCH /v1/admin/orders/{order_id}/status": (_shipped, ("order.status",)),
    "POST /v1/admin/orders/{order_id}/cancel": (
        about("orders/{}/cancel", _unpaid, {"reason": CANARIES["note"]}), ("order.cancel",)
    ),
    "POST /v1/admin/orders/{order_id}/refunds": (_refunded, ("order.refund",)),
    "POST /v1/admin/orders/{order_id}/notes": (
        about("orders/{}/notes", _paid, {"text": CANARIES["note"], "audience": "customer"}), ("order.note",)
    ),
    "POST /v1/admin/orders/{order_id}/shipments": (
        about("orders/{}/shipments", _paid, {"carrier": "Colissimo", "tracking_number": CANARIES["tracking"]}),
        ("shipment.create",),
    ),
    "PATCH /v1/admin/orders/{order_id}/shipments/{shipment_id}": (
        about("orders/{}", _sent_parcel, {"tracking_number": f"{CANARIES['tracking']}-2"}), ("shipment.change",)
    ),
    "POST /v1/admin/orders/{order_id}/shipments/{shipment_id}/deliver": (
        about("orders/{}/deliver", _sent_parcel, {}), ("shipment.deliver",)
    ),
    "POST /v1/admin/orders/{order_id}/shipments/{shipment_id}/cancel": (
        about("orders/{}/cancel", _sent_parcel, {"reason": CANARIES["note"]}), ("shipment.cancel",)
    ),
    "POST /v1/admin/orders/{order_id}/invoices": (
        about("orders/{}/invoices", _invoiceable), ("invoice.issued",)
    ),
    "POST /v1/admin/draft-orders": (_new_draft, ("draft_order.create",)),
    "PATCH /v1/admin/draft-orders/{draft_order_id}": (
        about("draft-orders/{}", draft_of, {"notes": CANARIES["note"], "email": CANARIES["email"]}),
        ("draft_order.change",),
    ),
    "DELETE /v1/admin/draft-orders/{draft_order_id}": (about("draft-orders/{}", draft_of), ("draft_order.delete",)),
    "POST /v1/admin/draft-orders/{draft_order_id}/hold": (
        about("draft-orders/{}/hold", draft_of, {}), ("draft_order.hold",)
    ),
    "DELETE /v1/admin/draft-orders/{draft_order_id}/hold": (
        about("draft-orders/{}/hold", held_draft), ("draft_order.release",)
    ),
    "POST /v1/admin/draft-orders/{draft_order_id}/order": (
        about("draft-orders/{}/order", draft_of, {"payment_method": "manual"}), ("draft_order.place",)
    ),
    "POST /v1/admin/payment-exceptions/{case_id}/resolve": (
        about("payment-exceptions/{}/resolve", Scene.case, {"note": CANARIES["note"]}),
        ("payments.resolve_case",),
    ),
    "POST /v1/admin/outbox/{event_id}/retry": (
        about("outbox/{}/retry", lambda scene: scene.dead("outbox_events")), ("outbox.retry",)
    ),
    "POST /v1/admin/webhook-events/{message_id}/retry": (
        about("webhook-events/{}/retry", lambda scene: scene.dead("webhook_events")), ("inbox.retry",)
    ),
    "PATCH /v1/admin/settings": (_settings, ("settings.changed",)),
    "POST /v1/admin/settings/load-defaults": (_load_defaults, ("tax_rate.created",)),
    "POST /v1/admin/tax-rates": (_rate, ("tax_rate.created",)),
    "POST /v1/admin/tax-rates/eu": (_load_rates, ("tax_rate.created",)),
    "PATCH /v1/admin/tax-rates/{tax_rate_id}": (
        about("tax-rates/{}", Scene.tax_rate, ChangeTaxRate.example), ("tax_rate.changed",)
    ),
    "DELETE /v1/admin/tax-rates/{tax_rate_id}": (about("tax-rates/{}", Scene.tax_rate), ("tax_rate.deleted",)),
    "POST /v1/admin/shipping-zones": (_zone, ("shipping_zone.created",)),
    "PATCH /v1/admin/shipping-zones/{zone_id}": (
        about("shipping-zones/{}", _of(Scene.zone), ChangeShippingZone.example), ("shipping_zone.changed",)
    ),
    "DELETE /v1/admin/shipping-zones/{zone_id}": (
        about("shipping-zones/{}", _of(Scene.zone)), ("shipping_zone.deleted",)
    ),
    "POST /v1/admin/shipping-zones/{zone_id}/options": (
        about("shipping-zones/{}/options", _of(Scene.zone), {**CreateShippingOption.example, "title": "By bicycle"}),
        ("shipping_zone.changed",),
    ),
    "PATCH /v1/admin/shipping-zones/{zone_id}/options/{option_id}": (
        about("shipping-zones/{}", _zone_option, ChangeShippingOption.example), ("shipping_zone.changed",)
    ),
    "DELETE /v1/admin/shipping-zones/{zone_id}/options/{option_id}": (
        about("shipping-zones/{}", _zone_option), ("shipping_zone.changed",)
    ),
    "PUT /v1/admin/carts/{cart_id}/vat-number": (
        about("carts/{}/vat-number", Scene.cart, {"vat_number": CANARIES["vat"]}), ("cart.vat_number",)
    ),
    "DELETE /v1/admin/carts/{cart_id}/vat-number": (_confirmed, ("cart.vat_number",)),
    "PATCH /v1/admin/customers/{customer_id}": (
        about("customers/{}", Scene.customer, {"tags": [CANARIES["note"]]}), ("customers.tagged",)
    ),
    "POST /v1/admin/customers/{customer_id}/notes": (
        about("customers/{}/notes", Scene.customer, {"text": CANARIES["note"]}), ("customers.noted",)
    ),
    "POST /v1/admin/customers/{customer_id}/merge": (_merge_customers, ("customers.merged",)),
    "POST /v1/admin/customers/{customer_id}/erase": (_erase, ("customers.erased",)),
    "POST /v1/admin/discounts": (_discount, ("discount.created",)),
    "PATCH /v1/admin/discounts/{discount_id}": (
        about("discounts/{}", Scene.discount, ChangeDiscount.example), ("discount.changed",)
    ),
    "DELETE /v1/admin/discounts/{discount_id}": (about("discounts/{}", Scene.discount), ("discount.deleted",)),
    "POST /v1/admin/inventory/repair": (_counters_that_lie, ("inventory.repair",)),
    "PATCH /v1/admin/inventory/{variant_id}": (
        about("inventory/{}", Scene.variant, ChangeStock.example), ("inventory.change",)
    ),
    "POST /v1/admin/inventory/{variant_id}/adjustments": (
        about("inventory/{}/adjustments", Scene.variant, AdjustStock.example), ("inventory.damage",)
    ),
    "POST /v1/admin/inventory/{variant_id}/counts": (
        about("inventory/{}/counts", Scene.variant, CountStock.example), ("inventory.count",)
    ),
    "PATCH /v1/admin/staff/{member_id}": (about("staff/{}", _colleague, ChangeStaff.example), ("staff.role_set",)),
    "POST /v1/admin/staff/{member_id}/disable": (about("staff/{}/disable", _colleague), ("staff.disabled",)),
    "POST /v1/admin/staff/{member_id}/enable": (about("staff/{}/enable", _shut_out), ("staff.enabled",)),
    "PUT /v1/admin/staff/{member_id}/password": (
        about("staff/{}/password", _colleague, SetStaffPassword.example), ("staff.password_set",)
    ),
    "DELETE /v1/admin/staff/{member_id}/sessions": (
        about("staff/{}/sessions", _colleague), ("staff.sessions_ended",)
    ),
    "DELETE /v1/admin/staff/{member_id}/sessions/{session_id}": (
        about("staff/{}", _session), ("staff.session_ended",)
    ),
    "POST /v1/admin/staff/invitations": (
        on("staff/invitations", {"email": CANARIES["email"], "name": CANARIES["name"], "role": "SUPPORT"}),
        ("staff.invited",),
    ),
    "POST /v1/admin/staff/invitations/{invitation_id}/resend": (
        about("staff/invitations/{}/resend", _invitation), ("staff.invitation_resent",)
    ),
    "DELETE /v1/admin/staff/invitations/{invitation_id}": (
        about("staff/invitations/{}", _invitation), ("staff.invitation_withdrawn",)
    ),
    "POST /v1/admin/subscriptions": (on("subscriptions", CreateSubscription.example), ("subscriptions.created",)),
    "PATCH /v1/admin/subscriptions/{subscription_id}": (
        about("subscriptions/{}", _subscription, {"description": "Books", "event_types": []}),
        ("subscriptions.changed",),
    ),
    "DELETE /v1/admin/subscriptions/{subscription_id}": (
        about("subscriptions/{}", _subscription), ("subscriptions.deleted",)
    ),
    "POST /v1/admin/subscriptions/{subscription_id}/rotate-secret": (
        about("subscriptions/{}/rotate-secret", _subscription), ("subscriptions.secret_rotated",)
    ),
    "POST /v1/admin/subscriptions/{subscription_id}/test": (
        about("subscriptions/{}/test", _subscription), ("subscriptions.tested",)
    ),
    "POST /v1/admin/subscriptions/{subscription_id}/resend": (
        about("subscriptions/{}/resend", _subscription, ResendFrom.example), ("subscriptions.resent",)
    ),
    "POST /v1/admin/subscriptions/{subscription_id}/deliveries/{event_id}/retry": (
        about("subscriptions/{}/retry", _delivery), ("subscriptions.retried",)
    ),
    "POST /v1/admin/api-keys": (on("api-keys", CreateApiKey.example), ("keys.created",)),
    "DELETE /v1/admin/api-keys/{key_id}": (about("api-keys/{}", _key), ("keys.revoked",)),
    "DELETE /v1/admin/auth/sessions/{session_id}": (
        about("auth/sessions/{}", _own_session), ("staff.session_ended",)
    ),
    "POST /v1/admin/auth/logout": (on("auth/logout"), ("staff.logged_out",)),
    "POST /v1/admin/auth/password": (_own_password, ("staff.password_changed",)),
}  # fmt: skip
