"""Trying again: how long a piece of work may take, how often it is tried and how long to wait in between."""

from datetime import timedelta

from attrs import frozen

from commerce_core.kernel.errors import CommerceError, TooMany, Unavailable

_LONGEST_ERROR = 300  # characters


@frozen
class Retry:
    """Work is claimed for one `lease`; after `most_attempts` claims it is dead until an operator says retry.

    So it is after `most_deaths` claims whose worker never came back to tell, because it ends its worker each time.
    """

    lease: timedelta
    most_attempts: int
    first: timedelta
    longest: timedelta
    most_deaths: int = 3

    def delay(self, attempts: int, chance: float) -> timedelta:
        """The wait after this many attempts: doubled each time, shortened by `chance` (0 to 1) to at least the half."""
        doubled: timedelta = min(self.first * 2 ** min(attempts - 1, 30), self.longest)
        return timedelta(seconds=doubled.total_seconds() * (1 - chance / 2))

    def is_last(self, attempts: int, error: Exception) -> bool:
        """Whether to give up: tries are used up, or the shop refused by name and would refuse again.

        A bug is tried again, because the next release may mend it.
        """
        refused = isinstance(error, CommerceError) and not isinstance(error, (Unavailable, TooMany))
        return refused or attempts >= self.most_attempts


def told(error: Exception) -> str:
    """An error for an operator: its class and its first line, because PostgreSQL's further lines may quote rows."""
    lines = str(error).splitlines() or [""]
    return f"{type(error).__name__}: {lines[0]}"[:_LONGEST_ERROR].removesuffix(": ")
