"""What search engines may have, read from PostgreSQL: long reads in slices."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from attrs import asdict, frozen

from commerce_core.catalog.model import Seo
from commerce_core.catalog.views import CategoryPage, CategoryRef
from commerce_core.feeds import json_ld
from commerce_core.feeds.head import category_head, product_head
from commerce_core.feeds.model import Availability, Storefront, differences, public_gtin
from commerce_core.feeds.views import CategoryNode, Listing, Offer, ProductAddress
from commerce_core.kernel.money import Money
from commerce_core.postgres.database import Database

_FIRST = UUID(int=0)  # Before any product.


@frozen
class PostgresFeedReader:
    """Reads in slices of `slice_size` products, each by a statement of its own on a connection that is given back."""

    database: Database
    slice_size: int = 500

    def categories(self) -> Sequence[CategoryNode]:
        """All categories."""
        with self.database.read() as session:
            rows = session.rows("feeds.categories")
        return [CategoryNode(*row) for row in rows]

    def product_files(self, size: int, canonical: str) -> Sequence[datetime]:
        """The last change in each file of `size` products."""
        with self.database.read() as session:
            rows = session.rows("feeds.product_files", size=size, **_around(canonical))
        return [changed_at for (changed_at,) in rows]

    def product_addresses(self, skip: int, count: int, canonical: str) -> Iterator[Sequence[ProductAddress]]:
        """`count` products behind the first `skip`."""
        after = _FIRST
        if skip:
            with self.database.read() as session:
                row = session.row("feeds.last_before", skip=skip, **_around(canonical))
            if row is None:
                return
            after = row[0]
        while count:
            limit = min(count, self.slice_size)
            with self.database.read() as session:
                rows = session.rows("feeds.product_addresses", after=after, limit=limit, **_around(canonical))
            if rows:
                yield [ProductAddress(slug, changed_at, tuple(pictures)) for _, slug, changed_at, pictures in rows]
                after = rows[-1][0]
            count = count - limit if len(rows) == limit else 0

    def listings(self) -> Iterator[Sequence[Listing]]:
        """Every product with what can be bought of it."""
        after = _FIRST
        while True:
            with self.database.read() as session:
                rows = session.rows("feeds.listings", after=after, limit=self.slice_size)
            if rows:
                yield [listing(row[1]) for row in rows]
                after = rows[-1][0]
            if len(rows) < self.slice_size:
                return


def page_with_head(page: dict[str, Any], facts: Mapping[str, Any], seo: Seo, store: Storefront) -> bytes:
    """The JSON of a product's page with its head and its JSON-LD. `facts` are what `listing` needs beside the page."""
    product = listing({**page, **facts})
    page["seo"] = asdict(product_head(product, seo, store), recurse=False)
    page["json_ld"] = json_ld.product(product, store)
    page["breadcrumbs_json_ld"] = json_ld.product_breadcrumbs(
        [_category(step) for step in page["breadcrumbs"]], product, store
    )
    return orjson.dumps(page)


def category_page(
    trail: Sequence[Mapping[str, str]], below: Sequence[Mapping[str, str]] | None, seo: Seo, store: Storefront
) -> CategoryPage:
    """A category's page: `trail` leads from the top to the category itself, `below` is what it holds."""
    breadcrumbs = tuple(_category(step) for step in trail)
    here = breadcrumbs[-1]
    return CategoryPage(
        id=here.id,
        slug=here.slug,
        title=here.title,
        breadcrumbs=breadcrumbs,
        children=tuple(_category(child) for child in below or ()),
        seo=category_head(here.title, here.slug, seo, store),
        json_ld=json_ld.breadcrumbs(breadcrumbs, store),
    )


def _category(facts: Mapping[str, str]) -> CategoryRef:
    return CategoryRef(UUID(facts["id"]), facts["slug"], facts["title"])


def listing(page: Mapping[str, Any]) -> Listing:
    """The listing in the JSON of a product's page, with `description_text`, `vendor` and `backorders` beside it."""
    pictures = {image["id"]: image["url"] for image in page["images"]}
    backorders = page["backorders"] or ()
    return Listing(
        id=page["id"],
        slug=page["slug"],
        title=page["title"],
        description=page["description_text"],
        brand=page["vendor"],
        pictures=tuple(pictures.values()),
        category_ids=tuple(category["id"] for category in page["categories"]),
        offers=tuple(_offer(variant, pictures, backorders) for variant in page["variants"]),
    )


def _offer(variant: Mapping[str, Any], pictures: Mapping[str, str], backorders: Sequence[str]) -> Offer:
    former = variant["compare_at_price"]
    return Offer(
        id=variant["id"],
        key=variant["sku"] or variant["id"],
        gtin=public_gtin(variant["barcode"]),
        title=variant["title"],
        differences=differences(variant["options"]),
        price=Money(**variant["price"]),
        compare_at_price=Money(**former) if former else None,
        availability=_availability(variant, backorders),
        picture=pictures.get(variant["image_id"]),
    )


def _availability(variant: Mapping[str, Any], backorders: Sequence[str]) -> Availability:
    if variant["available"] == 0:
        return Availability.OUT_OF_STOCK
    return Availability.BACKORDER if variant["id"] in backorders else Availability.IN_STOCK


def _around(address: str) -> dict[str, str]:
    before, _, after = address.partition("{slug}")
    return {"url_before": before, "url_after": after}
