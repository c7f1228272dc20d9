-- name: hold
-- One statement decides for all variants and takes them, so that two buyers cannot both have the last unit. The cart and the
-- items are locked by statements before this one: it must not lock them itself, because PostgreSQL checks constraints on what
-- an UPDATE makes of the version its snapshot saw, before it turns to the version that a wait for the lock has brought.
-- What is locked or was written by this transaction says so itself, and nothing else is taken: a variant that somebody began to
-- count only after its lock was asked for would be waited for here, out of order.
-- Tells which variants fell to their threshold, so that nobody has to look again.
WITH wanted AS (
  SELECT w.variant_id, w.qty, coalesce(r.qty, 0) AS held
  FROM unnest(%(variant_ids)s::uuid[], %(quantities)s::integer[]) AS w (variant_id, qty)
  LEFT JOIN inventory_reservations r
    ON r.cart_id = %(cart_id)s AND r.variant_id = w.variant_id AND r.released_at IS NULL
), decided AS MATERIALIZED (
  SELECT i.variant_id, w.qty, w.qty - w.held AS more, i.available_qty + w.held + i.backorder_limit AS free,
    i.available_qty, i.low_threshold, l.ours,
    bool_and(l.ours AND (w.qty <= w.held OR i.available_qty - (w.qty - w.held) >= -i.backorder_limit)) OVER () AS granted
  FROM inventory_items i JOIN wanted w USING (variant_id)
  CROSS JOIN LATERAL (SELECT pg_current_xact_id()::xid IN (i.xmax, i.xmin)) AS l (ours)
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
SELECT d.variant_id, d.granted, d.qty, d.free, k.expires_at, d.available_qty - d.more, d.low_threshold,
  d.available_qty > d.low_threshold AND d.available_qty - d.more <= d.low_threshold, d.ours
FROM decided d LEFT JOIN kept k USING (variant_id)
ORDER BY d.variant_id

-- name: has_expired_holds
SELECT EXISTS (
  SELECT FROM inventory_reservations r
  WHERE r.variant_id = ANY (%(variant_ids)s::uuid[]) AND r.released_at IS NULL AND r.order_id IS NULL AND r.expires_at <= %(now)s
)

-- name: lock_expired
-- A reservation changes only under the lock of its cart. A cart that is busy is skipped, never waited for, so this can run
-- inside a transaction that already holds stock. The carts alone are locked: the lock of a reservation would stay where its
-- cart is skipped, and the cart's buyer would wait for it while holding the stock that is wanted next.
SELECT r.id
FROM inventory_reservations r JOIN carts c ON c.id = r.cart_id
WHERE r.released_at IS NULL AND r.order_id IS NULL AND r.expires_at <= %(now)s
ORDER BY r.expires_at
LIMIT %(limit)s
FOR NO KEY UPDATE OF c SKIP LOCKED

-- name: lock_expired_of
-- The same for some variants, a statement of its own so that it visits their holds alone and not all that have expired.
SELECT r.id
FROM inventory_reservations r JOIN carts c ON c.id = r.cart_id
WHERE r.released_at IS NULL AND r.order_id IS NULL AND r.expires_at <= %(now)s
  AND r.variant_id = ANY (%(variant_ids)s::uuid[])
ORDER BY r.expires_at
LIMIT %(limit)s
FOR NO KEY UPDATE OF c SKIP LOCKED

-- name: hardly_wait
-- SKIP LOCKED does wait in one case: for whoever has locked the newer version of a cart that was changed while it was looked at.
-- A buyer who makes room holds stock that they may want, so who would wait gives up long before a deadlock is looked for.
SELECT set_config('lock_timeout', '100ms', true)

-- name: wait_as_before
-- As long as the session was told to when it began.
SELECT set_config('lock_timeout', reset_val, true) FROM pg_settings WHERE name = 'lock_timeout'

-- name: release
-- Their carts are locked before. Whether they are still expired is asked again, because one may have been held anew just before
-- its cart was ours. Stock is locked before its reservations change, here as everywhere: whoever stops counting a variant goes
-- the same way. Counters that drifted give back no more than they have, so that one of them cannot stop the sweeper for all.
WITH expired AS MATERIALIZED (
  SELECT id, variant_id FROM inventory_reservations
  WHERE id = ANY (%(ids)s::bigint[]) AND released_at IS NULL AND order_id IS NULL AND expires_at <= %(now)s
), locked AS MATERIALIZED (
  SELECT i.variant_id FROM inventory_items i
  WHERE i.variant_id = ANY (ARRAY(SELECT variant_id FROM expired))
  ORDER BY i.variant_id
  FOR NO KEY UPDATE
), ended AS MATERIALIZED (
  UPDATE inventory_reservations SET released_at = %(now)s
  WHERE id = ANY (ARRAY(SELECT id FROM expired)) AND released_at IS NULL AND (SELECT count(*) FROM locked) >= 0
  RETURNING variant_id, qty
), sums AS MATERIALIZED (
  SELECT variant_id, sum(qty)::integer AS qty FROM ended GROUP BY variant_id
), counted AS (
  UPDATE inventory_items i
  SET available_qty = i.available_qty + least(s.qty, i.reserved_qty), reserved_qty = i.reserved_qty - least(s.qty, i.reserved_qty),
    updated_at = %(now)s
  FROM sums s WHERE i.variant_id = s.variant_id
)
SELECT count(*) FROM ended

-- name: sell
-- The order is locked before, so its reservations stand still; stock is locked before they change, as everywhere. The unique
-- index on sales makes a second sale impossible. A new version, because whoever counted the shelf before has not seen these
-- units go.
WITH locked AS MATERIALIZED (
  SELECT i.variant_id FROM inventory_items i
  WHERE i.variant_id = ANY (ARRAY(
    SELECT variant_id FROM inventory_reservations WHERE order_id = %(order_id)s AND released_at IS NULL
  ))
  ORDER BY i.variant_id
  FOR NO KEY UPDATE
), held AS MATERIALIZED (
  UPDATE inventory_reservations SET released_at = %(now)s
  WHERE order_id = %(order_id)s AND released_at IS NULL AND (SELECT count(*) FROM locked) >= 0
  RETURNING variant_id, qty
), counted AS (
  UPDATE inventory_items i SET reserved_qty = i.reserved_qty - h.qty, version = i.version + 1, updated_at = %(now)s
  FROM held h WHERE i.variant_id = h.variant_id
  RETURNING i.variant_id, h.qty, i.available_qty + i.reserved_qty AS on_hand
)
INSERT INTO inventory_movements (variant_id, type, qty, on_hand_after, order_id, at)
SELECT variant_id, 'sale', -qty, on_hand, %(order_id)s, %(now)s FROM counted

-- name: give_back
WITH locked AS MATERIALIZED (
  SELECT i.variant_id FROM inventory_items i
  WHERE i.variant_id = ANY (ARRAY(
    SELECT variant_id FROM inventory_reservations WHERE order_id = %(order_id)s AND released_at IS NULL
  ))
  ORDER BY i.variant_id
  FOR NO KEY UPDATE
), held AS MATERIALIZED (
  UPDATE inventory_reservations SET released_at = %(now)s
  WHERE order_id = %(order_id)s AND released_at IS NULL AND (SELECT count(*) FROM locked) >= 0
  RETURNING variant_id, qty
)
UPDATE inventory_items i
SET available_qty = i.available_qty + h.qty, reserved_qty = i.reserved_qty - h.qty, updated_at = %(now)s
FROM held h WHERE i.variant_id = h.variant_id

-- name: return_to_cart
-- The counters stay as they are: what the order held its cart holds, and loses when nobody touches it, like any other. Stock is
-- locked by a statement before this one, with what the cart may hold next.
UPDATE inventory_reservations SET order_id = NULL, held_since = %(now)s, expires_at = %(until)s
WHERE order_id = %(order_id)s AND released_at IS NULL

-- name: track
INSERT INTO inventory_items (variant_id, backorder_limit) VALUES (%(variant_id)s, %(backorder_limit)s)
ON CONFLICT (variant_id) DO UPDATE SET backorder_limit = excluded.backorder_limit

-- name: lock_items
-- In the order of their ids, like everybody who locks stock.
SELECT variant_id, available_qty, reserved_qty, backorder_limit, low_threshold, version FROM inventory_items
WHERE variant_id = ANY (%(variant_ids)s::uuid[])
ORDER BY variant_id
FOR NO KEY UPDATE

-- name: track_all
-- A variant that moves is tracked from then on. In the order of their ids, like everybody who locks stock.
INSERT INTO inventory_items (variant_id) SELECT v.id FROM unnest(%(variant_ids)s::uuid[]) AS v (id) ORDER BY v.id
ON CONFLICT (variant_id) DO NOTHING

-- name: leave_past_versions
-- What is tracked again goes on behind the version it had. A statement of its own, because the one before may have waited for
-- somebody who stopped counting, and would not see what they left.
UPDATE inventory_items i SET version = p.version + 1
FROM inventory_past_versions p
WHERE i.variant_id = ANY (%(variant_ids)s::uuid[]) AND p.variant_id = i.variant_id AND i.version <= p.version

-- name: move
-- The rows are there and locked before. Answers, so that an order that does not exist is found out here and not at the commit.
WITH moved AS (
  SELECT m.variant_id, m.type, m.qty, m.reason, m.note, m.order_id
  FROM unnest(
    %(variant_ids)s::uuid[], %(types)s::text[], %(quantities)s::integer[], %(reasons)s::text[], %(notes)s::text[], %(order_ids)s::uuid[]
  ) AS m (variant_id, type, qty, reason, note, order_id)
), counted AS (
  UPDATE inventory_items i SET available_qty = i.available_qty + m.qty, version = i.version + 1, updated_at = %(now)s
  FROM moved m WHERE i.variant_id = m.variant_id
  RETURNING i.variant_id, i.available_qty + i.reserved_qty AS on_hand
)
INSERT INTO inventory_movements (variant_id, type, qty, on_hand_after, reason, note, order_id, staff_id, at)
SELECT m.variant_id, m.type, m.qty, c.on_hand, m.reason, m.note, m.order_id, %(staff_id)s, %(now)s
FROM moved m JOIN counted c USING (variant_id)
RETURNING id

-- name: save
-- The row is locked before, so counters may be written as they were decided.
UPDATE inventory_items SET available_qty = %(available)s, reserved_qty = %(reserved)s, backorder_limit = %(backorder_limit)s,
  low_threshold = %(low_threshold)s, version = version + 1, updated_at = %(now)s
WHERE variant_id = %(variant_id)s

-- name: untrack
-- What was on hand is written off, so that the ledger of a variant without counters comes to nothing, and counting can begin
-- again from there, behind the version it had. The row is locked before: whoever wants to hold this variant meanwhile finds that
-- nobody counts it.
WITH ended AS (
  UPDATE inventory_reservations SET released_at = %(now)s WHERE variant_id = %(variant_id)s AND released_at IS NULL
), written_off AS (
  INSERT INTO inventory_movements (variant_id, type, qty, on_hand_after, reason, staff_id, at)
  SELECT variant_id, 'correction', -(available_qty + reserved_qty), 0, 'no longer tracked', %(staff_id)s, %(now)s
  FROM inventory_items WHERE variant_id = %(variant_id)s AND available_qty + reserved_qty <> 0
), gone AS (
  DELETE FROM inventory_items WHERE variant_id = %(variant_id)s RETURNING variant_id, version
)
INSERT INTO inventory_past_versions (variant_id, version) SELECT variant_id, version FROM gone
ON CONFLICT (variant_id) DO UPDATE SET version = excluded.version

-- name: orphans_of
SELECT id, cart_id, order_id FROM inventory_orphans WHERE variant_id = %(variant_id)s

-- name: lock_carts
-- The owners of holds that are about to end, in one order. Carts before orders before stock, as everywhere.
SELECT id FROM carts WHERE id = ANY (%(ids)s::uuid[]) ORDER BY id FOR NO KEY UPDATE

-- name: lock_orders
SELECT id FROM orders WHERE id = ANY (%(ids)s::uuid[]) ORDER BY id FOR NO KEY UPDATE

-- name: end_orphans
-- Those that are still orphans now that their owners are locked.
WITH ended AS (
  UPDATE inventory_reservations SET released_at = %(now)s
  WHERE released_at IS NULL AND id IN (SELECT id FROM inventory_orphans WHERE id = ANY (%(ids)s::bigint[]))
  RETURNING qty
)
SELECT coalesce(sum(qty), 0) FROM ended

-- name: proof
-- What the counters of a variant should say.
SELECT v.sku,
  (SELECT coalesce(sum(qty), 0) FROM inventory_movements m WHERE m.variant_id = v.id),
  (SELECT coalesce(sum(qty), 0) FROM inventory_reservations r WHERE r.variant_id = v.id AND r.released_at IS NULL)
FROM product_variants v WHERE v.id = %(variant_id)s

-- name: variant
SELECT id FROM product_variants WHERE sku = %(sku)s

-- name: stock
SELECT i.variant_id, v.sku, p.title || CASE WHEN v.title = '' THEN '' ELSE ' – ' || v.title END,
  i.available_qty + i.reserved_qty, i.reserved_qty, i.available_qty, i.backorder_limit, i.low_threshold, i.version, i.updated_at
FROM inventory_items i JOIN product_variants v ON v.id = i.variant_id JOIN products p ON p.id = v.product_id
WHERE i.variant_id = %(variant_id)s

-- name: page
-- Ids are in the order of time, so the newest come first and without sorting. No index knows who is low: it would have to be
-- rewritten with every unit that is held.
SELECT i.variant_id, v.sku, p.title || CASE WHEN v.title = '' THEN '' ELSE ' – ' || v.title END,
  i.available_qty + i.reserved_qty, i.reserved_qty, i.available_qty, i.backorder_limit, i.low_threshold, i.version, i.updated_at
FROM inventory_items i JOIN product_variants v ON v.id = i.variant_id JOIN products p ON p.id = v.product_id
WHERE (NOT %(low)s::boolean OR i.available_qty <= i.low_threshold)
  AND (NOT %(out)s::boolean OR i.available_qty <= -i.backorder_limit)
ORDER BY i.variant_id DESC LIMIT %(limit)s OFFSET %(offset)s

-- name: page_total
SELECT count(*) FROM inventory_items i
WHERE (NOT %(low)s::boolean OR i.available_qty <= i.low_threshold)
  AND (NOT %(out)s::boolean OR i.available_qty <= -i.backorder_limit)

-- name: page_matching
-- The same for words of the product or a SKU; a statement of its own, because it begins with the index of words.
SELECT i.variant_id, v.sku, p.title || CASE WHEN v.title = '' THEN '' ELSE ' – ' || v.title END,
  i.available_qty + i.reserved_qty, i.reserved_qty, i.available_qty, i.backorder_limit, i.low_threshold, i.version, i.updated_at
FROM (
  SELECT mv.id FROM product_search ms JOIN product_variants mv ON mv.product_id = ms.product_id
  WHERE ms.document @@ search_query(%(words)s::text, %(unfinished)s::boolean)
  UNION
  SELECT id FROM product_variants WHERE sku = %(text)s
) AS matching
JOIN inventory_items i ON i.variant_id = matching.id
JOIN product_variants v ON v.id = i.variant_id JOIN products p ON p.id = v.product_id
WHERE (NOT %(low)s::boolean OR i.available_qty <= i.low_threshold)
  AND (NOT %(out)s::boolean OR i.available_qty <= -i.backorder_limit)
ORDER BY i.variant_id DESC LIMIT %(limit)s OFFSET %(offset)s

-- name: page_matching_total
SELECT count(*)
FROM (
  SELECT mv.id FROM product_search ms JOIN product_variants mv ON mv.product_id = ms.product_id
  WHERE ms.document @@ search_query(%(words)s::text, %(unfinished)s::boolean)
  UNION
  SELECT id FROM product_variants WHERE sku = %(text)s
) AS matching
JOIN inventory_items i ON i.variant_id = matching.id
WHERE (NOT %(low)s::boolean OR i.available_qty <= i.low_threshold)
  AND (NOT %(out)s::boolean OR i.available_qty <= -i.backorder_limit)

-- name: movements
-- A variant's rows are written under the lock of its counters, so their ids are in the order in which they happened.
SELECT m.id, m.type, m.qty, m.on_hand_after, m.reason, m.note, o.number, u.name, m.at
FROM inventory_movements m LEFT JOIN orders o ON o.id = m.order_id LEFT JOIN users u ON u.id = m.staff_id
WHERE m.variant_id = %(variant_id)s AND m.id < %(before)s
ORDER BY m.id DESC LIMIT %(limit)s OFFSET %(offset)s

-- name: movements_total
SELECT count(*) FROM inventory_movements WHERE variant_id = %(variant_id)s

-- name: reservations
-- A cart's id opens it, so no more than its beginning leaves the database.
SELECT r.id, left(r.cart_id::text, 8) || '…', o.number, coalesce(o.email, c.email), r.qty, r.held_since, r.expires_at
FROM inventory_reservations r JOIN carts c ON c.id = r.cart_id LEFT JOIN orders o ON o.id = r.order_id
WHERE r.variant_id = %(variant_id)s AND r.released_at IS NULL AND r.id < %(before)s
ORDER BY r.id DESC LIMIT %(limit)s OFFSET %(offset)s

-- name: reservations_total
SELECT count(*) FROM inventory_reservations WHERE variant_id = %(variant_id)s AND released_at IS NULL

-- name: explanation
-- One statement, because the numbers of a shop that sells meanwhile agree only when they are of one moment.
SELECT json_build_object(
  'stock', json_build_object(
    'variant_id', i.variant_id, 'sku', v.sku, 'title', p.title || CASE WHEN v.title = '' THEN '' ELSE ' – ' || v.title END,
    'on_hand', i.available_qty + i.reserved_qty, 'reserved', i.reserved_qty, 'available', i.available_qty,
    'backorder_limit', i.backorder_limit, 'low_threshold', i.low_threshold, 'version', i.version, 'updated_at', i.updated_at
  ),
  'opening', (
    SELECT json_build_object(
      'id', m.id, 'type', m.type, 'quantity', m.qty, 'on_hand_after', m.on_hand_after, 'reason', m.reason, 'note', m.note,
      'order_number', o.number, 'staff', u.name, 'at', m.at
    )
    FROM inventory_movements m LEFT JOIN orders o ON o.id = m.order_id LEFT JOIN users u ON u.id = m.staff_id
    WHERE m.variant_id = i.variant_id ORDER BY m.id LIMIT 1
  ),
  'totals', t.totals, 'moved', t.moved,
  'held', h.held, 'holds_count', h.holds_count,
  'holds', coalesce((
    SELECT json_agg(json_build_object(
      'id', l.id, 'cart', left(l.cart_id::text, 8) || '…', 'order_number', o.number, 'email', coalesce(o.email, c.email),
      'quantity', l.qty, 'held_since', l.held_since, 'expires_at', l.expires_at
    ) ORDER BY l.id DESC)
    FROM (
      SELECT r.id, r.cart_id, r.order_id, r.qty, r.held_since, r.expires_at FROM inventory_reservations r
      WHERE r.variant_id = i.variant_id AND r.released_at IS NULL ORDER BY r.id DESC LIMIT %(limit)s
    ) l JOIN carts c ON c.id = l.cart_id LEFT JOIN orders o ON o.id = l.order_id
  ), '[]'),
  'agrees', i.available_qty + i.reserved_qty = t.moved AND i.reserved_qty = h.held
)
FROM inventory_items i JOIN product_variants v ON v.id = i.variant_id JOIN products p ON p.id = v.product_id
CROSS JOIN LATERAL (
  SELECT coalesce(json_agg(json_build_object('type', type, 'movements', movements, 'quantity', qty) ORDER BY type), '[]') AS totals,
    coalesce(sum(qty), 0)::bigint AS moved
  FROM (
    SELECT m.type, count(*) AS movements, sum(m.qty)::bigint AS qty
    FROM inventory_movements m WHERE m.variant_id = i.variant_id GROUP BY m.type
  ) by_type
) t
CROSS JOIN LATERAL (
  SELECT coalesce(sum(r.qty), 0)::bigint AS held, count(*) AS holds_count
  FROM inventory_reservations r WHERE r.variant_id = i.variant_id AND r.released_at IS NULL
) h
WHERE i.variant_id = %(variant_id)s

-- name: first_variants
SELECT id FROM product_variants ORDER BY id LIMIT %(limit)s

-- name: variants_after
SELECT id FROM product_variants WHERE id > %(variant_id)s ORDER BY id LIMIT %(limit)s

-- name: discrepancies
-- Both invariants of each of these variants, from one snapshot. Variants, not counters, are where it begins: counters that are
-- missing while something was moved or is held are wrong, too.
SELECT v.id, v.sku, i.available_qty, i.reserved_qty, m.qty, r.qty, o.qty
FROM product_variants v
LEFT JOIN inventory_items i ON i.variant_id = v.id
CROSS JOIN LATERAL (SELECT coalesce(sum(qty), 0)::bigint AS qty FROM inventory_movements WHERE variant_id = v.id) m
CROSS JOIN LATERAL (
  SELECT coalesce(sum(qty), 0)::bigint AS qty FROM inventory_reservations WHERE variant_id = v.id AND released_at IS NULL
) r
CROSS JOIN LATERAL (SELECT coalesce(sum(qty), 0)::bigint AS qty FROM inventory_orphans WHERE variant_id = v.id) o
WHERE v.id = ANY (%(variant_ids)s::uuid[])
  AND (o.qty <> 0 OR r.qty <> coalesce(i.reserved_qty, 0) OR m.qty <> coalesce(i.available_qty + i.reserved_qty, 0))
ORDER BY v.id

-- name: drifts
-- Where each ledger's own note of what is on hand left the sum of its movements for good. A difference that was repaired since
-- is history.
WITH ledger AS (
  SELECT variant_id, id, type, at, on_hand_after, sum(qty) OVER (PARTITION BY variant_id ORDER BY id) AS moved
  FROM inventory_movements WHERE variant_id = ANY (%(variant_ids)s::uuid[])
), agreed AS (
  SELECT variant_id, max(id) AS id FROM ledger WHERE on_hand_after = moved GROUP BY variant_id
)
SELECT DISTINCT ON (l.variant_id) l.variant_id, l.id, l.type, l.at, l.moved, l.on_hand_after
FROM ledger l LEFT JOIN agreed a ON a.variant_id = l.variant_id
WHERE l.id > coalesce(a.id, 0)
ORDER BY l.variant_id, l.id

-- name: short_of_order
-- What an order needs of counted variants where it holds less than that. Asked in the batch that locks the order, after the lock.
SELECT l.variant_id, sum(l.qty)::integer
FROM order_items l
JOIN inventory_items i ON i.variant_id = l.variant_id
LEFT JOIN inventory_reservations r ON r.order_id = l.order_id AND r.variant_id = l.variant_id AND r.released_at IS NULL
WHERE l.order_id = %(order_id)s
GROUP BY l.variant_id
HAVING sum(l.qty) > coalesce(max(r.qty), 0)
