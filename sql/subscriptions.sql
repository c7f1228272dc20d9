-- name: count
-- The lock lets one at a time add one, so that there are never more than there may be.
WITH alone AS MATERIALIZED (SELECT pg_advisory_xact_lock(hashtext('subscriptions.count')))
SELECT (SELECT count(*) FROM subscriptions WHERE status <> 'deleted') FROM alone

-- name: add
INSERT INTO subscriptions (id, url, description, event_types, status, secret)
VALUES (%(id)s, %(url)s, %(description)s, %(event_types)s, %(status)s, %(secret)s)

-- name: lock
-- NO KEY, because deliveries that are written down meanwhile refer to it. The time is read outside the locking part, so that it is
-- the time at which the lock was granted.
WITH locked AS MATERIALIZED (
  SELECT id, url, description, event_types, status, secret, old_secret, old_secret_until,
    failures, failing_since, rests_until, version
  FROM subscriptions WHERE id = %(id)s AND status <> 'deleted' FOR NO KEY UPDATE
)
SELECT shop_now(), l.id, l.url, l.description, l.event_types, l.status, l.secret, l.old_secret, l.old_secret_until,
  l.failures, l.failing_since, l.rests_until, l.version
FROM locked l

-- name: write
UPDATE subscriptions SET url = %(url)s, description = %(description)s, event_types = %(event_types)s, status = %(status)s,
  secret = %(secret)s, old_secret = %(old_secret)s, old_secret_until = %(old_secret_until)s,
  version = %(version)s, updated_at = %(now)s
WHERE id = %(id)s

-- name: write_health
UPDATE subscriptions SET failures = %(failures)s, failing_since = %(failing_since)s, rests_until = %(rests_until)s WHERE id = %(id)s

-- name: gone
UPDATE subscriptions SET status = 'gone', version = version + 1, updated_at = %(now)s WHERE id = %(id)s

-- name: delete
-- Its row stays for its deliveries, without what could be abused.
UPDATE subscriptions SET status = 'deleted', secret = NULL, old_secret = NULL, old_secret_until = NULL,
  resend_from = NULL, resend_after = NULL, resend_until = NULL, updated_at = %(now)s
WHERE id = %(id)s

-- name: ask_resend
-- One that is under way already and has not come so far goes back no further than it has to: nothing of either is left out.
UPDATE subscriptions SET
  resend_from = least(resend_from, %(since)s),
  resend_after = CASE WHEN resend_from < %(since)s THEN resend_after ELSE '00000000-0000-0000-0000-000000000000' END,
  resend_until = %(now)s
WHERE id = %(id)s

-- name: relay
-- One statement for all events of a batch and all endpoints. Who subscribed after an event does not get it.
INSERT INTO subscription_deliveries (
  subscription_id, event_id, type, version, aggregate_type, aggregate_id, sequence, occurred_at, data
)
SELECT s.id, e.id, e.type, told.version, told.aggregate, e.aggregate_id, e.sequence, e.created_at, e.payload
FROM outbox_events e
JOIN unnest(%(types)s::text[], %(versions)s::integer[], %(aggregates)s::text[]) AS told (type, version, aggregate)
  ON told.type = e.type
JOIN subscriptions s
  ON s.status = 'active' AND s.created_at <= e.created_at AND (s.event_types = '{}' OR e.type = ANY (s.event_types))
WHERE e.id = ANY (%(event_ids)s)
ON CONFLICT (subscription_id, event_id) DO NOTHING

-- name: add_delivery
INSERT INTO subscription_deliveries (
  subscription_id, event_id, type, version, aggregate_type, aggregate_id, sequence, occurred_at, data
) VALUES (
  %(subscription_id)s, %(event_id)s, %(type)s, %(version)s, %(aggregate_type)s, %(aggregate_id)s, %(sequence)s,
  %(occurred_at)s, %(data)s
)

