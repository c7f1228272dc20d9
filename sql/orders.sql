-- name: next_number
SELECT nextval('order_numbers')

-- name: add
-- The order, its lines and its first transition are one fact.
WITH new AS (
  INSERT INTO orders (
    id, number, reference, cart_id, customer_id, status, payment_status, email, locale, currency, prices_include_tax,
    subtotal_amount, discount_amount, shipping_amount, tax_amount, total_amount, tax_lines,
    shipping_address, billing_address, shipping_option, placed_at, expires_at, paid_at, updated_at, words
  ) VALUES (
    %(id)s, %(number)s, %(reference)s, %(cart_id)s, %(customer_id)s, %(status)s, %(payment_status)s, %(email)s, %(locale)s, %(currency)s,
    %(prices_include_tax)s, %(subtotal)s, %(discount)s, %(shipping)s, %(tax)s, %(total)s, %(tax_lines)s,
    %(shipping_address)s, %(billing_address)s, %(shipping_option)s, %(placed_at)s, %(expires_at)s, %(paid_at)s, %(placed_at)s,
    array_to_tsvector(%(words)s::text[])
  ) RETURNING id
), lines AS (
  INSERT INTO order_items (
    id, order_id, position, variant_id, sku, title, qty, unit_price_amount, discount_amount, tax_amount, line_total_amount,
    tax_rate, requires_shipping
  )
  SELECT l.id, n.id, l.position, l.variant_id, l.sku, l.title, l.qty, l.unit_price, l.discount, l.tax, l.line_total,
    l.tax_rate, l.requires_shipping
  FROM new n, jsonb_to_recordset(%(lines)s) AS l (
    id uuid, position integer, variant_id uuid, sku text, title text, qty integer, unit_price bigint, discount bigint,
    tax bigint, line_total bigint, tax_rate text, requires_shipping boolean
  )
)
INSERT INTO order_transitions (order_id, to_status, actor_kind, actor_id, reason, at)
SELECT id, %(status)s, %(actor_kind)s, %(actor_id)s, %(reason)s, %(placed_at)s FROM new

-- name: lock
WITH locked AS MATERIALIZED (
  SELECT id, number, cart_id, status, payment_status, fulfillment_status, email, locale, shipping_address, billing_address,
    customer_id, shipping_option, subtotal_amount, discount_amount, shipping_amount, tax_amount, tax_lines, total_amount,
    currency, prices_include_tax, placed_at, expires_at, paid_at, version, reference
  FROM orders WHERE id = %(order_id)s FOR NO KEY UPDATE
)
SELECT shop_now(), l.id, l.number, l.cart_id, l.status, l.payment_status, l.fulfillment_status, l.email, l.locale,
  l.shipping_address, l.billing_address, l.customer_id, l.shipping_option, l.subtotal_amount, l.discount_amount,
  l.shipping_amount, l.tax_amount, l.tax_lines, l.total_amount, l.currency, l.prices_include_tax, l.placed_at, l.expires_at,
  l.paid_at, l.version, l.reference
FROM locked l

-- name: find
SELECT shop_now(), id, number, cart_id, status, payment_status, fulfillment_status, email, locale, shipping_address,
  billing_address, customer_id, shipping_option, subtotal_amount, discount_amount, shipping_amount, tax_amount, tax_lines,
  total_amount, currency, prices_include_tax, placed_at, expires_at, paid_at, version, reference
FROM orders WHERE id = %(order_id)s

-- name: lines
SELECT id, variant_id, sku, title, qty, unit_price_amount, discount_amount, tax_amount, tax_rate, line_total_amount,
  requires_shipping, shipped_qty, delivered_qty, refunded_qty
FROM order_items WHERE order_id = %(order_id)s ORDER BY position

-- name: live_of_cart
SELECT id FROM orders WHERE cart_id = %(cart_id)s AND status <> 'CANCELLED'

-- name: save
WITH saved AS (
  UPDATE orders SET status = %(status)s, payment_status = %(payment_status)s, fulfillment_status = %(fulfillment_status)s,
    expires_at = %(expires_at)s, paid_at = %(paid_at)s, version = %(version)s, updated_at = %(now)s
  WHERE id = %(order_id)s
  RETURNING id
)
INSERT INTO order_transitions (order_id, from_status, to_status, actor_kind, actor_id, reason, at)
SELECT id, %(from_status)s, %(status)s, %(actor_kind)s, %(actor_id)s, %(reason)s, %(now)s
FROM saved WHERE %(from_status)s::text <> %(status)s::text

-- name: numbered
SELECT id FROM orders WHERE number = %(number)s

-- name: unpaid_past
SELECT id, expires_at FROM orders
WHERE status = 'PENDING_PAYMENT' AND expires_at <= shop_now()
ORDER BY expires_at LIMIT %(limit)s

