-- name: buyer_of
-- Who pays is a better guess of the name than who receives, but most shops ask for one address only.
SELECT o.email, coalesce(nullif(o.billing_address ->> 'name', ''), o.shipping_address ->> 'name', ''), o.locale,
  coalesce(c.marketing_consent, false), o.placed_at
FROM orders o LEFT JOIN carts c ON c.id = o.cart_id WHERE o.id = %(order_id)s

-- name: remember
-- Only a missing name is filled in: an order proves nothing about whose address it names.
INSERT INTO customers AS c (id, email, email_key, name, locale, search_text)
VALUES (%(id)s, %(email)s, %(email_key)s, %(name)s, %(locale)s, %(search_text)s)
ON CONFLICT (email_key) DO UPDATE SET name = excluded.name, search_text = excluded.search_text
WHERE c.name = '' AND excluded.name <> ''

-- name: page
-- The total stands beside every row, and alone when the page is empty. Orders are counted for the rows of the page
-- only, and the page without a filter comes from the index: hence NOT MATERIALIZED.
WITH matching AS NOT MATERIALIZED (
  SELECT id, email, email_key, name, locale, created_at
  FROM customers
  WHERE merged_into_id IS NULL
    AND (%(search_text)s::text IS NULL OR strpos(search_text, %(search_text)s::text) > 0)
    AND (%(tag)s::text IS NULL OR tags @> ARRAY[%(tag)s::text])
)
SELECT counted.total, c.id, c.email, c.name, c.locale, c.orders_count, c.spent, c.last_order_at, c.created_at
FROM (SELECT count(*) AS total FROM matching) AS counted
LEFT JOIN LATERAL (
  SELECT p.id, p.email, p.name, p.locale, p.created_at, o.orders_count, o.spent, o.last_order_at
  FROM (
    SELECT id, email, email_key, name, locale, created_at FROM matching
    ORDER BY created_at DESC, id DESC
    LIMIT %(limit)s OFFSET %(offset)s
  ) AS p
  CROSS JOIN LATERAL (
    SELECT
      count(*) AS orders_count,
      coalesce(sum(total_amount - (
        SELECT coalesce(sum(p.refunded_amount), 0) FROM payments p WHERE p.order_id = orders.id
      )) FILTER (WHERE payment_status IN ('paid', 'partially_refunded')), 0)::bigint AS spent,
      max(placed_at) AS last_order_at
    FROM orders
    WHERE (orders.customer_id = p.id OR (orders.customer_id IS NULL AND lower(orders.email) = p.email_key))
      AND status NOT IN ('DRAFT', 'CANCELLED')
  ) AS o
) AS c ON true
ORDER BY c.created_at DESC, c.id DESC

-- name: lock
-- The time is read outside the locking part, so that it is the time at which the lock was granted.
WITH locked AS MATERIALIZED (
  SELECT id, email, name, locale, tags, password_hash, email_verified_at, merged_into_id, erased_at, version, created_at
  FROM customers WHERE id = %(customer_id)s FOR NO KEY UPDATE
)
SELECT shop_now(), l.id, l.email, l.name, l.locale, l.tags, l.password_hash, l.email_verified_at, l.merged_into_id, l.erased_at,
  l.version, l.created_at
FROM locked l

-- name: wait_for_address
-- What an address becomes is decided by one at a time, also while there is no row to lock.
SELECT pg_advisory_xact_lock(hashtextextended('commerce.customer ' || %(email_key)s::text, 0))

-- name: lock_address
WITH locked AS MATERIALIZED (
  SELECT id, email, name, locale, tags, password_hash, email_verified_at, merged_into_id, erased_at, version, created_at
  FROM customers WHERE email_key = %(email_key)s FOR NO KEY UPDATE
)
SELECT shop_now(), l.id, l.email, l.name, l.locale, l.tags, l.password_hash, l.email_verified_at, l.merged_into_id, l.erased_at,
  l.version, l.created_at
FROM locked l

-- name: by_id
SELECT id, email, name, locale, tags, password_hash, email_verified_at, merged_into_id, erased_at, version, created_at
FROM customers WHERE id = %(customer_id)s

-- name: credentials
-- Who only ever bought as a guest has no password, and looks like nobody.
SELECT id, email, name, locale, tags, password_hash, email_verified_at, merged_into_id, erased_at, version, created_at
FROM customers WHERE email_key = %(email_key)s AND password_hash IS NOT NULL

-- name: id_of
SELECT id FROM customers WHERE email_key = %(email_key)s

-- name: add
-- No row comes back when an order has made the same customer in this moment: then it is tried again.
INSERT INTO customers (id, email, email_key, name, locale, search_text, password_hash, email_verified_at, created_at)
VALUES (%(id)s, %(email)s, %(email_key)s, %(name)s, %(locale)s, %(search_text)s, %(password_hash)s, %(email_verified_at)s,
  %(created_at)s)
ON CONFLICT (email_key) DO NOTHING
RETURNING id

-- name: save
UPDATE customers SET email = %(email)s, email_key = %(email_key)s, name = %(name)s, locale = %(locale)s,
  search_text = %(search_text)s, tags = %(tags)s, password_hash = %(password_hash)s, email_verified_at = %(email_verified_at)s,
  merged_into_id = %(merged_into_id)s, erased_at = %(erased_at)s, version = %(version)s
