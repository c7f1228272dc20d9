-- name: hold
-- One statement decides for all variants and takes them, so that two buyers cannot both have the last unit. The cart and the
-- items are locked by statements before this one: it must not lock them itself, because PostgreSQL checks constraints on what
-- an UPDATE makes of the version its snapshot saw, before it turns to the version that a wait for the lock has brought.
WITH wanted AS (
  SELECT w.variant_id, w.qty, coalesce(r.qty, 0) AS held
  FROM unnest(%(variant_ids)s::uuid[], %(quantities)s::integer[]) AS w (variant_id, qty)
  LEFT JOIN inventory_reservations r
    ON r.cart_id = %(cart_id)s AND r.variant_id = w.variant_id AND r.released_at IS NULL
), decided AS MATERIALIZED (
  SELECT i.variant_id, w.qty, w.qty - w.held AS more, i.available_qty + w.held + i.backorder_limit AS free,
    bool_and(w.qty <= w.held OR i.available_qty - (w.qty - w.held) >= -i.backorder_limit) OVER () AS granted
  FROM inventory_items i JOIN wanted w USING (variant_id)
), counted AS (
  UPDATE inventory_items i
  SET available_qty = i.available_qty - d.more, reserved_qty = i.reserved_qty + d.more, updated_at = %(now)s
  FROM decided d
  WHERE d.granted AND i.variant_id = d.variant_id
), kept AS (
  INSERT INTO inventory_reservations AS r (cart_id, order_id, variant_id, qty, held_since, expires_at)
  SELECT %(cart_id)s, %(order_id)s, d.variant_id, d.qty, %(now)s, %(until)s
  FROM decided d
  WHERE d.granted AND d.qty > 0
  ON CONFLICT (cart_id, variant_id) WHERE released_at IS NULL DO UPDATE SET
    qty = excluded.qty,
    order_id = excluded.order_id,
    held_since = CASE WHEN r.expires_at <= %(now)s THEN excluded.held_since ELSE r.held_since END,
    expires_at = CASE
      WHEN excluded.order_id IS NOT NULL OR r.expires_at <= %(now)s THEN excluded.expires_at
      ELSE least(excluded.expires_at, r.held_since + %(hold_limit)s) END
  RETURNING variant_id, expires_at
), ended AS (
  UPDATE inventory_reservations r SET released_at = %(now)s
  FROM decided d
  WHERE d.granted AND d.qty = 0 AND r.cart_id = %(cart_id)s AND r.variant_id = d.variant_id AND r.released_at IS NULL
)
SELECT d.variant_id, d.granted, d.qty, d.free, k.expires_at
FROM decided d LEFT JOIN kept k USING (variant_id)
ORDER BY d.variant_id

-- name: has_expired_holds
SELECT EXISTS (
  SELECT FROM inventory_reservations r
  WHERE r.variant_id = ANY (%(variant_ids)s::uuid[]) AND r.released_at IS NULL AND r.order_id IS NULL AND r.expires_at <= %(now)s
)

-- name: release_expired
-- A reservation changes only under the lock of its cart. A cart that is busy is skipped, never waited for, so this can run
-- inside a transaction that already holds stock. `variant_ids` NULL means all.
WITH ended AS MATERIALIZED (
  SELECT r.id, r.variant_id, r.qty
  FROM inventory_reservations r JOIN carts c ON c.id = r.cart_id
  WHERE r.released_at IS NULL AND r.order_id IS NULL AND r.expires_at <= %(now)s
    AND (%(variant_ids)s::uuid[] IS NULL OR r.variant_id = ANY (%(variant_ids)s::uuid[]))
  ORDER BY r.expires_at
  LIMIT %(limit)s
  FOR NO KEY UPDATE SKIP LOCKED
), locked AS MATERIALIZED (
  SELECT i.variant_id FROM inventory_items i
  WHERE i.variant_id IN (SELECT variant_id FROM ended)
  ORDER BY i.variant_id
  FOR NO KEY UPDATE
), sums AS MATERIALIZED (
  SELECT variant_id, sum(qty)::integer AS qty FROM ended JOIN locked USING (variant_id) GROUP BY variant_id
), counted AS (
  UPDATE inventory_items i
  SET available_qty = i.available_qty + s.qty, reserved_qty = i.reserved_qty - s.qty, updated_at = %(now)s
  FROM sums s WHERE i.variant_id = s.variant_id
)
UPDATE inventory_reservations r SET released_at = %(now)s FROM ended e WHERE r.id = e.id RETURNING 1

