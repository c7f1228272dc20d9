-- name: add
-- Counting and writing are one: the counter goes up only as far as there is money, so that two who give back at once never give
-- back more than was taken, and what is not counted is not written.
WITH counted AS (
  UPDATE payments SET refunded_amount = refunded_amount + %(amount)s, updated_at = %(now)s
  WHERE id = %(payment_id)s AND refunded_amount + %(amount)s <= captured_amount
  RETURNING id
)
INSERT INTO refunds (
  id, order_id, payment_id, amount, currency, reason, status, created_by_kind, created_by_id, created_at, updated_at
)
SELECT %(id)s, %(order_id)s, id, %(amount)s, %(currency)s, %(reason)s, %(status)s, %(actor_kind)s, %(actor_id)s, %(now)s, %(now)s
FROM counted
RETURNING id

-- name: save
-- What came to nothing is taken back from the counter, once: only where the refund had not failed before.
WITH before AS MATERIALIZED (
  SELECT id, payment_id, amount, status FROM refunds WHERE id = %(id)s FOR NO KEY UPDATE
), freed AS (
  UPDATE payments p SET refunded_amount = p.refunded_amount - b.amount, updated_at = %(now)s
  FROM before b
  WHERE p.id = b.payment_id AND b.status NOT IN ('failed', 'canceled') AND %(status)s::text IN ('failed', 'canceled')
)
UPDATE refunds r SET
  status = %(status)s::text, provider_refund_id = %(provider_refund_id)s, failure = %(failure)s, updated_at = %(now)s
FROM before b WHERE r.id = b.id

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
