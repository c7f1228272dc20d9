"""The record of consent in PostgreSQL."""

from attrs import frozen

from commerce_core.emails.consent import Consent
from commerce_core.postgres.database import Database, Session


@frozen
class PostgresConsents:
    """The record within the transaction of the session."""

    session: Session

    def record(self, consent: Consent) -> None:
        """Write it down, unless this cause did or nothing would change; a no unticks what waits in carts."""
        if not consent.granted:
            self.session.send("consents.untick", email_key=consent.email_key)
        self.session.send(
            "consents.record",
            email_key=consent.email_key,
            granted=consent.granted,
            source=consent.source.value,
            text_version=consent.text_version,
            cause_id=consent.cause,
            at=consent.given_at or self.session.now,
        )

    def allows(self, email_key: str) -> bool:
        """Whether the last word of this address was yes."""
        allowed: bool = self.session.value("consents.allows", email_key=email_key)
        return allowed


@frozen
class PostgresConsentReader:
    """Reads that need no transaction."""

    database: Database

    def allows(self, email_key: str) -> bool:
        """Whether the last word of this address was yes."""
        with self.database.read() as session:
            return PostgresConsents(session).allows(email_key)
