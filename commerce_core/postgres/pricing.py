"""The rules of pricing from PostgreSQL: read once, and again when one of them has changed."""

from collections.abc import Callable, Mapping
from uuid import UUID

from attrs import define, field

from commerce_core.discounts.model import Discount, Usage
from commerce_core.postgres.database import Session
from commerce_core.postgres.discounts import discount_value, discounts_of_cart
from commerce_core.postgres.shipping import zones_of
from commerce_core.postgres.taxes import tax_rate
from commerce_core.pricing.model import PricingRules
from commerce_core.pricing.opening import OpeningRules, Premise

OwnDiscounts = tuple[tuple[Discount, ...], Mapping[UUID, Usage]]


@define
class KeptRules:
    """The rules of one shop as this process knows them, and the revision they have. Shared by all its threads."""

    opening: OpeningRules
    known: tuple[int, PricingRules] | None = field(default=None, init=False)  # replaced as a whole, so never torn


@define
class PostgresRules:
    """The rules, inside the transaction of the session.

    Not for a transaction that has changed one itself: should it fail, its revision is given to somebody else's rules.
    """

    session: Session
    kept: KeptRules
    _revision: int | None = field(default=None, init=False)

    def for_cart(self, cart_id: UUID, email: str | None) -> Callable[[], OwnDiscounts]:
        """Ask for the discounts of a cart and its buyer, without waiting; call it to have them.

        Which rules are `current` comes along.
        """
        sent = self.session.send("pricing.of_cart", cart_id=cart_id, email=email)

        def answered() -> OwnDiscounts:
            rows = sent.fetchall()
            self.told(rows[0][0])
            return discounts_of_cart(row[1:] for row in rows if row[1])

        return answered

    def told(self, revision: int) -> None:
        """Their revision, which another statement has brought along."""
        self._revision = revision

    def current(self) -> PricingRules:
        """The rules as they are now."""
        if self._revision is None:
            self._revision = self.session.value("pricing.revision")
        known = self.kept.known
        if known is None or known[0] != self._revision:
            # Read after the revision, they may be newer than it, never older: then they are read once more next time.
            known = self.kept.known = (self._revision, self._read())
        return known[1]

    def _read(self) -> PricingRules:
        send = self.session.send
        merchant, rates, zones = send("merchant.find"), send("pricing.tax_rates"), send("shipping.zones")
        discounts = send("discounts.automatic")
        row = merchant.fetchone()
        return self.kept.opening.with_written(
            Premise(row[1], row[2], row[3]) if row else None,
            [tax_rate(rate) for rate in rates],
            zones_of(zones),
            [discount_value(discount) for discount in discounts],
        )
