"""What taxes ask of the database, and of whoever knows VAT numbers."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from commerce_core.access.ports import AuditLog
from commerce_core.kernel.revision import RuleRevision
from commerce_core.kernel.transaction import Work
from commerce_core.taxes.model import TaxRate


class TaxRates(Protocol):
    """The rates, inside one transaction."""

    def find(self, tax_rate_id: UUID) -> TaxRate | None:
        """The rate with this id."""
        ...

    def of_countries(self, countries: Sequence[str]) -> Sequence[TaxRate]:
        """Every rate of these countries, over all time."""
        ...

    def write(self, rate: TaxRate) -> None:
        """Add or change a rate."""
        ...

    def remove(self, tax_rate_id: UUID) -> None:
        """Take a rate away."""
        ...


class VatNumbers(Protocol):
    """Who knows VAT numbers: by their form alone, or by asking a register, which is another implementation."""

    def checked(self, number: str, country: str) -> str | None:
        """The number in its short form, `DE136695976`; None when it is none of this country, or a digit is wrong."""
        ...


class TaxWork(Work, Protocol):
    """What one transaction about taxes touches."""

    @property
    def tax_rates(self) -> TaxRates:
        """The rates."""
        ...

    @property
    def rule_revision(self) -> RuleRevision:
        """What tells everybody."""
        ...

    @property
    def audit(self) -> AuditLog:
        """Who changed what."""
        ...
