"""`commerce discounts`."""

import pytest
from attrs import fields

from commerce_core.discounts.drafts import DiscountChanges, NewDiscount


@pytest.fixture
def spring(commerce) -> dict:
    """A discount with a code."""
    made = commerce(
        "discounts", "create", "Ten in spring", "--kind", "percentage", "--percent", "10", "--code", "SPRING",
        "--minimum", "30.00", "--starts", "2026-03-20", "--ends", "2026-06-21T12:00", "--limit", 500, "--json",
    )  # fmt: skip
    assert made.code == 0, made.err
    return made.value


def test_a_discount_is_made_shown_changed_and_deleted(commerce, spring: dict) -> None:
    assert (spring["starts_at"], spring["ends_at"]) == ("2026-03-19T23:00:00Z", "2026-06-21T10:00:00Z")
    assert spring["minimum_subtotal"] == {"amount": 3000, "currency": "EUR"}
    assert "0 of 500" in commerce("discounts", "show", "spring").out

    changed = commerce("discounts", "change", "Spring", "--limit", "", "--ends", "", "--percent", "12.5",
                       "--inactive", "--json").value  # fmt: skip
    assert (changed["usage_limit"], changed["ends_at"], changed["percent"], changed["active"], changed["version"]) == (
        None, None, "12.5", False, 2,
    )  # fmt: skip
    assert commerce("discounts", "change", spring["id"], "--active", "--json").value["active"] is True
    assert commerce("discounts", "delete", "SPRING").code == 0
    assert commerce("discounts", "show", spring["id"]).err.startswith("discount-not-found")
    assert commerce("discounts", "show", "SPRING").err.startswith("discount-code-unknown")


def test_each_kind_can_be_made_and_is_listed(commerce) -> None:
    assert commerce("products", "create", "Blue mug", "--price", "14.90", "--tag", "Gift").code == 0
    for words in (
        ("Five", "--kind", "fixed", "--amount", "5.00", "--first-order", "--limit-per-buyer", 1),
        ("3 for 2", "--kind", "buy_x_get_y", "--buy", 2, "--get", 1, "--product", "blue-mug"),
        ("Sent", "--kind", "free_shipping", "--tag", "gift", "--exclusive", "--inactive"),
    ):
        made = commerce("discounts", "create", *words)
        assert made.code == 0, made.err
    said = commerce("discounts", "list").out
    assert all(gift in said for gift in ("5.00 EUR", "1 of 3 at 100 % less", "free shipping"))
    assert commerce("discounts", "list", "--search", "five", "--json").value["total"] == 1


