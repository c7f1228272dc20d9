"""`commerce settings`, `tax` and `shipping`: the rules of pricing, by hand."""

from typing import Any

from attrs import fields

from commerce_core.merchant.model import MerchantChanges, Premises
from commerce_core.shipping.drafts import NewOption, OptionChanges, ZoneChanges
from commerce_core.taxes.drafts import TaxRateChanges


def different(before: dict[str, Any], after: dict[str, Any]) -> set[str]:
    return {name for name in before if before[name] != after[name]}


def names(of: type) -> set[str]:
    return {field.name for field in fields(of)}


def test_the_settings_are_changed_and_shown(commerce) -> None:
    commerce(
        "settings", "set", "--name", "Lumen", "--line1", "12 rue", "--city", "Paris", "--no-prices-include-tax",
        "--integration", 'chat={"on": true}', "--integration", "tag=a b",
    )  # fmt: skip
    moved = commerce("settings", "set", "--city", "Lyon", "--integration", "tag=", "--json").value

    assert moved == commerce("settings", "show", "--json").value
    assert (moved["name"], moved["prices_include_tax"], moved["version"]) == ("Lumen", False, 3)
    assert (moved["address"]["line1"], moved["address"]["city"]) == ("12 rue", "Lyon")
    assert moved["integration_settings"] == {"chat": {"on": True}}
    assert "12 rue, Lyon" in commerce("settings", "show").out
    assert commerce("settings", "set", "--line1", "", "--json").value["address"] is None


def test_settings_that_cannot_be_are_refused_and_nothing_changes(commerce) -> None:
    before = commerce("settings", "show", "--json").value
    for wrong in (("--timezone", "Mars"), ("--country", "XX"), ("--city", "Paris"), ("--integration", "chat")):
        assert commerce("settings", "set", *wrong).code == 2
    assert commerce("settings", "show", "--json").value == before


def test_a_tax_rate_takes_over_from_the_one_before_and_goes(commerce) -> None:
    commerce("tax", "set", "RO", "standard", "19", "--from", "2017-01-01")
    made = commerce("tax", "set", "RO", "standard", "21", "--from", "2025-08-01", "--title", "TVA", "--json").value
    listed = commerce("tax", "list", "--country", "RO", "--json").value["items"]

    assert [(r["rate"], r["valid_from"], r["valid_to"]) for r in listed] == [
        ("21.00", "2025-08-01", None),
        ("19.00", "2017-01-01", "2025-07-31"),
    ]
    assert commerce("tax", "list", "--on", "2020-01-01").out.splitlines()[1].split("\t")[1:5] == [
        "RO", "standard", "19.00", "VAT RO",
    ]  # fmt: skip
    assert commerce("tax", "remove", made["id"]).code == 0
    assert commerce("tax", "remove", made["id"]).code == 3
    assert commerce("tax", "set", "RO", "standard", "101", "--from", "2026-01-01").code == 2
    assert commerce("tax", "set", "RO", "standard", "much", "--from", "2026-01-01").code == 2
    assert commerce("tax", "list", "--json").value["total"] == 1


def test_the_rates_of_the_union_are_loaded_once(commerce) -> None:
    assert commerce("tax", "load-eu", "--json").value["kept"] == 0
    again = commerce("tax", "load-eu", "--json").value
    assert again["added"] == 0
    assert commerce("tax", "list", "--json").value["total"] == again["kept"]


