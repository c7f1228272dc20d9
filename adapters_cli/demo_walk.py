"""One guest buys something, over HTTP and nothing else, and every step is seen to have happened."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID, uuid4

import httpx
from attrs import frozen

from adapters_cli.demo_story import Story
from adapters_cli.premises import OPERATOR
from adapters_cli.processes import Children
from commerce_core.emails.model import EmailStatus
from commerce_core.emails.views import EmailView
from commerce_core.inventory.errors import VariantNotTracked
from commerce_core.inventory.views import StockView
from commerce_core.kernel.money import Money
from commerce_core.kernel.page import PageRequest
from commerce_core.outbox.model import EventStatus
from commerce_core.outbox.views import OutboxEventView
from commerce_core.settings import EmailProvider
from commerce_core.wiring import Commerce

T = TypeVar("T")
Json = dict[str, Any]

_QUANTITY = 2
_EMAIL = "zoe.martin@example.com"
_ADDRESS = {"name": "Zoé Martin", "line1": "12 rue des Lilas", "postal_code": "75011", "city": "Paris"}
_TIMEOUT = 15.0  # seconds for anything that happens by itself
_LATEST = PageRequest(per_page=100)


class UnexpectedAnswerError(Exception):
    """The API answered something else than the walk needs."""


@frozen
class Tour:
    """What a walk needs: the API as a guest sees it, the bank, and the shop from inside to look at what happened."""

    story: Story
    api: httpx.Client
    bank: httpx.Client | None  # The emulator; nobody else lets us pay with a card that does not exist.
    shop: Commerce
    children: Children

    def until(self, look: Callable[[], T | None], otherwise: str) -> T:
        """Wait for something that happens by itself."""
        return self.children.wait_for(look, within=_TIMEOUT, otherwise=otherwise)

    def stock(self, variant_id: UUID) -> StockView | None:
        """The counters of a variant; None when nobody counts it."""
        try:
            return self.shop.inventory.stock(OPERATOR, variant_id)
        except VariantNotTracked:
            return None


@frozen
class Goods:
    """What the guest wants, and the shelf before."""

    slug: str
    title: str
    variant_id: UUID
    price: Money
    quantity: int
    shelf: StockView | None


@frozen
class Purchase:
    """What was bought, and how to ask for it again."""

    goods: Goods
    cart_id: str
    checkout: Mapping[str, Any]  # what was sent
    key: str  # the Idempotency-Key it was sent with
    answer: Json  # what came back

    @property
    def order_id(self) -> str:
        """The order's id."""
        return str(self.answer["order"]["id"])

    @property
    def token(self) -> str:
        """What opens the order."""
        return str(self.answer["order_token"])


def walk(tour: Tour) -> Purchase:
    """Buy. With a real Stripe account it ends with the payment asked for, because only a person has a card."""
    goods = _choose(tour)
    cart = _fill_cart(tour, goods)
    purchase = _check_out(tour, goods, cart)
    if tour.bank is None:
        return purchase
    _pay(tour, tour.bank, purchase)
    _hear_of_it(tour, tour.bank, purchase)
    _see_it_paid(tour, purchase)
    _see_it_sold(tour, purchase)
    _see_events_handled(tour, purchase)
    _see_mail(tour, purchase)
    return purchase


def _choose(tour: Tour) -> Goods:
    with tour.story.step("product", "Product") as step:
        found = _answer(tour.api.get("/v1/store/products", params={"in_stock": "true"}), 200)["items"]
        if not found:
            raise UnexpectedAnswerError("nothing is in stock; `commerce inventory receive` puts something on the shelf")
        product = _answer(tour.api.get(f"/v1/store/products/{found[0]['slug']}"), 200)
        variant = max(product["variants"], key=lambda v: _QUANTITY if v["available"] is None else v["available"])
        quantity = _QUANTITY if variant["available"] is None else min(_QUANTITY, variant["available"])
        variant_id = UUID(variant["id"])
        named = product["title"] if len(product["variants"]) == 1 else f"{product['title']}, {variant['title']}"
        goods = Goods(product["slug"], named, variant_id, _money(variant["price"]), quantity, tour.stock(variant_id))
        step.told(
            f"{goods.title}, {goods.price}",
            f"product {product['id']}",
            product_id=product["id"],
            variant_id=variant["id"],
            slug=goods.slug,
        )
    return goods


