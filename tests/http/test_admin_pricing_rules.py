"""Settings, tax rates, shipping zones and VAT numbers for operators over HTTP, and what buyers see of them."""

from typing import Any
from uuid import uuid4

import pytest
from falcon.testing import TestClient

from adapters_http.admin.merchant import ChangeSettings
from adapters_http.admin.shipping import ChangeShippingOption, ChangeShippingZone, CreateShippingZone
from adapters_http.admin.taxes import ChangeTaxRate, CreateTaxRate
from commerce_core.access.model import SYSTEM, Origin, Role
from commerce_core.cart.details import CartChanges
from commerce_core.kernel.address import Address
from commerce_core.merchant.model import MerchantChanges
from commerce_core.testing.builders import Builders
from commerce_core.wiring import Commerce

ADMIN = "/v1/admin"
PASSWORD = "correct horse battery"
GERMAN = Address("Uwe Kern", "Allee 1", "Berlin", "DE", company="Kern GmbH", vat_number="DE 136695976")


def log_in(shop: Commerce, role: Role) -> dict[str, str]:
    shop.staff.create(SYSTEM, f"{role.lower()}@example.com", "Kim", role, PASSWORD)
    token = shop.staff.log_in(f"{role.lower()}@example.com", PASSWORD, Origin()).access_token
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture
def headers(shop: Commerce) -> dict[str, str]:
    return log_in(shop, Role.MANAGER)


def test_settings_are_read_and_changed_at_their_version(client: TestClient, headers: dict[str, str]) -> None:
    where = f"{ADMIN}/settings"
    read = client.simulate_get(where, headers=headers)
    changed = client.simulate_patch(
        where, headers=headers | {"If-Match": read.headers["etag"]}, json=ChangeSettings.example
    )
    stale = client.simulate_patch(where, headers=headers | {"If-Match": read.headers["etag"]}, json={"name": "Other"})

    assert (read.json["name"], read.json["version"], read.headers["etag"]) == ("Our shop", 1, '"1"')
    assert (changed.status_code, changed.json["name"], changed.headers["etag"]) == (200, "Atelier Lumen", '"2"')
    assert (stale.status_code, stale.json["code"], stale.json["version"]) == (412, "settings-version-stale", 2)
    assert client.simulate_get(where, headers=headers).json == changed.json


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"timezone": "Mars"}, "/timezone", "unknown-time-zone"),
        ({"name": None}, "/name", "wrong-type"),
        ({"prices_include_tax": "yes"}, "/prices_include_tax", "wrong-type"),
        ({"address": {"city": "Paris"}}, "/address", "required"),
        ({"version": 9}, "/version", "unknown-field"),
        ({"integration_settings": {"a": "\0"}}, "/integration_settings/a", "forbidden-character"),
    ],
)
def test_settings_that_cannot_be_are_refused_with_a_pointer(
    client: TestClient, headers: dict[str, str], body: dict[str, Any], pointer: str, code: str
) -> None:
    refused = client.simulate_patch(f"{ADMIN}/settings", headers=headers, json=body)

    assert refused.status_code == 422
    assert [(error["pointer"].removesuffix("/line1"), error["code"]) for error in refused.json["errors"]] == [
        (pointer, code)
    ]
    assert client.simulate_get(f"{ADMIN}/settings", headers=headers).json["version"] == 1


def test_a_tax_rate_is_created_corrected_and_deleted(client: TestClient, headers: dict[str, str]) -> None:
    created = client.simulate_post(f"{ADMIN}/tax-rates", headers=headers, json=CreateTaxRate.example)
    where = created.headers["location"]
    changed = client.simulate_patch(
        where, headers=headers | {"If-Match": created.headers["etag"]}, json=ChangeTaxRate.example
    )
    listed = client.simulate_get(f"{ADMIN}/tax-rates", headers=headers, params={"country": "NO", "on": "2026-05-01"})

    assert (created.status_code, created.json["rate"], created.json["title"]) == (201, "25.00", "VAT NO")
    assert (changed.status_code, changed.json["title"], changed.headers["etag"]) == (200, "MVA", '"2"')
    assert listed.json["items"] == [changed.json]
    assert client.simulate_get(where, headers=headers).json == changed.json
    assert client.simulate_delete(where, headers=headers | {"If-Match": '"1"'}).status_code == 412
    assert client.simulate_delete(where, headers=headers).status_code == 204
    assert client.simulate_get(where, headers=headers).json["code"] == "tax-rate-not-found"


