-- name: revision
-- Asked for with every cart, so it is as small as a statement can be.
SELECT revision FROM pricing_revision

-- name: of_cart
-- What a cart is priced by beside its lines: the revision of the rules, and, a row for each, the discount whose code was typed into it
-- and those automatic ones that depend on who buys. The buyer is the one of the checkout (`email`), or as far as the cart knows.
-- Asked for with every cart, and mostly there is none.
SELECT p.revision, d.id, d.title, d.kind, d.code, d.percent, d.amount, d.currency, d.buy_qty, d.get_qty, d.scope, d.scope_ids,
  d.minimum_subtotal_amount, d.minimum_qty, d.starts_at, d.ends_at, d.usage_limit, d.usage_limit_per_buyer, d.exclusive,
  d.first_order_only, d.active, d.version, h.used, h.by_buyer, h.earlier
FROM pricing_revision p
LEFT JOIN (
  carts c JOIN discounts d ON d.id = c.discount_id
    OR (d.code_key IS NULL AND d.active AND (d.usage_limit_per_buyer IS NOT NULL OR d.first_order_only))
  CROSS JOIN LATERAL discount_history(d, c, coalesce(%(email)s::text, c.email)) h
) ON c.id = %(cart_id)s

-- name: advance_revision
-- The row's lock makes writers of rules wait for each other, so that each can check its rule against all others.
UPDATE pricing_revision SET revision = revision + 1

-- name: tax_rates
SELECT id, country, region, tax_class, rate, title, valid_from, valid_to, source, version FROM tax_rates
ORDER BY country, region, tax_class, valid_from

-- name: add_charges
-- The snapshot of a total is one fact: its lines and the shipping, its discounts, and who bears what of them.
WITH charges AS (
  INSERT INTO order_charges (
    order_id, position, qty, label_price_amount, unit_price_amount, discount_amount, tax_class, tax_title, tax_rate,
    reverse_charge, tax_base_amount, tax_amount
  )
  SELECT %(order_id)s, c.position, c.qty, c.label_price, c.unit_price, c.discount, c.tax_class, c.tax_title, c.tax_rate,
    c.reverse_charge, c.tax_base, c.tax
  FROM jsonb_to_recordset(%(charges)s) AS c (
    position integer, qty integer, label_price bigint, unit_price bigint, discount bigint, tax_class text, tax_title text,
    tax_rate numeric, reverse_charge boolean, tax_base bigint, tax bigint
  )
), discounts AS (
  INSERT INTO order_discounts (order_id, discount_id, place, kind, code, title, amount)
  SELECT %(order_id)s, d.id, d.place, d.kind, d.code, d.title, d.amount
  FROM jsonb_to_recordset(%(discounts)s) AS d (id uuid, place integer, kind text, code text, title text, amount bigint)
)
INSERT INTO order_discount_allocations (order_id, position, discount_id, amount)
SELECT %(order_id)s, a.position, a.discount_id, a.amount
FROM jsonb_to_recordset(%(allocations)s) AS a (position integer, discount_id uuid, amount bigint)

-- name: charged_order
SELECT number, currency, prices_include_tax, shipping_option ->> 'title' FROM orders WHERE id = %(order_id)s

-- name: charges_of
-- The lines as they stand in the order, then the shipping.
SELECT c.position, i.id, i.title, c.qty, c.label_price_amount, c.unit_price_amount, c.tax_class, c.tax_title, c.tax_rate,
  c.reverse_charge, c.tax_base_amount, c.tax_amount
FROM order_charges c LEFT JOIN order_items i ON i.order_id = c.order_id AND i.position = c.position
WHERE c.order_id = %(order_id)s
ORDER BY c.position = 0, c.position

-- name: discounts_of
SELECT discount_id, kind, code, title, amount FROM order_discounts WHERE order_id = %(order_id)s ORDER BY place

-- name: allocations_of
SELECT a.position, a.discount_id, a.amount
FROM order_discount_allocations a JOIN order_discounts d ON d.order_id = a.order_id AND d.discount_id = a.discount_id
WHERE a.order_id = %(order_id)s ORDER BY a.position, d.place
