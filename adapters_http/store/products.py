"""Products, as shoppers see them."""

from datetime import UTC
from email.utils import format_datetime
from typing import Annotated

from attrs import asdict, frozen

from adapters_http.fields import Limits
from adapters_http.operation import Answer, operation
from adapters_http.store.redirects import moved
from commerce_core.catalog.cursor import Sort
from commerce_core.catalog.errors import ProductNotFound
from commerce_core.catalog.model import RedirectKind
from commerce_core.catalog.queries import MAX_CHOICE, MAX_CHOICES, ProductQuery
from commerce_core.catalog.redirects import RedirectService
from commerce_core.catalog.service import CatalogService
from commerce_core.catalog.views import ProductList, ProductView, Rendered
from commerce_core.kernel.money import MAX_AMOUNT
from commerce_core.kernel.page import MAX_PAGE, MAX_PER_PAGE

Word = Annotated[str, Limits(most=200)]
Choices = Annotated[tuple[Annotated[str, Limits(most=MAX_CHOICE)], ...], Limits(most=MAX_CHOICES)]
Price = Annotated[int, Limits(0, MAX_AMOUNT)]


@frozen
class ProductListQuery:
    """What the shopper is looking for, and which page of it. Prices are minor units.

    `option` and `attribute` are `Colour:Blue` and the like: several of one name are alternatives, several names have to
    be met together. Pages end after 10,000 products; `cursor`, the `next_cursor` of the page before, goes on.
    """

    category: Word | None = None
    tag: Word | None = None
    q: Word | None = None
    min_price: Price | None = None
    max_price: Price | None = None
    in_stock: bool | None = None
    option: Choices = ()
    attribute: Choices = ()
    sort: Sort | None = None
    page: Annotated[int, Limits(1, MAX_PAGE)] = 1
    per_page: Annotated[int, Limits(1, MAX_PER_PAGE)] = 24
    cursor: Annotated[str, Limits(most=2_000)] | None = None
    facets: bool = False


@frozen
class Products:
    """`/v1/store/products`."""

    catalog: CatalogService

    @operation("List products", answers={200: ProductList}, etag=True)
    def on_get(self, query: ProductListQuery) -> Answer:
        """Newest first, unless words are given: then the best match. A category includes what is below it.

        The last word may be the beginning of one; words that find nothing are taken for misspelt.
        """
        return _served(self.catalog.products_json(ProductQuery(**asdict(query))))


@frozen
class OneProduct:
    """`/v1/store/products/{slug}`."""

    catalog: CatalogService
    redirects: RedirectService

    @operation("Read a product", answers={200: ProductView, 301: None}, refusals=(ProductNotFound,), etag=True)
    def on_get(self, slug: str) -> Answer:
        """With its variants, pictures and what search engines should know. An old slug leads to the live page."""
        try:
            return _served(self.catalog.product_json(slug))
        except ProductNotFound:
            away = moved(self.redirects, RedirectKind.PRODUCT, slug)
            if away is None:
                raise
            return away


def _served(rendered: Rendered) -> Answer:
    """The bytes and their age. Their tag alone tells whether a client has them: two changes may fall into one second."""
    if rendered.changed_at is None:
        return Answer(rendered.body)
    changed = format_datetime(rendered.changed_at.astimezone(UTC), usegmt=True)
    return Answer(rendered.body, headers={"Last-Modified": changed})
