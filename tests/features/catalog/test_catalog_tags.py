"""Tags put in order."""

from uuid import uuid4

import pytest

from commerce_core.access.errors import PermissionDenied
from commerce_core.access.model import GUEST, SYSTEM
from commerce_core.catalog.drafts import NewProduct, NewVariant, ProductChanges
from commerce_core.catalog.errors import ProductVersionStale, SlugTaken, TagNotFound, TagVersionStale
from commerce_core.catalog.model import Product, ProductStatus
from commerce_core.catalog.queries import ProductQuery
from commerce_core.catalog.staff_views import WordQuery
from commerce_core.catalog.tags import NewTag, TagChanges
from commerce_core.kernel.errors import InvalidInput
from commerce_core.kernel.money import Money
from commerce_core.wiring import Commerce


def _product(shop: Commerce, title: str, *tags: str) -> Product:
    variants = (NewVariant(Money(100, "EUR")),)
    return shop.catalog.create_product(SYSTEM, NewProduct(title, variants, tags=tags, status=ProductStatus.ACTIVE))


def _tags(shop: Commerce, query: WordQuery | None = None) -> dict[str, int]:
    return {tag.slug: tag.products for tag in shop.tags.list_all(SYSTEM, query or WordQuery()).items}


def _tag(shop: Commerce, slug: str):  # type: ignore[no-untyped-def]
    return next(tag for tag in shop.tags.list_all(SYSTEM, WordQuery()).items if tag.slug == slug)


def test_tags_are_counted_and_found_by_how_they_begin(shop: Commerce) -> None:
    _product(shop, "Mug", "Gift", "Kitchen")
    _product(shop, "Cup", "gift")
    made = shop.tags.create(SYSTEM, NewTag("Very new"))

    assert _tags(shop) == {"gift": 2, "kitchen": 1, "very-new": 0}
    assert _tags(shop, WordQuery("VERY")) == {"very-new": 0}
    assert shop.tags.find(SYSTEM, made.id).title == "Very new"
    with pytest.raises(SlugTaken):
        shop.tags.create(SYSTEM, NewTag("GIFT"))
    assert len(_tags(shop)) == 3


def test_a_renamed_tag_is_renamed_everywhere_and_in_the_search(shop: Commerce) -> None:
    _product(shop, "Mug", "Gift")
    tag = _tag(shop, "gift")

    changed = shop.tags.change(SYSTEM, tag.id, TagChanges(title="Présent"), tag.version)

    assert (changed.slug.value, changed.version) == ("present", 2)
    assert [t.title for t in shop.catalog.product("mug").tags] == ["Présent"]
    assert shop.catalog.products(ProductQuery(tag="present")).total == 1
    assert shop.catalog.products(ProductQuery(q="present")).total == 1
    assert shop.catalog.products(ProductQuery(q="gift")).total == 0
    assert shop.tags.change(SYSTEM, tag.id, TagChanges(slug="for-you")).title == "Présent"


def test_two_tags_become_one_and_nobody_has_it_twice(shop: Commerce) -> None:
    both, only = _product(shop, "Mug", "Gift", "Gifts"), _product(shop, "Cup", "Gifts")
    gift, gifts = _tag(shop, "gift"), _tag(shop, "gifts")

    stays = shop.tags.merge(SYSTEM, gifts.id, gift.id, gifts.version)

    assert stays.slug.value == "gift"
    assert _tags(shop) == {"gift": 2}
    assert [t.slug for t in shop.catalog.product("cup").tags] == ["gift"]
    assert shop.catalog.products(ProductQuery(tag="gift")).total == 2
    for product in (both, only):  # Whoever read them before would bring the old tag back.
        with pytest.raises(ProductVersionStale):
            shop.catalog.change_product(SYSTEM, product.id, ProductChanges(tags=("Gifts",)), product.version)
    assert _tags(shop) == {"gift": 2}


def test_a_deleted_tag_is_gone_from_its_products(shop: Commerce) -> None:
    _product(shop, "Mug", "Gift", "Kitchen")

    shop.tags.delete(SYSTEM, _tag(shop, "gift").id)

    assert [t.slug for t in shop.catalog.product("mug").tags] == ["kitchen"]
    assert shop.catalog.products(ProductQuery(q="gift")).total == 0


def test_what_cannot_be_done_to_a_tag_changes_nothing(shop: Commerce) -> None:
    _product(shop, "Mug", "Gift", "Kitchen")
    gift, kitchen, before = _tag(shop, "gift"), _tag(shop, "kitchen"), _tags(shop)

    with pytest.raises(SlugTaken):
        shop.tags.change(SYSTEM, gift.id, TagChanges(title="Kitchen"))
    with pytest.raises(TagVersionStale):
        shop.tags.change(SYSTEM, gift.id, TagChanges(title="X"), 7)
    with pytest.raises(TagVersionStale):
        shop.tags.merge(SYSTEM, gift.id, kitchen.id, 7)
    with pytest.raises(InvalidInput):
        shop.tags.merge(SYSTEM, gift.id, gift.id)
    with pytest.raises(TagNotFound):
        shop.tags.merge(SYSTEM, gift.id, uuid4())
    with pytest.raises(TagNotFound):
        shop.tags.delete(SYSTEM, uuid4())
    with pytest.raises(TagVersionStale):
        shop.tags.delete(SYSTEM, gift.id, 7)
    with pytest.raises(PermissionDenied):
        shop.tags.delete(GUEST, gift.id)
    with pytest.raises(InvalidInput):
        TagChanges(title="★")

    assert _tags(shop) == before
    assert [t.title for t in shop.catalog.product("mug").tags] == ["Gift", "Kitchen"]
