-- name: find
SELECT shop_now(), c.id, c.status, c.currency, c.locale, c.version, c.created_at, c.updated_at, c.customer_id, c.merged_into_id,
  c.email,
  c.shipping_address, c.shipping_option_id, c.notes, c.attributes, c.marketing_consent, c.confirmed_vat_number,
  c.draft
FROM carts c WHERE c.id = %(cart_id)s

-- name: lock
-- The time is read outside the locking part, so that it is the time at which the lock was granted.
WITH locked AS MATERIALIZED (
  SELECT c.id, c.status, c.currency, c.locale, c.version, c.created_at, c.updated_at, c.customer_id, c.merged_into_id,
  c.email,
    c.shipping_address, c.shipping_option_id, c.notes, c.attributes, c.marketing_consent, c.confirmed_vat_number,
    c.draft
  FROM carts c WHERE c.id = %(cart_id)s FOR NO KEY UPDATE
)
SELECT shop_now(), l.id, l.status, l.currency, l.locale, l.version, l.created_at, l.updated_at, l.customer_id, l.merged_into_id,
  l.email,
  l.shipping_address, l.shipping_option_id, l.notes, l.attributes, l.marketing_consent, l.confirmed_vat_number,
  l.draft
FROM locked l

-- name: lines
-- The cart's lines, and the offers of `wanted` variants, which have no line id. A statement of its own, because what is read
-- in the locking statement would be as old as the wait for the lock. The shelves of a product are its categories and all
-- above them: a discount on a category is one on its branch.
SELECT ci.id, ci.qty, ci.snapshot_price_amount, r.expires_at, v.id, p.slug, v.sku,
  p.title || CASE WHEN v.title = '' THEN '' ELSE ' – ' || v.title END,
  v.price_amount, v.currency, CASE WHEN v.taxable THEN v.tax_class ELSE 'exempt' END, v.requires_shipping, p.status = 'ACTIVE',
  i.available_qty + i.backorder_limit + coalesce(r.qty, 0), v.product_id, coalesce(v.weight_grams, 0),
  ARRAY(SELECT l.shelf FROM product_listings l WHERE l.product_id = v.product_id),
  ARRAY(SELECT t.tag_id FROM product_tags t WHERE t.product_id = v.product_id)
FROM (
  SELECT variant_id FROM cart_items WHERE cart_id = %(cart_id)s UNION SELECT unnest(%(wanted)s::uuid[])
) w
JOIN product_variants v ON v.id = w.variant_id
JOIN products p ON p.id = v.product_id
LEFT JOIN cart_items ci ON ci.cart_id = %(cart_id)s AND ci.variant_id = v.id
LEFT JOIN inventory_items i ON i.variant_id = v.id
LEFT JOIN inventory_reservations r ON r.cart_id = %(cart_id)s AND r.variant_id = v.id AND r.released_at IS NULL
ORDER BY ci.position

-- name: open
-- Nobody can hold a lock on what is not there yet, so this statement tells the time, as a locking one does, and which rules it is
-- priced by.
WITH new AS (
  INSERT INTO carts (id, currency, locale, client, customer_id, created_at, updated_at)
  SELECT %(id)s, %(currency)s, %(locale)s, %(client)s, %(customer_id)s, now, now FROM (SELECT shop_now() AS now) AS clock
  RETURNING id, created_at
)
INSERT INTO cart_events (cart_id, type, created_at) SELECT id, 'created', created_at FROM new
RETURNING created_at, (SELECT revision FROM pricing_revision)

-- name: save_line
WITH cart AS (
  UPDATE carts SET version = %(version)s, updated_at = %(now)s, status = 'ACTIVE' WHERE id = %(cart_id)s
), line AS (
  INSERT INTO cart_items (id, cart_id, variant_id, qty, snapshot_price_amount, created_at)
  VALUES (%(id)s, %(cart_id)s, %(variant_id)s, %(qty)s, %(snapshot_price_amount)s, %(now)s)
  ON CONFLICT (cart_id, variant_id) DO UPDATE SET qty = excluded.qty
)
INSERT INTO cart_events (cart_id, type, payload, created_at)
VALUES (%(cart_id)s, %(event)s, jsonb_build_object('variant_id', %(variant_id)s::uuid, 'quantity', %(qty)s::integer), %(now)s)

