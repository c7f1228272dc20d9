"""The tree of categories: moved, renamed, cut, and never a circle."""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from uuid import UUID, uuid4

import psycopg
import pytest

from commerce_core.access.errors import PermissionDenied
from commerce_core.access.model import GUEST, SYSTEM
from commerce_core.catalog.drafts import CategoryChanges, NewCategory, NewProduct, NewVariant, SeoChanges
from commerce_core.catalog.errors import CategoryInUse, CategoryNotFound, CategoryVersionStale, SlugTaken
from commerce_core.catalog.model import Seo
from commerce_core.catalog.tree import MAX_DEPTH
from commerce_core.kernel.errors import CommerceError, InvalidInput
from commerce_core.kernel.money import Money
from commerce_core.wiring import Commerce


def _make(shop: Commerce, title: str, parent: UUID | None = None, position: int | None = None) -> UUID:
    return shop.categories.create(SYSTEM, NewCategory(title, parent_id=parent, position=position))


def _tree(shop: Commerce) -> list[tuple[str, str | None, int]]:
    found = shop.categories.list_all(SYSTEM)
    titles = {category.id: category.title for category in found}
    return [(c.title, c.parent_id and titles[c.parent_id], c.position) for c in found]


def test_categories_stand_in_the_order_they_are_given(shop: Commerce) -> None:
    kitchen, bath = _make(shop, "Kitchen"), _make(shop, "Bath")
    _make(shop, "Garden", position=1)
    _make(shop, "Mugs", kitchen)
    _make(shop, "Bowls", kitchen, 1)

    assert _tree(shop) == [
        ("Garden", None, 1),
        ("Kitchen", None, 2),
        ("Bowls", "Kitchen", 1),
        ("Mugs", "Kitchen", 2),
        ("Bath", None, 3),
    ]
    assert [category.title for category in shop.catalog.categories()] == ["Garden", "Kitchen", "Bath"]
    shop.categories.change(SYSTEM, bath, CategoryChanges(position=1))
    assert [title for title, parent, _ in _tree(shop) if parent is None] == ["Bath", "Garden", "Kitchen"]


def test_a_category_moves_with_all_that_stands_below_it(shop: Commerce) -> None:
    kitchen, home = _make(shop, "Kitchen"), _make(shop, "Home")
    _make(shop, "Mugs", kitchen)

    moved = shop.categories.change(SYSTEM, kitchen, CategoryChanges(parent_id=home))
    assert _tree(shop) == [("Home", None, 2), ("Kitchen", "Home", 1), ("Mugs", "Kitchen", 1)]

    shop.categories.change(SYSTEM, kitchen, CategoryChanges(parent_id=None, position=1), moved.version)
    assert _tree(shop)[0] == ("Kitchen", None, 1)


def test_a_change_says_what_it_changes_and_nothing_is_no_change(shop: Commerce, database_url: str) -> None:
    kitchen = _make(shop, "Kitchen")
    changes = CategoryChanges(title="Cuisine", seo=SeoChanges(meta_title="Everything to cook", noindex=True))

    changed = shop.categories.change(SYSTEM, kitchen, changes)
    same = shop.categories.change(SYSTEM, kitchen, changes)

    assert (changed.version, same.version) == (2, 2)
    found = shop.categories.find(SYSTEM, kitchen)
    assert (found.title, found.slug, found.seo) == ("Cuisine", "kitchen", Seo("Everything to cook", noindex=True))
    with psycopg.connect(database_url) as connection:
        audited = connection.execute("SELECT action, changes->'title'->>'after' FROM audit_logs ORDER BY id").fetchall()
    assert audited == [("category.created", "Kitchen"), ("category.changed", "Cuisine")]


def test_a_parent_below_itself_and_an_unknown_one_are_refused(shop: Commerce) -> None:
    top = _make(shop, "Top")
    middle = _make(shop, "Middle", top)
    bottom = _make(shop, "Bottom", middle)
    before = _tree(shop)

    for parent in (top, middle, bottom):
        with pytest.raises(InvalidInput) as refused:
            shop.categories.change(SYSTEM, top, CategoryChanges(title="New", parent_id=parent))
        assert [(e.pointer, e.code) for e in refused.value.errors] == [("/parent_id", "category-cycle")]
    with pytest.raises(CategoryNotFound):
        shop.categories.change(SYSTEM, top, CategoryChanges(parent_id=uuid4()))

    assert _tree(shop) == before


