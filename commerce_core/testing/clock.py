"""A clock that you set. The shop's time comes from PostgreSQL, so that is where it is set."""

from datetime import UTC, datetime, timedelta

from attrs import define, field
from psycopg.sql import SQL, Identifier, Literal

from commerce_core.wiring import Commerce


@define
class Clock:
    """The time of one shop's database. It stands still once it was moved."""

    shop: Commerce
    now: datetime = field(factory=lambda: datetime.now(UTC))

    def forward(self, by: timedelta) -> None:
        """Let so much time pass, for every connection of this shop."""
        self.now += by
        pool = self.shop.database.pool
        with self.shop.database.read() as session:
            name = Identifier(session.connection.info.dbname)
            session.connection.execute(
                SQL("ALTER DATABASE {} SET commerce.now = {}").format(name, Literal(self.now.isoformat()))
            )
        pool.drain()