-- name: sell
-- The order is locked before, so its reservations stand still. The unique index on sales makes a second sale impossible.
WITH held AS MATERIALIZED (
  UPDATE inventory_reservations SET released_at = %(now)s
  WHERE order_id = %(order_id)s AND released_at IS NULL
  RETURNING variant_id, qty
), locked AS MATERIALIZED (
  SELECT i.variant_id FROM inventory_items i
  WHERE i.variant_id IN (SELECT variant_id FROM held)
  ORDER BY i.variant_id
  FOR NO KEY UPDATE
), counted AS (
  UPDATE inventory_items i SET reserved_qty = i.reserved_qty - h.qty, updated_at = %(now)s
  FROM held h JOIN locked USING (variant_id)
  WHERE i.variant_id = h.variant_id
  RETURNING i.variant_id, h.qty, i.available_qty + i.reserved_qty AS on_hand
)
INSERT INTO inventory_movements (variant_id, type, qty, on_hand_after, order_id, at)
SELECT variant_id, 'sale', -qty, on_hand, %(order_id)s, %(now)s FROM counted

-- name: give_back
WITH held AS MATERIALIZED (
  UPDATE inventory_reservations SET released_at = %(now)s
  WHERE order_id = %(order_id)s AND released_at IS NULL
  RETURNING variant_id, qty
), locked AS MATERIALIZED (
  SELECT i.variant_id FROM inventory_items i
  WHERE i.variant_id IN (SELECT variant_id FROM held)
  ORDER BY i.variant_id
  FOR NO KEY UPDATE
)
UPDATE inventory_items i
SET available_qty = i.available_qty + h.qty, reserved_qty = i.reserved_qty - h.qty, updated_at = %(now)s
FROM held h JOIN locked USING (variant_id)
WHERE i.variant_id = h.variant_id

-- name: track
INSERT INTO inventory_items (variant_id, backorder_limit) VALUES (%(variant_id)s, %(backorder_limit)s)
ON CONFLICT (variant_id) DO UPDATE SET backorder_limit = excluded.backorder_limit

-- name: lock_items
-- In the order of their ids, like everybody who locks stock.
SELECT variant_id, available_qty, backorder_limit FROM inventory_items
WHERE variant_id = ANY (%(variant_ids)s::uuid[])
ORDER BY variant_id
FOR NO KEY UPDATE

-- name: track_all
-- A variant that moves is tracked from then on.
INSERT INTO inventory_items (variant_id) SELECT unnest(%(variant_ids)s::uuid[]) ON CONFLICT (variant_id) DO NOTHING

-- name: move
-- The rows are there and locked before.
WITH moved AS (
  SELECT m.variant_id, m.type, m.qty, m.reason
  FROM unnest(%(variant_ids)s::uuid[], %(types)s::text[], %(quantities)s::integer[], %(reasons)s::text[])
    AS m (variant_id, type, qty, reason)
), counted AS (
  UPDATE inventory_items i SET available_qty = i.available_qty + m.qty, version = i.version + 1, updated_at = %(now)s
  FROM moved m WHERE i.variant_id = m.variant_id
  RETURNING i.variant_id, i.available_qty + i.reserved_qty AS on_hand
)
INSERT INTO inventory_movements (variant_id, type, qty, on_hand_after, reason, staff_id, at)
SELECT m.variant_id, m.type, m.qty, c.on_hand, m.reason, %(staff_id)s, %(now)s FROM moved m JOIN counted c USING (variant_id)

-- name: stock
SELECT i.variant_id, v.sku, p.title || CASE WHEN v.title = '' THEN '' ELSE ' – ' || v.title END,
  i.available_qty + i.reserved_qty, i.reserved_qty, i.available_qty, i.backorder_limit, i.version
FROM inventory_items i JOIN product_variants v ON v.id = i.variant_id JOIN products p ON p.id = v.product_id
WHERE i.variant_id = %(variant_id)s

-- name: discrepancies
-- Both invariants at once, over the whole shop, from one snapshot.
SELECT i.variant_id, i.available_qty, i.reserved_qty, coalesce(m.qty, 0), coalesce(r.qty, 0)
FROM inventory_items i
LEFT JOIN (SELECT variant_id, sum(qty)::bigint AS qty FROM inventory_movements GROUP BY variant_id) m USING (variant_id)
LEFT JOIN (
  SELECT variant_id, sum(qty)::bigint AS qty FROM inventory_reservations WHERE released_at IS NULL GROUP BY variant_id
) r USING (variant_id)
WHERE i.available_qty + i.reserved_qty <> coalesce(m.qty, 0) OR i.reserved_qty <> coalesce(r.qty, 0)
ORDER BY i.variant_id
