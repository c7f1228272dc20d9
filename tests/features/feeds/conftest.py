"""A shop with an address, for what others read of it."""

from collections.abc import Callable

import pytest
from attrs import evolve

from commerce_core.access.model import SYSTEM
from commerce_core.catalog.drafts import NewImage, NewProduct, NewVariant
from commerce_core.catalog.model import Product, ProductStatus
from commerce_core.kernel.money import Money
from commerce_core.settings import Settings
from commerce_core.wiring import Commerce

STORE = "https://shop.example"
Publish = Callable[..., Product]


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return evolve(settings, public_store_url=STORE, shop_name="Atelier Boréal")


@pytest.fixture
def publish(shop: Commerce) -> Publish:
    """Puts a product up for sale: one variant at 24 euros and a picture, unless told otherwise."""

    def published(title: str = "Mug", *variants: NewVariant, **more: object) -> Product:
        usual = {"status": ProductStatus.ACTIVE, "images": (NewImage("/media/mug.webp", "A mug"),)}
        variants = variants or (NewVariant(Money(2400, "EUR"), sku=title.upper()[:50]),)
        return shop.catalog.create_product(SYSTEM, NewProduct(title, variants, **usual | more))  # type: ignore[arg-type]

    return published
