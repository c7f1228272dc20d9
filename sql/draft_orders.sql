-- name: open
-- Nobody can hold a lock on what is not there yet, so this statement tells the time, as a locking one does.
WITH new AS (
  INSERT INTO carts (id, draft, currency, locale, created_at, updated_at)
  SELECT %(id)s, true, %(currency)s, %(locale)s, now, now FROM (SELECT shop_now() AS now) AS clock
  RETURNING id, created_at
)
INSERT INTO draft_orders (cart_id, created_by_kind, created_by_id, created_by, created_at)
SELECT id, %(actor_kind)s, %(actor_id)s, %(actor_name)s, created_at FROM new
RETURNING created_at

-- name: details
-- What a draft has and a cart has not. Asked after the lock, because what is read in a locking statement is as old as the wait.
SELECT d.billing_address, d.shipping_title, d.shipping_price_amount, d.shipping_days, d.created_by,
  EXISTS (SELECT FROM orders o WHERE o.cart_id = d.cart_id AND o.status <> 'CANCELLED')
FROM draft_orders d WHERE d.cart_id = %(id)s

-- name: discounts
-- Those of lines first, as they are given.
SELECT id, variant_id, percent, amount, reason FROM draft_order_discounts
WHERE cart_id = %(id)s ORDER BY variant_id IS NULL, id

-- name: save
-- Only an open draft is saved; the cart of one whose order was cancelled after it was paid still says CONVERTED.
WITH cart AS (
  UPDATE carts SET status = 'ACTIVE', version = %(version)s, updated_at = %(now)s, customer_id = %(customer_id)s, email = %(email)s,
    locale = %(locale)s, shipping_address = %(shipping_address)s, shipping_option_id = %(shipping_option_id)s, notes = %(notes)s
  WHERE id = %(id)s
)
UPDATE draft_orders SET billing_address = %(billing_address)s, shipping_title = %(shipping_title)s,
  shipping_price_amount = %(shipping_price)s, shipping_days = %(shipping_days)s
WHERE cart_id = %(id)s

-- name: clear_discounts
DELETE FROM draft_order_discounts WHERE cart_id = %(id)s

-- name: clear_lines
DELETE FROM cart_items WHERE cart_id = %(id)s AND variant_id <> ALL (%(variant_ids)s::uuid[])

-- name: write_lines
-- Without a word in the log of carts, which counts what people shop.
INSERT INTO cart_items (id, cart_id, variant_id, qty, snapshot_price_amount, created_at)
SELECT l.id, %(id)s, l.variant_id, l.qty, l.price, %(now)s
FROM unnest(%(ids)s::uuid[], %(variant_ids)s::uuid[], %(quantities)s::integer[], %(prices)s::bigint[])
  WITH ORDINALITY AS l (id, variant_id, qty, price, place)
ORDER BY l.place
ON CONFLICT (cart_id, variant_id) DO UPDATE SET qty = excluded.qty

-- name: write_discounts
INSERT INTO draft_order_discounts (id, cart_id, variant_id, percent, amount, reason)
SELECT d.id, %(id)s, d.variant_id, d.percent, d.amount, d.reason
FROM unnest(%(ids)s::uuid[], %(variant_ids)s::uuid[], %(percents)s::numeric[], %(amounts)s::bigint[], %(reasons)s::text[])
  AS d (id, variant_id, percent, amount, reason)

-- name: remove
-- A draft has no log of its own, and its holds have ended.
DELETE FROM carts WHERE id = %(id)s AND draft

-- name: email_of
SELECT email FROM customers WHERE id = %(customer_id)s

-- name: page
-- A draft is placed as long as it has an order that was not cancelled, of which there is one at most; OFFSET 0 looks for that one
-- draft by draft instead of reading all orders.
SELECT c.id, o.id IS NOT NULL, c.email, (SELECT coalesce(sum(i.qty), 0) FROM cart_items i WHERE i.cart_id = c.id),
  (
    SELECT max(r.expires_at) FROM inventory_reservations r
    WHERE r.cart_id = c.id AND r.released_at IS NULL AND r.order_id IS NULL AND r.expires_at > shop_now()
  ),
  o.number, d.created_by, c.created_at, c.updated_at
FROM draft_orders d JOIN carts c ON c.id = d.cart_id
LEFT JOIN LATERAL (SELECT id, number FROM orders WHERE cart_id = d.cart_id AND status <> 'CANCELLED' OFFSET 0) o ON true
WHERE (o.id IS NOT NULL) = ANY (%(placed)s::boolean[])
ORDER BY d.created_at DESC, d.cart_id DESC LIMIT %(limit)s OFFSET %(offset)s

-- name: page_total
SELECT count(*) FROM draft_orders d
LEFT JOIN LATERAL (SELECT id FROM orders WHERE cart_id = d.cart_id AND status <> 'CANCELLED' OFFSET 0) o ON true
WHERE (o.id IS NOT NULL) = ANY (%(placed)s::boolean[])
