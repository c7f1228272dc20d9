"""Refusals about taxes."""

from uuid import UUID

from attrs import frozen

from commerce_core.kernel.errors import NotFound, StaleVersion


@frozen
class TaxRateNotFound(NotFound):
    """No such rate."""

    code = "tax-rate-not-found"
    detail = "There is no tax rate {tax_rate_id}."
    tax_rate_id: UUID


@frozen
class TaxRateVersionStale(StaleVersion):
    """Somebody changed the rate since the caller read it."""

    code = "tax-rate-version-stale"
    detail = "The tax rate is at version {version} by now."
    version: int
