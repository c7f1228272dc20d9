"""The page of a category over HTTP."""

from falcon.testing import TestClient

from commerce_core.access.model import SYSTEM
from commerce_core.catalog.drafts import CategoryChanges, NewCategory
from commerce_core.catalog.model import Seo
from commerce_core.wiring import Commerce
from tests.features.feeds.rules import json_ld_problems

CATEGORIES = "/v1/store/categories"


def test_a_category_shows_the_way_to_it_and_what_is_below(client: TestClient, shop: Commerce) -> None:
    home = shop.categories.create(SYSTEM, NewCategory("Home"))
    textiles = shop.categories.create(SYSTEM, NewCategory("Textiles", parent_id=home))
    bath = shop.categories.create(SYSTEM, NewCategory("Bath", parent_id=textiles, seo=Seo(meta_title="Soft things")))

    page = client.simulate_get(f"{CATEGORIES}/bath").json

    assert (page["id"], page["children"]) == (str(bath), [])
    assert [step["slug"] for step in page["breadcrumbs"]] == ["home", "textiles", "bath"]
    assert [step["name"] for step in page["json_ld"]["itemListElement"]] == ["Home", "Textiles", "Bath"]
    assert (page["seo"]["meta_title"], page["seo"]["canonical_url"]) == ("Soft things", "/categories/bath")
    above = client.simulate_get(f"{CATEGORIES}/home").json
    assert [child["slug"] for child in above["children"]] == ["textiles"]
    assert json_ld_problems(above["json_ld"]) == []


def test_an_old_address_leads_to_the_category(client: TestClient, shop: Commerce) -> None:
    home = shop.categories.create(SYSTEM, NewCategory("Home"))
    shop.categories.change(SYSTEM, home, CategoryChanges(slug="house"))

    answer = client.simulate_get(f"{CATEGORIES}/home")

    assert (answer.status_code, answer.headers["location"]) == (301, f"{CATEGORIES}/house")
    assert client.simulate_get(f"{CATEGORIES}/house").status_code == 200


def test_a_category_that_is_not_there_is_not_found(client: TestClient) -> None:
    answer = client.simulate_get(f"{CATEGORIES}/nothing")

    assert (answer.status_code, answer.json["code"]) == (404, "category-not-found")
