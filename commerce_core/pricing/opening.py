"""What a shop prices by before anybody has written down a rate or a zone."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from attrs import frozen

from commerce_core.discounts.model import Discount
from commerce_core.kernel.money import Money
from commerce_core.kernel.tax_class import TaxClass
from commerce_core.pricing.model import PricingRules
from commerce_core.shipping.model import Band, Option, PriceBy, Zone
from commerce_core.taxes.model import TaxRate, TaxTable

_NOBODY = UUID(int=0)  # of rules that stand in no table


@frozen
class Premise:
    """What of the merchant's settings prices depend on."""

    country: str
    timezone: str
    prices_include_tax: bool


@frozen
class OpeningRules:
    """The rules of the environment: one rate at home, and one way of shipping to everywhere."""

    currency: str
    premise: Premise
    tax_rate: Decimal
    shipping_price: Money

    def with_written(
        self,
        premise: Premise | None,
        rates: Sequence[TaxRate],
        zones: Sequence[Zone],
        discounts: Sequence[Discount],
    ) -> PricingRules:
        """The rules that count. What is written down takes the place of the environment's, kind by kind."""
        at_home = premise or self.premise
        return PricingRules(
            currency=self.currency,
            prices_include_tax=at_home.prices_include_tax,
            country=at_home.country,
            timezone=at_home.timezone,
            taxes=TaxTable(tuple(rates) or (self._rate(at_home.country),)),
            zones=tuple(zones) or (self._zone(),),
            discounts=tuple(discounts),
        )

    def _rate(self, country: str) -> TaxRate:
        return TaxRate(_NOBODY, country, None, TaxClass.STANDARD, self.tax_rate, f"VAT {country}", date.min)

    def _zone(self) -> Zone:
        bands = (Band(None, self.shipping_price),)
        option = Option("standard", "Standard delivery", PriceBy.FLAT, bands, estimated_days=3)
        return Zone(_NOBODY, "Everywhere", rest_of_world=True, options=(option,))
