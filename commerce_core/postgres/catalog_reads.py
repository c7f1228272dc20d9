"""The catalogue in PostgreSQL: reads. JSON is made there, in one statement; values are decoded from the same bytes."""

from collections.abc import Sequence
from decimal import Decimal
from typing import TypeVar
from uuid import UUID

import orjson
from attrs import frozen

from commerce_core.catalog.model import ProductStatus
from commerce_core.catalog.views import (
    CategoryView,
    ProductCard,
    ProductQuery,
    ProductView,
    Sort,
    StaffProductCard,
    StaffProductQuery,
    StaffProductView,
)
from commerce_core.kernel.money import Money, exponent
from commerce_core.kernel.page import Page
from commerce_core.postgres.database import Database, Row
from commerce_core.postgres.payload import decode

T = TypeVar("T")

_IN_ORDER = {
    Sort.NEWEST: "catalog.list_newest",
    Sort.TITLE: "catalog.list_by_title",
    Sort.PRICE: "catalog.list_cheapest",
    Sort.PRICE_DESCENDING: "catalog.list_dearest",
}


@frozen
class PostgresCatalogReader:
    """Reads the catalogue for shoppers and operators. `product_url` is the storefront's address with `{slug}` in it."""

    database: Database
    currency: str
    product_url: str

    def products_json(self, query: ProductQuery) -> bytes:
        """A page of what shoppers can see."""
        page = query.paging
        paging = {"limit": page.per_page, "offset": page.offset, "page": page.page, **self._url()}
        with self.database.read() as session:
            if not query.filtered:
                text: str = session.value(_IN_ORDER[query.order], **paging)
            else:
                text = session.value(
                    "catalog.list_filtered",
                    category=query.category,
                    tag=query.tag,
                    q=query.q,
                    min_price=query.min_price,
                    max_price=query.max_price,
                    in_stock=query.in_stock,
                    sort=query.order.value,
                    **paging,
                )
        return text.encode()

    def products(self, query: ProductQuery) -> Page[ProductCard]:
        """The same as values."""
        return decode(Page[ProductCard], orjson.loads(self.products_json(query)))

    def product_json(self, slug: str) -> bytes | None:
        """The page of a product."""
        minor_unit = Decimal(1).scaleb(-exponent(self.currency))
        with self.database.read() as session:
            row = session.row("catalog.product", slug=slug, minor_unit=minor_unit, **self._url())
        return None if row is None else row[0].encode()

    def product(self, slug: str) -> ProductView | None:
        """The same as a value."""
        return _decoded(ProductView, self.product_json(slug))

    def categories(self) -> Sequence[CategoryView]:
        """The tree of categories."""
        with self.database.read() as session:
            rows = session.rows("catalog.categories")
        children: dict[UUID | None, list[Row]] = {}
        for row in rows:
            children.setdefault(row[3], []).append(row)
        return _branch(children, None)

    def staff_product(self, product_id: UUID) -> StaffProductView | None:
        """A product in any status."""
        with self.database.read() as session:
            row = session.row("catalog.product_for_staff", id=product_id)
        return None if row is None else _decoded(StaffProductView, row[0])

    def staff_products(self, query: StaffProductQuery) -> Page[StaffProductCard]:
        """Products in any status, newest first."""
        page = query.paging
        wanted = {"status": query.status and query.status.value, "q": query.q}
        with self.database.read() as session:
            rows = session.rows("catalog.products_for_staff", **wanted, limit=page.per_page, offset=page.offset)
            total = session.value("catalog.count_products_for_staff", **wanted)
        return Page(tuple(_staff_card(row) for row in rows), page.page, page.per_page, total)

    def _url(self) -> dict[str, str]:
        before, _, after = self.product_url.partition("{slug}")
        return {"url_before": before, "url_after": after}


def _decoded(kind: type[T], text: bytes | str | None) -> T | None:
    return None if text is None else decode(kind, orjson.loads(text))


def _staff_card(row: Row) -> StaffProductCard:
    product_id, slug, title, status, vendor, amount, currency, image, version, created_at, updated_at = row
    return StaffProductCard(
        id=product_id,
        slug=slug,
        title=title,
        status=ProductStatus(status),
        vendor=vendor,
        price_from=Money(amount, currency),
        image=image,
        version=version,
        created_at=created_at,
        updated_at=updated_at,
    )


def _branch(children: dict[UUID | None, list[Row]], parent: UUID | None) -> tuple[CategoryView, ...]:
    found = children.get(parent, [])
    return tuple(CategoryView(row[0], row[1], row[2], _branch(children, row[0])) for row in found)
