"""What the shop's own settings ask of the database."""

from typing import Protocol

from commerce_core.access.ports import AuditLog
from commerce_core.kernel.revision import RuleRevision
from commerce_core.kernel.transaction import Work
from commerce_core.merchant.model import Merchant


class Merchants(Protocol):
    """The settings, inside one transaction."""

    def find(self) -> Merchant | None:
        """The settings; None as long as nobody has written them."""
        ...

    def write(self, merchant: Merchant) -> None:
        """Keep them."""
        ...


class MerchantReader(Protocol):
    """The settings as everybody sees them."""

    def find(self) -> Merchant | None:
        """The settings; None as long as nobody has written them."""
        ...


class MerchantWork(Work, Protocol):
    """What one transaction about the settings touches."""

    @property
    def merchant(self) -> Merchants:
        """The settings."""
        ...

    @property
    def rule_revision(self) -> RuleRevision:
        """What tells everybody."""
        ...

    @property
    def audit(self) -> AuditLog:
        """Who changed what."""
        ...
