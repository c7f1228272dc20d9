-- name: open
-- Each finding is one row: found again, even after it was resolved, it changes nothing.
INSERT INTO payment_exceptions (
  id, kind, provider, subject, order_id, expected_amount, expected_currency, received_amount, received_currency, detail, opened_at
) VALUES (
  %(id)s, %(kind)s, %(provider)s, %(subject)s, %(order_id)s, %(expected_amount)s, %(expected_currency)s, %(received_amount)s,
  %(received_currency)s, %(detail)s, %(now)s
)
ON CONFLICT (kind, provider, subject) DO NOTHING

-- name: lock
-- The time is read outside the locking part, so that it is the time at which the lock was granted.
WITH locked AS MATERIALIZED (SELECT status FROM payment_exceptions WHERE id = %(id)s FOR UPDATE)
SELECT shop_now(), l.status FROM locked l

-- name: resolve
UPDATE payment_exceptions SET status = 'resolved', resolved_at = %(now)s, resolved_by = %(resolved_by)s, note = %(note)s
WHERE id = %(id)s

-- name: page
SELECT c.id, c.kind, c.status, c.provider, c.subject, c.order_id, o.number, c.expected_amount, c.expected_currency,
  c.received_amount, c.received_currency, c.detail, c.opened_at, c.resolved_at, c.resolved_by, c.note
FROM payment_exceptions c LEFT JOIN orders o ON o.id = c.order_id
WHERE (%(status)s::text IS NULL OR c.status = %(status)s)
ORDER BY c.id DESC LIMIT %(limit)s OFFSET %(offset)s

-- name: count
SELECT count(*) FROM payment_exceptions WHERE (%(status)s::text IS NULL OR status = %(status)s)

-- name: find
SELECT c.id, c.kind, c.status, c.provider, c.subject, c.order_id, o.number, c.expected_amount, c.expected_currency,
  c.received_amount, c.received_currency, c.detail, c.opened_at, c.resolved_at, c.resolved_by, c.note
FROM payment_exceptions c LEFT JOIN orders o ON o.id = c.order_id
WHERE c.id = %(id)s
