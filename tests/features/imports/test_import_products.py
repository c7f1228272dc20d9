"""Importing a file into a real shop."""

import csv
import io
from collections.abc import Iterable
from pathlib import Path

import psycopg
import pytest
from attrs import evolve

from commerce_core.access.errors import PermissionDenied
from commerce_core.access.model import GUEST, SYSTEM
from commerce_core.catalog.drafts import NewImage, NewProduct, NewVariant, ProductChanges
from commerce_core.catalog.model import Product, ProductStatus
from commerce_core.catalog.ports import Change
from commerce_core.catalog.queries import ProductQuery, StaffProductQuery
from commerce_core.catalog.views import ProductView
from commerce_core.gateways.local_media import PictureFolder
from commerce_core.imports.errors import ImportColumnsMissing
from commerce_core.imports.model import ImportReport
from commerce_core.kernel.money import Money
from commerce_core.media.model import REMOTE_RETRY, moved
from commerce_core.testing.pictures import png
from commerce_core.wiring import Commerce

PIXEL = png()
_COLUMNS = {
    "handle": "Handle",
    "title": "Title",
    "body": "Body (HTML)",
    "type": "Type",
    "tags": "Tags",
    "status": "Status",
    "name": "Option1 Name",
    "value": "Option1 Value",
    "sku": "Variant SKU",
    "tracker": "Variant Inventory Tracker",
    "qty": "Variant Inventory Qty",
    "policy": "Variant Inventory Policy",
    "price": "Variant Price",
    "image": "Image Src",
    "variant_image": "Variant Image",
    "former": "Variant Compare At Price",
    "grams": "Variant Grams",
    "taxable": "Variant Taxable",
    "ships": "Variant Requires Shipping",
}


def _file(*rows: dict[str, str]) -> Iterable[str]:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(_COLUMNS), restval="")
    writer.writerow(_COLUMNS)
    writer.writerows(rows)
    return io.StringIO(text.getvalue())


SHIRT = (
    {
        "handle": "Blue_Shirt", "title": "Blue shirt", "body": "<p>Soft<script>x</script></p>", "type": "Shirts",
        "tags": "Cotton, New", "name": "Size", "value": "S", "sku": "SH-S", "tracker": "shopify", "qty": "3",
        "price": "19.90", "image": "https://pictures.example/1.jpg",
    },
    {
        "handle": "Blue_Shirt", "value": "M", "sku": "SH-M", "tracker": "shopify", "qty": "0", "policy": "continue",
        "price": "21", "variant_image": "https://pictures.example/2.jpg",
    },
)  # fmt: skip
MUG = {"handle": "mug", "title": "Mug", "price": "5"}


def _import(shop: Commerce, *rows: dict[str, str]) -> ImportReport:
    return shop.imports.import_products(SYSTEM, _file(*rows))


def _page(shop: Commerce, slug: str) -> ProductView:
    return shop.catalog.product(slug)


def _locked(shop: Commerce, slug: str) -> Product:
    with shop.catalog.begin() as work:
        return work.products.lock_by_slugs([slug])[slug]


def _count(database_url: str, table: str) -> int:
    with psycopg.connect(database_url) as connection:
        row = connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # type: ignore[arg-type]
    assert row is not None
    return int(row[0])


def test_a_file_becomes_products_with_everything_it_says(shop: Commerce) -> None:
    report = _import(shop, *SHIRT, MUG)

    assert report == ImportReport(created=2, variants=3, images=2, units=3)
    shirt = _page(shop, "blue-shirt")
    assert shirt.description_html == "<p>Soft</p>"
    assert [category.title for category in shirt.categories] == ["Shirts"]
    assert [tag.slug for tag in shirt.tags] == ["cotton", "new"]
    small, medium = shirt.variants
    assert (small.sku, small.options, small.price, small.available) == ("SH-S", {"Size": "S"}, Money(1990, "EUR"), 3)
    assert (medium.available, medium.image_id) == (100, shirt.images[1].id)
    assert _page(shop, "mug").variants[0].available is None
    assert shop.inventory.verify(SYSTEM) == []


def test_the_same_file_again_changes_nothing(shop: Commerce, database_url: str) -> None:
    _import(shop, *SHIRT, MUG)
    before = {table: _count(database_url, table) for table in ("inventory_movements", "audit_logs", "outbox_events")}

    again = _import(shop, *SHIRT, MUG)

    assert again == ImportReport(unchanged=2)
    assert before == {table: _count(database_url, table) for table in before}
    assert before["inventory_movements"] == 1


