"""`commerce customers`."""

from uuid import uuid4

import pytest

from adapters_cli.premises import OPERATOR
from commerce_core import open_shop
from commerce_core.customers.model import Buyer
from commerce_core.emails.model import Locale
from commerce_core.kernel.ids import uuid7
from tests.cli.conftest import Commerce


@pytest.fixture
def _buyers(database_url: str) -> None:
    with open_shop(database_url) as shop:
        for name in ("Ana", "Bo"):
            with shop.customers.begin() as work:
                work.customers.remember(uuid7(), Buyer(f"{name.lower()}@example.com", name, Locale.FR))


@pytest.mark.usefixtures("_buyers")
def test_customers_are_listed_tagged_noted_and_shown(commerce: Commerce) -> None:
    assert commerce("customers", "tag", "ANA@example.com", "vip", "--json").value["tags"] == ["vip"]
    noted = commerce("customers", "note", "ana@example.com", "called", "--json").value
    assert noted["notes"][0]["author"] == OPERATOR.name
    assert [who["name"] for who in commerce("customers", "list", "--tag", "vip", "--json").value["items"]] == ["Ana"]
    shown = commerce("customers", "show", "ana@example.com")
    assert (shown.code, "vip" in shown.out, "called" in shown.out) == (0, True, True)
    assert commerce("customers", "orders", "ana@example.com", "--json").value["total"] == 0
    assert commerce("customers", "tag", "ana@example.com", "--json").value["tags"] == []


@pytest.mark.usefixtures("_buyers")
def test_customers_are_merged_exported_and_erased(commerce: Commerce) -> None:
    asked = commerce("customers", "erase", "ana@example.com")
    assert (asked.code, "--yes" in asked.err) == (2, True)
    assert commerce("customers", "merge", "bo@example.com", "ana@example.com", "--yes").code == 0
    assert commerce("customers", "export", "ana@example.com").value["customer"]["name"] == "Ana"
    assert commerce("customers", "erase", "ana@example.com", "--yes").code == 0
    assert commerce("customers", "show", "ana@example.com").code == 3
    assert commerce("customers", "show", uuid4()).code == 3
    assert commerce("customers", "prune", "--json").value["events"] == 0