def test_zones_and_options_are_kept(commerce) -> None:
    def options(said: Any) -> list[tuple[Any, ...]]:
        return [
            (o["id"], o["price_by"], [(b["up_to"], b["price"]["amount"]) for b in o["bands"]], o["active"])
            for o in said.value["options"]
        ]

    made = commerce("shipping", "create-zone", "Home", "--country", "FR", "--postal-prefix", "75", "--json").value
    assert (made["countries"], made["postal_prefixes"]) == (["FR"], ["75"])
    commerce("shipping", "add-option", "Home", "Courier", "--days", "1", "--price", "9.90", "--free-from", "80")
    added = commerce(
        "shipping", "add-option", "Home", "Parcel", "--days", "3", "--by", "weight",
        "--band", "1000=4.90", "--band", "=9", "--json",
    )  # fmt: skip
    assert options(added) == [
        ("courier", "flat", [(None, 990)], True),
        ("parcel", "weight", [(1000, 490), (None, 900)], True),
    ]
    by_value = commerce(
        "shipping", "change-option", "Home", "courier", "--by", "subtotal", "--band", "50=5", "--band", "=0", "--json"
    )
    assert options(by_value)[0] == ("courier", "subtotal", [(5000, 500), (None, 0)], True)
    off = commerce("shipping", "change-option", "Home", "courier", "--no-active", "--free-from", "", "--json")
    assert options(off)[0] == ("courier", "subtotal", [(5000, 500), (None, 0)], False)
    assert off.value["options"][0]["free_from"] is None

    rows = [row.split("\t") for row in commerce("shipping", "zones").out.splitlines()]
    assert rows[1] == [
        "Home",
        "FR, 75…",
        "courier",
        "Courier",
        "to 50.00 EUR: 5.00 EUR, beyond: 0.00 EUR",
        "-",
        "1",
        "no",
    ]
    assert len(commerce("shipping", "remove-option", "Home", "courier", "--json").value["options"]) == 1
    assert commerce("shipping", "change-zone", "Home", "--title", "Paris", "--json").value["title"] == "Paris"
    assert commerce("shipping", "delete-zone", "Paris").code == 0
    assert commerce("shipping", "delete-zone", "Paris").code == 3


def test_an_option_that_cannot_be_is_refused(commerce) -> None:
    commerce("shipping", "create-zone", "World", "--rest-of-world")
    for wrong in (
        (), ("--price", "-1"), ("--band", "5=1"), ("--price", "1", "--band", "=1"), ("--by", "weight", "--band", "x=1"),
        ("--by", "weight", "--band", "9=1", "--band", "8=2"),
    ):  # fmt: skip
        assert commerce("shipping", "add-option", "World", "Parcel", "--days", "3", *wrong).code == 2
    assert commerce("shipping", "zones", "--json").value["items"][0]["options"] == []


def test_a_new_shop_gets_rules_to_begin_with_and_keeps_its_own(commerce) -> None:
    loaded = commerce("settings", "load-defaults", "--json").value
    zones = commerce("shipping", "zones", "--json").value["items"]
    again = commerce("settings", "load-defaults", "--json").value

    assert loaded["zones_added"] == 3
    assert loaded["rates_added"] == commerce("tax", "list", "--json").value["total"]
    assert [zone["title"] for zone in zones] == ["Domestic", "European Union", "Rest of the world"]
    assert again == {"rates_added": 0, "zones_added": 0}


def test_a_shop_outside_of_the_union_gets_the_rate_of_its_own_country(commerce) -> None:
    commerce("settings", "set", "--country", "NO")
    commerce("settings", "load-defaults", SHOP_TAX_RATE="25")

    listed = commerce("tax", "list", "--country", "NO", "--json").value["items"]
    assert [(rate["rate"], rate["source"]) for rate in listed] == [("25.00", "SHOP_TAX_RATE")]


def test_everything_the_library_can_change_of_the_settings_can_be_typed(commerce) -> None:
    before = commerce("settings", "show", "--json").value
    after = commerce(
        "settings", "set", "--name", "Lumen", "--country", "DE", "--timezone", "Europe/Berlin",
        "--no-prices-include-tax", "--email", "hello@example.com", "--phone", "+49 30 1", "--line1", "Allee 1",
        "--line2", "Hof", "--postal-code", "10115", "--city", "Berlin", "--region", "BE", "--legal-name", "Lumen GmbH",
        "--legal-form", "GmbH", "--company-number", "HRB 1", "--vat-number", "DE136695976", "--integration", "a=1",
        "--no-invoice-automatic", "--invoice-prefix", "RE-", "--credit-note-prefix", "GS-",
        "--no-invoice-numbers-yearly", "--invoice-first-number", "RE-000007", "--invoice-exemption", "UStG 19",
        "--invoice-footer", "Danke", "--json",
    ).value  # fmt: skip

    assert different(before, after) == names(MerchantChanges) | {"version"}
    assert after["address"].keys() == names(Premises)
    assert None not in after["address"].values()
    assert commerce("settings", "set", "--no-integrations", "--integration", "b=1").code == 2
    assert commerce("settings", "show", "--json").value == after
    assert commerce("settings", "set", "--no-integrations", "--json").value["integration_settings"] == {}


