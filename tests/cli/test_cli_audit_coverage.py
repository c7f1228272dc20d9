"""Every command: either it only reads, or what it changed is in the audit log, as done on the command line."""

import importlib
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import typer
from attrs import evolve
from falcon.testing import TestClient

from adapters_cli.main import _WORDS
from adapters_http.admin.api_keys import CreateApiKey
from adapters_http.admin.subscriptions import CreateSubscription
from adapters_http.app import create_app
from adapters_http.logs import request_logger
from commerce_core.access.model import SYSTEM, Origin, Role
from commerce_core.checkout.model import PaymentMethod
from commerce_core.merchant.model import MerchantChanges, Premises
from commerce_core.subscriptions.drafts import SubscriptionChanges
from commerce_core.testing.builders import Builders
from commerce_core.testing.fake_gateway import FakeGateway
from commerce_core.testing.pictures import png
from commerce_core.testing.stripe_server import StripeServer
from commerce_core.wiring import Commerce as Shop
from tests.http.audited_calls import CANARIES, Scene, draft_of, held_draft

Words = tuple[object, ...]
Prepared = Callable[[Scene, Path], Words]

# Commands that change nothing an operator would answer for: they read, run processes or keep the schema.
READS = {
    "demo", "serve", "worker", "doctor", "openapi",
    *(
        f"{group} {word}"
        for group, words in {
            "db": "migrate status rollback",
            "products": "list show",
            "variants": "prices",
            "categories": "list",
            "tags": "list",
            "redirects": "list",
            "discounts": "list show",
            "orders": "list show explain timeline notes refunds",
            "shipments": "list",
            "draft-orders": "list show",
            "invoices": "list show pdf export",
            "customers": "list show orders prune",  # What time ends is nobody's doing, whoever calls it.
            "outbox": "list show",
            "inbox": "list show",
            "webhooks-out": "list events show deliveries delivery",
            "payments exceptions": "list show",
            "inventory": "list show movements reservations explain",
            "settings": "show",
            "tax": "list show",
            "vat": "show",
            "shipping": "zones show",
            "staff": "list invitations sessions reset",  # Asks for a mail, as anybody may.
            "keys": "list show",
            "media": "remote",
            "export": "products orders",
            "audit": "list show export verify",
            "feeds": "google sitemap robots",
        }.items()
        for word in words.split()
    ),
}  # fmt: skip


def leaves(command: Any, path: str) -> Iterator[str]:
    """Every command below one, by its words."""
    below = getattr(command, "commands", None)
    if not below:
        yield path
        return
    for name, part in below.items():
        yield from leaves(part, f"{path} {name}")


def commands() -> set[str]:
    """The whole tree."""
    found = set()
    for word, (module, _) in _WORDS.items():
        app = importlib.import_module(f"adapters_cli.{module}").app
        found |= set(leaves(typer.main.get_command(app), word))
    return found


def said(*words: object) -> Prepared:
    """A call that needs nothing to be there."""
    return lambda _scene, _folder: words


def about(*words: object, thing: Callable[[Scene], object]) -> Prepared:
    """A call about a thing that is made first; `{}` stands for it."""

    def prepared(scene: Scene, _folder: Path) -> Words:
        made = thing(scene)
        return tuple(made if word == "{}" else word for word in words)

    return prepared


def _id(thing: Callable[[Scene], Any]) -> Callable[[Scene], str]:
    return lambda scene: str(thing(scene)["id"])


def _variant(scene: Scene) -> str:
    return str(scene.product()["variants"][0]["id"])


def _picture(*words: object) -> Prepared:
    def prepared(scene: Scene, _folder: Path) -> Words:
        product, image = scene.pictured()
        return (words[0], words[1], product, image, *words[2:])

    return prepared


def _file(folder: Path, name: str, content: bytes) -> Path:
    file = folder / name
    file.write_bytes(content)
    return file


