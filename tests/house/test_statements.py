"""Every statement in sql/ can be prepared, is used, is called with its own parameters, and is fast where it is hot."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from commerce_core.postgres.statements import statements

ROOT = Path(__file__).parents[2]
MANY_ROWS = Path(__file__).with_name("many_rows.sql")
PARAMETER = re.compile(r"%\(([a-z_]+)\)s")


def parameters(text: str) -> list[str]:
    """The names of a statement's parameters, in the order of their first use."""
    return list(dict.fromkeys(PARAMETER.findall(text)))


def prepared(text: str) -> str:
    """The statement with PostgreSQL's own placeholders, as the driver sends it."""
    places = {name: f"${place}" for place, name in enumerate(parameters(text), 1)}
    return PARAMETER.sub(lambda found: places[found[1]], text).replace("%%", "%")


def calls() -> Iterator[tuple[str, str, list[str | None]]]:
    """Each place in the code where a statement is called by name: the place, the name, its keywords (None is `**`)."""
    for file in sorted((ROOT / "commerce_core").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            match node:
                case ast.Call(args=[ast.Constant(value=str(name))], keywords=keywords) if name in statements():
                    yield f"{file.relative_to(ROOT)}:{node.lineno}", name, [keyword.arg for keyword in keywords]


def mentioned() -> set[str]:
    """Every statement whose name is a string in the code, or fits a string with a gap: `f"catalog.{part}_of"`."""
    found = set()
    for file in (ROOT / "commerce_core").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            match node:
                case ast.Constant(value=str(name)) if name in statements():
                    found.add(name)
                case ast.JoinedStr(values=[ast.Constant(value=str(start)), *rest]) if re.match(r"[a-z]+\.", start):
                    gaps = (
                        re.escape(str(part.value)) if isinstance(part, ast.Constant) else "[a-z_]+" for part in rest
                    )
                    fits = re.compile(re.escape(start) + "".join(gaps))
                    found |= {name for name in statements() if fits.fullmatch(name)}
    return found


def test_every_statement_can_be_prepared_on_the_migrated_schema(database_url: str) -> None:
    refused = {}
    with psycopg.connect(database_url, autocommit=True, connect_timeout=10) as connection:
        for name, text in statements().items():
            try:
                connection.execute(f"PREPARE house AS {prepared(text)}", prepare=False)
                connection.execute("DEALLOCATE house", prepare=False)
            except psycopg.Error as error:
                refused[name] = str(error)
    assert not refused


def test_every_statement_is_used() -> None:
    assert not set(statements()) - mentioned()


def test_every_statement_is_called_with_exactly_its_parameters() -> None:
    wrong = {}
    for place, name, given in calls():
        wanted = set(parameters(statements()[name]))
        if (set(given) != wanted) if None not in given else (set(given) - {None} - wanted):
            wrong[place] = (name, f"given {sorted(map(str, given))}, wanted {sorted(wanted)}")
    assert not wrong


@pytest.mark.parametrize("name", sorted(statements()))
def test_a_statement_names_its_columns_and_asks_only_the_clock_of_the_shop(name: str) -> None:
    text = re.sub(r"/\*.*?\*/|'[^']*'", "", statements()[name], flags=re.DOTALL)
    assert not re.search(r"(\bselect|,)\s+(\w+\.)?\*", text, re.IGNORECASE), "names no columns"
    assert not re.search(
        r"(?<!shop_)\bnow\(\)|\bcurrent_(date|time|timestamp)\b|\b\w+_timestamp\(\)", text, re.IGNORECASE
    ), "asks a clock that is not the shop's"


HOT = [
    "catalog.product",
    "cart.find", "cart.lock", "cart.lines", "cart.convert", "cart.open_of_customer", "cart.purge",
    "pricing.of_cart", "discounts.hold", "discounts.count_use", "discounts.count_buyer",
    "discounts.claim_first_order", "discounts.hold_of_order", "discounts.give_back",
    "inventory.hold", "inventory.sell", "inventory.give_back",
    "orders.lock", "orders.find", "orders.lines", "orders.live_of_cart",
    "payments.of_order",
    "subscriptions.relay", "subscriptions.whose_turn", "subscriptions.claim", "subscriptions.delivered",
    "subscriptions.resend_slice", "subscriptions.prune", "subscriptions.deliveries",
    "subscriptions.deliveries_with_status",
    "outbox.append", "outbox.claim_fresh", "outbox.claim_tried", "inbox.claim", "orders.timeline",
]  # fmt: skip
SMALL = {
    "settings",  # one row at most
    "pricing_revision",  # one row
    "outbox_sequences",
    "users",
    "subscriptions",  # a hundred at most, see MAX_SUBSCRIPTIONS
    "api_keys",
    "refunds",
    "disputes",
    "categories",
    "tags",
    "product_categories",
    "product_tags",
    "product_images",
    "seo_metadata",
}


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A plan and everything below it."""
    yield plan
    for below in plan.get("Plans", ()):
        yield from nodes(below)


@pytest.fixture(scope="module")
def hot_values() -> dict[str, str]:
    """A literal for each parameter of the hot statements; what is not named here is NULL."""
    id_ = "'00000000-0000-7000-8000-000000000000'"
    ids = f"ARRAY[{id_}]::uuid[]"
    return {
        "slug": "'product-7'", "limit": "24", "offset": "0", "page": "1", "cart_id": id_, "order_id": id_,
        "customer_id": id_, "guest_cart_id": id_, "untouched_since": "'2026-01-01T00:00:00Z'",
        "ids": ids, "email": "'a@example.com'", "wanted": ids, "variant_ids": ids, "quantities": "ARRAY[1]",
        "minor_unit": "0.01",
        "now": "'2026-11-22T10:00:00Z'", "until": "'2026-11-22T10:30:00Z'", "hold_limit": "'2 hours'",
    }  # fmt: skip


def test_hot_statements_find_their_rows_through_an_index(database_url: str, hot_values: dict[str, str]) -> None:
    slow = {}
    with psycopg.connect(database_url, autocommit=True, connect_timeout=10) as connection:
        for rows in MANY_ROWS.read_text("utf-8").split(";"):
            connection.execute(rows)
        connection.execute("SET plan_cache_mode = force_generic_plan")  # What a prepared statement ends up with.
        for name in HOT:
            text = statements()[name]
            values = ", ".join(hot_values.get(parameter, "NULL") for parameter in parameters(text))
            connection.execute(f"PREPARE house AS {prepared(text)}", prepare=False)
            ask = f"EXPLAIN (FORMAT JSON) EXECUTE house{f'({values})' if values else ''}"
            row = connection.execute(ask, prepare=False).fetchone()
            assert row is not None
            scans = {n["Relation Name"] for n in nodes(row[0][0]["Plan"]) if n["Node Type"] == "Seq Scan"}
            if scans - SMALL:
                slow[name] = scans - SMALL
            connection.execute("DEALLOCATE house", prepare=False)
    assert not slow


def test_the_plan_check_sees_a_scan(database_url: str) -> None:
    with psycopg.connect(database_url, connect_timeout=10) as connection:
        row = connection.execute("EXPLAIN (FORMAT JSON) SELECT id FROM carts WHERE notes = 'x'").fetchone()
        assert row is not None
        assert any(node["Node Type"] == "Seq Scan" for node in nodes(row[0][0]["Plan"]))