def test_bad_rates_are_refused_with_pointers_and_an_overlap_may_take_over(
    client: TestClient, headers: dict[str, str]
) -> None:
    where, good = f"{ADMIN}/tax-rates", CreateTaxRate.example
    client.simulate_post(where, headers=headers, json=good)
    later = good | {"rate": "26", "valid_from": "2027-01-01"}
    for body, pointer, code in (
        (later, "/valid_from", "overlapping-rate"),
        (good | {"rate": "100.5"}, "/rate", "out-of-range"),
        (good | {"rate": 25}, "/rate", "invalid-decimal"),
        (good | {"country": "XX"}, "/country", "invalid-country"),
        (good | {"valid_to": "2025-12-31"}, "/valid_to", "ends-before-start"),
        (good | {"valid_from": "2026-02-30"}, "/valid_from", "invalid-date"),
    ):
        refused = client.simulate_post(where, headers=headers, json=body)
        assert (refused.status_code, [(e["pointer"], e["code"]) for e in refused.json["errors"]]) == (
            422,
            [(pointer, code)],
        )
    assert client.simulate_get(where, headers=headers).json["total"] == 1

    taken = client.simulate_post(where, headers=headers, json=later | {"take_over": True})
    assert taken.status_code == 201
    ended = client.simulate_get(where, headers=headers).json["items"][1]
    assert (ended["rate"], ended["valid_to"]) == ("25.00", "2026-12-31")


def test_a_zone_and_its_options_are_kept(client: TestClient, headers: dict[str, str]) -> None:
    where = f"{ADMIN}/shipping-zones"
    created = client.simulate_post(where, headers=headers, json=CreateShippingZone.example)
    zone = created.headers["location"]
    renamed = client.simulate_patch(zone, headers=headers, json=ChangeShippingZone.example)
    added = client.simulate_post(
        f"{zone}/options",
        headers=headers | {"If-Match": renamed.headers["etag"]},
        json={"title": "Courier", "bands": [{"up_to": None, "price": {"amount": 1900, "currency": "EUR"}}],
              "estimated_days": 1},
    )  # fmt: skip
    changed = client.simulate_patch(f"{zone}/options/parcel", headers=headers, json=ChangeShippingOption.example)

    assert (created.status_code, renamed.status_code, added.status_code, changed.status_code) == (201, 200, 201, 200)
    assert [option["id"] for option in changed.json["options"]] == ["parcel", "courier"]
    assert (changed.json["options"][0]["estimated_days"], changed.json["options"][0]["free_from"]) == (2, None)
    assert client.simulate_get(where, headers=headers).json["items"] == [changed.json]
    assert client.simulate_get(zone, headers=headers).headers["etag"] == '"4"'
    assert len(client.simulate_delete(f"{zone}/options/courier", headers=headers).json["options"]) == 1
    assert client.simulate_delete(zone, headers=headers | {"If-Match": '"1"'}).status_code == 412
    assert client.simulate_delete(zone, headers=headers).status_code == 204
    assert client.simulate_get(zone, headers=headers).json["code"] == "shipping-zone-not-found"


def test_a_bad_zone_is_refused_with_pointers_into_its_options(client: TestClient, headers: dict[str, str]) -> None:
    zone = CreateShippingZone.example
    bands = [
        {"up_to": 9, "price": {"amount": -1, "currency": "EUR"}},
        {"up_to": 9, "price": zone["options"][0]["free_from"]},
    ]
    bad = zone | {"countries": ["FR", "XX"], "options": [zone["options"][0] | {"bands": bands}]}
    refused = client.simulate_post(f"{ADMIN}/shipping-zones", headers=headers, json=bad)

    assert [(error["pointer"], error["code"]) for error in refused.json["errors"]] == [
        ("/options/0/bands/0/price/amount", "out-of-range"),
        ("/options/0/bands/1/up_to", "must-rise"),
    ]
    assert client.simulate_get(f"{ADMIN}/shipping-zones", headers=headers).json["items"] == []


def test_support_may_not_touch_the_rules(client: TestClient, shop: Commerce) -> None:
    headers = log_in(shop, Role.SUPPORT)
    for path in ("settings", "tax-rates", "shipping-zones"):
        assert client.simulate_get(f"{ADMIN}/{path}", headers=headers).status_code == 403
    assert client.simulate_post(f"{ADMIN}/tax-rates/eu", headers=headers).status_code == 403
    assert client.simulate_post(f"{ADMIN}/settings/load-defaults", headers=headers).status_code == 403
    assert shop.shipping.list_zones(SYSTEM) == ()