-- name: whose_turn
-- The endpoint whose turn was longest ago, of those that have something due and are not busy enough already. Locked, so that two
-- who claim at once take different endpoints, or one after the other. What of each is due first stands at the end of an index.
SELECT s.id FROM subscriptions s
WHERE s.status = 'active' AND (s.failures > 0) = %(troubled)s::boolean
  AND (s.rests_until IS NULL OR s.rests_until <= (SELECT shop_now()))
  AND (
    SELECT d.next_attempt_at FROM subscription_deliveries d WHERE d.subscription_id = s.id AND d.status = 'pending'
    ORDER BY d.next_attempt_at LIMIT 1
  ) <= (SELECT shop_now())
  AND %(at_once)s > (
    SELECT count(*) FROM subscription_deliveries d
    WHERE d.subscription_id = s.id AND d.leased_until > (SELECT shop_now())
  )
ORDER BY s.claimed_at NULLS FIRST, s.id LIMIT 1
FOR NO KEY UPDATE SKIP LOCKED

-- name: claim
-- Looks again, now that nobody else claims for this endpoint. A lease that ran out was that of a worker that died: the next one is
-- twice as long, so that a delivery which ends its workers does so ever more rarely, without ever being given up for it.
WITH due AS (
  SELECT d.subscription_id, d.event_id FROM subscription_deliveries d
  WHERE d.subscription_id = %(id)s AND d.status = 'pending' AND d.next_attempt_at <= (SELECT shop_now())
    AND %(at_once)s > (
      SELECT count(*) FROM subscription_deliveries b
      WHERE b.subscription_id = %(id)s AND b.leased_until > (SELECT shop_now())
    )
  ORDER BY d.next_attempt_at, d.event_id LIMIT 1
  FOR UPDATE OF d SKIP LOCKED
), turn AS (
  UPDATE subscriptions s SET claimed_at = shop_now() FROM due WHERE s.id = due.subscription_id
  RETURNING s.id, s.url, s.secret, CASE WHEN s.old_secret_until > shop_now() THEN s.old_secret END AS old_secret
)
UPDATE subscription_deliveries AS d SET
  attempts = d.attempts + 1,
  unsettled = d.unsettled + 1,
  leased_until = shop_now() + %(lease)s::interval * 2 ^ least(d.unsettled, 6),
  next_attempt_at = shop_now() + %(lease)s::interval * 2 ^ least(d.unsettled, 6)
FROM due JOIN turn ON turn.id = due.subscription_id
WHERE d.subscription_id = due.subscription_id AND d.event_id = due.event_id
RETURNING turn.url, turn.secret, turn.old_secret, d.event_id, d.type, d.version, d.occurred_at, d.sequence, d.aggregate_type,
  d.aggregate_id, d.data, d.attempts, d.failures, d.first_failed_at, shop_now()

-- name: delivered
UPDATE subscription_deliveries SET
  status = 'delivered', delivered_at = %(now)s, unsettled = 0, leased_until = NULL, failures = 0, first_failed_at = NULL,
  answered_status = %(answered_status)s, answer = %(answer)s, error = NULL
WHERE subscription_id = %(subscription_id)s AND event_id = %(event_id)s AND attempts = %(attempts)s AND status = 'pending'

-- name: failed
-- Without a wait it was the last try.
UPDATE subscription_deliveries SET
  status = CASE WHEN %(wait)s::interval IS NULL THEN 'dead' ELSE 'pending' END,
  next_attempt_at = %(now)s::timestamptz + coalesce(%(wait)s::interval, interval '0'),
  unsettled = 0, leased_until = NULL, failures = failures + 1, first_failed_at = coalesce(first_failed_at, %(now)s::timestamptz),
  answered_status = %(answered_status)s, answer = %(answer)s, error = %(error)s
WHERE subscription_id = %(subscription_id)s AND event_id = %(event_id)s AND attempts = %(attempts)s AND status = 'pending'

-- name: put_back
UPDATE subscription_deliveries SET
  next_attempt_at = %(now)s, unsettled = 0, leased_until = NULL,
  answered_status = %(answered_status)s, answer = %(answer)s, error = %(error)s
WHERE subscription_id = %(subscription_id)s AND event_id = %(event_id)s AND attempts = %(attempts)s AND status = 'pending'

