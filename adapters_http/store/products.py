"""Products, as shoppers see them, and their pictures."""

from typing import Annotated

from attrs import asdict, frozen

from adapters_http.fields import Limits
from adapters_http.operation import Answer, Media, operation
from commerce_core.catalog.errors import PictureNotFound, ProductNotFound
from commerce_core.catalog.service import CatalogService
from commerce_core.catalog.views import ProductCard, ProductQuery, ProductView, Sort
from commerce_core.gateways.local_media import LocalMedia
from commerce_core.kernel.money import MAX_AMOUNT
from commerce_core.kernel.page import MAX_PAGE, MAX_PER_PAGE, Page

Word = Annotated[str, Limits(most=200)]
Price = Annotated[int, Limits(0, MAX_AMOUNT)]


@frozen
class ProductListQuery:
    """What the shopper is looking for, and which page of it. Prices are minor units."""

    category: Word | None = None
    tag: Word | None = None
    q: Word | None = None
    min_price: Price | None = None
    max_price: Price | None = None
    in_stock: bool | None = None
    sort: Sort | None = None
    page: Annotated[int, Limits(1, MAX_PAGE)] = 1
    per_page: Annotated[int, Limits(1, MAX_PER_PAGE)] = 24


@frozen
class Products:
    """`/v1/store/products`."""

    catalog: CatalogService

    @operation("List products", answers={200: Page[ProductCard]}, etag=True)
    def on_get(self, query: ProductListQuery) -> Answer:
        """Newest first, unless words are given: then the best match. A category includes what is below it."""
        return Answer(self.catalog.products_json(ProductQuery(**asdict(query))))


@frozen
class OneProduct:
    """`/v1/store/products/{slug}`."""

    catalog: CatalogService

    @operation("Read a product", answers={200: ProductView}, refusals=(ProductNotFound,), etag=True)
    def on_get(self, slug: str) -> Answer:
        """With its variants, pictures and what search engines should know."""
        return Answer(self.catalog.product_json(slug))


@frozen
class Pictures:
    """`/media/{name}`."""

    media: LocalMedia

    @operation("Read a picture", answers={200: Media("image/*")}, refusals=(PictureNotFound,))
    def on_get(self, name: str) -> Answer:
        """Its name tells its content, so it may be cached for ever."""
        content, media_type = self.media.read(name)
        return Answer(
            content, headers={"Content-Type": media_type, "Cache-Control": "public, max-age=31536000, immutable"}
        )
