"""The number that says whether the rules of pricing are still the same, in PostgreSQL."""

from attrs import frozen

from commerce_core.postgres.database import Session


@frozen
class PostgresRuleRevision:
    """The revision of the rules, inside the transaction of the session."""

    session: Session

    def advance(self) -> None:
        """A rule changes in this transaction, and nobody else changes one until it ends."""
        self.session.send("pricing.advance_revision")