-- name: called
-- Two orders share a name only where the format was changed so that they do; then it is the later one's.
SELECT id FROM orders WHERE lower(reference) = lower(%(reference)s) ORDER BY number DESC LIMIT 1

-- name: add_note
INSERT INTO order_notes (id, order_id, audience, text, author_kind, author_id, author, created_at)
VALUES (%(id)s, %(order_id)s, %(audience)s, %(text)s, %(author_kind)s, %(author_id)s, %(author)s, %(at)s)

-- name: notes
SELECT id, audience, text, author, created_at FROM order_notes WHERE order_id = %(order_id)s ORDER BY id

-- name: notes_to_customer
-- A statement of its own, so that no condition can be forgotten where buyers look. They are not told who wrote.
SELECT id, audience, text, NULL, created_at FROM order_notes
WHERE order_id = %(order_id)s AND audience = 'customer' ORDER BY id

-- name: timeline
-- Each source tells the same: when, what kind of thing, what it was, how far it got, who did it, and what else there is to say.
-- A source that joins later is one more branch. Things of one moment stand in the order of their kinds.
SELECT at, kind, what, status, actor, detail FROM (
  SELECT t.at, 1 AS place, t.id::text AS tie, 'status' AS kind, t.to_status AS what, coalesce(t.from_status, '') AS status,
    coalesce(u.name, k.name, t.actor_kind) AS actor, t.reason AS detail
  FROM order_transitions t
  LEFT JOIN users u ON u.id = t.actor_id AND t.actor_kind = 'staff'
  LEFT JOIN api_keys k ON k.id = t.actor_id AND t.actor_kind = 'key'
  WHERE t.order_id = %(order_id)s
  UNION ALL
  SELECT p.created_at, 2, p.id::text, 'payment', p.provider, p.status, '', concat_ws(', ', p.intent_id, p.failure)
  FROM payments p WHERE p.order_id = %(order_id)s
  UNION ALL
  SELECT e.created_at, 3, lpad(e.sequence::text, 10, '0') || e.branch, 'event', e.type, e.status, e.branch, coalesce(e.error, '')
  FROM outbox_events e WHERE e.aggregate_id = %(order_id)s
  UNION ALL
  SELECT w.received_at, 4, w.id::text, 'provider_event', w.type, w.status, w.provider, coalesce(w.error, '')
  FROM payments p JOIN webhook_events w ON w.intent_id = p.intent_id AND w.provider = p.provider
  WHERE p.order_id = %(order_id)s
  UNION ALL
  SELECT r.created_at, 5, r.id::text, 'refund', r.amount || ' ' || r.currency, r.status, r.created_by_kind,
    concat_ws(', ', r.reason, r.provider_refund_id, r.failure)
  FROM refunds r WHERE r.order_id = %(order_id)s
  UNION ALL
  SELECT d.opened_at, 6, d.id::text, 'dispute', d.amount || ' ' || d.currency, d.status, d.provider, d.reason
  FROM disputes d WHERE d.order_id = %(order_id)s
  UNION ALL
  SELECT step.at, 9, s.id::text || step.place, 'shipment', step.what, s.status, step.actor, concat_ws(', ',
    nullif(s.carrier, ''), nullif(s.tracking_number, ''), nullif(step.detail, ''))
  FROM shipments s LEFT JOIN users u ON u.id = s.created_by_id AND s.created_by_kind = 'staff'
  CROSS JOIN LATERAL (VALUES
    (s.shipped_at, 1, 'shipped', coalesce(u.name, s.created_by_kind), ''), (s.delivered_at, 2, 'delivered', '', ''),
    (s.cancelled_at, 3, 'cancelled', '', s.reason)
  ) AS step (at, place, what, actor, detail)
  WHERE s.order_id = %(order_id)s AND step.at IS NOT NULL
  UNION ALL
  SELECT m.created_at, 7, m.id::text, 'mail', m.template_type, m.status, m.to_address, coalesce(m.error, '')
  FROM (
    SELECT %(order_id)s::uuid UNION ALL SELECT r.id FROM refunds r WHERE r.order_id = %(order_id)s
    UNION ALL SELECT s.id FROM shipments s WHERE s.order_id = %(order_id)s
  ) AS cause (id)
  JOIN email_outbox m ON m.cause_id = cause.id
  UNION ALL
  SELECT n.created_at, 8, n.id::text, 'note', n.text, n.audience, n.author, ''
  FROM order_notes n WHERE n.order_id = %(order_id)s
  UNION ALL
  SELECT i.issued_at, 10, i.id::text, 'invoice', i.number, i.kind, '', i.total_amount || ' ' || i.currency
  FROM invoices i WHERE i.order_id = %(order_id)s
) AS told
ORDER BY at, place, tie
LIMIT %(limit)s
