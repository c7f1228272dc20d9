"""How every process learns that a rule of pricing has changed."""

from typing import Protocol


class RuleRevision(Protocol):
    """The number every process compares before it prices anything, inside one transaction."""

    def advance(self) -> None:
        """Say that a rule has changed, in the transaction that changes it, before anything about rules is read.

        Whoever advances holds the lock of all rules until the transaction ends: checks against the other rules, such
        as that no two rates overlap, are safe after it.
        """
        ...