def _counts(scene: Scene, folder: Path) -> Words:
    variant = scene.make.variant()
    scene.ask("UPDATE product_variants SET sku = 'COUNTED' WHERE id = %s", variant)
    return ("inventory", "import", _file(folder, "counts.csv", b"sku,quantity\nCOUNTED,7\n"))


def _products(_scene: Scene, folder: Path) -> Words:
    return ("import", "products", _file(folder, "products.csv", b"Handle,Title,Variant Price\nnew-mug,Mug,10.00\n"))


def _upload(_scene: Scene, folder: Path) -> Words:
    return ("media", "upload", _file(folder, "mug.png", png()))


def _attach(scene: Scene, _folder: Path) -> Words:
    upload = scene.shop.media.upload(SYSTEM, "mug.png", png())
    return ("media", "attach", upload.id, scene.product()["id"])


def _unpaid(scene: Scene) -> object:
    request = scene.make.request(scene.make.cart((scene.make.variant(), 1)).id, CANARIES["email"])
    return scene.shop.checkout.check_out(evolve(request, payment_method=PaymentMethod.MANUAL)).order.number


def _received(scene: Scene) -> object:
    """An order that was paid by transfer, for which no provider has to be asked."""
    number = _unpaid(scene)
    [(order_id,)] = scene.ask("SELECT id FROM orders WHERE number = %s", number)
    scene.shop.payments.mark_received(SYSTEM, order_id)
    return number


def _number(scene: Scene) -> int:
    return int(scene.order().number)


def _under_way(scene: Scene) -> int:
    """An order of which a parcel has left."""
    order = scene.order()
    scene.shop.shipments.ship(SYSTEM, order.id)
    return int(order.number)


def _invoiceable(scene: Scene) -> int:
    scene.shop.merchant.change(SYSTEM, MerchantChanges(address=Premises("1 quai", "Lyon"), vat_number="FR40303265045"))
    return _number(scene)


def _merged(scene: Scene, _folder: Path) -> Words:
    other = scene.customer("other@example.com")
    return ("customers", "merge", other, scene.customer(), "--yes")


def _tags(scene: Scene, _folder: Path) -> Words:
    return ("tags", "merge", scene.tag(), scene.tag())


def _redirect(scene: Scene, _folder: Path) -> Words:
    return ("redirects", "create", "product/green-mug", f"product/{scene.product()['slug']}")


def _retarget(scene: Scene, _folder: Path) -> Words:
    return ("redirects", "update", scene.redirect(), f"product/{scene.product()['slug']}")


def _confirmed(scene: Scene) -> str:
    cart = scene.cart()
    scene.shop.vat_numbers.confirm(SYSTEM, UUID(cart), CANARIES["vat"])
    return cart


def _one_rate_short(scene: Scene) -> None:
    scene.shop.default_rules.load(SYSTEM)
    [(rate,)] = scene.ask("SELECT id FROM tax_rates WHERE country = 'DE' AND tax_class = 'standard'")
    scene.shop.taxes.delete(SYSTEM, rate)


def _lacking_a_rate(*words: object) -> Prepared:
    def prepared(scene: Scene, _folder: Path) -> Words:
        _one_rate_short(scene)
        return words

    return prepared


def _option(*words: object) -> Prepared:
    def prepared(scene: Scene, _folder: Path) -> Words:
        zone = scene.zone()
        return ("shipping", words[0], zone["id"], zone["options"][0]["id"], *words[1:])

    return prepared


def _lying(scene: Scene, _folder: Path) -> Words:
    scene.ask("UPDATE inventory_items SET available_qty = available_qty + 1 WHERE variant_id = %s", scene.variant())
    return ("inventory", "verify", "--repair")


def _erased(scene: Scene, _folder: Path) -> Words:
    customer = scene.customer()
    scene.finish_orders()
    return ("customers", "erase", customer, "--yes")


