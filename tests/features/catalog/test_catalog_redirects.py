"""Old addresses: kept alive in one step, never in a circle, and given up on purpose only."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import pytest

from commerce_core.access.errors import PermissionDenied
from commerce_core.access.model import GUEST, SYSTEM
from commerce_core.catalog.drafts import CategoryChanges, NewCategory, NewProduct, NewVariant, ProductChanges
from commerce_core.catalog.errors import (
    RedirectNotFound,
    RedirectShadowed,
    RedirectTaken,
    RedirectVersionStale,
    SlugRetired,
    SlugTaken,
)
from commerce_core.catalog.model import Product, ProductStatus, RedirectKind
from commerce_core.catalog.redirects import NewRedirect, RedirectTarget
from commerce_core.catalog.staff_views import Address, WordQuery
from commerce_core.kernel.errors import Busy, InvalidInput
from commerce_core.kernel.money import Money
from commerce_core.wiring import Commerce

PRODUCT, CATEGORY = RedirectKind.PRODUCT, RedirectKind.CATEGORY


def _product(shop: Commerce, slug: str | None = None, title: str = "Mug", *, reuse: bool = False) -> Product:
    variants = (NewVariant(Money(100, "EUR")),)
    new = NewProduct(title, variants, slug=slug, status=ProductStatus.ACTIVE, reuse_slug=reuse)
    return shop.catalog.create_product(SYSTEM, new)


def _rename(shop: Commerce, product: Product, slug: str, *, reuse: bool = False) -> Product:
    return shop.catalog.change_product(SYSTEM, product.id, ProductChanges(slug=slug, reuse_slug=reuse))


def _redirects(shop: Commerce) -> dict[str, str]:
    page = shop.redirects.list_all(SYSTEM, WordQuery(per_page=100))
    return {r.slug: r.target_slug for r in page.items}


def test_every_address_a_product_ever_had_leads_to_it_in_one_step(shop: Commerce) -> None:
    mug = _product(shop, "a")
    for slug in "bcdef":
        _rename(shop, mug, slug)

    assert _redirects(shop) == dict.fromkeys("abcde", "f")
    for old in "abcde":
        assert shop.redirects.target(PRODUCT, old) == Address(PRODUCT, "f")
    assert shop.redirects.target(PRODUCT, "f") is None


def test_a_product_may_go_back_where_it_was(shop: Commerce) -> None:
    mug = _product(shop, "a")
    for slug in "bcab":
        _rename(shop, mug, slug)

    assert _redirects(shop) == {"a": "b", "c": "b"}


def test_an_old_address_is_taken_over_on_purpose_only(shop: Commerce) -> None:
    mug = _product(shop, "mug")
    _rename(shop, mug, "cup")

    with pytest.raises(SlugRetired):
        _product(shop, "mug")
    assert _product(shop, title="Mug").slug.value == "mug-2"
    assert shop.redirects.target(PRODUCT, "mug") == Address(PRODUCT, "cup")

    _product(shop, "mug", reuse=True)
    assert _redirects(shop) == {}
    assert shop.catalog.product("mug").slug == "mug"


def test_an_archived_product_gives_its_address_up_on_purpose_only(shop: Commerce) -> None:
    old = _product(shop, "mug")
    other = _product(shop, "cup")
    with pytest.raises(SlugTaken):
        _product(shop, "mug", reuse=True)
    shop.catalog.change_product(SYSTEM, old.id, ProductChanges(status=ProductStatus.ARCHIVED))

    with pytest.raises(SlugRetired):
        _rename(shop, other, "mug")
    assert shop.catalog.staff_product(SYSTEM, other.id).version == 1
    _rename(shop, other, "mug", reuse=True)

    found = shop.catalog.staff_product(SYSTEM, old.id)
    assert (found.slug, found.status, found.version) == ("mug-2", ProductStatus.ARCHIVED, 3)
    assert shop.catalog.product("mug").id == other.id
    assert shop.redirects.target(PRODUCT, "cup") == Address(PRODUCT, "mug")


def test_an_old_address_leads_nowhere_while_shoppers_cannot_see_the_page(shop: Commerce) -> None:
    mug = _rename(shop, _product(shop, "mug"), "cup")
    shop.catalog.change_product(SYSTEM, mug.id, ProductChanges(status=ProductStatus.DRAFT))

    assert shop.redirects.target(PRODUCT, "mug") is None

    shop.catalog.change_product(SYSTEM, mug.id, ProductChanges(status=ProductStatus.ACTIVE))
    assert shop.redirects.target(PRODUCT, "mug") == Address(PRODUCT, "cup")


def test_a_deleted_page_takes_its_old_addresses_along(shop: Commerce) -> None:
    mug = _rename(shop, _product(shop, "mug"), "cup")

    shop.catalog.delete_product(SYSTEM, mug.id)

    assert _redirects(shop) == {}
    assert _product(shop, "mug").slug.value == "mug"


def test_categories_keep_their_old_addresses_too(shop: Commerce) -> None:
    category = shop.categories.create(SYSTEM, NewCategory("Kitchen"))
    for slug in ("cuisine", "kueche"):
        shop.categories.change(SYSTEM, category, CategoryChanges(slug=slug))
    _product(shop, "kitchen")  # A product's address is another.

    assert _redirects(shop) == {"kitchen": "kueche", "cuisine": "kueche"}
    assert shop.redirects.target(CATEGORY, "kitchen") == Address(CATEGORY, "kueche")
    with pytest.raises(SlugRetired):
        shop.categories.create(SYSTEM, NewCategory("Kitchen"))
    shop.categories.create(SYSTEM, NewCategory("Kitchen", reuse_slug=True))
    assert _redirects(shop) == {"cuisine": "kueche"}


def test_a_redirect_by_hand_follows_what_moved_and_moves_with_it(shop: Commerce) -> None:
    mug = _rename(shop, _product(shop, "mug"), "cup")

    made = shop.redirects.create(SYSTEM, NewRedirect(CATEGORY, "mugs", PRODUCT, "mug"))
    assert (made.target_type, made.target_slug, made.manual) == (PRODUCT, "cup", True)
    _rename(shop, mug, "bowl")
    assert shop.redirects.target(CATEGORY, "mugs") == Address(PRODUCT, "bowl")

    bath = shop.categories.create(SYSTEM, NewCategory("Bath"))
    found = shop.redirects.find(SYSTEM, made.id)
    shop.redirects.change(SYSTEM, made.id, RedirectTarget(CATEGORY, "bath"), found.version)
    assert shop.redirects.target(CATEGORY, "mugs") == Address(CATEGORY, "bath")
    shop.categories.delete(SYSTEM, bath)
    assert "mugs" not in _redirects(shop)


def test_who_led_to_an_archived_page_is_led_on(shop: Commerce) -> None:
    """A→B by renaming, then B→C by hand: A→C."""
    mug = _rename(shop, _product(shop, "a"), "b")
    _product(shop, "c")
    shop.catalog.change_product(SYSTEM, mug.id, ProductChanges(status=ProductStatus.ARCHIVED))

    shop.redirects.create(SYSTEM, NewRedirect(PRODUCT, "b", PRODUCT, "c"))

    assert _redirects(shop) == {"a": "c", "b": "c"}


@pytest.mark.parametrize(
    ("new", "refusal"),
    [
        (NewRedirect(PRODUCT, "cup", PRODUCT, "bowl"), RedirectShadowed),
        (NewRedirect(PRODUCT, "mug", PRODUCT, "bowl"), RedirectTaken),
        (NewRedirect(PRODUCT, "free", PRODUCT, "nothing"), InvalidInput),
        (NewRedirect(PRODUCT, "free", CATEGORY, "bowl"), InvalidInput),
        (NewRedirect(PRODUCT, "free", PRODUCT, "free"), InvalidInput),
    ],
)
def test_a_redirect_that_makes_no_sense_is_refused(shop: Commerce, new: NewRedirect, refusal: type[Exception]) -> None:
    _rename(shop, _product(shop, "mug"), "cup")
    _product(shop, "bowl")
    before = _redirects(shop)

    with pytest.raises(refusal):
        shop.redirects.create(SYSTEM, new)
    with pytest.raises(PermissionDenied):
        shop.redirects.create(GUEST, NewRedirect(PRODUCT, "free", PRODUCT, "cup"))

    assert _redirects(shop) == before


def test_redirects_never_lead_in_a_circle(shop: Commerce) -> None:
    one, two = _product(shop, "one"), _product(shop, "two")
    for product in (one, two):
        shop.catalog.change_product(SYSTEM, product.id, ProductChanges(status=ProductStatus.ARCHIVED))
    shop.redirects.create(SYSTEM, NewRedirect(PRODUCT, "one", PRODUCT, "two"))

    with pytest.raises(InvalidInput) as refused:
        shop.redirects.create(SYSTEM, NewRedirect(PRODUCT, "two", PRODUCT, "one"))

    assert refused.value.errors[0].code == "redirect-loop"
    assert _redirects(shop) == {"one": "two"}


def test_a_redirect_is_changed_and_deleted_by_who_has_seen_it(shop: Commerce) -> None:
    _product(shop, "cup")
    made = shop.redirects.create(SYSTEM, NewRedirect(PRODUCT, "mug", PRODUCT, "cup"))

    with pytest.raises(RedirectVersionStale):
        shop.redirects.change(SYSTEM, made.id, RedirectTarget(PRODUCT, "cup"), 7)
    with pytest.raises(RedirectVersionStale):
        shop.redirects.delete(SYSTEM, made.id, 7)
    with pytest.raises(RedirectNotFound):
        shop.redirects.delete(SYSTEM, uuid4())
    assert _redirects(shop) == {"mug": "cup"}

    shop.redirects.delete(SYSTEM, made.id, made.version)
    assert _redirects(shop) == {}


def test_renaming_and_redirecting_at_once_leaves_no_redirect_to_a_redirect(shop: Commerce) -> None:
    products = [_product(shop, f"p-{n}") for n in range(4)]

    def rename(product: Product) -> UUID | None:
        try:
            return _rename(shop, product, f"{product.slug.value}-new").id
        except Busy:
            return None

    def redirect(product: Product) -> UUID | None:
        try:
            address = NewRedirect(CATEGORY, f"old-{product.slug.value}", PRODUCT, product.slug.value)
            return shop.redirects.create(SYSTEM, address).id
        except Busy:
            return None

    with ThreadPoolExecutor(8) as threads:
        done = [threads.submit(work, product) for product in products for work in (rename, redirect)]
        assert all(future.result() for future in done)

    found = _redirects(shop)
    assert len(found) == 8
    assert set(found.values()) == {f"p-{n}-new" for n in range(4)}
