"""Carts in PostgreSQL."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from attrs import evolve, frozen
from psycopg.types.json import Jsonb

from commerce_core.cart.errors import CartNotFound
from commerce_core.cart.model import Cart, CartId, CartLine, CartStatus, Offer
from commerce_core.emails.model import Locale
from commerce_core.kernel.money import Money
from commerce_core.kernel.page import PageRequest
from commerce_core.kernel.tax_class import TaxClass
from commerce_core.postgres.database import Database, Row, Session
from commerce_core.postgres.pricing import PostgresRules
from commerce_core.postgres.values import address_column, address_value


@frozen
class PostgresCarts:
    """Carts, inside the transaction of the session. The revision of the rules that price them comes along with each."""

    session: Session
    rules: PostgresRules

    def find(self, cart_id: CartId) -> Cart:
        """The cart as it is now."""
        return self._load("cart.find", cart_id, ())[0]

    def lock(
        self, cart_id: CartId, wanted: Sequence[UUID] = (), *, email: str | None = None
    ) -> tuple[Cart, Mapping[UUID, Offer]]:
        """The cart, ours until the transaction ends, and offers it may want."""
        return self._load("cart.lock", cart_id, wanted, email)

    def _load(
        self, statement: str, cart_id: CartId, wanted: Sequence[UUID], email: str | None = None
    ) -> tuple[Cart, Mapping[UUID, Offer]]:
        head = self.session.send(statement, cart_id=cart_id)
        rows = self.session.send("cart.lines", cart_id=cart_id, wanted=list(wanted))
        discounts = self.rules.for_cart(cart_id, email)
        row = self.session.locked(head)
        if row is None:
            raise CartNotFound
        lines = rows.fetchall()
        coded, usage = discounts()
        cart = Cart(
            id=CartId(row[0]),
            status=CartStatus(row[1]),
            currency=row[2],
            locale=Locale(row[3]),
            version=row[4],
            created_at=row[5],
            updated_at=row[6],
            customer_id=row[7],
            merged_into_id=row[8],
            email=row[9],
            shipping_address=address_value(row[10]),
            shipping_option_id=row[11],
            notes=row[12],
            attributes=row[13],
            marketing_consent=row[14],
            confirmed_vat_number=row[15],
            draft=row[16],
            coded=coded,
            usage=usage,
            lines=tuple(_line(line) for line in lines if line[0] is not None),
        )
        return cart, {line[4]: _offer(line) for line in lines if line[4] in wanted}

    def open(
        self,
        cart_id: CartId,
        currency: str,
        locale: Locale,
        client: Mapping[str, str],
        customer_id: UUID | None,
        wanted: Sequence[UUID],
    ) -> tuple[Cart, Mapping[UUID, Offer]]:
        """A new cart without lines, and offers it may want."""
        sent = self.session.send(
            "cart.open",
            id=cart_id,
            currency=currency,
            locale=locale.value,
            client=Jsonb(dict(client)),
            customer_id=customer_id,
        )
        rows = self.session.send("cart.lines", cart_id=cart_id, wanted=list(wanted)) if wanted else None
        known = self.rules.for_cart(cart_id, None) if wanted and customer_id else None
        self.rules.told((self.session.locked(sent) or (0,))[0])
        now = self.session.now
        cart = Cart(cart_id, CartStatus.ACTIVE, currency, locale, 1, now, now, customer_id)
        if known:
            cart = evolve(cart, usage=known()[1])
        return cart, {row[4]: _offer(row) for row in rows} if rows else {}

    def recover(self, cart: Cart) -> None:
        """Its buyer is back."""
        self.session.send("cart.recover", cart_id=cart.id, now=self.session.now)

    def save_line(self, cart: Cart, line: CartLine, event: str) -> None:
        """A line that was added or changed."""
        self.session.send(
            "cart.save_line",
            cart_id=cart.id,
            version=cart.version,
            now=cart.updated_at,
            id=line.id,
            variant_id=line.variant_id,
            qty=line.quantity,
            snapshot_price_amount=line.snapshot_price.amount,
            event=event,
        )

    def remove_line(self, cart: Cart, line: CartLine) -> None:
        """A line that is gone."""
        self.session.send("cart.remove_line", cart_id=cart.id, version=cart.version, now=cart.updated_at, id=line.id)

    def save_details(self, cart: Cart) -> None:
        """Everything but the lines."""
        self.session.send(
            "cart.save_details",
            cart_id=cart.id,
            version=cart.version,
            now=cart.updated_at,
            email=cart.email,
            locale=cart.locale.value,
            shipping_address=address_column(cart.shipping_address),
            shipping_option_id=cart.shipping_option_id,
            notes=cart.notes,
            attributes=Jsonb(dict(cart.attributes)),
            marketing_consent=cart.marketing_consent,
            confirmed_vat_number=cart.confirmed_vat_number,
        )

    def save_discount(self, cart: Cart, discount_id: UUID | None) -> Cart:
        """The cart with the discount whose code was typed in."""
        self.session.send(
            "cart.save_discount", cart_id=cart.id, version=cart.version, now=cart.updated_at, discount_id=discount_id
        )
        coded, usage = self.rules.for_cart(cart.id, None)()
        return evolve(cart, coded=coded, usage=usage)

    def lock_for_merge(self, customer_id: UUID, guest_cart_id: CartId) -> tuple[Cart, Cart | None]:
        """The guest's cart and the customer's open one."""
        self.session.send("cart.lock_customer", customer_id=customer_id)
        own = self.session.row("cart.open_of_customer", customer_id=customer_id, guest_cart_id=guest_cart_id)
        ids = {guest_cart_id} | ({CartId(own[0])} if own else set())
        # In one order, so that two customers who bring the same cart never wait for each other in a circle.
        carts = {cart_id: self._load("cart.lock", cart_id, ())[0] for cart_id in sorted(ids)}
        guest = carts.pop(guest_cart_id)
        # It may have been ordered while we waited for its lock.
        still_open = [cart for cart in carts.values() if cart.status is not CartStatus.CONVERTED]
        return guest, still_open[0] if still_open else None

    def claim(self, cart: Cart, customer_id: UUID) -> None:
        """The guest's cart is this customer's from now on."""
        self.session.send(
            "cart.claim", cart_id=cart.id, version=cart.version, now=cart.updated_at, customer_id=customer_id
        )

    def merge(self, guest: Cart, into: Cart) -> None:
        """The guest's cart has no lines any more and says where they are."""
        self.session.send("cart.merge", guest_cart_id=guest.id, into_id=into.id, now=into.updated_at)

    def purge(self, untouched_for: timedelta, limit: int) -> int:
        """Delete carts that nobody touched for so long."""
        return len(self.session.rows("cart.purge", untouched_since=self.session.now - untouched_for, limit=limit))

    def convert(self, cart: Cart, order_id: UUID) -> None:
        """The cart has become an order."""
        self.session.send(
            "cart.convert",
            cart_id=cart.id,
            order_id=order_id,
            email=cart.email,
            marketing_consent=cart.marketing_consent,
            now=self.session.now,
        )

    def reopen(self, cart_id: UUID) -> None:
        """Its order came to nothing."""
        self.session.send("cart.reopen", cart_id=cart_id, now=self.session.now)


def _offer(row: Row) -> Offer:
    return Offer(
        variant_id=row[4],
        product_slug=row[5],
        sku=row[6],
        title=row[7],
        unit_price=Money(row[8], row[9]),
        tax_class=TaxClass(row[10]),
        requires_shipping=row[11],
        for_sale=row[12],
        available=row[13],
        product_id=row[14],
        weight=row[15],
        category_ids=frozenset(row[16]),
        tag_ids=frozenset(row[17]),
    )


def _line(row: Row) -> CartLine:
    return CartLine(row[0], row[1], Money(row[2], row[9]), _offer(row), row[3])


@frozen
class PostgresCartReader:
    """Carts as operators look at them."""

    database: Database

    def page(self, status: str | None, request: PageRequest) -> bytes:
        """A page of carts, as JSON."""
        statuses = [status] if status else [known.value for known in CartStatus]
        with self.database.read() as session:
            total = session.value("cart.page_total", statuses=statuses)
            found: bytes = session.value(
                "cart.page",
                statuses=statuses,
                total=total,
                page=request.page,
                limit=request.per_page,
                offset=request.offset,
            )
        return found
