-- name: append
-- Whoever tells of a thing holds its lock, so its events are numbered without a gap and in the order of their commits. Should
-- two ever draw the same number, the second is a conflict like a deadlock, and tried again.
INSERT INTO outbox_events (id, type, aggregate_id, sequence, payload)
SELECT %(id)s::uuid, %(type)s::text, %(aggregate_id)s::uuid, 1 + greatest(
  (SELECT max(sequence) FROM outbox_events WHERE aggregate_id = %(aggregate_id)s),
  (SELECT last FROM outbox_sequences WHERE aggregate_id = %(aggregate_id)s),
  0
), %(payload)s::jsonb

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
-- One waits while an earlier event of the same thing is not done with, in its own line or before the lines part. OFFSET 0 asks
-- about each by itself, along its index.
WITH due AS (
  SELECT e.id FROM outbox_events e
  WHERE e.status = 'pending' AND e.attempts = 0 AND e.next_retry_at <= (SELECT shop_now())
    AND NOT EXISTS (
      SELECT FROM outbox_events earlier
      WHERE earlier.aggregate_id = e.aggregate_id AND earlier.sequence < e.sequence AND earlier.status = 'pending'
        AND earlier.branch IN (e.branch, '') OFFSET 0
    )
  ORDER BY e.next_retry_at, e.id LIMIT %(limit)s
  FOR UPDATE OF e SKIP LOCKED
)
UPDATE outbox_events AS e SET attempts = 1, unsettled = e.unsettled + 1, next_retry_at = shop_now() + %(lease)s
FROM due WHERE e.id = due.id
RETURNING e.created_at, e.id, e.type, e.branch, e.attempts, e.payload, e.status

-- name: claim_tried
-- One event that was tried before, alone: if it kills its worker, nothing beside it loses an attempt. A lease that ran out after
-- the last attempt, or a few leases that ran out at all, mean that no worker survives it.
WITH due AS (
  SELECT e.id FROM outbox_events e
  WHERE e.status = 'pending' AND e.attempts > 0 AND e.next_retry_at <= (SELECT shop_now())
    AND NOT EXISTS (
      SELECT FROM outbox_events earlier
      WHERE earlier.aggregate_id = e.aggregate_id AND earlier.sequence < e.sequence AND earlier.status = 'pending'
        AND earlier.branch IN (e.branch, '') OFFSET 0
    )
  ORDER BY e.next_retry_at, e.id LIMIT 1
  FOR UPDATE OF e SKIP LOCKED
), judged AS (
  SELECT e.id, e.attempts >= %(most_attempts)s OR e.unsettled >= %(most_deaths)s AS dead
  FROM outbox_events e JOIN due USING (id)
)
UPDATE outbox_events AS e SET
  attempts = e.attempts + 1,
  unsettled = e.unsettled + 1,
  next_retry_at = shop_now() + %(lease)s,
  status = CASE WHEN j.dead THEN 'dead' ELSE e.status END,
  error = CASE WHEN j.dead THEN 'WorkerLost: no worker survived it' ELSE e.error END
FROM judged j WHERE e.id = j.id
RETURNING e.created_at, e.id, e.type, e.branch, e.attempts, e.payload, e.status

-- name: split
-- An event with several subscribers becomes a line for each. As with `settle`, a worker that lost its lease changes nothing.
INSERT INTO outbox_events (id, type, aggregate_id, sequence, branch, payload, created_at)
SELECT b.id, e.type, e.aggregate_id, e.sequence, b.branch, e.payload, e.created_at
FROM outbox_events e, unnest(%(ids)s::uuid[], %(branches)s::text[]) AS b (id, branch)
WHERE e.id = %(event_id)s AND e.attempts = %(attempts)s AND e.status = 'pending'
ON CONFLICT (aggregate_id, sequence, branch) DO NOTHING

-- name: settle
-- All outcomes of a batch at once. `attempts` is the generation of the claim: a worker that lost its lease changes nothing.
UPDATE outbox_events AS e SET
  status = o.status,
  unsettled = e.unsettled - 1,
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
UPDATE outbox_events SET status = 'pending', attempts = 0, unsettled = 0, next_retry_at = shop_now() WHERE id = %(id)s

-- name: page
SELECT id, type, aggregate_id, sequence, branch, payload, status, attempts, next_retry_at, error, created_at, processed_at
FROM outbox_events ORDER BY id DESC LIMIT %(limit)s OFFSET %(offset)s

-- name: page_with_status
-- A statement of its own, because a filter that may be absent costs the index.
SELECT id, type, aggregate_id, sequence, branch, payload, status, attempts, next_retry_at, error, created_at, processed_at
FROM outbox_events WHERE status = %(status)s
ORDER BY id DESC LIMIT %(limit)s OFFSET %(offset)s

-- name: count
SELECT count(*) FROM outbox_events

-- name: count_with_status
SELECT count(*) FROM outbox_events WHERE status = %(status)s

-- name: event
SELECT id, type, aggregate_id, sequence, branch, payload, status, attempts, next_retry_at, error, created_at, processed_at
FROM outbox_events WHERE id = %(id)s

-- name: prune
-- In slices, so that a long backlog never holds a long transaction. The numbers go on where they were.
WITH gone AS (
  DELETE FROM outbox_events WHERE id IN (
    SELECT id FROM outbox_events WHERE status = 'processed' AND processed_at <= %(done_before)s
    ORDER BY processed_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
  )
  RETURNING aggregate_id, sequence
), counted AS (
  INSERT INTO outbox_sequences AS s (aggregate_id, last)
  SELECT aggregate_id, max(sequence) FROM gone GROUP BY aggregate_id ORDER BY aggregate_id
  ON CONFLICT (aggregate_id) DO UPDATE SET last = greatest(s.last, excluded.last)
)
SELECT count(*) FROM gone
