"""What operators do with products, on a real database."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import psycopg
import pytest

from commerce_core.access.errors import PermissionDenied
from commerce_core.access.model import GUEST, SYSTEM
from commerce_core.catalog.drafts import NewCategory, NewImage, NewProduct, NewVariant, ProductChanges
from commerce_core.catalog.errors import (
    CategoryNotFound,
    ProductNotFound,
    ProductStatusConflict,
    ProductVersionStale,
    SkuTaken,
    SlugTaken,
)
from commerce_core.catalog.model import Product, ProductStatus
from commerce_core.catalog.queries import StaffProductQuery
from commerce_core.kernel.errors import Busy, CommerceError, InvalidInput
from commerce_core.kernel.money import Money
from commerce_core.wiring import Commerce

PRICE = Money(1990, "EUR")


def _create(
    shop: Commerce,
    title: str = "Blue mug",
    *,
    sku: str | None = None,
    slug: str | None = None,
    tags: tuple[str, ...] = (),
    category_ids: tuple[UUID, ...] = (),
    description_html: str = "",
    status: ProductStatus = ProductStatus.DRAFT,
) -> Product:
    new = NewProduct(
        title,
        (NewVariant(PRICE, sku=sku),),
        slug=slug,
        tags=tags,
        category_ids=category_ids,
        description_html=description_html,
        status=status,
    )
    return shop.catalog.create_product(SYSTEM, new)


def _rows(database_url: str, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(database_url) as connection:
        return connection.execute(query).fetchall()  # type: ignore[arg-type]


def test_a_product_comes_back_as_it_was_created(shop: Commerce) -> None:
    created = _create(shop, tags=("Gift", "gift", "New"), description_html="<p onclick='x'>Tea<script>1</script></p>")

    with shop.catalog.begin() as work:
        assert work.products.lock(created.id) == created
    assert len(created.tag_ids) == 2
    assert created.description.markup == "<p>Tea</p>"
    found = shop.catalog.staff_product(SYSTEM, created.id)
    assert [tag.title for tag in found.tags] == ["Gift", "New"]
    assert found.description_html == "<p>Tea</p>"


def test_a_taken_title_gets_a_numbered_slug_and_a_taken_slug_is_refused(shop: Commerce) -> None:
    slugs = [_create(shop).slug.value for _ in range(3)]

    assert slugs == ["blue-mug", "blue-mug-2", "blue-mug-3"]
    with pytest.raises(SlugTaken):
        _create(shop, slug="blue-mug-2")
    with pytest.raises(SlugTaken):
        shop.catalog.change_product(SYSTEM, _create(shop).id, ProductChanges(slug="blue-mug"))


def test_a_slug_as_long_as_may_be_can_still_be_numbered(shop: Commerce) -> None:
    first, second = _create(shop, "word " * 51), _create(shop, "word " * 51)

    assert second.slug.value.endswith("-2")
    assert len(second.slug.value) <= len(first.slug.value) <= 200


def test_every_change_is_a_version_an_event_and_an_audit_entry(shop: Commerce, database_url: str) -> None:
    product = _create(shop)

    changed = shop.catalog.change_product(SYSTEM, product.id, ProductChanges(title="Red mug", vendor="Us"))
    shop.catalog.change_product(SYSTEM, product.id, ProductChanges(title="Red mug"))
    shop.images.add(SYSTEM, product.id, NewImage("/media/a.png"))

    assert (changed.version, shop.catalog.staff_product(SYSTEM, product.id).version) == (2, 3)
    events = _rows(database_url, "SELECT payload ->> 'version' FROM outbox_events ORDER BY id")
    assert events == [("1",), ("2",), ("3",)]
    audit = _rows(database_url, "SELECT action, changes -> 'title' ->> 'after' FROM audit_logs ORDER BY id")
    assert audit == [("product.created", "Blue mug"), ("product.changed", "Red mug"), ("product.changed", None)]


def test_lists_are_replaced_as_a_whole_and_what_is_unset_stays(shop: Commerce) -> None:
    one = shop.categories.create(SYSTEM, NewCategory("One"))
    two = shop.categories.create(SYSTEM, NewCategory("Two"))
    product = _create(shop, tags=("a", "b"), category_ids=(one,))

    shop.catalog.change_product(SYSTEM, product.id, ProductChanges(tags=("b", "c"), category_ids=(two,)))
    shop.catalog.change_product(SYSTEM, product.id, ProductChanges(title="Renamed"))

    found = shop.catalog.staff_product(SYSTEM, product.id)
    assert [tag.slug for tag in found.tags] == ["b", "c"]
    assert [category.title for category in found.categories] == ["Two"]


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        (ProductChanges(title="New", category_ids=(uuid4(),)), CategoryNotFound),
        (ProductChanges(title="New", status=ProductStatus.ACTIVE), ProductStatusConflict),
    ],
)
def test_a_refused_change_changes_nothing(
    shop: Commerce, changes: ProductChanges, refusal: type[CommerceError]
) -> None:
    product = _create(shop, status=ProductStatus.ARCHIVED)

    with pytest.raises(refusal):
        shop.catalog.change_product(SYSTEM, product.id, changes)

    found = shop.catalog.staff_product(SYSTEM, product.id)
    assert (found.title, found.version) == ("Blue mug", 1)


def test_a_stale_version_an_unknown_product_and_a_stranger_are_refused(shop: Commerce) -> None:
    product = _create(shop)

    with pytest.raises(ProductVersionStale):
        shop.catalog.change_product(SYSTEM, product.id, ProductChanges(title="X"), expected_version=7)
    with pytest.raises(ProductNotFound):
        shop.catalog.change_product(SYSTEM, uuid4(), ProductChanges(title="X"))
    with pytest.raises(PermissionDenied):
        shop.catalog.create_product(GUEST, NewProduct("X", (NewVariant(PRICE),)))
    with pytest.raises(PermissionDenied):
        shop.catalog.list_products(GUEST, StaffProductQuery())


def test_a_sku_belongs_to_one_product_and_a_price_to_one_currency(shop: Commerce) -> None:
    _create(shop, sku="MUG")

    with pytest.raises(SkuTaken):
        _create(shop, sku="MUG")
    with pytest.raises(InvalidInput) as refused:
        shop.catalog.create_product(SYSTEM, NewProduct("X", (NewVariant(Money(1, "USD")),)))

    assert refused.value.errors[0].pointer == "/variants/0/price/currency"
    assert shop.catalog.list_products(SYSTEM, StaffProductQuery()).total == 1


def test_many_at_once_with_one_title_all_get_a_slug_of_their_own(shop: Commerce) -> None:
    def create(_: int) -> str | None:
        try:
            return _create(shop, "Same").slug.value
        except Busy:
            return None

    with ThreadPoolExecutor(8) as threads:
        slugs = [slug for slug in threads.map(create, range(16)) if slug]

    assert len(set(slugs)) == len(slugs) == 16
    assert shop.catalog.list_products(SYSTEM, StaffProductQuery()).total == len(slugs)


def test_categories_refuse_unknown_parents_and_taken_slugs(shop: Commerce) -> None:
    shop.categories.create(SYSTEM, NewCategory("Kitchen"))

    with pytest.raises(SlugTaken):
        shop.categories.create(SYSTEM, NewCategory("Kitchen"))
    with pytest.raises(CategoryNotFound):
        shop.categories.create(SYSTEM, NewCategory("Mugs", parent_id=uuid4()))

    assert [category.title for category in shop.catalog.categories()] == ["Kitchen"]
