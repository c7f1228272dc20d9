"""A clock that you set. The shop's time comes from PostgreSQL, so that is where it is set."""

from datetime import UTC, datetime, timedelta

from attrs import define, field

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
            [(statement,)] = session.connection.execute(
                "SELECT format('ALTER DATABASE %%I SET commerce.now = %%L', current_database(), %s::text)",
                (self.now.isoformat(),),
            ).fetchall()
            session.connection.execute(statement)
        pool.drain()
