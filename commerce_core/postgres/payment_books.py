"""The shop's books of payments, as a comparison with a provider reads them."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from attrs import frozen

from commerce_core.orders.model import OrderId
from commerce_core.payments.model import PaymentStatus
from commerce_core.postgres.database import Session


@frozen
class PostgresBooks:
    """Payments and refunds by what providers call them."""

    session: Session

    def compared_up_to(self, provider: str) -> datetime | None:
        """Up to when they were compared."""
        row = self.session.row("payments.compared_up_to", provider=provider)
        return row[0] if row else None

    def mark_compared(self, provider: str, up_to: datetime) -> None:
        """They were compared up to then."""
        self.session.send("payments.mark_compared", provider=provider, up_to=up_to)

    def attempts(self, provider: str, intent_ids: Sequence[str]) -> Mapping[str, PaymentStatus]:
        """How the attempts with these intents stand."""
        rows = self.session.rows("payments.statuses", provider=provider, intent_ids=list(intent_ids))
        return {row[0]: PaymentStatus(row[1]) for row in rows}

    def refunds(self, provider: str, refund_ids: Sequence[str]) -> Mapping[str, str]:
        """The status of the refunds that the provider calls so."""
        return dict(self.session.rows("refunds.statuses", provider=provider, refund_ids=list(refund_ids)))

    def paid_between(self, provider: str, since: datetime, until: datetime) -> Mapping[str, OrderId]:
        """The intents of attempts made in this time that are paid here, and their orders."""
        rows = self.session.rows("payments.paid_between", provider=provider, since=since, until=until)
        return {row[0]: OrderId(row[1]) for row in rows}

    def open_intents(self, provider: str, before: datetime, limit: int) -> Sequence[str]:
        """The intents of older attempts that nothing has come of yet."""
        rows = self.session.rows("payments.open_before", provider=provider, before=before, limit=limit)
        return [row[0] for row in rows]

    def open_refunds(self, provider: str, before: datetime, limit: int) -> Sequence[str]:
        """The older refunds that were under way."""
        rows = self.session.rows("refunds.under_way_before", provider=provider, before=before, limit=limit)
        return [row[0] for row in rows]
