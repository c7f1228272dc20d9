"""Rules to begin with: the rates of the Union and of the shop's own country, and three zones to send to."""

from datetime import date
from decimal import Decimal

from attrs import frozen

from commerce_core.access.model import Actor
from commerce_core.kernel.money import Money
from commerce_core.kernel.page import PageRequest
from commerce_core.kernel.tax_class import TaxClass
from commerce_core.merchant.service import MerchantService
from commerce_core.shipping.drafts import NewOption, NewZone
from commerce_core.shipping.model import Band
from commerce_core.shipping.service import ShippingService
from commerce_core.taxes.drafts import NewTaxRate
from commerce_core.taxes.model import EU_COUNTRIES
from commerce_core.taxes.service import TaxService
from commerce_core.taxes.views import TaxRateQuery

_EARLIEST = date(2000, 1, 1)  # before any order


@frozen
class DefaultsLoaded:
    """What was added to the shop; zero where it had something already."""

    rates_added: int
    zones_added: int


@frozen
class DefaultRules:
    """A useful set for a new shop. `tax_rate` and `shipping_price` are those of the environment."""

    merchant: MerchantService
    taxes: TaxService
    shipping: ShippingService
    tax_rate: Decimal
    shipping_price: Money

    def load(self, actor: Actor) -> DefaultsLoaded:
        """Add what is missing: rates of each country without any, and zones where there is none at all.

        What the shop has stays as it is, so loading again changes nothing, and goes on with what was interrupted.
        Raises `PermissionDenied`.
        """
        home = self.merchant.show(actor).country
        added = self.taxes.load_eu(actor).added + self._own_rate(actor, home)
        if self.shipping.list_zones(actor):
            return DefaultsLoaded(added, 0)
        return DefaultsLoaded(added, len(self.shipping.create_all(actor, self._zones(home))))

    def _own_rate(self, actor: Actor, home: str) -> int:
        if self.taxes.list_rates(actor, TaxRateQuery(home, page=PageRequest(per_page=1))).total:
            return 0
        new = NewTaxRate(home, TaxClass.STANDARD, self.tax_rate, _EARLIEST, source="SHOP_TAX_RATE")
        self.taxes.create(actor, new)
        return 1

    def _zones(self, home: str) -> tuple[NewZone, ...]:
        price = self.shipping_price
        at_home = (
            NewOption("Standard delivery", (Band(None, price),), 3, id="standard"),
            NewOption("Express delivery", (Band(None, price * 2),), 1, id="express"),
        )
        to_union = NewOption("Standard delivery", (Band(None, price * 2),), 5, id="standard-eu")
        to_world = NewOption("International delivery", (Band(None, price * 4),), 10, id="standard-world")
        return (
            NewZone("Domestic", (home,), options=at_home),
            NewZone("European Union", tuple(sorted(EU_COUNTRIES - {home})), options=(to_union,)),
            NewZone("Rest of the world", rest_of_world=True, options=(to_world,)),
        )
