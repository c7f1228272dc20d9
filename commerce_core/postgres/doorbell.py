"""Wakes the worker, on the connection and in the transaction of whoever has something for it."""

from attrs import define

from commerce_core.postgres.database import Session


@define
class Doorbell:
    """Enqueues one Procrastinate job by Procrastinate's own SQL function, so that its package is not needed here."""

    session: Session
    _pressed: bool = False

    def press(self) -> None:
        """Ask that the worker be woken when this transaction commits; any number of times is once."""
        self._pressed = True

    def ring(self) -> None:
        """Send the wake-up, if it was asked for, as the last statement before the commit, in the commit's round trip.

        Last, because a drain job that waits now counts as a wake-up: the later we look, the less likely is it that a
        worker takes that job and finds nothing, because this transaction has not committed yet. For that case a drain
        looks twice, and the periodic drain is the net.
        """
        if self._pressed:
            self.session.send("outbox.ring")
