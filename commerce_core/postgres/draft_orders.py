"""Draft orders in PostgreSQL."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from attrs import evolve, frozen

from commerce_core.access.model import Actor
from commerce_core.cart.errors import CartNotFound
from commerce_core.cart.model import Cart, CartId, CartStatus, Offer
from commerce_core.discounts.model import Discount, Scope
from commerce_core.draft_orders.errors import DraftOrderNotFound
from commerce_core.draft_orders.model import DraftOrder, DraftStatus, ManualDiscount, ManualShipping
from commerce_core.draft_orders.views import DraftOrderSummary
from commerce_core.emails.model import Locale
from commerce_core.kernel.money import Money
from commerce_core.kernel.page import Page, PageRequest
from commerce_core.postgres.cart import PostgresCarts
from commerce_core.postgres.database import Database, Row, Session
from commerce_core.postgres.values import address_column, address_value
from commerce_core.pricing.model import ByHand, LineScope


@frozen
class PostgresDraftOrders:
    """Draft orders, inside the transaction of the session. What is a cart of them is read as any cart is."""

    session: Session
    carts: PostgresCarts

    def open(self, draft_id: CartId, currency: str, actor: Actor) -> None:
        """A new draft with nothing in it."""
        sent = self.session.send(
            "draft_orders.open",
            id=draft_id,
            currency=currency,
            locale=Locale.EN.value,
            actor_kind=actor.kind.value,
            actor_id=actor.id,
            actor_name=actor.name,
        )
        self.session.locked(sent)

    def find(self, draft_id: UUID) -> DraftOrder:
        """The draft as it is now."""
        try:
            return self._of(self.carts.find(CartId(draft_id)))
        except CartNotFound as error:
            raise DraftOrderNotFound from error

    def lock(
        self, draft_id: UUID, wanted: Sequence[UUID] = (), *, email: str | None = None
    ) -> tuple[DraftOrder, Mapping[UUID, Offer]]:
        """The draft, ours until the transaction ends, and offers it may want."""
        try:
            cart, offers = self.carts.lock(CartId(draft_id), wanted, email=email)
        except CartNotFound as error:
            raise DraftOrderNotFound from error
        return self._of(cart), offers

    def _of(self, cart: Cart) -> DraftOrder:
        if not cart.draft:
            raise DraftOrderNotFound
        details = self.session.send("draft_orders.details", id=cart.id)
        discounts = self.session.send("draft_orders.discounts", id=cart.id)
        address, title, price, days, created_by, placed = details.fetchall()[0]
        if not placed:  # Open again, whoever cancelled its order, and whether or not that was paid.
            cart = evolve(cart, status=CartStatus.ACTIVE)
        shipping = ManualShipping(title, Money(price, cart.currency), days).option() if title else None
        by_hand = ByHand(tuple(_discount(row, cart) for row in discounts.fetchall()), shipping)
        return DraftOrder(cart, created_by, address_value(address), by_hand)

    def save(self, draft: DraftOrder) -> None:
        """Everything about the draft, its lines too."""
        cart, shipping = draft.cart, draft.by_hand.shipping
        self.session.send(
            "draft_orders.save",
            id=cart.id,
            version=cart.version,
            now=cart.updated_at,
            customer_id=cart.customer_id,
            email=cart.email,
            locale=cart.locale.value,
            shipping_address=address_column(cart.shipping_address),
            shipping_option_id=cart.shipping_option_id,
            notes=cart.notes,
            billing_address=address_column(draft.billing_address),
            shipping_title=shipping.title if shipping else None,
            shipping_price=shipping.price.amount if shipping else None,
            shipping_days=shipping.estimated_days if shipping else None,
        )
        self.session.send("draft_orders.clear_discounts", id=cart.id)
        self._save_lines(draft)
        discounts, variants = draft.by_hand.discounts, {line.id: line.variant_id for line in cart.lines}
        self.session.send(
            "draft_orders.write_discounts",
            id=cart.id,
            ids=[each.id for each in discounts],
            variant_ids=[next((variants[line] for line in each.scope.ids), None) for each in discounts],
            percents=[each.percent for each in discounts],
            amounts=[each.amount.amount if each.amount else None for each in discounts],
            reasons=[each.title for each in discounts],
        )

    def _save_lines(self, draft: DraftOrder) -> None:
        lines = draft.cart.lines
        variant_ids = [line.variant_id for line in lines]
        self.session.send("draft_orders.clear_lines", id=draft.id, variant_ids=variant_ids)
        self.session.send(
            "draft_orders.write_lines",
            id=draft.id,
            ids=[line.id for line in lines],
            variant_ids=variant_ids,
            quantities=[line.quantity for line in lines],
            prices=[line.snapshot_price.amount for line in lines],
            now=draft.cart.updated_at,
        )

    def remove(self, draft_id: UUID) -> None:
        """It is gone."""
        self.session.send("draft_orders.remove", id=draft_id)

    def email_of(self, customer_id: UUID) -> str | None:
        """A customer's address."""
        row = self.session.row("draft_orders.email_of", customer_id=customer_id)
        return row[0] if row else None


@frozen
class PostgresDraftOrderReader:
    """Drafts as staff looks at them."""

    database: Database

    def page(self, status: DraftStatus | None, request: PageRequest) -> Page[DraftOrderSummary]:
        """A page of drafts."""
        placed = [each is DraftStatus.PLACED for each in ([status] if status else DraftStatus)]
        with self.database.read() as session:
            total = session.value("draft_orders.page_total", placed=placed)
            rows = session.rows("draft_orders.page", placed=placed, limit=request.per_page, offset=request.offset)
        return Page(tuple(_summary(row) for row in rows), request.page, request.per_page, total)


def _discount(row: Row, cart: Cart) -> Discount:
    line = cart.line_of(row[1]) if row[1] else None
    scope = LineScope(ids=frozenset({line.id})) if line else Scope()
    amount = None if row[3] is None else Money(row[3], cart.currency)
    return ManualDiscount(row[4], row[2], amount).given(row[0], scope)


def _summary(row: Row) -> DraftOrderSummary:
    status = DraftStatus.PLACED if row[1] else DraftStatus.OPEN
    return DraftOrderSummary(row[0], status, *row[2:])
