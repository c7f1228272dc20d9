-- name: store
-- The no-op update makes the row of an earlier delivery visible. The pause keeps the worker away while the request that
-- brought the message applies it.
INSERT INTO webhook_events AS e (id, provider, event_id, type, payload, attempts, next_retry_at)
VALUES (%(id)s, %(provider)s, %(event_id)s, %(type)s, convert_from(%(payload)s, 'UTF8')::jsonb, 1, shop_now() + %(pause)s)
ON CONFLICT (provider, event_id) DO UPDATE SET provider = excluded.provider
RETURNING e.id, e.status

-- name: done
UPDATE webhook_events SET status = 'processed', processed_at = shop_now(), error = NULL WHERE id = %(id)s AND status = 'received'

-- name: mark
UPDATE webhook_events
SET status = %(status)s, error = %(error)s, next_retry_at = shop_now() + %(pause)s,
  processed_at = CASE WHEN %(status)s = 'ignored' THEN shop_now() END
WHERE id = %(id)s AND status = 'received'

-- name: claim
-- Counted before it is tried, and judged when it is claimed, so that a message which kills its worker is given up in the end.
WITH due AS (
  SELECT id FROM webhook_events WHERE status = 'received' AND next_retry_at <= shop_now()
  ORDER BY next_retry_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
)
UPDATE webhook_events e SET
  attempts = CASE WHEN e.attempts < %(most_attempts)s THEN e.attempts + 1 ELSE e.attempts END,
  status = CASE WHEN e.attempts < %(most_attempts)s THEN 'received' ELSE 'dead' END,
  error = CASE WHEN e.attempts < %(most_attempts)s THEN e.error ELSE coalesce(e.error, 'it ended its worker each time') END,
  next_retry_at = shop_now() + %(lease)s::interval
FROM due WHERE e.id = due.id
RETURNING e.status = 'received', e.id, e.provider, convert_to(e.payload::text, 'UTF8'), e.attempts