def test_a_changed_file_updates_what_it_names_and_keeps_the_rest(shop: Commerce) -> None:
    _import(shop, *SHIRT)
    before = _page(shop, "blue-shirt")

    report = _import(
        shop,
        {**SHIRT[0], "title": "Sky shirt", "body": "", "tags": "", "price": "17.50", "qty": "50", "value": "Small"},
        {"handle": "Blue_Shirt", "value": "L", "sku": "SH-L", "price": "25", "tracker": "shopify", "qty": "1"},
    )

    assert report == ImportReport(updated=1, variants=1, units=1)
    after = _page(shop, "blue-shirt")
    assert (after.title, after.description_html, after.tags) == ("Sky shirt", before.description_html, before.tags)
    assert [(v.sku, v.title, v.price.amount, v.available) for v in after.variants] == [
        ("SH-S", "Small", 1750, 3),
        ("SH-L", "L", 2500, 1),
        ("SH-M", "M", 2100, 100),
    ]
    assert after.variants[0].id == before.variants[0].id
    assert [image.url for image in after.images] == [image.url for image in before.images]


def test_two_variants_may_swap_their_options(shop: Commerce) -> None:
    _import(shop, *SHIRT)

    _import(shop, {**SHIRT[0], "value": "M"}, {**SHIRT[1], "value": "S"})

    assert [(v.sku, v.title) for v in _page(shop, "blue-shirt").variants] == [("SH-S", "M"), ("SH-M", "S")]


def test_an_option_value_in_other_capitals_is_the_same_value_and_is_spelt_as_in_the_file(shop: Commerce) -> None:
    rows = ({"handle": "mug", "title": "Mug", "name": "Colour", "value": "BLUE", "price": "5"},
            {"handle": "mug", "value": "Red", "price": "6"})  # fmt: skip
    _import(shop, *rows)
    before = _page(shop, "mug")

    assert _import(shop, {**rows[0], "name": "colour", "value": "blue"}) == ImportReport(updated=1)

    after = _page(shop, "mug")
    assert [variant.options for variant in after.variants] == [{"colour": "blue"}, {"colour": "Red"}]
    assert [variant.id for variant in after.variants] == [variant.id for variant in before.variants]


def test_a_variant_the_file_does_not_name_is_spelt_as_the_file_spells_its_options(shop: Commerce) -> None:
    product = NewProduct(
        "Mug",
        (NewVariant(Money(500, "EUR"), ("BLUE", "S"), "B-1"), NewVariant(Money(500, "EUR"), ("BLUE", "M"), "B-2")),
        option_names=("Colour", "Size"),
        status=ProductStatus.ACTIVE,
    )
    shop.catalog.create_product(SYSTEM, product)

    header = "Handle,Title,Option1 Name,Option1 Value,Option2 Name,Option2 Value,SKU,Price\n"
    file = io.StringIO(f"{header}mug,Mug,Colour,Blue,Size,S,B-1,5\n")
    assert shop.imports.import_products(SYSTEM, file) == ImportReport(updated=1)

    assert [variant.title for variant in _page(shop, "mug").variants] == ["Blue / S", "Blue / M"]


def test_a_code_is_kept_without_the_white_space_behind_its_apostrophe(shop: Commerce) -> None:
    _import(shop, {**MUG, "sku": "' 007"})
    assert _page(shop, "mug").variants[0].sku == "007"


def test_a_rehearsal_reports_the_same_and_does_nothing(shop: Commerce, database_url: str, tmp_path: Path) -> None:
    (tmp_path / "mug.png").write_bytes(PIXEL)
    folder = PictureFolder(tmp_path)
    row = {**MUG, "type": "Kitchen", "tags": "New", "image": "mug.png", "tracker": "shopify", "qty": "2"}

    tried = shop.imports.import_products(SYSTEM, _file(row), pictures=folder, dry_run=True)

    assert _count(database_url, "products") == _count(database_url, "tags") == _count(database_url, "categories") == 0
    assert not (shop.local_media.folder / "media").exists()
    assert shop.imports.import_products(SYSTEM, _file(row), pictures=folder) == tried


def test_pictures_beside_the_file_move_to_the_media_folder(shop: Commerce, tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "Mug.PNG").write_bytes(PIXEL)
    rows = _file({**MUG, "image": "images/Mug.PNG"})

    report = shop.imports.import_products(SYSTEM, rows, pictures=PictureFolder(tmp_path))

    assert report.images == 1
    url = _page(shop, "mug").images[0].url
    assert url.startswith("/media/mug-")
    assert shop.local_media.read(url.removeprefix("/media/")) == (PIXEL, "image/png")


