"""`commerce discounts`."""

import pytest


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