def test_two_moves_at_once_make_no_circle(shop: Commerce) -> None:
    """Each alone is fine: A below B, B below A."""
    for _ in range(8):
        one, two = _make(shop, f"A {uuid4()}"), _make(shop, f"B {uuid4()}")

        def move(pair: tuple[UUID, UUID]) -> bool:
            try:
                shop.categories.change(SYSTEM, pair[0], CategoryChanges(parent_id=pair[1]))
            except InvalidInput:
                return False
            return True

        with ThreadPoolExecutor(2) as threads:
            assert sorted(threads.map(move, [(one, two), (two, one)])) == [False, True]
        assert {one, two} <= {category.id for category in shop.categories.list_all(SYSTEM)}  # Reached from the top.


def test_the_tree_is_only_so_deep(shop: Commerce) -> None:
    levels = [_make(shop, "1")]
    for n in range(2, MAX_DEPTH + 1):
        levels.append(_make(shop, str(n), levels[-1]))
    other = _make(shop, "Other")

    with pytest.raises(InvalidInput):
        _make(shop, "Too deep", levels[-1])
    with pytest.raises(InvalidInput):
        shop.categories.change(SYSTEM, levels[0], CategoryChanges(parent_id=other))

    parents = [category.parent_id for category in shop.categories.list_all(SYSTEM) if category.id in levels]
    assert parents == [None, *(parent for parent, _ in pairwise(levels))]


def test_a_category_with_something_in_it_stays_unless_its_products_may_go(shop: Commerce) -> None:
    kitchen = _make(shop, "Kitchen")
    mugs = _make(shop, "Mugs", kitchen)
    new = NewProduct("Mug", (NewVariant(Money(1, "EUR")),), category_ids=(mugs,))
    product = shop.catalog.create_product(SYSTEM, new)

    for category, let_go, holds in ((kitchen, True, (1, 0)), (mugs, False, (0, 1))):
        with pytest.raises(CategoryInUse) as refused:
            shop.categories.delete(SYSTEM, category, let_products_go=let_go)
        assert (refused.value.children, refused.value.products) == holds
    assert len(_tree(shop)) == 2

    shop.categories.delete(SYSTEM, mugs, let_products_go=True)
    shop.categories.delete(SYSTEM, kitchen)

    found = shop.catalog.staff_product(SYSTEM, product.id)
    assert (found.categories, found.version, _tree(shop)) == ((), 2, [])


@pytest.mark.parametrize(
    ("changes", "version", "refusal"),
    [
        (CategoryChanges(title="X", slug="bath"), None, SlugTaken),
        (CategoryChanges(title="X"), 7, CategoryVersionStale),
    ],
)
def test_a_taken_slug_and_a_stale_version_change_nothing(
    shop: Commerce, changes: CategoryChanges, version: int | None, refusal: type[CommerceError]
) -> None:
    kitchen = _make(shop, "Kitchen")
    _make(shop, "Bath")
    before = shop.categories.list_all(SYSTEM)

    with pytest.raises(refusal):
        shop.categories.change(SYSTEM, kitchen, changes, version)
    with pytest.raises(CategoryVersionStale):
        shop.categories.delete(SYSTEM, kitchen, 7)
    with pytest.raises(PermissionDenied):
        shop.categories.change(GUEST, kitchen, changes)
    with pytest.raises(CategoryNotFound):
        shop.categories.delete(SYSTEM, uuid4())

    assert shop.categories.list_all(SYSTEM) == before


def test_a_category_that_goes_while_a_product_comes_is_told_and_not_a_bug(shop: Commerce) -> None:
    def add(category: UUID) -> bool:
        try:
            shop.catalog.create_product(
                SYSTEM, NewProduct("Mug", (NewVariant(Money(1, "EUR")),), category_ids=(category,))
            )
        except CategoryNotFound:
            return False
        return True

    def cut(category: UUID) -> bool:
        shop.categories.delete(SYSTEM, category, let_products_go=True)
        return True

    for _ in range(8):
        category = _make(shop, "Kitchen")
        with ThreadPoolExecutor(4) as threads:
            added = [threads.submit(add, category) for _ in range(3)]
            threads.submit(cut, category).result()
            assert {done.result() for done in added} <= {True, False}
        assert _tree(shop) == []
