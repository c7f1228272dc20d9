-- name: add
INSERT INTO payments (id, order_id, attempt, provider, idempotency_key, status, amount, currency, created_at, updated_at)
VALUES (%(id)s, %(order_id)s, %(attempt)s, %(provider)s, %(idempotency_key)s, %(status)s, %(amount)s, %(currency)s, %(at)s, %(at)s)

-- name: of_order
-- With what goes back of each and what is disputed, which is mostly nothing: two looks into an index, and no more round trips.
SELECT p.id, p.order_id, p.attempt, p.provider, p.idempotency_key, p.amount, p.currency, p.status, p.created_at, p.intent_id,
  p.failure, p.captured_amount,
  (SELECT jsonb_agg(jsonb_build_array(
    r.id, r.amount, r.reason, r.status, r.created_at, r.provider_refund_id, r.failure
  ) ORDER BY r.id) FROM refunds r WHERE r.payment_id = p.id),
  (SELECT jsonb_agg(jsonb_build_array(
    d.id, d.provider_dispute_id, d.status, d.reason, d.amount, d.currency, d.due_by, d.told_at
  ) ORDER BY d.id) FROM disputes d WHERE d.payment_id = p.id)
FROM payments p WHERE p.order_id = %(order_id)s ORDER BY p.attempt

-- name: save
UPDATE payments SET intent_id = %(intent_id)s, status = %(status)s, failure = %(failure)s, captured_amount = %(captured)s,
  updated_at = %(now)s
WHERE id = %(id)s

-- name: record_intent
-- A webhook may have been faster; what it wrote stays.
UPDATE payments SET intent_id = %(intent_id)s, status = 'pending', updated_at = shop_now()
WHERE id = %(id)s AND intent_id IS NULL

-- name: unasked
SELECT order_id FROM payments WHERE status = 'created' AND created_at <= shop_now() - %(older_than)s::interval ORDER BY created_at LIMIT %(limit)s

-- name: left_open
-- A bank that is at work cannot be stopped; what comes of it is heard, and money goes back.
SELECT p.order_id FROM payments p JOIN orders o ON o.id = p.order_id
WHERE p.status IN ('pending', 'failed') AND o.status = 'CANCELLED' AND o.updated_at <= shop_now() - %(older_than)s::interval
ORDER BY p.created_at LIMIT %(limit)s

-- name: order_of
SELECT order_id FROM payments WHERE provider = %(provider)s AND intent_id = %(intent_id)s

-- name: statuses
SELECT intent_id, status FROM payments WHERE provider = %(provider)s AND intent_id = ANY (%(intent_ids)s::text[])

-- name: paid_between
SELECT intent_id, order_id FROM payments
WHERE created_at >= %(since)s AND created_at < %(until)s AND status = 'succeeded' AND provider = %(provider)s

-- name: open_before
SELECT intent_id FROM payments
WHERE status IN ('pending', 'processing', 'failed') AND created_at < %(before)s AND provider = %(provider)s AND intent_id IS NOT NULL
ORDER BY created_at LIMIT %(limit)s

-- name: compared_up_to
SELECT up_to FROM payment_reconciliations WHERE provider = %(provider)s

-- name: mark_compared
INSERT INTO payment_reconciliations AS r (provider, up_to) VALUES (%(provider)s, %(up_to)s)
ON CONFLICT (provider) DO UPDATE SET up_to = greatest(r.up_to, excluded.up_to)
