"""The shop's own settings: the environment speaks until somebody writes them, and nothing wrong is written."""

from collections.abc import Mapping
from typing import Any

import pytest
from attrs import evolve

from commerce_core.access.errors import PermissionDenied
from commerce_core.access.model import GUEST, SYSTEM
from commerce_core.kernel.errors import InvalidInput
from commerce_core.merchant.errors import SettingsVersionStale
from commerce_core.merchant.model import Merchant, MerchantChanges, Premises
from commerce_core.wiring import Commerce


def revision(shop: Commerce) -> int:
    with shop.database.read() as session:
        row = session.connection.execute("SELECT revision FROM pricing_revision").fetchone()
    assert row is not None
    return int(row[0])


def audited(shop: Commerce) -> list[dict[str, Any]]:
    with shop.database.read() as session:
        return [row[0] for row in session.connection.execute("SELECT changes FROM audit_logs ORDER BY id").fetchall()]


def test_the_environment_speaks_until_somebody_writes_the_settings(shop: Commerce) -> None:
    assert shop.merchant.show(SYSTEM) == Merchant("Our shop", "FR", "Europe/Paris", prices_include_tax=True)

    changed = shop.merchant.change(SYSTEM, MerchantChanges(name="Atelier Lumen", address=Premises("12 rue", "Paris")))

    assert changed == evolve(
        Merchant("Atelier Lumen", "FR", "Europe/Paris", prices_include_tax=True),
        address=Premises("12 rue", "Paris"),
        version=2,
    )
    assert shop.merchant.show(SYSTEM) == changed


def test_every_field_is_kept_and_what_is_not_mentioned_stays(shop: Commerce) -> None:
    everything = MerchantChanges(
        name="Lumen", country="DE", timezone="Europe/Berlin", prices_include_tax=False, email="hello@example.com",
        phone="+49 30 1", address=Premises("Allee 1", "Berlin", "Hof", "10115", "BE"), legal_name="Lumen GmbH",
        legal_form="GmbH", company_number="HRB 1", vat_number="DE136695976",
        integration_settings={"chat": {"on": True}}, invoice_automatic=False, invoice_prefix="RE-",
        credit_note_prefix="GS-", invoice_numbers_yearly=False, invoice_first_numbers=("RE-000007",),
        invoice_exemption="UStG 19", invoice_footer="Danke",
    )  # fmt: skip
    kept = shop.merchant.change(SYSTEM, everything)
    shop.merchant.change(SYSTEM, MerchantChanges(phone=None))

    assert shop.merchant.show(SYSTEM) == evolve(kept, phone=None, version=3)


def test_a_change_tells_every_process_and_the_audit_log(shop: Commerce) -> None:
    before = revision(shop)
    shop.merchant.change(
        SYSTEM, MerchantChanges(prices_include_tax=False, integration_settings={"chat": {"key": "hush"}})
    )

    assert revision(shop) == before + 1
    assert audited(shop) == [
        {
            "prices_include_tax": {"before": True, "after": False},
            "integration_settings": {"before": None, "after": ["chat"]},
        }
    ]


def test_integration_settings_are_merged(shop: Commerce) -> None:
    def after(patch: Mapping[str, Any] | None) -> Mapping[str, Any]:
        return shop.merchant.change(SYSTEM, MerchantChanges(integration_settings=patch)).integration_settings

    assert after({"a": {"b": 1, "c": [1]}, "d": "x"}) == {"a": {"b": 1, "c": [1]}, "d": "x"}
    assert after({"a": {"b": None, "e": 2}}) == {"a": {"c": [1], "e": 2}, "d": "x"}
    assert after({"d": None}) == {"a": {"c": [1], "e": 2}}
    assert after(None) == {}


WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"name": " "}, "/name", "too-short"),
    ({"name": "x" * 201}, "/name", "too-long"),
    ({"name": "x\0"}, "/name", "forbidden-character"),
    ({"country": "XX"}, "/country", "invalid-country"),
    ({"country": "fr"}, "/country", "invalid-country"),
    *(
        ({"timezone": zone}, "/timezone", "unknown-time-zone")
        for zone in ("Mars/Olympus", "", "Europe", "../etc/passwd", "/etc/passwd", "Europe/París", "\0")
    ),
    ({"email": "nobody"}, "/email", "invalid-email"),
    ({"integration_settings": {"a": "x" * 20_001}}, "/integration_settings", "too-long"),
    ({"integration_settings": {"a": float("nan")}}, "/integration_settings", "invalid-value"),
    ({"integration_settings": {"a": object()}}, "/integration_settings", "invalid-value"),
    ({"integration_settings": {"a": "\0"}}, "/integration_settings", "forbidden-character"),
]


@pytest.mark.parametrize(("changes", "pointer", "code"), WRONG)
def test_what_a_merchant_cannot_be_is_refused_where_it_is_wrong(
    shop: Commerce, changes: dict[str, Any], pointer: str, code: str
) -> None:
    before = revision(shop)
    with pytest.raises(InvalidInput) as refused:
        shop.merchant.change(SYSTEM, MerchantChanges(**changes))

    assert [(error.pointer, error.code) for error in refused.value.errors] == [(pointer, code)]
    assert (shop.merchant.show(SYSTEM).version, revision(shop), audited(shop)) == (1, before, [])


def test_a_change_of_an_old_version_or_by_a_guest_is_refused_and_changes_nothing(shop: Commerce) -> None:
    kept = shop.merchant.change(SYSTEM, MerchantChanges(name="Lumen"), 1)
    with pytest.raises(SettingsVersionStale) as stale:
        shop.merchant.change(SYSTEM, MerchantChanges(name="Other"), 1)
    with pytest.raises(PermissionDenied):
        shop.merchant.change(GUEST, MerchantChanges(name="Other"))
    with pytest.raises(PermissionDenied):
        shop.merchant.show(GUEST)

    assert stale.value.version == 2
    assert shop.merchant.show(SYSTEM) == kept