-- name: remove_line
WITH cart AS (
  UPDATE carts SET version = %(version)s, updated_at = %(now)s, status = 'ACTIVE' WHERE id = %(cart_id)s
), line AS (
  DELETE FROM cart_items WHERE cart_id = %(cart_id)s AND id = %(id)s RETURNING variant_id, qty
)
INSERT INTO cart_events (cart_id, type, payload, created_at)
SELECT %(cart_id)s, 'removed', jsonb_build_object('variant_id', variant_id, 'quantity', qty), %(now)s FROM line

-- name: save_details
UPDATE carts SET version = %(version)s, updated_at = %(now)s, status = 'ACTIVE', email = %(email)s, locale = %(locale)s,
  shipping_address = %(shipping_address)s, shipping_option_id = %(shipping_option_id)s, notes = %(notes)s,
  attributes = %(attributes)s, marketing_consent = %(marketing_consent)s, confirmed_vat_number = %(confirmed_vat_number)s
WHERE id = %(cart_id)s

-- name: save_discount
WITH cart AS (
  UPDATE carts SET version = %(version)s, updated_at = %(now)s, status = 'ACTIVE', discount_id = %(discount_id)s
  WHERE id = %(cart_id)s
)
INSERT INTO cart_events (cart_id, type, payload, created_at)
SELECT %(cart_id)s, CASE WHEN %(discount_id)s::uuid IS NULL THEN 'discount_removed' ELSE 'discount_added' END,
  jsonb_strip_nulls(jsonb_build_object('discount_id', %(discount_id)s::uuid)), %(now)s

-- name: convert
-- A draft is nobody's shopping, so nothing counts it: it has no log.
WITH cart AS (
  UPDATE carts SET status = 'CONVERTED', version = version + 1, updated_at = %(now)s, email = %(email)s,
    marketing_consent = %(marketing_consent)s
  WHERE id = %(cart_id)s
  RETURNING id, draft
)
INSERT INTO cart_events (cart_id, type, payload, created_at)
SELECT cart.id, type, jsonb_build_object('order_id', %(order_id)s::uuid), %(now)s
FROM cart CROSS JOIN unnest(ARRAY['checkout_started', 'converted']) WITH ORDINALITY AS log (type, place)
WHERE NOT cart.draft ORDER BY place

-- name: reopen
WITH cart AS (
  UPDATE carts SET status = 'ACTIVE', version = version + 1, updated_at = %(now)s
  WHERE id = %(cart_id)s AND status = 'CONVERTED'
  RETURNING id, draft
)
INSERT INTO cart_events (cart_id, type, created_at) SELECT id, 'reopened', %(now)s FROM cart WHERE NOT draft

-- name: recover
INSERT INTO cart_events (cart_id, type, created_at) VALUES (%(cart_id)s, 'recovered', %(now)s)

-- name: lock_customer
-- Of two logins at once the second waits here, and then finds the cart that the first has made the customer's.
SELECT id FROM customers WHERE id = %(customer_id)s FOR NO KEY UPDATE

-- name: open_of_customer
-- A statement of its own, because what is read in the locking one would be as old as the wait for the lock.
SELECT id FROM carts
WHERE customer_id = %(customer_id)s AND status <> 'CONVERTED' AND id <> %(guest_cart_id)s AND NOT draft
ORDER BY updated_at DESC, id DESC LIMIT 1

-- name: claim
WITH cart AS (
  UPDATE carts SET version = %(version)s, updated_at = %(now)s, status = 'ACTIVE', customer_id = %(customer_id)s
  WHERE id = %(cart_id)s
)
INSERT INTO cart_events (cart_id, type, payload, created_at)
VALUES (%(cart_id)s, 'claimed', jsonb_build_object('customer_id', %(customer_id)s::uuid), %(now)s)

