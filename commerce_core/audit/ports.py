"""What the audit log asks of the database when it is sealed or shortened."""

from collections.abc import Sequence
from typing import Protocol

from commerce_core.access.ports import AuditLog
from commerce_core.audit.model import ChainEnd, LoggedEntry
from commerce_core.kernel.transaction import Work


class AuditChain(Protocol):
    """The chain of hashes, in a transaction."""

    def lock(self) -> None:
        """Be the only one who changes the chain."""
        ...

    def end(self) -> ChainEnd:
        """The place behind the last seal."""
        ...

    def waiting(self, limit: int) -> Sequence[LoggedEntry]:
        """Rows without a seal. All of them are committed, so no other will ever come between them and the chain."""
        ...

    def seal(self, places: Sequence[tuple[ChainEnd, int]]) -> None:
        """Put these rows, by id, behind the end of the chain."""
        ...

    def anchor(self, end: ChainEnd) -> None:
        """Let the chain begin behind this place."""
        ...

    def drop(self, limit: int) -> int:
        """Forget rows in front of the anchor with their seals; returns how many."""
        ...


class AuditWork(Work, Protocol):
    """What a transaction about the log touches."""

    @property
    def audit_chain(self) -> AuditChain:
        """The chain."""
        ...

    @property
    def audit(self) -> AuditLog:
        """Who changed what."""
        ...
