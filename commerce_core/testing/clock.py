"""A clock that you set. The shop's time comes from PostgreSQL, so that is where it is set."""

from datetime import UTC, datetime, timedelta

from attrs import define

from commerce_core.wiring import Commerce

# The function itself is replaced, because a setting of the database reaches only connections that are made afterwards.
_STANDING_STILL = """
SELECT format($$
CREATE OR REPLACE FUNCTION shop_now() RETURNS timestamptz LANGUAGE sql VOLATILE PARALLEL SAFE AS '
  SELECT coalesce(nullif(current_setting(''commerce.now'', true), '''')::timestamptz, ''%%s''::timestamptz)
'
$$, %s::text)
"""


@define
class Clock:
    """The time of one shop's database, which is a database for tests. It stands still once it was moved.

    `at` is from when it is moved, instead of the moment at which that happens.
    """

    shop: Commerce
    _at: datetime | None = None

    @property
    def now(self) -> datetime:
        """The shop's time."""
        return self._at or datetime.now(UTC)

    def forward(self, by: timedelta) -> None:
        """Let so much time pass, at once for everybody who uses this database."""
        self._at = self.now + by
        with self.shop.database.read() as session:
            [(statement,)] = session.connection.execute(_STANDING_STILL, (self.now.isoformat(),)).fetchall()
            session.connection.execute(statement)