@pytest.mark.parametrize(
    ("row", "line", "code"),
    [
        ({**MUG, "image": "missing.png"}, 4, "picture-missing"),
        ({**MUG, "image": "text.png"}, 4, "picture-refused"),
        ({**MUG, "price": "5,00"}, 4, "invalid-price"),
        ({**MUG, "sku": "SH-S"}, 4, "sku-taken"),
        ({**MUG, "tags": "★"}, 4, "invalid-word"),
        ({**MUG, "name": "Size", "value": "x" * 101}, 4, "too-long"),
        ({**MUG, "qty": "1000001", "tracker": "shopify"}, 4, "out-of-range"),
    ],
)
def test_a_product_with_a_problem_is_left_out_whole_and_the_others_land(
    shop: Commerce, tmp_path: Path, row: dict[str, str], line: int, code: str
) -> None:
    (tmp_path / "text.png").write_text("not a picture")

    report = shop.imports.import_products(SYSTEM, _file(*SHIRT, row), pictures=PictureFolder(tmp_path))

    assert [(problem.line, problem.code) for problem in report.problems] == [(line, code)]
    assert report.created == 1
    assert [card.slug for card in shop.catalog.products(ProductQuery()).items] == ["blue-shirt"]


def test_a_sku_of_another_product_in_the_shop_is_a_problem(shop: Commerce) -> None:
    shop.catalog.create_product(SYSTEM, NewProduct("Other", (NewVariant(Money(1, "EUR"), sku="SH-S"),)))

    report = _import(shop, *SHIRT, MUG)

    assert [problem.code for problem in report.problems] == ["sku-taken"]
    assert report.created == 1


def test_what_is_archived_does_not_come_back_by_itself(shop: Commerce) -> None:
    _import(shop, MUG)
    with shop.catalog.begin() as work:
        mug = work.products.lock_by_slugs(["mug"])["mug"]
    shop.catalog.change_product(SYSTEM, mug.id, ProductChanges(status=ProductStatus.ARCHIVED))

    problems = _import(shop, {**MUG, "status": "active"}).problems
    assert [problem.code for problem in problems] == ["product-status-conflict"]
    assert _import(shop, MUG).unchanged == 1  # Without a word about it, it stays where it is.
    assert _import(shop, {**MUG, "status": "draft"}).updated == 1


def test_other_options_are_refused_while_variants_the_file_does_not_name_remain(shop: Commerce) -> None:
    _import(shop, *SHIRT)

    report = _import(shop, {**SHIRT[0], "name": "Colour", "value": "Blue"})

    assert [problem.code for problem in report.problems] == ["options-differ"]
    assert _page(shop, "blue-shirt").options[0].name == "Size"


def test_a_handle_that_comes_back_updates_the_first(shop: Commerce) -> None:
    report = _import(shop, MUG, *SHIRT, {**MUG, "title": "Large mug"})

    assert (report.created, report.updated) == (2, 1)
    assert _page(shop, "mug").title == "Large mug"


def test_many_products_land_batch_by_batch_and_progress_is_told(shop: Commerce) -> None:
    rows = [{"handle": f"p-{n}", "title": f"P {n}", "price": "1"} for n in range(250)]
    told: list[int] = []

    report = shop.imports.import_products(SYSTEM, _file(*rows), on_progress=told.append)

    assert report.created == shop.catalog.products(ProductQuery()).total == 250
    assert told == [100, 200, 250]


def test_a_stranger_and_a_file_without_columns_are_refused(shop: Commerce) -> None:
    with pytest.raises(PermissionDenied):
        shop.imports.import_products(GUEST, _file(MUG))
    with pytest.raises(ImportColumnsMissing):
        shop.imports.import_products(SYSTEM, ["a,b\n"])


def test_a_price_list_says_nothing_about_the_rest(shop: Commerce) -> None:
    row = {**SHIRT[0], "status": "draft", "grams": "200", "taxable": "false", "ships": "false", "former": "30"}
    _import(shop, row)
    before = _locked(shop, "blue-shirt")

    report = shop.imports.import_products(
        SYSTEM, io.StringIO("Handle,Title,Price\nmug,Mug,5\nBlue_Shirt,Blue shirt,18\n")
    )

    assert [problem.code for problem in report.problems] == ["options-differ"]  # It does not even name the options.
    named = "Handle,Title,Option1 Name,Option1 Value,Price\nBlue_Shirt,Blue shirt,Size,S,18\n"
    assert shop.imports.import_products(SYSTEM, io.StringIO(named)).updated == 1
    after = _locked(shop, "blue-shirt")
    (variant,) = after.variants
    assert after.status is before.status is ProductStatus.DRAFT
    assert variant == evolve(before.variants[0], price=Money(1800, "EUR"))
    assert (variant.weight_grams, variant.taxable, variant.requires_shipping) == (200, False, False)


