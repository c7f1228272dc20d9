"""The catalogue in PostgreSQL: reads. JSON is made there, in one statement; values are decoded from the same bytes."""

from collections.abc import Mapping, Sequence
from uuid import UUID

import orjson
from attrs import frozen
from psycopg.types.json import Jsonb

from commerce_core.catalog.cursor import Sort
from commerce_core.catalog.model import ProductStatus, Seo
from commerce_core.catalog.queries import Choice, ProductQuery, StaffProductQuery
from commerce_core.catalog.search import SearchWords, trigrams
from commerce_core.catalog.views import (
    CategoryPage,
    CategoryView,
    ProductList,
    ProductView,
    Rendered,
    StaffProductCard,
    StaffProductView,
)
from commerce_core.feeds.model import Storefront
from commerce_core.kernel.money import Money
from commerce_core.kernel.page import Page
from commerce_core.postgres.database import Database, Row
from commerce_core.postgres.feeds import category_page, page_with_head
from commerce_core.postgres.payload import decode

_FIRST, _LAST = UUID(int=0), UUID(int=(1 << 128) - 1)
# For each order the statement that follows its index, and where that index begins.
_IN_ORDER: Mapping[Sort, tuple[str, object, UUID]] = {
    Sort.NEWEST: ("catalog_lists.list_newest", "infinity", _LAST),
    Sort.TITLE: ("catalog_lists.list_by_title", "", _FIRST),
    Sort.PRICE: ("catalog_lists.list_cheapest", -1, _FIRST),
    Sort.PRICE_DESCENDING: ("catalog_lists.list_dearest", 1 << 62, _LAST),
}


@frozen
class PostgresCatalogReader:
    """Reads the catalogue for shoppers and operators."""

    database: Database
    store: Storefront

    def products_json(self, query: ProductQuery) -> Rendered:
        """A page of what shoppers can see."""
        return self._from_shelf(query) if query.on_a_shelf else self._filtered(query)

    def _from_shelf(self, query: ProductQuery) -> Rendered:
        statement, first, before_it = _IN_ORDER[query.order]
        after = query.after
        with self.database.read() as session:
            text, changed_at = session.rows(
                statement,
                category=query.category,
                in_stock=bool(query.in_stock),
                after=after.key if after else first,
                after_id=after.product_id if after else before_it,
                **self._paging(query),
            )[0]
        return Rendered(text.encode(), changed_at)

    def _filtered(self, query: ProductQuery) -> Rendered:
        after = query.after
        with self.database.read() as session:
            text: str = session.value(
                "catalog_lists.list_filtered",
                category=query.category,
                tag=query.tag,
                min_price=query.min_price,
                max_price=query.max_price,
                in_stock=query.in_stock,
                facet=_leading(query),
                options=None if _leads_alone(query) else _choices(query.options),
                attributes=_choices(query.attributes),
                sort=query.order.value,
                after=after and after.key,
                after_id=after and after.product_id,
                facets=query.facets,
                **_words(query.q),
                **self._paging(query),
            )
        return Rendered(text.encode())

    def products(self, query: ProductQuery) -> ProductList:
        """The same as values."""
        return decode(ProductList, orjson.loads(self.products_json(query).body))

    def product_json(self, slug: str) -> Rendered | None:
        """The page of a product."""
        with self.database.read() as session:
            row = session.row("catalog.product", slug=slug)
        if row is None:
            return None
        page, facts, changed_at, shop_name, *seo = row
        return Rendered(page_with_head(page, facts, Seo(*seo), self.store.called(shop_name)), changed_at)

    def product(self, slug: str) -> ProductView | None:
        """The same as a value."""
        found = self.product_json(slug)
        return None if found is None else decode(ProductView, orjson.loads(found.body))

    def categories(self) -> Sequence[CategoryView]:
        """The tree of categories."""
        with self.database.read() as session:
            rows = session.rows("catalog.categories")
        children: dict[UUID | None, list[Row]] = {}
        for row in rows:
            children.setdefault(row[3], []).append(row)
        return _branch(children, None)

    def category(self, slug: str) -> CategoryPage | None:
        """The page of a category."""
        with self.database.read() as session:
            row = session.row("catalog.category", slug=slug)
        if row is None:
            return None
        trail, below, shop_name, *seo = row
        return category_page(trail, below, Seo(*seo), self.store.called(shop_name))

    def staff_product(self, product_id: UUID) -> StaffProductView | None:
        """A product in any status."""
        with self.database.read() as session:
            row = session.row("catalog.product_for_staff", id=product_id)
        return None if row is None else decode(StaffProductView, orjson.loads(row[0]))

    def product_at(self, slug: str) -> UUID | None:
        """Which product has this slug."""
        with self.database.read() as session:
            row = session.row("catalog.owners_of_slugs", slugs=[slug])
        return None if row is None else row[1]

    def staff_products(self, query: StaffProductQuery) -> Page[StaffProductCard]:
        """Products in any status, newest first."""
        page = query.paging
        status = query.status and query.status.value
        window = {"limit": page.per_page, "offset": page.offset}
        with self.database.read() as session:
            if query.narrowed:
                words = {name: value for name, value in _words(query.q).items() if name != "guesses"}
                rows = session.rows(
                    "catalog_lists.found_for_staff",
                    status=status,
                    q=query.q,
                    category=query.category,
                    in_stock=query.in_stock,
                    **words,
                    **window,
                )
                total, rows = rows[0][0], [row[1:] for row in rows if row[1] is not None]
            else:
                rows = session.rows("catalog_lists.for_staff", status=status, **window)
                total = session.value("catalog_lists.count_for_staff", status=status)
        return Page(tuple(_staff_card(row) for row in rows), page.page, page.per_page, total)

    def _paging(self, query: ProductQuery) -> dict[str, object]:
        """Which page, and what stands around a slug in an address: as JSON, as PostgreSQL puts it between quotes."""
        before, _, after = self.store.product_template.partition("{slug}")
        page = query.paging
        return {
            "limit": page.per_page,
            "offset": page.offset,
            "page": page.page,
            "url_before": orjson.dumps(before)[1:-1].decode(),
            "url_after": orjson.dumps(after)[1:-1].decode(),
        }


def _words(typed: str | None) -> dict[str, object]:
    """What a shopper typed, as the statements want it; nothing typed is no word at all."""
    words = None if typed is None else SearchWords.of(typed)
    return {
        "words": words and words.text,
        "unfinished": bool(words and words.unfinished),
        "guesses": Jsonb(
            [{"place": n, "trigrams": trigrams(word)} for n, word in enumerate(words.guessed)] if words else []
        ),
    }


def _choices(choices: Sequence[Choice]) -> Jsonb | None:
    return Jsonb([{"name": choice.name, "wanted": choice.wanted} for choice in choices]) if choices else None


def _leads_alone(query: ProductQuery) -> bool:
    """Whether the leading facet says all about options: then variants need not be looked at."""
    return query.q is None and query.tag is None and len(query.options) == 1


def _leading(query: ProductQuery) -> list[str] | None:
    """The facets one of which every product has that is asked for; any name will do, the others are checked."""
    for kind, choices in (("option", query.options), ("attribute", query.attributes)):
        for choice in choices:
            return [f"{kind}:{choice.name}\x1f{value}" for value in choice.wanted]
    return None


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