def _fill_cart(tour: Tour, goods: Goods) -> Json:
    with tour.story.step("cart", "Cart") as step:
        wanted = {"items": [{"variant_id": str(goods.variant_id), "quantity": goods.quantity}]}
        cart = _answer(tour.api.post("/v1/store/cart", json=wanted), 201)
        held = tour.stock(goods.variant_id)
        step.told(
            f"{goods.quantity} in the cart; {_shelf(goods.shelf, held)}",
            f"cart {cart['id']}",
            cart_id=cart["id"],
            quantity=goods.quantity,
            stock=_counters(held),
        )
    return cart


def _check_out(tour: Tour, goods: Goods, cart: Json) -> Purchase:
    with tour.story.step("checkout", "Checkout") as step:
        address = {**_ADDRESS, "country": tour.shop.settings.country}
        place = {"country": address["country"], "postal_code": address["postal_code"]}
        ways = _answer(tour.api.get(f"/v1/store/cart/{cart['id']}/shipping-options", params=place), 200)["items"]
        asked = {"cart_id": cart["id"], "email": _EMAIL, "payment_method": "card", "shipping_address": address}
        if ways:
            asked["shipping_option_id"] = ways[0]["id"]
        key = str(uuid4())
        answer = _answer(tour.api.post("/v1/store/checkout", json=asked, headers={"Idempotency-Key": key}), 201)
        order, payment = answer["order"], answer["payment"]
        _expect(order["status"], "PENDING_PAYMENT", "the order")
        step.told(
            f"order {order['number']}, {_money(order['total'])}, {order['status']}",
            f"order {order['id']}",
            f"intent {payment['intent_id']}",
            order_id=order["id"],
            number=order["number"],
            status=order["status"],
            total=order["total"],
            intent_id=payment["intent_id"],
        )
    return Purchase(goods, cart["id"], asked, key, answer)


def _pay(tour: Tour, bank: httpx.Client, purchase: Purchase) -> None:
    """As the browser does it: with the publishable key and the client secret, past the shop."""
    with tour.story.step("payment", "Card") as step:
        payment = purchase.answer["payment"]
        card = {
            "key": payment["publishable_key"],
            "client_secret": payment["client_secret"],
            "payment_method": "pm_card_visa",
        }
        intent = _answer(bank.post(f"/v1/payment_intents/{payment['intent_id']}/confirm", data=card), 200)
        _expect(intent["status"], "succeeded", "the payment")
        amount = Money(intent["amount"], intent["currency"].upper())
        step.told(f"{amount} paid with pm_card_visa at the Stripe emulator", intent_id=intent["id"], amount=amount)


def _hear_of_it(tour: Tour, bank: httpx.Client, purchase: Purchase) -> None:
    with tour.story.step("webhook", "Webhook") as step:
        tour.until(
            lambda: _answer(bank.get("/_control"), 200)["undelivered"] == 0, "the shop did not take every webhook"
        )
        secret = {"Authorization": f"Bearer {tour.shop.settings.stripe_secret_key}"}
        events = _answer(bank.get("/v1/events", params={"limit": "20"}, headers=secret), 200)["data"]
        intent_id = purchase.answer["payment"]["intent_id"]
        event = next(e for e in events if e["type"].endswith(".succeeded") and e["data"]["object"]["id"] == intent_id)
        step.told(f"{event['type']}, signed and taken", f"event {event['id']}", event_id=event["id"])


def _see_it_paid(tour: Tour, purchase: Purchase) -> None:
    with tour.story.step("paid", "Order") as step:
        order = tour.until(lambda: _paid(tour, purchase), "the order did not become PAID")
        step.told(
            f"order {order['number']} is {order['status']}",
            order_id=order["id"],
            status=order["status"],
            paid_at=order["paid_at"],
        )