-- name: give_up
-- What nobody has come to for days, because its endpoint rests most of the time.
UPDATE subscription_deliveries AS d SET
  status = 'dead', error = coalesce(d.error, 'the endpoint has not answered for days')
FROM (
  SELECT w.subscription_id, w.event_id FROM subscription_deliveries w
  WHERE w.subscription_id = %(subscription_id)s AND w.status = 'pending' AND w.leased_until IS NULL
    AND w.due_since <= %(due_before)s
  ORDER BY w.event_id LIMIT %(limit)s
  FOR UPDATE SKIP LOCKED
) AS late
WHERE d.subscription_id = late.subscription_id AND d.event_id = late.event_id

-- name: bring_forward
UPDATE subscription_deliveries SET next_attempt_at = %(now)s
WHERE subscription_id = %(subscription_id)s AND status = 'pending' AND leased_until IS NULL AND next_attempt_at > %(now)s

-- name: renew
UPDATE subscription_deliveries SET next_attempt_at = %(now)s, due_since = %(now)s, failures = 0, first_failed_at = NULL
WHERE subscription_id = %(subscription_id)s AND status = 'pending' AND leased_until IS NULL

-- name: revive
-- One that is under way may be sent twice.
WITH was AS (
  SELECT subscription_id, event_id, status FROM subscription_deliveries
  WHERE subscription_id = %(subscription_id)s AND event_id = %(event_id)s FOR UPDATE
)
UPDATE subscription_deliveries AS d SET
  status = 'pending', next_attempt_at = %(now)s, due_since = %(now)s, failures = 0, first_failed_at = NULL, unsettled = 0,
  leased_until = NULL, delivered_at = NULL
FROM was WHERE d.subscription_id = was.subscription_id AND d.event_id = was.event_id
RETURNING was.status

-- name: resend_next
-- One resend that somebody has asked for, and how far it has come.
SELECT id, resend_from, resend_after, resend_until FROM subscriptions
WHERE resend_from IS NOT NULL AND status = 'active'
ORDER BY id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED

-- name: resend_slice
-- In the order in which events happened. What still waits is left as it is.
WITH slice AS MATERIALIZED (
  SELECT id, type, aggregate_id, sequence, created_at, payload FROM outbox_events
  WHERE branch = '' AND (created_at, id) > (%(resend_from)s, %(resend_after)s) AND created_at <= %(resend_until)s
  ORDER BY created_at, id LIMIT %(limit)s
), written AS (
  INSERT INTO subscription_deliveries AS d (
    subscription_id, event_id, type, version, aggregate_type, aggregate_id, sequence, occurred_at, data
  )
  SELECT s.id, e.id, e.type, told.version, told.aggregate, e.aggregate_id, e.sequence, e.created_at, e.payload
  FROM slice e
  JOIN unnest(%(types)s::text[], %(versions)s::integer[], %(aggregates)s::text[]) AS told (type, version, aggregate)
    ON told.type = e.type
  JOIN subscriptions s ON s.id = %(id)s AND (s.event_types = '{}' OR e.type = ANY (s.event_types))
  ON CONFLICT (subscription_id, event_id) DO UPDATE SET
    status = 'pending', next_attempt_at = shop_now(), due_since = shop_now(), failures = 0, first_failed_at = NULL,
    unsettled = 0, delivered_at = NULL
  WHERE d.status <> 'pending'
)
SELECT created_at, id FROM slice ORDER BY created_at, id

-- name: resend_reached
UPDATE subscriptions SET resend_from = %(resend_from)s, resend_after = %(resend_after)s WHERE id = %(id)s

-- name: resend_done
UPDATE subscriptions SET resend_from = NULL, resend_after = NULL, resend_until = NULL WHERE id = %(id)s

-- name: prune
-- In slices. Of a deleted subscription everything, whatever became of it, and in the end the subscription.
WITH old AS (
  SELECT subscription_id, event_id FROM subscription_deliveries
  WHERE status = 'delivered' AND delivered_at <= %(before)s
  ORDER BY delivered_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
), gone AS (
  DELETE FROM subscription_deliveries d USING old WHERE d.subscription_id = old.subscription_id AND d.event_id = old.event_id
  RETURNING d.event_id
)
SELECT count(*) FROM gone

