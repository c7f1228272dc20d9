"""What shoppers find when they type."""

from collections.abc import Iterator

import pytest
from attrs import evolve

from commerce_core import Settings, open_shop
from commerce_core.access.errors import PermissionDenied
from commerce_core.access.model import GUEST, SYSTEM
from commerce_core.catalog.drafts import NewCategory, NewProduct, NewVariant, ProductChanges
from commerce_core.catalog.model import Product, ProductStatus
from commerce_core.catalog.queries import ProductQuery, StaffProductQuery
from commerce_core.catalog.search import SearchLanguage
from commerce_core.catalog.staff_views import WordQuery
from commerce_core.catalog.tags import TagChanges
from commerce_core.kernel.money import Money
from commerce_core.wiring import Commerce


def publish(shop: Commerce, title: str, **more: object) -> Product:
    new = NewProduct(title, (NewVariant(Money(1000, "EUR")),), status=ProductStatus.ACTIVE)
    return shop.catalog.create_product(SYSTEM, evolve(new, **more))


def found(shop: Commerce, q: str, **more: object) -> list[str]:
    return [card.title for card in shop.catalog.products(evolve(ProductQuery(q=q), **more)).items]


def test_a_title_counts_more_than_a_tag_that_than_a_vendor_and_that_than_a_description(shop: Commerce) -> None:
    publish(shop, "Described", description_html="<p>Of linen</p>")
    publish(shop, "Sold", vendor="Linen")
    publish(shop, "Tagged", tags=("Linen",))
    publish(shop, "Linen")

    assert found(shop, "linen") == ["Linen", "Tagged", "Sold", "Described"]


def test_accents_and_case_make_no_difference_on_either_side(shop: Commerce) -> None:
    publish(shop, "Crème brûlée")
    publish(shop, "COEUR de boeuf")

    assert found(shop, "creme BRULEE") == found(shop, "crème brûlée") == ["Crème brûlée"]
    assert found(shop, "cœur de bœuf") == ["COEUR de boeuf"]


def test_the_last_word_may_be_the_beginning_of_one_and_only_the_last(shop: Commerce) -> None:
    publish(shop, "Blue mug")

    assert found(shop, "blue m") == ["Blue mug"]
    assert found(shop, "bl or m") == ["Blue mug"]
    assert found(shop, "bl or cup") == []
    assert found(shop, '"blue m"') == []


def test_words_are_combined_as_on_the_web(shop: Commerce) -> None:
    publish(shop, "Blue mug")
    publish(shop, "Mug, blue")
    publish(shop, "Red cup")

    assert found(shop, '"blue mug"') == ["Blue mug"]
    assert sorted(found(shop, "cup or blue")) == ["Blue mug", "Mug, blue", "Red cup"]
    assert found(shop, "blue -red") == ["Mug, blue", "Blue mug"]
    assert found(shop, "-blue -mug") == ["Red cup"]


@pytest.mark.parametrize("q", ["!!! \"'& | (", "-", '"', ":* <-> !", "a:b\\c'", "💥", "(((", "or or or"])
def test_every_text_is_a_search(shop: Commerce, q: str) -> None:
    publish(shop, "Blue mug")

    assert found(shop, q) == []


def test_a_misspelling_finds_what_is_nearest(shop: Commerce) -> None:
    publish(shop, "Coffee pot")
    publish(shop, "Toffee")
    publish(shop, "Chaussure")

    assert found(shop, "cofee") == ["Coffee pot"]
    assert found(shop, "cofee pott") == ["Coffee pot"]
    assert found(shop, "chasure") == ["Chaussure"]
    assert found(shop, "xqzzy") == []


def test_nothing_is_guessed_while_the_words_find_something(shop: Commerce) -> None:
    kitchen = shop.categories.create(SYSTEM, NewCategory("Kitchen"))
    publish(shop, "Cofee")
    publish(shop, "Coffee", category_ids=(kitchen,))

    assert found(shop, "cofee") == ["Cofee"]
    assert found(shop, "cofee", category="kitchen") == [], "the word is right, only not in this category"


def test_a_draft_neither_is_found_nor_keeps_the_shop_from_guessing(shop: Commerce) -> None:
    publish(shop, "Cofee", status=ProductStatus.DRAFT)
    publish(shop, "Coffee")

    assert found(shop, "cofee") == ["Coffee"]

    draft = shop.catalog.list_products(SYSTEM, StaffProductQuery(status=ProductStatus.DRAFT)).items[0]
    shop.catalog.change_product(SYSTEM, draft.id, ProductChanges(status=ProductStatus.ACTIVE))
    assert found(shop, "cofeee") == found(shop, "cofee") == ["Cofee"]