def test_rules_to_begin_with_are_loaded_once(client: TestClient, headers: dict[str, str]) -> None:
    first = client.simulate_post(f"{ADMIN}/settings/load-defaults", headers=headers)
    again = client.simulate_post(f"{ADMIN}/settings/load-defaults", headers=headers)
    union = client.simulate_post(f"{ADMIN}/tax-rates/eu", headers=headers)

    assert (first.status_code, first.json["zones_added"]) == (200, 3)
    assert again.json == {"rates_added": 0, "zones_added": 0}
    assert union.json == {"added": 0, "kept": first.json["rates_added"]}


def test_a_buyer_is_offered_what_goes_to_the_place_they_name(
    client: TestClient, shop: Commerce, make: Builders
) -> None:
    shop.default_rules.load(SYSTEM)
    cart = make.cart((make.variant(), 1))
    where = f"/v1/store/cart/{cart.id}/shipping-options"

    def offered(**place: str) -> list[tuple[str, int]]:
        return [(way["id"], way["price"]["amount"]) for way in client.simulate_get(where, params=place).json["items"]]

    assert offered() == offered(country="FR") == [("standard", 490), ("express", 980)]
    assert offered(country="DE", postal_code="10115") == [("standard-eu", 980)]
    assert offered(country="JP") == [("standard-world", 1960)]
    refused = client.simulate_get(where, params={"country": "XX"})
    assert (refused.status_code, refused.json["errors"][0]["pointer"]) == (422, "/country")
    digital = make.cart((make.variant(ships=False), 1))
    assert client.simulate_get(f"/v1/store/cart/{digital.id}/shipping-options").json == {"items": []}


def test_a_confirmed_vat_number_takes_the_tax_out_of_a_cart_and_gives_it_back(
    client: TestClient, shop: Commerce, make: Builders
) -> None:
    shop.default_rules.load(SYSTEM)
    headers = log_in(shop, Role.SUPPORT)
    cart = make.cart((make.variant(price=11900), 1))
    taxed = shop.cart.change(cart.id, CartChanges(shipping_address=GERMAN))
    where = f"{ADMIN}/carts/{cart.id}/vat-number"

    confirmed = client.simulate_put(where, headers=headers, json={"vat_number": "136695976"})
    read = client.simulate_get(where, headers=headers)
    withdrawn = client.simulate_delete(where, headers=headers)

    assert (read.json["confirmed"], read.json["confirmed_vat_number"]) == (True, "DE136695976")
    assert read.headers["etag"] == confirmed.headers["etag"]
    assert client.simulate_get(where, headers=headers).json["confirmed"] is False
    assert (taxed.total.amount, taxed.tax_total.amount) == (11900, 1900)
    assert (confirmed.status_code, confirmed.json["total"]["amount"], confirmed.json["tax_total"]["amount"]) == (
        200, 10000, 0,
    )  # fmt: skip
    assert confirmed.json["shipping_address"]["vat_number"] == "DE136695976"
    assert (withdrawn.json["total"]["amount"], withdrawn.json["tax_total"]["amount"]) == (11900, 1900)


@pytest.mark.parametrize(
    ("number", "code"),
    [("DE136695977", "invalid-vat-number"), ("FR40303265045", "invalid-vat-number"), ("DE129273398", "contradiction")],
)
def test_a_vat_number_that_cannot_be_the_buyers_is_refused(
    client: TestClient, shop: Commerce, make: Builders, number: str, code: str
) -> None:
    headers = log_in(shop, Role.ADMIN)
    cart = make.cart((make.variant(), 1))
    before = shop.cart.change(cart.id, CartChanges(shipping_address=GERMAN))
    where = f"{ADMIN}/carts/{cart.id}/vat-number"

    refused = client.simulate_put(where, headers=headers, json={"vat_number": number})
    assert (refused.status_code, [(e["pointer"], e["code"]) for e in refused.json["errors"]]) == (
        422, [("/vat_number", code)],
    )  # fmt: skip
    assert (
        client.simulate_put(
            where, headers=headers | {"If-Match": '"9"'}, json={"vat_number": "DE136695976"}
        ).status_code
        == 412
    )
    assert (
        client.simulate_put(
            f"{ADMIN}/carts/{uuid4()}/vat-number", headers=headers, json={"vat_number": "X"}
        ).status_code
        == 404
    )
    assert shop.cart.get(cart.id) == before


def test_a_change_of_the_settings_is_seen_by_the_next_cart(shop: Commerce, make: Builders) -> None:
    cart = make.cart((make.variant(price=1200), 1))
    before = shop.cart.get(cart.id)
    shop.merchant.change(SYSTEM, MerchantChanges(prices_include_tax=False))
    after = shop.cart.get(cart.id)

    assert (before.total.amount, before.tax_total.amount) == (1200, 200)
    assert (after.total.amount, after.tax_total.amount, after.prices_include_tax) == (1440, 240, False)
