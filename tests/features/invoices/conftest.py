"""A shop that says who it is, and its till."""

from datetime import date
from decimal import Decimal

import pytest

from commerce_core import Commerce
from commerce_core.access.model import SYSTEM
from commerce_core.catalog.drafts import NewProduct, NewVariant
from commerce_core.catalog.model import ProductStatus
from commerce_core.checkout.views import CheckoutView
from commerce_core.kernel.money import Money
from commerce_core.kernel.tax_class import TaxClass
from commerce_core.merchant.model import MerchantChanges, Premises
from commerce_core.taxes.drafts import NewTaxRate
from commerce_core.testing.builders import Builders
from commerce_core.testing.fake_gateway import FakeGateway
from tests.features.payments.conftest import Till

SELLER = MerchantChanges(
    name="Atelier Lumen", address=Premises("12 rue des Lilas", "Paris", postal_code="75011"), legal_name="Lumen",
    legal_form="SARL", company_number="552 100 554", vat_number="FR40303265045", email="bonjour@lumen.example",
)  # fmt: skip


@pytest.fixture
def till(shop: Commerce, gateway: FakeGateway, make: Builders, database_url: str) -> Till:
    """The till of the shop."""
    return Till(shop, gateway, make, database_url)


@pytest.fixture
def seller(shop: Commerce) -> None:
    """Who sells, and two rates of France."""
    shop.merchant.change(SYSTEM, SELLER)
    for tax_class, rate in ((TaxClass.STANDARD, "20.00"), (TaxClass.REDUCED, "5.5")):
        shop.taxes.create(SYSTEM, NewTaxRate("FR", tax_class, Decimal(rate), date(2020, 1, 1)))


@pytest.fixture
def paid(shop: Commerce, till: Till, make: Builders, seller: None) -> CheckoutView:
    """Two mugs at 20 % and three books at 5.5 %, sent and paid for; the worker has not been there yet."""
    variant = NewVariant(price=Money(1250, "EUR"), tax_class=TaxClass.REDUCED)
    book = shop.catalog.create_product(SYSTEM, NewProduct("Book", variants=(variant,), status=ProductStatus.ACTIVE))
    placed = till.place((make.variant(price=1999, stock=50), 2), (book.variants[0].id, 3))
    till.pay(placed)
    return placed
