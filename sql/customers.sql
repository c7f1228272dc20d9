-- name: buyer_of
-- Who pays is a better guess of the name than who receives, but most shops ask for one address only.
SELECT email, coalesce(nullif(billing_address ->> 'name', ''), shipping_address ->> 'name', ''), locale
FROM orders WHERE id = %(order_id)s

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
  WHERE %(search_text)s::text IS NULL OR strpos(search_text, %(search_text)s::text) > 0
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
      coalesce(sum(total_amount) FILTER (WHERE payment_status IN ('paid', 'partially_refunded')), 0)::bigint AS spent,
      max(placed_at) AS last_order_at
    FROM orders
    WHERE lower(orders.email) = p.email_key AND status NOT IN ('DRAFT', 'CANCELLED')
  ) AS o
) AS c ON true
ORDER BY c.created_at DESC, c.id DESC
