"""`commerce products`, `variants`, `images`, `categories`, `tags` and `redirects`."""

import pytest


@pytest.fixture
def mug(commerce) -> str:
    """The slug of a published product."""
    made = commerce(
        "products", "create", "Blue mug", "--price", "14.90", "--sku", "MUG", "--tag", "Gift", "--publish",
        "--attribute", "material=stoneware", "--attribute", "height=9.5", "--attribute", "washable=true",
    )  # fmt: skip
    assert made.code == 0, made.err
    return "blue-mug"


def test_a_product_is_made_changed_put_away_and_deleted(commerce, mug: str) -> None:
    assert commerce("categories", "create", "Kitchen").code == 0
    changed = commerce("products", "update", mug, "--title", "Sky mug", "--slug", "sky-mug", "--category", "kitchen",
                       "--tag", "", "--attribute", "material=", "--json").value  # fmt: skip
    assert (changed["title"], changed["slug"], changed["tags"]) == ("Sky mug", "sky-mug", [])
    assert [category["slug"] for category in changed["categories"]] == ["kitchen"]
    assert changed["attributes"] == {"height": 9.5, "washable": True}

    assert commerce("products", "seo", "sky-mug", "--meta-title", "A mug", "--noindex", "--json").value["seo"] == {
        "meta_title": "A mug", "meta_description": None, "canonical_url": None, "og_image": None, "noindex": True,
    }  # fmt: skip
    assert commerce("products", "archive", "sky-mug", "--json").value["status"] == "ARCHIVED"
    said = commerce("products", "publish", "sky-mug")
    assert (said.code, said.err.split(":")[0]) == (4, "product-status-conflict")
    assert commerce("products", "draft", "sky-mug", "--json").value["status"] == "DRAFT"
    assert commerce("products", "publish", "sky-mug", "--json").value["status"] == "ACTIVE"
    assert commerce("products", "delete", "sky-mug").code == 0
    assert commerce("products", "show", "sky-mug").code == 3


def test_variants_options_and_prices_are_kept(commerce, mug: str) -> None:
    said = commerce("variants", "options", mug, "Size", "--values", "MUG=Small", "--json").value
    assert said["options"] == [{"name": "Size", "values": ["Small"]}]
    large = ("--price", "19.90", "--value", "Large", "--sku", "MUG-L", "--barcode", "4006381333931")
    assert commerce("variants", "add", mug, *large).code == 0

    changed = commerce("variants", "change", "MUG-L", "--price", "17.90", "--compare-at", "19.90", "--position", 1)
    assert "Large · 17.90 EUR instead of 19.90 EUR" in changed.out
    prices = commerce("variants", "prices", "MUG-L", "--json").value["items"]
    assert [price["price"]["amount"] for price in prices] == [1790, 1990]

    ended = commerce("variants", "change", "MUG-L", "--compare-at", "", "--sku", "", "--json").value["variants"][0]
    assert (ended["compare_at_price"], ended["sku"], ended["title"]) == (None, None, "Large")
    assert commerce("variants", "remove", ended["id"]).code == 0
    assert commerce("variants", "remove", "MUG").err.startswith("last-variant")
    assert commerce("variants", "prices", "NO-SUCH-SKU").code == 3


def test_pictures_are_kept(commerce, mug: str) -> None:
    added = commerce("images", "add", mug, "/media/a.png", "--alt", "From above", "--json").value
    [image] = added["images"]
    changed = commerce("images", "change", mug, image["id"], "--alt", "From below", "--json").value
    assert changed["images"][0]["alt"] == "From below"
    assert commerce("variants", "change", "MUG", "--image", image["id"], "--json").value["variants"][0]["image_id"]
    assert commerce("images", "remove", mug, image["id"], "--json").value["images"] == []
    assert commerce("variants", "change", "MUG", "--image", image["id"]).code == 2


def test_categories_are_moved_and_cut(commerce) -> None:
    commerce("categories", "create", "Kitchen")
    commerce("categories", "create", "Mugs", "--parent", "kitchen")
    lines = commerce("categories", "list").out.splitlines()
    assert [line.split("\t")[:3] for line in lines[1:]] == [["kitchen", "Kitchen", "-"], ["mugs", "Mugs", "kitchen"]]

    assert commerce("categories", "update", "kitchen", "--parent", "mugs").code == 2
    assert commerce("categories", "delete", "kitchen").err.startswith("category-in-use")
    assert commerce("categories", "update", "mugs", "--parent", "", "--position", 1, "--title", "Cups").code == 0
    assert [line.split("\t")[1] for line in commerce("categories", "list").out.splitlines()[1:]] == ["Cups", "Kitchen"]
    assert commerce("categories", "delete", "kitchen").code == 0
    assert commerce("categories", "delete", "kitchen").err.startswith("name-unknown")


def test_tags_are_put_in_order(commerce, mug: str) -> None:
    assert commerce("tags", "create", "Present").code == 0
    assert commerce("tags", "rename", "gift", "Present").err.startswith("slug-taken")
    assert commerce("tags", "merge", "gift", "present", "--json").value["products"] == 1
    assert commerce("tags", "rename", "present", "For you", "--json").value["slug"] == "for-you"
    assert commerce("tags", "list").out.splitlines()[1] == "for-you\tFor you\t1"
    assert commerce("tags", "delete", "for-you").code == 0
    assert commerce("tags", "list", "--json").value["total"] == 0


def test_redirects_are_made_by_renaming_and_by_hand(commerce, mug: str) -> None:
    commerce("products", "update", mug, "--slug", "sky-mug")
    made = commerce("redirects", "create", "category/mugs", "product/blue-mug", "--json").value
    assert made["target_slug"] == "sky-mug"
    listed = {line.split("\t")[1]: line.split("\t")[2] for line in commerce("redirects", "list").out.splitlines()[1:]}
    assert listed == {"category/mugs": "product/sky-mug", "product/blue-mug": "product/sky-mug"}

    assert commerce("redirects", "create", "product/sky-mug", "product/blue-mug").err.startswith("redirect-shadowed")
    assert commerce("redirects", "create", "page/about", "product/sky-mug").code == 2
    commerce("categories", "create", "Kitchen")
    assert commerce("redirects", "update", made["id"], "category/kitchen", "--json").value["target_type"] == "category"
    assert commerce("redirects", "delete", made["id"]).code == 0
    assert commerce("redirects", "delete", made["id"]).code == 3


@pytest.mark.parametrize("price", ["ten", "1.999", "-1", "NaN", ""])
def test_a_price_that_is_none_is_refused_and_nothing_is_made(commerce, price: str) -> None:
    assert commerce("products", "create", "Mug", f"--price={price}").code == 2
    assert commerce("products", "list", "--json").value["total"] == 0