def test_everything_the_library_can_change_of_a_tax_rate_can_be_typed(commerce) -> None:
    made = commerce("tax", "set", "NO", "reduced", "15", "--from", "2026-01-01", "--region", "Oslo", "--json").value
    changed = commerce(
        "tax", "change", made["id"], "--percent", "15.5", "--from", "2026-02-01", "--to", "2026-12-31",
        "--title", "MVA", "--source", "Skatteetaten", "--json",
    ).value  # fmt: skip

    assert different(made, changed) == names(TaxRateChanges) | {"version"}
    assert commerce("tax", "show", made["id"], "--json").value == changed
    assert "from 2026-02-01 to 2026-12-31" in commerce("tax", "show", made["id"]).out
    assert commerce("tax", "change", made["id"], "--to", "", "--json").value["valid_to"] is None


def test_a_correction_that_cannot_be_is_refused_and_nothing_changes(commerce) -> None:
    made = commerce("tax", "set", "NO", "standard", "25", "--from", "2026-01-01", "--json").value
    for wrong in (("--percent", "much"), ("--percent", "101"), ("--to", "soon"), ("--to", "2025-01-01")):
        assert commerce("tax", "change", made["id"], "--title", "MVA", *wrong).code == 2
    later = commerce("tax", "set", "NO", "standard", "26", "--from", "2027-01-01", "--no-take-over")
    assert (later.code, "counts from 2026-01-01" in later.err) == (2, True)
    assert commerce("tax", "list", "--json").value["items"] == [made]


def test_everything_the_library_can_change_of_a_zone_can_be_typed(commerce) -> None:
    made = commerce("shipping", "create-zone", "Alps", "--country", "AT", "--json").value
    narrow = commerce(
        "shipping", "change-zone", "Alps", "--title", "Tyrol", "--country", "AT", "--country", "IT",
        "--region", "Tirol", "--postal-prefix", "60", "--json",
    ).value  # fmt: skip
    kept = commerce("shipping", "change-zone", "Tyrol", "--rest-of-world")
    told = commerce("shipping", "show", "Tyrol", "--json").value
    world = commerce(
        "shipping", "change-zone", "Tyrol", "--country", "", "--region", "", "--postal-prefix", "", "--rest-of-world",
        "--json",
    ).value  # fmt: skip
    back = commerce("shipping", "change-zone", "Tyrol", "--places", "--country", "CH", "--json").value

    assert different(made, narrow) | different(narrow, world) == names(ZoneChanges) | {"version"}
    assert (kept.code, told) == (2, narrow)  # the rest of the world names no places
    assert (world["rest_of_world"], world["countries"], world["regions"], world["postal_prefixes"]) == (
        True,
        [],
        [],
        [],
    )
    assert (back["rest_of_world"], back["countries"]) == (False, ["CH"])


def test_everything_the_library_can_say_of_a_way_to_send_can_be_typed(commerce) -> None:
    commerce("shipping", "create-zone", "World", "--rest-of-world")
    commerce("shipping", "add-option", "World", "Letter", "--days", 5, "--price", "2", "--json")
    [letter, parcel] = commerce(
        "shipping", "add-option", "World", "Parcel", "--id", "box", "--days", 3, "--by", "weight",
        "--band", "1000=4.90", "--free-from", "80", "--tax-class", "reduced", "--inactive", "--json",
    ).value["options"]  # fmt: skip
    [changed, _] = commerce(
        "shipping", "change-option", "World", "letter", "--title", "Mail", "--days", 4, "--by", "subtotal",
        "--band", "20=2", "--free-from", "40", "--tax-class", "zero", "--no-active", "--json",
    ).value["options"]  # fmt: skip

    assert different(letter, parcel) == names(NewOption)
    assert different(letter, changed) == names(OptionChanges)
    said = commerce("shipping", "show", "World").out
    assert "Parcel: to 1000 g: 4.90 EUR, free from 80.00 EUR, 3 days, tax reduced, off" in said
