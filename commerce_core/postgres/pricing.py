"""The rules of pricing from PostgreSQL: read once, and again when one of them has changed."""

from attrs import define, field
from psycopg import Cursor

from commerce_core.postgres.database import Row, Session
from commerce_core.postgres.discounts import discount_value
from commerce_core.postgres.shipping import zones_of
from commerce_core.postgres.taxes import tax_rate
from commerce_core.pricing.model import PricingRules
from commerce_core.pricing.opening import OpeningRules, Premise


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
    _asked: Cursor[Row] | None = field(default=None, init=False)
    _rules: PricingRules | None = field(default=None, init=False)

    def ask(self) -> None:
        """Ask for their revision without waiting; `current` reads the answer after the next wait."""
        self._asked = self.session.send("pricing.revision")

    def told(self, revision: int) -> None:
        """Their revision, which another statement has brought along."""
        self._rules = self._of(revision)

    def current(self) -> PricingRules:
        """The rules as they are now."""
        if self._rules is None:
            asked = self._asked or self.session.send("pricing.revision")
            (revision,) = asked.fetchone() or (0,)
            self._rules = self._of(revision)
        return self._rules

    def _of(self, revision: int) -> PricingRules:
        known = self.kept.known
        if known is None or known[0] != revision:
            # Read after the revision, they may be newer than it, never older: then they are read once more next time.
            known = self.kept.known = (revision, self._read())
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
