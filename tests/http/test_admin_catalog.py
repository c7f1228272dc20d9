"""Variants, pictures, categories, tags and redirects for operators over HTTP, and old addresses for everybody."""

import json
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
from falcon.testing import TestClient

from adapters_http.admin.categories import ChangeCategory, CreateCategory
from adapters_http.admin.images import AddImage, ChangeImage
from adapters_http.admin.products import ChangeSeo, CreateProduct
from adapters_http.admin.tags import ChangeTag, CreateTag
from adapters_http.admin.variants import AddVariant, ChangeVariant, SetOptions
from commerce_core.access.model import SYSTEM, Origin, Role
from commerce_core.wiring import Commerce

ADMIN = "/v1/admin"
PASSWORD = "correct horse battery"


class Operator:
    """Somebody of the staff with a client."""

    def __init__(self, client: TestClient, shop: Commerce, role: Role) -> None:
        email = f"{role.lower()}@example.com"
        shop.staff.create(SYSTEM, email, "Kim", role, PASSWORD)
        token = shop.staff.log_in(email, PASSWORD, Origin()).access_token
        self.client = client
        self.headers = {"Authorization": f"Bearer {token}"}

    def __call__(self, method: str, path: str, body: object = None, **headers: str) -> Any:
        """Ask; `if_match="1"` is the header `If-Match`."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if body is None:
            return self.client.simulate_request(method, f"{ADMIN}{path}", headers=self.headers | sent)
        sent["Content-Type"] = "application/json"
        # The standard encoder escapes what UTF-8 cannot carry, such as half a surrogate pair.
        raw = json.dumps(body)
        return self.client.simulate_request(method, f"{ADMIN}{path}", headers=self.headers | sent, body=raw)


@pytest.fixture
def staff(client: TestClient, shop: Commerce) -> Operator:
    return Operator(client, shop, Role.MANAGER)


@pytest.fixture
def mug(staff: Operator) -> Any:
    """A product as the API answered it."""
    answer = staff("POST", "/products", CreateProduct.example)
    assert answer.status_code == 201, answer.json
    return answer.json


def test_a_product_is_kept_in_all_its_parts(staff: Operator, mug: Any) -> None:
    where = f"/products/{mug['id']}"
    added = staff("POST", f"{where}/variants", AddVariant.example)
    variant = added.headers["location"].removeprefix(ADMIN)
    changed = staff("PATCH", variant, ChangeVariant.example, if_match='"2"')
    pictured = staff("POST", f"{where}/images", AddImage.example)
    [image] = pictured.json["images"]
    described = staff("PATCH", f"{where}/images/{image['id']}", ChangeImage.example)
    renamed = staff("PUT", f"{where}/options", SetOptions.example)
    removed = staff("DELETE", variant)
    seo = staff("PATCH", f"{where}/seo", ChangeSeo.example)
    bare = staff("DELETE", f"{where}/images/{image['id']}")

    answers = (added, changed, pictured, described, renamed, removed, seo, bare)
    assert [a.status_code for a in answers] == [201, 200, 201, 200, 200, 200, 200, 200]
    assert [v["title"] for v in changed.json["variants"]] == ["Huge", "Small", "Large"]
    assert changed.json["variants"][0]["lowest_price_30d"] == {"amount": 2490, "currency": "EUR"}
    assert described.json["images"][0]["alt"] == "A blue mug on a table"
    assert renamed.json["options"][0]["name"] == "Capacity"
    assert [v["title"] for v in removed.json["variants"]] == ["Small", "Large"]
    assert staff("GET", f"{where}/seo").json == seo.json
    assert (seo.json["meta_title"], seo.headers["etag"]) == ("A blue mug for tea", '"8"')
    assert bare.json["attributes"] == {"material": "stoneware", "height_cm": 9.5, "dishwasher": True}
    assert (bare.json["images"], bare.json["version"]) == ([], 9)
    assert staff("DELETE", where).status_code == 204
    assert staff("GET", where).status_code == 404


def test_the_prices_of_a_variant_are_told(staff: Operator, mug: Any) -> None:
    variant = f"/products/{mug['id']}/variants/{mug['variants'][0]['id']}"
    staff("PATCH", variant, {"price": {"amount": 1190, "currency": "EUR"}})

    told = staff("GET", f"{variant}/prices").json["items"]

    assert [entry["price"]["amount"] for entry in told] == [1190, 1490]
    assert staff("GET", f"/products/{mug['id']}/variants/{uuid4()}/prices").status_code == 404


def test_attributes_are_merged_as_a_merge_patch_says(staff: Operator, mug: Any) -> None:
    where = f"/products/{mug['id']}"

    changed = staff("PATCH", where, {"attributes": {"material": None, "height_cm": 10, "colour": "blue"}})
    same = staff("PATCH", where, {"attributes": {"height_cm": 10}})
    typed = staff("PATCH", where, {"attributes": {"dishwasher": 1}})

    assert changed.json["attributes"] == {"height_cm": 10, "dishwasher": True, "colour": "blue"}
    assert (changed.json["version"], same.json["version"], typed.json["version"]) == (2, 2, 3)
    assert typed.json["attributes"]["dishwasher"] is not True
    assert staff("PATCH", where, {"attributes": None}).json["attributes"] == {}


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", "", {"title": "Two"}),
        ("DELETE", "", None),
        ("PATCH", "/seo", {"noindex": True}),
        ("PUT", "/options", {"option_names": ["Capacity"]}),
        ("POST", "/variants", {"price": {"amount": 1, "currency": "EUR"}, "option_values": ["Huge"]}),
        ("PATCH", "/variants/{variant}", {"weight_grams": 1}),
        ("DELETE", "/variants/{variant}", None),
        ("POST", "/images", {"url": "/media/a.png"}),
        ("PATCH", "/images/{image}", {"alt": "x"}),
        ("DELETE", "/images/{image}", None),
    ],
)
def test_the_second_of_two_editors_is_told_the_present_version(
    staff: Operator, mug: Any, method: str, path: str, body: object
) -> None:
    where = f"/products/{mug['id']}"
    image = staff("POST", f"{where}/images", AddImage.example).json["images"][0]["id"]
    before = staff("GET", where).json

    refused = staff(method, where + path.format(variant=mug["variants"][0]["id"], image=image), body, if_match='"1"')

    assert (refused.status_code, refused.json["code"], refused.json["version"]) == (412, "product-version-stale", 2)
    assert staff("GET", where).json == before


@pytest.mark.parametrize("what", ["categories", "tags", "redirects"])
def test_the_same_holds_for_categories_tags_and_redirects(staff: Operator, mug: Any, what: str) -> None:
    redirect = {"entity_type": "product", "slug": "old", "target_type": "product", "target_slug": mug["slug"]}
    made = {"categories": CreateCategory.example, "tags": CreateTag.example, "redirects": redirect}[what]
    change = {"categories": ChangeCategory.example, "tags": ChangeTag.example,
              "redirects": {"target_type": "product", "target_slug": mug["slug"]}}[what]  # fmt: skip
    where = staff("POST", f"/{what}", made).headers["location"].removeprefix(ADMIN)
    before = staff("GET", where)

    for method, body in (("PATCH", change), ("DELETE", None)):
        refused = staff(method, where, body, if_match='"7"')
        assert (refused.status_code, refused.json["version"]) == (412, 1)
    assert staff("GET", where).json == before.json
    assert staff("PATCH", where, change, if_match=before.headers["etag"]).status_code == 200
    assert staff("DELETE", where).status_code == 204
    assert staff("GET", where).status_code == 404


def test_categories_are_a_tree_without_circles(staff: Operator) -> None:
    top = staff("POST", "/categories", {"title": "Kitchen"}).json
    below = staff("POST", "/categories", {"title": "Mugs", "parent_id": top["id"], "seo": {"noindex": True}}).json

    refused = staff("PATCH", f"/categories/{top['id']}", {"parent_id": below["id"]})

    assert (refused.status_code, refused.json["errors"][0]["pointer"]) == (422, "/parent_id")
    assert [item["title"] for item in staff("GET", "/categories").json["items"]] == ["Kitchen", "Mugs"]
    assert below["seo"]["noindex"] is True
    assert staff("DELETE", f"/categories/{top['id']}").json["code"] == "category-in-use"


def test_tags_are_renamed_and_merged(staff: Operator, mug: Any) -> None:
    [kitchen] = staff("GET", "/tags").json["items"]
    gift = staff("POST", "/tags", {"title": "Gift"}).json

    taken = staff("PATCH", f"/tags/{kitchen['id']}", {"title": "Gift"})
    merged = staff("POST", f"/tags/{kitchen['id']}/merge", {"into": gift["id"]})

    assert (taken.status_code, taken.json["code"]) == (409, "slug-taken")
    assert (merged.json["slug"], merged.json["products"]) == ("gift", 1)
    assert [tag["slug"] for tag in staff("GET", "/tags", None).json["items"]] == ["gift"]


def test_a_product_renamed_five_times_is_found_in_one_step_from_everywhere(
    staff: Operator, client: TestClient, mug: Any
) -> None:
    slugs = ["blue-mug", "tasse-bleue", "чашка", "青いマグ", "हिन्दी-मग", "blue-cup"]
    for slug in slugs[1:]:
        assert staff("PATCH", f"/products/{mug['id']}", {"slug": slug}).status_code == 200

    for old in slugs[:-1]:
        moved = client.simulate_get(f"/v1/store/products/{quote(old)}")
        assert (moved.status_code, moved.headers["location"]) == (301, "/v1/store/products/blue-cup")
        assert client.simulate_get(moved.headers["location"]).status_code == 200
    back = staff("PATCH", f"/products/{mug['id']}", {"slug": "чашка"})
    there = client.simulate_get("/v1/store/products/blue-cup").headers["location"]
    assert back.status_code == 200
    assert client.simulate_get(there).json["slug"] == "чашка"


def test_a_live_page_wins_over_a_redirect(staff: Operator, client: TestClient, mug: Any) -> None:
    staff("PATCH", f"/products/{mug['id']}", {"slug": "sky-mug"})
    taken = staff("POST", "/products", {**CreateProduct.example, "slug": "blue-mug"})
    reused = staff("POST", "/products", {**CreateProduct.example, "slug": "blue-mug", "reuse_slug": True})

    assert (taken.status_code, taken.json["code"], reused.status_code) == (409, "slug-retired", 201)
    assert client.simulate_get("/v1/store/products/blue-mug").json["id"] == reused.json["id"]


@pytest.mark.parametrize("slug", ["nothing", "%00", "%ED%A0%80", "x" * 5000, "..%2F..", "%F0%9F%98%80"])
def test_an_address_of_nothing_is_not_found(client: TestClient, slug: str) -> None:
    answer = client.simulate_get(f"/v1/store/products/{slug}")

    assert 400 <= answer.status_code < 500
    assert answer.headers["content-type"] == "application/problem+json"


BAD_TEXT = [("a\x00b", "forbidden-character"), ("\ud800", "forbidden-character"), ("x" * 2_001, "too-long")]
PRICE = {"amount": 100, "currency": "EUR"}
VARIANTS = "/products/{id}/variants"
OF_A_PAGE = {"entity_type": "page", "slug": "a", "target_type": "product", "target_slug": "b"}


@pytest.mark.parametrize(
    ("path", "body", "pointer"),
    [
        (VARIANTS, {"price": {"amount": -1, "currency": "EUR"}, "option_values": ["X"]}, "/price"),
        (VARIANTS, {"price": {"amount": 10**12, "currency": "EUR"}}, "/price/amount"),
        (VARIANTS, {"price": {"amount": "1", "currency": "EUR"}}, "/price/amount"),
        (VARIANTS, {"price": PRICE, "option_values": ["X"], "barcode": "4006381333932"}, "/barcode"),
        (VARIANTS, {"price": PRICE, "option_values": ["X"], "barcode": "123"}, "/barcode"),
        (VARIANTS, {"price": PRICE, "option_values": ["Small"]}, "/option_values"),
        (VARIANTS, {"price": PRICE, "option_values": ["X"], "weight_grams": 10**9}, "/weight_grams"),
        (VARIANTS, {"price": PRICE, "option_values": ["X"], "colour": "red"}, "/colour"),
        ("/products/{id}/images", {"url": "javascript:alert(1)"}, "/url"),
        ("/products/{id}/images", {"url": "/a.png", "position": 0}, "/position"),
        ("/products", {**CreateProduct.example, "attributes": {"a": [1]}}, "/attributes/a"),
        ("/products", {**CreateProduct.example, "attributes": {"a": 10**16}}, "/attributes/a"),
        ("/products", {**CreateProduct.example, "attributes": {"a/b": "x" * 1_001}}, "/attributes/a~1b"),
        ("/products", {**CreateProduct.example, "attributes": {"": "x"}}, "/attributes/"),
        ("/products", {**CreateProduct.example, "attributes": {str(n): n for n in range(101)}}, "/attributes"),
        ("/categories", {"title": "X", "position": 0}, "/position"),
        ("/categories", {"title": "X", "seo": {"canonical_url": "ftp://x"}}, "/seo/canonical_url"),
        ("/tags", {"title": "★"}, "/slug"),
        ("/redirects", OF_A_PAGE, "/entity_type"),
        ("/redirects", {**OF_A_PAGE, "entity_type": "product", "slug": "A b"}, "/slug"),
        *[(VARIANTS, {"price": PRICE, "option_values": [bad]}, "/option_values/0") for bad, _ in BAD_TEXT],
        *[(VARIANTS, {"price": PRICE, "option_values": ["X"], "sku": bad}, "/sku") for bad, _ in BAD_TEXT],
        *[("/products/{id}/images", {"url": "/a.png", "alt": bad}, "/alt") for bad, _ in BAD_TEXT],
        *[("/products", {**CreateProduct.example, "attributes": {"a": bad}}, "/attributes/a") for bad, _ in BAD_TEXT],
        *[("/categories", {"title": bad}, "/title") for bad, _ in BAD_TEXT],
        *[("/categories", {"title": "X", "seo": {"meta_title": bad}}, "/seo/meta_title") for bad, _ in BAD_TEXT],
        *[("/tags", {"title": bad}, "/title") for bad, _ in BAD_TEXT],
    ],
)  # fmt: skip
def test_bad_input_is_told_by_pointer_and_nothing_is_written(
    staff: Operator, mug: Any, path: str, body: Any, pointer: str
) -> None:
    before = [staff("GET", where).json for where in ("/products", "/categories", "/tags", "/redirects")]

    refused = staff("POST", path.format(id=mug["id"]), body)

    assert refused.status_code == 422, refused.json
    assert pointer in [error["pointer"] for error in refused.json["errors"]]
    assert [staff("GET", where).json for where in ("/products", "/categories", "/tags", "/redirects")] == before


@pytest.mark.parametrize("what", ["products", "tags", "redirects"])
@pytest.mark.parametrize("query", ["per_page=1000000000", "page=0", "page=99999999999", "page=x"])
def test_a_page_that_makes_no_sense_is_refused(staff: Operator, what: str, query: str) -> None:
    answer = staff("GET", f"/{what}?{query}")

    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, "/" + query.partition("=")[0])


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/products/{id}/variants", AddVariant.example),
        ("POST", "/categories", CreateCategory.example),
        ("POST", "/tags", CreateTag.example),
        ("DELETE", "/products/{id}", None),
    ],
)
def test_support_may_look_but_not_touch(
    client: TestClient, shop: Commerce, mug: Any, method: str, path: str, body: object
) -> None:
    support = Operator(client, shop, Role.SUPPORT)

    assert support(method, path.format(id=mug["id"]), body).status_code == 403
    assert support("GET", f"/products/{mug['id']}").json == mug
    assert support("GET", "/categories").json == {"items": []}
