-- name: add
INSERT INTO payments (id, order_id, attempt, provider, idempotency_key, status, amount, currency, created_at, updated_at)
VALUES (%(id)s, %(order_id)s, %(attempt)s, %(provider)s, %(idempotency_key)s, %(status)s, %(amount)s, %(currency)s, %(at)s, %(at)s)

-- name: of_order
SELECT id, order_id, attempt, provider, idempotency_key, amount, currency, status, created_at, intent_id, failure
FROM payments WHERE order_id = %(order_id)s ORDER BY attempt

-- name: save
UPDATE payments SET intent_id = %(intent_id)s, status = %(status)s, failure = %(failure)s, updated_at = %(now)s
WHERE id = %(id)s

-- name: record_intent
-- A webhook may have been faster; what it wrote stays.
UPDATE payments SET intent_id = %(intent_id)s, status = 'pending', updated_at = shop_now()
WHERE id = %(id)s AND intent_id IS NULL

-- name: unasked
SELECT order_id FROM payments WHERE status = 'created' AND created_at <= shop_now() - %(older_than)s::interval ORDER BY created_at LIMIT %(limit)s
