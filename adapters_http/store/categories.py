"""Categories, as shoppers see them."""

from attrs import frozen

from adapters_http.operation import Answer, operation
from adapters_http.store.redirects import moved
from commerce_core.catalog.errors import CategoryNotFound
from commerce_core.catalog.model import RedirectKind
from commerce_core.catalog.redirects import RedirectService
from commerce_core.catalog.service import CatalogService
from commerce_core.catalog.views import CategoryPage, CategoryTree


@frozen
class Categories:
    """`/v1/store/categories`."""

    catalog: CatalogService

    @operation("Read the categories", answers={200: CategoryTree}, etag=True)
    def on_get(self) -> Answer:
        """The whole tree."""
        return Answer(CategoryTree(tuple(self.catalog.categories())))


@frozen
class OneCategory:
    """`/v1/store/categories/{slug}`."""

    catalog: CatalogService
    redirects: RedirectService

    @operation("Read a category", answers={200: CategoryPage, 301: None}, refusals=(CategoryNotFound,), etag=True)
    def on_get(self, slug: str) -> Answer:
        """With the way to it and what search engines should know. An old slug leads to the live page."""
        try:
            return Answer(self.catalog.category(slug))
        except CategoryNotFound:
            away = moved(self.redirects, RedirectKind.CATEGORY, slug)
            if away is None:
                raise
            return away