def _paid(tour: Tour, purchase: Purchase) -> Json | None:
    headers = {"X-Order-Token": purchase.token}
    order = _answer(tour.api.get(f"/v1/store/orders/{purchase.order_id}", headers=headers), 200)
    return order if order["status"] == "PAID" else None


def _see_it_sold(tour: Tour, purchase: Purchase) -> None:
    with tour.story.step("stock", "Stock") as step:
        before, now = purchase.goods.shelf, tour.stock(purchase.goods.variant_id)
        if before is not None and now is not None:
            _expect(now.on_hand, before.on_hand - purchase.goods.quantity, "what is on hand")
        step.told(f"sold {purchase.goods.quantity}; {_shelf(before, now)}", stock=_counters(now))


def _see_events_handled(tour: Tour, purchase: Purchase) -> None:
    with tour.story.step("outbox", "Outbox") as step:
        events = tour.until(lambda: _handled(tour, purchase), "the worker did not handle the order's events")
        names = [event.type for event in reversed(events)]
        step.told(f"the worker has handled {', '.join(names)}", events=names)


def _handled(tour: Tour, purchase: Purchase) -> list[OutboxEventView] | None:
    latest = tour.shop.outbox.list_events(OPERATOR, None, _LATEST).items
    events = [event for event in latest if str(event.aggregate_id) == purchase.order_id]
    return events if all(event.status is EventStatus.PROCESSED for event in events) else None


def _see_mail(tour: Tour, purchase: Purchase) -> None:
    with tour.story.step("mail", "Mail") as step:
        mail = tour.until(lambda: _sent(tour, purchase), "the confirmation was not sent")
        where = mail_file(tour.shop, mail)
        if where is not None and not where.is_file():
            raise UnexpectedAnswerError(f"{where} is not there")
        step.told(f"to {mail.to}: {mail.subject}", str(where or mail.provider_id), to=mail.to, file=str(where or ""))


def _sent(tour: Tour, purchase: Purchase) -> EmailView | None:
    return next((mail for mail in mails_of(tour.shop, purchase) if mail.status is EmailStatus.SENT), None)


def mails_of(shop: Commerce, purchase: Purchase) -> list[EmailView]:
    """Every mail this order caused."""
    latest = shop.emails.list_emails(OPERATOR, None, _LATEST).items
    return [mail for mail in latest if purchase.order_id in mail.key]


def mail_file(shop: Commerce, mail: EmailView) -> Path | None:
    """Where a mail landed; None when a mail server has it."""
    if shop.settings.email_provider is not EmailProvider.FOLDER or mail.provider_id is None:
        return None
    name = mail.provider_id.strip("<>").partition("@")[0]
    return Path(shop.settings.data_dir or "var") / "mail" / f"{name}.eml"


def _answer(response: httpx.Response, status: int) -> Json:
    """The body of an answer that has to have this status."""
    if response.status_code == status:
        body: Json = response.json()
        return body
    said = " ".join(response.text.split())[:500]
    raise UnexpectedAnswerError(f"{response.request.method} {response.request.url.path}: {response.status_code} {said}")


def _expect(found: object, expected: object, what: str) -> None:
    if found != expected:
        raise UnexpectedAnswerError(f"{what} is {found} instead of {expected}")


def _money(told: Json) -> Money:
    return Money(told["amount"], told["currency"])


def _shelf(before: StockView | None, now: StockView | None) -> str:
    if before is None or now is None:
        return "nobody counts this variant"
    changes = {
        "on hand": (before.on_hand, now.on_hand),
        "held": (before.reserved, now.reserved),
        "free": (before.available, now.available),
    }
    return ", ".join(f"{name} {old} → {new}" for name, (old, new) in changes.items())


def _counters(stock: StockView | None) -> Json | None:
    if stock is None:
        return None
    return {"on_hand": stock.on_hand, "reserved": stock.reserved, "available": stock.available}