@pytest.mark.parametrize(
    ("words", "pointer"),
    [
        (("--kind", "percentage", "--percent", "much"), "/percent"),
        (("--kind", "percentage", "--percent", "120"), "/percent"),
        (("--kind", "fixed", "--amount", "5.001"), "/amount"),
        (("--kind", "free_shipping", "--starts", "tomorrow"), "/starts"),
        (("--kind", "free_shipping", "--starts", "2026-02-02", "--ends", "2026-02-01"), "/ends_at"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(commerce, words: tuple[str, ...], pointer: str) -> None:
    said = commerce("discounts", "create", "X", *words)
    assert (said.code, pointer in said.err) == (2, True)
    assert commerce("discounts", "list", "--json").value["total"] == 0


def test_a_number_that_is_none_is_refused(commerce, spring: dict) -> None:
    assert commerce("discounts", "change", "SPRING", "--limit", "many").code == 2
    assert commerce("discounts", "show", "SPRING", "--json").value == spring


def test_goods_of_one_sort_are_named(commerce) -> None:
    assert commerce("products", "create", "Blue mug", "--price", "14.90", "--tag", "Gift").code == 0
    said = commerce("discounts", "create", "X", "--kind", "free_shipping", "--product", "blue-mug", "--tag", "gift")
    assert (said.code, "/scope" in said.err) == (2, True)


@pytest.fixture
def shelf(commerce) -> dict[str, str]:
    """A mug with a tag in a category, by the ids of the three."""
    shelf = commerce("categories", "create", "Cups", "--json").value["id"]
    mug = commerce(
        "products", "create", "Blue mug", "--price", "14.90", "--tag", "Gift", "--category", "cups", "--json"
    ).value["id"]
    gift = commerce("tags", "list", "--json").value["items"][0]["id"]
    return {"products": mug, "categories": shelf, "tags": gift}


def test_everything_the_library_can_ask_of_a_new_discount_can_be_typed(commerce, shelf: dict[str, str]) -> None:
    common = (
        "--code", "ALL", "--category", "cups", "--minimum", "30.00", "--minimum-quantity", 3, "--starts", "2026-03-20",
        "--ends", "2026-06-21", "--limit", 500, "--limit-per-buyer", 2, "--exclusive", "--first-order", "--inactive",
    )  # fmt: skip
    made = commerce(
        "discounts", "create", "Third half off", "--kind", "buy_x_get_y", "--buy", 2, "--get", 1, "--percent", "50",
        *common, "--json",
    ).value  # fmt: skip
    fixed = commerce("discounts", "create", "X", "--kind", "fixed", "--amount", "5.00", "--json").value

    assert made["scope"] == {"kind": "categories", "ids": [shelf["categories"]]}
    assert (made["minimum_quantity"], made["buy"], made["get"], made["percent"]) == (3, 2, 1, "50")
    assert (made["exclusive"], made["first_order_only"], made["active"]) == (True, True, False)
    told = {field.name for field in fields(NewDiscount) if made[field.name] != fixed[field.name]}
    assert told == {field.name for field in fields(NewDiscount)}


def test_everything_the_library_can_change_can_be_typed(commerce, shelf: dict[str, str], spring: dict) -> None:
    def changed(name: str, *words: object) -> dict:
        said = commerce("discounts", "change", name, *words, "--json")
        assert said.code == 0, said.err
        return said.value

    commerce("discounts", "create", "3 for 2", "--kind", "buy_x_get_y", "--buy", 2, "--get", 1, "--code", "THREE")
    commerce("discounts", "create", "Five", "--kind", "fixed", "--amount", "5.00", "--code", "FIVE")
    before = {name: commerce("discounts", "show", name, "--json").value for name in ("THREE", "FIVE", "SPRING")}
    after = {
        "THREE": changed("THREE", "--buy", 3, "--get", 2, "--percent", "50", "--title", "5 for 3", "--code", "FOUR",
                         "--minimum-quantity", 5, "--exclusive", "--first-order", "--tag", "gift", "--inactive"),
        "FIVE": changed("FIVE", "--amount", "6.00", "--minimum", "20", "--limit", 9, "--limit-per-buyer", 2),
        "SPRING": changed("SPRING", "--starts", "2026-03-21", "--ends", "2026-06-22"),
    }  # fmt: skip
    different = {field for name in before for field in before[name] if before[name][field] != after[name][field]}

    assert different >= {field.name for field in fields(DiscountChanges)}
    assert after["THREE"]["scope"] == {"kind": "tags", "ids": [shelf["tags"]]}
    back = changed("FOUR", "--all-goods", "--combined", "--any-order", "--minimum-quantity", "")
    assert (back["scope"], back["minimum_quantity"], back["exclusive"], back["first_order_only"]) == (
        {"kind": "all", "ids": []}, None, False, False,
    )  # fmt: skip
    assert changed("FOUR", "--product", "blue-mug")["scope"]["ids"] == [shelf["products"]]


def test_a_change_that_makes_no_sense_is_refused_and_nothing_changes(
    commerce, shelf: dict[str, str], spring: dict
) -> None:
    for words, pointer in (
        (("--all-goods", "--tag", "gift"), "/scope"),
        (("--tag", shelf["products"]), "/scope/ids"),
        (("--minimum-quantity", "three"), "/minimum-quantity"),
        (("--minimum-quantity", "0"), "/minimum_quantity"),
        (("--buy", 2, "--get", 1), "/buy"),
        (("--amount", "5.00"), "/amount"),
        (("--limit-per-buyer", "-1"), "/limit-per-buyer"),
    ):
        said = commerce("discounts", "change", "SPRING", *words, "--title", "Other")
        assert (said.code, pointer in said.err) == (2, True), (words, said.err)
    assert commerce("discounts", "change", "SPRING", "--tag", "nowhere", "--title", "Other").code == 3
    assert commerce("discounts", "show", "SPRING", "--json").value == spring


def test_the_list_can_be_of_active_ones_alone(commerce, spring: dict) -> None:
    commerce("discounts", "create", "Sent", "--kind", "free_shipping", "--inactive")
    titles = {
        flag: [one["title"] for one in commerce("discounts", "list", flag, "--json").value["items"]]
        for flag in ("--active", "--inactive")
    }
    assert titles == {"--active": ["Ten in spring"], "--inactive": ["Sent"]}
