"""Tax rates for operators."""

from datetime import date
from typing import Annotated, Any, ClassVar
from uuid import UUID

from attrs import frozen

from adapters_http.fields import Limits
from adapters_http.operation import Access, Answer, Idempotent, operation
from commerce_core.access.model import Actor, Permission
from commerce_core.kernel.page import MAX_PAGE, MAX_PER_PAGE, Page, PageRequest
from commerce_core.taxes.drafts import NewTaxRate, TaxRateChanges
from commerce_core.taxes.errors import TaxRateNotFound, TaxRateVersionStale
from commerce_core.taxes.model import TaxRate
from commerce_core.taxes.service import TaxService
from commerce_core.taxes.views import EuRatesLoaded, TaxRateQuery


@frozen
class TaxRateListQuery:
    """Of which country, in force on which day, and which page of them."""

    country: Annotated[str, Limits(2, 2)] | None = None
    on: date | None = None
    page: Annotated[int, Limits(1, MAX_PAGE)] = 1
    per_page: Annotated[int, Limits(1, MAX_PER_PAGE)] = 24


@frozen
class CreateTaxRate(NewTaxRate):
    """A rate in percent, from one day to another, both included. Without a title buyers read `VAT` and the country.

    `take_over` ends the rate that counts on the first day on the day before, or corrects one that began on it.
    """

    example: ClassVar[dict[str, Any]] = {
        "country": "NO",
        "tax_class": "standard",
        "rate": "25.00",
        "valid_from": "2026-01-01",
    }
    take_over: bool = False


@frozen
class ChangeTaxRate(TaxRateChanges):
    """What is to be different; place and class stay."""

    example: ClassVar[dict[str, Any]] = {"title": "MVA", "valid_to": "2027-12-31"}


@frozen
class AdminTaxRates:
    """`/v1/admin/tax-rates`."""

    taxes: TaxService

    @operation("List tax rates", answers={200: Page[TaxRate]}, access=Access.STAFF, permission=Permission.SETTINGS_READ)
    def on_get(self, actor: Actor, query: TaxRateListQuery) -> Answer:
        """By country, region and class, the latest first."""
        wanted = TaxRateQuery(query.country, query.on, PageRequest(query.page, query.per_page))
        return Answer(self.taxes.list_rates(actor, wanted))

    @operation(
        "Create a tax rate",
        answers={201: TaxRate},
        access=Access.STAFF,
        permission=Permission.SETTINGS_WRITE,
        idempotency=Idempotent.HONOURED,
    )
    def on_post(self, actor: Actor, body: CreateTaxRate) -> Answer:
        """Refused where another rate of the same place and class counts on one of its days."""
        made = (self.taxes.begin_rate if body.take_over else self.taxes.create)(actor, body)
        return Answer.created(made, f"/v1/admin/tax-rates/{made.id}").at_version(made.version)


@frozen
class AdminEuTaxRates:
    """`/v1/admin/tax-rates/eu`."""

    taxes: TaxService

    @operation(
        "Load the rates of the European Union",
        answers={200: EuRatesLoaded},
        access=Access.STAFF,
        permission=Permission.SETTINGS_WRITE,
        idempotency=Idempotent.HONOURED,
    )
    def on_post(self, actor: Actor) -> Answer:
        """Where the shop has none for the country and class. Check them: each tells its source and first day."""
        return Answer(self.taxes.load_eu(actor))


@frozen
class AdminTaxRate:
    """`/v1/admin/tax-rates/{tax_rate_id}`."""

    taxes: TaxService

    @operation(
        "Read a tax rate",
        answers={200: TaxRate},
        refusals=(TaxRateNotFound,),
        access=Access.STAFF,
        permission=Permission.SETTINGS_READ,
    )
    def on_get(self, actor: Actor, tax_rate_id: UUID) -> Answer:
        """In percent, with where the number was found."""
        found = self.taxes.find(actor, tax_rate_id)
        return Answer(found).at_version(found.version)

    @operation(
        "Correct a tax rate",
        answers={200: TaxRate},
        refusals=(TaxRateNotFound, TaxRateVersionStale),
        access=Access.STAFF,
        permission=Permission.SETTINGS_WRITE,
    )
    def on_patch(self, actor: Actor, tax_rate_id: UUID, body: ChangeTaxRate, if_match: int | None) -> Answer:
        """JSON Merge Patch. Orders keep the rate they were placed at; a rate that rises is rather a new one."""
        changed = self.taxes.change(actor, tax_rate_id, body, if_match)
        return Answer(changed).at_version(changed.version)

    @operation(
        "Delete a tax rate",
        answers={204: None},
        refusals=(TaxRateNotFound, TaxRateVersionStale),
        access=Access.STAFF,
        permission=Permission.SETTINGS_WRITE,
    )
    def on_delete(self, actor: Actor, tax_rate_id: UUID, if_match: int | None) -> Answer:
        """What was bought with it keeps it."""
        self.taxes.delete(actor, tax_rate_id, if_match)
        return Answer.nothing()