def _colleague(scene: Scene) -> str:
    """Somebody of the staff who is logged in."""
    email, password = f"{uuid4()}@example.com", "a long and decent passphrase"
    scene.shop.staff.create(SYSTEM, email, "Colleague", Role.SUPPORT, password)
    scene.shop.staff.log_in(email, password, Origin())
    return email


def _shut_out(scene: Scene) -> str:
    email = _colleague(scene)
    [(member_id,)] = scene.ask("SELECT id FROM users WHERE email = %s", email)
    scene.shop.staff.disable(SYSTEM, member_id)
    return email


def _invited(scene: Scene) -> str:
    email = f"{uuid4()}@example.com"
    scene.made("staff/invitations", {"email": email, "name": CANARIES["name"], "role": "SUPPORT"})
    return email


def _key(scene: Scene) -> str:
    return str(scene.made("api-keys", CreateApiKey.example)["key"]["id"])


def _subscription(scene: Scene) -> str:
    return str(scene.made("subscriptions", CreateSubscription.example)["subscription"]["id"])


def _disabled(scene: Scene) -> str:
    one = _subscription(scene)
    scene.shop.subscriptions.change(SYSTEM, UUID(one), SubscriptionChanges(enabled=False))
    return one


def _delivery(scene: Scene, _folder: Path) -> Words:
    one = _subscription(scene)
    told = scene.made(f"subscriptions/{one}/test", None)
    scene.ask("UPDATE subscription_deliveries SET status = 'dead' WHERE event_id = %s", told["event_id"])
    return ("webhooks-out", "retry", one, told["event_id"])


