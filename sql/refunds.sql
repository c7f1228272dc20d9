-- name: add
-- Counting and writing are one: the counter goes up only as far as there is money, so that two who give back at once never give
-- back more than was taken, and what is not counted is not written.
WITH counted AS (
  UPDATE payments SET refunded_amount = refunded_amount + %(amount)s, updated_at = %(now)s
  WHERE id = %(payment_id)s AND refunded_amount + %(amount)s <= captured_amount
  RETURNING id
)
INSERT INTO refunds (
  id, order_id, payment_id, amount, currency, reason, note, status, created_by_kind, created_by_id, created_at, updated_at
)
SELECT %(id)s, %(order_id)s, id, %(amount)s, %(currency)s, %(reason)s, %(note)s, %(status)s, %(actor_kind)s, %(actor_id)s, %(now)s,
  %(now)s
FROM counted
RETURNING id

-- name: add_lines
-- The lines and the counters of what is left are one fact; the counters' constraints are the last word.
WITH lines AS (
  INSERT INTO refund_lines (refund_id, order_id, position, qty, amount, tax_amount, restock)
  SELECT %(id)s, %(order_id)s, l.position, l.qty, l.amount, l.tax, l.restock
  FROM jsonb_to_recordset(%(lines)s) AS l (position integer, qty integer, amount bigint, tax bigint, restock boolean)
  RETURNING order_id, position, qty, amount, tax_amount
), money AS (
  UPDATE order_charges c
  SET refunded_amount = c.refunded_amount + l.amount, refunded_tax_amount = c.refunded_tax_amount + l.tax_amount
  FROM lines l WHERE c.order_id = l.order_id AND c.position = l.position
)
UPDATE order_items i SET refunded_qty = i.refunded_qty + l.qty
FROM lines l WHERE i.order_id = l.order_id AND i.position = l.position AND l.qty > 0

-- name: save
-- What came to nothing is taken back from every counter, once: only where the refund had not failed before. When it succeeded and
-- when it failed are kept, because the books tell both.
WITH before AS MATERIALIZED (
  SELECT id, payment_id, amount, status FROM refunds WHERE id = %(id)s FOR NO KEY UPDATE
), undone AS MATERIALIZED (
  SELECT id, payment_id, amount FROM before
  WHERE status NOT IN ('failed', 'canceled') AND %(status)s::text IN ('failed', 'canceled')
), freed AS (
  UPDATE payments p SET refunded_amount = p.refunded_amount - u.amount, updated_at = %(now)s
  FROM undone u WHERE p.id = u.payment_id
), money AS (
  UPDATE order_charges c
  SET refunded_amount = c.refunded_amount - l.amount, refunded_tax_amount = c.refunded_tax_amount - l.tax_amount
  FROM undone u JOIN refund_lines l ON l.refund_id = u.id
  WHERE c.order_id = l.order_id AND c.position = l.position
), units AS (
  UPDATE order_items i SET refunded_qty = i.refunded_qty - l.qty
  FROM undone u JOIN refund_lines l ON l.refund_id = u.id
  WHERE i.order_id = l.order_id AND i.position = l.position AND l.qty > 0
)
UPDATE refunds r SET
  status = %(status)s::text, provider_refund_id = %(provider_refund_id)s, failure = %(failure)s, updated_at = %(now)s,
  succeeded_at = coalesce(r.succeeded_at, CASE WHEN %(status)s::text = 'succeeded' THEN %(now)s::timestamptz END),
  failed_at = coalesce(r.failed_at, CASE WHEN %(status)s::text IN ('failed', 'canceled') THEN %(now)s::timestamptz END)
FROM before b WHERE r.id = b.id

-- name: sold
-- The lines as they stand in the order, then the shipping.
SELECT c.position, i.id, coalesce(i.title, o.shipping_option ->> 'title', ''), c.qty, coalesce(i.refunded_qty, 0),
  c.tax_base_amount + c.tax_amount, c.refunded_amount, c.tax_amount, c.refunded_tax_amount, c.tax_title, c.tax_rate, c.reverse_charge
FROM order_charges c
JOIN orders o ON o.id = c.order_id
LEFT JOIN order_items i ON i.order_id = c.order_id AND i.position = c.position
WHERE c.order_id = %(order_id)s
ORDER BY c.position = 0, c.position

-- name: count_restocked
-- How many units the accepted refunds of an order bring back to the shelf in all, against how many are there already: whatever
-- fails and is tried again, each unit comes back once. The order is locked.
WITH wanted AS (
  SELECT l.position, sum(l.qty)::integer AS qty
  FROM refund_lines l JOIN refunds r ON r.id = l.refund_id
  WHERE l.order_id = %(order_id)s AND l.restock AND r.status IN ('pending', 'succeeded')
  GROUP BY l.position
), due AS MATERIALIZED (
  SELECT i.id, i.variant_id, w.qty, w.qty - i.restocked_qty AS missing
  FROM wanted w JOIN order_items i ON i.order_id = %(order_id)s AND i.position = w.position
  WHERE w.qty > i.restocked_qty
), counted AS (
  UPDATE order_items i SET restocked_qty = d.qty FROM due d WHERE i.id = d.id
)
SELECT variant_id, sum(missing)::integer FROM due WHERE variant_id IS NOT NULL GROUP BY variant_id

-- name: of_order
-- For people: who asked for it, what became of it, and what it gives back of each line.
SELECT json_build_object(
  'id', r.id, 'payment_id', r.payment_id, 'amount', json_build_object('amount', r.amount, 'currency', r.currency),
  'reason', r.reason, 'note', r.note, 'status', r.status, 'failure', r.failure, 'provider', p.provider,
  'provider_refund_id', r.provider_refund_id, 'created_by', coalesce(u.name, r.created_by_kind), 'created_at', r.created_at,
  'succeeded_at', r.succeeded_at, 'failed_at', r.failed_at,
  'lines', coalesce((
    SELECT json_agg(json_build_object(
      'item_id', i.id, 'title', coalesce(i.title, o.shipping_option ->> 'title', ''), 'quantity', l.qty,
      'amount', json_build_object('amount', l.amount, 'currency', r.currency),
      'tax', json_build_object('amount', l.tax_amount, 'currency', r.currency),
      'tax_title', c.tax_title, 'tax_rate', c.tax_rate::text, 'restock', l.restock
    ) ORDER BY l.position = 0, l.position)
    FROM refund_lines l
    JOIN order_charges c ON c.order_id = l.order_id AND c.position = l.position
    LEFT JOIN order_items i ON i.order_id = l.order_id AND i.position = l.position
    WHERE l.refund_id = r.id
  ), '[]')
)
FROM refunds r
JOIN payments p ON p.id = r.payment_id
JOIN orders o ON o.id = r.order_id
LEFT JOIN users u ON u.id = r.created_by_id AND r.created_by_kind = 'staff'
WHERE r.order_id = %(order_id)s
ORDER BY r.id

-- name: unasked
SELECT order_id, id FROM refunds
WHERE status = 'created' AND created_at <= shop_now() - %(older_than)s::interval ORDER BY created_at LIMIT %(limit)s

-- name: statuses
SELECT r.provider_refund_id, r.status
FROM payments p JOIN refunds r ON r.payment_id = p.id
WHERE p.provider = %(provider)s AND r.provider_refund_id = ANY (%(refund_ids)s::text[])

-- name: under_way_before
SELECT r.provider_refund_id
FROM refunds r JOIN payments p ON p.id = r.payment_id
WHERE r.status = 'pending' AND r.created_at < %(before)s AND p.provider = %(provider)s
ORDER BY r.created_at LIMIT %(limit)s
