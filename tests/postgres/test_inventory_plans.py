"""What a shopper waits for and what runs every ten seconds costs the same in a shop with a history."""

from collections.abc import Iterator

import psycopg
import pytest

from commerce_core.postgres.statements import statements
from tests.house.test_statements import MANY_ROWS, nodes, parameters, prepared

# Tables that grow with every cart, order and movement.
GROWING = {"carts", "cart_items", "orders", "inventory_items", "inventory_movements", "inventory_reservations"}
HISTORY = """
INSERT INTO inventory_reservations (cart_id, variant_id, qty, held_since, expires_at, released_at)
  SELECT cart_id, variant_id, 1, shop_now(), shop_now(), shop_now() FROM inventory_reservations, generate_series(1, 10);
INSERT INTO inventory_movements (variant_id, type, qty, on_hand_after, at)
  SELECT v.id, 'receipt', 1, n, shop_now() FROM product_variants v, generate_series(1, 10) AS n;
UPDATE inventory_reservations SET expires_at = shop_now() - interval '1 minute' WHERE id % 3 = 0;
VACUUM ANALYZE
"""
ID = "'00000000-0000-7000-8000-000000000000'"
IDS = f"ARRAY[{ID}]::uuid[]"
VALUES = {
    "cart_id": ID, "variant_id": ID, "order_id": "NULL", "variant_ids": IDS, "quantities": "ARRAY[1]", "limit": "500",
    "offset": "0", "before": "1000000", "now": "shop_now()", "until": "shop_now()", "hold_limit": "'2 hours'",
    "ids": "ARRAY[1]::bigint[]", "id": ID, "guest_cart_id": ID, "customer_id": ID, "into_id": ID, "wanted": IDS,
    "untouched_since": "'2026-01-01T00:00:00Z'", "statuses": "ARRAY['ACTIVE', 'ABANDONED', 'CONVERTED']", "page": "1",
}  # fmt: skip


@pytest.fixture(scope="module")
def explained(postgres_url: str, template_database: str) -> Iterator[psycopg.Connection]:
    """A connection to a shop with a history."""
    name = "inventory_plans_" + str(id(VALUES))
    with psycopg.connect(postgres_url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name} TEMPLATE {template_database}")
        try:
            with psycopg.connect(postgres_url, dbname=name, autocommit=True) as connection:
                for statement in (MANY_ROWS.read_text("utf-8") + HISTORY).split(";"):
                    if statement.strip():
                        connection.execute(statement)
                connection.execute("SET plan_cache_mode = force_generic_plan")
                yield connection
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


# Each statement and the index without which it would visit what others hold, or what has been.
FOUND_BY = {
    "inventory.hold": "inventory_reservations_one_active",
    "inventory.lock_items": "inventory_items_pkey",
    "inventory.has_expired_holds": "inventory_reservations_variant",
    "inventory.lock_expired": "inventory_reservations_expiry",
    "inventory.lock_expired_of": "inventory_reservations_variant",
    "inventory.release": "inventory_reservations_pkey",
    "inventory.sell": "inventory_reservations_order",
    "inventory.give_back": "inventory_reservations_order",
    "inventory.move": "inventory_items_pkey",
    "inventory.untrack": "inventory_reservations_variant",
    "inventory.movements": "inventory_movements_variant",
    "inventory.movements_total": "inventory_movements_variant",
    "inventory.reservations": "inventory_reservations_variant",
    "inventory.reservations_total": "inventory_reservations_variant",
    "inventory.explanation": "inventory_movements_variant",
    "inventory.proof": "inventory_movements_variant",
    "inventory.discrepancies": "inventory_movements_variant",
    "inventory.drifts": "inventory_movements_variant",
    "inventory.orphans_of": "inventory_reservations_variant",
    "inventory.end_orphans": "inventory_reservations_pkey",
    "inventory.leave_past_versions": "inventory_items_pkey",
    "cart.lock": "carts_pkey",
    "cart.lines": "cart_items_variant_key",
    "cart.save_line": "carts_pkey",
    "cart.remove_line": "cart_items_variant_key",
    "cart.save_details": "carts_pkey",
    "cart.convert": "carts_pkey",
    "cart.open_of_customer": "carts_of_customer",
    "cart.claim": "carts_pkey",
    "cart.merge": "cart_items_variant_key",
    "cart.purge": "carts_by_activity",
    "cart.page": "carts_by_activity",
}


@pytest.mark.parametrize(("name", "index"), FOUND_BY.items())
def test_a_statement_finds_its_rows_through_its_index(explained: psycopg.Connection, name: str, index: str) -> None:
    text = statements()[name]
    explained.execute(f"PREPARE house AS {prepared(text)}", prepare=False)
    values = ", ".join(VALUES.get(parameter, "NULL") for parameter in parameters(text))
    [[[plan]]] = explained.execute(f"EXPLAIN (FORMAT JSON) EXECUTE house({values})", prepare=False).fetchall()
    explained.execute("DEALLOCATE house", prepare=False)
    visited = list(nodes(plan["Plan"]))
    read_whole = {n["Relation Name"] for n in visited if n["Node Type"] == "Seq Scan"} & GROWING
    walked_whole = {n["Index Name"] for n in visited if "Index Name" in n and "Index Cond" not in n}
    assert not read_whole | walked_whole, plan
    assert index in {n.get("Index Name") for n in visited}, plan