CALLS: dict[str, tuple[Prepared, tuple[str, ...]]] = {
    "products create": (said("products", "create", "Blue mug", "--price", "14.90"), ("product.created",)),
    "products update": (
        about("products", "update", "{}", "--title", "Sky mug", thing=_id(Scene.product)), ("product.changed",)
    ),
    "products seo": (
        about("products", "seo", "{}", "--meta-title", "A mug", thing=_id(Scene.product)), ("product.changed",)
    ),
    "products publish": (
        about("products", "publish", "{}", thing=lambda s: s.made("products", {"title": "M", "variants": [
            {"price": {"amount": 1, "currency": "EUR"}}]})["id"]), ("product.changed",)
    ),
    "products draft": (about("products", "draft", "{}", thing=_id(Scene.product)), ("product.changed",)),
    "products archive": (about("products", "archive", "{}", thing=_id(Scene.product)), ("product.changed",)),
    "products delete": (about("products", "delete", "{}", thing=_id(Scene.product)), ("product.deleted",)),
    "products reindex": (said("products", "reindex"), ("search.rebuilt",)),
    "variants add": (
        about("variants", "add", "{}", "--price", "20", "--value", "Huge", thing=_id(Scene.product)),
        ("product.changed",),
    ),
    "variants change": (about("variants", "change", "{}", "--price", "17.90", thing=_variant), ("product.changed",)),
    "variants remove": (about("variants", "remove", "{}", thing=_variant), ("product.changed",)),
    "variants options": (
        about("variants", "options", "{}", "Capacity", thing=_id(Scene.product)), ("product.changed",)
    ),
    "images add": (about("images", "add", "{}", "/media/a.png", thing=_id(Scene.product)), ("product.changed",)),
    "images change": (_picture("images", "change", "--alt", "Another"), ("product.changed",)),
    "images remove": (_picture("images", "remove"), ("product.changed",)),
    "categories create": (said("categories", "create", "Kitchen"), ("category.created",)),
    "categories update": (
        about("categories", "update", "{}", "--title", "Cups", thing=Scene.category), ("category.changed",)
    ),
    "categories delete": (about("categories", "delete", "{}", thing=Scene.category), ("category.deleted",)),
    "tags create": (said("tags", "create", "Present"), ("tag.created",)),
    "tags rename": (about("tags", "rename", "{}", "For you", thing=Scene.tag), ("tag.changed",)),
    "tags merge": (_tags, ("tag.merged",)),
    "tags delete": (about("tags", "delete", "{}", thing=Scene.tag), ("tag.deleted",)),
    "redirects create": (_redirect, ("redirect.created",)),
    "redirects update": (_retarget, ("redirect.changed",)),
    "redirects delete": (about("redirects", "delete", "{}", thing=Scene.redirect), ("redirect.deleted",)),
    "discounts create": (
        said("discounts", "create", "Five", "--kind", "fixed", "--amount", "5.00"), ("discount.created",)
    ),
    "discounts change": (about("discounts", "change", "{}", "--limit", 9, thing=Scene.discount), ("discount.changed",)),
    "discounts delete": (about("discounts", "delete", "{}", thing=Scene.discount), ("discount.deleted",)),
    "orders status": (
        about("orders", "status", "{}", "fulfilled", thing=lambda s: s.order().number), ("order.status",)
    ),
    "orders mark-received": (about("orders", "mark-received", "{}", thing=_unpaid), ("payment.received",)),
    "orders cancel": (about("orders", "cancel", "{}", thing=_unpaid), ("order.cancel",)),
    "orders note": (
        about("orders", "note", "{}", CANARIES["note"], "--to-customer", thing=_number), ("order.note",)
    ),
    "orders refund": (
        about("orders", "refund", "{}", "--amount", "5.00", "--yes", "--note", CANARIES["note"], thing=_received),
        ("order.refund",),
    ),
    "shipments ship": (
        about("shipments", "ship", "{}", "--tracking-number", CANARIES["tracking"], thing=_number),
        ("shipment.create",),
    ),
    "shipments change": (
        about("shipments", "change", "{}", "--tracking-number", CANARIES["tracking"], thing=_under_way),
        ("shipment.change",),
    ),
    "shipments deliver": (about("shipments", "deliver", "{}", thing=_under_way), ("shipment.deliver",)),
    "shipments cancel": (
        about("shipments", "cancel", "{}", "--reason", CANARIES["note"], thing=_under_way), ("shipment.cancel",)
    ),
    "draft-orders create": (
        said("draft-orders", "create", "--email", CANARIES["email"]), ("draft_order.create",)
    ),
    "draft-orders change": (
        about("draft-orders", "change", "{}", "--notes", CANARIES["note"], thing=draft_of), ("draft_order.change",)
    ),
    "draft-orders hold": (about("draft-orders", "hold", "{}", thing=draft_of), ("draft_order.hold",)),
    "draft-orders release": (about("draft-orders", "release", "{}", thing=held_draft), ("draft_order.release",)),
    "draft-orders delete": (about("draft-orders", "delete", "{}", thing=draft_of), ("draft_order.delete",)),
    "draft-orders place": (about("draft-orders", "place", "{}", "--manual", thing=draft_of), ("draft_order.place",)),
    "invoices issue": (about("invoices", "issue", "{}", thing=_invoiceable), ("invoice.issued",)),
    "customers tag": (about("customers", "tag", "{}", CANARIES["note"], thing=Scene.customer), ("customers.tagged",)),
    "customers note": (about("customers", "note", "{}", CANARIES["note"], thing=Scene.customer), ("customers.noted",)),
    "customers merge": (_merged, ("customers.merged",)),
    "customers export": (about("customers", "export", "{}", thing=Scene.customer), ("customers.exported",)),
    "customers erase": (_erased, ("customers.erased",)),
    "outbox retry": (about("outbox", "retry", "{}", thing=lambda s: s.dead("outbox_events")), ("outbox.retry",)),
    "inbox retry": (about("inbox", "retry", "{}", thing=lambda s: s.dead("webhook_events")), ("inbox.retry",)),
    "payments reconcile": (said("payments", "reconcile"), ("payments.reconcile",)),
    "payments exceptions resolve": (
        about("payments", "exceptions", "resolve", "{}", "--note", CANARIES["note"], thing=Scene.case),
        ("payments.resolve_case",),
    ),
    "inventory receive": (about("inventory", "receive", "{}", 3, thing=Scene.variant), ("inventory.receipt",)),
    "inventory adjust": (
        about("inventory", "adjust", "{}", "-2", "--cause", "damage", thing=Scene.variant), ("inventory.damage",)
    ),
    "inventory count": (about("inventory", "count", "{}", 7, thing=Scene.variant), ("inventory.count",)),
    "inventory set": (
        about("inventory", "set", "{}", "--low-threshold", 5, thing=Scene.variant), ("inventory.change",)
    ),
    "inventory import": (_counts, ("inventory.count",)),
    "inventory verify": (_lying, ("inventory.repair",)),
    "settings set": (
        said("settings", "set", "--email", CANARIES["shop email"], "--phone", CANARIES["shop phone"]),
        ("settings.changed",),
    ),
    "settings load-defaults": (_lacking_a_rate("settings", "load-defaults"), ("tax_rate.created",)),
    "tax set": (said("tax", "set", "CH", "standard", "8.1", "--from", "2026-01-01"), ("tax_rate.created",)),
    "tax change": (about("tax", "change", "{}", "--title", "MVA", thing=Scene.tax_rate), ("tax_rate.changed",)),
    "tax remove": (about("tax", "remove", "{}", thing=Scene.tax_rate), ("tax_rate.deleted",)),
    "tax load-eu": (_lacking_a_rate("tax", "load-eu"), ("tax_rate.created",)),
    "vat confirm": (about("vat", "confirm", "{}", CANARIES["vat"], thing=Scene.cart), ("cart.vat_number",)),
    "vat withdraw": (about("vat", "withdraw", "{}", thing=_confirmed), ("cart.vat_number",)),
    "shipping create-zone": (
        said("shipping", "create-zone", "Nordic", "--country", "IS"), ("shipping_zone.created",)
    ),
    "shipping change-zone": (
        about("shipping", "change-zone", "{}", "--title", "Alps too", thing=_id(Scene.zone)), ("shipping_zone.changed",)
    ),
    "shipping delete-zone": (
        about("shipping", "delete-zone", "{}", thing=_id(Scene.zone)), ("shipping_zone.deleted",)
    ),
    "shipping add-option": (
        about("shipping", "add-option", "{}", "By bicycle", "--days", 1, "--price", "9.90", thing=_id(Scene.zone)),
        ("shipping_zone.changed",),
    ),
    "shipping change-option": (_option("change-option", "--days", 9), ("shipping_zone.changed",)),
    "shipping remove-option": (_option("remove-option"), ("shipping_zone.changed",)),
    "staff create": (
        said("staff", "create", CANARIES["email"], "--name", CANARIES["name"], "--generate"), ("staff.created",)
    ),
    "staff invite": (
        said("staff", "invite", "invited@example.com", "--name", CANARIES["name"]), ("staff.invited",)
    ),
    "staff resend": (about("staff", "resend", "{}", thing=_invited), ("staff.invitation_resent",)),
    "staff withdraw": (about("staff", "withdraw", "{}", thing=_invited), ("staff.invitation_withdrawn",)),
    "staff role": (about("staff", "role", "{}", "manager", thing=_colleague), ("staff.role_set",)),
    "staff disable": (about("staff", "disable", "{}", thing=_colleague), ("staff.disabled",)),
    "staff enable": (about("staff", "enable", "{}", thing=_shut_out), ("staff.enabled",)),
    "staff log-out": (about("staff", "log-out", "{}", thing=_colleague), ("staff.sessions_ended",)),
    "staff password": (about("staff", "password", "{}", "--generate", thing=_colleague), ("staff.password_set",)),
    "keys create": (said("keys", "create", "Scanner", "--scope", "catalog:read"), ("keys.created",)),
    "keys revoke": (about("keys", "revoke", "{}", "--yes", thing=_key), ("keys.revoked",)),
    "webhooks-out create": (
        said("webhooks-out", "create", f"https://erp.example.com/{CANARIES['token']}"), ("subscriptions.created",)
    ),
    "webhooks-out change": (
        about("webhooks-out", "change", "{}", "--description", "Books", thing=_subscription), ("subscriptions.changed",)
    ),
    "webhooks-out disable": (about("webhooks-out", "disable", "{}", thing=_subscription), ("subscriptions.changed",)),
    "webhooks-out enable": (about("webhooks-out", "enable", "{}", thing=_disabled), ("subscriptions.changed",)),
    "webhooks-out rotate-secret": (
        about("webhooks-out", "rotate-secret", "{}", thing=_subscription), ("subscriptions.secret_rotated",)
    ),
    "webhooks-out delete": (about("webhooks-out", "delete", "{}", thing=_subscription), ("subscriptions.deleted",)),
    "webhooks-out retry": (_delivery, ("subscriptions.retried",)),
    "webhooks-out resend": (
        about("webhooks-out", "resend", "{}", "--since", "2026-11-20", thing=_subscription), ("subscriptions.resent",)
    ),
    "webhooks-out test": (about("webhooks-out", "test", "{}", thing=_subscription), ("subscriptions.tested",)),
    # The bytes are announced and kept in two transactions: two rows, about two moments.
    "media upload": (_upload, ("upload.started", "upload.completed")),
    "media attach": (_attach, ("product.changed",)),
    "media retry": (about("media", "retry", "{}", thing=Scene.dead_picture), ("remote_image.retry",)),
    "import products": (_products, ("product.created",)),
}  # fmt: skip


