"""Categories, as shoppers see them."""

from attrs import frozen

from adapters_http.operation import Answer, operation
from commerce_core.catalog.service import CatalogService
from commerce_core.catalog.views import CategoryTree


@frozen
class Categories:
    """`/v1/store/categories`."""

    catalog: CatalogService

    @operation("Read the categories", answers={200: CategoryTree}, etag=True)
    def on_get(self) -> Answer:
        """The whole tree."""
        return Answer(CategoryTree(tuple(self.catalog.categories())))
