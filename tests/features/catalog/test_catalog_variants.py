"""What operators do with variants, options and pictures, and what it costs."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID, uuid4

import psycopg
import pytest

from commerce_core.access.errors import PermissionDenied
from commerce_core.access.model import GUEST, SYSTEM
from commerce_core.catalog.drafts import (
    ImageChanges,
    NewImage,
    NewOptions,
    NewProduct,
    NewVariant,
    OptionValues,
    VariantChanges,
)
from commerce_core.catalog.errors import (
    ImageNotFound,
    LastVariant,
    ProductVariantNotFound,
    ProductVersionStale,
    SkuTaken,
    SkuUnknown,
    TooManyVariants,
    VariantInUse,
)
from commerce_core.catalog.model import MAX_VARIANTS, Product, ProductStatus
from commerce_core.catalog.queries import StaffProductQuery
from commerce_core.catalog.views import StaffProductView
from commerce_core.inventory.model import Movement, MovementType
from commerce_core.kernel.errors import CommerceError, InvalidInput
from commerce_core.kernel.money import Money
from commerce_core.testing.builders import Builders
from commerce_core.testing.clock import Clock
from commerce_core.wiring import Commerce


def _eur(amount: int) -> Money:
    return Money(amount, "EUR")


@pytest.fixture
def mug(shop: Commerce) -> Product:
    """A published mug in two sizes, with two pictures."""
    return shop.catalog.create_product(
        SYSTEM,
        NewProduct(
            "Mug",
            (NewVariant(_eur(1000), ("Small",), sku="MUG-S"), NewVariant(_eur(1500), ("Large",), sku="MUG-L")),
            option_names=("Size",),
            status=ProductStatus.ACTIVE,
            images=(NewImage("/media/a.png"), NewImage("/media/b.png")),
        ),
    )


def _read(shop: Commerce, product: Product) -> StaffProductView:
    return shop.catalog.staff_product(SYSTEM, product.id)


def _pointers(refused: pytest.ExceptionInfo[InvalidInput]) -> list[str]:
    return [error.pointer for error in refused.value.errors]


def test_a_variant_is_added_changed_moved_and_removed(shop: Commerce, mug: Product) -> None:
    added = shop.variants.add(SYSTEM, mug.id, NewVariant(_eur(2000), ("Huge",), sku="MUG-H", barcode="4006381333931"))
    huge = added.variants[-1].id
    changes = VariantChanges(
        price=_eur(2100), sku=None, barcode="96385074", image_id=mug.images[1].id, position=1, weight_grams=400
    )
    changed = shop.variants.change(SYSTEM, mug.id, huge, changes, added.version)

    found = _read(shop, mug)
    assert [variant.title for variant in found.variants] == ["Huge", "Small", "Large"]
    first = found.variants[0]
    assert (first.price, first.sku, first.barcode, first.weight_grams) == (_eur(2100), None, "96385074", 400)
    assert (first.image_id, found.version) == (mug.images[1].id, 3)
    with shop.catalog.begin() as work:
        assert work.products.lock(mug.id) == changed

    shop.variants.remove(SYSTEM, mug.id, huge, expected_version=3)
    assert [(v.title, v.position) for v in _read(shop, mug).variants] == [("Small", 1), ("Large", 2)]


def test_the_list_shows_the_cheapest_variant_whichever_that_is_now(shop: Commerce, mug: Product) -> None:
    small = mug.variants[0].id
    shop.variants.change(SYSTEM, mug.id, small, VariantChanges(price=_eur(9000)))
    assert shop.catalog.list_products(SYSTEM, _everything()).items[0].price_from == _eur(1500)

    shop.variants.remove(SYSTEM, mug.id, mug.variants[1].id)
    assert shop.catalog.list_products(SYSTEM, _everything()).items[0].price_from == _eur(9000)


def _everything() -> StaffProductQuery:
    return StaffProductQuery()


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        (VariantChanges(option_values=("Large",)), "/option_values"),
        (VariantChanges(option_values=(" large ",)), "/option_values"),
        (VariantChanges(option_values=("Small", "Blue")), "/option_values"),
        (VariantChanges(sku="MUG-L"), "/sku"),
        (VariantChanges(sku=" MUG-L\u00a0"), "/sku"),
        (VariantChanges(compare_at_price=_eur(1000)), "/compare_at_price"),
        (VariantChanges(price=_eur(-1)), "/price"),
        (VariantChanges(price=Money(1000, "USD")), "/price/currency"),
        (VariantChanges(compare_at_price=Money(2000, "USD")), "/compare_at_price/currency"),
        (VariantChanges(image_id=uuid4()), "/image_id"),
    ],
)
def test_what_a_variant_cannot_be_is_told_by_field_and_not_written(
    shop: Commerce, mug: Product, changes: VariantChanges, pointer: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        shop.variants.change(SYSTEM, mug.id, mug.variants[0].id, changes)

    assert _pointers(refused) == [pointer]
    with shop.catalog.begin() as work:
        assert work.products.lock(mug.id) == mug


def test_a_picture_of_another_product_is_not_for_this_variant(shop: Commerce, mug: Product) -> None:
    other = shop.catalog.create_product(SYSTEM, NewProduct("Cup", (NewVariant(_eur(1)),), images=(NewImage("/c"),)))

    with pytest.raises(InvalidInput) as refused:
        shop.variants.change(SYSTEM, mug.id, mug.variants[0].id, VariantChanges(image_id=other.images[0].id))

    assert refused.value.errors[0].code == "foreign-image"
    assert _read(shop, mug).version == 1


def test_a_sku_a_stranger_an_unknown_variant_and_a_stale_version_are_refused(shop: Commerce, mug: Product) -> None:
    shop.catalog.create_product(SYSTEM, NewProduct("Cup", (NewVariant(_eur(1), sku="CUP"),)))
    small, price = mug.variants[0].id, VariantChanges(price=_eur(1))

    with pytest.raises(SkuTaken):
        shop.variants.change(SYSTEM, mug.id, small, VariantChanges(sku="CUP"))
    with pytest.raises(SkuTaken):
        shop.variants.add(SYSTEM, mug.id, NewVariant(_eur(1), ("Huge",), sku="CUP"))
    with pytest.raises(ProductVariantNotFound):
        shop.variants.change(SYSTEM, mug.id, uuid4(), price)
    with pytest.raises(ProductVersionStale) as stale:
        shop.variants.change(SYSTEM, mug.id, small, price, expected_version=7)
    with pytest.raises(PermissionDenied):
        shop.variants.change(GUEST, mug.id, small, price)

    assert stale.value.version == 1
    with shop.catalog.begin() as work:
        assert work.products.lock(mug.id) == mug


def test_a_product_has_room_for_so_many_variants(shop: Commerce) -> None:
    variants = tuple(NewVariant(_eur(1), (str(n),)) for n in range(MAX_VARIANTS))
    full = shop.catalog.create_product(SYSTEM, NewProduct("Paint", variants, option_names=("Shade",)))

    with pytest.raises(TooManyVariants):
        shop.variants.add(SYSTEM, full.id, NewVariant(_eur(1), ("one more",)))

    assert len(_read(shop, full).variants) == MAX_VARIANTS


def test_what_was_counted_carried_or_ordered_stays(shop: Commerce, mug: Product, make: Builders) -> None:
    small, large = (variant.id for variant in mug.variants)
    shop.inventory.move(SYSTEM, Movement(small, MovementType.RECEIPT, 1))
    carried = make.cart((large, 1))

    for variant, used_in in ((small, "stock movements"), (large, "carts")):
        with pytest.raises(VariantInUse) as refused:
            shop.variants.remove(SYSTEM, mug.id, variant)
        assert refused.value.used_in == used_in
    shop.checkout.place_order(make.request(carried.id))
    with pytest.raises(VariantInUse) as refused:
        shop.variants.remove(SYSTEM, mug.id, large)
    with pytest.raises(VariantInUse):
        shop.catalog.delete_product(SYSTEM, mug.id)

    assert refused.value.used_in == "orders"
    assert [variant.id for variant in _read(shop, mug).variants] == [small, large]


def test_the_last_variant_stays(shop: Commerce, mug: Product) -> None:
    shop.variants.remove(SYSTEM, mug.id, mug.variants[0].id)

    with pytest.raises(LastVariant):
        shop.variants.remove(SYSTEM, mug.id, mug.variants[1].id)

    assert len(_read(shop, mug).variants) == 1


def test_options_are_renamed_and_come_and_go_with_their_values(shop: Commerce, mug: Product) -> None:
    small, large = (variant.id for variant in mug.variants)

    shop.variants.set_options(SYSTEM, mug.id, NewOptions(("Capacity",)))
    assert [(o.name, o.values) for o in _read(shop, mug).options] == [("Capacity", ("Small", "Large"))]

    both = (OptionValues(small, ("Small", "Blue")), OptionValues(large, ("Large", "Red")))
    shop.variants.set_options(SYSTEM, mug.id, NewOptions(("Size", "Colour"), both))
    assert [v.options for v in _read(shop, mug).variants] == [
        {"Size": "Small", "Colour": "Blue"},
        {"Size": "Large", "Colour": "Red"},
    ]
    assert [v.title for v in _read(shop, mug).variants] == ["Small / Blue", "Large / Red"]


@pytest.mark.parametrize(
    ("names", "values"),
    [
        (("Size", "Colour"), {}),
        ((), {}),
        (("Size",), {0: ("Large",)}),
        (("Size",), {0: ("a", "b")}),
        (("Size", "size"), {}),
        (("A", "B", "C", "D"), {}),
    ],
)
def test_options_that_leave_variants_alike_or_without_a_value_are_refused(
    shop: Commerce, mug: Product, names: tuple[str, ...], values: dict[int, tuple[str, ...]]
) -> None:
    with pytest.raises(InvalidInput):
        shop.variants.set_options(
            SYSTEM, mug.id, NewOptions(names, tuple(OptionValues(mug.variants[n].id, v) for n, v in values.items()))
        )
    with pytest.raises(ProductVariantNotFound):
        shop.variants.set_options(SYSTEM, mug.id, NewOptions(("Size",), (OptionValues(uuid4(), ("Huge",)),)))

    with shop.catalog.begin() as work:
        assert work.products.lock(mug.id) == mug


def test_pictures_are_described_moved_and_taken_away(shop: Commerce, mug: Product) -> None:
    first, second = mug.images
    shop.variants.change(SYSTEM, mug.id, mug.variants[0].id, VariantChanges(image_id=second.id))
    shop.images.change(SYSTEM, mug.id, second.id, ImageChanges(alt="From above", position=1))

    found = _read(shop, mug)
    assert [(image.id, image.alt, image.position) for image in found.images] == [
        (second.id, "From above", 1),
        (first.id, "", 2),
    ]
    assert shop.catalog.list_products(SYSTEM, _everything()).items[0].image == "/media/b.png"

    shop.images.remove(SYSTEM, mug.id, second.id)

    found = _read(shop, mug)
    assert [(image.id, image.position) for image in found.images] == [(first.id, 1)]
    assert found.variants[0].image_id is None
    with pytest.raises(ImageNotFound):
        shop.images.remove(SYSTEM, mug.id, second.id)
    with pytest.raises(ProductVersionStale):
        shop.images.remove(SYSTEM, mug.id, first.id, expected_version=1)
    assert _read(shop, mug) == found


def test_a_product_nobody_used_can_be_deleted_with_all_that_belongs_to_it(
    shop: Commerce, mug: Product, database_url: str
) -> None:
    shop.catalog.delete_product(SYSTEM, mug.id, expected_version=1)

    with psycopg.connect(database_url) as connection:
        for table in ("products", "product_variants", "product_images", "price_history", "product_tags"):
            assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)  # type: ignore[arg-type]
        assert connection.execute("SELECT count(*) FROM audit_logs WHERE action = 'product.deleted'").fetchone() == (1,)


def test_a_variant_is_found_by_its_sku_and_by_its_id(shop: Commerce, mug: Product) -> None:
    by_sku = shop.variants.find(SYSTEM, "MUG-S")

    assert (by_sku.product_id, by_sku.variant_id) == (mug.id, mug.variants[0].id)
    assert shop.variants.find(SYSTEM, str(by_sku.variant_id)) == by_sku
    for name in ("nothing", str(uuid4())):
        with pytest.raises(SkuUnknown):
            shop.variants.find(SYSTEM, name)


# --- prices -----------------------------------------------------------------------------------------------------------


def _price(shop: Commerce, mug: Product, price: int, former: int | None = None) -> Money | None:
    """Another price for the small mug; what shoppers are told it cost before."""
    changes = VariantChanges(price=_eur(price), compare_at_price=None if former is None else _eur(former))
    shop.variants.change(SYSTEM, mug.id, mug.variants[0].id, changes)
    shown = shop.catalog.product(mug.slug.value).variants[0].lowest_price_30d
    assert shown == _read(shop, mug).variants[0].lowest_price_30d
    return shown


def test_every_price_is_kept_the_opening_one_too(shop: Commerce, mug: Product, clock: Clock) -> None:
    small = mug.variants[0].id
    clock.forward(timedelta(days=1))
    _price(shop, mug, 800, 1000)
    clock.forward(timedelta(days=1))
    shop.variants.change(SYSTEM, mug.id, small, VariantChanges(weight_grams=5))

    history = shop.variants.prices(SYSTEM, mug.id, small)

    assert [(entry.price, entry.compare_at_price) for entry in history] == [(_eur(800), _eur(1000)), (_eur(1000), None)]
    assert history[0].at - history[1].at >= timedelta(hours=23)
    with pytest.raises(ProductVariantNotFound):
        shop.variants.prices(SYSTEM, uuid4(), small)


def test_a_reduction_tells_the_lowest_price_of_the_thirty_days_before_it(
    shop: Commerce, mug: Product, clock: Clock
) -> None:
    """Directive 98/6/EC, article 6a: of the 30 days before the reduction, and not of those since."""
    clock.forward(timedelta(days=10))
    assert _price(shop, mug, 700) is None  # Nothing is announced.
    clock.forward(timedelta(days=40))
    assert _price(shop, mug, 1200) is None
    clock.forward(timedelta(days=20))

    assert _price(shop, mug, 900, 1200) == _eur(700)  # It cost 700 when the thirty days began.
    clock.forward(timedelta(days=365))
    assert shop.catalog.product("mug").variants[0].lowest_price_30d == _eur(700)
    assert _price(shop, mug, 900, 1300) == _eur(700)  # The same reduction, told otherwise.
    assert _price(shop, mug, 850, 1300) == _eur(900)  # Another one.
    assert _price(shop, mug, 1300) is None  # None any more.


def test_a_price_before_the_thirty_days_does_not_count(shop: Commerce, mug: Product, clock: Clock) -> None:
    clock.forward(timedelta(days=1))
    _price(shop, mug, 500)
    clock.forward(timedelta(days=1))
    _price(shop, mug, 1200)
    clock.forward(timedelta(days=31))

    assert _price(shop, mug, 1100, 1300) == _eur(1200)


def test_a_reduction_from_the_first_day_has_no_price_before(shop: Commerce) -> None:
    new = NewProduct("Cup", (NewVariant(_eur(100), compare_at_price=_eur(200)),), status=ProductStatus.ACTIVE)
    shop.catalog.create_product(SYSTEM, new)

    assert shop.catalog.product("cup").variants[0].lowest_price_30d is None


def test_the_list_tells_the_lowest_price_of_the_variant_it_shows(
    shop: Commerce, mug: Product, clock: Clock, database_url: str
) -> None:
    def listed() -> UUID | int | None:
        with psycopg.connect(database_url) as connection:
            row = connection.execute("SELECT lowest_price_30d_from_amount FROM products").fetchone()
            assert row is not None
            return row[0]  # type: ignore[no-any-return]

    clock.forward(timedelta(days=1))
    _price(shop, mug, 900, 1000)
    assert listed() == 1000
    shop.variants.change(SYSTEM, mug.id, mug.variants[1].id, VariantChanges(price=_eur(1)))
    assert listed() is None


def test_a_variant_that_goes_while_somebody_takes_it_is_told_and_not_a_bug(shop: Commerce, make: Builders) -> None:
    def take(variant: UUID) -> bool:
        try:
            make.cart((variant, 1))
        except CommerceError:
            return False
        return True

    def remove(product: Product, variant: UUID) -> bool:
        try:
            shop.variants.remove(SYSTEM, product.id, variant)
        except VariantInUse:
            return False
        return True

    for n in range(12):
        sizes = tuple(NewVariant(_eur(1), (size,)) for size in ("Small", "Large"))
        product = shop.catalog.create_product(
            SYSTEM, NewProduct(f"Mug {n}", sizes, option_names=("Size",), status=ProductStatus.ACTIVE)
        )
        small = product.variants[0].id
        with ThreadPoolExecutor(2) as threads:
            taken, removed = threads.submit(take, small), threads.submit(remove, product, small)
        assert taken.result() is not removed.result()
        assert len(_read(shop, product).variants) == 2 - removed.result()
