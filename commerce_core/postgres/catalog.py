"""The catalogue in PostgreSQL: writes."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from uuid import UUID

from attrs import asdict, frozen
from psycopg.errors import UniqueViolation
from psycopg.types.json import Jsonb

from commerce_core.catalog.model import (
    CategoryId,
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
from commerce_core.kernel.ids import NewId, uuid7
from commerce_core.kernel.money import Money
from commerce_core.kernel.slug import Slug
from commerce_core.kernel.transaction import TransactionConflict
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
        products = self.session.rows("catalog.lock_products", ids=ids, slugs=slugs)
        if not products:
            return
        found = [row[1] for row in products]
        sent = {
            part: self.session.send(f"catalog.{part}_of", ids=found)
            for part in ("variants", "images", "categories", "tags", "seo")
        }
        parts = {part: _by_product(cursor.fetchall()) for part, cursor in sent.items()}
        for row in products:
            yield _product(row[1:], {part: rows.get(row[1], []) for part, rows in parts.items()})

    def write(self, changes: Sequence[Change]) -> None:
        """Add and change products, one statement for each table that is concerned."""
        now = self.session.now
        with _losing_a_race():
            written = self.session.send(
                "catalog.write_products", now=now, products=Jsonb([_product_row(change.after) for change in changes])
            )
            if images := [row for change in changes for row in _new_images(change)]:
                self.session.send("catalog.write_images", now=now, images=Jsonb(images))
            if variants := [row for change in changes for row in _new_variants(change)]:
                written = self.session.send("catalog.write_variants", now=now, variants=Jsonb(variants))
            self._write_links(changes)
            written.fetchall()  # Waits, for all that was sent: whether a race was lost is known here.

    def _write_links(self, changes: Sequence[Change]) -> None:
        for name, column in (("categories", "category_ids"), ("tags", "tag_ids")):
            before = [frozenset() if c.before is None else getattr(c.before, column) for c in changes]
            different = [c.after for c, old in zip(changes, before, strict=True) if getattr(c.after, column) != old]
            if different:
                pairs = [(product.id, linked) for product in different for linked in sorted(getattr(product, column))]
                self.session.send(
                    f"catalog.write_{name}_of",
                    ids=[product.id for product in different],
                    product_ids=[product_id for product_id, _ in pairs],
                    **{column: [linked for _, linked in pairs]},
                )
        if seo := [c.after for c in changes if c.after.seo != (Seo() if c.before is None else c.before.seo)]:
            self.session.send("catalog.write_seo", seo=Jsonb([{"product_id": str(p.id), **asdict(p.seo)} for p in seo]))

    def slug_owners(self, slugs: Iterable[str]) -> Mapping[str, UUID]:
        """Which product has which of these slugs."""
        return dict(self.session.rows("catalog.owners_of_slugs", slugs=list(slugs)))

    def sku_owners(self, skus: Iterable[str]) -> Mapping[str, UUID]:
        """Which product has which of these SKUs."""
        return dict(self.session.rows("catalog.owners_of_skus", skus=list(skus)))

    def free_slug(self, wish: Slug) -> Slug:
        """The wish, or the first numbered one that is free."""
        return Slug(self.session.value("catalog.free_slug", slug=wish.value))


@frozen
class PostgresCategories:
    """Reads and writes categories in the transaction of the session."""

    session: Session

    def missing(self, ids: Iterable[UUID]) -> Sequence[UUID]:
        """Those of these ids that no category has."""
        asked = list(ids)
        known = {row[0] for row in self.session.rows("catalog.known_categories", ids=asked)}
        return [category_id for category_id in asked if category_id not in known]

    def by_titles(self, titles: Iterable[str]) -> Mapping[str, CategoryId]:
        """The categories with these titles."""
        return dict(self.session.rows("catalog.categories_titled", titles=[title.lower() for title in titles]))

    def by_slug(self, slug: Slug) -> CategoryId | None:
        """The category with this slug."""
        row = self.session.row("catalog.category_by_slug", slug=slug.value)
        return None if row is None else row[0]

    def add(self, category_id: CategoryId, title: str, slug: Slug, parent_id: UUID | None) -> None:
        """Add a category behind its siblings."""
        with _losing_a_race():
            self.session.row("catalog.add_category", id=category_id, title=title, slug=slug.value, parent_id=parent_id)


@frozen
class PostgresTags:
    """Reads and writes tags in the transaction of the session."""

    session: Session
    new_id: NewId = uuid7

    def ensure(self, titles: Iterable[str]) -> Mapping[str, UUID]:
        """The tag of each title, made where it is missing."""
        slugs = {title: Slug.of(title).value for title in titles}
        if not slugs:
            return {}
        known = self._known(slugs.values())
        # The first spelling of a slug gives the title.
        new = {slug: title for title, slug in reversed(slugs.items()) if slug not in known}
        if new:
            self.session.send(
                "catalog.add_tags", ids=[self.new_id() for _ in new], slugs=list(new), titles=list(new.values())
            )
            known = self._known(slugs.values())
        return {title: known[slug] for title, slug in slugs.items()}

    def _known(self, slugs: Iterable[str]) -> dict[str, UUID]:
        return dict(self.session.rows("catalog.tags_by_slug", slugs=list(slugs)))


@contextmanager
def _losing_a_race() -> Iterator[None]:
    """The owners of slugs and SKUs were asked before; who finds one taken now has to ask again."""
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
        version=row[7],
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
        "price_from_amount": cheapest.price.amount,
        "compare_at_price_from_amount": None if cheapest.compare_at_price is None else cheapest.compare_at_price.amount,
        "currency": cheapest.price.currency,
        "image_url": cover and cover.url,
        "image_alt": cover.alt if cover else "",
        "version": product.version,
    }


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
            }
