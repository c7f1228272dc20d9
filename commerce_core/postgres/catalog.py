"""The catalogue in PostgreSQL: writes."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from uuid import UUID

from attrs import asdict, frozen
from psycopg import Cursor
from psycopg.errors import UniqueViolation
from psycopg.types.json import Jsonb

from commerce_core.catalog.model import (
    Product,
    ProductId,
    ProductImage,
    ProductStatus,
    Seo,
    Variant,
    VariantId,
)
from commerce_core.catalog.ports import Change
from commerce_core.kernel.html import SafeHtml
from commerce_core.kernel.money import Money
from commerce_core.kernel.slug import Slug
from commerce_core.kernel.tax_class import TaxClass
from commerce_core.kernel.transaction import TransactionConflict
from commerce_core.postgres.catalog_search import PostgresSearchIndex
from commerce_core.postgres.database import Row, Session


@frozen
class PostgresProducts:
    """Loads and writes whole products, many at a time."""

    session: Session

    def lock(self, product_id: UUID) -> Product | None:
        """The product, locked."""
        return next(iter(self._locked(ids=[product_id], slugs=[])), None)

    def lock_by_slugs(self, slugs: Iterable[str]) -> Mapping[str, Product]:
        """Those of these slugs that exist, locked."""
        return {product.slug.value: product for product in self._locked(ids=[], slugs=list(slugs))}

    def _locked(self, *, ids: list[UUID], slugs: list[str]) -> Iterator[Product]:
        products = self.session.all_locked(self.session.send("catalog.lock_products", ids=ids, slugs=slugs))
        if not products:
            return
        found = [row[0] for row in products]
        sent = {
            part: self.session.send(f"catalog.{part}_of", ids=found)
            for part in ("variants", "images", "categories", "tags", "seo")
        }
        parts = {part: _by_product(cursor.fetchall()) for part, cursor in sent.items()}
        for row in products:
            yield _product(row, {part: rows.get(row[0], []) for part, rows in parts.items()})

    def write(self, changes: Sequence[Change]) -> None:
        """Add and change products, one statement for each table that is concerned."""
        now = self.session.now
        with losing_a_race():
            sent = [
                self.session.send(
                    "catalog.write_products",
                    now=now,
                    products=Jsonb([_product_row(change.after) for change in changes]),
                )
            ]
            if gone := [id_ for change in changes for id_ in _gone(change, "variants")]:
                sent.append(self.session.send("catalog.remove_variants", ids=gone))
            if images := [row for change in changes for row in _new_images(change)]:
                sent.append(self.session.send("catalog.write_images", now=now, images=Jsonb(images)))
            if variants := [row for change in changes for row in _new_variants(change)]:
                sent.append(self.session.send("catalog.write_variants", now=now, variants=Jsonb(variants)))
            if gone := [id_ for change in changes for id_ in _gone(change, "images")]:
                sent.append(self.session.send("catalog.remove_images", ids=gone))
            sent += [*self._write_prices(changes), *self._write_links(changes)]
            for cursor in sent:
                cursor.fetchall()  # Whether a race was lost is known here, not at the commit.
        PostgresSearchIndex(self.session).refresh(c.after.id for c in changes if _found_otherwise(c))

    def _write_prices(self, changes: Sequence[Change]) -> Iterator[Cursor[Row]]:
        if prices := [row for change in changes for row in _new_prices(change)]:
            yield self.session.send("catalog.record_prices", now=self.session.now, prices=Jsonb(prices))
        repriced = [c.after.id for c in changes if c.before is not None and c.before.variants != c.after.variants]
        if repriced:
            yield self.session.send("catalog.tell_lowest_prices", ids=repriced)

    def _write_links(self, changes: Sequence[Change]) -> Iterator[Cursor[Row]]:
        for name, column in (("categories", "category_ids"), ("tags", "tag_ids")):
            before = [frozenset() if c.before is None else getattr(c.before, column) for c in changes]
            different = [c.after for c, old in zip(changes, before, strict=True) if getattr(c.after, column) != old]
            if different:
                pairs = [(product.id, linked) for product in different for linked in sorted(getattr(product, column))]
                yield self.session.send(
                    f"catalog.write_{name}_of",
                    ids=[product.id for product in different],
                    product_ids=[product_id for product_id, _ in pairs],
                    **{column: [linked for _, linked in pairs]},
                )
        if seo := [c.after for c in changes if c.after.seo != (Seo() if c.before is None else c.before.seo)]:
            rows = [{"product_id": str(p.id), **asdict(p.seo)} for p in seo]
            yield self.session.send("catalog.write_seo", seo=Jsonb(rows))

    def remove(self, product: Product) -> None:
        """Take a product away with everything that belongs to it."""
        with losing_a_race():
            self.session.rows("catalog.remove_product", id=product.id)

    def uses(self, variant_ids: Iterable[UUID]) -> Mapping[UUID, str]:
        """Which of these variants are in use, and where."""
        ids = list(variant_ids)
        self.session.send("catalog.lock_variants", ids=ids)
        return dict(self.session.rows("catalog.uses_of_variants", ids=ids))

    def slug_owners(self, slugs: Iterable[str]) -> Mapping[str, UUID]:
        """Which product has which of these slugs."""
        return dict(self.session.rows("catalog.owners_of_slugs", slugs=list(slugs)))

    def sku_owners(self, skus: Iterable[str]) -> Mapping[str, UUID]:
        """Which product has which of these SKUs."""
        return dict(self.session.rows("catalog.owners_of_skus", skus=list(skus)))

    def free_slug(self, wish: Slug) -> Slug:
        """The wish, or the first numbered one that is free. Whoever wishes for the same one waits."""
        self.session.send("catalog.lock_slug", slug=wish.value)
        return Slug(self.session.value("catalog.free_slug", slug=wish.value))


@contextmanager
def losing_a_race() -> Iterator[None]:
    """What is taken and what is there was asked before; who finds it otherwise now has to ask again."""
    try:
        yield
    except UniqueViolation as error:
        raise TransactionConflict from error


def _by_product(rows: Iterable[Row]) -> dict[UUID, list[Row]]:
    found: dict[UUID, list[Row]] = {}
    for row in rows:
        found.setdefault(row[0], []).append(row[1:])
    return found


def _product(row: Row, parts: Mapping[str, Sequence[Row]]) -> Product:
    return Product(
        id=ProductId(row[0]),
        slug=Slug(row[1]),
        title=row[2],
        description=SafeHtml(row[3]),
        status=ProductStatus(row[4]),
        vendor=row[5],
        option_names=tuple(row[6]),
        attributes=row[7],
        version=row[8],
        variants=tuple(_variant(variant) for variant in parts["variants"]),
        images=tuple(ProductImage(*image) for image in parts["images"]),
        category_ids=frozenset(link[0] for link in parts["categories"]),
        tag_ids=frozenset(link[0] for link in parts["tags"]),
        seo=Seo(*parts["seo"][0]) if parts["seo"] else Seo(),
    )


def _variant(row: Row) -> Variant:
    currency = row[8]
    return Variant(
        id=VariantId(row[0]),
        position=row[1],
        sku=row[2],
        barcode=row[3],
        option_values=tuple(row[5]),
        price=Money(row[6], currency),
        compare_at_price=None if row[7] is None else Money(row[7], currency),
        weight_grams=row[9] or 0,
        taxable=row[10],
        requires_shipping=row[11],
        image_id=row[12],
        tax_class=TaxClass(row[13]),
    )


def _product_row(product: Product) -> dict[str, object]:
    cheapest, cover = product.cheapest, product.cover
    return {
        "id": str(product.id),
        "slug": product.slug.value,
        "title": product.title,
        "description_html": product.description.markup,
        "description_text": product.description.text(),
        "status": product.status.value,
        "vendor": product.vendor,
        "option_names": product.option_names,
        "attributes": dict(product.attributes),
        "price_from_amount": cheapest.price.amount,
        "compare_at_price_from_amount": None if cheapest.compare_at_price is None else cheapest.compare_at_price.amount,
        "currency": cheapest.price.currency,
        "image_url": cover and cover.url,
        "image_alt": cover.alt if cover else "",
        "version": product.version,
    }


def _found_otherwise(change: Change) -> bool:
    """Whether other words or filters lead to the product now."""
    return change.before is None or _findable(change.before) != _findable(change.after)


def _findable(product: Product) -> tuple[object, ...]:
    values = [variant.option_values for variant in product.variants]
    attributes = {name: str(value) for name, value in product.attributes.items()}
    said = (product.title, product.description, product.vendor, product.tag_ids)
    return product.status, *said, product.option_names, values, attributes


def _gone(change: Change, part: str) -> list[UUID]:
    """The ids of the variants or images that the product had and has no more."""
    if change.before is None:
        return []
    left = {thing.id for thing in getattr(change.after, part)}
    return [thing.id for thing in getattr(change.before, part) if thing.id not in left]


def _new_images(change: Change) -> Iterator[dict[str, object]]:
    before = () if change.before is None else change.before.images
    for image in change.after.images:
        if image not in before:
            yield {
                "id": str(image.id),
                "product_id": str(change.after.id),
                "url": image.url,
                "alt": image.alt,
                "position": image.position,
            }


def _new_variants(change: Change) -> Iterator[dict[str, object]]:
    before = () if change.before is None else change.before.variants
    for variant in change.after.variants:
        if variant not in before:
            yield {
                "id": str(variant.id),
                "product_id": str(change.after.id),
                "position": variant.position,
                "sku": variant.sku,
                "barcode": variant.barcode,
                "title": variant.title,
                "option_values": variant.option_values,
                "price_amount": variant.price.amount,
                "compare_at_amount": None if variant.compare_at_price is None else variant.compare_at_price.amount,
                "currency": variant.price.currency,
                "weight_grams": variant.weight_grams,
                "taxable": variant.taxable,
                "requires_shipping": variant.requires_shipping,
                "image_id": variant.image_id and str(variant.image_id),
                "tax_class": variant.tax_class.value,
            }


def _new_prices(change: Change) -> Iterator[dict[str, object]]:
    """The prices that count from now on. A reduction is announced by a former price, or by another price below it."""
    before = {variant.id: variant for variant in (change.before.variants if change.before else ())}
    for variant in change.after.variants:
        old = before.get(variant.id)
        if old is None or (old.price, old.compare_at_price) != (variant.price, variant.compare_at_price):
            told = old is not None and old.compare_at_price is not None and old.price == variant.price
            yield {
                "variant_id": str(variant.id),
                "price_amount": variant.price.amount,
                "compare_at_amount": None if variant.compare_at_price is None else variant.compare_at_price.amount,
                "currency": variant.price.currency,
                "announced": old is not None and variant.compare_at_price is not None and not told,
            }