def test_a_change_is_found_at_once_and_what_was_there_no_more(shop: Commerce) -> None:
    product = publish(shop, "Blue mug", tags=("Gift",))

    shop.catalog.change_product(SYSTEM, product.id, ProductChanges(title="Red cup", tags=("Sale",)))

    assert [found(shop, q) for q in ("mug", "gift")] == [[], []]
    assert [found(shop, q) for q in ("cup", "sale")] == [["Red cup"], ["Red cup"]]


def test_a_tag_that_is_renamed_merged_or_deleted_is_found_by_what_it_is_now(shop: Commerce) -> None:
    product = publish(shop, "Mug", tags=("Soldes", "Cadeau"))
    soldes, cadeau = (shop.tags.list_all(SYSTEM, WordQuery(q)).items[0].id for q in ("soldes", "cadeau"))

    shop.tags.change(SYSTEM, soldes, TagChanges(title="Discounted"))
    assert [found(shop, q) for q in ("soldes", "discounted")] == [[], ["Mug"]]

    shop.tags.merge(SYSTEM, soldes, cadeau)
    assert [found(shop, q) for q in ("discounted", "cadeau")] == [[], ["Mug"]]

    shop.tags.delete(SYSTEM, cadeau)
    assert found(shop, "cadeau") == []
    assert shop.catalog.staff_product(SYSTEM, product.id).tags == ()


@pytest.fixture
def french_shop(database_url: str, settings: Settings) -> Iterator[Commerce]:
    with open_shop(database_url, settings=evolve(settings, search_language=SearchLanguage.FRENCH)) as opened:
        yield opened


def test_the_language_of_the_shop_looks_through_plurals_and_half_words_still_count(french_shop: Commerce) -> None:
    publish(french_shop, "Bougies parfumées")
    publish(french_shop, "Chevaux")

    for q in ("bougie", "bougi", "parfumee bougie"):
        assert found(french_shop, q) == ["Bougies parfumées"]
    assert found(french_shop, "cheval or nothing") == ["Chevaux"]


def test_after_a_change_of_language_the_index_is_rebuilt(shop: Commerce, french_shop: Commerce) -> None:
    publish(shop, "Chevaux")
    gone = publish(shop, "Girafe")
    shop.catalog.delete_product(SYSTEM, gone.id)
    assert found(french_shop, "animal or cheval") == []

    assert french_shop.search_index.rebuild(SYSTEM) == 1

    assert found(french_shop, "animal or cheval") == ["Chevaux"]
    with shop.database.read() as session:
        words = session.rows("catalog_search.words_after", after="", limit=100)
    assert words == [("chevaux",)], "what nothing is called any more is forgotten"


def test_only_who_may_write_the_catalogue_rebuilds_the_index(shop: Commerce) -> None:
    with pytest.raises(PermissionDenied):
        shop.search_index.rebuild(GUEST)


def test_operators_find_drafts_skus_and_barcodes_and_narrow_them_down(shop: Commerce) -> None:
    kitchen = shop.categories.create(SYSTEM, NewCategory("Kitchen"))
    mugs = shop.categories.create(SYSTEM, NewCategory("Mugs", parent_id=kitchen))
    priced = NewVariant(Money(1000, "EUR"), sku="MUG-1", barcode="4006381333931")
    mug = publish(shop, "Blue mug", variants=(priced,), status=ProductStatus.DRAFT, category_ids=(mugs,))
    publish(shop, "Red cup")
    with shop.inventory.begin() as work:
        work.stock.track(mug.variants[0].id, 0)

    shop.categories.create(SYSTEM, NewCategory("Garden"))

    def seen(**query: object) -> tuple[list[str], int]:
        page = shop.catalog.list_products(SYSTEM, evolve(StaffProductQuery(), **query))
        return [card.title for card in page.items], page.total

    both, only_mug = (["Red cup", "Blue mug"], 2), (["Blue mug"], 1)
    assert seen() == both
    for query in ("mu", "MUG-1", "4006381333931"):
        assert seen(q=query) == only_mug
    assert seen(category="kitchen") == seen(status=ProductStatus.DRAFT) == seen(in_stock=False) == only_mug
    assert seen(q="blue", category="mugs", in_stock=False, status=ProductStatus.DRAFT) == only_mug
    assert seen(q="blue", in_stock=True) == seen(q="blue", category="garden") == ([], 0)
    assert seen(q="blue", page=2) == ([], 1)
    assert seen(in_stock=True, per_page=1) == (["Red cup"], 1)
