"""What shipping asks of the database."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from commerce_core.access.ports import AuditLog
from commerce_core.kernel.revision import RuleRevision
from commerce_core.kernel.transaction import Work
from commerce_core.shipping.model import Zone


class Zones(Protocol):
    """The zones with their options, inside one transaction."""

    def all(self) -> Sequence[Zone]:
        """Every zone, in the order in which they were made."""
        ...

    def write(self, zone: Zone) -> None:
        """Add or change a zone; its options are those it has now."""
        ...

    def remove(self, zone_id: UUID) -> None:
        """Take a zone and its options away."""
        ...


class ZoneReader(Protocol):
    """Reads zones for operators."""

    def zones(self) -> Sequence[Zone]:
        """Every zone, in the order in which they were made."""
        ...


class ShippingWork(Work, Protocol):
    """What one transaction about shipping touches."""

    @property
    def zones(self) -> Zones:
        """The zones."""
        ...

    @property
    def rule_revision(self) -> RuleRevision:
        """What tells everybody."""
        ...

    @property
    def audit(self) -> AuditLog:
        """Who changed what."""
        ...