def test_every_command_reads_or_has_a_call_in_the_table() -> None:
    assert set(CALLS) & READS == set()
    assert set(CALLS) | READS == commands()


@pytest.fixture
def scene(shop: Shop, make: Builders, gateway: FakeGateway, database_url: str) -> Scene:
    client = TestClient(create_app(shop, request_logger("critical", io.BytesIO())))
    password = "a long and decent passphrase"
    shop.staff.create(SYSTEM, "ada@example.com", "Ada", Role.ADMIN, password)
    answer = client.simulate_post("/v1/admin/auth/login", json={"email": "ada@example.com", "password": password})
    headers = {"Authorization": f"Bearer {answer.json['access_token']}"}
    return Scene(shop, make, gateway, client, headers, database_url)


def test_each_leaves_the_rows_it_should_under_the_name_of_whoever_typed_it(
    scene: Scene, commerce: Any, stripe: StripeServer, tmp_path: Path
) -> None:
    provider = {"STRIPE_SECRET_KEY": "sk_test_1", "STRIPE_API_BASE": stripe.url, "STRIPE_WEBHOOK_SECRET": "whsec_1"}
    wrong: dict[str, object] = {}
    for name, (prepare, actions) in CALLS.items():
        words = prepare(scene, tmp_path)
        [(last,)] = scene.ask("SELECT coalesce(max(id), 0) FROM audit_logs")
        done = commerce(*words, **(provider if name == "payments reconcile" else {}))
        rows = scene.ask(
            "SELECT action, actor_kind, actor_name <> '', request_id IS NOT NULL FROM audit_logs"
            " WHERE id > %s ORDER BY id",
            last,
        )
        if done.code not in {0, 1 if name == "inventory verify" else 0} or rows != [
            (action, "cli", True, True) for action in actions
        ]:
            wrong[name] = (done.code, done.err, rows)
    assert wrong == {}, "\n".join(f"{name}: {what}" for name, what in wrong.items())
    log = "\n".join(text for (text,) in scene.ask("SELECT t::text FROM audit_logs t")).lower()
    assert {name for name, value in CANARIES.items() if value.lower() in log} == set()
