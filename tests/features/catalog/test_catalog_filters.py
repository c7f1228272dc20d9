"""Narrowing a list down, and saying by what it could be."""

import pytest
from attrs import evolve

from commerce_core.access.model import SYSTEM
from commerce_core.catalog.cursor import Sort
from commerce_core.catalog.drafts import NewCategory, NewProduct, NewVariant
from commerce_core.catalog.model import Product, ProductStatus
from commerce_core.catalog.queries import ProductQuery
from commerce_core.catalog.views import FacetValue
from commerce_core.inventory.model import Movement, MovementType
from commerce_core.kernel.errors import InvalidInput
from commerce_core.kernel.money import Money
from commerce_core.wiring import Commerce


def publish(shop: Commerce, title: str, *values: tuple[str, str], price: int = 1000, **more: object) -> Product:
    """A product; with values, in one variant for each colour and size."""
    variants = tuple(NewVariant(Money(price, "EUR"), each) for each in values) or (NewVariant(Money(price, "EUR")),)
    new = NewProduct(
        title, variants, status=ProductStatus.ACTIVE, option_names=("Colour", "Size") if values else (), **more
    )
    return shop.catalog.create_product(SYSTEM, new)


def titles(shop: Commerce, **query: object) -> list[str]:
    return sorted(card.title for card in shop.catalog.products(evolve(ProductQuery(), **query)).items)


@pytest.fixture
def shirts(shop: Commerce) -> None:
    clothes = shop.categories.create(SYSTEM, NewCategory("Clothes"))
    summer = shop.categories.create(SYSTEM, NewCategory("Summer", parent_id=clothes))
    publish(
        shop, "Tee", ("Blue", "S"), ("Red", "M"), category_ids=(summer,), attributes={"Fabric": "Cotton", "g/m²": 140}
    )
    publish(
        shop,
        "Shirt",
        ("Blue", "M"),
        category_ids=(clothes,),
        tags=("Sale",),
        attributes={"Fabric": "Linen", "organic": True},
    )
    publish(shop, "Mug", attributes={"Fabric": "Linen"}, tags=("Sale",), price=5000)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"option": ("Colour:Blue",)}, ["Shirt", "Tee"]),
        ({"option": ("Colour:Red", "Colour:Blue")}, ["Shirt", "Tee"]),
        ({"option": ("Colour:Blue", "Size:M")}, ["Shirt"]),
        ({"option": ("Colour:Red", "Size:M")}, ["Tee"]),
        ({"option": ("Colour:blue",)}, []),
        ({"option": ("Taste:Blue",)}, []),
        ({"option": ("Colour:Blue",), "tag": "sale"}, ["Shirt"]),
        ({"option": ("Colour:Blue",), "q": "shirt"}, ["Shirt"]),
        ({"option": ("Colour:Blue",), "category": "summer"}, ["Tee"]),
        ({"attribute": ("Fabric:Linen",)}, ["Mug", "Shirt"]),
        ({"attribute": ("Fabric:Linen", "Fabric:Cotton")}, ["Mug", "Shirt", "Tee"]),
        ({"attribute": ("Fabric:Linen", "organic:true")}, ["Shirt"]),
        ({"attribute": ("g/m²:140",)}, ["Tee"]),
        ({"attribute": ("Fabric:Linen",), "option": ("Size:M",)}, ["Shirt"]),
        ({"attribute": ("Fabric:Linen",), "q": "mug"}, ["Mug"]),
        ({"tag": "sale"}, ["Mug", "Shirt"]),
        ({"tag": "sale", "category": "clothes"}, ["Shirt"]),
        ({"tag": "sale", "q": "mug"}, ["Mug"]),
        ({"min_price": 1001}, ["Mug"]),
        ({"max_price": 1000, "category": "clothes"}, ["Shirt", "Tee"]),
        ({"max_price": 1000, "q": "mug"}, []),
        ({"category": "nowhere"}, []),
        ({"category": "nowhere", "in_stock": True}, []),
    ],
)
def test_filters_are_met_together(shop: Commerce, shirts: None, query: dict[str, object], expected: list[str]) -> None:
    assert titles(shop, **query) == expected
    assert shop.catalog.products(evolve(ProductQuery(), **query)).total == len(expected)


@pytest.mark.parametrize("choice", ["Colour", ":Blue", "Colour:", "Colour:\x00", "x:" + "y" * 500])
def test_a_choice_is_a_name_and_a_value(choice: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        ProductQuery(option=(choice,))
    assert [error.pointer for error in refused.value.errors] == ["/option/0"]


def test_facets_say_what_each_choice_would_leave(shop: Commerce, shirts: None) -> None:
    facets = shop.catalog.products(ProductQuery(facets=True)).facets

    assert facets is not None
    assert {facet.name: [(v.value, v.label, v.count) for v in facet.values] for facet in facets} == {
        "category": [("clothes", "Clothes", 2), ("summer", "Summer", 1)],
        "tag": [("sale", "Sale", 2)],
        "in_stock": [("true", "true", 3)],
        "attribute:Fabric": [("Linen", "Linen", 2), ("Cotton", "Cotton", 1)],
        "attribute:g/m²": [("140", "140", 1)],
        "attribute:organic": [("true", "true", 1)],
        "option:Colour": [("Blue", "Blue", 2), ("Red", "Red", 1)],
        "option:Size": [("M", "M", 2), ("S", "S", 1)],
    }
    assert shop.catalog.products(ProductQuery()).facets is None


def test_facets_count_the_whole_list_not_the_page(shop: Commerce, shirts: None) -> None:
    page = shop.catalog.products(ProductQuery(q="fabric or tee or shirt or mug", facets=True, per_page=1))

    assert page.facets is not None
    assert len(page.items) == 1
    [stock] = [facet for facet in page.facets if facet.name == "in_stock"]
    assert stock.values == (FacetValue("true", "true", 3),)


def test_facets_of_nothing_are_none(shop: Commerce) -> None:
    assert shop.catalog.products(ProductQuery(facets=True, q="nothing")).facets == ()


def test_in_stock_filters_every_list(shop: Commerce, shirts: None) -> None:
    tee = shop.catalog.product("tee")
    for variant in tee.variants:
        with shop.inventory.begin() as work:
            work.stock.track(variant.id, 0)

    assert titles(shop, in_stock=True) == ["Mug", "Shirt"]
    assert titles(shop, in_stock=True, category="clothes") == ["Shirt"]
    assert titles(shop, in_stock=False, category="clothes") == ["Tee"]
    assert titles(shop, in_stock=False, q="tee") == ["Tee"]
    assert shop.catalog.products(ProductQuery(in_stock=True, sort=Sort.PRICE)).total == 2

    shop.inventory.move(SYSTEM, Movement(tee.variants[0].id, MovementType.RECEIPT, 1))

    assert titles(shop, in_stock=False) == []
