"""What a product refuses to become, and how a draft is checked."""

from itertools import product as pairs
from uuid import uuid4

import pytest
from attrs import evolve

from commerce_core.catalog.drafts import NewCategory, NewImage, NewProduct, NewVariant, ProductChanges, SeoChanges
from commerce_core.catalog.errors import ProductStatusConflict, TooManyImages
from commerce_core.catalog.model import (
    MAX_IMAGES,
    NEXT,
    Product,
    ProductId,
    ProductImage,
    ProductStatus,
    Variant,
    VariantId,
)
from commerce_core.catalog.tags import NewTag
from commerce_core.kernel.errors import InvalidInput
from commerce_core.kernel.html import SafeHtml
from commerce_core.kernel.money import Money
from commerce_core.kernel.slug import Slug
from commerce_core.kernel.unset import UNSET

EUR = "EUR"


def _variant(position: int, price: int, *values: str) -> Variant:
    return Variant(VariantId(uuid4()), position, None, None, values, Money(price, EUR), None, 0, True, True)


def _product(*variants: Variant, status: ProductStatus = ProductStatus.DRAFT) -> Product:
    return Product(
        ProductId(uuid4()), Slug("mug"), "Mug", SafeHtml(""), status, None, (), variants or (_variant(1, 100),)
    )


@pytest.mark.parametrize(("status", "wanted"), list(pairs(ProductStatus, ProductStatus)))
def test_a_status_follows_another_only_where_the_table_says_so(status: ProductStatus, wanted: ProductStatus) -> None:
    product = _product(status=status)

    if wanted is status or wanted in NEXT[status]:
        product.must_become(wanted)
    else:
        with pytest.raises(ProductStatusConflict):
            product.must_become(wanted)


def test_nothing_comes_straight_from_the_archive_into_the_shop() -> None:
    assert NEXT[ProductStatus.ARCHIVED] == {ProductStatus.DRAFT}


def test_the_price_from_is_that_of_the_cheapest_variant_and_of_several_the_first() -> None:
    dear, first, second = _variant(1, 200, "L"), _variant(2, 100, "M"), _variant(3, 100, "S")

    assert _product(dear, second, first).cheapest == first


def test_a_picture_put_first_moves_the_others_on() -> None:
    product = _product().with_image(uuid4(), "/a", "", None).with_image(uuid4(), "/b", "", None)

    product = product.with_image(uuid4(), "/cover", "", 1)

    assert [(image.url, image.position) for image in product.images] == [("/cover", 1), ("/a", 2), ("/b", 3)]
    assert product.cover == product.images[0]


def test_a_product_has_room_for_so_many_pictures_and_no_more() -> None:
    full = evolve(_product(), images=tuple(ProductImage(uuid4(), f"/{n}", "", n) for n in range(1, MAX_IMAGES + 1)))

    with pytest.raises(TooManyImages):
        full.with_image(uuid4(), "/one-more", "", None)


def test_a_change_that_changes_nothing_is_no_new_version() -> None:
    product = _product()

    assert product.changed(product) is None
    changed = product.changed(evolve(product, title="Cup"))
    assert changed is not None
    assert changed.version == 2


PRICE = Money(100, EUR)


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"title": " "}, "/title"),
        ({"title": "a\x00b"}, "/title"),
        ({"title": "x" * 256}, "/title"),
        ({"title": "★"}, "/slug"),
        ({"slug": "Upper"}, "/slug"),
        ({"description_html": "\ud800"}, "/description_html"),
        ({"variants": ()}, "/variants"),
        ({"variants": (NewVariant(PRICE, ("S",)),)}, "/variants/0/option_values"),
        ({"variants": (NewVariant(PRICE), NewVariant(PRICE))}, "/variants/1/option_values"),
        ({"option_names": ("Size", "size"), "variants": (NewVariant(PRICE, ("S", "M")),)}, "/option_names/1"),
        (
            {"option_names": ("A", "B"), "variants": (NewVariant(PRICE, ("x", "y")), NewVariant(PRICE, ("X", "z")))},
            "/variants/1/option_values",
        ),
        ({"tags": ("★",)}, "/tags/0"),
        ({"vendor": ""}, "/vendor"),
    ],
)
def test_a_draft_says_which_field_is_wrong(changes: dict[str, object], pointer: str) -> None:
    values: dict[str, object] = {"title": "Mug", "variants": (NewVariant(PRICE),), **changes}

    with pytest.raises(InvalidInput) as refused:
        NewProduct(**values)  # type: ignore[arg-type]

    assert pointer in {error.pointer for error in refused.value.errors}


@pytest.mark.parametrize("url", ["javascript:alert(1)", "//evil.example/a.png", "data:image/png;base64,AA", "", "a b"])
def test_a_picture_is_on_the_web_or_on_this_server(url: str) -> None:
    with pytest.raises(InvalidInput):
        NewImage(url)


def test_a_former_price_is_above_the_price() -> None:
    with pytest.raises(InvalidInput):
        NewVariant(PRICE, compare_at_price=PRICE)


def test_names_and_codes_are_kept_without_the_white_space_around_them() -> None:
    variant = NewVariant(PRICE, (" S\u00a0",), sku=" MUG-S\u2003", barcode=" 4006381333931 ")
    draft = NewProduct(" Mug ", (variant,), vendor=" Mill ", option_names=(" Size ",), tags=(" new ",))
    changes = ProductChanges(title=" Cup ", vendor=None, tags=(" old ",))
    seo = SeoChanges(meta_title=" Cup ", meta_description=None)

    assert (variant.option_values, variant.sku, variant.barcode) == (("S",), "MUG-S", "4006381333931")
    assert (draft.title, draft.vendor, draft.option_names, draft.tags) == ("Mug", "Mill", ("Size",), ("new",))
    assert (changes.title, changes.vendor, changes.tags) == ("Cup", None, ("old",))
    assert (seo.meta_title, seo.meta_description, seo.noindex) == ("Cup", None, UNSET)
    assert (NewCategory(" Cups ").title, NewTag(" new ").title, NewImage("/a", " front ").alt) == (
        "Cups",
        "new",
        "front",
    )


def test_changes_are_checked_where_they_are_given() -> None:
    assert ProductChanges().title is ProductChanges().slug

    with pytest.raises(InvalidInput) as refused:
        ProductChanges(title="", slug="No", vendor="", tags=("",))

    assert [e.pointer for e in refused.value.errors] == ["/title", "/vendor", "/slug", "/tags/0", "/tags/0"]