-- name: prune_deleted
WITH old AS (
  SELECT d.subscription_id, d.event_id FROM subscription_deliveries d
  JOIN subscriptions s ON s.id = d.subscription_id
  WHERE s.status = 'deleted' AND s.updated_at <= %(before)s
  LIMIT %(limit)s FOR UPDATE OF d SKIP LOCKED
), gone AS (
  DELETE FROM subscription_deliveries d USING old WHERE d.subscription_id = old.subscription_id AND d.event_id = old.event_id
  RETURNING d.event_id
)
SELECT count(*) FROM gone

-- name: prune_subscriptions
DELETE FROM subscriptions s
WHERE s.status = 'deleted' AND s.updated_at <= %(before)s
  AND NOT EXISTS (SELECT FROM subscription_deliveries d WHERE d.subscription_id = s.id)

-- name: page
SELECT s.id, s.url, s.description, s.event_types, s.status,
  CASE WHEN s.old_secret_until > (SELECT shop_now()) THEN s.old_secret_until END,
  s.failures, s.failing_since, s.rests_until, s.resend_from,
  (SELECT count(*) FROM subscription_deliveries d WHERE d.subscription_id = s.id AND d.status = 'pending'),
  (SELECT count(*) FROM subscription_deliveries d WHERE d.subscription_id = s.id AND d.status = 'dead'),
  s.version, s.created_at, s.updated_at
FROM subscriptions s WHERE s.status <> 'deleted'
ORDER BY s.created_at DESC, s.id DESC LIMIT %(limit)s OFFSET %(offset)s

-- name: page_total
SELECT count(*) FROM subscriptions WHERE status <> 'deleted'

-- name: find
SELECT s.id, s.url, s.description, s.event_types, s.status,
  CASE WHEN s.old_secret_until > (SELECT shop_now()) THEN s.old_secret_until END,
  s.failures, s.failing_since, s.rests_until, s.resend_from,
  (SELECT count(*) FROM subscription_deliveries d WHERE d.subscription_id = s.id AND d.status = 'pending'),
  (SELECT count(*) FROM subscription_deliveries d WHERE d.subscription_id = s.id AND d.status = 'dead'),
  s.version, s.created_at, s.updated_at
FROM subscriptions s WHERE s.id = %(id)s AND s.status <> 'deleted'

-- name: deliveries
-- Ids of events grow with time, so this is the order in which they happened, along the primary key.
SELECT event_id, type, version, aggregate_type, aggregate_id, sequence, occurred_at, data, status, attempts, next_attempt_at,
  answered_status, answer, error, created_at, delivered_at
FROM subscription_deliveries WHERE subscription_id = %(subscription_id)s AND event_id < %(before)s
ORDER BY event_id DESC LIMIT %(limit)s OFFSET %(offset)s

-- name: deliveries_total
SELECT count(*) FROM subscription_deliveries WHERE subscription_id = %(subscription_id)s

-- name: deliveries_with_status
-- A statement of its own, because a filter that may be absent costs the index.
SELECT event_id, type, version, aggregate_type, aggregate_id, sequence, occurred_at, data, status, attempts, next_attempt_at,
  answered_status, answer, error, created_at, delivered_at
FROM subscription_deliveries
WHERE subscription_id = %(subscription_id)s AND status = %(status)s AND event_id < %(before)s
ORDER BY event_id DESC LIMIT %(limit)s OFFSET %(offset)s

-- name: deliveries_with_status_total
SELECT count(*) FROM subscription_deliveries WHERE subscription_id = %(subscription_id)s AND status = %(status)s

-- name: delivery
SELECT d.event_id, d.type, d.version, d.aggregate_type, d.aggregate_id, d.sequence, d.occurred_at, d.data, d.status, d.attempts,
  d.next_attempt_at, d.answered_status, d.answer, d.error, d.created_at, d.delivered_at
FROM subscription_deliveries d JOIN subscriptions s ON s.id = d.subscription_id
WHERE d.subscription_id = %(subscription_id)s AND d.event_id = %(event_id)s AND s.status <> 'deleted'