WHERE id = %(id)s
RETURNING id

-- name: claim_orders
UPDATE orders SET customer_id = %(customer_id)s WHERE lower(email) = %(email_key)s AND customer_id IS NULL

-- name: claim_order
-- Only an account has proved its address.
UPDATE orders SET customer_id = c.id
FROM customers c
WHERE orders.id = %(order_id)s AND orders.customer_id IS NULL AND c.email_key = %(email_key)s AND c.password_hash IS NOT NULL

-- name: open_orders
SELECT count(*) FROM orders o
WHERE (o.customer_id = %(customer_id)s OR (o.customer_id IS NULL AND lower(o.email) = %(email_key)s))
  AND (o.status IN ('PENDING_PAYMENT', 'PAID')
    OR EXISTS (SELECT FROM refunds r WHERE r.order_id = o.id AND r.status IN ('created', 'pending')))

-- name: hand_over_carts
-- Before the orders, as everywhere.
UPDATE carts SET customer_id = %(target_id)s WHERE customer_id = %(source_id)s

-- name: hand_over_orders
UPDATE orders SET customer_id = %(target_id)s
WHERE customer_id = %(source_id)s OR (customer_id IS NULL AND lower(email) = %(source_key)s)

-- name: hand_over_addresses
-- They come without being anybody's default.
UPDATE customer_addresses SET customer_id = %(target_id)s, default_shipping = false, default_billing = false
WHERE customer_id = %(source_id)s

-- name: hand_over_notes
UPDATE customer_notes SET customer_id = %(target_id)s WHERE customer_id = %(source_id)s

-- name: hand_over_former_emails
INSERT INTO customer_former_emails (customer_id, email_key, left_at)
SELECT %(target_id)s, email_key, left_at FROM customer_former_emails WHERE customer_id = %(source_id)s
ON CONFLICT (customer_id, email_key) DO NOTHING

-- name: leave_email
INSERT INTO customer_former_emails (customer_id, email_key, left_at) VALUES (%(customer_id)s, %(email_key)s, %(at)s)
ON CONFLICT (customer_id, email_key) DO UPDATE SET left_at = excluded.left_at

-- name: add_note
INSERT INTO customer_notes (id, customer_id, text, author, created_at)
VALUES (%(id)s, %(customer_id)s, %(text)s, %(author)s, %(at)s)

-- name: details
SELECT c.id, c.email, c.name, c.locale, c.tags, c.password_hash IS NOT NULL,
  coalesce((
    SELECT k.granted FROM email_consents k WHERE k.email_key = c.email_key AND k.kind = 'marketing' ORDER BY k.id DESC LIMIT 1
  ), false),
  o.orders_count, o.spent, o.last_order_at, c.erased_at, c.version, c.created_at
FROM customers c
CROSS JOIN LATERAL (
  SELECT
    count(*) AS orders_count,
    coalesce(sum(total_amount - (
      SELECT coalesce(sum(p.refunded_amount), 0) FROM payments p WHERE p.order_id = orders.id
    )) FILTER (WHERE payment_status IN ('paid', 'partially_refunded')), 0)::bigint AS spent,
    max(placed_at) AS last_order_at
  FROM orders
  WHERE (orders.customer_id = c.id OR (orders.customer_id IS NULL AND lower(orders.email) = c.email_key))
    AND status NOT IN ('DRAFT', 'CANCELLED')
) AS o
WHERE c.id = %(customer_id)s AND c.merged_into_id IS NULL

-- name: notes
-- The last hundred: nobody reads more of them at once, and a person gets as many as staff cares to write.
SELECT n.id, n.text, n.author, n.created_at
FROM (
  SELECT id, text, author, created_at FROM customer_notes WHERE customer_id = %(customer_id)s
  ORDER BY created_at DESC, id DESC LIMIT 100
) n
ORDER BY n.created_at, n.id

-- name: carts
SELECT c.id, c.status, s.items_count, s.subtotal, c.currency, c.updated_at
FROM carts c
CROSS JOIN LATERAL (
  SELECT coalesce(sum(ci.qty), 0)::integer AS items_count, coalesce(sum(ci.qty * v.price_amount), 0)::bigint AS subtotal
  FROM cart_items ci JOIN product_variants v ON v.id = ci.variant_id WHERE ci.cart_id = c.id
) s
WHERE c.customer_id = %(customer_id)s AND c.status <> 'CONVERTED'
ORDER BY c.updated_at DESC, c.id LIMIT 20

-- name: orders
SELECT o.id, o.number, o.status, o.payment_status, o.fulfillment_status, o.email, o.total_amount, o.currency,
  (SELECT coalesce(sum(i.qty), 0) FROM order_items i WHERE i.order_id = o.id), o.placed_at, o.paid_at, o.version, o.reference
FROM orders o WHERE o.customer_id = %(customer_id)s
ORDER BY o.placed_at DESC, o.id DESC LIMIT %(limit)s OFFSET %(offset)s

-- name: orders_total
SELECT count(*) FROM orders WHERE customer_id = %(customer_id)s
