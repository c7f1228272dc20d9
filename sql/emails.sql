-- name: queue
-- The key makes it one mail: queued again by a repeated cause, nothing happens.
INSERT INTO email_outbox (id, key, to_address, template_type, locale, payload_json)
VALUES (%(id)s, %(key)s, %(to)s, %(template)s, %(locale)s, %(payload)s)
ON CONFLICT (key) DO NOTHING

-- name: claim
-- One mail for one lease. A lease that ran out after the last attempt, or a few that ran out at all, mean that no worker survives
-- it.
WITH due AS (
  SELECT id, attempts >= %(most_attempts)s OR unsettled >= %(most_deaths)s AS dead FROM email_outbox
  WHERE status = 'queued' AND next_retry_at <= (SELECT shop_now())
  ORDER BY next_retry_at, id LIMIT 1
  FOR UPDATE SKIP LOCKED
)
UPDATE email_outbox AS e SET
  attempts = e.attempts + 1,
  unsettled = e.unsettled + 1,
  next_retry_at = shop_now() + %(lease)s,
  status = CASE WHEN due.dead THEN 'dead' ELSE e.status END,
  error = CASE WHEN due.dead THEN 'WorkerLost: no worker survived it' ELSE e.error END
FROM due WHERE e.id = due.id
RETURNING e.id, e.key, e.to_address, e.template_type, e.locale, e.attempts, e.status, e.created_at, e.payload_json

-- name: sent
-- `attempts` is the generation of the claim: a sender that lost its lease does not speak for the one that has it now.
UPDATE email_outbox SET
  status = 'sent', sent_at = shop_now(), error = NULL,
  subject = %(subject)s, html = %(html)s, text = %(text)s, provider_id = %(provider_id)s
WHERE id = %(id)s AND attempts = %(attempts)s AND status = 'queued'

-- name: failed
UPDATE email_outbox SET
  status = CASE WHEN %(delay)s::interval IS NULL THEN 'dead' ELSE 'queued' END,
  next_retry_at = shop_now() + coalesce(%(delay)s::interval, interval '0'),
  unsettled = unsettled - 1,
  error = %(error)s
WHERE id = %(id)s AND attempts = %(attempts)s AND status = 'queued'

-- name: lock
-- The time is read outside the locking part, so that it is the time at which the lock was granted.
WITH locked AS MATERIALIZED (SELECT status FROM email_outbox WHERE id = %(id)s FOR UPDATE)
SELECT shop_now(), l.status FROM locked l

-- name: revive
UPDATE email_outbox SET status = 'queued', attempts = 0, unsettled = 0, next_retry_at = shop_now() WHERE id = %(id)s

-- name: page
SELECT id, key, to_address, template_type, locale, status, attempts, next_retry_at, subject, provider_id, error, created_at, sent_at
FROM email_outbox WHERE (%(status)s::text IS NULL OR status = %(status)s)
ORDER BY id DESC LIMIT %(limit)s OFFSET %(offset)s

-- name: count
SELECT count(*) FROM email_outbox WHERE (%(status)s::text IS NULL OR status = %(status)s)