-- name: merge
WITH guest AS (
  UPDATE carts SET merged_into_id = %(into_id)s, version = version + 1, updated_at = %(now)s WHERE id = %(guest_cart_id)s
), lines AS (
  DELETE FROM cart_items WHERE cart_id = %(guest_cart_id)s
)
INSERT INTO cart_events (cart_id, type, payload, created_at) VALUES
  (%(guest_cart_id)s, 'merged', jsonb_build_object('into', %(into_id)s::uuid), %(now)s),
  (%(into_id)s, 'merged', jsonb_build_object('from', %(guest_cart_id)s::uuid), %(now)s)

-- name: purge
-- What holds stock is never deleted, because its counters would be left behind. Naming every status makes the index by status
-- and age one range each; OFFSET 0 asks about each old cart by itself instead of reading all holds and all orders. A cart in use
-- is skipped, never waited for. The log of a cart has no foreign key, so it goes by the same statement.
WITH gone AS (
  DELETE FROM carts WHERE id IN (
    SELECT c.id FROM carts c
    WHERE c.status IN ('ACTIVE', 'ABANDONED', 'CONVERTED') AND c.updated_at <= %(untouched_since)s
      AND NOT EXISTS (SELECT FROM inventory_reservations r WHERE r.cart_id = c.id AND r.released_at IS NULL OFFSET 0)
      AND NOT EXISTS (SELECT FROM orders o WHERE o.cart_id = c.id AND o.status = 'PENDING_PAYMENT' OFFSET 0)
    LIMIT %(limit)s
    FOR UPDATE SKIP LOCKED
  )
  RETURNING id
), log AS (
  DELETE FROM cart_events WHERE cart_id = ANY (ARRAY(SELECT id FROM gone))
)
SELECT id FROM gone

-- name: page
-- Carts that hold something, the last active first. Each status is walked along its own index, as far as the page needs and no
-- further; OFFSET 0 asks about each cart by itself instead of reading all lines of all carts.
SELECT convert_to(json_build_object(
  'items', coalesce((
    SELECT json_agg(json_build_object(
      'id', c.id, 'status', c.status, 'email', c.email, 'items_count', s.items_count,
      'subtotal', json_build_object('amount', s.subtotal, 'currency', c.currency),
      'created_at', to_char(c.created_at, 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
      'updated_at', to_char(c.updated_at, 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
    ) ORDER BY c.updated_at DESC, c.id)
    FROM (
      SELECT l.id, l.status, l.email, l.currency, l.created_at, l.updated_at
      FROM unnest(%(statuses)s::text[]) AS s (status)
      CROSS JOIN LATERAL (
        SELECT c.id, c.status, c.email, c.currency, c.created_at, c.updated_at FROM carts c
        WHERE c.status = s.status AND NOT c.draft AND EXISTS (SELECT FROM cart_items ci WHERE ci.cart_id = c.id OFFSET 0)
        ORDER BY c.updated_at DESC, c.id LIMIT %(limit)s::bigint + %(offset)s::bigint
      ) l
      ORDER BY l.updated_at DESC, l.id LIMIT %(limit)s OFFSET %(offset)s
    ) c
    CROSS JOIN LATERAL (
      SELECT sum(ci.qty) AS items_count, sum(ci.qty * v.price_amount) AS subtotal
      FROM cart_items ci JOIN product_variants v ON v.id = ci.variant_id WHERE ci.cart_id = c.id
    ) s
  ), '[]'),
  'page', %(page)s::integer, 'per_page', %(limit)s::integer,
  'total', %(total)s::bigint
)::text, 'UTF8')

-- name: page_total
SELECT count(*) FROM carts c
WHERE c.status = ANY (%(statuses)s::text[]) AND NOT c.draft AND EXISTS (SELECT FROM cart_items ci WHERE ci.cart_id = c.id)