def test_a_price_that_reaches_the_former_one_ends_the_reduction(shop: Commerce) -> None:
    _import(shop, {**MUG, "former": "8"})
    assert _page(shop, "mug").variants[0].compare_at_price == Money(800, "EUR")

    shop.imports.import_products(SYSTEM, io.StringIO("Handle,Title,Price\nmug,Mug,8\n"))

    assert _page(shop, "mug").variants[0].compare_at_price is None


def test_a_sku_that_two_variants_would_have_to_share_is_a_problem(shop: Commerce) -> None:
    first = {"handle": "mug", "title": "Mug", "name": "Size", "price": "5"}
    _import(shop, {**first, "value": "S", "sku": "X"}, {"handle": "mug", "value": "M", "price": "6"})
    before = _page(shop, "mug")

    report = _import(shop, {**first, "value": "S"}, {"handle": "mug", "value": "M", "price": "6", "sku": "X"})

    assert [(problem.line, problem.code) for problem in report.problems] == [(3, "duplicate-variant")]
    assert _page(shop, "mug") == before


def test_an_old_address_is_not_taken_over(shop: Commerce) -> None:
    _import(shop, MUG)
    shop.catalog.change_product(SYSTEM, _page(shop, "mug").id, ProductChanges(slug="large-mug"))

    report = _import(shop, MUG)

    assert [(problem.column, problem.code) for problem in report.problems] == [("Handle", "slug-retired")]
    assert "large-mug" in report.problems[0].message
    assert shop.catalog.products(ProductQuery()).total == 1
    assert _import(shop, {**MUG, "handle": "large-mug"}).unchanged == 1


def test_a_picture_of_this_shop_is_known_by_its_path_and_only_on_its_own_product(shop: Commerce) -> None:
    image = NewImage("/media/mug-1.png", "A mug")
    shop.catalog.create_product(SYSTEM, NewProduct("Mug", (NewVariant(Money(500, "EUR")),), images=(image,)))

    assert _import(shop, {**MUG, "status": "draft", "image": "/media/mug-1.png"}).unchanged == 1
    report = _import(shop, {**MUG, "handle": "cup", "image": "/media/mug-1.png"})

    assert [(problem.column, problem.code) for problem in report.problems] == [("Image Src", "picture-missing")]
    assert shop.catalog.list_products(SYSTEM, StaffProductQuery()).total == 1


def test_two_pictures_with_one_address_are_both_kept(shop: Commerce) -> None:
    images = (NewImage("https://pictures.example/1.png", "Front"), NewImage("https://pictures.example/1.png", "Again"))
    shop.catalog.create_product(SYSTEM, NewProduct("Mug", (NewVariant(Money(500, "EUR")),), images=images))

    assert _import(shop, {**MUG, "status": "draft", "image": "https://pictures.example/1.png"}).unchanged == 1

    assert [image.alt for image in _locked(shop, "mug").images] == ["Front", "Again"]


def test_a_picture_that_was_fetched_meanwhile_is_not_shown_twice(shop: Commerce) -> None:
    row = {**MUG, "image": "https://pictures.example/1.png"}
    _import(shop, row)
    with shop.catalog.begin() as work:
        claim = work.remote_images.claim(REMOTE_RETRY)
        work.remote_images.settle(claim, "/media/mug-1.png")
        mug = work.products.lock_by_slugs(["mug"])["mug"]
        work.products.write([Change(mug, moved(mug, claim.source_url, "/media/mug-1.png"))])

    assert _import(shop, row).unchanged == 1
    assert [image.url for image in _page(shop, "mug").images] == ["/media/mug-1.png"]


def test_a_large_product_counts_for_many_in_a_batch(shop: Commerce) -> None:
    rows = [
        {
            "handle": f"p-{n}",
            "title": f"P {n}" if v == 0 else "",
            "name": "Size" if v == 0 else "",
            "value": str(v),
            "price": "1",
        }
        for n in range(5)
        for v in range(250)
    ]
    told: list[int] = []

    report = shop.imports.import_products(SYSTEM, _file(*rows), on_progress=told.append)

    assert (report.created, report.variants) == (5, 1_250)
    assert told == [4, 5]
