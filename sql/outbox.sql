-- name: append
INSERT INTO outbox_events (id, type, aggregate_id, payload)
VALUES (%(id)s, %(type)s, %(aggregate_id)s, %(payload)s)

-- name: ring
-- Wakes the worker when this transaction commits. Not while a drain job is waiting: one per commit would outrun the worker.
-- Without a queueing lock, whose collision would take the business transaction down with it; a second job does no harm.
SELECT procrastinate_defer_jobs_v1(
  ARRAY[ROW('commerce', 'drain', 0, NULL, NULL, '{}', NULL)]::procrastinate_job_to_defer_v1[]
)
WHERE NOT EXISTS (
  SELECT 1 FROM procrastinate_jobs
  WHERE status = 'todo' AND queue_name = 'commerce' AND task_name = 'drain' AND scheduled_at IS NULL
)

-- name: claim_fresh
-- Events that nobody has tried yet. They have a line of their own: however many others are due again, these are not behind them.
WITH due AS (
  SELECT id FROM outbox_events
  WHERE status = 'pending' AND attempts = 0 AND next_retry_at <= (SELECT shop_now())
  ORDER BY next_retry_at, id LIMIT %(limit)s
  FOR UPDATE SKIP LOCKED
)
UPDATE outbox_events AS e SET attempts = 1, next_retry_at = shop_now() + %(lease)s
FROM due WHERE e.id = due.id
RETURNING e.created_at, e.id, e.type, e.attempts, e.payload, e.status

-- name: claim_tried
-- One event that was tried before, alone: if it kills its worker, nothing beside it loses an attempt. A lease that ran out after
-- the last attempt means that no worker survived it.
WITH due AS (
  SELECT id FROM outbox_events
  WHERE status = 'pending' AND attempts > 0 AND next_retry_at <= (SELECT shop_now())
  ORDER BY next_retry_at, id LIMIT 1
  FOR UPDATE SKIP LOCKED
)
UPDATE outbox_events AS e SET
  attempts = e.attempts + 1,
  next_retry_at = shop_now() + %(lease)s,
  status = CASE WHEN e.attempts >= %(most_attempts)s THEN 'dead' ELSE e.status END,
  error = CASE WHEN e.attempts >= %(most_attempts)s THEN 'WorkerLost: no worker survived it' ELSE e.error END
FROM due WHERE e.id = due.id
RETURNING e.created_at, e.id, e.type, e.attempts, e.payload, e.status

-- name: settle
-- All outcomes of a batch at once. `attempts` is the generation of the claim: a worker that lost its lease changes nothing.
UPDATE outbox_events AS e SET
  status = o.status,
  processed_at = CASE WHEN o.status = 'processed' THEN shop_now() END,
  next_retry_at = shop_now() + o.delay,
  error = o.error
FROM unnest(%(ids)s::uuid[], %(attempts)s::integer[], %(statuses)s::text[], %(delays)s::interval[], %(errors)s::text[])
  AS o (id, attempts, status, delay, error)
WHERE e.id = o.id AND e.attempts = o.attempts AND e.status = 'pending'

-- name: lock
-- The time is read outside the locking part, so that it is the time at which the lock was granted.
WITH locked AS MATERIALIZED (SELECT status FROM outbox_events WHERE id = %(id)s FOR UPDATE)
SELECT shop_now(), l.status FROM locked l

-- name: revive
UPDATE outbox_events SET status = 'pending', attempts = 0, next_retry_at = shop_now() WHERE id = %(id)s

-- name: page
SELECT id, type, aggregate_id, payload, status, attempts, next_retry_at, error, created_at, processed_at
FROM outbox_events WHERE (%(status)s::text IS NULL OR status = %(status)s)
ORDER BY id DESC LIMIT %(limit)s OFFSET %(offset)s

-- name: count
SELECT count(*) FROM outbox_events WHERE (%(status)s::text IS NULL OR status = %(status)s)
