-- name: store
-- The no-op update makes the row of an earlier delivery visible. The pause keeps the worker away while the request that
-- brought the message applies it.
INSERT INTO webhook_events AS e (id, provider, event_id, type, payload, attempts, unsettled, next_retry_at)
VALUES (%(id)s, %(provider)s, %(event_id)s, %(type)s, convert_from(%(payload)s, 'UTF8')::jsonb, 1, 1, shop_now() + %(pause)s)
ON CONFLICT (provider, event_id) DO UPDATE SET provider = excluded.provider
RETURNING e.id, e.status

-- name: done
UPDATE webhook_events SET status = 'processed', processed_at = shop_now(), error = NULL WHERE id = %(id)s AND status = 'received'

-- name: mark
UPDATE webhook_events
SET status = %(status)s, error = %(error)s, next_retry_at = shop_now() + %(pause)s, unsettled = greatest(unsettled - 1, 0),
  processed_at = CASE WHEN %(status)s = 'ignored' THEN shop_now() END
WHERE id = %(id)s AND status = 'received'

-- name: claim
-- One, counted before it is tried and judged when it is claimed: so a message which kills its worker is given up in the end, and
-- takes no other with it.
WITH due AS (
  SELECT id, attempts >= %(most_attempts)s OR unsettled >= %(most_deaths)s AS dead FROM webhook_events
  WHERE status = 'received' AND next_retry_at <= shop_now()
  ORDER BY next_retry_at LIMIT 1 FOR UPDATE SKIP LOCKED
)
UPDATE webhook_events e SET
  attempts = CASE WHEN due.dead THEN e.attempts ELSE e.attempts + 1 END,
  unsettled = CASE WHEN due.dead THEN e.unsettled ELSE e.unsettled + 1 END,
  status = CASE WHEN due.dead THEN 'dead' ELSE 'received' END,
  error = CASE WHEN due.dead THEN coalesce(e.error, 'WorkerLost: no worker survived it') ELSE e.error END,
  next_retry_at = shop_now() + %(lease)s::interval
FROM due WHERE e.id = due.id
RETURNING e.id, e.provider, convert_to(e.payload::text, 'UTF8'), e.attempts, e.status

-- name: lock
-- The time is read outside the locking part, so that it is the time at which the lock was granted.
WITH locked AS MATERIALIZED (SELECT status FROM webhook_events WHERE id = %(id)s FOR UPDATE)
SELECT shop_now(), l.status FROM locked l

-- name: revive
UPDATE webhook_events SET status = 'received', attempts = 0, unsettled = 0, next_retry_at = shop_now() WHERE id = %(id)s

-- name: prune
-- What is done and old, in slices. Providers repeat a message for days, never for months.
DELETE FROM webhook_events WHERE id IN (
  SELECT id FROM webhook_events WHERE status IN ('processed', 'ignored') AND processed_at <= %(done_before)s
  ORDER BY processed_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
)
RETURNING 1

-- name: page
SELECT id, provider, event_id, type, intent_id, status, attempts, next_retry_at, error, received_at, processed_at
FROM webhook_events ORDER BY id DESC LIMIT %(limit)s OFFSET %(offset)s

-- name: page_with_status
-- A statement of its own, because a filter that may be absent costs the index.
SELECT id, provider, event_id, type, intent_id, status, attempts, next_retry_at, error, received_at, processed_at
FROM webhook_events WHERE status = %(status)s
ORDER BY id DESC LIMIT %(limit)s OFFSET %(offset)s

-- name: count
SELECT count(*) FROM webhook_events

-- name: count_with_status
SELECT count(*) FROM webhook_events WHERE status = %(status)s

-- name: message
SELECT id, provider, event_id, type, intent_id, status, attempts, next_retry_at, error, received_at, processed_at, payload
FROM webhook_events WHERE id = %(id)s
